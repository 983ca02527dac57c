# What the tests with real pppds, and the demo, have in common: two hosts "lns" and "lac", each
# with its own network, host name, /etc/ppp and /run, joined by a cable; a daemon in each, and
# the questions a test asks about them. For POSIX sh; sourced with $root set to the top folder.
#
# It runs inside scripts/world, which takes everything down at the end: nothing here cleans up.
# Forks are dear there (User-Mode Linux), so what can be asked of a file or of /proc is.

L2TPD=${L2TPD:-$root/build/l2tpd}
XL2TPD=/usr/sbin/xl2tpd
work=/run/work

lns_ip=192.0.2.1
lac_ip=192.0.2.2
hidden=yes
# Whether the daemon itself carries data: "force userspace", of each host.
lns_userspace=yes
lac_userspace=yes

# --- the world ---------------------------------------------------------------------------------

# Goes on inside scripts/world only. Where there can be no such world the test is skipped, or
# with REAL=must (scripts/check) fails. At the top of a test: enter_world "$0" "$@"
enter_world() {
	[ -z "${IN_WORLD-}" ] || return 0
	"$root/scripts/world" "$@" && status=0 || status=$?
	if [ "$status" = 77 ] && [ "${REAL-}" != must ]; then
		echo "1..0 # SKIP no kernel with PPP to be had here (scripts/world said why)"
		status=0
	fi
	exit "$status"
}

# --- time --------------------------------------------------------------------------------------

# Sets $now to a monotonic time in hundredths of a second; to 0 where there is no /proc.
clock() {
	now=0.0
	[ ! -r /proc/uptime ] || read -r now _ </proc/uptime
	now=${now%.*}${now#*.}
}

# Sets $since_start to the seconds since the test began.
clock
began=$now
time_it() {
	clock
	since_start=$(((now - began) / 100))
}

# wait_until SECONDS COMMAND...: until the command succeeds, or fails when the time is over.
wait_until() {
	clock
	wait_end=$((now + $1 * 100))
	shift
	until "$@"; do
		clock
		[ "$now" -lt "$wait_end" ] || return 1
		sleep 0.1
	done
}

# --- TAP ---------------------------------------------------------------------------------------

tests=0
failed=0
scenario=
shown=

note() {
	echo "# $*"
}

# ok NAME COMMAND...: one test, which the command passes by succeeding.
ok() {
	name=$1
	shift
	tests=$((tests + 1))
	if "$@"; then
		echo "ok $tests - $scenario: $name"
		return
	fi
	echo "not ok $tests - $scenario: $name"
	note "failed: $*"
	failed=$((failed + 1))
	show_logs
}

# Begins a scenario: names the tests that follow, and says when it began.
scenario() {
	scenario=$1
	time_it
	note "$scenario (at $since_start s)"
}

# Shows the logs since the last forget_logs as diagnostics, once in a scenario.
show_logs() {
	[ "$shown" != "$scenario" ] || return 0
	shown=$scenario
	for process in /proc/[0-9]*; do
		read -r line 2>/dev/null <"$process/stat" || continue
		case $line in
		*"(pppd)"*) echo "# ${line%"${line#* * * * }"} (process, program, state, parent)" ;;
		esac
	done
	for log in $work/*/log $work/*/run/pppd.log; do
		[ -s "$log" ] || continue
		echo "# --- ${log#"$work"/}"
		sed 's/^/#   /' "$log"
	done
}

# Prints the plan, and ends the test.
finish() {
	time_it
	echo "1..$tests"
	note "ended at $since_start s"
	[ "$failed" = 0 ]
	exit
}

# --- two hosts ---------------------------------------------------------------------------------

# go_to HOST COMMAND...: becomes a command there. In the background, $! is the command itself.
go_to() {
	eval "host_pid=\$${1}_pid"
	shift
	exec nsenter -t "$host_pid" -n -m -u -- "$@"
}

# on HOST COMMAND...: runs a command there.
on() {
	(go_to "$@")
}

# A host is held by a process that sleeps. Its /run hides ours, but for the work folder.
start_host() {
	mkdir -p "$work/$1/run/work" "$work/$1/run/xl2tpd" "$work/$1/run/lock" "$work/$1/etc/ppp"
	unshare -n -m -u sh -ec "
		echo $1 >/proc/sys/kernel/hostname
		mount --bind $work $work/$1/run/work
		mount --bind $work/$1/etc/ppp /etc/ppp
		mount --rbind $work/$1/run /run
		: >$work/$1/ready
		exec sleep 100000" &
	eval "${1}_pid=$!"
}

# Starts both, joins them, and gives pppd its files: alice may come in at the LNS.
make_hosts() {
	mkdir $work
	start_host lns
	start_host lac
	wait_until 10 [ -e $work/lns/ready ]
	wait_until 10 [ -e $work/lac/ready ]
	ip link add eth0 netns "$lns_pid" type veth peer name eth0 netns "$lac_pid"
	for host in lns lac; do
		eval "ip=\$${host}_ip"
		printf '%s\n' 'link set lo up' 'link set eth0 up' "addr add $ip/24 dev eth0" \
			>$work/$host/links
		on $host ip -batch $work/$host/links
		cd "$work/$host/etc/ppp"
		: >options
		printf '%s\n' 'mtu 1400' 'mru 1400' 'logfile /run/pppd.log' >options.l2tpd
		# Who is up, as files that a test can look at without a fork.
		printf '#!/bin/sh\necho "$4 $5" >/run/up.$1\n' >ip-up
		printf '#!/bin/sh\nrm /run/up.$1\n' >ip-down
		chmod +x ip-up ip-down
		cd "$OLDPWD"
	done
	echo noauth >>$work/lac/etc/ppp/options.l2tpd
	echo noipdefault >>$work/lac/etc/ppp/options.l2tpd
	for host in lns lac; do
		tunnel_secret $host tunnel-secret
		chap_secret $host chap-secret
	done
}

# tunnel_secret HOST SECRET: what it shares with everybody.
tunnel_secret() {
	: >$work/"$1"/secrets
	chmod 600 $work/"$1"/secrets
	echo "* * $2" >$work/"$1"/secrets
}

# chap_secret HOST SECRET: alice's password, as the host knows it.
chap_secret() {
	: >$work/"$1"/etc/ppp/chap-secrets
	chmod 600 $work/"$1"/etc/ppp/chap-secrets
	echo "alice * $2 *" >$work/"$1"/etc/ppp/chap-secrets
}

# lns_conf RANGE: what the LNS is told, with tunnel authentication and CHAP on.
lns_conf() {
	cat >$work/lns/conf <<-END
		[global]
		force userspace = $lns_userspace
		[lns default]
		ip range = $1
		local ip = 10.9.0.1
		challenge = yes
		hidden bit = $hidden
		require chap = yes
		refuse pap = yes
		require authentication = yes
		name = lns
		pppoptfile = /etc/ppp/options.l2tpd
	END
}

# lac_conf NAME...: and the LAC, with a section for each name.
lac_conf() {
	printf '%s\n' '[global]' "force userspace = $lac_userspace" >$work/lac/conf
	for name in "$@"; do
		cat >>$work/lac/conf <<-END
			[lac $name]
			lns = $lns_ip
			challenge = yes
			hidden bit = $hidden
			refuse pap = yes
			name = alice
			pppoptfile = /etc/ppp/options.l2tpd
		END
	done
}

# --- daemons -----------------------------------------------------------------------------------

# start_daemon HOST BINARY: until it reads its FIFO.
start_daemon() {
	go_to "$1" "$2" -D -c $work/"$1"/conf -s $work/"$1"/secrets -p $work/"$1"/pid \
		-C $work/"$1"/control >>$work/"$1"/log 2>&1 &
	eval "${1}_daemon=$! ${1}_binary=\$2"
	wait_until 10 [ -p $work/"$1"/control ] || {
		note "$1: $2 did not start"
		show_logs
		return 1
	}
}

daemon_pid() {
	eval "daemon=\$${1}_daemon"
}

# stop_daemon HOST: sends SIGTERM; sets $status to its exit status, $took to the time that it
# took in hundredths of a second.
stop_daemon() {
	daemon_pid "$1"
	clock
	took=$now
	kill -s TERM "$daemon"
	wait "$daemon" && status=0 || status=$?
	clock
	took=$((now - took))
	note "SIGTERM to $1: exit status $status after $took hundredths of a second"
}

# tell HOST COMMAND: through the FIFO. To a dead daemon it would wait for ever.
tell() {
	daemon_pid "$1"
	kill -s 0 "$daemon" && echo "$2" >$work/"$1"/control
}

# says HOST PATTERN: the daemon has said so since the last forget_logs.
says() {
	grep -q -- "$2" $work/"$1"/log
}

forget_logs() {
	for log in $work/*/log $work/*/run/pppd.log; do
		[ ! -e "$log" ] || : >"$log"
	done
}

# call_id HOST: the host's own id of the call established last.
call_id() {
	sed -n 's/.*Call established with.* Local: \([0-9]*\),.*/\1/p' $work/"$1"/log | tail -n 1
}

# --- lines -------------------------------------------------------------------------------------

# A third host, "caller", that has no network but what a test gives it: somebody who dials in, as
# alice.
make_caller() {
	start_host caller
	wait_until 10 [ -e $work/caller/ready ]
	on caller ip link set lo up
	cp $work/lac/etc/ppp/* $work/caller/etc/ppp/
	caller_daemon=0 caller_binary=none
	chap_secret caller chap-secret
}

# start_caller USER [OPTION...]: its pppd, on the phone's end of the cable.
start_caller() {
	user=$1
	shift
	go_to caller pppd $work/phone 115200 local nodetach file /etc/ppp/options.l2tpd user "$user" "$@" \
		>>$work/caller/log 2>&1 &
	caller_pppd=$!
}

# The caller hangs up, if it still can. Sets $caller_status to its pppd's exit status.
stop_caller() {
	kill -s TERM $caller_pppd 2>/dev/null || :
	wait $caller_pppd && caller_status=0 || caller_status=$?
}

# The same, when that ends by itself; 'late' if it does not.
caller_ends() {
	wait_until 15 [ ! -d /proc/$caller_pppd/fd/. ] || {
		stop_caller
		caller_status=late
		return
	}
	wait $caller_pppd && caller_status=0 || caller_status=$?
}

# start_line [OPTION...] SECTION: a null-modem cable, and its other end in the LAC's hands.
start_line() {
	rm -f $work/modem $work/phone $work/attached
	socat "pty,raw,echo=0,link=$work/modem" "pty,raw,echo=0,link=$work/phone" &
	cable=$!
	wait_until 10 [ -e $work/phone ]
	wait_until 10 [ -e $work/modem ]
	go_to lac "${L2TPD%l2tpd}l2tpd-attach" -c $work/lac/control --device $work/modem "$@" 2>$work/attached &
	attached=$!
}

# Sets $status to the exit status of l2tpd-attach, when it ends.
attach_ends() {
	wait_until 15 [ ! -d /proc/$attached/fd/. ] || kill $attached
	wait $attached && status=0 || status=$?
	sed 's/^/# /' $work/attached
}

cut_cable() {
	kill $cable 2>/dev/null || :
	wait $cable || :
}

# All of it.
end_line() {
	stop_caller
	cut_cable
	attach_ends
}

# --- PPPoE -------------------------------------------------------------------------------------

# A second network, of the caller and the LAC.
join_by_ethernet() {
	ip link add eth1 netns "$caller_pid" type veth peer name eth1 netns "$lac_pid"
	on caller ip link set eth1 up
	on lac ip link set eth1 up
}

# serve_pppoe SECTION: the LAC is the PPPoE server there, and hands the section each session, as
# l2tpd-attach(8) has it; what l2tpd-attach says goes to $work/attached.
serve_pppoe() {
	printf '#!/bin/sh\nexec %s -c %s %s --pppd "$@" 2>>%s\n' "${L2TPD%l2tpd}l2tpd-attach" \
		$work/lac/control "$1" $work/attached >$work/pppoe-to-l2tp
	chmod +x $work/pppoe-to-l2tp
	: >$work/attached
	go_to lac pppoe-server -F -I eth1 -q $work/pppoe-to-l2tp >>$work/pppoe.log 2>&1 &
	server=$!
}

stop_pppoe() {
	kill $server
	wait $server || :
}

# dial_pppoe USER: the caller's pppd; it ends as one of start_caller's does.
dial_pppoe() {
	go_to caller pppd pty "pppoe -I eth1 -T 80" local nodetach noaccomp nopcomp default-asyncmap \
		file /etc/ppp/options.l2tpd user "$1" >>$work/caller/log 2>&1 &
	caller_pppd=$!
}

# --- the wire ----------------------------------------------------------------------------------

# Listens at the LNS for the control messages of both sides, until stop_listening.
start_listening() {
	rm -f $work/wire.pcap
	go_to lns perl "$root/test/real/wire" capture $work/wire.pcap &
	listener=$!
	wait_until 10 [ -s $work/wire.pcap ]
}

# Sets $messages_lns and $hidden_lns, the number of control messages that the LNS sent with
# a body and of hidden AVPs in them, and likewise those of the LAC.
stop_listening() {
	kill $listener
	wait $listener
	perl "$root/test/real/wire" count $work/wire.pcap $lns_ip $lac_ip >$work/wire
	read -r messages_lns hidden_lns messages_lac hidden_lac <$work/wire
}

# --- PPP ---------------------------------------------------------------------------------------

# ppp_is HOST INTERFACE LOCAL REMOTE: the interface is up with just these addresses.
ppp_is() {
	[ -e $work/"$1"/run/up."$2" ] && read -r local remote <$work/"$1"/run/up."$2" &&
		[ "$local $remote" = "$3 $4" ]
}

# no_ppp HOST INTERFACE: pppd has said that the interface is down.
no_ppp() {
	[ ! -e $work/"$1"/run/up."$2" ]
}

# Sets $pppds to the number of pppds that a host has, told by their network. One that has ended
# has no network any more, and counts until its daemon has waited for it; but xl2tpd, which
# can miss the signal, is not held to that.
count_pppds() {
	pppds=0
	eval "host_pid=\$${1}_pid daemon=\$${1}_daemon binary=\$${1}_binary"
	for process in /proc/[0-9]*; do
		read -r _ comm state parent _ 2>/dev/null <"$process/stat" || continue
		[ "$comm" = "(pppd)" ] || continue
		if [ "$state" = Z ]; then
			[ "$parent" = "$daemon" ] && [ "$binary" != $XL2TPD ] || continue
		elif ! [ "$process/ns/net" -ef "/proc/$host_pid/ns/net" ]; then
			continue
		fi
		pppds=$((pppds + 1))
	done
}

# pppds_are HOST NUMBER
pppds_are() {
	count_pppds "$1"
	[ "$pppds" = "$2" ]
}

# The same of both hosts.
all_pppds_are() {
	pppds_are lns "$1" && pppds_are lac "$1"
}

# ping_all HOST ADDRESS [PING-OPTION...]: 100 pings of 1,200 octets, none lost.
ping_all() {
	host=$1
	address=$2
	shift 2
	on "$host" ping -n -q -c 100 -i 0.01 -W 3 -s 1200 -M do "$@" "$address" >$work/ping 2>&1 || :
	grep '^rtt' $work/ping | sed 's/^/# /' || :
	grep -q '^100 packets transmitted, 100 received, 0% packet loss' $work/ping || {
		sed 's/^/# /' $work/ping
		return 1
	}
}

# tcp_whole FROM TO ADDRESS: 5 MB go from one host to an address of the other, unchanged.
tcp_whole() {
	[ -e $work/sent ] || head -c 5000000 /dev/urandom >$work/sent
	: >$work/received
	go_to "$2" perl "$root/test/real/tcp" receive "$3" 5001 $work/received &
	receiver=$!
	clock
	took=$now
	on "$1" perl "$root/test/real/tcp" send "$3" 5001 $work/sent || {
		kill $receiver
		return 1
	}
	wait $receiver || return 1
	clock
	took=$((now - took))
	note "5 MB from $1 to $2 in $((took / 100)).$((took % 100 / 10)) s"
	cmp $work/sent $work/received
}

# pid_of_pppd HOST: of one that it has.
pid_of_pppd() {
	eval "host_pid=\$${1}_pid"
	for process in /proc/[0-9]*; do
		read -r pid comm _ 2>/dev/null <"$process/stat" || continue
		[ "$comm" = "(pppd)" ] && [ "$process/ns/net" -ef "/proc/$host_pid/ns/net" ] && echo "$pid" && return
	done
}
