#!/usr/bin/env python3
"""Plants faults in a copy of the library, one at a time: a test must find each.

usage: mutate.py [--minutes M] [--seed N] [--jobs N] [--only REGEX]

mutations.txt lists the faults. Without --minutes all are tried; with it, as
many as are begun in that time, in an order that --seed (default: the date)
decides. Exit 1 if a fault survives that is not listed as equivalent, if one
listed as equivalent is found, or if one no longer fits the source.
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# CTest's names; most faults of a file are found by the first test of its list.
# kernels_test, the slowest, is asked last.
COPY = ["model_test-quick", "trace_test-quick", "kernels_test"]
MAP = ["map_file_test", "ranges_test", "sync_test", "concurrency_test",
       "faults_test"]
TESTS = {
    "copy.h": COPY, "copy_template.h": COPY, "copy_part.h": COPY,
    "copy_lines.h": COPY, "copy_overlap.h": COPY, "copy_adapt.h": COPY,
    "flush.c": ["policy_test", *COPY],
    "copy_x86.c": ["trace_test-quick", "kernels_test"],
    "prim_x86.h": ["trace_test-quick", "kernels_test"],
    "pmem.c": ["policy_test", "model_test-quick", "trace_test-quick"],
    "cpu.c": ["cpu_test"],
    "env.c": ["policy_test", "env_test", "env_test-setuid",
              "debug_test-setuid"],
    "error.c": ["error_test", "map_file_test"],
    "describe.c": ["policy_test", "trace_test-quick"],
    "trace.c": ["debug_test", "debug_test-setuid"],
    "version.c": ["error_test", "faults_test"],
    "policy.c": ["policy_test", "kernels_test", "trace_test-quick"],
    "deep.c": ["policy_test", "sync_test", *MAP],
    "is_pmem.c": ["env_test", *MAP], "map.c": MAP,
    "ranges.c": ["ranges_test", *MAP], "file.c": MAP,
    "place.c": ["place_test", *MAP], "sysfs.c": ["faults_test"],
}
EVERY = ["policy_test", "cpu_test", *COPY] + MAP + ["env_test"]
# Of tests with more than one name, and of tests that load what they test.
TARGETS = {
    "model_test-quick": ["model_test"],
    "trace_test-quick": ["trace_test", "pmem", "pmem_any"],
    "debug_test": ["debug_test"], "debug_test-setuid": ["debug_test"],
    "env_test-setuid": ["env_test"],
}
# A fault may allocate or loop without end. Processor time, not the clock's: a
# busy machine must not find faults. CTest's time-outs end what only waits.
LIMITS = {resource.RLIMIT_AS: 16 << 30, resource.RLIMIT_CPU: 100}


class Mutation:
    """One block of mutations.txt."""

    def __init__(self, block):
        self.old, self.new, self.equivalent = [], [], None
        head, *rest = block
        self.file, self.what = head.split(": ", 1)
        for line in rest:
            kind, text = line[0], line[1:]
            if kind == "=":
                self.equivalent = text.strip()
            else:
                {"-": self.old, "+": self.new}[kind].append(text)
        self.name = f"{self.file}: {self.what}"

    def apply(self, text):
        """The text with the fault, or None if it does not fit once."""
        old = "\n".join(self.old)
        return text.replace(old, "\n".join(self.new)) \
            if text.count(old) == 1 else None


def mutations_read():
    blocks, block = [], []
    for line in (HERE / "mutations.txt").read_text().split("\n") + [""]:
        if line.startswith("#"):
            continue
        if line:
            block.append(line)
        elif block:
            blocks.append(block)
            block = []
    return [Mutation(block) for block in blocks]


class Tree:
    """A copy of the source with a build of its own."""

    def __init__(self, place):
        self.source, self.build = place / "source", place / "build"
        shutil.copytree(ROOT, self.source, symlinks=True,
                        ignore=shutil.ignore_patterns(".git", "build", "results"))
        self.run(["cmake", "-G", "Ninja", "-S", self.source, "-B", self.build,
                  "-DPMEM_BUILD_TOOLS=OFF", "-DCMAKE_BUILD_TYPE=Release",
                  "-DCMAKE_C_FLAGS_RELEASE=-O1"], check=True)

    @staticmethod
    def limit():
        for what, limit in LIMITS.items():
            resource.setrlimit(what, (limit, limit))

    def run(self, command, check=False):
        """Exit status and output."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("PMEM_")}
        with subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, errors="replace", env=env,
                preexec_fn=self.limit) as process:
            output, _ = process.communicate()
        if check and process.returncode:
            sys.exit(f"mutate.py: {command[0]} failed:\n{output}")
        return process.returncode, output

    def test(self, name):
        """None if the test passes, or what it (or the compiler) says."""
        targets = TARGETS.get(name, [name])
        status, output = self.run(["ninja", "-j1", "-C", self.build, *targets])
        if status:
            if "[-Werror" in output:
                return "a compiler warning"
            raise SyntaxError(output)
        status, output = self.run(["ctest", "--test-dir", self.build, "-R",
                                   f"^{name}$", "--no-tests=error"])
        if "***Skipped" in output or not status:
            return None
        return f"{name}: timeout" if "***Timeout" in output else name

    def try_mutation(self, mutation):
        """(verdict, text): killed, survived, equivalent or invalid."""
        path = self.source / "libpmem" / mutation.file
        original = path.read_text()
        path.write_text(mutation.apply(original))
        try:
            for name in dict.fromkeys(TESTS.get(mutation.file, EVERY)):
                why = self.test(name)
                if why:
                    return ("found" if mutation.equivalent else "killed"), why
        except SyntaxError as error:
            where = re.search(r"error: .*", str(error))
            return "invalid", where.group() if where else str(error)[-300:]
        finally:
            path.write_text(original)
        if mutation.equivalent:
            return "equivalent", mutation.equivalent
        return "SURVIVED", ""


def misfits(mutations):
    """Names of faults whose place in the source is gone."""
    sources = {m.file: (ROOT / "libpmem" / m.file).read_text()
               for m in mutations}
    return [m.name for m in mutations if m.apply(sources[m.file]) is None]


def arguments_read():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seed", default=time.strftime("%Y-%m-%d"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="")
    return parser.parse_args()


def main():
    arguments = arguments_read()
    begin = time.monotonic()
    mutations = [m for m in mutations_read() if re.search(arguments.only, m.name)]
    stale = misfits(mutations)
    if stale:
        sys.exit("mutate.py: does not fit the source once: " +
                 "; ".join(stale))
    if arguments.minutes:
        random.Random(arguments.seed).shuffle(mutations)
    verdicts, trees, lock = {}, threading.local(), threading.Lock()

    with tempfile.TemporaryDirectory(prefix="pmem-mutate-") as place:
        def work(number_and_mutation):
            number, mutation = number_and_mutation
            if arguments.minutes and \
                    time.monotonic() - begin > 60 * arguments.minutes:
                return
            if not hasattr(trees, "tree"):
                trees.tree = Tree(pathlib.Path(place) / str(number))
                for name in dict.fromkeys(EVERY) if not arguments.minutes else []:
                    why = trees.tree.test(name)
                    if why:
                        sys.exit(f"mutate.py: fails without a fault: {why}")
            verdict, text = trees.tree.try_mutation(mutation)
            with lock:
                verdicts[mutation.name] = verdict
                print(f"{verdict}\t{mutation.name}\t{text}", flush=True)

        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            list(pool.map(work, enumerate(mutations)))

    count = {v: list(verdicts.values()).count(v) for v in
             ("killed", "SURVIVED", "equivalent", "found", "invalid")}
    seed = f", seed {arguments.seed}" if arguments.minutes else ""
    print(f"counts: {len(verdicts)} of {len(mutations)} faults planted{seed}: "
          f"{count['killed']} killed, {count['equivalent']} equivalent, "
          f"{count['SURVIVED']} survived")
    for verdict in ("SURVIVED", "found", "invalid"):
        for name in (n for n, v in verdicts.items() if v == verdict):
            print(f"{verdict}\t{name}")
    return int(len(verdicts) == 0 or count["SURVIVED"] + count["found"] +
               count["invalid"] > 0)


if __name__ == "__main__":
    sys.exit(main())
