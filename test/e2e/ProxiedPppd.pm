package ProxiedPppd;

# A stand-in for pppd, run as a program, that does LCP and one way of authentication as the real one
# does, and writes down each packet that it sees and says.  What it wants stands in the file behind
# "file": lines "request HEX" (its Configure-Request's options, with its magic number 11112222),
# "secret TEXT", "log PATH", "silent", "refuse" (it acknowledges no request), "die" (at the first one).
use strict;
use warnings;

use Digest::MD5 'md5';
use IO::Select;

my (%o, %fcs);

sub fcs
{
    my $fcs = 0xffff;

    for my $octet (unpack 'C*', $_[0]) {
        my $v = ($fcs ^ $octet) & 0xff;
        $v = $v & 1 ? $v >> 1 ^ 0x8408 : $v >> 1 for 1 .. 8;
        $fcs = $fcs >> 8 ^ $v;
    }
    return $fcs;
}

sub note
{
    my ($how, $octets) = @_;

    open my $log, '>>', $o{log} or die "$o{log}: $!\n";
    syswrite $log, "$how " . unpack('H*', $octets) . "\n";
}

sub frame
{
    my ($protocol, $code, $id, $body) = @_;
    my $octets = pack('nnCCn', 0xff03, $protocol, $code, $id, 4 + length $body) . $body;

    note 'says', $octets;
    $octets .= pack 'v', fcs($octets) ^ 0xffff;
    $octets =~ s/([\x00-\x1f\x7d\x7e])/"\x7d" . ($1 ^ "\x20")/seg;
    syswrite STDOUT, "\x7e$octets\x7e";
}

# The options of a request without those of a Reject, or with those of a Nak in their place.
sub options { my @o; my $s = shift; push @o, substr $s, 0, ord substr($s, 1), '' while length $s > 1; return @o }

sub changed
{
    my ($request, $code, $body) = @_;
    my %told = map { ord($_) => $_ } options($body);
    my @mine = options($request);

    return join '', grep { !$told{ord $_} } @mine if $code == 4;
    my %have = map { ord($_) => 1 } @mine;
    return join '', (map { $told{ord $_} // $_ } @mine), map { $told{$_} } grep { !$have{$_} } sort keys %told;
}

my ($id, $acked, $acks, $opened, $way) = (7);

sub request { frame(0xc021, 1, ++$id, $o{request}); $acked = 0 }

sub open_up
{
    return if $opened || !$acked || !$acks;
    $opened = 1;
    ($way) = map { unpack 'n', substr $_, 2 } grep { ord == 3 } options($o{request});
    frame(0xc223, 1, 0x55, "\x04wxyzlns") if ($way // 0) == 0xc223;
    frame(0xc021, 9, 1, "\x11\x11\x22\x22there") if !$way;
}

sub lcp
{
    my ($code, $got, $body) = @_;

    if ($code == 1) {
        request() if $opened || $o{silent};
        $opened = $acks = 0 if $opened;
        delete $o{silent};
        exit 1 if exists $o{die};
        return frame(0xc021, 3, $got, $body) if exists $o{refuse};
        frame(0xc021, 2, $got, $body);
        $acks = 1;
    } elsif ($code == 2 && $got == $id) {
        $acked = 1;
    } elsif ($code == 3 || $code == 4) {
        $o{request} = changed($o{request}, $code, $body);
        return request();
    } elsif ($code == 9) {
        return frame(0xc021, 10, $got, "\x11\x11\x22\x22" . substr $body, 4);
    }
    open_up();
}

sub chap
{
    my ($code, $got, $body) = @_;
    my ($n, $name) = (ord $body, substr $body, 1 + ord $body);

    return if $code != 2;
    my $right = substr($body, 1, $n) eq md5(chr($got) . $o{secret} . 'wxyz');
    note 'name', $name;
    frame(0xc223, $right ? 3 : 4, $got, $right ? 'welcome' : 'no');
    frame(0xc021, 9, 1, "\x11\x11\x22\x22there");
}

sub pap
{
    my ($code, $got, $body) = @_;
    my ($name, $password) = unpack 'C/a C/a', $body;

    note 'name', $name;
    frame(0xc023, $password eq $o{secret} ? 2 : 3, $got, "\0");
    frame(0xc021, 9, 1, "\x11\x11\x22\x22there");
}

sub run
{
    my @args = @_;
    my ($file) = map { $args[$_ + 1] } grep { $args[$_] eq 'file' } 0 .. $#args;
    my $heard = '';

    open my $in, '<', $file or die "$file: $!\n";
    while (<$in>) { chomp; my ($key, $value) = split ' ', $_, 2; $o{$key} = $value // 1 }
    $o{request} = pack 'H*', $o{request};
    note 'begins', '';
    note 'arg', $_ for @args;
    request() if !$o{silent};
    while (sysread STDIN, $heard, 4096, length $heard) {
        while ($heard =~ s/^\x7e*([^\x7e]+)\x7e//s) {
            (my $octets = $1) =~ s/\x7d(.)/$1 ^ "\x20"/seg;
            next if length $octets < 10 || fcs($octets) != 0xf0b8;
            note 'sees', substr $octets, 0, -2;
            my (undef, $protocol, $code, $got, $n) = unpack 'nnCCn', $octets;
            my $body = substr $octets, 8, $n - 4;

            lcp($code, $got, $body) if $protocol == 0xc021;
            chap($code, $got, $body) if $protocol == 0xc223 && ($way // 0) == 0xc223;
            pap($code, $got, $body) if $protocol == 0xc023 && ($way // 0) == 0xc023;
        }
    }
    exit 16;
}

run(@ARGV) if !caller;
1;
