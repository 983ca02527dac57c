#!/usr/bin/perl
# The access line of a call, and its speed while the call is up (RFC 5515): said in ICRQ, asked for by
# CSURQ, told by CSUN; shown in the status and in events, and handed to pppd.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use JSON::PP;
use Peer;
use Test::More;

my $n = 0;

# The first call of a daemon's status, as it has it in JSON.
sub call_of
{
    my ($d) = @_;
    my @lines = split /\n/, $d->ask('status json') // '';
    my $status = eval { decode_json join "\n", map { substr $_, 3 } grep { /^00-/ } @lines };

    return $status && $status->{calls}[0];
}

# What pppd's environment has beside what each call's has.
sub env_of
{
    my ($path) = @_;
    my ($r) = loop_until { my @all = reports($path); $all[0] };

    return join ' ', sort grep { !/^(?:L2TP_|CONNECT_)/ } @{$r->{env}};
}

sub broadband
{
    my ($number, $value) = @_;

    return pack('nnn', 6 + length $value, 3561, $number) . $value;
}

sub speed
{
    my ($call, $tx, $rx) = @_;

    return soft(97, pack 'nnNN', 0, $call->{peer}, $tx, $rx);
}

# -- two daemons ---------------------------------------------------------------------------------

{
    my $lns = daemon 'two-lns', conf => "[lns default]\nassign ip = no\nspeed updates = yes\npppoptfile = "
      . ppp_script("reports $DIR/two-lns\necho\n") . "\n";
    my $lac = daemon 'two-lac', conf => "[lac there]\nlns = 127.0.0.1:${\ $lns->port}\nautodial = yes\n"
      . "agent circuit id = access-1 atm 3/0:100.33\nagent remote id = customer-7\n"
      . "actual rate up = 1000000\nactual rate down = 16000000\nmaximum rate down = 24000000\n"
      . "line type = 3\nminimum rate up = 1\nminimum rate down = 2\nattainable rate up = 3\n"
      . "attainable rate down = 4\nlow power rate up = 64000\nlow power rate down = 128000\n"
      . "maximum delay up = 20\nactual delay up = 8\nmaximum delay down = 16\nactual delay down = 4\n"
      . "data link = aal5\ncell encapsulation = 6\ninterworking = no\n"
      . "tx bps = 15000000\nrx bps = 900000\nspeed updates = yes\npppoptfile = "
      . ppp_script("reports $DIR/two-lac\necho\n") . "\n";
    my $c;

    soon { $c = call_of($lns); $c && $c->{state} eq 'established' } 'a call is up';
    is(join('|', map { $_ // 'none' } @$c{qw(circuit_id remote_id line_type)}),
        'access-1 atm 3/0:100.33|customer-7|ADSL2+', 'R5515-05 the LNS shows circuit, customer and type');
    is(join('|', map { $c->{"${_}_bps"} // 'none' }
              qw(actual_rate_up actual_rate_down minimum_rate_up maximum_rate_up maximum_rate_down
              low_power_rate_up low_power_rate_down tx rx)),
        '1000000|16000000|1|none|24000000|64000|128000|15000000|900000',
        'R5515-05 and rates, those that were said');
    my $rest = sub {
        my ($of) = @_;

        return join '|', map { $_ // 'none' } @$of{map({ ("maximum_delay_${_}_ms", "actual_delay_${_}_ms") } qw(up down)),
                qw(encapsulation interworking)};
    };
    is($rest->($c), '20|8|16|4|0/0/6|0', 'R5515-05 delays, encapsulation, interworking');
    is(env_of("$DIR/two-lns"), 'ACTUAL_DELAY_DOWN=4 ACTUAL_DELAY_UP=8 ACTUAL_RATE_DOWN=16000000 ACTUAL_RATE_UP=1000000 '
          . 'AGENT_CIRCUIT_ID=access-1 atm 3/0:100.33 AGENT_REMOTE_ID=customer-7 ATTAINABLE_RATE_DOWN=4 '
          . 'ATTAINABLE_RATE_UP=3 ENCAPSULATION=0/0/6 INTERWORKING=no LINE_TYPE=ADSL2+ LOW_POWER_RATE_DOWN=128000 '
          . 'LOW_POWER_RATE_UP=64000 MAXIMUM_DELAY_DOWN=16 MAXIMUM_DELAY_UP=20 MAXIMUM_RATE_DOWN=24000000 '
          . 'MINIMUM_RATE_DOWN=2 MINIMUM_RATE_UP=1',
        'R5515-05 pppd has them all in its environment');
    my $of_lac = call_of($lac);
    is(join('|', map { "$_=" . ($of_lac->{$_} // 'none') } grep { /_rate_|delay|_id\z|type|capsul|interw/ && $_ ne 'tunnel_id' }
              sort keys %$of_lac),
        join('|', map { "$_=" . ($c->{$_} // 'none') } grep { /_rate_|delay|_id\z|type|capsul|interw/ && $_ ne 'tunnel_id' }
              sort keys %$c), 'the LAC shows what it has said');
    unlike($lns->log . $lac->log, qr/unknown|refused|StopCCN/, 'nobody minds any of it');
    $lac->finish;
    $lns->finish;
}

# -- as LNS --------------------------------------------------------------------------------------

sub lns
{
    my ($more) = @_;
    my $d = daemon 'lns' . ++$n,
      conf => "[lns default]\nassign ip = no\npppoptfile = " . ppp_script("reports $DIR/lns$n\necho\n") . "\n$more";
    my $p = Peer->new(to => $d->port);

    $p->open_tunnel;
    return ($d, $p);
}

{
    my ($d, $p) = lns 'speed updates = yes';
    my ($path, $feed) = $d->reply_fifo;
    my $heard = '';

    $d->command("\@$path events\n");
    my $call = $p->open_call(icrq => [soft(98, ''), broadband(1, "odd \x1b;id"), broadband(130, pack 'Q>', 10 ** 10),
            broadband(139, u32(0)), broadband(144, "\1\2\0"), broadband(145, pack 'Cx3', 9), broadband(254, u32(1)),
            broadband(2, 'x'), broadband(129, 'short'), broadband(200, 'unknown')]);
    my $csurq = $p->wait_for('CSURQ', 5);
    ok($csurq, 'R5515-03 a call is up: CSURQ');
    is($csurq && unpack('H*', $csurq->{body}), '0008000000000' . '01d' . '001200000061' . sprintf('%08x', $call->{id})
          . '0' x 16, 'R5515-03 octet by octet: no M, our id of it');
    is($csurq && $csurq->{session}, 0, 'R5515-03 of the tunnel, as it may name many');
    my $c = call_of($d);
    is(join('|', map { $_ // 'none' } @$c{qw(circuit_id remote_id actual_rate_up_bps actual_rate_down_bps
              maximum_delay_up_ms encapsulation line_type interworking)}),
        "odd \x1b;id|none|none|10000000000|0|1/2/0|9|1",
        'R5515-01 what is said is kept, and what is no good passed over') or diag explain $c;
    is(env_of("$DIR/lns$n"),
        'ACTUAL_RATE_DOWN=10000000000 ENCAPSULATION=1/2/0 INTERWORKING=yes LINE_TYPE=9 MAXIMUM_DELAY_UP=0',
        'pppd does not have what a shell would obey');
    is("$c->{tx_bps} $c->{rx_bps}", '1000000 1000000', 'the speed is that of the ICCN');
    $p->control('CSUN', 0, speed({peer => 65535}, 1, 1), speed($call, 2000000, 64000));
    soon { $c = call_of($d); "$c->{tx_bps} $c->{rx_bps}" eq '2000000 64000' } 'R5515-03 CSUN: another one';
    soon { sysread $feed, $heard, 65536, length $heard; $heard =~ /"call_speed".*"tx_bps":2000000,"rx_bps":64000/ }
        'R5515-03 of which events tell';
    $d->says(qr/call \d+\/$call->{peer}: the LAC tells another speed of the line: tx=2000000 rx=64000/, 'and the log');
    $p->control('CSUN', 0, soft(97, pack 'nnNNN', 0, $call->{peer}, 1, 1, 1));
    $p->wait_acked;
    $c = call_of($d);
    is("$c->{tx_bps} $c->{rx_bps}", '2000000 64000', 'R5515-02 one of a wrong length is passed over');
    ok($p->echoes($call, "\xff\x03\xc0\x21\x01\x01\x00\x04"), 'frames are carried all the while');
    unlink $path;
    $p->close;
    $d->finish;
}

{
    my ($d, $p) = lns '';
    my $call = $p->open_call(icrq => [soft(98, '')]);
    ok(!$p->wait_for('CSURQ', 0.3), 'R5515-05 nobody asks unless that is configured');
    $p->control('CSUN', 0, speed($call, 5, 6));
    soon { my $c = call_of($d); "$c->{tx_bps} $c->{rx_bps}" eq '5 6' } 'but what is told counts';
    $p->close;
    $d->finish;
    ($d, $p) = lns 'speed updates = yes';
    $call = $p->open_call;
    ok(!$p->wait_for('CSURQ', 0.3), 'R5515-04 nor is one asked that has not said that it tells');
    $p->control('CSUN', 0, speed($call, 5, 6));
    $p->wait_acked;
    is(call_of($d)->{tx_bps}, 1000000, 'R5515-04 nor believed');
    $p->close;
    $d->finish;
}

# -- as LAC --------------------------------------------------------------------------------------

for ([1, "speed updates = yes\n"], [0, '']) {
    my ($tells, $more) = @$_;
    my $p = Peer->new;
    my $d = daemon 'lac' . ++$n, conf => "[lac there]\nlns = 127.0.0.1:${\ $p->port}\nautodial = yes\n"
      . "tx bps = 5000\nrx bps = 6000\npppoptfile = " . ppp_script("echo\n") . "\n$more";

    $p->accept_tunnel(5);
    my $call = $p->accept_call(5);
    is(exists $call->{icrq}{avp}{98} ? 1 : 0, $tells, "R5515-04 AVP 98 in ICRQ: $tells");
    $p->control('CSURQ', 0, map { speed($_, 0, 0) } {peer => 65535}, $call);
    my $csun = $p->wait_for('CSUN', $tells ? 5 : 0.3);
    is($csun ? unpack('H*', $csun->{body}) : 'none', $tells
        ? '000800000000001c001200000061' . sprintf('%08x%08x%08x', $call->{id}, 5000, 6000) : 'none',
        'R5515-03 CSURQ is answered by CSUN, for the call that is up, if ICRQ has said so');
    $p->close;
    $d->finish;
}

done_testing();
