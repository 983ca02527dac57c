#!/usr/bin/perl
# Clauses that show only in the whole daemon: which LNS is tried next, names, one pppd a call, who
# authenticates the client, when a tunnel without calls goes (RFC 2661, 4.4, 5.2, 5.3, 5.6, 7.6, 8).
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use E2E;
use Peer;
use POSIX qw(uname);
use Socket qw(unpack_sockaddr_in);
use Test::More;
use Time::HiRes qw(sleep);

my $echo = ppp_script "reports $DIR/echo\necho\n";


# -- a LAC: fail-over, names, tunnels ------------------------------------------------------------

{
    my ($full, $other) = map { Peer->new } 1, 2;
    my $lac = daemon 'again', conf => "[lac there]\npppoptfile = $echo\nautodial = yes\n"
      . 'lns = 127.0.0.1:' . $full->port . "\nlns = 127.0.0.1:" . $other->port . "\n";

    ok($full->wait_for('SCCRQ', 5), 'the first LNS is dialled');
    $full->control('StopCCN', 0, avp(9, u16($full->{id})), avp(1, pack 'nna*', 2, 7, 'busy'));
    ok($other->accept_tunnel(5) && $other->accept_call(5),
        'S4.4.2-09 it says "try another" (error 7): the next one is');
    $other->close;
    $lac->finish;
}

{
    my $lns = Peer->new;
    my $text = "[lac there]\npppoptfile = $echo\nautodial = yes\nlns = 127.0.0.1:" . $lns->port . "\n";
    my $lac = daemon 'whole', conf => $text;

    is($lns->wait_for('SCCRQ', 5)->{avp}{7}, (uname)[1],
        'S4.4.3-19 the Host Name is the host\'s, as the system has it');
    $lac->finish;
    $lns = Peer->new;
    $lac = daemon 'named', conf => "[lac there]\npppoptfile = $echo\nautodial = yes\n"
      . "hostname = gw7.branch.example.org\nlns = 127.0.0.1:" . $lns->port . "\n";
    is($lns->wait_for('SCCRQ', 5)->{avp}{7}, 'gw7.branch.example.org',
        'S4.4.3-19 or what it is told to be, domain and all');
    $lac->finish;
}

{
    my $lns = Peer->new;
    my $lac = daemon 'over', conf => "[lac there]\npppoptfile = $echo\nautodial = yes\nlns = 127.0.0.1:"
      . $lns->port . "\n";

    $lns->accept_tunnel(5);
    my $call = $lns->accept_call(5);
    $lns->hang_up($call);
    ok($lns->wait_for('StopCCN', 5), 'S5.6-02, S7.6-03 a LAC closes its tunnel with its last call');
    $lac->finish;
}

# The octets that reach the LAC's pppd, as they are: which of them are escaped?
{
    my $raw = put_file("$DIR/raw", <<"END");
#!$^X
my (\$tty) = grep { m{^/dev/} } \@ARGV;
if (defined \$tty) { open STDIN, '<', \$tty or die }
open my \$log, '>', "$DIR/raw.log.\$\$" or die;
while (sysread STDIN, my \$octets, 4096) { syswrite \$log, \$octets }
END
    chmod 0755, $raw;
    my $ping = "\xff\3\x80\x21\x11\x13";
    my $heard = sub { join '', map { slurp($_) } glob "$DIR/raw.log.*" };

    for my $obey ('yes', 'no') {
        my $lns = Peer->new;
        my $lac = daemon "maps-$obey", pppd => $raw, conf => "[lac there]\nobey sli = $obey\n"
          . "autodial = yes\nlns = 127.0.0.1:" . $lns->port . "\n";

        unlink glob "$DIR/raw.log.*";
        $lns->accept_tunnel(5);
        my $call = $lns->accept_call(5);
        soon { glob "$DIR/raw.log.*" } 'its pppd is there';
        $lns->send_frame($call, $ping);
        soon { $heard->() =~ /\x7d\x31\x7d\x33/ } 'S4.4.6-04 control characters are escaped at first';
        $lns->control('SLI', $call->{peer}, avp(35, u16(0) . u32(0) . u32(0)));
        $lns->wait_acked;
        $lns->send_frame($call, $ping);
        if ($obey eq 'yes') {
            soon { $heard->() =~ /\x21\x11\x13/ }
            'S4.4.6-05, S6.14-02 after an SLI without any they are not';
        } else {
            soon { (() = $heard->() =~ /\x7d\x31\x7d\x33/g) == 2 }
            'S4.4.6-05 unless the configuration says that it is not to be obeyed';
        }
        $lac->finish;
    }
}

# -- a LNS ---------------------------------------------------------------------------------------

my $lns = daemon 'lns', conf => "[lns default]\nassign ip = no\nrequire authentication = yes\n"
  . "require pap = yes\npppoptfile = " . ppp_script("reports $DIR/lns-echo\necho\n") . "\n";

{
    my $peer = Peer->new(to => $lns->port);
    my $m = $peer->open_tunnel;

    is($m && $m->{type}, 'SCCRP', 'S8.2-01 UDP it is, without being asked for');
    is((unpack_sockaddr_in($m->{from}))[0], $lns->port,
        'S8.1-05 the answer comes from the port that was asked: NAT lets it through');
    my ($one, $two) = map { $peer->open_call } 1, 2;
    ok($peer->echoes($one, "\xff\3\x80\x21one") && $peer->echoes($two, "\xff\3\x80\x21two"),
        'S5.3-02 a frame goes to pppd as from a line of its own, and back');
    my @all;
    soon { @all = reports("$DIR/lns-echo"); grep({ ($_->{'frames-in'}[0] // 0) == 1 } @all) == 2 }
    'S5.2-02 one pppd a call, and each hears its own frames alone';
    my ($first, $second) = map { $_->{sum} // $_->{checksum} } @all[-2, -1];
    isnt($first->[0], $second->[0], 'S5.2-02 which are not the same');
    $peer->hang_up($_) for $one, $two;
    ok(!$peer->wait_for('StopCCN', 2), 'S7.6-03 a LNS leaves it to the LAC when to close the tunnel');
    my $again = $peer->open_call;
    ok($again && $again->{peer} && $peer->echoes($again, "\xff\3\x80\x21three"),
        'S7.6-03 in which calls may come again');
    $peer->hang_up($again);
    $peer->close;
}

# A LAC that says it has authenticated the client: nobody need believe it.
{
    my $peer = Peer->new(to => $lns->port);
    my @proxy = (avp(29, u16(3)), avp(30, 'smith'), avp(32, u16(1)), avp(33, 'secret'));
    my %args;

    $peer->open_tunnel;
    soon { (() = reports("$DIR/lns-echo")) == 3 } 'the calls before have left their reports';
    for my $with ('nothing', 'all of it', 'no type') {
        my $call = $peer->open_call(half => 1);
        my @said = $with eq 'nothing' ? () : $with eq 'all of it' ? @proxy : @proxy[1 .. 3];
        my $before = () = reports("$DIR/lns-echo");

        $peer->control('ICCN', $call->{peer}, avp(24, u32(1000000)), avp(19, u32(1)),
            map { my $avp = $_; substr($avp, 0, 1) = "\0"; $avp } @said);
        $peer->wait_acked;
        ok($peer->echoes($call, "\xff\3\xc0\x21" . $with), "a call whose ICCN says $with of it");
        my ($newest) = loop_until { my @all = reports("$DIR/lns-echo"); @all > $before && $all[-1] };
        $args{$with} = join ' ', grep { !m{^/dev/|^/|^\d+$} } @{$newest->{arg}};
        $peer->hang_up($call);
    }
    like($args{'all of it'}, qr/\bauth\b.*\brequire-pap\b/,
        'S9.5-01, S4.4.5-02 our own pppd authenticates the client afresh, whatever the LAC says');
    is($args{'all of it'}, $args{nothing}, 'S4.4.5-02, S9.5-01 just as if the LAC had said nothing');
    is($args{'no type'}, $args{nothing}, 'S4.4.5-08 without Proxy Authen Type there is none to speak of');
    unlike($args{'all of it'}, qr/smith|secret/, 'and no word of it reaches pppd');
    $peer->close;
}
$lns->finish;

done_testing;
