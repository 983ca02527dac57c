#!/bin/sh
# Somebody dials in: a real pppd on a null-modem cable, our LAC that is handed the other end of it, and
# a LNS with a real pppd, ours and Debian's xl2tpd. And the same by PPPoE.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/17-line.t"

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

	# its pppd says so to the LNS's, which ends the call; nobody has touched the cable
	scenario "$1: the caller's pppd ends PPP"
	stop_caller
	attach_ends
	end_as 5 5
	ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0
	cut_cable

	scenario "$1: the line hangs up"
	up_again
	cut_cable
	attach_ends
	caller_ends
	end_as 16 0
	ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0

	scenario "$1: the LNS hangs up"
	up_again
	tell lns "h $(call_id lns)"
	attach_ends
	caller_ends
	end_as 16 5
	ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0
	cut_cable
}

up_again() {
	forget_logs
	start_line isp
	start_caller alice
	ok "up again" wait_until 20 ppp_is caller ppp0 10.9.1.10 10.9.0.1
}

# end_as CALLER ATTACH: exit statuses of the caller's pppd (5 ended by a signal, 16 the modem has hung up)
# and of l2tpd-attach (0 the line has hung up, 5 the LNS has ended the call).
end_as() {
	ok "the caller's pppd ends with $1 ($caller_status)" [ "$caller_status" = "$1" ]
	ok "l2tpd-attach with $2 ($status)" [ "$status" = "$2" ]
}

# by_pppoe: our LAC is the PPPoE server that the caller finds on its other network.
by_pppoe() {
	scenario "$1: by PPPoE, the caller hangs up"
	forget_logs
	serve_pppoe isp
	dial_pppoe alice
	ok "the caller gets the address of the pool" wait_until 20 ppp_is caller ppp0 10.9.1.10 10.9.0.1
	ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
	ok "100 pings of 1,400 octets pass" ping_all caller 10.9.0.1 -s 1372
	stop_caller
	ok "the caller's pppd ends with 5 ($caller_status)" [ "$caller_status" = 5 ]
	ok "the LNS has no pppd left" wait_until 15 pppds_are lns 0
	ok "nor has the LAC a line" wait_until 15 says lac 'line .* has hung up\|line .* has ended'
	sed 's/^/# /' $work/attached

	scenario "$1: by PPPoE, the LNS hangs up"
	forget_logs
	: >$work/attached
	dial_pppoe alice
	ok "up again" wait_until 20 ppp_is caller ppp0 10.9.1.10 10.9.0.1
	tell lns "h $(call_id lns)"
	ok "l2tpd-attach: the LNS has ended the call" wait_until 15 grep -q 'the LNS has ended the call' $work/attached
	caller_ends
	ok "the caller's session ends, and its pppd with 16 ($caller_status)" [ "$caller_status" = 16 ]
	ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0
	ok "nor has the LAC one of its PPPoE server's" wait_until 10 no_session
	sed 's/^/# /' $work/attached
	stop_pppoe
}

no_session() {
	! pgrep -P $server >/dev/null
}

make_hosts
make_caller
join_by_ethernet
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
