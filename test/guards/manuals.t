#!/bin/sh
# The manuals are right in form, and say all that the program knows: each key, command and option
# stands in them, and nothing else does.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"
[ -x "$L2TPD" ] || {
	echo "Bail out! $L2TPD is not there: make"
	exit 1
}
conf_man=$root/doc/l2tpd.conf.5
man=$root/doc/l2tpd.8

for page in "$root"/doc/*.[1-9]; do
	ok "${page##*/} is clean" silent mandoc -Tlint -W warning "$page"
done

# Keys: of the example file, which is printed out of the rows, and of the manual.
"$L2TPD" --print-example >"$tmp/example"
sed -n -e 's/^; \([a-z][a-z -]*\) = .*/\1/p' -e 's/^#     \([a-z][a-z -]*\) = .*/\1/p' "$tmp/example" |
	LC_ALL=C sort -u >"$tmp/keys"
sed -n 's/^\.It Ic \(.*\) No = .*/\1/p' "$conf_man" | LC_ALL=C sort -u >"$tmp/keys-told"
sed -n "s/^# Also spelled '\(.*\)'\.\$/\1/p" "$tmp/example" | LC_ALL=C sort -u >"$tmp/spellings"
sed -n '/^Also spelled$/{n;s/^\.Ic \(.*\) \.$/\1/p;}' "$conf_man" | LC_ALL=C sort -u >"$tmp/spellings-told"

ok "l2tpd.conf.example is what l2tpd --print-example prints" \
	same "$root/l2tpd.conf.example" "$tmp/example"
ok "there are keys to compare" [ "$(wc -l <"$tmp/keys")" -gt 40 ]
ok "l2tpd.conf.5 has each key, and no other" same "$tmp/keys" "$tmp/keys-told"
ok "and each second spelling, and no other" same "$tmp/spellings" "$tmp/spellings-told"

# Commands of the FIFO: the rows of control.c.
sed -n "s/^    {'\(.\)', [0-9], \"\(.*\)\", .*/\1/p" "$root/src/control.c" |
	LC_ALL=C sort >"$tmp/commands"
sed -n 's/^\.It Ic \([a-z]\)\( .*\)\{0,1\}$/\1/p' "$man" | LC_ALL=C sort >"$tmp/commands-told"
ok "there are commands to compare" [ -s "$tmp/commands" ]
ok "l2tpd.8 has each command of the FIFO, and no other" same "$tmp/commands" "$tmp/commands-told"

# Options: what the help says.
"$L2TPD" -h | sed -n 's/^  -\(-*[A-Za-z-]*\) .*/\1/p' | LC_ALL=C sort >"$tmp/options"
sed -n 's/^\.It Fl \([A-Za-z-]*\).*/\1/p' "$man" | sed 's/^-*\([a-z]..*\)/-\1/' |
	LC_ALL=C sort >"$tmp/options-told"
ok "there are options to compare" [ -s "$tmp/options" ]
ok "l2tpd.8 has each option, and no other" same "$tmp/options" "$tmp/options-told"
finish
