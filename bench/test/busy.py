"""What tests make of a machine that is too busy to be measured: a verb that
refuses for that reason is tried again; what could not be tested then is named,
and the test skipped."""
import os
import re
import subprocess
import sys
import tempfile

TRIES = 3

# Refusals that come and go with the load. One of a machine or a target that
# cannot be measured at all is not among them.
BUSY = re.compile(r"refused: (the hypervisor stole|caches do not hold|"
                  r"others used our core|"
                  r"no stable clock: (its tick was|it was set)).*")


class Busy(Exception):
    """Says why a verb did not measure."""


def judge(error, wanted=None):
    """Raises Busy if a verb, by what it said on stderr, found the machine so,
    and not for a reason with the words wanted."""
    found = BUSY.search(error)
    if found and not (wanted and wanted in found[0]):
        raise Busy(found[0])


def run(command, wanted=None, **keywords):
    """subprocess.run that keeps what was printed, and judges it."""
    done = subprocess.run(command, text=True, capture_output=True, **keywords)
    judge(done.stderr, wanted)
    return done


def attempt(part):
    """Calls part until it is not Busy, each time in a new folder. None, or why
    the last try failed."""
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                part()
                return None
            except Busy as busy:
                why = str(busy)
            finally:
                os.chdir("/")
    return why


def parts(*functions):
    """Attempts all parts of a test. Ends the program with 77 if not all could
    be done."""
    undone = [(part.__name__, why) for part in functions
              if (why := attempt(part))]
    for name, why in undone:
        print(f"skipped: {name}: {why}")
    if undone:
        sys.exit(77)
