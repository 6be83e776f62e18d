#!/usr/bin/env python3
"""threads_test.py PMEM_BENCH: rows, peaks and errors of pmem-bench threads. No
rate is judged."""
import os
import sys

import busy

bench = sys.argv[1]

HEADER = ("cpu_node target op kernel size_bytes threads gb_per_s gb_per_s_lo "
          "gb_per_s_hi peak").split()


def check(condition, *what):
    if not condition:
        print("threads_test:", *what, file=sys.stderr)
        sys.exit(1)


def run(*arguments, status=0):
    done = busy.run([bench, "threads", *arguments])
    check(done.returncode == status, arguments, "exit", done.returncode,
          done.stderr)
    return done


def curves(path):
    """Rows by node, kernel and size, in order of threads."""
    with open(path) as f:
        lines = [line.rstrip("\n").split("\t") for line in f
                 if not line.startswith("#")]
    check(lines[0] == HEADER, "header", lines[0])
    found = {}
    for line in lines[1:]:
        row = dict(zip(HEADER, line, strict=True))
        low, middle, high = (float(row[name]) for name in
                             ("gb_per_s_lo", "gb_per_s", "gb_per_s_hi"))
        check(0 < low <= middle <= high, "interval", row)
        key = row["cpu_node"], row["kernel"], row["size_bytes"]
        found.setdefault(key, []).append(row)
    return found


def is_peak(rows, threads):
    """Whether these are the fewest threads whose interval reaches the rate of
    the best count; rates are rounded."""
    best = max(float(row["gb_per_s"]) for row in rows)
    return all(float(row["gb_per_s_hi"]) >= best - 0.0011
               if row["threads"] == threads else
               float(row["gb_per_s_hi"]) <= best + 0.0011
               for row in rows if int(row["threads"]) <= int(threads))


def measured():
    run("--quick", "--out", "threads.tsv")
    found = curves("threads.tsv")
    for rows in found.values():
        counts = [int(row["threads"]) for row in rows]
        check(counts[0] == 1 and counts == sorted(set(counts)), "counts", counts)
        check(all(n & (n - 1) == 0 for n in counts[:-1]), "powers of 2", counts)
        peaks = [row["threads"] for row in rows if row["peak"] == "yes"]
        check(len(peaks) == 1 and is_peak(rows, peaks[0]), "peak", rows)
    stores = {key[1].split("/")[1] for key in found}
    check(stores == {"cached", "stream"}, "store kinds", stores)


def bad_arguments():
    for arguments, word in [
            ([], "--out"),
            (["--out", "new.tsv", "--fast"], "--fast"),
            (["--out", "no/where.tsv"], "no/where.tsv"),
            (["--out", "new.tsv", "--platform", "none.tsv"], "none.tsv"),
            (["--out", "new.tsv", "--target", "/nowhere"], "/nowhere")]:
        error = run(*arguments, status=1).stderr
        check(error.count("\n") == 1 and word in error, arguments, error)
        check(not os.path.exists("new.tsv"), arguments, "left a file")


busy.parts(bad_arguments, measured)
