#!/usr/bin/env bash
# What can be said of the sources without running them.
#
# usage: lint.sh format|tidy|cppcheck|shell|places
#
#   format     the C sources are laid out by .clang-format
#   tidy       clang-tidy on C, by .clang-tidy (needs build/clang)
#   cppcheck   cppcheck
#   shell      shellcheck
#   places     each special header is included where it may be, and nowhere else
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
cd "$root"

sources() { # PATTERN...: files of the project, not of a build
	git ls-files --cached --others --exclude-standard -- "$@"
}

format() {
	sources '*.c' '*.h' '*.cc' ':!results' | xargs clang-format --dry-run --Werror
}

tidy() {
	[ -e build/clang/compile_commands.json ] ||
		die "build/clang is missing: run scripts/test.sh"
	sources '*.c' |
		while read -r file; do
			# only what is compiled here: CMake leaves some files out
			if grep -qF "\"$root/$file\"" build/clang/compile_commands.json
			then
				echo "$file"
			fi
		done | xargs -P "$(nproc)" -n 4 clang-tidy -p build/clang --quiet
}

# One finding is known to be wrong: cppcheck cannot size a vec that is a struct,
# and takes the loop that fills a line's vecs for one that may not run.
cppcheck_all() {
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr \
		--enable=warning,portability,performance \
		--suppress=uninitvar:libpmem/copy_part.h \
		--suppress=uninitvar:libpmem/copy_lines.h -D__x86_64__ -D_GNU_SOURCE \
		-Ilibpmem -Ilibpmem/include -Ibench -Itune -j "$(nproc)" \
		libpmem bench tune
}

shell() {
	sources '*.sh' '*.sbatch' .ci/run | xargs shellcheck -x
}

only_in() { # INCLUDED(regex) ALLOWED(regex of paths): anything else is a fault
	local found
	found=$(sources '*.c' '*.h' '*.cc' |
		xargs grep -lE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$1" |
		grep -vE "^($2)$" || true)
	[ -z "$found" ] || {
		printf 'lint.sh: %s may not be included in:\n%s\n' "$1" "$found"
		return 1
	}
}

# The directions of dependency: libpmem <- bench <- tune (records only).
places() {
	local bad=0 name
	only_in '(immintrin|x86intrin|emmintrin)\.h' \
		'libpmem/(prim_x86\.h|copy_x86\.c|flush\.c)|bench/cacheline\.c' ||
		bad=1
	only_in 'benchmark/benchmark\.h' 'bench/gbench\.cc' || bad=1
	only_in 'papi\.h' 'bench/counters_papi\.c' || bad=1
	only_in 'hwloc\.h' 'bench/(platform|buffer)\.c' || bad=1
	only_in '(time|sys/time|timer)\.h' '(libpmem|bench)/.*' || bad=1
	# Names of headers: those of tune/ in tune/ alone but for the statistics that
	# measuring shares, those of bench/ not in libpmem/.
	for name in $(sources 'tune/*.h' | xargs -rn1 basename); do
		[ "$name" = stats.h ] || only_in "$name" 'tune/.*' || bad=1
	done
	for name in $(sources 'bench/*.h' | xargs -rn1 basename); do
		[ -e "libpmem/test/$name" ] || only_in "$name" '(bench|tune)/.*' ||
			bad=1
	done
	return "$bad"
}

case ${1:-} in
format | tidy | shell | places) "$1" ;;
cppcheck) cppcheck_all ;;
-h | --help) usage ;;
*) die "${1:-nothing to do}: unknown check: see --help" ;;
esac
