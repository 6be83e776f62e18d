#!/usr/bin/env bash
# Tunes the library to this machine: measures, decides, rebuilds, proves.
#
# usage: tune.sh [OPTION]...
#
#   --quick            at most a minute of measuring
#   --thorough         measure for long; default: at most 5 minutes a node
#   --seconds N        so many seconds of measuring a pair of nodes: fewer
#                      repetitions and wider intervals, to try something out
#   --patience N       at most N seconds more of waiting for others who use our
#                      core, a pair of nodes; 0: measure all the same
#   --only WORDS       only these ops, residencies, drains and sizes, as in
#                      move,4096,cold: quicker still
#   --target TARGET    what to measure on, may be given several times: dram
#                      (default: memory of each node stands in), a directory or
#                      file on a DAX file system, or /dev/daxX.Y
#   --peer LIB.so      compare with this library too; may be given several times;
#                      the goals printed at the end are against the first
#   --weights FILE     what counts how much when deciding: pmem-tune decide --help
#   --header           end with the header: nothing is rebuilt or compared
#   --out DIR          where results go; default: results/PLATFORM/TIME
#
# Stopped, it continues with --out DIR alone: the options are kept there, and
# what was measured is not measured again.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

plan=()
targets=()
peers=()
weights=()
out=
given=()
stages=()
stage=
stage_begun=
step=0
steps=10 # --header: the first 6
bench=$root/build/stock/bench/pmem-bench
tune=$root/build/stock/tune/pmem-tune
stock=$root/build/stock/libpmem/libpmem.so.1
tuned=$root/build/tuned/libpmem/libpmem.so.1

check_target() { # TARGET
	[ "$1" = dram ] || {
		[ -e "$1" ] || die "--target: no such file or directory: $1"
		[ -w "$1" ] || die "--target: not writable: $1"
	}
}

check_library() { # FILE
	[ "$(head -c4 "$1" 2>/dev/null | tr -d '\177')" = ELF ] ||
		die "--peer: not a shared library: $1"
}

take() { # OPTION VALUE: one of those that have a value
	local value=$2
	[ -n "$value" ] || die "$1: needs a value: see --help"
	case $1 in
	--target)
		check_target "$value"
		[ "$value" = dram ] || value=$(realpath "$value")
		targets+=(--target "$value")
		;;
	--peer)
		check_library "$value"
		value=$(realpath "$value")
		peers+=(--peer "$value")
		;;
	--weights)
		[ -r "$value" ] || die "--weights: not a readable file: $value"
		value=$(realpath "$value")
		weights=(--weights "$value")
		;;
	--seconds)
		[[ $value =~ ^[1-9][0-9]*$ ]] ||
			die "--seconds: not a whole number: $value"
		plan+=(--seconds "$value")
		;;
	--patience)
		[[ $value =~ ^[0-9]+$ ]] ||
			die "--patience: not a whole number: $value"
		plan+=(--patience "$value")
		;;
	--only) plan+=(--only "$value") ;;
	esac
	given+=("$1" "$value")
}

options() { # ARGUMENT...
	while [ $# -gt 0 ]; do
		case $1 in
		--quick | --thorough)
			plan+=("$1")
			given+=("$1")
			;;
		--header)
			steps=6
			given+=("$1")
			;;
		--target | --peer | --weights | --seconds | --patience | --only)
			take "$1" "${2:-}"
			shift
			;;
		--out)
			[ -n "${2:-}" ] || die "--out: needs a folder"
			out=$(realpath -m "$2")
			shift
			;;
		-h | --help) usage && exit 0 ;;
		*) die "$1: unknown option: see --help" ;;
		esac
		shift
	done
}

# A run's options stay with its results, so that a folder never mixes two plans
# and a stopped run needs none to go on.
settle_options() {
	local file=$out/options kept=()
	if [ -e "$file" ]; then
		mapfile -t kept <"$file"
		[ ${#given[@]} -gt 0 ] || options "${kept[@]}"
	fi
	[ ${#targets[@]} -gt 0 ] || take --target dram
	if [ -e "$file" ]; then
		[ "${given[*]}" = "${kept[*]}" ] ||
			die "--out: begun with other options: $file"
	else
		mkdir -p "$out" || die "--out: cannot be made: $out"
		printf '%s\n' "${given[@]}" >"$file"
	fi
}

tenths() { # since some time long ago
	echo $((${EPOCHREALTIME/[.,]/} / 100000))
}

# Adds the step that ends to stages.tsv, once there is a folder for it.
stage_end() {
	local took=$(($(tenths) - stage_begun))
	stages+=("$(printf '%s\t%d.%d' "$stage" $((took / 10)) $((took % 10)))")
	[ -d "$out" ] || return 0
	[ -e "$out/stages.tsv" ] || printf 'stage\tseconds\n' >"$out/stages.tsv"
	printf '%s\n' "${stages[@]}" >>"$out/stages.tsv"
	stages=()
}

next() { # TITLE: the next step begins
	[ "$step" -eq 0 ] || stage_end
	stage=$1
	stage_begun=$(tenths)
	step=$((step + 1))
	heading "$step/$steps $*"
}

finished() { # FILE [INPUT]...: is it there, and not older than what it is from?
	local file=$out/$1 input
	[ -n "$out" ] && [ -e "$file" ] || return 1
	for input in "${@:2}"; do
		! [ "$input" -nt "$file" ] || return 1
	done
	echo "   kept from before"
}

# Where nothing changes, the file and what is made from it stay as they are.
renew() { # FILE COMMAND...: which writes what follows --out
	local file=$1
	"${@:2}" --out "$file.new"
	if cmp -s "$file.new" "$file"; then
		rm "$file.new"
	else
		mv "$file.new" "$file"
	fi
}

probe() {
	local made=$root/build/platform.tsv platform
	! finished platform.tsv || return 0
	"$bench" probe --out "$made"
	platform=$(sed -n 's/^platform_id\t//p' "$made")
	[ -n "$out" ] || {
		out=$root/results/$platform/$(date -u +%Y-%m-%dT%H%M%SZ)
		settle_options
	}
	mv "$made" "$out/platform.tsv"
}

# Status 2: the machine cannot be measured now, as was said. Then the decisions
# say so too, and the default rows stay.
measure() { # VERB ARGUMENT...
	local status=0
	"$bench" "$@" --platform "$out/platform.tsv" || status=$?
	[ "$status" = 0 ] || [ "$status" = 2 ] || exit "$status"
}

sweep() {
	local resume=()
	# decisions are made of complete measurements only
	! finished decisions.tsv "$out/measurements.tsv" || return 0
	[ ! -e "$out/measurements.tsv" ] || resume=(--resume)
	measure sweep --out "$out/measurements.tsv" "${resume[@]}" \
		"${plan[@]}" "${targets[@]}"
}

emit() {
	renew "$out/pmem_tuned.h" "$tune" emit "$out/decisions.tsv"
	"$tune" check "$out/pmem_tuned.h" "$out/measurements.tsv" \
		"${weights[@]}"
	echo "   $out/pmem_tuned.h"
}

# What does not depend on the rows (packaging, guests, other programs) is left
# to scripts/test.sh.
test_tuned() {
	local log=$root/build/tuned-tests.log
	ctest --test-dir build/tuned/libpmem -j "$(nproc)" \
		-LE '^(slow|package|consumer|vm)$' --no-tests=error \
		--output-on-failure >"$log" ||
		die "the tuned library fails its tests: see $log"
	sed -n 's/.*% tests passed/   &/p' "$log"
}

compare() {
	local libs=(--stock "$stock" --tuned "$tuned" "${peers[@]}")
	finished compare.tsv "$stock" "$tuned" ||
		measure compare "${libs[@]}" \
			--lib libc="$root/build/stock/bench/libpmem_libc.so" \
			--out "$out/compare.tsv" --goals "$out/goals.tsv" \
			"${plan[@]}" "${targets[@]}"
	# under full load, a few sizes
	finished compare_threads.tsv "$stock" "$tuned" ||
		measure compare "${libs[@]}" --out "$out/compare_threads.tsv" \
			--threads all --seconds 20 --only 64,1024,16384,1048576 \
			"${plan[@]}" "${targets[@]}"
	finished threads.tsv ||
		measure threads "${targets[@]:0:2}" --out "$out/threads.tsv"
}

summary() {
	heading "Summary"
	"$tune" report --summary "$out"
	cat <<-EOT

	Report    $out/report.html
	Header    $out/pmem_tuned.h
	Library   $tuned
	Link      cc app.c -I$root/libpmem/include -L${tuned%/*} -lpmem -Wl,-rpath,${tuned%/*}
	EOT
}

# What the program does that a run is tuned to stays with its results.
keep_weights() {
	[ ${#weights[@]} -eq 0 ] ||
		cmp -s "${weights[1]}" "$out/weights.tsv" ||
		cp "${weights[1]}" "$out/weights.tsv"
}

stopped() {
	echo >&2
	echo "$program: stopped${out:+: continue with: $0 --out $out}" >&2
	exit 130
}

options "$@"
cd "$root"
[ -z "$out" ] || settle_options
mkdir -p build
exec 9>build/tune.lock
flock -n 9 || die "another run measures: build/tune.lock"
trap stopped INT TERM

next "Packages"
scripts/setup.sh tune
next "Build the library as it comes"
build stock -- pmem pmem_profile pmem_libc pmem-bench pmem-tune
next "Look at the machine"
probe
next "Measure"
sweep
next "Decide"
keep_weights
renew "$out/decisions.tsv" "$tune" decide "$out/measurements.tsv" "${weights[@]}"
next "Write the header, and check it against the measurements"
emit
[ "$steps" -gt "$step" ] || {
	stage_end
	exit 0
}
next "Build the library with it"
build tuned -DPMEM_TUNED_HEADER="$out/pmem_tuned.h"
next "Test that library"
test_tuned
next "Compare"
compare
next "Report"
"$tune" report "$out"
stage_end
"$tune" report --goals "$out"
summary
