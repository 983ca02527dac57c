#!/bin/sh
# What is known of a call reaches pppd's scripts; a ping through a call loses nothing while the
# configuration is read again and again; who comes again gets the address that it had.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/12-facts.t"

# What ip-up of a host has been told: knows HOST NAME=VALUE
knows() {
	grep -q -x -- "$2" $work/"$1"/run/facts
}


# reload_often HOST TIMES: each time with another setting; one process, as forks are dear.
reload_often() {
	daemon_pid "$1"
	perl -we '
		my ($conf, $log, $pid, $times) = @ARGV;
		my $read = sub { local (@ARGV, $/) = $_[0]; <> };
		my $text = $read->($conf);
		for my $i (1 .. $times) {
			open my $f, ">", $conf or die;
			print $f $text, "hostname = lns$i\n";
			close $f or die;
			kill HUP => $pid or die;
			select undef, undef, undef, 0.1;
			my $end = time + 10;
			until ((() = $read->($log) =~ /reload: lns default has changed/g) == $i) {
				exit 1 if time > $end;
				select undef, undef, undef, 0.02;
			}
		}' $work/"$1"/conf $work/"$1"/log "$daemon" "$2"
}

# none_lost LEAST FILE: the answers that ping has had bear numbers from 1 on without a gap.  (The last
# one may have been on its way.)
none_lost() {
	perl -we 'my $least = shift; my $last = 0;
		while (<>) { /icmp_seq=(\d+) / or next; $1 == ++$last or die "after $last: $_" }
		exit($last < $least)' "$1" "$2"
}

make_hosts
lns_conf 10.9.1.10-10.9.1.19
printf '%s\n' 'pass call = yes' 'ipparam = %n at %h' >>$work/lns/conf
lac_conf a
printf '%s\n' 'hostname = branch-7' 'calling number = 5550199' 'called number = 5550100' \
	'private group = blue' 'pass call = yes' 'pass peer = yes' >>$work/lac/conf
for host in lns lac; do
	printf '#!/bin/sh\necho "$4 $5" >/run/up.$1\n%s\n' \
		'{ echo "ipparam=$6"; env; } >/run/facts.new; mv /run/facts.new /run/facts' \
		>$work/$host/etc/ppp/ip-up
done
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"

scenario "what the scripts of pppd know"
tell lac "c a"
ok "the call is up" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
ok "at the LNS too" wait_until 5 [ -e $work/lns/run/facts ]
ok "and its scripts have run at the LAC" wait_until 5 [ -e $work/lac/run/facts ]
ok "the LNS's pppd has the number as remotenumber" \
	grep -q "calling number 5550199" $work/lns/run/pppd.log
for fact in 'ipparam=5550199 at branch-7' CALLER_ID=5550199 \
	CALLED_NUMBER=5550100 PRIVATE_GROUP=blue L2TP_PEER_NAME=branch-7 L2TP_PEER=192.0.2.2 \
	'L2TP_TUNNEL=[1-9][0-9]*' 'L2TP_CALL='"$(call_id lns)" CONNECT_SPEED_TX=10000000 PEERNAME=alice; do
	ok "the LNS's: $fact" knows lns "$fact"
done
for fact in ipparam=192.0.2.1 L2TP_PEER=192.0.2.1 L2TP_PEER_NAME=lns 'L2TP_CALL='"$(call_id lac)"; do
	ok "the LAC's: $fact" knows lac "$fact"
done

scenario "50 reloads"
# A shell's background ignores SIGINT, by which ping ends.
go_to lac perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' \
	ping -n -i 0.02 -w 200 10.9.0.1 >$work/pinged 2>&1 &
pinger=$!
forget_logs
ok "the LNS reads its configuration 50 times, changed each time" reload_often lns 50
kill -s INT $pinger
wait $pinger || :
note "$(grep transmitted $work/pinged)"
ok "of 50 pings and more through the call, meanwhile, none was lost" none_lost 50 $work/pinged
ok "each side still has its one pppd" all_pppds_are 1

scenario "who comes again"
tell lac "d a"
ok "no pppd is left" wait_until 10 all_pppds_are 0
ok "ip-down has run at both ends" wait_until 5 no_ppp lac ppp0
tell lac "c a"
ok "the same number has the same address" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
stop_daemon lac
stop_daemon lns
finish
