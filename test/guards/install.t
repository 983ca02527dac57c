#!/bin/sh
# make install puts each file where it says, below DESTDIR, and the daemon there runs.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"
dest=$tmp/dest

installed() {
	(cd "$dest" && find . -type f | sed 's|^\./||' | LC_ALL=C sort)
}

ok "install" build "$tmp/build" CFLAGS=-O1 DESTDIR="$dest" PREFIX=/opt/l2tpd install
cat >"$tmp/expected" <<'END'
opt/l2tpd/sbin/l2tpd
opt/l2tpd/share/doc/l2tpd/COPYING
opt/l2tpd/share/doc/l2tpd/README
opt/l2tpd/share/doc/l2tpd/l2tpd.conf.example
opt/l2tpd/share/man/man5/l2tp-secrets.5
opt/l2tpd/share/man/man5/l2tpd.conf.5
opt/l2tpd/share/man/man8/l2tpd.8
END
installed >"$tmp/found"
ok "each file is in its place, and no other" same "$tmp/expected" "$tmp/found"
ok "the folder for the configuration is made" [ -d "$dest/etc/l2tpd" ]
ok "the installed daemon runs" "$dest/opt/l2tpd/sbin/l2tpd" -v
ok "a second install over it does no harm" build "$tmp/build" CFLAGS=-O1 DESTDIR="$dest" \
	PREFIX=/opt/l2tpd install
installed >"$tmp/found"
ok "and changes nothing" same "$tmp/expected" "$tmp/found"
finish
