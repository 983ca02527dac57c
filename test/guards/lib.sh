# What the guards have in common: TAP, a folder of their own, and a make that knows nothing of the
# one that runs us. For POSIX sh; sourced with $root set to the top folder.
#
# A guard holds the tree itself to a rule: who includes whom, what is documented, what compiles.
# It must not write into the tree: several run at once, beside other tests.

unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES B SAN PORTABLE CC CFLAGS CPPFLAGS LDFLAGS
L2TPD=${L2TPD:-$root/build/l2tpd}
tests=0
failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# ok NAME COMMAND...: one test, which the command passes by succeeding. What it says is shown only
# if it fails.
ok() {
	name=$1
	shift
	tests=$((tests + 1))
	if "$@" >"$tmp/said" 2>&1; then
		echo "ok $tests - $name"
		return
	fi
	echo "not ok $tests - $name"
	sed 's/^/# /' "$tmp/said"
	failed=$((failed + 1))
}

# refuses TEXT COMMAND...: the command fails, and says TEXT (a pattern of grep's) while it does. So
# a guard shows that it can fail, and for the right reason.
refuses() {
	text=$1
	shift
	if "$@" >"$tmp/refusal" 2>&1; then
		echo "this succeeded: $*"
		return 1
	fi
	grep -q -- "$text" "$tmp/refusal" || {
		echo "it failed, but without saying '$text':"
		cat "$tmp/refusal"
		return 1
	}
}

# silent COMMAND...: the command succeeds and says nothing, as a compiler without warnings.
silent() {
	"$@" >"$tmp/noise" 2>&1 || {
		cat "$tmp/noise"
		return 1
	}
	[ ! -s "$tmp/noise" ] || {
		cat "$tmp/noise"
		return 1
	}
}

# build DIR [VARIABLE=VALUE...] [TARGET...]: make, into a folder of ours.
build() {
	dir=$1
	shift
	make -s -C "$root" B="$dir" "$@"
}

# same FILE FILE: the two say the same, or what differs is shown.
same() {
	diff "$1" "$2"
}

# copy_tree DIR PATH...: what a guard that breaks something breaks.
copy_tree() {
	copy=$1
	shift
	mkdir -p "$copy"
	(cd "$root" && tar -cf - "$@") | tar -xf - -C "$copy"
}

# Prints the plan, and ends the test.
finish() {
	echo "1..$tests"
	[ "$failed" = 0 ]
	exit
}
