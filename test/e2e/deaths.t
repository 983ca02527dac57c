#!/usr/bin/perl
# Thousands of calls that come and go while their pppds die in all ways: no address is lost, none is
# given to two at once, nothing is left behind.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Test::More;

# The sanitizers make each of our own forks and theirs dear: the plain build runs them all.
my $calls   = sanitized() ? 1500 : 10000;
my $claimed = "$DIR/claimed";
mkdir $claimed;

my $d = daemon 'lns', conf => "[lns default]\nip range = 10.8.0.1 - 10.8.0.60\n"
  . "no ip range = 10.8.0.7\nlocal ip range = 10.8.1.1 - 10.8.1.55\nsticky = yes\n"
  . 'pppoptfile = ' . ppp_script("claim $claimed\nperish 40\n") . "\n";

sub descriptors { scalar(() = glob '/proc/' . $d->pid . '/fd/*') }

my $before = descriptors;
my ($status, $out) = do {
    my $pid = open my $f, '-|', "$B/test/deaths", $d->port, $calls, 70, 12, 1 + $$ % 1000
      or die "deaths: $!\n";
    my $text = join '', <$f>;
    close $f;
    ($? >> 8, $text);
};
my %n = $out =~ /^(\w+) (\d+)$/mg;

is($status, 0, "$calls calls, 70 at a time: all were placed") or diag $out;
is($n{placed}, $calls, 'none was forgotten');
is($n{late}, 0, 'each has ended');
# How many depends on the machine: on a slow one more of them are hung up before they are.
cmp_ok($n{up}, '>', $calls / 10, "many were up ($n{up})");
cmp_ok($n{refused}, '>', 0, "some had no address left, or ended before ($n{refused})");

my @all = map { s{.*/}{}r } glob "$claimed/*";
is(join(' ', grep { /doubled/ } @all), '', 'no address was ever given to two');
is(scalar(grep { /^10\.8\.0\./ } @all), 59, 'each address of the range was used');
is(scalar(grep { /^10\.8\.1\./ } @all), 55, 'each local one too');
ok(!(grep { $_ eq '10.8.0.7' } @all), 'the one that is left out was not');
soon { $d->status =~ /0 calls, 0 pppds, 0 leases/ } 'no call, no pppd and no lease is left', 30;
soon { descriptors == $before } 'no descriptor either', 30;
ok(!grep({ slurp($_) =~ /^\d+ \(.*\) \w $d->{pid} / } glob '/proc/[0-9]*/stat'), 'and no child');
$d->finish;
done_testing;
