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

# The scenarios of the example, a paragraph each before the tables of keys: each is right as it stands,
# and those of callers and of tunnel switching are those of the manuals.
sed '/^# Every key of/,$d' "$tmp/example" | awk -v to="$tmp/scenario." '
/^; \[/ && !within { within = 1; n++ }
!/^;/ { within = 0 }
within { sub(/^; ?/, ""); print >(to n) }'
: >"$tmp/no-secrets"
right() {
	set -- "$tmp"/scenario.[0-9]
	[ $# = 5 ] && for file; do
		{
			cat "$file"
			printf '[global]\nauth file = %s/no-secrets\n' "$tmp"
		} >"$file.whole"
		"$L2TPD" --check "$file.whole" 2>&1 | grep ' 0 errors, ' || return 1
	done
}
# shown SCENARIO MANUAL FIRST: the manual has it in a literal display that begins with that line.
shown() {
	awk -v first="$3" '
	/^\.Bd -literal/ { getline; here = $0 == first }
	/^\.Ed/ { here = 0 }
	here' "$2" >"$tmp/display"
	same "$1" "$tmp/display"
}
ok "there are five scenarios in the example, right as they stand" right
ok "that of callers by modem is that of l2tpd-attach.8" \
	shown "$tmp/scenario.3" "$root/doc/l2tpd-attach.8" '[lac isp]'
ok "that of callers by PPPoE is that of l2tpd.conf.5" shown "$tmp/scenario.4" "$conf_man" '[lac desk]'
display_lts() {
	sed -n '/^\.Sh TUNNEL SWITCHING/,/^\.Ed/p' "$conf_man" >"$tmp/lts"
	shown "$tmp/scenario.5" "$tmp/lts" '[lns default]'
}
ok "and so is that of a wholesaler" display_lts

# The tables of keys, which are written out of the rows.
sed -n '/^\.\\" What stands here .* scripts\/keys\.$/,/^\.\\" The end of the tables\.$/{/^\.\\"/!p;}' "$conf_man" >"$tmp/tables"
L2TPD=$L2TPD "$root/scripts/keys" >"$tmp/tables-fresh"
ok "there are tables to compare" [ "$(wc -l <"$tmp/tables")" -gt 60 ]
ok "the tables of l2tpd.conf.5 are what scripts/keys writes (make keys)" same "$tmp/tables" "$tmp/tables-fresh"

# Both formatters show a row of a table as a line, in 80 columns.
# whole FILE: each row that begins with a key has its values beside it.
whole() {
	[ "$(wc -L <"$1")" -le 80 ] || {
		echo "lines of up to $(wc -L <"$1") columns"
		return 1
	}
	sed -n '/^ALL KEYS/,/^FILES\|^EXAMPLES\|^SEE ALSO/s/  */ /gp' "$1" | sed 's/^ //;s/ $//' >"$tmp/shown"
	sed -n 's/^\.It Ic \(.*\) Ta \(.*\) Ta \(.*\)$/\1 \2 \3/p' "$tmp/tables" | sed 's/ \\&//g' |
		grep -vxFf "$tmp/shown" && return 1 || [ $? = 1 ]
}
mandoc -T ascii -O width=80 "$conf_man" | col -bx >"$tmp/page"
ok "mandoc shows the tables of keys" whole "$tmp/page"
if command -v groff >/dev/null && groff -mandoc -Tascii -rLL=80n "$conf_man" >"$tmp/page" 2>/dev/null; then
	col -bx <"$tmp/page" | sed 's/\x1b\[[0-9]*m//g' >"$tmp/page.plain"
	ok "groff too" whole "$tmp/page.plain"
fi

# Commands of the FIFO: the rows of control.c.
sed -n "s/^    {'\(.\)', [0-9], \"\(.*\)\", .*/\1/p" "$root/src/control.c" |
	LC_ALL=C sort >"$tmp/commands"
sed -n 's/^\.It Ic \([a-z]\)\( .*\)\{0,1\}$/\1/p' "$man" | LC_ALL=C sort >"$tmp/commands-told"
ok "there are commands to compare" [ -s "$tmp/commands" ]
ok "l2tpd.8 has each command of the FIFO, and no other" same "$tmp/commands" "$tmp/commands-told"

# Quirks: the names, and the makes of peers with the names of what is done for them, both as quirks.c
# has them in its tables. Each make is a line "make: name name".
quirks_c=$root/src/wire/quirks.c
sed -n 's/^    {QUIRK_[A-Z_]*, "\([a-z-]*\)", .*/\1/p' "$quirks_c" >"$tmp/quirks"
sed -n '/^\.It Ic quirks /,/^\.It Ic [^q]/s/^\.It Cm //p' "$conf_man" >"$tmp/quirks-told"
awk -F '"' '
/^    \{QUIRK_[A-Z_]*, "/ { sub(/^ *\{/, "", $1); sub(/,.*/, "", $1); name[$1] = $2 }
/^    \{"[^"]*", .*\},$/ {
	line = $2 ":"
	n = split($NF, word, /[^A-Z_]+/)
	for (i = 1; i <= n; i++)
		if (word[i] in name)
			line = line " " name[word[i]]
	print line
}' "$quirks_c" >"$tmp/makes"
awk '
/^\.Sh / { here = $2 == "PEERS" }
!here { next }
/^\.It Sy / { make = substr($0, 8); quirks[make] = ""; order[++n] = make; next }
/^\.Cm / && make != "" { quirks[make] = substr($0, 4) }
{ make = "" }
END { for (i = 1; i <= n; i++) print order[i] ":" quirks[order[i]] }' "$conf_man" >"$tmp/makes-told"
# Those that hold for everybody.
awk '
FNR == NR { if (/^    \{QUIRK_/) { split($0, f, /[{,"]/); name[f[2]] = f[4] } next }
/^#define QUIRKS_DEFAULT/ { n = split($0, word, /[^A-Z_]+/); for (i = 1; i <= n; i++) if (word[i] in name) line = line " " name[word[i]] }
END { print ".Cm" line }' "$quirks_c" "$root/src/wire/quirks.h" >"$tmp/default"
sed -n '/^Whoever the peer is,$/{n;p;}' "$conf_man" >"$tmp/default-told"
ok "there are quirks to compare" [ "$(wc -l <"$tmp/quirks")" -gt 8 ]
ok "l2tpd.conf.5 has each quirk, in their order, and no other" same "$tmp/quirks" "$tmp/quirks-told"
ok "there are makes to compare" [ "$(wc -l <"$tmp/makes")" -gt 5 ]
ok "l2tpd.conf.5 has each make of peers and its quirks, and no other" \
	same "$tmp/makes" "$tmp/makes-told"
ok "and what is done for whoever the peer is" same "$tmp/default" "$tmp/default-told"

# Troubles: code and exit status, as trouble.c has them in its table, in its order.
sed -n 's/^ *\[TROUBLE_[A-Z_]*\] = {"\([a-z-]\{1,\}\)", LEVEL_[A-Z]*, \([0-9]*\),.*/\1 \2/p' \
	"$root/src/trouble.c" >"$tmp/troubles"
sed -n '/^\.Sh TROUBLE$/,/^\.Sh DIAG/s/^\.It Sy \([a-z-]*\) Pq \([0-9]*\)$/\1 \2/p' "$man" >"$tmp/troubles-told"
troubles=$(grep -c '^ *\[TROUBLE_' "$root/src/trouble.c")
provoked() {
	cut -d' ' -f1 "$tmp/troubles" | while read -r code; do
		grep -qs -e "$code\b" "$root"/test/e2e/trouble*.t "$root"/test/e2e/*.t "$root"/test/system/*.t ||
			echo "no test tells of $code"
	done | {
		! grep .
	}
}
ok "each row of the table of troubles is read" [ "$(wc -l <"$tmp/troubles")" -eq $((troubles - 1)) ]
ok "each trouble is told of in some test" provoked
ok "l2tpd.8 has each trouble, in their order, and no other" same "$tmp/troubles" "$tmp/troubles-told"

# Options: what the help says.
"$L2TPD" -h | sed -n 's/^  -\(-*[A-Za-z-]*\) .*/\1/p' | LC_ALL=C sort >"$tmp/options"
sed -n 's/^\.It Fl \([A-Za-z-]*\).*/\1/p' "$man" | sed 's/^-*\([a-z]..*\)/-\1/' |
	LC_ALL=C sort >"$tmp/options-told"
ok "there are options to compare" [ -s "$tmp/options" ]
ok "l2tpd.8 has each option, and no other" same "$tmp/options" "$tmp/options-told"

# l2tpd-control: verbs and options of its help; and what the daemon tells it: members of the status
# are the rows of status_rows.c, a list a kind of object; names of events; verbs of the FIFO.
tool_man=$root/doc/l2tpd-control.8
"${L2TPD%/*}/l2tpd-control" --help >"$tmp/tool-help"
sed -n 's/^  \(-*[a-z][a-z-]*\) .*/\1/p' "$tmp/tool-help" | LC_ALL=C sort >"$tmp/verbs"
sed -n -e '/^\.Sh OPTIONS/,/^\.Sh JSON/{s/^\.It Ic \([a-z-]*\).*/\1/p' -e 's/^\.It Fl \([a-z-]*\).*/-\1/p}' \
	"$tool_man" | LC_ALL=C sort >"$tmp/verbs-told"
ok "there are verbs to compare" [ "$(wc -l <"$tmp/verbs")" -gt 15 ]
ok "l2tpd-control.8 has each verb and option, and no other" same "$tmp/verbs" "$tmp/verbs-told"

# l2tpd-attach: options, and the numbers of its exit status.
attach_man=$root/doc/l2tpd-attach.8
"${L2TPD%/*}/l2tpd-attach" --help >"$tmp/attach-help"
sed -n 's/^  \(-[a-z-]*\) .*/\1/p' "$tmp/attach-help" | LC_ALL=C sort >"$tmp/attach"
sed -n '/^\.Sh OPTIONS/,/^\.Sh EXIT/{/Fl -help\|Fl -version/d;s/^\.It Fl \([a-z-]*\).*/-\1/p;}' \
	"$attach_man" | LC_ALL=C sort >"$tmp/attach-told"
ok "l2tpd-attach.8 has each option, and no other" same "$tmp/attach" "$tmp/attach-told"
sed -n '/^Exit status/,$p' "$tmp/attach-help" | grep -o '[0-9] [a-z]' | cut -c1 >"$tmp/ends"
sed -n '/^\.Sh EXIT/,/^\.Sh EXAMPLES/s/^\.It \([0-9]\)$/\1/p' "$attach_man" >"$tmp/ends-told"
ok "l2tpd-attach.8 has each exit status, and no other" same "$tmp/ends" "$tmp/ends-told"

# the rows of a call's line stand apart
sed "/^    STATUS_LINE_ROWS\$/r $root/src/status_line.h" "$root/src/status_rows.c" >"$tmp/rows.c"
# a kind is named in the plural, its first member may have its name
awk '/^static const struct status_row / { sub(/_rows.*/, "", $5); print "Ss", $5 ($5 == "daemon" ? "" : "s") ; here = 1 }
/^};/ { here = 0 }
here && /\{"[a-z0-9_]*", TYPE_/ { split($0, f, /"/); print f[2] }' "$tmp/rows.c" >"$tmp/rows"
sed -n '/^\.Sh JSON/,/^\.Sh METRICS/{s/^\.Ss /Ss /p;s/^\.It Va //p;}' "$tool_man" >"$tmp/rows-told"
ok "there are rows to compare" [ "$(wc -l <"$tmp/rows")" -gt 80 ]
ok "l2tpd-control.8 has each member of the status, and no other" same "$tmp/rows" "$tmp/rows-told"

cat "$root"/src/*.c | tr '\n' ' ' | grep -o 'events_\(emit(\|tell([^,"]*,\) *"[a-z_]*"' | sed 's/.*"\(.*\)"/\1/' |
	LC_ALL=C sort -u >"$tmp/events"
sed -n '/^\.Sh EVENTS/,/^\.Sh THE/s/^\.It Li //p' "$tool_man" | LC_ALL=C sort >"$tmp/events-told"
ok "there are events to compare" [ "$(wc -l <"$tmp/events")" -gt 8 ]
ok "l2tpd-control.8 has each event, and no other" same "$tmp/events" "$tmp/events-told"

sed -n 's/^    {"\([a-z-]*\)", [0-9], ".*/\1/p' "$root/src/control.c" | LC_ALL=C sort >"$tmp/fifo-verbs"
sed -n '/^\.Sh THE FIFO/,/^\.El/{s/ Op Cm.*//;s/^\.It Ic //p;}' "$tool_man" | sed 's/ , /\n/g' |
	LC_ALL=C sort >"$tmp/fifo-verbs-told"
ok "there are verbs of the FIFO to compare" [ "$(wc -l <"$tmp/fifo-verbs")" -gt 15 ]
ok "l2tpd-control.8 has each verb of the FIFO, and no other" \
	same "$tmp/fifo-verbs" "$tmp/fifo-verbs-told"
finish
