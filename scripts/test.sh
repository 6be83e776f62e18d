#!/usr/bin/env bash
# The whole truth: builds the project in every way it must work, runs every
# test as one CTest suite, and ends in its summary.
#
# usage: test.sh [--fast] [--only REGEX] [--keep]
#
#   --fast         one build (gcc -O2), no slow tests, quick lints
#   --only REGEX   run only tests whose name, BUILD/TEST, matches
#   --keep         build in what an earlier run left (default: start anew)
#
# Installs nothing: scripts/setup.sh does. A test that lacks its hardware or its
# package is skipped, and CTest's summary names it.
#
# A line "counts: ..." that a test prints is shown again before the summary.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
cd "$root"

# The first build runs every test, and none again with fewer cases. The others
# leave out what does not depend on the compiler or takes long.
declare -A selection
builds=(stock debug clang clang-debug asan tsan coverage)
for name in "${builds[@]}"; do
	selection[$name]="-LE '^(slow|package|consumer|vm|fuzz)$'"
done
selection[stock]="-LE '^quick$'"
selection[tsan]="-L '^threads$'"

lints=(format tidy cppcheck shell places)
fast=no
only=.
keep=no
suite=build/test

options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--fast) fast=yes ;;
		--only)
			[ $# -gt 1 ] || die "--only: needs a regular expression"
			only=$2
			shift
			;;
		--keep) keep=yes ;;
		-h | --help) usage && exit 0 ;;
		*) die "$1: unknown argument: see --help" ;;
		esac
		shift
	done
	[ "$fast" = no ] || {
		builds=(stock)
		selection[stock]="-LE '^(slow|vm|fuzz)$'"
		lints=(format shell places)
	}
}

write_suite() {
	local arguments=() name
	for name in "${builds[@]}"; do
		arguments+=(--build "build/$name ${selection[$name]}")
	done
	for name in "${lints[@]}"; do
		arguments+=(--test "lint/$name scripts/lint.sh $name")
	done
	[ "$fast" = yes ] ||
		arguments+=(--test "coverage/report scripts/coverage.sh")
	scripts/suite.py "$suite" "${arguments[@]}"
}

# Passes lines on as they come, but keeps CTest's summary for the end.
hold_summary() {
	local line held to=1
	exec {held}>"$suite/summary"
	while IFS= read -r line; do
		[[ $line != *"% tests passed"* ]] || to=$held
		printf '%s\n' "$line" >&"$to"
	done
}

# What the tests counted stands before the summary.
run_suite() {
	local status=0
	ctest --test-dir "$suite" -j "$(nproc)" --output-on-failure \
		--no-tests=error --timeout 1500 -R "$only" |
		hold_summary || status=$?
	heading "What the tests counted"
	sed -nE 's|^[0-9]+/[0-9]+ Testing: ||; T count; h; b
		:count; s/^counts: //; T; G; s/(.*)\n(.*)/   \2: \1/p' \
		"$suite"/Testing/Temporary/LastTest.log
	cat "$suite/summary"
	return "$status"
}

options "$@"
if [ "$keep" = no ]; then
	rm -rf "$suite"
fi
mkdir -p "$suite"
rm -f "$suite/summary"

heading "Builds"
for name in "${builds[@]}"; do
	[ "$keep" = yes ] || rm -rf "build/$name"
	build "$name"
done

heading "Tests"
write_suite
run_suite
