#!/usr/bin/perl
# What pppd itself never tells: nobody speaks PPP in a call, and it waits ("passive"); and which option, of
# which file, it does not like.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

# A clock that jumps as a file says, for the daemon.
preloaded 'shift', <<'C' or plan skip_all => 'no library can be put before the others';
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *t)
{
    long s = 0;
    int got = syscall(SYS_clock_gettime, id, t);
    FILE *f = id != CLOCK_REALTIME && getenv("SHIFT") != NULL ? fopen(getenv("SHIFT"), "r") : NULL;

    if (f != NULL && fscanf(f, "%ld", &s) == 1)
        t->tv_sec += s;
    if (f != NULL)
        fclose(f);
    return got;
}
C

my $shift = $ENV{SHIFT} = put_file("$DIR/shift.s", '0');

for my $spoken (0, 1) {
    put_file($shift, '0');
    my $far = Peer->new;
    my $d = daemon "lac$spoken", conf => "max retries = 20\n[lac office]\nautodial = yes\nhello interval = 600\n"
      . 'lns = 127.0.0.1:' . $far->port . "\npppoptfile = " . ppp_script("sink\n") . "\n"
      . "[lns default]\nassign ip = no\nhello interval = 600\npppoptfile = " . ppp_script("sink\n") . "\n";
    my $call = $far->accept_tunnel && $far->accept_call;
    my $one = Peer->new(to => $d->port, name => 'one.test');
    my $in = $one->open_tunnel && $one->open_call;

    if ($spoken) {
        $far->send_frame($call, "\xff\x03\xc0\x21\x01\x01\x00\x04");
        $one->send_frame($in, "\xff\x03\xc0\x21\x01\x01\x00\x04");
    }
    $d->says(qr/(?:Call established.*){2}/s, 'two calls, one of each kind');
    $d->ask('status json');
    put_file($shift, '35');
    $d->ask('status json');
    is($d->count(qr/: trouble /), 0, 'for as long as pppd asks nothing is told');
    put_file($shift, '45');
    $d->ask('status json');
    if ($spoken) {
        is($d->count(qr/: trouble /), 0, 'nor after that, if anything has come');
    } else {
        $d->says(qr/lac office, call \d+\/$call->{peer}: trouble no-ppp-answer: the call is up, but no PPP has come from 127/,
            'then that nobody speaks PPP there');
        $d->says(qr/lns default, call \d+\/$in->{peer}: trouble no-ppp-answer: .* from 127/, 'of a caller too');
        like($d->ask('status json'), qr/"calls":2,"pppds":2,.*"state":"up"[^}]*"trouble":"no-ppp-answer"/s, 'the calls stay');
    }
    $d->mark;
    $far->hang_up($call, 3, 'enough');
    $d->says(qr/trouble closed: .*enough/, 'and how it ends is told all the same');
    $d->finish;
}

# -- which option --------------------------------------------------------------------------------

SKIP: {
    my ($how) = grep { system("unshare $_ mount -t tmpfs none /dev/shm >/dev/null 2>&1") == 0 } '-m', '-Urm';

    skip 'no mount namespace to be had', 1 if !$how || !-d '/etc/ppp';
    for (['plugin nowhere.so', '', '', 'pppd-plugin', qr/no plugin nowhere\.so \(\/etc\/ppp\/options:2\)/],
        ['# nothing', "plugin elsewhere.so\n", '', 'pppd-plugin', qr/no plugin elsewhere\.so \(\S+pppd\.\d+:1\)/],
        ['# nothing', "exit 2\n", 'carol secret', 'pppd-plugin', qr/no plugin passwordfd\.so \(its command line\)/],
        ['file /nowhere/at/all', "exit 2\n", '', 'pppd-options', qr/options \(\/etc\/ppp\/options:2\): .*\/nowhere\/at\/all/],
        ['# nothing', "exit 2\n", '', 'pppd-options', qr/options \(\S+pppd\.\d+, \/etc\/ppp\/options or its command line\): its own/])
    {
        my ($system, $script, $user, $code, $facts) = @$_;
        my $etc = put_file("$DIR/etc-options", "# of all pppds\n$system\n");
        my $masks = '[ ! -d /usr/lib/pppd ] || mount -t tmpfs none /usr/lib/pppd; ';
        my $in = put_file("$DIR/in-etc", "#!/bin/sh\nexec unshare $how sh -c 'mount -t tmpfs none /etc/ppp; "
          . "cp $etc /etc/ppp/options; $masks exec $L2TPD \"\$@\"' sh \"\$@\"\n");
        my $far = Peer->new;

        chmod 0755, $in;
        my $d = daemon 'options', program => $in, conf => "[lac office]\nlns = 127.0.0.1:" . $far->port
          . "\npppoptfile = " . ppp_script("${script}exit 2\n") . "\n";

        $d->ask("c office $user");
        $far->accept_tunnel && $far->accept_call;
        $d->says(qr/: trouble $code: pppd \D+$facts/, "$code: what it is, and where");
        $d->finish;
    }
}

done_testing;
