#!/usr/bin/perl
# The name of a LNS: looked up at each attempt; failing, slow and changing answers.  A library answers
# in the resolver's place.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

# What each name comes to: addresses, perhaps after "slow"; or "fail", or "sleep".
my $answers = put_file("$DIR/answers", '127.0.0.1');
$ENV{ANSWERS} = $answers;
preloaded 'names', <<'C' or plan skip_all => 'no library can be put before the others';
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct addrinfo *one(const char *text)
{
    struct { struct addrinfo info; struct sockaddr_in in; struct sockaddr_in6 in6; } *a = calloc(1, sizeof *a);
    int is6 = strchr(text, ':') != NULL;

    a->in.sin_family = AF_INET;
    a->in6.sin6_family = AF_INET6;
    a->info.ai_family = is6 ? AF_INET6 : AF_INET;
    inet_pton(a->info.ai_family, text, is6 ? (void *)&a->in6.sin6_addr : (void *)&a->in.sin_addr);
    a->info.ai_addr = is6 ? (struct sockaddr *)&a->in6 : (struct sockaddr *)&a->in;
    a->info.ai_addrlen = is6 ? sizeof a->in6 : sizeof a->in;
    return &a->info;
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **list)
{
    char text[64];
    FILE *f = fopen(getenv("ANSWERS"), "r");
    struct addrinfo **end = list;

    *list = NULL;
    while (f != NULL && fscanf(f, "%63s", text) == 1) {
        if (strcmp(text, "fail") == 0)
            return EAI_AGAIN;
        if (strcmp(text, "sleep") == 0)
            sleep(600);
        if (strcmp(text, "slow") == 0) {
            sleep(4);
            continue;
        }
        *end = one(text);
        end = &(*end)->ai_next;
    }
    return *list != NULL ? 0 : EAI_NONAME;
}

void freeaddrinfo(struct addrinfo *list)
{
    (void)list;
}
C

# A frame of a network layer is what tells that PPP is up.
my $echo = ppp_script "source 1 16\necho\n";

sub lac
{
    my ($name, $text, $listen) = @_;

    return daemon $name, conf => ($listen // '') . "[lac there]\npppoptfile = $echo\nautodial = yes\nredial = yes\n"
      . "redial timeout = 1\nconnect timeout = 1\n$text";
}

my $far = Peer->new(ip => '127.0.0.1');
my $two = Peer->new(ip => '127.0.0.2', port => $far->port);

# A tunnel and a call to a peer, which it then ends.
sub comes
{
    my ($peer, $what) = @_;
    my $p = Peer->new(share => $peer);

    ok($p->accept_tunnel && $p->accept_call && $p->get_frame, $what);
    $p->close;
}

{
    my $d = lac 'names', 'lns = lns.test:' . $far->port . "\n";

    comes($far, 'a name');
    put_file($answers, 'fail');
    comes($far, 'when it cannot be looked up any more, what it last came to is dialled');
    $d->says(qr/Host name lookup failed for lns\.test\./, 'and the log says so');
    $d->mark;
    put_file($answers, 'sleep');
    comes($far, 'nor is a slow answer waited for');
    $d->says(qr/the look-up of lns\.test takes long/, 'the log says so');
    put_file($answers, '127.0.0.2');
    # the look-up that sleeps is still under way, and not asked again: it has its 30 s
    comes($far, 'again');
    ok($d->ask('d there'), 'hung up');
    ok($d->ask('c there'), 'and dialled');
    comes($two, 'another address: the new one is dialled');
    put_file($answers, '127.0.0.1 127.0.0.2');
    $far->{mute} = 1;
    comes($two, 'two: the second, as the first does not answer');
    $far->{mute} = 0;
    $d->finish;
}

SKIP: {
    require IO::Socket::IP;
    IO::Socket::IP->new(Proto => 'udp', LocalHost => '::1') or skip 'no IPv6 on loopback', 1;
    put_file($answers, '::1 127.0.0.1');
    my $four = Peer->new;
    my $d = lac 'both', 'lns = lns.test:' . $four->port . "\n", "listen-addr = 127.0.0.1, ::1\n";

    comes($four, 'a name with an address of IPv6 and one of IPv4: as nobody is at the first, the second');
    like($d->log, qr/trouble port-closed: nobody listens on \[::1\].*Connection established to 127\.0\.0\.1,/s, 'in that order');
    $d->finish;
}

{
    put_file($answers, 'sleep');
    my $d = lac 'first', 'lns = lns.test:' . $far->port . "\nlns = 127.0.0.2:" . $two->port . "\n";

    comes($two, 'a name that is looked up for the first time holds up no other line');
    $d->finish;
}

{
    put_file($answers, 'slow 127.0.0.1');
    my $peer = Peer->new;
    my $d = lac 'slow', 'lns = lns.test:' . $peer->port . "\nlns = other.test:" . free_port . "\n";

    ok($peer->wait_for('SCCRQ', 60), 'names that all take long: the first is dialled nevertheless');
    $d->finish;
}

{
    put_file($answers, 'fail');
    my $late = Peer->new;
    my $d = lac 'none', 'lns = lns.test:' . $late->port . "\n";

    $d->says(qr/(?:lookup failed for lns\.test\..*Will redial.*){2}/s,
        'a name that never came to anything ends no tries');
    put_file($answers, '127.0.0.1');
    comes($late, 'and when it does the LAC is up');
    $d->finish;
}

# A first line that does not resolve is no reason to leave the second.
{
    put_file($answers, 'fail');
    my $peer = Peer->new;
    # the peer hears nothing while the test waits for another: it cannot answer a HELLO
    my $d = lac 'back', "hello = off\nlns return = 1\nlns lockout = 1\nlns = lns.test:" . $peer->port
      . "\nlns = 127.0.0.2:" . $two->port . "\n";
    my $p = Peer->new(share => $two);

    ok($p->accept_tunnel && $p->accept_call, 'up by the second line');
    $d->says(qr/(?:lns\.test cannot be looked up.*){2}/s, 'the first is looked up again and again');
    put_file($answers, 'sleep');
    ok($p->hears_no('StopCCN|CDN', 3), 'nothing is dropped for that, nor for a look-up that hangs');
    put_file($answers, '127.0.0.1');
    my $q = Peer->new(share => $peer);
    ok($q->accept_tunnel(40), 'when it comes to something the first is asked');
    ok($p->wait_for('StopCCN'), 'and as it answers');
    comes($peer, 'it is dialled');
    $d->finish;
}

# Nor is the first address of a first line, which does not answer, to the second one, which does.
{
    my ($other, $ip) = (Peer->new(ip => '127.0.0.2'), '127.0.0.3');
    my $peer = Peer->new(ip => $ip);
    my $dead = Peer->new(port => $peer->port);

    put_file($answers, "127.0.0.1 $ip");
    my $d = lac 'several', "hello = off\nlns return = 1\nlns lockout = 0\nlns = lns.test:" . $peer->port
      . "\nlns = 127.0.0.2:" . $other->port . "\n";
    my $p = Peer->new(share => $other);

    ok($p->accept_tunnel && $p->accept_call, 'up by the second line');
    my $q;
    for (1 .. 20) { # what came while it was mute is old
        $q = Peer->new(share => $peer);
        last if $q->accept_tunnel(5) && $p->wait_for('StopCCN', 1);
    }
    ok($p->{heard}{StopCCN}, 'an address of the first line that answers is found behind one that does not');
    comes($peer, 'and is dialled');
    $d->finish;
}

# -- while a look-up hangs -----------------------------------------------------------------------

{
    put_file($answers, 'sleep');
    my $peer = Peer->new;
    my $section = "[lac there]\npppoptfile = $echo\nredial = yes\nredial timeout = 1\n";
    my $lns = 'lns = lns.test:' . $peer->port . "\n";
    my $d = lac 'hangs', $lns;
    my $asks = sub { soon { $d->ask('status') =~ m{resolving} } 'a look-up hangs' };

    $asks->();
    put_file($answers, '127.0.0.1');
    is($d->ask('c there'), '00 OK', 'dialled by a command: asked anew');
    comes($peer, 'and up');
    put_file($answers, 'sleep');
    $d->ask('d there');
    my $start = time;
    $d->configure("${section}lns = other.test:" . $peer->port . "\n");
    $d->ask('reload');
    $d->ask('c there');
    $asks->();
    $d->configure("${section}lns = 127.0.0.1:" . $peer->port . "\n");
    $d->ask('reload');
    comes($peer, 'a reload that has other lines dials these at once');
    $d->ask('d there');
    $d->configure("$section$lns");
    $d->ask('reload');
    $d->ask('c there');
    $asks->();
    $d->configure('');
    $d->ask('reload');
    like($d->ask('c there'), qr/^01 No such tunnel/, 'and one without the section ends it');
    cmp_ok(time - $start, '<', 20, 'without waiting for the look-up');
    $d->finish;
}

{
    put_file($answers, 'sleep');
    my $peer = Peer->new;
    my @lns = map { "lns = $_.test:" . $peer->port . "\n" } qw(a b c);
    my $d = lac 'all', join '', @lns, 'lns = 127.0.0.2:' . $two->port . "\n";

    comes($two, 'three names that hang: the address is dialled');
    $d->mark;
    my $start = time;
    comes($two, 'and again');
    cmp_ok(time - $start, '<', 6, 'without waiting for each of them');
    $d->finish;
}

done_testing;
