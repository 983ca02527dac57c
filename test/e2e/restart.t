#!/usr/bin/perl
# A LNS that is killed, and is there again before anybody misses it: a LAC learns from it that it has
# forgotten the tunnel, or from ICMP that nobody listened for a moment, and comes back at once.  Time
# is made by a library that shifts the clock, so not with the sanitizers.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Test::More;

my $shift = put_file("$DIR/shift", '0');
my $clock = preloaded 'clock', <<'C' or plan skip_all => 'no library can be put before the others';
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *t)
{
    long s = 0;
    int got = syscall(SYS_clock_gettime, id, t);
    FILE *f = id == CLOCK_MONOTONIC ? fopen(getenv("SHIFT"), "r") : NULL;

    if (f != NULL && fscanf(f, "%ld", &s) == 1)
        t->tv_sec += s;
    if (f != NULL)
        fclose(f);
    return got;
}
C
delete $ENV{LD_PRELOAD};

my $lns_conf = "[lns default]\nip range = 10.9.0.2 - 10.9.0.9\npppoptfile = " . ppp_script("reports $DIR/theirs\necho\n");
my $lac_conf = "autodial = yes\nredial = yes\nredial timeout = 300\nconnect timeout = 2\npppoptfile = "
  . ppp_script("echo\n") . "\n";

# A LAC whose clock can be shifted; nothing but a minute's silence would have it ask by itself.
sub lac
{
    my ($name, $text) = @_;

    local ($ENV{LD_PRELOAD}, $ENV{SHIFT}) = ($clock, $shift);
    put_file($shift, '0');
    return daemon $name, conf => "[lac there]\n$lac_conf$text";
}

# It is up, and so is the pppd of the LNS: one that is about to be holds its port for a moment more.
my $calls = 0;

sub comes_up
{
    my ($d, $pattern, $what) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $calls++;
    $d->says($pattern, $what);
    loop_until { reports("$DIR/theirs") == $calls };
}

# So many seconds later, by its clock.
sub later
{
    my ($d, $seconds) = @_;

    put_file($shift, slurp($shift) + $seconds);
    $d->command("s\n");
}

# -- it has forgotten us -------------------------------------------------------------------------

{
    my $port = free_port;
    my $lns = daemon 'lns', conf => $lns_conf, port => $port;
    my $d = lac 'lac', "lns = 127.0.0.1:$port\n";

    comes_up $d, qr/Call established/, 'up';
    $lns->kill_now;
    $lns = daemon 'lns', conf => $lns_conf, port => $port;
    later $d, 61;
    $d->says(qr/says that it has no such tunnel: the peer is asked for a sign of life/,
        'the first HELLO tells that the LNS is another one');
    $d->says(qr/lac there, tunnel \d+: trouble peer-gone: 127\S+ has ended without a word: what answers .*knows no such/,
        'which is told as what it is');
    comes_up $d, qr/lac there: redials at once.*Call established/s, 'and it is dialled without waiting';
    # beside that in a minute, by this clock, none of the stand-ins has spoken PPP
    is($d->count(qr/: trouble (?!no-ppp-answer)/), 1, 'one trouble');
    is($lns->trouble, '', 'none of which is trouble to the LNS');
    $_->finish for $d, $lns;
}

# -- one that dies again and again is given its time -----------------------------------------------

{
    my $port = free_port;
    my $lns = daemon 'lns3', conf => $lns_conf, port => $port;
    my $d = lac 'lac3', "lns = 127.0.0.1:$port\nhello interval = 1\n";

    comes_up $d, qr/Call established/, 'up, for a moment';
    $lns->kill_now;
    $lns = daemon 'lns3', conf => $lns_conf, port => $port;
    $d->says(qr/trouble peer-gone: .*Will redial in (?:28|29|30)\d seconds/s, 'a call that was no success is not repeated at once');
    $_->finish for $d, $lns;
}

# -- nobody listens, says ICMP --------------------------------------------------------------------

SKIP: {
    skip 'this build hears no ICMP', 6 if slurp($L2TPD) !~ /recvmmsg/;
    my $port = free_port;
    my $lns = daemon 'lns2', conf => $lns_conf, port => $port;
    my $d = lac 'lac2', "lns = 127.0.0.1:$port\n";

    comes_up $d, qr/Call established/, 'up';
    $lns->kill_now;
    later $d, 61;
    $d->says(qr/asked for a sign of life, as ICMP says that its port is closed/, 'ICMP is heard of');
    is($d->count(qr/sign of life/), 1, 'once, whatever more of it comes');
    is($d->count(qr/down by=/), 0, 'and not believed at once');
    $lns = daemon 'lns2', conf => $lns_conf, port => $port;
    later $d, 10;
    $d->says(qr/lac there, tunnel \d+: trouble peer-gone: /, 'without an answer it is');
    comes_up $d, qr/lac there: redials at once.*Call established/s, 'and it is dialled without waiting';
    $_->finish for $d, $lns;
}

# -- without waiting, but once in 30 seconds: ICMP may be anybody's word ----------------------------

SKIP: {
    skip 'this build hears no ICMP', 8 if slurp($L2TPD) !~ /recvmmsg/;
    my $port = free_port;
    my $lns = daemon 'lns4', conf => $lns_conf, port => $port;
    my $d = lac 'lac4', "lns = 127.0.0.1:$port\nhello interval = 3\n";

    comes_up $d, qr/Call established/, 'up';
    for (['a first time', qr/lac there: redials at once/], ['a second time within 30 seconds', qr/Will redial in (?:28|29|30)\d seconds/],
        ['a third time, much later', qr/lac there: redials at once/]) {
        my ($when, $pattern) = @$_;

        $d->mark;
        $lns->kill_now;
        later $d, 4;
        $d->says(qr/asked for a sign of life, as ICMP says/, "$when its port is closed");
        $lns = daemon 'lns4', conf => $lns_conf, port => $port;
        later $d, 10;
        $d->says($pattern, "$when: " . ($pattern =~ /once/ ? 'it does not wait' : 'it does'));
        later $d, 310 if $pattern !~ /once/;
        comes_up $d, qr/Call established/, 'and comes back';
    }
    $_->finish for $d, $lns;
}

done_testing;
