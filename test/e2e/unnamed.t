#!/usr/bin/perl
# Sections without a name are sections of their own: each serves its callers, by its own settings and
# out of its own addresses, and each is dialled.  And our own address is nobody else's.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

my $options = ppp_script "reports $DIR/sink\n";
my @far     = map { Peer->new } 1, 2;
my $d       = daemon 'd', conf => <<"EOT";
[lns]
lac = 127.0.0.2
ip range = 10.1.0.1 - 10.1.0.9
local ip = 10.1.0.1
name = first
pppoptfile = $options
[lns]
lac = 127.0.0.3
ip range = 10.1.0.1, 10.2.0.1 - 10.2.0.9
name = second
pppoptfile = $options
[lac]
lns = 127.0.0.1:${\ $far[0]->port}
autodial = yes
local ip = 10.2.0.1
pppoptfile = $options
[lac]
lns = 127.0.0.1:${\ $far[1]->port}
autodial = yes
pppoptfile = $options
EOT

ok($far[$_]->accept_tunnel && $far[$_]->accept_call, "X4-07 LAC $_ is dialled") for 0, 1;

my %wanted = ('127.0.0.2' => '10.1.0.1:10.1.0.2 name first', '127.0.0.3' => ':10.2.0.2 name second');
for my $ip (sort keys %wanted) {
    my $peer = Peer->new(to => $d->port, ip => $ip);

    $peer->open_tunnel;
    ok($peer->open_call, "$ip is served");
    soon { grep { "@{$_->{arg}}" =~ / \Q$wanted{$ip}\E / } reports("$DIR/sink") }
    "X4-07 by its own section: $wanted{$ip}";
}
like($d->status, qr/lns \(unnamed #2\): 1 of 8 addresses leased/,
    'the status tells them apart, and takes no address of ours, of whatever section, for a peer\'s');
$d->finish;

# A LAC's own address is no peer's either, whoever has made the section, until that goes.
{
    my $d = daemon 'byhand', conf => "[lns default]\nip range = 10.9.0.2 - 10.9.0.3\n"
      . "local ip = 10.9.0.1\npppoptfile = @{[ppp_script qq(sink\n)]}\n";

    like($d->ask('a x lns=127.0.0.1;local ip=10.9.0.2'), qr/^00 /, 'a LAC with an address of the pool');
    for my $want ('10.9.0.3', 'none', '10.9.0.2') {
        my $p = Peer->new(to => $d->port);

        $p->open_tunnel;
        if ($want eq 'none') {
            my $c = $p->open_call;
            ok($c->{refused}, 'which no second peer gets');
            like($d->ask('r x'), qr/^00 /, 'the LAC is removed');
        } else {
            $p->open_call;
            $d->says(qr/\Q10.9.0.1:$want\E/, "a peer gets $want");
        }
    }
    $d->finish;
}

# What a call has had as ours since before a reload is no peer's until that call's pppd has gone,
# wherever the pools have moved to.
{
    my $sink = ppp_script "sink\n";
    my $lns  = sub {
        "[lns default]\nlocal ip = $_[0]\nip range = $_[1]\npppoptfile = $sink\n";
    };
    my $d = daemon 'moved', conf => $lns->('10.1.0.1', '10.2.0.10 - 10.2.0.20');
    my $far = Peer->new;
    my (@peer, @call);
    my $next = sub {
        my $p = Peer->new(to => $d->port);

        $p->open_tunnel;
        push @peer, $p;
        push @call, $p->open_call;
        return $call[-1]{refused};
    };
    my $reload = sub {
        $d->configure($_[0])->mark->signal('HUP');
        $d->says(qr/reload: .* is in force/, 'reloaded');
    };

    is($next->(), undef, 'a call');
    is($next->(), undef, 'another, with the same address on our side');
    $d->says(qr/"10\.1\.0\.1:10\.2\.0\.11" /, '10.1.0.1 is ours');
    like($d->ask('a x lns=127.0.0.1:' . $far->port . ';autodial=yes;local ip=10.1.0.2;pppoptfile=' . $sink),
        qr/^00 /, 'and 10.1.0.2, of a LAC');
    ok($far->accept_tunnel && $far->accept_call, 'which is dialled');
    $d->says(qr/"10\.1\.0\.2:" /, 'and runs a pppd');
    like($d->ask('a x lns=127.0.0.1:' . $far->port . ';local ip=10.8.0.1;pppoptfile=' . $sink),
        qr/^00 /, 'its address is changed, for the next dial');

    $reload->($lns->('10.9.0.1', '10.1.0.1 - 10.1.0.3'));
    like($d->status, qr/lns default: 0 of 1 addresses leased/, 'both lie in the pool now, which has but one to give');
    is($next->(), undef, 'a caller has that one');
    $d->says(qr/"10\.9\.0\.1:10\.1\.0\.3" /, '10.1.0.3');
    like($next->(), qr/^2\/4 no address/, 'and the next has none');

    $d->mark;
    $peer[0]->hang_up($call[0]);
    $d->says(qr/pppd ended/, 'one of the two calls ends');
    like($next->(), qr/^2\/4 no address/, 'its address is the other\'s still');
    like($d->status, qr/lns default: 1 of 1 addresses leased/, 'as the status says');
    $d->mark;
    $peer[1]->hang_up($call[1]);
    $d->says(qr/pppd ended/, 'which ends too');
    like($d->status, qr/lns default: 1 of 2 addresses leased/, 'so there is one more to give');
    is($next->(), undef, 'to the next caller');
    $d->says(qr/"10\.9\.0\.1:10\.1\.0\.1" /, '10.1.0.1');
    $d->mark->ask('d x');
    $d->says(qr/pppd ended/, 'the LAC hangs up');
    is($next->(), undef, 'and one more');
    $d->says(qr/"10\.9\.0\.1:10\.1\.0\.2" /, 'has 10.1.0.2');
    $d->finish;
}

done_testing;
