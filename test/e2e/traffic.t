#!/usr/bin/perl
# Twenty calls at once carry thousands of frames, of all sizes and contents, both ways: none is lost,
# changed or out of its order, as long as no more are on their way than the ptys take.
#
# FRAMES=N: so many of mixed sizes each way, where it shall be more (check-long: a million).
#
# The load generator of `make bench` is the LAC (test/bench/load.c), and test/bench/pppd.c stands in
# pppd's place; both check each octet.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use IPC::Open2;
use Test::More;

my $load = "$B/test/bench/load";
my $pppd = "$B/test/bench/pppd";
plan skip_all => 'the load generator is for Linux' if !-x $load;

my ($calls, $frames, $few) = (20, $ENV{FRAMES} || 4000, 300);
my $share = "$DIR/share";
my $port  = free_port;
my $options = put_file("$DIR/options", "ipparam $share\n");
my $conf    = put_file("$DIR/conf",
        "[global]\nlisten-addr = 127.0.0.1\nport = $port\npppd = $pppd\n"
      . "[lns default]\nassign ip = no\npppoptfile = $options\n");
my $secrets = put_file("$DIR/secrets", '');
chmod 0600, $secrets;

my $pid = open2(my $from, my $to, $load, '-l', "$DIR/log", $share, $port, '--', $L2TPD, '-D', '-c', $conf, '-s',
    $secrets, '-p', "$DIR/pid", '-C', "$DIR/control");

# A command's answer: its fields.
sub told
{
    print {$to} "@_\n";
    return split /\t/, <$from> // '';
}

# A test: frames of a kind pass.
sub carries
{
    my ($way, $kind, $size, $n) = @_;
    my (undef, undef, undef, undef, undef, undef, $sent, $arrived, @wrong) =
      told($way, $kind, $size, $n);
    my $what = $kind eq 'mixed' ? 'of all kinds and sizes' : "$kind ones of $size octets";

    $sent //= 0;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    cmp_ok($sent, '>=', $n, "$way: frames, $what");
    is($arrived // -1, $sent, 'all arrive');
    is("@wrong[0 .. 3]", '0 0 0 0', 'none is damaged, misordered, missing or refused');
}

told('patience', 1000 * patience());
my (undef, undef, $open) = told('open', 2, $calls);
is($open, $calls, "$calls calls in two tunnels");
for my $way (qw(down up echo)) {
    carries($way, 'mixed', 8, $frames);
    for my $kind (qw(plain random flags)) {
        carries($way, $kind, $_, $few) for 8, 1492;
    }
}
told('busy', 1);
for my $way (qw(down up echo)) {
    carries($way, 'mixed', 8, $few);
}
close $to;
is(<$from> // '', "end\t0\n", 'the daemon ends with status 0') or diag(slurp("$DIR/log"));
waitpid $pid, 0;
is($?, 0, 'the generator too');
is(E2E::trouble(), '', 'nothing that a sanitizer has found');
done_testing;
