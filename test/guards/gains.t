#!/bin/sh
# What `make bench PARTS=gains` turns off is still there to be turned off: each change of
# test/bench/edits applies, and the file that it changes compiles.  And a part that there is not is
# told before any is measured.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"

variants() {
	(cd "$1" && test/bench/variants --check)
}

ok "each variant of the daemon still applies and compiles" variants "$root"

mkdir -p "$tmp/tree/test/bench" "$tmp/tree/scripts" "$tmp/tree/src"
cp "$root/test/bench/variants" "$tmp/tree/test/bench"
cp "$root/scripts/Edits.pm" "$tmp/tree/scripts"
cat >"$tmp/tree/Makefile" <<'END'
build/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) -Wall $(CFLAGS) -c -o $@ $<
END
echo 'int it(void) { return 1; }' >"$tmp/tree/src/it.c"

# A record of the small tree: the old line, and the new one.
record() {
	cat >"$tmp/tree/test/bench/edits" <<-END
		variant: ours

		variant: it
		means: nothing
		file: src/it.c
		cells: up/plain/64/1
		-$1
		+$2
	END
}

record 'int it(void) { return 1; }' 'int it(void) { return 2; }'
ok "of a small tree likewise" variants "$tmp/tree"
record 'int it(void) { return 3; }' 'int it(void) { return 2; }'
ok "one whose old text is gone does not" refuses 'it no longer applies' variants "$tmp/tree"
record 'int it(void) { return 1; }' 'int it(void) { return n; }'
ok "nor one that does not compile" refuses 'it does not build' variants "$tmp/tree"
record 'int it(void) { return 1; }' 'int it(void) { int n; return 1; }'
ok "nor one that compilers warn of" refuses 'it does not build' variants "$tmp/tree"

# It may neither measure nor write anything.
measures() {
	B="$tmp/bench" PARTS=$1 "$root/scripts/bench"
}
ok "a part that there is not is told, and those that there are" \
	refuses "no part 'pres'; there are: control .* slow" measures 'kernels pres'
ok "and nothing has been measured" test ! -e "$tmp/bench"
finish
