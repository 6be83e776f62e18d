#!/usr/bin/env bash
# Runs a program that was built for the distribution's libpmem on ours and on the
# distribution's, and compares what it printed. The dynamic linker's own log
# proves which library each run had.
#
# usage: consumer_test.sh CONSUMER OUR_LIBRARY_DIR PROGRAM_DIR
#
# There is no persistent memory here: files lie in /dev/shm and PMEM_IS_PMEM_FORCE
# makes the programs treat them as such.
set -euo pipefail

consumer=$1
ours=$(realpath "$2")
programs=$3
theirs=/usr/lib/x86_64-linux-gnu
work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT
export PMEM_IS_PMEM_FORCE=1

fail() {
	echo "consumer_test $consumer: $*" >&2
	exit 1
}

skip() {
	echo "consumer_test $consumer: skipped: $*"
	exit 77
}

need() { # PROGRAM
	command -v "$1" >/dev/null || skip "$1 is not installed"
}

# Runs a command with the library of $library_dir, and fails unless the linker
# initialised libpmem.so.1 from there; its exit status.
on_library() {
	local log=$dir/linker status=0
	LD_LIBRARY_PATH=$library_dir LD_DEBUG=libs LD_DEBUG_OUTPUT=$log \
		timeout 60 "$@" || status=$?
	grep -qh "calling init: $library_dir/libpmem.so.1$" "$log".* ||
		fail "$1 did not load $library_dir/libpmem.so.1"
	rm -f "$log".*
	return "$status"
}

with_library() { # COMMAND...: must succeed; what it prints is compared
	on_library "$@" >>"$dir/output" || fail "$1 exited with $? on $library_dir"
}

answer() { # COMMAND...: may be refused; then the refusal is compared
	local status=0
	on_library "$@" >>"$dir/output" 2>&1 || status=$?
	echo "status $status" >>"$dir/output"
}

fio_job() { # OPTION...
	with_library fio --name=verify --ioengine=libpmem --iomem=mmap \
		--direct=1 --thread --filename="$dir/file" --size=8M --bs=4k \
		--verify_fatal=1 --aux-path="$dir" --output="$dir/fio.txt" \
		--output-format=terse "$@"
	# Field 5: errors; nothing that is timed.
	awk -F';' '{ print "error", $5 }' "$dir/fio.txt" >>"$dir/output"
}

run_fio() {
	need fio
	[[ $(fio --enghelp) == *libpmem* ]] ||
		skip "this fio has no libpmem engine"
	for rw in write randwrite; do
		for sync in 0 1; do
			fio_job --rw=$rw --sync=$sync --verify=crc32c
			# libpmem's engine fills a file that it is to read.
			fio_job --rw=read --ioengine=psync --verify=crc32c
		done
		# Content that does not depend on the time.
		fio_job --rw=$rw --verify=pattern --verify_pattern='%o"abc"-21'
		sha256sum <"$dir/file" >>"$dir/output"
		rm "$dir/file"
	done
}

run_pool_program() { # obj, blk or log
	local program=$programs/consumer_$consumer
	[ -x "$program" ] || skip "libpmem$consumer-dev is not installed"
	with_library "$program" "$dir/pool" create
	with_library "$program" "$dir/pool" verify
	mv "$dir/pool" "$work/${library_dir//\//_}"
}

# A pool that was made on the other library.
read_other() {
	local program=$programs/consumer_$consumer pool
	dir=$work
	for library_dir in "$ours" "$theirs"; do
		for pool in "$work/${ours//\//_}" "$work/${theirs//\//_}"; do
			with_library "$program" "$pool" verify
		done
	done
}

run_obj() { run_pool_program; }
run_blk() { run_pool_program; }
run_log() { run_pool_program; }

run_pmempool() {
	need pmempool
	with_library pmempool create obj --layout=x --size=16M "$dir/obj"
	with_library pmempool create blk --size=17M 512 "$dir/blk"
	with_library pmempool create log --size=16M "$dir/log"
	for kind in obj blk log; do
		with_library pmempool check -v "$dir/$kind"
	done
	with_library pmempool dump "$dir/log"
	with_library pmempool dump --range 0-9 "$dir/blk"
	# The tool that converts old layouts is a package of its own.
	answer pmempool convert "$dir/obj"
	answer pmempool check -v "$dir/in"
	printf 'PMEMPOOLSET\n8M %s\n8M %s\n' "$dir/p0" "$dir/p1" >"$dir/set"
	with_library pmempool create obj --layout=y "$dir/set"
	with_library pmempool check -v "$dir/set"
	with_library pmempool rm "$dir/set"
}

run_daxio() {
	need daxio
	head -c 1M /dev/urandom >"$dir/in"
	# One side must be device DAX, which is not here: the refusal is
	# compared; the copy itself runs in the guest (scripts/vm.sh).
	answer daxio -i "$dir/in" -o "$dir/out"
	with_library daxio --version
}

# A paused machine with a 64 MiB NVDIMM in $1; other arguments are options.
# Reads monitor commands from standard input.
machine() {
	local file=$1
	shift
	with_library qemu-system-x86_64 -S -accel tcg -display none \
		-nodefaults -machine q35,nvdimm=on \
		-m 128M,slots=2,maxmem=1G -device nvdimm,id=n,memdev=m \
		-object "memory-backend-file,id=m,share=on,pmem=on,size=64M,mem-path=$file" \
		-monitor stdio "$@" 2>>"$dir/warnings"
}

# QEMU moves a machine with its NVDIMM. It calls libpmem for what a guest writes
# to an NVDIMM's labels alone: that is seen in a real guest (programs_test.sh).
run_qemu() {
	local tries=0
	need qemu-system-x86_64
	[[ $(ldd "$(command -v qemu-system-x86_64)") == *libpmem* ]] ||
		skip "this QEMU is built without libpmem"
	head -c 64M /dev/urandom >"$dir/from"
	truncate -s 64M "$dir/to"
	printf 'migrate "exec:cat >%s"\nquit\n' "$dir/state" |
		machine "$dir/from"
	{
		# The monitor answers when the machine has arrived, not before.
		echo "info status"
		until cmp -s "$dir/from" "$dir/to"; do
			sleep 0.2
			((++tries < 300)) || break
		done
		echo quit
	} | machine "$dir/to" -incoming "exec:cat $dir/state"
	cmp "$dir/from" "$dir/to" || fail "the NVDIMM did not arrive"
	echo "64 MiB arrived" >"$dir/output"
}

declare -A output
for library_dir in "$ours" "$theirs"; do
	[ -e "$library_dir/libpmem.so.1" ] ||
		skip "no $library_dir/libpmem.so.1"
	dir=$work/run
	mkdir "$dir"
	"run_$consumer"
	# What differs by nature: creation times, identifiers, addresses.
	output[$library_dir]=$(sed -E 's/0x[0-9a-f]+/ADDRESS/g
		s/[0-9a-f]{8}-[0-9a-f-]{27}/UUID/g
		s/[^ ]*[0-9]+:[0-9]+:[0-9]+.*/TIME/' "$dir/output")
	rm -r "$dir"
done
[ "${output[$ours]}" = "${output[$theirs]}" ] || {
	diff <(echo "${output[$ours]}") <(echo "${output[$theirs]}") || true
	fail "output differs (<: ours, >: the distribution's)"
}
[ ! -e "$work/${ours//\//_}" ] || read_other
echo "consumer_test $consumer: the same on both libraries:"
tail -n 3 <<<"${output[$ours]}"
