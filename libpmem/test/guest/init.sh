#!/usr/bin/bash
# The guest's first process: makes namespaces and file systems on the NVDIMMs,
# runs the checks that the kernel command line asks for (guest=RUN, as vm.sh names
# it) and says on the console how each ended. scripts/vm.sh starts it.
set -uo pipefail
export PATH=/usr/sbin:/usr/bin

build=$(</etc/build)
tests=$build/libpmem/test
guest=$tests/guest
dax_file=/mnt/dax

say() { # for vm.sh to read
	echo "guest: $*"
}

check() { # NAME COMMAND...: said to be ok, skipped or failed, with its output
	local name=$1 status=0
	shift
	"$@" >/tmp/output 2>&1 </dev/null || status=$?
	case $status in
	0) say "ok $name" ;;
	77) say "skipped $name: $(tail -n1 /tmp/output)" ;;
	*)
		say "failed $name (status $status)"
		tail -n30 /tmp/output | sed 's/^/guest:     /'
		;;
	esac
}

mount_basics() {
	busybox mount -t proc none /proc
	busybox --install -s /usr/bin
	mount -t sysfs none /sys
	mount -t devtmpfs none /dev
	ln -s /proc/self/fd /dev/fd
	mkdir -p /dev/shm "$dax_file"
	mount -t tmpfs none /dev/shm
}

modules_load() {
	local module
	while read -r module; do
		insmod "/modules/$module"
	done </modules/modules
}

wait_for() { # FILE
	local i
	for ((i = 0; i < 100; i++)); do
		[ ! -e "$1" ] || return 0
		sleep 0.1
	done
	echo "there is no $1"
	return 1
}

# Namespaces outlive a boot: made once.
namespaces() {
	wait_for /dev/pmem0 || return 1
	if ! ndctl list -N | grep -q fsdax; then
		ndctl create-namespace -f -e namespace0.0 -m fsdax --map=mem &&
			ndctl create-namespace -f -e namespace1.0 -m devdax \
				--map=mem
	fi || return 1
	wait_for /dev/dax1.0
}

block_node() {
	cat /sys/block/pmem0/device/numa_node
}

device_node() {
	cat /sys/bus/dax/devices/dax1.0/numa_node
}

# The longest time to the next commit of the journal keeps luck out: what no call
# made durable is not.
file_system() { # ext4|xfs: a fresh one, mounted
	local make=(-q -F -b 4096) mount=dax=always,commit=900
	[ "$1" = ext4 ] || make=(-q -f -m reflink=0) mount=dax=always
	"mkfs.$1" "${make[@]}" /dev/pmem0 &&
		mount -t "$1" -o "$mount" /dev/pmem0 "$dax_file" &&
		grep -q " $dax_file $1 .*dax=always" /proc/mounts
}

library_tests() { # PREFIX DIR: tests that map files, there
	local test
	for test in map_file_test sync_test ranges_test concurrency_test; do
		TMPDIR=$2 check "$1 $test" "$tests/$test"
	done
}

# Every kernel on memory of the file or device.
kernel_test() { # PREFIX PATH
	PMEM_TEST_MEMORY=$2 check "$1 kernels_test" "$tests/kernels_test" --quick
}

file_checks() { # ext4|xfs COMMAND...: which is run there first
	check "$1 mount" file_system "$1"
	"${@:2}"
	check "$1 mapping" "$guest/guest_mapping" file "$dax_file" "$(block_node)"
	library_tests "$1" "$dax_file"
	kernel_test "$1" "$dax_file/memory"
	rm -f "$dax_file/memory"
	umount "$dax_file"
}

device_checks() {
	check "device mapping" "$guest/guest_mapping" device /dev/dax1.0 \
		"$(device_node)"
	kernel_test device /dev/dax1.0
	check "device deep flush" deep_flush
}

# A file stands in for the region's deep_flush, so that what is written to it can
# be seen: 1 where it names a number that is not 0 (a flush is needed), else
# nothing. What cannot be read makes no promise.
deep_flush() {
	deep_flush_with 0 0 0 && deep_flush_with 2 0 1 &&
		deep_flush_with words -1 words
}

deep_flush_with() { # BEFORE RESULT AFTER: of the file, and of the call
	local attribute status=0
	attribute=$(realpath /sys/bus/nd/devices/region1/deep_flush) || return 1
	echo "$1" >/tmp/deep_flush
	mount --bind /tmp/deep_flush "$attribute" || return 1
	"$guest/guest_mapping" deep /dev/dax1.0 "$2" || status=$?
	umount "$attribute"
	[ "$status" = 0 ] && [ "$(</tmp/deep_flush)" = "$3" ]
}

# What the library chose: lines of list, tab-separated.
chose() { # REGEX [ENV=VALUE]...
	local wanted=$1
	shift
	env "$@" "$build/bench/pmem-bench" list | tee /dev/stderr |
		grep -qE "$wanted"
}

policy_checks_adr() {
	check "no auto flush" "$guest/guest_mapping" auto_flush 0
	check "domain adr" chose '^domain.adr.'
	check "flush clwb, cached and streamed" chose \
		'^row.*flush clwb.move avx/cached/clwb.*avx/stream/clwb'
	check "PMEM_NO_FLUSH=1" chose '^domain.eadr.' PMEM_NO_FLUSH=1
	check "PMEM_MOVNT_DURABLE=1" chose '^row.*avx/stream/none' \
		PMEM_MOVNT_DURABLE=1
}

policy_checks_eadr() {
	check "auto flush" "$guest/guest_mapping" auto_flush 1
	check "domain eadr" chose '^domain.eadr.sysfs'
	check "no flush" chose '^row.*flush none.move avx/cached/none'
	check "PMEM_NO_FLUSH=0" chose '^row.*flush clwb.move avx/cached/clwb' \
		PMEM_NO_FLUSH=0
}

# Which row a copy took, of a library whose rows differ between nodes. The trace
# says it: "dest ADDRESS len BYTES flags 0: KERNEL".
traced() { # ADDRESS BYTES KERNEL
	grep -qE " $1 len $2( flags 0)?: $3\$" /tmp/trace || {
		echo "no $3 for $2 bytes to $1"
		cat /tmp/trace
		return 1
	}
}

# As two_nodes.h has it.
row_is_of() { # ADDRESS NODE
	local small middle flush
	case $2 in
	0) small=avx/cached/clwb middle=avx/stream/clwb flush=clwb ;;
	1) small=avx/cached/clflushopt middle=$small flush=clflushopt ;;
	*) return 1 ;;
	esac
	traced "$1" 64 "$small" && traced "$1" 1024 "$middle" &&
		traced "$1" 8192 avx/stream/clwb && traced "$1" 64 "$flush" &&
		grep -q "mapped at $1 kind [12] node $2\$" /tmp/trace
}

rows_of_nodes() {
	local file=$dax_file/a device=/dev/dax1.0
	truncate -s 64M "$file" || return 1
	LD_LIBRARY_PATH=$guest/two_nodes PMEM_LOG_LEVEL=4 \
		PMEM_LOG_FILE=/tmp/trace \
		"$guest/guest_nodes" "$file" "$device" >/tmp/mapped || return 1
	row_is_of "$(sed -n "s|^$file ||p" /tmp/mapped)" "$(block_node)" &&
		row_is_of "$(sed -n "s|^$device ||p" /tmp/mapped)" \
			"$(device_node)" || return 1
	[ "$(block_node)" != "$(device_node)" ]
}

# A loop like a tuning run's on both targets, as short as it can be. These come
# first: targets that hold data are refused.
bench_checks() {
	local bench=$build/bench/pmem-bench
	check "bench targets" "$build/bench/test/buffer_test" "$dax_file" \
		/dev/dax1.0
	check "probe" "$bench" probe --quick --out /tmp/platform.tsv
	check "sweep" "$bench" sweep --quick --seconds 2 --patience 0 \
		--only move,4096,cold,each --platform /tmp/platform.tsv \
		--target "$dax_file" --target /dev/dax1.0 \
		--out /tmp/measurements.tsv
	check "sweep measured both nodes, not emulated" sweep_is_complete
}

sweep_is_complete() {
	cat /tmp/measurements.tsv
	grep -qE '^# target_emulated.(0|no)' /tmp/measurements.tsv || return 1
	awk -F'\t' '$1 == "move" { nodes[$9]++ }
		END { exit !(nodes[0] && nodes[1]) }' /tmp/measurements.tsv
}

# Programs of the distribution on our library: it must be the one that they
# load, and what they write on it they must read on the distribution's, and the
# other way round.
ours=$build/libpmem
theirs=/usr/lib/x86_64-linux-gnu

with_library() { # DIR COMMAND...
	local log=/tmp/linker
	rm -f "$log".*
	LD_LIBRARY_PATH=$1 LD_DEBUG=libs LD_DEBUG_OUTPUT=$log "${@:2}" ||
		return 1
	grep -qh "calling init: $1/libpmem.so.1$" "$log".* || {
		echo "$2 did not load $1/libpmem.so.1"
		return 1
	}
}

both_ways() { # FUNCTION [ARGUMENT]...: is told which to write on, which to read on
	command -v "$consumer" >/dev/null || {
		echo "$consumer is not installed"
		return 77
	}
	"$1" "$ours" "$theirs" "${@:2}" && "$1" "$theirs" "$ours" "${@:2}"
}

# Engines: libpmem's fills a file that it is to read, and a device is not read by
# read(2).
fio_verifies() { # LIBRARY LIBRARY WRITING_ENGINE READING_ENGINE FILE DIRECT
	local job=(fio --name=verify --filename="$5" --direct="$6" --thread
		--size=2M --bs=4k --iomem=mmap --verify=crc32c --verify_fatal=1
		--aux-path=/tmp)
	with_library "$1" "${job[@]}" --ioengine="$3" --rw=randwrite &&
		with_library "$2" "${job[@]}" --ioengine="$4" --rw=read
}

daxio_copies() { # LIBRARY LIBRARY DEVICE
	head -c 5242880 /dev/urandom >/tmp/in
	with_library "$1" daxio -i /tmp/in -o "$3" &&
		with_library "$2" daxio -i "$3" -o /tmp/out -l 5M &&
		cmp /tmp/in /tmp/out &&
		with_library "$1" daxio -z -o "$3" -l 3M &&
		with_library "$2" daxio -i "$3" -o /tmp/out -l 5M &&
		head -c 3145728 /dev/zero >/tmp/zeros &&
		cmp -n 3145728 /tmp/zeros /tmp/out &&
		cmp <(tail -c +3145729 /tmp/in) <(tail -c +3145729 /tmp/out)
}

pool_lasts() { # LIBRARY LIBRARY POOL
	rm -f "$3"
	with_library "$1" "$consumer" "$3" create &&
		with_library "$2" "$consumer" "$3" verify
}

run_consumers() {
	local name consumer=fio
	check "ext4 mount" file_system ext4
	check "fio libpmem" both_ways fio_verifies libpmem psync \
		"$dax_file/fio" 1
	check "fio dev-dax" both_ways fio_verifies dev-dax dev-dax \
		/dev/dax1.0 0
	for name in obj blk log; do
		consumer=$tests/consumers/consumer_$name
		check "libpmem$name" both_ways pool_lasts "$dax_file/$name"
	done
	consumer=daxio
	check "daxio" both_ways daxio_copies /dev/dax1.0
}

run_adr() {
	check "other file system" "$guest/guest_mapping" other /dev/shm
	policy_checks_adr
	file_checks xfs bench_checks
	file_checks ext4 check "each node its own row" rows_of_nodes
	device_checks
}

run_eadr() {
	policy_checks_eadr
	check "ext4 mount" file_system ext4
	check "ext4 mapping" "$guest/guest_mapping" file "$dax_file" \
		"$(block_node)"
	kernel_test ext4 "$dax_file/memory"
	check "device mapping" "$guest/guest_mapping" device /dev/dax1.0 \
		"$(device_node)"
}

# Says where on the NVDIMM of its node a device's data begin, for the check from
# outside.
place() { # NAME NODE NAMESPACE_RESOURCE REGION_RESOURCE
	say "place $1 $2 $(($(cat "$3") - $(cat "$4")))"
}

run_kill() { # ROUND [careless]
	file_system ext4 || say "failed file system"
	place file "$(block_node)" /sys/block/pmem0/device/resource \
		/sys/bus/nd/devices/region0/resource
	place device "$(device_node)" /sys/bus/dax/devices/dax1.0/resource \
		/sys/bus/nd/devices/region1/resource
	"$guest/guest_write" "$dax_file/records" /dev/dax1.0 "$@"
	say "failed not killed in time"
}

mount_basics
modules_load
check namespaces namespaces
read -r mode arguments < <(sed 's/.*guest=//; s/,/ /g' /proc/cmdline)
# shellcheck disable=SC2086 # arguments are words
case $mode in
adr | eadr | kill | consumers) "run_$mode" $arguments ;;
*) bash ;;
esac
say end
poweroff -f
