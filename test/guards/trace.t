#!/bin/sh
# Every clause of RFC 2661 has a test or a reason, no test names a clause that there is not, and
# doc/rfc2661.md is fresh; shown to fail where that is not so. (That the tests also ran and passed,
# make check asks at its end.)
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"

ok "each clause is held, each id is known, doc/rfc2661.md is fresh" "$root/scripts/trace" --check

# The rows and tests of a small tree of its own, lest what is open here matters there.
mkdir -p "$tmp/tree/test/unit" "$tmp/tree/test/e2e" "$tmp/tree/doc" "$tmp/tree/scripts"
cp "$root/scripts/trace" "$tmp/tree/scripts"
cd "$tmp/tree"
rows() {
	cat <<-'END'
		# two rows and a heading
		## Heading
		S9.9-01 | MUST | both | This is held.
		S9.9-02 | MAY | both | This is done.
	END
}
tests() {
	cat <<-'END'
		/* "S9.9-03" in a comment claims nothing */
		static const char *const names[] = {"S9.9-01, A-01 held", "quoted \" S9.9-02" " done"};
	END
}
fresh() {
	rows >test/clauses
	tests >test/unit/test_it.c
	rm -f test/clauses.open test/e2e/it.t
	scripts/trace --doc
}

fresh
ok "a small tree is content" silent scripts/trace --check
ok "and its document names the tests" grep -q 'S9.9-02 .*`unit/test_it.c`: quoted " done |$' doc/rfc2661.md
echo '"S9.9-04"' >>test/unit/test_it.c
scripts/trace --doc
ok "an unknown id is found" refuses 'test_it.c names S9.9-04, which is not in' scripts/trace --check
fresh
echo 'S9.9-03 | MUST | both | This is not.' >>test/clauses
scripts/trace --doc
ok "a MUST without a test is found" refuses 'S9.9-03 (MUST) has no test: This is not' scripts/trace --check
echo 'ok(1); # "S9.9-03"' >test/e2e/it.t
ok "a comment in a script claims nothing" refuses 'S9.9-03 (MUST) has no test' scripts/trace --check
echo S9.9-03 >test/clauses.open
ok "while it is on the list of the open ones it is excused" silent scripts/trace --check
cat >test/e2e/it.t <<'END'
ok(1, 'S9.9-03 it\'s held'); # indeed
END
scripts/trace --doc
ok "once it is held it must leave the list" refuses 'S9.9-03 is held: take it off' scripts/trace --check
rm test/clauses.open
ok "and then all is well" silent scripts/trace --check
cat >test/e2e/it.t <<'END'
ok(1, "S9.9-01..03 all of them");
END
ok "a range claims nothing and is found" refuses 'write each id out: S9.9-01..03' scripts/trace --check
ok "also in that the clause has no test" refuses 'S9.9-03 (MUST) has no test' scripts/trace --check
fresh
echo 'S9.9-03 | IS | both | This is not. | not taken: for want of time' >>test/clauses
scripts/trace --doc
ok "a reason for a MAY does not excuse others" refuses 'S9.9-03 (IS): this reason does not count' \
	scripts/trace --check
sed -i.before -e 's/ IS / MAY /' test/clauses
scripts/trace --doc
ok "but a MAY" silent scripts/trace --check
sed -e 's/not taken:/cannot apply:/' -e 's/ MAY / MUST /' test/clauses.before >test/clauses
scripts/trace --doc
ok "that it cannot apply excuses any" silent scripts/trace --check
echo >>doc/rfc2661.md
ok "a stale document is found" refuses 'rfc2661.md is stale' scripts/trace --check

# The second register: what another daemon does.
fresh
echo 'X9-91 | SAME | keys | This is the same.' >test/compat
scripts/trace --doc
ok "a row of the other register needs a test too" refuses 'X9-91 (SAME) has no test: This is the same' \
	scripts/trace --check
echo "ok(1, 'X9-91 it is');" >test/e2e/it.t
ok "which its document names" refuses 'doc/xl2tpd.md is stale' scripts/trace --check
scripts/trace --doc
ok "and then all is well with both" silent scripts/trace --check
ok "each row in its own document" sh -c 'grep -q X9-91 doc/xl2tpd.md && ! grep -q X9-91 doc/rfc2661.md'
echo "ok(1, 'X9-92 it is');" >>test/e2e/it.t
ok "an unknown row is found" refuses 'names X9-92, which is not in test/compat' scripts/trace --check
rm test/compat doc/xl2tpd.md

# What ran: the programs of make check, and the ids that stood in tests that passed.
fresh
printf 'build/test/test_it\tS9.9-01 S9.9-02\n' >both
printf 'build/test/test_it\tS9.9-01\nbuild/test/test_other\tS9.9-02\n' >one
printf 'build/test/test_it\tS9.9-01 skip\n' >skipped
ok "claims that stood in tests that passed" scripts/trace --seen both
ok "one that did not, whatever another file's did, is found" refuses 'no passing test: S9.9-02' \
	scripts/trace --seen one
ok "where tests were skipped that is told, and no failure" scripts/trace --seen skipped
scripts/trace --seen skipped >told
ok "by a skip" grep -q '^ok 1 .*# skip tests of it were skipped: S9.9-02' told
mkdir test/real
echo 'ok "S9.9-02 for real" true' >test/real/10-it.t
scripts/trace --seen both >told || :
ok "the tests with real pppds need not run" grep -q '^ok 1 .*# skip it does not run here: S9.9-02' told
printf 'test/real/10-it.t\tS9.9-01\n' >>both
ok "but if they run what they claim must be seen" refuses 'not ok 1 .*test/real/10-it.t' scripts/trace --seen both
finish
