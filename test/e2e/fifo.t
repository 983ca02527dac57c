#!/usr/bin/perl
# The control FIFO: xl2tpd's commands with xl2tpd's answers (compat A.5), and no harm by any input.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Fcntl qw(O_RDONLY O_RDWR O_WRONLY O_NONBLOCK);
use Peer;
use POSIX qw(mkfifo);
use Test::More;
use Time::HiRes qw(sleep time);

my $sink = ppp_script "reports $DIR/sink\n";
my $far  = Peer->new;
my $d    = daemon 'd', conf => <<"EOT";
[lns default]
ip range = 10.9.0.2 - 10.9.0.9
pppoptfile = $sink
[lac default]
pppoptfile = $sink
[lac there]
lns = 127.0.0.1:${\ $far->port}
EOT
my $run = "$d->{dir}/run";

sub answers
{
    my ($command, $answer, $what) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($d->ask($command), $answer, $what // "'$command' is answered '$answer'");
}

# -- the commands --------------------------------------------------------------------------------

answers 'c nowhere', "01 No such tunnel 'nowhere'";
answers 'd nowhere', "01 No such tunnel 'nowhere'";
answers 'd there',   "01 Session 'there' not up";
answers 'd 12345',   "01 No such tunnel '12345'";
answers 'd 0',       "01 No such tunnel '0'";
answers 'd 65536',   "01 No such tunnel '65536'";
answers 'd 99999999999999999999', "01 No such tunnel '99999999999999999999'";
answers 'c -1',      "01 No such tunnel '-1'";

answers 'c there', '00 OK';
answers 'c there', "01 Session 'there' already active!", 'X5-02 a second time, while it dials';
ok($far->accept_tunnel && $far->accept_call, 'X5-01 c: it is dialled');
$d->says(qr/Call established/, 'c: and up');
answers 'c there', "01 Session 'there' already active!", 'a third time, when it is up';
answers 'C there', '01 Unknown command C', 'X5-02 letters have a case';
answers 'd THERE', '00 OK', 'd: names have none';
is(Peer::result($far->wait_for('StopCCN') // {}), '1/0 Goodbye!', 'X5-01 d: StopCCN, "Goodbye!"');
soon { ($d->ask('d there') // '') eq "01 Session 'there' not up" } 'X5-01 d: then it is not up';

# by tunnel id, and calls
my $peer = Peer->new(to => $d->port);
$peer->open_tunnel;
my ($call, $other) = map { $peer->open_call } 1, 2;
answers 'h 54321', '00 OK', 'h: the answer is the same for a call that is not there';
$d->says(qr/command h: no such call '54321'/, 'h: the log tells');
answers "h $call->{peer}", '00 OK';
my $cdn = $peer->wait_for('CDN');
is($cdn && $cdn->{session}, $call->{id}, 'X5-01 h: pppd ends, and a CDN comes for this call');
answers "$_ " . ($peer->{peer_id} + 65536), "01 No such tunnel '${\ ($peer->{peer_id} + 65536)}'",
  "$_: an id is no remainder"
  for qw(c d);
answers "c $peer->{peer_id}", '01 Error', 'c with the id of a tunnel that the peer has opened';
answers "d $peer->{peer_id}", '00 OK';
answers "d $peer->{peer_id}", "01 No such tunnel '$peer->{peer_id}'", 'd: one that is going is gone';
is(Peer::result($peer->wait_for('StopCCN') // {}), '1/0 Goodbye!', 'd: by tunnel id');
answers "d $peer->{peer_id}", "01 No such tunnel '$peer->{peer_id}'", 'd: once';

# a bare tunnel goes to port 1701, so its peer needs an address of its own
my $ip = sprintf '127.%d.%d.%d', 1 + $$ % 200, 1 + $$ / 200 % 200, 7;
SKIP: {
    my $bare = eval { Peer->new(ip => $ip, port => 1701) } or skip "port 1701 is taken", 7;

    answers "t $ip", '00 OK';
    ok($bare->accept_tunnel, 'X5-01 t: a tunnel is opened');
    ok(!$bare->wait_for('ICRQ', 0.2), 't: without a call');
    answers "c $bare->{peer_id}", '00 OK', 'c TUNNEL: a call in it';
    ok($bare->accept_call, 'c TUNNEL: comes up');
    $d->mark->signal('HUP');
    $d->says(qr/ is in force/, 'a reload, by which a tunnel without a section stays');
    answers "d $bare->{peer_id}", '00 OK', 'd TUNNEL';
    ok($bare->wait_for('StopCCN'), 'd TUNNEL: it goes');
}
{
    my $bare = Peer->new;
    my $port = $bare->port;

    answers "t 127.0.0.1:$port", '00 OK', 't HOST:PORT, as in an lns line';
    ok($bare->accept_tunnel, 't HOST:PORT: a tunnel is opened there');
    $bare->close;
    answers "t 127.0.0.1:0", '01 HOST needs a port from 1 to 65535 behind the host, such as host:1701',
      't with what is no port: is not dialled';
}
my $no_host = '01 HOST must be a host: a name or an address, perhaps with :PORT';
answers 't ' . 'h' x 256, $no_host, 't with a name too long: says so';
answers "t h\xc2\x9b2J", $no_host, 't with what is no name';
answers 't [::1', $no_host, 't with half an address';
answers 't no-such-host.invalid', '00 OK', 't with a name that leads nowhere';
$d->says(qr/Host name lookup failed for no-such-host\.invalid\./, 't: the log tells');

$d->mark->command("s\n");
$d->says(qr/end of statistics/, 's: the status is logged');

# -- what is no command --------------------------------------------------------------------------

answers $_, "01 Unknown command $_" for qw(q Z 7 ?);
answers 'c', '01 c LAC|TUNNEL [user [password]]', 'a missing word: the usage';
answers 'd', '01 d LAC|TUNNEL', 'a missing word: the usage';
answers 'h', '01 h CALL', 'a missing word: the usage';
answers 't', '01 t HOST[:PORT]', 'a missing word: the usage';
answers '',  '01 Command expected', 'no command';
answers "c \x1b[2J", '01 Control character in command', 'escape sequences';
answers '  c   nowhere  ', "01 No such tunnel 'nowhere'", 'blanks all around';
answers "c\tnowhere\r", "01 No such tunnel 'nowhere'", 'a tab, and CR LF';
like($d->ask('c ' . 'n' x 3000), qr/^01 No such tunnel 'n{900,}/, 'a long name: the answer is cut');

# name, octets
srand 4711;
my @harmless = (
    ['10,000 octets in a line', 'c ' . 'x' x 10000 . "\n"],
    ['10,000 octets and no newline', 'c ' . 'x' x 10000],
    ['a command right after those', "\nc nowhere\n"],
    ['NULs', "c\0\0nowhere\0\n\0\0\0"],
    ['binary garbage', join '', map { chr int rand 256 } 1 .. 4000],
    ['an end of line', "\n"],
    ['a path and nothing', "\@/\n"],
    ['a path alone', "\@$run/nobody\n"],
    ['an @ alone', "@\n"],
    ['an @ and blanks', "@     \n"],
    ['a path of 3,000 octets', '@/' . 'a/' x 1500 . " x\n"],
    ['format characters', "c %s%s%n%n\n"],
    ['quotes and a semicolon', "c \"';reboot\n"],
    ['h of nothing much', "h 0\nh -1\nh 00\nh +1\nh 1e3\n"],
    ['a newline now', "\n"],
);
for (@harmless) {
    my ($name, $octets) = @$_;

    ok($d->command($octets), "$name: taken") or diag($!);
    sleep 0.03;
    $d->is_well("$name: no harm");
}
$d->says(qr/Line too long/, 'the log has told of the long line');
unlike($d->log, qr/[^\x20-\x7e\n]/, 'and nothing in it would be obeyed by a terminal');

{
    my $n = 0;
    for (1 .. 200) {
        $n += $d->command(join '', map { chr int rand 256 } 1 .. 1 + rand 2000) ? 1 : 0;
    }
    cmp_ok($n, '>', 100, "garbage in a heap ($n writes)");
    $d->command("\n");
    sleep 0.05;
    $d->is_well('garbage in a heap: no harm');
}

# -- how it is written ---------------------------------------------------------------------------

{
    my ($path, $f) = $d->reply_fifo;
    my $got = '';
    my $read = sub { sysread $f, $got, 4096, length $got; $got };

    $d->command("\@$path c one\n\@$path d two\n");
    loop_until { $read->() =~ tr/\n// >= 2 } 5;
    is($got, "01 No such tunnel 'one'\n01 No such tunnel 'two'\n", 'XD-07 two commands in one write');

    $got = '';
    $d->command("\@$path c unended");
    loop_until { $read->() =~ /\n/ } 5;
    is($got, "01 No such tunnel 'unended'\n", 'XD-07 a command without a newline');

    $got = '';
    sysopen my $w, $d->{fifo}, O_WRONLY | O_NONBLOCK or die;
    syswrite $w, $_ for "\@$path c ha", "lf", "way\n";
    loop_until { $read->() =~ /\n/ } 5;
    is($got, "01 No such tunnel 'halfway'\n", 'a command in three parts');

    $got = '';
    syswrite $w, "\@$path c broken";
    loop_until { $read->() =~ /\n/ } 5;
    syswrite $w, "off\n";
    is($got, "01 No such tunnel 'broken'\n", 'half a command, and the rest much later');
    $d->is_well('while a writer keeps it open');
    close $w;
    unlink $path;
}

# As a script does it line by line, for whom xl2tpd waits: the command first, then cat.
{
    my $path = "$run/late";

    mkfifo($path, 0600);
    $d->command("\@$path d later\n");
    $d->is_well('while an answer waits for its reader');
    sysopen my $f, $path, O_RDONLY | O_NONBLOCK or die;
    my $got = '';
    loop_until { sysread $f, $got, 4096, length $got; $got =~ /\n/ } 5;
    is($got, "01 No such tunnel 'later'\n", 'X5-02 an answer waits for who reads it behind the command');
    unlink $path;
}

# -- where answers may go ------------------------------------------------------------------------

{
    my $file = put_file("$run/file", "keep me\n");
    my $outside = put_file("$d->{dir}/outside", "keep me\n");
    mkfifo("$d->{dir}/fifo", 0600);
    sysopen my $f, "$d->{dir}/fifo", 2 | O_NONBLOCK or die;
    symlink $outside, "$run/link-to-file";
    symlink "$d->{dir}/fifo", "$run/link-to-fifo";
    symlink $d->{dir}, "$run/link-to-folder";
    mkfifo("$run/nobody", 0600);
    mkdir "$run/folder";
    my ($own) = $d->{fifo};

    for my $path ($file, $outside, "$run/link-to-file", "$run/link-to-fifo", "$run/../fifo",
        "$run/link-to-folder/fifo", "$d->{dir}/fifo", "$run/nobody", "$run/folder", $own,
        "$run/missing", '/dev/null', '/etc/passwd', 'fifo', "$run/.", "$run/") {
        $d->mark->command("\@$path x\n");
        $d->says(qr/control: no answer to ".*": not a FIFO in our folder/,
            "no answer to " . ($path =~ s/\Q$DIR\E//r));
    }
    is(slurp($file), "keep me\n", 'XD-07 X5-03 a plain file is left as it was');
    is(slurp($outside), "keep me\n", 'one outside, too');
    ok(-l "$run/link-to-file" && -p "$run/nobody" && -d "$run/folder", 'X5-03 nothing has been unlinked');
    sysread $f, my $got = '', 100;
    is($got, '', 'XD-07 X5-03 a FIFO outside the folder has got nothing');
    $d->is_well('after all that');
}

# Somebody has removed it.
{
    unlink $d->{fifo};
    ok(!$d->command("x\n"), 'a FIFO that has been removed takes no command');
    $d->mark->signal('HUP');
    $d->says(qr/reload: the control FIFO was gone and is there again/, 'a reload makes it again');
    $d->is_well('which is heard');
    is((stat $d->{fifo})[2] & 07777, 0600, 'and is for its owner');
    $d->mark->signal('HUP');
    $d->says(qr/reload: .* is in force/, 'one that is there');
    unlike($d->log, qr/control FIFO/, 'stays');
    unlink $d->{fifo};
    mkfifo($d->{fifo}, 0600);
    sysopen my $others, $d->{fifo}, O_RDWR | O_NONBLOCK or die;
    $d->mark->signal('HUP');
    $d->says(qr/reload: the control FIFO is gone and cannot be made again: /, 'that of another daemon is left alone');
    ok(-p $d->{fifo}, 'it is there');
    close $others;
    $d->mark->signal('HUP');
    $d->says(qr/reload: the control FIFO was gone and is there again/, 'until that daemon is gone');
    $d->is_well('which is heard, too');
}

# Somebody has cleaned up, or mounted another folder there.
{
    my $own = slurp($d->{pidfile});

    rename $run, "$run.away" or die;
    $d->mark->signal('HUP');
    $d->says(qr/reload: the pid file was gone and is there again/, 'so does the pid file come back');
    $d->says(qr/reload: the control FIFO was gone and is there again/, 'and the FIFO, with their folder');
    is(slurp($d->{pidfile}), $own, 'with the pid in it');
    my ($status) = run_program [$L2TPD, '-D', '-c', $d->{conf}, '-s', $d->{secrets}, '-p', $d->{pidfile}, '-C',
        "$d->{dir}/other"];
    is($status, 1, 'and held: no second daemon takes it over');
    $d->is_well('the first one lives');
    rename "$run.away/file", "$run/file";
}

$peer->close;
$far->close;
$d->mark;
$d->ask("h n\xee");
$d->says(qr/command h: no such call 'n\\xee/, 'the log has a command that it does not know made safe');
$d->finish;
ok(-e "$run/file", 'the run folder is left as it is, but for our own files');
done_testing;
