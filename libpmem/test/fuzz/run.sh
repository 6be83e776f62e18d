#!/usr/bin/env bash
# Runs one fuzz target from its seeds, for a while.
#
# usage: run.sh TARGET SEEDS
#
# PMEM_FUZZ_SECONDS says how long (10).
set -eu
command -v "$1" >/dev/null || { echo "skipped: needs clang"; exit 77; }
target=$(realpath "$1") seeds=$(realpath "$2")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir -p corpus devices/region0
"$target" -max_total_time="${PMEM_FUZZ_SECONDS:-10}" -max_len=4096 \
	-timeout=2 -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 corpus "$seeds" ||
	{ head -c 4096 crash-* oom-* timeout-* 2>/dev/null | xxd; exit 1; }
