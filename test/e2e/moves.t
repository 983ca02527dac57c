#!/usr/bin/perl
# Calls that come and go, whose pppds die in all ways, while reloads move the addresses
# about: ranges shrink, grow, are split, and our own address is now one of them, now another.  No
# address is lost, and none is a peer's and anybody else's at once.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Test::More;

my $calls   = sanitized() ? 1500 : 10000;
my $claimed = "$DIR/claimed";
mkdir $claimed;
srand(my $seed = $ENV{SEED} // $$);
note "SEED=$seed";

my $options = ppp_script("share $claimed\nperish 40\n");

sub address { '10.8.0.' . (1 + int rand 60) }

sub conf
{
    my ($ours, @ranges) = @_;

    return "[lns default]\n$ours\npppoptfile = $options\n" . join '', map { "$_\n" } @ranges;
}

sub some_range
{
    my $low = 1 + int rand 60;

    return "10.8.0.$low - 10.8.0." . ($low + int rand 15);
}

sub some_conf
{
    return conf(rand() < 0.7 ? 'local ip = ' . address : 'local ip range = ' . some_range,
        'ip range = ' . some_range, (rand() < 0.5 ? 'no ' : '') . 'ip range = ' . some_range,
        'ip range = ' . some_range);
}

my $d = daemon 'lns', conf => conf('local ip = 10.8.1.1', 'ip range = 10.8.0.1 - 10.8.0.60');
open my $f, '-|', "$B/test/deaths", $d->port, $calls, 24, 6, 1 + $seed % 1000 or die "deaths: $!\n";
my ($out, $reloads) = ('', 0);
vec(my $bits = '', fileno $f, 1) = 1;
for (;;) {
    if (select my $ready = $bits, undef, undef, 0.02) {
        sysread $f, $out, 65536, length $out or last;
        next;
    }
    $d->configure(some_conf)->signal('HUP');
    $reloads++;
}
close $f;
my %n = $out =~ /^(\w+) (\d+)$/mg;

is($n{placed}, $calls, "$calls calls, with $reloads reloads: all were placed") or diag $out;
is($n{late}, 0, 'each has ended');
cmp_ok($n{up}, '>', $calls / 50, "of these, $n{up} were up");
is(join(' ', grep { /doubled/ } map { s{.*/}{}r } glob "$claimed/*"), '',
    'no address was ever a peer\'s and somebody else\'s');
soon { $d->status =~ /0 calls, 0 pppds, 0 leases/ } 'no call, no pppd and no lease is left', 30;
$d->configure(conf('local ip = 10.8.1.1', 'ip range = 10.8.0.1 - 10.8.0.80'))->mark->signal('HUP');
$d->says(qr/reload: .* is in force/, 'reloaded');
like($d->status, qr/lns default: 0 of 80 addresses leased/, 'and nothing is held: all may be given');
$d->finish;
done_testing;
