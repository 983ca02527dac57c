#!/usr/bin/perl
# Keys of the configuration that change what stands in our messages, and what pppd learns of a call.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $lcp  = "\xff\x03\xc0\x21";
my $echo = ppp_script "reports $DIR/echo\necho\n";
my $n    = 0;

sub number { unpack 'N', $_[0]{avp}{$_[1]} // "\xff\xff\xff\xfe" }
sub sorted { join ' ', sort { $a <=> $b } @_ }

# A daemon that is LAC, and its SCCRQ as a peer has heard it: (daemon, peer).
sub lac
{
    my ($more, %o) = @_;
    my $p = Peer->new(%o);
    my $d = daemon 'lac' . ++$n, secrets => $o{secrets} // '',
      conf => "[lac there]\nlns = 127.0.0.1:${\ $p->port}\nhostname = lac.test\nautodial = yes\n"
      . "pppoptfile = $echo\n$more";

    return ($d, $p);
}

# What a daemon with these lines has sent: SCCRQ, ICRQ, ICCN.
sub sent
{
    my ($more, %o) = @_;
    my ($d, $p) = lac $more, %o;
    my $sccrq = $p->accept_tunnel(5);
    my $call  = $p->accept_call(5);

    $p->close;
    $d->finish;
    return ($sccrq, $call->{icrq}, $call->{iccn});
}

# -- quirks --------------------------------------------------------------------------------------

for (
    ["rx bps = 64000\n", undef, 1, 'AVP 38 if the speeds differ'],
    ['', undef, 0, 'none if they do not'],
    ["rx bps = 64000\nquirks = no-rx-speed\n", undef, 0, 'none if it is forced so'],
    ["rx bps = 64000\n", 'WatchGuard Technologies', 0, 'none for a peer that is known for it'],
    ["rx bps = 64000\nquirks = -no-rx-speed\n", 'WatchGuard Technologies', 1, 'unless that is forbidden'],
  ) {
    my ($conf, $vendor, $want, $what) = @$_;
    my (undef, undef, $iccn) = sent "tx bps = 56000\n$conf" =~ s/^tx.*\n(?!rx)//r, vendor => $vendor;

    is(exists $iccn->{avp}{38} ? 1 : 0, $want, "S4.4.4-19 $what");
    is(number($iccn, 38), 64000, 'X4-41 S4.4.4-19 with the speed of "rx bps"') if $want;
}

{
    my ($sccrq) = sent "tie breaker = yes\necn = yes\n";
    my ($least) = sent "quirks = minimal\ntie breaker = yes\necn = yes\n";

    is(sorted(Peer::numbers($sccrq)), '0 2 3 4 5 6 7 8 9 10 103', 'S6.1-03 SCCRQ with all that it may have');
    is(sorted(Peer::numbers($least)), '0 2 3 7 9 10',
        'S6.1-02 quirks = minimal: what it must have, and the window');
    my $id = unpack 'H4', $least->{avp}{9};
    is(unpack('H*', $least->{body}), '800800000000' . '0001' . '800800000002' . '0100'
          . '800a00000003' . '00000003' . '800e00000007' . unpack('H*', 'lac.test')
          . "800800000009$id" . '80080000000a' . '0004', 'S4.1-01 S4.4.3-01 S4.4.3-02 octet by octet');
}

for (['', 1, 'excused by default'], ["quirks = -missing-avps\n", 0, 'forbidden']) {
    my ($conf, $good, $what) = @$_;
    my $d = daemon 'missing' . ++$n, conf => "[lns default]\nassign ip = no\npppoptfile = $echo\n$conf";
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel;
    my $call = $p->open_call(half => 1);
    $p->control('ICCN', $call->{peer});
    my $cdn = $p->wait_for('CDN', $good ? 0.3 : 5);
    is($cdn ? Peer::result($cdn) : 'none',
        $good ? 'none' : '2/3 ICCN: framing_type (19) is missing',
        "S6.8-02 ICCN without speed and framing, missing-avps $what");
    ok($p->echoes($call, $lcp), 'it carries frames') if $good;
    $p->close;
    $d->finish;
}

# -- hiding --------------------------------------------------------------------------------------

{
    my ($d, $p) = lac "hidden bit = always\nchallenge = yes\ncalling number = 5550199\n",
      secrets => "* * secret\n", secret => 'secret';
    my $sccrq = $p->accept_tunnel(5);
    my $call  = $p->accept_call(5);

    is(sorted(Peer::hidden($sccrq)), '3 4 6 8 9 11', 'XD-03 X4-35 S4.3-01 hidden bit = always: SCCRQ is hidden already');
    is((Peer::numbers($sccrq))[1], 36, 'S4.3-03 a Random Vector before the first of them');
    is(number($sccrq, 3), 3, 'S4.3-14 S4.3-02 the peer reveals its framing by RFC 2661');
    is($sccrq->{avp}{8}, 'l2tpd', 'S4.3-14 and its vendor');
    ok($call, 'S4.3-14 and its tunnel id, by which the call came up');
    is(sorted(Peer::hidden($call->{icrq})), '14 15 18 22', 'ICRQ is hidden');
    is($call->{icrq}{avp}{22}, '5550199', 'S4.3-14 and can be revealed');
    ok($p->echoes($call, $lcp), 'frames are carried');
    unlike($d->log, qr/secret\b/, 'the secret is in no log');
    $p->close;
    $d->finish;
}

for (["hidden bit = yes\n", 'nothing before the peer has shown that it holds the secret'],
    ["hidden bit = no\n", 'nothing'], ["hidden bit = always\nquirks = no-hiding\n", 'nothing, forced so']) {
    my ($conf, $what) = @$_;
    my ($sccrq) = sent $conf, secrets => "* * secret\n", secret => 'secret';

    chomp $conf;
    is(sorted(Peer::hidden($sccrq)), '', "S4.3-01 $conf: SCCRQ hides $what");
}

{
    # three LACs, each with a secret of its own, and one LNS that tells them apart by Host Name
    my $lns = daemon 'many', secrets => "* one.test first\n* two.test second\n* * other\n",
      conf => "[lns default]\nassign ip = no\nchallenge = yes\nhidden bit = always\npppoptfile = $echo\n";

    for (['one.test', 'first'], ['two.test', 'second'], ['three.test', 'other']) {
        my ($name, $secret) = @$_;
        $lns->mark;
        my $d = daemon "of.$name", secrets => "* * $secret\n", conf => "[lac there]\n"
          . "lns = 127.0.0.1:${\ $lns->port}\nhostname = $name\nchallenge = yes\nhidden bit = always\n"
          . "autodial = yes\npppoptfile = $echo\n";

        $d->says(qr/Call established/, "S4.3-02 S4.3-14 $name: up with its own secret, all hidden");
        $lns->says(qr/Call established/, 'at the LNS too');
        $lns->says(qr/tunnel \d+ \($name\): up/, 'which knows who it is');
        $d->finish;
    }
    my $d = daemon 'of.wrong', secrets => "* * first\n", conf => "[lac there]\nhidden bit = always\n"
      . "lns = 127.0.0.1:${\ $lns->port}\nhostname = two.test\nautodial = yes\npppoptfile = $echo\n";
    $d->says(qr/tunnel \d+ \(\S+\): down by=peer cause=\d\/\d/,
        'S4.4.3-23 another\'s secret under this name: refused, by a StopCCN with tunnel id 0', 5);
    unlike($d->log, qr/Call established/, 'no call');
    $_->finish for $d, $lns;
}

{
    # the name that was dialled has one secret, what the LNS calls itself by another
    my ($d, $p) = lac "challenge = yes\n", secrets => "* 127.0.0.1 dialled\n* far.test its-own\n",
      name => 'far.test', secret => 'its-own';

    $p->accept_tunnel(5);
    ok($p->accept_call(5), 'A-30 the Host Name in SCCRP tells which secret it is');
    $p->close;
    $d->finish;
}

# -- what is said of a call ----------------------------------------------------------------------

{
    my (undef, $icrq, $iccn) = sent "called number = 5550100\ncalling number = 5550199\nsub address = 7\n"
      . "private group = blue\nphysical channel = 42\nbearer type = digital\n";

    is($icrq->{avp}{21}, '5550100', 'S4.4.4-15 S7.4-03 called number');
    is($icrq->{avp}{22}, '5550199', 'S4.4.4-16 S7.4-03 calling number');
    is($icrq->{avp}{23}, '7', 'S4.4.4-17 S7.4-03 sub address');
    is(number($icrq, 25), 42, 'S4.4.4-20 physical channel');
    is(number($icrq, 18), 1, 'S7.4-02 bearer type');
    is($iccn->{avp}{37}, 'blue', 'S4.4.4-22 private group, in ICCN');
    ok(!exists $icrq->{avp}{37}, 'S4.4.4-21 and in no other message');
    (undef, $icrq, $iccn) = sent '';
    is(sorted(Peer::numbers($icrq)), '0 14 15 18', 'S7.4-03 what is not known is left out');
    is(sorted(Peer::numbers($iccn)), '0 19 24', 'S6.8-02 of ICCN too');
}

for (['none', 0], ['analog', 2], ['any', 3]) {
    my (undef, $icrq) = sent "bearer type = $_->[0]\n";

    is(number($icrq, 18), $_->[1], "S7.4-02 S4.4.4-09 bearer type = $_->[0]: $_->[1]");
}

{
    my $d = daemon 'tells', conf => "[lns default]\nassign ip = no\npppoptfile = "
      . ppp_script("reports $DIR/tells\n") . "\n";
    my $p = Peer->new(to => $d->port, name => 'lac-7.test');

    $p->open_tunnel;
    my $call = $p->open_call(calling => '+1 555 0199',
        icrq => [avp(21, '5550100'), avp(23, '12'), soft(25, u32(9))],
        iccn => [soft(37, 'blue'), soft(38, u32(28800))]);
    my ($r) = loop_until { my @all = reports("$DIR/tells"); $all[0] };
    is($r->{'caller-id'}[0], '+1 555 0199', 'S4.4.4-16 pppd has CALLER_ID');
    is(join(' ', sort @{$r->{env}}), 'CALLED_NUMBER=5550100 CONNECT_SPEED_RX=28800 '
          . "CONNECT_SPEED_TX=1000000 L2TP_CALL=$call->{peer} L2TP_PEER=127.0.0.1 "
          . "L2TP_PEER_NAME=lac-7.test L2TP_TUNNEL=$p->{peer_id} PRIVATE_GROUP=blue SUB_ADDRESS=12",
        'S4.4.4-15 S4.4.4-17 S4.4.4-18 S4.4.4-19 S4.4.4-21 and all else that is known of the call');
    my $numbers = 'calling="+1 555 0199" called="5550100" sub-address="12"';
    $d->says(qr/up role="lns" tx=1000000 rx=28800 .* \Q$numbers\E group="blue" channel=9/,
        'S4.4.4-20 so does the log');
    $p->close;
    $d->finish;
}

{
    my $d = daemon 'dirty', conf => "[lns default]\nassign ip = no\npppoptfile = "
      . ppp_script("reports $DIR/dirty\n") . "\n";
    my $p = Peer->new(to => $d->port, name => 'x;reboot');

    $p->open_tunnel;
    my $call = $p->open_call(calling => '$(reboot)', icrq => [avp(21, "5550100\n"), avp(23, '')],
        iccn => [soft(37, "\xff\x00")]);
    my ($r) = loop_until { my @all = reports("$DIR/dirty"); $all[0] };
    is(join(' ', $r->{'caller-id'}[0] // 'none', sort @{$r->{env}}),
        'none CONNECT_SPEED_RX=1000000 CONNECT_SPEED_TX=1000000 '
          . "L2TP_CALL=$call->{peer} L2TP_PEER=127.0.0.1 L2TP_TUNNEL=$p->{peer_id}",
        'S4.4.4-15 S4.4.4-16 words that a shell would take wrong are not handed on');
    $p->close;
    $d->finish;
}

# What is too long to be kept whole, or has a NUL in it, is nobody's: a part of it may be another's.
{
    my $d = daemon 'long', conf => "[lns default]\nassign ip = no\npass call = yes\n"
      . "ipparam = %h,%n,%d,%g.\npppoptfile = " . ppp_script("reports $DIR/long\n") . "\n";
    my ($name, $caller, $number) = ('l' x 250 . '.test', '5' x 255, '7' x 63);
    my $come = sub {
        my ($host, $calling, $called, $sub, $group) = @_;
        my $p = Peer->new(to => $d->port, name => $host);
        my $before = () = reports("$DIR/long");

        $p->open_tunnel;
        $p->open_call(calling => $calling, icrq => [avp(21, $called), avp(23, $sub)],
            iccn => [soft(37, $group)]);
        my ($r) = loop_until { my @all = reports("$DIR/long"); @all > $before && $all[-1] };
        my ($ipparam, $remote) = map { my $w = $_; map { $r->{arg}[$_ + 1] }
              grep { $r->{arg}[$_] eq $w } 0 .. $#{$r->{arg}} } 'ipparam', 'remotenumber';
        $p->close;
        return join ' ', $ipparam, $remote // 'none', $r->{'caller-id'}[0] // 'none',
          sort grep { !/^(?:CONNECT_SPEED|L2TP_(?:CALL|TUNNEL|PEER)=)/ } @{$r->{env}};
    };

    is($come->($name, $caller, $number, "${number}", 'g' x 63),
        "$name,$caller,$number," . 'g' x 63 . ". $caller $caller CALLED_NUMBER=$number "
          . "L2TP_PEER_NAME=$name PRIVATE_GROUP=" . 'g' x 63 . " SUB_ADDRESS=$number", 'long ones are whole');
    is($come->("${name}x", "${caller}5", "${number}7", "${number}7", 'g' x 64), ',,,. none none',
        'those that are longer are left out');
    is($come->("l\0.test", "555\0 1", "5550\0", "12\0003", "blue\0green"), ',,,. none none',
        'and so are those with a NUL');
    $d->finish;
}

for (
    ["pass peer = yes\n", 'ipparam 127.0.0.1 remotenumber 555 99', 'pass peer'],
    ["ipparam = %h/%n of %p\n", 'ipparam lac-7.test/555 99 of 127.0.0.1 remotenumber 555 99', 'ipparam'],
    ["ipparam = office\npass call = yes\n", 'ipparam office remotenumber 555 99 set CALLER_ID=555 99 set '
          . 'CALLED_NUMBER=5550100 set L2TP_PEER_NAME=lac-7.test set L2TP_PEER=127.0.0.1 set L2TP_TUNNEL=T '
          . 'set L2TP_CALL=C set CONNECT_SPEED_TX=1000000 set CONNECT_SPEED_RX=1000000', 'pass call'],
  ) {
    my ($conf, $want, $key) = @$_;
    my $dir = $key =~ tr/ /-/r;
    my $d = daemon $dir, conf => "[lns default]\nassign ip = no\n${conf}pppoptfile = "
      . ppp_script("reports $DIR/$dir\n") . "\n";
    my $p = Peer->new(to => $d->port, name => 'lac-7.test');

    $p->open_tunnel;
    my $call = $p->open_call(calling => '555 99', icrq => [avp(21, '5550100')]);
    my ($r) = loop_until { my @all = reports("$DIR/$dir"); $all[0] };
    my $got = join(' ', @{$r->{arg}}) =~ s/.*?(?= ipparam)//r;
    $got =~ s/L2TP_TUNNEL=$p->{peer_id}\b/L2TP_TUNNEL=T/;
    $got =~ s/L2TP_CALL=$call->{peer}\b/L2TP_CALL=C/;
    is($got, " $want", "$key: pppd's arguments, after all that xl2tpd has");
    $p->close;
    $d->finish;
}

# -- limits --------------------------------------------------------------------------------------

{
    my ($d, $p) = lac "setup timeout = 1\nredial = yes\nredial timeout = 1\n";

    $p->wait_for('SCCRQ', 5);
    my $q = Peer->new(share => $p);    # hears what has no tunnel id yet
    $q->{nr} = 1;
    my $m = $q->wait_for('StopCCN', 5);
    is($m && Peer::result($m), '1/0 not set up in time',
        'S7.3-02 setup timeout: a peer that acknowledges SCCRQ, and no more');
    ok(Peer->new(share => $p)->wait_for('SCCRQ', 5), 'and it is redialled');
    $d->finish;
}

{
    my $text = "half open per source = 2\n[lns default]\nassign ip = no\n";
    my $d = daemon 'half', conf => $text;
    my $begin = sub {
        my $m = Peer->new(to => $d->port, @_)->open_tunnel(half => 1, seconds => 0.4);

        return $m ? $m->{type} : 'none';
    };

    is(join(' ', map { $begin->() } 1 .. 3), 'SCCRP SCCRP none',
        'half open per source = 2: the third of one address is not answered');
    is($begin->(ip => '127.0.0.2'), 'SCCRP', 'another address is');
    $d->configure($text =~ s/2/3/r);
    $d->mark->signal('HUP');
    $d->says(qr/'half open limit' or 'half open per source' changed, from now/,
        'a reload says what it changes');
    $d->wait_log(qr/in force/);
    is($begin->(), 'SCCRP', 'and it counts at once');
    is($begin->(), 'none', 'as far as it goes');
    $d->finish;
}

{
    my $d = daemon 'oldest', conf => "half open limit = 2\n[lns default]\nassign ip = no\n";
    my @p = map { Peer->new(to => $d->port, ip => "127.0.0.$_") } 2 .. 4;

    is(join(' ', map { $_->open_tunnel(half => 1)->{type} } @p), 'SCCRP SCCRP SCCRP',
        'half open limit = 2: the third is answered');
    soon { $d->status =~ /\(2 half-open\)/ } 'and the oldest has given way';
    $p[2]->control('SCCCN', 0);
    ok($p[2]->wait_acked(2), 'the youngest comes up');
    $d->finish;
}

{
    my $d = daemon 'alone', conf => "[lns default]\nassign ip = no\nexclusive = yes\n";
    my ($first, $second, $other) = map { Peer->new(to => $d->port, name => $_) } qw(a.test a.test b.test);

    ok($first->open_tunnel, 'exclusive = yes: the first tunnel comes up');
    like(Peer::result($second->open_tunnel(half => 1, seconds => 10) // {}),
        qr/^3\/0 the peer has a tunnel already/, 'X4-34 its second one is refused');
    ok($first->wait_for('HELLO'), 'X4-34 and the first is asked whether it is alive');
    ok($other->open_tunnel, 'X4-34 another peer is welcome, from the same address');
    $_->close for $first, $other;
    $d->finish;
}

# -- tie breaker, between two daemons ------------------------------------------------------------

# Two gateways that dial each other at the same moment: one tunnel, and both calls in it.  Who wins is
# a matter of chance; both must have been seen to win.
{
    my %won;

    for my $try (1 .. 24) {
        my %port = map { $_ => free_port } qw(a b);
        my $start = sub {
            my ($us, $them) = @_;

            return daemon "$us$try", port => $port{$us}, conf => "[lns default]\nassign ip = no\n"
              . "pppoptfile = $echo\n[lac $them]\nlns = 127.0.0.1:$port{$them}\ntie breaker = yes\n"
              . "autodial = yes\npppoptfile = $echo\nhostname = $us.test\n";
        };
        my $a = $start->('a', 'b');
        my $b = $start->('b', 'a');
        my $up   = qr/: up role="(?:lac|lns)"/;
        my $sole = qr/ 1 tunnels \(0 half-open\), 2 calls/;
        my $both = loop_until { $a->count($up) == 2 && $b->count($up) == 2 };
        my $one  = $a->status =~ $sole && $b->status =~ $sole;
        my $winner = $a->log =~ /tunnel \d+: established, to / ? 'a' : 'b';

        ok($both && $one, "S4.4.3-13 S4.4.3-14 $winner wins: one tunnel, both calls up in it")
          if !$won{$winner} || !$both || !$one;
        if (!$won{$winner}++) {
            my ($loser, $lac) = $winner eq 'a' ? ($b, 'a') : ($a, 'b');

            like($loser->status, qr/lac $lac: up/, 'the loser\'s LAC is up, in the winner\'s tunnel');
            $_->mark for $a, $b;
            $loser->ask("h ${\ ($loser->status =~ m{call \d+/(\d+)})[0]}");
            soon { $a->status =~ /, 1 calls/ && $b->status =~ /, 1 calls/ }
              'S4.4.3-14 one call ends: the other one stays, and the tunnel with it';
        }
        $_->kill_now for $a, $b;
        last if !$both || !$one || keys %won == 2;
    }
    is(join(' ', sort keys %won), 'a b', 'S4.4.3-14 both have been seen to win');
}

# -- how often we ask whether the peer is there --------------------------------------------------

for my $role ('lac', 'lns') {
    my ($d, $p);

    if ($role eq 'lac') {
        ($d, $p) = lac "hello interval = 1\ntunnel rws = 1\n";
        is(unpack('n', $p->accept_tunnel(5)->{avp}{10} // ''), 1,
            'X4-38 S5.8-19 tunnel rws = 1: a window of 1 is announced');
        $p->accept_call(5);
    } else {
        $d = daemon 'often', conf => "[lns default]\nassign ip = no\nhello interval = 1\n"
          . "tunnel rws = 1\npppoptfile = $echo\n";
        $p = Peer->new(to => $d->port);
        is(unpack('n', $p->open_tunnel->{avp}{10} // ''), 1, 'S5.8-19 as LNS too');
    }
    ok($p->wait_for('HELLO', 2.5) && $p->wait_for('HELLO', 2.5),
        "S5.5-03 hello interval = 1 in [$role]: HELLO after a second");
    $d->finish;
}

done_testing;
