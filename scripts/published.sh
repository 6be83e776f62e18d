#!/usr/bin/env bash
# Makes weights of published distributions of memcpy's and memset's lengths:
# results/programs/fleet-*.tsv.
#
# usage: published.sh OUT google FOLDER | arm FOLDER
#
#   google   FOLDER is libc/benchmarks/distributions of LLVM: for each of nine
#            services of a fleet, the share of each length up to 4096
#   arm      FOLDER is string/bench of Arm's optimized-routines: how often each
#            length up to 4096 occurs in SPEC CPU 2017
#
# What is published are lengths alone. How often a program copies and how often
# it clears, what it finds in cache and when it drains stay as they are in the
# default weights (tune/weights.c).
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

case ${1:-} in -h | --help) usage && exit 0 ;; esac
[ $# -eq 3 ] || die "wants OUT, a source and its folder: see --help"
out=$1
folder=$3
llvm="LLVM 14, libc/benchmarks/distributions"
automemcpy="automemcpy (Chatelet et al., ISMM 2021)"
arm="Arm optimized-routines, string/bench"

# Shares, one a length from 0 on, or counts as "{ length, count}": as lines
# "length count".
lengths() { # FILE
	if [[ $1 == *.csv ]]; then
		tr , '\n' <"$1" | awk '{ print NR - 1, $1 }'
	else
		grep -oE '\{ *[0-9]+, *[0-9]+\}' <(sed '/_align_freq/,$d' "$1") |
			tr -d '{},' | awk '$2 > 0 { print $1, $2 }'
	fi
}

# Lengths of 0 store nothing and are left out.
weights() { # NAME SOURCE MOVES SETS
	local file=$out/fleet-$1.tsv
	{
		printf '# program\t%s\n# source\t%s\n' "$1" "$2"
		printf 'op\tresidency\tdrain\tsize_bucket\tweight\n'
		rules move 1 "$3"
		rules set 0.5 "$4"
	} >"$file.new"
	mv "$file.new" "$file"
	printf '%-24s %5.1f %% of copies up to 128 bytes\n' "$1" "$(lengths "$3" |
		awk '$1 > 0 { all += $2; if ($1 <= 128) few += $2 }
			END { print 100 * few / all }')"
}

rules() { # OP SHARE FILE
	lengths "$3" | awk -v op="$1" -v share="$2" '
		$1 > 0 {
			bucket = 1
			while (bucket * 2 <= $1)
				bucket *= 2
			of[bucket] += $2
			all += $2
		}
		END {
			split("warm cold reread", residency, " ")
			split("1 1 0.5", resides, " ")
			split("each batch", drain, " ")
			split("1 0.5", drains, " ")
			for (b = 1; b <= 4096; b *= 2)
				for (cell = 0; (b in of) && cell < 6; cell++) {
					r = int(cell / 2) + 1
					d = cell % 2 + 1
					weight = share * resides[r] * drains[d]
					printf "%s\t%s\t%s\t%d\t%.9f\n", op,
						residency[r], drain[d], b,
						weight * of[b] / all
				}
		}'
}

google() { # LETTER NAME
	weights "google-$2" "$llvm: Google$1, $automemcpy" \
		"$folder/MemcpyGoogle$1.csv" "$folder/MemsetGoogle$1.csv"
}

mkdir -p "$out"
case $2 in
google)
	# names as the paper has them
	google W service-1
	google M service-2
	google U service-3
	google A service-4
	google B database-1
	google Q database-2
	google S database-3
	google L logging
	google D storage
	;;
arm) weights spec2017 "$arm: SPEC CPU 2017" "$folder/memcpy.c" "$folder/memset.c" ;;
*) die "$2: unknown source: see --help" ;;
esac
