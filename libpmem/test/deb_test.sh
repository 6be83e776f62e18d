#!/usr/bin/env bash
# Makes the .deb and unpacks it beside the distribution's libpmem: no file of any
# installed package is overwritten, nothing but libc is needed, and a program
# gets our library only if it asks for it.
#
# usage: deb_test.sh BUILD_DIR SOURCE_DIR
set -euo pipefail

build=$1
source=$2
peer=/usr/lib/x86_64-linux-gnu/libpmem.so.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "deb_test: $*" >&2
	exit 1
}

[ -d /var/lib/dpkg/info ] || { echo "skipped: no Debian packages here"; exit 77; }

field() { # NAME
	dpkg-deb -f "$deb" "$1"
}

cpack --config "$build/CPackConfig.cmake" -G DEB -B "$work" >"$work/log" 2>&1 ||
	fail "cpack: $(tail -n3 "$work/log")"
deb=$(echo "$work"/*.deb)
dpkg-deb -x "$deb" "$work/root"

clashes=$(comm -12 <(cd "$work/root" && find . ! -type d | sed 's/^\.//' | sort) \
	<(sort -u /var/lib/dpkg/info/*.list))
[ -z "$clashes" ] || fail "belongs to another package too: $clashes"
[[ $(field Package) != @(libpmem1|libpmem-dev) ]] || fail "$(field Package)"
[ -z "$(field Conflicts)$(field Replaces)$(field Provides)" ] ||
	fail "it drives out other packages"
[[ $(field Depends) =~ ^libc6\ \([^,]*\)$ ]] ||
	fail "depends on $(field Depends)"

# As it would be installed, but below $work/root.
lib=$work/root/opt/libpmem/lib
export PKG_CONFIG_PATH=$lib/pkgconfig
# shellcheck disable=SC2046 # the flags are words
cc -o "$work/program" "$source/test/outside/outside.c" \
	$(pkg-config --cflags --libs libpmem)
loaded=$(LD_LIBRARY_PATH=$lib "$work/program")
[ "$loaded" = "$lib/libpmem.so.1" ] || fail "loaded $loaded"
loaded=$(LD_LIBRARY_PATH=$lib/pmem_debug "$work/program")
[ "$loaded" = "$lib/pmem_debug/libpmem.so.1" ] || fail "loaded $loaded"
if [ -e "$peer" ]; then
	loaded=$("$work/program")
	[ "$(realpath "$loaded")" = "$(realpath "$peer")" ] ||
		fail "without a word of ours, $loaded is loaded"
fi
echo "$(basename "$deb"): $(find "$work/root" ! -type d | wc -l) files, no clash"
