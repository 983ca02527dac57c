#!/usr/bin/perl
# The control FIFO in bad company: lines of a megabyte, octets of any kind, half commands, a thousand
# writers at once, readers that vanish or are slow: nothing blocks, nothing falls, each whole command
# is answered.
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

my $sections = join '', map { "[lac there$_]\nlns = 127.0.0.1:9\n" } 1 .. 200;
my $d = daemon 'd', conf => "[lns default]\nassign ip = no\n$sections";
my $run = "$d->{dir}/run";

# A process that writes octets to the FIFO as they are, waiting for room; its pid.
sub writer
{
    my ($write) = @_;
    my $pid = fork // die "fork: $!\n";

    return $pid if $pid;
    $SIG{PIPE} = 'IGNORE';
    open my $f, '>:raw', $d->{fifo} or POSIX::_exit(1);
    $f->autoflush(1);
    $write->($f);
    POSIX::_exit(0);
}

sub all_end
{
    my ($what, @pids) = @_;
    my $bad = 0;

    for my $pid (@pids) {
        my $gone = loop_until { waitpid($pid, POSIX::WNOHANG()) == $pid ? [$?] : undef } 60;
        $bad++ if !$gone || $gone->[0] != 0;
        kill KILL => $pid if !$gone;
    }
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($bad, 0, $what);
}

# -- long, binary, half --------------------------------------------------------------------------

all_end 'a line of a megabyte is taken', writer(sub { print {$_[0]} 'c ' . 'x' x (1 << 20) . "\n" });
$d->says(qr/control: 01 Line too long/, 'and refused');
is($d->count(qr/Line too long/), 1, 'once');
$d->is_well('then it answers');
all_end 'a megabyte without an end', writer(sub { print {$_[0]} 'x' x (1 << 20) });
$d->is_well('then it answers, too');
srand 4711;
all_end 'a megabyte of any octets', writer(sub { print {$_[0]} join '', map { chr int rand 256 } 1 .. 1 << 20 });
$d->command("\n");
$d->is_well('then it answers all the same');
is(join('', $d->log =~ /^(.*[^\x20-\x7e\n].*)$/mg), '', 'and the log is clean');
$d->mark;

# -- a thousand writers, in bad company ----------------------------------------------------------

# 20 processes with 50 writers each, all of them open at once: whole commands, half of them without a
# newline, as old clients write; meanwhile a line without end, half commands, and garbage.
my $stop = "$DIR/stop";
my @noise = map { my $noise = $_; writer(sub { my ($f) = @_; while (!-e $stop) { print {$f} $noise->() } }) }
  sub { 'x' x 4096 }, sub { 'c half' }, sub { join '', map { chr int rand 256 } 1 .. 200 }, sub { "d\n" };
my @crowd = map {
    my $process = $_;
    my $pid = fork // die;
    if (!$pid) {
        my (@ask, $bad);
        for my $i (1 .. 50) {
            my $path = "$run/crowd.$process.$i";
            mkfifo($path, 0600) or POSIX::_exit(2);
            sysopen my $in, $path, O_RDWR | O_NONBLOCK or POSIX::_exit(3);
            open my $out, '>:raw', $d->{fifo} or POSIX::_exit(4);
            push @ask, [$path, $in, $out, "c nobody-$process-$i", ''];
        }
        # one write a command, which a FIFO takes whole
        syswrite $_->[2], "\@$_->[0] $_->[3]" . (rand() < .5 ? "\n" : '') for @ask;
        for my $ask (@ask) {
            my ($path, $in, undef, $command) = @$ask;
            my $answer = '';
            loop_until { sysread $in, $answer, 4096, length $answer; $answer =~ /\n/ } 40;
            my ($name) = $command =~ /c (\S+)/;
            $bad++ if $answer !~ /^01 (?:No such tunnel '\Q$name\E|Control character|Line too long)/;
            unlink $path;
        }
        print STDERR "# $bad of process $process\n" if $bad;
        POSIX::_exit($bad ? 5 : 0);
    }
    $pid;
} 1 .. 20;
all_end 'a thousand writers at once, in bad company: each command is answered', @crowd;
put_file($stop, '');
all_end 'the bad company has never been blocked for long', @noise;
$d->command("\n");
$d->is_well('and all is well');
unlike($d->log, qr/[^\x20-\x7e\n]/, 'the log is clean');

# -- readers --------------------------------------------------------------------------------------

# Enough tunnels that a page does not fit into a pipe.
my @peers = map { my $p = Peer->new(to => $d->port, name => 'n' x 60); $p->open_tunnel; $p } 1 .. 150;
my $last;

for my $command ('status json', 'status', 'metrics', 'x', 'y default') {
    my ($path, $f) = $d->reply_fifo;
    my $page = '';

    $d->command("\@$path $command\n");
    ok($d->ask('version'), "$command: while its reader sleeps others are answered");
    for (my $end = time + 20; time < $end && $page !~ /^(?:00 OK|.*(?:calls |tunnels\.)count=\d+)\n\z/m;) {
        sleep 0.001 if !sysread $f, $page, 1 + int rand 4096, length $page;
    }
    cmp_ok(length $page, '>', 10000, "$command: a slow reader gets a long answer");
    like($page, $command =~ /^[xy]/ ? qr/count=\d+\n\z/ : qr/^00 OK\n\z/m, "$command: whole");
    unlink $path;
}
{
    my ($path, $f) = $d->reply_fifo;

    $d->mark->command("\@$path metrics\n");
    $d->says(qr/octets and more of an answer were not read|octets of an answer were not read/,
        'a reader that never reads gets no more, after a while', 20);
    unlink $path;
}
for my $command ('metrics', 'events') {
    my ($path, $f) = $d->reply_fifo;

    $d->command("\@$path $command\n");
    sysread $f, my $some, 100;
    close $f;
    unlink $path;
    ok($d->ask('version'), "$command: a reader that vanishes harms nobody");
}
{
    my ($path, $f) = $d->reply_fifo;

    $d->command("\@$path events\n");
    soon { sysread $f, my $one, 4096; $one =~ /listening/ } 'events: one listens, and does not read';
    $d->mark;
    for (my $end = time + 60; time < $end && $d->log !~ /it is told no more/;) {
        $d->command(join '', map { "a crowd$_ lns=127.0.0.1;hostname=" . 'h' x 60 . "\n" } 1 .. 20)
          or sleep 0.01;
    }
    $d->says(qr/a reader of events has left \d+ octets unread: it is told no more/, 'it is dropped, with a word in the log');
    $d->is_well('and all is well');
    unlink $path;
}
$_->close for @peers;
$d->finish;
done_testing;
