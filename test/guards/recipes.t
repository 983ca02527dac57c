#!/bin/sh
# The recipes of doc/ can be followed by a machine: each file of each machine comes out of its
# document, the daemon finds nothing wrong with its own, and doc/recipes.md knows them all. Likewise
# the first server and client of README.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/guards/lib.sh"

recipes() {
	for file in "$root"/doc/recipe-*.md; do
		file=${file##*/recipe-}
		echo "${file%.md}"
	done
}

# content DIR: --check finds nothing in the configuration that was written there, with the files
# that it names and the secrets.
content() {
	[ -e "$1/etc/l2tpd/l2tpd.conf" ] || return 0
	sed "s|= /etc/|= $1/etc/|" "$1/etc/l2tpd/l2tpd.conf" >"$1/conf"
	[ -e "$1/etc/l2tpd/l2tp-secrets" ] || (umask 077 && : >"$1/etc/l2tpd/l2tp-secrets")
	"$L2TPD" -s "$1/etc/l2tpd/l2tp-secrets" --check "$1/conf" >"$tmp/check" 2>&1 &&
		grep -q ': 0 errors, 0 warnings$' "$tmp/check" || {
		cat "$tmp/check"
		return 1
	}
}

# shells DIR: what is a script there can be read by a shell.
shells() {
	find "$1" -type f -exec grep -l '^#!/bin/sh' {} + | while read -r file; do
		dash -n "$file" || return 1
	done
}

for recipe in $(recipes); do
	ok "doc/recipes.md has $recipe" grep -q "^| recipe-$recipe.md |" "$root/doc/recipes.md"
	machines=$("$root/scripts/recipe" "$recipe")
	ok "$recipe names machines" [ -n "$machines" ]
	for machine in $machines; do
		ok "$recipe: the files of $machine" \
			"$root/scripts/recipe" "$recipe" "$machine" "$tmp/$recipe/$machine"
		ok "$recipe: the daemon of $machine takes its configuration" content "$tmp/$recipe/$machine"
		ok "$recipe: the scripts of $machine are scripts" shells "$tmp/$recipe/$machine"
	done
done

# readme HEADING DIR: the files of one of README's first configurations: a line that begins with a
# path, and what is indented after it.
readme() {
	awk -v heading="$1" -v dir="$2" '
		/^---/ { mine = before == heading }
		/^\/etc\// && mine {
			file = $1
			sub(/:$/, "", file)
			folder = dir file
			sub(/\/[^\/]*$/, "", folder)
			system("mkdir -p " folder)
		}
		/^    / && mine && file != "" { print substr($0, 5) >(dir file) }
		/^[^ \/]/ { file = "" }
		{ before = $0 }' "$root/README"
	chmod 600 "$2"/etc/*/*-secrets
}

for machine in server client; do
	readme "A first $machine ($([ $machine = server ] && echo LNS || echo LAC))" "$tmp/readme/$machine"
	ok "README: the first $machine has four files" \
		[ "$(find "$tmp/readme/$machine" -type f | wc -l)" = 4 ]
	ok "README: the daemon of the first $machine takes them" content "$tmp/readme/$machine"
done
ok "secrets are for their owner alone" [ -z "$(find "$tmp" -name '*secrets' -perm /077)" ]

# A document of our own, below a root of its own.
mkdir -p "$tmp/root/scripts" "$tmp/root/doc"
cp "$root/scripts/recipe" "$tmp/root/scripts/"
document=$tmp/root/doc/recipe-x.md
recipe() {
	"$tmp/root/scripts/recipe" x "$@"
}
printf '%s\n' '## A `one`' '`/etc/a` (mode 600)' '' '```' 'text' '```' \
	'## Both `one` `two`' '`/etc/b`' '```' '# `/etc/c`' '```' >"$document"
ok "a file has its text" recipe one "$tmp/one"
echo text >"$tmp/text"
ok "as it stands" same "$tmp/text" "$tmp/one/etc/a"
ok "and its mode" [ -n "$(find "$tmp/one/etc/a" -perm 600)" ]
echo '# `/etc/c`' >"$tmp/text"
ok "what is in a block is no heading and no path" same "$tmp/text" "$tmp/one/etc/b"
ok "a machine's files are its own" recipe two "$tmp/two"
ok "and no others" [ "$(cd "$tmp/two/etc" && ls)" = b ]
ok "an unknown machine is refused" refuses "no file for machine three" recipe three "$tmp/three"
printf '%s\n' '## A `one`' 'text' '```' 'lost' '```' >"$document"
ok "a block without a path is refused" refuses "recipe-x.md:3: a block without a path" \
	recipe one "$tmp/one"
printf '%s\n' '## A `one`' '`/etc/a`' 'text' >"$document"
ok "a path without a block is refused" refuses "recipe-x.md:3: no block follows the path /etc/a" \
	recipe one "$tmp/one"
finish
