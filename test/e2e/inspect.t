#!/usr/bin/perl
# The daemon as a reader of configurations: --check, --explain, --print-config, --print-keys.  What
# each says in detail is in test/unit; here: that the program asks the right files, and its status.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use POSIX qw(mkfifo);
use Test::More;

my $secret  = 'S3CRET-w0rd';
my $options = put_file("$DIR/options", "auth\nlock\nfile $DIR/more\n");
my $secrets = put_file("$DIR/secrets", "gw * $secret\n");
my $conf    = put_file("$DIR/conf", <<"EOT");
[global]
auth file = $DIR/secrets
pppd = $PPPD
[lns default]
assign ip = no
hostname = gw
challenge = yes
pppoptfile = $options
[lns near]
lac = 192.0.2.0/24
local ip = 10.0.0.1
EOT
put_file("$DIR/more", "sync\n");
chmod 0600, $secrets;

sub l2tpd { run_program [$L2TPD, @_] }

# -- check ---------------------------------------------------------------------------------------

{
    my ($status, $out, $err) = l2tpd '--check', $conf;

    is($status, 0, 'XD-04 --check of a file that can be used: status 0');
    is($out, "$conf: 0 errors, 2 warnings\n", 'it says how much it has to say');
    like($err, qr{^\Q$options\E:2: warning: 'lock' is for serial lines.*\(.*\[lns default\], line 8\)$}m,
        'X9-04 a trap in the option file, by file and line');
    like($err, qr{^\Q$DIR\E/more:1: warning: 'sync' }m, 'X9-04 and in the file that this one includes');

    my ($s, $o, $e) = l2tpd '-c', $conf, '--check';
    is("$s$o$e", "$status$out$err", 'the same by -c FILE --check');

    put_file("$DIR/wrong", slurp($conf) . "ip rnage = 1\nredail = yes\n[lac x]\nlns = a:b\n");
    ($status, $out, $err) = l2tpd '--check', "$DIR/wrong";
    is($status, 1, 'of one that cannot be used: status 1');
    is($out, "$DIR/wrong: 3 errors, 2 warnings\n", "errors do not hide what else there is");
    unlike($err, qr/has no 'lns'/, "but what follows from an error is not told");
    like($err, qr{^\Q$DIR\E/wrong:12: error: unknown key 'ip rnage'.*did you mean 'ip range'}m,
        'an error by file and line, with the key that is meant');
    like($err, qr{^\Q$DIR\E/wrong:13: error: .*^\Q$DIR\E/wrong:15: error: }ms, 'and all others');

    chmod 0644, $secrets;
    ($status, $out, $err) = l2tpd '--check', $conf;
    like($err, qr{^\Q$secrets\E: warning: can be read by others: chmod 600 it$}m,
        'X6-08 X4-21 secrets that others can read are warned of, those of "auth file"');
    ($status, $out, $err) = l2tpd '--check', $conf, '-s', "$DIR/none";
    like($err, qr{^\Q$conf\E:7: warning: 'challenge' is on in \[lns default\], but \Q$DIR\E/none has no}m,
        'or those of -s, without a line');
    chmod 0600, $secrets;

    mkfifo("$DIR/fifo", 0600) or die;
    for ("$DIR/fifo", $DIR, '/dev/zero', "$DIR/nowhere") {
        ($status, $out, $err) = l2tpd '--check', $_;
        is($status, 1, "--check $_: status 1");
        like($err, qr{^\Q$_\E: error: cannot be read: .*\n\z}, 'in a sentence, and it comes to an end');
    }
}

for ([0644, 'read'], [0640, 'read'], [0622, 'written'], [0600]) {
    my ($mode, $warned) = @$_;
    my $open = put_file("$DIR/open", "* * $secret\n");

    chmod $mode, $open;
    my $d = daemon 'open' . $mode, conf => '', args => ['-s', $open];
    is(join(' ', $d->log =~ /\Q$open\E can be (\w+) by others: chmod 600 it/g), $warned // '',
        sprintf 'X6-08 secrets of mode %04o: %s at start', $mode, $warned ? 'a warning' : 'no word');
    unlike($d->log, qr/$secret/, 'and no secret');
    $d->finish;
}

# -- explain -------------------------------------------------------------------------------------

{
    my ($status, $out, $err) = l2tpd '-c', $conf, '--explain', '192.0.2.7', 'lac7';

    is($status, 0, '--explain of a peer that is served: status 0');
    like($out, qr{^as LAC it is served by \[lns near\] of line 9$}m, 'by which section');
    like($out, qr{^  challenge = yes\s+# line 7, \[lns default\]$}m, 'X9-06 with which values, and whence');
    like($out, qr{^secret, of \Q$secrets\E, us gw:\n  line 1, them lac7$}m, 'X9-06 under which secret');
    unlike($out . $err, qr/$secret/, 'which is not shown');
    is($err, '', 'without warnings, which --check has');

    put_file("$DIR/closed", slurp($conf) =~ s/\[global\]/[global]\naccess control = yes/r);
    ($status, $out) = l2tpd '--explain', '198.51.100.1', '-c', "$DIR/closed";
    is($status, 1, 'of one that is refused: status 1');
    like($out, qr/^as LAC it is refused: /m, 'it says so');
    ($status, $out, $err) = l2tpd '--explain', '192.0.2.7', '-c', "$DIR/wrong";
    is($status, 1, 'of a file that cannot be used: status 1');
    like($err, qr/:12: unknown key.*--check/s, 'with its errors');
}

# -- print ---------------------------------------------------------------------------------------

for my $file ($conf, glob "$FindBin::Bin/../golden/conf/*.conf") {
    my $name = $file =~ s/.*\///r;
    my ($status, $out) = l2tpd '--print-config', $file;
    my $again = put_file("$DIR/printed", $out);

    is($status, 0, "--print-config $name: status 0");
    is((l2tpd '--check', $again)[0], 0, 'X9-05 --check takes what it prints');
    my ($s, $o) = l2tpd '--print-config', $again;
    s/ +# (?:line.*|default)$//mg, s/^# .*//mg for $out, $o;
    is($o, $out, 'X9-05 which means the same');
}

{
    my ($status, $out, $err) = l2tpd '--print-config', '-c', "$DIR/wrong";

    is("$status$out", 1, '--print-config of a file that cannot be used: status 1, nothing printed');
    like($err, qr/:12: unknown key/, 'and its errors');
    ($status, $out) = l2tpd '--print-keys';
    is($status, 0, '--print-keys: status 0');
    like($out, qr/^global\tlisten-addr\tlisten addr\tADDRESS\t\t$/m, 'a line for each key');
}

SKIP: {
    skip 'no /dev/full', 5 if !-c '/dev/full';
    for (['--check', $conf], ['--print-config', $conf], ['--print-example'], ['--print-keys'], ['-h']) {
        my ($status) = run_program([$L2TPD, @$_], before => sub { open STDOUT, '>', '/dev/full' });

        is($status, 1, "@{[$_->[0]]} onto a full disk: status 1");
    }
}

done_testing;
