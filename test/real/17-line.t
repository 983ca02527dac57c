#!/bin/sh
# Somebody dials in: a real pppd on a null-modem cable, our LAC that is handed the other end of it, and
# a LNS with a real pppd, ours and Debian's xl2tpd. And the same by PPPoE.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/17-line.t"
attach=${L2TPD%l2tpd}l2tpd-attach

# start_caller: its pppd, on the phone's end of the cable.
start_caller() {
	go_to caller pppd $work/phone 115200 local nodetach file /etc/ppp/options.l2tpd user alice \
		>>$work/caller/log 2>&1 &
	caller_pppd=$!
}

# start_line [OPTION...]: a cable, and its other end in the LAC's hands.
start_line() {
	rm -f $work/modem $work/phone $work/attached
	socat "pty,raw,echo=0,link=$work/modem" "pty,raw,echo=0,link=$work/phone" &
	cable=$!
	wait_until 10 [ -e $work/phone ]
	wait_until 10 [ -e $work/modem ]
	go_to lac "$attach" -c $work/lac/control --device $work/modem "$@" isp 2>$work/attached &
	attached=$!
}

# Sets $status to the exit status of l2tpd-attach, when it ends.
attach_ends() {
	wait_until 15 [ ! -d /proc/$attached/fd/. ] || kill $attached
	wait $attached && status=0 || status=$?
	sed 's/^/# /' $work/attached
}

cut_cable() {
	kill $cable 2>/dev/null || :
	wait $cable || :
}

# by_line: a call, pings of 1,400 octets, and both hang-ups.
by_line() {
	scenario "$1: the caller's pppd"
	forget_logs
	start_line --calling 5550099
	start_caller
	ok "gets the address of the pool" wait_until 20 ppp_is caller ppp0 10.9.1.10 10.9.0.1
	ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
	ok "the LAC has no pppd" pppds_are lac 0
	ok "100 pings of 1,400 octets pass" ping_all caller 10.9.0.1 -s 1372
	ok "5 MB from the caller arrive whole" tcp_whole caller lns 10.9.0.1
	ok "5 MB to the caller arrive whole" tcp_whole lns caller 10.9.1.10

	scenario "$1: the caller hangs up"
	kill -s TERM $caller_pppd
	wait $caller_pppd || :
	cut_cable
	attach_ends
	ok "l2tpd-attach: the line or the LNS has ended it" [ $status = 0 -o $status = 5 ]
	ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0

	scenario "$1: the LNS hangs up"
	forget_logs
	start_line
	start_caller
	ok "up again" wait_until 20 ppp_is caller ppp0 10.9.1.10 10.9.0.1
	tell lns "h $(call_id lns)"
	attach_ends
	ok "l2tpd-attach: the LNS has ended it" [ $status = 5 ]
	ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0
	cut_cable
	kill $caller_pppd 2>/dev/null || :
	wait $caller_pppd || :
}

# by_pppoe: our LAC is the PPPoE server that the caller finds on its other network.
by_pppoe() {
	scenario "$1: by PPPoE"
	forget_logs
	printf '#!/bin/sh\nexec %s -c %s isp --pppd "$@" 2>>%s\n' "$attach" $work/lac/control $work/attached \
		>$work/pppoe-to-l2tp
	chmod +x $work/pppoe-to-l2tp
	: >$work/attached
	go_to lac pppoe-server -F -I eth1 -q $work/pppoe-to-l2tp >>$work/pppoe.log 2>&1 &
	server=$!
	go_to caller pppd pty "pppoe -I eth1 -T 80" local nodetach noaccomp nopcomp default-asyncmap \
		file /etc/ppp/options.l2tpd user alice >>$work/caller/log 2>&1 &
	caller_pppd=$!
	ok "the caller gets the address of the pool" wait_until 20 ppp_is caller ppp0 10.9.1.10 10.9.0.1
	ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
	ok "100 pings of 1,400 octets pass" ping_all caller 10.9.0.1 -s 1372
	kill -s TERM $caller_pppd
	wait $caller_pppd || :
	ok "the caller hangs up: the LNS has no pppd left" wait_until 15 pppds_are lns 0
	ok "nor has the LAC a line" wait_until 15 says lac 'line .* has hung up\|line .* has ended'
	sed 's/^/# /' $work/attached
	kill $server
	wait $server || :
}

make_hosts
start_host caller
wait_until 10 [ -e $work/caller/ready ]
on caller ip link set lo up
ip link add eth1 netns "$caller_pid" type veth peer name eth1 netns "$lac_pid"
on caller ip link set eth1 up
on lac ip link set eth1 up
cp $work/lac/etc/ppp/* $work/caller/etc/ppp/
caller_daemon=0 caller_binary=none
chap_secret caller chap-secret
lns_conf 10.9.1.10
cat >$work/lac/conf <<-END
	[global]
	force userspace = yes
	[lac isp]
	lns = $lns_ip
	challenge = yes
	send wen = yes
END

for lns in "$L2TPD" $XL2TPD; do
	start_daemon lns "$lns"
	start_daemon lac "$L2TPD"
	by_line "${lns##*/} as LNS"
	by_pppoe "${lns##*/} as LNS"
	stop_daemon lac
	stop_daemon lns
done
finish
