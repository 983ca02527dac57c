#!/bin/sh
# A real pppd as the caller of a LAC that answers calls itself: what the front finds out of it, and
# that it goes on from there when it is told what the LNS would tell it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/17-front.t"

front_line=${B:-$root/build}/test/front_line
mkdir -p "$work/ppp"
: >"$work/ppp/options"
: >"$work/ppp/chap-secrets"
: >"$work/ppp/pap-secrets"
mount --bind "$work/ppp" /etc/ppp

# call WAYS OPTION...: pppd calls, as bob with the password "secret".
call() {
	ways=$1
	rm -f "$work/pppd.log"
	shift
	"$front_line" "$ways" secret /usr/sbin/pppd nodetach noauth local user bob password secret noipdefault \
		noccp logfile "$work/pppd.log" "$@" >"$work/found" 2>&1 </dev/null || :
}

# found LINE-PATTERN...: each stands in what was found.
found() {
	for pattern; do
		grep -q -x -e "$pattern" "$work/found" && continue
		sed 's/^/# found: /' "$work/found"
		sed 's/^/# pppd: /' "$work/pppd.log"
		return 1
	done
}
magic='magic=[0-9a-f]*'

scenario "PAP"
call pap
ok "type, name and password are known" found "type: 3" "name: bob" "response: 6 octets, right"
ok "the options of both ends are known" found "initial: accm=00000000 $magic pfc acfc" \
	"sent: mru=1400 accm=00000000 auth=pap $magic" "received: accm=00000000 $magic pfc acfc"
ok "told as the LNS tells it, it goes on" found "goes on: yes"
ok "the front itself has told it nothing" found "answered: 0"

scenario "CHAP with MD5"
call chap,pap mru 1300 noaccomp
ok "type, name and response are known" found "type: 2" "name: bob" "response: 16 octets, right"
ok "the options of both ends are known" found "sent: mru=1400 accm=00000000 auth=chap-md5 $magic" \
	"received: mru=1300 accm=00000000 $magic pfc" "mru: 1400 1300"
ok "told as the LNS tells it, it goes on" found "goes on: yes" "answered: 0"

scenario "MS-CHAPv2"
call mschap-v2
ok "its name is known, and nothing can be told of it" found "type: 0" "name: bob" "response: 49 octets, wrong"

scenario "a pppd with a mind of its own"
call chap,pap refuse-chap
ok "it will have PAP instead of CHAP" found "type: 3" "name: bob" "sent: .* auth=pap .*"
call pap,chap refuse-pap
ok "it will have CHAP instead of PAP" found "type: 2" "name: bob" "sent: .* auth=chap-md5 .*"
call chap,mschap-v2 refuse-chap
ok "it will have MS-CHAPv2 instead of CHAP" found "type: 0" "name: bob"
call pap mru 1600
ok "it will have a higher MRU than there is" found "initial: mru=1600 .*" "received: accm=.*" "mru: 1400 1500"
call pap multilink
ok "it will have a bundle" found "initial: .* mrru=1500" "received: accm=00000000 $magic pfc acfc"
call pap nomagic asyncmap a0000
ok "it will have no magic number" found "received: accm=000a0000 pfc acfc" "type: 3"
call pap silent
ok "it waits to be asked" found "type: 3"

scenario "no pppd to talk to"
call none
ok "nobody asks its name" found "type: 4" "name: " "sent: mru=1400 accm=00000000 $magic"
call pap refuse-pap refuse-chap refuse-mschap refuse-mschap-v2 refuse-eap
ok "it will not authenticate itself" \
	found "failed: the caller declines to authenticate itself (offered: pap)"
"$front_line" pap secret /bin/sh -c 'exit 0' >"$work/found"
ok "it hangs up" found "failed: the caller has hung up (it has not begun with LCP)"
"$front_line" pap secret /bin/sh -c 'while :; do echo '~CONNECT~'; sleep 1; done' >"$work/found"
ok "it is something else" found "failed: what the caller sends is not LCP ([0-9]* frames)"
finish
