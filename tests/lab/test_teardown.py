#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A lab that is ended at any moment leaves nothing behind: no process, mount or namespace.

    tests/lab/test_teardown.py PROGRAM TOPOLOGY
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# While it is made, about when it has been made, while it pings or holds.
MOMENTS = [
    (number, seconds)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
    for seconds in (0.15, 0.4, 2.0)
]


def stat(process):
    """What /proc says of a process after its name: state, parent, ... (proc(5)). Empty: gone."""
    try:
        text = Path("/proc", str(process), "stat").read_text(encoding="utf-8")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def family(process):
    """A process and all that descend from it, as (id, start time): ids may be used again."""
    parents, starts = {}, {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        if not (words := stat(entry)):
            continue
        parents[int(entry)], starts[int(entry)] = int(words[1]), words[19]
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {(each, starts[each]) for each in found if each in starts}


def is_running(process, start):
    words = stat(process)
    return bool(words) and words[19] == start and words[0] != "Z"


def mounts():
    return Path("/proc/self/mounts").read_text(encoding="utf-8")


def leaves_nothing(output, number, seconds):
    """Ends a lab with a signal after some time; whether all that it had started is gone."""
    before = mounts()
    lab = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("tunnels.py"), output, "--hold"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seen, end = set(), time.monotonic() + seconds
    while time.monotonic() < end:
        seen |= family(lab.pid)
        time.sleep(0.02)
    lab.send_signal(number)
    status = lab.wait()
    end = time.monotonic() + 5
    while (left := [each for each in seen if is_running(*each)]) and time.monotonic() < end:
        time.sleep(0.05)
    what = f"{signal.Signals(number).name} after {seconds} s"
    # Before anything is made a signal ends it as it ends any program.
    expected = {-number} if number == signal.SIGKILL else {-number, 128 + number}
    if status not in expected:
        print(f"FAIL: {what}: exit status {status}")
    if left:
        print(f"FAIL: {what}: {len(left)} of {len(seen)} processes still run")
    if mounts() != before:
        print(f"FAIL: {what}: mounts were left behind")
    return status in expected and not left and mounts() == before


def main(program, topology):
    with tempfile.TemporaryDirectory() as scratch:
        sources, output = Path(scratch, "topologies"), Path(scratch, "output")
        shutil.copytree(Path(topology).parent, sources)
        source = sources / Path(topology).name
        subprocess.run([program, "compile", source, "-o", output], check=True)
        tunnels = Path(__file__).with_name("tunnels.py")
        status = subprocess.run([sys.executable, tunnels, output], check=False).returncode
        if status != 0:
            return status  # skipped, or broken: then how it ends says nothing
        outcomes = [leaves_nothing(output, *moment) for moment in MOMENTS]
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
