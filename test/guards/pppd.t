#!/bin/sh
# The options that --check takes for such as have a value behind them are those that the pppd which is
# installed asks one for: of its own, and of those of its plugins that can be loaded.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"
PPPD=$(PATH=$PATH:/usr/sbin:/sbin command -v pppd) || {
	echo "1..0 # SKIP no pppd is installed"
	exit 0
}

# table FILE: the words of the table in it.
table() {
	sed -n '/^static const char \*const with_value/,/^};/s/^ *"\(.*\)",$/\1/p' "$1"
}

# words FILE...: what may be options in these programs.
words() {
	cat "$@" | LC_ALL=C tr -c 'a-z0-9_+-' '\n' | grep -E '^[-+]?[a-z][a-z0-9_+-]+$' | LC_ALL=C sort -u
}

# ask OUT [OPTION...]: for each word of the input, as the last one of a command line that would end
# before anything is done: "+ word" if pppd wants a value behind it, "- word" if it knows it without.
ask() {
	out=$1
	shift
	while read -r word; do
		said=$(HOME=$tmp LC_ALL=C "$PPPD" "$@" dryrun "$word" 2>&1 </dev/null) || :
		case $said in
		*"too few parameters for option $word"*) echo "+ $word" ;;
		*"unrecognized option '$word'"*) ;;
		*) echo "- $word" ;;
		esac
	done >"$out"
}

# agrees TABLE ANSWERS
agrees() {
	sed -n 's/^+ //p' "$2" | LC_ALL=C sort -u | LC_ALL=C comm -13 "$1" - | sed 's/$/ takes a value/' >"$tmp/differ"
	sed -n 's/^- //p' "$2" | LC_ALL=C sort -u | LC_ALL=C comm -12 "$1" - | sed 's/$/ takes none/' >>"$tmp/differ"
	[ ! -s "$tmp/differ" ] || {
		cat "$tmp/differ"
		return 1
	}
}

table "$root/src/host/pppd_options.c" >"$tmp/table"
ok "there is a table" [ "$(wc -l <"$tmp/table")" -gt 100 ]
ok "it is in order, each word once" sh -c "LC_ALL=C sort -cu '$tmp/table'"
words "$PPPD" | cat - "$tmp/table" | LC_ALL=C sort -u | ask "$tmp/own"
ok "pppd was asked" [ "$(grep -c '^+ ' "$tmp/own")" -gt 60 ]
ok "the table agrees with pppd" agrees "$tmp/table" "$tmp/own"
for plugin in /usr/lib/pppd/*/*.so /usr/lib/*/pppd/*/*.so; do
	name=${plugin##*/}
	[ -e "$plugin" ] && echo idle | ask "$tmp/sound" plugin "$plugin" && grep -q '^+ idle' "$tmp/sound" || continue
	words "$plugin" | ask "$tmp/of-plugin" plugin "$plugin"
	ok "the table agrees with the plugin $name" agrees "$tmp/table" "$tmp/of-plugin"
done
{
	echo auth
	cat "$tmp/table"
} | grep -vx idle | LC_ALL=C sort >"$tmp/wrong"
ok "a missing one is found" refuses 'idle takes a value' agrees "$tmp/wrong" "$tmp/own"

ok "one too many is found" refuses 'auth takes none' agrees "$tmp/wrong" "$tmp/own"
finish
