#!/bin/sh
# doc/recipe-ipsec.md and doc/recipe-client.md, as they stand: a server, and two clients behind one
# NAT, which both send from port 1701. Names, addresses and passwords here are the documents'.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/system/lib.sh"
enter_world "$root/test/system/20-ipsec.t"

mkdir $work
wire net0
wire net1
for host in server nat one two; do
	machine $host
done
join server eth0 net0 192.0.2.1/24
join nat eth0 net0 192.0.2.7/24
join nat eth1 net1 192.168.1.1/24
join one eth0 net1 192.168.1.10/24
join two eth0 net1 192.168.1.11/24
on one ip route add default via 192.168.1.1
on two ip route add default via 192.168.1.1
modules iptable_nat
on nat sh -ec 'sysctl -q net.ipv4.ip_forward=1
	iptables-legacy -t nat -A POSTROUTING -o eth0 -j MASQUERADE'

seen_in_clear() {
	[ "$(wc -c <$work/wire.pcap)" -gt 24 ]
}

# server_has PATTERN: a line of what strongSwan says of its IPsec there.
server_has() {
	on server swanctl --list-sas 2>/dev/null | grep -q "$1"
}

go_to nat perl "$root/test/real/wire" capture $work/wire.pcap &
wait_until 10 [ -s $work/wire.pcap ]

scenario "the recipe for a server"
ok "the server takes its files" follow ipsec server
ok "strongSwan starts" charon_on server
ok "l2tpd starts" l2tpd_on server

scenario "the recipe for a client"
for host in one two; do
	ok "$host takes its files" follow client $host client
done
on two sed -i 's/^name = alice/name = bob/' /etc/l2tpd/l2tpd.conf
on two sed -i 's/alice/bob/g' /etc/ppp/chap-secrets
for host in one two; do
	ok "$host: strongSwan starts" charon_on $host
	ok "$host: l2tpd starts" l2tpd_on $host
	ok "$host has an address of the pool" wait_until 60 has_address $host
	note "$host is $address"
done
ok "their addresses are two" [ "$(cat $work/one/run/up.ppp0)" != "$(cat $work/two/run/up.ppp0)" ]
ok "to the server both are 192.0.2.7, port 1701" [ "$(grep -c \
	'Connection established to 192.0.2.7, 1701\.' $work/server/log)" = 2 ]
ok "and have two marks" [ "$(sed -n 's/.* role=lns .* mark=//p' $work/server/log | sort -u | wc -l)" = 2 ]
ok "one: 100 pings pass" ping_all one 10.77.0.1
ok "two: 100 pings pass" ping_all two 10.77.0.1
on one ping -n -q -c 100 -i 0.01 -W 3 10.77.0.1 >$work/one.ping &
ok "while one pings, two's pass too" ping_all two 10.77.0.1
wait $!
ok "and so do one's" grep -q "100 received" $work/one.ping
ok "all other traffic of one goes there" leads one 198.51.100.1 ppp0
ok "but not what is for the server" leads one 192.0.2.1 eth0

scenario "nothing is in the clear"
ok "the router has seen no L2TP pass" [ "$(wc -c <$work/wire.pcap)" = 24 ]
on nat perl -MIO::Socket::INET -e 'IO::Socket::INET->new(Proto => "udp", LocalPort => 1701,
	PeerAddr => "192.0.2.1:1701")->send(pack "n6", 0xc802, 12, 9, 0, 0, 0)'
ok "though it would have" wait_until 10 seen_in_clear

# The numbers are strongSwan's own: the first IKEs and children of both clients are 1 and 2.
scenario "IPsec renews its keys"
on two swanctl --rekey --child vpn >>$work/two/charon.log 2>&1
ok "two has new ones" wait_until 20 server_has "l2tp: #[3-9], reqid 2, INSTALLED"
ok "two: 100 pings pass" ping_all two 10.77.0.1
on two swanctl --rekey --ike vpn --reauth >>$work/two/charon.log 2>&1
ok "two has authenticated itself anew" wait_until 20 server_has "l2tp: #[3-9], ESTABLISHED"
on two swanctl --rekey --child vpn >>$work/two/charon.log 2>&1
ok "and has new ones again" wait_until 20 server_has "l2tp: #[4-9], reqid 2, INSTALLED"
ok "two: 100 pings pass" ping_all two 10.77.0.1
ok "one: 100 pings pass" ping_all one 10.77.0.1

scenario "one hangs up"
tell one "d vpn"
ok "its interface is gone at both ends" wait_until 15 pppds_are server 1
ok "two: 100 pings pass" ping_all two 10.77.0.1
tell one "c vpn"
ok "one comes again" wait_until 30 has_address one
ok "one: 100 pings pass" ping_all one 10.77.0.1
finish
