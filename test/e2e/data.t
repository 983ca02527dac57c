#!/usr/bin/perl
# Frames: whatever their octets and size, they arrive as they were sent, and only whose they are.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

srand 4711;
my $echo = ppp_script "echo\n";

sub random_octets
{
    my ($n) = @_;

    return join '', map { chr int rand 256 } 1 .. $n;
}

# -- LAC to LNS to pppd and back, stamped by the one pppd and checked by it ----------------------

{
    my @sizes = (16, 17, 31, 64, 100, 576, 1000, 1399, 1400, 1492, 1499, 1500);
    my $each = 20;
    my $back = ppp_script "report $DIR/back.1\necho\n";
    my $forth = ppp_script "report $DIR/forth.1\n"
      . join '', map { "source $each $sizes[$_] $_\nawait " . $each * ($_ + 1)
        . "\n" } 0 .. $#sizes;
    my $lns = daemon 'lns',
      conf => "[lns default]\nassign ip = no\npppoptfile = $back\nlength bit = yes\n";
    my $lac = daemon 'lac',
      conf => "[lac there]\nautodial = yes\npppoptfile = $forth\nlns = 127.0.0.1:"
      . $lns->port . "\n";
    my $all = $each * @sizes;
    my ($f, $b);

    soon { ($f) = reports("$DIR/forth"); $f && $f->{'frames-in'}[0] == $all }
    "$all frames have gone there and back";
    is($f->{stamped}[0],    $all, 'all of them as they were: stamped');
    is($f->{damaged}[0],    0,    'none damaged');
    is($f->{refused}[0],    0,    'none with a bad FCS');
    soon { ($b) = reports("$DIR/back"); $b && $b->{'frames-out'}[0] == $all }
    'the far pppd has seen as many';
    is($b->{'octets-in'}[0], $f->{'octets-out'}[0], 'octet for octet');
    is($b->{checksum}[0],    $f->{checksum}[0],     'the same ones');
    is($b->{misordered}[0],  0,                     'in order');
    like($lns->status, qr/in $all frames \d+ octets, out $all frames/,
        'the status has counted them');
    $lac->finish;
    $lns->finish;
}

# -- a handmade peer -----------------------------------------------------------------------------

my $d = daemon 'd', conf => "[lns default]\nassign ip = no\npppoptfile = $echo\n";
my $peer = Peer->new(to => $d->port);
$peer->open_tunnel;
my $call = $peer->open_call;

ok($peer->echoes($call, random_octets(2)), 'a call that echoes');
{
    my @lost = grep { !$peer->echoes($call, random_octets($_), seconds => 2) } 2 .. 1500;
    is("@lost", '', 'frames of 2 to 1,500 octets by lot come back as they went');

    for (['7e', 0x7e], ['7d', 0x7d], ['00', 0], ['03', 3], ['11', 0x11], ['ff', 0xff],
        ['5e', 0x5e]) {
        my ($name, $octet) = @$_;
        @lost = grep { !$peer->echoes($call, chr($octet) x $_, seconds => 2) } 2, 3, 64, 1499, 1500;
        is("@lost", '', "so do frames of nothing but $name");
    }
    @lost = grep { !$peer->echoes($call, "\x7d\x5e\x7e" x $_) } 1, 100, 500;
    is("@lost", '', 'and those that look escaped already');
}

# RFC 1662, 3.1: with its FCS a frame has four octets at least, so these have no way through a tty
for my $n (0, 1) {
    $peer->send_frame($call, 'x' x $n);
    is($peer->get_frame(0.1), undef, "$n octets are no frame on a tty, and do no harm");
}
$peer->send_frame($call, random_octets($_)) for 1501, 2000, 4000, 9000, 60000;
$peer->send_frame($call, 'after');
soon { ($peer->get_frame(1) // '') eq 'after' } 'nor do frames that are too long';

# many at once
{
    my @frames = map { random_octets(2 + int rand 300) } 1 .. 60;
    $peer->send_frame($call, $_) for @frames;
    my @back = map { scalar $peer->get_frame } @frames;
    is_deeply(\@back, \@frames, 'sixty at once come back in order');
}

# Control messages come by another queue of the kernel's, of which 64 are read at a time: what is sent
# behind one waits for it.
for my $strays (0, 63, 64, 65, 100) {
    my $c = $peer->open_call(half => 1);

    kill STOP => $d->pid;
    $peer->raw(pack 'n6', 0xc802, 12, 1, 0, 0, 0) for 1 .. $strays;
    $peer->control('ICCN', $c->{peer}, Peer::avp(24, pack 'N', 1000000), Peer::avp(19, pack 'N', 1));
    $peer->send_frame($c, "behind $_") for 1 .. 3;
    kill CONT => $d->pid;
    is(join(', ', map { $peer->get_frame(3, $c) // '-' } 1 .. 3), 'behind 1, behind 2, behind 3',
        "frames right behind the ICCN, which $strays other messages are before");
}

# headers
ok($peer->echoes($call, random_octets(700), length => 1), 'with a length field');
ok($peer->echoes($call, random_octets(700), offset => 7), 'with an offset');
ok($peer->echoes($call, random_octets(700), length => 1, offset => 3, sequence => 1),
    'with everything');
$peer->raw(pack('nnnn', 0x4002, 8 + 4, $peer->{peer_id}, $call->{peer}) . 'abcdPADDING');
is($peer->get_frame, 'abcd', 'what stands beyond the length is not part of the frame');
$peer->raw(pack('nnnn', 0x4002, 200, $peer->{peer_id}, $call->{peer}) . 'abcd');
is($peer->get_frame(0.1), undef, 'a length beyond the datagram: dropped');
$peer->raw(pack('nnnn', 0x0202, $peer->{peer_id}, $call->{peer}, 5000) . 'abcd');
is($peer->get_frame(0.1), undef, 'an offset beyond the datagram: dropped');

# sequence numbers (RFC 2661, 5.4)
{
    my $c = $peer->open_call;
    my $seq = sub { my ($ns) = @_; $peer->send_frame($c, "ns$ns", sequence => 1, ns => $ns) };

    $seq->($_) for 0, 1, 2;
    is(join(' ', map { $peer->get_frame(1, $c) // '-' } 1 .. 3), 'ns0 ns1 ns2',
        'numbered, in order: all arrive');
    $seq->(1);
    is($peer->get_frame(0.1, $c), undef, 'an old one again: dropped');
    $seq->(10);
    is($peer->get_frame(1, $c), 'ns10', 'a gap is not waited for');
    $seq->(5);
    is($peer->get_frame(0.1, $c), undef, 'and what was missing comes too late');
    $peer->send_frame($c, 'none');
    is($peer->get_frame(1, $c), 'none', 'one without a number');
    $seq->(65535 & 11 + $_ * 20000) for 1 .. 3;
    is(join(' ', map { $peer->get_frame(1, $c) // '-' } 1 .. 3), 'ns20011 ns40011 ns60011',
        'far ahead, thrice');
    $seq->($_) for 65535, 0, 1;
    is(join(' ', map { $peer->get_frame(1, $c) // '-' } 1 .. 3), 'ns65535 ns0 ns1',
        'around the end of the numbers');
    $peer->hang_up($c);
}

{
    my $far = Peer->new;
    my $lac = daemon 'follow',
      conf => "[lac there]\nautodial = yes\npppoptfile = $echo\nlns = 127.0.0.1:"
      . $far->port . "\n";
    $far->accept_tunnel;
    my $c = $far->accept_call;
    my $numbered = sub {
        $far->send_frame($c, 'frame', @_);
        my ($octets, $m) = $far->get_frame(2, $c);
        return !$m ? 'lost' : $m->{flags} & 0x0800 ? "ns=$m->{ns}" : 'plain';
    };

    is($numbered->(), 'plain', '5.4: a LAC begins without numbers');
    is($numbered->(sequence => 1), 'ns=0', '5.4: its LNS begins, so it begins');
    is($numbered->(sequence => 1), 'ns=1', '5.4: and counts');
    is($numbered->(), 'plain', '5.4: its LNS ends, so it ends');
    $far->close;
    $lac->finish;
}

# -- not whose they are --------------------------------------------------------------------------

{
    my $stranger = Peer->new(to => $d->port);
    my $elsewhere = Peer->new(to => $d->port, ip => '127.0.0.2');
    my $other = Peer->new(to => $d->port);
    $other->open_tunnel;
    my $others = $other->open_call;

    $_->send_frame($call, 'forged', tunnel => $peer->{peer_id}) for $stranger, $elsewhere, $other;
    $peer->send_frame($call, 'x', session => $call->{peer} ^ 1);
    $peer->send_frame($call, 'x', session => $others->{peer});
    $peer->send_frame($call, 'x', tunnel => $other->{peer_id});
    $peer->send_frame($call, 'x', session => 0);
    is($peer->get_frame(0.2), undef,
        'frames from elsewhere, or for a call or tunnel that is not theirs: no answer');
    is($other->get_frame(0.05), undef, 'nor at the other call');
    my $status = $d->status;
    like($status, qr/dropped: 3 \(not from the tunnel's peer\)/, 'counted: 3 from elsewhere');
    like($status, qr/dropped: 4 \(unknown call\)/, 'counted: 4 for what is not theirs');
    ok($peer->echoes($call, 'mine') && $other->echoes($others, 'mine'), 'both calls are well');

    # and before a call is up, after it has ended
    my $half = $other->open_call(half => 1);
    $other->send_frame($half, 'early');
    is($other->get_frame(0.1), undef, 'a frame before the call is up: dropped');
    $other->hang_up($others);
    $other->send_frame($others, 'late');
    is($other->get_frame(0.1), undef, 'a frame after its end: dropped');
    $other->close;
}

ok($peer->echoes($call, 'last'), 'the call has outlived it all');
$peer->close;
$d->finish;
done_testing;
