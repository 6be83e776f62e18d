#!/usr/bin/env python3
"""One CTest suite out of the tests of several builds.

CTest runs one build at a time and ends each in a summary of its own. This asks
every build for its tests and writes one CTestTestfile.cmake in which they are
named BUILD/TEST, so that one run has one summary and one list of skips.

usage: suite.py OUTPUT_DIR (--build "DIR [CTEST_OPTION]..." | --test "NAME COMMAND")...

A --test belongs to no build: its command stands as typed in the current
directory, and it runs after every test of a build whose name it begins with.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys

# Properties that hold names of tests or fixtures, which get the build's prefix.
NAMES = {"DEPENDS", "FIXTURES_SETUP", "FIXTURES_REQUIRED", "FIXTURES_CLEANUP"}
# Where add_test stood: CTest accepts it from CMake alone.
INTERNAL = {"_BACKTRACE_TRIPLES"}


def quote(text):
    return "[==[" + text + "]==]"


def statements(name, command, properties):
    words = " ".join(quote(word) for word in command)
    yield f"add_test({quote(name)} {words})"
    settings = " ".join(f"{key} {quote(text)}" for key, text in properties)
    yield f"set_tests_properties({quote(name)} PROPERTIES {settings})"


def property_text(prop, prefix):
    value = prop["value"]
    if prop["name"] in NAMES:
        value = [prefix + name for name in value]
    if isinstance(value, list):
        return ";".join(str(item) for item in value)
    return str(value)


def build_tests(directory, *options):
    shown = subprocess.run(
        ["ctest", "--test-dir", directory, "--show-only=json-v1", *options],
        check=True, stdout=subprocess.PIPE)
    prefix = os.path.basename(directory) + "/"
    for test in json.loads(shown.stdout)["tests"]:
        name = prefix + test["name"]
        if "command" not in test:
            sys.exit(f"suite.py: {name}: its program was not built")
        yield name, test["command"], [
            (prop["name"], property_text(prop, prefix))
            for prop in test["properties"] if prop["name"] not in INTERNAL]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("output")
    parser.add_argument("--build", action="append", default=[])
    parser.add_argument("--test", action="append", default=[])
    options = parser.parse_args()

    tests = []
    for build in options.build:
        tests += build_tests(*shlex.split(build))
    for test in options.test:
        own, *command = shlex.split(test)
        before = [name for name, _, _ in tests
                  if name.startswith(own.split("/")[0] + "/")]
        command[0] = os.path.abspath(command[0])
        tests.append((own, command, [("WORKING_DIRECTORY", os.getcwd()),
                                     ("SKIP_RETURN_CODE", "77"),
                                     ("DEPENDS", ";".join(before))]))
    os.makedirs(options.output, exist_ok=True)
    with open(os.path.join(options.output, "CTestTestfile.cmake"), "w") as suite:
        for test in tests:
            for statement in statements(*test):
                suite.write(statement + "\n")


main()
