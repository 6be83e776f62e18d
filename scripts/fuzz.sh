#!/usr/bin/env bash
# Fuzzes one parser from its seeds, for a while.
#
# usage: fuzz.sh SEEDS PROGRAM [ARGUMENT...]
#
# PMEM_FUZZ_SECONDS says how long (60). What fails is shown as bytes.
set -euo pipefail
command -v "$2" >/dev/null || { echo "skipped: no clang with libFuzzer"; exit 77; }
seeds=$(realpath "$1") program=$(realpath "$2")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir -p corpus devices/region0
"$program" "${@:3}" -max_total_time="${PMEM_FUZZ_SECONDS:-60}" \
	-max_len=4096 -timeout=2 -rss_limit_mb=1024 -print_final_stats=1 \
	-verbosity=0 corpus "$seeds" ||
	{
		head -c 4096 crash-* oom-* timeout-* 2>/dev/null |
		od -A d -t x1z
		exit 1
	}
