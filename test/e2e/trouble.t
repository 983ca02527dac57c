#!/usr/bin/perl
# A failed connection explains itself: each code of trouble.c that a hand-made peer or a stand-in pppd
# can provoke, its line in the log, and the exit status of a daemon in front whose only LAC it ended.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

my $n = 0;
my %provoked;

# A daemon in front that is for one LAC alone.
sub lac
{
    my ($text, %o) = @_;
    my $d = daemon 'lac' . ++$n,
      ends => 1, conf => 'max retries = ' . ($o{retries} // 0) . "\n[lac office]\nautodial = yes\n"
      . ($o{far} ? lns_line($o{far}->port) : '') . $text, secrets => $o{secrets}, pppd => $o{pppd};

    $d->{far} = $o{far};
    return $d;
}

sub lns_line { "lns = 127.0.0.1:$_[0]\n" }

# It tells of this trouble, once, and then ends with that status.  The facts are a pattern.
sub explains
{
    my ($d, $code, $facts, $status, $what) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $end = time + 20;
    my ($got) = $d->wait_end(0);

    # meanwhile the peer acknowledges, unless it is mute
    while (!defined $got && time < $end) {
        $d->{far}->hear(0.02) if $d->{far};
        ($got) = $d->wait_end($d->{far} ? 0 : 0.2);
    }
    like($d->log, qr/: lac office\b[^:]*: trouble $code: $facts/, "$code: $what")
      or diag($d->tail);
    is(scalar(my @all = $d->log =~ /: trouble /g), 1, "$code: once") or diag($d->tail);
    is($got, $status, "$code: exit status $status");
    is($d->trouble, '', "$code: nothing else is amiss");
    $provoked{$code}++;
}

# A tunnel and a call, and what the stand-in pppd does in it.
sub with_call
{
    my ($script, $text, %o) = @_;
    my $far = Peer->new(%o);
    my $d = lac 'pppoptfile = ' . ppp_script($script) . "\n" . ($text // ''), far => $far, %o;

    $far->accept_tunnel // return ($d, $far);
    return ($d, $far, $far->accept_call);
}

# -- before anything is sent ---------------------------------------------------------------------

explains lac("lns = no.such.invalid\n"), 'name-lookup', qr/the name no\.such\.invalid cannot be/, 1,
  'a name that is not there';
explains lac("lns = [::1]:1701\n"), 'no-socket', qr/::1 has only addresses of a kind/, 1,
  'IPv6, and a socket for IPv4 alone';
explains lac(''), 'no-lns', qr/the section has no 'lns'/, 1, 'no host';

{
    my $far = Peer->new;
    my $d = lac '', far => $far;

    ok($far->accept_tunnel && $far->accept_call, 'the only LAC is up');
    $d->configure("[lac home]\nautodial = yes\n")->signal('HUP');
    $d->says(qr/lac home: trouble no-lns: /, 'a reload gives it another name, under which it fails');
    is(($d->wait_end(5))[0], 1, 'it is what the daemon is for, as well');
}

# -- no answer -----------------------------------------------------------------------------------

{
    my $deaf = Peer->new;

    $deaf->{mute} = 1;
    my $d = lac '', far => $deaf;

    explains $d, 'no-answer', qr/127\.0\.0\.1:${\ $deaf->port} has answered none of 1 SCCRQs from /
      . qr/127\.0\.0\.1:${\ $d->port}; is its IPsec policy up.*firewall.*UDP port ${\ $deaf->port}\b/
      . qr/.*another source port/, 1, 'from which address and port, to which, and what to do';
}

my $closed = free_port;

explains lac(lns_line $closed), 'port-closed', qr/nobody listens on 127\.0\.0\.1:\d+: 1 SCCRQs, /
  . qr/and ICMP says/, 1, 'ICMP tells that nobody listens';

explains lac("lns = 255.255.255.255\n"), 'no-route', qr/nothing can be sent to 255\.255\.255\.255:1701 /
  . qr/from here: \S+/, 1, 'the system does not send it';

{
    my $far = Peer->new;
    my $d = lac "setup timeout = 1\n", far => $far;

    $far->wait_for('SCCRQ');
    $far->control('ZLB', 0);
    explains $d, 'too-slow', qr/127\.0\.0\.1:\d+ acknowledges, but nothing came of it in \d+ s/, 1,
      'an SCCRQ acknowledged and never answered';
}

# -- the peer refuses ----------------------------------------------------------------------------

# Refuses the SCCRQ, or the ICRQ.
sub refused
{
    my ($when, $result, $error, $text) = @_;
    my $far = Peer->new;
    my $d = lac "lns directed = no\n", far => $far, secrets => "* * wrong\n";
    my $session = 0;

    if ($when eq 'SCCRQ') {
        $far->wait_for('SCCRQ');
    }
    else {
        $far->accept_tunnel;
        $session = unpack 'n', $far->wait_for('ICRQ')->{avp}{14};
    }
    my @why = avp(1, pack 'nna*', $result, $error, $text);
    $far->control('StopCCN', 0, avp(9, u16($far->{id})), @why) if $when ne 'ICRQ';
    $far->control('CDN', $session, @why, avp(14, u16(7))) if $when eq 'ICRQ';
    return $d;
}

for (
    ['SCCRQ', 4, 0, 'not you', 'not-authorised', qr/127\S+ does not let in '\S+': 4\/0 \(.*\) not you; does it/, 1],
    ['SCCRQ', 2, 6, 'No secret on our side', 'peer-no-secret', qr/127\S+ \('127.0.0.1'\) has no secret for '\S+': 2\/6 .*side; have a line/, 1],
    ['SCCRQ', 2, 6, 'No secret key on our end', 'peer-no-secret', qr/127\S+ .*has no secret for/, 1],
    ['SCCRQ', 4, 0, 'authentication is wanted, but there is no secret for this peer', 'peer-no-secret', qr/127\S+ .*: 4\/0/, 1],
    ['SCCRQ', 2, 6, 'No Authorization', 'not-authorised', qr/.*2\/6 \(.*\) No Authorization/, 1],
    ['SCCRQ', 2, 4, 'full', 'peer-busy', qr/.*has no room for us: 2\/4 \(.*insufficient.*\) full/, 1],
    ['SCCRQ', 2, 7, '', 'peer-busy', qr/.*2\/7 \(general error: try another.*\)/, 1],
    ['SCCRQ', 5, 0x100, '', 'version', qr/.*speaks another version of L2TP: 5\/256/, 1],
    ['SCCRQ', 6, 0, 'bye', 'peer-leaves', qr/.*is shutting down: 6\/0 .*bye/, 16],
    ['SCCRQ', 2, 6, 'Specify your hostname', 'refused', qr/.*refuses the tunnel: 2\/6 \(.*\) Specify your hostname/, 1],
    ['SCCRQ', 1, 0, '', 'refused', qr/.*refuses the tunnel: 1\/0 \(/, 1],
    ['ICRQ', 2, 4, 'No available IP address', 'peer-no-address', qr/.*lacks what a call needs, as a rule an address: 2\/4/, 1],
    ['ICRQ', 2, 4, '', 'peer-no-address', qr/.*lacks what a call needs, as a rule an address: 2\/4/, 1],
    ['ICRQ', 2, 4, 'no pty is left', 'peer-busy', qr/.*has no room for us: 2\/4 \(.*\) no pty is left/, 1],
    ['ICRQ', 2, 7, '', 'peer-busy', qr/.*2\/7/, 1],
    ['SCCRQ', 2, 9, '192.0.2.7', 'peer-busy', qr/.*2\/9 \(general error: try another, directed\) 192\.0\.2\.7/, 1],
    ['ICRQ', 2, 9, '192.0.2.7', 'peer-busy', qr/.*2\/9 \(general error: try another, directed\) 192\.0\.2\.7/, 1],
    ['SCCRQ', 77, 0, 'odd', 'refused', qr/.*refuses the tunnel: 77\/0 \(unknown code 77\) odd/, 1],
    ['ICRQ', 2, 99, 'odd', 'call-refused', qr/.*: 2\/99 \(general error: unknown code 99\) odd/, 1],
    ['ICRQ', 5, 0, 'no modem', 'call-refused', qr/.*refuses the call: 5\/0 \(.*\) no modem/, 1],
  )
{
    my ($when, $result, $error, $text, $code, $facts, $status) = @$_;

    explains refused($when, $result, $error, $text), $code, $facts, $status,
      "$result/$error '$text' to an $when";
}

# -- authentication of the tunnel ----------------------------------------------------------------

# A peer that holds this secret, and a LAC with these secrets.
sub secrets
{
    my ($secrets, $challenge, %o) = @_;
    my $far = Peer->new(name => 'far.test', %o);

    $far->{challenges} = $o{challenges};
    my $d = lac "hostname = near.test\nchallenge = $challenge\n", far => $far,
      secrets => $secrets;

    return ($d, $far);
}

{
    my ($d, $far) = secrets("# one\nx y z\nnear.test far.test s1\n", 'yes', secret => 's2');

    $far->accept_tunnel;
    explains $d, 'peer-secret', qr/127\.0\.0\.1:\d+ \('far\.test'\) has not proven the secret of /
      . qr/\Q$d->{secrets}\E:3: it has another, or none/, 1, 'which side, and which line';
    unlike($d->log, qr/\bs1\b/, 'and never the secret itself');
}
{
    my ($d, $far) = secrets("near.test far.test s1\n", 'yes');

    no warnings 'redefine';
    local *Peer::response = sub { () };
    $far->accept_tunnel;
    explains $d, 'peer-mute', qr/.*\('far\.test'\) has not answered our challenge/, 1,
      'a peer that does not authenticate itself';
}
{
    my ($d, $far) = secrets("near.test far.test s1\n", 'no', secret => 's2', challenges => 1);

    $far->accept_tunnel;
    $far->wait_for('SCCCN');
    $far->control('StopCCN', 0, avp(9, u16($far->{id})), avp(1, pack 'nna*', 4, 0, 'bad response'));
    explains $d, 'secret-refused', qr/.*\('far\.test'\) refuses the secret of \Q$d->{secrets}\E:1 from /
      . qr/'near\.test': 4\/0 \(.*\) bad response/, 1, 'our response, and which line it was made with';
}
{
    my ($d, $far) = secrets("near.test other s1\n", 'no', challenges => 1);

    $far->accept_tunnel;
    explains $d, 'no-secret', qr/.*no line of \Q$d->{secrets}\E is for 'near\.test' and 'far\.test'/, 1,
      'no line fits: which names were looked up';
}
for (['', 'hidden-no-secret', qr/.*hides what it says, and no line of \S+ is for 'near\.test' and 'far/],
    ["* * s1\n", 'hidden-secret', qr/the secret of \S+:1 does not reveal what 127\S+ \('far\.test'\) hides/])
{
    my ($lines, $code, $facts) = @$_;
    my ($d, $far) = secrets($lines, 'no');
    # the id of the tunnel, hidden by nobody's secret
    my $vector = avp 36, 'v' x 16;
    my $hidden = pack('nnn', 0xc000 | 6 + 16, 0, 9) . "\xa5" x 16;

    $far->wait_for('SCCRQ');
    $far->control('SCCRP', 0, avp(2, "\1\0"), avp(3, u32(3)), avp(7, 'far.test'), $vector, $hidden);
    explains $d, $code, $facts, 1, 'what the peer hides';
}

# -- what is against the protocol ----------------------------------------------------------------

{
    my $far = Peer->new;
    my $d = lac '', far => $far;

    $far->wait_for('SCCRQ');
    $far->control('SCCCN', 0);
    explains $d, 'bad-message', qr/127\S+ has sent what it should not: SCCCN .*in state/, 1,
      'a message out of turn';
}

# -- pppd ----------------------------------------------------------------------------------------

{
    my ($d) = with_call '', '', pppd => "$DIR/missing";

    explains $d, 'pppd-not-run', qr/\Q$DIR\E\/missing cannot be run: No such file.*package ppp/, 1,
      'no pppd';
}
for (
    [0,  'ppp-ended',        qr/127\S+ has ended PPP/,              16],
    [1,  'pppd-failed',      qr/pppd met a fatal error of its own \(fatal error\)/, 1],
    [2,  'pppd-options',     qr/pppd does not take its options \(\S+, \S+ or its command line\): its own words/, 1],
    [3,  'pppd-not-root',    qr/pppd does not run as root/,         1],
    [4,  'no-kernel-ppp',    qr/pppd finds no PPP in the kernel; modprobe/, 1],
    [5,  'pppd-killed',      qr/somebody else has ended pppd: terminated by a signal/, 1],
    [7,  'pppd-device',      qr/.*: tty could not be opened/,       1],
    [8,  'pppd-device',      qr/.*: connect script failed/,         1],
    [10, 'no-ppp-answer',    qr/the call is up, but no PPP has come from 127/, 1],
    [11, 'peer-password',    qr/127\S+ \('peer\.test'\) has not shown a good name/, 2],
    [12, 'ppp-idle',         qr/pppd has ended an idle call/,       0],
    [13, 'ppp-time',         qr/the call has had its time/,         0],
    [15, 'no-echo',       qr/127\S+ answers no LCP echo any more/, 16],
    [14, 'ppp-ended',        qr/127\S+ has ended PPP/,              16],
    [16, 'no-ppp-answer',    qr/the call is up, but no PPP has come from 127/, 1],
    [17, 'ppp-loop',         qr/pppd hears its own words come back/, 1],
    [19, 'password-refused', qr/127\S+ refuses the name or password of user 'carol'; see 'name'/, 2],
    [77, 'pppd-failed',      qr/pppd met a fatal error of its own \(exit code 77\)/,            1],
  )
{
    my ($exit, $code, $facts, $status) = @$_;
    my ($d) = with_call "exit $exit\n", "name = carol\n";

    explains $d, $code, $facts, $status, "pppd ends with $exit";
}
{
    my ($d) = with_call "plugin nowhere.so\n";

    explains $d, 'pppd-plugin', qr/pppd finds no plugin nowhere\.so \(\S+:1\)/, 1,
      'an option file that names a plugin which is nowhere';
}
{
    my ($d, $far, $call) = with_call "await 1\nexit 10\n";

    $far->send_frame($call, "\xff\x03\xc0\x21\x01\x01\x00\x04");
    explains $d, 'ppp-negotiation', qr/PPP with 127\S+ came to no agreement/, 1,
      'pppd ends with 10, and the peer has spoken PPP';
}
{
    my ($d, $far, $call) = with_call "reports $DIR/killed\n";
    my $pid = loop_until { my ($report) = reports("$DIR/killed"); $report && $report->{pid}[0] };

    kill KILL => $pid;
    explains $d, 'pppd-killed', qr/somebody else has ended pppd: killed by signal 9/, 1, 'KILL';
}
# pppd says 16 of whatever ends on a timer of its own: what has passed tells which.
for (['', '', 'ppp-negotiation', qr/PPP with 127\S+ came to no agreement/, 1],
    ['send ff0380210201000a03060a090001', "\xff\x03\x80\x21\x02\x01\x00\x0a\x03\x06\x0a\x09\x00\x02", 'hung-up', qr/pppd says that its line was hung up/, 16],
    ['send ff03c021050300175065657220' . unpack('H*', 'not responding'), '', 'no-echo',
        qr/127\S+ answers no LCP echo any more/, 16],
    ['', "\xff\x03\xc0\x21\x05\x01\x00\x04", 'ppp-ended', qr/127\S+ has ended PPP/, 16])
{
    my ($script, $frame, $code, $facts, $status) = @$_;
    my ($d, $far, $call) = with_call "await 1\n$script\nawait 2\nexit 16\n";

    $far->send_frame($call, "\xff\x03\xc0\x21\x01\x01\x00\x04");
    $far->get_frame(5, $call) if $script;
    $far->send_frame($call, $frame || "\xff\x03\xc0\x21\x09\x01\x00\x08abcd");
    explains $d, $code, $facts, $status, "pppd ends with 16: $code";
}
{
    my ($d, $far, $call) = with_call "reports $DIR/crashed\n";
    my $pid = loop_until { my ($report) = reports("$DIR/crashed"); $report && $report->{pid}[0] };

    kill ABRT => $pid; # which no sanitizer in the stand-in catches
    explains $d, 'pppd-failed', qr/pppd met a fatal error of its own \(killed by signal 6\)/, 1, 'a crash';
}
for (['CHAP', "\xff\x03\xc2\x23\x04\x01\x00\x08nope"], ['PAP', "\xc0\x23\x03\x01\x00\x05\x00"])
{
    my ($kind, $frame) = @$_;
    my ($d, $far, $call) = with_call "await 1\nsink\n", "name = carol\n";

    $far->send_frame($call, $frame);
    $far->hang_up($call);
    explains $d, 'password-refused', qr/127\S+ refuses the name or password/, 2,
      "a refusal of $kind is seen, though the call is hung up before pppd can tell";
}

# pppd gives no password (it rejects CHAP, or wants another way than PAP), and is hung up for it; unless
# it agrees to the next way, or the peer goes on without: then it is something else.
my $reject = 'send ff03c021040100090305c22305';
my $nak    = 'send ff03c021030100080304c023';
for ([$reject, '', 'no-password', 2], [$nak, '', 'no-password', 2],
    ["$nak\nsend ff03c021020200090305c22305", '', 'closed', 16],
    [$reject, "\xff\x03\x80\x21\x01\x01\x00\x04", 'closed', 16])
{
    my ($script, $frame, $code, $status) = @$_;
    my ($d, $far, $call) = with_call "$script\nsend ff030057\nsink\n", "name = carol\n";

    loop_until { ($far->get_frame(1, $call) // '') =~ /^..\x00\x57/s };
    $far->echoes($call, $frame, seconds => 0.3) if $frame;
    $far->hang_up($call);
    explains $d, $code, $code eq 'closed' ? qr/127/ : qr/pppd does not auth.*127.*user 'carol'.*refuse chap/,
      $status, "pppd is asked for a password: $script" . ($frame ? ', and IPCP' : '');
}
{
    my ($d, $far, $call) = with_call "send ff03c22304010004\nsend ff030057\nsink\n";

    loop_until { ($far->get_frame(1, $call) // '') =~ /^..\x00\x57/s };
    $far->hang_up($call);
    explains $d, 'peer-password', qr/127\S+ \('peer\.test'\) has not shown a good name/, 2,
      'it is pppd here that refuses';
}

# -- a connection that was up --------------------------------------------------------------------

for (['StopCCN', 1, 0, '', 'closed', qr/127\S+ has ended the connection: 1\/0 \(general request.*\)/],
    ['StopCCN', 6, 0, 'reboot', 'peer-leaves', qr/.*: 6\/0 \(.*\) reboot/],
    ['CDN', 1, 0, 'lost', 'closed', qr/.*1\/0 \(.*\) lost/],
    ['CDN', 2, 6, 'oops', 'closed', qr/.*2\/6 \(.*\) oops/])
{
    my ($type, $result, $error, $text, $code, $facts) = @$_;
    my ($d, $far, $call) = with_call "sink\n";

    $far->send_frame($call, "\xff\x03\x00\x21x");
    $far->control($type, $type eq 'CDN' ? $call->{peer} : 0,
        $type eq 'CDN' ? avp(14, u16($call->{id})) : avp(9, u16($far->{id})),
        avp(1, pack 'nna*', $result, $error, $text));
    explains $d, $code, $facts, 16, "$type $result/$error '$text' while up";
}
{
    my ($d, $far, $call) = with_call "sink\n", "hello interval = 1\n";

    $far->{mute} = 1;
    $far->send_frame($call, "\xff\x03\x00\x21x");
    explains $d, 'traffic-stopped', qr/all traffic from 127\S+ stopped at once \d+ s ago, in the middle of /
      . qr/data; an IPsec rekey is suspected/, 16, 'data flowed, and all fell silent';
}
{
    my ($d, $far, $call) = with_call "sink\n", "hello interval = 1\n";

    $far->{mute} = 1;
    explains $d, 'peer-silent', qr/127\S+ has been silent for \d+ s: 1 HELLOs unanswered/,
      16, 'an idle tunnel, and no answer to HELLO';
}
{
    my ($d, $far, $call) = with_call "sink\n", "hello interval = 1\nquirks = -silent-hello\n",
      retries => 1;

    $far->{mute} = 1;
    loop_until {
        $far->send_frame($call, "\xff\x03\x00\x21x") if $far->{heard}{HELLO};
        $far->hear(0.2);
        $d->log =~ /trouble/;
    };
    explains $d, 'no-ack', qr/127\S+ has acknowledged none of 2 HELLOs, though its data still came \d+ s/,
      16, 'data go on, and HELLO is not acknowledged';
}

done_testing;
