#!/bin/sh
# Somebody dials in: a real pppd on a null-modem cable, our LAC that is handed the other end of it, and
# a LNS with a real pppd, ours and Debian's xl2tpd. And the same by PPPoE.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/17-line.t"
attach=${L2TPD%l2tpd}l2tpd-attach

# by_line: a call, pings of 1,400 octets, and both hang-ups.
by_line() {
	scenario "$1: the caller's pppd"
	forget_logs
	start_line --calling 5550099 isp
	start_caller alice
	ok "gets the address of the pool" wait_until 20 ppp_is caller ppp0 10.9.1.10 10.9.0.1
	ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
	ok "the LAC has no pppd" pppds_are lac 0
	ok "100 pings of 1,400 octets pass" ping_all caller 10.9.0.1 -s 1372
	ok "5 MB from the caller arrive whole" tcp_whole caller lns 10.9.0.1
	ok "5 MB to the caller arrive whole" tcp_whole lns caller 10.9.1.10

	scenario "$1: the caller hangs up"
	stop_caller
	cut_cable
	attach_ends
	ok "l2tpd-attach: the line or the LNS has ended it" [ $status = 0 -o $status = 5 ]
	ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0

	scenario "$1: the LNS hangs up"
	forget_logs
	start_line isp
	start_caller alice
	ok "up again" wait_until 20 ppp_is caller ppp0 10.9.1.10 10.9.0.1
	tell lns "h $(call_id lns)"
	attach_ends
	ok "l2tpd-attach: the LNS has ended it" [ $status = 5 ]
	ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0
	cut_cable
	stop_caller
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
	stop_caller
	ok "the caller hangs up: the LNS has no pppd left" wait_until 15 pppds_are lns 0
	ok "nor has the LAC a line" wait_until 15 says lac 'line .* has hung up\|line .* has ended'
	sed 's/^/# /' $work/attached
	kill $server
	wait $server || :
}

make_hosts
make_caller
ip link add eth1 netns "$caller_pid" type veth peer name eth1 netns "$lac_pid"
on caller ip link set eth1 up
on lac ip link set eth1 up
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
