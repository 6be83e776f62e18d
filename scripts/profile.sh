#!/usr/bin/env bash
# Records what a program does with libpmem, and writes it as weights that
# scripts/tune.sh --weights decides by.
#
# usage: profile.sh [OPTION]... PROGRAM [ARGUMENT]...
#
#   --out FILE         where the weights go (default: weights.tsv)
#   --overhead PAIRS   write no weights; run the program so often without and
#                      so often with the recorder, in turn, and tell what
#                      recording costs: the median of the ratios of wall times
#                      of a pair, with its 95% interval (order statistics)
#   --build DIR        what is built (default: build/stock)
#
# PROGRAM is any program that uses libpmem.so.1, unmodified; it runs with its own
# arguments, input and output. Its children are recorded too. What it did is
# kept also if it is killed. The exit status is the program's, or 1.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

out=weights.tsv
pairs=
build=$root/build/stock
while [ $# -gt 0 ]; do
	case $1 in
	--out | --overhead | --build) [ $# -gt 1 ] || die "$1: needs a value" ;;&
	--out) out=$2 ;;
	--overhead) pairs=$2 ;;
	--build) build=$2 ;;
	-h | --help) usage && exit 0 ;;
	--)
		shift
		break
		;;
	-*) die "$1: unknown option: see --help" ;;
	*) break ;;
	esac
	shift 2
done
[ $# -gt 0 ] || die "no program given: see --help"
command -v "$1" >/dev/null || die "$1: no such program"
[[ $pairs =~ ^([1-9][0-9]*)?$ ]] || die "--overhead: not a number: $pairs"

bench=$(realpath -m "$build")/bench
for file in "$bench/pmem-bench" "$bench/libpmem_profile.so"; do
	[ -e "$file" ] || die "$file is not built: run scripts/tune.sh or
cmake --preset stock && cmake --build --preset stock"
done

records=$(mktemp -d)
trap 'rm -rf "$records"' EXIT

recorded() { # COMMAND...
	PMEM_PROFILE_DIR=$records \
		LD_PRELOAD=$bench/libpmem_profile.so${LD_PRELOAD:+:$LD_PRELOAD} \
		"$@"
}

timed() { # COMMAND...: sets `took` to its microseconds of wall time
	local begin=${EPOCHREALTIME/./}
	"$@" >/dev/null || die "the program fails, so that nothing can be timed"
	took=$((${EPOCHREALTIME/./} - begin))
}

# The first run of all warms up. In every other pair the recorded one is first.
overhead() { # COMMAND...
	local pair plain with took
	timed "$@"
	for ((pair = 0; pair < pairs; pair++)); do
		if ((pair % 2)); then
			timed "$@"
			plain=$took
			timed recorded "$@"
			echo "$took $plain"
		else
			timed recorded "$@"
			with=$took
			timed "$@"
			echo "$with $took"
		fi
	done | awk '{ print $1 / $2 }' | sort -g | awk '
		{ ratio[NR] = 100 * ($1 - 1) }
		END {
			# ranks beyond which 2.5% of samples of the median lie
			sum = term = 0.5 ^ NR
			for (k = 1; sum <= 0.025 && k <= NR / 2; k++) {
				term *= (NR - k + 1) / k
				sum += term
			}
			if (k == 1) {
				print "too few pairs for an interval: 6 at least"
				exit 1
			}
			below = ratio[int((NR + 1) / 2)]
			above = ratio[int((NR + 2) / 2)]
			printf "recording costs %.1f %% (%.1f to %.1f %%, %d pairs)\n",
				(below + above) / 2, ratio[k - 1], ratio[NR - k + 2], NR
		}'
}

if [ -n "$pairs" ]; then
	overhead "$@"
	exit
fi
status=0
recorded "$@" || status=$?
"$bench/pmem-bench" profile "$records" --out "$out" || exit $((status ? status : 1))
exit "$status"
