#!/usr/bin/perl
# What a reload means to a [lac] that is not up: one that waits to redial heeds its section at once.
# And which sections are whose: what a command has changed goes with its section; the order of [lns].
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

my $echo = ppp_script "echo\n";
my $n = 0;

sub lac_text { "[lac there]\npppoptfile = $echo\n$_[0]" }
sub lns_of { join '', map { 'lns = 127.0.0.1:' . $_->port . "\n" } @_ }

sub reload
{
    my ($d, $text) = @_;

    $d->configure($text)->mark->signal('HUP');
    return $d->wait_log(qr/reload: \S+ is in force/);
}

# A daemon whose LAC has been refused once and waits for an hour.
sub waiting
{
    my ($far) = @_;
    my $d = daemon 'waits' . ++$n,
      conf => lac_text(lns_of($far) . "autodial = yes\nredial = yes\nredial timeout = 3600\n");

    $far->refuse_for(10, 1);
    $d->wait_log(qr/Will redial in/);
    return $d;
}

{
    my $far = Peer->new;
    my $d = waiting $far;

    ok(reload($d, lac_text(lns_of($far) . "autodial = yes\nredial = yes\nredial timeout = 1\n")), 'reloaded');
    is(scalar $far->refuse_for(10, 1), 1, 'a shorter redial timeout: not an hour is waited');
    $d->finish;
}

{
    my ($far, $other) = (Peer->new, Peer->new);
    my $d = waiting $far;

    reload $d, lac_text(lns_of($other) . "autodial = yes\nredial = yes\nredial timeout = 3600\n");
    ok($other->accept_tunnel(10) && $other->accept_call(10), 'another lns: it is dialled now');
    $other->close;
    $d->finish;
}

for (["redial = no\n", 'redial = no'], ["redial = yes\nmax redials = 0\n", undef],
    ["redial = yes\nmax redials = 1\n", undef])
{
    my ($more, $what) = @$_;
    my $far = Peer->new;
    my $d = waiting $far;

    reload $d, lac_text(lns_of($far) . "autodial = yes\nredial timeout = 3600\n$more");
    if (defined $what) {
        like($d->log, qr/lac there: is not dialled again: its section has changed/, "$what: said so");
        is($d->ask('d there'), "01 Session 'there' not up", 'and it does not wait any more');
    } else {
        unlike($d->log, qr/is not dialled again/, 'it may redial still');
        is($d->ask('d there'), '00 OK', 'and waits');
    }
    $d->finish;
}

# More redials than it may have by now.
{
    my $far = Peer->new;
    my $d = daemon 'many', conf => lac_text(lns_of($far) . "autodial = yes\nredial = yes\nredial timeout = 1\n");

    cmp_ok(scalar $far->refuse_for(20, 3), '>=', 3, 'redialled again and again');
    reload $d, lac_text(lns_of($far) . "autodial = yes\nredial = yes\nredial timeout = 3600\n");
    loop_until { $far->refuse_for(1, 1); $d->log =~ /Will redial in 3[56]\d\d/ };
    reload $d, lac_text(lns_of($far) . "autodial = yes\nredial = yes\nredial timeout = 3600\nmax redials = 99\n");
    is($d->count(qr/is not dialled again/), 0, 'max redials: there may be more');
    reload $d, lac_text(lns_of($far) . "autodial = yes\nredial = yes\nredial timeout = 3600\nmax redials = 2\n");
    like($d->log, qr/lac there: is not dialled again: its section has changed/, 'max redials: more than that have been');
    is($d->ask('d there'), "01 Session 'there' not up", 'and it does not wait any more');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = daemon 'idle', conf => lac_text(lns_of($far) . "redial = no\n");

    reload $d, lac_text(lns_of($far) . "redial = no\nhostname = other.test\n");
    is(scalar $far->refuse_for(0.5), 0, 'an idle one without autodial is left alone');
    reload $d, lac_text(lns_of($far) . "autodial = yes\n");
    is(scalar $far->refuse_for(10, 1), 1, 'with autodial it is dialled');
    $d->finish;
}

# -- by command: the same ------------------------------------------------------------------------

# A daemon whose LAC has been dialled by a command, with credentials, was refused and waits an hour.
sub waiting_by_command
{
    my ($far, $default, $more) = @_;
    my $sink = ppp_script "reports $DIR/sink\nsink\n";
    my $d = daemon 'commanded' . ++$n,
      conf => "[lac default]\n$default\[lac there]\npppoptfile = $sink\n" . lns_of($far) . ($more // '');

    $d->ask('c there joe secret');
    $far->refuse_for(10, 1);
    $d->wait_log(qr/Will redial in/);
    return $d;
}

# A password that a pppd has got.
sub was_given { return scalar grep { ($_->{password}[0] // '') eq $_[0] } reports("$DIR/sink") }

my $hour = "redial = yes\nredial timeout = 3600\n";

{
    my $far = Peer->new;
    my $d = waiting_by_command $far, $hour;

    is($d->ask('a default redial timeout=1'), '00 OK', 'a default: a shorter redial timeout');
    is(scalar $far->refuse_for(10, 1), 1, 'those that have it do not wait for an hour');
    $d->wait_log(qr/Will redial in.*Will redial in/s);
    is($d->ask('a default redial=no'), '00 OK', 'a default: no redial');
    $d->says(qr/lac there: is not dialled again: its section has changed/, 'they do not wait any more');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = waiting_by_command $far, $hour, "redial timeout = 3599\n";

    $d->ask('a default hostname=other.test');
    is($d->ask('d there'), '00 OK', 'a default: what is of no matter to a redial leaves it waiting');
    $d->finish;
}

{
    my $far = Peer->new;
    my $d = waiting_by_command $far, $hour;

    is($d->ask('r default'), '00 OK', 'X5-07 r default: the template goes');
    $d->says(qr/lac there: is not dialled again: its section has changed/, 'is heeded, too');
    $d->finish;
}

{
    my ($far, $other) = (Peer->new, Peer->new);
    my $d = waiting_by_command $far, $hour;

    is($d->ask('a there ' . lns_of($other) =~ s/ |\n//gr), '00 OK', 'a: another lns');
    ok($other->accept_tunnel(10) && $other->accept_call(10), 'it is dialled now');
    soon { was_given('secret') } 'with the credentials that it was given';
    $other->close;
    $d->finish;
    unlink glob "$DIR/sink.*";
}

{
    my $far = Peer->new;
    my $d = waiting_by_command $far, $hour;

    is($d->ask('a there redial=no;autodial=yes'), '00 OK', 'a: no redial, but autodial');
    ok($far->accept_tunnel(10) && $far->accept_call(10), 'it is dialled now');
    soon { was_given('secret') } 'and has not forgotten its credentials';
    $far->close;
    $d->finish;
}

# -- whose sections ------------------------------------------------------------------------------

{
    my $d = daemon 'tops', conf => lac_text("lns = 127.0.0.1:9\n") . "[lac other]\nlns = 127.0.0.1:9\n";

    is($d->ask('a there redial=yes'), '00 OK', 'a section of the file is changed by command');
    is($d->ask('a mine lns=127.0.0.1:9'), '00 OK', 'another is added');
    reload $d, lac_text("lns = 127.0.0.1:9\n");
    unlike($d->log, qr/lac there is gone/, 'the file still has it');
    reload $d, "[lac other]\nlns = 127.0.0.1:9\n";
    like($d->log, qr/reload: lac there is gone/, 'the file has it no more: what was changed goes with it');
    unlike($d->log, qr/warning|has no 'lns'/, 'without a warning');
    isnt($d->ask('c there'), '00 OK', 'it cannot be dialled');
    isnt($d->ask('r there'), '00 OK', 'nor removed');
    reload $d, lac_text("lns = 127.0.0.1:9\n");
    like($d->log, qr/reload: lac there is new/, 'it comes back as the file has it');
    is($d->ask('r mine'), '00 OK', 'what was added is there all the while');
    $d->finish;
}

{
    my $one = "[lns one]\nlac = 127.0.0.0 - 127.255.255.255\nassign ip = no\nhostname = one.test\n";
    my $two = "[lns two]\nlac = 127.0.0.1\nassign ip = no\nhostname = two.test\n";
    my $d = daemon 'order', conf => $one . $two;

    is(Peer->new(to => $d->port)->open_tunnel->{avp}{7}, 'two.test', 'of two the last one serves');
    reload $d, $two . $one;
    like($d->log, qr/reload: lns (?:one|two) stands elsewhere among the others: .* the last of these serves/,
        'another order is named');
    is(Peer->new(to => $d->port)->open_tunnel->{avp}{7}, 'one.test', 'and counts');
    reload $d, $two . "[lns new]\nlac = 192.0.2.1\nassign ip = no\n" . $one;
    unlike($d->log, qr/stands elsewhere/, 'one more is no other order');
    $d->finish;
}

done_testing;
