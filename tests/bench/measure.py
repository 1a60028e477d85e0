# SPDX-License-Identifier: MIT
"""Seconds, memory, instructions and bytes of a command.

On a shared machine seconds move by half from one moment to the next. So two commands are compared
by running them in turn, and what counts is the median of the ratios of neighbours.
"""

import collections
import ctypes
import os
import re
import shutil
import statistics
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36
QUIET = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.DEVNULL,
    "stderr": subprocess.DEVNULL,
}
NUMBER = r"[\d,]+"
# Prints the id of a child that becomes the command at the end of the standard input.
DETACHED = """
exec 3<&0 4>&1 >/dev/null 2>&1 </dev/null
{ read -r _ <&3; exec "$@" 3<&-; } 4>&- &
echo $! >&4
"""


class Pairs(collections.namedtuple("Pairs", "ours theirs")):
    """Seconds of two commands that were run in turn."""

    @property
    def ratio(self):
        return statistics.median(a / b for a, b in zip(self.ours, self.theirs))

    def __str__(self):
        ours, theirs = map(statistics.median, self)
        ratios = [a / b for a, b in zip(self.ours, self.theirs)]
        return (
            f"{milliseconds(ours)} / {milliseconds(theirs)} ms = {self.ratio:.2f}"
            f" ({min(ratios):.2f} to {max(ratios):.2f}, {len(ratios)} pairs)"
        )


def milliseconds(seconds):
    return f"{seconds * 1e3:.1f}" if seconds < 0.1 else f"{seconds * 1e3:.0f}"


def seconds_of(command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, **QUIET)
    return time.perf_counter() - begin


def alternate(ours, theirs, n_pairs, before=lambda: None, after=lambda number: None):
    """
    Runs ours(0) theirs(0) ours(1) theirs(1)...: functions that give the command for a number. What
    is called before each command and after each pair is not timed.
    """
    pairs = Pairs([], [])
    for number in range(n_pairs):
        for make, column in zip((ours, theirs), pairs):
            command = make(number)
            before()
            column.append(seconds_of(command))
        after(number)
    return pairs


def peak_of(command):
    """
    The most memory that a command had resident, in KiB.

    exec(2) keeps the peak of the process that it replaces, so a direct child would begin with the
    size of this Python. A shell is small. Its child, which becomes the command, waits until the
    shell has ended and cannot wait for it; then it is ours to wait for.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    # Meson has every byte that is allocated touched, and memory that nobody uses would count.
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_PERTURB_"}
    with subprocess.Popen(
        ["sh", "-c", DETACHED, "sh", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=environment,
    ) as shell:  # fmt: skip
        child = int(shell.stdout.readline())
        # Not communicate(), which would close the input before the shell has ended.
        shell.wait()
    _, status, usage = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise subprocess.CalledProcessError(code, command)
    return usage.ru_maxrss


def _callgrind(command, *options):
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", *options, *command],
        check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def instructions_of(command):
    """Instructions in user space."""
    return _callgrind(command, "--callgrind-out-file=/dev/null")


def instructions_by_function(command, out):
    """Instructions by function, with those that it called. `out` is a file to work in."""
    _callgrind(command, f"--callgrind-out-file={out}")
    done = subprocess.run(
        ["callgrind_annotate", "--inclusive=yes", "--threshold=100", out],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = {}
    for line in done.stdout.splitlines():
        match = re.match(rf"\s*({NUMBER}) \(\s*[\d.]+%\)\s+\S*?:(\w+)(?: \[|$)", line)
        if match:
            found[match.group(2)] = int(match.group(1).replace(",", ""))
    return found


def bytes_written_by(command):
    """Bytes that a command wrote to files, by strace(1): standard output is not a file here."""
    done = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=write,writev,pwrite64,pwritev,copy_file_range"]
        + ["-e", "signal=none", *command],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, errors="replace",
    )  # fmt: skip
    calls = re.findall(r"\w+\((\d+), .*\) = (\d+)$", done.stderr, re.M)
    return sum(int(count) for descriptor, count in calls if descriptor not in "12")


def file_system_of(folder):
    """The type of the file system under a folder, as mount(8) calls it."""
    best, kind = "", "unknown"
    path = os.path.realpath(folder)
    with open("/proc/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            point, this_kind = line.split()[1:3]
            if len(point) >= len(best) and os.path.commonpath([path, point]) == point:
                best, kind = point, this_kind
    return kind


def settle(folder):
    """Waits until what was written to the file system is on it: sync(1)."""
    subprocess.run(["sync", "-f", folder], check=True)


def size_of(folder):
    """Bytes of all files below a folder."""
    return sum(
        os.lstat(os.path.join(base, name)).st_size
        for base, _, names in os.walk(folder)
        for name in names
    )


def has_room(folder, n_bytes):
    return shutil.disk_usage(folder).free > n_bytes + (1 << 30)
