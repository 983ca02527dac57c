#!/usr/bin/perl
# What the encoder makes, in the eyes of tshark: make_pcap writes every control message with every
# AVP it may have, in the clear and hidden, and data messages in every form; nothing of it may be
# malformed or remarked upon, and the values must be those that make_pcap put in.
#
# tshark does not reveal hidden AVPs.  So they are revealed here, by RFC 2661, 4.3, and Perl's own
# MD5, written to a second capture, and shown to tshark again.
use strict;
use warnings;
use Digest::MD5 qw(md5);
use File::Temp qw(tempdir);
use Test::More;

my $secret = 'l2tp-test-secret';
my $build  = $ENV{B} // 'build';
my $dir    = tempdir(CLEANUP => 1);

# Without tshark this test fails: a skip would be taken for a pass.
if (!grep { -x "$_/tshark" } split /:/, $ENV{PATH}) {
	fail('tshark is missing: install the package tshark');
	done_testing();
	exit 1;
}

# AVPs in each message, in order of number (RFC 2661, 6.1 to 6.14; RFC 3145; RFC 5515; RFC 9601), and
# which of them may be hidden (4.4).  Those of the Broadband Forum have 3561 before three digits.
my @line = map { 3561000 + $_ } 1, 2, 129 .. 142, 144, 145, 254;
my @messages = (
	[SCCRQ   => 1,  [0, 2 .. 11, 103]],
	[SCCRP   => 2,  [0, 2, 3, 4, 6 .. 11, 13, 103]],
	[SCCCN   => 3,  [0, 13]],
	[StopCCN => 4,  [0, 1, 9]],
	[HELLO   => 6,  [0]],
	[OCRQ    => 7,  [0, 14 .. 19, 21, 23]],
	[OCRP    => 8,  [0, 14, 25]],
	[OCCN    => 9,  [0, 19, 24, 38, 39]],
	[ICRQ    => 10, [0, 14, 15, 18, 21, 22, 23, 25, 98, @line]],
	[ICRP    => 11, [0, 14]],
	[ICCN    => 12, [0, 19, 24, 26 .. 33, 37, 38, 39]],
	[CDN     => 14, [0, 1, 12, 14, 46]],
	[WEN     => 15, [0, 34]],
	[SLI     => 16, [0, 35]],
	[CSUN    => 28, [0, 97, 97]],
	[CSURQ   => 29, [0, 97, 97]],
);
my %may_hide = map { $_ => 1 } 3, 4, 6, 8, 9, 11, 13 .. 19, 21 .. 35, 37, 38, 46, 97, 98, 103, @line;
my %is_mandatory = map { $_ => 1 } 0 .. 4, 7, 9 .. 19, 21 .. 24, 34 .. 36, 39;

# The values, by AVP: a field of tshark's and what it has to show.
my %shown = (
	1  => [result_code => 2, 'avp.error_code' => 6, 'avp.error_message' => 'no such thing'],
	2  => ['avp.protocol_version' => 1, 'avp.protocol_revision' => 0],
	3  => ['avp.async_framing_supported' => 1, 'avp.sync_framing_supported' => 1],
	4  => ['avp.analog_access_supported' => 0, 'avp.digital_access_supported' => 1],
	5  => [tie_breaker => '0x0123456789abcdef'],
	6  => ['avp.firmware_revision' => 0x690],
	7  => ['avp.host_name' => 'lac.example'],
	8  => ['avp.vendor_name' => 'l2tpd test'],
	9  => ['avp.assigned_tunnel_id' => 0x1111],
	10 => ['avp.receive_window_size' => 8],
	11 => ['avp.chap_challenge' => unpack 'H*', 'sixteen octets..'],
	12 => ['avp.cause_code' => 16, 'avp.cause_msg' => 69, 'avp.advisory_msg' => 'bye'],
	13 => ['avp.chap_challenge_response' => unpack 'H*', '0123456789abcdef'],
	14 => ['avp.assigned_session_id' => 0x3333],
	15 => ['avp.call_serial_number' => 66051],
	16 => ['avp.minimum_bps' => 9600],
	17 => ['avp.maximum_bps' => 100000000],
	18 => ['avp.analog_bearer_type' => 1, 'avp.digital_bearer_type' => 0],
	19 => ['avp.async_framing_type' => 0, 'avp.sync_framing_type' => 1],
	21 => ['avp.called_number' => '5551234'],
	22 => ['avp.calling_number' => '5559876'],
	23 => ['avp.sub_address' => '*7'],
	24 => ['avp.connect_speed' => 56000],
	25 => ['avp.physical_channel' => 0x80000007],
	26 => ['avp.initial_received_lcp_confreq' => '010405dc'],
	27 => ['avp.last_sent_lcp_confreq' => '0305c22305'],
	28 => ['avp.last_received_lcp_confreq' => '0206000a0000'],
	29 => ['avp.proxy_authen_type' => 3],
	30 => ['avp.proxy_authen_name' => 'user@realm.example.net'],
	31 => ['avp.proxy_authen_challenge' => 'f0e0d0c0'],
	32 => ['avp.proxy_authen_id' => 0x17],
	33 => ['avp.proxy_authen_response' =>
		unpack 'H*', 'a response that takes more than two blocks'],
	34 => ['avp.crc_errors' => 70001, 'avp.framing_errors' => 70002,
		'avp.hardware_overruns' => 70003, 'avp.buffer_overruns' => 70004,
		'avp.time_out_errors' => 70005, 'avp.alignment_errors' => 70006],
	35 => ['avp.send_accm' => 0x000a0000, 'avp.receive_accm' => 0xfffffffe],
	36 => ['avp.random_vector' => unpack 'H*', 'a random vector!'],
	37 => ['avp.private_group_id' => unpack 'H*', 'red-1'],
	38 => ['avp.rx_connect_speed' => 33600],
	46 => ['avp.disconnect_code' => 16, 'avp.control_protocol_number' => 0xc223,
		'avp.cause_code_direction' => 1, 'avp.cause_code_message' => 'wrong password'],
	97 => ['avp.csu.res' => '0x0000,0x0000', 'avp.csu.remote_session_id' => join(',', 0x1234, 0xfffe),
		'avp.csu.current_tx_speed' => '4000000,4294967295', 'avp.csu.current_rx_speed' => '64000,1'],
	3561001 => ['broadband.agent_circuit_id' => 'access-1 atm 3/0:100.33'],
	3561002 => ['broadband.agent_remote_id' => 'customer 7'],
	3561144 => ['broadband.access_loop_encapsulation.data_link' => '0x01',
		'broadband.access_loop_encapsulation.enc1' => '0x02',
		'broadband.access_loop_encapsulation.enc2' => '0x06'],
	3561145 => ['broadband.ancp_access_line_type' => '0x05000000'],
	3561254 => ['broadband.iwf_session' => '0x00000001'],
);
my @rates = map { ("${_}_dr_up", "${_}_dr_down") } qw(actual minimum attainable maximum);
push @rates, map { "minimum_dr_${_}_low_power" } qw(up down);
$shown{3561129 + $_} = ["broadband.$rates[$_]" => 10000000000 + $_] for 0 .. $#rates;
my @delays = map { ("maximum_interleaving_delay_$_", "actual_interleaving_delay_$_") } qw(up down);
$shown{3561139 + $_} = ["broadband.$delays[$_]" => 20 + $_] for 0 .. $#delays;

# The type of AVP as tshark shows it: the IETF's, or the Broadband Forum's.
sub types {
	my ($row, $what, @avps) = @_;
	is($row->{'l2tp.avp.type'}, join(',', grep { $_ < 3561000 } @avps), $what);
	is($row->{'l2tp.avp.broadbandtype'}, join(',', map { $_ - 3561000 } grep { $_ > 3561000 } @avps),
		"$what, those of the Broadband Forum too");
}

# Asks tshark for fields of every frame: a list of {field => value, or values joined by commas}.
sub ask {
	my ($file, @fields) = @_;
	my @command = ('tshark', '-n', '-r', $file, '-o', "l2tp.shared_secret:$secret", '-T', 'fields',
		'-E', 'separator=|', '-E', 'occurrence=a', map { ('-e', $_) } @fields);
	open(my $saved, '>&', \*STDERR) or die "dup: $!\n";
	open(STDERR, '>', "$dir/errors") or die "$dir/errors: $!\n";
	open(my $tshark, '-|', @command) or die "tshark: $!\n";
	my @lines = <$tshark>;
	close($tshark);
	my $status = $?;
	open(STDERR, '>&', $saved) or die "dup: $!\n";
	is($status, 0, "tshark reads $file") or diag(`cat $dir/errors`);
	chomp @lines;
	my @rows = map { my %row; @row{@fields} = split /\|/, $_, -1; \%row } @lines;
	# what was 1 and 0 is True and False from tshark 4.4 on
	for my $row (@rows) {
		for (values %$row) {
			s/True/1/g, s/False/0/g if defined && /^(?:True|False)(?:,(?:True|False))*$/;
		}
	}
	return @rows;
}

# A capture file's datagrams, and the way back.
sub read_capture {
	my $file = shift;
	open(my $in, '<:raw', $file) or die "$file: $!\n";
	local $/;
	my $all = <$in>;
	my @frames;
	for (my $at = 24; $at < length $all;) {
		my $size = unpack "x$at x8 N", $all;
		push @frames, substr $all, $at + 16 + 28, $size - 28;
		$at += 16 + $size;
	}
	return (substr($all, 0, 24), @frames);
}

sub write_capture {
	my ($file, $head, @frames) = @_;
	open(my $out, '>:raw', $file) or die "$file: $!\n";
	print $out $head;
	for (@frames) {
		my $size = 28 + length;
		print $out pack('N4', 0, 0, $size, $size),
			pack('n2 N N N2', 0x4500, $size, 0, 0x40110000, 0xc0000201, 0xc0000202),
			pack('n4', 1701, 1701, $size - 20, 0), $_;
	}
	close($out) or die "$file: $!\n";
}

# RFC 2661, 4.3, backwards.
sub reveal {
	my ($number, $hidden, $vector) = @_;
	my ($plain, $key) = ('', md5(pack('n', $number) . $secret . $vector));
	for (my $at = 0; $at < length $hidden; $at += 16) {
		my $block = substr $hidden, $at, 16;
		$plain .= $block ^ substr $key, 0, length $block;
		$key = md5($secret . $block);
	}
	my $size = unpack 'n', $plain;
	return $size <= length($plain) - 2 ? substr $plain, 2, $size : undef;
}

# A control message with its hidden AVPs revealed, and the Random Vector left out.
sub revealed {
	my $message = shift;
	my ($body, $vector) = ('');
	for (my $at = 12; $at < length $message;) {
		my ($first, $vendor, $number) = unpack "x$at n3", $message;
		my $value = substr $message, $at + 6, ($first & 0x3ff) - 6;
		$at += $first & 0x3ff;
		if ($number == 36) {
			$vector = $value;
			next;
		}
		$value = reveal($number, $value, $vector) // 'cannot be revealed' if $first & 0x4000;
		$body .= pack('n3', ($first & 0x8000) + 6 + length $value, $vendor, $number) . $value;
	}
	return pack('n2', 0xc802, 12 + length $body) . substr($message, 4, 8) . $body;
}

# The frame shows every one of these AVPs, with its value.
sub has_values {
	my ($row, $name, @numbers) = @_;
	my (@wrong, %seen);
	for my $number (grep { $shown{$_} && !$seen{$_}++ } @numbers) {
		my @pairs = @{$shown{$number}};
		while (my ($field, $want) = splice @pairs, 0, 2) {
			my $got = $row->{"l2tp.$field"};
			push @wrong, "$field: '$got', not '$want'" if $got ne $want;
		}
	}
	ok(!@wrong, "$name: values of AVPs @numbers") or diag(join "\n", @wrong);
}

my $file = "$dir/made.pcap";
is(system("$build/test/make_pcap", $file), 0, 'make_pcap has written its capture')
	or BAIL_OUT("$build/test/make_pcap does not run");
my @fields = qw(frame.number _ws.malformed _ws.expert.message l2tp.flags l2tp.length l2tp.tunnel
	l2tp.session l2tp.Ns l2tp.Nr l2tp.avp.type l2tp.avp.broadbandtype l2tp.avp.mandatory l2tp.avp.hidden l2tp.avp.vendor_id
	l2tp.avp.length l2tp.avp.message_type udp.length ppp.protocol lcp.opt.magic_number);
push @fields, map { my @pairs = @{$shown{$_}}; map { "l2tp.$pairs[2 * $_]" } 0 .. $#pairs / 2 }
	sort { $a <=> $b } keys %shown;
my @rows = ask($file, @fields);
is(scalar @rows, 2 * @messages + 1 + 8, 'every frame is there');
is(join(' ', map { "$_->{'frame.number'}: $_->{'_ws.malformed'} $_->{'_ws.expert.message'}" }
	grep { $_->{'_ws.malformed'} ne '' || $_->{'_ws.expert.message'} ne '' } @rows), '',
	'S3.1-15, S4.1-01: nothing is malformed or remarked upon');

my ($head, @datagrams) = read_capture($file);
my @plain;
for my $i (0 .. $#messages) {
	my ($name, $type, $avps) = @{$messages[$i]};
	my ($clear, $hidden) = @rows[2 * $i, 2 * $i + 1];
	my $hides = grep { $may_hide{$_} } @$avps;
	my @sent = $hides ? (0, 36, @$avps[1 .. $#$avps]) : @$avps;

	is($clear->{'l2tp.avp.message_type'}, $type, "$name: type in the clear");
	is($hidden->{'l2tp.avp.message_type'}, $type, "$name: type with hiding");
	is($clear->{'l2tp.flags'}, '0xc802', "S3.1-02: $name: flag word");
	is($clear->{'l2tp.length'}, $clear->{'udp.length'} - 8, "S3.1-15: $name: Length");
	is("$clear->{'l2tp.tunnel'} $clear->{'l2tp.session'} $clear->{'l2tp.Ns'} $clear->{'l2tp.Nr'}",
		join(' ', 0x2222, $type >= 7 && $type < 28 ? 0x4444 : 0, 2 * $i, 7), "$name: ids and numbers");
	types($clear, "6: $name: AVPs in order of number", @$avps);
	is($clear->{'l2tp.avp.mandatory'}, join(',', map { $type < 28 && $is_mandatory{$_} || 0 } @$avps),
		"Q-16: $name: M bits");
	is($clear->{'l2tp.avp.hidden'}, join(',', map { 0 } @$avps), "$name: nothing is hidden");
	is($hidden->{'l2tp.avp.hidden'}, join(',', map { $may_hide{$_} // 0 } @sent),
		"S4.3-03: $name: a vector right behind the type, then H where it may be");
	has_values($clear, "$name in the clear", @$avps);
	has_values($hidden, "$name, what is never hidden", grep { !$may_hide{$_} } @sent);
	push @plain, revealed($datagrams[2 * $i + 1]);
}

write_capture("$dir/revealed.pcap", $head, @plain);
my @revealed = ask("$dir/revealed.pcap", @fields);
for my $i (0 .. $#messages) {
	my ($name, $type, $avps) = @{$messages[$i]};
	types($revealed[$i], "4.3: $name, revealed: the same AVPs", @$avps);
	is($revealed[$i]{'l2tp.avp.length'}, $rows[2 * $i]{'l2tp.avp.length'},
		"4.3: $name, revealed: the same lengths");
	is("$revealed[$i]{'_ws.malformed'}$revealed[$i]{'_ws.expert.message'}", '',
		"4.3: $name, revealed: nothing is malformed");
	has_values($revealed[$i], "$name, revealed", @$avps);
}

my $zlb = $rows[2 * @messages];
is("$zlb->{'l2tp.flags'} $zlb->{'l2tp.length'} $zlb->{'l2tp.avp.type'}", '0xc802 12 ',
	'S3.0-03: a ZLB is twelve octets');
for my $form (0 .. 7) {
	my $row = $rows[2 * @messages + 1 + $form];
	my ($l, $s, $p) = map { $form >> $_ & 1 } 0 .. 2;
	my $flags = 2 | $l << 14 | $s << 11 | $p << 8;

	is($row->{'l2tp.flags'}, sprintf('0x%04x', $flags), "S3.1-01: data, form $form: flag word");
	is($row->{'l2tp.length'}, $l ? $row->{'udp.length'} - 8 : '', "S3.1-15: form $form: Length");
	is("$row->{'l2tp.tunnel'} $row->{'l2tp.session'}", "8738 17476", "form $form: ids");
	is($row->{'l2tp.Ns'}, $s ? 500 + $form : '', "S3.1-01: form $form: Ns");
	is("$row->{'ppp.protocol'} $row->{'lcp.opt.magic_number'}", '0xc021 0x12345678',
		"S3.1-01: form $form: the PPP frame begins where it should");
}
done_testing();
