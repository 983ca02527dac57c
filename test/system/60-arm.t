#!/bin/sh
# The framing's kernels for 64-bit ARM, without and with carry-less multiplication, as an emulator
# runs them: the same tests as on this machine.
cd "$(dirname "$0")/../.." || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
count=0
bad=0

ok() { # ok STATUS NAME
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		sed 's/^/# /' "$dir/log"
		bad=1
	fi
}

if [ "$(uname -m)" = aarch64 ]; then
	echo '1..0 # SKIP make check has run them on the CPU itself'
	exit 0
fi
for march in armv8-a armv8-a+crypto; do
	b=$dir/$march
	MAKEFLAGS='' make -s B="$b" CC='aarch64-linux-gnu-gcc -static' CFLAGS="-O2 -march=$march" \
	    "$b/test/test_hdlc" "$b/test/test_hdlc_kernels" >"$dir/log" 2>&1
	ok $? "$march: compiles"
	for test in test_hdlc test_hdlc_kernels; do
		qemu-aarch64-static "$b/test/$test" >"$dir/log" 2>&1
		ok $? "$march: $test passes"
	done
	grep -q '^ok .*neon' "$dir/log"
	ok $? "$march: the kernel for this CPU was among them"
done
echo "1..$count"
exit $bad
