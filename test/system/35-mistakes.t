#!/bin/sh
# What the recipes without IPsec say under "What usually goes wrong": each mistake is made, and the
# words that the document has for it are those that are seen.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/system/lib.sh"
enter_world "$root/test/system/35-mistakes.t"

# The provider's machines are on a network of their own, with the same addresses.
mkdir $work
wire net0
wire net1
set -- server net0 192.0.2.1 client net0 192.0.2.50 router net0 - \
	radius net1 192.0.2.9 lns1 net1 192.0.2.1 lac net1 192.0.2.100
while [ $# -gt 0 ]; do
	machine "$1"
	[ "$3" = - ] || join "$1" eth0 "$2" "$3/24"
	shift 3
done
modules iptable_filter

for host in server client; do
	takes plain $host
done
takes router router
for host in radius lns1 lac; do
	takes isp $host
done
on lac sed -i '/^lns = 192.0.2.2/d' /etc/l2tpd/l2tpd.conf

scenario "no server"
l2tpd_on client
l2tpd_on router
l2tpd_on lns1
l2tpd_on lac
ok "the client sees a closed port" wait_until 30 told plain client "trouble port-closed"
ok "the router has no way" wait_until 30 told router router "trouble no-route"
ok "the LNS hears no RADIUS server" wait_until 40 told isp lns1 \
	"rc_send_server: no reply from RADIUS server"

scenario "a firewall on the way"
on server iptables-legacy -A INPUT -p udp --dport 1701 -j DROP
join router eth0 net0 192.0.2.100/24
again client office
again router isp
ok "the client sees no answer" wait_until 30 told plain client "trouble no-answer"
ok "nor does the router" wait_until 30 told router router "trouble no-answer"
on server iptables-legacy -F INPUT

scenario "other secrets of the tunnel"
change server /etc/l2tpd/l2tp-secrets s/tunnel-change-me/other/
l2tpd_on server
again client office
ok "the client says so" wait_until 20 told plain client "not authorised" "do the secrets agree?"
back server /etc/l2tpd/l2tp-secrets

scenario "another password"
change client /etc/ppp/chap-secrets s/alice-change-me/other/
again client office
ok "the client says so" wait_until 20 told plain client "CHAP authentication failed"
ok "and the server" wait_until 20 told plain server "peer failed to authenticate"
back client /etc/ppp/chap-secrets

scenario "a line for another server"
change server /etc/ppp/chap-secrets 's/lns/other/'
again client office
ok "the server has nothing to go by" wait_until 20 told plain server \
	"The remote system is required to authenticate itself"
back server /etc/ppp/chap-secrets

scenario "no noauth"
on client sh -c 'echo auth >/etc/ppp/options'
change client /etc/ppp/options.l2tpd /noauth/d
again client office
ok "the client has the server authenticate itself" wait_until 20 told plain client \
	"peer refused to authenticate"
ok "and tells what helps" wait_until 20 says client "trouble peer-password.*noauth among pppd's options"
back client /etc/ppp/options.l2tpd

scenario "another password at the provider's"
tell client "d office"
on server sed -i '/^challenge/d' /etc/l2tpd/l2tpd.conf
tell server reload
change router /etc/ppp/chap-secrets s/alice-change-me/other/
again router isp
ok "the router says so" wait_until 30 told router router "authentication failed"

scenario "RADIUS"
on radius sed -i 's|192.0.2.0/28|192.0.2.64/28|' /etc/freeradius/3.0/clients.conf
go_to radius freeradius -X >$work/radius/radius.out 2>&1 &
radius_freeradius=$!
ok "one that does not know the LNS" wait_until 60 told isp radius "Ignoring request" "from unknown client"
kill $radius_freeradius
wait $radius_freeradius || :
on radius sed -i 's|192.0.2.64/28|192.0.2.0/28|' /etc/freeradius/3.0/clients.conf
freeradius_on radius
change lns1 /etc/l2tpd/radius/servers s/radius-change-me/other/
again lac isp
ok "other secrets" wait_until 30 told isp lns1 "received invalid reply digest from RADIUS server"
ok "are a wrong password to the LAC" wait_until 10 told isp lac "CHAP authentication failed"
back lns1 /etc/l2tpd/radius/servers
on lns1 cp /usr/share/freeradius/dictionary /etc/l2tpd/radius/
again lac isp
ok "a dictionary of the newer form" wait_until 30 told isp lns1 "rc_avpair_new: unknown attribute"
on lns1 rm /etc/l2tpd/radius/dictionary
again lac isp
ok "none at all" wait_until 30 told isp lns1 "RADIUS: Can't read dictionary file"
on lns1 cp $work/lns1/files/etc/l2tpd/radius/dictionary /etc/l2tpd/radius/
kill $radius_freeradius
wait $radius_freeradius || :
on radius umount /etc/freeradius
on radius sed -i 's/Pool-Name := "main"//' /etc/freeradius/3.0/mods-config/files/authorize
freeradius_on radius
again lac isp
ok "a user without a pool" wait_until 30 told isp lns1 "Peer is not authorized to use remote address"

scenario "what one sees"
for recipe in plain router isp; do
	ok "each of the words of recipe-$recipe.md has been seen" all_tried $recipe
done
finish
