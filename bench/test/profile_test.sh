#!/usr/bin/env bash
# Records a program whose calls are known and compares the counts.
#
# usage: profile_test.sh PMEM_BENCH LIBPMEM_PROFILE_SO SUBJECT
set -euo pipefail

bench=$1
preload=$2
subject=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "profile_test: $*" >&2
	exit 1
}

mkdir "$work/records" "$work/empty"
PMEM_PROFILE_DIR=$work/records LD_PRELOAD=$preload "$subject"
"$bench" profile "$work/records" --out "$work/weights.tsv" >"$work/text"

# op, size from, operations, share, warm, batch
diff - <(sed -n '/^op/,/^weights/p' "$work/text" | grep -E '^(move|set|flush)' |
	tr -s ' ') <<'EXPECTED' || fail "other calls were counted"
move 64 15 71.43% 33% 0%
move 4096 3 14.29% 0% 100%
set 8 2 9.52% 0% 50%
flush 8 1 4.76% 0% 0%
EXPECTED
grep -q '21 operations, 13814 bytes, 18 drains, 0 msyncs in 2 processes' \
	"$work/text" || fail "totals: $(head -1 "$work/text")"
awk -F'\t' '!/^#/ && NR > 4 { sum += $5 }
	END { exit !(sum > 0.9999 && sum < 1.0001) }' "$work/weights.tsv" ||
	fail "weights do not sum to 1"

# Without a directory the program runs as ever.
LD_PRELOAD=$preload "$subject" || fail "the subject failed unrecorded"

refused() { # EXPECTED_TEXT ARGUMENT...
	local expected=$1 text
	shift
	text=$("$bench" profile "$@" 2>&1) && fail "accepted: $*"
	[[ $text == *"$expected"* && $text != *$'\n'* ]] ||
		fail "said '$text' to: $*"
}
refused "nothing recorded" "$work/empty" --out "$work/none.tsv"
refused "cannot open" "$work/missing"
echo "not a record" >"$work/empty/1.profile"
refused "not a record" "$work/empty" --out "$work/none.tsv"
refused "no directory given"
[ ! -e "$work/none.tsv" ] || fail "weights appeared without a profile"
echo "21 operations counted in two processes"
