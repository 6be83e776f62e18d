#!/usr/bin/env python3
"""The report in a real browser: report_browser_test.py PMEM_TUNE

Makes a synthetic run, has it reported, opens the page in headless Chromium and
checks what a reader relies on: every plot is drawn and readable on a desk and
on a phone, in light and dark; nothing leaves the page; every figure shown is
what the data files say, worked out again here; names are shown, not obeyed.
"""
import collections
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402
from page_checks import (check, check_all_shown, check_looks,  # noqa: E402
                         check_offline, check_print, check_shown, read_rows)

HERE = os.path.dirname(os.path.abspath(__file__))
SKIP = 77


class Data:
    """The numbers behind each plot, from the files alone."""

    def __init__(self, directory):
        self.cells = collections.defaultdict(dict)
        for r in read_rows(os.path.join(directory, "measurements.tsv")):
            cell = (r["cpu_node"], r["mem_node"], r["op"], r["isa"],
                    r["store"], r["flush"], r["residency"], r["drain"],
                    int(r["size_bytes"]))
            self.cells[cell][r["rep"]] = float(r["time_ns"])
        self.compared = {
            (r["table"], r["op"], r["residency"], r["drain"], r["lib"],
             int(r["size_bytes"])): float(r["ratio"])
            for r in read_rows(os.path.join(directory, "compare.tsv"))
            if r["baseline"] == "stock" and r["dst_offset"] == "0"}
        self.decisions = {
            (r["cpu_node"], r["mem_node"], r["op"], r["domain"]): r
            for r in read_rows(os.path.join(directory, "decisions.tsv"))}

    def time(self, *cell):
        return statistics.median(self.cells[cell].values())

    def ratio(self, over, under):
        a, b = self.cells[over], self.cells[under]
        return statistics.median(a[rep] / b[rep] for rep in a if rep in b)

    def expected(self, figure, line, size):
        kind, *part = figure.split("-")
        if kind == "gain":
            table, op, residency, drain, *_ = part
            return self.compared[table, op, residency, drain, line, size]
        nodes, part = part[:2], part[2:]
        if kind == "flush":
            residency, drain = part
            return self.time(*nodes, "flush", "generic", "cached", line,
                             residency, drain, size) / -(-size // 64)
        if kind == "throughput":
            op, residency = part
            return size / self.time(*nodes, op, "avx", *line.split("/"),
                                    residency, "batch", size)
        domain, op, drain = part
        d = self.decisions[(*nodes, op, domain)]
        return self.ratio(
            (*nodes, op, d["cached_isa"], "cached", d["flush"], line, drain,
             size),
            (*nodes, op, d["stream_isa"], "stream", d["stream_flush"], line,
             drain, size))


FIGURES_SCRIPT = """
return [...document.querySelectorAll('figure')].map(figure => {
  const svg = figure.querySelector('svg.plot');
  const box = svg.getBoundingClientRect();
  const lines = [...figure.querySelectorAll('thead th')].slice(1)
      .map(th => th.textContent);
  const rows = [...figure.querySelectorAll('tbody tr')].map(tr => ({
    size: +tr.querySelector('th data').value,
    cells: [...tr.querySelectorAll('td')].map(td => {
      const data = td.querySelector('data');
      return data ? [+data.value, data.textContent] : null;
    })}));
  return {id: figure.id, width: box.width, height: box.height,
      paths: svg.querySelectorAll('path').length,
      markers: svg.querySelectorAll('use').length,
      words: svg.textContent, lines: lines, rows: rows,
      download: figure.querySelector('a[download]').href};
});
"""

def check_figures(page, data, directory):
    figures = page.run(FIGURES_SCRIPT)
    drawn = {name[:-4] for name in os.listdir(directory)
             if name.endswith(".svg")}
    check(len(drawn) >= 20, f"only {len(drawn)} plots were drawn")
    check(drawn == {f["id"] for f in figures},
          "the page has other plots than the folder")
    for kind in ("flush", "crossover", "throughput", "gain"):
        check(any(f["id"].startswith(kind) for f in figures),
              f"no {kind} plot")
    numbers = 0
    for f in figures:
        check(f["width"] > 200 and f["height"] > 120,
              f"{f['id']} is {f['width']} by {f['height']} pixels")
        check(f["paths"] >= 2 * len(f["lines"]), f"{f['id']} has no lines")
        check(f["markers"] >= len(f["rows"]), f"{f['id']} has no markers")
        check(f["download"].startswith("data:text/tab-separated-values"),
              f"{f['id']} has nothing to save")
        for line in f["lines"]:
            check(line in f["words"], f"{f['id']}: {line} has no name in it")
        check("8 B" in f["words"], f"{f['id']} has no sizes on its axis")
        numbers += check_numbers(f, data)
    print(f"{len(figures)} plots, {numbers} numbers equal the data")


def check_numbers(figure, data):
    count = 0
    for row in figure["rows"]:
        for line, cell in zip(figure["lines"], row["cells"]):
            where = f"{figure['id']}, {line}, {row['size']} bytes"
            check(cell, f"{where}: no number")
            wanted = data.expected(figure["id"], line, row["size"])
            check(abs(cell[0] - wanted) <= 1e-8 * wanted,
                  f"{where}: page {cell[0]}, data {wanted}")
            check_shown(where, cell[1], cell[0])
            count += 1
    check(count > 0, f"{figure['id']} has no numbers")
    return count


def check_texts(page, directory):
    """What files say is shown as it stands, and what is bad news is seen."""
    name = "Synthetic <CPU> & 'co' \"64-core\""
    check(page.run("return document.querySelector('h1').textContent") == name,
          "the CPU's name is not shown as it is")
    check(page.run("return document.querySelectorAll('cpu,any').length") == 0,
          "a name out of a file became an element")
    check(page.run("return document.querySelectorAll('pre b').length") == 0,
          "the header's text became elements")
    notices = page.run("return [...document.querySelectorAll('.notice')]"
                       ".filter(e => e.checkVisibility())"
                       ".map(e => e.textContent)")
    for words in ("A/A noise of 7.1 % hides <any> gain",
                  "Streaming stores stay in this CPU's cache",
                  "ordinary memory standing in"):
        check(any(words in n for n in notices), f"no notice says: {words}")
    badges = page.run("return [...document.querySelectorAll('.badge')]"
                      ".map(e => e.textContent)")
    for words in ("tuned", "kept", "refused",
                  "not durable on this CPU under ADR"):
        check(words in badges, f"no badge says: {words}")
    decided = page.run("return document.querySelector('#decisions')"
                       ".textContent")
    for words in ("the rows for any node serve it",
                  "rows of its own, worth +6.3 % over those for any node"):
        check(words in decided, f"the decisions do not say: {words}")
    verdict = page.run("return document.querySelectorAll('#verdict p').length")
    check(verdict == 2, "the verdict is not two sentences")
    overall = next(
        r for r in read_rows(os.path.join(directory, "compare.tsv"))
        if r["table"] == "equal" and r["op"] == "all" and r["lib"] == "tuned")
    text = page.run("return document.querySelector('#verdict').textContent")
    check(f"{float(overall['ratio']):.2f}×" in text,
          "the verdict's figure is not that of compare.tsv")


CELLS_SCRIPT = """
return [...document.querySelectorAll(arguments[0] + ' tbody tr')]
    .map(tr => [...tr.children].map(cell => {
      const data = cell.querySelector('data');
      return [cell.textContent, data ? +data.value : null];
    }));
"""


def check_goals(page, directory):
    goals = read_rows(os.path.join(directory, "goals.tsv"))
    shown = page.run(CELLS_SCRIPT, "#goals-table")
    check(len(shown) == len(goals), f"{len(shown)} goals")
    for cells, goal in zip(shown, goals):
        name, _, (_, value), (verdict, _), (why, _) = cells
        check(name[0] == goal["goal"] and verdict == goal["met"], f"{cells}")
        check(value == (None if goal["value"] == "-" else
                        float(goal["value"])), f"{cells}")
        check(why == ("" if verdict == "met" else goal["evidence"]),
              f"{cells}")


def check_counts(page, directory):
    rows = read_rows(os.path.join(directory, "counters.tsv"))
    found = collections.defaultdict(list)
    for row in rows:
        name = (row["flush"] if row["op"] == "flush" else
                f"{row['isa']}/{row['store']}/{row['flush']}")
        for event in ("cycles", "instructions"):
            found[row["op"], row["size_bytes"], name, row["residency"],
                  event].append(float(row[event]))
    count = 0
    for op in ("move", "set", "flush"):
        for size in ("64", "4096"):
            for cells in page.run(CELLS_SCRIPT, f"#counts-{op}-{size}"):
                for i, residency in enumerate(("warm", "cold")):
                    for j, event in enumerate(("cycles", "instructions")):
                        value = cells[1 + 3 * i + j][1]
                        wanted = statistics.median(
                            found[op, size, cells[0][0], residency, event])
                        check(abs(value - wanted) <= 1e-8 * wanted,
                              f"{op}, {size}, {cells[0][0]}: {value}")
                        count += 1
                    check(cells[3 + 3 * i] == ["–", None],
                          f"misses that were not counted: {cells}")
    check(count == 2 * len(rows) // 3, f"{count} medians of events")


SENSITIVITY_SCRIPT = """
return [...document.querySelectorAll('table.sensitivity tbody tr')]
    .map(tr => [tr.querySelector('th').textContent,
        ...[...tr.querySelectorAll('td')].map(td => {
          const data = td.querySelector('data');
          return [td.dataset.label, td.textContent, data ? +data.value : null];
        })]);
"""


def check_sensitivity(page, directory):
    """How a decision moves between programs is what the remarks before it say,
    read from the file again."""
    labels = {"latency": "Latency alone", "throughput": "Throughput alone",
              "rereading": "Rereading alone", "runner_up": "Runner-up"}
    wanted, remarks = {}, {}
    with open(os.path.join(directory, "decisions.tsv"), encoding="utf-8") as f:
        for line in f.read().splitlines():
            words = line.split("\t")
            if line.startswith("# "):
                remarks[words[0][2:]] = words[1].split(" ")
            elif words[0] != "op":
                if not words[13].startswith("refused"):
                    wanted[f"{words[0]}, {words[3]} node {words[1]} to "
                           f"{words[2]}"] = words, remarks
                remarks = {}
            else:
                remarks = {}
    shown = page.run(SENSITIVITY_SCRIPT)
    check({cells[0] for cells in shown} == set(wanted), f"rows {shown}")
    moved = 0
    for name, _, *cells in shown:
        row, remarks = wanted[name]
        for label, text, value in cells:
            remark = next((remarks.get(key) for key in labels
                           if labels[key] == label), None)
            if remark is None:
                check(text == "–" and value is None, f"{name}, {label}: {text}")
            elif remark[:5] == row[4:9]:
                check(text == "the same", f"{name}, {label}: {text}")
            else:
                check(value == float(remark[5]), f"{name}, {label}: {value}")
                size = text.split(" loss")[0]
                check(("never" in size) == (remark[4] == "never") and
                      (remark[4] != "1024" or "1 KiB" in size) and
                      (remark[4] != "384" or "384 B" in size),
                      f"{name}, {label}: {text}, not from {remark[4]}")
                moved += 1
    check(moved >= 4, f"only {moved} programs move a decision")


def check_program(page, tool, directory):
    """What the program's decision is worth is what the verb regret says."""
    measured, usual, weights = (
        os.path.join(directory, name) for name in
        ("measurements.tsv", "usual.tsv", "weights.tsv"))
    subprocess.run([tool, "decide", measured, "--out", usual], check=True,
                   stderr=subprocess.DEVNULL)
    said = subprocess.run(
        [tool, "regret", usual, measured, "--weights", weights], check=True,
        stdout=subprocess.PIPE, text=True).stdout
    os.remove(usual)
    lines = [line.split("\t") for line in said.splitlines()[1:]]
    wanted = {(f"{line[0]}, {line[3]} node {line[1]} to {line[2]}"):
              float(line[9]) for line in lines
              if line[0] != "all" and line[9] != "-"}
    shown = {cells[0][0]: cells[3][1]
             for cells in page.run(CELLS_SCRIPT, "#program-table")}
    check(shown.keys() == wanted.keys() and len(shown) >= 9,
          f"{shown.keys()}, not {wanted.keys()}")
    for name, value in wanted.items():
        check(abs(shown[name] - value) < 0.00501,
              f"{name}: worth {shown[name]}, not {value}")
    text = page.run("return document.querySelector('#program').textContent")
    check("page <writer>" in text, "the program has no name")


def open_report(tool, work):
    run = os.path.join(work, "run")
    subprocess.run([sys.executable, os.path.join(HERE, "report_synthetic.py"),
                    run], check=True)
    subprocess.run([tool, "report", run], check=True)
    return run


def main():
    tool = sys.argv[1]
    lacking = browser.missing() or (None if shutil.which("gnuplot") else
                                    "gnuplot")
    if lacking:
        print(f"skipped: no {lacking}")
        sys.exit(SKIP)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        run = open_report(tool, work)
        path = os.path.join(run, "report.html")
        page = browser.Browser(os.path.join(work, "profile"))
        try:
            page.size(1100, 900)
            page.open("file://" + path)
            check_figures(page, Data(run), run)
            check_texts(page, run)
            check_goals(page, run)
            check_counts(page, run)
            check_sensitivity(page, run)
            check_program(page, tool, run)
            check_all_shown(page, 1000)
            check_looks(page)
            check_print(page)
            check_offline(page, path, run)
        finally:
            page.close()


main()
