#!/bin/sh
# Tunnel switching with real pppds: a client's, through our switch, which has none, to a LNS that it
# cannot reach itself: ours and Debian's xl2tpd.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/18-switch.t"

# The switch stands between the two, with a cable to each; the client finds it where else the LNS is.
make_chain() {
	make_hosts
	mkdir -p $work/lts/etc/ppp
	start_host lts
	wait_until 10 [ -e $work/lts/ready ]
	on lac ip link del eth0
	ip link add eth0 netns "$lac_pid" type veth peer name eth0 netns "$lts_pid"
	ip link add eth0 netns "$lns_pid" type veth peer name eth1 netns "$lts_pid"
	printf '%s\n' "addr add $lac_ip/24 dev eth0" 'link set eth0 up' >$work/lac/links
	printf '%s\n' 'addr add 198.51.100.1/24 dev eth0' 'link set eth0 up' >$work/lns/links
	printf '%s\n' 'link set lo up' "addr add $lns_ip/24 dev eth0" 'link set eth0 up' \
		'addr add 198.51.100.3/24 dev eth1' 'link set eth1 up' >$work/lts/links
	for host in lac lns lts; do
		on $host ip -batch $work/$host/links
	done
	tunnel_secret lts tunnel-secret
	cat >$work/lts/conf <<-END
		[global]
		force userspace = yes
		[lns default]
		challenge = yes
		[lac far]
		lns = 198.51.100.1
		challenge = yes
		[switch all]
		through = far
	END
}

# pass LNS: a call, pings of 1,400 octets, and both hang-ups.
pass() {
	scenario "$1: a call through the switch"
	forget_logs
	tell lac "c a"
	ok "the client gets the address of the LNS's pool" wait_until 20 ppp_is lac ppp0 10.9.1.10 10.9.0.1
	ok "the LNS has the other end" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
	ok "the switch has no pppd" pppds_are lts 0
	ok "it says by which rule the call goes on" says lts 'goes on as call .* by switch all through lac far'
	ok "100 pings of 1,400 octets pass" ping_all lac 10.9.0.1 -s 1372
	ok "5 MB from the client arrive whole" tcp_whole lac lns 10.9.0.1
	ok "5 MB to the client arrive whole" tcp_whole lns lac 10.9.1.10

	scenario "$1: the client hangs up"
	tell lac "d a"
	ok "no pppd is left" wait_until 10 all_pppds_are 0
	ok "the switch closes its tunnel" wait_until 5 says lts 'no call left'
	rm -f $work/*/run/up.ppp0

	scenario "$1: the LNS hangs up"
	forget_logs
	tell lac "c a"
	ok "up again" wait_until 20 ppp_is lac ppp0 10.9.1.10 10.9.0.1
	tell lns "h $(call_id lns)"
	ok "no pppd is left" wait_until 10 all_pppds_are 0
	ok "the client's daemon heard of it" wait_until 5 says lac 'call .*: down'
	rm -f $work/*/run/up.ppp0
}

# The switch has calls of its own, too, whose data its kernel carries.
beside_the_kernel() {
	scenario "calls that the switch's kernel carries beside those that go on"
	forget_logs
	cp $work/lns/etc/ppp/* $work/lts/etc/ppp/
	lac_conf a b
	sed -i 's/^\[lac a\]/&\ncalled number = 500/' $work/lac/conf
	sed -i -e '/^force/d' -e 's/^\[switch all\]/&\ncalled = 500/' $work/lts/conf
	sed -i 's|^\[lac far\]|ip range = 10.9.3.10\nlocal ip = 10.9.2.1\nrequire chap = yes\n\
require authentication = yes\nname = lts\npppoptfile = /etc/ppp/options.l2tpd\n&|' $work/lts/conf
	start_daemon lns "$L2TPD"
	start_daemon lts "$L2TPD"
	start_daemon lac "$L2TPD"
	tell lac "c a"
	ok "a call that goes on" wait_until 20 ppp_is lac ppp0 10.9.1.10 10.9.0.1
	tell lac "c b"
	ok "and one that ends at the switch" wait_until 20 ppp_is lac ppp1 10.9.3.10 10.9.2.1
	ok "whose data the kernel carries" says lts 'the kernel carries its data'
	ok "those of the other it does not" [ "$(grep -c 'the kernel carries its data' $work/lts/log)" = 1 ]
	ok "the first works" ping_all lac 10.9.0.1 -I ppp0
	ok "the second works" ping_all lac 10.9.2.1 -I ppp1
	ok "5 MB through the first arrive whole" tcp_whole lac lns 10.9.0.1
	tell lac "d b"
	ok "the second ends" wait_until 10 pppds_are lts 0
	ok "the first goes on" ping_all lac 10.9.0.1 -I ppp0
	tell lac "c b"
	ok "the second is up again" wait_until 20 ppp_is lac ppp1 10.9.3.10 10.9.2.1
	tell lac "d a"
	ok "the first ends" wait_until 10 pppds_are lns 0
	ok "the second goes on" ping_all lac 10.9.2.1 -I ppp1
	tell lac "d b"
	ok "no pppd is left" wait_until 10 pppds_are lac 0
	for host in lac lts lns; do
		stop_daemon $host
		ok "$host ends in good order" [ "$status" = 0 ]
	done
}

make_chain
lns_conf 10.9.1.10
lac_conf a
start_daemon lts "$L2TPD"
start_daemon lac "$L2TPD"
for lns in "$L2TPD" $XL2TPD; do
	start_daemon lns "$lns"
	pass "${lns##*/}"
	stop_daemon lns
done
stop_daemon lac
stop_daemon lts
ok "the switch ends in good order" [ "$status" = 0 ]
beside_the_kernel
finish
