#!/usr/bin/perl
# What is told beside a section's own connection: a peer's wishes in a LAC's tunnel, a caller's that are not
# granted, what comes while the daemon stops.  None of it takes the place of why the connection fails.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

my $n = 0;

# A LAC in front whose call is up, and what its daemon ends with when the peer hangs up.
sub lac_up
{
    my ($text, $global) = @_;
    my $far = Peer->new;
    my $d = daemon 'lac' . ++$n, ends => 1, conf => ($global // '') . "max retries = 0\n[lac office]\nautodial = yes\n"
      . 'lns = 127.0.0.1:' . $far->port . "\npppoptfile = " . ppp_script("sink\n") . "\n$text";

    return ($d, $far, $far->accept_tunnel && $far->accept_call);
}

for (['an incoming call', sub { $_[0]->open_call->{refused} }, '3/0 no incoming calls are taken here', ''],
    ['an outgoing call', sub { $_[0]->ask_for_call('5550100')->{refused} },
        '3/0 no outgoing calls are placed here', ''],
    ['a call at a speed that we have not', sub { $_[0]->ask_for_call('5550100', 16 => u32(99999999), 17 => u32(99999999))->{refused} },
        '5/0 no line here is as fast as minimum_bps', "outgoing calls = yes\n"])
{
    my ($what, $ask, $refused, $text) = @$_;
    my ($d, $far, $call) = lac_up $text;

    is($ask->($far), $refused, "the peer asks for $what in our tunnel: refused");
    my ($words) = $refused =~ /^\S+ (.*)/;
    $d->says(qr/lac office, call \S+: trouble not-taken: 127\S+ \('peer\.test'\) asks for what it does not get here: \Q$words\E; /,
        'and told of, as what it is');
    like($d->ask('status json'), qr/"lac":"office","kind":"section","state":"up".*"trouble":"not-taken"/,
        'it is the last word, as nothing else has gone wrong');
    $far->hang_up($call, 3, 'go away');
    my ($status) = $d->wait_end(10);
    like($d->log, qr/: trouble closed: 127\S+ has ended the connection: 3\/0 \(.*\) go away/,
        'that the peer has hung up is told all the same');
    is($status, 16, 'and gives the exit status');
}

# ... nor does what happened before.
{
    my ($d, $far, $call) = lac_up '';

    $far->open_call;
    $d->says(qr/trouble not-taken/, 'the peer asks for a call');
    $d->command("d office\n");
    my ($status) = $d->wait_end(2);
    is($status, undef, 'taken down by a command: it stays');
    $d->signal('TERM');
    is(($d->wait_end(10))[0], 0, 'and ends as it should');
}

# A section that is removed takes its last word along: another by its name has had no trouble.
{
    my $closed = free_port;
    my $office = "[lac office]\nlns = 127.0.0.1:$closed\n";
    my $d = daemon 'gone', conf => "max retries = 0\n$office";
    my $word = sub { ($d->ask('status json') // '') =~ /"lac":"office".*?"trouble":(\S+?),/ ? $1 : 'none' };

    for my $how ('by command', 'by a reload') {
        $d->mark->ask('c office');
        $d->says(qr/trouble port-closed/, 'a dial in vain');
        is($word->(), '"port-closed"', 'its last word');
        if ($how eq 'by command') {
            $d->ask('r office');
            is($d->ask("a office lns=127.0.0.1:$closed"), '00 OK', 'removed by command, and added');
        } else {
            $d->ask('r office');
            $d->mark->configure('max retries = 0')->signal('HUP');
            $d->says(qr/is in force/, 'removed from the file');
            $d->mark->configure("max retries = 0\n$office")->signal('HUP');
            $d->says(qr/is in force/, 'and written there again');
        }
        is($word->(), 'null', "$how: it has none");
    }
    # from the file alone, by reloads alone
    $d->mark->ask('c office');
    $d->says(qr/trouble port-closed/, 'once more');
    $d->mark->configure('max retries = 0')->signal('HUP');
    $d->says(qr/is in force/, 'it leaves the file');
    $d->mark->configure("max retries = 0\n$office")->signal('HUP');
    $d->says(qr/is in force/, 'and comes back');
    is($word->(), 'null', 'without a word');
    $d->finish;
}

# -- callers -------------------------------------------------------------------------------------

sub lns
{
    my ($text) = @_;

    return daemon 'lns' . ++$n, conf => "[lns office]\nlac = 127.0.0.1\nassign ip = no\n$text";
}

{
    my $d = lns "exclusive = yes\n";
    my ($one, $two) = map { Peer->new(to => $d->port) } 1, 2;

    $one->open_tunnel;
    like(Peer::result($two->open_tunnel), qr/^3\/0 the peer has a tunnel already/, 'exclusive');
    $d->says(qr/trouble not-taken: 127\S+ \('peer\.test'\) asks for .*may have one only; .*'exclusive'/,
        'is no fault of the message');
    $d->finish;
}
{
    my $d = lns 'pppoptfile = ' . ppp_script("ignore-term\nignore-hup\nsink\n") . "\n";
    my $one = Peer->new(to => $d->port);

    $one->open_tunnel && $one->open_call;
    my $two = Peer->new(to => $d->port, name => 'late.test');
    $d->signal('TERM');
    $d->says(qr/death_handler/, 'the daemon stops, which takes a while');
    is(Peer::result($two->open_tunnel(half => 1) // {}), '6/0 shutting down',
        'who comes meanwhile hears of that, and not that he is unknown here');
    is($d->count(qr/: trouble /), 0, 'and nobody is told to look for his section');
    is(($d->wait_end(10))[0], 0, 'it ends');
}

# A pppd that has come to no agreement says so in its CDN, whichever end it is that gives up first.
for my $spoken (1, 0) {
    my ($d, $far, $call) = lac_up '';

    $far->send_frame($call, "\xff\x03\xc0\x21\x01\x01\x00\x04") if $spoken;
    $far->hang_up($call, 3, 'negotiation failed', more => [soft(46, pack 'nnC', 18, 0, 0)]);
    my ($status) = $d->wait_end(10);
    my ($code, $wanted) = $spoken ? ('ppp-negotiation', 1) : ('closed', 16);
    like($d->log, qr/: trouble $code: /, "the peer's PPP has not come to an agreement with ours: $code");
    is($status, $wanted, 'exit status');
}
{
    my $d = lns 'pppoptfile = ' . ppp_script("sink\n") . "\n";
    my $one = Peer->new(to => $d->port);
    my $call = $one->open_tunnel && $one->open_call;

    $one->send_frame($call, "\xff\x03\xc0\x21\x01\x01\x00\x04");
    $one->hang_up($call, 3, 'negotiation failed', more => [soft(46, pack 'nnC', 18, 0, 0)]);
    $d->says(qr/lns office, call \S+: trouble ppp-negotiation: PPP with 127/, 'a LNS is told of it too');
    $d->finish;
}

done_testing;
