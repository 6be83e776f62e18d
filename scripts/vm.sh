#!/usr/bin/env bash
# Runs checks in a guest with two NUMA nodes and an emulated NVDIMM on each: all
# that depends on the kernel's interfaces for persistent memory. The emulation
# says nothing of speed and has no cache to lose.
#
# usage: vm.sh [--build DIR] adr|eadr|consumers|kill [ROUNDS]
#
#   adr     every interface, with the memory controller as persistence domain
#   eadr    the policy that follows when caches are in it
#   consumers   programs of the distribution, on DAX, on our library
#   kill    durability: the guest is killed ROUNDS times (20) while it writes
#   --build DIR   programs to run (default: build/stock)
#
# Exit status: 0 all passed, 1 a check failed, 77 there can be no guest here.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

guest=$root/libpmem/test/guest
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/libpmem-vm
build=$root/build/stock
kernel=
work=
qemu=

# 512 MiB, and the label area that ndctl keeps its namespaces in.
nvdimm_bytes=$((512 * 1024 * 1024 + 128 * 1024))
modules=(nfit nd_pmem dax_pmem device_dax ext4 xfs)
programs=(bash ndctl daxctl mkfs.ext4 mkfs.xfs)
consumers=(fio daxio) # where they are installed

skip() { # REASON
	echo "skipped: $*"
	exit 77
}

have_tools() {
	local tool
	for tool in qemu-system-x86_64 busybox cpio depmod modprobe dpkg-deb strip \
		"${programs[@]}"; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

# The kernel of the distribution, unpacked but not installed, kept for the next
# run. Prints its folder, with vmlinuz and modules.
kernel_folder() {
	local package folder unpacked
	package=$(apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/.*Depends: //p')
	[ -n "$package" ] || # no package lists: what an earlier run kept
		package=$(basename "$(find "$cache" -name 'linux-image-*' | tail -n1)")
	folder=$cache/$package
	if [ ! -e "$folder/vmlinuz" ]; then
		unpacked=$(mktemp -d "$cache/unpack.XXXXXX")
		(cd "$unpacked" && apt-get download "$package" &&
			dpkg-deb -x "$package"_*.deb .) >/dev/null 2>&1 || {
			rm -rf "$unpacked"
			return 1
		}
		kernel_keep "$unpacked" "$folder"
		rm -rf "$unpacked"
	fi
	echo "$folder"
}

kernel_keep() { # UNPACKED FOLDER: of 400 MB, the modules that a guest loads
	local version module new=$1/new
	version=$(basename "$1"/lib/modules/*)
	depmod -b "$1" "$version"
	mkdir -p "$new"
	# in the order they must be loaded in
	for module in "${modules[@]}"; do
		modprobe -C /dev/null -d "$1" -S "$version" --show-depends \
			"$module" | sed -n 's/^insmod //p'
	done | awk '!seen[$1]++ { print $1 }' >"$1/paths"
	xargs cp -t "$new" <"$1/paths"
	xargs -n1 basename <"$1/paths" >"$new/modules"
	cp "$1"/boot/vmlinuz-* "$new/vmlinuz"
	mv -T "$new" "$2"
}

libraries() { # PROGRAM...: the libraries they load
	ldd "$@" 2>/dev/null | sed -nE 's/.*(=> |^\t)(\/[^ ]+) \(.*/\2/p' | sort -u
}

# The programs to run, and the builds of the library.
our_files() { # RUN
	local folders=("$build/libpmem" "$build/bench")
	case $1 in
	kill) folders=("$build/libpmem/test/guest") ;;
	consumers) folders=("$build/libpmem/test/consumers") ;;
	esac
	find "${folders[@]}" -type f -perm -1 ! -path '*/CMakeFiles/*' \
		\( -name '*_test' -o -name 'guest_*' -o -name pmem-bench \
		-o -name 'consumer_*' \)
	find "$build/libpmem" -name 'libpmem.so.1' ! -path '*/CMakeFiles/*'
}

# Files keep their places, so that programs find libpmem.so.1 by their run path.
image() { # RUN: makes $work/image
	local tree=$work/tree files=()
	mkdir -p "$tree"/{proc,sys,dev,tmp,mnt,run,etc,modules} \
		"$tree"/usr/{bin,sbin,lib,lib64}
	ln -s usr/{bin,sbin,lib,lib64} "$tree"
	cp "$kernel"/*.ko "$kernel/modules" "$tree/modules"
	cp "$guest/init.sh" "$tree/init"
	cp "$(command -v busybox)" "$tree/bin"
	echo "$build" >"$tree/etc/build"
	[ "$1" != consumers ] || files=("${consumers[@]}")
	mapfile -t files < <(command -v "${programs[@]}" "${files[@]}" || true
		our_files "$1")
	{ printf '%s\n' "${files[@]}" && libraries "${files[@]}"; } | sort -u |
		xargs cp -L --parents -t "$tree"
	find "$tree$build" -type f -exec strip -g {} +
	(cd "$tree" && find . | cpio --quiet -o -H newc) >"$work/image"
}

nvdimms() { # fresh ones: labels outlive a boot
	local n
	for n in 0 1; do
		rm -f "$work/nvdimm$n"
		truncate -s "$nvdimm_bytes" "$work/nvdimm$n"
	done
}

boot() { # PERSISTENCE MODE: runs a guest with its console on standard output
	local n options=()
	for n in 0 1; do
		options+=(
			-object "memory-backend-ram,id=ram$n,size=1G"
			-numa "node,nodeid=$n,cpus=$n,memdev=ram$n"
			-object "memory-backend-file,id=nv$n,share=on,pmem=on,mem-path=$work/nvdimm$n,size=$nvdimm_bytes"
			-device "nvdimm,id=nvd$n,memdev=nv$n,node=$n,label-size=128K"
		)
	done
	exec qemu-system-x86_64 -accel tcg -cpu max -smp 2 \
		-machine "q35,nvdimm=on,nvdimm-persistence=$1" \
		-m 2G,slots=4,maxmem=16G "${options[@]}" \
		-numa dist,src=0,dst=1,val=21 \
		-display none -nodefaults -no-reboot -serial stdio \
		-kernel "$kernel/vmlinuz" -initrd "$work/image" \
		-append "console=ttyS0 quiet panic=-1 tsc=reliable guest=$2" </dev/null
}

start() { # PERSISTENCE MODE: the guest in the background, console in $work/serial
	: >"$work/serial"
	boot "$@" >"$work/serial" 2>&1 &
	qemu=$!
}

said() { # what the guest's checks said up to now
	tr -d '\r' <"$work/serial" | sed -n 's/^guest: //p'
}

run_checks() { # PERSISTENCE MODE
	local failed
	nvdimms
	start "$@"
	tail -f --pid=$qemu "$work/serial" |
		sed -un '/^guest: end/d; s/\r$//; s/^guest: /   /p' &
	wait "$qemu" || true
	wait
	failed=$(said | grep -c ^failed || true)
	said | grep -qx end || {
		tail -n40 "$work/serial"
		die "the guest ended before its checks did"
	}
	[ "$failed" = 0 ] || die "$failed checks failed in the guest"
	echo "counts: $(said | grep -c ^ok) guest checks passed," \
		"$(said | grep -c ^skipped || true) skipped"
}

acknowledged() { # how many records are said to be durable
	# the last line may be cut off
	tr -d '\r' <"$work/serial" | sed '$d' | sed -n 's/^ack //p' |
		tail -n1 | awk '{ print $1 + 1 }'
}

wait_for_first() { # until records are written
	local i
	for ((i = 0; i < 3000; i++)); do
		! grep -q '^ack' "$work/serial" || return 0
		kill -0 "$qemu" 2>/dev/null || break
		sleep 0.1
	done
	tail -n40 "$work/serial"
	die "the guest writes nothing"
}

# From NVDIMM and offset that the guest told, the records of its file: the
# journal of the file system is replayed as after a power failure.
file_records() { # NVDIMM OFFSET
	dd if="$1" of="$work/disk" bs=1M skip="$2" iflag=skip_bytes \
		conv=sparse status=none
	e2fsck -fy "$work/disk" >"$work/e2fsck" 2>&1 || [ $? = 1 ] || {
		cat "$work/e2fsck"
		return 1
	}
	debugfs -R "dump /records $work/records" "$work/disk" 2>/dev/null
}

place() { # file|device: NVDIMM and offset
	said | sed -nE "s|^place $1 ([0-9]+) |$work/nvdimm\1 |p"
}

verify() { # file|device ROUND COUNT
	local where offset
	read -r where offset < <(place "$1")
	if [ "$1" = file ]; then
		file_records "$where" "$offset"
		where=$work/records
		offset=0
	fi
	"$build/libpmem/test/guest/guest_verify" "$where" "$offset" "$2" "$3"
}

# Writes and is killed; prints how many records were acknowledged.
kill_guest() { # MODE
	start mem-ctrl "$1"
	wait_for_first
	sleep "$((RANDOM % 2)).$((RANDOM % 10))"
	# the shell's notice of it says nothing new
	{ kill -KILL "$qemu" && wait "$qemu"; } 2>/dev/null || true
}

# A writer that forgets to make its blocks durable must be found out, else this
# would show nothing.
control_round() {
	kill_guest kill,0,careless
	! verify file 0 "$(acknowledged)" >"$work/found" ||
		die "nothing is lost by a writer that takes no care"
	echo "   without care: $(cat "$work/found")"
}

run_kill() { # ROUNDS
	local round target count total=0
	nvdimms
	control_round
	for ((round = 1; round <= $1; round++)); do
		kill_guest "kill,$round"
		count=$(acknowledged)
		for target in file device; do
			verify "$target" "$round" "$count" >"$work/found" ||
				die "round $round, $target: $(cat "$work/found")"
		done
		total=$((total + count))
		echo "   round $round: $count records acknowledged, all there"
	done
	echo "counts: $1 guests killed, $total acknowledged records, none lost"
}

clean_up() {
	[ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null || true
	rm -rf "$work"
}

main() {
	local run='' rounds=20
	while [ $# -gt 0 ]; do
		case $1 in
		--build)
			[ -d "${2:-}" ] || die "--build: no such folder: ${2:-}"
			build=$(realpath "$2")
			shift
			;;
		adr | eadr | kill | consumers) run=$1 ;;
		[0-9]*) rounds=$1 ;;
		-h | --help) usage && exit 0 ;;
		*) die "$1: unknown argument: see --help" ;;
		esac
		shift
	done
	[ -n "$run" ] || die "nothing to run: see --help"
	[ -e "$build/libpmem/test/guest/guest_write" ] ||
		die "not built: $build: run scripts/test.sh --fast"
	have_tools
	mkdir -p "$cache"
	kernel=$(kernel_folder) || skip "the kernel package cannot be downloaded"
	work=$(mktemp -d)
	trap clean_up EXIT
	image "$run"
	case $run in
	adr) run_checks mem-ctrl adr ;;
	eadr) run_checks cpu eadr ;;
	consumers) run_checks mem-ctrl consumers ;;
	kill) run_kill "$rounds" ;;
	esac
}

main "$@"
