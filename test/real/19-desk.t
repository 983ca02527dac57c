#!/bin/sh
# A desk: our LAC, that is handed a line with a real pppd at its other end, asks that who it is, and hands
# the line on by the name; the LNS, ours and Debian's xl2tpd, hears of it and authenticates anew.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/19-desk.t"
attach=${L2TPD%l2tpd}l2tpd-attach

# start_caller USER [OPTION...]: its pppd, on the phone's end of the cable.
start_caller() {
	user=$1
	shift
	go_to caller pppd $work/phone 115200 local nodetach file /etc/ppp/options.l2tpd user $user "$@" \
		>>$work/caller/log 2>&1 &
	caller_pppd=$!
}

# start_line: a cable, and its other end in the desk's hands.
start_line() {
	rm -f $work/modem $work/phone $work/attached
	socat "pty,raw,echo=0,link=$work/modem" "pty,raw,echo=0,link=$work/phone" &
	cable=$!
	wait_until 10 [ -e $work/phone ]
	wait_until 10 [ -e $work/modem ]
	go_to lac "$attach" -c $work/lac/control --device $work/modem desk 2>$work/attached &
	attached=$!
}

attach_ends() {
	wait_until 15 [ ! -d /proc/$attached/fd/. ] || kill $attached
	wait $attached && status=0 || status=$?
	sed 's/^/# /' $work/attached
}

end_line() {
	kill $caller_pppd 2>/dev/null || :
	wait $caller_pppd || :
	kill $cable 2>/dev/null || :
	wait $cable || :
	attach_ends
}

# a_call WORDS AUTH [OPTION...]: the caller is asked by AUTH, and comes through.
a_call() {
	words=$1 auth=$2
	shift 2
	scenario "$words"
	forget_logs
	start_line
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
start_host caller
wait_until 10 [ -e $work/caller/ready ]
on caller ip link set lo up
cp $work/lac/etc/ppp/* $work/caller/etc/ppp/
caller_daemon=0 caller_binary=none
chap_secret caller chap-secret
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
	start_line
	start_caller mallory
	attach_ends
	ok "is not taken" [ $status = 1 ]
	ok "as the LAC says" says lac "no \[lac\] takes this caller"
	kill $caller_pppd 2>/dev/null || :
	wait $caller_pppd || :
	kill $cable 2>/dev/null || :
	wait $cable || :
	stop_daemon lac
	stop_daemon lns
done
finish
