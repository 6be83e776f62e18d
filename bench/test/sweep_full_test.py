#!/usr/bin/env python3
"""sweep_full_test.py PMEM_BENCH: a full disk ends a sweep with one clear line,
and what is in the file are whole rows, from which it can go on."""
import contextlib
import os
import subprocess
import sys

import busy

bench = sys.argv[1]


def check(condition, *what):
    if not condition:
        print("sweep_full_test:", *what, file=sys.stderr)
        sys.exit(1)


@contextlib.contextmanager
def disk(size):
    """A disk of that size, to be in."""
    os.mkdir("disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none",
                    "disk"], check=True)
    os.chdir("disk")
    try:
        yield
    finally:
        os.chdir("..")
        subprocess.run(["umount", "disk"], check=True)


def sweep(*arguments):
    return busy.run([bench, "sweep", *arguments, "--out", "full.tsv"])


def rows():
    """Rows without their times; every line must be whole."""
    with open("full.tsv") as f:
        text = f.read()
    check(text.endswith("\n"), "a torn line")
    return [line.rpartition("\t")[0] for line in text.splitlines()
            if line.startswith("move\t")]


def goes_on():
    with disk("128k"):
        done = sweep("--quick", "--seed", "1", "--only", "move,64,256,4096")
        said = [line for line in done.stderr.splitlines()
                if "left  node" not in line]
        check(done.returncode == 1, "exit", done.returncode)
        check(said == ["pmem-bench: cannot measure: No space left on device: "
                       "full.tsv"], "said:", said)
        before = rows()
        check(len(before) > 100, "only", len(before), "rows")
        check(set(os.listdir()) - {"full.counters.tsv"} == {"full.tsv"},
              "left:", os.listdir())

        # With room again it goes on where it was.
        subprocess.run(["mount", "-o", "remount,size=64m", os.getcwd()],
                       check=True)
        done = sweep("--resume")
        check(done.returncode == 0, "cannot resume:", done.stderr)
        after = rows()
        check(len(after) > len(before), "no more rows")
        check(after[:len(before)] == before, "a finished row was lost")
        check(len(after) == len(set(after)), "rows twice")


def no_room_to_begin():
    with disk("4k"):
        with open("filler", "wb") as f:
            f.write(bytes(4096))
        check(sweep("--quick").returncode == 1, "wrote nowhere")
        check(os.listdir() == ["filler"], "left:", os.listdir())


if "inside" not in sys.argv:
    if subprocess.run(["unshare", "-m", "true"],
                      stderr=subprocess.DEVNULL).returncode:
        print("skipped: mounting needs root")
        sys.exit(77)
    os.execvp("unshare", ["unshare", "-m", sys.executable, __file__, bench,
                          "inside"])
busy.parts(no_room_to_begin, goes_on)
