#!/bin/sh
# The daemon builds without a warning with gcc, clang and musl, and with POSIX alone; in the last
# case no Linux file is in it, and the seams' other bodies work.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"

# says_version BINARY: it runs.
says_version() {
	"$1" -v | grep -q '^l2tpd version '
}

# calls_none BINARY SYMBOL...: nothing of the kind is asked of the C library.
calls_none() {
	nm -u "$1" >"$tmp/symbols"
	shift
	for symbol in "$@"; do
		! grep -w -- "$symbol" "$tmp/symbols" || return 1
	done
}

ok "gcc, no warning" silent build "$tmp/gcc" CC=gcc CFLAGS='-O2 -Werror' all
ok "gcc: it runs" says_version "$tmp/gcc/l2tpd"
ok "clang, no warning" silent build "$tmp/clang" CC=clang CFLAGS='-O1 -Werror' all
ok "clang: it runs" says_version "$tmp/clang/l2tpd"
ok "musl-gcc, static, no warning" silent build "$tmp/musl" CC=musl-gcc CFLAGS='-O1 -Werror' \
	LDFLAGS=-static all
ok "musl: it runs" says_version "$tmp/musl/l2tpd"

posix=$tmp/posix
ok "PORTABLE=1, no warning" silent build "$posix" PORTABLE=1 CFLAGS='-O1 -Werror' all
ok "PORTABLE=1: it runs" says_version "$posix/l2tpd"
printf '%s\n' many_select.o spawn.o spawn_fork.o udp_posix.o >"$tmp/bodies"
(cd "$posix/host" && ls many_*.o spawn*.o udp_*.o) >"$tmp/bodies-built" || :
ok "PORTABLE=1 has its own body behind each seam, not that of Linux" \
	same "$tmp/bodies" "$tmp/bodies-built"
ok "PORTABLE=1 calls nothing of Linux alone" calls_none "$posix/l2tpd" \
	'epoll_[a-z0-9]*' recvmmsg sendmmsg getrandom pipe2 accept4 'signalfd.*' 'timerfd.*' 'eventfd.*'
ok "the look at symbols can fail: the Linux build calls epoll" \
	refuses epoll_wait calls_none "$tmp/gcc/l2tpd" 'epoll_[a-z0-9]*'
# Whatever stands on a seam, or has a descriptor that the loop watches.
for unit in change events fifo guard kernel lane link_line link_pty link_queue link_sync loop \
	loop_watches notify pppd pppd_if resolve sockets sys udp udp_header udp_marks udp_path udp_runs; do
	ok "PORTABLE=1: test_$unit builds" silent build "$posix" PORTABLE=1 CFLAGS='-O1 -Werror' \
		"$posix/test/test_$unit"
	ok "PORTABLE=1: test_$unit passes" "$posix/test/test_$unit"
done
finish
