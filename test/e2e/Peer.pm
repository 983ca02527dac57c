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

our @EXPORT = qw(avp soft u16 u32);

my %TYPES = (SCCRQ => 1, SCCRP => 2, SCCCN => 3, StopCCN => 4, HELLO => 6, OCRQ => 7, OCRP => 8,
    OCCN => 9, ICRQ => 10, ICRP => 11, ICCN => 12, CDN => 14, WEN => 15, SLI => 16,
    CSUN => 28, CSURQ => 29);
my %NAMES = reverse %TYPES;
my $next_id = 1 + int rand 20000;

# One AVP with the M bit: number and value, octets as they are.
sub avp
{
    my ($number, $value) = @_;

    return pack('nnn', 0x8000 | 6 + length $value, 0, $number) . $value;
}

# The same without it.
sub soft
{
    my ($number, $value) = @_;

    return pack('nnn', 6 + length $value, 0, $number) . $value;
}

sub u16 { pack 'n', $_[0] }
sub u32 { pack 'N', $_[0] }

# to: port of the daemon (none: wait for its SCCRQ); ip: our own address; id, secret, share; what we
# say of ourselves: name, vendor, window, bearer and framing (capabilities), mute_bearer (none said).
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
        map({ $_ => $o{$_} } qw(bearer framing mute_bearer vendor window)),
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

# By number ("vendor:number", if it is not the IETF's), and in their order as [number, first word, value].  Hidden ones count as absent.
sub parse_avps
{
    my ($body) = @_;
    my (%avp, @all);

    while (length $body >= 6) {
        my ($flags, $vendor, $number) = unpack 'nnn', $body;
        my $n = $flags & 0x3ff;

        last if $n < 6 || $n > length $body;
        $number = "$vendor:$number" if $vendor;
        push @all, [$number, $flags, substr $body, 6, $n - 6];
        $avp{$number} = $all[-1][2] if !($flags & 0x4000);
        substr $body, 0, $n, '';
    }
    return (\%avp, \@all);
}

# Reveals the hidden AVPs of a message (RFC 2661, 4.3), as far as the secret is the right one.
sub reveal
{
    my ($m, $secret) = @_;
    my $vector;

    for my $avp (@{$m->{avps}}) {
        my ($number, $flags, $value) = @$avp;

        $vector = $value if $number == 36;
        next if !($flags & 0x4000) || !defined $vector;
        my ($key, $clear) = (md5(pack('n', $number) . $secret . $vector), '');
        while (length $value) {
            my $block = substr $value, 0, 16, '';

            $clear .= $block ^ substr $key, 0, length $block;
            $key = md5($secret . $block);
        }
        my $n = unpack 'n', $clear;
        $m->{avp}{$number} = substr $clear, 2, $n if $n <= length($clear) - 2;
    }
    return $m;
}

# Which AVPs of a message are hidden, and which there are.
sub hidden { map { $_->[0] } grep { $_->[1] & 0x4000 } @{$_[0]{avps}} }
sub numbers { map { $_->[0] } @{$_[0]{avps}} }

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
        @m{qw(avp avps)} = parse_avps($m{body});
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
    reveal($m, $self->{secret}) if defined $self->{secret};
    if ($m->{type} eq 'SCCRQ' && !$self->{to}) {
        $self->{to} = $m->{from};
        $self->{peer_id} = unpack 'n', $m->{avp}{9} // "\0\0";
    }
    $self->{peer_id} = unpack 'n', $m->{avp}{9} if $m->{type} eq 'SCCRP' && $m->{avp}{9};
    return $self->take_numbers($m) ? $m : undef;
}

# Is there nothing of these types for so long?  A test's answer.
sub hears_no
{
    my ($self, $types, $seconds) = @_;

    return !$self->wait_for($types, $seconds);
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

# "16/c023/1" of AVP 46 (RFC 3145): code, control protocol, direction.
sub ppp_cause
{
    my ($m) = @_;
    my ($code, $protocol, $direction) = unpack 'nnC', $m->{avp}{46} // return 'none';

    return sprintf '%u/%04x/%u', $code, $protocol, $direction;
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

    return (avp(2, "\1\0"), avp(3, u32($self->{framing} // 3)),
        $self->{mute_bearer} ? () : avp(4, u32($self->{bearer} // 0)), avp(7, $self->{name}),
        defined $self->{vendor} ? avp(8, $self->{vendor}) : (),
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
        defined $o{calling} ? avp(22, $o{calling}) : (), @{$o{icrq} // []});
    my $m = $self->wait_for('ICRP|CDN|StopCCN', $o{seconds}, $id) // return undef;
    return {id => $id, refused => result($m)} if $m->{type} ne 'ICRP';
    my $call = {id => $id, peer => unpack('n', $m->{avp}{14}), ns => 0};
    return $call if $o{half};
    $self->control('ICCN', $call->{peer}, avp(24, u32(1000000)), avp(19, u32(1)),
        @{$o{iccn} // []});
    $self->wait_acked;
    return $call;
}

# The daemon's ICRQ, answered: {id, peer, icrq, iccn}, or undef.
sub accept_call
{
    my ($self, $seconds) = @_;
    my $m = $self->wait_for('ICRQ', $seconds) // return undef;
    my $call = {id => $next_session++, peer => unpack('n', $m->{avp}{14}), ns => 0, icrq => $m};

    $self->control('ICRP', $call->{peer}, avp(14, u16($call->{id})));
    $call->{iccn} = $self->wait_for('ICCN', $seconds);
    return $call->{iccn} ? $call : undef;
}

# As a LNS, asks the daemon to place a call: {id, peer}, or {refused => "2/4 text"}, or undef.  What
# is asked for is in o, by the number of its AVP; undef leaves one out.
sub ask_for_call
{
    my ($self, $number, %o) = @_;
    my $id   = $next_session++;
    my %said = (14 => u16($id), 15 => u32($serial++), 16 => u32(1200), 17 => u32(64000),
        18 => u32(1), 19 => u32(1), 21 => $number, %o);

    $self->control('OCRQ', 0,
        map { avp($_, $said{$_}) } grep { defined $said{$_} } sort { $a <=> $b } keys %said);
    my $m = $self->wait_for('OCRP|CDN|StopCCN', 10, $id) // return undef;
    return {id => $id, refused => result($m)} if $m->{type} ne 'OCRP';
    return {id => $id, peer => unpack('n', $m->{avp}{14}), ns => 0};
}

# As a LAC, takes the daemon's OCRQ: {id, peer, ocrq}, or undef; half: OCRP, but no OCCN yet.
sub take_request
{
    my ($self, $seconds, %o) = @_;
    my $m = $self->wait_for('OCRQ', $seconds) // return undef;
    my $call = {id => $next_session++, peer => unpack('n', $m->{avp}{14}), ns => 0, ocrq => $m};

    $self->control('OCRP', $call->{peer}, avp(14, u16($call->{id})));
    $self->connected($call) if !$o{half};
    return $call;
}

# The called party has answered.
sub connected
{
    my ($self, $call, @more) = @_;

    $self->control('OCCN', $call->{peer}, avp(24, u32(33600)), avp(19, u32(1)), @more);
    return $self->wait_acked;
}

sub hang_up
{
    my ($self, $call, $result, $text, %o) = @_;

    $self->control('CDN', $call->{peer}, avp(14, u16($call->{id})),
        avp(1, pack 'nna*', $result // 3, $o{error} // 0, $text // 'bye'), @{$o{more} // []});
    return $self->wait_acked;
}

# -- frames --------------------------------------------------------------------------------------

# Sends a frame; with a length field, sequence numbers, an offset, priority, as asked.
sub send_frame
{
    my ($self, $call, $octets, %o) = @_;
    my ($flags, $head) = (0x0002, pack 'nn', $o{tunnel} // $self->{peer_id},
        $o{session} // $call->{peer});

    $flags |= 0x0100 if $o{priority};
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
