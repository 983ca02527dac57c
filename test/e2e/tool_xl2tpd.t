#!/usr/bin/perl
# Tools and daemons crosswise, the real ones: Debian's xl2tpd-control drives our daemon, and our tool
# drives Debian's xl2tpd. Both of Debian's have paths below /var/run/xl2tpd that cannot be changed, so
# all of it happens in a mount namespace of its own.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Cwd qw(abs_path);
use Test::More;

my ($theirs_d, $theirs_t) = map {
    my $name = $_;
    (grep { -x } map { "$_/$name" } split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin')[0]
} 'xl2tpd', 'xl2tpd-control';
plan skip_all => 'Debian\'s xl2tpd is not installed: scripts/setup' if !$theirs_d || !$theirs_t;

if (!$ENV{L2TPD_IN_NAMESPACE}) {
    my @unshare = ('unshare', $> == 0 ? '-m' : '-rm');

    plan skip_all => 'there are no mount namespaces here'
      if system(@unshare, 'sh', '-c', 'mount -t tmpfs none /run 2>/dev/null') != 0;
    $ENV{L2TPD_IN_NAMESPACE} = 1;
    exec @unshare, 'sh', '-c', 'mount -t tmpfs none /run && mkdir /run/xl2tpd && exec "$@"', 'sh', $^X,
      abs_path($0);
}

require E2E;
E2E->import;
require Peer;
our ($B, $DIR, $L2TPD);

my $ours_t = "$B/l2tpd-control";
my $fifo   = '/var/run/xl2tpd/l2tp-control';
my $sink   = ppp_script("reports $DIR/sink\nsink\n");

sub runs
{
    my ($words, $status, $pattern, $what) = @_;
    my @got = run_program($words);

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok($got[0] eq $status && "$got[1]$got[2]" =~ $pattern, $what // "@$words[1 .. $#$words]")
      or diag("status $got[0]\n$got[1]$got[2]");
}

# -- Debian's xl2tpd-control and our daemon, under the name of xl2tpd --------------------------------

my $far = Peer->new;
symlink $L2TPD, "$DIR/xl2tpd";
my $d = daemon('ours', program => "$DIR/xl2tpd", args => ['-C', $fifo], conf => <<"EOT");
[lns default]
ip range = 10.9.0.2 - 10.9.0.9
pppoptfile = $sink
[lac default]
pppoptfile = $sink
EOT
$d->{fifo} = $fifo;

sub debian { runs([$theirs_t, '-d', @{$_[0]}], @_[1 .. $#_]) }

debian ['available'], 0, qr/^00 OK\n00 AVAILABLE lns\.0\.name=default\n.*^00 AVAILABLE calls count=0$/ms;
debian ['add-lac', 'one', 'lns=127.0.0.1:' . $far->port, 'redial', 'timeout=20', "pppoptfile=$sink"],
  0, qr/^00 OK$/m;
debian ['add-lac', 'one', 'redial timeout=21'], 0, qr/^00 OK$/m,
  'add-lac on a section that is there: an answer, which xl2tpd does not give';
debian ['add-lac', 'bad', 'no such=1'], 3, qr/^03 Configuration parse error/m;
debian ['connect-lac', 'nope'], 1, qr/^01 No such tunnel 'nope'$/m;
debian ['connect-lac', 'one', 'joe', 'secret'], 0, qr/^00 OK$/m;
ok($far->accept_tunnel && $far->accept_call, 'X5-05 connect-lac: it is dialled, and comes up');
loop_until(sub { $d->status =~ /lac one: up/ });
debian ['connect-lac', 'one'], 1, qr/^01 Session 'one' already active!$/m;
debian ['disconnect-lac', 'one'], 0, qr/^00 OK$/m;
ok($far->wait_for('StopCCN'), 'disconnect-lac: it goes');
debian ['add-lns', 'local', 'ip range=10.8.0.1-10.8.0.5', 'lac=127.0.0.1'], 0, qr/^00 OK: Saved value$/m;
my $peer = Peer->new(to => $d->port);
$peer->open_tunnel;
$peer->open_call;
debian ['status-lns', 'local'], 0, qr/^00 STATUS tunnels\.0\.id=$peer->{peer_id}$/m;
debian ['remove-lns', 'local'], 0, qr/^00 OK$/m;
ok($peer->wait_for('CDN'), 'X5-05 remove-lns: its call is ended');
debian ['remove-lns', 'local'], 1, qr/^01 No such tunnel 'local'$/m;
debian ['remove-lac', 'one'], 0, qr/^00 OK$/m;
debian ['remove-lac', 'one'], 1, qr/^01 No such tunnel 'one'$/m;

{
    my @pids;

    for my $i (1 .. 30) {
        my $pid = fork // die;
        if (!$pid) { exec $theirs_t, 'add-lac', "crowd$i", 'lns=127.0.0.1' or POSIX::_exit(99) }
        push @pids, $pid;
    }
    my $failed = grep { waitpid($_, 0); $? != 0 } @pids;
    is($failed, 0, '30 of them at once, without a newline between their commands: each is answered');
    my ($status, $list) = run_program([$ours_t, '-c', $fifo, 'available']);
    is(scalar(() = $list =~ /lac\.\d+\.name=crowd/g), 30, 'and each command was carried out');
}
$peer->close;
$far->close;
$d->finish;

# -- our tool and Debian's xl2tpd ------------------------------------------------------------------

$far = Peer->new;
my $port = free_port();
my $conf = put_file("$DIR/xl2tpd.conf", <<"EOT");
[global]
port = $port
listen-addr = 127.0.0.1
[lns default]
ip range = 10.77.0.2-10.77.0.5
[lac one]
lns = 127.0.0.1:${\ $far->port}
EOT
unlink $fifo;
my $pid = fork // die;
if (!$pid) {
    open STDOUT, '>', "$DIR/xl2tpd.log";
    open STDERR, '>&', \*STDOUT;
    exec $theirs_d, '-D', '-c', $conf, '-p', "$DIR/xl2tpd.pid", '-C', $fifo, '-s', '/dev/null'
      or POSIX::_exit(99);
}
END { kill KILL => $pid if $pid }
ok(loop_until(sub { -p $fifo }), 'Debian\'s xl2tpd runs');

sub ours { runs([$ours_t, '-c', $fifo, @{$_[0]}], @_[1 .. $#_]) }

ours ['available'], 0, qr/\AAVAILABLE lns\.0\.name=default\n.*^AVAILABLE calls count=\d+$/ms;
ours ['status'], 0, qr/^AVAILABLE lac\.\d\.name=one$/m, 'status: what it has of that';
ours ['add-lac', 'two', 'lns=127.0.0.1:9', 'redial', 'timeout=20'], 0, qr/^OK$/;
ours ['add-lac', 'bad', 'no such=1'], 3, qr/^Configuration parse error$/;
ours ['connect', 'nope'], 1, qr/^No such tunnel 'nope'$/;
ours ['connect', 'one'], 0, qr/^OK$/;
ok($far->accept_tunnel, 'X5-05 connect: it is dialled');
ours ['disconnect', 'one'], 0, qr/^OK$/;
ours ['hangup', '54321'], 0, qr/^OK$/;
ours ['add-lns', 'local', 'ip range=10.88.0.1-10.88.0.3'], 0, qr/^OK: Saved value$/;
ours ['status-lns', 'local'], 0, qr/^STATUS tunnels\.count=0$/;
ours ['status-lns', 'nobody'], 1, qr/^Error: Could not find lns$/;
ours ['remove-lns', 'local'], 0, qr/^OK$/;
ours ['remove-lac', 'two'], 0, qr/^OK$/;
ours ['remove-lac', 'two'], 1, qr/^No such tunnel 'two'$/;
ours ['dial', 'nope', '5550100'], 1, qr/^No such tunnel 'nope'$/;
ours [$_], 255, qr/is xl2tpd, which has no '$_'/, "$_: not asked of it" for qw(reload events metrics);
ours ['status', '--json'], 255, qr/is xl2tpd, which has no 'status'/;
ours ['status-lac', 'one'], 0, qr/\A\z/, 'status-lac: it writes to its log, and answers nothing';
is(waitpid($pid, 1), 0, 'it has lived through all that');
symlink $ours_t, "$DIR/xl2tpd-control";
runs ["$DIR/xl2tpd-control", 'available'], 0, qr/^AVAILABLE lac\.count=/m, 'by the name of xl2tpd-control: its FIFO';
is_deeply([glob '/var/run/xl2tpd/*.out'], [], 'no answer\'s FIFO is left');
done_testing();
