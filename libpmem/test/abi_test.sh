#!/usr/bin/env bash
# The shared library's binary interface: soname, the exact set of exported
# symbols, each in node LIBPMEM_1.0 and with its signature, the values of the
# header's constants, libc as the only dependency, and, where the distribution's
# libpmem.so.1 is there, every symbol of it.
#
# usage: abi_test.sh LIBRARY INCLUDE_DIR SYMBOL_LIST SIGNATURES
set -euo pipefail

library=$1
include=$2
symbols=$3
signatures=$4
peer=/usr/lib/x86_64-linux-gnu/libpmem.so.1

fail() {
	echo "abi_test: $*" >&2
	exit 1
}

# By what debug information and symbols say; 4: only additions.
compatible() { # OLD NEW
	local status=0
	command -v abidiff >/dev/null || return 0
	abidiff "$1" "$2" || status=$?
	[ $((status & ~4)) = 0 ] || fail "$2 cannot take the place of $1"
}

exported() { # LIBRARY
	nm -D --defined-only "$1" | awk '$2 == "T" { print $3 }' | sort
}

soname=$(readelf -d "$library" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
[ "$soname" = libpmem.so.1 ] || fail "soname is $soname"

diff <(sed 's/$/@@LIBPMEM_1.0/' "$symbols") <(exported "$library") ||
	fail "exported symbols differ from $symbols (<: expected, >: exported)"

cc -std=c11 -Wall -Werror -fsyntax-only -I "$include" "$signatures" ||
	fail "signatures or constants differ"
diff "$symbols" <(sed -n 's/^SIGNATURE(\(pmem_[a-z_]*\),.*/\1/p' "$signatures") ||
	fail "not every symbol has a signature"

needed=$(readelf -d "$library" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
	grep -vE '^(libc|ld-linux-x86-64)\.so' || true)
[ -z "$needed" ] || fail "depends on more than libc: $needed"

compatible "$library" "$(dirname "$library")/pmem_debug/libpmem.so.1"
if [ -e "$peer" ]; then
	compatible "$peer" "$library"
	missing=$(comm -23 <(exported "$peer") <(exported "$library"))
	[ -z "$missing" ] || fail "the distribution's library also has: $missing"
	echo "soname, $(wc -l <"$symbols") symbols, the same as $peer"
else
	echo "soname, $(wc -l <"$symbols") symbols"
fi
