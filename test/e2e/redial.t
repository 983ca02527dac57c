#!/usr/bin/perl
# A [lac] that has fallen: redial, its timeout, giving up; a LNS that dies and comes back.
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

# -- redial --------------------------------------------------------------------------------------

{
    my $far = Peer->new;
    my $d = lac lns_lines($far) . "autodial = yes\nredial = yes\nredial timeout = 1\n";
    my @at = $far->refuse_for(5, 3);

    is(scalar @at, 3, 'X4-51 X4-52 refused, it redials, and again');
    cmp_ok($at[1] - $at[0], '>=', 0.95, 'X4-52 after the redial timeout, not before');
    cmp_ok($at[2] - $at[1], '<',  1.8,  'nor long after');
    like($d->log, qr/Will redial in 1 seconds/, 'the log says so');
    $d->says(qr/control_finish: Connection closed to 127\.0\.0\.1, port \d+ \(not you\)/,
        'and why it fell');

    # "d" while it waits
    $d->wait_log(qr/(?:Will redial.*){3}/s);
    is($d->ask('d there'), '00 OK', 'd while it waits');
    is($d->ask('d there'), "01 Session 'there' not up", 'then it is not up');
    is(scalar $far->refuse_for(1.5), 0, 'and no redial comes');
    is($d->ask('c there'), '00 OK', 'c dials again');
    my $p = Peer->new(share => $far);
    ok($p->accept_tunnel && $p->accept_call, 'and it comes up');

    # a call lost is dialled again, to the same LNS; "d" for good
    my $cut = time;
    $p->close('maintenance');
    my $next = Peer->new(share => $far);
    ok($next->accept_tunnel(3) && $next->accept_call, 'a tunnel lost is dialled again');
    cmp_ok(time - $cut, '>=', 0.99, 'after the redial timeout');
    is($d->ask('d there'), '00 OK', 'd while it is up');
    ok($next->wait_for('StopCCN'), 'ends it');
    is(scalar $far->refuse_for(1.5), 0, 'and no redial comes');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = lac lns_lines($far)
      . "autodial = yes\nredial = yes\nredial timeout = 1\nmax redials = 1\n";

    is(scalar $far->refuse_for(2.6), 2, 'X4-53 max redials = 1: one redial and no more');
    $d->says(qr/lac there: gave up after 1 redials/, 'the log says that it gave up');
    is($d->ask('d there'), "01 Session 'there' not up", 'it is not up any more');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = lac lns_lines($far) . "autodial = yes\n";

    is(scalar $far->refuse_for(1.5), 1, 'without "redial" there is none');
    unlike($d->log, qr/redial/, 'nor a word of it');
    $d->finish;
}

# -- the LNS dies and comes back -----------------------------------------------------------------

{
    my $port = free_port;
    my $conf = "[lns default]\nip range = 10.9.0.2 - 10.9.0.9\npppoptfile = $echo\n";
    my $lns = daemon 'lns', conf => $conf, port => $port;
    my $d = lac lns_lines($port) . "autodial = yes\nredial = yes\nredial timeout = 1\n"
      . "hello interval = 1\n", global => "max retries = 0\n";

    $d->says(qr/Call established/, 'up');
    $lns->kill_now;
    $d->says(qr/Maximum retries exceeded for tunnel \d+\.  Closing\./,
        'a LNS that died is noticed by its silence');
    $d->mark;
    $lns = daemon 'lns', conf => $conf, port => $port;
    $d->says(qr/Call established/, 'when it is back the LAC is up again');
    $lns->says(qr/Call established/, 'on both sides');
    $lns->finish;
    $d->finish;
}

# -- how long a round in vain has taken counts -----------------------------------------------------

{
    my ($one, $two) = (Peer->new, Peer->new);

    $_->{mute} = 1 for $one, $two;
    my $d = lac lns_lines($one, $two)
      . "autodial = yes\nredial = yes\nredial timeout = 20\nconnect timeout = 2\n";
    $d->says(qr/Will redial in (?:[5-9]|1\d) seconds/,
        'after two that do not answer it waits for the rest of the redial timeout');
    $d->finish;
}

# -- a tunnel that the LNS has still, and we have not ----------------------------------------------

{
    my $far = Peer->new;
    my $d = lac lns_lines($far) . "autodial = yes\nredial = yes\nredial timeout = 20\n";

    for my $again (qw(2 20)) {
        my $p = Peer->new(share => $far);
        ok($p->wait_for('SCCRQ', 10), 'it dials');
        $d->mark;
        $p->control('StopCCN', 0, avp(9, u16($p->{id})), avp(1, pack 'nna*', 3, 0, 'one only'));
        $d->says(qr/Will redial in (?:$again|2[012]) seconds/, 'refused, as there is one already');
        like($d->log, $again == 2 ? qr/in 2 seconds/ : qr/in 2\d seconds/,
            $again == 2 ? 'it asks soon, as the LNS finds out' : 'but not again and again');
    }
    $d->finish;
}

done_testing;
