# The tests with Debian's xl2tpd at one end: the same calls whichever end that is. Sourced after
# lib.sh; a test says which end is ours: interop lns, or interop lac.

# A call comes up with the only address of the pool, so the one before has given it back.
interop_call() {
	forget_logs
	tell lac "c a"
	ok "the LAC gets the only address of the pool" \
		wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
	ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
	ok "100 pings of 1,200 octets pass" ping_all lac 10.9.0.1
}

# All is gone. That pppd may run ip-down in peace is asked of our end only: xl2tpd hangs up the
# line first and sends SIGTERM into the middle of it.
interop_gone() {
	ok "no pppd is left" wait_until 10 all_pppds_are 0
	ok "ip-down has run at our end" wait_until 5 no_ppp "$ours" ppp0
	rm -f $work/*/run/up.ppp0
}

# interop_pair NAME: with the configuration as it is, one hang-up from either side.
interop_pair() {
	scenario "$1, hang-up by the LAC"
	interop_call
	ok "5 MB from LAC to LNS arrive whole" tcp_whole lac lns 10.9.0.1
	tell lac "d a"
	interop_gone
	ok "the LNS says that the tunnel is closed" \
		wait_until 5 says lns "[Cc]onnection .*closed to 192.0.2.2"

	scenario "$1, hang-up by the LNS"
	interop_call
	ok "5 MB from LNS to LAC arrive whole" tcp_whole lns lac 10.9.1.10
	tell lns "h $(call_id lns)"
	interop_gone

	scenario "$1, after both hang-ups"
	interop_call
	tell lac "d a"
	interop_gone
}

interop() {
	ours=$1
	lns=$XL2TPD
	lac=$XL2TPD
	eval "$ours=\$L2TPD"
	make_hosts
	for hidden in no yes; do
		lns_conf 10.9.1.10
		lac_conf a
		start_daemon lns "$lns"
		start_daemon lac "$lac"
		interop_pair "hidden bit = $hidden"
		stop_daemon lac
		stop_daemon lns
	done
	finish
}
