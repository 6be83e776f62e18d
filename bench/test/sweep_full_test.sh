#!/bin/bash
# sweep_full_test.sh PMEM_BENCH: a full disk ends a sweep with one clear line,
# and what is in the file are whole rows, from which it can go on
set -u
bench=$1
fail() {
	echo "sweep_full_test: $*" >&2
	exit 1
}
if [ "${2:-}" != inside ]; then
	unshare -m true 2>/dev/null || {
		echo "skipped: mounting needs root"
		exit 77
	}
	exec unshare -m "$0" "$bench" inside
fi
directory=$(mktemp -d)
trap 'cd /; umount "$directory"; rmdir "$directory"' EXIT
mount -t tmpfs -o size=128k none "$directory" || fail "cannot mount"
cd "$directory" || fail "cannot enter"
output=$("$bench" sweep --quick --seed 1 --only move,64,256,4096 \
	--out full.tsv 2>&1 >/dev/null | grep -v '%.*left  node')
[ "$output" = "pmem-bench: cannot measure: No space left on device: full.tsv" ] ||
	fail "said: $output"
[ -z "$(tail -c 1 full.tsv | tr -d '\n')" ] || fail "a torn line"
rows=$(grep -c '^move' full.tsv)
[ "$rows" -gt 100 ] || fail "only $rows rows"
rm -f counters.tsv
[ "$(ls)" = full.tsv ] || fail "left: $(ls)"

# With room again it goes on where it was.
mount -o remount,size=64m "$directory" || fail "cannot remount"
"$bench" sweep --resume --out full.tsv >/dev/null 2>&1 || fail "cannot resume"
[ "$(grep -c '^move' full.tsv)" -gt "$rows" ] || fail "no more rows"
cut -f 1-13 full.tsv | grep '^move' | sort | uniq -d | grep . &&
	fail "rows twice"

# No room even for the beginning: no file.
rm -f full.tsv counters.tsv
mount -o remount,size=4k "$directory" || fail "cannot remount"
head -c 4096 /dev/zero >filler
"$bench" sweep --quick --out full.tsv >/dev/null 2>&1 && fail "wrote nowhere"
[ "$(ls)" = filler ] || fail "left: $(ls)"
