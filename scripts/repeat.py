#!/usr/bin/env python3
"""How far runs of one machine agree on their header.

usage: repeat.py PMEM_TUNE TABLE PLAN [--weights FILE] RUN_DIR...

Reads measurements.tsv, decisions.tsv and pmem_tuned.h of each run, and writes
TABLE. Rows of headers are compared as text. Where a run differs, what its choice
loses against that of the most frequent header is judged by the measurements of
every run, since one run alone is what the choice was fitted to. Runs that were
refused and taken again lie beside a run's folder, as RUN_DIR.refused-N.
"""
import collections
import csv
import glob
import math
import os
import random
import re
import subprocess
import sys

# Share of runs that must have the same rows, and of how many: 19 of 20.
AGREE_PCT = 95
RUNS_WANTED = 20

# Resamples of runs for an interval of 95%.
RESAMPLES = 2000

ROW = re.compile(r"^\tROW\((.*?)\)", re.MULTILINE | re.DOTALL)


def facts(path):
    with open(path) as file:
        return dict(line[2:].rstrip("\n").split("\t", 1)
                    for line in file if line.startswith("# "))


def band_of(run):
    """What a decision may cost for being stable, in percent: the tie band."""
    said = facts(f"{run}/decisions.tsv")
    return float(said["tie_pct"]) + float(said["margin_pct"].split(",")[0])


def copy_words(words):
    cached, stream, flush, least = words
    if least == "NEVER":
        return f"{cached}/cached, if asked {stream}/stream/{flush}"
    return f"{cached}/cached, from {least} {stream}/stream/{flush}"


def header_rows(path):
    """{(domain, nodes, op): choice} of a header."""
    with open(path) as file:
        text = file.read()
    choices = {}
    for row in ROW.findall(text):
        words = re.split(r"[,\s\\]+", row.strip())
        nodes = ("any node" if words[1] == "ANY" else
                 f"node {words[1]} to {words[2]}")
        choices[words[3], nodes, "flush"] = words[4]
        choices[words[3], nodes, "move"] = copy_words(words[5:9])
        choices[words[3], nodes, "set"] = copy_words(words[9:13])
    if not choices:
        sys.exit(f"repeat.py: no rows: not a header: {path}")
    return choices


def regrets(tune, other, own, measured, weights):
    """{(cpu_node, mem_node, domain, op): (loss in percent, low, high)}"""
    told = subprocess.run(
        [tune, "regret", f"{other}/decisions.tsv",
         f"{measured}/measurements.tsv", "--against", f"{own}/decisions.tsv",
         *weights], check=True, text=True, stdout=subprocess.PIPE).stdout
    return {(row["cpu_node"], row["mem_node"], row["domain"], row["op"]):
            tuple(float(row[column])
                  for column in ("loss_pct", "loss_lo_pct", "loss_hi_pct"))
            for row in csv.DictReader(told.splitlines(), delimiter="\t")
            if row["verdict"] not in ("same", "unmeasured")}


def refusal(run):
    """Why a run was refused, or None."""
    with open(f"{run}/decisions.tsv") as file:
        found = re.search("\trefused: (.*)", file.read())
    return found and found.group(1)


def mean_loss(losses):
    """Of percentages, as the ratios of time they stand for; with its interval,
    by resampling them."""
    logs = [math.log1p(loss / 100) for loss in losses]
    rng = random.Random(1)
    means = sorted(sum(rng.choices(logs, k=len(logs))) / len(logs)
                   for _ in range(RESAMPLES))
    return tuple(100 * math.expm1(log) for log in (
        sum(logs) / len(logs), means[int(0.025 * RESAMPLES)],
        means[int(0.975 * RESAMPLES) - 1]))


class Agreement:
    """Which runs have the most frequent rows, and what the others lose."""

    def __init__(self, tune, weights, runs):
        self.runs = runs
        self.band_pct = band_of(runs[0])
        self.refusals = {run: refusal(run) for run in runs}
        self.sound = [run for run in runs if not self.refusals[run]]
        self.again = sorted(again for run in runs
                            for again in glob.glob(f"{run}.refused-*"))
        self.rows = {run: header_rows(f"{run}/pmem_tuned.h")
                     for run in self.sound}
        texts = {run: repr(self.rows[run]) for run in self.sound}
        frequent = collections.Counter(texts.values()).most_common(1)
        self.same = [run for run in self.sound if texts[run] == frequent[0][0]]
        self.model = self.same[0] if self.same else None
        self.differ = [run for run in self.sound if run not in self.same]
        self.losses = [loss for run in self.differ
                       for loss in self.losses_of(tune, weights, run)]

    def losses_of(self, tune, weights, run):
        """(run, where, mean over all runs, by the model's measurements) for
        each choice that differs and was measured."""
        told = {measured: regrets(tune, run, self.model, measured, weights)
                for measured in self.sound}
        for where in sorted({key for told_by in told.values()
                             for key in told_by}):
            found = [told[measured][where] for measured in self.sound
                     if where in told[measured]]
            yield (run, where, mean_loss([loss for loss, _, _ in found]),
                   told.get(self.model, {}).get(where))

    def verdict(self, loss):
        """By all of the interval, so that what may be beyond is no tie."""
        _, low, high = loss
        if -self.band_pct <= low and high <= self.band_pct:
            return "tied"
        if low > self.band_pct:
            return "worse"
        return "better" if high < -self.band_pct else "unclear"

    def apart(self):
        """Runs with a choice that is not known to be as good as the most
        frequent one, or the other way round."""
        return {run for run, where, loss, _ in self.losses
                if where[3] != "all" and self.verdict(loss) != "tied"}

    def is_enough(self):
        return len(self.runs) >= RUNS_WANTED

    def agrees(self):
        if len(self.sound) < len(self.runs):
            return False
        return (100 * len(self.same) >= AGREE_PCT * len(self.runs) or
                not self.apart())


def choice_lines(agreement):
    counts = collections.defaultdict(collections.Counter)
    for rows in agreement.rows.values():
        for key, choice in rows.items():
            counts[key][choice] += 1
    yield "| domain | nodes | operation | choice | runs |"
    yield "|---|---|---|---|---|"
    for key in sorted(counts):
        for choice, count in counts[key].most_common():
            yield f"| {' | '.join(key)} | {choice} | {count} |"


def percents(loss):
    return f"{loss[0]:.2f}% [{loss[1]:.2f}, {loss[2]:.2f}]"


def loss_lines(agreement):
    model = os.path.basename(agreement.model)
    yield ("| run | nodes | domain | operation | loses, mean over all runs | "
           f"by run {model} alone | |")
    yield "|---|---|---|---|---|---|---|"
    for run, where, loss, alone in agreement.losses:
        cpu, mem, domain, op = where
        interval = "-" if alone is None else percents(alone)
        yield (f"| {os.path.basename(run)} | {cpu} to {mem} | {domain} | {op} "
               f"| {percents(loss)} | {interval} | {agreement.verdict(loss)} |")


def refused_lines(agreement):
    count = len(agreement.runs)
    if len(agreement.sound) < count:
        yield ("Refused, so with the default rows: "
               f"{count - len(agreement.sound)}.\n")
        for run, reason in agreement.refusals.items():
            if reason:
                yield f"- {os.path.basename(run)}: {reason}"
    if agreement.again:
        yield f"Refused and taken again: {len(agreement.again)}.\n"
        for run in agreement.again:
            yield f"- {os.path.basename(run).split('.')[0]}: {refusal(run)}"


def target_words(agreement):
    target = (f"the same rows in {AGREE_PCT}% of runs, or all within the tie\n"
              "band.\n")
    if agreement.is_enough():
        held = "holds" if agreement.agrees() else "is missed"
        return f"\nThe target {held}: {target}"
    return (f"\n{len(agreement.runs)} runs say nothing of the target, which is "
            f"about {RUNS_WANTED}: {target}")


def page(agreement, plan):
    first = facts(f"{agreement.runs[0]}/measurements.tsv")
    last = facts(f"{agreement.runs[-1]}/measurements.tsv")
    same, count = len(agreement.same), len(agreement.runs)
    differ, apart = len(agreement.differ), len(agreement.apart())
    yield "# Repeatability\n"
    command = " ".join(f"scripts/repeat.sh --runs {count} {plan}".split())
    yield (f"`{command}` on {first.get('platform_id', 'unnamed')}, revision "
           f"{first.get('git_revision', 'unknown')},")
    yield (f"{first.get('started_utc', 'unknown')} to "
           f"{last.get('finished_utc', 'an unknown end')}.\n")
    yield f"**{same} of {count} runs have the same header rows.**"
    if differ:
        yield (f"Of those that differ, {differ - apart} chose what is as good "
               "within the tie band\n"
               f"of {agreement.band_pct:g}% in every row, {apart} did not.")
    yield from refused_lines(agreement)
    yield target_words(agreement)
    yield "## Choices\n"
    yield from choice_lines(agreement)
    if agreement.losses:
        yield "\n## What runs that differ lose against the most frequent rows\n"
        yield from loss_lines(agreement)


def write(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".new", path)


def main():
    tune, table, plan, *runs = sys.argv[1:]
    weights = []
    if runs[:1] == ["--weights"]:
        weights, runs = runs[:2], runs[2:]
    agreement = Agreement(tune, weights, runs)
    text = "\n".join(page(agreement, plan)) + "\n"
    write(table, text)
    print(text)
    return 0 if agreement.agrees() else 1


sys.exit(main())
