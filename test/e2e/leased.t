#!/usr/bin/perl
# An address that somebody has as a lease is nobody else's, whatever a reload or a command sets: the
# call that would have it is refused and told why, and the one that has it goes on.  And what is set no
# pool gives.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

my $echo = ppp_script "reports $DIR/echo\necho\n";
my $sink = ppp_script "sink\n";

sub lns
{
    my ($local, $range, $more) = @_;

    return "[lns default]\n$local\nip range = $range\npppoptfile = $echo\n" . ($more // '');
}

sub reload
{
    my ($d, $text) = @_;

    $d->configure($text)->mark->signal('HUP');
    return $d->says(qr/reload: .* is in force/, 'reloaded');
}

sub caller_of
{
    my ($d, %o) = @_;
    my $p = Peer->new(to => $d->port, %o);

    $p->open_tunnel;
    return $p;
}

# -- 'local ip' of an [lns] section --------------------------------------------------------------

{
    my $d    = daemon 'lns', conf => lns('local ip = 10.9.0.1', '10.9.0.2 - 10.9.0.4');
    my $one  = caller_of $d;
    my $call = $one->open_call;
    my $held = qr/'local ip' 10\.9\.0\.2 is leased to 127\.0\.0\.1 in call $one->{peer_id}\/$call->{peer}/;

    $d->says(qr/"10\.9\.0\.1:10\.9\.0\.2" /, 'a caller has 10.9.0.2');
    my $two  = caller_of $d;
    my $half = $two->open_call(half => 1);
    reload $d, lns('local ip = 10.9.0.2', '10.9.0.2 - 10.9.0.4');
    like($d->log, qr/lns default: trouble address-leased: $held, so no call comes up that has it set; .*hangup/,
        'that is to be ours now: the log tells who has it');
    ok($one->echoes($call, "\xff\x03\xc0\x21on"), 'who has not noticed');
    $d->mark;
    $two->control('ICCN', $half->{peer}, avp(24, u32(1000000)), avp(19, u32(1)));
    is(Peer::result($two->wait_for('CDN') // {}), '2/4 its address is in use',
        'a call that was let in before is refused at its ICCN');
    $d->says(qr/trouble address-leased: $held/, 'and told of');
    $d->mark;
    is($two->open_call->{refused}, '2/4 its address is in use', 'another at its ICRQ');
    $d->says(qr/trouble address-leased: $held/, 'and told of');
    like($d->ask('status json'), qr/"lns":"default","addresses":3,"used":1,.*"trouble":"address-leased"/,
        'the status has it: no other lease is out');
    ok($one->echoes($call, "\xff\x03\xc0\x21on"), 'the running call goes on');

    reload $d, lns('local ip = 10.9.0.2', '10.9.0.2 - 10.9.0.4');
    like($d->log, qr/trouble address-leased: $held/, 'it is told of at each reload');
    $d->mark;
    $one->hang_up($call);
    $d->says(qr/pppd ended/, 'until that call has ended');
    reload $d, lns('local ip = 10.9.0.2', '10.9.0.2 - 10.9.0.4');
    unlike($d->log, qr/address-leased/, 'then no more');
    for my $ip ('10.9.0.3', '10.9.0.4') {
        ok(!$two->open_call->{refused}, 'a call');
        $d->says(qr/"10\.9\.0\.2:\Q$ip\E" /, "has $ip, and 10.9.0.2 is ours");
    }
    like($two->open_call->{refused}, qr/^2\/4 no address/, 'which no caller is given');
    like($d->ask('z default local ip=10.9.0.3'), qr/^00 /, 'by command, too:');
    $d->says(qr/lns default: trouble address-leased: 'local ip' 10\.9\.0\.3 is leased to 127\.0\.0\.1 in call /,
        'it is told who has it');
    is($two->open_call->{refused}, '2/4 its address is in use', 'and the next call is refused');
    $d->finish;
}

# -- 'local ip' and 'remote ip' of a [lac] section -----------------------------------------------

for my $key ('local ip', 'remote ip') {
    my $d    = daemon $key =~ s/ //r, conf => lns('', '10.9.0.2 - 10.9.0.3');
    my $far  = Peer->new;
    my $one  = caller_of $d;
    my $call = $one->open_call;
    my $held = qr/'$key' 10\.9\.0\.2 is leased to 127\.0\.0\.1 in call $one->{peer_id}\/$call->{peer}/;
    my $args = $key eq 'local ip' ? qr/"10\.9\.0\.2:" / : qr/":10\.9\.0\.2" /;

    $d->says(qr/":10\.9\.0\.2" /, 'a caller has 10.9.0.2');
    $d->mark;
    like($d->ask("a x lns=127.0.0.1:" . $far->port . ";$key=10.9.0.2;pppoptfile=$sink"), qr/^00 /,
        "$key of a LAC");
    $d->says(qr/lac x: trouble address-leased: $held/, 'of which is told at once');
    $d->mark->ask('c x');
    ok($far->accept_tunnel, 'it is dialled');
    $far->accept_call;
    is(Peer::result($far->wait_for('CDN') // {}), '2/4 its address is in use', 'and hung up');
    $d->says(qr/lac x, call \S+: trouble address-leased: $held/, 'and the log says why');
    ok($far->wait_for('StopCCN', 5), 'its tunnel is closed');
    ok($one->echoes($call, "\xff\x03\xc0\x21on"), 'the running call goes on');

    $d->mark;
    $one->hang_up($call);
    $d->says(qr/pppd ended/, 'until it ends');
    my $again = Peer->new(share => $far);
    $d->mark->ask('c x');
    ok($again->accept_tunnel && $again->accept_call, 'then the LAC comes up');
    $d->says($args, 'with 10.9.0.2');
    ok(!$one->open_call->{refused}, 'a caller');
    $d->says(qr/":10\.9\.0\.3" /, 'has 10.9.0.3');
    like($one->open_call->{refused}, qr/^2\/4 no address/, 'and the next none');
    like($d->ask('a x lns=127.0.0.1:' . $far->port . ";$key=10.8.0.1"), qr/^00 /, 'another address is set');
    like($one->open_call->{refused}, qr/^2\/4 no address/, 'which changes nothing for the call that is up');
    $d->mark->ask('d x');
    $d->says(qr/pppd ended/, 'nor for long');
    ok(!$one->open_call->{refused}, 'then a caller');
    $d->says(qr/":10\.9\.0\.2" /, 'has 10.9.0.2');
    $d->finish;
}

# What we have as a lease ourselves is no 'remote ip'; what is a 'remote ip' we do not take.
{
    my $d = daemon 'ours', conf => lns('local ip range = 10.8.0.1 - 10.8.0.2', '10.9.0.2 - 10.9.0.9',
        "[lac default]\nremote ip = 10.8.0.2\npppoptfile = $sink\n");
    my $far = Peer->new;
    my $one = caller_of $d;

    ok(!$one->open_call->{refused}, 'a call');
    $d->says(qr/"10\.8\.0\.1:10\.9\.0\.2" /, 'has 10.8.0.1 at our end');
    is($one->open_call->{refused}, '2/4 no local address is left', '10.8.0.2 is set elsewhere');
    like($d->ask('a x lns=127.0.0.1:' . $far->port . ';remote ip=10.8.0.1;autodial=yes'), qr/^00 /, 'a LAC');
    $d->says(qr/lac x: trouble address-leased: 'remote ip' 10\.8\.0\.1 is leased for our end of call /,
        'whose peer is to have our address');
    ok($far->accept_tunnel, 'is dialled');
    $far->accept_call;
    is(Peer::result($far->wait_for('CDN') // {}), '2/4 its address is in use', 'and hung up');
    $d->finish;
}

# -- what PPP agrees on --------------------------------------------------------------------------

# An Ack of IPCP: the one who hears it has that address.
sub ack { return "\xff\x03\x80\x21\x02\x01\x00\x0a\x03\x06" . pack 'C4', split /\./, $_[0] }

# pppd says which address a caller has, as if chap-secrets had it.
{
    my $fixed = ppp_script 'send ' . unpack('H*', ack('10.9.0.3')) . "\nsink\n";
    my $d = daemon 'agreed', conf => "[lns default]\nlocal ip = 10.9.0.1\nip range = 10.9.0.2 - 10.9.0.4\n"
      . "pppoptfile = $fixed\n";
    my ($one, $two) = map { caller_of $d } 1, 2;
    my $up   = sub { $_[0]->send_frame($_[1], ack('10.9.0.1')) };
    my $call = $one->open_call;

    $d->says(qr/"10\.9\.0\.1:10\.9\.0\.2" /, 'a caller is to have 10.9.0.2');
    $up->($one, $call);
    soon { $d->ask('status json') =~ /"address":"10\.9\.0\.3"/ } 'and has another address of the pool';
    like($d->status, qr/lns default: 1 of 3 addresses leased/, 'of which one is used');
    my $second = $two->open_call;
    $d->says(qr/"10\.9\.0\.1:10\.9\.0\.2" /, 'the next has what the first does not use');
    my $third = $two->open_call;
    $d->says(qr/"10\.9\.0\.1:10\.9\.0\.4" /, 'and one more not what it uses');
    like($two->open_call->{refused}, qr/^2\/4 no address/, 'then there is none');
    unlike($d->log, qr/address-twice/, 'so nobody has it twice of us');
    $d->mark;
    $up->($two, $second);
    $d->says(qr/lns default, call \S+: trouble address-twice: .*the peer's address 10\.9\.0\.3 is leased to 127\.0\.0\.1 in call $one->{peer_id}\/$call->{peer}; /,
        'somebody else is told to have it: the log tells of both');
    $d->mark;
    $_->[0]->hang_up($_->[1]) for [$one, $call], [$two, $third];
    soon { 2 == (my @ended = $d->log =~ /pppd ended/g) } 'all but that one go';
    is($one->open_call->{refused}, undef, 'a caller is given an address');
    like($one->open_call->{refused}, qr/^2\/4 no address/, 'and the next is not given what is in use');
    $d->finish;
}

# As many users as there are addresses, each with one of its own in chap-secrets.
{
    my $script = ppp_script "sink\n";
    my $d = daemon 'fixed', conf => "[lns default]\nlocal ip = 10.9.0.1\nip range = 10.9.0.2 - 10.9.0.4\n"
      . "pppoptfile = $script\n";
    my $one = caller_of $d;

    for my $ip ('10.9.0.4', '10.9.0.3', '10.9.0.2') {
        put_file($script, 'send ' . unpack('H*', ack($ip)) . "\nsink\n");
        my $call = $one->open_call;
        ok(!$call->{refused}, 'a user comes');
        $one->send_frame($call, ack('10.9.0.1')) if $call->{peer};
        soon { $d->ask('status json') =~ /"ppp_up":true,"address":"\Q$ip\E"/ } "and has its $ip";
    }
    like($d->status, qr/lns default: 3 of 3 addresses leased/, 'all have room');
    unlike($d->log, qr/address-twice/, 'and nothing is wrong');
    $d->finish;
}

# A server gives us what our pool has, too.
{
    my $fixed = ppp_script 'send ' . unpack('H*', ack('10.9.0.3')) . "\nsink\n";
    my $far = Peer->new;
    my $d = daemon 'given', conf => lns('', '10.9.0.2 - 10.9.0.4')
      . "[lac x]\nlns = 127.0.0.1:" . $far->port . "\nautodial = yes\npppoptfile = $fixed\n";
    my $one = caller_of $d;

    $far->accept_tunnel;
    $far->send_frame($far->accept_call, ack('10.9.0.2'));
    soon { $d->ask('status json') =~ /"address":"10\.9\.0\.3","local_address":"10\.9\.0\.2"/ }
    'a LAC has one address of the pool, its server another';
    ok(!$one->open_call->{refused}, 'a caller');
    $d->says(qr/":10\.9\.0\.4" /, 'has neither');
    like($one->open_call->{refused}, qr/^2\/4 no address/, 'nor has the next');
    $d->mark->ask('d x');
    $d->says(qr/pppd ended/, 'until the LAC hangs up');
    for my $ip ('10.9.0.2', '10.9.0.3') {
        ok(!$one->open_call->{refused}, 'then a caller');
        $d->says(qr/":\Q$ip\E" /, "has $ip");
    }
    $d->finish;
}

done_testing;
