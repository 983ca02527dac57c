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

# by_realm USER SECTION ADDRESS: a caller by PPPoE, whose name chooses the way.
by_realm() {
	scenario "by PPPoE: $1"
	forget_logs
	: >$work/attached
	dial_pppoe "$1"
	ok "gets the address of that firm's pool" wait_until 20 ppp_is caller ppp0 $3 10.9.0.1
	ok "was handed on by the realm" says lac "is taken by lac $2"
	ok "and the LNS told who it is" wait_until 5 says lns "proxy-auth=chap proxy-name=\"$1\""
	ok "100 pings of 1,400 octets pass" ping_all caller 10.9.0.1 -s 1372
	stop_caller
	ok "the LNS has no pppd left" wait_until 15 pppds_are lns 0
	ok "nor has the LAC a line" wait_until 15 says lac 'line .* has hung up\|line .* has ended'
}

make_hosts
make_caller
join_by_ethernet
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

# l2tpd.conf(5), LINES AND THEIR CALLERS, with pppoe-server in front, as l2tpd-attach(8) has it
for user in ann@blue.example bob@red.example; do
	echo "$user * realm-secret *" >>$work/lns/etc/ppp/chap-secrets
done
for user in ann@blue.example bob@red.example carol@green.example; do
	echo "$user * realm-secret *" >>$work/caller/etc/ppp/chap-secrets
done
printf '[group blue]\nip range = 10.9.2.10\n' >>$work/lns/conf
cat >$work/lac/conf <<-END
	[lac desk]
	proxy = lcp

	[lac blue]
	match = *@blue.example
	lns = $lns_ip
	private group = blue
	challenge = yes

	[lac red]
	match = *@red.example
	lns = $lns_ip
	challenge = yes
END
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"
serve_pppoe desk
by_realm ann@blue.example blue 10.9.2.10
by_realm bob@red.example red 10.9.1.10
scenario "by PPPoE: carol@green.example"
forget_logs
: >$work/attached
dial_pppoe carol@green.example
ok "all others are refused" wait_until 15 says lac "no \[lac\] takes this caller"
caller_ends
ok "her pppd ends with 16, as the session ends ($caller_status)" [ "$caller_status" = 16 ]
ok "and the LNS has heard nothing" [ "$(call_id lns)" = "" ]
stop_pppoe
stop_daemon lac
stop_daemon lns
finish
