#!/usr/bin/perl
# A machine that sleeps: LACs come back without waiting to be told by silence.  Sleep is made by a
# library that shifts the clock which counts it, so not with the sanitizers.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'this build is told of no sleep' if slurp($L2TPD) !~ /timerfd_settime/;

# Everything else would find out much later.
my $slow = "redial = yes\nredial timeout = 300\nhello interval = 3000\n";

sub lac
{
    my ($name, $peer, $more) = @_;

    return daemon $name,
      conf => "[lac there]\npppoptfile = " . ppp_script("echo\n")
      . "\nautodial = yes\n$slow" . ($more // '')
      . ($peer ? 'lns = 127.0.0.1:' . $peer->port . "\n" : '');
}

# -- sleep ---------------------------------------------------------------------------------------

$ENV{SHIFT} = put_file("$DIR/shift", '0');
preloaded 'shift', <<'C' or plan skip_all => 'no library can be put before the others';
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *t)
{
    long s = 0;
    int got = syscall(SYS_clock_gettime, id, t);
    FILE *f = id == CLOCK_BOOTTIME ? fopen(getenv("SHIFT"), "r") : NULL;

    if (f != NULL && fscanf(f, "%ld", &s) == 1)
        t->tv_sec += s;
    if (f != NULL)
        fclose(f);
    return got;
}

/* Of names, that before some sleep none is answered. */
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **list)
{
    struct { struct addrinfo info; struct sockaddr_in in; } *a = calloc(1, sizeof *a);
    FILE *f = fopen(getenv("SHIFT"), "r");
    long s = 0;

    if (f == NULL || fscanf(f, "%ld", &s) != 1 || s < 100)
        sleep(600);
    a->in.sin_family = AF_INET;
    a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a->info.ai_family = AF_INET;
    a->info.ai_addr = (struct sockaddr *)&a->in;
    a->info.ai_addrlen = sizeof a->in;
    *list = &a->info;
    return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
    (void)list;
}
C

{
    my $far = Peer->new;
    my $d = lac 'sleeper', $far;
    ok($far->accept_tunnel && $far->accept_call, 'up');
    put_file("$DIR/shift", '3');
    $d->command("s\n");
    ok($far->hears_no('HELLO', 0.5), 'a short nap is none');

    # the peer has not forgotten us
    put_file("$DIR/shift", '600');
    $d->command("s\n");
    $d->says(qr/this machine has slept for (600|597) s/, 'sleep is told of');
    ok($far->wait_for('HELLO'), 'the peer is asked at once');
    ok($far->hears_no('StopCCN|SCCRQ', 6), 'and as it answers all stays as it is');

    # it has
    put_file("$DIR/shift", '6000');
    $far->{mute} = 1;
    my $from = time;
    $d->mark->command("s\n");
    $d->says(qr/lac there: redials at once/, 'a peer that does not answer is dialled anew');
    my $again = Peer->new(share => $far);
    ok($again->accept_tunnel && $again->accept_call, 'and is up again');
    cmp_ok(time - $from, '<', 300, 'before the redial timeout');

    # asleep while it waited for its redial
    $again->close;
    $d->says(qr/Will redial in 30\d seconds/, 'waiting for its redial');
    put_file("$DIR/shift", '7000');
    $d->command("s\n");
    my $third = Peer->new(share => $far);
    ok($third->accept_tunnel && $third->accept_call, 'it does not wait for the rest of the time');
    $d->finish;
}

# -- asleep while a name was looked up -----------------------------------------------------------

{
    put_file("$DIR/shift", '0');
    my $far = Peer->new;
    my $d = lac 'asker', undef, 'lns = lns.test:' . $far->port . "\n";

    soon { $d->ask('status') =~ /resolving/ } 'a look-up hangs';
    put_file("$DIR/shift", '600');
    $d->command("s\n");
    ok($far->accept_tunnel(15) && $far->accept_call, 'after sleep it is begun anew');
    $d->finish;
}

done_testing;
