# Relay: stands between two ends of L2TP, passes every datagram on as it is, and keeps it.  So what a
# daemon sends is recorded without any privilege.
#
# It lives in a process of its own, which ends when told to, or with the test.
package Relay;

use strict;
use warnings;

use E2E;
use IO::Select;
use IO::Socket::INET;
use POSIX ();

my $relays = 0;

# to: the port of the end that answers; as: the address that this end sees in the caller's place.
# The caller's datagrams are marked with the one name, those of the other end with the other.
sub new
{
    my ($class, %o) = @_;
    my ($front, $back) = map {
        IO::Socket::INET->new(Proto => 'udp', LocalAddr => $_) // die "relay: $_: $!\n"
    } '127.0.0.1', $o{as} // '127.0.0.1';
    my $self = bless {port => $front->sockport, path => "$DIR/relay." . ++$relays,
        names => [$o{caller}, $o{answerer}]}, $class;

    pipe(my $stop, $self->{stop}) or die "pipe: $!\n";
    put_file($self->{path}, '');
    $self->{pid} = fork // die "fork: $!\n";
    if ($self->{pid} == 0) {
        close $self->{stop};
        eval { pass_on($self->{path}, $stop, $front, $back, pack_sockaddr_in($o{to},
            inet_aton('127.0.0.1'))) };
        POSIX::_exit($@ ne '');
    }
    return $self;
}

sub port { $_[0]{port} }

# Written first, then passed on: whatever the answer makes somebody do, this is in the record.
sub pass_on
{
    my ($path, $stop, $front, $back, $answerer) = @_;
    my $ready = IO::Select->new($stop, $front, $back);
    my $caller;

    open my $out, '>>:raw', $path or die "$path: $!\n";
    while (1) {
        for my $s ($ready->can_read) {
            return if $s == $stop;
            my $from = $s->recv(my $octets, 65535) // next;
            $caller = $from if $s == $front;
            syswrite $out, pack('nn', $s == $back, length $octets) . $octets;
            $s == $front ? $back->send($octets, 0, $answerer)
              : $caller ? $front->send($octets, 0, $caller) : next;
        }
    }
}

# What has passed so far: {from, octets} each, in order.
sub record
{
    my ($self) = @_;
    my $all = slurp($self->{path});
    my @record;

    for (my $at = 0; $at + 4 <= length $all;) {
        my ($who, $n) = unpack "x$at nn", $all;

        last if $at + 4 + $n > length $all;
        push @record, {from => $self->{names}[$who], octets => substr $all, $at + 4, $n};
        $at += 4 + $n;
    }
    return @record;
}

# Ends it; the record stays.
sub stop
{
    my ($self) = @_;

    syswrite delete $self->{stop}, 'x';
    waitpid $self->{pid}, 0;
    return $self;
}

1;
