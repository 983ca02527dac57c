#!/bin/sh
# The service files: the SysV script lives a life with the installed daemon, with the LSB's exit codes;
# those of OpenRC and rc.d are shells' and call what they should; tmpfiles, logrotate and the unit name
# what the daemon uses. (The unit under a real systemd: test/system/40-unit.t.)
#
# Unprivileged: everything is installed below a folder of ours, and the port is the kernel's choice.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"
top=$tmp/top
etc=$top/etc
script=$etc/init.d/l2tpd
pidfile=$top/run/pid

for init in "$root"/scripts/init/l2tpd.openrc "$root"/scripts/init/l2tpd.rcd; do
	ok "${init##*/} is POSIX shell" dash -n "$init"
done
if command -v shellcheck >/dev/null; then
	ok "shellcheck finds nothing in what it can judge" \
		shellcheck "$root/scripts/init/install" "$root/scripts/init/l2tpd.sysv"
	ok "nor in the others, but for words that others read" \
		shellcheck -s sh -e SC2034,SC1091 "$root/scripts/init/l2tpd.openrc" "$root/scripts/init/l2tpd.rcd"
fi

build "$tmp/build" CFLAGS=-O0 PREFIX="$top" SYSCONFDIR="$etc" install >"$tmp/said"
for kind in sysv systemd; do
	build "$tmp/build" PREFIX="$top" SYSCONFDIR="$etc" INIT=$kind install-init >"$tmp/said"
done

# --- SysV ---------------------------------------------------------------------------------------

# is CODE TEXT WORD...: the script exits so, and says so.
is() {
	code=$1
	text=$2
	shift 2
	"$script" "$@" >"$tmp/answer" 2>&1 && got=0 || got=$?
	[ "$got" = "$code" ] && { [ -z "$text" ] || grep -q -- "$text" "$tmp/answer"; } || {
		echo "exit status $got where $code was expected, and '$text', of: $*"
		cat "$tmp/answer"
		return 1
	}
}

as_nobody() {
	su -s /bin/sh nobody -c "$etc/init.d/l2tpd $1"
}

# other_pid: the daemon runs, under another pid than before.
other_pid() {
	read -r now <"$pidfile" && kill -s 0 "$now" && [ "$now" != "$before" ]
}

stop_all() {
	[ ! -x "$script" ] || "$script" stop >"$tmp/answer" 2>&1 || :
}
trap 'stop_all; rm -rf "$tmp"' EXIT

cat >"$etc/default/l2tpd" <<END
PIDFILE=$pidfile
OPTIONS="-C $top/run/control"
END
conf() {
	printf '[global]\nport = 0\nlisten-addr = 127.0.0.1\nauth file = %s\n' "$etc/l2tpd/l2tp-secrets"
}

ok "status before all: 3" is 3 'does not run' status
ok "start without a configuration: 6, and which is missing" is 6 "$etc/l2tpd/l2tpd.conf" start
conf >"$etc/l2tpd/l2tpd.conf"
ok "reload of what does not run: 7" is 7 'does not run' reload
ok "try-restart of what does not run does nothing" is 0 '' try-restart
ok "status after that: still 3" is 3 'does not run' status
ok "stop of what does not run: 0" is 0 'does not run' stop
ok "start: 0" is 0 starts start
ok "status: 0, with the pid" is 0 'runs (pid [0-9]' status
ok "start again: 0, and it runs already" is 0 'runs already' start
before=$(cat "$pidfile")
ok "reload: 0" is 0 'reads its configuration again' reload
ok "force-reload reloads" is 0 'reads its configuration again' force-reload
ok "and the daemon is the same" [ "$(cat "$pidfile")" = "$before" ]
ok "restart: 0" is 0 starts restart
ok "it is another now" other_pid
before=$(cat "$pidfile")
ok "try-restart: 0" is 0 starts try-restart
ok "another again" other_pid
before=$(cat "$pidfile")
echo 'ip rnage = 10.0.0.1' >>"$etc/l2tpd/l2tpd.conf"
ok "check of a broken file: 1, and where" is 1 'l2tpd.conf:5: .*ip rnage' check
ok "reload of one: 1" is 1 'ip rnage' reload
ok "restart of one: 1" is 1 'ip rnage' restart
ok "and the old daemon still runs" is 0 "(pid $before)" status
ok "stop: 0" is 0 "stops (pid $before)" stop
ok "it is gone, and its pid file" [ ! -e "$pidfile" ]
ok "status: 3 again" is 3 'does not run' status
ok "start of a broken file: 1" is 1 'ip rnage' start
echo 99999999 >"$pidfile"
ok "a pid file that was left over: status 1" is 1 'is there' status
echo $$ >"$pidfile"
ok "also if the pid is another program's by now" is 1 'is there' status
ok "which is not ended by a stop" is 0 'does not run' stop
conf >"$etc/l2tpd/l2tpd.conf"
ok "force-reload of what does not run starts it" is 0 starts force-reload
read -r before <"$pidfile"
kill -s STOP "$before"
ok "one that does not end by itself is killed" is 0 'killed' stop
ok "and gone, as its pid file tells" is 1 'is there' status
ok "a start after that" is 0 starts start
read -r before <"$pidfile"
kill -s STOP "$before"
ok "a restart of one that has to be killed" is 0 'starts' restart
ok "starts another" other_pid
cp "$pidfile" "$tmp/pid"
for text in '' nonsense '12 34'; do
	echo "$text" >"$pidfile"
	ok "status with '$text' for a pid: 4, unknown" is 4 'cannot tell' status
done
cp "$tmp/pid" "$pidfile"
# The configuration is the one that the options name.
conf | sed 's/^auth file.*/ip rnage = 1/' >"$top/other.conf"
cp "$etc/default/l2tpd" "$tmp/default"
for way in "-c $top/other.conf" "-q 16 -c$top/other.conf" "-lc $top/other.conf" "-lq16 -lc$top/other.conf" \
	"-c $top/no.conf -lc $top/other.conf -s -c"; do
	echo "OPTIONS=\"\$OPTIONS $way\"" >>"$etc/default/l2tpd"
	ok "$way: it is the one that is checked" is 1 'other.conf:4: .*ip rnage' check
	ok "$way: also by a reload" is 1 'other.conf:4: .*ip rnage' reload
	ok "$way: and by a restart" is 1 'other.conf:4: .*ip rnage' restart
	cp "$tmp/default" "$etc/default/l2tpd"
done
mv "$etc/l2tpd/l2tpd.conf" "$tmp/away.conf"
conf >"$top/other.conf"
echo "OPTIONS=\"\$OPTIONS -c $top/other.conf\"" >>"$etc/default/l2tpd"
ok "nor need the usual one be there" is 0 starts restart
mv "$tmp/away.conf" "$etc/l2tpd/l2tpd.conf"
cp "$tmp/default" "$etc/default/l2tpd"
# So is the pid file.
ok "stop: 0" is 0 stops stop
echo "OPTIONS=\"\$OPTIONS -lp $top/run/other.pid\"" >>"$etc/default/l2tpd"
ok "start with another pid file among the options" is 0 starts start
ok "its pid is there" [ -s "$top/run/other.pid" ]
ok "where status finds it" is 0 'runs (pid' status
ok "and stop" is 0 'stops (pid' stop
cp "$tmp/default" "$etc/default/l2tpd"
ok "start with the usual one" is 0 starts start
# Somebody else: the name of the user that everybody has.
if [ "$(id -u)" = 0 ] && su -s /bin/sh nobody -c : 2>"$tmp/answer"; then
	chmod 755 "$tmp"
	script="as_nobody"
	ok "anybody may ask for the status" is 0 'runs (pid' status
	for word in start stop restart reload; do
		ok "$word is for root: 4" is 4 'for root' "$word"
	done
	script=$etc/init.d/l2tpd
	ok "it still runs" is 0 'runs (pid' status
fi
ok "an unknown word: 2, with those that there are" is 2 'start|stop|restart' jump
ok "no word: 2" is 2 usage
mv "$top/sbin/l2tpd" "$top/sbin/away"
ok "start of what is not installed: 5" is 5 'not installed' start
mv "$top/sbin/away" "$top/sbin/l2tpd"
# the others come to stand where this script stands
ok "the last stop: 0" is 0 "stops (pid" stop

# --- OpenRC and rc.d: with stand-ins for what surrounds them ----------------------------------------

build "$tmp/build" PREFIX="$top" SYSCONFDIR="$etc" INIT=openrc install-init >"$tmp/said"

# openrc WORD: runs the service's function as openrc-run would, with its helpers saying what they do.
openrc() {
	(
		checkpath() { echo "checkpath $*"; }
		ebegin() { echo "ebegin $*"; }
		eend() { return "$1"; }
		eerror() { echo "eerror $*"; }
		service_started() { true; }
		default_stop() { echo "default_stop"; }
		default_status() { echo "default_status"; }
		required_files() { echo "$required_files"; }
		CONF=$etc/l2tpd/l2tpd.conf
		PIDFILE=$tmp/openrc.pid
		. "$etc/init.d/l2tpd"
		"$1"
	)
}
# says WORD TEXT: the service's function says that.
says() {
	openrc "$1" >"$tmp/told" 2>&1 || :
	grep -q -- "$2" "$tmp/told"
}
ok "OpenRC: the folder is made before the start" says start_pre "checkpath .*$tmp\$"
# perl, as a shell that was started under nohup cannot trap HUP
perl -e '$SIG{HUP} = sub { exit 5 }; open my $f, ">", shift; close $f; sleep 1 for 1 .. 60' "$tmp/ready" &
echo $! >"$tmp/openrc.pid"
while [ ! -e "$tmp/ready" ]; do sleep 0.1; done
ok "OpenRC: status of what runs is OpenRC's own" says status default_status
ok "OpenRC: a stop too" says stop default_stop
ok "OpenRC: a reload" openrc reload
wait $! && got=0 || got=$?
ok "OpenRC: is a SIGHUP to the pid file's" [ $got = 5 ]
ok "OpenRC: one that has died is told of" says status crashed
ok "OpenRC: a stop has nothing to do then" says stop 'ebegin Stopping'
ok "OpenRC: nor a reload" refuses '' openrc reload
echo broken >"$etc/l2tpd/l2tpd.conf"
ok "OpenRC: no start with a broken file" refuses 'l2tpd.conf:1' openrc start_pre
ok "OpenRC: nor a reload" refuses 'l2tpd.conf:1' openrc reload

conf >"$etc/l2tpd/l2tpd.conf"
echo broken >"$top/other.conf"
for OPTIONS in "-q 16 -c $top/other.conf" "-lc $top/other.conf -q16" "-lc$top/other.conf"; do
	ok "OpenRC: with $OPTIONS that file is checked" refuses 'other.conf:1' openrc checkconfig
	ok "OpenRC: it is the one that must be there" [ "$(openrc required_files)" = "$top/other.conf" ]
done
unset OPTIONS
ok "OpenRC: else the usual one" openrc checkconfig
echo broken >"$etc/l2tpd/l2tpd.conf"

cat >"$tmp/rc.subr" <<'END'
load_rc_config() { :; }
run_rc_command() {
	echo "$1: $command $command_args, if $required_files"
	eval "before=\${${1}_precmd:-}"
	$before
}
END
build "$tmp/build" PREFIX="$top" SYSCONFDIR="$etc" INIT=rcd install-init >"$tmp/said"
rcd() {
	sed -e "s|/etc/rc.subr|$tmp/rc.subr|" "$top/etc/rc.d/l2tpd" >"$tmp/rcd"
	sh "$tmp/rcd" "$1"
}
ok "rc.d: no start with a broken file" refuses 'l2tpd.conf:1' rcd start
ok "rc.d: no restart either" refuses 'l2tpd.conf:1' rcd restart
conf | sed '/^auth file/d' >"$etc/l2tpd/l2tpd.conf"
printf '[lns default]\nchallenge = yes\npppoptfile = %s\n' "$tmp/conf" >>"$etc/l2tpd/l2tpd.conf"
: >"$tmp/conf"
rcd_warns() {
	(
		l2tpd_flags="-s $tmp/no-secrets"
		export l2tpd_flags
		rcd start 2>&1
	) | grep -q 'no-secrets has no line'
}
ok "rc.d: the check has the flags" rcd_warns
conf >"$etc/l2tpd/l2tpd.conf"
ok "rc.d: else one of the daemon, with its file" rcd start
rcd start >"$tmp/told" 2>&1
ok "rc.d: as it is installed" grep -q "^start: $top/sbin/l2tpd -c $etc/l2tpd/l2tpd.conf -p /var/run/l2tpd/l2tpd.pid" "$tmp/told"

# --- what belongs together --------------------------------------------------------------------------

unit=$top/lib/systemd/system/l2tpd.service
# The daemon's own places, as its manual has them: pid file and FIFO.
sed -n 's/^\.It Pa \(\/var\/run\/l2tpd\/.*\)/\1/p' "$root/doc/l2tpd.8" >"$tmp/places"
ok "the manual has two places in /run" [ "$(wc -l <"$tmp/places")" = 2 ]
ok "tmpfiles makes their folder" grep -q '^d /run/l2tpd 0755 root root' "$top/lib/tmpfiles.d/l2tpd.conf"
ok "the unit too" grep -qx RuntimeDirectory=l2tpd "$unit"
ok "the unit waits for a word of the daemon's" grep -qx Type=notify "$unit"
ok "and starts it in front" grep -q "^ExecStart=$top/sbin/l2tpd -D -l -c $etc/l2tpd/l2tpd.conf " "$unit"
ok "rsyslog and logrotate speak of one file" [ "$(
	sed -n 's/.*\(\/var\/log\/l2tpd[^ ]*\).*/\1/p' "$root/scripts/init/l2tpd.rsyslog" "$etc/logrotate.d/l2tpd" |
		sort -u | wc -l)" = 1 ]
finish
