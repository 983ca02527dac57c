#!/usr/bin/perl
# Private groups (RFC 2661, AVP 37): a call that its LAC says to be of one, or whose user fits a "match",
# has the group's addresses, options and limits over those of its [lns].
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use JSON::PP;
use Peer;
use Test::More;

my $lcp = "\xff\x03\xc0\x21";

sub script { return ppp_script "reports $DIR/$_[0]\necho\n" }

# The pppd of a call.
sub pppd_of
{
    my ($name, $call) = @_;

    return loop_until {
        my ($r) = grep { grep { $_ eq "L2TP_CALL=$call->{peer}" } @{$_->{env}} } reports("$DIR/$name");
        $r;
    };
}

# "local:remote" of its arguments, and what of the environment has that name.
sub addresses { return join ' ', grep { /^[\d.]*:[\d.]*$/ } @{$_[0]{arg}} }

sub variable
{
    my ($r, $name) = @_;

    return join ' ', map { /^\Q$name\E=(.*)/ ? $1 : () } @{$r->{env}};
}

sub caller_of
{
    my ($d, %o) = @_;
    my $p = Peer->new(to => $d->port, %o);

    $p->open_tunnel;
    return $p;
}

# A call of that group; if it is refused at its ICCN, how.
sub call
{
    my ($p, $group, @more) = @_;
    my $call = $p->open_call(iccn => [defined $group ? soft(37, $group) : (), @more]);

    if (!$call->{refused} && !$p->echoes($call, "${lcp}on", seconds => 1)) {
        my $cdn = $p->wait_for('CDN', 2, $call->{id});
        $call->{refused} = Peer::result($cdn) if $cdn;
    }
    return $call;
}

sub json
{
    my ($d) = @_;

    return decode_json join '', map { /^00-(.*)/ ? $1 : () } split /\n/, $d->ask('status json') // '';
}

sub group_of
{
    my ($d, $name) = @_;

    return (grep { $_->{group} eq $name } @{json($d)->{groups}})[0] // {};
}

sub conf
{
    my ($more, $groups) = @_;

    return "debug tunnel = yes\n[lns default]\nip range = 10.9.0.2 - 10.9.0.3\nlocal ip = 10.9.0.1\n"
      . "pppoptfile = ${\ script('lns')}\n$more\n"
      . ($groups // "[group blue]\nip range = 10.9.1.2 - 10.9.1.3\nlocal ip = 10.9.1.1\n"
          . "pppoptfile = ${\ script('blue')}\nvrf = vrf-blue\nname = blue-lns\nipparam = %g,%v,%s\n"
          . "netns = ns/blue\n"
          . "[group Blue]\nmax calls = 1\n"
          . "[group red]\nmatch = *\@red.example\nmatch = red\\*\nip range = 10.9.2.2\n"
          . "local ip range = 10.9.2.100 - 10.9.2.101\npppoptfile = ${\ script('red')}\n");
}

# -- what a group sets, and what it does not -----------------------------------------------------

{
    my $d = daemon 'lns', conf => conf('vrf = vrf-all');
    my $p = caller_of $d;
    my $plain = call $p;
    my $blue  = call $p, 'blue';
    my $upper = call $p, 'Blue';
    my $r     = pppd_of 'lns', $plain;

    is(addresses($r), '10.9.0.1:10.9.0.2', 'S4.4.4-21 a call without a group has what its [lns] has');
    is(variable($r, 'VRF'), 'vrf-all', 'its VRF too');
    is(variable($r, 'NETNS'), '', 'and no namespace');
    $r = pppd_of 'blue', $blue;
    is(addresses($r), '10.9.1.1:10.9.1.2', 'S4.4.4-21 one of a group has the group\'s addresses');
    is(variable($r, 'VRF'), 'vrf-blue', 'VRF');
    is(variable($r, 'NETNS'), 'ns/blue', 'and namespace');
    is(variable($r, 'PRIVATE_GROUP'), 'blue', 'the name as it was sent, as ever');
    my $args = join ' ', @{$r->{arg}};
    like($args, qr/ name blue-lns /, 'its PPP name');
    like($args, qr/ ipparam blue,vrf-blue,ns\/blue /, 'its ipparam, with both');
    like($args, qr/ set VRF=vrf-blue set NETNS=ns\/blue/, 'which scripts see without "pass call"');
    unlike($args, qr/ set PRIVATE_GROUP/, 'and nothing else');
    $r = pppd_of 'lns', $upper;
    is(addresses($r), '10.9.0.1:10.9.0.3', 'another case is another group, which has what the [lns] has');
    is(variable($r, 'VRF'), 'vrf-all', 'all of it');
    $d->says(qr/call \S+: is of group blue, as its LAC says/, 'the log tells');

    my $blue2 = call $p, 'blue';
    is(call($p, 'blue')->{refused}, '2/4 no address is left for its private group',
        'the group\'s pool is used up, and its own');
    $d->says(qr/lns default, call \S+: trouble no-address: /, 'which is told');
    is(call($p, 'Blue')->{refused}, '2/4 its private group has no room for another call',
        'beyond max calls: refused');
    $d->says(qr/lns default, call \S+: trouble group-full: 127\S+ \(\S+\) is refused a call: group 'Blue' has 1 calls, of 1 at most/,
        'which is told too');
    my $g = group_of $d, 'blue';
    is("$g->{calls} $g->{addresses} $g->{used} $g->{free}", '2 2 2 0', 'status json: calls and addresses');
    ok(exists $g->{max_calls} && !defined $g->{max_calls}, 'no limit');
    $g = group_of $d, 'Blue';
    is("$g->{calls} $g->{max_calls}", '1 1', 'and with a limit');
    ok(!defined $g->{addresses}, 'no pool of its own');
    my ($c) = grep { $_->{call} == $blue->{peer} } @{json($d)->{calls}};
    is("$c->{group} $c->{address}", 'blue 10.9.1.2', 'and a call has its group');
    like($d->ask('status'), qr/group +calls +at most.*\n(?:.*\n)*?\S*blue +2 +- +2 +2 +0 +-\n/, 'the tables have it');
    like($d->ask('metrics') // '', qr/l2tpd_group_used\{group="blue"\} 2/, 'so do the metrics');

    $p->hang_up($_) for $upper, $blue2;
    $d->says(qr/pppd ended/, 'some go');
    $upper = call $p, 'Blue';
    ok(!$upper->{refused}, 'then there is room again') or diag $upper->{refused};
    $p->close;
    $d->finish;
}

# -- by the user's name --------------------------------------------------------------------------

{
    my $d = daemon 'lns', conf => conf('');
    my $p = caller_of $d;
    my @pap = (soft(29, u16(3)), soft(32, u16(1)), soft(33, 'x'));
    my $r = pppd_of 'red', call($p, undef, @pap, soft(30, 'ann@RED.example'));

    is(addresses($r), '10.9.2.100:10.9.2.2', 'S4.4.5-06 the name that the LAC tells fits a realm');
    $d->says(qr/is of group red, as the user's name, ann\@RED.example, fits/, 'the log tells');
    $r = pppd_of 'blue', call($p, 'blue', @pap, soft(30, 'bob@red.example'));
    is(addresses($r), '10.9.1.1:10.9.1.2', 'but the group that is named goes before');
    $r = pppd_of 'lns', call($p, undef, @pap, soft(30, 'bob@other.example'));
    is(addresses($r), '10.9.0.1:10.9.0.2', 'a name that fits none has what the [lns] has');
    $r = pppd_of 'lns', call($p, '', @pap, soft(30, "bob\0\@red.exampl"));
    is(addresses($r), '10.9.0.1:10.9.0.3', 'an empty group is none');
    $p->close;
    $d->finish;
}

# Where it is ignored who the caller is said to be, no realm has the call, nor does the same name get the same
# address; a group that is named counts all the same, and pppd asks as ever.
for my $way ('ignore', 'renegotiate') {
    my $d = daemon 'lns', conf => conf("proxy lcp = $way");
    my $p = caller_of $d;
    my @ann = (soft(29, u16(3)), soft(30, 'ann@red.example'), soft(32, u16(1)), soft(33, 'x'));
    my $name = $way eq 'ignore' ? 'lns' : 'red';

    unlink glob "$DIR/lns.* $DIR/red.*";
    my $r = pppd_of $name, call($p, undef, @ann);
    is(addresses($r // {}), $way eq 'ignore' ? '10.9.0.1:10.9.0.2' : '10.9.2.100:10.9.2.2',
        "proxy lcp = $way: the realm of the name that the LAC tells " . ($way eq 'ignore' ? 'does not count' : 'counts'));
    $r = pppd_of 'blue', call($p, 'blue', @ann);
    is(addresses($r // {}), '10.9.1.1:10.9.1.2', "proxy lcp = $way: a group that is named counts");
    $p->close;
    $d->finish;
}

# -- unknown groups ------------------------------------------------------------------------------

for my $policy ('default', 'refuse') {
    my $d = daemon 'lns', conf => conf("unknown group = $policy");
    my $p = caller_of $d;

    for (["green\e[2J", 'green\\\\x1b\[2J', 'one that has no section'],
        ['BLUE', 'BLUE', 'one in another case'], ['b' x 64, undef, 'one that is too long'],
        ["blue\0", undef, 'one with a NUL']) {
        my ($group, $shown, $what) = @$_;

        $d->mark;
        my $call = call $p, $group, soft(30, 'a@red.example');
        my $said = $shown ? "its private group '$shown' has no section"
          : 'the name of its private group is none that a section can have';
        if ($policy eq 'refuse') {
            is($call->{refused}, '2/3 its private group is not known here', "refuse, $what: CDN");
            $d->says(qr/lns default, call \S+: trouble unknown-group: .* is refused a call: $said/, 'and a line');
        } else {
            like(addresses(pppd_of 'lns', $call), qr/^10\.9\.0\.1:10\.9\.0\.[23]$/,
                "default, $what: as one without");
            $d->says(qr/call \S+: $said: lns default serves it as one without/, 'and a line');
            unlike($d->log, qr/\e/, 'no escapes in it');
            $p->hang_up($call);
            $d->says(qr/call \S+: pppd ended/, 'it goes');
        }
    }
    ok(!call($p, 'blue')->{refused}, "$policy: one that is known is served");
    $p->close;
    $d->finish;
}

# -- addresses: none twice, and a [lns] without any ----------------------------------------------

{
    my $optfile = script 'lns';
    my $d = daemon 'lns', conf => "[lns default]\nlocal ip = 10.9.0.1\npppoptfile = $optfile\n"
      . "[group a]\nip range = 10.9.0.2 - 10.9.0.3\n[group b]\nip range = 10.9.0.1 - 10.9.0.3\n";
    my $p = caller_of $d;
    my @calls = map { call $p, $_ } 'a', 'b', 'a';

    is(join(' ', map { $_->{refused} // addresses(pppd_of 'lns', $_) } @calls),
        '10.9.0.1:10.9.0.2 10.9.0.1:10.9.0.3 2/4 no address or other resource is left',
        'overlapping pools give no address twice, nor ours; with none left a call is refused at its ICRQ');
    $p->hang_up($calls[1]);
    $d->says(qr/pppd ended/, 'one goes');
    is(call($p)->{refused}, '2/4 no address is left', 'a call without a group finds none at its ICCN');
    is(addresses(pppd_of 'lns', call($p, 'a')), '10.9.0.1:10.9.0.3', 'one of the other group has it');
    $p->close;
    $d->finish;
}

# -- reload --------------------------------------------------------------------------------------

{
    my $optfile = script 'reload';
    my $lns = "[lns default]\nassign ip = no\npppoptfile = $optfile\nunknown group = refuse\n";
    my $d = daemon 'lns', conf => "$lns\[group a]\nassign ip = yes\nip range = 10.9.1.2 - 10.9.1.9\n"
      . "[group b]\nmax calls = 9\n[group gone]\nmax calls = 9\n";
    my $p = caller_of $d;
    my %call = map { $_ => call $p, $_ } 'a', 'b', 'gone';

    $d->configure("$lns\[group a]\nassign ip = yes\nip range = 10.9.1.2 - 10.9.1.4\n[group b]\nmax calls = 1\n"
          . "[group new]\n")->mark->signal('HUP');
    $d->says(qr/reload: .* is in force/, 'reloaded');
    for ('a has another pool: leases still held', 'b has changed, from the next call',
        'gone is gone: running calls go on', 'new is new') {
        like($d->log, qr/reload: group \Q$_\E/, "$_: told");
    }
    ok($p->echoes($call{$_}, "${lcp}on"), "the call of group $_ goes on") for 'a', 'b', 'gone';
    is(call($p, 'gone')->{refused}, '2/3 its private group is not known here', 'the next of one that is gone does not');
    is(call($p, 'b')->{refused}, '2/4 its private group has no room for another call',
        'what is up counts for a new limit');
    ok(!call($p, 'new')->{refused}, 'a new one is known');
    is(addresses(pppd_of 'reload', call($p, 'a')), ':10.9.1.3', 'the pool goes on where it was');
    my $g = group_of $d, 'a';
    is("$g->{addresses} $g->{used}", '3 2', 'and the lease that was out is');
    $p->hang_up($call{gone});
    $d->says(qr/pppd ended/, 'the last call of a group that is gone goes');
    $p->close;
    $d->finish;
}

# -- our own LAC ---------------------------------------------------------------------------------

{
    my $d = daemon 'lns', conf => conf('unknown group = refuse');
    my $lacs = join '', map {
        "[lac $_]\nlns = 127.0.0.1:${\ $d->port}\nprivate group = $_\nautodial = yes\npppoptfile = ${\ script('lac')}\n"
    } 'blue', 'red', 'green';
    my $l = daemon 'lac', conf => $lacs;

    $d->says(qr/"10\.9\.1\.1:10\.9\.1\.2" /, 'our LAC of one group has its address');
    $d->says(qr/"10\.9\.2\.100:10\.9\.2\.2" /, 'that of another the other\'s');
    $l->says(qr/lac green, call \S+: trouble closed: .*its private group is not known here/,
        'and one of a group that is unknown is told so');
    $_->finish for $l, $d;
}

done_testing;
