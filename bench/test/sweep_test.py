#!/usr/bin/env python3
"""sweep_test.py PMEM_BENCH: a sweep holds exactly the rows of its plan, less
those of variants that later starts say they dropped, however it was interrupted,
and says clearly what it cannot do. No time is judged."""
import functools
import os
import re
import signal
import subprocess
import sys
import time

import busy

bench = sys.argv[1]


def check(condition, *what):
    if not condition:
        print("sweep_test:", *what, file=sys.stderr)
        sys.exit(1)


def run(*arguments, status=0, **keywords):
    done = busy.run([bench, "sweep", *arguments], **keywords)
    check(done.returncode == status, arguments, "exit", done.returncode,
          done.stderr)
    return done


def open_text(path):
    with open(path) as f:
        return f.read()


def rows(path):
    """Rows of a file without their times; every line must be whole."""
    with open(path) as f:
        text = f.read()
    check(text.endswith("\n"), "torn file", path)
    lines = [line.split("\t") for line in text.splitlines()
             if not line.startswith("#")][1:]
    check(all(len(line) == 14 and float(line[13]) > 0 for line in lines),
          "bad row in", path)
    return [tuple(line[:13]) for line in lines]


def facts(path):
    with open(path) as f:
        return dict(line[2:].rstrip("\n").split("\t", 1)
                    for line in f if line.startswith("# "))


def kernels():
    """(isa, store, flush) of the two widest isas that this CPU has and of those
    that only stream, and its flushes, as list tells them."""
    listed = subprocess.run([bench, "list"], text=True, capture_output=True,
                            check=True).stdout
    here = [line.split()[0] for line in listed.splitlines()
            if re.match(r"\S+/.* yes ", line)]
    copies = [tuple(name.split("/")) for name in here
              if not name.startswith("flush/")]
    order = ["generic", "sse2", "avx", "avx512f"]
    widest = sorted({copy[0] for copy in copies if copy[0] in order},
                    key=order.index)[-2:]
    beside = {isa for isa, *_ in copies if isa not in order}
    return ([copy for copy in copies if copy[0] in {*widest, *beside}],
            [name.split("/")[1] for name in here if name.startswith("flush/")])


def dropped(path, start):
    """(op, isa, store, flush) that a start left out."""
    told = facts(path)[f"start_{start}_dropped"]
    return {tuple(re.split("[ /]", name)) for name in told.split(", ")
            if told != "none"}


def check_whole(path):
    """Every later start has the rows of the first, but for what it says it
    dropped; the lengths are named, so none was added."""
    told = facts(path)
    rounds, found = int(told["rounds_most"]), rows(path)
    check(len(found) == len(set(found)), "a row twice in", path)
    wanted = first = {row for row in found if int(row[12]) < rounds}
    for start in range(1, int(told["starts"])):
        check(told[f"start_{start}_added"] == "none", "lengths added")
        wanted = wanted | {(*row[:12], str(int(row[12]) + start * rounds))
                           for row in first
                           if row[:4] not in dropped(path, start)}
    check(set(found) == wanted, "not the rows it should have:", path)
    return first


# Time enough for every round, however busy the machine.
TINY = ["--quick", "--seed", "7", "--seconds", "3600", "--patience", "0"]


def exact_rows():
    copies, flushes = kernels()
    run(*TINY, "--only", "set,flush,64,4096,warm,each", "--out", "exact.tsv")
    told = facts("exact.tsv")
    check(told["plan"] == "quick" and told["seed"] == "7", told)
    check(told["target"] == "dram" and told["target_emulated"] == "yes", told)
    reps = int(told["starts"]) * int(told["rounds_most"])
    wanted = set()
    rounds = int(told["rounds_most"])
    for rep in range(reps):
        left_out = dropped("exact.tsv", rep // rounds) if rep >= rounds else ()
        for size in ("64", "4096"):
            for flush in flushes:
                wanted.add(("flush", "generic", "cached", flush, size, "0", rep))
            for copy in copies:
                if ("set", *copy) in left_out:
                    continue
                for offset in ("0", "8"):
                    wanted.add(("set", *copy, size, offset, rep))
    found = rows("exact.tsv")
    check(len(found) == len(set(found)), "a row twice")
    check({row[4:9] for row in found} == {("warm", "each", "1", "0", "0")},
          "states")
    check({(*row[:4], row[9], row[10], int(row[12])) for row in found} == wanted,
          "not the rows of the plan")
    check(told["rows"] == str(len(found)), "wrong count of rows")
    check_whole("exact.tsv")
    run("--resume", "--out", "exact.tsv")
    check(rows("exact.tsv") == found, "resuming what is complete added rows")


LONG = [*TINY, "--only", "move,64,4096,16384"]


@functools.cache
def whole():
    """Rows of the first start of a sweep that nothing interrupts."""
    run(*LONG, "--out", "whole.tsv")
    return check_whole("whole.tsv")


def full_pipe():
    """Both ends of a pipe full of blanks."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b" " * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    return reader, writer


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def has_fact(path, key):
    if not os.path.exists(path):
        return False
    with open(path, "rb") as f:
        return b"\n# " + key + b"\t" in f.read()


def is_left(sweep):
    """By the process that measures for it."""
    with open(f"/proc/{sweep.pid}/task/{sweep.pid}/children") as f:
        return not f.read().strip()


def interrupt(path, how):
    """Starts a sweep and ends it in the second round or soon after: it cannot
    tell anybody that a tenth is done, and waits there."""
    reader, writer = full_pipe()
    sweep = subprocess.Popen([bench, "sweep", *LONG, "--out", path],
                             stderr=writer)
    os.close(writer)
    measured = wait_for(lambda: has_fact(path, b"start_0_rounds"))
    sweep.send_signal(how)
    ended = wait_for(lambda: is_left(sweep))
    if not ended:
        sweep.kill()
    with open(reader) as f:
        error = f.read().strip()
    status = sweep.wait()
    if not measured:
        raise busy.Busy("a minute is not enough for a round")
    check(ended, "goes on after signal", how)
    return status, error


def ends_by_sigint():
    status, error = interrupt("int.tsv", signal.SIGINT)
    check(status == 130, "SIGINT: exit", status)
    check("--resume --out int.tsv" in error, "no word of resuming:", error)
    before = rows("int.tsv")
    check(0 < len(before) and set(before) < whole(), len(before),
          "rows at SIGINT")
    run("--resume", *LONG, "--out", "int.tsv")
    check(rows("int.tsv")[:len(before)] == before, "a finished row was lost")
    check(check_whole("int.tsv") == whole(), "SIGINT changed the rows")


def ends_in_second_start():
    """Resumed, it goes on with the variants that the start began with."""
    sweep = subprocess.Popen([bench, "sweep", *LONG, "--out", "race.tsv"],
                             stderr=subprocess.DEVNULL)
    begun = wait_for(lambda: sweep.poll() is not None or
                     has_fact("race.tsv", b"start_1_added"), 600)
    sweep.send_signal(signal.SIGINT)
    status = sweep.wait()
    if not begun or status == 2:
        raise busy.Busy("no second start in ten minutes")
    check(status == 130, "SIGINT in the second start: exit", status)
    before, left_out = rows("race.tsv"), dropped("race.tsv", 1)
    run("--resume", "--out", "race.tsv")
    check(rows("race.tsv")[:len(before)] == before, "a finished row was lost")
    check(dropped("race.tsv", 1) == left_out, "resuming dropped others")
    check(open_text("race.tsv").count("# start_1_dropped\t") == 1,
          "a fact twice")
    check(check_whole("race.tsv") == whole(), "resuming changed the rows")


def ends_by_sigkill():
    status, _ = interrupt("kill.tsv", signal.SIGKILL)
    check(status == -signal.SIGKILL, "SIGKILL: exit", status)
    with open("kill.tsv", "rb") as f:
        kept = f.read().rpartition(b"\n")[0]
    run("--resume", "--out", "kill.tsv")
    with open("kill.tsv", "rb") as f:
        check(f.read().startswith(kept), "a finished row was lost")
    check(check_whole("kill.tsv") == whole(), "SIGKILL changed the rows")

    # A line cut short by a dying machine goes, and its row comes again.
    with open("kill.tsv", "rb+") as f:
        text = f.read()
        f.truncate(text.rindex(b"\n# start_1\t") - 5)
    run("--resume", "--out", "kill.tsv")
    check(check_whole("kill.tsv") == whole(), "a torn row was lost")


def fails(*arguments, status=1, words=(), left=(), **keywords):
    """One line on stderr, the exit status, and nothing new left behind."""
    before = set(os.listdir("."))
    error = run(*arguments, status=status, **keywords).stderr
    check(error.count("\n") == 1 and error.startswith("pmem-bench: "),
          arguments, "not one line:", error)
    for word in words:
        check(word in error, arguments, "does not say", word, ":", error)
    check(set(os.listdir(".")) - before == set(left), arguments, "left files")


PRECIOUS = "precious " * 4000000


def write_data():
    with open("data", "w") as f:
        f.write(PRECIOUS)


def bad_arguments():
    write_data()
    for arguments, word in [
            (["--fast"], "--fast"),
            (["--seed"], "--seed"),
            (["--seed", "-1"], "-1"),
            (["--seed", "1x"], "1x"),
            (["--seconds", "0"], "0"),
            (["--patience", "x"], "x"),
            (["--only", "copy"], "copy"),
            (["--only", "123456"], "123456"),
            (["surplus"], "surplus"),
            (["--target", "/nowhere/at/all"], "/nowhere/at/all"),
            (["--platform", "nowhere.tsv"], "nowhere.tsv")]:
        fails(*TINY, "--out", "new.tsv", *arguments, words=[word])
    fails(*TINY, words=["--out"])
    fails(*TINY, "--out", "no/where.tsv", words=["no/where.tsv"])
    fails("--resume", "--out", "none.tsv", words=["none.tsv"])
    fails(*TINY, "--target", "data", "--out", "new.tsv", words=["data"],
          env={**os.environ, "PMEM_IS_PMEM_FORCE": "1"})
    with open("data") as f:
        check(f.read() == PRECIOUS, "data was overwritten")
    with open("foreign.tsv", "w") as f:
        f.write("schema\t1\nplatform_id\tother\ngit_revision\tother\n")
    fails(*TINY, "--platform", "foreign.tsv", "--out", "new.tsv",
          words=["platform_id", "foreign.tsv"])
    with open("torn.tsv", "w") as f:
        f.write("schema\t1\nplatform_id")
    fails(*TINY, "--platform", "torn.tsv", "--out", "new.tsv",
          words=["truncated", "torn.tsv"])


def refusals():
    """What cannot be measured is said in the file too, which has no rows."""
    write_data()
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cpus)})
    fails(*TINY, "--out", "refused.tsv", status=2, words=["refused: only one"],
          left=["refused.tsv"])
    os.sched_setaffinity(0, cpus)
    check("only one CPU" in facts("refused.tsv")["refused"], "not in the file")
    check(rows("refused.tsv") == [], "rows of a refused sweep")
    fails("--resume", "--out", "refused.tsv", words=["refused"])
    fails(*TINY, "--target", "data", "--out", "file.tsv", status=2,
          words=["refused", "data"], left=["file.tsv"])


def begun_otherwise():
    """A file is there, of a sweep with settings of its own: what a refusal
    leaves but for the refusal."""
    write_data()
    run(*TINY, "--target", "data", "--out", "begun.tsv", status=2)
    with open("begun.tsv") as f:
        begun = [line for line in f if not line.startswith("# refused\t")]
    with open("begun.tsv", "w") as f:
        f.writelines(begun)
    fails(*TINY, "--out", "begun.tsv", words=["--resume", "begun.tsv"])
    fails("--resume", "--thorough", "--out", "begun.tsv", words=["thorough"])
    fails("--resume", "--seed", "8", "--out", "begun.tsv", words=["seed"])
    fails("--resume", "--only", "set", "--out", "begun.tsv", words=["only"])
    with open("begun.tsv") as f:
        check(f.readlines() == begun, "begun.tsv was changed")


if len(os.sched_getaffinity(0)) < 2:
    print("skipped: only one CPU")
    sys.exit(77)
busy.parts(bad_arguments, refusals, begun_otherwise, exact_rows, ends_by_sigint,
           ends_in_second_start, ends_by_sigkill)
