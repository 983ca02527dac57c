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

# ask PORT COMMAND FILE: FreeRADIUS gets all requests of a file at once, as from LNSs, and $work/asked
# what it answers.
ask() {
	on lns2 radclient -x -t 10 -r 3 -p 200 -f "$3" "192.0.2.9:$1" "$2" radius-change-me >$work/asked 2>&1
}

# asks_for USER: prints the request of a LNS for it.
asks_for() {
	printf '%s\n' "User-Name = \"$1\"" 'User-Password = "password"' 'NAS-IP-Address = 192.0.2.1' \
		'NAS-Port = 7' 'Service-Type = Framed-User' 'Framed-Protocol = PPP' ''
}

# tells_of SESSION WORD: prints the account of one of user 0's sessions, who has $zero.
tells_of() {
	printf '%s\n' 'User-Name = "user0"' "Acct-Session-Id = \"$1\"" "Acct-Status-Type = $2" \
		'NAS-IP-Address = 192.0.2.1' 'NAS-Port = 7' "Framed-IP-Address = $zero" ''
}

# given: prints the addresses in the answers.
given() {
	sed -n '/^Received Access-Accept/,/^$/s/.*Framed-IP-Address = //p' $work/asked
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
on radius sed -i 's/Interval = 300/Interval = 60/' /etc/freeradius/3.0/mods-config/files/authorize
user=0
while [ $user -le 240 ]; do
	printf '\nuser%s Cleartext-Password := "password"\n' $user
	user=$((user + 1))
done >$work/users
on radius sh -ec "cat $work/users >>/etc/freeradius/3.0/mods-config/files/authorize"
ok "FreeRADIUS finds it well" [ "$(on radius sh -c "freeradius -CX | tail -n 1")" = \
	"Configuration appears to be OK" ]
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
ok "and whence she comes" account 192.0.2.1 Start Calling-Station-Id '"192.0.2.100"'
ok "100 pings pass" ping_all lac 10.77.0.1
ok "radwho knows her" [ "$(on radius radwho -r | grep -c '^alice,.*192\.0\.2\.1,')" = 1 ]

# User 0 is back before the LNS has noticed that his first session is over.
scenario "a session's account ends when the next one has begun"
asks_for user0 >$work/one
ok "user 0 may come" ask 1812 auth $work/one
zero=$(given)
tells_of first Start >$work/account
ok "has come" ask 1813 acct $work/account
ok "comes again" ask 1812 auth $work/one
ok "has the address that he had" [ "$zero" = "$(given)" ]
for account in "second Start" "first Stop"; do
	# shellcheck disable=SC2086 # two words
	tells_of $account >$work/account
	ok "account: $account" ask 1813 acct $work/account
done

# The pool has 241 addresses, of which user 0 and alice have one each.
scenario "240 others come at once"
user=1
while [ $user -le 240 ]; do
	asks_for user$user
	user=$((user + 1))
done >$work/many
ok "all may" ask 1812 auth $work/many
given >$work/given
ok "239 have addresses" [ "$(wc -l <$work/given)" = 239 ]
ok "no two the same" [ "$(sort -u $work/given | wc -l)" = 239 ]
ok "nobody has user 0's" [ "$(grep -cxF "$zero" $work/given)" = 0 ]
ok "nor alice's" [ "$(grep -cxF "$first" $work/given)" = 0 ]
tells_of second Stop >$work/account
ok "user 0 goes" ask 1813 acct $work/account

scenario "her account is kept while she is there"
ok "lns1 tells of her each minute" wait_until 100 account 192.0.2.1 Interim-Update User-Name '"alice"'
ok "with what was sent" octets 192.0.2.1

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
ok "from where" account 192.0.2.2 Stop Calling-Station-Id '"192.0.2.100"'
ok "and why" account 192.0.2.2 Stop Acct-Terminate-Cause Lost-Carrier
ok "radwho has her no more there" [ "$(on radius radwho -r | grep -c '^alice,.*192\.0\.2\.2,')" = 0 ]

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
	$work/radius/varlog/freeradius/radacct/*/detail-* | grep -c 'Status-Type = Start')" = 5 ]
finish
