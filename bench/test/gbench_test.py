#!/usr/bin/env python3
"""gbench_test.py PMEM_BENCH: google-benchmark's flags and reports work over
every kernel, and reports carry the facts of the platform."""
import json
import os
import subprocess
import sys
import tempfile

bench = sys.argv[1]
cpu_flags = next(line for line in open("/proc/cpuinfo")
                 if line.startswith("flags")).split()


def run(*flags):
    return subprocess.run([bench, *flags], check=True, text=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


names = run("--benchmark_list_tests").split()
assert len(names) == len(set(names))
isas = [isa for isa, needs in [("generic", "sse2"), ("sse2", "sse2"),
                               ("avx", "avx"), ("avx512f", "avx512f")]
        if needs in cpu_flags]
flushes = ["none"] + [f for f in ("clwb", "clflushopt", "clflush")
                      if f in cpu_flags]
for op in "move", "set":
    for isa in isas:
        for store in "cached", "stream":
            for flush in flushes:
                assert f"{op}/{isa}/{store}/{flush}/4096" in names
for flush in flushes:
    assert f"flush/{flush}/64" in names
assert ("avx512f" in cpu_flags) == any("avx512f" in n for n in names)

with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "out.json")
    run("--benchmark_filter=^(move/sse2/cached/clflush|flush/none)/256$",
        "--benchmark_min_time=0.001", "--benchmark_repetitions=3",
        "--benchmark_format=json", f"--benchmark_out={path}",
        "--benchmark_out_format=json")
    with open(path, encoding="utf-8") as f:
        report = json.load(f)
rows = report["benchmarks"]
single = [r for r in rows if r["run_type"] == "iteration"]
assert len(single) == 6, single
assert {r["aggregate_name"] for r in rows if r["run_type"] == "aggregate"} \
    >= {"mean", "median", "stddev"}
for row in single:
    assert row["real_time"] > 0 and row["iterations"] >= 1
    # Bytes and time tell the same story; rows round, so nearly.
    expected = 256 / row["cpu_time"] * 1e9
    assert abs(row["bytes_per_second"] / expected - 1) < 0.01, row

context = report["context"]
for key in ("platform_id", "cpu_vendor", "cpu_family", "cpu_model",
            "cpu_stepping", "cpu_name", "cpu_features", "microcode", "kernel",
            "compiler", "compiler_flags", "git_revision", "nodes", "node0",
            "cpus", "smt", "governor", "hypervisor", "l1d_bytes", "l2_bytes",
            "l3_bytes", "thp", "mitigations", "load", "topology", "papi"):
    assert context[key], key
assert set(context["cpu_features"].split()) <= set(cpu_flags)
