#!/bin/bash
# make.sh: how the topologies in this directory were made
#
# Machines that the harness must understand and that few people own. lstopo
# (package hwloc-nox) writes each from a description; kinds of memory, which a
# description cannot tell, are added to its text. Run in this directory.
set -eu

# topology NAME DESCRIPTION [NODE=KIND]...
topology() {
	local name=$1 description=$2
	shift 2
	lstopo-no-graphics -i "$description" --of xml -f "$name.xml"
	# The version of hwloc that made a file is of no concern to a test.
	sed -i -E '/name="(ProcessName|hwlocVersion)"/d' "$name.xml"
	for node in "$@"; do
		sed -i "s/type=\"NUMANode\" os_index=\"${node%=*}\"/& subtype=\"${node#*=}\"/" \
			"$name.xml"
	done
}

caches='l3:1(size=33554432) l2:2(size=1048576) l1d:1(size=49152) core:1'

topology laptop "pack:1 [numa(memory=16GB)] $caches pu:2"
topology one-cpu "pack:1 [numa(memory=1GB)] core:1 pu:1"
topology guest-without-l3 \
	"pack:1 [numa(memory=4GB)] l2:2(size=524288) l1d:1(size=32768) core:1 pu:1"
topology without-caches "pack:1 [numa(memory=4GB)] core:2 pu:1"
topology dual-socket "pack:2 [numa(memory=64GB)] $caches pu:2"
# The way Linux numbers SMT siblings on most machines.
topology dual-socket-siblings-last \
	"pack:2 [numa(memory=64GB)] $caches pu:2(indexes=0,4,1,5,2,6,3,7)"
topology sub-numa "pack:2 group:2 [numa(memory=32GB)] $caches pu:2"
topology eight-nodes "pack:8 [numa(memory=128GB)] $caches pu:1"
topology many-l3 \
	"pack:1 [numa(memory=256GB)] l3:4(size=33554432) l2:2(size=524288) l1d:1(size=32768) core:1 pu:2"
topology nodes-not-consecutive \
	"pack:2 numa:1(memory=64GB indexes=0,8) $caches pu:4"
topology hbm-and-dram \
	"pack:2 [numa(memory=64GB)] [numa(memory=32GB)] $caches pu:2" \
	1=HBM 3=HBM
topology hbm-numbered-first \
	"pack:1 [numa(memory=16GB)] [numa(memory=96GB)] $caches pu:2" 0=HBM
topology hbm-only "pack:2 [numa(memory=32GB)] $caches pu:2" 0=HBM 1=HBM
topology hbm-sub-numa \
	"pack:1 group:4 [numa(memory=24GB)] [numa(memory=4GB)] l2:1(size=1048576) core:2 pu:4" \
	1=MCDRAM 3=MCDRAM 5=MCDRAM 7=MCDRAM
topology pmem-as-memory \
	"pack:2 [numa(memory=96GB)] [numa(memory=512GB)] $caches pu:2"
topology cxl-behind-all \
	"[numa(memory=256GB)] pack:2 [numa(memory=64GB)] $caches pu:2"
topology node-without-memory "pack:2 [numa(memory=0)] $caches pu:2"
