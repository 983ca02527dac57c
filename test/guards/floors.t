#!/bin/sh
# The folders of src/ are floors: who may include whom stands in src/FLOORS. Shown to fail where it
# has to: on an upward include, a circle, a file that no line covers.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"

ok "each include is one that src/FLOORS allows" silent "$root/scripts/floors"

copy_tree "$tmp/tree" src scripts/floors
floors=$tmp/tree/scripts/floors
ok "the copy to be broken is as good" silent "$floors"

cd "$tmp/tree/src"
cp wire/hdlc.c "$tmp/kept"
echo '#include "host/loop.h"' >>wire/hdlc.c
ok "an upward include is refused" \
	refuses 'wire/hdlc.c:[0-9]*: may not include "host/loop.h"' "$floors"
cp "$tmp/kept" wire/hdlc.c

cp host/pool.c "$tmp/kept"
echo '#include "proto/l2tp.h"' >>host/pool.c
ok "host may not know the protocol" \
	refuses 'host/pool.c:[0-9]*: may not include "proto/l2tp.h"' "$floors"
cp "$tmp/kept" host/pool.c

cp host/conf_rows.h "$tmp/kept"
echo '#include "host/conf_kinds.h"' >>host/conf_rows.h
cp FLOORS "$tmp/floors"
sed 's|^host/conf_rows .*|& host/conf_kinds|' "$tmp/floors" >FLOORS
ok "a circle is refused even where each step of it is allowed" refuses 'a circle' "$floors"
cp "$tmp/kept" host/conf_rows.h
cp "$tmp/floors" FLOORS

printf '#include "base/bytes.h"\n' >wire/stray.c
ok "a file that no line covers is refused" refuses 'wire/stray.c: no line' "$floors"
rm wire/stray.c

ok "mended, it is good again" silent "$floors"
finish
