#!/bin/sh
# The kernel carries the data, with Debian's xl2tpd at the other end in its own kernel mode.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/15-kernel-xl2tpd.t"

make_hosts
hidden=no lns_userspace=no lac_userspace=no

for ours in lns lac; do
	lns=$XL2TPD lac=$XL2TPD
	eval "$ours=\$L2TPD"
	scenario "ours is the $ours"
	forget_logs
	lns_conf 10.9.1.10
	lac_conf a
	start_daemon lns "$lns"
	start_daemon lac "$lac"
	tell lac "c a"
	ok "the LAC gets its address" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
	ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
	ok "our kernel carries the call" says $ours "the kernel carries its data"
	ok "and theirs" says $([ $ours = lns ] && echo lac || echo lns) '"pppol2tp.so"'
	ok "100 pings of 1,200 octets pass" ping_all lac 10.9.0.1
	ok "5 MB from LAC to LNS arrive whole" tcp_whole lac lns 10.9.0.1
	ok "5 MB from LNS to LAC arrive whole" tcp_whole lns lac 10.9.1.10
	tell lac "d a"
	ok "hung up by the LAC: no pppd is left" wait_until 15 all_pppds_are 0
	ok "ip-down has run at our end" wait_until 5 no_ppp $ours ppp0
	rm -f $work/*/run/up.ppp0
	forget_logs
	tell lac "c a"
	ok "and again" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
	ok "at the LNS too" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
	tell lns "h $(call_id lns)"
	ok "hung up by the LNS: no pppd is left" wait_until 15 all_pppds_are 0
	rm -f $work/*/run/up.ppp0
	stop_daemon lac
	stop_daemon lns
done

finish
