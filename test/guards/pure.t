#!/bin/sh
# base, wire and proto call no socket, clock, random source or process function: scripts/pure looks
# at the objects. Shown to fail on an object that does.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"

ok "the pure floors call only what they may" build "$tmp/build" CFLAGS=-O2 pure

cat >"$tmp/clock.c" <<'END'
#include <time.h>

long clock_look(void);

long clock_look(void)
{
    return (long)time(NULL);
}
END
cat >"$tmp/fine.c" <<'END'
#include <string.h>

unsigned long fine_length(const char *text);

unsigned long fine_length(const char *text)
{
    return strlen(text);
}
END
cc -fno-builtin -c -o "$tmp/clock.o" "$tmp/clock.c"
cc -fno-builtin -c -o "$tmp/fine.o" "$tmp/fine.c"
ok "an object that measures a text passes" silent "$root/scripts/pure" "$tmp/fine.o"
ok "an object that looks at the clock is refused" \
	refuses 'time is called by .*clock.o' "$root/scripts/pure" "$tmp/fine.o" "$tmp/clock.o"
ok "nothing to look at is refused" refuses 'no objects' "$root/scripts/pure"
finish
