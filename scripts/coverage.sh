#!/usr/bin/env bash
# How much of the library the tests of build/coverage execute.
#
# usage: coverage.sh
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
cd "$root"

command -v gcovr >/dev/null || { echo "gcovr is not installed"; exit 77; }
# Tests that fork or are killed may leave a file unfinished.
gcovr --root . --filter 'libpmem/[^/]*\.[ch]$' \
	--object-directory build/coverage build/coverage/libpmem \
	--gcov-ignore-parse-errors --txt build/test/coverage.txt \
	--print-summary | sed -n 's/^lines: /counts: lines of libpmem executed: /p'
cat build/test/coverage.txt
