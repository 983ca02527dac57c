#!/usr/bin/perl
# metrics file, metrics interval: a whole page or none, errors told once, nothing left behind.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $file = "$DIR/l2tpd.prom";
my $lns  = "[lns default]\nassign ip = no\npppoptfile = " . ppp_script("sink\n") . "\n";

# of one that was killed; and whoever starts us may be strict
put_file("$file.new", "half a page\n");
my $strict = umask 077;
my $d      = daemon 'd', conf => "metrics file = $file\nmetrics interval = 1\n$lns";

# Whether a page has its beginning and its end.
sub is_whole { return $_[0] =~ /\A# HELP l2tpd_info .*^l2tpd_pool_free\{lns="default"\} \d+\n/ms && $_[0] =~ /\n\z/ }

umask $strict;
soon { -e $file } 'the file is there, at once';
my $page = slurp $file;
ok(is_whole($page), 'and whole') or diag $page;
is(sprintf('%o', (stat $file)[2] & 07777), '644', 'everybody may read it');
ok($page !~ /^l2tpd_calls [1-9]/m, 'no call');
my $peer = Peer->new(to => $d->port);
$peer->open_tunnel;
$peer->open_call;
soon { slurp($file) =~ /^l2tpd_calls 1$/m } 'it is written anew: one call';

# many tunnels make a page of many parts
my @peers = map { my $p = Peer->new(to => $d->port); $p->open_tunnel; $p } 1 .. 60;
my ($torn, $inode, %inodes) = (0);
for (my $end = time + 3; time < $end;) {
    open my $f, '<', $file or do { $torn++; next };
    $inodes{(stat $f)[1]} = 1;
    local $/;
    $torn++ if !is_whole(<$f> // '');
}
is($torn, 0, 'whoever reads finds a whole page');
cmp_ok(scalar keys %inodes, '>', 1, 'while it is put in place anew');
ok(slurp($file) =~ /^l2tpd_tunnels 61$/m, 'with all tunnels');

# errors
my $where = "$DIR/later";
$d->configure("metrics file = $where/m.prom\nmetrics interval = 1\n$lns");
$d->mark->signal('HUP');
$d->says(qr{metrics file \Q$where\E/m\.prom: cannot be written \(told once\): No such file}, 'no folder: the log tells');
ok(!-e $file, 'the file of before is removed');
sleep 2.5;
is($d->count(qr/metrics file .* cannot/), 1, 'once');
mkdir $where;
$d->says(qr{metrics file \Q$where\E/m\.prom: written again}, 'as soon as it can be, it is written');
soon { is_whole(slurp "$where/m.prom") } 'there it is';
mkdir "$DIR/taken";
mkdir "$DIR/taken/m.prom";
$d->configure("metrics file = $DIR/taken/m.prom\n$lns");
$d->mark->signal('HUP');
$d->says(qr{metrics file .*: cannot be put in place}, 'a folder in its place: told');
ok(!-e "$DIR/taken/m.prom.new", 'and nothing is left beside it');
$d->configure("metrics file = $file\nmetrics interval = 3600\n$lns");
$d->signal('HUP');
soon { -e $file } 'a reload writes it at once';
$d->configure("metrics file = $file\nmetrics interval = 1\n$lns");
$d->mark->signal('HUP');
$d->says(qr{'metrics interval' changed, from now}, 'another interval by a reload');
my %later;
soon { $later{(stat $file)[1] // 0}++; keys %later > 2 } 'counts from now';

# told once each time; and what is not ours is left alone
put_file("$DIR/theirs", "not ours\n");
mkdir "$DIR/theirs.new";
for my $time (1, 2) {
    $d->configure("metrics file = $DIR/theirs\nmetrics interval = 1\n$lns");
    $d->mark->signal('HUP');
    $d->says(qr{metrics file .*theirs: cannot be written}, 'a folder beside it: told');
    last if $time == 2;
    $d->configure($lns);
    $d->mark->signal('HUP');
    $d->says(qr/is in force/, 'no file any more');
    is(slurp("$DIR/theirs"), "not ours\n", 'what we have not written we do not remove');
}
rmdir "$DIR/theirs.new";
$d->says(qr/theirs: written again/, 'written again');
$d->mark;
soon { mkdir "$DIR/theirs.new" } 'in its way again, between two pages';
$d->says(qr{metrics file .*theirs: cannot be written}, 'and told again');
$d->configure("metrics file = $file\nmetrics interval = 3600\n$lns");
$d->mark->signal('HUP');
soon { -e $file } 'and elsewhere';

$_->close for $peer, @peers;
$d->finish;
is(join(' ', glob "$file*"), '', 'the file goes with the daemon');
done_testing;
