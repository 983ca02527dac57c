#!/bin/sh
# Somebody dials in to a modem, of which Debian's mgetty takes care: it finds PPP on the line and runs
# l2tpd-attach in pppd's stead, by the example in l2tpd-attach(8); our LAC, and our LNS with a real pppd.
# The modem, and the telephone, are test/e2e/modem.c.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
mgetty=/sbin/mgetty
if [ ! -x $mgetty ]; then
	echo "1..0 # SKIP no mgetty here (Debian's package mgetty; scripts/setup installs it)"
	exit
fi
enter_world "$root/test/real/17-mgetty.t"
attach=${L2TPD%l2tpd}l2tpd-attach
modem=${B:-$root/build}/test/modem

# Files of our own in the place of mgetty's. What it runs is the line of the manual's example, but for
# where our program and its daemon's FIFO are.
give_mgetty_files() {
	mkdir $work/etc.mgetty $work/log.mgetty
	sed -n 's|^\.Dl /AutoPPP/|/AutoPPP/|p' "$root/doc/l2tpd-attach.8" |
		sed "s|/usr/sbin/l2tpd-attach|$attach -c $work/lac/control|" >$work/etc.mgetty/login.config
	chmod 600 $work/etc.mgetty/login.config
	: >$work/etc.mgetty/dialin.config
	printf '%s\n' 'debug 4' 'speed 115200' 'data-only yes' 'rings 2' 'toggle-dtr no' 'fax-id' \
		>$work/etc.mgetty/mgetty.config
	on lac mount --bind $work/etc.mgetty /etc/mgetty
	on lac mount --bind $work/log.mgetty /var/log/mgetty
}

# start_modem: it, and mgetty as init would have it, until that waits for a ring.
start_modem() {
	rm -f $work/line $work/phone $work/log.mgetty/*
	"$modem" $work/line $work/phone 5550099 >$work/modem.log &
	modem_pid=$!
	wait_until 10 [ -h $work/phone ]
	tty=$(readlink $work/line)
	go_to lac setsid $mgetty "${tty#/dev/}" >>$work/mgetty.out 2>&1 &
	getty=$!
	ok "mgetty has set up the modem" wait_until 20 grep -rqs 'waiting\.\.\.' $work/log.mgetty
}

start_caller() {
	go_to caller pppd $work/phone 115200 local nodetach file /etc/ppp/options.l2tpd user alice \
		>>$work/caller/log 2>&1 &
	caller_pppd=$!
}

# ends PID: the process is there no more.
ends() {
	[ ! -d "/proc/$1/fd/." ]
}

# Sets $status to the exit status of what mgetty has become.
getty_ends() {
	ok "what mgetty has run ends" wait_until 15 ends $getty
	kill $getty 2>/dev/null || :
	wait $getty && status=0 || status=$?
	sed 's/^/# modem: /' $work/modem.log
	sed -n 's/^.*#####/# mgetty:/p' $work/log.mgetty/*
}

make_hosts
make_caller
lns_conf 10.9.1.10
cat >$work/lac/conf <<-END
	[global]
	force userspace = yes
	[lac isp]
	lns = $lns_ip
	challenge = yes
END
give_mgetty_files
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"

scenario "a call by modem"
start_modem
start_caller
ok "the caller gets the address of the pool" wait_until 40 ppp_is caller ppp0 10.9.1.10 10.9.0.1
ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
ok "the LNS knows who calls" says lns 'up role="lns".* calling="5550099"'
ok "and at which speed" says lns 'up role="lns" tx=33600 rx=33600'
ok "the LAC has no pppd" pppds_are lac 0
ok "100 pings of 1,400 octets pass" ping_all caller 10.9.0.1 -s 1372

scenario "the caller hangs up"
kill -s TERM $caller_pppd
wait $caller_pppd || :
getty_ends
ok "l2tpd-attach: the line has hung up" [ $status = 0 ]
ok "the LNS hears of a lost carrier" wait_until 10 says lns 'loss of carrier'
ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0
ok "the modem is free" wait_until 10 ends $modem_pid

scenario "the LNS hangs up"
forget_logs
start_modem
start_caller
ok "up again" wait_until 40 ppp_is caller ppp0 10.9.1.10 10.9.0.1
tell lns "h $(call_id lns)"
getty_ends
ok "l2tpd-attach: the LNS has ended it" [ $status = 5 ]
ok "the LNS has no pppd left" wait_until 10 pppds_are lns 0
ok "the modem has hung up" wait_until 10 ends $modem_pid
ok "and the caller has found that out" wait_until 15 ends $caller_pppd
finish
