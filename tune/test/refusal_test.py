#!/usr/bin/env python3
"""What becomes of a run that a fault befalls: a clear refusal, or a header that
calls itself uncalibrated and has the default rows. Never a crash, never a silent
number. No time is judged.

usage: refusal_test.py PMEM_BENCH PMEM_TUNE PLANTED_FILE MOCKS_SO [FAULT]

The fault is real where it can be had (a limit, a small file, one CPU); else it
is put into planted measurements, or a mock of the kernel (refusal_preload.c) or
a topology that hwloc makes up stands in, as each function says.
"""
import os
import re
import resource
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "../../bench/test"))
import busy

bench, tune, planted_file, mocks = map(os.path.abspath, sys.argv[1:5])

# Little to measure, and time enough for every round however busy the machine.
SMALL = ["--quick", "--seed", "7", "--seconds", "3600", "--patience", "0",
         "--only", "move,flush,64,4096,warm,each"]
ONE_NODE = "Package:1 [NUMANode(memory=8GB)] "
CACHES = "L2Cache:1(size=524288) L1dCache:1(size=32768) PU:1"


class Skip(Exception):
    pass


def check(condition, *what):
    if not condition:
        print("refusal_test:", *what, file=sys.stderr)
        sys.exit(1)


def run(command, **keywords):
    """Exit status, and what was said on stderr but for progress."""
    done = subprocess.run(command, text=True, capture_output=True, timeout=250,
                          **keywords)
    check(done.returncode in (0, 1, 2, 127), command, "exit", done.returncode,
          done.stderr)
    said = [line for line in re.split(r"[\r\n]+", done.stderr)
            if line and not re.match(r" *\d+%  \d+:\d\d left ", line)]
    return done.returncode, said


def sweep(*arguments, out="m.tsv", fault=None, topology=None, limit=None):
    environment = dict(os.environ)
    if fault:
        environment.update(LD_PRELOAD=mocks, PMEM_FAULT=fault)
    if topology:
        environment.update(HWLOC_SYNTHETIC=topology, HWLOC_THISSYSTEM="1")
    status, said = run([bench, "sweep", *SMALL, *arguments, "--out", out],
                       env=environment, preexec_fn=limit)
    busy.judge("\n".join(said), "the hypervisor" if fault == "steal" else None)
    return status, said


def planted(out="m.tsv", row=None, fact=None):
    """Planted measurements; row(columns) and fact(key, value) may change or,
    by None, drop lines."""
    subprocess.run([planted_file, out], check=True)
    with open(out) as file:
        lines = file.read().splitlines()
    changed = []
    for line in lines:
        if line.startswith("# "):
            key, value = line[2:].split("\t", 1)
            value = fact(key, value) if fact else value
            line = None if value is None else f"# {key}\t{value}"
        elif row and not line.startswith("op\t"):
            columns = row(line.split("\t"))
            line = columns and "\t".join(columns)
        changed += [line] if line else []
    with open(out, "w") as file:
        file.write("\n".join(changed) + "\n")


def header_of(path):
    """Decisions and header text that a file leads to."""
    status, said = run([tune, "decide", path, "--out", "d.tsv"])
    check(status == 0, path, said)
    status, said = run([tune, "emit", "d.tsv", "--out", "h.h"])
    check(status == 0, path, said)
    with open("d.tsv") as file:
        rows = [line.rstrip("\n").split("\t") for line in file
                if not line.startswith("#")][1:]
    with open("h.h") as file:
        return rows, file.read()


def rows_of(header):
    return re.findall(r"^\tROW\(.*?\)", header, re.MULTILINE | re.DOTALL)


def uncalibrated(path, reason):
    """All rows are refused for the reason, and are those of an empty file: the
    default ones."""
    rows, header = header_of(path)
    check(rows and all(row[13].startswith(f"refused: {reason}")
                       for row in rows), path, "is not refused:", rows)
    check('#define PMEM_TUNED_ID "uncalibrated ' in header, "no stamp", header)
    check(reason in header, "the header does not say:", reason)
    with open(path) as file:
        facts = [line for line in file
                 if line.startswith("# ") and not line.startswith("# refused")]
    with open("empty.tsv", "w") as file:
        file.writelines(facts)
        file.write("op\tisa\tstore\tflush\tresidency\tdrain\tthreads\tcpu_node\t"
                   "mem_node\tsize_bytes\tdst_offset\tsrc_offset\trep\ttime_ns\n")
    check(rows_of(header) == rows_of(header_of("empty.tsv")[1]),
          "not the default rows:", header)


def refused(result, reason, path="m.tsv", has_rows=False):
    """The sweep says in one line that it refuses, and why, and so does what is
    made of its file."""
    status, said = result
    check(status == 2 and len(said) == 1, "exit", status, said)
    check(said[0].startswith("pmem-bench: refused: ") and reason in said[0],
          said)
    with open(path) as file:
        check(has_rows == ("\nmove\t" in file.read()), path, "rows")
    uncalibrated(path, reason)


def fails(result, *words):
    """One clear line, and nothing left behind."""
    status, said = result
    check(status == 1 and len(said) == 1, "exit", status, said)
    check(all(word in said[0] for word in words), said)
    check(not os.path.exists("m.tsv"), "left a file")


def measured(result):
    """What is no flaw is measured, and decided or refused by what was seen:
    facts, and rows of decisions."""
    status, said = result
    check(status in (0, 2), said)
    with open("m.tsv") as file:
        facts = dict(line[2:].rstrip("\n").split("\t", 1)
                     for line in file if line.startswith("# "))
    return facts, header_of("m.tsv")


def throttling():
    """Planted: the second half of the rounds takes 2.2 times as long."""
    def slow(columns):
        if int(columns[12]) >= 3:
            columns[13] = str(2.2 * float(columns[13]))
        return columns
    planted(row=slow)
    uncalibrated("m.tsv", "throttled: the second half of the rounds took 2.2")


def steal():
    """Mock: /proc/stat."""
    refused(sweep(fault="steal"), "the hypervisor stole 50% of the CPU's time",
            has_rows=True)


def no_l3():
    """A topology that hwloc makes up: without an L3."""
    facts, _ = measured(sweep(topology=f"{ONE_NODE}Core:2 {CACHES}"))
    check(facts["l3_bytes"] == "none", facts)
    check(facts["l2_bytes"] == "524288", facts)


def no_pmu():
    """Mock: perf_event_open(2)."""
    facts, _ = measured(sweep(fault="no_pmu"))
    check(not facts["papi"].startswith("cycles: PAPI"), facts["papi"])
    check(len(facts["papi"]) > 10, "no reason:", facts["papi"])


def clock_set_back():
    """Mock: CLOCK_MONOTONIC_RAW, an hour back while it is used."""
    status, said = sweep(fault="clock_set")
    check(status == 2 and len(said) == 1, "exit", status, said)
    reason = "no usable clock: it stepped backwards"
    check(f"refused: {reason}" in said[0], said)
    uncalibrated("m.tsv", reason)


def coarse_clock():
    """Planted: times as a clock of 4 us shows them. timing_test has the rest."""
    def round_up(columns):
        columns[13] = str(4000 * (1 + int(float(columns[13]) // 4000)))
        return columns
    planted(row=lambda columns: round_up(columns)
            if int(columns[9]) < 65536 else None)
    uncalibrated("m.tsv", "repetitions do not differ: the clock is too coarse")


def one_cpu():
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cpus)})
    refused(sweep(), "only one CPU: whatever else runs would be timed")
    os.sched_setaffinity(0, cpus)


def node_without_memory():
    """Topologies that hwloc makes up: an empty node beside a full one, of which
    the full one alone is measured; then no other than an empty one."""
    empty = "[NUMANode(memory=0)]"
    facts, (rows, _) = measured(sweep(
        topology=f"{ONE_NODE}{empty} Core:2 {CACHES}"))
    check(facts["nodes"] == "2", "nodes:", facts["nodes"])
    check({(row[1], row[2]) for row in rows} == {("0", "0")}, rows)
    refused(sweep(topology=f"Package:1 {empty} Core:2 {CACHES}",
                  out="none.tsv"), "no node has memory", path="none.tsv")


def node_without_cpus():
    """A topology that hwloc makes up, and a mock of mbind(2): node 1 is memory
    alone. It is measured from the CPUs of node 0."""
    _, (rows, _) = measured(sweep(
        fault="two_nodes",
        topology=f"{ONE_NODE} [NUMANode(memory=8GB)] Core:2 {CACHES}"))
    check({(row[1], row[2]) for row in rows} == {("0", "0"), ("0", "1")}, rows)


def memory_elsewhere():
    """The same, but pages are found on node 0 (mock of move_pages(2))."""
    refused(sweep(fault="elsewhere", topology=
                  f"{ONE_NODE} [NUMANode(memory=8GB)] Core:2 {CACHES}"),
            "memory did not land on node 1")


def small_target():
    with open("small", "wb") as file:
        file.truncate(1 << 20)
    os.environ["PMEM_IS_PMEM_FORCE"] = "1"
    refused(sweep("--target", "small"), "target is too small: it has 1048576 "
            "bytes")


def posing_tmpfs():
    """tmpfs that PMEM_IS_PMEM_FORCE calls pmem: stamped for what it is, and
    nothing is decided by it."""
    if not os.path.isdir("/dev/shm"):
        raise Skip("no /dev/shm")
    os.environ["PMEM_IS_PMEM_FORCE"] = "1"
    facts, (_, header) = measured(sweep("--target", "/dev/shm"))
    uncalibrated("m.tsv", facts.get("refused", "the target is no persistent "
                                    "memory: PMEM_IS_PMEM_FORCE says so"))
    for key, value in (("target_medium", "tmpfs"), ("target_is_pmem", "forced"),
                       ("target_emulated", "yes")):
        check(facts[key] == value, key, facts[key])
        check(f" *   {key}: {value}\n" in header, "not in the header:", key)


def no_streaming():
    """Planted: no store is non-temporal. None is chosen where the default has
    none. In adr_nt the default streams, which cannot be judged: it is refused
    there, and the library resolves its row to what the CPU has."""
    planted(row=lambda columns: columns if columns[2] == "cached" else None)
    rows, header = header_of("m.tsv")
    why = "most cells lack the default's kernel"
    for row in rows:
        if row[3] == "adr_nt" and row[0] != "flush":
            check(row[13] == f"refused: {why}", row)
        else:
            check(row[8] == "never", row)
            check(row[13] == "kept" or row[3] == "eadr" and
                  row[13] == "tuned", row)
    check(f"uncalibrated default: {why}" in header, header)


def one_flush():
    """Planted: a CPU that has CLFLUSH alone. Nothing else is chosen."""
    planted(row=lambda columns: columns
            if columns[3] in ("clflush", "none") else None,
            fact=lambda key, value: value if key != "cpu_features" else
            value.replace(" clflushopt", "").replace(" clwb", ""))
    rows, header = header_of("m.tsv")
    check({row[4] for row in rows if row[3] != "eadr"} == {"clflush"}, rows)
    check({row[7] for row in rows} <= {"clflush", "none"}, rows)
    check({row[13] for row in rows} <= {"kept", "tuned"}, rows)
    check(not re.search("clwb|clflushopt", "".join(rows_of(header))), header)


def bytes_of(path):
    with open(path, "rb") as file:
        return file.read()


def starved(attempt, out, kib, goes_on=None, whole=None):
    """Tries with more and more memory, KiB by KiB of a range, until it is
    enough, and returns how much that is. Until then each ends in one line, once
    the program can be loaded at all, and leaves nothing, or what it can go on
    with. What ends well is whole, byte by byte."""
    refusals = 0
    for limit in kib:
        if os.path.exists(out):
            os.remove(out)
        status, said = attempt(lambda: resource.setrlimit(
            resource.RLIMIT_AS, (limit << 10, limit << 10)))
        if status == 0:
            check(whole in (None, bytes_of(out)), limit, "KiB: another", out)
            check(refusals, "always memory enough")
            return limit
        if status == 127:
            continue
        refusals += 1
        check(len(said) == 1 and said[0].startswith("pmem-"), limit, "KiB:",
              said)
        if status != 2 and os.path.exists(out):
            check(goes_on and goes_on()[0] == 0, limit, "KiB: left", out)
    check(False, "never memory enough")


def out_of_memory():
    """Real: less address space than is needed, in steps of a MiB. For what is
    decided, where it is just not enough, in steps that single allocations
    make, too."""
    mib = range(3 << 10, 300 << 10, 1 << 10)
    starved(lambda limit: sweep(limit=limit), "m.tsv", mib,
            goes_on=lambda: sweep("--resume"))
    planted("planted.tsv")
    decide = [tune, "decide", "planted.tsv", "--out", "d.tsv"]
    check(run(decide)[0] == 0, "undecided")
    whole = bytes_of("d.tsv")

    def attempt(limit):
        return run(decide, preexec_fn=limit)
    enough = starved(attempt, "d.tsv", mib, whole=whole)
    starved(attempt, "d.tsv", range(enough - (1 << 10), enough + 1, 32),
            whole=whole)


def two_platforms():
    planted()
    with open("m.tsv", "a") as file:
        file.write("# cpu_model\t4711\n")
    os.rename("m.tsv", "mixed.tsv")
    fails(run([tune, "decide", "mixed.tsv", "--out", "m.tsv"]),
          "measurements of two platforms are mixed: cpu_model is", "mixed.tsv")


FAULTS = [throttling, steal, no_l3, no_pmu, clock_set_back, coarse_clock,
          one_cpu, node_without_memory, node_without_cpus, memory_elsewhere,
          small_target, posing_tmpfs, no_streaming, one_flush, out_of_memory,
          two_platforms]

wanted = sys.argv[5:] or [fault.__name__ for fault in FAULTS]
if len(os.sched_getaffinity(0)) < 2:
    print("skipped: only one CPU")
    sys.exit(77)
check(not set(wanted) - {fault.__name__ for fault in FAULTS},
      "no such fault:", *wanted)
try:
    busy.parts(*(fault for fault in FAULTS if fault.__name__ in wanted))
except Skip as skip:
    print("skipped:", skip)
    sys.exit(77)
