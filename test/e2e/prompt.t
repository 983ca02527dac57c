#!/usr/bin/perl
# A LNS that answers within the millisecond in which it is dialled has been heard.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use IO::Select;
use Peer;
use Test::More;
use Time::HiRes qw(time);

use constant LINES => 16;

my @far = map { Peer->new } 1 .. LINES;
my $all = IO::Select->new(map { $_->{link}{sock} } @far);

# Refuses each SCCRQ as soon as can be, within so many seconds or until so many have come; how many have.
sub refuse_at_once
{
    my ($seconds, $most) = @_;
    my ($end, $n) = (time + $seconds, 0);
    my $tail = avp(0, u16(4)) . avp(9, u16(77)) . avp(1, pack 'nna*', 4, 0, 'not you');
    my $id = pack 'nnn', 0x8008, 0, 9;
    my $more = pack('nnn', 0, 0, 1) . $tail;

    while ($n < $most && (my $left = $end - time) > 0) {
        my ($sock) = $all->can_read($left) or last;
        my $from = $sock->recv(my $octets, 2000) // next;
        my $at = index $octets, $id;

        next if $at < 0 || unpack('n', substr $octets, 18, 2) != 1;
        $sock->send(pack('nn', 0xc802, 12 + length $tail) . substr($octets, $at + 6, 2) . $more, 0, $from);
        $n++;
    }
    return $n;
}

my $d = daemon 'lac',
  conf => "[lac there]\nautodial = yes\nredial = yes\nredial timeout = 300\nsource port = auto\n"
  . join '', map { "lns = 127.0.0.1:" . $_->port . "\n" } @far;

is(refuse_at_once(10, LINES), LINES, 'each line is dialled, and refuses');
$d->says(qr/Will redial/, 'the round is over');
is($d->count(qr/no answer: tried from another port/), 0, 'none is taken for mute, and asked from another port');
$d->finish;
done_testing;
