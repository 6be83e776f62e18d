#!/usr/bin/env python3
"""What pmem-tune report does with bad and with missing input:
report_cli_test.py PMEM_TUNE

One clear line, exit status 1 and no file for what cannot be; a report that
says what is missing where it can.
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.abspath(sys.argv[1])
SKIP = 77


def check(condition, message):
    if not condition:
        raise SystemExit(f"report_cli_test: {message}")


def report(*args, path=None):
    env = dict(os.environ)
    if path:
        env["PATH"] = path
    return subprocess.run([TOOL, "report", *args], env=env, text=True,
                          capture_output=True, check=False)


def outputs(run):
    return [name for name in os.listdir(run)
            if name.endswith((".html", ".svg")) or ".svg." in name or
            ".html." in name]


def refused(run, words, path=None):
    """The report fails with one line that holds the words, and no file."""
    done = report(run, path=path)
    check(done.returncode == 1, f"{words}: exit {done.returncode}")
    check(done.stderr.count("\n") == 1 and done.stderr.endswith("\n"),
          f"{words}: not one line: {done.stderr!r}")
    for word in words:
        check(word in done.stderr, f"{word!r} is not in {done.stderr!r}")
    check(not done.stdout, f"{words}: prints {done.stdout!r}")
    check(not outputs(run), f"{words}: leaves {outputs(run)}")


def copy(run, work, name):
    other = os.path.join(work, name)
    shutil.copytree(run, other)
    return other


def edit(run, name, change):
    path = os.path.join(run, name)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    changed = change(text)
    check(changed != text, f"{name} was not changed")
    with open(path, "w", encoding="utf-8") as f:
        f.write(changed)


def bad_input(run, work):
    for args, why in (([], "argument missing"),
                      (["--no-such"], "unknown option: --no-such"),
                      (["--no-such", run], "unknown option: --no-such"),
                      (["--text", run, run], "unexpected argument")):
        done = report(*args)
        check(done.returncode == 1 and why in done.stderr and
              done.stderr.count("\n") == 1, f"{args}: {done.stderr!r}")
    check(report("--help").returncode == 0, "--help fails")

    cases = {
        "platform.tsv": (lambda t: "schema\t99\n" + t[t.index("\n") + 1:],
                         "99"),
        "measurements.tsv": (lambda t: t[:-3], "truncated"),
        "decisions.tsv": (lambda t: t.replace("\tkept\n", "\tliked\n", 1),
                          "verdict"),
        "compare.tsv": (lambda t: t.replace("durable\n", "durable\t1\n", 1),
                        "fields"),
        "goals.tsv": (lambda t: t.replace("\tmet\tn", "\tnear\tn", 1), "met"),
        "counters.tsv": (lambda t: t.replace("\tclwb\t", "\tclwbx\t", 1),
                         "flush"),
        "weights.tsv": (lambda t: t.replace("4096", "4097", 1), "power of"),
    }
    for name, (change, why) in cases.items():
        bad = copy(run, work, "bad-" + name)
        edit(bad, name, change)
        refused(bad, [name, why])
    for name in ("platform.tsv", "measurements.tsv"):
        bad = copy(run, work, "no-" + name)
        os.remove(os.path.join(bad, name))
        refused(bad, [name, "No such file"])


def bad_gnuplot(run, work):
    empty = os.path.join(work, "empty")
    os.mkdir(empty)
    refused(run, ["gnuplot", "not found"], path=empty)
    fake = os.path.join(work, "fake")
    os.mkdir(fake)
    with open(os.path.join(fake, "gnuplot"), "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\necho ' line 1: no <ink>' >&2\nexit 1\n")
    os.chmod(os.path.join(fake, "gnuplot"), 0o755)
    refused(run, ["gnuplot: line 1: no <ink>"], path=fake)


def blocked_page(run, work):
    """Where the page cannot be, no plot is left either."""
    blocked = copy(run, work, "blocked")
    os.mkdir(os.path.join(blocked, "report.html"))
    done = report(blocked)
    check(done.returncode == 1 and "report.html" in done.stderr,
          f"a directory in place of the page: {done.stderr!r}")
    check(outputs(blocked) == ["report.html"], "plots without their page")


def missing_parts(run, work):
    part = copy(run, work, "part")
    for name in ("decisions.tsv", "compare.tsv", "pmem_tuned.h"):
        os.remove(os.path.join(part, name))
    done = report(part)
    check(done.returncode == 0, f"part of a run: {done.stderr}")
    with open(os.path.join(part, "report.html"), encoding="utf-8") as f:
        page = f.read()
    text = report("--text", part).stdout
    for name in ("decisions.tsv", "compare.tsv", "pmem_tuned.h"):
        check(f"No {name}" in page, f"the page does not miss {name}")
        check(f"No {name}" in text, f"the text does not miss {name}")
    check("crossover-" not in "".join(outputs(part)),
          "a crossover without a decision")
    check("flush-" in "".join(outputs(part)), "no flush plot")


def terminal(run):
    done = report("--text", run)
    check(done.returncode == 0 and not done.stderr, done.stderr)
    for line in done.stdout.splitlines():
        check(len(line) <= 80, f"{len(line)} columns: {line}")
    for words in ("The tuned library is faster than stock", "768 B",
                  "NOT met", "two misses of the <cache>", "nothing was built",
                  "Tuned to page <writer>", "over the default weights",
                  "A/A noise of 7.1 % hides <any>", "█", "●",
                  "not durable on this CPU under ADR"):
        check(words in done.stdout, f"the text lacks: {words}")
    check(not outputs(run), "--text wrote files")
    summary = report("--summary", run).stdout
    check(done.stdout.startswith(summary) and summary != done.stdout,
          "the summary is not the beginning of the text")
    goals = report("--goals", run).stdout
    check("NOT met" in goals and goals in done.stdout and
          "NOT met" not in summary, "goals are not a part of their own")


def main():
    with tempfile.TemporaryDirectory() as work:
        run = os.path.join(work, "run")
        subprocess.run(
            [sys.executable, os.path.join(HERE, "report_synthetic.py"), run],
            check=True)
        terminal(run)
        bad_input(run, work)
        bad_gnuplot(run, work)
        if not shutil.which("gnuplot"):
            print("skipped: no gnuplot")
            sys.exit(SKIP)
        blocked_page(run, work)
        missing_parts(run, work)


main()
