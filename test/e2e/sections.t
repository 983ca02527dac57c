#!/usr/bin/perl
# Sections that come and go by command: a, r, z, w, y, x with xl2tpd's answers (compat A.5), their
# effect on what runs, and what a reload leaves of them.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;

my $sink = ppp_script "reports $DIR/sink\nsink\n";
my ($far, $other) = (Peer->new, Peer->new);
my $file = <<"EOT";
[lns default]
ip range = 10.9.0.2 - 10.9.0.9
pppoptfile = $sink
[lac default]
pppoptfile = $sink
[lac there]
lns = 127.0.0.1:${\ $far->port}
hostname = of.the.file
maximum bps = 50000000
EOT
my $d = daemon 'd', conf => $file;

sub answers
{
    my ($command, $answer, $what) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($d->ask($command), $answer, $what // "'$command' is answered '$answer'");
}

sub reload
{
    my ($text) = @_;

    $d->configure($text) if defined $text;
    $d->mark->signal('HUP');
    return $d->says(qr/reload: .* is in force/, 'reloaded');
}

# The name that we bear in the SCCRQ of a LAC.
sub name_of
{
    my ($lac, $peer) = @_;

    $d->ask("c $lac");
    my $m = $peer->wait_for('SCCRQ') // return 'nothing';
    $d->ask("d $lac");
    loop_until { ($d->ask("d $lac") // '') =~ /not up/ };
    $peer->close if $peer->{peer_id};
    return $m->{avp}{7};
}

# -- a and r -------------------------------------------------------------------------------------

answers 'a', '01 Configuration parse error: lac-name expected';
answers 'a new lns=127.0.0.1;redail=yes',
  "03 Configuration parse error: setting 2: unknown key 'redail' in [lac new]; did you mean 'redial'?";
answers 'c new', "01 No such tunnel 'new'", 'a: after an error there is no such section';
answers 'a new lns=127.0.0.1:' . $other->port . ';hostname=of.the.command;', '00 OK';
$d->says(qr/lac new: added by command/, 'a: the log tells');
answers 'c new', '00 OK', 'a: the section is there';
my $m = $other->wait_for('SCCRQ');
is($m && $m->{avp}{7}, 'of.the.command', 'a: with its settings');
answers 'r new', '00 OK', 'r: it goes while it dials';
answers 'c new', "01 No such tunnel 'new'", 'r: it is gone';
answers 'r new', "01 No such tunnel 'new'";
answers 'r',     '01 r LAC';
$other->close;
$other = Peer->new;

answers 'a auto lns=127.0.0.1:' . $other->port . ';autodial=yes', '00 OK', 'a with autodial';
ok($other->accept_tunnel && $other->accept_call, 'X5-01 a: is dialled at once, and comes up');
$d->says(qr/Call established/, 'a: up');
answers 'a auto redial timeout=3', '00 OK', 'X5-04 a again, on one that is up: an answer';
$d->says(qr/lac auto: changed by command/, 'a: and a change');
reload;
my ($tunnel) = $d->status =~ /lac auto: (\w+)/;
is($tunnel, 'up', 'a reload leaves it up');
answers 'r auto', '00 OK', 'r on one that is up';
ok($other->wait_for('StopCCN'), 'X5-01 r: its tunnel is closed');
unlike($d->status, qr/lac auto/, 'r: and nothing is left of it');

# one that is there and idle
my $idle = Peer->new;
answers 'a idle lns=127.0.0.1:' . $idle->port, '00 OK', 'a without autodial';
answers 'a idle autodial=yes', '00 OK', 'a again, with it';
ok($idle->wait_for('SCCRQ'), 'a: it is dialled now');
answers 'r idle', '00 OK';

# a section of the file
my $third = Peer->new;
answers 'a there hostname=of.the.command;lns=127.0.0.1:' . $third->port, '00 OK';
is(name_of('there', $third), 'of.the.command', 'X5-04 a on a section of the file: changes it');
reload;
is(name_of('there', Peer->new(share => $third)), 'of.the.command', 'across a reload, too');

# what is judged is the whole of it, the file's lines and the command's, and once
$d->mark;
answers 'a there minimum bps=20000000', '00 OK', 'a: below the maximum of the file';
answers 'a there redial timeout=7', '00 OK', 'a: a setting that is doubtful in this section';
$d->says(qr/lac there: changed by command.*lac there: changed by command/s, 'a: both are told of');
is($d->tail =~ s/.*(?:secrets|changed by command).*\n//gr =~ s/^\S+ //gmr,
    "control: setting 1: 'redial timeout' in [lac there] has no effect without 'redial = yes'\n",
    'a: with one warning, and not that the section has no lns, as that is in the file');
answers 'r there', '00 OK', 'r on a section of the file';
answers 'c there', "01 No such tunnel 'there'", 'it is gone';
reload;
is(name_of('there', $far), 'of.the.file', 'until the next reload, and then as the file has it');

# -- z, w, y, x ----------------------------------------------------------------------------------

answers 'z', '01 z LNS key=value;key=value...';
answers 'z default no such=1',
  "03 Configuration parse error: setting 1: unknown key 'no such' in [lns default]: l2tpd.conf(5) lists the keys";
answers 'y nobody', '01 Error: Could not find lns';
answers 'w nobody', "01 No such tunnel 'nobody'";
answers 'y', '01 y LNS';

answers 'z local lac=127.0.0.1;ip range=10.8.0.2;pppoptfile=' . $sink, '00 OK: Saved value';
my $peer = Peer->new(to => $d->port);
$peer->open_tunnel;
my $call = $peer->open_call;
$d->says(qr/LNS session is 'local'/, 'z: the section serves');
$d->says(qr/"(?:10\.9\.0\.1)?:10\.8\.0\.2" /, 'z: with its addresses');
my ($tid, $cid, $port) = ($peer->{peer_id}, $call->{peer}, $peer->port);
$peer->send_frame($call, "\xff\x03\xc0\x21twelve");
loop_until { ($d->ask('y local') // '') =~ /rx_pkts=1/ };
answers 'y local', <<"EOT" =~ s/\n\z//r, 'X5-01 X5-02 X5-08 y: tunnels, calls and counts';
00 OK
00 STATUS tunnels.0.id=$tid
00 STATUS tunnels.0.peer=127.0.0.1:$port
00 STATUS tunnels.0.calls.0.id=$cid
00 STATUS tunnels.0.calls.0.tx_bytes=0
00 STATUS tunnels.0.calls.0.rx_bytes=10
00 STATUS tunnels.0.calls.0.tx_pkts=0
00 STATUS tunnels.0.calls.0.rx_pkts=1
00 STATUS tunnels.0.calls.count=1
00 STATUS tunnels.count=1
EOT
answers 'y default', "00 OK\n00 STATUS tunnels.count=0", 'y: another section has none';
answers 'x', <<"EOT" =~ s/\n\z//r, 'X5-01 X5-02 X5-08 x: what there is';
00 OK
00 AVAILABLE lns.0.name=default
00 AVAILABLE lns.1.name=local
00 AVAILABLE lns.count=2
00 AVAILABLE lac.0.name=there
00 AVAILABLE lac.count=1
00 AVAILABLE tunnels.0.id=$tid
00 AVAILABLE tunnels.0.peer=127.0.0.1:$port
00 AVAILABLE tunnels count=1
00 AVAILABLE calls count=1
EOT
like($peer->open_call->{refused} // 'none', qr/^2\/4 /, 'its one address is out');
answers 'z local ip range=10.8.0.2-10.8.0.3', '00 OK: Saved value', 'z on a section that is there';
ok(!$peer->open_call->{refused}, 'X5-01 z: changes it: one address more');
reload;
like($d->ask('x') // '', qr/lns\.1\.name=local/, 'a reload leaves it there');
ok($d->count(qr/call_close: Call $call->{peer} /) == 0, 'the running call has not noticed');
answers 'w local', '00 OK';
my $cdn = $peer->wait_for('CDN');
like($cdn ? Peer::result($cdn) : 'none', qr/^3\/0 section has been removed/, 'w: its calls get a CDN');
my $stop = $peer->wait_for('StopCCN');
ok($stop, 'X5-01 w: then its tunnel is closed');
answers 'y local', '01 Error: Could not find lns', 'w: it is gone';
reload;
answers 'y local', '01 Error: Could not find lns', 'w: a reload does not bring it back';

# a template
answers 'z default local ip=10.9.0.77', '00 OK: Saved value', 'z default: the one of last resort';
my $plain = Peer->new(to => $d->port);
$plain->open_tunnel;
$plain->open_call;
$d->says(qr/"10\.9\.0\.77:10\.9\.0\.\d" /, 'z default: counts from the next call');

answers "z \xff\xfe lac=127.0.0.1", "03 Configuration parse error: the section's name is no UTF-8",
  'a name that is no text';
answers "a h\xc3\xb6me lns=127.0.0.1", '00 OK', 'one that is, in UTF-8';
like($d->status, qr/lac h\\xc3\\xb6me: idle/, 'in the log it is escaped');
answers "r h\xc3\xb6me", '00 OK', 'and it can be removed';

# as verbs, with frames
is($d->ask('add-lac v lns=127.0.0.1'), '00 OK', 'add-lac');
is($d->ask('status-lns default') =~ s/\d+\.\d+\.\d+\.\d+:\d+//r =~ s/=\d+/=N/gr, <<'EOT' =~ s/\n\z//r, 'status-lns: in a frame');
00-OK
00-STATUS tunnels.0.id=N
00-STATUS tunnels.0.peer=
00-STATUS tunnels.0.calls.0.id=N
00-STATUS tunnels.0.calls.0.tx_bytes=N
00-STATUS tunnels.0.calls.0.rx_bytes=N
00-STATUS tunnels.0.calls.0.tx_pkts=N
00-STATUS tunnels.0.calls.0.rx_pkts=N
00-STATUS tunnels.0.calls.count=N
00-STATUS tunnels.count=N
00 OK
EOT
is($d->ask('remove-lac v'), '00 OK', 'remove-lac');
is($d->ask('remove-lac v'), "01 No such tunnel 'v'", 'remove-lac: once');
is($d->ask('hangup 54321'), "01 No such call '54321'", 'hangup: as a verb it tells');
is($d->ask('reload'), '00 OK', 'reload');

# names with blanks, where what follows is a name and nothing else; xl2tpd has it so
my $old = Peer->new;
reload "[lac my old  vpn]\nlns = 127.0.0.1:${\ $old->port}\nautodial = yes\n[lns a b]\nlac = 10.1.2.3\nassign ip = no\n";
ok($old->wait_for('SCCRQ'), 'a name with blanks: it is dialled at start');
answers 'd my',             "01 No such tunnel 'my'";
answers 'd my old  vpn x',  "01 No such tunnel 'my old  vpn x'";
answers 'd MY old  vpn   ', '00 OK', 'X5-01 d: a name with blanks';
loop_until { ($d->ask('d my old  vpn') // '') =~ /not up/ };
answers 'd my old  vpn', "01 Session 'my old  vpn' not up";
like($d->ask('status-lac my old  vpn'), qr/^00-STATUS lac=my old  vpn\n/, 'status-lac: likewise');
answers 'r my old  vpn', '00 OK', 'r: likewise';
answers 'r my old  vpn', "01 No such tunnel 'my old  vpn'";
answers 'y a b', "00 OK\n00 STATUS tunnels.count=0", 'y: likewise';
answers 'w a b', '00 OK', 'w: likewise';
answers 'w a b', "01 No such tunnel 'a b'";

put_file($d->{conf}, "[nonsense]\n");
is($d->ask('reload'), "01 The old configuration stays in force: $d->{conf}:1: "
      . 'unknown section [nonsense]: there are [global], [lns NAME], [lac NAME], [group NAME] and [switch NAME]',
    'reload: a broken file');
$d->is_well('and it goes on');

$d->finish;
done_testing;
