#!/usr/bin/perl
# Data: sequence numbers (RFC 2661, 5.4), their order, priority (3.1), and ECN (RFC 9601).
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $lcp = "\xff\x03\xc0\x21";
my $n   = 0;

# A daemon that is LNS, up with a peer as its LAC.
sub lns
{
    my ($more, %o) = @_;
    my $d = daemon 'lns' . ++$n, conf => "[lns default]\nassign ip = no\npppoptfile = "
      . ppp_script($o{script} // "reports $DIR/lns$n\necho\n") . "\n$more";
    my $p = Peer->new(to => $d->port, %o);

    $p->open_tunnel(more => $o{sccrq} // []);
    return ($d, $p, $p->open_call(iccn => $o{iccn} // []));
}

# A daemon that is LAC, up with a peer as its LNS.
sub lac
{
    my ($more, %o) = @_;
    my $p = Peer->new(%o);
    my $d = daemon 'lac' . ++$n, conf => "[lac there]\nlns = 127.0.0.1:${\ $p->port}\n"
      . 'autodial = yes' . "\npppoptfile = " . ppp_script($o{script} // "echo\n") . "\n$more";

    $p->{sccrq} = $p->accept_tunnel(5);
    return ($d, $p, $p->accept_call(5));
}

# A frame there and back: "S2" if it came with sequence number 2, "-" if without any.
sub habit
{
    my ($p, $call, $octets, %o) = @_;

    $p->send_frame($call, $octets, %o);
    my ($back, $m) = $p->get_frame(5, $call);
    return 'nothing' if !defined $back;
    return 'damaged' if $back ne $octets;
    return $m->{flags} & 0x0800 ? "S$m->{ns}" : '-';
}

sub habits { my ($p, $call, @frames) = @_; join ' ', map { habit($p, $call, $_) } @frames }

# PPP that agrees with its own echo: LCP asked for and acked, then a frame of IP, and such.
my @lcp   = ("$lcp\x01\x01\x00\x04", "$lcp\x02\x01\x00\x04");
my @again = ("$lcp\x01\x02\x00\x04", "$lcp\x02\x02\x00\x04");
my $ip    = "\xff\x03\x00\x21" . pack 'CCnnnCCnNN', 0x45, 0, 20, 1, 0, 64, 17, 0, 1, 2;
my $ipcp  = "\xff\x03\x80\x21\x02\x01\x00\x0a\x03\x06\x0a\x00\x00\x01";
my $vj    = "\xff\x03\x80\x21\x02\x01\x00\x0a\x02\x06\x00\x2d\x0f\x01";
my $ccp   = "\xff\x03\x80\xfd\x02\x01\x00\x0a\x12\x06\x01\x00\x00\x60";
my $ecp   = "\xff\x03\x80\x53\x02\x01\x00\x07\x03\x03\x01";

# -- as LNS --------------------------------------------------------------------------------------

{
    my ($d, $p, $call) = lns "flow bit = yes\n";

    is(habits($p, $call, @lcp, $ip, $ip), 'S0 S1 S2 S3', 'S5.4-01 flow bit = yes: numbered from 0 on');
    is(habit($p, $call, $ip, sequence => 1), 'S4', 'whether or not the LAC does so');
    $p->close;
    $d->finish;
}

{
    my ($d, $p, $call) = lns "flow bit = no\n";

    is(habits($p, $call, @lcp, $ip), '- - -', 'S5.4-09 flow bit = no: none');
    is(join(' ', map { habit($p, $call, $ip, sequence => 1) } 1 .. 3), '- - -',
        'S5.4-05 the LNS decides: it does not follow its LAC');
    $p->close;
    $d->finish;
}

for (
    ['S5.4-10 off after the first frame of IP', 'S0 S1 S2 - - -', @lcp, $ipcp, $ip, $ip, $ip],
    ['S5.4-10 S8.1-13 not if header compression has been agreed on', 'S0 S1 S2 S3 S4', @lcp, $vj, $ip,
        $ip],
    ['S5.4-10 S8.1-14 not if compression has', 'S0 S1 S2 S3 S4', @lcp, $ccp, $ip, $ip],
    ['S5.4-10 S8.1-14 not if encryption has', 'S0 S1 S2 S3 S4', @lcp, $ecp, $ip, $ip],
    ['S5.4-05 on as soon as compression is agreed on later', 'S0 S1 - S2 S3', @lcp, $ip, $ccp, $ip],
    ['S5.4-08 LCP begins anew: on again, and the numbers go on', 'S0 S1 - - S2 S3 -', @lcp, $ip, $ip,
        @again, $ip],
  ) {
    my ($what, $want, @frames) = @$_;
    my ($d, $p, $call) = lns "flow bit = auto\n";

    is(habits($p, $call, @frames), $want, "flow bit = auto: $what");
    $p->close;
    $d->finish;
}

for my $flow ('no', 'auto') {
    my ($d, $p, $call) = lns "flow bit = $flow\n", iccn => [avp(39, '')];

    is(habits($p, $call, @lcp, $ip, $ip), 'S0 S1 S2 S3',
        "S5.4-04 S4.4.4-23 the LAC requires numbers: never without, flow bit = $flow");
    $d->says(qr/ sequenced$/m, 'and the log says so');
    $p->close;
    $d->finish;
}

# -- as LAC --------------------------------------------------------------------------------------

{
    my ($d, $p, $call) = lac "flow bit = yes\n";

    ok(!exists $call->{iccn}{avp}{39}, 'S5.4-03 nothing is required');
    is(habit($p, $call, $lcp . 'a', sequence => 1), 'S0', 'S5.4-07 a LAC with flow bit = yes');
    is(habits($p, $call, $lcp . 'b', $ip), '- -', 'S5.4-06 S5.4-09 the LNS leaves off: so does the LAC');
    is(habit($p, $call, $ip, sequence => 1), 'S1', 'S5.4-07 S5.4-08 it begins again: so does the LAC');
    is(habit($p, $call, $ip), '-', 'S5.4-06 and off');
    $p->close;
    $d->finish;
}

for (["flow bit = yes\n", 'S0'], ["flow bit = auto\n", '-'], ["flow bit = no\n", '-'], ['', '-']) {
    my ($conf, $want) = @$_;
    my ($d, $p, $call) = lac $conf, script => "lcp\necho\n";
    my ($frame, $m) = $p->get_frame(5, $call);

    chomp $conf;
    is($m && ($m->{flags} & 0x0800 ? "S$m->{ns}" : '-'), $want, "a LAC begins with '$conf'");
    $p->close;
    $d->finish;
}

{
    my ($d, $p, $call) = lac "require sequencing = yes\n";
    my ($avp) = grep { $_->[0] == 39 } @{$call->{iccn}{avps}};

    ok($avp, 'S5.4-03 S4.4.4-23 require sequencing = yes: AVP 39 in ICCN');
    is($avp && sprintf('%04x', $avp->[1]), '8006', 'S4.4.4-23 M, not hidden, no value');
    is(habits($p, $call, @lcp, $ip), 'S0 S1 S2', 'S5.4-04 then numbers stay, whatever the LNS does');
    $p->close;
    $d->finish;
}

{
    my $p = Peer->new(bearer => 3);
    my $d = daemon 'asks', conf => "[lac there]\nlns = 127.0.0.1:${\ $p->port}\nflow bit = auto\n"
      . 'pppoptfile = ' . ppp_script("echo\n") . "\n";

    $d->ask('o there 1');
    $p->accept_tunnel(5);
    is(habits($p, $p->take_request(5), @lcp, $ip, $ip), 'S0 S1 - -',
        'S5.4-05 flow bit = auto in a [lac] whose call we have placed, as its LNS');
    $p->close;
    $d->finish;
}

# -- order ---------------------------------------------------------------------------------------

{
    my ($d, $p, $call) = lns "reorder timeout = 200\n";
    my $send = sub { $p->send_frame($call, "$lcp$_", sequence => 1, ns => $_) for @_ };
    my $get = sub { join ' ', map { substr $p->get_frame(2, $call) // 'none', 4 } 1 .. $_[0] };

    $send->(0, 2, 1);
    is($get->(3), '0 1 2', 'S5.4-02 reorder timeout: sent 0 2 1, heard by pppd as 0 1 2');
    my $begin = time;
    $send->(3, 5, 6);
    is($get->(1), '3', 'S5.4-02 sent 3 5 6: 3 comes at once');
    is($get->(2), '5 6', 'S5.4-02 then 5 6');
    my $took = time - $begin;
    ok($took > 0.15 && $took < 1, 'S5.4-02 when 4 has been given up') or diag($took);
    $send->(4);
    is($p->get_frame(0.3, $call), undef, 'S5.4-02 it comes after all: too late');
    $send->(9, 8, 7);
    is($get->(3), '7 8 9', 'S5.4-02 and the other way round');
    like($d->status, qr/1 gaps, \d+ put in order, 1 late/, 'the status has counted');
    $p->close;
    $d->finish;
}

{
    my ($d, $p, $call) = lns '';

    $p->send_frame($call, "$lcp$_", sequence => 1, ns => $_) for 0, 2, 1, 3;
    is(join(' ', map { substr $p->get_frame(2, $call) // 'none', 4 } 1 .. 3), '0 2 3',
        'S5.4-02 without the key nothing waits, and what comes too late is dropped');
    $p->close;
    $d->finish;
}

# -- priority ------------------------------------------------------------------------------------

my ($request, $reply) = map { $lcp . $_ . "\x01\x00\x08\x00\x00\x00\x00" } "\x09", "\x0a";

for (
    ["priority bit = yes\n", 'P P - -', 'S3.1-10 priority bit = yes: echoes of LCP with P=1, no others'],
    ["priority bit = no\n", '- - - -', 'priority bit = no: none'],
    ["priority bit = yes\n", '- - - -', 'never for Windows, which drops such messages', 'Microsoft'],
    ["priority bit = yes\nquirks = -no-priority-bit\n", 'P P - -', 'unless that is forbidden', 'Microsoft'],
  ) {
    my ($conf, $want, $what, $vendor) = @$_;
    my ($d, $p, $call) = lns $conf, vendor => $vendor;
    my @got;

    for ($request, $reply, $lcp[0], $ip) {
        $p->send_frame($call, $_);
        my (undef, $m) = $p->get_frame(5, $call);
        push @got, $m->{flags} & 0x0100 ? 'P' : '-';
    }
    is("@got", $want, $what);
    $p->close;
    $d->finish;
}

{
    my $path = "$DIR/busy";
    my ($d, $p, $call) = lns '', script => "reports $path\nstop-reading\ndelay 4000\nread-again\necho\n";
    my @order;

    loop_until { reports($path) };
    $p->send_frame($call, $lcp . sprintf('%02d', $_) . 'x' x 1000) for 1 .. 50;
    $p->send_frame($call, "\xff\x03\x00\xfdCC", priority => 1);    # compressed
    $p->send_frame($call, $lcp . 'PP', priority => 1);
    $p->send_frame($call, $request);
    while (@order < 53 && defined(my $f = $p->get_frame(5, $call))) {
        push @order, substr $f, 4, 2;
    }
    is(scalar @order, 53, 'a pppd that does not read for a while gets all of it');
    my ($at) = grep { $order[$_] eq 'PP' } 0 .. $#order;
    cmp_ok($at, '<', 40, 'S3.1-09 P=1 has overtaken most of what waited');
    ($at) = grep { $order[$_] eq substr $request, 4, 2 } 0 .. $#order;
    cmp_ok($at, '<', 40, 'and so has an echo of LCP without it');
    is(join(' ', grep { $_ ne 'PP' && $_ ne substr $request, 4, 2 } @order), join(' ', (map { sprintf '%02d', $_ } 1 .. 50), 'CC'),
        'S3.1-09 and nothing else has changed its place, nor what is compressed, for all its P');
    $p->close;
    $d->finish;
}

# -- ECN -----------------------------------------------------------------------------------------

# An IPv4 packet in a frame, its ECN field as said, its checksum right.
sub packet
{
    my ($ecn) = @_;
    my @words = unpack 'n10', pack 'CCnnnCCnNN', 0x45, $ecn, 20, 1, 0, 64, 17, 0, 0x0a090001, 0x0a090002;
    my $sum = 0;

    $sum += $_ for @words;
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum > 0xffff;
    $words[5] = ~$sum & 0xffff;
    return "\xff\x03\x00\x21" . pack 'n10', @words;
}

# The ECN field on the outside of all that a peer sends from now on.
sub outside
{
    my ($p, $ecn) = @_;

    setsockopt $p->{link}{sock}, 0, 1, pack 'i', $ecn or die "IP_TOS: $!\n";
}

my ($not_ect, $ect1, $ect0, $ce) = 0 .. 3;

# The ECN field on the outside of the daemon's answer to a frame.
sub outside_of_answer
{
    my ($p, $call, $octets, $how) = @_;

    setsockopt $p->{link}{sock}, 0, 13, pack 'i', 1 or die "IP_RECVTOS: $!\n";
    $p->send_frame($call, $octets);
    open my $keep, '<&', \*STDIN or die "dup: $!\n";
    open STDIN, '<&', $p->{link}{sock} or die "dup: $!\n";
    my $said = `$B/test/tos 3000 ${\ ($how // '')}`;
    open STDIN, '<&', $keep or die "dup: $!\n";
    return $said =~ s/\s+\z//r;
}

for (
    ["ecn = yes\n", [soft(103, '')], 'agreed on', 1],
    ["ecn = yes\n", [], 'not asked for', 0],
    ["ecn = no\n", [soft(103, '')], 'not wanted', 0],
  ) {
    my ($conf, $sccrq, $what, $on) = @$_;
    my $d = daemon 'ecn' . ++$n, conf => "[lns default]\nassign ip = no\npppoptfile = "
      . ppp_script("echo\n") . "\n$conf";
    my $p = Peer->new(to => $d->port);
    my $m = $p->open_tunnel(more => $sccrq);

    is(exists $m->{avp}{103} ? 1 : 0, $on, "R9601-02 S4.2-03 ECN $what: " . ($on ? '' : 'not ') . 'in SCCRP');
    my ($avp) = grep { $_->[0] == 103 } @{$m->{avps}};
    is($avp->[1], 6, 'S4.2-01 R9601-02 without M, without a value') if $on;
    my $call = $p->open_call;
    outside($p, $ce);
    $p->send_frame($call, packet($ect0));
    is(unpack('H*', $p->get_frame(2, $call) // ''), unpack('H*', packet($on ? $ce : $ect0)),
        "R9601-02 ECN $what: a mark on the outside " . ($on ? 'goes' : 'does not go') . ' inside');
    $p->send_frame($call, packet($not_ect));
    is(unpack('H*', $p->get_frame($on ? 0.3 : 2, $call) // ''), $on ? '' : unpack('H*', packet($not_ect)),
        "R9601-02 ECN $what: a sender that knows no ECN is " . ($on ? '' : 'not ') . 'told by a loss');
    outside($p, $not_ect);
    is(habit($p, $call, packet($ect0)), '-', 'and without congestion nothing changes');
    is(outside_of_answer($p, $call, packet($_)), 'ecn ' . ($on ? $_ : $not_ect), ($on ? '' : 'R9601-01 ')
          . "ECN $what: a packet with $_ inside has " . ($on ? $_ : $not_ect) . ' outside')
      for $ect0, $ce;
    like($d->status, qr/dropped: 1 \(marked as congested/, 'the status has counted it') if $on;
    $p->close;
    $d->finish;
}

for ('yes', 'no') {
    my ($d, $p, $call) = lac "ecn = $_\n";

    is(exists $p->{sccrq}{avp}{103} ? 'yes' : 'no', $_, "R9601-02 SCCRQ with \"ecn = $_\"");
    $p->close;
    $d->finish;
}

# -- DSCP ----------------------------------------------------------------------------------------

for (['', 0xb8, 0], ['46', 0, 0xb8], ['af41', 0x20, 0x88], ['copy', 0xb8, 0xb8], ['copy', 0, 0],
    ['copy', 0xbb, 0xb8], ['copy, with ECN', 0xba, 0xba])
{
    my ($dscp, $inside, $want) = @$_;
    my $ecn = $dscp =~ s/, with ECN//;
    my $d = daemon 'dscp' . ++$n, conf => "[lns default]\nassign ip = no\npppoptfile = "
      . ppp_script("echo\n") . "\n" . ($dscp ne '' ? "data dscp = $dscp\n" : '') . ($ecn ? "ecn = yes\n" : '');
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel(more => $ecn ? [soft(103, '')] : []);
    is(outside_of_answer($p, $p->open_call, packet($inside), 'data'), "tos $want",
        sprintf 'data dscp %s: %02x inside, %02x outside', "'$_->[0]'", $inside, $want);
    $p->close;
    $d->finish;
}

done_testing;
