# Decode: datagrams into a capture file, tshark's reading of it as data, and hidden AVPs revealed.
#
# tshark does not reveal L2TPv2's hidden AVPs, even if it knows the secret; so reveal() does, after
# the text of RFC 2661, 4.3, with Perl's own MD5, and tshark can be shown the message in the clear.
package Decode;

use strict;
use warnings;

use Digest::MD5 qw(md5);
use Exporter 'import';

our @EXPORT = qw(decode reveal revealed write_capture);

# A capture of raw IP (link type 101): datagrams of L2TP from one host to another.
sub write_capture
{
    my ($file, @datagrams) = @_;

    open my $out, '>:raw', $file or die "$file: $!\n";
    print {$out} pack 'N n2 N4', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101;
    for (@datagrams) {
        my $size = 28 + length;

        print {$out} pack('N4', 0, 0, $size, $size),
          pack('n2 N N N2', 0x4500, $size, 0, 0x40110000, 0xc0000201, 0xc0000202),
          pack('n4', 1701, 1701, $size - 20, 0), $_;
    }
    close $out or die "$file: $!\n";
}

# RFC 2661, 4.3, backwards: the value of a hidden AVP, or undef if there is none in it.
sub reveal
{
    my ($secret, $vector, $number, $hidden) = @_;
    my ($plain, $key) = ('', md5(pack('n', $number) . $secret . $vector));

    for (my $at = 0; $at < length $hidden; $at += 16) {
        my $block = substr $hidden, $at, 16;

        $plain .= $block ^ substr $key, 0, length $block;
        $key = md5($secret . $block);
    }
    my $size = unpack 'n', $plain;
    return $size <= length($plain) - 2 ? substr $plain, 2, $size : undef;
}

# A control message with its hidden AVPs revealed, and without the Random Vectors; and what was
# revealed: [number, value] each.  An AVP that cannot be revealed stays as it is.
sub revealed
{
    my ($secret, $message) = @_;
    my ($body, $vector, @values) = ('', '');

    for (my $at = 12; $at + 6 <= length $message;) {
        my ($first, $vendor, $number) = unpack "x$at n3", $message;
        my $length = ($first & 0x3ff) < 6 ? 6 : $first & 0x3ff;
        my $value  = substr $message, $at + 6, $length - 6;
        my $plain  = $first & 0x4000 ? reveal($secret, $vector, $number, $value) : undef;

        $at += $length;
        $vector = $value, next if $number == 36;
        push @values, [$number, $plain] if defined $plain;
        $first = $first & 0xbc00 | 6 + length $plain if defined $plain;
        $body .= pack('n3', $first, $vendor, $number) . ($plain // $value);
    }
    return (pack('n2', unpack('n', $message), 12 + length $body) . substr($message, 4, 8) . $body,
        @values);
}

# One frame of tshark's PDML as
#   {remarks => [TEXT], protocols => [NAME], fields => {NAME => SHOWN}, names => [SHOWNAME],
#    avps => [{name, at, size, fields => {NAME => SHOWN}}]}
# Names of fields are without "l2tp." and "avp.", octets without colons.
sub read_frame
{
    my ($lines) = @_;
    my %frame = (remarks => [], protocols => [], fields => {}, names => [], avps => []);
    my ($protocol, $depth) = ('', 0);

    for (@$lines) {
        $depth-- if m{</field>};
        my ($tag, $rest) = /<(proto|field)\b(.*)/ or next;
        my %a = $rest =~ /(\w+)="([^"]*)"/g;
        s/&(#x[0-9a-f]+|#\d+|\w+);/entity($1)/ge for values %a;

        push @{$frame{remarks}}, $a{showname} // $a{show}
          if $a{name} eq '_ws.malformed' || $a{name} eq '_ws.expert' && $tag eq 'field';
        push @{$frame{protocols}}, $protocol = $a{name} if $tag eq 'proto';
        if ($tag eq 'field' && $protocol eq 'l2tp') {
            push @{$frame{names}}, $a{showname} // $a{show};
            if ($depth == 0 && $a{name} eq '') {
                push @{$frame{avps}},
                  {name => $a{show}, at => $a{pos} - 28, size => $a{size}, fields => {}};
            } else {
                my $to = $depth > 0 && @{$frame{avps}} ? $frame{avps}[-1] : \%frame;

                $to->{fields}{short($a{name})} = short_value($a{show});
            }
        } elsif ($tag eq 'field') {
            $frame{fields}{$a{name}} //= $a{show};
        }
        $depth++ if $tag eq 'field' && $rest !~ m{/>\s*$};
    }
    return \%frame;
}

sub entity
{
    my ($name) = @_;
    my %of = (quot => '"', amp => '&', lt => '<', gt => '>', apos => "'");

    return $name =~ /^#x(.*)/ ? chr hex $1 : $name =~ /^#(.*)/ ? chr $1 : $of{$name} // "&$name;";
}

sub short { $_[0] =~ s/^l2tp\.(?:avp\.)?//r }

# Also 1 and 0 for what tshark from 4.4 on calls True and False.
sub short_value
{
    my ($show) = @_;

    return $show eq 'True' ? 1 : 0 if $show =~ /^(?:True|False)$/;
    $show =~ s/:(?=[0-9a-f]{2}(?::|$))//g if $show =~ /^[0-9a-f]{2}(?::[0-9a-f]{2})+$/;
    return $show;
}

# What tshark makes of each datagram, in order; dies if it cannot read them.
sub decode
{
    my ($file, @datagrams) = @_;
    my (@frames, @lines);

    write_capture($file, @datagrams);
    open my $saved, '>&', \*STDERR or die "dup: $!\n";
    open STDERR, '>', "$file.errors" or die "$file.errors: $!\n";
    my $pid = open my $tshark, '-|', 'tshark', '-n', '-r', $file, '-T', 'pdml';
    open STDERR, '>&', $saved or die "dup: $!\n";
    die "tshark cannot be run: install the package tshark\n" if !$pid;
    while (<$tshark>) {
        push @lines, $_;
        next if !m{</packet>};
        push @frames, read_frame([@lines]);
        @lines = ();
    }
    close $tshark or die "tshark: status $?, see $file.errors\n";
    return @frames;
}

1;
