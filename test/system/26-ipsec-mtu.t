#!/bin/sh
# What IPsec takes of a packet is known exactly, with ESP as it is and with ESP in UDP, as behind a NAT (RFC
# 3948): a packet as large as PPP's MTU leaves in one piece that the wire just holds, and one that is larger by
# an octet does not.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/system/lib.sh"
enter_world "$root/test/system/26-ipsec-mtu.t"

wire_mtu=1500
block=16 # of the cipher, AES-CBC: ESP's padding goes by it

mkdir $work
wire net0
for host in server one; do
	machine $host
done
join server eth0 net0 192.0.2.1/24
join one eth0 net0 192.0.2.11/24

# Each packet that the client sends, or a piece of one: its octets, its protocol, and the port that it goes to;
# "piece" if it is one.
watch_wire='
	socket(my $wire, 17, 3, unpack "S", pack "n", 3) or die "socket: $!";
	open my $out, ">", shift or die "$!";
	syswrite $out, "wire\n";
	while (defined recv $wire, my $frame, 65535, 0) {
		next if length $frame < 42;
		my ($type, $ihl, $n, $piece, $protocol, $from) = unpack "x12 n C x n x2 n x C x2 N", $frame;
		next if $type != 0x0800 || $from != 0xc000020b;
		my $port = $protocol == 17 ? unpack("x" . (16 + 4 * ($ihl & 15)) . "n", $frame) : 0;
		syswrite $out, "$n $protocol $port" . ($piece & 0x3fff ? " piece" : "") . "\n";
	}'

# Sets $mtu to that of the call, as the daemon of a host has it.
ask_mtu() {
	mtu=$(on "$1" "${L2TPD%/*}/l2tpd-control" -c /run/l2tpd/l2tp-control status --json |
		sed -n 's/.*"mtu":\([0-9]*\).*/\1/p')
	note "$1: MTU ${mtu:-none}"
}

# seen_all OCTETS: the watcher, which may lag behind.
seen_all() {
	[ "$(awk -v least="$1" '$1 >= least' $work/sent | wc -l)" -ge 10 ]
}

# send OCTETS: pings of that size, not to be cut in two within the tunnel; what leaves is in sent.
send() {
	rm -f $work/sent
	go_to one perl -e "$watch_wire" $work/sent &
	watcher=$!
	wait_until 10 [ -s $work/sent ]
	on one ping -n -q -c 10 -i 0.05 -W 2 -M do -s $(($1 - 28)) 10.77.0.1 >$work/ping || :
	wait_until 5 seen_all $1 || :
	kill $watcher
	wait $watcher 2>/dev/null || :
	sort -n $work/sent | uniq -c | sed 's/^/# on the wire: /'
}

# whole PROTOCOL PORT: ten of that kind, each in one piece and as large as the wire takes, as far as there are
# whole blocks.
whole() {
	! grep piece $work/sent &&
		[ "$(awk -v most=$wire_mtu -v block=$block -v kind="$1 $2" \
			'$2 " " $3 == kind && $1 <= most && $1 > most - block' $work/sent | wc -l)" -ge 10 ]
}
not_whole() {
	grep -q piece $work/sent || ! grep -q ' 10 received' $work/ping
}

ends_of_call() {
	[ ! -e $work/one/run/up.ppp0 ]
}

follow ipsec server
follow client one client
# the daemon is to say what the MTU is; and the headers of PPP are to be as long as they can be
for host in server one; do
	on $host sh -c 'sed -i "/^m[tr]u /d" /etc/ppp/options* && printf "%s\n" noaccomp nopcomp >>/etc/ppp/options'
done
proposal=aes256-sha256
on server sed -i "s/esp_proposals = .*/esp_proposals = $proposal/" /etc/swanctl/conf.d/l2tp.conf
on one sed -i "s/esp_proposals = .*/esp_proposals = $proposal/" /etc/swanctl/conf.d/vpn.conf

for way in 'as it is' 'in UDP'; do
	scenario "ESP $way"
	# what is left of the wire behind the headers of IP, UDP if need be, and ESP, its IV and its ICV
	case $way in
	'as it is') encap=no kind='50 0' room=$((wire_mtu - 20 - 8 - 16 - 16)) ;;
	*) encap=yes kind='17 4500' room=$((wire_mtu - 20 - 8 - 8 - 16 - 16)) ;;
	esac
	on one sed -i "s/encap = .*/encap = $encap/" /etc/swanctl/conf.d/vpn.conf
	on server sed -i "s/encap = .*/encap = $encap/" /etc/swanctl/conf.d/l2tp.conf
	ok "strongSwan starts on the server" charon_on server
	ok "and l2tpd" l2tpd_on server
	ok "strongSwan starts on the client" charon_on one
	ok "and l2tpd" l2tpd_on one
	ok "the client is up" wait_until 60 has_address one
	# in whole blocks, the last two octets of which are ESP's; then UDP, L2TP with its length, and PPP
	expected=$((room / block * block - 2 - 8 - 8 - 4))
	for host in one server; do
		ask_mtu $host
		ok "the $host has just what there is room for, $expected" [ "$mtu" = $expected ]
	done
	send "$expected"
	ok "as large a packet is one on the wire, which it fills" whole $kind
	on one ip link set ppp0 mtu $((expected + 1))
	send $((expected + 1))
	ok "one octet more does not pass in one piece" not_whole
	for host in one server; do
		eval "kill \$${host}_daemon; wait \$${host}_daemon || :; kill \$${host}_charon; wait \$${host}_charon || :"
		rm -f $work/$host/run/charon.vici
	done
	ok "all is down" wait_until 20 ends_of_call
done

finish
