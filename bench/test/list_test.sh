#!/bin/bash
# list_test.sh PMEM_BENCH LIBPMEM_SO TOPOLOGIES: list tells the truth about this
# CPU and about files, and refuses what it cannot read in one line
set -u
bench=$1 library=$2 topologies=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "list_test: $*" >&2
	exit 1
}

# refused WANTED ARGUMENT...: exit 1, nothing on stdout, one line on stderr
refused() {
	local wanted=$1 status=0
	shift
	"$bench" "$@" >"$work/out" 2>"$work/err" || status=$?
	[ $status = 1 ] || fail "$*: exit $status"
	[ ! -s "$work/out" ] || fail "$*: printed on stdout"
	[ "$(wc -l <"$work/err")" = 1 ] || fail "$*: $(cat "$work/err")"
	grep -qF -- "$wanted" "$work/err" || fail "$*: $(cat "$work/err")"
}

"$bench" list >"$work/list" || fail "list fails"
# HERE must agree with the kernel's own view of the CPU.
flags=" $(sed -n 's/^flags.*: //p;T;q' /proc/cpuinfo) "
for feature in avx avx512f movdir64b clwb clflushopt clflush; do
	here=no
	[[ $flags == *" $feature "* ]] && here=yes
	case $feature in
	avx*) row=$feature/cached/none ;;
	movdir64b) row=movdir64b/stream/none ;;
	*) row=generic/cached/$feature ;;
	esac
	grep -Eq "^$row .* $here  " "$work/list" || fail "$row is not '$here'"
done
grep -Eq '^generic/cached/none .*yes +- +- +durable' "$work/list" ||
	fail "cached/none must be durable under eadr alone"
grep -Eq '^generic/stream/none .*yes +- +durable +durable' "$work/list" ||
	fail "stream/none must not be durable under adr"
[ "$(grep -c '^[a-z0-9_]*/[a-z]*/[a-z]* ' "$work/list")" = 46 ] ||
	fail "not every copy kernel is listed"
# Columns are apart, whatever a kernel is called or needs.
! grep -E '^[a-z0-9_]+/' "$work/list" | grep -vE ' (yes|no)  ' ||
	fail "columns run into each other"
grep -q '^rows	default	' "$work/list" || fail "no rows chosen"

grep -Eq '^NODE +MEMORY +CPUS +BYTES$' "$work/list" || fail "no nodes"
"$bench" list --topology "$topologies/hbm-and-dram.xml" >"$work/list" ||
	fail "list --topology fails"
grep -Eq '^3 +hbm +0 +32000000000$' "$work/list" || fail "node 3 is not HBM"
refused 'hwloc refuses it: /etc/passwd' list --topology /etc/passwd

# The file is asked, not this program.
"$bench" list --lib "$library" >"$work/lib" || fail "list --lib fails"
grep -qF "library	$(realpath "$library")" "$work/lib" || fail "no path"
grep -q '^row	cpu node any, memory node any	flush ' "$work/lib" ||
	fail "no row: $(cat "$work/lib")"
PMEM_NO_FLUSH=1 "$bench" list --lib "$library" | grep -q '^domain	eadr	' ||
	fail "the environment does not reach the library"

refused 'not an ELF file: /etc/passwd' list --lib /etc/passwd
refused 'No such file or directory: /nowhere' list --lib /nowhere
refused 'Is a directory' list --lib /
refused 'cannot open library' list --lib "$bench"
refused 'unknown option: --frob' list --frob
refused 'option without its value: --lib' list --lib
refused 'unexpected argument: x' list x
refused 'unknown verb: frob' frob
refused 'unknown option: --frob' --frob
: >"$work/empty"
refused 'not an ELF file' list --lib "$work/empty"
head -c 5000 "$library" >"$work/cut.so"
refused 'cut short' list --lib "$work/cut.so"
libc=$(ldd "$bench" | sed -n 's/.*libc.so.6 => \([^ ]*\).*/\1/p')
refused 'not a libpmem' list --lib "$libc"
"$bench" list --help | grep -q -- --lib || fail "no help"
"$bench" --help | grep -q '^  list' || fail "the verb is not in the help"
status=0
"$bench" list >/dev/full 2>"$work/err" || status=$?
[ $status = 1 ] || fail "a full disk goes unnoticed"
