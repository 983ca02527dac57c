#!/bin/sh
# An outgoing call, ours to ours, with real pppds: the LNS has the LAC place it (command o), a pppd
# is the LAC's line, and PPP comes up between the two as if it had called.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/11-outgoing.t"

make_hosts

# The LAC waits for the LNS's tunnel, in a section [lns]: that is the side which is called.
cat >$work/lac/conf <<-END
	[lns default]
	assign ip = no
	outgoing calls = yes
	challenge = yes
	refuse pap = yes
	name = alice
	tx bps = 64000
	pppoptfile = /etc/ppp/options.l2tpd
END
cat >$work/lns/conf <<-END
	[lac branch]
	lns = $lac_ip
	challenge = yes
	hidden bit = yes
	local ip = 10.9.0.1
	remote ip = 10.9.1.10
	require authentication = yes
	require chap = yes
	refuse pap = yes
	name = lns
	pppoptfile = /etc/ppp/options.l2tpd
END

# What dials for pppd is its connect script; 5550199 is never answered.
printf '%s\n' '#!/bin/sh' 'echo "$DIAL_NUMBER" >/run/dialled' '[ "$DIAL_NUMBER" != 5550199 ]' \
	>$work/lac/etc/ppp/dial
chmod +x $work/lac/etc/ppp/dial
echo 'connect /etc/ppp/dial' >>$work/lac/etc/ppp/options.l2tpd

# dialled NUMBER
dialled() {
	[ -e $work/lac/run/dialled ] && read -r got <$work/lac/run/dialled && [ "$got" = "$1" ]
}

start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"

scenario "the LNS has a call placed"
tell lns "o branch 5550100"
ok "the LAC's pppd gets the address" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
ok "the LNS's has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
ok "the connect script knows which number it is" dialled 5550100
ok "the LNS says what it is" says lns 'role="lns, dialled by the peer" tx=64000'
ok "the LAC says what it is" says lac 'role="lac, dialled for the peer".* called="5550100"'
ok "each side has one pppd" all_pppds_are 1
ok "100 pings of 1,200 octets pass from the LNS" ping_all lns 10.9.1.10
ok "and from the LAC" ping_all lac 10.9.0.1
ok "5 MB from LNS to LAC arrive whole" tcp_whole lns lac 10.9.1.10

scenario "the LAC's line hangs up"
call=$(call_id lac)
forget_logs
tell lac "h $call"
ok "no pppd is left" wait_until 10 all_pppds_are 0
ok "ip-down has run at the LNS" wait_until 5 no_ppp lns ppp0
ok "the LNS has been told why" wait_until 5 says lns "ppp=1/0 (administrative disconnect)"
ok "its tunnel is closed" wait_until 5 says lac "[Cc]onnection .*closed to 192.0.2.1"

scenario "the LNS hangs up"
forget_logs
tell lns "o branch 5550101"
ok "another number" wait_until 15 dialled 5550101
ok "both are up" wait_until 15 ppp_is lns ppp0 10.9.0.1 10.9.1.10
tell lns "d branch"
ok "no pppd is left" wait_until 10 all_pppds_are 0
ok "ip-down has run at the LAC" wait_until 5 no_ppp lac ppp0

scenario "nobody answers"
forget_logs
tell lns "o branch 5550199"
ok "the number is dialled" wait_until 15 dialled 5550199
ok "the LNS hears that there was no carrier" wait_until 10 says lns "by=peer cause=7/0 (no carrier detected)"
ok "no pppd is left" wait_until 5 all_pppds_are 0
ok "the LNS never ran one" [ -z "$(call_id lns)" ]

scenario "the user at the LAC is not let in"
chap_secret lac wrong
forget_logs
tell lns "o branch 5550102"
ok "the call is placed" wait_until 15 says lns "Call established"
ok "it ends with no pppd left" wait_until 15 all_pppds_are 0
# Whose pppd ends first, and so whose CDN it is that counts, is a matter of chance.
ok "the LNS's log tells why" wait_until 5 says lns "down by=.* ppp=16/[12] (authentication failed)"
ok "and the LAC's" wait_until 5 says lac "down by=.* ppp=16/[12] (authentication failed)"

stop_daemon lns
ok "the LNS stops" [ "$status" = 0 ]
stop_daemon lac
ok "the LAC stops" [ "$status" = 0 ]
finish
