#!/usr/bin/env python3
"""A header says where it comes from: every fact of the list below, with a value.

usage: header_facts_test.py PMEM_BENCH PMEM_TUNE
"""
import hashlib
import os
import re
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "../../bench/test"))
import busy

# What an auditor asks for, and where it stands.
FACTS = {
    "CPUID signature": ["cpu_vendor", "cpu_family", "cpu_model",
                        "cpu_stepping"],
    "CPU": ["cpu_name", "cpu_features", "platform_id"],
    "microcode": ["microcode"],
    "kernel": ["kernel", "thp", "mitigations"],
    "compiler and flags": ["compiler", "compiler_flags"],
    "revision": ["git_revision"],
    "nodes and memory tiers": ["topology", "nodes", "cpus"],
    "target, kind and emulation": ["target", "target_medium",
                                   "target_is_pmem", "target_emulated"],
    "caches": ["l1d_bytes", "l2_bytes", "l3_bytes"],
    "governor": ["governor"],
    "SMT": ["smt"],
    "hypervisor": ["hypervisor"],
    "PAPI": ["papi"],
    "clock": ["timer"],
    "load": ["load"],
    "plan": ["plan", "only", "budget_s", "starts", "rounds_most"],
    "seed": ["seed"],
    "times": ["started_utc", "finished_utc"],
    "counts": ["rows", "cells", "repetitions", "outliers"],
    "errors and intervals": ["scatter_pct", "dispersion", "margin_pct",
                             "tie_pct", "resamples"],
    "raw data": ["measurements_sha256", "weights"],
}
LEAST = 25

bench, tune = map(os.path.abspath, sys.argv[1:3])


def check(condition, *what):
    if not condition:
        print("header_facts_test:", *what, file=sys.stderr)
        sys.exit(1)


def header_has_facts():
    swept = busy.run([bench, "sweep", "--quick", "--seconds", "3600",
                      "--patience", "0", "--only",
                      "move,flush,64,4096,warm,each", "--out", "m.tsv"])
    check(swept.returncode == 0, swept.stderr)
    subprocess.run([tune, "decide", "m.tsv", "--out", "d.tsv"], check=True)
    subprocess.run([tune, "emit", "d.tsv", "--out", "h.h"], check=True)

    with open("h.h") as file:
        told = dict(re.findall(r"^ \*   ([a-z0-9_]+): (.*)$", file.read(),
                               re.MULTILINE))
    keys = [key for group in FACTS.values() for key in group]
    keys += [f"node{n}" for n in range(int(told["nodes"]))]
    for key in keys:
        check(told.get(key, "").strip(), "missing or empty:", key)
    check(re.fullmatch("[0-9a-f]{12}.*|unknown.*", told["git_revision"]),
          told["git_revision"])
    with open("m.tsv", "rb") as file:
        check(told["measurements_sha256"] ==
              hashlib.sha256(file.read()).hexdigest(), "another SHA-256")
    held = {key for key, value in told.items() if value.strip()}
    check(len(held) >= LEAST, "only", len(held), "facts")
    print(f"counts: {len(held)} facts in a header, {len(keys)} of them wanted, "
          f"of {len(FACTS)} kinds")


if len(os.sched_getaffinity(0)) < 2:
    print("skipped: only one CPU")
    sys.exit(77)
busy.parts(header_has_facts)
