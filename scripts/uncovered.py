#!/usr/bin/env python3
"""Compares the lines that no test executes with a list of reasons for them.

usage: uncovered.py GCOVR_JSON LIST

LIST is blocks, an empty line between them:

    FILE                 below libpmem/
    -text of the source  lines that follow one another; must be there once
    = reason

Fails for a line that is in no block, and for a block that is not in its file.
Lines that are executed now and then may stay.
"""
import json
import pathlib
import sys


def block_lines(block, listed):
    """(file, line number) of each line that a block names."""
    name, *rest = [l for l in block.split("\n") if l and not l.startswith("#")]
    code = [line[1:].strip() for line in rest if line[0] == "-"]
    if not code or not any(line.startswith("= ") for line in rest):
        sys.exit(f"{listed}: a line and a reason are needed: {name}")
    source = [line.strip() for line in
              pathlib.Path("libpmem", name).read_text().split("\n")]
    places = [i for i in range(len(source)) if source[i:i + len(code)] == code]
    if len(places) != 1:
        sys.exit(f"{listed}: {len(places)} times in {name}: {code[0]}")
    return {(f"libpmem/{name}", places[0] + 1 + i) for i in range(len(code))}


def main():
    data, listed = sys.argv[1:]
    reasons, uncovered, unlisted = set(), 0, 0
    for block in pathlib.Path(listed).read_text().split("\n\n"):
        if any(line and line[0] != "#" for line in block.split("\n")):
            reasons |= block_lines(block, listed)
    for entry in json.loads(pathlib.Path(data).read_text())["files"]:
        source = pathlib.Path(entry["file"]).read_text().split("\n")
        for line in entry["lines"]:
            number = line["line_number"]
            if line["count"] or line.get("gcovr/noncode"):
                continue
            uncovered += 1
            if (entry["file"], number) not in reasons:
                unlisted += 1
                print(f"not executed, and no reason in {listed}: "
                      f"{entry['file']}:{number}: {source[number - 1].strip()}")
    print(f"{uncovered} lines are not executed, {unlisted} without a reason")
    return unlisted > 0


sys.exit(main())
