#!/usr/bin/perl
# Completion in bash: verbs and options from the tool's help, names and ids from the running daemon.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Cwd qw(abs_path);
use E2E;
use Peer;
use Test::More;

plan skip_all => 'there is no bash here' if !grep { -x "$_/bash" } split /:/, $ENV{PATH};

my $script = abs_path("$FindBin::Bin/../../scripts/l2tpd-control.bash");
my $sink   = ppp_script "sink\n";
my $d      = daemon 'd', conf => <<"EOT";
[lns default]
ip range = 10.9.0.2 - 10.9.0.9
pppoptfile = $sink
[lns branch]
lac = 192.0.2.1
[lac office]
lns = 127.0.0.1:9
[lac other]
lns = 127.0.0.1:9
[lac no word]
lns = 127.0.0.1:9
[lac]
lns = 127.0.0.1:9
EOT

# What is offered for the last of the words.
sub offers
{
    my (@words) = @_;
    my @line = ("$B/l2tpd-control", @words);
    my ($status, $out, $err) = run_program(['bash', '--norc', '-uc', <<'EOT', 'bash', $script, @line]);
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_l2tpd_control
printf '%s\n' "${COMPREPLY[@]+"${COMPREPLY[@]}"}"
EOT
    return $err ne '' ? $err : join ' ', sort split /\n/, $out;
}

my @c = ('-c', $d->{fifo});
like(offers(''), qr/^--help --json --version -c -d -t add-lac add-lns available connect /,
    'nothing yet: options and verbs');
is(offers('rem'),               'remove-lac remove-lns',  'verbs by their begin');
is(offers(@c, 'connect', ''),   'office other',           'connect: LACs whose names are words');
is(offers(@c, 'connect', 'ot'), 'other',                  'by their begin');
is(offers('-c', $_, 'connect', 'ot'), 'other', "the FIFO as $_")
  for "'$d->{fifo}'", "\"$d->{fifo}\"", $d->{fifo} =~ s/run/r\\un/r;
is(offers('-c', "\$(touch $DIR/ran)", 'connect', 'ot'), '', 'what is no path is not run');
ok(!-e "$DIR/ran", 'indeed');
is(offers(@c, 'status-lns', ''), 'branch default',        'status-lns: LNSs');
is(offers(@c, '-t', '3', 'remove-lns', 'b'), 'branch',    'behind other options');
is(offers(@c, 'connect', 'office', ''), '',               'a user is nobody\'s to know');
is(offers(@c, 'log', 'packet', '-x'), '-xport',           'log: topics, any number of them');
is(offers(@c, 'status', ''),    '--json',                 'status');
like(offers('-c', "$d->{dir}/ru"), qr{^\S+/run$},         '-c: files');

# A name is text, whatever it means to a shell.
my @odd = ('odd$(>' . "$DIR/ran)", 'odd*', 'odd$HOME', "odd'");
is($d->ask("a $_ lns=127.0.0.1:9"), '00 OK', "a section called $_") for @odd;
is(offers(@c, 'connect', 'od'), join(' ', sort map { s/([\$(>)*'])/\\$1/gr } @odd),
    'names as the shell takes them');
is(offers(@c, 'connect', 'odd\\*'), 'odd\\*', 'when they have been begun so, too');
ok(!-e "$DIR/ran", 'and they are not run');
$d->ask("r $_") for @odd;
my $peer = Peer->new(to => $d->port);
$peer->open_tunnel;
my $call = $peer->open_call;
is(offers(@c, 'hangup', ''), $call->{peer}, 'hangup: calls');
is(offers(@c, 'disconnect', ''), join(' ', sort $peer->{peer_id}, 'no\\ word', 'office', 'other'),
    'disconnect: LACs, those with blanks in their names too, and tunnels');
is(offers(@c, $_, 'no\\ w'), 'no\\ word', "$_: likewise, when it has been begun") for 'remove-lac', 'status-lac';
is(offers('-c', "$DIR/nowhere", 'connect', ''), '', 'no daemon: nothing');
$peer->close;
$d->finish;
done_testing;
