#!/usr/bin/env python3
"""Platforms side by side: registry_report_test.py PMEM_TUNE PLANTED_FILE

Makes a registry of three platforms: a synthetic one with an older run, a planted
one, and one of which only decisions are known. Its page and its text must show
the newest runs, the thresholds of their decisions, and as regrets what
`pmem-tune regret` says of the same files. Then the page is opened in a browser.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402
from page_checks import (check, check_all_shown, check_looks,  # noqa: E402
                         check_offline, check_print, read_rows)

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL, PLANTED_FILE = map(os.path.abspath, sys.argv[1:])
SKIP = 77
DOMAINS = ("adr", "adr_nt", "eadr")
SYNTHETIC = "synthetic-family25-model1"
PLANTED = "planted-1"
KNOWN = "genuineintel-6-85-7-1n2c"  # registry/ has its decisions
PLATFORMS = sorted((SYNTHETIC, PLANTED, KNOWN))
RUNS = {SYNTHETIC: "2026-01-02T030405Z", PLANTED: "2026-02-01T000000Z",
        KNOWN: "2026-01-16T120000Z"}


def tune(*args):
    return subprocess.run([TOOL, *args], text=True, capture_output=True,
                          check=False)


def decide(run):
    done = tune("decide", os.path.join(run, "measurements.tsv"), "--out",
                os.path.join(run, "decisions.tsv"))
    check(done.returncode == 0, done.stderr)


def edit(path, change):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(change(text))


def folder(registry, platform):
    return os.path.join(registry, platform, RUNS[platform])


def make(registry):
    run = folder(registry, SYNTHETIC)
    subprocess.run([sys.executable, os.path.join(HERE, "report_synthetic.py"),
                    run], check=True)
    # What an older run decided must not be seen.
    shutil.copytree(run, os.path.join(registry, SYNTHETIC, "2025-12-31"))
    decide(run)
    planted = folder(registry, PLANTED)
    os.makedirs(planted)
    measured = os.path.join(planted, "measurements.tsv")
    subprocess.run([PLANTED_FILE, measured], check=True)
    edit(measured, lambda text: re.sub(r"(?m)^# platform_id\t.*",
                                       "# platform_id\t" + PLANTED, text))
    decide(planted)
    shutil.copytree(os.path.join(HERE, "registry", KNOWN),
                    os.path.join(registry, KNOWN))
    # Neither of these is a platform.
    os.makedirs(os.path.join(registry, "programs"))
    os.makedirs(os.path.join(registry, "empty", "2026-03-01"))


def decisions(registry, platform):
    return os.path.join(folder(registry, platform), "decisions.tsv")


def wanted_loss(registry, source, on, domain):
    """The worst pair of nodes, as the verb regret has it; None: unmeasured."""
    measured = os.path.join(folder(registry, on), "measurements.tsv")
    if not os.path.exists(measured):
        return None
    done = tune("regret",
                decisions(registry, source) if source else "--default",
                measured)
    check(done.returncode == 0, done.stderr)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    found = [float(line[9]) for line in lines
             if line[0] == "all" and line[3] == domain and line[9] != "-"]
    return max(found) if found else None


MATRIX_SCRIPT = """
return [...document.querySelectorAll('#regret-' + arguments[0] + ' tbody tr')]
    .map(tr => [...tr.querySelectorAll('td')].map(td => {
      const data = td.querySelector('data');
      return [td.className, data ? +data.value : null, td.textContent];
    }));
"""

TABLE_SCRIPT = """
return [...document.querySelectorAll('#' + arguments[0] + ' tbody tr')]
    .map(tr => [tr.querySelector('th').textContent,
        ...[...tr.querySelectorAll('td')].map(td => td.textContent)]);
"""


def check_losses(page, registry):
    count = 0
    for domain in DOMAINS:
        rows = page.run(MATRIX_SCRIPT, domain)
        check(len(rows) == len(PLATFORMS) + 1, f"{len(rows)} rows in {domain}")
        for source, row in zip(PLATFORMS + [None], rows):
            check(len(row) == len(PLATFORMS), f"{len(row)} cells in {domain}")
            for on, (name, value, text) in zip(PLATFORMS, row):
                wanted = wanted_loss(registry, source, on, domain)
                where = f"{domain}, rows of {source} on {on}: {text}"
                if wanted is None:
                    check("unmeasured" in name and value is None, where)
                    continue
                if "same" in name:
                    check(wanted == 0 and text == "the same", where)
                else:
                    check(abs(value - wanted) < 0.00501,
                          f"{where}, not {wanted}")
                check(source != on or "same" in name, f"{where}: own rows")
                count += 1
    check(count >= 12, f"only {count} losses were measured")
    print(f"counts: {count} losses equal what the verb regret says")


def bytes_shown(text):
    number, unit = re.match(r"([0-9.]+) ([KM]iB|B)", text).groups()
    return float(number) * {"B": 1, "KiB": 1024, "MiB": 1048576}[unit]


def check_thresholds(page, registry):
    count = 0
    for domain in DOMAINS:
        for op in ("move", "set", "flush"):
            shown = page.run(TABLE_SCRIPT, f"{op}-{domain}")
            wanted = [(platform, row) for platform in PLATFORMS
                      for row in read_rows(decisions(registry, platform))
                      if row["op"] == op and row["domain"] == domain]
            check(len(shown) == len(wanted), f"{op}, {domain}: {shown}")
            for cells, (platform, row) in zip(shown, wanted):
                check(cells[0].startswith(platform), f"{cells[0]}: {platform}")
                check(f"node {row['cpu_node']} to {row['mem_node']}" in
                      cells[0], cells[0])
                if op == "flush":
                    check(cells[1] == row["flush"], f"{cells[1]}: {row}")
                    continue
                text = row["stream_min_bytes"]
                check(cells[1].startswith("never") if text == "never" else
                      bytes_shown(cells[1]) == float(text),
                      f"{platform}, {op}, {domain}: {cells[1]}, not {text}")
                check(f"{row['cached_isa']}/cached/{row['flush']}" in cells[3],
                      f"{cells[3]}: {row}")
                count += 1
    check(count >= 20, f"only {count} thresholds")


def check_page(registry):
    path = os.path.join(registry, "report.html")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        page = browser.Browser(profile)
        try:
            page.size(1100, 900)
            page.open("file://" + path)
            check_losses(page, registry)
            check_thresholds(page, registry)
            verdict = page.run("return [...document.querySelectorAll("
                               "'#verdict p')].map(e => e.textContent)")
            check(len(verdict) == 2, "the verdict is not two sentences")
            check(SYNTHETIC in verdict[0] or PLANTED in verdict[0], verdict[0])
            notices = page.run("return [...document.querySelectorAll("
                               "'.notice')].map(e => e.textContent)")
            check(any("Without measurements" in n and KNOWN in n and
                      PLANTED not in n for n in notices), notices)
            shown = page.run(TABLE_SCRIPT, "platforms")
            check([row[1] for row in shown] == [RUNS[p] for p in PLATFORMS],
                  f"not the newest runs: {shown}")
            check_all_shown(page, 40)
            check_looks(page)
            check_print(page)
            check_offline(page, path, registry)
        finally:
            page.close()


def check_text(registry):
    done = tune("report", "--text", registry)
    check(done.returncode == 0 and not done.stderr, done.stderr)
    for line in done.stdout.splitlines():
        check(len(line) <= 80, f"{len(line)} columns: {line}")
    for words in (*PLATFORMS, *RUNS.values(), "untuned", "the same",
                  "Without measurements"):
        check(words in done.stdout, f"the text lacks {words}")
    check("2025-12-31" not in done.stdout, "the text shows an older run")
    for letter, platform in zip("ABC", PLATFORMS):
        row = next(r for r in read_rows(decisions(registry, platform))
                   if r["op"] == "flush" and r["domain"] == "adr")
        check(re.search(rf"adr +flush +{letter}  0,0  {row['flush']} ",
                        done.stdout), f"no flush of {platform}")
    check(not os.path.exists(os.path.join(registry, "report.html")),
          "--text wrote a page")


def refused(registry, *words):
    done = tune("report", registry)
    check(done.returncode == 1 and done.stderr.count("\n") == 1 and
          all(word in done.stderr for word in words),
          f"{words}: exit {done.returncode}, {done.stderr!r}")
    check(not os.path.exists(os.path.join(registry, "report.html")),
          f"{words}: a page in spite of it")


def check_refusals(registry, work):
    refused(os.path.join(registry, "programs"), "no run", "programs")
    refused(os.path.join(work, "missing"), "No such file", "missing")
    broken = os.path.join(work, "broken")
    shutil.copytree(registry, broken)
    edit(decisions(broken, PLANTED), lambda text: text[:-9])
    refused(broken, PLANTED, "decisions.tsv")


def main():
    with tempfile.TemporaryDirectory() as work:
        registry = os.path.join(work, "registry")
        make(registry)
        check_text(registry)
        check_refusals(registry, work)
        done = tune("report", registry)
        check(done.returncode == 0, done.stderr)
        lacking = browser.missing()
        if lacking:
            print(f"skipped: no {lacking}")
            sys.exit(SKIP)
        check_page(registry)


main()
