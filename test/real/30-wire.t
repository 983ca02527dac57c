#!/bin/sh
# What our LNS and our LAC say to one another, as tshark reads it: it knows every message, finds
# nothing malformed and has nothing to remark. (It cannot reveal hidden AVPs; xl2tpd can.)
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"

# In the world: one call, recorded from its first message to its last. Whether it works is
# another test's business.
record() {
	make_hosts
	lns_conf 10.9.1.10
	lac_conf a
	start_daemon lns "$L2TPD"
	start_daemon lac "$L2TPD"
	start_listening
	tell lac "c a" &&
		wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1 &&
		tell lns "h $(call_id lns)" &&
		wait_until 10 all_pppds_are 0 &&
		tell lac "d a" &&
		wait_until 10 says lns "[Cc]onnection .*closed to 192.0.2.2" &&
		sleep 1 &&
		stop_listening &&
		cp $work/wire.pcap /run/keep
}

if [ -n "${IN_WORLD-}" ]; then
	scenario "recording"
	record || {
		show_logs
		exit 1
	}
	exit
fi

tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

WORLD_OUT=$tmp
export WORLD_OUT
(enter_world "$root/test/real/30-wire.t") >"$tmp/said" || {
	cat "$tmp/said"
	exit 1
}
[ -e "$tmp/wire.pcap" ] || {
	cat "$tmp/said"
	exit
}

# read_as OPTION...: what tshark says about the recording.
read_as() {
	tshark -r "$tmp/wire.pcap" "$@" 2>"$tmp/errors" || {
		sed 's/^/# /' "$tmp/errors"
		return 1
	}
}

# finds_none FILTER: no frame passes a filter.
finds_none() {
	read_as -Y "$1" -V >"$tmp/found" || return 1
	[ ! -s "$tmp/found" ] || {
		sed 's/^/# /' "$tmp/found"
		return 1
	}
}

# has_messages TYPE...: all of them, in this order, among the messages with a body.
has_messages() {
	read_as -Y l2tp.avp.message_type -T fields -e l2tp.avp.message_type >"$tmp/found" || return 1
	found=$(tr '\n' ' ' <"$tmp/found")
	[ "$found" = "$* " ] || {
		note "found: $found"
		return 1
	}
}

scenario "tshark"
ok "all messages of a call are there" has_messages 1 2 3 10 11 12 14 4
ok "no message is malformed" finds_none _ws.malformed
ok "nothing is to be remarked" finds_none _ws.expert
finish
