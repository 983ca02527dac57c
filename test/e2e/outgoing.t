#!/usr/bin/perl
# Outgoing calls (RFC 2661, 5.2.2, 6.9 to 6.11, 7.5): as LNS we have the peer dial, by command o; as
# LAC we dial for the peer, with a pppd as the line.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $lcp  = "\xff\x03\xc0\x21\x01\x01\x00\x04";
my $echo = ppp_script "reports $DIR/echo\necho\n";
my $n    = 0;

sub number { unpack 'N', $_[0]{avp}{$_[1]} // "\xff\xff\xff\xfe" }

# How many pppds have reported below a path and not ended.
sub running { scalar grep { !$_->{exit} } reports($_[0]) }

# The words after a pppd's program and tty, of the only one that has reported there.
sub words
{
    my ($path) = @_;
    my ($r) = loop_until { my @all = reports($path); $all[0] };

    return $r ? join(' ', @{$r->{arg}}[2 .. $#{$r->{arg}}]) : 'none';
}

# -- as LNS: o LAC NUMBER ------------------------------------------------------------------------

# A daemon whose [lac there] is that peer.
sub dialler
{
    my ($p, $text, %o) = @_;

    return daemon 'out' . ++$n, %o, conf => "[lac there]\nlns = 127.0.0.1:${\ $p->port}\n$text";
}

{
    my $p = Peer->new(bearer => 2, framing => 2);
    my $d = dialler $p, "name = of-lac\npppoptfile = $echo\nminimum bps = 4800\n"
      . "maximum bps = 56000\nsub address = 17\n";

    is($d->ask('o there 555-0100'), '00 OK', 'o LAC NUMBER is taken');
    ok($p->accept_tunnel(5), 'F-NO-01 a tunnel is opened for it');
    my $call = $p->take_request(5, half => 1);
    my $m = $call->{ocrq};
    is($m->{session}, 0, 'F-NO-03 S4.4.4-04 when it is up OCRQ leaves, with session id 0');
    is_deeply([sort { $a <=> $b } Peer::numbers($m)], [0, 14 .. 19, 21, 23],
        'S6.9-03 S6.9-04 with the AVPs it must have, and a sub-address');
    is($m->{avp}{21}, '555-0100', 'S4.4.4-15 the number');
    is($m->{avp}{23}, '17', 'S4.4.4-17 the sub-address of the section');
    is(number($m, 16), 4800, 'S4.4.4-07 the least speed of the section');
    is(number($m, 17), 56000, 'S4.4.4-08 and the greatest');
    is(number($m, 18), 2, 'S4.4.3-06 S4.4.4-10 only the bearer that the LAC has advertised');
    is(number($m, 19), 2, 'S4.4.3-03 S4.4.4-13 only the framing that the LAC has advertised');
    ok(!$p->wait_for('CDN', 0.3) && !reports("$DIR/echo"), 'F-NO-04 OCRP: no pppd yet');
    $p->connected($call);
    is(words("$DIR/echo"), "passive nodetach : name of-lac file $echo",
        'F-NO-07 OCCN: pppd runs, with the settings of the section');
    ok($p->echoes($call, $lcp), 'S5.2.2-01 and frames are carried');
    $d->says(qr/call \d+\/$call->{peer}: up role="lns, dialled by the peer" tx=33600 rx=33600/,
        'the log tells what it is, and how fast');
    is($d->ask('o there 1'), "01 Session 'there' already active!", 'o again: it is active');
    like($d->status, qr/lac there: up/, 'the status has it up');
    $d->ask('d there');
    ok($p->wait_for('StopCCN', 5), 'd takes it down');
    soon { running("$DIR/echo") == 0 } 'and pppd with it';
    $d->finish;
}

# the options of a number, which is there for the one who asks with this library before libc
SKIP: {
    preloaded('access', <<'EOT') or skip 'no library of ours can come before libc', 1;
#include <string.h>
#include <unistd.h>
int access(const char *path, int mode)
{
    return strcmp(path, "/var/l2tp/5550100.options") == 0 ? 0 : faccessat(-100, path, mode, 0);
}
EOT
    my $p = Peer->new(bearer => 3);
    my $d = dialler $p, "pppoptfile = $echo\ndefaultroute = yes\n";

    delete $ENV{LD_PRELOAD};
    unlink glob "$DIR/echo*";
    $d->ask('o there 5550100');
    $p->accept_tunnel(5);
    my $call = $p->take_request(5, half => 1);
    $p->connected($call);
    $d->says(qr/"passive" \n\S+ "nodetach" \n\S+ "file" \n\S+ "\/var\/l2tp\/5550100\.options" \n\S+ "defaultroute" \n\S+ ":" \n/,
        'X7-06 a number\'s options stand before those of the section');
    $d->kill_now;
}

{
    my $p = Peer->new(bearer => 3);
    my $d = dialler $p, "pppoptfile = $echo\nredial = yes\nredial timeout = 1\n";

    $d->ask('o there 5550100');
    for ([7, 'no carrier detected'], [8, 'busy']) {
        my ($result, $words) = @$_;
        my $q = Peer->new(share => $p, bearer => 3);

        $q->accept_tunnel(5);
        my $call = $q->take_request(5, half => 1);
        is($call && $call->{ocrq}{avp}{21}, '5550100',
            "a redial is of the same number, after \"redial timeout\"");
        $d->mark;
        $q->hang_up($call, $result, 'said so');
        $d->says(qr/call \d+\/\d+: down by=peer cause=$result\/0 \($words\) said so/,
            "S4.4.3-11 S4.4.2-06 F-NO-09 CDN $result: an ordinary failure, told in words");
        ok($q->wait_for('StopCCN', 5), 'its tunnel goes');
        $d->says(qr/Will redial in 1 seconds/, 'and it is redialled');
    }
    $d->mark->ask('d there');
    ok(Peer->new(share => $p)->hears_no('SCCRQ', 1.5), 'd ends that');
    my $q = Peer->new(share => $p, bearer => 3);
    $d->ask('c there');
    $q->accept_tunnel(5);
    is(($q->wait_for('ICRQ|OCRQ', 5) // {type => 'none'})->{type}, 'ICRQ',
        'c after o announces a call again');
    $d->ask('d there');
    is(running("$DIR/echo"), 0, 'no pppd ran for any of them');
    $d->finish;
}

{
    my ($p, $q) = map { Peer->new(bearer => 3) } 1, 2;
    my $d = dialler $p, "lns = 127.0.0.1:${\ $q->port}\npppoptfile = $echo\n";

    $d->ask('o there 5550100');
    $p->accept_tunnel(5);
    $p->hang_up($p->take_request(5, half => 1), 2, 'try my neighbour', error => 7);
    ok($q->accept_tunnel(5) && $q->take_request(5),
        'S4.4.2-09 the section has another peer: that one is asked at once');
    $d->finish;
}

for ([mute_bearer => 1, 'said nothing of its bearers'], [bearer => 0, 'has none']) {
    my ($key, $value, $what) = @$_;
    my $p = Peer->new($key => $value);
    my $d = dialler $p, "pppoptfile = $echo\n";

    $d->ask('o there 5550100');
    $p->accept_tunnel(5);
    ok($p->wait_for('StopCCN', 5) && !$p->{heard}{OCRQ} && !$p->{heard}{CDN},
        "S6.9-02 S4.4.3-08 a peer that $what is not asked");
    $d->says(qr/down by=us cause=4\/0 \(no facilities \(temporary\)\) the peer places no such calls/,
        "a peer that $what: the log says why not");
    $d->finish;
}

{
    my $p = Peer->new(bearer => 3, framing => 0);
    my $d = dialler $p, "pppoptfile = $echo\n";

    $d->ask('o there 5550100');
    $p->accept_tunnel(5);
    ok($p->wait_for('StopCCN', 5) && !$p->{heard}{OCRQ}, 'S4.4.3-03 no framing in common: not asked');
    $d->says(qr/the peer has no such framing/, 'and the log says so');
    $d->finish;
}

{
    my $p = Peer->new(bearer => 3);
    my $d = dialler $p, "pppoptfile = $echo\nsetup timeout = 1\n";

    $d->ask('o there 5550100');
    $p->accept_tunnel(5);
    $p->take_request(5, half => 1);
    my $m = $p->wait_for('CDN', 5);
    is($m && Peer::result($m), '3/0 not set up in time',
        'nobody answers: given up after "setup timeout"');
    $d->finish;
}

{
    my $p = Peer->new(bearer => 3);
    my $d = dialler $p, "pppoptfile = $echo\n";

    is($d->ask('o there'), '01 o LAC|TUNNEL NUMBER', 'o without a number: how it is used');
    is($d->ask('o nobody 1'), "01 No such tunnel 'nobody'", 'of nobody');
    like($d->ask('o there ' . '1' x 64), qr/^01 Number is longer than 63/, 'too long a number');
    $d->ask('o there ' . '1' x 63);
    $p->accept_tunnel(5);
    is($p->take_request(5)->{ocrq}{avp}{21}, '1' x 63, 'the longest one');
    $d->finish;
}

# -- as LNS: o TUNNEL NUMBER ---------------------------------------------------------------------

{
    my $d = daemon 'tunnel', conf => "[lns default]\nname = of-lns\nip range = 10.9.4.2 - 10.9.4.2\n"
      . "local ip = 10.9.4.1\npppoptfile = " . ppp_script("reports $DIR/in\necho\n") . "\n";
    my $p = Peer->new(to => $d->port, bearer => 1);

    $p->open_tunnel;
    is($d->ask("o $p->{peer_id} 5550100"), '00 OK', 'o in a tunnel that the peer has opened');
    my $call = $p->take_request(5);
    is(number($call->{ocrq}, 18), 1, 'S4.4.4-10 the bearer that it has');
    is(number($call->{ocrq}, 16), 10000, 'the least speed without a section');
    like(words("$DIR/in"), qr/^passive nodetach 10\.9\.4\.1:10\.9\.4\.2 name of-lns /,
        'pppd runs with the settings of the [lns] section, and an address of its pool');
    ok($p->echoes($call, $lcp), 'and frames are carried');
    $d->ask("o $p->{peer_id} 5550101");
    my $second = $p->take_request(5);
    my $cdn = $p->wait_for('CDN', 5);
    is($cdn && Peer::result($cdn), '2/4 no address is left', 'no address is left for a second');
    ok($p->echoes($call, $lcp), 'the first does not notice');
    $p->hang_up($call, 1, 'gone');
    soon { $d->status =~ /0 calls, 0 pppds, 0 leases/ } 'CDN: all is free again';
    ok($p->close, 'the tunnel stayed up, as it is the peer\'s');
    $d->finish;
}

{
    my $d = daemon 'mute', conf => "[lns default]\nassign ip = no\npppoptfile = $echo\n";
    my $p = Peer->new(to => $d->port, mute_bearer => 1);

    $p->open_tunnel;
    $d->ask("o $p->{peer_id} 5550100");
    $d->says(qr/call \d+\/\d+: down by=us cause=4\/0 .* the peer places no such calls/,
        'a peer that has said nothing of bearers: the log says why nothing happens');
    ok($p->hears_no('OCRQ|CDN|StopCCN', 0.3), 'S6.9-02 and the peer hears nothing of it');
    ok(!$p->open_call->{refused}, 'the tunnel is as it was');
    $p->close;
    $d->finish;
}

# -- as LAC --------------------------------------------------------------------------------------

# A LNS section that places calls, its pppd doing as that script says.
sub placer
{
    my ($script, $more) = @_;

    return daemon 'placer' . ++$n, conf => "[lns default]\nassign ip = no\noutgoing calls = yes\n"
      . 'pppoptfile = ' . ppp_script($script) . "\n" . ($more // '');
}

{
    my $d = placer "reports $DIR/dial\necho\ndelay 500\nsend " . unpack('H*', $lcp) . "\n",
      "name = dialler\ntx bps = 33600\nrx bps = 28800\n";
    my $p = Peer->new(to => $d->port);
    my $sccrp = $p->open_tunnel;

    is(number($sccrp, 4), 3, 'S4.4.3-08 S4.4.3-10 SCCRP of one that dials: Bearer Capabilities 3');
    my $begin = time;
    my $call = $p->ask_for_call('+1 555#0100', 23 => '42');
    ok($call->{peer}, 'S7.5-01 S6.10-01 F-LO-01 OCRQ is answered by OCRP');
    cmp_ok(time - $begin, '<', 0.4, 'S7.5-01 at once, before there is an answer');
    my ($r) = loop_until { my @all = reports("$DIR/dial"); $all[0] };
    my %env = map { split /=/, $_, 2 } @{$r->{env} // []};
    is($env{DIAL_NUMBER}, '+1 555#0100', 'pppd is told the number to dial');
    is($env{SUB_ADDRESS}, '42', 'and the sub-address');
    is($env{L2TP_PEER_NAME}, 'peer.test', 'and for whom');
    $p->send_frame($call, "\xff\x03\xc0\x21too early");
    my $first = $p->datagram(5);
    $first = $p->datagram(5) while $first && $first->{flags} & 0x8000 && $first->{type} eq 'ZLB';
    ok($first && ($first->{type} // 'data') eq 'OCCN',
        'S5.2.2-01 S6.11-01 F-LO-05 pppd\'s first frame: OCCN comes before its data message');
    cmp_ok(time - $begin, '>', 0.4, 'S6.11-01 not before the line has answered');
    $p->take_numbers($first);
    is(number($first, 24), 33600, 'S4.4.4-18 OCCN has the speed');
    is(number($first, 38), 28800, 'S6.11-02 and the other one');
    is($p->get_frame(5, $call), $lcp, 'then the frame itself');
    is($p->get_frame(0.3, $call), undef, 'S5.0-02 what came before OCCN is not carried');
    ok($p->echoes($call, "\xff\x03\xc0\x21$_"), "data pass both ways ($_)") for 'a' .. 'c';
    $d->says(qr/up role="lac, dialled for the peer".*called="\+1 555#0100" sub-address="42"/,
        'the log tells what it is');
    $p->hang_up($call);
    soon { running("$DIR/dial") == 0 } 'S7.5-03 F-LO-09 CDN in established: pppd is gone';
    is((reports("$DIR/dial"))[0]{exit}[0], 16, 'by a hang-up of its line');
    $p->close;
    $d->finish;
}

{
    my $d = placer "reports $DIR/wait\n";
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel;
    my $call = $p->ask_for_call('5550100');
    soon { running("$DIR/wait") == 1 } 'a pppd that says nothing';
    ok($p->hears_no('OCCN|CDN', 0.3), 'S6.11-01 no OCCN as long as it does');
    $p->hang_up($call);
    soon { running("$DIR/wait") == 0 } 'S7.5-03 F-LO-09 CDN in wait-cs-answer: pppd is gone';
    ok($p->hears_no('CDN', 0.3), 'S6.12-01 and nothing is said back');
    my ($x, $y) = map { $p->ask_for_call("555010$_") } 1, 2;
    soon { running("$DIR/wait") == 2 } 'two calls at once';
    is(join(' ', sort map { grep { /^DIAL/ } @{$_->{env}} } grep { !$_->{exit} } reports("$DIR/wait")),
        'DIAL_NUMBER=5550101 DIAL_NUMBER=5550102', 'each dials its own number');
    $d->ask("h $x->{peer}");
    my $cdn = $p->wait_for('CDN', 5);
    like($cdn ? Peer::result($cdn) : 'none', qr/^3\/0 /, 'h ends one of them: CDN 3');
    soon { running("$DIR/wait") == 1 } 'its pppd goes';
    ok($p->hears_no('CDN', 0.3), 'and no other call');
    $p->close;
    soon { running("$DIR/wait") == 0 } 'the tunnel goes, and its calls with it';
    $d->finish;
}

for (
    [8, '7/0 connect script failed', 'no carrier'],
    [16, '7/0 hung up', 'no carrier'],
    [12, '10/0 idle for too long', 'no answer in time'],
    [10, '11/0 negotiation failed', 'no framing'],
    [1, '4/0 fatal error', 'no facilities'],
    [4, '5/0 no PPP support in the kernel', 'no facilities, ever'],
    [5, '3/0 terminated by a signal', 'administrative'],
  ) {
    my ($status, $result, $what) = @$_;
    my $d = placer "delay 50\nexit $status\n";
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel;
    my $call = $p->ask_for_call('5550100');
    my $cdn = $p->wait_for('CDN|OCCN', 5);
    is($cdn && Peer::result($cdn), $result,
        "S7.5-02 F-LO-06 pppd ends with $status before there is an answer: $what");
    is($cdn && Peer::ppp_cause($cdn), 'none', 'and PPP has no cause for it, as it never ran');
    $p->close;
    $d->finish;
}

{
    my $d = placer 'send ' . unpack('H*', $lcp) . "\nawait 1\nexit 16\n";
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel;
    my $call = $p->ask_for_call('5550100');
    ok($p->wait_for('OCCN', 5), 'a call that is up');
    $p->send_frame($call, $lcp);
    my $cdn = $p->wait_for('CDN', 5);
    is($cdn && Peer::result($cdn), '1/0 hung up', 'S7.5-04 F-LO-10 its line hangs up: CDN 1');
    $p->close;
    $d->finish;
}

{
    my $d = placer "", "setup timeout = 1\n";
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel;
    $p->ask_for_call('5550100');
    my $cdn = $p->wait_for('CDN', 5);
    is($cdn && Peer::result($cdn), '10/0 not set up in time', 'S7.5-02 the line never answers: CDN 10');
    $p->close;
    $d->finish;
}

{
    my $d = placer "echo\n";
    my $p = Peer->new(to => $d->port);
    my @table = (
        ['S6.9-03 without Minimum BPS', qr/^2\//, 16 => undef],
        ['S6.9-03 without Called Number', qr/^2\//, 21 => undef],
        ['S6.9-03 without Bearer Type', qr/^2\//, 18 => undef],
        ['S4.4.4-08 the least speed above the greatest', qr/^2\/3 /, 16 => u32(2), 17 => u32(1)],
        ['S4.4.3-04 a framing that does not exist', qr/^2\/3 /, 19 => u32(4)],
        ['S4.4.3-07 a bearer that does not exist', qr/^4\/0 /, 18 => u32(4)],
        ['S4.4.2-06 a number that is too long to be kept whole', qr/^6\/0 /, 21 => '5' x 64],
        ['S4.4.2-06 a number with a NUL in it', qr/^6\/0 /, 21 => "5550100\0001"],
        ['S4.4.2-06 a sub-address that is', qr/^6\/0 /, 23 => '5' x 64],
    );

    $p->open_tunnel;
    for (@table) {
        my ($what, $pattern, @more) = @$_;

        like($p->ask_for_call('5550100', @more)->{refused} // 'placed', $pattern,
            "F-LO-02 $what: refused");
    }
    ok($p->ask_for_call('5550100')->{peer}, 'and the tunnel is as it was');
    $p->close;
    $d->finish;
}

# What pppd would not be told must not be dialled as if it were nothing.
{
    my $d = placer "reports $DIR/odd\necho\n";
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel;
    for ("555;reboot", "555\n0100", "555\0100", "-555") {
        my $call = $p->ask_for_call($_);
        my $cdn = $call->{refused} // Peer::result($p->wait_for('CDN', 5) // {avp => {}});

        is($cdn, '6/0 no such number can be dialled',
            'S4.4.2-06 S7.5-02 no number that anybody has: CDN 6 (' . s/[^ -~]/?/gr . ')');
    }
    is($p->ask_for_call('5550100', 23 => "4\t2")->{refused} // Peer::result($p->wait_for('CDN', 5)
              // {avp => {}}), '6/0 no such number can be dialled', 'nor a sub-address');
    is(scalar(() = reports("$DIR/odd")), 0, 'and no pppd ran for any of them');
    ok($p->ask_for_call('5' x 63)->{peer}, 'the longest one is dialled');
    $p->close;
    $d->finish;
}

{
    my $d = placer 'send ' . unpack('H*', $lcp) . "\necho\n", "pppd = /nowhere/pppd\n"
      =~ s/^/[global]\n/r;
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel;
    $p->ask_for_call('5550100');
    my $cdn = $p->wait_for('CDN|OCCN', 5);
    is($cdn && Peer::result($cdn), '4/0 pppd cannot be run', 'F-LO-06 there is no pppd: CDN 4');
    $p->close;
    $d->finish;
}

{
    my $d = daemon 'off', conf => "[lns default]\nassign ip = no\npppoptfile = $echo\n";
    my $p = Peer->new(to => $d->port);

    is(number($p->open_tunnel, 4), 0, 'S4.4.3-09 SCCRP of one that does not dial: 0');
    is($p->ask_for_call('5550100')->{refused}, '3/0 no outgoing calls are placed here',
        'S6.9-01 without the key: CDN 3');
    $p->close;
    $d->finish;
}

for (['yes', 3, 'S4.4.3-08 S4.4.3-10'], ['no', 0, 'S4.4.3-09']) {
    my ($on, $bearer, $ids) = @$_;
    my $p = Peer->new;
    my $d = dialler $p, "autodial = yes\noutgoing calls = $on\npppoptfile = "
      . ppp_script("reports $DIR/both.$on\nsend " . unpack('H*', $lcp) . "\necho\n") . "\n";

    is(number($p->accept_tunnel(5), 4), $bearer, "$ids SCCRQ, \"outgoing calls = $on\": $bearer");
    my $own = $p->accept_call(5);
    ok($own, 'a LAC with a call of its own');
    my $call = $p->ask_for_call('5550100');
    is($call->{refused} // 'placed', $on eq 'yes' ? 'placed' : '3/0 no outgoing calls are placed here',
        "S6.9-01 \"outgoing calls = $on\" in [lac]: a call for its LNS beside it");
    if ($on eq 'yes') {
        ok($p->wait_for('OCCN', 5), 'it is up');
        is($p->get_frame(5, $call), $lcp, 'with its first frame');
        ok($p->echoes($call, "$lcp!"), 'and carries others');
        $p->hang_up($call);
        soon { running("$DIR/both.yes") == 1 } 'it ends';
        is($p->get_frame(5, $own), $lcp, 'the LAC\'s own goes on');
        like($d->status, qr/lac there: up/, 'and is up');
    }
    $p->close;
    $d->finish;
}

# -- both ends ours ------------------------------------------------------------------------------

{
    my $lac = placer 'send ' . unpack('H*', $lcp) . "\nreports $DIR/line\n";
    my $d = daemon 'asker', conf => "[lac there]\nlns = 127.0.0.1:${\ $lac->port}\n"
      . "pppoptfile = $echo\nredial = yes\nredial timeout = 1\n";

    $d->ask('o there 5550100');
    $d->says(qr/up role="lns, dialled by the peer"/, 'two daemons: up at the LNS');
    $lac->says(qr/up role="lac, dialled for the peer"/, 'and at the LAC');
    soon { (reports("$DIR/line"))[0]{'frames-in'}[0] >= 1 } 'pppd hears pppd';
    $d->mark;
    $lac->ask("h ${\ $lac->wait_log(qr/Call established .* Local: (\d+)/)}");
    $d->says(qr/down by=peer cause=3\/0 .* ppp=1\/0 \(administrative disconnect\)/,
        'the LAC hangs up: the LNS is told why');
    $d->says(qr/up role="lns, dialled by the peer"/, 'and has it dialled again');
    $_->finish for $d, $lac;
}

done_testing;
