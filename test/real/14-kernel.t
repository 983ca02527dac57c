#!/bin/sh
# The kernel carries the data: with our own daemon at the other end, in the kernel or in userspace,
# and with xl2tpd's kernel mode; what is lost on the way to that, and what is left behind.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/14-kernel.t"

tool=${L2TPD%/*}/l2tpd-control

# carries HOST PATH: its status says of its only call who carries the data.
carries() {
	on "$1" "$tool" -c $work/"$1"/control status --json >$work/"$1"/page &&
		grep -q "\"data_path\":\"$2\"" $work/"$1"/page
}

# counts HOST KEY LEAST: the counter of its call is that high.
counts() {
	on "$1" "$tool" -c $work/"$1"/control status --json >$work/"$1"/page
	value=$(sed -n "s/.*\"data_path\".*\"$2\":\([0-9]*\).*/\1/p" $work/"$1"/page)
	[ "${value:-0}" -ge "$3" ]
}

# How often a daemon has been woken up so far.
wakeups() {
	daemon_pid "$1"
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' /proc/"$daemon"/status
}

# no_kernel_tunnel HOST: its kernel has no session and no tunnel of L2TP.
no_kernel_tunnel() {
	on "$1" cat /proc/net/pppol2tp >$work/"$1"/sessions 2>/dev/null || return 0
	! grep -q "TUNNEL '" $work/"$1"/sessions
}

says_pppd() {
	grep -q -- "$2" $work/"$1"/run/pppd.log
}
not() {
	! "$@"
}

ours_up() {
	ok "PPP is up at the LAC" wait_until 15 ppp_is lac ppp0 10.9.1.10 10.9.0.1
	ok "and at the LNS" wait_until 5 ppp_is lns ppp0 10.9.0.1 10.9.1.10
}
data_pass() {
	ok "100 pings of 1,200 octets pass" ping_all lac 10.9.0.1
	ok "5 MB from LAC to LNS arrive whole" tcp_whole lac lns 10.9.0.1
	ok "5 MB from LNS to LAC arrive whole" tcp_whole lns lac 10.9.1.10
}
is_down() {
	ok "no pppd is left" wait_until 12 all_pppds_are 0
	ok "ip-down has run at both" wait_until 5 no_ppp lac ppp0
	ok "nothing is left in the kernel" wait_until 5 no_kernel_tunnel lac
	ok "on either side" wait_until 5 no_kernel_tunnel lns
}

# Of "a" and "b", dialled one after the other: both kernels carry them, and one outlives the other.
two_tunnels() {
	start_daemon lns "$L2TPD"
	start_daemon lac "$L2TPD"
	tell lac "c a"
	ok "the first is up" wait_until 15 [ -e $work/lac/run/up.ppp0 ]
	tell lac "c b"
	ok "so is the second" wait_until 15 [ -e $work/lac/run/up.ppp1 ]
	for host in lns lac; do
		ok "the kernel of the $host carries both" [ "$(grep -c 'the kernel carries its data' $work/$host/log)" = 2 ]
	done
	ok "the first works" ping_all lac 10.9.0.1 -I ppp0
	ok "the second works" ping_all lac 10.9.0.1 -I ppp1
	tell lac "d a"
	ok "one is hung up" wait_until 10 all_pppds_are 1
	ok "the other goes on" ping_all lac 10.9.0.1 -I ppp1
	tell lac "d b"
	ok "no pppd is left" wait_until 12 all_pppds_are 0
	ok "nothing is left in the kernel" wait_until 5 no_kernel_tunnel lns
	stop_daemon lac
	stop_daemon lns
	rm -f $work/*/run/up.ppp*
}

make_hosts

scenario "the kernel on both sides"
lns_userspace=no lac_userspace=no
lns_conf 10.9.1.10
lac_conf a
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"
ok "X8-02 the LNS says that it can" says lns "Using l2tp kernel support"
tell lac "c a"
ours_up
ok "the LNS says that the kernel carries the call" says lns "the kernel carries its data"
ok "its status says so" carries lns kernel
ok "and the LAC's" carries lac kernel
was_lns=$(wakeups lns) was_lac=$(wakeups lac)
data_pass
is_lns=$(wakeups lns) is_lac=$(wakeups lac)
note "of over 7,000 packets the daemons woke up: LNS $((is_lns - was_lns)) times, LAC $((is_lac - was_lac))"
ok "all that past the LNS's daemon" [ $((is_lns - was_lns)) -lt 100 ]
ok "and past the LAC's" [ $((is_lac - was_lac)) -lt 100 ]
ok "the LNS has counted it" counts lns rx_bytes 5000000
ok "both ways" counts lns tx_bytes 5000000
ok "the LAC too" counts lac rx_bytes 5000000
ok "its addresses are known" grep -q '"address":"10.9.1.10","local_address":"10.9.0.1"' $work/lns/page

scenario "hang-up by the LAC"
tell lac "d a"
is_down

scenario "hang-up by the LNS"
forget_logs
tell lac "c a"
ours_up
tell lns "h $(call_id lns)"
is_down
ok "the LAC's pppd saw a hang-up" says_pppd lac "Modem hangup"
ok "nobody had to be told to end" not says lac "sending TERM"
tell lac "d a"

scenario "the LNS's pppd is killed"
forget_logs
tell lac "c a"
ours_up
kill -9 "$(pid_of_pppd lns)"
is_down
tell lac "d a"

# Its interface tells the LAC that PPP never came up in the first call, as it sees no frame of it.
scenario "a LNS that ends the call before PPP is up, and another"
printf '#!/bin/sh\nsleep 2\nexit 1\n' >$work/none
chmod +x $work/none
stop_daemon lns
sed -i "s|^\\[global\\]|&\\npppd = $work/none|" $work/lns/conf
start_daemon lns "$L2TPD"
stop_daemon lac
cp $work/lac/conf $work/lac/conf.one
sed -i "s|^\\( *\\)lns = .*|&\\n\\1lns = $lac_ip:1799\\n\\1redial = yes\\n\\1redial timeout = 60\\n\\1connect timeout = 2|" $work/lac/conf
start_daemon lac "$L2TPD"
forget_logs
tell lac "c a"
ok "PPP did not come up, says the LAC" wait_until 20 says lac "PPP did not come up with $lns_ip"
ok "and dials the next" wait_until 5 says lac "Connecting to host $lac_ip, port 1799"
stop_daemon lac
mv $work/lac/conf.one $work/lac/conf
stop_daemon lns
sed -i '/^pppd = /d' $work/lns/conf
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"

scenario "the LAC is killed"
forget_logs
tell lac "c a"
ours_up
daemon_pid lac
kill -9 "$daemon"
ok "its pppd goes by itself" wait_until 12 pppds_are lac 0
ok "nothing is left in its kernel" wait_until 5 no_kernel_tunnel lac
wait "$daemon" || :
rm -f $work/lac/control
start_daemon lac "$L2TPD"
tell lac "c a"
ok "it comes in again" wait_until 20 [ -e $work/lac/run/up.ppp0 ]
stop_daemon lac
stop_daemon lns
ok "nothing is left in the LNS's kernel" wait_until 5 no_kernel_tunnel lns

for side in lns lac; do
	scenario "the kernel at the $side, userspace at the other"
	forget_logs
	lns_userspace=yes lac_userspace=yes
	eval "${side}_userspace=no"
	lns_conf 10.9.1.10
	lac_conf a
	start_daemon lns "$L2TPD"
	start_daemon lac "$L2TPD"
	tell lac "c a"
	ours_up
	ok "the $side's kernel carries it" carries $side kernel
	data_pass
	tell lac "d a"
	is_down
	stop_daemon lac
	stop_daemon lns
done

mkdir -p $work/elsewhere/0.0.0
cp /usr/lib/pppd/*/pppol2tp.so $work/elsewhere/0.0.0
for side in lac lns; do
	other=lns
	[ $side = lac ] || other=lac
	scenario "a plugin, but not where the $side's pppd looks for it"
	forget_logs
	lns_userspace=no lac_userspace=no
	lns_conf 10.9.1.10
	lac_conf a
	on $side mount --bind $work/elsewhere /usr/lib/pppd
	start_daemon lns "$L2TPD"
	start_daemon lac "$L2TPD"
	tell lac "c a"
	ours_up
	ok "its pppd has ended" says $side "pppd ended: bad options"
	ok "all data are ours from now on, says the $side, and why" says $side "we carry all data ourselves from now on.*pppol2tp.so"
	ok "another pppd is started for the call" says $side "call .*: another pppd is started for it"
	ok "its status says who carries it" carries $side userspace
	ok "the other's kernel carries it" carries $other kernel
	ok "it is the first call still" [ "$(grep -c 'Call established' $work/lac/log)" = 1 ]
	ok "100 pings of 1,200 octets pass" ping_all lac 10.9.0.1
	forget_logs
	tell lac "d a"
	is_down
	tell lac "c a"
	ours_up
	ok "the next call is not tried by the kernel" not says $side "bad options"
	stop_daemon lac
	is_down
	stop_daemon lns
	on $side umount /usr/lib/pppd
done

scenario "a section that the kernel cannot serve, and an option that no pppd knows"
forget_logs
lns_conf 10.9.1.10
echo 'length bit = yes' >>$work/lns/conf
lac_conf a
echo nonsense >>$work/lac/etc/ppp/options.l2tpd
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"
tell lac "c a"
ok "the call ends" wait_until 15 says lac "trouble pppd-options: "
ok "the second pppd has shown that it was not the plugin" says lac "Using l2tp kernel support"
sed -i /nonsense/d $work/lac/etc/ppp/options.l2tpd
tell lac "d a"
ok "nothing is left" wait_until 12 all_pppds_are 0
tell lac "c a"
ours_up
ok "the LAC's kernel carries the next" carries lac kernel
ok "the LNS carries it itself" carries lns userspace
ok "and has said why, once" [ "$(grep -c "\[lns default\]: we carry the data of its calls ourselves: 'length bit = yes'" $work/lns/log)" = 1 ]
stop_daemon lac
stop_daemon lns

scenario "two tunnels, each with a socket of its own"
forget_logs
lns_userspace=no lac_userspace=no
lns_conf 10.9.1.10-10.9.1.11
lac_conf a b
sed -i 's/^\( *\)\[lac b\]/&\n\1source port = random/' $work/lac/conf
two_tunnels

scenario "two tunnels from one port to two addresses of the LNS"
forget_logs
lns_conf 10.9.1.10-10.9.1.11
lac_conf a b
on lns ip addr add 192.0.2.3/24 dev eth0
sed -i "s/^ *.global.$/&\nlisten-addr = $lns_ip, 192.0.2.3/" $work/lns/conf
sed -i '/lac b/,$s/lns = .*/lns = 192.0.2.3/' $work/lac/conf
two_tunnels
on lns ip addr del 192.0.2.3/24 dev eth0

scenario "IPv6 outside, the kernel on both sides"
forget_logs
lns_userspace=no lac_userspace=no
lns_conf 10.9.1.10
lac_conf a
on lns ip addr add fd00:9::1/64 dev eth0 nodad
on lac ip addr add fd00:9::2/64 dev eth0 nodad
sed -i 's/^\( *lns = \).*/\1fd00:9::1/' $work/lac/conf
start_daemon lns "$L2TPD"
start_daemon lac "$L2TPD"
tell lac "c a"
ours_up
ok "the LNS's kernel carries it" carries lns kernel
ok "and the LAC's" carries lac kernel
data_pass

scenario "the LNS goes while a call is up"
stop_daemon lns
ok "its exit status is 0" [ "$status" = 0 ]
is_down
stop_daemon lac

finish
