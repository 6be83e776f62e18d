#!/usr/bin/env bash
# Tunes again and again, and tells how far the runs agree.
#
# usage: repeat.sh [--runs N] [--scratch DIR] [--table FILE] [TUNE_OPTION]...
#
#   --runs N       independent runs (default 20): each probes, measures with a
#                  seed of its own, decides, and writes a header
#   --scratch DIR  where runs are kept, a folder each (default: build/repeat)
#   --table FILE   the result (default: results/repeatability.md)
#
# All else is for tune.sh, as --quick. A run that is refused (neighbours stole the
# CPU, say) is set aside and taken again, twice at most. Stopped, it continues when
# started again alike. Ends with status 0 if 95 of 100 runs have the same header
# rows, or all others chose what is as good within the tie band; else with 1. Of
# fewer than 20 runs it does not say that the target holds.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

runs=20
scratch=$root/build/repeat
table=$root/results/repeatability.md
plan=()
weights=()

options() { # ARGUMENT...
	while [ $# -gt 0 ]; do
		case $1 in
		--runs | --scratch | --table | --weights)
			[ -n "${2:-}" ] || die "$1: needs a value: see --help"
			;;&
		--runs) runs=$2 ;;
		--scratch) scratch=$(realpath -m "$2") ;;
		--table) table=$(realpath -m "$2") ;;
		--weights)
			weights=(--weights "$(realpath "$2")")
			plan+=("${weights[@]}")
			;;
		--out | --header) die "$1: is for the runs themselves" ;;
		-h | --help) usage && exit 0 ;;
		*)
			plan+=("$1")
			shift
			continue
			;;
		esac
		shift 2
	done
	[[ $runs =~ ^[1-9][0-9]*$ ]] || die "--runs: not a number: $runs"
}

# Runs of two plans are never compared.
settle() {
	local kept=$scratch/plan
	mkdir -p "$scratch" || die "--scratch: cannot be made: $scratch"
	exec 8>"$scratch/lock"
	flock -n 8 || die "another repeat.sh is at work: $scratch"
	if [ -e "$kept" ]; then
		[ "$(cat "$kept")" = "${plan[*]}" ] ||
			die "--scratch: begun with other options: $kept"
	else
		echo "${plan[*]}" >"$kept"
	fi
}

progress() { # TEXT: a line that is rewritten on a terminal
	if [ -t 1 ]; then
		printf '\r\033[K%s' "$*"
	else
		echo "$*"
	fi
}

set_aside() { # RUN_DIR: fails where it was set aside often enough
	local again
	for again in 1 2; do
		[ -e "$1.refused-$again" ] || {
			mv "$1" "$1.refused-$again"
			return 0
		}
	done
	return 1
}

repeat() {
	local i run begin
	for ((i = 1; i <= runs; i++)); do
		run=$scratch/$(printf %03d "$i")
		folders+=("$run")
		while [ ! -e "$run/done" ]; do
			progress "run $i of $runs since $(date -u +%H:%M:%S)"
			mkdir -p "$run"
			begin=$SECONDS
			"$root/scripts/tune.sh" --header --out "$run" "${plan[@]}" \
				>"$run/log" 2>&1 8>&- ||
				die "run $i failed: see $run/log"
			if grep -q '	refused: ' "$run/decisions.tsv" && set_aside "$run"
			then
				progress "run $i of $runs was refused: taken again"
			else
				echo $((SECONDS - begin)) >"$run/done"
			fi
		done
	done
	progress "$runs runs"
	[ ! -t 1 ] || echo
}

stopped() {
	echo >&2
	echo "$program: stopped: continue with the same command" >&2
	exit 130
}

folders=()
options "$@"
settle
trap stopped INT TERM
repeat
"$root/scripts/repeat.py" "$root/build/stock/tune/pmem-tune" "$table" \
	"${plan[*]}" "${weights[@]}" "${folders[@]}"
