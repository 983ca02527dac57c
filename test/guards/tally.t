#!/bin/sh
# What make check makes of its tests: the count, the exit status, and the second run that a test of
# processes gets: one that fails always fails, one of pure code gets none, nor do many.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"

mkdir -p "$tmp/tree/test/unit" "$tmp/tree/test/e2e"
cd "$tmp/tree"
unset CLAUSES_SEEN STRICT HARNESS_OPTIONS

# test/FILE.t: passes; "never" passes; the "second" time; "dies" at first and passes then.
file() {
	cat >"test/$1.t" <<-END
		#!/usr/bin/perl
		my \$runs = -e "$1.ran"; open my \$f, '>', "$1.ran";
		print "1..2\\nok 1 - first\\n";
		exit 3 if '$2' eq 'dies' && !\$runs;
		print '$2' eq 'never' || '$2' eq 'second' && !\$runs ? "not ok 2 - $1\\n" : "ok 2 - $1\\n";
	END
	chmod +x "test/$1.t"
}
tally() {
	rm -f test/*/*.ran e2e/* unit/*
	mkdir -p e2e unit
	PERL5LIB="$root/scripts" prove --formatter Tally -j 2 -e '' "$@" >out 2>&1 && echo "status 0" >>out ||
		echo "status $?" >>out
}
says() {
	for line; do
		grep -qxF -e "$line" out || { cat out; return 1; }
	done
}
passed() { says "$1 passed, $2 failed" "status $3"; }

file e2e/good always
file unit/good always
tally test/*/*.t
ok "all pass" passed 4 0 0
ok "and nothing is said of them" test "$(wc -l <out)" = 2

file e2e/second second
tally test/*/*.t
ok "one that passes the second time counts as passed" passed 6 0 0
ok "and is called unsteady, beside what it said" says 'not ok 2 - e2e/second' \
	'unsteady: test/e2e/second.t: failed, and passed when it ran again, alone'
STRICT=1 && export STRICT
tally test/*/*.t
ok "STRICT=1: it failed" passed 5 1 1
unset STRICT

file e2e/second dies
tally test/*/*.t
ok "one that dies gets a second run too" passed 6 0 0

file e2e/never never
tally test/*/*.t
ok "one that fails twice failed" passed 7 1 1
ok "and is not called unsteady" sh -c '! grep -q "unsteady: test/e2e/never" out'
rm test/e2e/never.t

file unit/second second
tally test/*/*.t
ok "pure code gets no second run" passed 7 1 1
rm test/unit/second.t

for i in a b c; do
	file e2e/$i second
done
tally test/*/*.t
ok "four that failed get no second run" says 'not ok 2 - e2e/a' 'status 1'
ok "so none is unsteady" sh -c '! grep -q unsteady out'

finish
