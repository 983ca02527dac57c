#!/usr/bin/perl
# pppd's argument lists (compat A.7): each file of test/golden/pppd is a configuration, the command
# that has it dial (none: a peer calls, or it dials at start), and the arguments that pppd gets, all of
# them.  Words in capitals stand for what differs from run to run.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

my @files = glob "$FindBin::Bin/../golden/pppd/*";
cmp_ok(scalar @files, '>', 10, 'there are argument lists to compare');

for my $file (@files) {
    my $name = $file =~ s/.*\///r;
    my (undef, %part) = split /^== (\w+)\n/m, slurp($file);
    my $is_lac  = $part{conf} =~ /^lns *=/m;
    my $far     = $is_lac ? Peer->new : undef;
    my $options = ppp_script "report $DIR/$name.1\n";
    my $conf = $part{conf} =~ s/\bOPTIONS\b/$options/r;

    $conf =~ s/\bLNS\b/"127.0.0.1:" . $far->port/e if $is_lac;
    my $d = daemon $name, conf => $conf;
    my $peer = $far // Peer->new(to => $d->port);
    if ($is_lac) {
        is($d->ask($part{command} =~ s/\n//r), '00 OK', "$name: it dials") if $part{command};
        ok($peer->accept_tunnel && $peer->accept_call, "$name: the call comes up");
    } else {
        $peer->open_tunnel;
        $peer->open_call;
    }
    loop_until { reports("$DIR/$name") };
    my @args = @{((reports("$DIR/$name"))[0] // {})->{arg} // []};
    my $was = '';
    for (@args) {
        s/^\Q$PPPD\E$/PPPD/, s/^\Q$options\E$/OPTIONS/, s/^\/dev\/pts\/\d+$/TTY/;
        s/^\d+$/FD/ if $was eq 'passwordfd';
        $was = $_;
    }
    is(join(' ', @args), join(' ', split ' ', $part{arguments}), "XD-08 X4-31 X4-32 X4-43 X4-54 X7-01 X7-02 $name: the arguments of pppd");
    $peer->close;
    $d->finish;
}

done_testing;
