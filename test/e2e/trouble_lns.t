#!/usr/bin/perl
# A [lns] section's troubles: callers that cannot come in, and why; what is none; few words about
# strangers; the last one in the status, each as an event.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use JSON::PP;
use Peer;
use Test::More;

my $n = 0;

sub lns
{
    my ($text, %o) = @_;
    my $d = daemon 'lns' . ++$n,
      conf => ($o{global} // '') . "[lns office]\nlac = 127.0.0.1\nhostname = near.test\n"
      . ($o{addresses} // "assign ip = no\n") . $text, secrets => $o{secrets};

    return ($d, Peer->new(to => $d->port, name => 'far.test', secret => $o{secret}, ip => $o{ip}));
}

# It tells of this, and of nothing else.
sub tells
{
    my ($d, $code, $facts, $what) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $d->says(qr/: (?:lns office|daemon)\b[^:]*: trouble $code: $facts/, "$code: $what");
    is($d->count(qr/: trouble /), 1, "$code: once");
    $d->finish;
}

# -- tunnels that do not come up -----------------------------------------------------------------

{
    my ($d, $p) = lns '', ip => '127.0.0.2';

    is(Peer::result($p->open_tunnel), '4/0 peer is not allowed', 'an address that is not expected');
    tells $d, 'not-allowed', qr/127\.0\.0\.2:\d+ \('far\.test'\) is refused/, 'no section is for it';
}
{
    my ($d, $p) = lns '', secrets => "near.test other s1\n";

    $p->{challenges} = 1;
    is($p->open_tunnel->{type}, 'StopCCN', 'X6-12 a challenge, and no secret');
    tells $d, 'no-secret', qr/.*no line of \Q$d->{secrets}\E is for 'near\.test' and 'far\.test'/,
      'which names were looked up';
}
{
    my ($d, $p) = lns "challenge = yes\n", secrets => "\nnear.test far.test s1\n", secret => 's2';

    $p->open_tunnel;
    tells $d, 'peer-secret', qr/.*\('far\.test'\) has not proven the secret of \Q$d->{secrets}\E:2: /,
      'whose secret differs from which line';
}
{
    my ($d, $p) = lns '';

    $p->control('SCCRQ', 0, avp(2, "\2\0"), avp(3, u32(3)), avp(7, 'far.test'), avp(9, u16(9)));
    tells $d, 'version', qr/127\S+ speaks another version of L2TP: protocol version 2\.0/, 'SCCRQ of 2.0';
}
for (['', 'hidden-no-secret', qr/.*hides what it says.*'near\.test' and 'far\.test'/],
    ["* far.test s1\n", 'hidden-secret', qr/the secret of \S+:1 does not reveal what 127\S+ \('far\.test'\) hides/])
{
    my ($d, $p) = lns '', secrets => $_->[0];

    $p->control('SCCRQ', 0, avp(2, "\1\0"), avp(3, u32(3)), avp(7, 'far.test'), avp(36, 'v' x 16),
        pack('nnn', 0xc000 | 6 + 16, 0, 9) . "\xa5" x 16);
    tells $d, $_->[1], $_->[2], 'an id that cannot be revealed';
}
{
    my ($d, $p) = lns '', global => "max retries = 0\n";

    $p->{mute} = 1;
    $p->open_tunnel(half => 1);
    tells $d, 'no-answer', qr/127\S+ has answered none of 1 SCCRPs from 127\.0\.0\.1:${\ $d->port}/,
      'a caller that hears no answer of ours';
}

# -- calls ---------------------------------------------------------------------------------------

{
    my ($d, $p) = lns '', addresses => "ip range = 10.9.0.2\n";

    $p->open_tunnel;
    $p->open_call;
    is($p->open_call->{refused}, '2/4 no address or other resource is left', 'the pool is empty');
    tells $d, 'no-address', qr/there is no address for the caller 127\S+ \('far\.test'\)/, 'and it says so';
}
{
    my ($d, $p) = lns '', addresses => "ip range = 10.9.0.2 - 10.9.0.9\nlocal ip range = 10.9.1.1\n";

    $p->open_tunnel;
    $p->open_call;
    is($p->open_call->{refused}, '2/4 no local address is left', 'the pool of our addresses is empty');
    tells $d, 'no-local-address', qr/there is no address for our end of a call of 127\S+ \('far\.test'\)/,
      'which one it is';
}

# Two calls are let in while there is one address: who is connected second hears of it, and so do we.
for (['no-address', "ip range = 10.9.0.2\n", 'no address is left', qr/there is no address for the caller 127/],
    ['no-local-address', "ip range = 10.9.0.2 - 10.9.0.9\nlocal ip range = 10.9.1.1\n",
        'no local address is left', qr/there is no address for our end of a call of 127/])
{
    my ($code, $addresses, $text, $facts) = @$_;
    my ($d, $p) = lns '', addresses => $addresses;
    my ($path, $feed) = $d->reply_fifo;
    my $events = '';

    $d->command("\@$path events\n");
    $p->open_tunnel;
    my @calls = map { $p->open_call(half => 1) } 1, 2;
    $p->control('ICCN', $_->{peer}, avp(24, u32(1000000)), avp(19, u32(1))) for @calls;
    is(Peer::result($p->wait_for('CDN') // {}), "2/4 $text", 'one address, two calls: the second ICCN');
    loop_until { sysread $feed, $events, 65536, length $events; $events =~ /"call_down".*\n/ };
    my ($down) = map { /(\{.*)/ } grep { /"call_down"/ } split /\n/, $events;
    my ($up)   = map { /(\{.*)/ } grep { /"call_up"/ } split /\n/, $events;
    is(($down ? decode_json($down) : {})->{was_up}, JSON::PP::false, 'it has not been up');
    is($up ? decode_json($up)->{call} : 0, $calls[0]{peer}, 'the first one has');
    like($events, qr/"code":"$code"/, 'an event of it');
    like($d->ask('status json'), qr/"trouble":"$code"/, 'and a word in the status');
    tells $d, $code, $facts, "at the ICCN";
}
{
    # as all daemons of these tests have 'force userspace = yes'
    my ($d, $p) = lns "data path = kernel\n";

    $p->open_tunnel;
    $p->open_call;
    is(Peer::result($p->wait_for('CDN') // {}), '2/4 the kernel cannot carry its data',
        'the kernel or nobody');
    tells $d, 'no-kernel-path', qr/the kernel cannot carry the data of a call with 127\S+: 'force userspace/,
      'and it says why';
}

# The section goes while the tunnel is up, before a call comes, or when it is half there.
for my $when ('ICRQ', 'ICCN', 'OCRQ') {
    my ($d, $p) = lns "outgoing calls = yes\n";
    my ($call, $end);

    $p->open_tunnel;
    $call = $p->open_call(half => 1) if $when eq 'ICCN';
    $d->configure('')->signal('HUP');
    $d->says(qr/reload: lns office is gone.*is in force/s, 'the section is gone');
    if ($when eq 'ICRQ') {
        $end = $p->open_call->{refused};
    } elsif ($when eq 'ICCN') {
        $p->control('ICCN', $call->{peer}, avp(24, u32(1000000)), avp(19, u32(1)));
        $end = Peer::result($p->wait_for('CDN') // {});
    } else {
        $p->ask_for_call('5550100');
        $end = Peer::result($p->wait_for('CDN') // {});
    }
    is($end, '3/0 its section has left the configuration', "$when: refused, and not for want of addresses");
    tells $d, 'section-gone', qr/127\S+ \('far\.test'\) is refused a call/, "$when: and it says so";
}
for ([11, 'peer-password', qr/127\S+ \('far\.test'\) has not shown a good name/],
    [4, 'no-kernel-ppp', qr/pppd finds no PPP/])
{
    my ($exit, $code, $facts) = @$_;
    my ($d, $p) = lns 'pppoptfile = ' . ppp_script("exit $exit\n") . "\n";

    $p->open_tunnel;
    $p->open_call;
    $p->wait_for('CDN');
    tells $d, $code, $facts, "pppd ends with $exit";
}

# A call that we are to place, and whose line has nobody who speaks PPP, is not one that is up.
for (10, 16) {
    my ($d, $p) = lns "outgoing calls = yes\npppoptfile = " . ppp_script("exit $_\n") . "\n";

    $p->open_tunnel;
    $p->ask_for_call('5550100');
    $d->says(qr/: down by=us/, "pppd, which is to dial, ends with $_");
    unlike($d->log, qr/the call is up/, 'nobody says that the call is up');
    like($d->log, qr/trouble pppd-device: .*: negotiation failed/, 'but what its line did') if $_ == 10;
    $d->finish;
}

# A caller that wants a password of us, and does not take ours, says that its peer has failed.
{
    my ($d, $p) = lns 'pppoptfile = ' . ppp_script("sink\n") . "\n";

    $p->open_tunnel;
    my $call = $p->open_call;
    $p->control('CDN', $call->{peer}, avp(14, u16($call->{id})), avp(1, pack 'nna*', 3, 0, 'no'),
        soft(46, pack 'nnC', 16, 0xc223, 1));
    tells $d, 'password-refused', qr/127\S+ refuses the name or password/, 'our password, not its';
}

# The reason of a call is told though the end of its tunnel comes in the same batch.
{
    my ($d, $p) = lns 'pppoptfile = ' . ppp_script("sink\n") . "\n";

    $p->open_tunnel;
    my $call = $p->open_call;
    $d->signal('STOP');
    $p->control('CDN', $call->{peer}, avp(14, u16($call->{id})), avp(1, pack 'nna*', 3, 0, 'bye'),
        soft(46, pack 'nnC', 16, 0xc023, 2));
    $p->control('StopCCN', 0, avp(9, u16($p->{id})), avp(1, pack 'nna*', 1, 0, 'no call left'));
    $d->signal('CONT');
    tells $d, 'peer-password', qr/127\S+ \('far\.test'\) has not shown a good name/,
      'a CDN with its reason, and a StopCCN behind it';
}

# -- what is none --------------------------------------------------------------------------------

for (0, 12, 13, 16) {
    my $up = 'ff0380210201000a03060a090001'; # an address is agreed on
    my ($d, $p) = lns 'pppoptfile = ' . ppp_script("send $up\nawait 1\nexit $_\n") . "\n";

    $p->open_tunnel;
    my $call = $p->open_call;
    $p->get_frame(5, $call);
    $p->send_frame($call, pack 'H*', $up);
    $p->wait_for('CDN');
    $d->says(qr/: down by=us/, "pppd ends with $_");
    is($d->count(qr/: trouble /), 0, 'which is no trouble of a LNS');
    $d->finish;
}
{
    my ($d, $p) = lns 'pppoptfile = ' . ppp_script("sink\n") . "\n";

    $p->open_tunnel;
    $p->hang_up($p->open_call, 3);
    $p->hang_up($p->open_call, 1);
    $p->close;
    my $q = Peer->new(to => $d->port);
    my $call = $q->open_tunnel && $q->open_call;
    is($d->ask("h $call->{peer}"), '00 OK', 'hung up here');
    $q->wait_for('CDN');
    is($d->count(qr/: trouble /), 0, 'nor is a caller that hangs up, or whom we hang up');
    $d->finish;
}

# -- strangers, status, events -------------------------------------------------------------------

{
    my ($d, $p) = lns '';
    my ($path, $feed) = $d->reply_fifo;

    $d->command("\@$path events\n");
    for my $i (1 .. 25) {
        my $q = Peer->new(share => $p, to => $d->port, name => "far$i.test");

        $q->{challenges} = 1;
        $q->open_tunnel;
    }
    $d->says(qr/trouble no-secret: .*far10\.test/, 'strangers are told of');
    is($d->count(qr/: trouble /), 10, 'ten times in ten seconds');

    my ($said) = $d->ask('status json') // '';
    like($said, qr/"trouble":"no-secret"/, 'the status has the last one');
    like($said, qr/far25\.test/, 'also when it was not told of');

    my $events = '';
    loop_until { sysread $feed, $events, 65536, length $events; $events =~ /far10\.test/ };
    my ($line) = grep { /"trouble"/ } split /\n/, $events;
    $line =~ s/^[^{]*//;
    my $event = eval { decode_json $line } // {};
    is($event->{event}, 'trouble', 'an event');
    is("$event->{code} $event->{lns} $event->{us} $event->{them} $event->{file}",
        "no-secret office near.test far1.test $d->{secrets}", 'with its code, place and facts');
    like($event->{text}, qr/no line of .* is for/, 'its sentence');
    like($event->{advice}, qr/add such a line/, 'and what to do');

    # another one is not hidden by that, and calls that never came up are a few lines as well
    my $good = Peer->new(share => $p, to => $d->port, name => 'good.test');
    $good->open_tunnel;
    for my $i (1 .. 40) {
        my $call = $good->open_call(half => 1);
        $good->hang_up($call, 4, "full $i");
    }
    $d->says(qr/trouble peer-busy: .*full 10\b/, 'strangers of another kind are told of');
    is($d->count(qr/: trouble peer-busy/), 10, 'as often');
    is($d->count(qr/call \S+: down by=peer/), 10, 'and that their calls end, which were not up');
    $d->says(qr/trouble no-secret: 15 more like it were not told of/, 'then how many more there were', 20);
    $d->says(qr/trouble peer-busy: 30 more like it were not told of/, 'of each', 20);
    $good->hang_up($good->open_call(half => 1), 4, 'full');
    $d->says(qr/30 more calls ended before they were up/, 'of the calls, with the next one');
    $d->finish;
}

done_testing;
