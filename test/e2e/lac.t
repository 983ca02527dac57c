#!/usr/bin/perl
# How a [lac] dials: fail-over from host to host, names, secrets.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $echo = ppp_script "reports $DIR/echo\necho\n";
my $n = 0;

# A daemon with one LAC, named "there".
sub lac
{
    my ($text, %o) = @_;

    return daemon 'lac' . ++$n,
      conf => ($o{global} // '') . "[lac there]\npppoptfile = $echo\n$text", secrets => $o{secrets};
}

sub lns_lines { join '', map { 'lns = 127.0.0.1:' . (ref $_ ? $_->port : $_) . "\n" } @_ }

# -- fail-over -----------------------------------------------------------------------------------

{
    my ($no, $yes) = map { Peer->new } 1, 2;
    my $d = lac lns_lines($no, $yes) . "autodial = yes\n";

    is(scalar $no->refuse_for(5, 1), 1, 'the first LNS refuses');
    ok($yes->accept_tunnel && $yes->accept_call,
        'the second is dialled at once, also without redial');
    $yes->close;
    $d->finish;
}

{
    my ($deaf, $yes) = map { Peer->new } 1, 2;
    my $d = lac lns_lines($deaf, $yes) . "autodial = yes\n", global => "max retries = 0\n";

    ok($yes->accept_tunnel(5) && $yes->accept_call,
        'the first does not answer: the second is dialled');
    $yes->close;
    $d->finish;
}

{
    # a name whose label is too long fails without asking anybody
    my ($name, $yes) = ('x' x 70 . '.invalid', Peer->new);
    my $d = lac "lns = $name\n" . lns_lines($yes) . "autodial = yes\n";

    ok($yes->accept_tunnel && $yes->accept_call, 'XD-03 X4-50 the first has no address: the second is dialled');
    like($d->log, qr/Host name lookup failed for \Q$name\E\./, 'the log tells of the first');
    $yes->close;
    $d->finish;

    $d = lac "lns = $name\nautodial = yes\nredial = yes\nredial timeout = 1\n";
    $d->says(qr/(?:Host name lookup failed for \Q$name\E\..*Will redial in 1 seconds.*){2}/s,
        'a host name that leads nowhere is looked up again and again');
    $d->is_well('and the daemon is well');
    $d->finish;
}

{
    my ($one, $two) = map { Peer->new } 1, 2;
    my $d = lac lns_lines($one,
        $two) . "autodial = yes\nredial = yes\nredial timeout = 1\nmax redials = 1\n";
    my $order = '';

    for (1 .. 2) {
        $order .= '1' x $one->refuse_for(3, 1);
        $order .= '2' x $two->refuse_for(3, 1);
    }
    is($order, '1212', 'X4-50 each attempt goes through all of them');
    $d->says(qr/gave up after 1 redials/, 'and "max redials" counts attempts');
    $d->finish;
}

# -- secrets -------------------------------------------------------------------------------------

for (['the LNS asks', "challenge = yes\n", ''], ['the LAC asks', '', "challenge = yes\n"]) {
    my ($who, $ours, $theirs) = @$_;
    my $lns = daemon 'lns.' . ++$n, secrets => "* * right\n",
      conf => "[lns default]\nip range = 10.9.0.2 - 10.9.0.9\npppoptfile = $echo\n$ours";
    my $d = lac lns_lines($lns) . $theirs, secrets => "* * wrong\n";

    $d->ask('c there');
    $lns->says(qr/wrong response to our challenge: do the secrets agree\?/,
        "$who: the LNS says why");
    $d->says(qr/wrong response to our challenge: do the secrets agree\?/, "$who: the LAC says why");
    $lns->says(qr/tunnel \d+ \(\S+\): down by=\w+ cause=4\/0 \(requester not authorised\)/,
        "$who: the tunnel is refused, as not authorised");
    unlike($lns->log . $d->log, qr/Call established/, "$who: no call");

    put_file($d->{secrets}, "* * right\n");
    $d->mark;
    soon { ($d->ask('c there') // '') eq '00 OK' } "$who: the secret is put right";
    $d->says(qr/Call established/, "$who: and it comes up, without a reload");
    $d->finish;
    $lns->finish;
}

{
    my $lns = daemon 'lns.none', secrets => '',
      conf => "[lns default]\nassign ip = no\nchallenge = yes\npppoptfile = $echo\n";
    my $d = lac lns_lines($lns);

    $d->ask('c there');
    for ($lns, $d) {
        $_->says(qr/authentication is wanted, but there is no secret for/,
            "no secret: $_->{name} says so");
    }
    $d->finish;
    $lns->finish;
}

# -- what a second dial starts from, and refusals from another port --------------------------------

{
    my $p = Peer->new;
    my $d = lac "name = of-section\n" . lns_lines($p);

    $d->ask('c there bob secretpw');
    ok($p->accept_tunnel(5) && $p->accept_call(5), 'dialled as bob');
    $d->command("d there\nc there\n");
    my $q = Peer->new(share => $p);
    ok($q->accept_tunnel(5) && $q->accept_call(5), 'dialled anew, without a name');
    soon { $d->log =~ /"of-section"/ } 'it is the section\'s name, not bob\'s';
    $d->finish;
}

{
    my $p = Peer->new;
    my $d = lac lns_lines($p) . "autodial = yes\n";

    ok($p->wait_for('SCCRQ', 5), 'an SCCRQ');
    my $q = Peer->new(id => $p->{id});
    @$q{qw(to peer_id nr)} = ($p->{to}, $p->{peer_id}, 1);
    $q->close('not here');
    ok($q->wait_acked(2), 'S8.1-03 a refusal from another port is acknowledged there');
    $d->finish;
}

done_testing;
