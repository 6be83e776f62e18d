#!/bin/bash
# peer_test.sh PMEM_BENCH: Debian's library is recognised as another's
set -u
peer=/usr/lib/x86_64-linux-gnu/libpmem.so.1
[ -e $peer ] || {
	echo "skipped: package libpmem1 is not installed"
	exit 77
}
output=$("$1" list --lib $peer 2>&1)
status=$?
wanted="pmem-bench: cannot tell its policy: not a build of this project: $peer"
[ $status = 1 ] && [ "$output" = "$wanted" ] && exit 0
echo "peer_test: exit $status: $output" >&2
exit 1
