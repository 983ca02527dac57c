#!/bin/sh
# The kernel carries the data: what the sections' keys say of them holds there, too, on the wire and in the
# kernel's own words: sequence numbers, reorder timeout, who is the LNS, the MTU, and where they come from
# (source port, bind device, fwmark).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/17-kernel-keys.t"

# start_headers / stop_headers: the LNS listens to L2TP meanwhile.
start_headers() {
	rm -f $work/headers
	go_to lns perl "$root/test/real/wire" headers $work/headers &
	listener=$!
	wait_until 10 [ -s $work/headers ]
}
stop_headers() {
	kill $listener
	wait $listener || :
}

# all_are PATTERN FORM LEAST: the lines of headers with that pattern, of which there are so many, have that form.
all_are() {
	grep "$1" $work/headers >$work/some || :
	[ "$(wc -l <$work/some)" -ge "$3" ] && ! grep -v "$2" $work/some
}

# one_place ADDRESS: whatever comes from there comes from one port.
one_place() {
	sed -n "s/^[a-z]* [a-z0-9]* $1 \([0-9]*\) .*/\1/p" $work/headers | sort -u >$work/some
	[ "$(wc -l <$work/some)" = 1 ]
}

# Sets $session to what the kernel of a host says of its only session: whether it wants sequence numbers (R)
# and sends them (S), whose part it has, and its reorder timeout: "-/S/LNS 200".
look_at_session() {
	on "$1" cat /proc/net/pppol2tp >$work/"$1"/sessions
	session=$(sed -n "/SESSION '/{/\/0000 ->/d;n;s|^ *[0-9]*/[0-9]*/\\([^ ]*\\) [0-9a-f]* \\([0-9]*\\).*|\\1 \\2|p;}" $work/"$1"/sessions)
}
session_is() {
	look_at_session "$1"
	[ "$session" = "$2" ] || {
		note "the session of the $1 is '$session'"
		return 1
	}
}

# mtu_is HOST NUMBER: of its PPP interface.
mtu_is() {
	mtu=$(on "$1" ip -o link show ppp0 | sed -n 's/.* mtu \([0-9]*\) .*/\1/p')
	[ "$mtu" = "$2" ] || {
		note "the MTU of the $1 is '$mtu'"
		return 1
	}
}

# up LNS-KEYS LAC-KEYS: a call with these, one a line, in the kernel of both.
up() {
	forget_logs
	rm -f $work/*/run/up.ppp0
	lns_conf 10.9.1.10
	lac_conf a
	printf '%s\n' 'data path = kernel' "$1" >>$work/lns/conf
	printf '%s\n' 'data path = kernel' "$2" >>$work/lac/conf
	start_daemon lns "$L2TPD"
	start_daemon lac "$L2TPD"
	start_headers
	tell lac "c a"
	clock
	took=$now
	ok "it comes up" wait_until 20 ppp_is lac ppp0 10.9.1.10 10.9.0.1
	clock
	note "after $(((now - took) / 100)).$(((now - took) / 10 % 10)) s"
	ok "at the LNS, too" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
}

down() {
	stop_headers
	stop_daemon lac
	ok "it has come down" wait_until 15 all_pppds_are 0
	stop_daemon lns
}

# pings: a few, of which none is lost.
pings() {
	on lac ping -n -q -c 20 -i 0.02 -W 3 "$@" 10.9.0.1 >$work/ping 2>&1 &&
		grep -q '^20 packets transmitted, 20 received, 0% packet loss' $work/ping || {
		sed 's/^/# /' $work/ping
		return 1
	}
}

# It is not so.
not() {
	! "$@"
}

make_hosts
lns_userspace=no lac_userspace=no
from_lns="data eth0 $lns_ip 1701 $lac_ip 1701 "
from_lac="data eth0 $lac_ip 1701 $lns_ip 1701 "

# Frames that come before pppd has begun wait for it: it would send none of its own again for so long.
scenario "no sequence numbers"
for host in lns lac; do
	echo 'lcp-restart 60' >>$work/$host/etc/ppp/options.l2tpd
done
up '' ''
ok "frames pass" pings
ok "the LNS's kernel sends none, as a LNS" session_is lns "-/-/LNS 0"
ok "nor the LAC's, as a LAC" session_is lac "-/-/LAC 0"
ok "none is on the wire" all_are '^data' ' -$' 40
ok "data come from the LNS's address and port, and go to the LAC's" all_are "^data.* $lns_ip 1701 $lac_ip" "^$from_lns" 20
ok "and the other way" all_are "^data.* $lac_ip 1701 $lns_ip" "^$from_lac" 20
down

for host in lns lac; do
	sed -i '/lcp-restart/d' $work/$host/etc/ppp/options.l2tpd
done

scenario "the LNS wants sequence numbers"
up 'flow bit = yes
reorder timeout = 200' 'reorder timeout = 300'
ok "frames pass" pings
ok "the LNS's kernel sends them, and waits for those that are late" session_is lns "-/S/LNS 200"
ok "the LAC's has followed, and waits as long as it is told" session_is lac "-/S/LAC 300"
ok "each of the LNS's frames has one on the wire" all_are "^$from_lns" ' [0-9]*$' 20
down

scenario "both want them from the start"
up 'flow bit = yes' 'flow bit = yes'
ok "frames pass" pings
ok "all frames have them" all_are '^data' ' [0-9]*$' 40
ok "that of the LNS's first is 0" [ "$(grep "^$from_lns" $work/headers | sed -n '1s/.* //p')" = 0 ]
down

scenario "the LAC demands them"
up '' 'require sequencing = yes'
ok "frames pass" pings
ok "the LNS's kernel sends them" session_is lns "-/S/LNS 0"
ok "and the LAC's" session_is lac "-/S/LAC 0"
ok "each frame of the LNS's that PPP is up with has one" all_are "^$from_lns" ' [0-9]*$' 20
ok "and each of the LAC's" all_are "^$from_lac" ' [0-9]*$' 20
down

scenario "frames that come out of order"
up 'flow bit = yes
reorder timeout = 500' 'flow bit = yes'
on lac tc qdisc add dev eth0 root netem delay 60ms 50ms
ok "all get through, as the LNS's kernel waits for them" pings -i 0.01
on lac tc qdisc del dev eth0 root
grep "^$from_lac" $work/headers | sed 's/.* //' >$work/numbers
ok "though they were out of order on the wire" not sort -n -c $work/numbers
down

scenario "frames that come out of order, and none waits"
up 'flow bit = yes' 'flow bit = yes'
on lac tc qdisc add dev eth0 root netem delay 60ms 50ms
ok "what is late is lost" not pings -i 0.01
on lac tc qdisc del dev eth0 root
down

scenario "the MTU is what pppd's file says"
for host in lns lac; do
	cp $work/$host/etc/ppp/options.l2tpd $work/$host/options.kept
done
sed -i 's/^mtu .*/mtu 1300/;s/^mru .*/mru 1350/' $work/lns/etc/ppp/options.l2tpd
up '' ''
ok "the LNS's interface has its own" mtu_is lns 1300
ok "the LAC's what the LNS takes" mtu_is lac 1350
ok "packets of that size pass" pings -M do -s $((1350 - 28 - 50))
down

scenario "the MTU is what the path takes"
for host in lns lac; do
	sed -i '/^m[tr]u /d' $work/$host/etc/ppp/options.l2tpd
	on $host ip link set eth0 mtu 1400
done
# less the headers of IP, UDP, L2TP and PPP
up '' ''
ok "so the LNS's interface has it" mtu_is lns $((1400 - 20 - 8 - 6 - 4))
ok "and the LAC's" mtu_is lac $((1400 - 20 - 8 - 6 - 4))
ok "the largest packets pass" pings -M do -s $((1362 - 28))
ok "each just as large as the path takes, and whole" all_are "^${from_lac}1400 " "^${from_lac}1400 -$" 20
down
scenario "the MTU is what the path takes, with sequence numbers"
up 'flow bit = yes' ''
ok "so the LNS's interface has it" mtu_is lns $((1400 - 20 - 8 - 10 - 4))
ok "the LAC's, too, by what its peer takes" mtu_is lac $((1400 - 20 - 8 - 10 - 4))
ok "the largest packets pass" pings -M do -s $((1358 - 28))
ok "each just as large as the path takes, and whole" all_are "^${from_lac}1400 " "^${from_lac}1400 [0-9]*$" 20
down
for host in lns lac; do
	on $host ip link set eth0 mtu 1500
	mv $work/$host/options.kept $work/$host/etc/ppp/options.l2tpd
done

# Another cable, by which the LNS can be reached as well, but not by the main routes.
ip link add eth1 netns "$lns_pid" type veth peer name eth1 netns "$lac_pid"
printf '%s\n' 'link set eth1 up' 'addr add 198.51.100.1/24 dev eth1' >$work/lns/links
printf '%s\n' 'link set eth1 up' 'addr add 198.51.100.2/24 dev eth1' "route add 192.0.2.0/24 dev eth1 src 198.51.100.2 metric 900" \
	'rule add fwmark 7 lookup 100' "route add $lns_ip dev eth1 src 198.51.100.2 table 100" >$work/lac/links
for host in lns lac; do
	on $host ip -batch $work/$host/links
done

for key in 'bind device = eth1' 'fwmark = 7'; do
	scenario "$key"
	up '' "$key"
	ok "frames pass" pings
	ok "control messages come by that cable" all_are '^control' "^control eth1 .*198.51.100.2" 6
	ok "and so do data" all_are '^data' "^data eth1 .*198.51.100.2" 40
	ok "all from one port" one_place 198.51.100.2
	down
done

scenario "a port of its own"
up '' 'source port = 2701'
ok "frames pass" pings
ok "all come from there" all_are " $lac_ip [0-9]* $lns_ip" " $lac_ip 2701 $lns_ip 1701 " 25
ok "data among them" all_are "^data.* $lac_ip 2701 " . 20
ok "and go there" all_are "^data.* $lns_ip 1701" " $lac_ip 2701 " 20
down

finish
