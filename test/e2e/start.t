#!/usr/bin/perl
# How the daemon starts: in front, detached, and not at all, with a line that says why.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use POSIX ();
use Socket;
use Test::More;
use Time::HiRes qw(sleep time);

my $n = 0;

# A configuration file with this text below [global], and words to start a daemon with it.
sub conf
{
    my ($text) = @_;

    my $listen = $text =~ /^listen-addr/m ? q() : "listen-addr = 127.0.0.1\n";

    return put_file("$DIR/conf." . ++$n, "[global]\n${listen}pppd = $PPPD\n$text");
}

sub words
{
    my ($conf, @more) = @_;

    return ($L2TPD, '-c', $conf, '-p', "$DIR/run.$n/pid", '-C', "$DIR/run.$n/control", @more);
}

sub socket_of
{
    my ($port) = @_;

    socket my $s, PF_INET, SOCK_DGRAM, 0 or die;
    return bind($s, pack_sockaddr_in($port, inet_aton('127.0.0.1'))) ? $s : undef;
}

# Ends a detached daemon and waits until it is gone, whoever reaps it.
sub end_daemon
{
    my ($pid) = @_;

    return kill(TERM => $pid) && loop_until { slurp("/proc/$pid/stat") !~ /\) [^Z] / } 5;
}

# -- detached ------------------------------------------------------------------------------------

{
    my $port = free_port;
    my $from = time;
    my ($status, $out,
        $err) = run_program [words conf "port = $port\n[lns default]\nassign ip = no\n"];
    my $took = time - $from;
    my $fifo = -p "$DIR/run.$n/control";
    my $bound = !socket_of($port);
    my ($pid) = slurp("$DIR/run.$n/pid") =~ /^(\d+)\n\z/;
    my $cmdline = slurp("/proc/" . ($pid // 'none') . "/cmdline");

    is($status, 0, 'X1-06 detached: the parent ends with 0') or diag($err);
    ok($bound, 'X4-20 and at that moment the port is bound');
    ok($fifo, 'X1-05 the FIFO is there, its missing folder was made');
    is((stat "$DIR/run.$n/control")[2] & 07777, 0600, 'X1-04 the FIFO is the owner\'s alone');
    like($cmdline, qr/\Q$DIR\E\/conf\.$n/, 'the pid file holds the daemon\'s pid and nothing else');
    ok($pid && (POSIX::getpgrp() != getpgrp $pid), 'it has a process group of its own');
    is(readlink("/proc/$pid/cwd"), '/', 'it sits in folder /');
    is_deeply([map { readlink "/proc/$pid/fd/$_" } 0 .. 2], [('/dev/null') x 3],
        'it has let go of the terminal');
    cmp_ok($took, '<', sanitized() ? 2 : 0.5, 'listening soon');

    # a second one, with the same pid file, another port and FIFO
    my $other = free_port;
    ($status, $out, $err) = run_program [
        $L2TPD, '-c', conf("port = $other\n"), '-p', "$DIR/run.1/pid", '-C', "$DIR/run.1/control"];
    is($status, 1, 'a pid file held by another daemon: status 1');
    like($err, qr/another daemon holds the pid file \Q$DIR\E\/run\.1\/pid.*-p/, 'a line says so');
    ok(-p "$DIR/run.1/control", 'and the first one\'s FIFO has been left alone');
    like(slurp("$DIR/run.1/pid"), qr/^$pid$/, 'the first one\'s pid file is untouched');

    # a third, with the same port
    ($status, $out, $err) = run_program [words conf "port = $port\n"];
    is($status, 1, 'X1-07 a port in use: status 1');
    like($err, qr/UDP port $port is in use/, 'a line says so');
    ok(!-e "$DIR/run.$n/pid" && !-e "$DIR/run.$n/control", 'and leaves neither FIFO nor pid file');

    ok(kill(0, $pid), 'the first daemon has not noticed');
    ok(end_daemon($pid), 'it ends on TERM');
    ok(!-e "$DIR/run.1/pid" && !-e "$DIR/run.1/control", 'pid file and FIFO are gone');
}

{
    my ($port, $conf) = (free_port, undef);
    $conf = conf "port = $port\n";
    mkdir "$DIR/run.$n";
    put_file("$DIR/run.$n/pid", "999999\n");
    put_file("$DIR/run.$n/control", "c office\n"); # written before there was a daemon
    my ($status, $out, $err) = run_program [words $conf];
    my ($pid) = slurp("$DIR/run.$n/pid") =~ /^(\d+)\n\z/;

    is($status, 0, 'a stale pid file, and a plain file in the FIFO\'s place, are no obstacle')
      or diag($err);
    ok(-p "$DIR/run.$n/control", 'X1-03 the plain file has become a FIFO');
    isnt($pid, 999999, 'the pid file has the new pid');
    ok(end_daemon($pid), 'it ends');
}

# -- not at all ----------------------------------------------------------------------------------

# name, configuration (or undef: no file), more words, what standard error must say (all of it)
my $dir_in_place = "$DIR/a-folder";
mkdir $dir_in_place;
put_file("$DIR/a-file", '');

my @refused = (
    ['no such configuration', undef, [],
        qr/\Q$DIR\E\/conf\.\d+: .*No such file.*\n.*nothing was started/],
    ['an unknown key', "ip rnage = 1\nport = 0\n", [],
        qr/conf\.\d+:4: .*ip rnage.*/],
    ['every problem is named, not only the first',
        "prot = 1\nport = 99999\naccess control = perhaps\n[lnz x]\n[lns y]\nip range = 9-8-7\n"
          . "local up = 1.2.3.4\n[lac z]\nno equals sign\n", [],
        qr/:4: .*did you mean 'port'.*:5: .*:6: .*:7: .*:9: .*:10: .*local ip.*:12: /s],
    ['a FIFO where none can be', "port = 0\n", ['-C', "$DIR/a-file/control"],
        qr/cannot make the control FIFO \Q$DIR\E\/a-file\/control.*-C.*Not a directory/],
    ['a FIFO in the place of a folder', "port = 0\n", ['-C', $dir_in_place],
        qr/cannot make the control FIFO \S+: what stands there is none, and is left as it is: .*-C$/m],
    ['a pid file that is something else', "port = 0\n", ['-p', put_file("$DIR/slip", "port = 1701\n")],
        qr/\Q$DIR\E\/slip is no pid file, and is left as it is: .*-p$/m],
    ['a pid file where none can be', "port = 0\n", ['-p', "$DIR/a-file/pid"],
        qr/cannot write the pid file \Q$DIR\E\/a-file\/pid/],
    ['an address that nobody can have', "port = 0\nlisten-addr = ff02::1:1\n", [],
        qr/trouble cannot-listen: cannot listen on \[ff02::1:1\]:0: \S.*listen-addr/],
);

for (@refused) {
    my ($name, $text, $more, $says) = @$_;
    my $conf = conf $text // '';
    unlink $conf if !defined $text;
    for my $in_front ([], ['-D']) {
        my ($status, $out, $err) = run_program [words($conf, @$more, @$in_front)];
        my $how = @$in_front ? 'in front' : 'detached';

        is($status, 1, "X1-06 $name ($how): status 1");
        like($err, $says, "$name ($how): standard error says what to do");
        ok(!-e "$DIR/run.$n/pid" && !-e "$DIR/run.$n/control" && $err !~ /Assertion/,
            "$name ($how): nothing is left");
    }
}
ok(-d $dir_in_place, 'the folder is still a folder');
is(slurp("$DIR/slip"), "port = 1701\n", 'what is no pid file is left as it was');

{
    my @sh = ('/bin/sh', '-c', 'ulimit -n 16; exec "$@"', 'sh', words conf "port = 0\n");
    my ($status, $out, $err) = run_program \@sh;

    is($status, 1, 'too few descriptors: status 1');
    like($err, qr/only 16 descriptors.*ulimit -n/, 'a line says what to raise');
}

# -- in front, names, options --------------------------------------------------------------------

{
    my $d = daemon 'front', conf => "[lns default]\nassign ip = no\n";
    my $pid = $d->pid;

    like($d->log, qr/^l2tpd\[$pid\]: Listening on IP address 127\.0\.0\.1, port \d+$/m,
        'X1-08 -D: standard error has ident[pid] before each line');
    like($d->log, qr/^l2tpd\[$pid\]: l2tpd version l2tpd-\S+ started on \S+ PID:$pid$/m,
        '-D: and the line of the start');
    is(slurp($d->{pidfile}), "$pid\n", '-D: a pid file, too');
    $d->finish(signal => 'INT', what => 'XD-05 X3-01 INT: stops as by TERM, status 0');

    # with -l the log goes to syslog, as soon as there is a daemon
    my $pidfile = "$DIR/run." . ($n + 1) . '/pid';
    my $child = fork // die;
    if ($child == 0) {
        open STDERR, '>', "$DIR/stderr" or die;
        exec words conf("port = 0\n"), '-D', '-l';
    }
    ok(loop_until { slurp($pidfile) eq "$child\n" && -p $pidfile =~ s/pid$/control/r },
        'X1-09 X2-02 -D -l: it stays in front');
    loop_until { slurp("$DIR/stderr") =~ /Listening on/ };
    kill TERM => $child;
    waitpid $child, 0;
    is($?, 0, 'and ends in good order');
    unlike(slurp("$DIR/stderr"), qr/ started on | stopped/, 'X1-09 X2-02 and its log is not on standard error');

    symlink $L2TPD, "$DIR/xl2tpd";

    SKIP: {
        my $told = "$DIR/told";
        syslog_into($told) or skip 'no library of ours can come before libc', 4;
        for (['in front, with -l', '-D', '-l'], ['detached']) {
            my ($how, @more) = @$_;
            unlink $told;
            my $conf = conf "port = 0\nsaref refinfo = 3\n";
            my @words = words($conf, @more);
            my $first = fork // die;
            if ($first == 0) {
                $words[0] = "$DIR/xl2tpd";
                open STDERR, '>', '/dev/null';
                exec @words;
            }
            loop_until { slurp($told) =~ /started/ };
            my ($pid) = slurp("$DIR/run.$n/pid") =~ /^(\d+)\n/;
            ok(slurp($told) =~ /^open xl2tpd pid=1 daemon=1\npriority 5\nxl2tpd version \S+ started on/,
                "X1-09 XD-01 $how: to syslog, by that name, with pid, as daemon, each line with its priority")
              or diag(slurp $told);
            kill TERM => $pid if $pid;
            loop_until { slurp($told) =~ /^stopped$/m };
            ok(slurp($told) =~ /^stopped$/m, 'to its end');
            waitpid $first, 0;
        }
        delete $ENV{LD_PRELOAD};
    }
    $d = daemon 'asxl', conf => '', program => "$DIR/xl2tpd";
    $pid = $d->pid;
    like($d->log, qr/^xl2tpd\[$pid\]: xl2tpd version xl2tpd-\S+ started on/m,
        'XD-01 under the name of xl2tpd it has that ident');
    $d->finish;

    my ($status, $out, $err) = run_program ["$DIR/xl2tpd", '-h'];
    like($out, qr/^Usage: xl2tpd /, 'XD-01 and says so in its usage');
}

my @printing = (
    ['-h', 0, qr/^Usage: l2tpd .*-c FILE/s, qr/^$/], ['--help', 0, qr/^Usage: l2tpd/, qr/^$/],
    ['-v', 0, qr/^l2tpd version l2tpd-\d/, qr/^$/],  ['--version', 0, qr/^l2tpd version/, qr/^$/],
    ['-Z', 1, qr/^$/, qr/Usage: l2tpd/],             ['--junk', 1, qr/^$/, qr/Usage: l2tpd/],
    ['junk', 1, qr/^$/, qr/junk.*Usage: l2tpd/s],    ['-q 256', 1, qr/^$/, qr/Usage/],
    ['-q x', 1, qr/^$/, qr/Usage/],                  ['-c', 1, qr/^$/, qr/Usage/],
);
for (@printing) {
    my ($words, $status, $out, $err) = @$_;
    my ($s, $o, $e) = run_program [$L2TPD, split ' ', $words];

    is($s, $status, "XD-05 X2-04 X2-05 l2tpd $words: status $status");
    like($o, $out, "l2tpd $words: standard output");
    like($e, $err, "l2tpd $words: standard error");
}

# Relative paths: from where it was started, also when it has detached.
{
    my $file = conf 'port = ' . free_port . "\nauth file = here.secrets\nmetrics file = here.prom\nmetrics interval = 1\n";
    my ($status, $out, $err);

    put_file("$DIR/here.secrets", "* * x\n");
    chmod 0600, "$DIR/here.secrets";
    ($status, $out, $err) = run_program ['sh', '-c', 'cd "$1" && exec "$2" -c "$3" -C here.fifo -p here.pid', 'sh', $DIR, $L2TPD, $file];
    is($status, 0, 'started from a folder') or diag($err);
    like($err, qr/'auth file = here\.secrets' is a relative path/, 'it warns of relative paths');
    unlike($err, qr/cannot be read/, 'but the secrets are found');
    soon { -s "$DIR/here.prom" } 'X4-14 a relative path is meant from there, by a daemon that has detached';
    my ($pid) = slurp("$DIR/here.pid") =~ /^(\d+)/;
    kill TERM => $pid if $pid;
    soon { !-e "$DIR/here.pid" } 'and it stops';
    ok(!-e "$DIR/here.prom", 'and takes its file away');
}

done_testing;
