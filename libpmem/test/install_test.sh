#!/usr/bin/env bash
# Installs the library into a directory of its own and uses it as an outside
# project does: by pkg-config, by find_package, from C++ and by its man pages.
#
# usage: install_test.sh BUILD_DIR SOURCE_DIR
set -euo pipefail

build=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

fail() {
	echo "install_test: $*" >&2
	exit 1
}

check_program() { # PROGRAM EXPECTED_FILE
	local loaded
	loaded=$("$1") || fail "$1 failed"
	[ "$(realpath "$loaded")" = "$(realpath "$2")" ] ||
		fail "$1 ran with $loaded, not $2"
}

cmake --install "$build" --prefix "$prefix" >/dev/null
lib=$(dirname "$(find "$prefix" -name libpmem.so.1 -not -path '*_debug/*')")
export PKG_CONFIG_PATH=$lib/pkgconfig
# shellcheck disable=SC2046 # the flags are words
cc -o "$work/by_pc" "$source/test/outside/outside.c" \
	$(pkg-config --cflags --libs libpmem) "-Wl,-rpath,$lib"
check_program "$work/by_pc" "$lib/libpmem.so.1"
LD_LIBRARY_PATH=$lib/pmem_debug check_program \
	"$work/by_pc" "$lib/pmem_debug/libpmem.so.1"
pkg-config --atleast-version=1.1 libpmem || fail "version in libpmem.pc"

cmake -S "$source/test/outside" -B "$work/outside" \
	-DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/outside" >/dev/null
check_program "$work/outside/outside" "$lib/libpmem.so.1"
check_program "$work/outside/outside_static" "$work/outside/outside_static"

echo '#include <libpmem.h>
int main() { return pmem_has_hw_drain(); }' >"$work/main.cc"
# shellcheck disable=SC2046
c++ -std=c++17 -Wall -Werror -o "$work/cxx" "$work/main.cc" \
	$(pkg-config --cflags --libs libpmem) "-Wl,-rpath,$lib"
"$work/cxx" || fail "C++ program failed"

# Every exported function has a page, and examples build from their copies.
for function in $(nm -D --defined-only "$lib/libpmem.so.1" |
	sed -n 's/.* T \(pmem_[a-z_]*\)@.*/\1/p'); do
	[ -e "$prefix/share/man/man3/$function.3" ] ||
		fail "no man page for $function"
done
for example in "$prefix"/share/doc/libpmem/examples/*.c; do
	# shellcheck disable=SC2046
	cc -Wall -Werror -o "$work/example" "$example" \
		$(pkg-config --cflags --libs libpmem)
done
# The debug library is reached by LD_LIBRARY_PATH, and traces.
trace=$(LD_LIBRARY_PATH=$lib/pmem_debug PMEM_LOG_LEVEL=3 "$work/by_pc" 2>&1 |
	grep -c '<libpmem>') || fail "the debug library printed no trace"
[ "$trace" -gt 3 ] || fail "the debug library traced $trace lines"
echo "installed, found by pkg-config and find_package, linked from C and C++"
