#!/usr/bin/perl
# A LNS: which section serves whom, addresses and their end, and clients that look alike.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $echo = ppp_script "reports $DIR/echo\necho\n";

# The address word ("10.9.0.1:10.9.0.2") of each pppd that has reported below a path and not ended.
sub addresses
{
    my ($path) = @_;

    return sort map { grep { /^[\d.]*:[\d.]*$/ } @{$_->{arg}} } grep { !$_->{exit} } reports($path);
}

sub new_peer
{
    my ($d, %o) = @_;

    return Peer->new(to => $d->port, %o);
}

# A pppd that no TERM impresses is killed after 8 s: begun here, looked at when they are over.
my $hard = daemon 'hard', conf => "[lns default]\nip range = 10.9.9.2 - 10.9.9.2\npppoptfile = "
  . ppp_script("reports $DIR/hard\nignore-term\nignore-hup\nexit 0 after 20000\n") . "\n";
my $hard_peer = new_peer $hard;
$hard_peer->open_tunnel;
my $hard_call = $hard_peer->open_call;
loop_until { reports("$DIR/hard") };    # or TERM would come before it is told to be stubborn
$hard_peer->hang_up($hard_call);
my $hard_since = time;

# -- sections ------------------------------------------------------------------------------------

{
    my $d = daemon 'sections', conf => <<'EOT';
access control = yes
[lns two]
lac = 127.0.0.2 - 127.0.0.3
hostname = two.test
assign ip = no
[lns three]
lac = 127.0.0.3
hostname = three.test
assign ip = no
[lns mostly]
lac = 127.0.0.10 - 127.0.0.20
no lac = 127.0.0.15
hostname = mostly.test
assign ip = no
[lns default]
hostname = default.test
assign ip = no
EOT
    my @table = (
        ['127.0.0.2',  'two.test',    'in one range'],
        ['127.0.0.3',  'three.test',  'in two: the later section, as xl2tpd looks from the end'],
        ['127.0.0.10', 'mostly.test', 'at the begin of a range'],
        ['127.0.0.20', 'mostly.test', 'at its end'],
        ['127.0.0.15', 'refused',     'taken out by "no lac"'],
        ['127.0.0.1',  'refused',     'in none, with access control'],
    );
    my $ask = sub {
        my ($ip) = @_;
        my $peer = new_peer $d, ip => $ip;
        my $m = $peer->open_tunnel // return 'nothing';

        return Peer::result($m) =~ /^4\/0 / ? 'refused' : Peer::result($m) if $m->{type} ne 'SCCRP';
        $peer->close;
        return $m->{avp}{7};
    };

    is($ask->($_->[0]), $_->[1], "$_->[0]: $_->[2]") for @table;
    $d->configure(slurp($d->{conf}) =~ s/^.*?(?=\[lns two)//sr);
    $d->mark->signal('HUP');
    $d->wait_log(qr/in force/);
    is($ask->('127.0.0.1'), 'default.test', 'without access control: the default section');
    is($ask->('127.0.0.2'), 'two.test', 'which does not come before the others');
    $d->finish;
}

{
    my $d = daemon 'named', conf => "[lns office]\nassign ip = no\nlac = 192.0.2.0 - 192.0.2.9\n";
    my $m = new_peer($d)->open_tunnel;

    is($m && Peer::result($m), '4/0 peer is not allowed',
        'no section, no default: refused, with a reason');
    $d->says(qr/dropped a datagram from 127\.0\.0\.1:\d+: SCCRQ refused: peer is not allowed/,
        'the log says so');
    $d->finish;
}

# -- addresses -----------------------------------------------------------------------------------

{
    my $d = daemon 'pool', conf => "[lns default]\nip range = 10.9.0.2 - 10.9.0.3\n"
      . "local ip = 10.9.0.1\npppoptfile = $echo\n";
    my ($peer, $late) = map { new_peer $d } 1, 2;

    $_->open_tunnel for $peer, $late;
    my @calls = map { $peer->open_call } 1, 2;
    soon { (my @a = addresses("$DIR/echo")) == 2 } 'two addresses for two calls';
    is_deeply([addresses("$DIR/echo")], ['10.9.0.1:10.9.0.2', '10.9.0.1:10.9.0.3'], 'one each');
    like($late->open_call->{refused}, qr/^2\/4 no address/, 'a third: CDN 2/4, and why');
    ok($peer->echoes($_, "\xff\x03\xc0\x21here"), 'the others are undisturbed') for @calls;
    ok($peer->hang_up($calls[0]), 'one ends');
    my $again;
    soon { $again = $late->open_call; !$again->{refused} } 'then there is one again';
    ok($late->echoes($again, "\xff\x03\xc0\x21again"), 'and it carries frames');

    # two that pass the first question together, and one address
    $late->hang_up($again);
    $d->says(qr/(?:pppd ended.*){2}/s, 'free again');
    my @half = map { $late->open_call(half => 1) } 1, 2;
    is(scalar(grep { $_->{peer} } @half), 2, 'two calls announced while one address is left');
    $late->control('ICCN', $_->{peer}, avp(24, pack 'N', 1), avp(19, pack 'N', 1)) for @half;
    my $cdn = $late->wait_for('CDN');
    is(Peer::result($cdn // {}), '2/4 no address is left',
        'the first to connect has it, the other a CDN');
    my ($won) = grep { $_->{id} != $cdn->{session} } @half;
    ok($late->echoes($won, "\xff\x03\xc0\x21won"), 'and the first carries frames');
    $_->close for $peer, $late;
    $d->says(qr/(?:pppd ended.*){4}/s, 'all pppds gone');
    like($d->status, qr/0 calls, 0 pppds, 0 leases/, 'and all leases are back');
    $d->finish;
}

{
    my $slow = ppp_script "reports $DIR/slow\nignore-term\nignore-hup\nexit 0 after 1200\n";
    my $d = daemon 'slow',
      conf => "[lns default]\nip range = 10.9.1.2 - 10.9.1.2\npppoptfile = $slow\n";
    my $peer = new_peer $d;

    $peer->open_tunnel;
    my $begin = time;
    my $call = $peer->open_call;
    loop_until { reports("$DIR/slow") };
    $peer->hang_up($call);
    my $refused = $peer->open_call->{refused} // 'none';
    like($refused, qr/^2\/4 /, 'an address stays out as long as its pppd lives')
      if time - $begin < 1;
    soon { $call = $peer->open_call; !$call->{refused} } 'and comes back when it has been reaped';
    cmp_ok(time - $begin, '>=', 1.2, 'not before');
    soon { join(' ', addresses("$DIR/slow")) eq ':10.9.1.2' } 'the same address again';
    $peer->close;
    $d->finish;
}

{
    my $d = daemon 'noassign', conf => "[lns default]\nassign ip = no\nlocal ip = 10.9.2.1\n"
      . 'pppoptfile = ' . ppp_script("reports $DIR/noassign\n") . "\n";
    my $peer = new_peer $d;

    $peer->open_tunnel;
    ok($peer->open_call->{peer}, 'assign ip = no: calls without a range');
    soon { (my @a = reports("$DIR/noassign")) > 0 } 'its pppd runs';
    is_deeply([addresses("$DIR/noassign")], ['10.9.2.1:0.0.0.0'], 'and is told 0.0.0.0');
    $peer->close;
    $d->finish;
}

{
    my $d = daemon 'local', conf => "[lns default]\nip range = 10.9.3.100 - 10.9.3.109\n"
      . "local ip range = 10.9.3.1 - 10.9.3.2\npppoptfile = " . ppp_script("reports $DIR/local\n")
        . "\n";
    my $peer = new_peer $d;

    $peer->open_tunnel;
    my @calls = map { $peer->open_call } 1, 2;
    soon { (my @a = addresses("$DIR/local")) == 2 } 'local ip range: two calls';
    is_deeply([addresses("$DIR/local")], ['10.9.3.1:10.9.3.100', '10.9.3.2:10.9.3.101'],
        'each has an address of its own at our end, too');
    like($peer->open_call->{refused} // 'ICRP', qr/^2\/4 no local address/,
        'none is left for a third: its ICRQ is refused');
    like($d->ask('status json'), qr/"used":2,"free":8,"local_addresses":2,"local_used":2,"local_free":0,"trouble":"no-local-address"/,
        'the status says of which end');
    like($d->ask('metrics'), qr/^00-l2tpd_pool_local_free\{lns="default"\} 0$/m, 'and so do the metrics');
    $peer->hang_up($calls[0]);
    $d->says(qr/pppd ended/, 'one ends');
    ok(!$peer->open_call->{refused} && !$peer->wait_for('CDN', 0.2),
        'and its local address is used again');
    $peer->close;
    $d->finish;
}

# -- who comes again ----------------------------------------------------------------------------

# "proxy lcp = ignore": by the number that calls, whatever name is told.
{
    my $d = daemon 'nameless', conf => "[lns default]\nip range = 10.9.4.1 - 10.9.4.99\nproxy lcp = ignore\n"
      . 'pppoptfile = ' . ppp_script("reports $DIR/nameless\n") . "\n";
    my $gone = 0;
    my @got = map {
        my ($user, $calling) = @$_;
        my $p = new_peer $d, name => 'host.test', ip => '127.0.0.1';

        $p->open_tunnel;
        $p->open_call(calling => $calling,
            iccn => [soft(29, u16(3)), soft(30, $user), soft(32, u16(1)), soft(33, 'pw')]);
        my ($r) = loop_until { my @all = reports("$DIR/nameless"); @all > $gone && $all[-1] };
        $p->close;
        $gone++;
        $d->wait_log(qr/(?:pppd ended.*){$gone}/s);
        (grep { /^:10\.9\.4\./ } @{$r->{arg}})[0];
    } ['alice', '5551'], ['alice', '5552'], ['bob', '5551'];
    isnt($got[1], $got[0], 'proxy lcp = ignore: one name, two numbers: two addresses');
    is($got[2], $got[0], 'proxy lcp = ignore: one number, two names: one address');
    $d->finish;
}
for my $sticky ('yes', 'no') {
    my $d = daemon "sticky-$sticky", conf => "[lns default]\nip range = 10.9.4.1 - 10.9.4.99\n"
      . "sticky = $sticky\npppoptfile = " . ppp_script("reports $DIR/sticky-$sticky\n") . "\n";
    my $gone = 0;
    my $come = sub {
        my (%o) = @_;
        my $p = new_peer $d, name => $o{name} // 'host.test', ip => $o{ip} // '127.0.0.1';
        my $before = () = reports("$DIR/sticky-$sticky");

        $p->open_tunnel;
        $p->open_call(calling => $o{calling}, iccn => defined $o{user}
            ? [soft(29, u16(3)), soft(30, $o{user}), soft(32, u16(1)), soft(33, 'pw')] : []);
        my ($r) = loop_until { my @all = reports("$DIR/sticky-$sticky"); @all > $before && $all[-1] };
        $p->close;
        $gone++;
        $d->wait_log(qr/(?:pppd ended.*){$gone}/s);
        return (grep { /^:10\.9\.4\./ } @{$r->{arg}})[0];
    };
    my @who = ({}, {name => 'other.test'}, {ip => '127.0.0.2'}, {calling => '5551'},
        {calling => '5552'}, {user => 'alice'}, {user => 'bob', calling => '5552'});
    my @first = map { $come->(%$_) } @who;
    my %seen = map { $_ => 1 } @first;

    is(keys %seen, 7, "sticky = $sticky: seven callers, seven addresses");
    # neither a reload nor a section by command has a pool begin anew, whatever its range is by then
    $d->configure("[lns default]\nip range = 10.9.4.1 - 10.9.4.120\nsticky = $sticky\npppoptfile = "
          . ppp_script("reports $DIR/sticky-$sticky\n") . "\n")->mark->signal('HUP');
    $d->says(qr/reload: .* is in force/, 'a reload in between, with a longer range');
    like($d->ask('z more ip range=10.9.5.1-10.9.5.9'), qr/^00 /, 'and another section by command');
    $gone = 0;
    my @again = map { $come->(%$_) } reverse @who;
    is_deeply([reverse @again], \@first, 'each has its own again') if $sticky eq 'yes';
    is(scalar(grep { $seen{$_} } @again), 0, 'each has one that has rested') if $sticky eq 'no';
    is($come->(calling => '5551', ip => '127.0.0.9', name => 'moved.test'), $first[3],
        'a number is the same wherever its LAC is') if $sticky eq 'yes';
    is($come->(user => '', ip => '127.0.0.2'), $first[2],
        'who gives an empty name is told by its host') if $sticky eq 'yes';
    is($come->(user => '', calling => '5552'), $first[4],
        'or by its number') if $sticky eq 'yes';
    $d->finish;
}

# -- clients that look alike ---------------------------------------------------------------------

{
    my $d = daemon 'alike', conf => "[lns default]\nassign ip = no\npppoptfile = $echo\n";
    my $one = new_peer $d;
    my $two = new_peer $d, share => $one;

    ok($one->open_tunnel && $two->open_tunnel, 'two clients behind one address and port');
    isnt($one->{peer_id}, $two->{peer_id}, 'have two tunnels');
    my ($a, $b) = ($one->open_call, $two->open_call);
    for (1 .. 5) {
        ok($one->echoes($a, "\xff\x03\xc0\x21one$_"), "the one's frames come back to it ($_)");
        ok($two->echoes($b, "\xff\x03\xc0\x21two$_"), "and the other's to that ($_)");
    }
    ok($one->close, 'the one goes');
    ok($two->echoes($b, "\xff\x03\xc0\x21still"), 'the other stays');

    my ($x, $y) = map { new_peer $d, id => 7 } 1, 2;
    ok($x->open_tunnel && $y->open_tunnel, 'Q-01: the same tunnel id from two ports');
    my ($p, $q) = ($x->open_call, $y->open_call);
    ok($x->echoes($p, "\xff\x03\xc0\x21x") && $y->echoes($q, "\xff\x03\xc0\x21y"),
        'Q-01: both carry frames');
    ok($x->close, 'Q-01: the one goes');
    ok($y->echoes($q, "\xff\x03\xc0\x21yy"), 'Q-01: the other stays');

    # the same peer, id and port, come back after a crash: a new SCCRQ with an id in use
    my $reborn = new_peer $d, share => $y, id => 7, name => 'reborn.test';
    $reborn->open_tunnel;
    my $r = $reborn->open_call;
    ok($r->{peer} && $reborn->echoes($r, "\xff\x03\xc0\x21new"),
        'a peer that has begun anew with its old id');
    $_->close for $two, $reborn;
    $d->finish;
}

# -- the hard one --------------------------------------------------------------------------------

{
    like($hard_peer->open_call->{refused} // 'none', qr/^2\/4 /,
        'a pppd that ignores TERM holds its address')
      if time - $hard_since < 7.5;
    $hard->says(qr/pppd ended: killed by signal 9/, 'until it is killed');
    cmp_ok(time - $hard_since, '>', 7.9, 'some 8 s later');
    ok(!$hard_peer->open_call->{refused}, 'and the address can be had again');
    $hard_peer->close;
    $hard->finish;
}

done_testing;
