#!/bin/sh
# "require ipsec = yes" on both sides, with the recipes' strongSwan and without a firewall's rule: L2TP is
# carried by IPsec, or not at all. What is on the wire is looked at there. The server has addresses to listen
# on, and what it sends finds IPsec by the mark that it bears.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/system/lib.sh"
enter_world "$root/test/system/25-require-ipsec.t"

mkdir $work
wire net0
for host in server one stranger; do
	machine $host
done
join server eth0 net0 192.0.2.1/24
join one eth0 net0 192.0.2.11/24
join stranger eth0 net0 192.0.2.99/24

# Each UDP datagram from or to port 1701 that the server's network has seen, control or data: an octet.
watch_wire='
	socket(my $wire, 17, 3, unpack "S", pack "n", 3) or die "socket: $!";
	$| = 1;
	open my $out, ">", shift or die "$!";
	while (defined recv $wire, my $frame, 65535, 0) {
		next if length $frame < 42 || unpack("x12 n", $frame) != 0x0800 || ord(substr $frame, 23) != 17;
		my $udp = 14 + 4 * (ord(substr $frame, 14) & 15);
		my ($from, $to) = unpack "x$udp n n", $frame;
		syswrite $out, "." if $from == 1701 || $to == 1701;
	}'
seen() {
	[ -s $work/clear ]
}
unseen() {
	[ ! -s $work/clear ]
}
# policies HOST N: it has so many of ours.
policies() {
	[ "$(on "$1" ip xfrm policy | grep -c 'priority 4294[0-9]* ')" = "$2" ]
}
# narrower HOST N: its call has a MTU, and one below that.
narrower() {
	mtu=$(on "$1" "${L2TPD%/*}/l2tpd-control" -c /run/l2tpd/l2tp-control status --json |
		sed -n 's/.*"mtu":\([0-9]*\).*/\1/p')
	note "$1: MTU $mtu"
	[ "${mtu:-0}" -gt 1300 ] && [ "$mtu" -lt "$2" ]
}
new_keys() {
	on one swanctl --list-sas 2>/dev/null | grep -q "vpn: #[2-9].*INSTALLED"
}
charon_off() {
	eval "kill \$${1}_charon; wait \$${1}_charon || :"
	rm -f "$work/$1/run/charon.vici"
}
daemon_gone() {
	eval "wait \$${1}_daemon || :"
}
gone() {
	[ ! -e "$work/$1/run/up.ppp0" ]
}

go_to server perl -e "$watch_wire" $work/clear &
wait_until 10 [ -e $work/clear ]

scenario "both require IPsec"
follow ipsec server
follow client one client
on server sed -i 's/^ip range = .*/&\nrequire ipsec = yes/
	s/^packet marks.*/&\nlisten-addr = 127.0.0.1\nlisten-addr = 192.0.2.1/' /etc/l2tpd/l2tpd.conf
on one sed -i 's/^lns = .*/&\nrequire ipsec = yes/; s/^redial timeout = .*/redial timeout = 3/' \
	/etc/l2tpd/l2tpd.conf
ok "strongSwan starts on the server" charon_on server
ok "l2tpd starts there" l2tpd_on server
ok "its policies are set, for IPv4 and IPv6" policies server 8
ok "without strongSwan the client's l2tpd starts" l2tpd_on one
ok "and says what is missing" wait_until 60 says one "trouble no-ipsec: nothing can be sent to 192.0.2.1"
ok "nothing has left in the clear" unseen
ok "strongSwan starts there, too" charon_on one
ok "the client is up" wait_until 60 has_address one
ok "by addresses of its own the server listens, and knows it by its mark" \
	says server " role=lns peer=192.0.2.11 .* mark=[1-9]"
ok "100 pings pass" ping_all one 10.77.0.1
ok "nothing has left in the clear" unseen
# 1500 less IP, UDP, L2TP with its length, PPP: 1460 without IPsec
ok "the client knows what IPsec takes of each packet" narrower one 1460
ok "the server, too" narrower server 1460

scenario "IPsec renews its keys"
on one swanctl --rekey --child vpn >>$work/one/charon.log 2>&1
ok "there are new ones" wait_until 20 new_keys
ok "100 pings pass" ping_all one 10.77.0.1
ok "nothing has left in the clear" unseen

scenario "IPsec is lost"
on one swanctl --uninstall --child vpn >>$work/one/charon.log 2>&1
on one swanctl --terminate --ike vpn >>$work/one/charon.log 2>&1
on one ping -n -q -c 20 -i 0.1 -W 1 10.77.0.1 >$work/ping || :
ok "not one ping passes" grep -q ' 0 received' $work/ping
ok "nor anything in the clear" unseen
on one swanctl --install --child vpn >>$work/one/charon.log 2>&1
ok "with its trap back, pings pass again" wait_until 90 ping_all one 10.77.0.1
ok "still nothing in the clear" unseen

scenario "strongSwan ends"
charon_off one
on one ping -n -q -c 20 -i 0.1 -W 1 10.77.0.1 >$work/ping || :
ok "not one ping passes" grep -q ' 0 received' $work/ping
ok "nor anything in the clear" unseen

scenario "the daemon is killed, and comes again"
eval "kill -KILL \$one_daemon"
daemon_gone one
ok "its policies have outlived it" policies one 4
ok "it starts again" l2tpd_on one
ok "and has them, and no others" wait_until 10 policies one 4
ok "strongSwan starts again" charon_on one
ok "the client is up" wait_until 60 has_address one
ok "100 pings pass" ping_all one 10.77.0.1
ok "nothing has left in the clear in all this" unseen

scenario "who comes in the clear"
on stranger sh -ec 'mkdir -p /etc/l2tpd
	cat >/etc/l2tpd/l2tpd.conf
	: >/etc/l2tpd/l2tp-secrets
	chmod 600 /etc/l2tpd/l2tp-secrets
	printf "noauth\nnoipdefault\n" >/etc/ppp/options' <<END
[lac clear]
lns = 192.0.2.1
autodial = yes
redial = yes
redial timeout = 3
pppoptfile = /etc/ppp/options
END
ok "a stranger's l2tpd starts" l2tpd_on stranger
ok "it is seen on the wire" wait_until 10 seen
ok "and not answered" wait_until 60 says stranger "trouble no-answer"
ok "the server's daemon has not heard of it" [ "$(grep -c 192.0.2.99 $work/server/log)" = 0 ]

scenario "who need not"
on server sh -ec 'cat >>/etc/l2tpd/l2tpd.conf' <<END

[lns neighbour]
lac = 192.0.2.99
ip range = 10.77.0.2 - 10.77.0.9
require ipsec = no
require authentication = no
pppoptfile = /etc/ppp/options
END
tell server reload
ok "the neighbour is served without" wait_until 90 says stranger "Connection established to 192.0.2.1"
ok "the client is untouched" ping_all one 10.77.0.1

scenario "the end"
eval "kill \$one_daemon \$server_daemon"
daemon_gone one
daemon_gone server
ok "the client's policies are gone" policies one 0
ok "the server's, too" policies server 0
finish
