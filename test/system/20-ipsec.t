#!/bin/sh
# doc/recipe-ipsec.md and doc/recipe-client.md, as they stand: a server, and two clients behind one
# NAT, which both send from port 1701. Each has a router of its own as well, with the same addresses
# behind it: so both are 192.168.1.10 to themselves, too. Names, addresses and passwords here are
# the documents'.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/system/lib.sh"
enter_world "$root/test/system/20-ipsec.t"

mkdir $work
for net in net0 net1 net2 net3; do
	wire $net
done
for host in server nat home1 home2 one two; do
	machine $host
done
join server eth0 net0 192.0.2.1/24
join nat eth0 net0 192.0.2.7/24
join nat eth1 net1 100.64.0.1/24
join home1 eth0 net1 100.64.0.11/24
join home1 eth1 net2 192.168.1.1/24
join home2 eth0 net1 100.64.0.12/24
join home2 eth1 net3 192.168.1.1/24
join one eth0 net2 192.168.1.10/24
join two eth0 net3 192.168.1.10/24
on two ip route add default via 192.168.1.1
for host in home1 home2; do
	on $host ip route add default via 100.64.0.1
done
modules_for_rules
for host in nat home1 home2; do
	on $host sh -ec 'sysctl -q net.ipv4.ip_forward=1
		iptables-legacy -t nat -A POSTROUTING -o eth0 -j MASQUERADE'
done

seen_in_clear() {
	[ "$(wc -c <$work/wire.pcap)" -gt 24 ]
}

# server_has PATTERN: a line of what strongSwan says of its IPsec there.
server_has() {
	on server swanctl --list-sas 2>/dev/null | grep -q "$1"
}

# move HOST ADDRESS GATEWAY: gives the host this address in place of the one that it has.
move() {
	on "$1" sh -ec "ip address flush dev eth0
		ip address add $2 dev eth0
		ip route replace default via $3"
}

# conntrack_seconds N: how long the NAT remembers who a port is for.
conntrack_seconds() {
	on nat sh -ec "cd /proc/sys/net/netfilter
		echo $1 >nf_conntrack_udp_timeout
		echo $1 >nf_conntrack_udp_timeout_stream"
}

go_to nat perl "$root/test/real/wire" capture $work/wire.pcap &
wait_until 10 [ -s $work/wire.pcap ]

scenario "the recipe for a server"
ok "the server takes its files" follow ipsec server
rules server
ok "strongSwan starts" charon_on server
ok "l2tpd starts" l2tpd_on server

scenario "the recipe for a client"
for host in one two; do
	ok "$host takes its files" follow client $host client
	rules $host
done
# bob has a domain, as with Windows.
on two sed -i 's/^name = alice/name = OFFICE\\bob/' /etc/l2tpd/l2tpd.conf
on two sed -i 's/^alice/"OFFICE\\\\bob"/; s/alice/bob/' /etc/ppp/chap-secrets
on server sed -i 's/^bob/"OFFICE\\\\bob"/' /etc/ppp/chap-secrets
on one ip link set eth0 down
for host in one two; do
	ok "$host: strongSwan starts" charon_on $host
	ok "$host: l2tpd starts" l2tpd_on $host
	if [ $host = one ]; then
		ok "one has no network yet" wait_until 20 says one "Connecting to host"
		on one ip link set eth0 up
		on one ip route add default via 192.168.1.1
	fi
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
ok "nor what is for the network that it is in" leads one 192.168.1.1 eth0

# The numbers are strongSwan's own: the first IKEs and children of both clients are 1 and 2.
scenario "IPsec renews its keys"
ok "the server leaves that to the clients" [ "$(on server swanctl --list-sas 2>/dev/null |
	grep -c -e rekeying -e REKEYED)" = 0 ]
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

# The NAT forgets both, and gives them other ports.
scenario "another port"
on nat iptables-legacy -t nat -I POSTROUTING -p udp -o eth0 -j MASQUERADE --to-ports 30000-30999
conntrack_seconds 1
ok "one: 100 pings pass" ping_all one 10.77.0.1
ok "two: 100 pings pass" ping_all two 10.77.0.1
sleep 3
conntrack_seconds 120
for host in one two; do
	on $host ping -n -q -c 5 -i 0.2 -W 3 10.77.0.1 >$work/ping || :
done
ok "the server knows" wait_until 20 server_has '192\.0\.2\.7\[30[0-9][0-9][0-9]\]'
ok "two: 100 pings pass" ping_all two 10.77.0.1
ok "one: 100 pings pass" ping_all one 10.77.0.1

scenario "one is carried to another network"
rm -f $work/one/run/up.ppp0
forget_logs
ip link set one-eth0 master net1
move one 100.64.0.50/24 100.64.0.1
ok "it is there again" wait_until 120 has_address one
ok "by an IPsec of its own" [ "$(sed -n 's/.* role=lns .* mark=//p' $work/server/log | wc -l)" = 1 ]
ok "one: 100 pings pass" ping_all one 10.77.0.1
ok "two: 100 pings pass" ping_all two 10.77.0.1

scenario "nothing is in the clear"
ok "the router has seen no L2TP pass" [ "$(wc -c <$work/wire.pcap)" = 24 ]
on nat perl -MIO::Socket::INET -e 'IO::Socket::INET->new(Proto => "udp", LocalPort => 1701,
	PeerAddr => "192.0.2.1:1701")->send(pack "n6", 0xc802, 12, 9, 0, 0, 0)'
ok "though it would have" wait_until 10 seen_in_clear
finish
