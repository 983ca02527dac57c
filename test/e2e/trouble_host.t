#!/usr/bin/perl
# Troubles of a host that has run out of something: no ptys, no memory.  A call is refused with the code
# for that, the log says which, and the daemon goes on.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

my $conf = "[lns default]\nassign ip = no\npppoptfile = " . ppp_script("echo\n") . "\n";

# A call is refused so, and told of so; then the tunnel is still there.
sub refuses
{
    my ($d, $result, $trouble, $what) = @_;
    my $peer = Peer->new(to => $d->port);

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $peer->open_tunnel;
    $peer->open_call;
    is(Peer::result($peer->wait_for('CDN') // {}), $result, "$what: CDN, and why");
    $d->says(qr/: trouble $trouble/, "$what: the log has it, by its code");
    ok(!$peer->wait_for('StopCCN', 0.1), "$what: the tunnel stays");
    $d->is_well("$what: and the daemon is well");
    $peer->close;
    $d->finish;
}

SKIP: {
    my ($how) = grep { system("unshare $_ mount -t tmpfs none /dev/pts >/dev/null 2>&1") == 0 } '-m', '-Urm';

    skip 'no mount namespace to be had', 1 if !$how;
    my $bare = put_file("$DIR/no-ptys",
        "#!/bin/sh\nexec unshare $how sh -c 'mount -t tmpfs none /dev/pts && exec $L2TPD \"\$@\"' sh \"\$@\"\n");
    chmod 0755, $bare;
    refuses daemon('ptys', conf => $conf, program => $bare), '2/4 no pty is left',
      qr/no-pty: no pty can be opened for a pppd: .*; raise the limit \(sysctl kernel\.pty\.max\)/, 'no /dev/pts';
}

SKIP: {
    # The system cannot be made short of memory on demand.
    skip 'no library can be put in front of the C library here', 1
      if !preloaded('memory', <<'END');
#include <errno.h>
int posix_openpt(int flags) { (void)flags; errno = ENOMEM; return -1; }
END
    refuses daemon('memory', conf => $conf), '2/4 no pty is left',
      qr/no-memory: memory or ids have run out: Cannot allocate memory/, 'no memory';
}

SKIP: {
    # What carries a call is known by its size, and where the engine's part of the call has the same, by
    # coming after it.
    skip 'no library can be put in front of the C library here', 1
      if !preloaded('bearer', <<'END', "-I$FindBin::Bin/../../src");
#include "bearer.h"
#include "proto/objects.h"
#include <errno.h>
#include <stdlib.h>
static int is_carrier(size_t n, size_t size)
{
    static unsigned int seen;

    return n == 1 && size == sizeof(struct bearer) && (sizeof(struct call) != sizeof(struct bearer) || ++seen > 1);
}
void *calloc(size_t n, size_t size)
{
    void *p = is_carrier(n, size) ? NULL : malloc(n * size);

    if (p == NULL)
        errno = ENOMEM;
    return p != NULL ? memset(p, 0, n * size) : NULL;
}
END
    refuses daemon('bearer', conf => $conf), '2/4 no memory',
      qr/no-memory: memory or ids have run out: no memory/, 'no memory for what carries a call';
}

done_testing;
