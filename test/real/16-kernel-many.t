#!/bin/sh
# A thousand calls that the kernel carries come and go: no session, tunnel, descriptor or pppd is left. What
# stands in pppd's place sleeps for a while: a pppd of its own for each would take minutes in this world.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
WORLD_LIMIT=${WORLD_LIMIT:-600} enter_world "$root/test/real/16-kernel-many.t"

calls=1000
at_once=40 # each from a port of its own: of two tunnels from one the kernel can have one only

# no_kernel_tunnel HOST: its kernel has no session and no tunnel of L2TP.
no_kernel_tunnel() {
	on "$1" cat /proc/net/pppol2tp >$work/"$1"/sessions 2>/dev/null || return 0
	! grep -q "TUNNEL '" $work/"$1"/sessions
}

# descriptors HOST: how many its daemon has.
descriptors() {
	daemon_pid "$1"
	set -- /proc/"$daemon"/fd/*
	echo $#
}

# answers HOST: its daemon does.
answers() {
	on "$1" "${L2TPD%/*}/l2tpd-control" -c $work/"$1"/control status >$work/"$1"/page
}

descriptors_are() {
	[ "$(descriptors "$1")" = "$2" ]
}

counted() {
	[ "$(grep -c "$2" $work/"$1"/log)" -ge "$3" ]
}

# no_stand_in: none is there.
no_stand_in() {
	for process in /proc/[0-9]*/comm; do
		read -r comm 2>/dev/null <"$process" || continue
		[ "$comm" != stand-in ] || return 1
	done
}

make_hosts
# The ways that a pppd ends: nine by themselves, the tenth by a signal.
cat >$work/stand-in <<'END'
#!/bin/sh
sleep 0.4
[ $(($$ % 10)) != 0 ] || kill -s KILL $$
END
chmod +x $work/stand-in
for host in lns lac; do
	printf '%s\n' '[global]' 'force userspace = no' "pppd = $work/stand-in" >$work/$host/conf
done
printf '%s\n' '[lns default]' 'assign ip = no' 'data path = kernel' >>$work/lns/conf
printf '%s\n' '[lac default]' "lns = $lns_ip" 'autodial = yes' 'redial = yes' 'redial timeout = 1' 'source port = random' \
	'data path = kernel' >>$work/lac/conf
at=0
while [ $at -lt $at_once ]; do
	at=$((at + 1))
	echo "[lac c$at]" >>$work/lac/conf
done
ok "neither kernel has a tunnel" no_kernel_tunnel lns

start_daemon lns "$L2TPD"
# its FIFO is there before all of its descriptors are; an answer comes when they are, too
ok "the LNS runs" answers lns
before=$(descriptors lns)
start_daemon lac "$L2TPD"
ok "$calls calls have come up" wait_until 300 counted lns "Call established with" $calls
ok "the LNS's kernel was to carry them all" counted lns "the kernel carries its data" $calls
ok "and the LAC's" counted lac "the kernel carries its data" $calls
ok "none for another reason than that" [ "$(grep -c 'we carry its data ourselves\|cannot carry' $work/lns/log)" = 0 ]

stop_daemon lac
ok "the LAC's daemon ends well" [ "$status" = 0 ]
ok "no session of its is left" wait_until 10 no_kernel_tunnel lac
# a LAC that is short of time ends before its last words are heard: then the LNS asks and waits in vain
ok "nor of the LNS's" wait_until 150 no_kernel_tunnel lns
ok "nor a pppd" wait_until 20 no_stand_in
ok "the LNS has the descriptors that it began with" wait_until 20 descriptors_are lns "$before"
stop_daemon lns
ok "and ends well" [ "$status" = 0 ]
finish
