#!/bin/sh
# Our LNS and our LAC with real pppds, all that an ordinary user has switched on: tunnel
# authentication, hidden AVPs, CHAP, an address from a pool.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/10-ours.t"

# The two calls have the two addresses, one each.
own_addresses() {
	first= second=
	read -r first _ <$work/lac/run/up.ppp0
	read -r second _ <$work/lac/run/up.ppp1
	case "$first $second" in
	"10.9.1.20 10.9.1.21" | "10.9.1.21 10.9.1.20") true ;;
	*) false ;;
	esac
}

make_hosts
lns_conf 10.9.1.10
lac_conf a b
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"

scenario "one call"
start_listening
tell lac "c a"
ok "the LAC gets the address of the pool" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
stop_listening
note "control messages and hidden AVPs: LNS $messages_lns, $hidden_lns; LAC $messages_lac, $hidden_lac"
ok "the LNS hides AVPs" [ "$hidden_lns" -gt 0 ]
ok "the LAC hides AVPs" [ "$hidden_lac" -gt 0 ]
ok "each side has one pppd" all_pppds_are 1
ok "100 pings of 1,200 octets pass" ping_all lac 10.9.0.1
ok "5 MB from LAC to LNS arrive whole" tcp_whole lac lns 10.9.0.1
ok "5 MB from LNS to LAC arrive whole" tcp_whole lns lac 10.9.1.10

scenario "a second call while the only address is taken"
forget_logs
tell lac "c b"
ok "the LNS refuses it" wait_until 15 says lac "closed to 192.0.2.1\|Call .* to 192.0.2.1 disconnected"
ok "the LAC says why" wait_until 5 says lac "trouble peer-no-address: "
ok "no second pppd runs" all_pppds_are 1
ok "the first call does not notice" ping_all lac 10.9.0.1

scenario "hang-up by the LAC"
forget_logs
tell lac "d a"
ok "no pppd is left" wait_until 10 all_pppds_are 0
ok "ip-down has run at the LAC" wait_until 5 no_ppp lac ppp0
ok "ip-down has run at the LNS" wait_until 5 no_ppp lns ppp0
ok "the LNS says that the tunnel is closed" wait_until 5 says lns "[Cc]onnection .*closed to 192.0.2.2"

scenario "hang-up by the LNS"
forget_logs
tell lac "c a"
ok "the only address is free again" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
ok "the LNS is up too" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
tell lns "h $(call_id lns)"
ok "no pppd is left" wait_until 10 all_pppds_are 0
ok "ip-down has run at the LAC" wait_until 5 no_ppp lac ppp0
tell lac "d a"

scenario "a wrong password"
chap_secret lac wrong
forget_logs
tell lac "c a"
ok "the call is placed" wait_until 15 says lns "Call established"
ok "it ends with no pppd left" wait_until 15 all_pppds_are 0
ok "it was not let in" grep -q "CHAP authentication failed" $work/lac/run/pppd.log
ok "the LAC says why" wait_until 5 says lac "trouble password-refused: .*user 'alice'"
ok "the LNS too" wait_until 5 says lns "trouble peer-password: .*user 'alice'"
tell lac "d a"
chap_secret lac chap-secret

scenario "the LNS's pppd answers no echo"
printf '%s\n' 'lcp-echo-interval 1' 'lcp-echo-failure 2' 'lcp-max-terminate 1' >>$work/lac/etc/ppp/options.l2tpd
forget_logs
tell lac "c a"
ok "it is up" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
kill -s STOP "$(sed -n 's/.*Call established with.* PID: \([0-9]*\),.*/\1/p' $work/lns/log | tail -n 1)"
# pppd itself says only that it was hung up
ok "the LAC says why" wait_until 20 says lac "trouble no-echo: "
kill -s CONT "$(sed -n 's/.*Call established with.* PID: \([0-9]*\),.*/\1/p' $work/lns/log | tail -n 1)" || :
ok "no pppd is left" wait_until 15 all_pppds_are 0
tell lac "d a"
sed -i '/^lcp-/d' $work/lac/etc/ppp/options.l2tpd

scenario "a wrong tunnel secret"
tunnel_secret lac wrong
forget_logs
tell lac "c a"
ok "the tunnel is refused" wait_until 15 says lac "closed to 192.0.2.1"
ok "whose secret differs is told" wait_until 5 says lac "trouble \(secret-refused\|peer-secret\|hidden-secret\|not-authorised\): "
ok "it was never up" [ -z "$(call_id lns)$(call_id lac)" ]
ok "no pppd ran" [ ! -s $work/lns/run/pppd.log ]
tell lac "d a"
tunnel_secret lac tunnel-secret

scenario "the LNS is stopped during a call"
forget_logs
tell lac "c a"
ok "the only address is free again" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
ok "the LNS is up too" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
stop_daemon lns
ok "its exit status is 0" [ "$status" = 0 ]
ok "it takes no more than 2 s" [ "$took" -le 200 ]
ok "its pppd is gone" pppds_are lns 0
ok "its pid file is gone" [ ! -e $work/lns/pid ]
ok "its FIFO is gone" [ ! -e $work/lns/control ]
ok "the LAC notices" wait_until 5 pppds_are lac 0
ok "and says why" wait_until 5 says lac "trouble closed: .*shutting down"

scenario "two calls"
forget_logs
lns_conf 10.9.1.20-10.9.1.21
start_daemon lns "$L2TPD"
tell lac "c a"
ok "the first is up" wait_until 15 [ -e $work/lac/run/up.ppp0 ]
tell lac "c b"
ok "the second is up" wait_until 15 [ -e $work/lac/run/up.ppp1 ]
ok "both are up at the LNS too" wait_until 5 [ -e $work/lns/run/up.ppp1 ]
ok "each has an address of its own" own_addresses
ok "the first works" ping_all lac 10.9.0.1 -I ppp0
ok "the second works" ping_all lac 10.9.0.1 -I ppp1
ping_all lac 10.9.0.1 -I ppp1 -i 0.03 >$work/pinged &
pinger=$!
sleep 1
tell lac "d a"
ok "the first is hung up" wait_until 10 all_pppds_are 1
ok "the second loses no ping by it" wait $pinger

scenario "the LAC is stopped during a call"
stop_daemon lac
ok "its exit status is 0" [ "$status" = 0 ]
ok "it takes no more than 2 s" [ "$took" -le 200 ]
ok "its pppd is gone" pppds_are lac 0
ok "its pid file is gone" [ ! -e $work/lac/pid ]
ok "its FIFO is gone" [ ! -e $work/lac/control ]
ok "the LNS notices" wait_until 5 pppds_are lns 0

# The LNS listens to every address of either kind, so it goes on as it is.
on lns ip addr add fd00:9::1/64 dev eth0 nodad
on lac ip addr add fd00:9::2/64 dev eth0 nodad
near=$(on lns ip -6 -o addr show dev eth0 scope link | sed -n 's/.*inet6 \([^/]*\).*/\1/p')
for there in fd00:9::1 "$near%eth0"; do
	scenario "IPv6 outside: $there"
	forget_logs
	lac_conf a
	sed -i "s/^\( *lns = \).*/\1$there/" $work/lac/conf
	start_daemon lac "$L2TPD"
	tell lac "c a"
	ok "it is up" wait_until 15 [ -e $work/lac/run/up.ppp0 ]
	ok "at the LNS too" wait_until 5 [ -e $work/lns/run/up.ppp0 ]
	ok "by that address" says lac "${there%%%*}"
	ok "100 pings of 1,200 octets pass" ping_all lac 10.9.0.1
	ok "5 MB from LAC to LNS arrive whole" tcp_whole lac lns 10.9.0.1
	read -r ours _ <$work/lac/run/up.ppp0
	ok "5 MB from LNS to LAC arrive whole" tcp_whole lns lac "$ours"
	stop_daemon lac
	ok "its exit status is 0" [ "$status" = 0 ]
	ok "the LNS has let go" wait_until 10 all_pppds_are 0
done

stop_daemon lns
ok "the LNS stops with nothing to do" [ "$status" = 0 ]

finish
