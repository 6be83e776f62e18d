#!/bin/bash
# probe_test.sh PMEM_BENCH TOPOLOGIES: probe writes every fact it promises, in
# its form, and refuses bad arguments before it measures. No time is judged.
set -u
bench=$1 topologies=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "probe_test: $*" >&2
	exit 1
}

# refused WANTED ARGUMENT...: exit 1, nothing on stdout, one line on stderr,
# nothing written
refused() {
	local wanted=$1 status=0
	shift
	"$bench" probe "$@" >"$work/out" 2>"$work/err" || status=$?
	[ $status = 1 ] || fail "$*: exit $status"
	[ ! -s "$work/out" ] || fail "$*: printed on stdout"
	[ "$(wc -l <"$work/err")" = 1 ] || fail "$*: $(cat "$work/err")"
	grep -qF -- "$wanted" "$work/err" || fail "$*: $(cat "$work/err")"
	[ -z "$(ls "$work/new" 2>/dev/null)" ] || fail "$*: wrote a file"
}

# value KEY: the fact's value in $facts
value() {
	sed -n "s/^$1	//p" "$facts"
}

# holds KEY REGEX: exactly one fact of that key, and its whole value matches
holds() {
	[ "$(grep -c "^$1	" "$facts")" = 1 ] || fail "not once: $1"
	value "$1" | grep -Eqx -- "$2" || fail "$1 is '$(value "$1")'"
}

mkdir "$work/new"
refused 'unknown option: --fast' --fast
refused 'unexpected argument: extra' extra
refused 'option without its value: --out' --out
refused 'not a node number: one' --node one
refused 'not a node number: -1' --node -1
refused 'not a node number: 4294967296' --node 4294967296
refused 'node 4711 does not exist' --node 4711 --out "$work/new/p.tsv"
refused 'not a seed: 1x' --seed 1x
refused "No such file or directory: $work/none/p.tsv" --out "$work/none/p.tsv"
refused "Is a directory: $work" --out "$work"

# measured FACTS STDOUT OPTION...: probe --quick writes FACTS, and again where
# it refused a node: the machine may have been too busy. $refused_nodes says if
# it still does.
measured() {
	local facts=$1 out=$2
	shift 2
	for _ in 1 2 3; do
		"$bench" probe --quick "$@" >"$out" 2>"$work/err" ||
			fail "--quick $*: $(cat "$work/err")"
		grep '^refusal_node' "$facts" >"$work/refusal" || return 0
	done
	refused_nodes=$(cat "$work/refusal")
}

keys() { # FACTS
	sed 's/	.*//' "$1"
}

refused_nodes=
facts=$work/platform.tsv
measured "$facts" "$work/summary" --seed 7 --out "$facts"
grep -q '^streaming stores: ' "$work/summary" || fail "no summary"
[ "$(wc -l <"$work/summary")" -le 60 ] || fail "the summary is long"
grep -Evq '^[a-z0-9_]+	.+$' "$facts" && fail "$(grep -Ev '^[a-z0-9_]+	' "$facts")"

number='[0-9]+(\.[0-9]+)?' share='[01]\.[0-9]{4}'
counted="[0-9]+ [0-9]+ $share $share"
holds schema 1
holds probe_seed 7
holds probe_seconds 1
for key in platform_id cpu_vendor cpu_family kernel compiler git_revision \
	nodes l1d_bytes papi persistence_domain domain; do
	holds $key '.+'
done
holds timer 'tsc|clock_monotonic_raw|unknown: .+'
holds movnt_verdict 'retained|not_promised|unknown'
for flush in clwb clflushopt clflush; do
	holds flush_verdict_$flush 'retains|evicts|mixed|absent|unknown'
done

# A node that could be measured has its numbers, for what the CPU can do.
if [ -z "$refused_nodes" ]; then
	node=$(sed -n 's/^residency_rounds_node\([0-9]*\)	.*/\1/p;T;q' "$facts")
	holds "residency_rounds_node$node" '[0-9]{2,}'
	holds "residency_miss_as_hit_node$node" "$counted $number"
	for state in clean dirty; do
		holds "movnt_retained_8_${state}_l1_node$node" "$counted"
		holds "movnt_retained_16_${state}_l2_1024_base_node$node" \
			"$counted $number"
		holds "movnt_retained_8_${state}_l1_64_wait_node$node" \
			"$counted $number"
		holds "movnt_flush_8_${state}_l1_versus_dirty_node$node" \
			"(faster|equal|slower|unclear) $number $number $number [0-9]+"
	done
	holds "flush_reaccess_clflush_node$node" \
		"(faster|equal|slower|unclear) $number $number $number [0-9]+"
	case " $(value cpu_features) " in
	*" clwb "*) holds "flush_ns_clwb_node$node" "$number $number $number" ;;
	*) holds flush_verdict_clwb absent ;;
	esac
fi

# Into a pipe go the facts themselves.
measured "$work/piped" "$work/piped"
[ -n "$refused_nodes" ] || [ "$(keys "$work/piped")" = "$(keys "$facts")" ] ||
	fail "other keys on standard output than in the file"

# A machine that is only described cannot be measured: facts, and the reason.
facts=$work/described.tsv
PMEM_BENCH_TOPOLOGY=$topologies/dual-socket.xml "$bench" probe --quick \
	--out "$facts" >"$work/summary" 2>"$work/err" ||
	fail "described machine: $(cat "$work/err")"
holds nodes 2
holds movnt_verdict unknown
holds refusal_node1 '.+'
grep -q 'node 1: not measured: ' "$work/summary" || fail "no reason"

[ -z "$refused_nodes" ] || {
	echo "skipped: what is measured: $refused_nodes"
	exit 77
}
