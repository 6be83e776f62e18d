# Read by the other scripts: how they speak, and where things are.
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

heading() { # a step begins
	printf '\n== %s\n' "$*"
}
