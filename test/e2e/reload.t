#!/usr/bin/perl
# SIGHUP: every row of the design's table, SIGUSR1 and the command "s": the status.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $echo = ppp_script "reports $DIR/echo\necho\n";

# Reloads and waits until that is done; true if the new file is in force.
sub reload
{
    my ($d, $text) = @_;

    $d->configure($text) if defined $text;
    $d->mark->signal('HUP');
    $d->wait_log(qr/reload: .*(?:is in force|stays in force)/);
    return $d->log =~ /is in force/;
}

sub lns
{
    my (%o) = @_;

    return ($o{global} // '') . "[lns default]\nip range = " . ($o{range} // '10.9.0.2 - 10.9.0.9')
      . "\nlocal ip = 10.9.0.1\npppoptfile = $echo\nhostname = " . ($o{hostname} // 'old.test')
        . "\n"
      . ($o{more} // '');
}

my @peers;

sub new_peer
{
    my ($d, %o) = @_;

    push @peers, Peer->new(to => $d->port, %o);
    return $peers[-1];
}

# -- as LNS --------------------------------------------------------------------------------------

my $d = daemon 'lns', conf => lns();
my $peer = new_peer $d;
is($peer->open_tunnel->{avp}{7}, 'old.test', 'a tunnel and a call before all reloads');
my $call = $peer->open_call;
ok($peer->echoes($call, "\xff\x03\xc0\x21before"), 'it carries frames');
my ($its_pppd) = loop_until { (reports("$DIR/echo"))[-1] };

ok(reload($d, lns(global => "debug packet = yes\n")), 'X1-10 debug topics: reloaded');
ok($peer->hang_up($peer->open_call), 'a call more');
$d->says(qr/heard session=0 .*ICRQ/, 'debug topics count at once: messages are in the log');
ok(reload($d, lns()), 'and off again');
ok($peer->hang_up($peer->open_call), 'a call more');
$d->says(qr/call_close/, 'the log goes on');
unlike($d->log, qr/heard session/, 'without messages');

ok(reload($d, lns(hostname => 'new.test', more => "length bit = yes\n")), 'X3-02 LNS settings: reloaded');
like($d->log, qr/reload: lns default has changed, from the next tunnel/, 'the log says from when');
my $second = new_peer $d;
is($second->open_tunnel->{avp}{7}, 'new.test', 'X3-02 X4-42 the next tunnel has the new ones');
$peer->send_frame($call, "\xff\x03\xc0\x21old");
my (undef, $m) = $peer->get_frame;
ok(!($m->{flags} & 0x4000), 'a running one keeps the old (no length bit)');
my $later = $second->open_call;
$second->send_frame($later, "\xff\x03\xc0\x21new");
(undef, $m) = $second->get_frame;
ok($m->{flags} & 0x4000, 'X4-36 the new tunnel\'s call has the new (length bit)');
$second->hang_up($later);
$d->says(qr/pppd ended/, 'its pppd has gone');

put_file($d->{secrets}, "* * hush\n");
ok(reload($d, lns(more => "challenge = yes\n")), 'secrets: reloaded');
my $right = new_peer $d, secret => 'hush';
ok($right->open_tunnel->{avp}{11}, 'X4-37 the next tunnel is challenged');
ok($right->open_call->{peer}, 'and with the new secret it comes up');
my $wrong = Peer->new(to => $d->port, secret => 'loud');
$wrong->open_tunnel;
like(Peer::result($wrong->wait_for('StopCCN') // {}), qr/^4\/0 wrong response/,
    'with another it does not');
ok($peer->echoes($call, "\xff\x03\xc0\x21secret"), 'the running one is not asked again');
$right->close;

# one address, and it is held by the first call
ok(reload($d, lns(range => '10.9.0.2 - 10.9.0.2')), 'pool: reloaded');
like($d->log, qr/reload: lns default has another pool/, 'the log says so');
my $third = new_peer $d;
$third->open_tunnel;
like($third->open_call->{refused} // 'none', qr/^2\/4 /, 'a lease still held is not given again');
ok($peer->echoes($call, "\xff\x03\xc0\x21lease"), 'its holder has not noticed');

# a broken file
ok(!reload($d, lns(hostname => 'broken.test', more => "no such key = 1\nassign ip = often\n")),
    'a broken file: the old one stays');
my $line = 10;
like($d->log, qr/\Q$d->{conf}\E:$line: .*no such key/,  'its line is named');
like($d->log, qr/\Q$d->{conf}\E:${\($line + 1)}: .*often/, 'and so is the next');
is(new_peer($d)->open_tunnel->{avp}{7}, 'old.test',
    'a new tunnel has the settings of the old file');
unlink $d->{conf};
ok(!reload($d), 'no file at all: likewise');
like($d->log, qr/\Q$d->{conf}\E: .*No such file/, 'and the log names it');

# the running call
my ($sent, $back) = (0, 0);
for my $i (1 .. 50) {
    $d->configure(lns(hostname => "h$i.test", global => $i % 2 ? "debug state = yes\n" : ''));
    $d->signal('HUP');
    for (1 .. 4) {
        $sent++;
        $back += $peer->echoes($call, pack 'nna*', 0xff03, $i, 'x' x rand 1000);
    }
}
is($back, $sent, "a running call has lost none of $sent frames in 50 reloads");
ok(kill(0 => $its_pppd->{pid}[0]), 'and its pppd is still the same one');

# the section is gone
ok(reload($d, "debug tunnel = no\n"), 'the LNS section is gone: reloaded');
like($d->log, qr/reload: lns default is gone: no new tunnels/, 'the log says what that means');
like(Peer::result(Peer->new(to => $d->port)->open_tunnel), qr/^4\/0 /, 'a new tunnel is refused');
ok($peer->echoes($call, "\xff\x03\xc0\x21on"), 'the running call goes on');
is($peer->open_call->{refused}, '3/0 its section has left the configuration',
    'a new call in its tunnel is refused, and told why');

# what needs a restart
$d->{wanted_port} = free_port;
ok(reload($d, lns()), 'another port: reloaded');
like($d->log, qr/reload: 'port' has changed: needs a restart/,
    'and the log says that it needs a restart');
ok($peer->echoes($call, "\xff\x03\xc0\x21port"), 'the old port still serves');
ok(reload($d, lns()), 'the same file again: reloaded');
like($d->log, qr/needs a restart/, 'and the restart is still owed');
$d->{wanted_port} = 0;
ok(reload($d, lns()), 'the port of the start again: reloaded');
unlike($d->log, qr/needs a restart/, 'and nothing is owed any more');

# what has no other test here: each is named, with when it counts
my %named = (
    "pppd = $PPPD.new\n"                          => "'pppd' changed, from the next call",
    "max retries = 4\n"                           => "'max retries' or 'cap backoff' changed, from the next tunnel",
    "cap backoff = 9\n"                           => "'max retries' or 'cap backoff' changed, from the next tunnel",
    "half open limit = 99\n"                      => "'half open limit' or 'half open per source' changed, from now",
    "half open per source = 9\n"                  => "'half open limit' or 'half open per source' changed, from now",
    "access control = yes\n"                      => "'access control' changed, from the next tunnel",
    "auth file = $DIR/others\n"                   => "'auth file' changed, from the next tunnel",
    "metrics interval = 77\n"                     => "'metrics file' or 'metrics interval' changed, from now",
    "exit with lac = yes\n"                       => "'exit with lac' changed, from now",
    "debug state = yes\n"                         => 'debug topics changed, from now',
    "packet marks = yes\n"                        => "'packet marks' has changed: needs a restart",
    "listen-addr = 127.0.0.2\n"                   => "'listen-addr' has changed: needs a restart",
    "[lac default]\nautodial = yes\n"             => 'lac default is new$',
    "[lns default]\nip range = 10.9.0.20\n"       => 'lns default has another pool: leases still held stay .* counts from the next tunnel',
    "[lns default]\nipparam = %h\n"               => 'lns default has changed, from the next tunnel \(what is for pppd: from the next call\)',
);
for my $keys (sort keys %named) {
    my ($what) = $keys =~ /(.*)\n\z/s;

    local $d->{ends} = $keys =~ /exit with lac/;    # else the last line has it otherwise
    ok(reload($d, lns(more => "[global]\n$keys")), "changed: $what");
    like($d->log, qr/reload: $named{$keys}/m, 'which is named');
    $d->{ends} = 0;
    $d->configure(lns())->mark->signal('HUP');
    $d->says(qr/is in force/, 'and changed back');
    unlike($d->log, qr/is gone: hung up/, 'a template is not hung up') if $keys =~ /lac default/;
}

put_file($d->{conf}, slurp($d->{conf}) =~ s/(force userspace) = yes/$1 = no/r);
$d->mark->signal('HUP');
$d->says(qr/reload: 'force userspace' changed, from the next call/, 'force userspace is named, too');
{
    # 24 is PF_PPPOX, 1 L2TP; where the kernel has it, pppd's plugin may still be missing
    my $can = $^O eq 'linux' && socket my $probe, 24, 2, 1;
    my $cannot = 'L2TP kernel support not detected \(try modprobing l2tp_ppp and pppol2tp\): \S.*';

    $d->says($can ? qr/: (?:Using l2tp kernel support\.|$cannot)$/m : qr/: $cannot$/m,
        'X8-02 whether the kernel can carry data is told, and why not');
}
$d->configure(lns())->mark->signal('HUP');
$d->says(qr/: Not looking for kernel support: 'force userspace = yes'$/m, 'X8-02 and that nobody looks');
$d->says(qr/is in force/, 'and changed back');

# -- status --------------------------------------------------------------------------------------

for (['SIGUSR1', sub { $d->signal('USR1') }], ['s', sub { $d->command("s\n") }]) {
    my ($name, $how) = @$_;

    $d->mark;
    $how->();
    $d->says(qr/====== end of statistics ========/, "X3-03 $name: the status is logged");
    like($d->log,
        qr/====== l2tpd statistics ========.*tunnels? .*tunnel $peer->{peer_id}: established/s,
        "$name: with the tunnel");
    like($d->log, qr/call $peer->{peer_id}\/$call->{peer}: established, peer's id $call->{id}, .*in [1-9]\d* frames/,
        "$name: and the call and what it has carried");
}

$_->close for @peers;
$d->finish;

# -- as LAC --------------------------------------------------------------------------------------

my ($one, $two) = map { Peer->new } 1, 2;
my %lac = map { $_->[0] => "[lac $_->[0]]\nlns = 127.0.0.1:" . $_->[1]->port
  . "\npppoptfile = $echo\n" }
  ['first', $one], ['second', $two];

$d = daemon 'lac', conf => "$lac{first}autodial = yes\n";
ok($one->accept_tunnel, 'a LAC with autodial is dialled at start');
$call = $one->accept_call;
ok($call && $one->echoes($call, "\xff\x03\xc0\x21lac"), 'and carries frames');

ok(reload($d, "$lac{first}autodial = yes\nhostname = changed.test\n$lac{second}autodial = yes\n"),
    'one changed, one new with autodial: reloaded');
like($d->log, qr/reload: lac first has changed, from the next dial/, 'the log tells of the one');
like($d->log, qr/reload: lac second is new: dialled/, 'and of the other');
ok($two->accept_tunnel(5), 'the new one is dialled');
my $other = $two->accept_call(5);
ok($other && $two->echoes($other, "\xff\x03\xc0\x21two"), 'and carries frames');
ok($one->echoes($call, "\xff\x03\xc0\x21still"), 'the changed one is up as before');
is($one->{heard}{SCCRQ}, 1, 'and was not dialled anew');

is($d->ask('d first'), '00 OK', 'taken down');
ok($one->wait_for('StopCCN'), 'it ends');
soon { ($d->ask('c first') // '') eq '00 OK' } 'and is dialled again';
my $again = Peer->new(share => $one);
my $request = $again->accept_tunnel(5);
is($request && $request->{avp}{7}, 'changed.test', 'now with the new settings');
ok($again->accept_call(5), 'up');

ok(reload($d, $lac{first}), 'one section gone: reloaded');
like($d->log, qr/reload: lac second is gone: hung up and forgotten/, 'the log says so');
my $end = $two->wait_for('StopCCN', 5);
like($end ? Peer::result($end) : 'none', qr/^1\/0 section has left/, 'its tunnel is closed');
is($d->ask('c second'), "01 No such tunnel 'second'", 'and it is known no more');
ok(!$again->wait_for('StopCCN', 0.2), 'the other stays');

$again->close;
$d->finish;

# Sections without a name are not their places in the file.
{
    my @p = map { Peer->new } 1, 2;
    my @text = map { "[lac]\nautodial = yes\npppoptfile = $echo\nlns = 127.0.0.1:" . $_->port . "\n" } @p;

    $d = daemon 'unnamed', conf => join '', @text;
    ok($_->accept_tunnel(5), 'one without a name is dialled') for @p;
    my @c = map { $_->accept_call(5) } @p;
    ok(reload($d, $text[1]), 'the first of two without a name is gone: reloaded');
    like($d->log, qr/reload: lac \(unnamed #1\) is gone/, 'the log says which');
    ok($p[0]->wait_for('StopCCN', 5), 'its tunnel is closed');
    ok($p[1]->echoes($c[1], "\xff\x03\xc0\x21two"), 'and the other goes on');
    ok(!$p[1]->wait_for('CDN|StopCCN', 0.2), 'untouched');
    $p[1]->close;
    $d->finish;
}
done_testing;
