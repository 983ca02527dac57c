# E2E: a daemon under test: its folder, its configuration, its start and end, its log and its FIFO.
#
# All waiting has a deadline, all ports are the kernel's choice, all files lie in a folder of the
# test's own.  $L2TPD names the daemon (build/l2tpd), $B the build with the stand-in pppd (build).
# Knows nothing of L2TP: a handmade peer is in Peer.pm.
package E2E;

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter 'import';
use Fcntl qw(O_RDONLY O_WRONLY O_RDWR O_NONBLOCK);
use File::Temp qw(tempdir);
use POSIX qw(WNOHANG mkfifo);
use Test::More;
use Time::HiRes qw(time sleep);

our @EXPORT = qw($B $DIR $L2TPD $PPPD daemon free_port loop_until patience ppp_script preloaded put_file
  reports run_program sanitized slurp soon syslog_into);

our $B     = abs_path($ENV{B} // 'build') // die "no build folder\n";
our $L2TPD = abs_path($ENV{L2TPD} // "$B/l2tpd") // "$B/l2tpd";
our $PPPD  = "$B/test/fakepppd";
our $DIR   = tempdir('l2tpd-e2e-XXXXXX', TMPDIR => 1, CLEANUP => 1);

die "$_ is missing: make tests\n" for grep { !-x } $L2TPD, $PPPD;

# The sanitizers write to files of their own, as also a daemon without a terminal can, and tell by an
# exit status that the daemon does not use.
$ENV{ASAN_OPTIONS}  = "detect_leaks=1:exitcode=99:log_path=$DIR/sanitizer";
$ENV{UBSAN_OPTIONS} = "print_stacktrace=1:exitcode=99:log_path=$DIR/sanitizer";

my %running;    # pid => name, of what has been started and not been waited for

# -- small things --------------------------------------------------------------------------------

# Whether the daemon under test is the sanitizers' build, where memory cannot be measured.
sub sanitized
{
    open my $f, '<:raw', $L2TPD or return 0;
    local $/;
    return index(<$f>, '__asan_init') >= 0;
}

sub slurp
{
    my ($path) = @_;

    open my $f, '<:raw', $path or return '';
    local $/;
    return <$f> // '';
}

sub put_file
{
    my ($path, $text) = @_;

    open my $f, '>:raw', $path or die "$path: $!\n";
    print {$f} $text;
    close $f or die "$path: $!\n";
    return $path;
}

# How long to wait for what will come: the sanitizers, and a machine with other work, are slow.
sub patience
{
    return 10;
}

# Calls until it gives something true, which is returned; undef at the deadline.
sub loop_until(&;$)
{
    my ($ask, $seconds) = @_;
    my $end = time + ($seconds // patience());

    while (1) {
        my $got = $ask->();

        return $got if $got;
        return undef if time > $end;
        sleep 0.01;
    }
}

# A test: what is asked becomes true before the deadline.
sub soon(&$;$)
{
    my ($ask, $what, $seconds) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return ok(&loop_until($ask, $seconds), $what);
}

# A UDP port that is free now, for those who must know it beforehand.
sub free_port
{
    require IO::Socket::INET;
    return IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1')->sockport;
}

# A script for the stand-in pppd; its path.
my $scripts = 0;

sub ppp_script
{
    my ($text) = @_;

    return put_file("$DIR/pppd." . ++$scripts, $text);
}

# What the stand-ins have reported below a path ("reports PATH"): a hash each, key to values, the
# oldest stand-in first (their pids tell nothing of that: they begin anew some day).
sub reports
{
    my ($path) = @_;
    my @all;

    for my $file (glob "$path.*") {
        next if $file =~ /\.new$/;
        my %r;

        for (split /\n/, slurp($file)) {
            my ($key, $value) = split ' ', $_, 2;
            push @{$r{$key}}, $value // '';
        }
        push @all, \%r if $r{pid};
    }
    @all = sort { $a->{born}[0] <=> $b->{born}[0] } @all;
    return @all;
}

# Runs a program to its end: exit status (or "signal N", or "late"), standard output and error.
sub run_program
{
    my ($words, %o) = @_;
    my ($out, $err) = ("$DIR/run.$$.out", "$DIR/run.$$.err");
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', $out;
        open STDERR, '>', $err;
        $o{before}->() if $o{before};
        { exec { $o{program} // $words->[0] } @$words }
        POSIX::_exit(127);
    }
    my $ended = loop_until { waitpid($pid, WNOHANG) == $pid ? [$?] : undef };
    if (!$ended) {
        kill KILL => $pid;
        waitpid $pid, 0;
    }
    my $status = !$ended ? 'late' : $ended->[0] & 127 ? 'signal ' . ($ended->[0] & 127)
      : $ended->[0] >> 8;
    return ($status, slurp($out), slurp($err));
}

# A library out of C, which daemons started from now on find in front of all others (LD_PRELOAD), so
# that a test can answer for the system.  Undef if that cannot be: no compiler, the sanitizers, which
# bear no library before their own, or a system that has not what it is made of; but on Linux that is
# a mistake in it, by which a test would be skipped for ever.
sub preloaded
{
    my ($name, $c, @flags) = @_;
    my $source = put_file("$DIR/$name.c", "#define _GNU_SOURCE\n$c");

    return undef if sanitized();
    my ($status, undef, $errors) =
      run_program [$ENV{CC} // 'cc', @flags, '-shared', '-fPIC', '-o', "$DIR/$name.so", $source];
    die "$name.c: $errors" if $^O eq 'linux' && $errors =~ / error: /;
    return undef if $status ne '0';
    $ENV{LD_PRELOAD} = "$DIR/$name.so";
    return $ENV{LD_PRELOAD};
}

# What programs that are started from now on tell syslog is written down there, each line behind its priority.
# Undef: no library of ours can come before libc. Until $ENV{LD_PRELOAD} is deleted.
sub syslog_into
{
    my ($told) = @_;

    return preloaded('syslog', <<"EOT");
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
static void put(const char *fmt, va_list ap)
{
    FILE *f = fopen("$told", "a");
    vfprintf(f, fmt, ap);
    putc('\\n', f);
    fclose(f);
}
static void note(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    put(fmt, ap);
    va_end(ap);
}
void openlog(const char *ident, int option, int facility)
{
    note("open %s pid=%d daemon=%d", ident, (option & LOG_PID) != 0, facility == LOG_DAEMON);
}
void syslog(int priority, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    note("priority %d", priority);
    put(fmt, ap);
    va_end(ap);
}
void __syslog_chk(int priority, int flag, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    note("priority %d", priority);
    put(fmt, ap);
    va_end(ap);
}
EOT
}

# -- a daemon ------------------------------------------------------------------------------------

# daemon(NAME, conf => TEXT, ...): starts it in the foreground and waits until it listens.  The text
# follows a [global] section that has been begun.  port, secrets, args, pppd may be given;
# ends: it may end by itself, with its only LAC.  The same
# name again is the same folder again: with the file as it is there if no conf is given.
sub daemon
{
    my ($name, %o) = @_;
    my $dir = "$DIR/$name";
    my $self = bless {
        name => $name, dir => $dir, conf => "$dir/l2tpd.conf", fifo => "$dir/run/control",
        pidfile => "$dir/run/pid", secrets => "$dir/secrets", logfile => "$dir/log", from => 0,
        wanted_port => $o{port} // 0, pppd => $o{pppd} // $PPPD,
        ends => $o{ends},
    }, __PACKAGE__;

    mkdir $dir;
    $self->configure($o{conf}) if defined $o{conf};
    put_file($self->{secrets}, $o{secrets} // '') if defined $o{secrets} || !-e $self->{secrets};
    chmod 0600, $self->{secrets};
    put_file($self->{logfile}, '');
    $self->{pid} = fork // die "fork: $!\n";
    if ($self->{pid} == 0) {
        open STDIN,  '<',  '/dev/null';
        open STDOUT, '>>', $self->{logfile};
        open STDERR, '>>', $self->{logfile};
        POSIX::dup2(2, 77);    # what whoever starts it has left open, and pppd is not to get
        {
            exec $o{program} // $L2TPD, '-D', '-c', $self->{conf}, '-s', $self->{secrets}, '-p',
              $self->{pidfile}, '-C', $self->{fifo}, @{$o{args} // []}
        }
        POSIX::_exit(127);
    }
    $running{$self->{pid}} = $name;
    my $up = $self->wait_log(qr/ started on /);
    ($self->{port}) = $self->log =~ /Listening on IP address \S+, port (\d+)/;
    die("the daemon '$name' does not start:\n" . $self->log) if !$up || !$self->{port};
    return $self;
}

# Writes its configuration anew.
sub configure
{
    my ($self, $text) = @_;

    my $listen = $text =~ /^listen-addr/m ? '' : "listen-addr = 127.0.0.1\n";

    put_file($self->{conf}, "[global]\n${listen}port = $self->{wanted_port}\n"
          . "pppd = $self->{pppd}\n$text\n[global]\nforce userspace = yes\n"
          . ($self->{ends} ? '' : "exit with lac = no\n"));
    return $self;
}

sub pid { $_[0]{pid} }
sub port { $_[0]{port} }

# Its log since the last mark.
sub log
{
    my ($self) = @_;

    return substr slurp($self->{logfile}), $self->{from};
}

sub mark
{
    my ($self) = @_;

    $self->{from} = -s $self->{logfile};
    return $self;
}

# Waits for a pattern in the log since the mark; true if it came (its first group, if it has one).
sub wait_log
{
    my ($self, $pattern, $seconds) = @_;

    return loop_until { $self->log =~ $pattern ? $1 // 1 : undef } $seconds;
}

# The same as a test.
sub says
{
    my ($self, $pattern, $what, $seconds) = @_;
    my $got = $self->wait_log($pattern, $seconds);

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(defined $got, $what) or diag("no $pattern in the log of $self->{name}:\n" . $self->tail);
    return $got;
}

sub tail
{
    my ($self) = @_;
    my @lines = split /^/, $self->log;

    splice @lines, 0, @lines - 40 if @lines > 40;
    return join '', @lines;
}

sub count
{
    my ($self, $pattern) = @_;
    my @all = $self->log =~ /$pattern/g;

    return scalar @all;
}

sub signal
{
    my ($self, $name) = @_;

    return kill $name => $self->{pid};
}

sub is_alive
{
    my ($self) = @_;

    return waitpid($self->{pid}, WNOHANG) == 0;
}

# Octets to its FIFO as they are; false if they could not be written.
sub command
{
    my ($self, $octets) = @_;

    sysopen my $f, $self->{fifo}, O_WRONLY | O_NONBLOCK or return 0;
    my $n = syswrite $f, $octets;
    return defined $n && $n == length $octets;
}

# A FIFO for answers, open; where answers to "@path" go.
my $asked = 0;

sub reply_fifo
{
    my ($self) = @_;
    my $path = "$self->{dir}/run/reply." . ++$asked;

    mkfifo($path, 0600) or die "$path: $!\n";
    sysopen my $f, $path, O_RDWR | O_NONBLOCK or die "$path: $!\n";
    return ($path, $f);
}

# A command's answer, undef if none came.
sub ask
{
    my ($self, $command, $seconds) = @_;
    my ($path, $f) = $self->reply_fifo;
    my $answer = '';

    # a FIFO that others have filled takes it later
    loop_until { $self->command("\@$path $command\n") } $seconds // 5 or return undef;
    # "00-..." is a line of a framed answer, and not its last
    my $whole = loop_until {
        sysread($f, $answer, 65536, length $answer);
        $answer =~ /\n\z/ && $answer !~ /(?:\A|\n)\d\d-[^\n]*\n\z/;
    } $seconds // 5;
    unlink $path;
    return undef if !$whole;
    chomp $answer;
    return $answer;
}

# The status, as it logs it; the log is marked before.
sub status
{
    my ($self) = @_;

    $self->mark->command("s\n");
    $self->wait_log(qr/end of statistics/);
    return $self->log;
}

# Does it still live and answer?  A test.
sub is_well
{
    my ($self, $what) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $answer = $self->ask('q');
    like($answer // '(none)', qr/^01 Unknown command q/, $what) or diag($self->tail);
}

# Waits for its end; (exit status or "signal N", seconds it took), or ().
sub wait_end
{
    my ($self, $seconds) = @_;
    my $from  = time;
    my $ended = loop_until { waitpid($self->{pid}, WNOHANG) == $self->{pid} ? [$?] : undef }
      $seconds;

    return () if !$ended;
    delete $running{$self->{pid}};
    my $status = $ended->[0] & 127 ? 'signal ' . ($ended->[0] & 127) : $ended->[0] >> 8;
    return ($status, time - $from);
}

# What the sanitizers have written, of this daemon and all others so far; and failed assertions.
sub trouble
{
    my ($self) = @_;
    my @assertions = $self ? slurp($self->{logfile}) =~ /^(.*Assertion .* failed.*)$/mg : ();

    return join '', @assertions, map { slurp($_) } glob "$DIR/sanitizer.*";
}

# Stops it with a signal, and tests that it went as it should: in time, status 0, nothing left
# behind.  How long it took is returned.
sub finish
{
    my ($self, %o) = @_;
    my $from = time;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    kill $o{signal} // 'TERM', $self->{pid};
    my ($status, $took) = $self->wait_end;
    my $left = join ' ', grep { -e } $self->{fifo}, $self->{pidfile};
    my $report = $self->trouble;
    my $good = defined $status && $status eq '0' && $took < 2 && $left eq '' && $report eq '';

    ok($good, $o{what} // "$self->{name}: stops within 2 s, status 0, nothing left behind")
      or diag(sprintf "status %s after %.2f s, left: '%s'\n%s%s", $status // 'none',
        $took // time - $from, $left, $report, $self->tail);
    return $took;
}

sub kill_now
{
    my ($self) = @_;

    kill KILL => $self->{pid};
    waitpid $self->{pid}, 0;
    delete $running{$self->{pid}};
}

# Figures of /proc/PID/status, such as VmRSS (in KiB) and voluntary_ctxt_switches.
sub figure
{
    my ($self, $name) = @_;
    my ($value) = slurp("/proc/$self->{pid}/status") =~ /^$name:\s+(\d+)/m;

    return $value;
}

END {
    my $status = $?;

    for (keys %running) {
        kill KILL => $_;
        waitpid $_, 0;
    }
    my $trouble = trouble();
    print STDERR "# $_\n" for split /\n/, $trouble;
    $? = $status || ($trouble ne '' ? 1 : 0);
}

1;
