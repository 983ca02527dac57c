#!/bin/sh
# The Debian packages: built, judged by lintian, installed on a clean system (debootstrap), started,
# upgraded, removed and purged there; the demo with the installed programs; l2tpd-compat in the place
# of a real xl2tpd.
#
# The clean system is a folder in memory, chroot()ed to, with processes, mounts and a network of its
# own; only what apt-get downloads comes over this host's.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
if [ "$(id -u)" != 0 ] || ! unshare -m -p -f true 2>/dev/null; then
	[ "${REAL-}" = must ] || {
		echo "1..0 # SKIP only root can make a clean system to install on"
		exit 0
	}
fi
[ -n "${APART-}" ] || exec env APART=yes unshare -m -p -f --mount-proc --kill-child "$0"
. "$root/test/guards/lib.sh"

clean=$tmp/clean
mkdir "$clean" "$tmp/one" "$tmp/two"
mount -t tmpfs -o mode=755 clean "$clean"
unshare -n sh -c 'ip link set lo up; exec sleep 100000' &
holder=$!
trap 'kill $holder; umount -l "$clean"; rm -rf "$tmp"' EXIT
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

# there COMMAND...: on the clean system.
there() {
	nsenter -t $holder -n chroot "$clean" "$@"
}

# fetch PACKAGE...: what they and all that they need has to be downloaded, over this host's network.
fetch() {
	chroot "$clean" apt-get -q -y --no-install-recommends --download-only install "$@"
}

apt() {
	there apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "$@"
}

# Where this host's packages come from, and its release: the clean system is of the same.
from=$(apt-get indextargets --format '$(SITE) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
	awk '$3 == "main" && $1 ~ /(debian|ubuntu)\/?$/ && $2 !~ /-/ { print $2, $1; exit }')

debootstrap --variant=minbase "${from% *}" "$clean" "${from#* }" >"$tmp/debootstrap" 2>&1 &
bootstrap=$!

clean_system() {
	wait $bootstrap || {
		tail -n 20 "$tmp/debootstrap"
		return 1
	}
	cp /etc/resolv.conf "$clean/etc/resolv.conf"
	mount -t proc proc "$clean/proc"
	mkdir "$clean/debs"
	# Where nothing is known to be init, nothing would be started.
	printf '#!/bin/sh\nexit 0\n' >"$clean/usr/sbin/policy-rc.d"
	chmod +x "$clean/usr/sbin/policy-rc.d"
	there true
}

# Sets $pid to the daemon's, or fails.
running() {
	pid=
	read -r pid <"$clean/run/l2tpd/l2tpd.pid" && kill -s 0 "$pid"
}

# other_pid: it runs, and is another than $before.
other_pid() {
	running && [ "$pid" != "$before" ]
}

# version VERSION: it is installed.
version() {
	[ "$(there dpkg-query -W -f '${Version} ${Status}' l2tpd)" = "$1 install ok installed" ]
}

# exits CODE COMMAND...
exits() {
	code=$1
	shift
	"$@" && got=0 || got=$?
	[ "$got" = "$code" ]
}

# left: names with l2tpd in them that are neither apt's nor dpkg's, nor where we have put the packages.
left() {
	(cd "$clean" && find . -xdev -path ./debs -prune -o -path ./proc -prune -o -path ./var/cache/apt -prune \
		-o -path ./var/lib/apt -prune -o -name '*l2tpd*' -print)
}

# --- building ----------------------------------------------------------------------------------

version=$(sed -n '1s/^l2tpd (\(.*\)) .*/\1/p' "$root/scripts/debian/changelog")
ok "the packages are built" "$root/scripts/deb" "$tmp/one"
ok "and a next version" env DEB_VERSION="$version+next" "$root/scripts/deb" "$tmp/two"
ok "lintian finds neither error nor warning" silent lintian --allow-root --fail-on error,warning "$tmp/one"/*.changes
one=debs/l2tpd_one.deb
two=debs/l2tpd_two.deb
ok "a clean system" clean_system
cp "$tmp"/one/l2tpd_*.deb "$clean/$one"
cp "$tmp"/two/l2tpd_*.deb "$clean/$two"
cp "$tmp"/two/l2tpd-compat_*.deb "$clean/debs/compat.deb"
ok "what they depend on is downloaded" fetch xl2tpd insserv rsyslog logrotate "/$one"

# --- l2tpd -------------------------------------------------------------------------------------

ok "l2tpd installs" apt install "/$one"
ok "its version" version "$version"
ok "and beside it a log daemon, and what orders scripts by what they provide" apt install insserv rsyslog logrotate
ok "it is not started before it has a configuration" exits 3 there service l2tpd status
ok "as the start says" exits 6 there service l2tpd start
ok "secrets are root's alone" [ "$(stat -c '%a %u' "$clean/etc/l2tpd/l2tp-secrets")" = '600 0' ]
for page in man8/l2tpd.8 man8/l2tpd-control.8 man5/l2tpd.conf.5; do
	ok "manual $page" [ -s "$clean/usr/share/man/$page.gz" ]
done
ok "the example is whole, and fit to be used" there l2tpd --check /usr/share/doc/l2tpd/examples/l2tpd.conf.example

cat >"$clean/etc/l2tpd/l2tpd.conf" <<END
[lns default]
ip range = 10.77.0.10 - 10.77.0.250
local ip = 10.77.0.1
END
cp "$clean/etc/l2tpd/l2tpd.conf" "$tmp/conf"
ok "with one it starts" there service l2tpd start
ok "status says so" there service l2tpd status
ok "the tool speaks to it" there l2tpd-control status

echo '# changed here' >>"$clean/etc/default/l2tpd"
cp "$clean/etc/default/l2tpd" "$tmp/default"
running && before=$pid
ok "an upgrade" apt install "/$two"
ok "to the next version" version "$version+next"
ok "the new one runs in the old one's place" other_pid
ok "the configuration is as it was" same "$tmp/conf" "$clean/etc/l2tpd/l2tpd.conf"
ok "and what else was changed here" same "$tmp/default" "$clean/etc/default/l2tpd"
ok "no other version of it lies about" [ "$(find "$clean/etc" -name '*.dpkg-*' | grep l2tpd)" = '' ]
running && before=$pid
echo 'ip rnage = 1' >>"$clean/etc/l2tpd/l2tpd.conf"
ok "with a broken configuration it is installed all the same" apt reinstall "/$two"
ok "and what ran still runs" [ "$(cat "$clean/run/l2tpd/l2tpd.pid")" = "$before" ]
cp "$tmp/conf" "$clean/etc/l2tpd/l2tpd.conf"

ok "the demo, with the installed daemon" env L2TPD="$clean/usr/sbin/l2tpd" "$root/scripts/demo" --no-setup

# --- its log -----------------------------------------------------------------------------------

# told TEXT: the file of the log has that, now or soon.
told() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		! grep -q -- "$1" "$clean/var/log/l2tpd.log" 2>"$tmp/answer" || return 0
		sleep 0.5
	done
	return 1
}

cp "$clean/usr/share/doc/l2tpd/examples/l2tpd.rsyslog" "$clean/etc/rsyslog.d/l2tpd.conf"
sed -i 's/^module(load="imklog/# &/' "$clean/etc/rsyslog.conf"
ok "rsyslog with the file of the documents" there rsyslogd
ok "the daemon, restarted" there service l2tpd restart
ok "has a log of its own" told ' l2tpd\[[0-9]*\]: .* started on '
ok "which is rotated" there logrotate -f /etc/logrotate.d/l2tpd
ok "the old one stays" [ -s "$clean/var/log/l2tpd.log.1" ]
ok "a reload" there l2tpd-control reload
ok "is told of in the new one" told 'is in force'

# --- l2tpd-compat ------------------------------------------------------------------------------

ok "l2tpd stops" there service l2tpd stop
ok "xl2tpd can be installed beside it" apt install xl2tpd
ok "and both are started at boot" [ "$(ls "$clean/etc/rc2.d" | grep -c '^S[0-9]*x\{0,1\}l2tpd$')" = 2 ]
there service xl2tpd stop >"$tmp/said" 2>&1 || :
cat >"$clean/etc/xl2tpd/xl2tpd.conf" <<END
[lns default]
ip range = 10.78.0.10 - 10.78.0.250
local ip = 10.78.0.1
END
ok "l2tpd-compat takes its place" apt install /debs/compat.deb
ok "which xl2tpd leaves" [ "$(there dpkg-query -W -f '${Status}' xl2tpd)" = 'deinstall ok config-files' ]
ok "but its configuration stays" grep -q 10.78.0.10 "$clean/etc/xl2tpd/xl2tpd.conf"
ok "whoever depends on xl2tpd is content" [ "$(there dpkg-query -W -f '${Provides}' l2tpd-compat)" = 'xl2tpd (= 1.3.20)' ]
ok "where it runs at once" there service xl2tpd status
ok "under that name" [ "$(tr '\0' ' ' <"/proc/$(cat "$clean/run/xl2tpd.pid")/cmdline" | cut -d ' ' -f 1)" = /usr/sbin/xl2tpd ]
# l2tpd's own service has nothing to start meanwhile.
there mv /etc/l2tpd/l2tpd.conf /etc/l2tpd/away
before=$(cat "$clean/run/xl2tpd.pid")
other_compat() {
	there service xl2tpd status >"$tmp/answer" 2>&1 && [ "$(cat "$clean/run/xl2tpd.pid")" != "$before" ]
}
ok "l2tpd alone is installed anew" apt reinstall "/$two"
ok "and runs here too" other_compat
there mv /etc/l2tpd/away /etc/l2tpd/l2tpd.conf
tool_tells() {
	there l2tpd-control status >"$tmp/answer" 2>&1 && return 1
	grep -q 'l2tpd-control: there is /var/run/xl2tpd/l2tp-control: use -c' "$tmp/answer"
}
ok "l2tpd-control tells where to ask" tool_tells
ok "with its file, says its tool" there sh -c 'xl2tpd-control status-lns default'
ok "and stops it" there service xl2tpd stop
unit=$clean/lib/systemd/system/xl2tpd.service
ok "its unit does the same" grep -qxF 'ExecStart=/usr/sbin/xl2tpd -D -l -c /etc/xl2tpd/xl2tpd.conf $DAEMON_OPTS' "$unit"
ok "once there is that file" grep -qx ConditionPathExists=/etc/xl2tpd/xl2tpd.conf "$unit"
ok "it is gone" [ ! -e "$clean/run/xl2tpd.pid" ]
ok "xl2tpd comes back" apt install xl2tpd
ok "with its configuration" grep -q 10.78.0.10 "$clean/etc/xl2tpd/xl2tpd.conf"
there service xl2tpd stop >"$tmp/said" 2>&1 || :
ok "l2tpd-compat takes its place again" apt install /debs/compat.deb
ok "what xl2tpd has left is purged" apt purge xl2tpd
ok "but not the configuration, which is in use" grep -q 10.78.0.10 "$clean/etc/xl2tpd/xl2tpd.conf"
ok "nor its secrets" [ -e "$clean/etc/xl2tpd/l2tp-secrets" ]
ok "nor what is started" there service xl2tpd restart
ok "l2tpd-compat goes" apt purge l2tpd-compat
ok "and leaves nothing" [ "$(find "$clean/etc" "$clean/run" -name '*xl2tpd*')" = '' ]

# --- the end -----------------------------------------------------------------------------------

ok "l2tpd starts again" there service l2tpd start
running && before=$pid
ok "it is removed" apt remove l2tpd
ok "and ended before" [ ! -e "$clean/run/l2tpd/l2tpd.pid" ]
ok "the configuration stays" same "$tmp/conf" "$clean/etc/l2tpd/l2tpd.conf"
rm -f "$clean/etc/rsyslog.d/l2tpd.conf"
ok "purged" apt purge l2tpd
ok "nothing is left" [ "$(left)" = '' ]
finish
