#!/usr/bin/perl
# The file of secrets while the daemon runs: what is wrong with it takes nobody's connection, and is
# told by the log, the status, a reload and --check; what is meant is put in force.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use JSON::PP;
use Peer;
use Test::More;

my $sink = ppp_script "sink\n";
my $lns  = "[lns default]\nip range = 10.9.0.2 - 10.9.0.9\nchallenge = yes\npppoptfile = $sink\n";
my $d    = daemon 'd', conf => $lns, secrets => "# ours\n* * sesame\n";
my $file = $d->{secrets};

sub tool
{
    return run_program(["$B/l2tpd-control", '-c', $d->{fifo}, @_]);
}

# Does a peer with this secret come in?
sub comes_in
{
    my ($secret) = @_;
    my $peer = Peer->new(to => $d->port, secret => $secret);

    $peer->open_tunnel or return 0;
    my $call = $peer->open_call(seconds => 3);
    my $good = defined $call && $call->{peer};
    $peer->close;
    return $good ? 1 : 0;
}

sub trouble
{
    return decode_json((tool('status', '--json'))[1])->{daemon}{trouble} // 'none';
}

# As if it had been written long ago.
my $when = 1000000;

sub put_secrets
{
    my ($text) = @_;

    put_file($file, $text);
    chmod 0600, $file;
    utime ++$when, $when, $file;
}

ok(comes_in('sesame'), 'a peer that holds the secret comes in');
is(trouble, 'none', 'nothing is wrong');

for (
    ['* other', '2', qr/there is no secret/, 'a line without a secret'],
    ['* * "sesame', '2', qr/the secret has no closing/, 'an open quote'],
    ["\x01\x02", '2', qr/there is no secret/, 'rubbish'],
    ["a b c\0d", '2', qr/there is a NUL octet/, 'a NUL octet'],
  )
{
    my ($bad, $line, $why, $what) = @$_;

    $d->mark;
    put_secrets("* * changed\n$bad\n");
    ok(comes_in('sesame'), "$what: the old secret stays in force");
    like($d->log, qr/\Q$file\E:$line: $why/, 'its line is told');
    like($d->log, qr/trouble old-secrets: /, 'with a code');
    is(trouble, 'old-secrets', 'which the status has');
    like((tool('status'))[1], qr/^trouble +old-secrets$/m, 'for people, too');
    comes_in('sesame');
    is($d->count(qr/trouble old-secrets/), 1, 'the log tells it once');
    my ($status, undef, $err) = tool('reload');
    is($status, 1, 'a reload is refused');
    like($err, qr/stays in force: \Q$file\E:$line: $why/, 'with what is wrong');
    ok(comes_in('sesame'), 'and changes nothing');
    my ($checked, undef, $told) = run_program([$L2TPD, '-s', $file, '--check', $d->{conf}]);
    is($checked, 1, '--check: status 1');
    like($told, qr/^\Q$file\E:$line: error: .*$why/m, 'with the same');
}

for ('gone', 'a folder') {
    unlink $file;
    mkdir $file if $_ eq 'a folder';
    $d->mark;
    ok(comes_in('sesame'), "the file is $_: the old secret stays in force");
    like($d->log, qr/trouble old-secrets: .*\Q$file\E: cannot be read: /, 'which is told');
    my ($status, undef, $err) = tool('reload');
    is($status, 1, 'a reload is refused');
    like($err, qr/stays in force: \Q$file\E: cannot be read: /, 'with what is wrong');
    ok(comes_in('sesame'), 'and changes nothing');
    is(trouble, 'old-secrets', 'the status has it');
    rmdir $file;
}

put_secrets("* * open\n");
is((tool('reload'))[0], 0, 'X6-10 a good file again');
ok(comes_in('open') && !comes_in('sesame'), 'is in force');
is(trouble, 'none', 'and nothing is wrong any more');

# An editor: the file as it is in each moment of being written.
{
    my $text = "# more of them\nx y z\n* * open\n";
    my @refused = grep { put_file($file, substr $text, 0, $_ * 5); !comes_in('open') } 0 .. 4;

    is("@refused", '', 'a file that is being written costs nobody a connection');
}

# Emptied on purpose.
$d->mark;
put_secrets("# nobody\n");
is((tool('reload'))[0], 0, 'a file without a secret is put in force');
like($d->log, qr/\Q$file\E has no secret any more: 1 that was in force is gone/, 'which the log tells');
ok(!comes_in('open'), 'nobody comes in');
is(trouble, 'none', 'that is meant so');

$d->finish;
done_testing;
