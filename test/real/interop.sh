# The tests with Debian's xl2tpd at one end: the same calls whichever end that is. Sourced after
# lib.sh; a test says which end is ours: interop lns, or interop lac.

# A call comes up with the only address of the pool, so the one before has given it back.
interop_up() {
	forget_logs
	tell lac "c a"
	ok "the LAC gets the only address of the pool" \
		wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
	ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
}

# All is gone. That pppd may run ip-down in peace is asked of our end only: xl2tpd hangs up the
# line first and sends SIGTERM into the middle of it.
interop_gone() {
	ok "no pppd is left" wait_until 10 all_pppds_are 0
	ok "ip-down has run at our end" wait_until 5 no_ppp "$ours" ppp0
	rm -f $work/*/run/up.ppp0
}

# What our end hid while the call was set up. xl2tpd says "hidden bit" but hides nothing.
interop_hidden() {
	eval "count=\$hidden_$ours"
	note "our end hid $count AVPs"
	case $hidden in
	yes) ok "our end hides AVPs, and xl2tpd reads them" [ "$count" -gt 0 ] ;;
	no) ok "our end hides nothing" [ "$count" = 0 ] ;;
	esac
}

# One call that the LAC hangs up, one that the LNS hangs up, and one more for the address.
interop_calls() {
	scenario "hidden bit = $hidden, hang-up by the LAC"
	start_listening
	interop_up
	stop_listening
	interop_hidden
	ok "100 pings of 1,200 octets pass" ping_all lac 10.9.0.1
	ok "5 MB from LAC to LNS arrive whole" tcp_whole lac lns 10.9.0.1
	tell lac "d a"
	interop_gone
	ok "the LNS says that the tunnel is closed" \
		wait_until 5 says lns "[Cc]onnection .*closed to 192.0.2.2"

	scenario "hidden bit = $hidden, hang-up by the LNS"
	interop_up
	ok "100 pings of 1,200 octets pass" ping_all lac 10.9.0.1
	ok "5 MB from LNS to LAC arrive whole" tcp_whole lns lac 10.9.1.10
	tell lns "h $(call_id lns)"
	interop_gone

	scenario "hidden bit = $hidden, after both hang-ups"
	interop_up
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
		interop_calls
		stop_daemon lac
		stop_daemon lns
	done
	finish
}
