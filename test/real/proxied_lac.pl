#!/usr/bin/perl
# A LAC by hand for a real pppd ("pty"): does LCP, and PAP or CHAP as far as the name, then has the LNS
# take over, tells it so as Cisco's do, and carries frames.
#
#   proxied_lac.pl LNS SECRET pap|chap NOTES       NOTES: a line for each packet of LCP and the like that
#                                                  the LNS sends to the caller
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../e2e";

use IO::Select;
use Peer;
use ProxiedPppd;
use Socket;

my ($lns, $secret, $way, $notes) = @ARGV;
my ($heard, $given, $acked, $name, $id, $value) = ('', undef, 0);
my $ours = ($way eq 'pap' ? '0304c023' : '0305c22305') . '05060badcafe';

sub say_frame
{
    my ($octets) = @_;

    $octets .= pack 'v', ProxiedPppd::fcs($octets) ^ 0xffff;
    $octets =~ s/([\x00-\x1f\x7d\x7e])/"\x7d" . ($1 ^ "\x20")/seg;
    syswrite STDOUT, "\x7e$octets\x7e";
}

sub say_packet
{
    my ($protocol, $code, $n, $body) = @_;

    say_frame(pack('nnCCn', 0xff03, $protocol, $code, $n, 4 + length $body) . $body);
}

# Whole frames that have come from the caller.
sub frames
{
    my @frames;

    sysread STDIN, $heard, 4096, length $heard or exit 0;
    while ($heard =~ s/^\x7e*([^\x7e]+)\x7e/\x7e/s) {
        (my $octets = $1) =~ s/\x7d(.)/$1 ^ "\x20"/seg;
        push @frames, substr $octets, 0, -2
          if length $octets > 4 && ProxiedPppd::fcs($octets) == 0xf0b8;
    }
    return @frames;
}

# The caller's LCP and its name.
while (!defined $name) {
    for my $octets (frames()) {
        my (undef, $protocol, $code, $got, $n) = unpack 'nnCCn', $octets;
        my $body = substr $octets, 8, $n - 4;

        if ($protocol == 0xc021 && $code == 1) {
            say_packet(0xc021, 1, 5, pack 'H*', $ours) if !defined $given;
            say_packet(0xc021, 2, $got, $given = $body);
        } elsif ($protocol == 0xc021 && $code == 2) {
            $acked = 1;
            say_packet(0xc223, 1, 9, "\x10sixteen octets!!lac") if $way eq 'chap';
        } elsif ($protocol == 0xc023 && $code == 1) {
            ($id, $name, $value) = ($got, unpack 'C/a C/a', $body);
        } elsif ($protocol == 0xc223 && $code == 2) {
            ($id, $value, $name) = ($got, substr($body, 1, 16), substr $body, 17);
        }
    }
}

my $p = Peer->new(ip => '0.0.0.0', secret => $secret, name => 'lac.test');
$p->{to} = pack_sockaddr_in(1701, inet_aton($lns));
$p->open_tunnel;
my $call = $p->open_call(iccn => [
        soft(26, $given), soft(27, pack 'H*', $ours), soft(28, $given),
        soft(29, u16($way eq 'pap' ? 3 : 2)), soft(30, $name),
        $way eq 'chap' ? soft(31, 'sixteen octets!!') : (), soft(32, u16($id)), soft(33, $value)]);

open my $log, '>>', $notes or die "$notes: $!\n";
my $both = IO::Select->new(\*STDIN, $p->{link}{sock});
while (1) {
    my @ready = @{$p->{frames}} ? () : $both->can_read;

    for my $from (@ready) {
        $p->send_frame($call, $_) for fileno($from) == 0 ? frames() : ();
    }
    my $m = @{$p->{frames}} || grep({ fileno($_) != 0 } @ready) ? $p->get_frame(0.01, $call) : undef;
    exit 0 if grep { $_->{type} =~ /CDN|StopCCN/ } @{$p->{later}};
    next if !defined $m;
    my ($protocol, $code) = unpack 'nC', $m =~ /^\xff\x03(.*)/s ? $1 : $m;
    syswrite $log, sprintf "%04x %d\n", $protocol, $code if $protocol >= 0xc000;
    say_frame($m);
}
