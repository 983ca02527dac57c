#!/bin/sh
# make install puts each file where it says, below DESTDIR, and the daemon there runs; make uninstall
# takes away what was put there, and no more. What the service files do is looked at in init.t.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"
dest=$tmp/dest

installed() {
	(cd "$dest" && find . -type f | sed 's|^\./||' | LC_ALL=C sort)
}

# What the tree has to install, by its manuals, documents and programs.
expected() {
	printf '%s\n' opt/l2tpd/sbin/l2tpd opt/l2tpd/sbin/l2tpd-control opt/l2tpd/sbin/l2tpd-attach \
		opt/l2tpd/share/bash-completion/completions/l2tpd-control
	cd "$root"
	for file in README COPYING l2tpd.conf.example doc/*.md doc/*.svg scripts/init/l2tpd.rsyslog; do
		echo "opt/l2tpd/share/doc/l2tpd/${file##*/}"
	done
	for file in doc/*.[1-9]; do
		echo "opt/l2tpd/share/man/man${file##*.}/${file##*/}"
	done
}

# Files of an init below $dest, by kind.
init_files() {
	case $1 in
	systemd)
		printf '%s\n' etc/default/l2tpd etc/logrotate.d/l2tpd opt/l2tpd/lib/systemd/system/l2tpd.service \
			opt/l2tpd/lib/tmpfiles.d/l2tpd.conf
		;;
	sysv) printf '%s\n' etc/default/l2tpd etc/init.d/l2tpd etc/logrotate.d/l2tpd ;;
	openrc)
		printf '%s\n' etc/conf.d/l2tpd etc/init.d/l2tpd etc/logrotate.d/l2tpd \
			opt/l2tpd/lib/tmpfiles.d/l2tpd.conf
		;;
	rcd) echo opt/l2tpd/etc/rc.d/l2tpd ;;
	esac
}

install() {
	build "$tmp/build" CFLAGS=-O1 DESTDIR="$dest" PREFIX=/opt/l2tpd "$@"
}

ok "install" install install
(expected) | LC_ALL=C sort >"$tmp/expected"
installed >"$tmp/found"
ok "each file is in its place, and no other" same "$tmp/expected" "$tmp/found"
# no_loose_ends: what an installed document shows is installed beside it.
no_loose_ends() {
	cat "$dest"/opt/l2tpd/share/doc/l2tpd/*.md | sed -n 's/.*!\[[^]]*\](\([^)]*\)).*/\1/p' >"$tmp/shown"
	while read -r file; do
		[ -e "$dest/opt/l2tpd/share/doc/l2tpd/$file" ] || echo "$file"
	done <"$tmp/shown" >"$tmp/lacking"
	[ -s "$tmp/shown" ] && [ ! -s "$tmp/lacking" ]
}
ok "also each drawing that a document shows" no_loose_ends
ok "among them the four that everybody looks for" grep -c -e '/sbin/l2tpd$' -e '/l2tpd\.8$' \
	-e '/l2tpd\.conf\.5$' -e '/l2tpd\.conf\.example$' "$tmp/found"
ok "the folder for the configuration is made" [ -d "$dest/etc/l2tpd" ]
ok "the installed daemon runs" "$dest/opt/l2tpd/sbin/l2tpd" -v
ok "a second install over it does no harm" install install
installed >"$tmp/found"
ok "and changes nothing" same "$tmp/expected" "$tmp/found"

ok "uninstall" install uninstall
installed >"$tmp/found"
ok "leaves no file" [ ! -s "$tmp/found" ]
ok "nor the folder of a configuration that is not there" [ ! -e "$dest/etc/l2tpd" ]

for kind in systemd sysv openrc rcd; do
	rm -rf "$dest"
	ok "the service files of $kind" install install-init INIT=$kind
	init_files $kind >"$tmp/expected"
	installed >"$tmp/found"
	ok "$kind: are in their places, and no other" same "$tmp/expected" "$tmp/found"
	ok "$kind: they name the daemon where it is" grep -rq /opt/l2tpd/sbin/ "$dest"
	ok "$kind: no place is left open" [ "$(grep -rl '@[A-Z]*@' "$dest")" = "" ]
done
version=$(sed -n 's/^#define VERSION "\(.*\)"/\1/p' "$root/src/base/version.h")
ok "the changelog of the Debian package tells of this version" \
	grep -q "^l2tpd ($version) " "$root/scripts/debian/changelog"
ok "an unknown init is refused, with the names of those that there are" \
	refuses 'upstart.*systemd, sysv, openrc, rcd' install install-init INIT=upstart

rm -rf "$dest"
install install install-init INIT=sysv >"$tmp/said"
echo '[global]' >"$dest/etc/l2tpd/l2tpd.conf"
echo 'OPTIONS="-q 16"' >"$dest/etc/default/l2tpd"
ok "service files again" install install-init INIT=sysv
ok "leave what the administrator has changed" grep -q -- '-q 16' "$dest/etc/default/l2tpd"
ok "uninstall of all that" install uninstall
installed >"$tmp/found"
printf '%s\n' etc/default/l2tpd etc/l2tpd/l2tpd.conf >"$tmp/expected"
ok "leaves what the administrator has made" same "$tmp/expected" "$tmp/found"

# What an administrator does, and what else may be there.
rm -rf "$dest"
dest="$tmp/a b"
(umask 077 && install install install-init INIT=systemd) >"$tmp/said" 2>&1 || :
ok "into a folder with a blank in its name" [ -x "$dest/opt/l2tpd/sbin/l2tpd" ]
ok "whatever the umask, everybody may read it" \
	[ "$(find "$dest" \( -type d ! -perm 755 -o -type f ! -perm 644 ! -perm 755 \) -print)" = "" ]
: >"$dest/opt/l2tpd/share/doc/l2tpd/notes"
ok "uninstall there" install uninstall
(cd "$dest" && find . -type f) >"$tmp/found"
ok "leaves what others have put between ours" [ "$(cat "$tmp/found")" = ./opt/l2tpd/share/doc/l2tpd/notes ]
ok "with nothing there, uninstall has nothing to say" silent install uninstall
ok "nor where there is no such folder" silent install uninstall DESTDIR="$tmp/none"
install PREFIX=/usr install-init INIT=sysv >"$tmp/said"
install install >"$tmp/said"
ok "uninstall of one in another place" install uninstall
ok "leaves the script of this one" [ -x "$dest/etc/init.d/l2tpd" ]
ok "and its options" [ -e "$dest/etc/default/l2tpd" ]
install PREFIX=/usr uninstall >"$tmp/said"
ok "which its own takes away" [ ! -e "$dest/etc/init.d/l2tpd" ]
# Folders of any name.
signs='a &|%s$x;#(*?[y]{z}!`~,@:='
dest=
top="$tmp/$signs"
etc="$top/e\\t\"c'"
# in_make TEXT: as make has to be told it
in_make() {
	printf '%s\n' "$1" | sed 's/\$/$$/g'
}
strange() {
	install PREFIX="$(in_make "$top")" SYSCONFDIR="$(in_make "$etc")" "$@"
}
ok "where names are full of signs: install" strange install
ok "the daemon there runs" "$top/sbin/l2tpd" -v
ok "the service files of SysV" strange install-init INIT=sysv
printf '[global]\nport = 0\nno such = key\n' >"$etc/l2tpd/l2tpd.conf"
ok "SysV: the script finds its daemon and its configuration" refuses "e.t.c./l2tpd/l2tpd.conf:3: .*'no such'" \
	"$etc/init.d/l2tpd" check
: >"$etc/l2tpd/l2tpd.conf"
echo 'OPTIONS=" --no-such"' >"$etc/default/l2tpd"
ok "SysV: and its options" refuses '--no-such' "$etc/init.d/l2tpd" start
ok "the service files of systemd" strange install-init INIT=systemd
unit="$top/lib/systemd/system/l2tpd.service"
sbin=$(printf '%s\n' "$top/sbin" | sed -e 's/ /\\x20/g' -e 's/%/%%/g')
conf=$(printf '%s\n' "$top/e\\\\t\\x22c\\x27/l2tpd/l2tpd.conf" | sed -e 's/ /\\x20/g' -e 's/%/%%/g' -e 's/\$/$$/g')
ok "systemd: its command, as systemd.service(5) wants it" grep -qxF "ExecStart=$sbin/l2tpd -D -l -c $conf \$OPTIONS" "$unit"
ok "systemd: its condition" grep -qxF "ConditionPathExists=$(printf '%s\n' "$etc" | sed 's/%/%%/g')/l2tpd/l2tpd.conf" "$unit"
ok "systemd: the file of its options, a pattern" grep -qxF "EnvironmentFile=-$(printf '%s\n' "$etc" |
	sed -e 's/[][\\*?{}]/\\&/g' -e 's/%/%%/g')/default/l2tpd" "$unit"
if command -v systemd-analyze >/dev/null; then
	systemd-analyze verify "$unit" >"$tmp/answer" 2>&1 || :
	ok "systemd: finds the daemon by it" [ "$(grep -c sbin/l2tpd "$tmp/answer")" = 0 ]
fi
ok "uninstall there" strange uninstall
(cd "$top" && find . -type f | LC_ALL=C sort) >"$tmp/found"
printf '%s\n' "./e\\t\"c'/default/l2tpd" "./e\\t\"c'/l2tpd/l2tpd.conf" >"$tmp/expected"
ok "leaves what the administrator has made" same "$tmp/expected" "$tmp/found"
dest="$tmp/d \\ \$b'"
ok "DESTDIR may be of any name, too" build "$tmp/build" DESTDIR="$(in_make "$dest")" install install-init INIT=sysv
ok "and is in no file" grep -qx 'DAEMON=/usr/local/sbin/$NAME' "$dest/etc/init.d/l2tpd"
dest=
ok "systemd runs nothing with a backslash in its path, says so" \
	refuses 'systemd takes no such path' install PREFIX="$tmp/back\\slash" install-init INIT=systemd
for kind in openrc rcd; do
	ok "nor do a shell's words become a daemon of $kind" \
		refuses "$kind takes no such path" install PREFIX="$tmp/a b" install-init INIT=$kind
done
finish
