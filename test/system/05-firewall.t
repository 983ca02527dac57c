#!/bin/sh
# The firewalls of the recipes: nft takes each as it stands, and those for IPsec let no L2TP in
# or out without it. They are tried on this host's own kernel, in networks of their own: User-Mode
# Linux, in which the other tests run, has no table of that kind.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
if ! unshare -n nft list ruleset >/dev/null 2>&1; then
	echo "1..0 # SKIP it takes root, and a kernel with nf_tables"
	exit 0
fi
tmp=$(mktemp -d)
holders=
trap '[ -z "$holders" ] || kill $holders; rm -r "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
tests=0
failed=0

ok() {
	tests=$((tests + 1))
	name=$1
	shift
	if "$@" >"$tmp/said" 2>&1; then
		echo "ok $tests - $name"
		return
	fi
	echo "not ok $tests - $name"
	sed 's/^/# /' "$tmp/said"
	failed=$((failed + 1))
}

for document in "$root"/doc/recipe-*.md; do
	recipe=${document##*/recipe-}
	recipe=${recipe%.md}
	for machine in $("$root/scripts/recipe" "$recipe"); do
		"$root/scripts/recipe" "$recipe" "$machine" "$tmp/$recipe/$machine"
		rules=$tmp/$recipe/$machine/etc/nftables.conf
		[ ! -e "$rules" ] || ok "$recipe: the rules of $machine" unshare -n nft -f "$rules"
	done
done

# Two hosts with a cable between them; the first is the one with the rules.
unshare -n sleep 1000 &
server=$!
unshare -n sleep 1000 &
client=$!
holders="$server $client"
apart() {
	[ ! "/proc/$1/ns/net" -ef /proc/self/ns/net ]
}
until apart $server && apart $client; do
	sleep 0.1
done
ip link add eth0 netns $server type veth peer name eth0 netns $client
address=1
for host in $server $client; do
	nsenter -t $host -n ip link set lo up
	nsenter -t $host -n ip address add 192.0.2.$address/24 dev eth0
	nsenter -t $host -n ip link set eth0 up
	address=7
done

# carried FROM TO PORT...: prints to which of the ports a datagram reaches the one host from the
# other, from the port of the same number; the last one is to be open, to tell that no more will come.
carried() {
	from=$1
	to=$2
	shift 2
	: >"$tmp/ready"
	nsenter -t "$to" -n perl -MIO::Socket::INET -MIO::Select -e '
		my $ready = shift;
		my $last = $ARGV[-1];
		my @s = map {
			IO::Socket::INET->new(Proto => "udp", LocalPort => $_) or die "port $_: $!\n"
		} @ARGV;
		my $select = IO::Select->new(@s);
		my %heard;
		open my $f, ">", $ready or die $!;
		print {$f} "ready\n";
		close $f;
		until ($heard{$last}) {
			my @can = $select->can_read(20) or last;
			for my $s (@can) {
				$s->recv(my $octets, 100);
				$heard{$s->sockport} = 1;
			}
		}
		print join(" ", sort { $a <=> $b } keys %heard), "\n";
	' "$tmp/ready" "$@" >"$tmp/heard" &
	listener=$!
	until [ -s "$tmp/ready" ] || ! kill -0 $listener; do
		sleep 0.1
	done
	case $to in
	"$server") address=192.0.2.1 ;;
	*) address=192.0.2.7 ;;
	esac
	nsenter -t "$from" -n perl -MIO::Socket::INET -e '
		my $to = shift;
		for my $port (@ARGV) {
			my $s = IO::Socket::INET->new(Proto => "udp", PeerAddr => $to,
				PeerPort => $port, LocalPort => $port) or die $!;
			$s->send("x") for 1 .. 3;
		}
	' "$address" "$@"
	wait $listener
	cat "$tmp/heard"
}

# only FROM TO RULES PORTS PORT...: with these rules at the first host, of the ports just these.
only() {
	nsenter -t $server -n nft -f "$3" || return 1
	from=$1
	to=$2
	expected=$4
	shift 4
	heard=$(carried "$from" "$to" "$@")
	[ "$heard" = "$expected" ] || {
		echo "of $*, what came to these ports was let through: $heard"
		return 1
	}
}

printf '#!/usr/sbin/nft -f\nflush ruleset\n' >"$tmp/open"
ok "without rules every port is reached" only $client $server "$tmp/open" "53 500 1701 4500" 53 1701 4500 500
ok "from there too" only $server $client "$tmp/open" "500 1701 4500" 1701 4500 500
rules=etc/nftables.conf
ok "the server with IPsec: no L2TP comes in without, but IKE" \
	only $client $server "$tmp/ipsec/server/$rules" "500 4500" 53 1701 4500 500
ok "and none goes out" only $server $client "$tmp/ipsec/server/$rules" "500 4500" 1701 4500 500
ok "its client: none goes out without" \
	only $server $client "$tmp/client/client/$rules" "500 4500" 1701 4500 500
# 4500 is let in as the answer to what has just gone out.
ok "and none comes in" only $client $server "$tmp/client/client/$rules" "4500" 1701 4500

echo "1..$tests"
[ "$failed" = 0 ]
