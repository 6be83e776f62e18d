#!/usr/bin/env bash
# Records what a program does with libpmem, and writes it as weights that
# scripts/tune.sh --weights decides by.
#
# usage: profile.sh [--out FILE] PROGRAM [ARGUMENT]...
#
#   --out FILE   where the weights go (default: weights.tsv)
#
# PROGRAM is any program that uses libpmem.so.1, unmodified; it runs with its own
# arguments, input and output. Its children are recorded too. What it did is
# kept also if it is killed. The exit status is the program's, or 1.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

out=weights.tsv
while [ $# -gt 0 ]; do
	case $1 in
	--out)
		[ $# -gt 1 ] || die "--out: needs a file name"
		out=$2
		shift 2
		;;
	-h | --help) usage && exit 0 ;;
	--)
		shift
		break
		;;
	-*) die "$1: unknown option: see --help" ;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || die "no program given: see --help"
command -v "$1" >/dev/null || die "$1: no such program"

bench=$root/build/stock/bench
for file in "$bench/pmem-bench" "$bench/libpmem_profile.so"; do
	[ -e "$file" ] || die "$file is not built: run scripts/tune.sh or
cmake --preset stock && cmake --build --preset stock"
done

records=$(mktemp -d)
trap 'rm -rf "$records"' EXIT
status=0
PMEM_PROFILE_DIR=$records \
	LD_PRELOAD=$bench/libpmem_profile.so${LD_PRELOAD:+:$LD_PRELOAD} \
	"$@" || status=$?
"$bench/pmem-bench" profile "$records" --out "$out"
exit "$status"
