#!/usr/bin/perl
# 'require ipsec = yes' where the kernel holds to it, in a network namespace of its own: its policies are put
# back when somebody removes all there are, as some IPsec daemons do at their start; and what a daemon that
# was killed has left goes when the next one is started, whatever that one's configuration.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

BEGIN {
    if (!$ENV{L2TPD_WITHIN}) {
        my ($how) = grep { system("unshare $_ true >/dev/null 2>&1") == 0 } '-n', '-Urn';

        $ENV{L2TPD_WITHIN} = 1;
        exec 'unshare', $how, $^X, "$FindBin::Bin/guarded.t" if $how;
        print "1..0 # SKIP no network namespace to be had\n";
        exit 0;
    }
}

use E2E;
use Peer;
use Test::More;

plan skip_all => 'no ip(8)' if system('ip link set lo up 2>/dev/null') != 0;
plan skip_all => 'this build knows no IPsec policies' if slurp($L2TPD) !~ /those of 'require ipsec' are back/;
plan skip_all => 'the kernel has no IPsec policies' if system('ip xfrm policy >/dev/null 2>&1') != 0;

sub policies { return scalar(() = `ip xfrm policy` =~ /^src /mg) }

# Of that port of ours.
sub policies_of { my ($port) = @_; return scalar(() = `ip xfrm policy` =~ /port $port\b/g) }

sub lns
{
    my ($required, $port, $at, $name, $more) = @_;

    return daemon $name // 'lns', port => $port, conf => 'listen-addr = ' . ($at // '127.0.0.1')
      . "\n[lns default]\nassign ip = no\nrequire ipsec = $required\n" . ($more // '');
}

my $port = free_port;
my $d = lns 'yes', $port;
is(policies, 8, 'in and out, of each family, in two halves');
$d->kill_now;
is(policies, 8, 'they outlive one that is killed');

$d = lns 'no', $port;
is(policies, 0, 'not the start of one that requires none');
my $peer = Peer->new(to => $port);
ok($peer->open_tunnel, 'which serves its peers');
$peer->close;
system 'ip xfrm policy flush';
$d->is_well('and to which policies are nothing');
is($d->count(qr/somebody has removed/), 0, 'and nothing is told of them');
$d->finish;

$d = lns 'yes', $port;
system 'ip xfrm policy flush';
soon { policies == 8 } 'all removed by somebody: they are back';
$d->says(qr/somebody has removed IPsec policies: those of 'require ipsec' are back/, 'and that is told');
$d->mark;
system 'ip xfrm policy deleteall';
soon { policies == 8 } 'removed one by one: they are back, too';
$d->says(qr/somebody has removed IPsec policies/, 'and that is told');
$d->mark;
kill STOP => $d->pid;
system 'ip -batch ' . put_file("$DIR/batch", join '', map
    { sprintf "xfrm policy add src 10.1.%d.%d dst 10.2.0.1 dir out action allow\n", $_ / 250, $_ % 250 + 1 } 1 .. 1500);
system 'ip xfrm policy flush';
kill CONT => $d->pid;
soon { policies == 8 } 'while more happened than the kernel keeps for us: likewise';
$d->finish;
is(policies, 0, 'and gone with the daemon');

# Another port, another address: what was left behind is known all the same.
$d = lns 'yes', $port;
$d->kill_now;
my $other = free_port;
$d = lns 'yes', $other;
is(policies_of($other), 8, 'killed, and started on another port: it has its policies');
is(policies_of($port), 0, 'and none stand that it had before');
$d->kill_now;
$d = lns 'yes', $other, '0.0.0.0';
is(policies, 8, 'killed, and started at other addresses: likewise');
is($d->count(qr/ipsec-not-enforced/), 0, 'and nothing is in its way');

# Two on one machine.
my $beside = lns 'yes', $port, '127.0.0.1', 'beside';
is(policies, 16, 'another one beside it has its own');
$d->kill_now;
$d = lns 'no', $other;
is(policies_of($port), 8, 'which stand when the first is killed and started');
is(policies_of($other), 0, 'and not that one\'s');
$d->finish;
my ($status) = run_program [$L2TPD, '-D', '-c', $beside->{conf}, '-s', $beside->{secrets}, '-p', "$DIR/third.pid",
    '-C', "$DIR/third.control"];
is($status, 1, 'a third one started by mistake on the port of one that lives');
is(policies_of($port), 8, 'takes nothing away from that');
$beside->finish;
is(policies, 0, 'in the end none is left');

# A LAC without IPsec, by the port of a LNS that requires it: the kernel lets pass what it is told to, and
# knows nothing of tunnels.  (No policy is asked on the loopback: all else is let through here.)
{
    my $far = Peer->new(ip => '127.0.0.2');
    my $lac = "[lac out]\nautodial = yes\nlns = 127.0.0.2:" . $far->port . "\n[lac back]\nlns = 127.0.0.3\n";

    $d = lns 'yes', $port, '127.0.0.1', 'both', "[lac default]\nrequire ipsec = no\n$lac";
    ok($far->accept_tunnel && $far->accept_call, 'a LAC without IPsec is up');
    is(policies, 12, 'its peer is let through');
    my ($same, $another) = map { Peer->new(ip => $_, to => $port) } '127.0.0.2', '127.0.0.3';
    $same->control('SCCRQ', 0, $same->introduction);
    ok($same->hears_no('SCCRP|StopCCN', 0.5), 'but has no tunnel of a LNS that requires IPsec');
    $d->says(qr/lns default: 127\.0\.0\.2 is not answered: a \[lac\] dials it without IPsec/, 'as the log tells');
    ok($another->open_tunnel, 'which others have, through IPsec, that is');
    $d->mark;
    $d->ask('c back');
    $d->says(qr/Connecting to host 127\.0\.0\.3/, 'a LAC without IPsec that dials one of these');
    is(policies, 12, 'has nobody let through');
    $d->configure("listen-addr = 127.0.0.1\n[lac default]\nrequire ipsec = yes\n$lac");
    $d->signal('HUP');
    $d->says(qr/reload: .* is in force/, 'reloaded: the LACs require it, the LNS is no more');
    is(scalar(() = `ip xfrm policy` =~ /action block/g), 8, 'which holds for their tunnels at once, not from the next dial');
    $d->finish;
    is(policies, 0, 'in the end none is left');
}

# What lets a LAC without IPsec pass is no way round for a tunnel that a reload requires IPsec of.
{
    my $far = Peer->new(ip => '127.0.0.2');
    my $conf = sub {
        my ($required) = @_;

        return "listen-addr = 127.0.0.1\n[lns elsewhere]\nlac = 192.0.2.1\nassign ip = no\nrequire ipsec = yes\n"
          . "[lns default]\nassign ip = no\nrequire ipsec = $required\n"
          . "[lac out]\nrequire ipsec = no\nautodial = yes\nlns = 127.0.0.2:" . $far->port . "\n";
    };

    $d = daemon 'round', port => $port, conf => $conf->('no');
    ok($far->accept_tunnel && $far->accept_call, 'a LAC without IPsec is up');
    is(scalar(() = `ip xfrm policy` =~ /^src .* sport $port .*\n.*priority 4294901759 /mg), 2, 'and its peer let through');
    ok(Peer->new(ip => '127.0.0.2', to => $port)->open_tunnel, 'which has a tunnel of its own, as a LNS requires no IPsec');
    $d->configure($conf->('yes'));
    $d->signal('HUP');
    $d->says(qr/reload: .* is in force/, 'until a reload');
    is(scalar(() = `ip xfrm policy` =~ /priority 4294901759 /g), 0, 'then it is not let through any more');
    $d->finish;
}

# The last messages of a tunnel are held to IPsec too, when nobody wants the tunnel any more.
for my $by_reload (0, 1) {
    my $far = Peer->new(ip => '127.0.0.2');
    my $own = $by_reload ? '' : "source port = random\n";

    $d = daemon 'last', conf => "[lns default]\nassign ip = no\n[lac out]\nautodial = yes\nrequire ipsec = yes\n$own"
      . 'lns = 127.0.0.2:' . $far->port . "\n";
    ok($far->accept_tunnel && $far->accept_call, 'a LAC with IPsec is up, by ' . ($own ? 'a port of its own' : "the daemon's port"));
    is(policies, 4, 'and held to IPsec');
    $d->configure("[lns default]\nassign ip = no\n") if $by_reload;
    $by_reload ? $d->signal('HUP') : $d->ask('r out');
    $d->says(qr/section has left the configuration/, 'its section is removed by ' . ($by_reload ? 'a reload' : 'command'));
    sleep 0.5;
    is(policies, 4, 'what it says then, again and again, is held to IPsec');
    ok($far->wait_for('StopCCN', 5), 'until it has been heard');
    soon { policies == 0 } 'then no more';
    $d->finish;
}

# A tunnel goes on when its LNS section leaves the configuration: with IPsec, if that was required.
for my $required ('yes', 'no') {
    my $rest = "[lns default]\nassign ip = no\n";
    my $others = "[lns other]\nlac = 192.0.2.1\nassign ip = no\nrequire ipsec = yes\n";
    my $of_peer = sub { scalar(() = `ip xfrm policy` =~ /^src [^\n]*127\.0\.0\.2\/32[^\n]*$/mg) };
    my $p = Peer->new(ip => '127.0.0.2', to => $port);

    $d = daemon 'gone', port => $port,
      conf => "$rest$others\[lns vpn]\nlac = 127.0.0.2\nassign ip = no\nrequire ipsec = $required\n";
    ok($p->open_tunnel, "a tunnel of a section, require ipsec = $required");
    $d->configure($required eq 'yes' ? $rest : "$rest$others");
    $d->signal('HUP');
    $d->says(qr/lns vpn is gone/, 'which a reload takes away');
    $d->says(qr/reload: .* is in force/, 'and all goes on');
    sleep 1.5;
    $required eq 'yes'
      ? cmp_ok($of_peer->(), '>=', 2, 'held to IPsec, as it was')
      : is($of_peer->(), 0, 'held to nothing, as it was');
    $p->close;
    soon { $of_peer->() == 0 } 'and to nothing when it has gone', 60; # it is known for a while, to answer what comes again
    is(policies, 0, 'nothing is left') if $required eq 'yes';
    $d->finish;
}

# A child that looks up a name does not live on in the dead one's place.
SKIP: {
    preloaded('names', <<'C') or skip 'no library can be put before the others', 2;
#include <netdb.h>
#include <unistd.h>

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
    (void)host, (void)service, (void)hints, (void)list;
    sleep(600);
    return EAI_AGAIN;
}
C
    my $more = "[lac far]\nlns = nowhere.example\nautodial = yes\n";
    $d = lns 'yes', $port, '127.0.0.1', 'lns', $more;
    soon { slurp('/proc/' . $d->pid . '/task/' . $d->pid . '/children') =~ /\d/ } 'a name is looked up';
    $d->kill_now;
    $d = lns 'no', $port;
    is(policies, 0, 'killed meanwhile: the next one removes its policies all the same');
    $d->finish;
}

done_testing;
