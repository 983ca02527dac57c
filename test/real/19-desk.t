#!/bin/sh
# A desk: our LAC, that is handed a line with a real pppd at its other end, asks that who it is, and hands
# the line on by the name; the LNS, ours and Debian's xl2tpd, hears of it and authenticates anew.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/19-desk.t"

# a_call WORDS AUTH [OPTION...]: the caller is asked by AUTH, and comes through.
a_call() {
	words=$1 auth=$2
	shift 2
	scenario "$words"
	forget_logs
	start_line desk
	start_caller alice "$@"
	ok "gets the address of the pool" wait_until 20 ppp_is caller ppp0 10.9.1.10 10.9.0.1
	ok "the LAC knew the name before" wait_until 5 says lac "LCP is open, the caller is 'alice'"
	ok "and handed the line on" wait_until 5 says lac "is taken by lac isp"
	ok "by $auth" says lac "proxy-auth=$auth"
	ok "100 pings of 1,400 octets pass" ping_all caller 10.9.0.1 -s 1372
	end_line
	ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0
}

make_hosts
make_caller
echo "mallory * other *" >>$work/caller/etc/ppp/chap-secrets
lns_conf 10.9.1.10
cat >$work/lac/conf <<-END
	[global]
	force userspace = yes
	[lac desk]
	proxy = lcp
	[lac isp]
	match = alice
	lns = $lns_ip
	challenge = yes
END

for lns in "$L2TPD" $XL2TPD; do
	start_daemon lns "$lns"
	start_daemon lac "$L2TPD"
	a_call "${lns##*/} as LNS: CHAP" chap
	scenario "${lns##*/} as LNS: somebody whom no section takes"
	forget_logs
	start_line desk
	start_caller mallory
	attach_ends
	ok "is not taken" [ $status = 1 ]
	ok "as the LAC says" says lac "no \[lac\] takes this caller"
	stop_caller
	cut_cable
	stop_daemon lac
	stop_daemon lns
done
finish
