#!/usr/bin/perl
# 'path mtu': pppd is told the MTU and MRU that fit the way to the peer, where that is narrower than what
# it takes by itself; the status has it, and the MSS to clamp to.  In a network of its own, whose loopback
# interface is as narrow as it likes.  (What IPsec takes of it: test/system/25-require-ipsec.t.)
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

BEGIN {
    if (!$ENV{L2TPD_WITHIN}) {
        my ($how) = grep { system("unshare $_ true >/dev/null 2>&1") == 0 } '-n', '-Urn';

        $ENV{L2TPD_WITHIN} = 1;
        exec 'unshare', $how, $^X, "$FindBin::Bin/mtu.t" if $how;
        print "1..0 # SKIP no network namespace to be had\n";
        exit 0;
    }
}

use E2E;
use Peer;
use Test::More;

my $n = 0;

sub width { system('ip', 'link', 'set', 'lo', 'up', 'mtu', $_[0]) == 0 or die "ip link: $?\n" }

# The arguments of the pppd of a call with a section that says so, and the status in JSON.
sub arguments
{
    my ($text, %o) = @_;
    my $report = "$DIR/report" . ++$n;
    my $d = daemon "lns$n", conf => "[lns default]\nassign ip = no\npppoptfile = "
      . ppp_script("reports $report\necho\n") . "\n$text";
    my $peer = Peer->new(to => $d->port);

    $peer->open_tunnel;
    ok($peer->open_call, "lns$n: a call");
    soon { scalar reports($report) } 'its pppd runs';
    my ($r) = reports($report);
    my (undef, $status) = E2E::run_program(["$B/l2tpd-control", '-c', $d->{fifo}, 'status', '--json']);
    $peer->close;
    $d->finish;
    return (join(' ', @{$r->{arg} // []}), $status);
}

sub is_told
{
    my ($width, $text, $mtu, $what) = @_;

    width $width;
    my ($args, $status) = arguments $text;

    if ($mtu) { like($args, qr/ nodetach mtu $mtu mru $mtu .*file /, "X7-10 $what: pppd has MTU and MRU $mtu, before its file") }
    else      { unlike($args, qr/ m[tr]u /, "$what: pppd is not told") }
    return $status;
}

# IPv4, UDP, L2TP without its length, ff 03 and the protocol
my $status = is_told 1400, '', 1400 - 20 - 8 - 6 - 4, 'a narrow way';
like($status, qr/"mtu":1362\b/, 'the status has it');
like($status, qr/"mss":1322\b/, 'and the MSS to clamp to');
is_told 1400, "length bit = yes\n",       1400 - 20 - 8 - 8 - 4,  'with a length';
is_told 1400, "flow bit = yes\n",         1400 - 20 - 8 - 10 - 4, 'with sequence numbers';
is_told 1400, "path mtu = no\n",          0, 'if it is not wanted';
is_told 1538, '',                         0, 'a way for 1,500 octets';
is_told 1537, '',                         1499, 'one octet less';
is_told 600,  '',                         0, 'a way that is too narrow for PPP';
is_told 65536, '',                        0, 'the usual loopback interface';

done_testing;
