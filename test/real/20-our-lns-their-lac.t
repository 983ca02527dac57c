#!/bin/sh
# Our LNS with the LAC of Debian's xl2tpd: tunnel authentication, without and with hidden bit.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/test/real/lib.sh"
. "$root/test/real/interop.sh"
enter_world "$root/test/real/20-our-lns-their-lac.t"
interop lns
