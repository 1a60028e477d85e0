# SPDX-License-Identifier: MIT
"""Compiling topologies and running `wgtopo lab` on what comes out, for the tests of this folder."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

SKIPPED = 77
NOTHING_SEEN = "nothing was rehearsed: "


class Failed(Exception):
    """Something before the lab went wrong; the text says what."""


@dataclass
class Rehearsal:
    """How a run of the lab ended, and what it said."""

    status: int
    output: str
    error: str
    seconds: float

    @property
    def why_skipped(self):
        """The lab's own words, where this machine may not do it; else an empty text."""
        _, found, words = self.error.partition(NOTHING_SEEN)
        return words.strip() if found and self.status == 2 else ""

    @property
    def text(self):
        return self.output + self.error


def compile_topology(program, source, output):
    """Compiles a copy, because the lock beside a topology is written: that one, or the caller's."""
    copy = output.with_name(output.name + ".yaml")
    shutil.copyfile(source, copy)
    lock, own = Path(source).with_suffix(".lock"), copy.with_suffix(".lock")
    if lock.exists() and not own.exists():
        shutil.copyfile(lock, own)
    command = [program, "compile", copy, "-o", output]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{Path(source).name} does not compile:\n{done.stderr}")


def rehearse(program, output, *options):
    begin = time.monotonic()
    done = subprocess.run([program, "lab", output, *options], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)  # fmt: skip
    return Rehearsal(done.returncode, done.stdout, done.stderr, time.monotonic() - begin)


def skip(reason):
    """Says loudly that nothing was tested; the exit status for it."""
    print(f"skipped: {reason}; no tunnel was tested", file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" else SKIPPED
