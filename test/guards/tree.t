#!/bin/sh
# Rules for the tree as a whole: scripts that any POSIX shell reads, nothing left for later, files
# and functions of a size that a reader can hold.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"
cd "$root"

lines_of_file=600
lines_of_function=70

# too_long FILE...: names files and functions over the limits. A function's body begins with "{"
# and ends with "}" at the margin.
too_long() {
	awk -v files=$lines_of_file -v functions=$lines_of_function '
	function end_of_file() {
		if (name != "" && lines > files) {
			print name ": " lines " lines"
			bad = 1
		}
	}
	FNR == 1 { end_of_file(); name = FILENAME; start = 0 }
	{ lines = FNR }
	/^\{/ { start = FNR }
	/^\}/ {
		if (start && FNR - start - 1 > functions) {
			print name ":" start ": a function of " FNR - start - 1 " lines"
			bad = 1
		}
		start = 0
	}
	END { end_of_file(); exit bad }' "$@"
}

# shell_scripts: those that say /bin/sh, and what they source.
shell_scripts() {
	find scripts test -type f ! -path '*/corpus/*' ! -path '*/golden/*' | LC_ALL=C sort |
		while read -r file; do
			first=
			read -r first <"$file" || :
			case $first,$file in
			'#!/bin/sh',* | *lib.sh) echo "$file" ;;
			esac
		done
}

for script in $(shell_scripts); do
	ok "$script is POSIX shell" dash -n "$script"
done

# The words are put together here, lest this file is found itself.
later="TO""DO|FIX""ME|X""XX"

# nothing_left_for PATH...
nothing_left_for() {
	grep -rnwE --exclude-dir=corpus "$later" "$@" && return 1 || [ $? = 1 ]
}
ok "nothing is left for later" nothing_left_for src scripts test doc Makefile README
echo "/* ${later%%|*}: this */" >"$tmp/later.c"
ok "what is left for later is found" refuses later.c: nothing_left_for "$tmp/later.c" "$root/README"

# all_run PATH...: a test that may not be executed takes all the others down with it.
all_run() {
	find "$@" -name '*.t' ! -perm -111 | grep . && return 1 || [ $? = 1 ]
}
ok "each test may be executed" all_run test
echo >"$tmp/dead.t"
ok "one that may not is found" refuses dead.t all_run "$tmp"

# no_leftovers PATH...
no_leftovers() {
	find "$@" -name '*.orig' -o -name '*.rej' -o -name '*~' | grep . && return 1 || [ $? = 1 ]
}
ok "no leftovers of patches or editors" no_leftovers src scripts test doc
echo >"$tmp/file.c.orig"
ok "a leftover is found" refuses file.c.orig no_leftovers "$tmp"

ok "no file of src is over $lines_of_file lines, no function over $lines_of_function" \
	too_long $(find src -name '*.[ch]')
{
	echo 'int long_one(void)'
	echo '{'
	yes '    step();' | head -n 71
	echo '}'
} >"$tmp/function.c"
yes 'int x;' | head -n 601 >"$tmp/file.c"
ok "too long a function is found" refuses 'function.c:2: a function of 71 lines' too_long "$tmp/function.c"
ok "too long a file is found" refuses 'file.c: 601 lines' too_long "$tmp/function.c" "$tmp/file.c"
finish
