#!/bin/sh
# Our desk and our LNS that goes on where it is: a real pppd dials in, says who it is to our LAC, and the
# LNS's pppd takes over. The caller's own log tells how often it had to negotiate, and to say so.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/19-desk-replay.t"

caller_log=$work/caller/run/pppd.log
declines= # what the caller declines to do, options of its pppd

# confs ASK SETTING...: a desk that asks by that, and a LNS with these settings.
confs() {
	cat >$work/lac/conf <<-END
		[global]
		force userspace = yes
		[lac desk]
		proxy = lcp
		proxy ask = $1
		lns = $lns_ip
		challenge = yes
	END
	shift
	cp $work/plain $work/lns/conf
	printf '%s\n' "proxy lcp = accept" "$@" >>$work/lns/conf
}

# begin WORDS PASSWORD ASK SETTING...: a call of alice's with that password.
begin() {
	scenario "$1"
	echo "alice * $2 *" >$work/caller/etc/ppp/chap-secrets
	cp -p $work/caller/etc/ppp/chap-secrets $work/caller/etc/ppp/pap-secrets
	shift 2
	confs "$@"
	forget_logs
	rm -f $work/lns/run/peername
	start_daemon lns "$L2TPD"
	start_daemon lac "$L2TPD"
	start_line desk
	start_caller alice debug noccp pap-restart 30 lcp-echo-interval 1 lcp-echo-failure 3 $declines
}

end() {
	end_line
	ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0
	stop_daemon lac
	stop_daemon lns
}

# logged NUMBER PATTERN: so many packets in the caller's log, those that were sent once more not counted.
logged() {
	number=$(grep -e "$2" $caller_log | sort -u | wc -l)
	[ "$number" = "$1" ] || {
		note "$number times: $2"
		return 1
	}
}

pings() {
	on "$1" ping -n -q -c 3 -i 0.2 -w 5 -s 1372 -M do "$2" >$work/ping 2>&1 || :
	grep -q '3 packets transmitted, 3 received' $work/ping
}

comes_up() {
	ok "the caller gets the address of the pool" wait_until 30 ppp_is caller ppp0 10.9.1.10 10.9.0.1
	ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
	ok "pings of 1,400 octets pass" pings caller 10.9.0.1
	ok "and the other way" pings lns 10.9.1.10
}

# goes_on WORDS: and the LNS says why; the caller has negotiated LCP once, and has heard IPCP behind it.
goes_on() {
	comes_up
	ok "the LNS tells so" says lns "PPP goes on where its LAC has it: $1"
	ok "its scripts know the user" wait_until 5 grep -q -x alice $work/lns/run/peername
	ok "the caller has agreed to one request of LCP" logged 1 'sent \[LCP ConfAck'
	ok "and one of its own has been agreed to" logged 1 'rcvd \[LCP ConfAck'
	sleep 4
	ok "after 4 s of keepalives the link still stands" [ -e $work/caller/run/up.ppp0 ]
}

# refused WORDS PATTERN: the caller is told so, and its call ends.
refused() {
	ok "the caller hears so" wait_until 30 grep -q -e "$1" $caller_log
	ok "and its line is given up" wait_until 15 [ ! -d /proc/$attached/fd/. ]
	ok "PPP was never up" [ ! -e $work/caller/run/up.ppp0 -a ! -e $work/lns/run/peername ]
}

make_hosts
make_caller
sed -i '/^m[tr]u/d' $work/lns/etc/ppp/options.l2tpd
printf '%s\n' 'lcp-echo-interval 1' 'lcp-echo-failure 3' >>$work/lns/etc/ppp/options.l2tpd
cp $work/lns/etc/ppp/options.l2tpd $work/lns/etc/ppp/options.ms
echo require-mschap-v2 >>$work/lns/etc/ppp/options.ms
cp -p $work/lns/etc/ppp/chap-secrets $work/lns/etc/ppp/pap-secrets
printf '#!/bin/sh\necho "$4 $5" >/run/up.$1\necho "$PEERNAME" >/run/peername\n' >$work/lns/etc/ppp/ip-up
lns_conf 10.9.1.10
sed -i '/refuse pap/d; /require chap/d' $work/lns/conf
cp $work/lns/conf $work/plain
both="require chap = yes
require pap = yes"

begin "CHAP, verified" chap-secret chap "proxy authentication = verify" "$both"
goes_on "the caller's CHAP was right"
ok "it was challenged once" logged 1 'rcvd \[CHAP Challenge'
ok "has answered once" logged 1 'sent \[CHAP Response'
ok "and was welcomed once" logged 1 'rcvd \[CHAP Success'
end

begin "PAP, shown to pppd" chap-secret pap "proxy authentication = verify" "$both"
goes_on "pppd has its PAP to verify"
ok "it has said its password once" logged 1 'sent \[PAP AuthReq'
ok "and was welcomed once" logged 1 'rcvd \[PAP AuthAck'
end

begin "CHAP, at the LAC's word" chap-secret chap "proxy authentication = accept" "$both"
goes_on "the LAC's word is taken"
ok "it was challenged once" logged 1 'rcvd \[CHAP Challenge'
ok "and was welcomed once" logged 1 'rcvd \[CHAP Success'
end

begin "PAP, at the LAC's word, which has verified nothing" another pap "proxy authentication = accept" "$both"
goes_on "the LAC's word is taken"
ok "it was welcomed once" logged 1 'rcvd \[PAP AuthAck'
end

begin "a wrong password by CHAP" another chap "proxy authentication = verify" "$both"
refused 'rcvd \[CHAP Failure'
ok "the LNS tells why it was asked once more" says lns "fits no secret here, so pppd asks it anew"
ok "by a second challenge" logged 2 'rcvd \[CHAP Challenge'
end

begin "a wrong password by PAP" another pap "proxy authentication = verify" "$both"
refused 'rcvd \[PAP AuthNak'
end

begin "MS-CHAPv2, as pppd wants it too" chap-secret mschap-v2 "proxy authentication = verify" \
	"pppoptfile = /etc/ppp/options.ms"
goes_on "pppd authenticates the caller"
ok "it was challenged by each" logged 2 'rcvd \[CHAP Challenge'
ok "and was welcomed once" logged 1 'rcvd \[CHAP Success'
end

begin "MS-CHAPv2, where pppd is to ask for CHAP" chap-secret mschap-v2 "proxy authentication = verify" "$both"
comes_up
ok "the LNS tells why PPP begins anew" says lns \
	"PPP begins anew.*: pppd asks for auth=chap-md5, the caller has agreed on auth=chap-ms-v2"
ok "the caller has agreed to LCP twice" logged 2 'sent \[LCP ConfAck'
end

declines="refuse-chap refuse-eap"
begin "MS-CHAPv2 of a caller that will do no other CHAP, where pppd is to ask for CHAP or PAP" chap-secret any \
	"proxy authentication = verify" "$both"
comes_up
ok "the LNS tells why PPP begins anew" says lns \
	"PPP begins anew.*: pppd asks for auth=chap-md5, the caller has agreed on auth=chap-ms-v2"
ok "the caller is welcomed by PAP" logged 1 'rcvd \[PAP AuthAck'
end

finish
