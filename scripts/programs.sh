#!/usr/bin/env bash
# What tuning to a program is worth, for three real ones: fio's libpmem engine, a
# program on libpmemobj, and QEMU with an NVDIMM.
#
# usage: programs.sh [OPTION]... VERB
#
#   record         records the three and writes their weights
#   worth RUN      what the measurements of the run in folder RUN lead to with
#                  each program's weights, and with the published ones of fleets
#                  (fleet-*.tsv), beside what the default weights lead to
#   overhead [N]   what recording fio costs, over N pairs (default: 20)
#
#   --out DIR      where weights and table are (default: results/programs)
#   --build DIR    what is built (default: build/stock)
#
# The results of worth and overhead also go to README.md in DIR, between the
# lines that name them. Exits 77 if record lacks a program; the others are
# recorded all the same.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

out=$root/results/programs
build=$root/build/stock

while [ $# -gt 0 ]; do
	case $1 in
	--out | --build) [ $# -gt 1 ] || die "$1: needs a value" ;;&
	--out) out=$(realpath -m "$2") ;;
	--build) build=$(realpath -m "$2") ;;
	-h | --help) usage && exit 0 ;;
	-*) die "$1: unknown option: see --help" ;;
	*) break ;;
	esac
	shift 2
done
object_program=$build/libpmem/test/consumers/consumer_obj
mkdir -p "$out"
work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT

# Files in memory stand in for persistent memory, and ours for the library that
# the programs were built with.
export PMEM_IS_PMEM_FORCE=1
ours() { # COMMAND...
	LD_LIBRARY_PATH=$build/libpmem "$@"
}

fio_command=(fio --name=profile --ioengine=libpmem --iomem=mmap --direct=1
	--sync=1 --thread --filename="$work/fio" --size=256M --bs=4k
	--rw=randwrite --randrepeat=1)

missing=0
skipped() { # REASON
	echo "skipped: $*"
	missing=77
}

record() { # NAME PROGRAM [ARGUMENT]...
	local name=$1 status=0
	shift
	heading "$name"
	ours "$root/scripts/profile.sh" --build "$build" \
		--out "$out/$name.tsv" "$@" >"$work/log" 2>&1 || status=$?
	case $status in
	0) sed -n '/ operations, /,$p' "$work/log" ;;
	77) skipped "$(sed -n 's/^skipped: //p' "$work/log")" ;;
	*) die "$name fails: $(tail -n 1 "$work/log")" ;;
	esac
}

record_all() {
	if [[ $(fio --enghelp 2>/dev/null) == *libpmem* ]]; then
		record fio "${fio_command[@]}"
		rm "$work/fio"
	else
		skipped "no fio with a libpmem engine"
	fi
	if [ -e "$object_program" ]; then
		record libpmemobj "$object_program" "$work/pool" create
	else
		skipped "no libpmemobj-dev when this was built"
	fi
	# A guest's kernel and ndctl write labels, which QEMU makes persistent.
	record qemu "$root/scripts/vm.sh" --build "$build" eadr
	exit "$missing"
}

# Puts standard input between the lines of README.md that name a section.
readme_put() { # SECTION
	local readme=$out/README.md
	[ -e "$readme" ] ||
		printf '<!-- %s -->\n\n<!-- end -->\n' worth overhead >"$readme"
	cat >"$work/section"
	awk -v section="<!-- $1 -->" -v text="$work/section" '
		!inside { print }
		$0 == section {
			inside = 1
			print ""
			while ((getline line <text) > 0)
				print line
			print ""
		}
		inside && $0 == "<!-- end -->" { inside = 0; print }
	' "$readme" >"$readme.new"
	mv "$readme.new" "$readme"
}

tune() { # VERB ARGUMENT...: remarks on what it decides are for other readers
	"$build/tune/pmem-tune" "$@" 2>"$work/remarks" ||
		die "$(tail -n 1 "$work/remarks")"
}

# Rows of worth.tsv: what the decisions of the program's own weights are, and
# what the default weights' decisions lose there.
rows() { # PROGRAM OWN_DECISIONS REGRETS
	awk -F '\t' -v OFS='\t' -v program="$1" '
		function choice(at) {
			return $1 == "flush" ? $at : $1 == "all" ? "-" : \
				$(at + 1) "/cached/" $at " " $(at + 2) "/stream/" \
				$(at + 3) " from " $(at + 4)
		}
		/^#/ || $1 == "op" { next }
		NR == FNR { own[$1, $2, $3, $4] = choice(5); next }
		{
			mine = $1 == "all" ? "-" : own[$1, $2, $3, $4]
			print program, $2, $3, $4, $1, choice(5), mine, $10, $11,
				$12, $13
		}' "$2" "$3"
}

# One line a program and domain: what the program has decided otherwise, and what
# that is worth to it. Fleets that gain nothing are counted.
table() {
	echo "| program | nodes | domain | the default weights' choice | its own weights' | worth, 95 % |"
	echo "|---|---|---|---|---|---|"
	awk -F '\t' '
		/^#/ || $1 == "program" { next }
		$5 != "all" && $11 != "unmeasured" && $6 != $7 {
			before = before (before ? "; " : "") $5 " `" $6 "`"
			after = after (after ? "; " : "") $5 " `" $7 "`"
		}
		$5 != "all" { next }
		$1 ~ /^fleet-/ { fleets++ }
		$1 ~ /^fleet-/ && $11 !~ /worse|unclear/ { alike++ }
		!before || ($8 == 0 && $9 == 0 && $10 == 0) {
			before = "the same, for what it does"
			after = ""
		}
		$1 !~ /^fleet-/ || $11 ~ /worse|unclear/ {
			gain = $11 == "unmeasured" ? "not measured" : \
				sprintf("%+.1f %% (%+.1f to %+.1f)", $8, $9, $10)
			printf "| %s | %s to %s | %s | %s | %s | %s%s |\n", $1, $2, $3,
				$4, before, after, gain,
				$11 == "tied" ? ", a tie" : \
				$11 == "unclear" ? ", unclear" : ""
		}
		$5 == "all" { before = after = "" }
		END {
			if (fleets)
				printf "\nOf %d rows of fleets, %d gain nothing beyond " \
					"the band in which choices are as good as each " \
					"other, and are in worth.tsv alone.\n", fleets, alike
		}'
}

worth() { # RUN
	local measurements=$1/measurements.tsv file name
	[ -e "$measurements" ] || die "no measurements: $measurements"
	tune decide "$measurements" --out "$work/default"
	for file in "$out"/{fio,libpmemobj,qemu,fleet-*}.tsv; do
		[ -e "$file" ] || continue
		name=$(basename "$file" .tsv)
		tune decide "$measurements" --weights "$file" --out "$work/own"
		tune regret "$work/default" "$measurements" \
			--weights "$file" >"$work/regret"
		rows "$name" "$work/own" "$work/regret"
	done >"$work/rows"
	[ -s "$work/rows" ] || die "no weights: $out: see programs.sh record"
	{
		grep -P '^# (platform_id|started_utc|plan|target|measurements_sha256)\t' \
			"$work/default"
		tr ' ' '\t' <<<"program cpu_node mem_node domain op default own gain_pct gain_lo_pct gain_hi_pct verdict"
		cat "$work/rows"
	} >"$out/worth.tsv.new"
	mv "$out/worth.tsv.new" "$out/worth.tsv"
	{
		echo "On $(fact platform_id "$out/worth.tsv"), measured" \
			"$(fact started_utc "$out/worth.tsv"), plan" \
			"$(fact plan "$out/worth.tsv"):"
		echo
		table <"$out/worth.tsv"
	} | readme_put worth
	echo "$out/worth.tsv"
}

fact() { # KEY FILE
	sed -n "s/^# $1\t//p" "$2"
}

overhead() { # PAIRS
	local said
	said=$(ours "$root/scripts/profile.sh" --build "$build" --overhead "$1" \
		"${fio_command[@]}")
	echo "$said"
	echo "fio, 4 KiB random writes by libpmem: $said." | readme_put overhead
}

case ${1:-} in
record) record_all ;;
worth)
	[ $# -eq 2 ] || die "worth: wants the folder of a run: see --help"
	worth "$2"
	;;
overhead) overhead "${2:-20}" ;;
*) die "${1:-no verb}: unknown verb: see --help" ;;
esac
