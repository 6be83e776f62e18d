#!/usr/bin/env bash
# Installs the Debian packages that the other scripts need.
#
# usage: setup.sh [--check] [tune|test]
#
#   tune      what scripts/tune.sh needs: compile, measure, decide, draw
#   test      that, and what scripts/test.sh needs (default)
#   --check   install nothing, list what is missing, exit 1 if anything is
#
# Installing asks for root once, through sudo. Without root the exact command is
# printed and the exit status is 1.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# level  package  what for
packages='
tune  gcc               compiles the library
tune  g++               compiles the wrapper of google-benchmark
tune  libc6-dev         the C library, all that the library depends on
tune  cmake             builds
tune  ninja-build       builds
tune  git               names the revision that was measured
tune  pkg-config        finds the packages below
tune  libbenchmark-dev  google-benchmark, for pmem-bench
tune  libhwloc-dev      NUMA nodes and binding, for pmem-bench
tune  libpapi-dev       performance counters, for pmem-bench
tune  libmd-dev         SHA-256 of measurements, for pmem-tune
tune  gnuplot-nox       draws the figures of the report

test  clang             the second compiler
test  libclang-rt-dev   sanitizers of the second compiler
test  clang-format      lint: layout
test  clang-tidy        lint: C
test  cppcheck          lint: C
test  shellcheck        lint: scripts
test  mandoc            lint: manual pages
test  abigail-tools     compares binary interfaces
test  gcovr             coverage
test  binutils          reads symbols of libraries
test  dpkg-dev          names what the package depends on
test  python3           turns test lists of several builds into one
test  libzydis-dev      decodes the instructions of the shipped library
test  libpmem1          another libpmem.so.1, to compare with
test  libpmemobj-dev    a consumer that runs on the library
test  libpmemblk-dev    a consumer that runs on the library
test  libpmemlog-dev    a consumer that runs on the library
test  pmdk-tools        consumers: pmempool, daxio
test  fio               a consumer: its libpmem engine
test  slurmctld         a cluster of this machine alone: its head
test  slurmd            the cluster: its nodes
test  slurm-client      the cluster: its commands
test  munge             the cluster: who is who
test  chromium          looks at the report as a reader does
test  chromium-driver   drives it
test  qemu-system-x86   the guest with persistent memory
test  busybox-static    the guest: shell
test  ndctl             the guest: namespaces
test  daxctl            the guest: devices
test  e2fsprogs         the guest: ext4
test  xfsprogs          the guest: xfs
test  kmod              the guest: modules
test  cpio              the guest: its image
'

listed() { # LEVEL: package and purpose of each line that the level includes
	local pattern=$1
	[ "$1" = tune ] || pattern='tune|test'
	sed -nE "s/^($pattern) +//p" <<<"$packages"
}

missing() { # LEVEL: the listed packages that are not installed, with purposes
	local installed
	# dpkg-query fails where it does not know one of the names
	installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' |
		sed -n 's/^ii *//p')
	listed "$1" | while read -r package purpose; do
		grep -qxF "$package" <<<"$installed" ||
			printf '%-18s%s\n' "$package" "$purpose"
	done
}

as_root() { # COMMAND...
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		return 1
	fi
}

install() { # PACKAGE...
	local command=(apt-get install --yes --no-install-recommends "$@")
	as_root true ||
		die "packages are missing and this needs root: run as root:" \
			"apt-get update && ${command[*]}"
	as_root apt-get update -q
	as_root env DEBIAN_FRONTEND=noninteractive "${command[@]}"
}

main() {
	local check=no level=test wanted
	for argument; do
		case $argument in
		--check) check=yes ;;
		tune | test) level=$argument ;;
		-h | --help) usage && exit 0 ;;
		*) die "$argument: unknown argument: see --help" ;;
		esac
	done
	if ! command -v dpkg-query >/dev/null; then
		echo "Not a Debian system: nothing is checked. Needed for $level:"
		listed "$level"
		return
	fi

	wanted=$(missing "$level")
	if [ -z "$wanted" ]; then
		echo "Every package that $level needs is installed."
		return
	fi
	echo "Missing packages:"
	echo "$wanted"
	[ "$check" = no ] || exit 1
	# shellcheck disable=SC2046 # names are words
	install $(awk '{ print $1 }' <<<"$wanted")
}

main "$@"
