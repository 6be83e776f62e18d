#!/usr/bin/env bash
# A fleet of three Slurm nodes on this machine: one is killed in the middle of
# its run and goes on after its restart, one cannot build, one finishes. Nodes
# that measure at once on one machine may disturb each other so much that one
# refuses, as it should; it is then named, and started again.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=slurm.sh
. "$(dirname "$0")/slurm.sh"

skip() {
	echo "skipped: $*"
	exit 77
}

[ "$(id -u)" = 0 ] || skip "slurmd needs root"
for tool in munged slurmctld slurmd sbatch git; do
	PATH=$PATH:/usr/sbin command -v $tool >/dev/null || skip "no $tool"
done
PATH=$PATH:/usr/sbin

source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d /tmp/fleet_test.XXXXXX)
fleet=$work/fleet
repository=$work/repository
started=

finish() {
	local status=$?
	trap '' INT TERM
	[ -z "$started" ] || kill "$started" 2>/dev/null || true
	slurm_down "$work" || status=1
	[ "$status" = 0 ] || tail -n 20 "$work"/start* "$work"/*.log \
		"$fleet"/*/{log,state} 2>/dev/null || true
	rm -rf "$work"
	exit "$status"
}
trap finish EXIT
trap 'exit 1' INT TERM

fail() {
	echo "fleet_test: $*" >&2
	exit 1
}

await() { # SECONDS WHAT COMMAND...
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || fail "no $what"
		sleep 0.2
	done
}

says() { # FILE TEXT
	grep -qF -- "$2" "$1" || fail "$(basename "$1") lacks: $2"
}

rows() { # NODE: how many measurements it has
	local file=$fleet/$1/run/measurements.tsv
	[ -e "$file" ] || echo 0
	[ ! -e "$file" ] || wc -l <"$file"
}

measures() { # NODE: well on its way?
	[ "$(rows "$1")" -gt 1000 ]
}

# Is what a node had measured the head of what it has, and was more measured?
# A run that went on may have been refused in the end.
went_on() { # NODE COPY: of its measurements; its last row may be torn
	local file=$fleet/$1/run/measurements.tsv
	[ -e "$file" ] || file=$fleet/$1/refused/measurements.tsv
	cmp -n "$(head -n -1 "$2" | wc -c)" "$2" "$file" &&
		[ "$(stat -c %s "$file")" -gt "$(stat -c %s "$2")" ]
}

start_fleet() { # LOG ARGUMENT...
	local log=$1
	shift
	"$repository/scripts/fleet.sh" --dir "$fleet" --results "$work/results" \
		--retries 1 --poll 1 "$@" >"$log" 2>&1
}

# What is tested is what stands here, committed or not.
mkdir -p "$repository"
git -C "$source" ls-files -z --cached --others --exclude-standard |
	(cd "$source" && xargs -0 ls -d 2>/dev/null) |
	tar -C "$source" -cT - | tar -C "$repository" -x
git -C "$repository" init --quiet
git -C "$repository" add --all
git -C "$repository" -c user.name=test -c user.email=test@localhost \
	commit --quiet --message=test

# n2 finds a broken cmake.
mkdir "$work/broken"
printf '#!/bin/sh\necho "CMake Error: broken here"\nexit 1\n' \
	>"$work/broken/cmake"
cat >"$work/prolog" <<EOT
#!/bin/sh
[ "\$SLURMD_NODENAME" != n2 ] || echo "export PATH=$work/broken:\$PATH"
EOT
chmod +x "$work/broken/cmake" "$work/prolog"
slurm_up "$work" n1 n2 n3 || fail "no cluster"

echo "-- faults before any node"
status=0
start_fleet "$work/start0" || status=$?
[ "$status" = 1 ] || fail "no platforms: exit $status"
says "$work/start0" "no platforms"
status=0
start_fleet "$work/start0" --nodes n1,n1 || status=$?
[ "$status" = 1 ] || fail "a node twice: exit $status"

# Few sizes, so that nodes that share one machine measure each often enough.
echo "-- first start: n3 dies while it measures, n2 cannot build"
start_fleet "$work/start1" --nodes 'n[1-3]' -- --header --seconds 8 \
	--patience 0 --only 64,1024,16384 &
started=$!
await 900 "measurements on n3" measures n3
slurm_kill "$work" n3
before=$(rows n3)
cp "$fleet/n3/run/measurements.tsv" "$work/before"
status=0
wait "$started" || status=$?
started=
[ "$status" = 1 ] || fail "first start: exit $status"
grep -Eq "^   n1: ($work/results/|refused: on n1: )" \
	"$work/start1" || fail "n1's fate is not told"
says "$work/start1" "n2: failed: on n2: tune.sh: stock does not build: see $fleet/n2/stock.log"
says "$fleet/n2/stock.log" "broken here"
grep -Eq '^   n3: (unavailable|lost): Slurm: ' "$work/start1" ||
	fail "n3's fate is not told"
says "$work/start1" " of 3 missing: continue with: "
finished=
if grep -q "^   n1: $work/results/" "$work/start1"; then
	says "$work/start1" "header of 1 platforms: $fleet/pmem_tuned.h"
	finished=$(stat -c %y "$fleet/n1/run/measurements.tsv")
fi

echo "-- second start: n3 goes on, n2 is repaired, n1 is left alone"
rm "$work/broken/cmake"
slurm_node "$work" n3
slurm_await n3 || fail "n3 does not come back"
for start in 2 3 4; do
	status=0
	start_fleet "$work/start$start" || status=$?
	[ "$start" != 2 ] || went_on n3 "$work/before" || fail "n3 began anew"
	[ "$status" != 0 ] || break
	grep '^   n[123]: [a-z]*: ' "$work/start$start" >"$work/missing"
	! grep -v ': refused: on' "$work/missing" || fail "more than refusals"
done
[ "$status" = 0 ] || skip "too noisy to measure: $(cat "$work/missing")"
for node in n1 n2 n3; do
	says "$work/start$start" "$node: $work/results/"
done
says "$work/start$start" "header of 1 platforms: $fleet/pmem_tuned.h"
grep -q PMEM_TUNED_ROWS "$fleet/pmem_tuned.h" || fail "no header"
[ -z "$finished" ] ||
	[ "$(stat -c %y "$fleet/n1/run/measurements.tsv")" = "$finished" ] ||
	fail "n1 measured again"
[ "$(find "$work/results" -name decisions.tsv | wc -l)" = 3 ] ||
	fail "the registry does not hold three runs"
echo "counts: 3 nodes, $before rows kept through a kill in $SECONDS s"
