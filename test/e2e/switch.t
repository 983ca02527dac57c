#!/usr/bin/perl
# Tunnel switching: calls that come in and go on through a [lac] to another LNS, between a LAC and a LNS
# that are players: what the control messages carry on, octets of data and their numbers, codes of
# hang-ups, calls that go round in a circle, and what is left when all is over.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Attach;
use E2E;
use JSON::PP;
use Peer;
use Test::More;

my $lcp = "\xff\x03\xc0\x21";

# A LNS that waits to be dialled.
sub far { return Peer->new(name => 'far.test', @_) }

sub conf
{
    my ($far, %o) = @_;

    return "debug tunnel = yes\n[lns default]\n" . ($o{lns} // '') . "\n[lac far]\nlns = 127.0.0.1:"
      . $far->port . "\n" . ($o{lac} // '') . "\n[switch on]\nthrough = far\n" . ($o{switch} // '') . "\n"
      . ($o{more} // '');
}

sub caller_of
{
    my ($d, %o) = @_;
    my $p = Peer->new(to => $d->port, %o);

    $p->open_tunnel;
    return $p;
}

# A call from the LAC's player to the LNS's: (call at the LAC, call at the LNS).
sub through
{
    my ($p, $q, %o) = @_;
    my $in = $p->open_call(%o);

    return ($in) if !$in || $in->{refused};
    $q->accept_tunnel(5) if !$q->{peer_id};
    return ($in, $q->accept_call(5));
}

sub json
{
    my ($d) = @_;

    return decode_json join '', map { /^00-(.*)/ ? $1 : () } split /\n/, $d->ask('status json') // '';
}

# As the one player hears of the end of a call that the other has ended.
sub end_at
{
    my ($p, $call) = @_;
    my $cdn = $p->wait_for('CDN', 5, $call->{id}) // return 'nothing';

    return Peer::result($cdn);
}

# -- control messages ----------------------------------------------------------------------------

{
    my $q = far;
    my $d = daemon 'lts', conf => conf($q);
    my $p = caller_of $d;
    my $options = "\x01\x04\x05\xd4\x05\x06\x12\x34\x56\x78";
    my %icrq = (18 => u32(2), 25 => u32(77), 21 => '08001', 22 => '+4930123' . 'x' x 90, 23 => 'sub1');
    my %iccn = (24 => u32(54000), 38 => u32(33600), 19 => u32(2), 37 => 'blue', 39 => '',
        26 => $options, 27 => $options, 28 => $options, 29 => u16(2), 30 => 'ann@isp.example',
        31 => 'c' x 16, 32 => u16(9), 33 => 'r' x 16);
    my @line = map { pack('nnn', 6 + length $$_[1], 3561, $$_[0]) . $$_[1] }
      [1, 'eth 1/2:3'], [2, 'house 4'], [129, pack 'Q>', 2000], [130, pack 'Q>', 9000];
    my $in = $p->open_call(half => 1,
        icrq => [map({ avp($_, $icrq{$_}) } sort { $a <=> $b } keys %icrq), @line]);
    $p->control('ICCN', $in->{peer}, map { avp($_, $iccn{$_}) } sort { $a <=> $b } keys %iccn);
    ok($q->accept_tunnel(5), 'the tunnel to the LNS is opened for the first call');
    my $out = $q->accept_call(5);

    ok($out, 'and the call goes on there');
    my %clause = (18 => 'S4.4.4-09', 19 => 'S4.4.4-12', 21 => 'S4.4.4-15', 22 => 'S4.4.4-16', 23 => 'S4.4.4-17',
        24 => 'S4.4.4-18', 25 => 'S4.4.4-20', 37 => 'S4.4.4-22', 38 => 'S4.4.4-19', 39 => 'S4.4.4-23');
    for (sort { $a <=> $b } keys %icrq, keys %iccn) {
        my $clause = $clause{$_} // 'S4.4.5-01';

        is($out->{exists $icrq{$_} ? 'icrq' : 'iccn'}{avp}{$_}, $icrq{$_} // $iccn{$_},
            "$clause AVP $_ goes on as it came");
    }
    is(join(' ', map { $out->{icrq}{avp}{"3561:$_"} // '' } 1, 2),
        'eth 1/2:3 house 4', 'the line\'s ids too');
    is($out->{icrq}{avp}{'3561:129'}, pack('Q>', 2000), 'and rates');
    my ($a, $b) = map { my $c = $_; (grep { $_->{call} == $c->{peer} } @{json($d)->{calls}})[0] } $in, $out;
    is("$a->{role} $a->{switch} $a->{other_call}", "lns on $out->{peer}", 'status json: the first leg');
    is("$b->{role} $b->{switch} $b->{other_call} $b->{section}", "lac on $in->{peer} far", 'and the second');
    ok(!defined $a->{pppd_pid}, 'there is no pppd');
    like($d->ask('status'), qr/ other *$/m, 'the table has a column for it');
    is($d->count(qr/start_pppd/), 0, 'none was started');
    $_->close for $p, $q;
    $d->finish;
}

# -- data ----------------------------------------------------------------------------------------

{
    my $q = far;
    my $d = daemon 'lts', conf => conf($q, lns => "flow bit = yes\nlength bit = no\npriority bit = no",
        lac => "length bit = yes\npriority bit = yes");
    my $p = caller_of $d;
    my $in = $p->open_call;

    $p->send_frame($in, $lcp . "first $_") for 1 .. 12;
    $p->idle(0.2);
    $q->accept_tunnel(5);
    my $out = $q->accept_call(5);
    is(join(' ', map { substr $q->get_frame(2, $out) // '-', 4 } 1 .. 8), join(' ', map { "first $_" } 1 .. 8),
        'what comes before the second leg is up is kept, eight frames of it, in order');
    is($q->get_frame(0.3, $out), undef, 'and no more');
    my ($leg) = grep { $_->{call} == $in->{peer} } @{json($d)->{calls}};
    is($leg->{dropped_frames}, 4, 'what was beyond that is counted');

    my $wrong = 0;
    for my $n (1, 4, 64, 1400, 1500, 4000) {
        my $frame = join '', map { chr int rand 256 } 1 .. $n;

        $p->send_frame($in, $frame);
        $wrong += ($q->get_frame(2, $out) // '') ne $frame;
        my $back = reverse $frame;
        $q->send_frame($out, $back);
        $wrong += ($p->get_frame(2, $in) // '') ne $back;
    }
    is($wrong, 0, 'frames of all sizes pass both ways, octet by octet');

    my (undef, $m) = do { $q->send_frame($out, 'down'); $p->get_frame(2, $in) };
    is($m->{flags} & 0x4900, 0x0800, 'S5.4-01 towards the LAC: numbers, as our [lns] has it, and no length');
    my $ns = $m->{ns};
    (undef, $m) = do { $q->send_frame($out, 'down', sequence => 1, ns => 7); $p->get_frame(2, $in) };
    is($m->{ns}, ($ns + 1 & 0xffff), 'these are the leg\'s own, whatever the other leg\'s are');
    (undef, $m) = do { $p->send_frame($in, 'up', length => 1); $q->get_frame(2, $out) };
    is($m->{flags} & 0x4800, 0x4800, 'towards the LNS: numbers, as it has begun to; and the length');
    is($m->{length}, 12 + 2, 'which is right');
    $ns = $m->{ns};
    (undef, $m) = do { $p->send_frame($in, 'up', sequence => 1, ns => 300); $q->get_frame(2, $out) };
    is($m->{ns}, ($ns + 1 & 0xffff), 'numbers of that leg');
    (undef, $m) = do { $p->send_frame($in, 'late', sequence => 1, ns => 299); $q->get_frame(0.3, $out) };
    ok(!$m, 'what is late on one leg does not go on');
    ($leg) = grep { $_->{call} == $in->{peer} } @{json($d)->{calls}};
    is($leg->{late_frames}, 1, 'and is counted there');
    ($leg) = grep { $_->{call} == $out->{peer} } @{json($d)->{calls}};
    is($leg->{late_frames}, 0, 'not at the other leg');

    (undef, $m) = do { $p->send_frame($in, 'up', priority => 1); $q->get_frame(2, $out) };
    is($m->{flags} & 0x0100, 0x0100, 'S3.1-10 the P bit is carried on where the leg uses it');
    (undef, $m) = do { $p->send_frame($in, "${lcp}\x09\x01\x00\x08abcd"); $q->get_frame(2, $out) };
    is($m->{flags} & 0x0100, 0x0100, 'an echo has it there anyway');
    (undef, $m) = do { $p->send_frame($in, 'up'); $q->get_frame(2, $out) };
    is($m->{flags} & 0x0100, 0, 'others have not');
    (undef, $m) = do { $q->send_frame($out, 'down', priority => 1); $p->get_frame(2, $in) };
    is($m->{flags} & 0x0100, 0, 'nor has any where the leg does not use it');
    my ($a, $b) = map { my $c = $_; (grep { $_->{call} == $c->{peer} } @{json($d)->{calls}})[0] } $in, $out;
    is("$a->{tx_bytes} $b->{tx_bytes}", "$b->{rx_bytes} " . ($a->{rx_bytes} - length join('', map { "${lcp}first $_" } 9 .. 12)),
        'octets are counted by leg');

    # the line's news
    $q->control('SLI', $out->{peer}, avp(35, "\0\0" . u32(0xa0000) . u32(0x1)));
    $m = $p->wait_for('SLI', 2);
    is($m && $m->{avp}{35}, "\0\0" . u32(0xa0000) . u32(0x1), 'S6.14-01 SLI is carried on');
    $p->control('WEN', $in->{peer}, avp(34, "\0\0" . pack 'N6', 1 .. 6));
    $m = $q->wait_for('WEN', 2);
    is($m && $m->{avp}{34}, "\0\0" . pack('N6', 1 .. 6), 'S6.13-01 so is WEN');
    $_->close for $p, $q;
    $d->finish;
}

# -- ends ----------------------------------------------------------------------------------------

{
    my $q = far;
    my $d = daemon 'lts', conf => conf($q);
    my $p = caller_of $d;
    my ($in, $out) = through $p, $q;

    ok($out, 'a call') or diag $d->tail;
    $q->hang_up($out, 2, 'no address', error => 4, more => [soft(46, pack 'nnCa*', 13, 0xc223, 1, 'wrong'),
        soft(12, pack 'nCa*', 17, 0x42, '')]);
    my $m = $p->wait_for('CDN', 2, $in->{id});
    is($m && Peer::result($m), '2/4 no address', 'the LNS hangs up: the LAC hears its code and words');
    is($m && Peer::ppp_cause($m), '13/c223/1', 'and why PPP ended');
    is($m && unpack('H*', $m->{avp}{12} // ''), '001142', 'and Q.931\'s cause');
    ok($q->wait_for('StopCCN', 2), 'without a call the tunnel to the LNS is closed');

    my $q2 = Peer->new(share => $q);
    ($in, $out) = through $p, $q2;
    ok($out, 'the next call opens another') or diag $d->tail;
    $p->hang_up($in, 1, 'carrier');
    is(end_at($q2, $out), '1/0 carrier', 'the LAC hangs up: the LNS hears its code and words');
    $q2->wait_for('StopCCN', 2);

    my $q8 = Peer->new(share => $q);
    ($in, $out) = through $p, $q8;
    $q8->{mute} = 1;    # its StopCCN is not acknowledged yet
    $p->hang_up($in, 1, 'carrier');
    ok($q8->wait_for('StopCCN', 2), 'the last call has gone, and the tunnel is going');
    $in = $p->open_call;
    $q8->{mute} = 0;
    $q8->control('ZLB', 0);
    my $q9 = Peer->new(share => $q);
    $q9->accept_tunnel(5);
    $out = $q9->accept_call(5);
    ok($out, 'a call that comes now has the next') or diag $d->tail;
    $p->hang_up($in, 1, 'carrier');
    $q9->wait_for('StopCCN', 2);

    my $q3 = Peer->new(share => $q);
    $in = $p->open_call;
    $q3->accept_tunnel(5);
    $m = $q3->wait_for('ICRQ', 5);
    my $id = unpack 'n', $m->{avp}{14};
    $q3->control('CDN', $id, avp(14, u16(77)), avp(1, pack 'nna*', 8, 0, 'busy'));
    is(end_at($p, $in), '8/0 busy', 'the LNS refuses: the first leg, which was up, ends so');
    $q3->wait_for('StopCCN', 2);

    my $q4 = Peer->new(share => $q);
    ($in, $out) = through $p, $q4;
    $q4->control('StopCCN', 0, avp(9, u16($q4->{id})), avp(1, pack 'nna*', 2, 4, 'too much'));
    is(end_at($p, $in), '2/4 too much', 'the LNS ends its tunnel with an error: the LAC hears which');

    my $q5 = Peer->new(share => $q);
    ($in, $out) = through $p, $q5;
    $q5->control('StopCCN', 0, avp(9, u16($q5->{id})), avp(1, pack 'nna*', 6, 0, 'night'));
    is(end_at($p, $in), '3/0 night', 'or in good order: 3');

    my $q6 = Peer->new(share => $q);
    ($in, $out) = through $p, $q6;
    $p->close('going');
    is(end_at($q6, $out), '3/0 going', 'the LAC ends its tunnel: so does the call at the LNS');
    $q6->wait_for('StopCCN', 2);

    my $q7 = Peer->new(share => $q);
    $p = caller_of $d;
    ($in, $out) = through $p, $q7;
    $d->command("h $in->{peer}\n");
    is(end_at($p, $in), '3/0 hung up by the operator', 'the operator hangs up one leg');
    is(end_at($q7, $out), '3/0 hung up by the operator', 'and with it the other');
    $q7->wait_for('StopCCN', 2);
    $p->close;
    $d->finish;
}

# -- silence -------------------------------------------------------------------------------------

{
    my $q = far;
    my $d = daemon 'lts', conf => conf($q, lns => 'hello interval = 1', lac => 'hello interval = 1',
        more => "[global]\nmax retries = 1\n");
    my $p = caller_of $d;
    my ($in, $out) = through $p, $q;

    ok($out, 'a call whose LNS falls silent') or diag $d->tail;
    my $m = $p->wait_for('CDN', 20, $in->{id});
    is($m && Peer::result($m), '4/0 the LNS is silent', 'ends at its LAC with 4');
    $p->{mute} = 1;
    my $q2 = Peer->new(share => $q);
    $in = $p->open_call;
    $q2->accept_tunnel(5);
    $out = $q2->accept_call(5);
    ok($out, 'one whose LAC does') or diag $d->tail;
    $m = $q2->wait_for('CDN', 20, $out->{id});
    is($m && Peer::result($m), '1/0 the LAC is silent', 'at its LNS with 1');
    $q2->close;
    $d->finish;
}

# -- speeds --------------------------------------------------------------------------------------

{
    my $q = far;
    my $d = daemon 'lts', conf => conf($q);
    my $p = caller_of $d;
    my ($in, $out) = through $p, $q, icrq => [soft(98, '')];

    ok(exists $out->{icrq}{avp}{98}, 'R5515-04 that speeds may be told later is carried on') or diag $d->tail;
    $p->control('CSUN', 0, soft(97, pack 'nnNN', 0, $in->{peer}, 9000, 4000));
    my $m = $q->wait_for('CSUN', 2);
    is(unpack('H*', $m && $m->{avp}{97} // ''), unpack('H*', pack 'nnNN', 0, $out->{id}, 9000, 4000), 'and so are new ones, with the leg\'s own id') or diag $d->tail;

    # before the second call is up, too
    $in = $p->open_call(icrq => [soft(98, '')]);
    my $asked = $q->wait_for('ICRQ', 5);
    $p->control('CSUN', 0, soft(97, pack 'nnNN', 0, $in->{peer}, 8000, 3000));
    $p->wait_acked;
    $q->control('ICRP', unpack('n', $asked->{avp}{14}), avp(14, u16(4711)));
    my $iccn = $q->wait_for('ICCN', 5);
    is(unpack('N', $iccn->{avp}{24} // ''), 1000000, 'a call is connected at the speed that it was asked for with');
    $m = $q->wait_for('CSUN', 2);
    is(unpack('H*', $m && $m->{avp}{97} // ''), unpack('H*', pack 'nnNN', 0, 4711, 8000, 3000),
        'and what the LAC has told meanwhile follows');
    $in = $p->open_call(icrq => [soft(98, '')]);
    ok($q->accept_call(5), 'where it has told nothing,');
    ok(!$q->wait_for('CSUN', 0.3), 'nothing follows');
    $_->close for $p, $q;
    $d->finish;
}

# -- nobody there --------------------------------------------------------------------------------

{
    my $q = far;
    my $d = daemon 'lts', conf => conf($q, lac => "connect timeout = 1");
    my $p = caller_of $d;
    my $in = $p->open_call;
    my $m = $p->wait_for('CDN', 15, $in->{id});

    is($m && Peer::result($m), '4/0 no LNS of its switch can be reached', 'no LNS answers: 4');
    $p->close;
    $d->finish;
}

# -- rules ---------------------------------------------------------------------------------------

{
    my $q = far;
    my $d = daemon 'lts', conf => "[lns default]\n[lac far]\nlns = 127.0.0.1:${\ $q->port}\n"
      . "[switch number]\nthrough = far\ncalled = 0800*\ncalling = +49*\ncalling = +43*\n"
      . "[switch realm]\nthrough = far\nmatch = *\@isp.example\n[switch group]\nthrough = far\ngroup = Blue\n"
      . "[switch name]\nthrough = far\npeer = 127.0.0.*\npeer name = bras-*\nmax calls = 1\n";
    my $p = caller_of $d;
    my @pap = (soft(29, u16(3)), soft(32, u16(1)), soft(33, 'x'));
    my @rows = (
        ['nothing', {}, undef],
        ['both numbers', {calling => '+43 1', icrq => [avp(21, '0800 1')]}, 'number'],
        ['one of two', {icrq => [avp(21, '0800 1')]}, undef],
        ['the realm', {iccn => [@pap, soft(30, 'ann@ISP.example')]}, 'realm'],
        ['another realm', {iccn => [@pap, soft(30, 'ann@isp.example.org')]}, undef],
        ['the group', {iccn => [soft(37, 'Blue')]}, 'group'],
        ['a group in another case', {iccn => [soft(37, 'blue')]}, undef],
        ['the last one counts', {iccn => [@pap, soft(30, 'ann@isp.example'), soft(37, 'Blue')]}, 'group'],
    );
    for (@rows) {
        my ($what, $o, $rule) = @$_;
        my $q1 = Peer->new(share => $q);
        my ($in, $out) = $rule ? through($p, $q1, %$o) : $p->open_call(%$o);

        $d->says(qr/call $p->{peer_id}\/$in->{peer}: goes on as .*by switch $rule through lac far/, "$what: switch $rule") if $rule;
        is(end_at($p, $in), '2/4 no switch takes it, and there is no address for it',
            "$what: no rule, so it ends here, without an address") if !$rule;
        next if !$rule;
        $p->hang_up($in);
        $q1->wait_for('StopCCN', 2);
    }
    $d->says(qr/trouble no-address: .*: no \[switch\] takes the call of its user 'ann\@isp\.example\.org'; /,
        'of which the log tells, with the name');
    $d->says(qr/trouble no-address: .*: no \[switch\] takes its call, which tells no user's name; /, 'or that there is none');
    my (undef, $told) = run_program [$L2TPD, '-c', $d->{conf}, '--explain', '127.0.0.1', 'bras-9'];
    like($told, qr/^a call of it goes on .*:\n  \[switch number\] of line \d+\n.*^    called = 0800\*.*^  \[switch name\] /ms,
        '--explain shows the rules that a peer\'s calls may fit');
    (undef, $told) = run_program [$L2TPD, '-c', $d->{conf}, '--explain', '192.0.2.1', 'bras-9'];
    unlike($told, qr/switch name/, 'and no others');
    my $b = caller_of $d, name => 'BRAS-1';
    my $q1 = Peer->new(share => $q);
    my ($in, $out) = through $b, $q1;
    ok($out, 'by the LAC\'s address and name');
    my $second = $b->open_call;
    is(end_at($b, $second), '4/0 its switch has no room for another call', 'max calls');
    $_->close for $b, $p, $q1;
    $d->finish;
}

# -- what cannot be passed on: told in one sentence, and the call goes on without it ---------------

{
    my $q = far;
    my $d = daemon 'lts', conf => conf($q);
    my $p = caller_of $d;
    my @lcp = map { soft($_, "\1\4\5\xd4") } 26 .. 28;
    my $nothing = qr/the LNS is told nothing of the caller's PPP, and begins it anew: /;

    for (
        ['no challenge', qr/$nothing.*lacks the challenge/, @lcp, soft(29, u16(2)), soft(30, 'ann'), soft(32, u16(1)), soft(33, 'r' x 16)],
        ['a long value', qr/$nothing.*a value of it is too long to be told/, @lcp[0, 1], soft(28, "\1\4\5\xd4" x 251)],
      ) {
        my ($what, $says, @iccn) = @$_;
        my $q1 = Peer->new(share => $q);
        my ($in, $out) = through $p, $q1, iccn => \@iccn;

        is(join(' ', grep { $_ >= 26 && $_ <= 33 } grep { /^\d+\z/ } keys %{$out->{iccn}{avp}}), '', "S4.4.5-01 $what: none goes on");
        $d->says(qr/call \d+\/$out->{peer}: $says/, "S4.4.5-01 $what: as the log says");
        $p->hang_up($in);
        $q1->wait_for('StopCCN', 2);
        $q1->close;
    }
    unlike($d->log =~ s/.*role="lns".*//gr, qr/proxy-/, 'nor is it said to');
    my $q1 = Peer->new(share => $q);
    my ($in, $out) = through $p, $q1, iccn => \@lcp;
    ok($out->{iccn}{avp}{26}, 'what is sound does');
    is(scalar(() = $d->log =~ /$nothing/g), 2, 'and nothing is said of it');
    $_->close for $p, $q, $q1;
    $d->finish;
}

# -- two sorts of calls --------------------------------------------------------------------------

{
    my $q = far;
    my $d = daemon 'lts', conf => conf($q, lac => "redial = yes\npppoptfile = ${\ ppp_script \"echo\\n\"}");
    my $p = caller_of $d;

    $d->command("c far\n");
    $q->accept_tunnel(5);
    ok($q->accept_call(5), 'a [lac] that was told to place a call of its own');
    my $in = $p->open_call;
    is(end_at($p, $in), '4/0 the [lac] of its switch has calls of another sort', 'carries no others');
    $_->close for $p, $q;
    $d->finish;
}

# -- beside a line ---------------------------------------------------------------------------------

for my $first (qw(line switched)) {
    my $q = far;
    my $d = daemon "beside-$first", conf => conf($q);
    my $p = caller_of $d;
    my $echo = ppp_script "echo\n";
    my ($line, $in, $out, $of_line);
    my %begin = (
        line => sub {
            $line = attach $d, '--pty', "exec $PPPD - file $echo", 'far';
            $q->accept_tunnel(5) if !$q->{peer_id};
            $of_line = $q->accept_call(5);
        },
        switched => sub { ($in, $out) = through $p, $q });

    $begin{$_}->() for $first, grep { $_ ne $first } keys %begin;
    ok($of_line && $out && $of_line->{peer} != $out->{peer}, "a $first call first: another joins it");
    ok($q->echoes($of_line, "\xff\x03\x00\x21line"), 'the line has its frames');
    $p->send_frame($in, "\xff\x03\x00\x21switched");
    is(scalar $q->get_frame(5, $out), "\xff\x03\x00\x21switched", 'the switched call its own');
    if ($first eq 'line') {
        kill TERM => $line->{pid};
        status_of($line);
        ok($q->wait_for('CDN', 5), 'the first ends');
        ok(!$q->wait_for('StopCCN', 0.3), 'their tunnel stays');
        $q->send_frame($out, "\xff\x03\x00\x21still");
        is(scalar $p->get_frame(5, $in), "\xff\x03\x00\x21still", 'as does the other');
        $p->hang_up($in);
    } else {
        $p->hang_up($in);
        ok($q->wait_for('CDN', 5), 'the first ends');
        ok(!$q->wait_for('StopCCN', 0.3), 'their tunnel stays');
        ok($q->echoes($of_line, "\xff\x03\x00\x21still"), 'as does the other');
        kill TERM => $line->{pid};
        status_of($line);
    }
    ok($q->wait_for('StopCCN', 5), 'and goes with the last');
    $_->close for $p, $q;
    $d->finish;
}

# -- a LNS that tells more of a call than its LAC can hear -------------------------------------------

{
    my $q = far;
    my $d = daemon 'lts', conf => conf($q);
    my $p = caller_of $d;
    my ($in, $out) = through $p, $q, calling => '1';
    my ($other) = through $p, $q, calling => '2';

    $p->{mute} = 1;
    for my $n (1 .. 1200) {
        $q->control('SLI', $out->{peer}, avp(35, pack 'nNN', 0, $n, 0));
        last if $n % 4 == 0 && !$q->wait_acked(5);
    }
    $p->{mute} = 0;
    my ($heard, $last) = (0, 0);
    while ($last != 1200 && (my $sli = $p->wait_for('SLI|CDN|StopCCN', 5))) {
        last if $sli->{type} ne 'SLI';
        $last = unpack 'x2N', $sli->{avp}{35};
        $heard++;
    }
    is($last, 1200, '1200 maps, and a LAC that has acknowledged none: it hears of the last');
    cmp_ok($heard, '<', 200, 'and not of all before it');
    is(scalar @{json($d)->{calls}}, 4, 'its calls go on');
    ok($other && !$other->{refused}, 'the other one too');
    $_->close for $p, $q;
    $d->finish;
}

# -- circles -------------------------------------------------------------------------------------

{
    # two daemons that send to each other whatever comes
    my $port = free_port;
    my $a = daemon 'a', port => $port, conf => "[lns default]\n[lac b]\nlns = 127.0.0.1:1\n";
    my $b = daemon 'b', conf => "[lns default]\n[lac a]\nlns = 127.0.0.1:$port\n"
      . "[switch a]\nthrough = a\n";
    $a->configure("[lns default]\n[lac b]\nlns = 127.0.0.1:${\ $b->port}\n[switch b]\nthrough = b\n")->signal('HUP');
    $a->says(qr/reload: switch b is new/, 'a reload names a new switch');
    my $p = caller_of $a;
    my $in = $p->open_call(calling => '+49 30 1');
    is(end_at($p, $in), '6/0 it goes round in a circle of switches', 'from one to the other and back: ended');
    my @n = map { scalar @{json($_)->{calls}} } $a, $b;
    is("@n", '0 0', 'nothing is left of it');
    cmp_ok($a->count(qr/goes on as call/), '<=', 65, 'after a few rounds');
    $in = $p->open_call;
    my $m = $p->wait_for('CDN', 20, $in->{id});
    is($m && Peer::result($m), '6/0 it goes round in a circle of switches', 'a call that tells nothing of itself too');
    $p->close;
    $_->finish for $a, $b;

    # the file names no port, so a check cannot see it; the tunnel is one of our own
    my $unseen = daemon 'unseen', conf => "[lns default]\n[lac me]\nlns = 127.0.0.1:1\n";
    $unseen->configure("[lns default]\n[lac me]\nlns = 127.0.0.1:${\ $unseen->port}\n[switch me]\nthrough = me\n")
      ->mark->signal('HUP');
    $unseen->says(qr/reload: switch me is new/, 'one that sends to itself unseen');
    $p = caller_of $unseen;
    $in = $p->open_call(calling => '+49');
    is(end_at($p, $in), '6/0 it goes round in a circle of switches', 'is refused when it comes back');
    is($unseen->count(qr/goes on as call/), 1, 'the first time');
    $p->close;
    $unseen->finish;

    my $own = free_port;
    my $d = daemon 'own', port => $own, conf => "[lns default]\n[lac me]\nlns = 127.0.0.1:$own\n";
    $d->configure("[lns default]\n[lac me]\nlns = 127.0.0.1:$own\n[switch me]\nthrough = me\n")->mark->signal('HUP');
    $d->says(qr/\[switch me\] sends calls through \[lac me\], whose 'lns = 127.0.0.1' is this daemon itself/,
        'one that sends to itself is refused by a check');
    $d->finish;
}

# -- what is left --------------------------------------------------------------------------------

# A thousand calls, of each the end from another side; nothing grows.
{
    my $q = far;
    my $d = daemon 'lts', conf => conf($q);
    my $p = caller_of $d;
    my ($first) = $p->open_call;    # it stays, and with it the tunnel
    my $descriptors = sub { my @all = glob "/proc/${\ $d->pid}/fd/*"; scalar @all };
    my ($fds, $rss, $bad);

    $q->accept_tunnel(5);
    my $stays = $q->accept_call(5);
    for my $n (1 .. 1000) {
        my ($in, $out) = through $p, $q, calling => '+49';

        $bad++ if !$out;
        next if !$out;
        $p->send_frame($in, $lcp . $n);
        $bad++ if ($q->get_frame(2, $out) // '') ne $lcp . $n;
        my @end = $n % 2 ? ($p, $in, $q, $out) : ($q, $out, $p, $in);
        $end[0]->hang_up($end[1], 3, "end $n");
        $bad++ if end_at($end[2], $end[3]) ne "3/0 end $n";
        ($fds, $rss) = ($descriptors->(), $d->figure('VmRSS')) if $n == 200;
    }
    is($bad // 0, 0, 'a thousand calls come, carry a frame and go, by both sides in turn');
    is($descriptors->(), $fds, 'not a descriptor is left of them');
    SKIP: {
        skip 'the sanitizers keep what is freed', 1 if sanitized();
        cmp_ok($d->figure('VmRSS'), '<=', $rss + 256, 'nor memory');
    }
    is($d->count(qr/trouble/), 0, 'it is no trouble of ours that a call ends');
    is(scalar @{json($d)->{calls}}, 2, 'what is there are the two legs of the first');
    ok($stays, 'which is up');
    $_->close for $p, $q;
    $d->finish;
}

done_testing;
