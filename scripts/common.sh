# Read by the other scripts: how they speak, and how they build.
# shellcheck shell=bash disable=SC2034 # the readers use these

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$(basename "$0")

die() { # WHAT WENT WRONG: one line, then the end
	echo "$program: $*" >&2
	exit 1
}

usage() { # the comment that opens the script is its manual
	sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
}

heading() { # TITLE
	printf '\n== %s\n' "$*"
}

# Configures and builds build/PRESET, all of it or these targets. Silent but for
# one line, unless it fails.
build() { # PRESET [CMAKE_OPTION]... [-- TARGET...]
	local preset=$1 log=$root/build/$1.log begin=$SECONDS options=()
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	[ $# -eq 0 ] || set -- --target "${@:2}"
	mkdir -p "$root/build"
	printf '   %-12s' "$preset"
	if ! { cmake --preset "$preset" "${options[@]}" &&
		cmake --build --preset "$preset" "$@"; } >"$log" 2>&1; then
		echo "failed"
		grep -E -m3 -A10 '[Ee]rror|FAILED' "$log" || tail -20 "$log"
		die "$preset does not build: see $log"
	fi
	echo "built in $((SECONDS - begin)) s"
}
