#!/usr/bin/env python3
"""compare_test.py PMEM_BENCH LIBPMEM.so LIBPMEM_LIBC.so [MOCKS_SO]: rows,
promises and means of a comparison of our library with itself, goals, errors,
and with MOCKS_SO (refusal_preload.c) a refusal. No time is judged."""
import math
import os
import sys
import tempfile

import busy

bench, library, libc = sys.argv[1:4]
mocks = sys.argv[4] if len(sys.argv) > 4 else None
scratch = tempfile.TemporaryDirectory()
os.environ["TMPDIR"] = scratch.name  # of programs; tempfile has chosen its own

HEADER = ("table op residency drain threads size_bytes dst_offset lib baseline "
          "ratio ratio_lo ratio_hi pairs retained_pct dirty_pct promise").split()


def check(condition, *what):
    if not condition:
        print("compare_test:", *what, file=sys.stderr)
        sys.exit(1)


def run(*arguments, status=0, refusal=None, **environment):
    try:
        done = busy.run([bench, "compare", *arguments], wanted=refusal,
                        env=os.environ | environment)
    finally:
        check(os.listdir(scratch.name) == [], "copies of libraries were left")
    check(done.returncode == status, arguments, "exit", done.returncode,
          done.stderr)
    return done


def rows(path):
    with open(path) as f:
        lines = [line.rstrip("\n").split("\t") for line in f
                 if not line.startswith("#")]
    check(lines[0] == HEADER, "header", lines[0])
    found = [dict(zip(HEADER, line, strict=True)) for line in lines[1:]]
    for row in found:
        low, middle, high = (float(row[name])
                             for name in ("ratio_lo", "ratio", "ratio_hi"))
        check(0 < low <= middle <= high, "interval", row)
        check(int(row["pairs"]) >= 1, "pairs", row)
        for name in "retained_pct", "dirty_pct":
            check(row[name] == "-" or 0 <= float(row[name]) <= 100, name, row)
    return found


def three_tables():
    done = run("--stock", library, "--tuned", library, "--quick", "--seconds",
               "1", "--seed", "3", "--only", "64,4096", "--out", "three.tsv")
    found = rows("three.tsv")
    check(len({tuple(row[name] for name in HEADER[:9]) for row in found})
          == len(found), "a row twice")
    for table in "equal", "trusting", "eadr":
        mine = [row for row in found if row["table"] == table]
        for lib in "stock", "tuned", "a/a":
            cells = {(row["op"], row["residency"], row["drain"],
                      row["size_bytes"], row["dst_offset"])
                     for row in mine if row["lib"] == lib
                     and row["baseline"] == "stock"}
            wanted = {(op, residency, drain, size, offset)
                      for op in ("move", "set") for residency in ("warm", "cold")
                      for drain in ("each", "batch")
                      for size in ("0", "64", "4096") for offset in ("0", "8")}
            wanted |= {("all", "all", "all", "0", "0"),
                       ("all", "all", "all", "0", "8")}
            check(cells == wanted, table, lib, "cells", cells ^ wanted)
        check(all(float(row["ratio"]) == 1 for row in mine
                  if row["lib"] == "stock"), "baseline against itself")
        check("a/a / stock" in done.stdout, "no control printed")
        if table != "trusting":
            check({row["promise"] for row in mine} == {"durable"}, table)
        check(len({row["promise"] for row in mine}) == 1, table, "promises")


def as_given():
    run("--lib", "flushing=" + library + ",PMEM_NO_FLUSH=0,PMEM_MOVNT_DURABLE=0",
        "--lib", "careless=" + library + ",PMEM_NO_FLUSH=1", "--table", "mine",
        "--seconds", "1", "--only", "64,set", "--out", "given.tsv")
    found = rows("given.tsv")
    check({row["table"] for row in found} == {"mine"}, "table")
    check({row["promise"] for row in found if row["lib"] == "flushing"}
          == {"durable"}, "flushing is durable")
    check({row["promise"] for row in found if row["lib"] == "careless"}
          == {"not-durable"}, "careless is not")


GOALS = ["goal", "unit", "target", "value", "lo", "hi", "met", "evidence"]


def goals_read(path):
    with open(path) as f:
        lines = [line.rstrip("\n").split("\t") for line in f
                 if not line.startswith("#")]
    check(lines[0] == GOALS, "header of goals", lines[0])
    return [dict(zip(GOALS, line, strict=True)) for line in lines[1:]]


def goal_follows(row):
    """Whether "met" is what the numbers say (results/README.md)."""
    if row["met"] == "unknown":
        check(row["value"] == row["lo"] == row["hi"] == "-", "unknown", row)
        return
    relation, target = row["target"].split()
    low, middle, high = (float(row[name]) if row[name] != "-" else math.nan
                         for name in ("lo", "value", "hi"))
    check(not low > middle and not high < middle, "interval", row)
    check(math.isnan(low) == (row["unit"] == "KB"), "an interval or not", row)
    judged = middle
    if row["goal"].endswith("worst cell"):
        judged = low if relation == ">=" else high
    if row["goal"].endswith("elsewhere"):
        judged = low
    # Printed with 3 digits, judged with all.
    if abs(judged - float(target)) > 0.001:
        met = (judged >= float(target) if relation == ">="
               else judged <= float(target))
        check(row["met"] == ("met" if met else "not met"), "met", row)
    check(row["evidence"], "no evidence", row)


def is_short(row):
    """A busy machine has few rounds: too few for a verdict on each cell."""
    return (row["met"] == "unknown" and row["goal"].endswith("worst cell") and
            "fewer than" in row["evidence"])


def goals():
    # Our own library under another file name is no peer; libc is one.
    run("--stock", library, "--tuned", library, "--lib", "peer=" + libc,
        "--lib", "libc=" + libc, "--seconds", "2", "--only", "64,4096",
        "--out", "new.tsv", "--goals", "goals.tsv")
    found = goals_read("goals.tsv")
    rows("new.tsv")
    check(len({row["goal"] for row in found}) == len(found) == 22, "goals",
          [row["goal"] for row in found])
    for row in found:
        goal_follows(row)
        check((row["met"] == "unknown") == ("16 MiB" in row["goal"]) or
              is_short(row), "measured or not", row)
    for contest in "equal", "trusting", "eadr":
        check({"peer", "libc"} <= {row["lib"] for row in rows("new.tsv")
                                   if row["table"] == contest}, contest)
    run("--stock", library, "--tuned", library, "--seconds", "1", "--only",
        "16777216,move,cold,each", "--out", "new.tsv", "--goals", "goals.tsv")
    alone = {row["goal"]: row for row in goals_read("goals.tsv")}
    for row in alone.values():
        goal_follows(row)
        check((row["met"] == "unknown") ==
              ("peer" in row["goal"] or "libc memcpy" in row["goal"] or
               "192" in row["goal"]) or is_short(row), "without a peer", row)


def goals_refused():
    """Planted: time is stolen once cells are measured again. Nothing is written,
    though all that came before was well."""
    if not mocks:
        return
    before = set(os.listdir("."))
    error = run("--stock", library, "--tuned", library, "--seconds", "1",
                "--only", "64,set,cold", "--out", "refused.tsv", "--goals",
                "refused_goals.tsv", status=2, refusal="the hypervisor",
                LD_PRELOAD=mocks, PMEM_FAULT="steal_late").stderr
    check("refused: the hypervisor" in error, "steal", error)
    check(set(os.listdir(".")) == before, "a refusal left files")


def threads():
    if len(os.sched_getaffinity(0)) < 2:
        return
    run("--stock", library, "--threads", "2", "--seconds", "1", "--only",
        "262144,move,cold,each", "--out", "threads.tsv")
    check({row["threads"] for row in rows("threads.tsv")} == {"2"}, "threads")
    run("--stock", library, "--threads", "all", "--seconds", "1", "--only",
        "64,move,cold,each", "--out", "all.tsv")
    check({int(row["threads"]) for row in rows("all.tsv")} != {1}, "all threads")


def fails(*arguments, word):
    before = set(os.listdir("."))
    error = run(*arguments, status=1).stderr
    check(error.count("\n") == 1 and error.startswith("pmem-bench: "),
          arguments, "not one line:", error)
    check(word in error, arguments, "does not say", word, ":", error)
    check(set(os.listdir(".")) == before, arguments, "left files")


def bad_arguments():
    with open("text.so", "w") as f:
        f.write("not a library\n")
    good = ["--stock", library, "--seconds", "1", "--only", "64,set,cold"]
    fails("--out", "new.tsv", word="--lib")
    fails(*good, word="--out")
    fails(*good, "--out", "no/where.tsv", word="no/where.tsv")
    for arguments, word in [
            (["--fast"], "--fast"),
            (["surplus"], "surplus"),
            (["--peer", "none.so"], "none.so"),
            (["--peer", "text.so"], "text.so"),
            (["--stock", library], "stock"),
            (["--lib", "nolabel"], "nolabel"),
            (["--lib", "x=" + library + ",PATH=/"], "PATH=/"),
            (["--goals", "goals.tsv"], "--goals"),
            (["--tuned", library, "--goals", "no/where.tsv"], "no/where.tsv"),
            (["--threads", "0"], "threads"),
            (["--threads", "1000"], "1000"),
            (["--seconds", "x"], "x"),
            (["--only", "flush"], "flush"),
            (["--target", "/nowhere"], "/nowhere"),
            (["--platform", "none.tsv"], "none.tsv")]:
        fails(*good, "--out", "new.tsv", *arguments, word=word)


busy.parts(bad_arguments, three_tables, as_given, goals, goals_refused, threads)
