#!/usr/bin/env bash
# How much of the library the tests of build/coverage execute: fails below 95% of
# lines or 90% of branches, or if a line that no test executes is not listed with
# its reason in libpmem/test/uncovered.txt.
#
# usage: coverage.sh
#
# The kernels are thousands of branches, nearly all taken, which would hide a
# hole elsewhere: the bounds hold for the other sources alone, too. The model's
# own build of the kernels, with primitives that record, is not the library.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
cd "$root"

command -v gcovr >/dev/null || { echo "gcovr is not installed"; exit 77; }
bounds=(--fail-under-line 95 --fail-under-branch 90)
kernels=(--exclude 'libpmem/copy_.*' --exclude libpmem/prim_x86.h)
data=build/test/coverage.json

rates() { # NAME GCOVR_OPTION...: prints and judges what is covered
	local status=0
	gcovr --root . --add-tracefile "$data" "${bounds[@]}" --print-summary \
		"${@:2}" >build/test/coverage.txt || status=$?
	cat build/test/coverage.txt
	sed -nE "s/^(lines|branches): /counts: $1 \1 executed: /p" \
		build/test/coverage.txt
	return "$status"
}

mkdir -p build/test
gcovr --root . --filter 'libpmem/[^/]*\.[ch]$' \
	--exclude-directories '.*/model_test\.dir' \
	--object-directory build/coverage build/coverage/libpmem \
	--json "$data"
failed=0
rates "the library's" || failed=1
rates "without kernels" "${kernels[@]}" || failed=1
scripts/uncovered.py "$data" libpmem/test/uncovered.txt || failed=1
exit "$failed"
