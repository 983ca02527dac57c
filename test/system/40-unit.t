#!/bin/sh
# The systemd unit, started by a real systemd with all its restrictions: as LNS and as LAC, with real
# pppds and their scripts. systemd is PID 1 of a machine of its own, always in User-Mode Linux: on
# the host it would lay hands on the host's control groups.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/system/lib.sh"
[ -n "${IN_WORLD-}" ] || export WORLD=uml
enter_world "$root/test/system/40-unit.t"

worst_exposure=29 # tenths of a point of systemd-analyze

# box COMMAND...: there, among its processes.
box() {
	(exec nsenter -t "$systemd_pid" -n -m -u -p -- "$@")
}

# Sets $systemd_pid to that of box's PID 1, which is ours elsewhere.
find_systemd() {
	systemd_pid=
	for process in /proc/[0-9]*; do
		read -r pid comm _ 2>/dev/null <"$process/stat" || continue
		[ "$comm" != "(systemd)" ] || systemd_pid=$pid
	done
	[ -n "$systemd_pid" ] && [ -S $work/box/run/systemd/private ]
}

# property NAME: of the unit; sets $value.
property() {
	value=$(box systemctl show -P "$1" l2tpd.service)
}

# property_is NAME VALUE
property_is() {
	property "$1"
	[ "$value" = "$2" ]
}

# report_has PATTERN: what the script of box's pppd could do.
report_has() {
	grep -q -- "$1" $work/box/run/report
}

# answers MACHINE ADDRESS: a ping from there.
answers() {
	on "$1" ping -q -c 1 -W 10 "$2" >$work/ping
}

no_name_server() {
	! on box grep -q 'nameserver 192.0.2.53' /etc/resolv.conf
}

# none_in_box PROGRAM: no process of that name runs among box's.
none_in_box() {
	! box sh -c 'cat /proc/[0-9]*/comm 2>/dev/null' | grep -qx "$1"
}

exposure() {
	# it wants to write to /tmp
	on box unshare -m sh -ec 'mount -t tmpfs tmp /tmp
		systemd-analyze security --offline=yes --no-pager /run/units/l2tpd.service' >$work/exposure 2>&1 || {
		sed 's/^/# /' $work/exposure
		return 1
	}
	tenths=$(sed -n 's/.*Overall exposure level for .*: \([0-9]*\)\.\([0-9]\).*/\1\2/p' $work/exposure)
	note "exposure: $tenths tenths"
	[ "$tenths" -le $worst_exposure ]
}

start_systemd() {
	export SYSTEMD_UNIT_PATH=/run/units SYSTEMD_LOG_TARGET=kmsg container=l2tpd
	go_to box unshare -m -p -f sh -ec '
		mount -t proc proc /proc
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		exec /lib/systemd/systemd --system --unit=default.target --show-status=no' >>$work/systemd 2>&1 &
	unset SYSTEMD_UNIT_PATH SYSTEMD_LOG_TARGET container
	wait_until 60 find_systemd
}

# What a log daemon would hear.
start_log() {
	ln -sf /run/devlog /dev/log
	on box perl -MSocket -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => "/run/devlog") or die;
		open my $log, ">>", shift or die;
		$log->autoflush(1);
		while (defined $s->recv(my $text, 4096)) { $text =~ s/\n?\z/\n/; print $log $text }' "$work/box/log" &
	wait_until 10 [ -S $work/box/run/devlog ]
}

# --- two machines ------------------------------------------------------------------------------

mkdir $work
wire net0
for name in box far; do
	machine $name
	case $name in
	box) ip=192.0.2.1 net=10.9.1 ;;
	far) ip=192.0.2.2 net=10.9.2 ;;
	esac
	join $name eth0 net0 $ip/24
	on $name sh -ec "
		mkdir -p /etc/l2tpd /etc/ppp/ip-up.d /etc/ppp/ip-down.d
		: >/etc/ppp/options
		echo 'alice * password *' >/etc/ppp/chap-secrets
		echo '* * secret' >/etc/l2tpd/l2tp-secrets
		chmod 600 /etc/ppp/chap-secrets /etc/l2tpd/l2tp-secrets
		printf '%s\n' 'logfile /run/pppd.log' 'ms-dns 192.0.2.53' auth >/etc/ppp/options.lns
		printf '%s\n' 'logfile /run/pppd.log' noauth noipdefault usepeerdns >/etc/ppp/options.lac
		printf '#!/bin/sh\necho \"\$4 \$5\" >/run/up.\$1\n' >/etc/ppp/ip-up.d/zz-up
		printf '#!/bin/sh\nrm -f /run/up.\$1\n' >/etc/ppp/ip-down.d/zz-down
		chmod +x /etc/ppp/ip-up.d/zz-up /etc/ppp/ip-down.d/zz-down
		cat >/etc/l2tpd/l2tpd.conf <<-END
			[lns default]
			ip range = $net.10 - $net.20
			local ip = $net.1
			require authentication = yes
			require chap = yes
			challenge = yes
			name = lns
			pppoptfile = /etc/ppp/options.lns
			[lac other]
			lns = 192.0.2.$((3 - ${ip##*.}))
			challenge = yes
			name = alice
			pppoptfile = /etc/ppp/options.lac
		END
	"
done

# What a script of pppd's may do, told by one: it runs before the one that says that PPP is up.
on box sh -ec 'cat >/etc/ppp/ip-up.d/tell <<"END"
#!/bin/sh
{
	cat /proc/self/status
	env
	ip route add 10.66.0.0/16 dev "$1" && echo route added
	echo 2 >"/proc/sys/net/ipv4/conf/$1/rp_filter" && echo network set
	true >/etc/l2tpd/made && echo etc written
	true >/run/made && echo run written
	true >/usr/made && echo usr written
	echo 1 >/proc/sys/kernel/printk && echo kernel set
	chown 7 /run/made && echo owner changed
	mount -t tmpfs none /mnt && echo mounted
} >/run/report 2>&1
END
chmod +x /etc/ppp/ip-up.d/tell'

scenario "the unit"
mkdir -p $work/box/run/units $work/box/run/inst $work/box/run/tmpfiles
cp "$L2TPD" "${L2TPD%l2tpd}l2tpd-attach" $work/box/run/inst/
for name in basic sysinit shutdown umount final network network-online multi-user; do
	cp /lib/systemd/system/$name.target $work/box/run/units/
done
cp /lib/systemd/system/modprobe@.service $work/box/run/units/
printf '[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n' >$work/box/run/units/default.target
on box env DESTDIR= SBINDIR=/run/inst SYSCONFDIR=/etc UNITDIR=/run/units TMPFILESDIR=/run/tmpfiles \
	RCDIR=/run/rc "$root/scripts/init/install" systemd >$work/installed
ok "systemd-analyze verify has nothing to say" [ "$(on box env SYSTEMD_UNIT_PATH=/run/units: systemd-analyze \
	verify --man=no /run/units/l2tpd.service 2>&1 | grep l2tpd)" = "" ]
ok "systemd-analyze security: no more than $worst_exposure tenths of exposure" exposure
ok "a systemd of its own" start_systemd
start_log

# forbidden DEVICE: may the daemon, by its unit, not open that terminal for a line?
forbidden() {
	box timeout 5 /run/inst/l2tpd-attach --device "$1" other >$work/attached 2>&1 || :
	note "$1: $(cat $work/attached)"
	grep -q 'Operation not permitted' $work/attached
}

# Whether it opens is another question: the driver may have no line behind it.
allowed() {
	! forbidden "$1" && [ -s $work/attached ]
}

scenario "no configuration"
on box mv /etc/l2tpd/l2tpd.conf /etc/l2tpd/aside
box systemctl start l2tpd.service || :
ok "nothing is started" property_is ActiveState inactive
ok "for want of the file" property_is ConditionResult no

scenario "a broken one"
on box sh -c 'echo "ip rnage = 1" >/etc/l2tpd/l2tpd.conf'
box systemctl start l2tpd.service 2>>$work/systemd && started=yes || started=no
ok "the start fails, as the command says" [ $started = no ]
ok "with the daemon's exit status" property_is ExecMainStatus 1
box systemctl stop l2tpd.service
box systemctl reset-failed l2tpd.service 2>>$work/systemd || :

scenario "as LNS"
on box mv /etc/l2tpd/aside /etc/l2tpd/l2tpd.conf
ok "it starts" box systemctl start l2tpd.service
ok "and reads its FIFO by then" [ -p $work/box/run/l2tpd/l2tp-control ]
ok "active" property_is ActiveState active
ok "its status says that nothing is there yet" property_is StatusText "0 tunnels, 0 calls"
ok "it may not open a console" forbidden /dev/tty3
[ ! -c /dev/ttyS0 ] || ok "but a serial line" allowed /dev/ttyS0
ok "of which nothing is left" wait_until 60 property_is StatusText "0 tunnels, 0 calls"
l2tpd_on far
echo 'c other' >$work/far/run/l2tpd/l2tp-control
ok "a client's PPP is up" wait_until 60 [ -e $work/far/run/up.ppp0 ]
ok "here too, says a script of pppd's" wait_until 20 [ -e $work/box/run/up.ppp0 ]
ok "a ping" answers far 10.9.1.1
ok "the status has the call" wait_until 20 property_is StatusText "1 tunnel, 1 call"
ok "a script may set routes, and the network's settings" report_has 'route added'
ok "those too" report_has 'network set'
ok "write to /etc" report_has 'etc written'
ok "and /run" report_has 'run written'
ok "but not to /usr" report_has '/usr/made'
ok "nor set the kernel's" report_has 'proc/sys/kernel/printk: Read-only'
ok "nor give files away" report_has 'hown.*not permitted'
ok "nor mount" report_has 'mount.*\(denied\|permi\)'
ok "no such thing was done" [ "$(grep -c -e 'usr written' -e 'kernel set' -e 'owner changed' -e '^mounted' $work/box/run/report)" = 0 ]
ok "pppd's powers are the four of the unit" report_has '^CapBnd:	0000000020003400$'
ok "it will get no other" report_has '^NoNewPrivs:	1$'
ok "its system calls are filtered" report_has '^Seccomp:	2$'
ok "it cannot speak to systemd in our name" [ "$(grep -c NOTIFY_SOCKET $work/box/run/report)" = 0 ]
property MainPID
before=$value
on box sh -c 'echo "[lac new]
lns = 192.0.2.77" >>/etc/l2tpd/l2tpd.conf'
ok "a reload" box systemctl reload l2tpd.service
ok "which the daemon has done when the command is back, or soon" wait_until 20 says box 'lac new is new'
ok "with the same process" property_is MainPID "$before"
ok "and the same call" answers far 10.9.1.1
on box sh -c 'cp /etc/l2tpd/l2tpd.conf /etc/l2tpd/aside; echo "ip rnage = 1" >>/etc/l2tpd/l2tpd.conf'
box systemctl reload l2tpd.service 2>>$work/systemd && done=yes || done=no
ok "a reload of a broken file fails, as the command says" [ $done = no ]
ok "the unit is active" property_is ActiveState active
ok "with the same call" answers far 10.9.1.1
on box mv /etc/l2tpd/aside /etc/l2tpd/l2tpd.conf
echo 'd other' >$work/far/run/l2tpd/l2tp-control
ok "the call ends" wait_until 20 [ ! -e $work/box/run/up.ppp0 ]

scenario "as LAC"
on box sh -c ': >/run/report; echo "search example.test" >/etc/resolv.conf'
echo 'c other' >$work/box/run/l2tpd/l2tp-control
ok "PPP is up" wait_until 60 [ -e $work/box/run/up.ppp0 ]
ok "a ping" answers box 10.9.2.1
ok "Debian's script has put the peer's name server into resolv.conf" \
	wait_until 20 on box grep -q 'nameserver 192.0.2.53' /etc/resolv.conf
ok "and left the rest" on box grep -q 'search example.test' /etc/resolv.conf

scenario "the end"
ok "a stop" box systemctl stop l2tpd.service
ok "in good order" property_is Result success
ok "inactive" property_is ActiveState inactive
ok "pppd's scripts come to their end, though the daemon has" wait_until 20 [ ! -e $work/box/run/up.ppp0 ]
ok "Debian's has taken the name server away again" wait_until 20 no_name_server
ok "no pppd is left" wait_until 10 none_in_box pppd
ok "the far end was told" wait_until 20 says far 'control_finish: Connection closed to 192.0.2.1'
ok "the folder in /run stays" [ -d $work/box/run/l2tpd ]
ok "without a FIFO" [ ! -e $work/box/run/l2tpd/l2tp-control ]
ok "a second start" box systemctl start l2tpd.service
property MainPID
box kill -s KILL "$value"
ok "one that was killed is started again" wait_until 30 property_is NRestarts 1
ok "and runs" wait_until 30 property_is ActiveState active
box systemctl stop l2tpd.service

# The unit of l2tpd-compat, as its package has it but for the folder of programs; and what takes the
# powers that it has: a port below 1024, marks, a device to be bound to.
scenario "in xl2tpd's place"
on box sh -ec "ln -s l2tpd /run/inst/xl2tpd
	sed 's|/run/inst/|/usr/sbin/|' /run/units/l2tpd.service | sed -f $root/scripts/debian/xl2tpd.sed |
		sed 's|/usr/sbin/|/run/inst/|' >/run/units/xl2tpd.service
	mkdir -p /etc/xl2tpd
	mv /etc/l2tpd/l2tp-secrets /etc/xl2tpd/
	echo 'DAEMON_OPTS=\"-q 16\"' >/etc/default/xl2tpd
	{
		printf '%s\n' '[global]' 'packet marks = yes' 'metrics file = /var/log/l2tpd.prom' 'metrics interval = 1'
		sed '/^\[lac other/a fwmark = 7\nbind device = eth0\nsource port = 700' /etc/l2tpd/l2tpd.conf
	} >/etc/xl2tpd/xl2tpd.conf"
box systemctl daemon-reload
ok "it starts" box systemctl start xl2tpd.service
ok "with xl2tpd's FIFO" [ -p $work/box/run/xl2tpd/l2tp-control ]
ok "and pid file" [ -s $work/box/run/xl2tpd.pid ]
ok "and the options of /etc/default/xl2tpd" on box sh -c 'cat /proc/*/cmdline 2>/dev/null | tr "\0" " " | grep -q "/run/inst/xl2tpd -D -l -c /etc/xl2tpd/xl2tpd.conf -q 16"'
echo 'c other' >$work/box/run/xl2tpd/l2tp-control
ok "PPP is up" wait_until 60 [ -e $work/box/run/up.ppp0 ]
ok "a ping" answers box 10.9.2.1
ok "with the mark of its section" says box 'tunnel .*: up role=lac .* mark=7'
ok "metrics are written" wait_until 20 [ -s $work/box/varlog/l2tpd.prom ]
ok "a reload" box systemctl reload xl2tpd.service
ok "is done" wait_until 20 says box '/etc/xl2tpd/xl2tpd.conf is in force'
ok "a stop" box systemctl stop xl2tpd.service
ok "leaves no pid file" [ ! -e $work/box/run/xl2tpd.pid ]
ok "nor a call" wait_until 20 [ ! -e $work/box/run/up.ppp0 ]
# A unit as distributions have it for xl2tpd itself: simple, and with a pid file where there is none.
scenario "by a unit of xl2tpd's own"
on box sh -ec "rm -f /run/up.ppp0
	printf '%s\n' '[Unit]' 'Description=Level 2 Tunnel Protocol Daemon (L2TP)' 'After=network.target' \
		'[Service]' 'Type=simple' 'PIDFile=/run/xl2tpd/xl2tpd.pid' 'EnvironmentFile=-/etc/default/xl2tpd' \
		'ExecStart=/run/inst/xl2tpd -D \$DAEMON_OPTS' 'Restart=on-failure' >/run/units/xl2tpd.service"
box systemctl daemon-reload
ok "it starts" box systemctl start xl2tpd.service
ok "with its FIFO" wait_until 20 [ -p $work/box/run/xl2tpd/l2tp-control ]
echo 'c other' >$work/box/run/xl2tpd/l2tp-control
ok "PPP is up" wait_until 60 [ -e $work/box/run/up.ppp0 ]
ok "a ping" answers box 10.9.2.1
ok "a stop" box systemctl stop xl2tpd.service
ok "is no failure" [ "$(box systemctl show -p ActiveState --value xl2tpd.service)" = inactive ]
kill -s TERM "$far_daemon"
finish
