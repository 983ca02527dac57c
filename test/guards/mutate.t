#!/bin/sh
# The list of mutations is of this code, and scripts/mutate tells a test that sees from one that does
# not: tried on a small tree.  (The mutations themselves are tried by make mutate.)
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"

ok "each mutation still applies, and names clauses that there are" "$root/scripts/mutate" --check

mkdir -p "$tmp/tree/src" "$tmp/tree/test/unit" "$tmp/tree/scripts"
cp "$root/scripts/mutate" "$root/scripts/Edits.pm" "$tmp/tree/scripts"
cd "$tmp/tree"
cat >Makefile <<'END'
build/test/test_it: test/unit/test_it.c src/it.c
	@mkdir -p build/test
	$(CC) $(CFLAGS) -o $@ test/unit/test_it.c
END
cat >src/it.c <<'END'
static int twice(int n)
{
    return n + n;
}
END
cat >test/unit/test_it.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include "../../src/it.c"
int main(void)
{
    if (twice(1) > 99)
        abort();
    printf("%sok 1 - S9.9-01 twice 2\n", twice(2) == 4 ? "" : "not ");
    printf("%sok 2 - S9.9-02 twice 3 is even\n", twice(3) % 2 == 0 ? "" : "not ");
    return twice(2) != 4 || twice(3) % 2 != 0;
}
END
echo 'S9.9-01 | MUST | both | Twice.' >test/clauses
echo 'S9.9-02 | MUST | both | Even.' >>test/clauses

# A record of the small tree: its clause, and the new line.
record() {
	cat >test/mutations <<-END
		mutation: it
		clauses: $1
		file: src/it.c
		test: test_it
		-${3-    return n + n;}
		+    $2
	END
}

record S9.9-01 'return n + 1;'
ok "a mutation that its clause's test sees is killed" scripts/mutate
ok "and the tree itself is not touched" grep -q 'n + n' src/it.c
record S9.9-01 'return 2 * n;'
ok "one that changes nothing survives" refuses '^SURVIVED it .*its test passes' scripts/mutate
record S9.9-02 'return n + n + 2;'
ok "one that another clause's test sees survives" refuses 'not for one of its clauses.*S9.9-01' scripts/mutate
record S9.9-02 'return 100;'
ok "one of which the test dies is killed" scripts/mutate
scripts/mutate >told
ok "as the count says" grep -qx '1 mutations, 1 killed, 0 survived' told
record S9.9-01 'return n +;'
ok "one that does not compile is no kill" refuses '^BROKEN .*does not compile' scripts/mutate
record S9.9-01 'return 1;' '    return n * 2;'
ok "one whose old text is gone neither" refuses '^BROKEN .*no longer applies' scripts/mutate
ok "which the check says too" refuses 'it: no longer applies' scripts/mutate --check
record S9.9-03 'return n + 1;'
ok "and when a clause is unknown" refuses 'it: S9.9-03 is not in test/clauses' scripts/mutate --check
record S9.9-01 'return n + 1;'
sed -i.before -e 's/== 4/== 5/' test/unit/test_it.c
ok "a test that fails as it is proves nothing" refuses 'test_it fails as it is' scripts/mutate
finish
