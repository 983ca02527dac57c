#!/usr/bin/perl
# What is going on: status as tables and JSON, metrics, events, topics of the log.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use JSON::PP;
use Peer;
use Test::More;

my $talk = ppp_script "reports $DIR/talk\nsource 3 40\n";
my $d = daemon 'd', conf => <<"EOT";
[lns default]
ip range = 10.9.0.2 - 10.9.0.9
local ip = 10.9.0.1
flow bit = yes
pppoptfile = $talk
[lac there]
lns = 127.0.0.1:9
EOT

# The octets of an answer without their frame; dies if it is not whole.
sub unframe
{
    my ($answer) = @_;
    my @lines = split /\n/, $answer // '';
    my $last = pop @lines // '';

    die "not a whole answer: '$last'\n" if $last !~ /^00 / || grep { !/^00-/ } @lines;
    return join '', map { substr($_, 3) . "\n" } @lines;
}

sub status { return decode_json unframe $d->ask('status json') }

# Feeds and what has come of them.
my ($events, @heard) = ('');
my ($path, $feed) = $d->reply_fifo;
$d->command("\@$path events\n");

sub heard
{
    my ($name, %o) = @_;

    return loop_until {
        sysread $feed, $events, 65536, length $events;
        push @heard, decode_json $1 while $events =~ s/^00-(.*)\n//;
        my ($i) = grep {
            my $e = $heard[$_];
            $e->{event} eq $name && !grep { ($e->{$_} // '') ne $o{$_} } keys %o;
        } 0 .. $#heard;
        defined $i ? splice @heard, $i, 1 : undef;
    };
}

my $e = heard 'listening';
is($e && $e->{pid}, $d->pid, 'events: who listens hears so');
like($e && $e->{time}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'with the time');
{
    my ($second, $f) = $d->reply_fifo;
    my $got = '';

    $d->command("\@$second events\n");
    soon { sysread $f, $got, 4096, length $got; $got =~ /listening/ } 'a second one does, too';
    $d->ask($_) for 'a passing lns=127.0.0.1', 'r passing';
    ok(heard('section', change => 'added') && heard('section', change => 'removed'), 'and both hear on');
    ok(!(grep { $_->{event} eq 'listening' } @heard), 'the first is not told again that it listens');
    unlink $second;
}

# -- a call ---------------------------------------------------------------------------------------

my $s = status;
is_deeply([sort keys %$s], [qw(calls daemon drops format groups lacs pools tunnels)], 'JSON: what it has');
is_deeply($s->{calls}, [], 'no calls');
is($s->{daemon}{pid}, $d->pid, 'the daemon');
is($s->{daemon}{port}, $d->port, 'and its port');

my $peer = Peer->new(to => $d->port, name => "odd \"name\"\x1b\xff", vendor => 'Vendor');
$peer->open_tunnel;
my $call = $peer->open_call;
my ($tid, $cid) = ($peer->{peer_id}, $call->{peer});
$e = heard 'tunnel_up';
is($e && "$e->{tunnel} $e->{peer} $e->{peer_port} $e->{role} $e->{section}",
    "$tid 127.0.0.1 @{[$peer->port]} lns default", 'events: the tunnel is up');
$e = heard 'call_up';
is($e && "$e->{tunnel} $e->{call} $e->{peer_call} $e->{address}",
    "$tid $cid $call->{id} 10.9.0.2", 'the call is up');
my ($pppd) = loop_until { (reports("$DIR/talk"))[0] };
is($e && $e->{pppd_pid}, $pppd->{pid}[0], 'with its pppd');

$peer->send_frame($call, "\xff\x03\xc0\x23" . pack('CCnC/aC/a', 1, 1, 11, 'joe', 'xy'));
soon { ($s = status)->{calls}[0]{user} } 'who logs in is known';
my $c = $s->{calls}[0];
is($c->{user}, 'joe', 'by name');
ok(!$c->{user_accepted}, 'not yet accepted');
is("$c->{tunnel} $c->{call} $c->{peer_call} $c->{section} $c->{address} $c->{pppd_pid}",
    "$tid $cid $call->{id} default 10.9.0.2 $pppd->{pid}[0]", 'the call');
is("$c->{rx_frames} $c->{rx_bytes} $c->{tx_frames} $c->{lost_frames}", '1 15 3 0', 'its traffic');
my $t = $s->{tunnels}[0];
is("$t->{tunnel} $t->{peer_tunnel} $t->{peer} $t->{state} $t->{calls} $t->{peer_vendor}",
    "$tid $peer->{id} 127.0.0.1:@{[$peer->port]} established 1 Vendor", 'the tunnel');
ok(defined $t->{rtt_ms}, 'its round-trip time') or diag(explain $t);
is_deeply($s->{pools}, [{lns => 'default', addresses => 8, used => 1, free => 7,
            map { $_ => undef } qw(local_addresses local_used local_free trouble trouble_text trouble_seconds)}], 'the pool');
is("$s->{lacs}[0]{lac} $s->{lacs}[0]{state}", 'there idle', 'the LAC');
is("$s->{daemon}{tunnels} $s->{daemon}{calls} $s->{daemon}{rx_bytes}", '1 1 15', 'sums');

my $table = unframe $d->ask('status');
like($table, qr/^calls +1$/m, 'tables: the daemon');
like($table, qr/^default +8 +1 +7 +- +-$/m, 'the pool');
like($table, qr/^there +idle +/m, 'the LAC');
like($table, qr/^$tid +lns +default +established +127\.0\.0\.1:\d+ +odd \\\"name\\\"\\x1b\\xff /m,
    'the tunnel; what its peer said is made safe once');
like($table, qr/^$tid +$cid +default +127\.0\.0\.1:\d+ +joe +10\.9\.0\.2 +- +$pppd->{pid}[0] +\d+s +15 +120 /m,
    'the call');
unlike($table, qr/[^\x20-\x7e\n]/, 'and nothing that a terminal would obey');
is($d->ask('status please'), '01 status [json]', 'no other form');

# -- metrics --------------------------------------------------------------------------------------

# All samples by name and labels; each line is held to the format.
sub metrics
{
    my ($text) = @_;
    my (%samples, %type, @bad);

    for (split /\n/, $text) {
        if (/^# HELP (\w+) \S/) { push @bad, $_ if exists $type{$1}; $type{$1} = '' }
        elsif (/^# TYPE (\w+) (counter|gauge)$/) { $type{$1} = $2 }
        elsif (/^(\w+)(\{(?:\w+="(?:[^"\\]|\\["\\n])*",?)+\})? (\d+(?:\.\d+)?)$/ && $type{$1}) {
            my ($name, $labels, $value) = ($1, $2 // '', $3);

            push @bad, $_ if exists $samples{$name . $labels};
            push @bad, $_ if $type{$name} eq 'counter' xor $name =~ /_total$/;
            $samples{$name . $labels} = $value;
        } else { push @bad, $_ }
    }
    is("@bad", '', 'metrics: each line is as Prometheus has it');
    return \%samples;
}

my $before = metrics(unframe $d->ask('metrics'));
is($before->{"l2tpd_call_rx_bytes_total{tunnel=\"$tid\",call=\"$cid\"}"}, 15, 'a call');
is($before->{l2tpd_rx_bytes_total}, 15, 'all calls');
is($before->{'l2tpd_pool_used{lns="default"}'}, 1, 'a pool');

# -- the end of the call --------------------------------------------------------------------------

$peer->hang_up($call);
$e = heard 'call_down';
is($e && "$e->{call} $e->{by} $e->{result}/$e->{error} $e->{rx_bytes} $e->{tx_frames}",
    "$cid peer 3/0 15 3", 'events: the call is down, with its cause and counts');
soon { status->{pools}[0]{free} == 8 } 'the address is free again';
my $after = metrics(unframe $d->ask('metrics'));
is($after->{l2tpd_rx_bytes_total}, 15, 'what has ended still counts');
is("$after->{l2tpd_calls} $after->{l2tpd_calls_up_total} $after->{l2tpd_calls_down_total}", '0 1 1',
    'calls since the start');
my @shrunk = grep { /_total$/ && $after->{$_} < $before->{$_} } keys %$before;
is("@shrunk", '', 'no counter goes down');

# -- sections, reloads ----------------------------------------------------------------------------

# a host that has the name of a section, twice
$d->ask('a 127.0.0.1 lns=127.0.0.1:9');
$d->ask('t 127.0.0.1') for 1, 2;
is(scalar(grep { $_->{lac} eq '127.0.0.1' } @{status->{lacs}}),
    3, 'status: a section, and hosts of its name');
$d->mark->ask('a no-host.invalid lns=127.0.0.1:9');
$d->ask('t no-host.invalid');
$d->says(qr/^\S+ daemon: trouble name-lookup: .*no-host\.invalid/m, 'what fails of a bare tunnel');
is((grep { $_->{lac} eq 'no-host.invalid' } @{status->{lacs}})[0]{trouble},
    undef, 'is no trouble of the section that has its name');
$d->ask('r no-host.invalid');
heard 'section', name => 'no-host.invalid', change => $_ for qw(added removed);
is_deeply([sort grep { /^l2tpd_lac_up/ } keys %{metrics(unframe $d->ask('metrics'))}],
    ['l2tpd_lac_up{lac="127.0.0.1"}', 'l2tpd_lac_up{lac="there"}'], 'metrics: a series each section');
ok(heard('section', name => '127.0.0.1'), 'events: the section is added');

$d->ask('c there');
$e = heard 'lac_state', is => 'dialling', lac => 'there';
is($e && $e->{lac}, 'there', 'events: a LAC dials');
$d->ask('d there');
ok(heard('lac_state', is => 'idle', lac => 'there'), 'and rests');
$d->ask('a added lns=127.0.0.1');
$e = heard 'section';
is($e && "$e->{kind} $e->{name} $e->{change}", 'lac added added', 'a section is added');
$d->signal('HUP');
$e = heard 'reload';
ok($e && $e->{in_force}, 'a reload');
put_file($d->{conf}, "[oops]\n");
$d->signal('HUP');
ok(heard('reload', in_force => 0), 'one that failed');
is(join(' ', @{status->{daemon}}{qw(reloads reloads_failed)}), '1 1', 'each is counted');

# -- topics ---------------------------------------------------------------------------------------

is($d->ask('log'),               '00 none',         'log: no topic is on');
is($d->ask('log packet state'),  '00 packet state', 'log: two are');
$d->mark;
my $other = Peer->new(to => $d->port);
$other->open_tunnel;
$d->says(qr/send session=0 SCCRP/, 'log: and at once');
is($d->ask('log -state'),        '00 packet',       'log: one of them off');
like($d->ask('log avp paket'),   qr/^01 No such topic 'paket'/, 'log: a slip');
is($d->ask('log'),               '00 packet',       'log: changes nothing');
is($d->ask('log none'),          '00 none',         'log: all off');
is($d->ask('log all -avp'),      '00 network packet state tunnel xport pppd', 'log: all but one');
$d->ask('log none');
$other->close;

# -- the end --------------------------------------------------------------------------------------

$peer->close;
$d->finish;
heard 'stop';
sysread $feed, $events, 65536, length $events;
$events =~ s/^00-.*\n//mg;
is($events, "00 The daemon has stopped\n", 'events: the end is told');
done_testing;
