#!/usr/bin/perl
# A LAC that has done LCP and authentication with the caller itself (RFC 2661, 4.4.5): we tell of it in
# the log, and have pppd authenticate afresh, as ever.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $lcp   = "\xff\x03\xc0\x21";
my $first = pack 'H*', '010405dc' . '0506deadbeef' . '0702' . '0802';
my $sent  = pack 'H*', '010405d4' . '0305c22305' . '05060badcafe';
my $last  = pack 'H*', '010405d4' . '0506deadbeef';
my $d = daemon 'lns', secrets => "* * tunnel-secret\n", conf =>
    "debug avp = yes\ndebug packet = yes\ndebug tunnel = yes\ndebug state = yes\n[lns default]\n"
  . "assign ip = no\nrequire authentication = yes\nrequire chap = yes\nname = lns\npppoptfile = "
  . ppp_script("reports $DIR/pppd\necho\n") . "\n";
my $p = Peer->new(to => $d->port, secret => 'tunnel-secret');

my $m = $p->open_tunnel;

# A call whose ICCN has these too; its line in the log, once it carries frames.
sub call
{
    my ($what, @iccn) = @_;
    my $call = $p->open_call(iccn => \@iccn);

    ok($p->echoes($call, "${lcp}there"), "$what: the call is up and carries frames");
    my ($r) = (reports("$DIR/pppd"))[-1];
    ok((grep { $_ eq 'auth' } @{$r->{arg}}) && (grep { $_ eq 'require-chap' } @{$r->{arg}}),
        "$what: pppd authenticates afresh");
    my $line = $d->wait_log(qr{call \d+/$call->{peer}: up (.*)}) // 'no line';
    $p->hang_up($call);
    return $line;
}

my @lcp = (soft(26, $first), soft(27, $sent), soft(28, $last));
my @who = (soft(29, u16(2)), soft(30, 'alice'), soft(31, 'challenge-octets'), soft(32, u16(7)),
    soft(33, 'response-octets!'));

my $line = call 'S4.4.5-01 S4.4.5-02 S9.5-01 S6.8-03 all of 26 to 33', @lcp, @who;
like($line, qr/proxy-first-received="mru=1500 magic=deadbeef pfc acfc"/,
    'S4.4.5-03 the log has the caller\'s first request');
like($line, qr/proxy-last-sent="mru=1492 auth=chap-md5 magic=0badcafe"/, 'S4.4.5-04 the LAC\'s last');
like($line, qr/proxy-last-received="mru=1492 magic=deadbeef"/, 'S4.4.5-05 the caller\'s last');
like($line, qr/proxy-auth=chap proxy-name="alice"/, 'S4.4.5-06 how, and who');

$line = call 'S4.4.5-08 LCP alone', @lcp;
unlike($line, qr/proxy-auth|proxy-name/, 'S4.4.5-08 nothing of authentication');

$line = call 'PAP, with a password in the clear', @lcp, soft(29, u16(3)), soft(30, 'bob'),
  soft(32, u16(1)), soft(33, 'top-secret-password');
like($line, qr/proxy-auth=pap proxy-name="bob"/, 'S4.4.5-06 PAP');

for (
    ['CHAP without a name', @who[0, 2 .. 4]],
    ['CHAP without a challenge', @who[0, 1, 3, 4]],
    ['an id whose high octet is not 0', @who[0 .. 2], soft(32, u16(0x107)), $who[4]],
    ['a type that nobody knows', soft(29, u16(99)), @who[1 .. 4]],
    ['S7.1-07 a type of a wrong length', soft(29, 'x'), @who[1 .. 4]],
    ['S4.4.5-03 options that are none', soft(26, "\x01\x99"), @who],
    ['a name of a wrong kind', $who[0], soft(30, "al\x1b[2J\nice \"x\""), @who[2 .. 4]],
  ) {
    my ($what, @avps) = @$_;

    call $what, @avps;
}

my $log = slurp $d->{logfile};
unlike($log, qr/top-secret-password|746f702d7365637265742d70617373/i, 'no password in any log');
unlike($log, qr/response-octets!|726573706f6e73652d6f6374657473/i, 'and no response');
unlike($log, qr/tunnel-secret/, 'nor the secret of the tunnel');
unlike($log, qr/\x1b/, 'nor control characters');
$p->close;
$d->finish;
done_testing;
