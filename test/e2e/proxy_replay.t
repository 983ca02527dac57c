#!/usr/bin/perl
# A LNS that goes on where its LAC is (RFC 2661, 4.4.5): what a pppd sees, what the caller does, with AVPs
# as Cisco's LACs send them, and with such as nobody can use.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Digest::MD5 'md5';
use E2E;
use JSON::PP;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $pppd = put_file("$DIR/pppd", "#!/bin/sh\nexec perl $FindBin::Bin/ProxiedPppd.pm \"\$@\"\n");
chmod 0755, $pppd;
my $calls = 0;
my $log;    # what the pppd of this call writes down

sub conf
{
    my (%o) = @_;

    $log = "$DIR/saw." . ++$calls;
    my $file = put_file("$DIR/options.$calls", "request $o{request}\nsecret $o{secret}\nlog $log\n" . ($o{more} // ''));
    my $challenge = $o{challenge} // 'yes';
    return "chap secrets = $DIR/chap-secrets\n[lns default]\nassign ip = no\nname = lns\nchallenge = $challenge\n"
      . "require authentication = yes\npppoptfile = $file\n$o{conf}\n";
}

put_file("$DIR/chap-secrets", "# users\n\"alice\" lns 'the \\x73ecret' *\nbob * @" . "$DIR/bobs *\n* lns other\n");
put_file("$DIR/bobs", "bobs-own\n");
chmod 0600, "$DIR/chap-secrets", "$DIR/bobs";
my $d = daemon 'lns', pppd => $pppd, secrets => "* * tunnel-secret\n",
  conf => conf(request => '', secret => 'x', conf => '');
my $p = Peer->new(to => $d->port, secret => 'tunnel-secret');
$p->open_tunnel;

# As Cisco's: the LAC asks for CHAP and a magic number, or PAP; the caller has a map, and compresses.
my $caller = '0206000a0000' . '0506deadbeef' . '0702' . '0802';
my $lac    = '05060badcafe';
my %auth = (chap => '0305c22305', pap => '0304c023', mschap => '0305c22381');

sub hex_of { unpack 'H*', $_[0] }

sub packet
{
    my ($protocol, $code, $id, $body) = @_;

    return pack('nnCCn', 0xff03, $protocol, $code, $id, 4 + length $body) . $body;
}

sub lcp_avps
{
    my ($sent, $received) = @_;

    return (soft(26, pack 'H*', $received), soft(27, pack 'H*', $sent), soft(28, pack 'H*', $received));
}

sub chap_avps
{
    my ($name, $secret) = @_;

    return (soft(29, u16(2)), soft(30, $name), soft(31, 'lac-challenge'), soft(32, u16(9)),
        soft(33, md5("\x09${secret}lac-challenge")));
}

sub pap_avps { return (soft(29, u16(3)), soft(30, $_[0]), soft(32, u16(0x42)), soft(33, $_[1])) }

# What a pppd has noted: "sees", "says", "name" or "arg", as text or as hex.
sub saw { my ($what) = @_; return map { /^$what (\S*)/ ? $1 : () } split /\n/, -e $log ? slurp($log) : '' }

sub args { return map { pack 'H*', $_ } saw('arg') }

# A call by these settings and AVPs.  With "says", the line of the log that tells what came of them.
sub call
{
    my ($name, %o) = @_;

    $d->configure(conf(%o));
    my $mark = $d->mark;
    $d->signal('HUP');
    $d->wait_log(qr/[Cc]onfiguration|reload/);
    my $call = $p->open_call(iccn => $o{iccn});
    ok($call && $call->{peer}, "$name: the call is up");
    soon { saw('begins') || scalar(grep { $_ } saw('arg')) } "$name: pppd runs";
    return $call if !$o{says};
    my $line = $d->wait_log(qr/call \d+\/$call->{peer}: (PPP (?:goes on|begins anew).*)/) // 'no line';
    like($line, $o{says}, "$name: told in one line");
    return $call;
}

# The next frame to the caller is that one.
sub hears
{
    my ($call, $want, $name) = @_;

    is(hex_of($p->get_frame(5, $call) // ''), hex_of($want), $name);
}

# The caller's keepalive is answered as the LAC would have, and pppd's reaches it so.
sub lives
{
    my ($call, $name) = @_;

    hears($call, packet(0xc021, 9, 1, pack('H*', '0badcafe') . 'there'),
        "$name: pppd's Echo-Request has the LAC's magic number");
    $p->send_frame($call, packet(0xc021, 9, 5, pack('H*', 'deadbeef') . 'you'));
    hears($call, packet(0xc021, 10, 5, pack('H*', '0badcafe') . 'you'), "$name: and so has its answer");
}

sub quiet { my ($call, $name) = @_; is(hex_of($p->get_frame(0.3, $call) // ''), '', $name) }

my $usual = '020600000000' . 'AUTH' . '0506111122220702' . '0802';
sub usual { my ($how) = @_; (my $r = $usual) =~ s/AUTH/$auth{$how} \/\/ ''/e; return $r }

my ($c, $name);
my $accept = "proxy lcp = accept\n";

$name = 'S4.4.5-01 CHAP verified';
$c = call $name, request => usual('chap'), secret => 'the secret',
  conf => "$accept\nproxy authentication = verify\nrequire chap = yes\nrequire pap = yes",
  iccn => [lcp_avps($auth{chap} . $lac, $caller), chap_avps('alice', 'the secret')],
  says => qr/goes on where its LAC has it: the caller's CHAP was right/;
hears($c, packet(0xc223, 3, 9, 'welcome'), "$name: the first that the caller hears is Success, with the LAC's Identifier");
lives($c, $name);
is(join(' ', sort grep { /^require-/ } args()), 'require-chap require-pap', "$name: pppd is to ask for CHAP, or else PAP");
is_deeply([saw('name')], [hex_of('alice')], "$name: pppd knows who it is");
is((saw('sees'))[0], hex_of(packet(0xc021, 1, 1, pack 'H*', $caller)), "$name: it has seen the caller's request");
$p->send_frame($c, packet(0xc021, 1, 77, pack 'H*', $caller));
like(hex_of($p->get_frame(5, $c) // ''), qr/^ff03c02101/, "$name: a caller that begins anew hears pppd, ...");
hears($c, packet(0xc021, 2, 77, pack 'H*', $caller), "$name: ... which agrees");
$p->send_frame($c, packet(0xc021, 9, 5, pack('H*', 'deadbeef') . 'you'));
hears($c, packet(0xc021, 10, 5, pack('H*', '11112222') . 'you'), "$name: ... and whose magic number it has now");
$p->hang_up($c);

$name = 'S4.4.5-01 a secret in a file of its own';
$c = call $name, request => $auth{chap} . '050611112222', secret => 'bobs-own',
  conf => "$accept\nproxy authentication = verify",
  iccn => [lcp_avps($auth{chap} . $lac, $caller), chap_avps('bob', 'bobs-own')],
  says => qr/CHAP was right/;
hears($c, packet(0xc223, 3, 9, 'welcome'), "$name: Success");
$p->hang_up($c);

$name = 'CHAP with another secret';
$c = call $name, request => usual('chap'), secret => 'the secret',
  conf => "$accept\nproxy authentication = verify",
  iccn => [lcp_avps($auth{chap} . $lac, $caller), chap_avps('alice', 'a guess')],
  says => qr/fits no secret here, so pppd asks it anew/;
hears($c, packet(0xc223, 1, 0x55, "\x04wxyzlns"), "$name: the caller hears pppd's challenge");
$p->send_frame($c, packet(0xc223, 2, 0x55, "\x10" . md5("\x55the secretwxyz") . 'alice'));
hears($c, packet(0xc223, 3, 0x55, 'welcome'), "$name: whose verdict counts");
$p->hang_up($c);

$name = 'S4.4.5-02 secrets that others can write';
chmod 0666, "$DIR/chap-secrets";
$c = call $name, request => usual('chap'), secret => 'the secret',
  conf => "$accept\nproxy authentication = verify",
  iccn => [lcp_avps($auth{chap} . $lac, $caller), chap_avps('alice', 'the secret')],
  says => qr/pppd asks it anew/;
ok($d->log =~ /CHAP is not verified: others can write pppd's file of secrets/, "$name: are not used");
hears($c, packet(0xc223, 1, 0x55, "\x04wxyzlns"), "$name: pppd asks");
$p->hang_up($c);
chmod 0600, "$DIR/chap-secrets";

$name = 'CHAP, and nothing to verify it by';
$c = call $name, request => usual('chap'), secret => 'the secret', conf => $accept,
  iccn => [lcp_avps($auth{chap} . $lac, $caller), chap_avps('alice', 'the secret')],
  says => qr/goes on where its LAC has it: pppd authenticates the caller/;
hears($c, packet(0xc223, 1, 0x55, "\x04wxyzlns"), "$name: pppd asks the caller");
$p->hang_up($c);

$name = 'PAP replayed';
$c = call $name, request => usual('pap'), secret => 'pass word',
  conf => "$accept\nproxy authentication = verify",
  iccn => [lcp_avps('010405aa' . $auth{pap} . $lac, $caller), pap_avps('carol', 'pass word')],
  says => qr/pppd has its PAP to verify/;
hears($c, packet(0xc023, 2, 0x42, "\0"), "$name: the Ack has the Identifier of the caller's request");
lives($c, $name);
is_deeply([saw('name')], [hex_of('carol')], "$name: pppd knows who it is");
is((grep { /^ff03c02103/ } saw('sees')), 1, "$name: it was told the LAC's MRU");
$p->hang_up($c);

$name = 'a wrong PAP';
$c = call $name, request => usual('pap'), secret => 'pass word',
  conf => "$accept\nproxy authentication = verify\nrequire chap = yes\nrequire pap = yes",
  iccn => [lcp_avps($auth{pap} . $lac, $caller), pap_avps('carol', 'another')], says => qr/goes on/;
hears($c, packet(0xc023, 3, 0x42, "\0"), "$name: pppd's Nak reaches the caller");
is(join(' ', grep { /^require-/ } args()), 'require-pap', "$name: pppd is to ask for PAP alone");
$p->hang_up($c);

$name = 'the LAC believed';
$c = call $name, request => '020600000000' . '050611112222', secret => 'x',
  conf => "$accept\nproxy authentication = accept",
  iccn => [lcp_avps($auth{pap} . $lac, $caller), pap_avps('carol@example.net', 'whatever')],
  says => qr/the LAC's word is taken/;
hears($c, packet(0xc023, 2, 0x42, "\0"), "$name: the caller is accepted");
lives($c, $name);
ok((grep { $_ eq 'noauth' } args()) && (grep { $_ eq 'PEERNAME=carol@example.net' } args()),
    "$name: pppd asks for nothing, and its scripts hear who it is");
is((grep { /^(auth|require)/ } args()), 0, "$name: nor is it told to ask");
my $answer = join '', map { substr($_, 3) . "\n" } grep { /^00-/ } split /\n/, $d->ask('status json');
my ($call) = grep { $_->{call} == $c->{peer} } @{decode_json($answer)->{calls}};
is($call->{user}, 'carol@example.net', "$name: and so does the status");
ok($call->{user_accepted}, "$name: accepted");
$p->hang_up($c);

$name = 'nobody authenticates';
$c = call $name, request => '050611112222', secret => 'x', conf => $accept,
  iccn => [lcp_avps($lac, $caller), soft(29, u16(4))], says => qr/nobody authenticates/;
lives($c, $name);
$p->hang_up($c);

$name = 'MS-CHAPv2';
$c = call $name, request => $auth{mschap} . '050611112222', secret => 'x', conf => $accept,
  iccn => [lcp_avps($auth{mschap} . $lac, $caller)], says => qr/pppd authenticates the caller/;
hears($c, packet(0xc223, 1, 0x55, "\x04wxyzlns"), "$name: pppd asks the caller, and LCP stays");
$p->hang_up($c);

$name = 'a pppd that waits';
$c = call $name, request => '050611112222', secret => 'x', conf => $accept, more => "silent\n",
  iccn => [lcp_avps($lac, $caller)], says => qr/nobody authenticates/;
lives($c, $name);
$p->hang_up($c);

# -- anew -----------------------------------------------------------------------------------------

my @good = (lcp_avps($auth{chap} . $lac, $caller), chap_avps('alice', 'the secret'));

for (
    ['another authentication', qr/pppd asks for auth=pap, the caller has agreed on auth=chap-md5/, \@good, usual('pap')],
    ['an MRU of pppd\'s own', qr/pppd asks for an MRU of 1400, the LAC has told the caller 1500/, \@good, '01040578' . usual('chap')],
    ['options that are cut', qr/LCP options are malformed/, [lcp_avps('0305c2', $caller)], usual('chap')],
    ['a bundle', qr/beyond RFC 1661/, [lcp_avps($auth{chap} . $lac, '110405dc')], usual('chap')],
    ['one contradicting the other', qr/another authentication/,
        [lcp_avps($auth{pap} . $lac, $caller), chap_avps('alice', 'the secret')], usual('chap')],
    ['no challenge', qr/lacks the challenge/, [@good[0 .. 4, 6, 7]], usual('chap')],
    ['a pppd that refuses the caller\'s', qr/pppd does not agree/, \@good, usual('chap'), "refuse\n"],
    ['no last request', qr/does not tell of LCP/, [@good[0, 1]], usual('chap')],
    ['a name of 256 octets', qr/a value that is too long/,
        [lcp_avps($auth{chap} . $lac, $caller), chap_avps('n' x 256, 'the secret')], usual('chap')],
    ['as many options as an AVP takes', qr/LCP options are malformed/,
        [lcp_avps($auth{chap} . $lac, unpack 'H*', "\5\6abcd" x 169)], usual('chap')],
  ) {
    my ($what, $says, $avps, $request, $more) = @$_;

    $c = call $what, request => $request, secret => 'the secret', more => $more, says => $says,
      conf => "$accept\nproxy authentication = verify", iccn => $avps;
    hears($c, packet(0xc021, 1, 8, pack 'H*', $request), "$what: the caller hears pppd's own request");
    $p->hang_up($c);
}

$name = 'S4.4.5-02 S9.5-01 by default';
$d->configure(conf(request => usual('chap'), secret => 'x', conf => ''));
$d->signal('HUP');
sleep 0.5;
$c = $p->open_call(iccn => \@good);
hears($c, packet(0xc021, 1, 8, pack 'H*', usual('chap')), "$name: LCP begins anew");
$p->hang_up($c);

# What comes is not used by default, but a LAC that tells nonsense is told of.
my $flawed = qr/begins anew, and what its LAC tells of it would be of no use: /;
for (
    ['cut', qr/$flawed.*LCP options are malformed/, [lcp_avps('0305c2', $caller)]],
    ['no challenge', qr/$flawed.*lacks the challenge/, [@good[0 .. 4, 6, 7]]],
    ['one contradicting the other', qr/$flawed.*another authentication/,
        [lcp_avps($auth{pap} . $lac, $caller), chap_avps('alice', 'the secret')]],
    ['one side of LCP', qr/$flawed.*one side of LCP/, [@good[0, 1]]],
    ['a name alone, where it would be used', qr/$flawed.*lacks the type/, [soft(30, 'alice')], $accept],
  ) {
    my ($what, $says, $avps, $conf) = @$_;

    $c = call "by default, $what", request => usual('chap'), secret => 'x', conf => $conf // '', says => $says, iccn => $avps;
    hears($c, packet(0xc021, 1, 8, pack 'H*', usual('chap')), "by default, $what: LCP begins anew");
    $p->hang_up($c);
}
my $mark = $d->mark;
for (['', \@good], ['', []], ['', [soft(26, pack 'H*', $caller)]], ['proxy lcp = ignore', [soft(30, 'alice')]]) {
    my ($conf, $avps) = @$_;

    $c = call "nothing is wrong, or nobody looks", request => usual('chap'), secret => 'x', conf => $conf, iccn => $avps;
    hears($c, packet(0xc021, 1, 8, pack 'H*', usual('chap')), 'LCP begins anew');
    $p->hang_up($c);
}
unlike($d->tail($mark), $flawed, 'and there is nothing to tell');

# And "ignore" does not take any of it, however much the LAC may be trusted: pppd asks.
$c = call 'proxy lcp = ignore', request => usual('chap'), secret => 'x', iccn => \@good,
  conf => "proxy lcp = ignore\nproxy authentication = accept";
hears($c, packet(0xc021, 1, 8, pack 'H*', usual('chap')), 'proxy lcp = ignore: LCP begins anew');
is(scalar(grep { /^PEERNAME/ || $_ eq 'noauth' } args()), 0, 'proxy lcp = ignore: nor is the LAC\'s word taken');
$p->hang_up($c);

# -- what nobody means well with ------------------------------------------------------------------

$name = 'a login by text, and CHAP agreed on besides';
$c = call $name, request => usual('chap'), secret => 'the secret',
  conf => "$accept\nproxy authentication = accept\nrequire chap = yes",
  iccn => [lcp_avps($auth{chap} . $lac, $caller), soft(29, u16(1)), soft(30, 'alice'), soft(33, 'whatever')],
  says => qr/pppd authenticates the caller/;
hears($c, packet(0xc223, 1, 0x55, "\x04wxyzlns"), "$name: the caller, who waits to be asked, is");
$p->hang_up($c);

my ($long, $longer) = ('n' x 255, 'n' x 256);

$name = 'PAP of 255 octets each';
$c = call $name, request => usual('pap'), secret => 'p' x 255, conf => "$accept\nproxy authentication = verify",
  iccn => [lcp_avps($auth{pap} . $lac, $caller), pap_avps($long, 'p' x 255)], says => qr/PAP to verify/;
hears($c, packet(0xc023, 2, 0x42, "\0"), "$name: the caller is accepted");
is_deeply([saw('name')], [hex_of($long)], "$name: pppd has the whole name");
$p->hang_up($c);

$name = 'a name of 255 octets believed';
$c = call $name, request => '050611112222', secret => 'x', conf => "$accept\nproxy authentication = accept",
  iccn => [lcp_avps($auth{pap} . $lac, $caller), pap_avps($long, 'x')], says => qr/word is taken/;
ok((grep { $_ eq "PEERNAME=$long" } args()), "$name: pppd's scripts hear all of it");
$p->hang_up($c);

$name = 'CHAP with a challenge of 255 octets';
$c = call $name, request => usual('chap'), secret => 'the secret', conf => "$accept\nproxy authentication = verify",
  iccn => [lcp_avps($auth{chap} . $lac, $caller), soft(29, u16(2)), soft(30, 'alice'), soft(31, 'c' x 255),
      soft(32, u16(9)), soft(33, md5("\x09the secret" . 'c' x 255))], says => qr/CHAP was right/;
hears($c, packet(0xc223, 3, 9, 'welcome'), "$name: Success");
$p->hang_up($c);

# A pppd that says nothing for two seconds, and a caller that does not wait.
$name = 'S4.4.5-01 a caller that goes on talking';
$c = call $name, request => usual('chap'), secret => 'the secret', more => "silent\n",
  conf => "$accept\nproxy authentication = verify",
  iccn => [lcp_avps($auth{chap} . $lac, $caller), chap_avps('alice', 'the secret')];
my $ipcp = packet(0x8021, 1, 1, "\3\6\0\0\0\0");
$p->send_frame($c, packet(0xc021, 9, 5, pack('H*', 'deadbeef') . 'you'));
sleep 0.1;    # it has a lane of its own
$p->send_frame($c, packet(0xc223, 2, 9, "\x10" . md5("\x09the secretlac-challenge") . 'alice'));
$p->send_frame($c, $ipcp);
for (1 .. 40) {
    $p->send_frame($c, packet(0x8057, 1, $_, 'x' x 1000)) for 1 .. 25;
    sleep 0.01;
}
my ($first) = map { hex_of($_) } $p->get_frame(8, $c) // '';
is($first, hex_of(packet(0xc223, 3, 9, 'welcome')), "$name: hears Success first");
hears($c, packet(0xc021, 9, 1, pack('H*', '0badcafe') . 'there'), "$name: then pppd's Echo-Request, ...");
hears($c, packet(0xc021, 10, 5, pack('H*', '0badcafe') . 'you'), "$name: ... and the answer to its own");
$p->send_frame($c, packet(0xc021, 9, 6, pack('H*', 'deadbeef') . 'end'));
hears($c, packet(0xc021, 10, 6, pack('H*', '0badcafe') . 'end'), "$name: ... and what it says from then on");
my @seen = saw('sees');
is((grep { /^ff038021/ } @seen)[0], hex_of($ipcp), "$name: what it said early reaches pppd");
is((grep { /^ff038057/ } @seen), 6, "$name: up to eight frames wait, no more");
is((grep { /^ff03c22302/ } @seen), 1, "$name: its answer to the LAC's challenge is no answer to pppd's");
$p->hang_up($c);

$name = 'a pppd that dies over it';
$c = call $name, request => usual('chap'), secret => 'the secret', more => "die\n",
  conf => "$accept\nproxy authentication = verify",
  iccn => [lcp_avps($auth{chap} . $lac, $caller), chap_avps('alice', 'the secret')];
$p->send_frame($c, $ipcp);
ok($p->wait_for('CDN', 10, $c->{id}), "$name: ends its call");

# A tunnel in which the LAC was not challenged; what is hidden in its SCCRQ was overheard, perhaps.
$d->configure(conf(request => '', secret => 'x', conf => '', challenge => 'no'));
$d->signal('HUP');
sleep 0.5;
my $vector = 'a random vector';
my $stranger = Peer->new(to => $d->port, secret => 'tunnel-secret');
$stranger->open_tunnel(more => [avp(36, $vector),
        pack('nnna*', 0x4000 | 6 + 7, 0, 8, "\0\5maker" ^ substr md5("\0\x08tunnel-secret$vector"), 0, 7)]);
($p, $stranger) = ($stranger, $p);
like($d->log, qr/maker/, 'what a stranger has hidden is revealed');

$name = 'S4.4.5-02 a stranger with somebody\'s name';
$c = call $name, request => usual('pap'), secret => 'x', challenge => 'no',
  conf => "$accept\nproxy authentication = accept\nrequire pap = yes",
  iccn => [lcp_avps($auth{pap} . $lac, $caller), pap_avps('alice', 'x')],
  says => qr/its word is not taken, as its tunnel is not authenticated/;
hears($c, packet(0xc021, 1, 8, pack 'H*', usual('pap')), "$name: pppd begins anew");
is((grep { $_ eq 'noauth' } args()), 0, "$name: and asks who it is");
$p->hang_up($c);

$name = 'S4.4.5-02 a stranger with an answer that was right once';
$c = call $name, request => usual('chap'), secret => 'the secret', challenge => 'no',
  conf => "$accept\nproxy authentication = verify",
  iccn => [lcp_avps($auth{chap} . $lac, $caller), chap_avps('alice', 'the secret')],
  says => qr/goes on where its LAC has it.*pppd asks it anew/;
like($d->log, qr/CHAP is not verified: its tunnel is not authenticated/, "$name: that is why");
hears($c, packet(0xc223, 1, 0x55, "\x04wxyzlns"), "$name: has to answer pppd");
$p->hang_up($c);
$stranger->close;

my $all = slurp $d->{logfile};
unlike($all, qr/the secret|bobs-own|pass word|whatever/, 'no secret in any log');
$p->close;
$d->finish;
done_testing;
