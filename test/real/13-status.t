#!/bin/sh
# What l2tpd-control tells of calls with real pppds: who the user is, which addresses were agreed on,
# which interface and pppd a call has; at both ends.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/13-status.t"

tool=${L2TPD%/*}/l2tpd-control

# page HOST: its status as JSON, in $work/HOST/page; with that of its calls in a line each.
page() {
	on "$1" "$tool" -c $work/"$1"/control status --json >$work/"$1"/page
}

# tells HOST TEXT...: there is a call in the page with all of that.
tells() {
	host=$1
	shift
	page "$host"
	grep '"pppd_pid"' $work/"$host"/page >$work/"$host"/calls || return 1
	for text in "$@"; do
		grep -q -F -- "$text" $work/"$host"/calls || return 1
	done
}

# people_see PATTERN: in the tables of the LNS.
people_see() {
	on lns "$tool" -c $work/lns/control status >$work/lns/tables
	grep -q -- "$1" $work/lns/tables
}

# heard HOST TEXT...: a line of its events has all of that.
heard() {
	events=$work/$1/events
	shift
	grep -F -- "$1" "$events" | grep -F -- "$2" | grep -q -F -- "$3"
}

make_hosts
lns_conf 10.9.1.10-10.9.1.19
lac_conf a
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"
go_to lns "$tool" -c $work/lns/control events >$work/lns/events 2>&1 &
ok "somebody listens to events" wait_until 10 grep -q listening $work/lns/events

scenario "a call is up"
tell lac "c a"
ok "PPP is up" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
ok "PPP is up at the LNS" wait_until 15 ppp_is lns ppp0 10.9.0.1 10.9.1.10
ok "the LNS tells the user, the addresses and the interface" wait_until 10 tells lns \
	'"user":"alice","user_accepted":true' '"ppp_up":true' '"address":"10.9.1.10"' \
	'"local_address":"10.9.0.1"' '"interface":"ppp0"'
ok "and so does the LAC" wait_until 10 tells lac \
	'"user":"alice","user_accepted":true' '"address":"10.9.0.1"' '"local_address":"10.9.1.10"' \
	'"interface":"ppp0"'
ok "people see it in a line" people_see "alice .* 10[.]9[.]1[.]10 .* ppp0 "
ok "an event has told it" wait_until 5 heard lns '"event":"ppp_up"' \
	'"layer":"ipv4","user":"alice"' '"address":"10.9.1.10","local_address":"10.9.0.1"'

scenario "it ends"
on lac "$tool" -c $work/lac/control disconnect a >$work/said
ok "the tool says that it does" grep -q -x OK $work/said
ok "no pppd is left" wait_until 10 all_pppds_are 0
ok "an event has told it, with its traffic" wait_until 5 heard lns '"event":"call_down"' '"by":"peer"' \
	'"rx_frames":'
finish
