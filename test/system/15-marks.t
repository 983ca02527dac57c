#!/usr/bin/perl
# Two clients that are alike in address, port and tunnel id, told apart by their packets' marks, on this
# host's own kernel: two networks with the same addresses, each behind a cable of its own to the
# daemon's.  The firewall marks what comes by each cable, and only what bears that mark goes back by
# it.  What IPsec does with marks is in 20-ipsec.t.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../e2e";

my ($cpu) = (POSIX::uname())[4];
my $setns = {x86_64 => 308, aarch64 => 268, i686 => 346}->{$cpu};

BEGIN {
    require POSIX;
    if (!$ENV{IN_NET}) {
        if (system('unshare -n sh -c "nft list ruleset && ip rule" >/dev/null 2>&1') != 0) {
            print "1..0 # SKIP it takes root, and a kernel with nf_tables and rules for routes\n";
            exit 0;
        }
        $ENV{IN_NET} = 1;
        exec 'unshare', '-n', $^X, $0;
    }
}

use E2E;
use Peer;
use Socket qw(inet_aton pack_sockaddr_in);
use Test::More;

plan skip_all => "the number of setns() on $cpu is not known here" if !$setns;

sub run
{
    my ($command) = @_;

    system($command) == 0 or die "this failed: $command\n";
    return;
}

# Runs a piece of code in the network of a process: the sockets that it makes stay there.
sub in_net
{
    my ($pid, $code) = @_;

    open my $home,  '<', '/proc/self/ns/net' or die "ns: $!\n";
    open my $there, '<', "/proc/$pid/ns/net" or die "ns: $!\n";
    syscall($setns, fileno $there, 0) == 0 or die "setns: $!\n";
    my $got = $code->();
    syscall($setns, fileno $home, 0) == 0 or die "setns: $!\n";
    return $got;
}

my @net = (0);    # the processes that hold the clients' networks, from 1 on

END { kill KILL => @net[1 .. $#net] if @net > 1 && $net[0] == 0 }

run 'ip link set lo up';
for my $i (1, 2) {
    my $own = readlink '/proc/self/ns/net';
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        @net = ();
        exec 'unshare', '-n', 'sleep', '1000';
    }
    push @net, $pid;
    loop_until { (readlink("/proc/$pid/ns/net") // $own) ne $own } or die "no network\n";
    run "ip link add v$i type veth peer name eth0 netns $pid";
    run "nsenter -t $pid -n sh -ec 'ip link set eth0 up; ip addr add 192.0.2.7/24 dev eth0'";
    run "ip link set v$i up; ip addr add 192.0.2.1/32 dev v$i; ip addr add 192.0.2.2/32 dev v$i";
    run "ip rule add fwmark $i lookup 10$i; ip route add 192.0.2.7/32 dev v$i table 10$i";
}
put_file("$DIR/rules", <<'EOT');
table inet marks {
	chain prerouting {
		type filter hook prerouting priority -150;
		iifname "v1" meta mark set 1
		iifname "v2" meta mark set 2
	}
}
EOT
run "nft -f $DIR/rules";

# A client in network i; all are alike.  It knows the daemon by 192.0.2.1, or another address, and is
# deaf to what comes from elsewhere.
sub client
{
    my ($i, $d, $port, $to) = @_;
    my $peer = in_net($net[$i], sub { Peer->new(ip => '192.0.2.7', port => $port, id => 7) });

    return $peer if !$d;
    $peer->{to} = pack_sockaddr_in($d->port, inet_aton($to // '192.0.2.1'));
    connect $peer->{link}{sock}, $peer->{to} or die "connect: $!\n" if $to;
    return $peer;
}

# -- clients -------------------------------------------------------------------------------------

my $echo = ppp_script "reports $DIR/echo\necho\n";
my $conf = <<"EOT";
listen-addr = 192.0.2.1
packet marks = yes
[lns default]
ip range = 10.9.0.2 - 10.9.0.9
pppoptfile = $echo
EOT
my $d = daemon 'lns', conf => $conf;
my ($one, $two) = map { client $_, $d, 1701 } 1, 2;
my $frame = "\xff\x03\x00\x21a frame of ";

for my $c ([$one, 1], [$two, 2]) {
    my ($peer, $i) = @$c;
    my $answer = $peer->open_tunnel;

    ok $answer && $answer->{type} eq 'SCCRP', "client $i has its answer";
    soon { $d->log =~ /^.*: up role=lns peer=192\.0\.2\.7 .* mark=$i$/m } "by its mark, $i";
}
isnt $one->{peer_id}, $two->{peer_id}, 'they have tunnels of their own';

my ($call_one, $call_two) = map { $_->open_call } $one, $two;

ok $one->echoes($call_one, "${frame}one"), "frames of client 1 come back to it";
ok $two->echoes($call_two, "${frame}two"), "and those of client 2 to client 2";
ok $one->echoes($call_one, "${frame}one $_") && $two->echoes($call_two, "${frame}two $_"),
  "both in turns, $_" for 1 .. 3;

$two->send_frame($call_one, "${frame}two", tunnel => $one->{peer_id});
ok !defined $one->get_frame(0.5), "what client 2 puts into client 1's call is dropped";
soon { $d->log =~ /from 192\.0\.2\.7:1701: not from the tunnel's peer/ } 'and told of';
$one->close;
ok $two->echoes($call_two, "${frame}two"), 'client 1 has closed its tunnel, client 2 goes on';

$d->configure($conf =~ s/packet marks = yes\n//r);
$d->signal('HUP');
soon { $d->log =~ /'packet marks' has changed: needs a restart/ } 'a reload cannot change it';
ok $two->echoes($call_two, "${frame}two"), 'and does not';
$d->finish;

# -- several addresses ---------------------------------------------------------------------------

# Of three sockets one is bound to an address that comes later.  Each client is alike with another.
my $late = '192.0.2.3';

$d = daemon 'addresses', conf => $conf =~ s/^listen-addr = .*/listen-addr = 192.0.2.2, $late\n$&/r;
$d->says(qr/does not have the address \Q$late\E/, 'one address has yet to come');
run "ip addr add $late/32 dev v$_" for 1, 2;
for my $to ('192.0.2.1', '192.0.2.2', $late) {
    my @pair = map { client $_, $d, 1704, $to } 1, 2;
    my @calls;

    ok $pair[$_]->open_tunnel, "$to answers client " . ($_ + 1) . ', by its own address and mark' for 0, 1;
    @calls = map { $_->open_call } @pair;
    ok $pair[$_]->echoes($calls[$_], "${frame}$to, $_"), 'and so do frames' for 0, 1;
    $_->close for @pair;
}
$d->finish;

# -- without -------------------------------------------------------------------------------------

$d = daemon 'unmarked', conf => $conf =~ s/packet marks = yes\n//r;
$one = client 1, $d, 1703;
ok !$one->open_tunnel(seconds => 1), 'without packet marks no answer finds its way here';
$d->finish;

# -- fwmark --------------------------------------------------------------------------------------

my @lns = (undef, map { client $_, undef, 1702 } 1, 2);

$d = daemon 'lac', conf => <<"EOT";
listen-addr = 192.0.2.1
[lac x]
lns = 192.0.2.7:1702
fwmark = 2
autodial = yes
pppoptfile = $echo
EOT
ok $lns[2]->accept_tunnel, 'fwmark = 2 leads to network 2, and its answer is heard';
ok !$lns[1]->hear(0.2), 'and nothing to network 1';
my $call = $lns[2]->accept_call;
ok $call && $lns[2]->echoes($call, "${frame}a server"), 'frames too';
$d->finish;

done_testing;
