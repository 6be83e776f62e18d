#!/usr/bin/env bash
# registry_test.sh SOURCE PMEM_TUNE PMEM_BENCH REGISTRY: a library for every
# platform of a registry, and what emit and cmake refuse
set -euo pipefail
source=$1 tune=$2 bench=$3 registry=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "registry_test: $*" >&2
	exit 1
}

configure() { # NAME OPTION...
	local build=$work/$1
	shift
	cmake -S "$source" -B "$build" -G Ninja -DBUILD_TESTING=OFF \
		-DPMEM_BUILD_TOOLS=OFF "$@" >"$work/log" 2>&1
}

says() { # TEXT: the log does, all white space alike
	tr -s ' \t\n' ' ' <"$work/log" | grep -qF -- "$1" ||
		fail "no '$1' in: $(cat "$work/log")"
}

# refused TEXT DECISIONS...: one line, exit 1, no header
refused() {
	local text=$1 status=0
	shift
	"$tune" emit "$@" --out "$work/none.h" >"$work/log" 2>&1 || status=$?
	[ "$status" = 1 ] || fail "emit of bad decisions: exit $status"
	[ "$(wc -l <"$work/log")" = 1 ] || fail "not one line: $(cat "$work/log")"
	says "$text"
	[ ! -e "$work/none.h" ] || fail "a header in spite of: $text"
}

old=$registry/authenticamd-25-1-1-1n2c/2026-01-01T000000Z/decisions.tsv
new=$registry/authenticamd-25-1-1-1n2c/2026-02-01T000000Z/decisions.tsv
refused "a second file about the same CPU" "$old" "$new"
refused "a second file about the same CPU" "$new" "$new"
grep -v cpu_vendor "$new" >"$work/unknown.tsv"
refused "cpu_vendor" "$work/unknown.tsv"
sed '/^set.*adr_nt/s/clwb/clflush/' "$new" >"$work/contradicting.tsv"
refused "contradict" "$work/contradicting.tsv"

! configure both -DPMEM_TUNED_REGISTRY="$registry" \
	-DPMEM_TUNED_HEADER=/dev/null || fail "header and registry at once"
says "give one of them"
! configure empty -DPMEM_TUNED_REGISTRY="$work" || fail "an empty registry"
says "no PLATFORM/TIME/decisions.tsv"

# A header of elsewhere is built with a warning, and the library says so.
sed 's/AuthenticAMD/NobodysChips/' "$new" >"$work/foreign.tsv"
"$tune" emit "$work/foreign.tsv" --out "$work/foreign.h"
configure foreign -DPMEM_TUNED_HEADER="$work/foreign.h" ||
	fail "a foreign header: $(cat "$work/log")"
says "tuned header without this machine's CPU"
ninja -C "$work/foreign" pmem >/dev/null
"$bench" list --lib "$work/foreign/libpmem/libpmem.so.1" >"$work/log"
says "default tuned header is for other CPUs"

# The newest run of each platform, and none of an older one.
configure all -DPMEM_TUNED_REGISTRY="$registry" ||
	fail "a registry: $(cat "$work/log")"
"$tune" emit "$new" "$registry"/genuineintel-*/*/decisions.tsv \
	--out "$work/expected.h"
cmp "$work/expected.h" "$work/all/pmem_tuned.h" || fail "another header"
ninja -C "$work/all" pmem >/dev/null
"$bench" list --lib "$work/all/libpmem/libpmem.so.1" >"$work/log"
# On which of the platforms does this test run, if on any?
cpu=$(sed -n 's/^cpu\t\([^ ]*\) family \([0-9]*\) .*/\1 \2/p' "$work/log")
header="authenticamd-25-1-1-1n2c 2026-02-01T00:00:00Z, genuineintel"
case $cpu in
"AuthenticAMD 25") says "$header" && says "authenticamd_25_1_1" ;;
"GenuineIntel 6") says "$header" && says "genuineintel_6_" ;;
*) says "default tuned header is for other CPUs any" ;;
esac
