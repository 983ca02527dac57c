#!/bin/sh
# In xl2tpd's place: our binary stands where xl2tpd's does, and its users' files (test/golden/conf,
# unchanged), init script, control program and habits do what they did, with real pppds.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
enter_world "$root/test/real/40-dropin.t"

golden=$root/test/golden/conf
control=/run/xl2tpd/l2tp-control

# --- hosts -------------------------------------------------------------------------------------

# put HOST FILE: what comes is written there. The folders /etc/ppp, /etc/xl2tpd, /etc/l2tpd, /tmp
# and /run are the host's own.
put() {
	case $2 in
	/etc/*) path=$work/$1$2 ;;
	/tmp/* | /run/*) path=$work/$1$2 ;;
	*) return 1 ;;
	esac
	mkdir -p "${path%/*}"
	: >"$path"
	chmod 600 "$path"
	cat >"$path"
}

# Our binary in the place of theirs, and folders that are the host's own.
move_in() {
	mkdir -p $work/"$1"/etc/xl2tpd $work/"$1"/etc/l2tpd $work/"$1"/tmp
	mkdir -p $work/"$1"/with
	: >$work/"$1"/with/hosts
	: >$work/"$1"/etc/hosts
	on "$1" sh -ec "
		# a fresh debootstrap has no such file, and here none can be made
		[ -e /etc/hosts ] || {
			mount -t overlay -o lowerdir=$work/$1/with:/etc etc /etc
			mount --bind $work/$1/etc/ppp /etc/ppp
		}
		mount --bind $L2TPD /usr/sbin/xl2tpd
		mount --bind $work/$1/etc/xl2tpd /etc/xl2tpd
		[ ! -d /etc/l2tpd ] || mount --bind $work/$1/etc/l2tpd /etc/l2tpd
		mount --bind $work/$1/tmp /tmp
		mount --bind $work/$1/etc/hosts /etc/hosts"
}

# init HOST ARGUMENT: Debian's script for xl2tpd.
init() {
	on "$1" sh /etc/init.d/xl2tpd "$2" >>$work/init.log 2>&1
}

# up HOST: the LAC's pppd, or the LNS's, has its addresses; they are "LOCAL REMOTE".
up() {
	[ -e $work/"$1"/run/up.ppp0 ] && read -r addresses <$work/"$1"/run/up.ppp0 &&
		case $addresses in
		$2) true ;;
		*) false ;;
		esac
}

# A call is up at both ends, and a ping passes.
is_up() {
	ok "the client has an address and sees the server's" wait_until 20 up lac "$1"
	ok "the server has the other end" wait_until 10 up lns "$2"
	ok "a ping passes" on lac sh -c "ping -n -q -c 3 -i 0.05 -W 5 ${1#* } >/dev/null"
}

is_down() {
	ok "the client's call is gone" wait_until 10 no_ppp lac ppp0
	ok "the server's too" wait_until 10 no_ppp lns ppp0
	ok "no pppd is left" wait_until 10 no_pppds
}

no_pppds() {
	for process in /proc/[0-9]*; do
		read -r _ comm state _ 2>/dev/null <"$process/stat" || continue
		[ "$comm" != "(pppd)" ] || [ "$state" = Z ] || return 1
	done
}

# fifo HOST COMMAND: as scripts do it: a line into xl2tpd's FIFO.
fifo() {
	[ -p $work/"$1"$control ] && on "$1" sh -c 'echo "$1" >$2' sh "$2" $control
}

has_fifo() {
	[ -p $work/"$1"$control ]
}

# in_front HOST ARGUMENT...: xl2tpd in front, its log kept.
in_front() {
	host=$1
	shift
	go_to "$host" /usr/sbin/xl2tpd -D "$@" >>$work/"$host"/log 2>&1 &
	front=$!
}

# ends_with STATUS: SIGTERM to what is in front, as service managers and NetworkManager do it.
ends_with() {
	kill -s TERM $front
	wait $front && status=0 || status=$?
	[ $status = "$1" ]
}

forget() {
	rm -f $work/*/run/up.ppp0
	: >$work/lac/log
	: >$work/lns/log
}

make_hosts
for host in lns lac; do
	move_in $host
	: >$work/$host/log
done
# the addresses that the golden files name are the server's
on lns ip addr add 203.0.113.7/32 dev eth0
on lns ip addr add 198.51.100.20/32 dev eth0
printf 'route add %s dev eth0\n' 203.0.113.7/32 198.51.100.20/32 >$work/routes
on lac ip -batch $work/routes
echo "198.51.100.20 lns.example.net" >$work/lac/etc/hosts

# --- what users of the server script and of NetworkManager have ---------------------------------

put lns /etc/ppp/options.xl2tpd <<-END
	+mschap-v2
	ipcp-accept-local
	ipcp-accept-remote
	noccp
	auth
	mtu 1280
	mru 1280
	proxyarp
	lcp-echo-failure 4
	lcp-echo-interval 30
	connect-delay 5000
	ms-dns 192.0.2.53
	logfile /run/pppd.log
END
for server in l2tpd LinuxVPNserver lns; do
	echo "vpnuser $server password *"
done | put lns /etc/ppp/chap-secrets
put lac /etc/ppp/options.l2tpd.client <<-END
	ipcp-accept-local
	ipcp-accept-remote
	refuse-eap
	require-chap
	noccp
	noauth
	mtu 1280
	mru 1280
	noipdefault
	nodefaultroute
	usepeerdns
	connect-delay 5000
	name vpnuser
	password password
	logfile /run/pppd.log
END
put lac /tmp/l2tp/options.wan <$work/lac/etc/ppp/options.l2tpd.client
put lac /run/nm-l2tp-0f3a/ppp-options <$work/lac/etc/ppp/options.l2tpd.client
put lac /etc/ppp/chap-secrets </dev/null

scenario "a server by the script, and its Linux client"
put lns /etc/xl2tpd/xl2tpd.conf <$golden/hwdsl2-server.conf
put lac /etc/xl2tpd/xl2tpd.conf <$golden/hwdsl2-client.conf
: >$work/lac$control # tutorials have one touch it first
ok "the server's init script starts it" init lns start
ok "and the client's" init lac start
ok "the server has its FIFO" wait_until 10 has_fifo lns
ok "the client too, though a plain file stood there" wait_until 10 has_fifo lac
ok "the client is told: c myvpn" fifo lac "c myvpn"
is_up "192.168.42.1? 192.168.42.1" "192.168.42.1 192.168.42.1?"
read -r pid <$work/lac/run/xl2tpd.pid
ok "pidof finds it by its name" on lac sh -c 'case " $(pidof xl2tpd) " in *" $1 "*) ;; *) false ;; esac' sh "$pid"
! init lac start && second=no || second=yes
ok "the init script's start does not start a second one" [ $second = no ]
ok "and the first is still the one" grep -qx "$pid" $work/lac/run/xl2tpd.pid
ok "the client is told: d myvpn" fifo lac "d myvpn"
is_down
ok "c myvpn once more" fifo lac "c myvpn"
is_up "192.168.42.1? 192.168.42.1" "192.168.42.1 192.168.42.1?"
forget
ok "the client's init script restarts it" init lac restart
ok "the FIFO is back" wait_until 10 has_fifo lac
ok "the client's init script stops it" init lac stop
ok "its FIFO is gone" wait_until 10 [ ! -e $work/lac$control ]
ok "its pid file is gone" wait_until 10 [ ! -e $work/lac/run/xl2tpd.pid ]
ok "no pppd is left" wait_until 10 no_pppds
ok "stop once more is no error" init lac stop

# --- NetworkManager-l2tp -------------------------------------------------------------------------

scenario "a client by NetworkManager"
forget
put lac /run/nm-l2tp-0f3a/xl2tpd.conf <$golden/networkmanager.conf
in_front lac -c /run/nm-l2tp-0f3a/xl2tpd.conf -C /run/nm-l2tp-0f3a/control \
	-p /run/nm-l2tp-0f3a/xl2tpd.pid
is_up "192.168.42.1? 192.168.42.1" "192.168.42.1 192.168.42.1?"
ok "SIGTERM ends it with status 0" ends_with 0
is_down

# --- OpenWrt -------------------------------------------------------------------------------------

# With Debian's own control program, and with ours under its name.
openwrt() {
	scenario "a router by OpenWrt, $1"
	forget
	put lac /etc/xl2tpd/xl2tpd.conf </dev/null
	in_front lac -l -p /var/run/xl2tpd.pid
	ok "it has its FIFO" wait_until 10 has_fifo lac
	ok "add-lac" on lac $2 add-lac l2tp-wan pppoptfile=/tmp/l2tp/options.wan \
		lns=lns.example.net hostname=router
	ok "connect-lac" on lac $2 connect-lac l2tp-wan
	is_up "192.168.42.1? 192.168.42.1" "192.168.42.1 192.168.42.1?"
	ok "disconnect-lac" on lac $2 disconnect-lac l2tp-wan
	is_down
	ok "remove-lac" on lac $2 remove-lac l2tp-wan
	! on lac $2 connect-lac l2tp-wan >/dev/null 2>&1 && gone=yes || gone=no
	ok "what is removed cannot be connected" [ $gone = yes ]
	ok "SIGTERM ends it with status 0" ends_with 0
}
openwrt "with xl2tpd's own control program" /usr/sbin/xl2tpd-control
if [ -x "$root/build/l2tpd-control" ]; then
	cp "$root/build/l2tpd-control" $work/xl2tpd-control
	openwrt "with ours under its name" $work/xl2tpd-control
	scenario "a router by an old OpenWrt"
	forget
	in_front lac -l -p /var/run/xl2tpd.pid
	ok "it has its FIFO" wait_until 10 has_fifo lac
	ok "add" on lac $work/xl2tpd-control add l2tp-wan pppoptfile=/tmp/l2tp/options.wan \
		lns=lns.example.net hostname=router
	ok "connect" on lac $work/xl2tpd-control connect l2tp-wan
	is_up "192.168.42.1? 192.168.42.1" "192.168.42.1 192.168.42.1?"
	ok "remove" on lac $work/xl2tpd-control remove l2tp-wan
	is_down
	ok "SIGTERM ends it with status 0" ends_with 0
fi
ok "the server, which has run all the while, stops by its init script" init lns stop

# --- distributions' samples ----------------------------------------------------------------------

scenario "a server as distributions' examples have it"
forget
put lns /etc/xl2tpd/xl2tpd.conf <$golden/distribution-server.conf
put lac /etc/xl2tpd/xl2tpd.conf <$golden/hwdsl2-client.conf
ok "it starts" init lns start
ok "the client too" init lac start
ok "both have their FIFO" wait_until 10 has_fifo lns
ok "both have their FIFO" wait_until 10 has_fifo lac
ok "c myvpn" fifo lac "c myvpn"
is_up "192.168.1.128 192.168.1.99" "192.168.1.99 192.168.1.128"
ok "both stop" init lac stop
ok "both stop" init lns stop
ok "no pppd is left" wait_until 10 no_pppds

scenario "the sample that is all comments, and Debian's own file"
put lns /etc/xl2tpd/xl2tpd.conf <$golden/distribution-sample.conf
ok "it starts" init lns start
ok "it has its FIFO" wait_until 10 has_fifo lns
ok "and stops" init lns stop
ok "Debian's own file, as it is installed: nothing to complain of" "$L2TPD" --check /etc/xl2tpd/xl2tpd.conf

# --- two daemons on one host ---------------------------------------------------------------------

scenario "two daemons on one host"
forget
put lns /tmp/l2tp-test/lns.conf <$golden/macos-lns.conf
put lns /tmp/l2tp-test/lac.conf <$golden/macos-lac.conf
put lns /tmp/l2tp-test/secrets </dev/null
put lns /tmp/l2tp-test/options.lns <<-END
	noauth
	noccp
	logfile /run/pppd.log
END
put lns /tmp/l2tp-test/options.lac <<-END
	noauth
	noccp
	noipdefault
	logfile /run/pppd.log
END
in_front lns -c /tmp/l2tp-test/lns.conf -C /run/lns-control -p /run/lns.pid
server=$front
in_front lns -c /tmp/l2tp-test/lac.conf -C /run/lac-control -p /run/lac.pid
ok "both run" wait_until 10 [ -p $work/lns/run/lns-control ]
ok "both run" wait_until 10 [ -p $work/lns/run/lac-control ]
on lns sh -c 'echo "c test" >/run/lac-control'
both_up() {
	[ -e $work/lns/run/up.ppp0 ] && [ -e $work/lns/run/up.ppp1 ] &&
		cat $work/lns/run/up.ppp0 $work/lns/run/up.ppp1 >$work/both &&
		grep -q '^10.66.0.1 10.66.0.10$' $work/both && grep -q '^10.66.0.10 10.66.0.1$' $work/both
}
ok "PPP is up at both ends" wait_until 20 both_up
ok "SIGTERM ends the one with status 0" ends_with 0
front=$server
ok "and the other" ends_with 0
ok "no pppd is left" wait_until 10 no_pppds

[ $failed = 0 ] || sed 's/^/# init: /' $work/init.log
finish
