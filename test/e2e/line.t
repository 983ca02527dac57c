#!/usr/bin/perl
# The line (RFC 2661, 6.13, 6.14): SLI sets the maps of control characters, WEN tells of errors.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $echo_hex = 'ff03c021090100080000000012';
my $all      = "\xff\x03\xc0\x21" . join '', map { chr } 0 .. 31;    # each control character once
my $n        = 0;

# A daemon that is LAC, up with a peer as its LNS: (daemon, peer, call).
sub lac
{
    my ($script, $more, %o) = @_;
    my $p = Peer->new(%o);
    my $d = daemon 'lac' . ++$n, conf => "[lac there]\nlns = 127.0.0.1:${\ $p->port}\n"
      . "autodial = yes\npppoptfile = " . ppp_script($script) . "\n$more";

    $p->accept_tunnel(5);
    return ($d, $p, $p->accept_call(5));
}

# A daemon that is LNS, up with a peer as its LAC.
sub lns
{
    my ($script, $more, %o) = @_;
    my $d = daemon 'lns' . ++$n,
      conf => "[lns default]\nassign ip = no\npppoptfile = " . ppp_script($script) . "\n$more";
    my $p = Peer->new(to => $d->port, %o);

    $p->open_tunnel;
    return ($d, $p, $p->open_call);
}

sub sli
{
    my ($p, $call, $send, $receive) = @_;

    $p->control('SLI', $call->{peer}, avp(35, pack 'nNN', 0, $send, $receive));
    return $p->wait_acked;
}

# How many control characters stand on pppd's tty for one more frame that has them all, and how many
# escapes; or that the frame did not come back whole.
sub on_tty
{
    my ($p, $call, $path) = @_;
    my $count = sub { my ($r) = reports($path); map { $r->{$_}[0] // 0 } qw(controls escapes frames-in) };
    my ($controls, $escapes, $frames) = $count->();

    return 'damaged' if !$p->echoes($call, $all);
    loop_until { ($count->())[2] > $frames };
    my @now = $count->();
    return ($now[0] - $controls) . ' plain, ' . ($now[1] - $escapes) . ' escaped';
}

# -- SLI, as LAC ---------------------------------------------------------------------------------

# The frame has 03 in front and 32 control characters in it; its FCS has none that need an escape, or
# the first row would show it.
{
    my ($d, $p, $call) = lac "reports $DIR/sli\necho\n", '';
    my $fcs = on_tty($p, $call, "$DIR/sli") =~ /^0 plain, (\d+)/ ? $1 - 33 : -1;

    ok($fcs >= 0 && $fcs <= 2, 'S4.4.6-04 before any SLI all control characters are escaped');
    ok(sli($p, $call, 0, 0), 'SLI is acknowledged');
    my ($plain) = on_tty($p, $call, "$DIR/sli") =~ /^(\d+) plain/;
    cmp_ok($plain // 0, '>=', 33, 'S6.14-02 S4.4.6-03 SLI with a send map of 0: none is, in an active call');
    $d->says(qr/ACCM from the LNS: send 00000000 receive 00000000$/m, 'the log tells the maps');
    sli($p, $call, 0x000a0000, 0);
    my ($now, $escapes) = on_tty($p, $call, "$DIR/sli") =~ /^(\d+) plain, (\d+)/;
    cmp_ok($escapes, '>=', 2, 'S4.4.6-03 a map of two: XON and XOFF are escaped again');
    is($plain - $now, 2, 'S4.4.6-03 and no other');
    sli($p, $call, 0xffffffff, 0);
    is((on_tty($p, $call, "$DIR/sli"))[0] =~ /^(\d+)/ ? $1 : -1, 0, 'S6.14-02 and back to all');
    $p->close;
    $d->finish;
}

{
    my ($d, $p, $call) = lac "reports $DIR/deny\necho\n", "obey sli = no\n";

    sli($p, $call, 0, 0);
    is((on_tty($p, $call, "$DIR/deny"))[0] =~ /^(\d+)/ ? $1 : -1, 0,
        'S4.4.6-05 "obey sli = no": the maps stay as they are');
    $d->says(qr/ACCM from the LNS: send 00000000 receive 00000000 \(not obeyed, as configured\)/,
        'S4.4.6-05 and the log says so');
    $p->close;
    $d->finish;
}

{
    # The receive map: what stands unescaped on the line was put in by it.  fakepppd escapes nothing.
    my ($d, $p, $call) = lac "reports $DIR/receive\necho\n", '';

    ok($p->echoes($call, $all), 'a pty puts in nothing: all come through at first');
    sli($p, $call, 0, 0);
    ok($p->echoes($call, $all), 'S4.4.6-03 a receive map of 0: all control characters come through');
    sli($p, $call, 0, 0x00000002);
    $p->send_frame($call, $all);
    is($p->get_frame(0.4, $call), undef, 'S4.4.6-03 a receive map with 01 in it: that is thrown away');
    ok($p->echoes($call, "\xff\x03\xc0\x21plain"), 'and what has none goes on');
    $p->close;
    $d->finish;
}

# -- SLI, as LNS ---------------------------------------------------------------------------------

my @request = ("\xff\x03\xc0\x21\x01\x07\x00\x0a\x02\x06\x00\x0a\x00\x00", 0x000a0000);

# The client behind the peer negotiates LCP with the daemon's pppd; its ACCM is 000a0000, pppd's 0.
sub negotiate
{
    my ($p, $call, %o) = @_;
    my $theirs = $p->get_frame(5, $call) // return 'no Configure-Request';

    $p->send_frame($call, $request[0]);
    my $ack = $p->get_frame(5, $call) // return 'no answer';
    return 'no Ack' if $ack ne substr($request[0], 0, 4) . "\x02" . substr $request[0], 5;
    return '' if $o{half};
    substr $theirs, 4, 1, "\x02";
    $p->send_frame($call, $theirs);
    return '';
}

{
    my ($d, $p, $call) = lns "lcp\n", "send sli = yes\n";

    is(negotiate($p, $call, half => 1), '', 'the client has its Ack');
    ok($p->hears_no('SLI', 0.3), 'no SLI while pppd waits for the other one');
    $p->send_frame($call, pack 'H*', 'ff03c021' . '02010014' . '020600000000' . '050612345678'
          . '0702' . '0802');    # the Ack of what fakepppd's "lcp" asks for
    my $m = $p->wait_for('SLI', 5);
    ok($m, 'S6.14-01 "send sli = yes": both have acked, SLI');
    is($m && unpack('H*', $m->{avp}{35}), '0000000a000000000000',
        'S4.4.6-02 S6.14-01 its ACCM: send what the client has asked for, receive what pppd has');
    is_deeply([Peer::numbers($m)], [0, 35], 'S6.14-01 Message Type and ACCM');
    is($m->{session}, $call->{id}, 'S4.4.4-03 of this session');
    $p->send_frame($call, "\xff\x03\xc0\x21\x09\x01\x00\x08\x00\x00\x00\x00") for 1 .. 3;
    ok($p->hears_no('SLI', 0.3), 'said once');
    $p->send_frame($call, "\xff\x03\xc0\x21\x01\x08\x00\x0a\x02\x06\x00\x00\x00\x01");
    $p->send_frame($call, pack 'H*', 'ff03c021' . '02010014' . '020600000000' . '050612345678'
          . '0702' . '0802');
    $m = $p->wait_for('SLI', 5);
    is($m && unpack('H*', $m->{avp}{35}), '00000000000100000000',
        'S6.14-01 agreed on anew, with another ACCM: another SLI');
    $p->close;
    $d->finish;
}

# -- what pppd itself has asked for ----------------------------------------------------------------

# The way to pppd is a line like another: its ACCM holds there, once both have acked, until LCP begins
# anew. (Not before: pppd's end then throws away what it has not asked for.)
{
    my ($d, $p, $call) = lns "reports $DIR/own\nlcp\n", '';
    my $seen  = sub { my ($r) = reports("$DIR/own"); map { $r->{$_}[0] // 0 } qw(controls frames-in) };
    my $sent  = 0;
    my $send  = sub {
        $p->send_frame($call, $_[0]);
        $sent++;
        loop_until { ($seen->())[1] >= $sent };
    };
    my $plain = sub {
        my ($controls) = $seen->();
        $send->("\xff\x03\x00\x21" . join '', map { chr } 0 .. 31);
        return ($seen->())[0] - $controls;
    };
    my $theirs = $p->get_frame(5, $call);

    is($plain->(), 0, 'S4.4.6-04 before LCP all control characters are escaped');
    $send->($request[0]);
    $p->get_frame(5, $call);
    is($plain->(), 0, 'nor are there any while pppd has no Ack');
    substr $theirs, 4, 1, "\x02";
    $send->($theirs);
    cmp_ok($plain->(), '>=', 32, 'LCP is agreed on, pppd has asked for a map of 0: none is escaped');
    $send->("\xff\x03\xc0\x21\x05\x09\x00\x04");
    is($plain->(), 0, 'LCP has been ended: all are again');
    $p->close;
    $d->finish;
}

for ([vendor => 'xelerance.com', "send sli = yes\n", 'towards xl2tpd, which ends calls over it'],
    [vendor => 'other.test', '', 'without the key']) {
    my ($key, $value, $conf, $what) = @$_;
    my ($d, $p, $call) = lns "lcp\n", $conf, $key => $value;

    is(negotiate($p, $call), '', 'LCP is agreed on');
    ok($p->hears_no('SLI|CDN', 0.3), "no SLI $what");
    $d->says(qr/peer is xl2tpd: no-status/, 'and the log says why') if $conf ne '';
    $p->close;
    $d->finish;
}

# -- WEN, as LAC ---------------------------------------------------------------------------------

my $errors = sub { join ' ', unpack 'nN6', $_[0]{avp}{34} // '' };

{
    # nothing but bad frames comes from this line: nobody waits for a good one
    my ($d, $p, $call) =
      lac "delay 200\nbad-fcs 1\ndelay 300\nbad-fcs 4\nsend $echo_hex\n", "send wen = yes\n";
    my $m = $p->wait_for('WEN', 5);

    ok($m, 'S6.13-01 "send wen = yes": a frame with a bad FCS, and WEN at once');
    is($m && $errors->($m), '0 1 0 0 0 0 0', 'S4.4.6-01 S6.13-02 one CRC error since the call began');
    is_deeply($m && [Peer::numbers($m)], [0, 34], 'S6.13-03 Message Type and Call Errors');
    is($m && $m->{session}, $call->{id}, 'S4.4.4-03 of this session');
    ok($p->get_frame(5, $call), 'more errors, and a good frame');
    ok($p->hears_no('WEN', 1.5), 'S6.13-01 and no second WEN so soon');
    like($d->status, qr/5 frames refused from pppd: 5 bad FCS/, 'the status has counted them');
    $p->close;
    $d->finish;
}

{
    my ($d, $p, $call) = lac "delay 200\nsend $echo_hex\necho\n", "send wen = yes\n";

    ok($p->get_frame(5, $call), 'a line without errors');
    ok($p->echoes($call, "\xff\x03\xc0\x21good"), 'that carries frames both ways');
    ok($p->hears_no('WEN', 0.3), 'S6.13-01 no error, no WEN');
    $p->close;
    $d->finish;
}

for ([vendor => 'xelerance.com', "send wen = yes\n", 'towards xl2tpd'],
    [vendor => 'other.test', '', 'without the key']) {
    my ($key, $value, $conf, $what) = @$_;
    my ($d, $p, $call) = lac "delay 200\nbad-fcs 3\nsend $echo_hex\n", $conf, $key => $value;

    ok($p->get_frame(5, $call), 'errors, and a good frame');
    ok($p->hears_no('WEN|CDN', 0.3), "no WEN $what");
    $p->close;
    $d->finish;
}

{
    # a call that we place for the peer has a line as well
    my $p = Peer->new;
    my $d = daemon 'dial', conf => "[lac there]\nlns = 127.0.0.1:${\ $p->port}\nautodial = yes\n"
      . "outgoing calls = yes\nsend wen = yes\npppoptfile = "
      . ppp_script("delay 200\nsend $echo_hex\nawait 1\nbad-fcs 1\n") . "\n";

    $p->accept_tunnel(5);
    $p->accept_call(5);
    my $call = $p->ask_for_call('5550100');
    $p->wait_for('OCCN', 5);
    $p->send_frame($call, "\xff\x03\xc0\x21go");
    my $m = $p->wait_for('WEN', 5);
    is($m && $m->{session}, $call->{id}, 'S6.13-01 so does a call that we have dialled for the LNS');
    $p->close;
    $d->finish;
}

# -- WEN, as LNS ---------------------------------------------------------------------------------

{
    my ($d, $p, $call) = lns "echo\n", '';

    $p->control('WEN', $call->{peer}, avp(34, pack 'nN6', 0, 1 .. 6));
    $d->says(qr/line errors at the LAC: crc 1 framing 2 hardware 3 buffer 4 timeout 5 alignment 6/,
        'S6.13-03 S4.4.6-01 WEN is logged');
    ok($p->echoes($call, "\xff\x03\xc0\x21on"), 'S6.13-03 and changes nothing else');
    ok($p->hears_no('CDN|StopCCN', 0.2), 'S6.13-03 nothing comes back');
    $p->close;
    $d->finish;
}

done_testing;
