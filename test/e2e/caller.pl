#!/usr/bin/perl
# caller: whoever is at the other end of a line, on its standard input and output, for desk.t: async HDLC,
# LCP as far as told, PAP or CHAP, and frames of IP sent back once it is in.
#
#   caller.pl KEY=VALUE...
#
#   name, password   who it says it is ("alice@blue.example", "secret")
#   auth             pap, chap, mschap: what it takes; none: it declines all
#   mode             plain; silent: never a word; garbage: octets by lot; quarrel: refuses whatever LCP
#                    asks for, for ever; leave: hangs up when it has been asked for its name; impatient:
#                    a second after it has said it; polite: so, too, but by LCP; lively: it then asks for
#                    an echo
#   says             a file for what it lives through, a line each: "lcp", "asked pap", "told", "lcp again",
#                    "terminated", "alive" (an echo), "left" (an Ack to its good-bye), "data N, M plain"
#                    (octets, and control characters that stood on the line unescaped)
use strict;
use warnings;

use Digest::MD5 qw(md5);
use IO::Handle;
use IO::Select;
use Time::HiRes qw(time sleep);

my %o = (name => 'alice@blue.example', password => 'secret', auth => 'chap', mode => 'plain',
    map { split /=/, $_, 2 } @ARGV);
my %protocols = (pap => "\xc0\x23", chap => "\xc2\x23\x05", mschap => "\xc2\x23\x81");
my ($in, $id, $asked, $open, $acked, $lcps, $named) = ('', 1, '', 0, 0, 0, 0);
my $magic = pack 'N', 0x63616c6c;

sub says
{
    open my $f, '>>', $o{says} // '/dev/null' or die "$o{says}: $!\n";
    $f->autoflush(1);
    print $f "$_[0]\n";
}

sub fcs
{
    my $fcs = 0xffff;

    for my $c (unpack 'C*', $_[0]) {
        $fcs ^= $c;
        $fcs = $fcs & 1 ? $fcs >> 1 ^ 0x8408 : $fcs >> 1 for 1 .. 8;
    }
    return $fcs ^ 0xffff;
}

sub frame
{
    my ($octets) = @_;

    $octets .= pack 'v', fcs($octets);
    $octets =~ s/([\x00-\x1f\x7d\x7e])/"\x7d" . ($1 ^ "\x20")/ges;
    syswrite STDOUT, "\x7e$octets\x7e";
}

sub packet
{
    my ($protocol, $code, $n, $body) = @_;

    frame("\xff\x03" . pack('nCCn', $protocol, $code, $n, 4 + length $body) . $body);
}

sub request { packet(0xc021, 1, $id, "\x02\x06\0\0\0\0\x05\x06$magic") }

# Their Configure-Request.
sub answer_request
{
    my ($n, $body) = @_;
    my ($auth) = $body =~ /\x03(.)(\xc0\x23|\xc2\x23.)/s ? $2 : '';
    my $mine = $protocols{$o{auth}} // '';

    if ($open) { # anew, and so does it itself
        $open = $acked = 0;
        $id++;
        request();
    }
    if ($o{mode} eq 'quarrel') {
        packet(0xc021, 3, $n, "\x01\x04" . pack 'n', 128 + int rand 1000);
    } elsif ($auth ne '' && $mine eq '') {
        packet(0xc021, 4, $n, $body =~ /(\x03.\Q$auth\E)/s ? $1 : '');
    } elsif ($auth ne '' && $auth ne $mine) {
        packet(0xc021, 3, $n, "\x03" . chr(2 + length $mine) . $mine);
    } else {
        packet(0xc021, 2, $n, $body);
        $asked = $auth;
        $acked |= 1;
    }
}

sub opened
{
    $open = 1;
    says(++$lcps == 1 ? 'lcp' : 'lcp again');
    packet(0xc023, 1, 7, chr(length $o{name}) . $o{name} . chr(length $o{password}) . $o{password})
      if $asked eq "\xc0\x23" && $o{mode} ne 'leave';
    $named = time;
    says('asked pap') if $asked eq "\xc0\x23";
    exit if $asked eq "\xc0\x23" && $o{mode} eq 'leave';
}

sub lcp
{
    my ($code, $n, $body) = @_;

    answer_request($n, $body) if $code == 1;
    $acked |= 2 if $code == 2 && $n == $id;
    opened() if $acked == 3 && !$open;
    if ($code == 5) {
        says("terminated $body");
        packet(0xc021, 6, $n, '');
        exit;
    }
    packet(0xc021, 10, $n, $magic . substr $body, 4) if $code == 9;
    says('alive') if $code == 10;
    if ($code == 6) {
        says('left');
        exit;
    }
}

sub chap
{
    my ($code, $n, $body) = @_;

    says('told') if $code == 3;
    return if $code != 1;
    says($asked =~ /\x81\z/ ? 'asked mschap' : 'asked chap');
    exit if $o{mode} eq 'leave';
    my $challenge = substr $body, 1, ord $body;
    my $answer = $asked =~ /\x81\z/ ? 'x' x 49 : md5(chr($n) . $o{password} . $challenge);
    packet(0xc223, 2, $n, chr(length $answer) . $answer . $o{name});
    $named = time;
    alarm 1 if $o{mode} eq 'impatient';
}

sub hear
{
    my ($octets) = @_;
    my $plain = $octets =~ tr/\x00-\x1f//;

    $octets =~ s/\x7d(.)/$1 ^ "\x20"/ges;
    return if length $octets < 6 || fcs(substr $octets, 0, -2) != unpack 'v', substr $octets, -2;
    $octets = substr $octets, 0, -2;
    $octets =~ s/\A\xff\x03//;
    if ($octets =~ /\A\x00\x21/) {
        says('data ' . length($octets) . ", $plain plain");
        frame("\xff\x03$octets");
        return;
    }
    my ($protocol, $code, $n, $length) = unpack 'nCCn', $octets . "\0" x 6;
    my $body = substr $octets, 6, $length - 4;
    return if $length < 4;
    lcp($code, $n, $body) if $protocol == 0xc021;
    chap($code, $n, $body) if $protocol == 0xc223;
    says('told') if $protocol == 0xc023 && $code == 2;
}

$SIG{PIPE} = 'DEFAULT';
$SIG{TERM} = 'IGNORE' if $o{mode} eq 'polite'; # or it would not hear its Ack, as its line is gone by then
my $s = IO::Select->new(\*STDIN);
my $again = time + 1;
request() if $o{mode} !~ /silent|garbage/;
while (1) {
    if ($named && time > $named + 1 && $o{mode} =~ /\A(lively|polite)\z/) {
        packet(0xc021, $o{mode} eq 'lively' ? 9 : 5, 99, $o{mode} eq 'lively' ? $magic : 'enough');
        $named = 0;
    }
    if (!$s->can_read(0.1)) {
        syswrite STDOUT, join '', map { chr rand 256 } 1 .. 200 if $o{mode} eq 'garbage';
        if (time > $again) {
            request() if !($acked & 2) && $o{mode} !~ /silent|garbage/;
            $again = time + 1;
        }
        next;
    }
    my $got = sysread STDIN, my $octets, 4096;
    exit if !$got;
    next if $o{mode} =~ /silent|garbage/;
    $in .= $octets;
    hear($1) while $in =~ s/\A\x7e*([^\x7e]+)\x7e//s;
}
