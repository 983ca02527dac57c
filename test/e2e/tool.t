#!/usr/bin/perl
# l2tpd-control: each verb, both spellings, what it prints and the status that it ends with.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use JSON::PP;
use Peer;
use POSIX qw(mkfifo);
use Test::More;
use Time::HiRes qw(sleep);

my $tool = "$B/l2tpd-control";
my $sink = ppp_script "reports $DIR/sink\nsink\n";
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

# What a command line comes to: status, standard output and error.
sub tool
{
    my (@words) = @_;

    return run_program([$tool, '-c', $d->{fifo}, @words]);
}

# A test: status and standard output (a text, or a pattern).
sub gives
{
    my ($words, $status, $out, $what) = @_;
    my @got = tool(split / /, $words);

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $good = $got[0] eq $status && (ref $out ? $got[1] =~ $out : $got[1] eq $out);
    ok($good, $what // "'$words'") or diag("status $got[0]\n$got[1]$got[2]");
    return $got[1];
}

sub tells
{
    my ($words, $status, $err, $what) = @_;
    my @got = tool(split / /, $words);

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok($got[0] eq $status && $got[1] eq '' && $got[2] =~ $err, $what // "'$words'")
      or diag("status $got[0]\n$got[1]$got[2]");
}

# -- connections ---------------------------------------------------------------------------------

tells 'connect nowhere', 1, qr/^No such tunnel 'nowhere'$/m;
gives 'connect there', 0, "OK\n";
ok($far->accept_tunnel && $far->accept_call, 'connect: it is dialled');
soon { ($d->status =~ /lac there: up/) } 'and up';
tells 'connect-lac there', 1, qr/^Session 'there' already active!$/m, 'connect-lac: the older spelling';
gives 'status-lac there', 0, qr/^STATUS state=up$/m;
tells 'status-lac nowhere', 1, qr/Could not find lac/;
gives 'status there', 0, qr/^STATUS state=up$/m, "'status there': xl2tpd-control's older form";
gives 'disconnect there', 0, "OK\n";
ok($far->wait_for('StopCCN'), 'disconnect: it goes');
soon { (tool('disconnect-lac', 'there'))[0] eq 1 } 'disconnect-lac: then it is not up';

for ([255, 1], [256, 255], [2000, 255]) {
    my ($n, $code) = @$_;
    my $line = 'x' x $n;
    my ($status) = run_program(['sh', '-c', "echo $line | $tool -c $d->{fifo} connect nobody joe -"]);
    is($status, $code, "a password of $n octets: taken whole or not at all");
}
{
    my ($status) = run_program(['sh', '-c', "echo 'pass;word' | $tool -c $d->{fifo} connect there joe -"]);
    is($status, 0, 'connect: a password from standard input');
    my $again = Peer->new(share => $far);
    ok($again->accept_tunnel && $again->accept_call, 'it is dialled');
    my ($pppd) = loop_until { my @r = reports("$DIR/sink"); $r[-1]{password} ? $r[-1] : undef };
    is($pppd && $pppd->{password}[0], 'pass;word', 'and reaches pppd');
    tool('disconnect', 'there');
    my $third = Peer->new(share => $far);
    loop_until { (tool('connect', 'there', '@joe', '@pass'))[0] eq 0 };
    ok($third->accept_tunnel && $third->accept_call, 'connect: a user and a password that begin with "@"');
    soon { (grep { ($_->{password}[0] // '') eq '@pass' } reports("$DIR/sink")) > 0 }
      'reach pppd';
    tool('disconnect', 'there');
    my @got = tool('connect', 'there', 'joe', "x\@$d->{dir}/run/y");
    is($got[0], 255, 'what the daemon would take for another command cannot be sent');
    like($got[2], qr/a path behind "@" would begin another command/, 'which is told');
    @got = tool('connect', 'there', 'joe', 'pass word');
    is($got[0], 255, 'a password with a blank cannot be sent');
    unlike($got[2], qr/word'/, 'which is told without telling it');
}

# -- sections ------------------------------------------------------------------------------------

is((tool('add-lac', 'new', 'lns=127.0.0.1', 'redial', 'timeout=20', 'redial=', 'yes',
        'hostname', '=', 'my.name', 'max redials = 7'))[0], 0,
    'add-lac: keys and values, wherever the blanks are');
$d->command("\n");
is((tool('add-lac', 'new', 'redial', 'timeout', '=', 'soon'))[2],
    "Configuration parse error: setting 1: 'redial timeout = soon' must be a whole number from 1 to 86400\n", 'add-lac: an error')
  or diag((tool('add-lac', 'new', 'redial', 'timeout', '=', 'soon'))[2]);
is((tool('add-lac', 'new', 'redial timeout=soon'))[0], 3, 'has its code');
is((tool('add', 'new', 'redial=no'))[0],    0, 'X5-05 add: the older spelling');
is((tool('add-lns', 'local', 'lac=127.0.0.1', 'ip range=10.8.0.1-10.8.0.5'))[0], 0, 'add-lns');
gives 'available', 0, <<'EOT';
AVAILABLE lns.0.name=default
AVAILABLE lns.1.name=local
AVAILABLE lns.count=2
AVAILABLE lac.0.name=there
AVAILABLE lac.1.name=new
AVAILABLE lac.count=2
AVAILABLE tunnels count=0
AVAILABLE calls count=0
EOT
gives 'status-lns local', 0, "STATUS tunnels.count=0\n";
tells 'status-lns nobody', 1, qr/Could not find lns/;
# What is sent: each word is a setting, and arrives as it is.
for (
    [['name=', 'redial=yes'] => 'name=;redial=yes;', 'an empty value takes no other word'],
    [['name=', 'redial', 'timeout=20'] => 'name= redial;timeout=20;', 'but one that is no setting', 3],
    [['name =', '', 'redial=yes'] => 'name = ;redial=yes;', 'an empty word is an empty value'],
    [['name', '=', 'a=b', 'redial=yes'] => 'name = a=b;redial=yes;', 'behind "=" stands the value'],
    [['redial timeout=20', 'redial', '= no'] => 'redial timeout=20;redial = no;', 'blanks anywhere'],
    [['name=a;redial=no', 'redial=yes'] => 'name="a;redial=no";redial=yes;', 'a semicolon in a value'],
    [['name= a#b '] => 'name= "a#b";', 'a "#"'],
    [['name=a"b;c\\d', 'redial=yes'] => 'name="a\\"b;c\\\\d";redial=yes;', 'a quote and a backslash beside one'],
    [['name=a"b', 'hostname=c"d'] => 'name=a"b;hostname=c"d;', 'quotes in a value'],
    [['name="a;\\"b"', 'redial=yes'] => 'name="a;\\"b";redial=yes;', 'a value in quotes of its own'],
    [['name=a=b=c', 'hostname=d'] => 'name=a=b=c;hostname=d;', 'equals signs in a value'],
    [['name=a b  c'] => 'name=a b  c;', 'blanks in a value'],
  )
{
    my ($words, $sent, $what, $code) = @$_;
    my ($status, undef, $err) = tool('-d', 'add-lac', 'new', @$words);

    ok($err =~ /command: \S+ a new \Q$sent\E$/m && $status eq ($code // 0), "add-lac: $what") or diag("$status\n$err");
}
for (['name="a;b', 'redial=yes'], ['name="a"b'], ['na;me=x'], ['#name=x']) {
    my ($status, undef, $err) = tool('add-lac', 'new', @$_);

    is($status, 255, "add-lac: '@$_' is not sent") or diag($err);
}
tool('add-lac', 'new', 'name=joe', 'calling number=123');
is((tool('add-lac', 'new', 'name=', 'calling number='))[0], 0, 'add-lac: empty values are taken');
is((tool('add-lac', 'new', 'redial timeout=', 'name=x'))[2],
    "Configuration parse error: setting 1: 'redial timeout = ' must be a whole number from 1 to 86400\n",
    'or refused, by their own key');
gives 'remove-lns local', 0, "OK\n";
gives 'remove-lac new',   0, "OK\n";
tells 'remove new', 1, qr/No such tunnel 'new'/, 'remove: the older spelling';

# -- what is going on ----------------------------------------------------------------------------

my $peer = Peer->new(to => $d->port);
$peer->open_tunnel;
my $call = $peer->open_call;
gives 'status', 0, qr/^\Q$peer->{peer_id}\E +\Q$call->{peer}\E +default /m;
my $json = eval { decode_json gives 'status --json', 0, qr/^\{/ };
is($json && $json->{calls}[0]{call}, $call->{peer}, '--json: valid');
gives '--json status', 0, qr/^\{/, '--json before the verb';
gives 'metrics', 0, qr/^l2tpd_calls 1$/m;
gives 'log packet', 0, "packet\n";
gives 'log none', 0, "none\n";
tells 'log no-such', 1, qr/No such topic/;
tells 'dial nowhere 123', 1, qr/No such tunnel 'nowhere'/;
tells 'hangup 54321', 1, qr/No such call '54321'/;
gives "hangup $call->{peer}", 0, "OK\n";
ok($peer->wait_for('CDN'), 'hangup: it goes');
gives 'reload', 0, "OK\n";
gives 'open 127.0.0.1', 0, "OK\n";

{
    my $out = "$DIR/events";
    my $pid = fork // die;
    if (!$pid) { open STDOUT, '>', $out; exec $tool, '-c', $d->{fifo}, 'events' }
    soon { slurp($out) =~ /"event":"listening"/ } 'events: it listens';
    tool('reload');
    soon { slurp($out) =~ /^\{"time":"[^"]+","event":"reload","in_force":true\}$/m } 'and hears';
    my @left = glob "$d->{dir}/run/*.out";
    is(scalar @left, 1, 'its FIFO is there');
    kill TERM => $pid;
    waitpid $pid, 0;
    is($? & 127, 15, 'a signal ends it');
    is(join(' ', glob "$d->{dir}/run/*.out"), '', 'and its FIFO is gone');
}

# A setting that goes on in another line would be another command.
{
    my ($code, undef, $err) = tool('add-lac', 'two', "lns=127.0.0.1:9\nr office");

    is($code, 255, 'add-lac: a setting with a newline in it is refused');
    like($err, qr/a setting is one line: nothing was sent/, 'and it is said why');
    isnt((tool('status-lac', 'two'))[0], 0, 'nothing has come of it');
}

# A folder of any name.
{
    my $other = daemon "a folder  with blanks \x01", conf => "[lns default]\nip range = 10.9.0.2\n";

    for my $words (['status'], ['available'], ['connect', 'nowhere'], ['reload']) {
        my @got = run_program([$tool, '-t', 3, '-c', $other->{fifo}, @$words]);
        is($got[0], $words->[0] eq 'connect' ? 1 : 0, "a folder with blanks in its name: $words->[0]")
          or diag("$got[1]$got[2]");
    }
    opendir my $run, "$other->{dir}/run" or die;
    is(join(' ', grep { /\.out$/ } readdir $run), '', 'nothing is left there');
    $other->finish;
}

# What one that was killed has left goes with the next; what is somebody's stays.
{
    my $run = "$d->{dir}/run";
    my $dead = fork // die "fork: $!\n";
    POSIX::_exit(0) if $dead == 0;
    waitpid $dead, 0;
    my %of = (orphan => "l2tpd-control-$dead.1.out", alive => "l2tpd-control-$$.1.out",
        fresh => "l2tpd-control-$dead.2.out", alien => "other-$dead.1.out", file => "l2tpd-control-$dead.3.out");

    POSIX::mkfifo("$run/$of{$_}", 0600) or die "$run/$of{$_}: $!\n" for qw(orphan alive fresh alien);
    put_file("$run/$of{file}", '');
    utime 1, 1, "$run/$of{$_}" for qw(orphan alive alien file);
    is((tool('status'))[0], 0, 'a command beside what others have left');
    is(join(' ', grep { -e "$run/$of{$_}" } sort keys %of), 'alien alive file fresh', 'only the orphan goes');
    unlink "$run/$_" for values %of;
}
{
    my $out = "$DIR/watch";
    my $pid = fork // die;
    if (!$pid) { open STDOUT, '>', $out; exec $tool, '-c', $d->{fifo}, 'watch', '1' }
    soon { (() = slurp($out) =~ /^version /mg) >= 2 } 'watch: again and again';
    unlike(slurp($out), qr/\033/, 'nothing for a terminal where there is none');
    kill TERM => $pid;
    waitpid $pid, 0;
}

# A terminal has its own size, which is heeded; and nobody waits for a reader that has gone.
SKIP: {
    skip 'no script(1)', 5 if !grep { -x "$_/script" } split /:/, $ENV{PATH};
    for ([5, 20], [100, 300], [1, 1]) {
        my ($rows, $columns) = @$_;
        my $out = "$DIR/typed.$rows";
        my $pid = fork // die;
        if (!$pid) {
            open STDIN,  '<', '/dev/null';
            open STDOUT, ">", "$DIR/typed.out";
            open STDERR, ">&", \*STDOUT;
            exec 'script', '-qfec', "stty rows $rows cols $columns; exec $tool -c $d->{fifo} watch 1", $out;
        }
        loop_until { (() = slurp($out) =~ /\033\[H/g) >= 3 };
        kill TERM => $pid;
        waitpid $pid, 0;
        my ($page) = slurp($out) =~ /\033\[H(.*?)\033\[J/s;
        my @lines = map { s/\033\[K//r } split /\r+\n/, $page // '';
        ok(@lines && @lines <= ($rows > 1 ? $rows - 1 : 1) && !(grep { length > $columns } @lines),
            "watch: a page for $rows lines of $columns")
          or diag(explain \@lines);
        like($lines[-1], qr/^\(more: 'status' ha/, 'that there is more is told') if $rows == 5;
        like(join("\n", @lines), qr/^version .*^LNS .*^LAC /ms, 'all of it where there is room') if $rows == 100;
    }
}
{
    pipe my $from, my $to or die;
    my $pid = fork // die;
    if ($pid == 0) {
        open STDOUT, '>&', $to;
        open STDERR, '>', '/dev/null';
        exec $tool, '-c', $d->{fifo}, 'watch', '600';
    }
    close $to;
    like(scalar <$from>, qr/^version/, 'watch: a page is read');
    close $from;
    ok(loop_until { waitpid($pid, POSIX::WNOHANG()) == $pid }, 'and it ends with its reader, before the next one')
      or kill KILL => $pid;
    is($? >> 8, 254, 'which is trouble');
}

# -- trouble -------------------------------------------------------------------------------------

is((run_program([$tool, '-c', $d->{fifo}]))[0], 255, 'X5-06 no verb: usage');
tells 'frobnicate',  255, qr/no such verb: frobnicate/;
tells 'connect',     255, qr/usage: l2tpd-control connect LAC/;
tells 'available x', 255, qr/usage: l2tpd-control available$/m;
tells 'watch 0',     255, qr/watch takes a number of seconds/;
tells 'watch 2s',    255, qr/watch takes a number of seconds/;
tells "--json $_", 255, qr/--json goes with status of everything, not with/
  for 'available', 'status there', 'watch', 'metrics', 'reload', 'connect there';
is((tool('connect', 'a b'))[0], 255, 'a name with a blank cannot be dialled');
for my $words (['disconnect'], ['remove-lac'], ['remove-lns'], ['status-lac'], ['status-lns'], ['status']) {
    my @got = tool(@$words, 'a  b');

    is($got[0], 1, "@$words: it can be meant");
    is((tool(@$words, $_))[0], 255, "@$words: nothing that is no name") for "a\nr there", ' a', 'a ', '';
}
is((tool('log', 'avp all'))[0], 255, 'log: one topic a word');
is((tool('connect', "a\nr there"))[0], 255, 'a name with a newline');
is((tool('connect', ''))[0], 255, 'an empty name');
is((tool('add-lac', 'x', 'name=' . 'y' x 5000))[0], 255, 'more than a FIFO takes at once');
is((run_program([$tool, '-x']))[0], 255, 'an unknown option');
is((run_program([$tool, '-t', $_, 'status']))[0], 255, "-t $_: a bad value")
  for qw(soon 2s 0 -1 99999999999);
my ($status, $out, $err) = run_program([$tool, '--help']);
ok($status eq '0' && $out =~ /^  add-lac /m, '--help');
is((run_program([$tool, '--version']))[1], "l2tpd-control version 0.1\n", '--version');

($status, $out, $err) = run_program([$tool, '-c', "$DIR/nowhere/control", 'status']);
ok($status eq '252' && $err =~ /no daemon is running/, 'no FIFO: 252') or diag("$status $err");
($status, $out, $err) = run_program([$tool, '-c', $d->{conf}, 'status']);
ok($status eq '252' && $err =~ /not a FIFO/, 'no FIFO but a file: 252') or diag("$status $err");
mkfifo("$DIR/dead", 0600);
($status, $out, $err) = run_program([$tool, '-c', "$DIR/dead", 'status']);
ok($status eq '252' && $err =~ /no daemon reads/, 'nobody reads: 252') or diag("$status $err");

# A daemon of our own making: answers as told, once a command.
sub fake
{
    my ($answers, @words) = @_;
    my $fifo = "$DIR/fake";

    mkfifo($fifo, 0600);
    sysopen my $in, $fifo, 2 or die;
    my $pid = fork // die;
    if (!$pid) {
        open STDIN, '<&', $in;
        for my $answer (@$answers) {
            my $line = <STDIN>;
            my ($path) = $line =~ m{^@(\S+)};
            next if !defined $answer;
            open my $to, '>', $path or next;
            print {$to} $answer;
        }
        sleep 30;
        POSIX::_exit(0);
    }
    my @got = run_program([$tool, '-t', 1, '-c', $fifo, @words]);
    kill KILL => $pid;
    waitpid $pid, 0;
    unlink $fifo;
    return @got;
}

is((fake([undef], 'connect', 'x'))[0], 253, 'X5-06 no answer in time: 253');
is((fake(["00 l2tpd\n", "00-one\n00-two\n"], 'metrics'))[0], 251, 'an answer without its last line: 251');
is((fake(["00 l2tpd\n", "00-one\n00 OK"], 'metrics'))[0], 251, 'or without its last newline');
is((fake(["00 OK\n00 AVAILABLE lns.count=1\n"], 'available'))[0], 251, 'a list without its end');
is((fake(["07 Seven\n"], 'connect', 'x'))[0], 7, 'X5-06 any code is the status');
is((fake(["00 l2tpd\n", "00-one\n00 OK\n"], 'status'))[1], "one\n", 'it is asked what it is once');
is((fake(["01 Unknown command v\n"], 'reload'))[0], 255, 'xl2tpd is not asked for what it has not');

# -- as xl2tpd-control ---------------------------------------------------------------------------

symlink $tool, "$DIR/xl2tpd-control";
($status, $out, $err) = run_program(["$DIR/xl2tpd-control", 'frobnicate']);
like($err, qr/^xl2tpd-control: /, 'another name');
($status, $out, $err) = run_program(["$DIR/xl2tpd-control", '-d', '-c', $d->{fifo}, 'available']);
like($err, qr{command: \@\S+/run/xl2tpd-control-[\d.]+\.out x\n}, '-d tells what is sent');
like($err, qr/answer: 00 OK$/m, 'and what comes');
($status, $out, $err) =
  run_program(["$DIR/xl2tpd-control", '-d', '-c', $d->{fifo}, 'add-lac', 'new', 'name=a;redial=no', 'redial=yes']);
like($err, qr/command: \S+ a new name=a;redial=no;redial=yes;\n/, 'by that name settings are as xl2tpd wants them');
($status, $out, $err) = fake(["01 Unknown command v\n", "00 OK\n"], '-d', 'add-lac', 'new', 'name=a#b');
like($err, qr/command: \S+ a new name=a#b;\n/, 'and to xl2tpd also by ours') or diag($err);

$peer->close;
$far->close;
# -- nobody takes it ------------------------------------------------------------------------------

SKIP: {
    skip 'no /dev/full', 3 if !-c '/dev/full';
    my ($status, undef, $err) = run_program(
        [$tool, '-c', $d->{fifo}, 'status'],
        before => sub { open STDOUT, '>', '/dev/full' }
    );
    is($status, 254, 'a status that could not be written down is no success');
    like($err, qr/not all could be written to standard output/, 'and is told of');
    ($status) = run_program(
        [$tool, '-c', $d->{fifo}, 'events'],
        before => sub { open STDOUT, '>', '/dev/full' }
    );
    is($status, 254, 'nor do events go on that cannot be: from the first one on');
}
pipe my $gone, my $to or die;
close $gone;
my ($ended) = run_program(
    [$tool, '-c', $d->{fifo}, 'events'],
    before => sub { $SIG{PIPE} = 'IGNORE'; open STDOUT, '>&', $to }
);
is($ended, 254, 'events end with who reads them');
{
    pipe my $from, my $to or die;
    my $pid = fork // die;
    if ($pid == 0) {
        open STDOUT, '>&', $to;
        open STDERR, '>', '/dev/null';
        exec $tool, '-c', $d->{fifo}, 'events';
    }
    close $to;
    like(scalar <$from>, qr/"listening"/, 'events are read');
    close $from;
    ok(loop_until { waitpid($pid, POSIX::WNOHANG()) == $pid }, 'and end though nothing happens')
      or kill KILL => $pid;
    is(join(' ', glob "$d->{dir}/run/*.out"), '', 'nothing is left behind');
}

# A long answer waits for its reader, a pager for instance, in the tool: the daemon would not.
{
    my $many = daemon 'many', conf => join '', map { "[lac there-is-one-with-a-long-name-$_]\nlns = 127.0.0.1:9\n" } 1 .. 4000;
    pipe my $from, my $to or die;
    my $pid = fork // die;
    if ($pid == 0) {
        open STDOUT, '>&', $to;
        exec $tool, '-c', $many->{fifo}, 'status';
    }
    close $to;
    sleep 7;    # the daemon gives up after 5
    my $n = grep { /^there-is-one-/ } <$from>;
    waitpid $pid, 0;
    is($n, 4000, 'a page read late is whole') or diag("status $?");
    is($?, 0, 'and a success');
    $many->finish;
}

# Closed descriptors are not the daemon's FIFO: the table would be commands, one that begins with "r"
# followed by a blank would remove a section.
is((tool('add-lac', 'victim', 'lns=127.0.0.1:9'))[0], 0, 'a section');
for my $closed ('>&-', '2>&- >&-', '<&- >&-', '<&- 2>&- >&-') {
    $d->mark;
    my ($status) = run_program(['sh', '-c', "$tool -c $d->{fifo} status $closed; $tool -d -c $d->{fifo} status-lac victim $closed"]);
    is($status, 0, "with $closed");
    tool('available');
    is($d->count(qr/[Uu]nknown command|No such|[Uu]sage|command expected/), 0, 'nothing but commands has come to the daemon') or diag($d->log);
}

$d->finish;
is((tool('status'))[0], 252, 'after the end: no daemon');
done_testing;
