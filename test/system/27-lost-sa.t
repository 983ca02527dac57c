#!/bin/sh
# The client of doc/recipe-client.md loses its IPsec, and the server, by the mark of a new one, takes it for
# somebody else. From the moment that there is IPsec again the call is back within "redial timeout" and 5
# seconds, whether the daemon has noticed the loss or not, and whether or not the server says that it has no
# such tunnel. All times are those of this machine's own clock.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/system/lib.sh"
enter_world "$root/test/system/27-lost-sa.t"

mkdir $work
wire net0
for host in server one; do
	machine $host
done
join server eth0 net0 192.0.2.1/24
join one eth0 net0 192.0.2.11/24
modules_for_rules

# What IPsec only asks for has no keys yet.
has_sa() {
	on one ip xfrm state | grep -q auth-trunc
}
no_sa() {
	! has_sa
}
# lose: the client's strongSwan ends, and has told the server's.
lose() {
	kill $one_charon
	wait $one_charon || :
	rm -f "$work/one/run/charon.vici"
	wait_until 10 no_sa
}
passes() {
	on one ping -n -q -c 1 -W 1 10.77.0.1 >/dev/null 2>&1
}
# in_time: the call is back, with so much time as it may take since there is IPsec again.
in_time() {
	wait_until 60 has_sa || return 1
	clock
	since=$now
	wait_until 60 passes || return 1
	clock
	took=$((now - since))
	note "a ping passed $((took / 100)).$((took / 10 % 10)) s after IPsec was there"
	[ $took -le $((limit * 100)) ]
}

scenario "start"
follow ipsec server
follow client one client
on one sed -i 's/^redial timeout = .*/redial timeout = 3\ndead time = 20/' /etc/l2tpd/l2tpd.conf
limit=$((3 + 5))
# What a pppd hears before it is ready is lost, and would be said again after 3 seconds only.
on one sh -c 'echo lcp-restart 1 >>/etc/ppp/options.l2tpd'
for host in server one; do
	rules $host
	ok "$host: strongSwan" charon_on $host
	ok "$host: l2tpd" l2tpd_on $host
done
ok "the client is up" wait_until 60 has_address one
ok "a ping passes" wait_until 10 passes

scenario "lost for a moment, with traffic"
on one ping -n -q -i 0.5 10.77.0.1 >$work/ping &
pinger=$!
ok "it is lost" lose
ok "strongSwan starts again" charon_on one
ok "the call is back within $limit s" in_time
kill $pinger || :
ok "it is a new one: the server has taken the client for another" [ "$(grep -c 'Call established with' \
	$work/server/log)" = 2 ]

scenario "lost until it was noticed"
forget_logs
on one ping -n -q -i 0.5 10.77.0.1 >$work/ping &
pinger=$!
ok "it is lost" lose
ok "the tunnel is given up" wait_until 60 says one "down by=silence"
ok "and dialled in vain" wait_until 60 says one "cause=the peer does not answer"
ok "strongSwan starts again" charon_on one
ok "the call is back within $limit s" in_time
kill $pinger || :
finish
