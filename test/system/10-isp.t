#!/bin/sh
# doc/recipe-isp.md, as it stands: two LNSs with FreeRADIUS, and a LAC whose `lns` list has both.
# Names, addresses and passwords here are the document's.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/system/lib.sh"
enter_world "$root/test/system/10-isp.t"

# account LNS WORD NAME VALUE: the account of an LNS has a record of that status with that value.
account() {
	cat "$work/radius/varlog/freeradius/radacct/$1"/detail-* 2>/dev/null |
		awk -v RS= -v status="$2" -v name="$3" -v value="$4" '
			index($0, "Acct-Status-Type = " status "\n") && index($0, name " = " value "\n") {
				found = 1
			}
			END { exit !found }'
}

# octets LNS: whether the account's last record has as many octets as 100 pings of 1,200 take.
octets() {
	[ "$(sed -n 's/.*Acct-Input-Octets = //p' "$work/radius/varlog/freeradius/radacct/$1"/detail-* |
		tail -n 1)" -gt 120000 ]
}

mkdir $work
wire net0
set -- radius 192.0.2.9 lns1 192.0.2.1 lns2 192.0.2.2 lac 192.0.2.100
while [ $# -gt 0 ]; do
	machine "$1"
	join "$1" eth0 net0 "$2/24"
	shift 2
done

scenario "the recipe for an ISP"
ok "the RADIUS server takes its files" follow isp radius
ok "FreeRADIUS starts" freeradius_on radius
for host in lns1 lns2 lac; do
	ok "$host takes its files" follow isp $host
	ok "$host: l2tpd starts" l2tpd_on $host
done
ok "alice has an address of the pool" wait_until 30 has_address lac
first=$address
note "alice is $first"
ok "the other end is at lns1" wait_until 10 ppp_is lns1 ppp0 10.77.0.1 "$first"
ok "the account of lns1 has her start" wait_until 10 account 192.0.2.1 Start User-Name '"alice"'
ok "with her address" account 192.0.2.1 Start Framed-IP-Address "$first"
ok "100 pings pass" ping_all lac 10.77.0.1

scenario "lns1 goes dark"
forget_logs
ip link set lns1-eth0 down
rm -f $work/lac/run/up.ppp0
ok "alice is back with the address that she had" wait_until 90 ppp_is lac ppp0 "$first" 10.77.0.1
ok "the other end is at lns2" wait_until 10 ppp_is lns2 ppp0 10.77.0.1 "$first"
ok "the account of lns2 has her start" wait_until 10 account 192.0.2.2 Start User-Name '"alice"'
ok "with that address" account 192.0.2.2 Start Framed-IP-Address "$first"
ok "100 pings pass" ping_all lac 10.77.0.1

scenario "hang-up"
forget_logs
tell lac "d isp"
ok "ip-down has run at lns2" wait_until 15 no_ppp lns2 ppp0
ok "the account of lns2 has the stop" wait_until 10 account 192.0.2.2 Stop User-Name '"alice"'
ok "with what was sent" octets 192.0.2.2

scenario "lns1 is there again, and a user with a fixed address"
ip link set lns1-eth0 up
on lac sed -i 's/^name = alice/name = bob/' /etc/l2tpd/l2tpd.conf
on lac sed -i 's/alice/bob/g' /etc/ppp/chap-secrets
stop_daemon lac
l2tpd_on lac
ok "has it" wait_until 60 ppp_is lac ppp0 10.77.1.7 10.77.0.1
ok "by lns1" wait_until 10 account 192.0.2.1 Start User-Name '"bob"'
tell lac "d isp"
ok "the account of lns1 has the stop" wait_until 15 account 192.0.2.1 Stop User-Name '"bob"'

scenario "a wrong password"
on lac sed -i 's/bob-change-me/guessed/' /etc/ppp/chap-secrets
forget_logs
stop_daemon lac
l2tpd_on lac
ok "the LAC says that it was refused" wait_until 60 says lac "authentication failed"
tell lac "d isp"
ok "no account has another start of his" [ "$(cat \
	$work/radius/varlog/freeradius/radacct/*/detail-* | grep -c 'Status-Type = Start')" = 3 ]
finish
