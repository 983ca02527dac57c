# Attach: l2tpd-attach as a test runs it: starting one, what it says, how it ends.
package Attach;
use strict;
use warnings;

use Exporter 'import';
use POSIX qw(WNOHANG);
use Test::More;

use E2E;

our @EXPORT = qw($ATTACH attach says status_of);

our $ATTACH = $L2TPD =~ s/l2tpd\z/l2tpd-attach/r;

my $n = 0;

# Starts it at that daemon with these words, without a terminal and without what a test has put in front
# of the C library: {pid, and the file where its words go}.
sub attach
{
    my ($d, @words) = @_;
    my $said = "$DIR/attach." . ++$n;
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        delete $ENV{LD_PRELOAD};
        open STDIN,  '<', '/dev/null';
        open STDERR, '>', $said;
        { exec $ATTACH, '-c', $d->{fifo}, @words }
        POSIX::_exit(127);
    }
    return {pid => $pid, words => $said};
}

# Its exit status, as soon as it ends.
sub status_of
{
    my ($a, $seconds) = @_;
    my $ended = loop_until { waitpid($a->{pid}, WNOHANG) == $a->{pid} ? [$?] : undef } $seconds // 10;

    kill KILL => $a->{pid} if !$ended;
    return !$ended ? 'late' : $ended->[0] & 127 ? 'signal ' . ($ended->[0] & 127) : $ended->[0] >> 8;
}

sub says
{
    my ($a, $what, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    soon { (slurp($a->{words}) // '') =~ $what } $name or diag(slurp $a->{words});
}

1;
