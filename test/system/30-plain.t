#!/bin/sh
# doc/recipe-plain.md and doc/recipe-router.md, as they stand: a server with two clients, one of
# them a router with a PC behind it. Names, addresses and passwords here are the documents'.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/system/lib.sh"
enter_world "$root/test/system/30-plain.t"

mkdir $work
wire net0
wire net1
for host in server client router pc; do
	machine $host
done
join server eth0 net0 192.0.2.1/24
join client eth0 net0 192.0.2.50/24
join router eth0 net0 192.0.2.100/24
join router eth1 net1 192.168.1.1/24
join pc eth0 net1 192.168.1.10/24
on pc ip route add default via 192.168.1.1

scenario "the recipe for plain L2TP"
for host in server client; do
	ok "$host takes its files" follow plain $host
	ok "$host: l2tpd starts" l2tpd_on $host
done
ok "the client has an address of the pool" wait_until 30 has_address client
ok "100 pings pass" ping_all client 10.77.0.1
tell client "d office"
ok "hang-up by hand" wait_until 15 no_ppp client ppp0
tell client "c office"
ok "and up again" wait_until 30 has_address client

# A provider that asks for no secret of the tunnel.
tell client "d office"
on server sed -i '/^challenge/d' /etc/l2tpd/l2tpd.conf
stop_daemon server
l2tpd_on server

scenario "the recipe for a router"
ok "it takes its files" follow router router
if [ "$IN_WORLD" = uml ]; then
	# This kernel's nf_tables know no such tables: what the PC needs of them, otherwise.
	modules iptable_nat
	on router iptables-legacy -t nat -A POSTROUTING -o ppp+ -j MASQUERADE
fi
ok "l2tpd starts" l2tpd_on router
ok "it has an address of the pool" wait_until 30 has_address router
ok "the Internet is there" leads router 198.51.100.1 ppp0
ok "the LNS is not" leads router 192.0.2.1 eth0
ok "100 pings of a PC behind it pass" ping_all pc 10.77.0.1
forget_logs
read -r pppd <$work/router/run/ppp0.pid
kill -s KILL "$pppd"
rm -f $work/router/run/up.ppp0
ok "a killed pppd comes back" wait_until 60 has_address router
ok "100 pings of the PC pass again" ping_all pc 10.77.0.1

# The provider's side changes: the LNS is behind a gateway now, and then behind another one.
scenario "other ways to the LNS"
old=192.0.2.100/24
move() {
	on router sh -ec "ip address add $2 dev eth0
		ip address delete $1 dev eth0
		ip route replace default via $3"
}
for net in 10.1.1 10.1.2; do
	rm -f $work/router/run/up.ppp0
	on server ip address add $net.1/24 dev eth0
	move $old $net.100/24 $net.1
	old=$net.100/24
	ok "$net: it is there again" wait_until 120 has_address router
	ok "$net: the LNS is by its gateway" [ "$(on router ip route get 192.0.2.1 |
		grep -c " via $net.1 dev eth0 ")" = 1 ]
	ok "$net: the Internet is inside" leads router 198.51.100.1 ppp0
	ok "$net: 100 pings of the PC pass" ping_all pc 10.77.0.1
done
finish
