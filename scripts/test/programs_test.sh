#!/usr/bin/env bash
# Records three real programs and checks what is known of them; their weights
# decide. Skipped where a program is missing, after the others were checked.
#
# usage: programs_test.sh BUILD PLANTED_FILE
set -euo pipefail

build=$1
planted=$2
scripts=$(realpath "$(dirname "$0")/..")
work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "programs_test: $*" >&2
	exit 1
}

programs() { # ARGUMENT...
	"$scripts/programs.sh" --build "$build" --out "$work/out" "$@"
}

rules() { # FILE: op drain size_bucket of its weights
	grep -vE '^(#|op)' "$1" | cut -f 1,3,4 | sort -u
}

fact() { # KEY FILE
	sed -n "s/^# $1\t//p" "$2"
}

status=0
programs record >"$work/record" 2>&1 || status=$?
[ "$status" = 0 ] || [ "$status" = 77 ] || fail "record: $(cat "$work/record")"

# Every write was 4 KiB, and drained.
if [ -e "$work/out/fio.tsv" ]; then
	[ "$(rules "$work/out/fio.tsv")" = $'move\teach\t4096' ] ||
		fail "fio did something else: $(cat "$work/out/fio.tsv")"
	[ "$(fact operations "$work/out/fio.tsv")" = 65536 ] ||
		fail "fio's operations: $(fact operations "$work/out/fio.tsv")"
fi

# What obj.c copies and clears once each, 4000 and 1000 bytes, and what it adds
# in its transactions.
if [ -e "$work/out/libpmemobj.tsv" ]; then
	[ "$(fact program "$work/out/libpmemobj.tsv")" = consumer_obj ] ||
		fail "another program: $(fact program "$work/out/libpmemobj.tsv")"
	for rule in $'move\teach\t2048' $'set\teach\t512' $'flush\tbatch\t8'; do
		rules "$work/out/libpmemobj.tsv" | grep -qxF "$rule" ||
			fail "libpmemobj: no $rule"
	done
fi

# Labels are 256 bytes, blocks of their index a multiple of that.
if [ -e "$work/out/qemu.tsv" ]; then
	! rules "$work/out/qemu.tsv" |
		grep -vqE $'^move\t(each|batch)\t(256|512)$' ||
		fail "QEMU did something else: $(cat "$work/out/qemu.tsv")"
	[[ $(fact program "$work/out/qemu.tsv") == qemu* ]] ||
		fail "another program: $(fact program "$work/out/qemu.tsv")"
fi

# Weights decide, the published ones too, and the table names them all.
cp "$scripts"/../results/programs/fleet-*.tsv "$work/out"
mkdir "$work/run"
"$planted" "$work/run/measurements.tsv"
programs worth "$work/run" >/dev/null
count=0
for file in "$work/out"/*.tsv; do
	name=$(basename "$file" .tsv)
	[ "$name" != worth ] || continue
	count=$((count + 1))
	for domain in adr adr_nt eadr; do
		awk -F '\t' -v name="$name" -v domain="$domain" '
			$1 == name && $4 == domain && $5 == "all" && \
				$8 ~ /^-?[0-9.]+$/ && $11 != "unmeasured" { n++ }
			END { exit !n }' "$work/out/worth.tsv" ||
			fail "no worth of $name in $domain"
		[[ $name == fleet-* ]] ||
			grep -q "^| $name | [0-9]* to [0-9]* | $domain |" \
				"$work/out/README.md" || fail "no line of $name, $domain"
	done
done
[ "$count" -ge 10 ] || fail "only $count weights"

if [ -e "$work/out/fio.tsv" ]; then
	fio=(fio --name=count --ioengine=libpmem --iomem=mmap --direct=1 --thread
		--filename="$work/file" --size=8M --bs=4k --rw=write)
	export PMEM_IS_PMEM_FORCE=1 LD_LIBRARY_PATH=$build/libpmem

	# What fio says that it wrote is what was counted, on our library.
	LD_DEBUG=libs LD_DEBUG_OUTPUT=$work/linker "$scripts/profile.sh" \
		--build "$build" --out "$work/fio.tsv" "${fio[@]}" >"$work/fio"
	said=$(sed -nE 's/.*issued rwts: total=0,([0-9]+),.*/\1/p' "$work/fio")
	[ "$said" = "$(fact operations "$work/fio.tsv")" ] ||
		fail "fio wrote $said: $(fact operations "$work/fio.tsv") counted"
	for library in libpmem/libpmem.so.1 bench/libpmem_profile.so; do
		grep -qh "calling init: $build/$library$" "$work"/linker.* ||
			fail "fio did not load $build/$library"
	done

	text=$("$scripts/profile.sh" --build "$build" --overhead 6 "${fio[@]}")
	number='-?[0-9]+\.[0-9]'
	[[ $text =~ ^recording\ costs\ $number\ %\ \($number\ to\ $number\ %,\ 6\ pairs\)$ ]] ||
		fail "overhead: $text"
	! text=$("$scripts/profile.sh" --build "$build" --overhead 5 \
		"${fio[@]}") || fail "an interval of 5 pairs"
fi
! programs worth "$work" 2>"$work/error" || fail "worth of nothing"
grep -q "no measurements" "$work/error" || fail "said $(cat "$work/error")"

echo "counts: $count weights decided"
[ "$status" = 0 ] || grep '^skipped' "$work/record"
exit "$status"
