# Peer: a handmade L2TP peer (RFC 2661) over UDP, as LAC or LNS, for what a decent one never does.
#
# It acknowledges what it hears, unless it is mute, and sends nothing again: on loopback nothing is
# lost.  Several peers may share one socket (share => PEER); each takes what bears its own id.
package Peer;

use strict;
use warnings;

use Digest::MD5 qw(md5);
use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

our @EXPORT = qw(avp);

my %TYPES = (SCCRQ => 1, SCCRP => 2, SCCCN => 3, StopCCN => 4, HELLO => 6, OCRQ => 7, OCRP => 8,
    OCCN => 9, ICRQ => 10, ICRP => 11, ICCN => 12, CDN => 14, WEN => 15, SLI => 16);
my %NAMES = reverse %TYPES;
my $next_id = 1 + int rand 20000;

# One AVP with the M bit: number and value, octets as they are.
sub avp
{
    my ($number, $value) = @_;

    return pack('nnn', 0x8000 | 6 + length $value, 0, $number) . $value;
}

sub u16 { pack 'n', $_[0] }
sub u32 { pack 'N', $_[0] }

# to: port of the daemon (none: wait for its SCCRQ); ip: our own address; id, secret, share.
sub new
{
    my ($class, %o) = @_;
    my $link = $o{share} ? $o{share}{link} : {
        inbox => [],
        sock  => IO::Socket::INET->new(Proto => 'udp', LocalAddr => $o{ip} // '127.0.0.1',
            LocalPort => $o{port} // 0) // die "no socket: $!\n",
    };

    return bless {
        link => $link, id => $o{id} // $next_id++, peer_id => 0, ns => 0, nr => 0, acked => 0,
        secret => $o{secret}, name => $o{name} // 'peer.test', later => [], frames => [],
        to => $o{to} ? pack_sockaddr_in($o{to}, inet_aton('127.0.0.1')) : undef,
    }, $class;
}

sub port { $_[0]{link}{sock}->sockport }

# -- datagrams -----------------------------------------------------------------------------------

sub raw
{
    my ($self, $octets) = @_;

    return $self->{link}{sock}->send($octets, 0, $self->{to});
}

sub control
{
    my ($self, $type, $session, @avps) = @_;
    my $body = $type eq 'ZLB' ? '' : join '', avp(0, u16($TYPES{$type} // $type)), @avps;

    $self->raw(pack('n6', 0xc802, 12 + length $body, $self->{peer_id}, $session, $self->{ns},
            $self->{nr}) . $body);
    $self->{ns} = $self->{ns} + 1 & 0xffff if $body ne '';
    return 1;
}

sub parse_avps
{
    my ($body) = @_;
    my %avp;

    while (length $body >= 6) {
        my ($flags, $vendor, $number) = unpack 'nnn', $body;
        my $n = $flags & 0x3ff;

        last if $n < 6 || $n > length $body;
        $avp{$number} = substr $body, 6, $n - 6;
        substr $body, 0, $n, '';
    }
    return \%avp;
}

sub parse
{
    my ($octets) = @_;
    my %m = (flags => unpack 'n', $octets);
    my $at = 2;
    my $take = sub { my $v = unpack 'n', substr $octets, $at, 2; $at += 2; $v };

    $m{length} = $take->() if $m{flags} & 0x4000;
    @m{qw(tunnel session)} = ($take->(), $take->());
    @m{qw(ns nr)} = ($take->(), $take->()) if $m{flags} & 0x0800;
    $m{body} = substr $octets, $at;
    if ($m{flags} & 0x8000) {
        $m{avp}  = parse_avps($m{body});
        $m{type} = $m{body} eq '' ? 'ZLB' : $NAMES{unpack 'n', $m{avp}{0} // "\0\0"} // '?';
    }
    return \%m;
}

# The next datagram for this peer, whatever it is, or undef.
sub datagram
{
    my ($self, $seconds) = @_;
    my $link = $self->{link};
    my $end  = time + $seconds;

    while (1) {
        for my $i (0 .. $#{$link->{inbox}}) {
            my $m = $link->{inbox}[$i];

            next if $m->{tunnel} != $self->{id} && ($m->{tunnel} != 0 || $self->{to});
            splice @{$link->{inbox}}, $i, 1;
            return $m;
        }
        my $left = $end - time;
        return undef if !IO::Select->new($link->{sock})->can_read($left > 0 ? $left : 0);
        my $from = $link->{sock}->recv(my $octets, 65535) // next;
        my $m = parse($octets);
        $m->{from} = $from;
        push @{$link->{inbox}}, $m;
    }
}

# -- messages ------------------------------------------------------------------------------------

# Numbers of a control message; true if it is a new one.
sub take_numbers
{
    my ($self, $m) = @_;
    my $new = $m->{type} ne 'ZLB' && $m->{ns} == $self->{nr};

    $self->{acked} = $m->{nr};
    $self->{nr} = $self->{nr} + 1 & 0xffff if $new;
    $self->{heard}{$m->{type}}++ if $m->{type} ne 'ZLB';
    $self->control('ZLB', 0) if $m->{type} ne 'ZLB' && !$self->{mute} && $self->{peer_id};
    return $new;
}

# Hears one thing: a new control message comes back, a frame is kept, undef for anything else.
sub hear
{
    my ($self, $seconds) = @_;
    my $m = $self->datagram($seconds) // return undef;

    if (!($m->{flags} & 0x8000)) {
        push @{$self->{frames}}, $m;
        return undef;
    }
    if ($m->{type} eq 'SCCRQ' && !$self->{to}) {
        $self->{to} = $m->{from};
        $self->{peer_id} = unpack 'n', $m->{avp}{9};
    }
    $self->{peer_id} = unpack 'n', $m->{avp}{9} if $m->{type} eq 'SCCRP' && $m->{avp}{9};
    return $self->take_numbers($m) ? $m : undef;
}

# Waits for a message of one of these types ("ICRP|CDN"), for that session of ours if one is named;
# others are kept for later.
sub wait_for
{
    my ($self, $types, $seconds, $session) = @_;
    my $end = time + ($seconds // 10);
    my $fits = sub {
        my ($m) = @_;

        return $m->{type} =~ /^(?:$types)$/
          && (!$session || $m->{session} == $session || $m->{type} eq 'StopCCN');
    };

    for my $i (0 .. $#{$self->{later}}) {
        return splice @{$self->{later}}, $i, 1 if $fits->($self->{later}[$i]);
    }
    while ((my $left = $end - time) > 0) {
        my $m = $self->hear($left) // next;

        return $m if $fits->($m);
        push @{$self->{later}}, $m;
    }
    return undef;
}

# Waits until all that we sent has been acknowledged.
sub wait_acked
{
    my ($self, $seconds) = @_;
    my $end = time + ($seconds // 10);

    while ($self->{acked} != $self->{ns} && (my $left = $end - time) > 0) {
        my $m = $self->hear($left);

        push @{$self->{later}}, $m if $m;
    }
    return $self->{acked} == $self->{ns};
}

# Listens for a while, and acknowledges.
sub idle
{
    my ($self, $seconds) = @_;

    $self->wait_for('nothing', $seconds);
    return $self;
}

# "2/4 text" of a StopCCN or CDN.
sub result
{
    my ($m) = @_;
    my ($result, $error, $text) = unpack 'nna*', ($m->{avp}{1} // '') . "\0" x 4;

    $text = substr $m->{avp}{1}, 4 if length $m->{avp}{1} > 4;
    $text =~ s/\0+\z//;
    return "$result/$error $text";
}

# -- a tunnel ------------------------------------------------------------------------------------

sub introduction
{
    my ($self) = @_;

    return (avp(2, "\1\0"), avp(3, u32(3)), avp(4, u32(0)), avp(7, $self->{name}),
        avp(9, u16($self->{id})), avp(10, u16($self->{window} // 8)));
}

sub challenge
{
    my ($self) = @_;

    return () if !$self->{challenges};
    $self->{challenge} = join '', map { chr int rand 256 } 1 .. 16;
    return avp(11, $self->{challenge});
}

# The answer to a challenge, in the message of that type.
sub response
{
    my ($self, $m, $type) = @_;

    return () if !$m->{avp}{11};
    return avp(13, md5(chr($TYPES{$type}) . ($self->{secret} // '') . $m->{avp}{11}));
}

# Opens a tunnel: the SCCRP, or the StopCCN that came instead, or undef.  half: no SCCCN is sent.
sub open_tunnel
{
    my ($self, %o) = @_;

    $self->control('SCCRQ', 0, $self->introduction, $self->challenge, @{$o{more} // []});
    my $m = $self->wait_for('SCCRP|StopCCN', $o{seconds});
    return $m if !$m || $m->{type} ne 'SCCRP' || $o{half};
    $self->control('SCCCN', 0, $self->response($m, 'SCCCN'));
    $self->wait_acked;
    return $m;
}

# The daemon's SCCRQ, answered; the SCCRQ, or undef.  Its SCCCN follows if all is well.
sub accept_tunnel
{
    my ($self, $seconds) = @_;
    my $m = $self->wait_for('SCCRQ', $seconds) // return undef;

    $self->control('SCCRP', 0, $self->introduction, $self->challenge,
        $self->response($m, 'SCCRP'));
    return $m;
}

# As a LNS, refuses whatever comes within so many seconds: the times when SCCRQs came.
sub refuse_for
{
    my ($self, $seconds, $most) = @_;
    my ($end, @at) = (time + $seconds);

    while ((my $left = $end - time) > 0 && @at < ($most // 100)) {
        my $p = Peer->new(share => $self);

        $p->wait_for('SCCRQ', $left) or last;
        push @at, time;
        $p->control('StopCCN', 0, avp(9, u16($p->{id})), avp(1, pack 'nna*', 4, 0, 'not you'));
    }
    return @at;
}

# Ends the tunnel, if it still is one.
sub close
{
    my ($self, $text) = @_;

    return if !$self->{to} || !$self->{peer_id} || $self->{heard}{StopCCN};
    $self->control('StopCCN', 0, avp(9, u16($self->{id})), avp(1, pack 'nna*', 1, 0,
        $text // 'bye'));
    return $self->wait_acked(2);
}

# -- calls ---------------------------------------------------------------------------------------

my $next_session = 100;
my $serial       = 1;

# Places a call: {id, peer}, or {refused => "2/4 text"}, or undef.
sub open_call
{
    my ($self, %o) = @_;
    my $id = $next_session++;

    $self->control('ICRQ', 0, avp(14, u16($id)), avp(15, u32($serial++)),
        defined $o{calling} ? avp(22, $o{calling}) : ());
    my $m = $self->wait_for('ICRP|CDN|StopCCN', $o{seconds}, $id) // return undef;
    return {id => $id, refused => result($m)} if $m->{type} ne 'ICRP';
    my $call = {id => $id, peer => unpack('n', $m->{avp}{14}), ns => 0};
    return $call if $o{half};
    $self->control('ICCN', $call->{peer}, avp(24, u32(1000000)), avp(19, u32(1)));
    $self->wait_acked;
    return $call;
}

# The daemon's ICRQ, answered: {id, peer}, or undef.
sub accept_call
{
    my ($self, $seconds) = @_;
    my $m = $self->wait_for('ICRQ', $seconds) // return undef;
    my $call = {id => $next_session++, peer => unpack('n', $m->{avp}{14}), ns => 0};

    $self->control('ICRP', $call->{peer}, avp(14, u16($call->{id})));
    return $self->wait_for('ICCN', $seconds) ? $call : undef;
}

sub hang_up
{
    my ($self, $call, $result, $text) = @_;

    $self->control('CDN', $call->{peer}, avp(14, u16($call->{id})),
        avp(1, pack 'nna*', $result // 3, 0, $text // 'bye'));
    return $self->wait_acked;
}

# -- frames --------------------------------------------------------------------------------------

# Sends a frame; with a length field, sequence numbers, an offset, as asked.
sub send_frame
{
    my ($self, $call, $octets, %o) = @_;
    my ($flags, $head) = (0x0002, pack 'nn', $o{tunnel} // $self->{peer_id},
        $o{session} // $call->{peer});

    if ($o{sequence}) {
        $flags |= 0x0800;
        $head .= pack 'nn', $o{ns} // $call->{ns}, 0;
        $call->{ns} = $call->{ns} + 1 & 0xffff if !defined $o{ns};
    }
    if ($o{offset}) {
        $flags |= 0x0200;
        $head .= pack('n', $o{offset}) . 'x' x $o{offset};
    }
    if ($o{length}) {
        $flags |= 0x4000;
        $head = pack('n', 4 + length($head) + length $octets) . $head;
    }
    return $self->raw(pack('n', $flags) . $head . $octets);
}

# The next frame's octets (in list context: and its datagram), or undef.
sub get_frame
{
    my ($self, $seconds, $call) = @_;
    my $end = time + ($seconds // 5);

    while (1) {
        for my $i (0 .. $#{$self->{frames}}) {
            my $m = $self->{frames}[$i];

            next if $call && $m->{session} != $call->{id};
            splice @{$self->{frames}}, $i, 1;
            return wantarray ? ($m->{body}, $m) : $m->{body};
        }
        my $left = $end - time;
        return undef if $left <= 0;
        my $m = $self->hear($left);
        push @{$self->{later}}, $m if $m;
    }
}

# Sends a frame and waits for the same one to come back; true if it did, whole.
sub echoes
{
    my ($self, $call, $octets, %o) = @_;

    $self->send_frame($call, $octets, %o);
    my $back = $self->get_frame($o{seconds}, $call);
    return defined $back && $back eq $octets;
}

1;
