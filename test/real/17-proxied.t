#!/bin/sh
# A LNS that goes on where its LAC is, with real pppds: a caller's, whose LAC has done LCP and PAP or CHAP
# with it, and the LNS's, which is stock. The caller hears nothing but the verdict.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/17-proxied.t"

make_hosts
for host in lns lac; do
	cp -p $work/$host/etc/ppp/chap-secrets $work/$host/etc/ppp/pap-secrets
	printf '%s\n' 'lcp-echo-interval 1' 'lcp-echo-failure 2' >>$work/$host/etc/ppp/options.l2tpd
done
sed -i '/^m[tr]u/d' $work/lns/etc/ppp/options.l2tpd
printf '#!/bin/sh\necho "$4 $5" >/run/up.$1\necho "$PEERNAME" >/run/peername\n' >$work/lns/etc/ppp/ip-up
lns_conf 10.9.1.10-10.9.1.19
sed -i '/refuse pap/d' $work/lns/conf
cp $work/lns/conf $work/plain

# call WAY SETTING...: the caller's pppd behind such a LAC, and a LNS with these settings.
call() {
	way=$1
	shift
	cp $work/plain $work/lns/conf
	printf '%s\n' "$@" >>$work/lns/conf
	rm -f $work/notes $work/lns/run/peername
	: >$work/notes
	start_daemon lns "$L2TPD"
	go_to lac pppd pty "perl $root/test/real/proxied_lac.pl $lns_ip tunnel-secret $way $work/notes" nodetach \
		file /etc/ppp/options.l2tpd user alice >>$work/lac/log 2>&1 &
	caller=$!
	wait_until 30 [ -e $work/lac/run/up.ppp0 ]
}

hang_up() {
	kill -s TERM $caller
	wait $caller || :
	wait_until 10 pppds_are lns 0 || :
	stop_daemon lns
	sed 's/^/# /' $work/notes
}

goes_on() {
	ok "PPP is up" ppp_is lac ppp0 10.9.1.10 10.9.0.1
	ok "the LNS tells so" grep -q "PPP goes on where its LAC has it: $1" $work/lns/log
	ok "the caller has heard no Configure-Request" eval '! grep -q "^c021 1$" $work/notes'
	ok "pppd's scripts know the user" wait_until 5 grep -q -x alice $work/lns/run/peername
	ok "pings of 1,400 octets pass" on lac ping -n -q -c 3 -i 0.2 -w 5 -s 1372 10.9.0.1
	sleep 4
	ok "and after 4 s of keepalives the link still stands" [ -e $work/lac/run/up.ppp0 ]
	ok "the LNS's went to the caller" grep -q "^c021 9$" $work/notes
	ok "and the caller's were answered" grep -q "^c021 10$" $work/notes
}

scenario "PAP, shown to pppd"
ok "the call comes up" call pap "proxy lcp = accept" "proxy authentication = verify" "require chap = yes" "require pap = yes"
goes_on "pppd has its PAP to verify"
hang_up

scenario "CHAP, verified"
ok "the call comes up" call chap "proxy lcp = accept" "proxy authentication = verify"
goes_on "the caller's CHAP was right"
hang_up

scenario "CHAP, asked for anew"
ok "the call comes up" call chap "proxy lcp = accept"
goes_on "pppd authenticates the caller"
hang_up

scenario "the LAC's word"
ok "the call comes up" call pap "proxy lcp = accept" "proxy authentication = accept"
goes_on "the LAC's word is taken"
hang_up

scenario "anew, as ever"
ok "the call comes up" call chap
ok "the caller has heard a Configure-Request" grep -q "^c021 1$" $work/notes
ok "pings pass" on lac ping -n -q -c 3 -i 0.2 -w 5 10.9.0.1
hang_up

scenario "what does not fit"
ok "the call comes up" call pap "proxy lcp = accept" "proxy authentication = verify"
ok "the LNS tells why" grep -q "PPP begins anew.*: pppd asks for auth=chap-md5, the caller has agreed on auth=pap" $work/lns/log
ok "pings pass" on lac ping -n -q -c 3 -i 0.2 -w 5 10.9.0.1
hang_up

finish
