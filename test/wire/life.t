#!/usr/bin/perl
# A life, in the eyes of tshark: two daemons talk to one another, once in the clear and once with all
# hidden that may be; a relay between them keeps every datagram.  Nothing of it may be malformed or
# remarked upon, each value must be the one that the configuration means, each AVP as the RFC's table
# has it (test/unit/messages.h).  What is hidden is revealed here, and shown to tshark again.
#
# "west" dials, in two tunnels: in the first it is the LAC of an incoming call, in the second the
# LNS that has "east" place an outgoing one.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../e2e";

use Decode;
use Digest::MD5 qw(md5);
use E2E;
use Peer;
use Relay;
use Test::More;

my $secret = 'the tunnel\'s secret';
my %name_of = (1 => 'SCCRQ', 2 => 'SCCRP', 3 => 'SCCCN', 4 => 'StopCCN', 6 => 'HELLO', 7 => 'OCRQ',
    8 => 'OCRP', 9 => 'OCCN', 10 => 'ICRQ', 11 => 'ICRP', 12 => 'ICCN', 14 => 'CDN', 15 => 'WEN',
    16 => 'SLI');

# -- the lives -----------------------------------------------------------------------------------

# LCP of the two pppds: a Configure-Request each with a map, acknowledged by the other; then an echo.
my $west_asks = '010100140206000a000005061111111107020802';
my $east_asks = '0101001002060c000000050622222222'; # no octet of its map is in what west says then
my $lcp       = 'ff03c021';

sub acked { return $lcp . '02' . substr $_[0], 2 }

# The errors of the line: what is no frame ends where the next one begins, with a bad FCS; and a
# frame of one octet is too short.  The first is told at once, the others would be a minute later.
my $west_lcp = "garbage 40\nsend 41\ngarbage 41\nsend 41\nsend 41\n"
  . "send $lcp$west_asks\nawait 1\nsend ${\ acked($east_asks)}\nawait 2\n"
  . "send ${lcp}0909000811111111\n";
my $east_lcp = ppp_script "await 1\nsend $lcp$east_asks\nsend ${\ acked($west_asks)}\nawait 3\n"
  . "send ${lcp}0a09000822222222\n";
my $speaks = ppp_script "send $lcp$east_asks\n";
my $silent = ppp_script "sink\n";

# What a life's daemons, relays and handmade peers are.
sub begin
{
    my ($how, $hidden) = @_;
    my %life = (how => $how, hidden => $hidden eq 'always', west_ppp => ppp_script($west_lcp));
    my $common = "hidden bit = $hidden\nchallenge = yes\n";

    $life{east} = daemon "east-$how", secrets => "* west.example \"$secret\"\n", conf => <<"EOT";
[lns default]
hostname = east.example
assign ip = no
pppoptfile = $east_lcp
$common
tunnel rws = 7
send sli = yes
length bit = yes
flow bit = yes
priority bit = yes
ecn = yes
hello interval = 60
[lns dialler]
lac = 127.0.0.2
outgoing calls = yes
pppoptfile = $speaks
tunnel rws = 9
tx bps = 64000
rx bps = 33600
send sli = no
length bit = no
flow bit = no
ecn = no
hello interval = 1
EOT
    $life{relay}{call} = Relay->new(to => $life{east}->port, caller => 'west', answerer => 'east');
    $life{relay}{request} = Relay->new(to => $life{east}->port, caller => 'west',
        answerer => 'east', as => '127.0.0.2');
    $life{west} = daemon "west-$how", secrets => "* * \"$secret\"\n", conf => <<"EOT";
[lac default]
hostname = west.example
$common
tunnel rws = 5
[lac call]
lns = 127.0.0.1:${\ $life{relay}{call}->port}
pppoptfile = $life{west_ppp}
called number = 5550042
calling number = 5550099
sub address = *7*77
private group = customer-7
bearer type = analog
physical channel = 2147483655
require sequencing = yes
priority bit = yes
send wen = yes
tie breaker = yes
ecn = yes
outgoing calls = yes
tx bps = 56000000
rx bps = 33600000
hello interval = 1
[lac request]
lns = 127.0.0.1:${\ $life{relay}{request}->port}
pppoptfile = $silent
minimum bps = 19200
maximum bps = 115200
bearer type = digital
sub address = 4-tone
hello interval = 60
EOT
    return \%life;
}

# Has this end sent a message of that type, in this relay's record?
sub has_said
{
    my ($life, $relay, $who, $type) = @_;

    return grep { $_->{from} eq $who && (Peer::parse($_->{octets})->{type} // '') eq $type }
      $life->{relay}{$relay}->record;
}

sub waits_for
{
    my ($life, $relay, $who, $type) = @_;

    soon { has_said($life, $relay, $who, $type) } "$life->{how}: $who says $type";
}

sub id_in { $_[0]->status =~ $_[1] ? $1 : 0 }

# Calls come, and are asked for.
sub live
{
    my ($life) = @_;
    my ($east, $west) = @$life{qw(east west)};

    $west->ask('c call');
    $west->ask('o request 5550043');
    # if one does not come, nor will the others: what there is, is looked at all the same
    for (['call', 'west', 'WEN'], ['call', 'east', 'SLI'], ['call', 'west', 'HELLO'],
        ['request', 'east', 'OCCN'], ['request', 'east', 'HELLO']) {
        waits_for($life, @$_) or return;
    }
    soon { 6 <= grep { !(Peer::parse($_->{octets})->{flags} & 0x8000) } $life->{relay}{call}->record }
      "$life->{how}: six frames of the two pppds have passed";

    # the other way round in the first tunnel, where nobody takes the call (it may be seen for a while)
    put_file($life->{west_ppp}, "exit 8\n");
    $east->ask('o ' . id_in($east, qr/tunnel (\d+): .*section 'default'/) . ' 5550666');
    waits_for($life, 'call', 'west', 'CDN');
    $east->ask('h ' . id_in($east, qr/section 'default'.*\n(?:.*(?: call |peer is).*\n)*?.* call \d+\/(\d+): est/));
    waits_for($life, 'call', 'east', 'CDN');
    waits_for($life, 'call', 'west', 'StopCCN');
}

sub finish_life
{
    my ($life) = @_;

    $_->finish for @$life{qw(west east)};
    $_->stop for values %{$life->{relay}};
}


# -- what they should have said ------------------------------------------------------------------

# The messages of each end, in order, HELLOs left out, and their AVPs as tshark shows them.  What is
# random, or the daemon's own choice, is "?".
my $either = 'async_framing_supported=1, sync_framing_supported=1';
my $id     = 'assigned_session_id=?';
my $intro  = <<"EOT";
  2 protocol_version=1, protocol_revision=0
  3 $either
  6 firmware_revision=256
  8 vendor_name=l2tpd
  9 assigned_tunnel_id=?
  11 chap_challenge=?
EOT
my $intended = <<"EOT";
call west
SCCRQ
$intro  4 analog_access_supported=1, digital_access_supported=1
  5 tie_breaker=?
  7 host_name=west.example
  10 receive_window_size=5
  103
SCCCN
  13 chap_challenge_response=?
ICRQ
  14 $id
  15 call_serial_number=?
  18 analog_bearer_type=1, digital_bearer_type=0
  21 called_number=5550042
  22 calling_number=5550099
  23 sub_address=*7*77
  25 physical_channel=2147483655
ICCN
  19 async_framing_type=0, sync_framing_type=1
  24 connect_speed=56000000
  37 private_group_id=${\ unpack 'H*', 'customer-7'}
  38 rx_connect_speed=33600000
  39
WEN
  34 crc_errors=1, framing_errors=0, hardware_overruns=0, buffer_overruns=0, time_out_errors=0, alignment_errors=0
OCRP
  14 $id
CDN
  1 result_code=7, error_code=0, error_message=connect script failed
  14 $id
StopCCN
  1 result_code=1, error_code=0, error_message=no call left
  9 assigned_tunnel_id=?
call east
SCCRP
$intro  4 analog_access_supported=0, digital_access_supported=0
  7 host_name=east.example
  10 receive_window_size=7
  13 chap_challenge_response=?
  103
ICRP
  14 $id
SLI
  35 send_accm=${\ 0x000a0000}, receive_accm=${\ 0x0c000000}
OCRQ
  14 $id
  15 call_serial_number=?
  16 minimum_bps=10000
  17 maximum_bps=10000000
  18 analog_bearer_type=1, digital_bearer_type=1
  19 async_framing_type=1, sync_framing_type=1
  21 called_number=5550666
CDN
  1 result_code=3, error_code=0, error_message=terminated by a signal
  14 $id
  46 disconnect_code=1, control_protocol_number=0, cause_code_direction=0
request west
SCCRQ
$intro  4 analog_access_supported=0, digital_access_supported=0
  7 host_name=west.example
  10 receive_window_size=5
SCCCN
  13 chap_challenge_response=?
OCRQ
  14 $id
  15 call_serial_number=?
  16 minimum_bps=19200
  17 maximum_bps=115200
  18 analog_bearer_type=0, digital_bearer_type=1
  19 async_framing_type=1, sync_framing_type=1
  21 called_number=5550043
  23 sub_address=4-tone
CDN
  1 result_code=3, error_code=0, error_message=shutting down
  14 $id
StopCCN
  1 result_code=6, error_code=0, error_message=shutting down
  9 assigned_tunnel_id=?
request east
SCCRP
$intro  4 analog_access_supported=1, digital_access_supported=1
  7 host_name=east.example
  10 receive_window_size=9
  13 chap_challenge_response=?
OCRP
  14 $id
OCCN
  19 async_framing_type=0, sync_framing_type=1
  24 connect_speed=64000
  38 rx_connect_speed=33600
EOT

# The same as {"call west" => [[SCCRQ => {2 => {protocol_version => 1, ...}, ...}], ...]}.
sub read_intended
{
    my (%of, $list);

    for (split /\n/, $intended) {
        if (/^  (\d+) ?(.*)/) {
            $list->[-1][1]{$1} = {map { split /=/, $_, 2 } split /, /, $2};
        } elsif (/ /) {
            $list = $of{$_} = [];
        } else {
            push @$list, [$_ => {}];
        }
    }
    return \%of;
}

# The RFC's table of AVPs: by number, with M, may it be hidden, lengths of its value, messages.
sub read_rfc
{
    my %avps;

    for (split /\n/, slurp("$FindBin::Bin/../unit/messages.h")) {
        my ($number, $m, $h, $least, $most, $must, $may) = /^\s+\{(\d+),\ "[^"]*",\ "\w+",
            \ ([01]),\ ([01]),\ [01],\ (\d+),\ (\w+),\ (EVERY|"[^"]*"),\ (EVERY|"[^"]*"),/x or next;
        $avps{$number} = {m => $m, h => $h, least => $least,
            most => $most eq 'LONGEST' ? 1017 : $most,
            map { $_->[0] => {map { $_ => 1 } $_->[1] eq 'EVERY' ? values %name_of
                      : $_->[1] =~ /\w+/g} } ['must', $must], ['may', $may]};
    }
    return \%avps;
}

# -- what they have said -------------------------------------------------------------------------

my @lives = (begin('clear', 'no'), begin('hidden', 'always'));
live($_) for @lives;
finish_life($_) for @lives;

my $rfc  = read_rfc;
my $want = read_intended;
is(keys %$rfc, 43, 'the table of AVPs, RFC 5515\'s two of the IETF among them, has been read');

# Every datagram of a life: {relay, from, octets, frame, plain, revealed, values, type}; frame is
# tshark's reading of it as it is, plain and revealed of what is left when nothing is hidden.
sub read_life
{
    my ($life) = @_;
    my @all;

    for my $relay (sort keys %{$life->{relay}}) {
        push @all, map { {%$_, relay => $relay, who => "$relay $_->{from}"} }
          $life->{relay}{$relay}->record;
    }
    for (@all) {
        $_->{control} = unpack('n', $_->{octets}) & 0x8000;
        ($_->{plain}, @{$_->{values}}) =
          $_->{control} ? revealed($secret, $_->{octets}) : $_->{octets};
    }
    my @frames = decode("$DIR/as-is.pcap", map { $_->{octets} } @all);
    my @plain  = decode("$DIR/revealed.pcap", map { $_->{plain} } @all);
    for (0 .. $#all) {
        @{$all[$_]}{qw(frame revealed)} = ($frames[$_], $plain[$_]);
        my $first = $frames[$_]{avps}[0] // {fields => {}};
        $all[$_]{type} = $name_of{$first->{fields}{message_type} // 0} // 'ZLB';
    }
    return @all;
}

# A test: nothing is wrong.
sub all_well
{
    my ($what, @wrong) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(!@wrong, $what) or diag(join "\n", @wrong[0 .. ($#wrong < 9 ? $#wrong : 9)]);
}

# tshark's remarks, and what it does not know.  Of AVP 103 (RFC 9601), which is younger than many a
# tshark, it need not know the name.
sub check_decoded
{
    my ($life, @all) = @_;
    my (@remarks, @unknown);

    for my $d (@all) {
        for my $f (@$d{qw(frame revealed)}) {
            push @remarks, map { "$d->{who} $d->{type}: $_" } @{$f->{remarks}};
            push @unknown, map { "$d->{who} $d->{type}: $_" }
              grep { /unknown|vendor.specific/i && !/^(?:AVP Type: )?Unknown \(103\)/ }
              @{$f->{names}};
            push @unknown, "$d->{who}: no L2TP" if !grep { $_ eq 'l2tp' } @{$f->{protocols}};
            push @unknown, "$d->{who}: no PPP"
              if !$d->{control} && !grep { $_ eq 'lcp' } @{$f->{protocols}};
        }
    }
    all_well("S7.1-08 $life->{how}: nothing is malformed or remarked upon", @remarks);
    all_well("$life->{how}: there is nothing that tshark does not know", @unknown);
}

# The header: flag words, Length, and the ids that the recipient has chosen.
sub check_headers
{
    my ($life, @all) = @_;
    my (@flags, @data, @length, @ids);
    my %data_flags = ('call west' => 0x0802, 'call east' => 0x4802, 'request east' => 0x0002);
    my (%tunnel, %session);

    for my $d (@all) {
        my $f    = $d->{frame}{fields};
        my $name = "$d->{who} $d->{type}";
        my $echo = unpack('H*', $d->{octets}) =~ /ff03c021(?:09|0a)/ ? 0x0100 : 0;
        my $flag = $d->{control} ? 0xc802 : ($data_flags{$d->{who}} // 0) | $echo;
        my $peer = join ' ', $d->{relay}, $d->{from} eq 'west' ? 'east' : 'west';

        push @{$d->{control} ? \@flags : \@data}, "$name: $f->{flags}"
          if hex $f->{flags} != $flag || unpack('n', $d->{octets}) != $flag;
        push @length, "$name: $f->{length}" if $flag & 0x4000 && $f->{length} != length $d->{octets};
        push @ids, "$name: tunnel $f->{tunnel}" if $f->{tunnel} != ($tunnel{$peer} // 0);
        push @ids, "$name: session $f->{session}"
          if !$d->{control} || $d->{type} =~ /^(?:ICRP|ICCN|OCRP|OCCN|CDN|WEN|SLI)$/
          ? !$session{"$peer $f->{session}"} : $f->{session} != 0;
        for my $avp (@{$d->{revealed}{avps}}) {
            my $given = $avp->{fields};

            $tunnel{$d->{who}} //= $given->{assigned_tunnel_id};
            push @ids, "$name: another tunnel id"
              if ($given->{assigned_tunnel_id} // 0) != ($tunnel{$d->{who}} // 0)
              && defined $given->{assigned_tunnel_id};
            $session{"$d->{who} $given->{assigned_session_id}"} = 1
              if $given->{assigned_session_id};
        }
    }
    my $how = $life->{how};
    all_well("S3.1-02, S3.1-03, S3.1-04, S3.1-05, S3.1-07, S3.1-08, S3.1-11, S3.1-12 $how: "
          . 'the flag word of control messages', @flags);
    all_well("S3.1-10 $how: the flag word of data is as configured, echoes have P", @data);
    all_well("S3.1-15 $how: Length is that of the datagram", @length);
    all_well("S3.1-16, S3.1-17, S4.4.3-22, S4.4.3-23, S4.4.3-24, S4.4.4-03, S4.4.4-04 $how: "
          . 'ids are those that the recipient has assigned, or 0', @ids);
}

# AVPs: their octets, their bits, their order, their sizes.
sub check_avps
{
    my ($life, @all) = @_;
    my (@bits, @vendor, @order, @m, @h, @vector, @size);

    for my $d (grep { $_->{type} ne 'ZLB' } @all) {
        my @avps = @{$d->{frame}{avps}};
        my ($at, $vector) = (12, 0);

        push @order, "$d->{who} $d->{type}" if $avps[0]{fields}{type} != 0;
        for my $avp (@avps) {
            # tshark leaves out vendor and number of what is hidden
            my $f = $avp->{fields};
            my ($first, $vendor, $number) = unpack "x$at n3", $d->{octets};
            my $rule = $rfc->{$number} // {m => 2, h => 2};
            my $name = "$d->{who} $d->{type}: AVP $number";

            push @bits, $name if $first & 0x3c00;
            push @vendor, "$name of $vendor" if $vendor != 0 || ($f->{vendor_id} // 0) != 0;
            push @size, "$name at $avp->{at}"
              if $avp->{at} != $at || $avp->{size} != $f->{length}
              || ($f->{type} // $number) != $number;
            push @m, $name if $f->{mandatory} != $rule->{m};
            push @h, $name if $f->{hidden} != ($life->{hidden} && $rule->{h});
            push @vector, $name if $f->{hidden} && !$vector;
            $vector ||= $number == 36;
            $at += $f->{length};
        }
        push @size, "$d->{who} $d->{type} ends at $at" if $at != length $d->{octets};
        for my $avp (@{$d->{revealed}{avps}}) {
            my $rule = $rfc->{$avp->{fields}{type}} // next;
            my $n    = $avp->{size} - 6;

            push @size, "$d->{who} $d->{type}: AVP $avp->{fields}{type} has $n octets"
              if $n < $rule->{least} || $n > $rule->{most} || $avp->{fields}{hidden};
        }
    }
    my $how = $life->{how};
    all_well("S4.1-02 $how: reserved bits are 0", @bits);
    all_well("S4.1-10 $how: Vendor ID is 0", @vendor);
    all_well("S4.4.1-02 $how: Message Type comes first", @order);
    all_well("S4.2-01, S4.4.1-05, S4.4.1-09, S4.4.2-02 $how: M as the RFC has it", @m);
    all_well("S4.4.1-06 $how: " . ($life->{hidden} ? 'all that may be hidden, and nothing else, is'
            : 'nothing is hidden'), @h);
    all_well("S4.3-03 $how: a Random Vector comes before what is hidden", @vector);
    all_well("S4.1-08, S4.1-13, S4.3-05 $how: AVPs stand back to back, with the RFC's sizes", @size);
}

# Values, of which those that are random have tests of their own.
sub differs
{
    my ($avps, $want) = @_;
    my @wrong;
    my %got = map { $_->{fields}{type} => {%{$_->{fields}}} } @$avps[1 .. $#$avps];

    push @wrong, 'AVPs ' . join ' ', sort { $a <=> $b } keys %got
      if join(' ', sort keys %got) ne join ' ', sort keys %$want or @$avps != keys(%got) + 1;
    for my $number (grep { $want->{$_} } keys %got) {
        my ($g, $w) = ($got{$number}, $want->{$number});

        delete @$g{qw(type mandatory hidden length vendor_id)};
        push @wrong, "AVP $number: " . join ', ', map { "$_=$g->{$_}" } sort keys %$g
          if join(' ', sort keys %$g) ne join(' ', sort keys %$w)
          || grep { $w->{$_} ne '?' && $w->{$_} ne $g->{$_} } keys %$g;
    }
    return @wrong;
}
my %clause_of = (SCCRQ => 'S6.1-02', SCCRP => 'S6.2-02', SCCCN => 'S6.3-01', StopCCN => 'S6.4-02',
    HELLO => 'S6.5-03', OCRQ => 'S6.9-03', OCRP => 'S6.10-01', OCCN => 'S6.11-01',
    ICRQ => 'S6.6-03', ICRP => 'S6.7-01', ICCN => 'S6.8-02', CDN => 'S6.12-02', WEN => 'S6.13-03',
    SLI => 'S6.14-01');

sub check_values
{
    my ($life, @all) = @_;
    my (%wrong, %seen, %ns);
    my %left = map { $_ => [@{$want->{$_}}] } keys %$want;

    for my $d (grep { $_->{type} ne 'ZLB' } @all) {
        my ($type, $avps) = ($d->{type}, $d->{revealed}{avps});
        my $next = $type eq 'HELLO' ? [HELLO => {}] : undef;

        next if $ns{"$d->{who} $d->{frame}{fields}{Ns}"}++; # sent again
        $next //= shift @{$left{$d->{who}}} // ['nothing' => {}];
        $seen{$type}++;
        push @{$wrong{$type}}, "$d->{who}: not $next->[0]" if $next->[0] ne $type;
        push @{$wrong{$type}}, map { "$d->{who} $type: $_" } differs($avps, $next->[1]);
        my %has = map { $_->{fields}{type} => 1 } @$avps;
        push @{$wrong{$type}}, map { "$d->{who} $type: AVP $_" }
          grep { $rfc->{$_}{must}{$type} ? !$has{$_} : $has{$_} && !$rfc->{$_}{may}{$type} }
          keys %$rfc;
    }
    for my $type (sort keys %clause_of) {
        push @{$wrong{$type}}, 'none was sent' if !$seen{$type};
        all_well("$clause_of{$type} $life->{how}: $type has the AVPs that it must, and values as "
              . 'intended', @{$wrong{$type} // []});
    }
    all_well("$life->{how}: nothing that was intended is missing",
        map { my $who = $_; map { "$who: $_->[0]" } @{$left{$who}} } keys %left);
}

# Responses to the challenges, worked out here.
sub check_responses
{
    my ($life, @all) = @_;
    my (@wrong, %challenge);
    my $n = 0;

    for my $d (@all) {
        my %f = map { %{$_->{fields}} } @{$d->{revealed}{avps}};
        my $peer = join ' ', $d->{relay}, $d->{from} eq 'west' ? 'east' : 'west';

        $challenge{$d->{who}} //= $f{chap_challenge};
        next if !defined $f{chap_challenge_response};
        $n++;
        push @wrong, "$d->{who}: $f{chap_challenge_response}"
          if $f{chap_challenge_response} ne unpack 'H*',
          md5(chr($f{message_type}) . $secret . pack 'H*', $challenge{$peer} // '');
    }
    push @wrong, "$n responses" if $n != 4;
    all_well("S4.4.3-29, S4.4.3-30 $life->{how}: responses to challenges, by MD5", @wrong);
}

# Nothing that has been hidden stands in its message in the clear as well.
sub check_secrecy
{
    my ($life, @all) = @_;
    my ($n, @open) = (0);

    for my $d (@all) {
        for (grep { length $_->[1] > 4 } @{$d->{values}}) {
            $n++;
            push @open, "$d->{who} $d->{type}: AVP $_->[0]" if index($d->{octets}, $_->[1]) >= 0;
        }
        push @open, "$d->{who}: the secret" if index($d->{octets}, $secret) >= 0;
    }
    push @open, "$n values were looked for" if $life->{hidden} ? $n < 15 : $n > 0;
    all_well("S4.1-07 $life->{how}: what is hidden stands nowhere in the clear", @open);
}

# Ns and Nr of each tunnel, from what has passed the relay: an end cannot have heard more than that.
sub check_numbers
{
    my ($life, @all) = @_;
    my (@ns, @nr, @data, %next, %nr, %sent, %data);

    for my $d (@all) {
        my $f = $d->{frame}{fields};
        my ($who, $name) = ($d->{who}, "$d->{who} $d->{type} $f->{flags}");
        my $peer = join ' ', $d->{relay}, $d->{from} eq 'west' ? 'east' : 'west';

        if (!$d->{control}) {
            push @data, "$name: Ns $f->{Ns}" if defined $f->{Ns} && $f->{Ns} != $data{$who}++;
            next;
        }
        my $body = substr $d->{octets}, 12;
        my $again = $d->{type} ne 'ZLB' && ($sent{"$who $f->{Ns}"} // '') eq $body;
        push @ns, "$name: Ns $f->{Ns}" if !$again && $f->{Ns} != ($next{$who} // 0);
        $sent{"$who $f->{Ns}"} = $body if $d->{type} ne 'ZLB';
        $next{$who}++ if $d->{type} ne 'ZLB' && !$again;
        push @nr, "$name: Nr $f->{Nr}"
          if $f->{Nr} < ($nr{$who} // 0) || $f->{Nr} > ($next{$peer} // 0);
        $nr{$who} = $f->{Nr};
    }
    for my $who (keys %$want) {
        my $peer = $who =~ s/(west|east)/$1 eq 'west' ? 'east' : 'west'/er;

        push @nr, "$who: at last Nr $nr{$who} of $next{$peer}" if $nr{$who} != $next{$peer};
    }
    my $how = $life->{how};
    all_well("S3.1-18, S5.8-05 $how: Ns begins with 0 and grows by one a message, ZLBs left out",
        @ns);
    all_well("S3.1-19 $how: Nr follows what was heard, and at last covers all of it", @nr);
    all_well("$how: Ns of data grows by one a frame", @data);
}

for my $life (@lives) {
    my @all = read_life($life);

    cmp_ok(scalar(grep { !$_->{control} } @all), '>=', 6, "$life->{how}: data were carried");
    $_->($life, @all) for \&check_decoded, \&check_headers, \&check_avps, \&check_values,
      \&check_responses, \&check_secrecy, \&check_numbers;
}
done_testing;
