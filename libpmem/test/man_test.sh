#!/usr/bin/env bash
# Lints the manual pages. usage: man_test.sh MAN_DIR
set -euo pipefail

command -v mandoc >/dev/null || { echo "mandoc is not installed"; exit 77; }
# mandoc looks references up among the installed pages, which ours are not yet:
# references are checked below instead.
findings=$(mandoc -Tlint -W style "$1"/*.[37] 2>&1 |
	grep -vE 'outdated mandoc.db|referenced manual not found' || true)
[ -z "$findings" ] || { echo "$findings"; exit 1; }
# A name is a page here or one of the functions that a page describes.
while read -r name section; do
	[ "$section" = 2 ] || [ -e "$1/$name.$section" ] ||
		grep -qE "^\.Nm $name( ,)?$" "$1"/*."$section" ||
		[[ $name = @(memmove|memcpy|memset|strerror|posix_fallocate) ]] ||
		{ echo "$name($section) is referred to, but not there"; exit 1; }
done < <(sed -nE 's/^\.Xr ([^ ]+) ([0-9]).*/\1 \2/p' "$1"/*.[37] | sort -u)
echo "$(find "$1" -name '*.[37]' | wc -l) pages"
