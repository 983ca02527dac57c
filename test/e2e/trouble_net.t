#!/usr/bin/perl
# Troubles of routes and networks, by their codes: the way is cut here, or beyond, or leads into the
# tunnel itself.  In a network namespace of its own, with another one as a router.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

BEGIN {
    if (!$ENV{L2TPD_WITHIN}) {
        my ($how) = grep { system("unshare $_ true >/dev/null 2>&1") == 0 } '-n', '-Urn';

        $ENV{L2TPD_WITHIN} = 1;
        exec 'unshare', $how, $^X, "$FindBin::Bin/trouble_net.t" if $how;
        print "1..0 # SKIP no network namespace to be had\n";
        exit 0;
    }
}

use E2E;
use Peer;
use Test::More;

sub ip { return system("ip @_ 2>/dev/null") == 0 }

# A namespace that lives as long as this process holds its end of the pipe.
pipe my $hold, my $held or die "pipe: $!\n";
my $router = fork // die "fork: $!\n";
if ($router == 0) {
    close $held;
    open STDIN, '<&', $hold or POSIX::_exit(127);
    { exec 'unshare', '-n', $^X, '-e', 'sysread STDIN, $_, 1' }
    POSIX::_exit(127);
}
close $hold;

sub there { return system("nsenter -t $router -n sh -c '@_' 2>/dev/null") == 0 }

my $ready = ip('link set lo up')
  && loop_until { readlink("/proc/$router/ns/net") && readlink("/proc/$router/ns/net") ne readlink '/proc/self/ns/net' }
  && ip("link add v0 type veth peer name v1 netns $router") && ip('address add 10.98.0.1/24 dev v0')
  && ip('link set v0 up') && there('ip address add 10.98.0.2/24 dev v1 && ip link set v1 up && '
      . 'echo 1 >/proc/sys/net/ipv4/ip_forward && ip route add unreachable 10.97.0.0/24')
  && ip('route add 10.97.0.0/24 via 10.98.0.2') && ip('route add unreachable 10.96.0.0/24')
  && ip('address add 10.99.0.9/32 dev lo') && ip('address add 10.99.0.8/32 dev lo')
  && ip('address add 10.99.0.7/32 dev lo');

if (!$ready) {
    close $held;
    waitpid $router, 0;
    plan skip_all => 'no second namespace to be had';
}

my $n = 0;

sub lac
{
    my ($text, %o) = @_;

    return daemon 'lac' . ++$n, ends => 1, conf => "listen-addr = 0.0.0.0\nmax retries = "
      . ($o{retries} // 0) . "\n[lac office]\nautodial = yes\n$text";
}

sub explains
{
    my ($d, $code, $facts, $status) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($got) = $d->wait_end(20);
    like($d->log, qr/: lac office\b[^:]*: trouble $code: $facts/, $code) or diag($d->tail);
    is(scalar(my @all = $d->log =~ /: trouble /g), 1, "$code: once");
    is($got, $status, "$code: exit status $status");
}

explains lac("lns = 10.96.0.1\n"), 'no-route', qr/nothing can be sent to 10\.96\.0\.1:1701 from here: \S+/, 1;
explains lac("lns = 10.95.0.1\n"), 'no-route', qr/.*10\.95\.0\.1:1701 from here: Network is unreachable/, 1;
SKIP: {
    skip 'this build hears no ICMP', 3 if slurp($L2TPD) !~ /recvmmsg/;
    explains lac("lns = 10.97.0.1\n", retries => 1), 'unreachable',
      qr/10\.97\.0\.1:1701 cannot be reached from 10\.98\.0\.1:\d+: No route to host, says 10\.98\.0\.2/, 1;
}

# Who cannot send at first, and then can, and hears nothing: it is the end that counts.
{
    my $deaf = Peer->new(ip => '10.99.0.7');
    my $d;

    ok(ip('address del 10.99.0.7/32 dev lo') && ip('route add unreachable 10.99.0.7/32'), 'no way at first');
    $d = lac 'lns = 10.99.0.7:' . $deaf->port . "\n", retries => 1;
    $d->says(qr/Connecting to host 10\.99\.0\.7/, 'dialled');
    ok(ip('route del unreachable 10.99.0.7/32') && ip('address add 10.99.0.7/32 dev lo'), 'then there is one');
    explains $d, 'no-answer', qr/10\.99\.0\.7:\d+ has answered none of 2 SCCRQs/, 1;
}

# The way of a tunnel that is up is cut here, in the middle of data: that is no IPsec rekey.
{
    my $far = Peer->new(ip => '10.99.0.8');
    my $d = lac 'lns = 10.99.0.8:' . $far->port . "\nhello interval = 1\npppoptfile = "
      . ppp_script("sink\n") . "\n";

    my $call;
    ok($far->accept_tunnel && ($call = $far->accept_call), 'up');
    $far->send_frame($call, "\xff\x03\x00\x21data");
    ok(ip('address del 10.99.0.8/32 dev lo') && ip('route add unreachable 10.99.0.8/32'), 'the way is cut');
    explains $d, 'no-route', qr/nothing can be sent to 10\.99\.0\.8:\d+ from here: \S+/, 1;
}

{
    my $far = Peer->new(ip => '10.99.0.9');
    my $d = lac 'lns = 10.99.0.9:' . $far->port . "\nhello interval = 1\npppoptfile = "
      . ppp_script("sink\n") . "\n";

    ok($far->accept_tunnel && $far->accept_call, 'up');
    # as PPP would have it, with a default route that takes the peer's address along
    ok(ip('address del 10.99.0.9/32 dev lo') && ip('link add ppp7 type veth peer name ppp8')
          && ip('address add 10.94.0.2/32 dev ppp7') && ip('link set ppp8 up')
          && ip('link set ppp7 up') && ip('route add 10.99.0.9/32 dev ppp7 src 10.94.0.2'),
        'the route goes into a ppp interface');
    explains $d, 'route-loop', qr/the route to 10\.99\.0\.9:\d+ leads through ppp7, that is into the tunnel/, 16;
}

close $held;
waitpid $router, 0;
done_testing;
