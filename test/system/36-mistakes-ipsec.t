#!/bin/sh
# The same of the recipes with IPsec; and that a client whose mistake is mended, or whose server is
# ready at last, is there soon.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/system/lib.sh"
enter_world "$root/test/system/36-mistakes-ipsec.t"

mkdir $work
wire net0
machine server
machine client
join server eth0 net0 192.0.2.1/24
join client eth0 net0 192.0.2.50/24

# forget HOST: what there is of IPsec, in strongSwan and in the kernel.
forget() {
	on "$1" sh -c 'swanctl --terminate --ike vpn --force --timeout 1
		ip xfrm state flush' >/dev/null 2>&1 || :
}

# change_vpn SCRIPT: what sed makes of the client's IPsec, and dials; back_vpn: and back.
change_vpn() {
	change client /etc/swanctl/conf.d/vpn.conf "$1"
	dial
}
back_vpn() {
	back client /etc/swanctl/conf.d/vpn.conf
}
dial() {
	on client swanctl --load-all --noprompt >>$work/client/charon.log 2>&1
	forget client
	: >$work/client/run/charon.log
	: >$work/server/run/charon.log
	again client vpn
}

takes ipsec server
takes client client
for host in server client; do
	on $host sh -c 'printf "%s\n" "charon-systemd {" "filelog { f {" "path = /run/charon.log" \
		"default = 1" "flush_line = yes" "append = yes" "} }" "}" >/etc/strongswan.d/zz-log.conf'
done

# It has been asked again at ever longer intervals by then.
scenario "no server"
charon_on client
l2tpd_on client
ok "the client hears nothing" wait_until 30 told client client "trouble no-answer" "sending retransmit"
sleep 44
charon_on server
l2tpd_on server
ok "when there is one the client is there soon" wait_until 26 has_address client

scenario "other pre-shared keys"
change_vpn s/psk-change-me/other/
ok "the client says so" wait_until 30 told client client "could not decrypt payloads"
ok "and the server" wait_until 10 told ipsec server "invalid ID_V1 payload length, decryption failed?" \
	"could not decrypt payloads"
back_vpn

scenario "another id"
change_vpn 's/id = 192.0.2.1/id = 192.0.2.9/'
ok "the client says so" wait_until 30 told client client "does not match to"
back_vpn

scenario "other proposals"
change_vpn 's/[^_]proposals = .*/ proposals = 3des-sha1-modp1024/'
ok "the server says so" wait_until 30 told ipsec server "no proposal found"
ok "and has what the client wants" grep -q "received proposals: IKE:3DES_CBC" $work/server/run/charon.log
ok "the client hears it" wait_until 30 told client client "received NO_PROPOSAL_CHOSEN"
back_vpn
change_vpn 's/esp_proposals = .*/esp_proposals = 3des-md5/'
ok "of ESP likewise" wait_until 30 told ipsec server "no matching proposal found"
back_vpn

# It answers as one does that has started, and not read its configuration yet.
scenario "a server with another address"
change server /etc/swanctl/conf.d/l2tp.conf 's/local_addrs = .*/local_addrs = 192.0.2.77/'
on server swanctl --load-all --noprompt >>$work/server/charon.log 2>&1
dial
ok "the server says so" wait_until 30 told ipsec server "no IKE config found"
ok "the client hears it" wait_until 30 told client client "received NO_PROPOSAL_CHOSEN"
back server /etc/swanctl/conf.d/l2tp.conf
on server swanctl --load-all --noprompt >>$work/server/charon.log 2>&1
rm -f $work/client/run/up.ppp0
ok "mended, the client is there soon" wait_until 90 has_address client

scenario "another password"
change client /etc/ppp/chap-secrets s/alice-change-me/other/
again client vpn
ok "the client says so" wait_until 30 told client client "CHAP authentication failed"
ok "and the server what the document has" wait_until 10 says server "peer failed to authenticate"
back client /etc/ppp/chap-secrets

scenario "no noauth"
on client sh -c 'echo auth >/etc/ppp/options'
change client /etc/ppp/options.l2tpd /noauth/d
again client vpn
ok "the client has the server authenticate itself" wait_until 30 told client client \
	"peer refused to authenticate"
back client /etc/ppp/options.l2tpd

# A restart of strongSwan, too, leaves the kernel waiting for the last attempt.
scenario "a key that is mended"
change_vpn s/psk-change-me/other/
ok "it was another" wait_until 30 told client client "could not decrypt payloads"
back_vpn
kill $client_charon
wait $client_charon || :
rm -f $work/client/run/charon.vici $work/client/run/up.ppp0
charon_on client
ok "with strongSwan started anew the client is there soon" wait_until 90 has_address client

scenario "what one sees"
for recipe in client ipsec; do
	ok "each of the words of recipe-$recipe.md has been seen" all_tried $recipe
done
finish
