#!/usr/bin/env bash
# The loop and its table, on runs whose agreement is known: a stand-in for
# tune.sh decides from planted measurements, which in some runs it bends.
#
# usage: repeat_test.sh PMEM_TUNE PLANTED_FILE
set -euo pipefail

scripts=$(cd "$(dirname "$0")/.." && pwd)
tune=$(realpath "$1")
planted=$(realpath "$2")
work=$(mktemp -d /tmp/repeat_test.XXXXXX)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "repeat_test: $*" >&2
	cat "$work/out" >&2 || true
	exit 1
}

mkdir -p "$work"/{scripts,results,build/stock/tune}
cp "$scripts"/{common.sh,repeat.sh,repeat.py} "$work/scripts"
ln -s "$tune" "$work/build/stock/tune/pmem-tune"
"$planted" "$work/planted.tsv"

# Run 004 differs where nothing is streamed, which costs nothing; 005 streams
# move later, which costs what was planted; 006 dies once; 007 is refused once,
# 008 always.
cat >"$work/scripts/tune.sh" <<-'EOS'
	#!/usr/bin/env bash
	set -euo pipefail
	work=$(cd "$(dirname "$0")/.." && pwd)
	tune=$work/build/stock/tune/pmem-tune
	[ "$1 $2" = "--header --out" ] || exit 9
	out=$3
	run=$(basename "$out")
	echo "$run ${*:4}" >>"$work/calls"
	[ "$run" != 006 ] || [ -e "$work/cured" ] || exit 1
	awk -v seed="$run" 'BEGIN { FS = OFS = "\t"; srand(seed) }
		!/^#/ && $14 + 0 { $14 = sprintf("%.3f", \
			$14 * (0.99 + 0.02 * rand())) } { print }' \
		"$work/planted.tsv" >"$out/measurements.tsv"
	sed -i '1a # started_utc\t2026-02-03T04:05:06Z\n# finished_utc\t2026-02-03T04:15:06Z' \
		"$out/measurements.tsv"
	if [ "$run" = 008 ] || { [ "$run" = 007 ] && [ ! -e "$work/calm" ]; }; then
		touch "$work/calm"
		sed -i '1a # refused\tsteal 31%' "$out/measurements.tsv"
	fi
	"$tune" decide "$out/measurements.tsv" --out "$out/decisions.tsv"
	case $run in
	004) sed -i '/^# uniform\tnone /s/ none never / clwb never /' \
		"$out/decisions.tsv" ;;
	005) sed -i '/^move\t.*\tadr\t/s/\t\(1024\|65536\)\t/\t262144\t/' \
		"$out/decisions.tsv" ;;
	esac
	"$tune" emit "$out/decisions.tsv" --out "$out/pmem_tuned.h"
EOS
chmod +x "$work/scripts/tune.sh"

repeat() { # STATUS ARGUMENT...
	local wanted=$1 status=0
	shift
	"$work/scripts/repeat.sh" "$@" >"$work/out" 2>&1 || status=$?
	[ "$status" = "$wanted" ] || fail "$*: status $status, wanted $wanted"
}

told() { # TEXT: in the table
	grep -qF -- "$1" "$work/results/repeatability.md" || {
		cat "$work/results/repeatability.md"
		fail "not in the table: $1"
	}
}

repeat 0 --runs 3 --quick
told '**3 of 3 runs have the same header rows.**'
told '3 runs say nothing of the target, which is about 20'
told '2026-02-03T04:05:06Z to 2026-02-03T04:15:06Z.'
told 'scripts/repeat.sh --runs 3 --quick`'
told '| adr | any node | flush | clwb | 3 |'
told ', from 65536 '

repeat 0 --runs 4 --quick
told '**3 of 4 runs have the same header rows.**'
told 'Of those that differ, 1 chose what is as good'
told '4 runs say nothing of the target'
[ "$(cat "$work/calls")" = "$(printf '00%d --quick\n' 1 2 3 4)" ] ||
	fail "runs were repeated or left out"

repeat 1 --runs 5 --quick
told '**3 of 5 runs have the same header rows.**'
told 'Of those that differ, 1 chose'
told '5 runs say nothing of the target'
grep -Eq '^\| 005 \| 0 to 0 \| adr \| move \| [1-9][0-9]\.[0-9]+% .*\| worse \|$' \
	"$work/results/repeatability.md" || fail "no loss of run 005"
! grep -q '^| 004 .*worse' "$work/results/repeatability.md" ||
	fail "run 004 loses nothing"

cp "$work/results/repeatability.md" "$work/before"
repeat 1 --runs 6 --quick
grep -q '^repeat.sh: run 6 failed: see .*/006/log$' "$work/out" ||
	fail "no word of the run that failed"
cmp "$work/before" "$work/results/repeatability.md" ||
	fail "the table of what was done is gone"
touch "$work/cured"
repeat 1 --runs 7 --quick
told '**5 of 7 runs have the same header rows.**'
told 'Refused and taken again: 1.'
told '- 007: steal 31%'
[ "$(grep -c '^007' "$work/calls")" = 2 ] || fail "007 was not taken again"
repeat 1 --runs 8 --quick
told '**5 of 8 runs have the same header rows.**'
told 'Refused, so with the default rows: 1.'
told '- 008: steal 31%'
told 'Refused and taken again: 3.'
[ "$(grep -c '^008' "$work/calls")" = 3 ] || fail "008 was taken too often"

# Of 20 runs the target can be told: all alike, then two that lose too much.
twenty() { # STATUS RUN...: 20 of them
	local wanted=$1 status=0 i=0 run
	shift
	rm -rf "$work/twenty"
	mkdir "$work/twenty"
	for run; do
		ln -s "$work/build/repeat/$run" "$work/twenty/$((++i))"
	done
	"$work/scripts/repeat.py" "$tune" "$work/results/repeatability.md" "" \
		"$work"/twenty/* >"$work/out" 2>&1 || status=$?
	[ "$status" = "$wanted" ] || fail "20 runs: status $status, wanted $wanted"
}
eighteen=(001 002 003 001 002 003 001 002 003 001 002 003 001 002 003 001 002 003)
twenty 0 "${eighteen[@]}" 001 002
told '**20 of 20 runs have the same header rows.**'
told 'The target holds'
twenty 1 "${eighteen[@]}" 005 005
told '**18 of 20 runs have the same header rows.**'
told 'The target is missed'

repeat 1 --runs 8 --thorough
grep -q 'begun with other options' "$work/out" || fail "two plans are mixed"
repeat 1 --runs none
repeat 1 --runs
repeat 1 --out elsewhere
