#!/bin/sh
# A thousand calls that the kernel carries come and go, forty at once: while both daemons go on nothing is
# left of them, no descriptor, session, tunnel, interface or pppd. Three hundred have real pppds at both ends,
# which takes 80 to 100 s in User-Mode Linux; the others have what ends at once in pppd's place, which takes 30 s.
# And a daemon that is killed leaves nothing either, whoever carries the data; it is started again as after
# any end, and its calls come up again.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
WORLD_LIMIT=${WORLD_LIMIT:-600} enter_world "$root/test/real/16-kernel-many.t"

calls=1000
real_calls=300
at_once=40 # each from a port of its own: of two tunnels from one the kernel can have one only
few=5      # when a daemon is killed

# carries_nothing HOST: its kernel has no session and no tunnel of L2TP.
carries_nothing() {
	on "$1" cat /proc/net/pppol2tp >$work/"$1"/sessions && ! grep -q "TUNNEL '\|SESSION '" $work/"$1"/sessions
}

# no_socket: of PPPoL2TP, in any process of either host.
no_socket() {
	read -r sockets </sys/module/l2tp_ppp/refcnt && [ "$sockets" = 0 ]
}

# no_interface HOST: it has none of PPP's.
no_interface() {
	on "$1" cat /proc/net/dev >$work/"$1"/interfaces
	! grep -q ppp $work/"$1"/interfaces
}

# interfaces_are HOST NUMBER: so many of PPP's are up.
interfaces_are() {
	on "$1" ip -o link show up type ppp >$work/"$1"/interfaces
	[ "$(grep -c ppp $work/"$1"/interfaces)" = "$2" ]
}

# Sets $has to how many descriptors its daemon has.
count_descriptors() {
	daemon_pid "$1"
	set -- /proc/"$daemon"/fd/*
	has=$#
}
descriptors_are() {
	count_descriptors "$1"
	[ "$has" = "$2" ]
}

# answers HOST: its daemon does.
answers() {
	on "$1" "${L2TPD%/*}/l2tpd-control" -c $work/"$1"/control status >$work/"$1"/page 2>&1
}

# counted FILE PATTERN NUMBER: so many lines, or more, are like that.
counted() {
	[ "$(grep -c "$2" "$1")" -ge "$3" ]
}
none_said() {
	! grep "$2" $work/"$1"/log
}

# tell_each COMMAND NUMBER: for so many of the LAC's sections.
tell_each() {
	at=0
	while [ $at -lt "$2" ]; do
		at=$((at + 1))
		tell lac "$1 c$at"
	done
}

# conf PATH [PPPD]: both ends' files. The LAC's sections are dialled by command.
conf() {
	cat >$work/lns/conf <<-END
		[global]
		force userspace = no
		pppd = ${2-/usr/sbin/pppd}
		max retries = $retries
		[lns default]
		ip range = 10.9.1.1 - 10.9.1.200
		local ip = 10.9.0.1
		data path = $1
		hello interval = 2
		pppoptfile = /etc/ppp/options.$lns_options
	END
	cat >$work/lac/conf <<-END
		[global]
		force userspace = no
		pppd = ${2-/usr/sbin/pppd}
		max retries = $retries
		[lac default]
		lns = $lns_ip
		redial = yes
		redial timeout = 1
		source port = random
		data path = $1
		hello interval = 2
	END
	at=0
	while [ $at -lt $at_once ]; do
		at=$((at + 1))
		options=$lac_options
		[ $((at % 4)) != 0 ] || options=l2tpd
		printf '%s\n' "[lac c$at]" "pppoptfile = /etc/ppp/options.$options" >>$work/lac/conf
	done
}

# nothing_left HOST: of calls there.
nothing_left() {
	ok "no pppd is left at the $1" wait_until 30 pppds_are "$1" 0
	ok "nor a session or tunnel in its kernel" wait_until 10 carries_nothing "$1"
	ok "nor an interface" wait_until 5 no_interface "$1"
}

make_hosts
for host in lns lac; do
	# a fork each is dear here
	rm $work/$host/etc/ppp/ip-up $work/$host/etc/ppp/ip-down
	printf '%s\n' noauth noipv6 noccp novj 'logfile /run/pppd.log' >$work/$host/etc/ppp/options.l2tpd
	cp $work/$host/etc/ppp/options.l2tpd $work/$host/etc/ppp/options.short
done
# three calls of four are ended by the LAC's pppd, the fourth by the LNS's
echo 'maxconnect 1' >>$work/lac/etc/ppp/options.short
echo 'maxconnect 3' >>$work/lns/etc/ppp/options.short

scenario "$calls calls"
lns_options=short lac_options=short retries=5
conf kernel
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"
# the FIFO is there before all descriptors are; an answer comes when they are, too
for host in lns lac; do
	ok "the $host runs" answers $host
	ok "its kernel has no tunnel" carries_nothing $host
	count_descriptors $host
	eval "${host}_had=$has"
	note "the $host has $has descriptors"
done
tell_each c $at_once
ok "$real_calls have come up, with real pppds" wait_until 400 counted $work/lns/log "Call established with" $real_calls
time_it
note "after $since_start s"
conf kernel /bin/true
for host in lns lac; do
	daemon_pid $host
	kill -s HUP "$daemon"
	ok "from now on the $host has another pppd" wait_until 10 says $host "is in force"
done
ok "$calls have come up" wait_until 300 counted $work/lns/log "Call established with" $calls
time_it
note "after $since_start s"
tell_each d $at_once
for host in lns lac; do
	ok "the $host's kernel was to carry them all" counted $work/$host/log "the kernel carries its data" $calls
	ok "and none was carried otherwise" none_said $host 'we carry .* data\|cannot carry'
	# not yet, in those that were negotiating then
	ok "PPP was up in those with a real pppd" counted $work/$host/run/pppd.log "local  IP address" $((real_calls - at_once))
	nothing_left $host
	eval "had=\$${host}_had"
	ok "nor a descriptor" wait_until 40 descriptors_are $host "$had"
	count_descriptors $host
	note "the $host has $has descriptors"
	ok "its daemon goes on" answers $host
done
ok "no process has a socket of a session or tunnel any more" no_socket
stop_daemon lac
ok "the LAC ends well" [ "$status" = 0 ]
stop_daemon lns
ok "and the LNS" [ "$status" = 0 ]

# are_up: so many calls as are dialled when a daemon is killed, at both ends, and no others.
are_up() {
	interfaces_are lac $few && interfaces_are lns $few && all_pppds_are $few
}

kill_daemon() {
	daemon_pid "$1"
	kill -s KILL "$daemon"
	wait "$daemon" 2>/dev/null || :
}

# start_again HOST: with all that its daemon has left, so its FIFO is no sign.
start_again() {
	start_daemon "$1" "$L2TPD"
	ok "the $1 runs again" wait_until 10 answers "$1"
}

lns_options=l2tpd lac_options=l2tpd retries=2
for path in kernel userspace; do
	scenario "the LAC is killed with $few calls up in $path"
	forget_logs
	conf $path
	start_daemon lns "$L2TPD"
	start_daemon lac "$L2TPD"
	tell_each c $few
	ok "they are up" wait_until 30 are_up
	[ $path = userspace ] || ok "the kernel has them" says lac "the kernel carries its data"
	kill_daemon lac
	nothing_left lac
	start_again lac
	tell_each c $few
	ok "they come up again, and the old ones are gone at the LNS" wait_until 60 are_up

	scenario "the LNS is killed with $few calls up in $path"
	kill_daemon lns
	nothing_left lns
	start_again lns
	ok "they come up again, as the LAC dials again" wait_until 60 are_up
	tell_each d $few
	nothing_left lac
	nothing_left lns
	ok "and nobody has a socket of PPPoL2TP" no_socket
	stop_daemon lac
	stop_daemon lns
done

finish
