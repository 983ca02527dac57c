#!/usr/bin/perl
# Codes: each refusal and each end carries the result and error code that RFC 2661, 4.4.2 has for its
# cause, with a text for people; those received are told in words.  PPP's cause (RFC 3145) too.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $echo = ppp_script "reports $DIR/echo\necho\n";
my $open = "[lns default]\nassign ip = no\npppoptfile = $echo\n";

# What the first of such messages says: "StopCCN 4/0 text".
sub said
{
    my ($p, $types) = @_;
    my $m = $p->wait_for($types // 'StopCCN|CDN', 5) // return 'nothing';

    return "$m->{type} " . Peer::result($m);
}

sub tunnel
{
    my ($d, %o) = @_;
    my $p = Peer->new(to => $d->port, %o);

    $p->open_tunnel;
    return $p;
}

# -- tunnels -------------------------------------------------------------------------------------

my @sccrq = (avp(2, "\1\0"), avp(3, u32(3)), avp(7, 'peer.test'), avp(9, u16(77)),
    avp(8, 'v' x 80));    # an answer is no longer than what it answers
my $d = daemon 'lns', secrets => "* known right\n", conf => $open;

# An SCCRQ of these AVPs, and what comes of it.
for (
    ['5/256 protocol version 2.0 is not supported', 'S4.4.2-05 F-CC-03 a version to come',
        avp(2, "\2\0"), @sccrq[1 .. 4]],
    ['5/256 protocol version 0.1 is not supported', 'S4.4.2-05 an older version', avp(2, "\0\1"),
        @sccrq[1 .. 4]],
    ['2/3 SCCRQ: framing_capabilities (3) is missing', 'S6.1-02 Framing Capabilities are missing',
        @sccrq[0, 2 .. 4]],
    ['2/3 SCCRQ: protocol_version (2) is missing', 'S6.1-02 Protocol Version is missing',
        @sccrq[1 .. 4]],
    ['2/2 SCCRQ: framing_capabilities (3) has a wrong length', 'S4.4.2-07 a short AVP: error 2',
        $sccrq[0], avp(3, u16(3)), @sccrq[2 .. 4]],
    ['2/3 SCCRQ: receive_window_size (10)', 'S4.4.2-07 S5.8-21 a window of 0: error 3', @sccrq,
        avp(10, u16(0))],
    ['2/8 SCCRQ: AVP (7) of vendor 9 is unknown', 'S4.4.2-10 S4.1-05 an unknown AVP with M: error 8',
        @sccrq, pack('nnn', 0x8008, 9, 7) . 'xx'],
    ['4/0 authentication is wanted, but there is no secret', 'S5.1.1-04 a challenge, but no secret',
        @sccrq, avp(11, 'x' x 16)],
  ) {
    my ($want, $what, @avps) = @$_;
    my $p = Peer->new(to => $d->port, id => 77);

    $p->control('SCCRQ', 0, @avps);
    like(said($p, 'StopCCN|SCCRP'), qr/^StopCCN \Q$want\E/, "$what: $want");
}

{
    my $p = tunnel $d;

    $d->ask("d $p->{peer_id}");
    is(said($p), 'StopCCN 1/0 Goodbye!', 'S7.2-06 F-CC-14 closed by command: 1');
    $p = tunnel $d;
    $p->control('SCCCN', 0);
    is(said($p), 'StopCCN 7/0 SCCCN ok in state established',
        'S4.4.2-04 F-CC-15 SCCCN in established: 7');
    $p = tunnel $d;
    $p->control(99, 0);
    like(said($p), qr/^StopCCN 2\/8 unknown message type 99/, 'S4.4.1-03 an unknown message type: 2/8');
    $p = tunnel $d;
    $p->control('HELLO', 0, pack('nnn', 0x8006, 0, 900));
    like(said($p), qr/^StopCCN 2\/8 HELLO: .*\(900\)/,
        'S4.4.2-10 S4.1-05 an unknown AVP with M in HELLO: 2/8, naming it');
    for (['too short for its own header', pack('nnn', 0x8003, 0, 7)],
        ['past the message', pack('nnn', 0x8000 | 200, 0, 7) . 'x'],
        ['half a header', "\x80\x08\0"]) {
        my ($what, $octets) = @$_;

        $p = tunnel $d;
        $d->mark;
        $p->control('HELLO', 0, $octets);
        like(said($p), qr/^StopCCN 2\/2 HELLO: AVP does not fit the message/,
            "S7.1-02 an AVP that is $what: the tunnel is cleared, 2/2");
        $d->says(qr/tunnel $p->{peer_id} \S+ down by=us cause=2\/2 .*AVP does not fit/,
            'S7.1-02 and the log says why');
    }
}

{
    my $s = daemon 'asks', secrets => "* * right\n", conf => "[lns default]\nchallenge = yes\n"
      . "assign ip = no\nsetup timeout = 1\npppoptfile = $echo\n";
    my $p = Peer->new(to => $s->port, secret => 'wrong');

    $p->open_tunnel;
    is(said($p), 'StopCCN 4/0 wrong response to our challenge: do the secrets agree?',
        'S5.1.1-03 S7.2-05 F-CC-11 a wrong secret: 4');
    $p = Peer->new(to => $s->port, secret => 'right');
    $p->open_tunnel(half => 1);
    $p->control('SCCCN', 0);
    is(said($p), 'StopCCN 4/0 no response to our challenge', 'S4.4.3-29 no response at all: 4');
    $p = Peer->new(to => $s->port, secret => 'right');
    $p->open_tunnel(half => 1);
    is(said($p), 'StopCCN 1/0 not set up in time', 'S7.3-02 no SCCCN within "setup timeout": 1');
    $p = Peer->new(to => $s->port, secret => 'right');
    $p->open_tunnel;
    my $call = $p->open_call(half => 1);
    is(said($p), 'CDN 3/0 not set up in time', 'no ICCN within it: CDN 3');
    $p->close;
    $s->finish;
}

{
    my $s = daemon 'knows', conf => "[lns known]\nlac = 192.0.2.1\nassign ip = no\n";
    my $p = Peer->new(to => $s->port);

    $p->control('SCCRQ', 0, $p->introduction);
    is(said($p), 'StopCCN 4/0 peer is not allowed', 'F-CC-03 nobody that we know: 4');
    $s->finish;
}

{
    my $s = daemon 'ends', conf => $open;
    my $p = tunnel $s;
    my $call = $p->open_call;

    $s->signal('TERM');
    is(said($p, 'CDN'), 'CDN 3/0 shutting down', 'a stop: each call is told, CDN 3');
    is(said($p, 'StopCCN'), 'StopCCN 6/0 shutting down', 'S4.4.2-04 and the tunnel, StopCCN 6');
    $s->finish;
}

# -- calls ---------------------------------------------------------------------------------------

{
    my $p = tunnel $d;
    my $id = 9000;

    for (
        ['2/3 ICRQ: call_serial_number (15) is missing', 'S6.6-03 no Call Serial Number', 0],
        ['2/8 ICRQ: AVP (1) of vendor 9 is unknown', 'S4.1-04 S4.4.2-10 an unknown AVP with M', 1,
            pack('nnn', 0x8006, 9, 1)],
        ['2/2 ICRQ: bearer_type (18) has a wrong length', 'S4.4.2-07 a short AVP', 1,
            avp(18, u16(1))],
      ) {
        my ($want, $what, $serial, @more) = @$_;

        $p->control('ICRQ', 0, avp(14, u16(++$id)), $serial ? avp(15, u32(1)) : (), @more);
        like(said($p, 'CDN|ICRP|StopCCN'), qr/^CDN \Q$want\E/, "$what: $want");
    }
    my $call = $p->open_call;
    $p->control('ICCN', $call->{peer}, avp(24, u32(1)), avp(19, u32(1)));
    is(said($p), 'CDN 2/6 ICCN ok in state established',
        'S4.4.2-11 F-NI-10 ICCN in established: 2/6, and a text');
    my $ran = () = reports("$DIR/echo");
    $call = $p->open_call;
    loop_until { (my @all = reports("$DIR/echo")) > $ran };
    $d->ask("h $call->{peer}");
    # which of the two depends on whether pppd was ready for TERM already
    like(said($p), qr{^CDN 3/0 (?:terminated by a signal|killed by signal 15)$},
        'S5.6-01 a call hung up by command: 3');
    $call = $p->open_call(half => 1);
    $d->ask("h $call->{peer}");
    is(said($p), 'CDN 3/0 Goodbye!', 'F-NI-09 or before it is up');
    $p->close;
}

{
    my $s = daemon 'nowhere', pppd => '/nowhere/pppd',
      conf => "[lns default]\nip range = 10.9.0.2 - 10.9.0.2\n";
    my $p = tunnel $s;
    my @half = map { $p->open_call(half => 1) } 1, 2;

    $p->control('ICCN', $half[0]{peer}, avp(24, u32(1)), avp(19, u32(1)));
    is(said($p), 'CDN 2/4 pppd cannot be run', 'S4.4.2-07 no pppd: 2/4');
    $p->close;
    $s->finish;
}

{
    my $p = Peer->new;
    my $s = daemon 'lac', conf => "[lac there]\nlns = 127.0.0.1:${\ $p->port}\nautodial = yes\n"
      . "setup timeout = 1\npppoptfile = $echo\n$open";

    $p->accept_tunnel(5);
    is($p->open_call->{refused}, '3/0 no incoming calls are taken here',
        'S6.6-01 S5.2-01 an ICRQ to a LAC, though others are served: CDN 3');
    is(said($p, 'CDN'), 'CDN 10/0 not set up in time', 'S4.4.2-06 no ICRP within "setup timeout": 10');
    is(said($p, 'StopCCN'), 'StopCCN 1/0 no call left', 'and the tunnel: 1');
    $s->finish;
}

# -- pppd's end, and RFC 3145 --------------------------------------------------------------------

# By exit status: CDN, code and direction of AVP 46.  The codes are RFC 3145's, 2.1: 1 by the
# administrator, 3 normal, 7 a loop, 8 echoes unanswered, 16 authentication failed, 18 no NCP.
my @ends = (
    [0,  3, '3/0000/1',  'peer'],
    [1,  3, 'none',      'fatal'],
    [2,  3, 'none',      'options'],
    [5,  3, '1/0000/0',  'signal'],
    [10, 3, '18/0000/0', 'negotiation'],
    [11, 3, '16/0000/1', 'authenticate'],
    [12, 3, '3/0000/2',  'idle'],
    [13, 3, '3/0000/2',  'limit'],
    [15, 3, '8/0000/0',  'echo'],
    [16, 1, '3/0000/1',  'hung up'],
    [17, 3, '7/0000/0',  'loop'],
    [19, 3, '16/0000/2', 'authentication failed'],
    [25, 3, 'none',      'exit code 25'],
);

for my $on ('yes', 'no') {
    my $script = "$DIR/ends.$on";
    my $s = daemon "cause.$on",
      conf => "[lns default]\nassign ip = no\ndisconnect cause = $on\npppoptfile = $script\n";
    my $p = tunnel $s;

    for (@ends) {
        my ($status, $result, $cause, $words) = @$_;

        next if $on eq 'no' && $status != 11 && $status != 16;
        put_file($script, "exit $status\n");
        my $call = $p->open_call;
        my $m = $p->wait_for('CDN', 5);
        like($m && Peer::result($m), qr/^$result\/0 .*$words/,
            ($status == 16 ? 'S7.4-06' : 'S7.4-07') . " pppd ends with $status: CDN $result, $words");
        is($m && Peer::ppp_cause($m), $on eq 'yes' ? $cause : 'none',
            "disconnect cause = $on: AVP 46 for $status");
        my ($avp) = grep { $_->[0] == 46 } @{$m->{avps}};
        is($avp->[1] & 0x8000, 0, 'S4.2-01 without the M bit') if $avp;
    }
    $p->close;
    $s->finish;
}

# -- in words ------------------------------------------------------------------------------------

{
    my $p = tunnel $d;
    my @cdn = (
        'loss of carrier', 'general error', 'administrative reasons', 'no facilities \(temporary\)',
        'no facilities \(permanent\)', 'invalid destination', 'no carrier detected', 'busy',
        'no dial tone', 'not established in the LAC\'s time', 'no appropriate framing detected',
    );
    my @errors = (
        'no control connection exists yet', 'length is wrong',
        'field value out of range or reserved field not zero', 'insufficient resources',
        'session id is invalid in this context', 'vendor-specific error', 'try another',
        'unknown AVP with the M bit set',
    );
    my @table = (
        map({ [$_ + 1, 0, $cdn[$_]] } 0 .. $#cdn),
        map({ [2, $_ + 1, "general error: $errors[$_]"] } 0 .. $#errors),
        [77, 0, 'unknown code 77'],
        [2, 4711, 'general error: unknown code 4711'],
        [3, 32769, 'administrative reasons'],
    );
    my @lines;

    $d->mark;
    for (@table) {
        my ($result, $error, $words) = @$_;
        my $call = $p->open_call; # up: of those that never were only some are told of

        $p->hang_up($call, $result, "text", error => $error);
        push @lines, [qr/\/$call->{peer}: down by=peer cause=$result\/$error \($words\) text /,
            "$result/$error", $words];
    }
    $d->says($_->[0], ($_->[1] =~ /^2\/[1-8]$/ ? 'S4.4.2-08 S4.4.2-07' : 'S4.4.2-06 S10-03')
          . " CDN $_->[1] received: \"$_->[2]\"") for @lines;
    {
        my $call = $p->open_call;
        my $liar = Peer->new(to => $d->port, name => 'x): down by=us (y');

        $p->hang_up($call, 2, 'bye in=7 out="8" secs=9', error => 6);
        $d->says(qr/\/$call->{peer}: down .* "bye in=7 out=\\"8\\" secs=9" in=0 out=0 secs=\d+$/m,
            'a text that would pass for what follows stands in quotes');
        $liar->open_tunnel;
        $d->says(qr/tunnel $liar->{peer_id} \("x\): down by=us \(y"\): up /, 'so does a name');
        $liar->control('StopCCN', 0, avp(9, u16($liar->{id})), avp(1, pack 'nna*', 1, 0, 'a), Local: 1'));
        $d->says(qr/port \d+ \("a\), Local: 1"\), Local: $liar->{peer_id}, /, 'and a text between parentheses');
    }
    $p->close;

    my $i = 0;
    for ('general request to clear', 'general error', 'control channel already exists',
        'requester not authorised', 'protocol version not supported', 'requester is shutting down',
        'finite state machine error') {
        my $q = tunnel $d;

        $i++;
        $q->control('StopCCN', 0, avp(9, u16($q->{id})), avp(1, pack 'nna*', $i, 0, 'text'));
        $d->says(qr/tunnel $q->{peer_id} \(peer.test\): down by=peer cause=$i\/0 \($_\) text/,
            "S4.4.2-04 S10-03 StopCCN $i received: \"$_\"");
    }
    my $q = tunnel $d;
    $q->control('StopCCN', 0, avp(9, u16($q->{id})), avp(1, u16(2)));
    $d->says(qr/tunnel $q->{peer_id} \S+ down by=peer cause=2\/0 \(general error\)/,
        'S4.4.2-08 general error without an error code is taken');
}

{
    my $p = tunnel $d;
    my $down = sub {
        my (@more) = @_;
        my $call = $p->open_call;

        $p->hang_up($call, 3, '', more => \@more);
        return $d->wait_log(qr/\/$call->{peer}: down by=peer cause=(.*)/) // 'no line';
    };

    like($down->(avp(12, pack 'nCa*', 17, 69, 'user is busy')),
        qr/^3\/0 \(administrative reasons\) q931=17\/69 "user is busy" in=/,
        'S4.4.4-01 a Q.931 cause is logged, with its advice');
    like($down->(avp(12, pack 'nC', 31, 0)), qr/ q931=31\/0 in=/, 'S4.4.4-01 and without any');
    like($down->(soft(46, pack 'nnCa*', 16, 0xc223, 1, 'bad password')),
        qr/ ppp=16\/1 \(authentication failed\) protocol=c223 "bad password" in=/,
        'AVP 46 is logged, in words');
    like($down->(avp(12, pack 'nC', 16, 69), soft(46, pack 'nnC', 3, 0, 2)),
        qr/ q931=16\/69 ppp=3\/2 \(normal disconnect\) in=/, 'both at once');
    like($down->(soft(46, pack 'nnCa*', 9999, 0, 0, "\x1b[2Jyou  :\n")),
        qr/ ppp=9999\/0 \(\?\) "[ -~]*" in=/, 'S4.4.2-03 a code without a name, and a text made safe');
    unlike($d->log, qr/[\x1b\x07]/, 'no control characters in the log');
    $p->close;
}

$d->finish;
done_testing;
