#!/bin/sh
# Private groups with real pppds: ip-up moves the interface of one group's calls into a VRF, and that of
# another's into a network namespace, as l2tpd.conf(5) has it; both groups have the same address at our
# end, and neither sees the other.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/17-groups.t"

make_hosts
lns_conf 10.9.1.10-10.9.1.19
cat >>$work/lns/conf <<-END
	unknown group = refuse
	[group red]
	ip range = 10.9.2.10
	local ip = 10.9.0.2
	vrf = red
	[group blue]
	ip range = 10.9.3.10
	local ip = 10.9.0.2
	netns = blue
END
lac_conf red blue green
for group in red blue green; do
	sed -i "/\[lac $group\]/a private group = $group" $work/lac/conf
done
cat >$work/lns/etc/ppp/ip-up <<-'END'
	#!/bin/sh
	PPP_IFACE=$1 PPP_LOCAL=$4 PPP_REMOTE=$5
	[ -z "$VRF" ] || ip link set dev "$PPP_IFACE" master "$VRF"
	[ -n "$NETNS" ] || exit 0
	ip link set dev "$PPP_IFACE" netns "$NETNS" &&
	ip -n "$NETNS" addr add "$PPP_LOCAL" peer "$PPP_REMOTE" \
	    dev "$PPP_IFACE" &&
	ip -n "$NETNS" link set dev "$PPP_IFACE" up
END

# has PLACE ADDRESS: a route to that peer, by a ppp interface, in "vrf red" or "netns blue".
has() {
	case $1 in
	vrf) on lns ip route show vrf "$2" ;;
	netns) on lns ip -n "$2" route show ;;
	main) on lns ip route show ;;
	esac | grep -q "^$3 dev ppp"
}

pings() {
	on lac ping -n -q -c 3 -i 0.2 -w 5 -I "$1" 10.9.0.2 >/dev/null
}

on lns ip link add red type vrf table 100
on lns ip link set red up
on lns ip netns add blue
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"

scenario "a VRF"
tell lac "c red"
ok "the call of group red is up" wait_until 15 [ -e $work/lac/run/up.ppp0 ]
ok "its interface is in the VRF" wait_until 5 has vrf red 10.9.2.10
ok "and nowhere else" eval '! has main "" 10.9.2.10'
ok "pings pass" pings ppp0

scenario "a network namespace, with the same address at our end"
tell lac "c blue"
ok "the call of group blue is up" wait_until 15 [ -e $work/lac/run/up.ppp1 ]
ok "its interface is in the namespace" wait_until 5 has netns blue 10.9.3.10
ok "pings pass there" pings ppp1
ok "and in the VRF still" pings ppp0

scenario "a group that is unknown"
tell lac "c green"
ok "is refused" wait_until 10 grep -q "trouble unknown-group: .*'green' has no section" $work/lns/log
ok "by a CDN that says why" wait_until 5 grep -q '2/3 .*its private group is not known here' $work/lac/log

stop_daemon lac
ok "the LNS's pppds end, wherever their interfaces are" wait_until 15 all_pppds_are 0
stop_daemon lns
ok "and so does it" [ "$status" = 0 ]
finish
