#!/usr/bin/perl
# 'require ipsec = yes' where the kernel cannot be made to hold to it: who requires it serves nobody and
# dials nobody, and says so; others go on.  (With IPsec: test/system/25-require-ipsec.t.)
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

# As root the daemon would have the right: it is taken away.
my $bare = put_file("$DIR/bare",
    $> == 0 ? "#!/bin/sh\nexec setpriv --bounding-set=-net_admin $L2TPD \"\$@\"\n" : "#!/bin/sh\nexec $L2TPD \"\$@\"\n");
chmod 0755, $bare;
my $refused = qr/trouble ipsec-not-enforced: 'require ipsec = yes' cannot be enforced for /;

{
    my $far = Peer->new;
    my $d = daemon 'lac', program => $bare, ends => 1,
      conf => "[lac office]\nautodial = yes\nlns = 127.0.0.1:" . $far->port . "\nrequire ipsec = yes\n";
    my ($status) = $d->wait_end(10);

    like($d->log, qr/lac office: ${refused}127\.0\.0\.1: .*nobody is served or dialled/,
        'a LAC says that it cannot be');
    is($status, 1, 'and is not dialled');
    ok(!$far->hear(0.3), 'its peer has not heard a word');
}

{
    my $d = daemon 'lns', program => $bare, conf => "[lns default]\nip range = 10.9.0.2-10.9.0.9\n"
      . "local ip = 10.9.0.1\nrequire ipsec = yes\n";
    my $peer = Peer->new(to => $d->port);

    $d->says(qr/: ${refused}the peers of \[lns\] sections: /, 'a LNS says so at its start');
    $peer->control('SCCRQ', 0, $peer->introduction);
    ok(!$peer->wait_for('SCCRP', 1), 'and answers nobody');
    $d->mark;
    $d->configure("[lns default]\nip range = 10.9.0.2-10.9.0.9\nlocal ip = 10.9.0.1\nrequire ipsec = yes\n"
          . "[lns office]\nlac = 127.0.0.0-127.255.255.255\nip range = 10.9.1.2-10.9.1.9\n"
          . "local ip = 10.9.0.1\nrequire ipsec = no\n");
    $d->signal('HUP');
    $d->says(qr/reload: .* is in force/, 'reloaded');
    my $other = Peer->new(to => $d->port);
    ok($other->open_tunnel, 'whose section does not require it is served') or diag($d->tail);
    $other->close;
    $d->mark;
    $d->configure("[lns default]\nip range = 10.9.0.2-10.9.0.9\nlocal ip = 10.9.0.1\n");
    $d->signal('HUP');
    $d->says(qr/reload: .* is in force/, 'reloaded');
    $d->mark;
    is($d->ask('z office require ipsec=yes;lac=127.0.0.0-127.255.255.255'), "00 OK: Saved value", 'it is required by command');
    $d->says(qr/: ${refused}the peers/, 'which cannot be had either');
    $other = Peer->new(to => $d->port);
    $other->control('SCCRQ', 0, $other->introduction);
    ok(!$other->wait_for('SCCRP', 1), 'then it serves nobody');
    $d->ask('w office');
    $other = Peer->new(to => $d->port);
    ok($other->open_tunnel, 'and so are all, once none requires it');
    $other->close;
    $d->finish;
}

# A reload that requires it, of what is up.
{
    my $far = Peer->new;
    my $lns = "[lns default]\nassign ip = no\n[lac office]\nautodial = yes\nlns = 127.0.0.1:" . $far->port . "\n";
    my $d = daemon 'both', program => $bare, conf => $lns;
    my $peer = Peer->new(to => $d->port);

    ok($far->accept_tunnel && $peer->open_tunnel, 'two tunnels without IPsec, of a LAC and of a peer');
    $d->configure($lns . "require ipsec = yes\n");
    $d->signal('HUP');
    my $m = $far->wait_for('StopCCN', 5);
    like($m ? Peer::result($m) : "none", qr/IPsec is required, and cannot be enforced/, 'a LAC that requires it by a reload ends its own');
    ok($peer->hears_no('StopCCN', 0.3), 'and no other');
    $d->configure($lns =~ s/no\n/no\nrequire ipsec = yes\n/r);
    $d->signal('HUP');
    $m = $peer->wait_for('StopCCN', 5);
    like($m ? Peer::result($m) : "none", qr/IPsec is required, and cannot be enforced/, 'a LNS those of its peers');
    $d->finish;
}

done_testing;
