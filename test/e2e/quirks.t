#!/usr/bin/perl
# Each quirk in the whole daemon: known by what the peer says of itself and told once, forced and
# forbidden by the key "quirks".  no-rx-speed, missing-avps and priority are in keys.t and sequence.t.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $lcp  = "\xff\x03\xc0\x21";
my $echo = ppp_script "echo\n";
my $n    = 0;

# A daemon that is LNS with these lines, and a peer: (daemon, peer).
sub lns
{
    my ($conf, %o) = @_;
    my $d = daemon 'lns' . ++$n, secrets => $o{secret} ? "* * $o{secret}\n" : '',
      conf => ($o{global} // '') . "[lns default]\nassign ip = no\npppoptfile = "
      . ($o{script} // $echo) . "\n$conf";

    return ($d, Peer->new(to => $d->port, %o));
}

sub finish
{
    my ($d, $p) = @_;

    $p->close;
    $d->finish;
}

# -- known by what they say ----------------------------------------------------------------------

my $default = 'swapped-results, silent-hello, missing-avps';

for (
    [{vendor => 'Microsoft', window => 8}, 'Windows', 'no-hiding, no-priority-bit'],
    [{name => 'anonymous', window => 1}, 'Android', 'no-hello, no-hiding'],
    [{vendor => 'WatchGuard Technologies'}, 'WatchGuard', 'no-rx-speed'],
    [{vendor => 'xelerance.com'}, 'xl2tpd', 'no-status'],
    [{vendor => 'l2tpd.org'}, 'old l2tpd', 'no-status'],
  ) {
    my ($says, $make, $quirks) = @$_;
    my ($d, $p) = lns '', %$says;
    my $second = Peer->new(to => $d->port, %$says);

    $p->open_tunnel;
    $p->open_call for 1, 2;
    like($d->log, qr/^.*tunnel \d+ \(.*\): peer is \Q$make: $quirks\E$/m, "$make: told by the log");
    is($d->count(qr/peer is/), 1, "$make: once for a tunnel");
    my $status = $d->status;
    like($status, qr/peer is \Q$make\E; quirks: /, "$make: the status tells who it is");
    like($status, qr/quirks: .*\Q$_\E/, "$make: and $_") for split /, /, $quirks;
    finish $d, $p;

    ($d, $p) = lns 'quirks = ' . join(' ', map { "-$_" } split /, /, $quirks) . "\n", %$says;
    $p->open_tunnel;
    unlike($d->log, qr/peer is/, "$make: all forbidden: nothing is taken for it");
    like($d->status, qr/peer is \Q$make\E; quirks: \Q$default\E$/m, "$make: and the status says so");
    finish $d, $p;
}

{
    my ($d, $p) = lns '';

    $p->open_tunnel;
    unlike($d->status, qr/peer is/, 'a stranger: no word of quirks');
    finish $d, $p;
}

# -- hiding --------------------------------------------------------------------------------------

for (
    ['', 'Microsoft', 0, 'not from Windows'],
    ["quirks = -no-hiding\n", 'Microsoft', 1, 'from Windows, if that is forbidden'],
    ['', 'other', 1, 'from others'],
    ["quirks = no-hiding\n", 'other', 0, 'not from others either, if it is forced'],
  ) {
    my ($conf, $vendor, $want, $what) = @$_;
    my ($d, $p) = lns "challenge = yes\nhidden bit = always\n$conf", vendor => $vendor, secret => 'secret';
    my $sccrp = $p->open_tunnel;

    is(Peer::hidden($sccrp) > 0 ? 1 : 0, $want, "no-hiding: AVPs of SCCRP are hidden $what");
    finish $d, $p;
}

for (['', 1, 'hidden'], ["quirks = brief-hiding\n", 0, 'in the clear']) {
    my ($conf, $want, $what) = @$_;
    my $p = Peer->new(secret => 'secret');
    my $d = daemon 'lac' . ++$n, secrets => "* * secret\n", conf => "[lac there]\nautodial = yes\n"
      . "lns = 127.0.0.1:${\ $p->port}\nhidden bit = always\nchallenge = yes\npppoptfile = $echo\n"
      . "calling number = 0123456789abcdef\ncalled number = 123\n$conf";

    $p->accept_tunnel(5);
    my %hidden = map { $_ => 1 } Peer::hidden($p->accept_call(5)->{icrq});
    is($hidden{22} // 0, $want, "brief-hiding: what has 16 octets is $what");
    ok($hidden{21}, 'what has three is hidden');
    finish $d, $p;
}

# -- HELLO ---------------------------------------------------------------------------------------

for (
    ['', 'anonymous', 0, 'Android in a call: none'],
    ["quirks = -no-hello\n", 'anonymous', 1, 'forbidden: it is asked'],
    ['', 'other', 1, 'others are asked'],
    ["quirks = no-hello\n", 'other', 0, 'forced: they are not'],
  ) {
    my ($conf, $name, $want, $what) = @$_;
    my ($d, $p) = lns "hello interval = 1\n$conf", name => $name, window => 1;

    $p->open_tunnel;
    $p->open_call;
    is($p->wait_for('HELLO', $want ? 5 : 2.5) ? 1 : 0, $want, "no-hello: $what");
    finish $d, $p;
}

# A call whose data flow, while nothing that is said is acknowledged.
for (['', 1, 'by default it stays'], ["quirks = -silent-hello\n", 0, 'forbidden: it ends']) {
    my ($conf, $stays, $what) = @$_;
    my ($d, $p) = lns "hello interval = 1\n$conf", global => "max retries = 1\n";

    $p->open_tunnel;
    my $call = $p->open_call;
    $p->{mute} = 1;
    $p->wait_for('HELLO');
    for (1 .. 30) {
        $p->send_frame($call, $lcp . 'data');
        $p->idle(0.15);
        last if $d->log =~ /Maximum retries|silent-hello/;
    }
    cmp_ok($p->{heard}{HELLO} // 0, '>', 1, 'silent-hello: HELLO was sent, and again');
    is($d->count(qr/Maximum retries exceeded/), $stays ? 0 : 1, "silent-hello: $what");
    is($d->count(qr/peer does not acknowledge HELLO.*\(quirk silent-hello\)/), $stays, 'told once, if at all');
    if ($stays) {
        $p->send_frame($call, "${lcp}alive");
        ok(loop_until { ($p->get_frame(1, $call) // '') eq "${lcp}alive" }, 'and carries frames');
    }
    $p->{mute} = 0;
    finish $d, $p;
}

# -- result codes in the wrong order -------------------------------------------------------------

for (['', '3/0', 'by default it is 3'], ["quirks = -swapped-results\n", '768/0', 'forbidden: 768']) {
    my ($conf, $want, $what) = @$_;
    my ($d, $p) = lns $conf;

    $p->open_tunnel;
    for (1, 2) {
        my $call = $p->open_call;
        $p->control('CDN', $call->{peer}, avp(1, "\x03\x00"), avp(14, u16($call->{id})));
        $p->wait_acked;
    }
    $d->says(qr/down by=peer cause=\Q$want\E /, "swapped-results: 03 00 in CDN, $what");
    is($d->count(qr/swapped-results|order of octets|host order/), $want eq '3/0' ? 1 : 0, 'told once, if at all')
      or diag($d->log);
    finish $d, $p;
}

# -- tunnel id 0 ---------------------------------------------------------------------------------

for (['', 0, 'by default nobody is found'], ["quirks = zero-tunnel-id\n", 1, 'forced: found by its address'],
    ["quirks = -zero-tunnel-id\n", 0, 'forbidden: nobody either']) {
    my ($conf, $want, $what) = @$_;
    my ($d, $p) = lns $conf;

    $p->open_tunnel;
    my $id = $p->{peer_id};
    $p->{peer_id} = 0;
    $p->control('HELLO', 0);
    is($p->wait_acked($want ? 5 : 0.5) ? 1 : 0, $want, "zero-tunnel-id: $what");
    $p->{ns}-- if !$want;
    $p->{peer_id} = $id;
    finish $d, $p;
}

# -- SCCRP with what is required -----------------------------------------------------------------

for (['', '0 2 3 4 6 7 8 9 10'], ["quirks = minimal\n", '0 2 3 7 9 10'],
    ["quirks = -minimal\n", '0 2 3 4 6 7 8 9 10']) {
    my ($conf, $want) = @$_;
    my ($d, $p) = lns $conf;
    my $sccrp = $p->open_tunnel;

    is(join(' ', sort { $a <=> $b } Peer::numbers($sccrp)), $want, "minimal: AVPs of SCCRP, ${conf}");
    finish $d, $p;
}

# -- the priority bit, forced --------------------------------------------------------------------

{
    my ($d, $p) = lns "priority bit = yes\nquirks = no-priority-bit\n";

    $p->open_tunnel;
    my $call = $p->open_call;
    $p->send_frame($call, "$lcp\x09\x01\x00\x08\x00\x00\x00\x00");
    my (undef, $m) = $p->get_frame(5, $call);
    is($m->{flags} & 0x0100, 0, 'no-priority-bit forced: an LCP echo without P');
    finish $d, $p;
}

# -- WEN, SLI ------------------------------------------------------------------------------------

for (
    ['', 'xelerance.com', 0, 'not to xl2tpd'],
    ["quirks = -no-status\n", 'xelerance.com', 1, 'to xl2tpd, if that is forbidden'],
    ['', 'other', 1, 'to others'],
    ["quirks = no-status\n", 'other', 0, 'not to others either, if it is forced'],
  ) {
    my ($conf, $vendor, $want, $what) = @$_;
    my $p = Peer->new(vendor => $vendor);
    my $d = daemon 'lac' . ++$n, conf => "[lac there]\nlns = 127.0.0.1:${\ $p->port}\nautodial = yes\n"
      . "send wen = yes\npppoptfile = " . ppp_script("bad-fcs 2\nawait 99\n") . "\n$conf";

    $p->accept_tunnel(5);
    $p->accept_call(5);
    is($p->wait_for('WEN', $want ? 5 : 1.5) ? 1 : 0, $want, "no-status: WEN $what");
    finish $d, $p;
}

done_testing;
