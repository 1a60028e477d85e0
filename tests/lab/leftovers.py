# SPDX-License-Identifier: MIT
"""What a lab could leave behind: processes, mounts, namespaces, files."""

import os
import signal
import subprocess
import time
from pathlib import Path

PATIENCE_S = 30  # for the kernel to end what it was told to end
SPACES = ("net", "mnt", "pid", "user")


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


def ticks():
    """Now, in the unit of start times (proc(5)): since the machine was started."""
    seconds = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    return seconds * os.sysconf("SC_CLK_TCK")


def is_running(process, start):
    words = stat(process)
    return bool(words) and words[19] == start and words[0] != "Z"


def spaces(process):
    """The namespaces of a process: net:[4026531840] and so on."""
    found = set()
    for kind in SPACES:
        try:
            found.add(os.readlink(f"/proc/{process}/ns/{kind}"))
        except OSError:
            pass  # it is gone, or not ours to look at
    return found


def files(*folders):
    """All that lies in some folders, and how old and long it is."""
    found = set()
    for folder in folders:
        for path in Path(folder).rglob("*"):
            about = path.lstat()
            found.add((path, about.st_size, about.st_mtime_ns))
    return found


class Watch:
    """The world as it was before, and all that a lab has started since."""

    def __init__(self, *folders):
        self.folders = [*folders, "/etc/wireguard", "/run/wireguard", "/run/netns"]
        self.mounts = self._read_mounts()
        self.files = files(*self.folders)
        self.spaces = spaces(os.getpid())
        self.seen, self.seen_spaces = set(), set()
        self.ended = 0

    def look(self, process):
        found = family(process)
        for each, _ in found - self.seen:
            self.seen_spaces |= spaces(each) - self.spaces
        self.seen |= found

    def faults(self):
        """What is still there."""
        self.ended = ticks()
        end = time.monotonic() + PATIENCE_S
        while (left := self._left()) and time.monotonic() < end:
            time.sleep(0.05)
        found = [f"{len(left)} of {len(self.seen)} processes still run"] if left else []
        if self._read_mounts() != self.mounts:
            found.append("mounts were left behind")
        if changed := files(*self.folders) ^ self.files:
            found.append(f"files were left or changed: {sorted(str(each[0]) for each in changed)}")
        return found

    def _left(self):
        """Those seen before, and who has joined one of their namespaces."""
        left = {each for each in self.seen if is_running(*each)}
        for entry in filter(str.isdigit, os.listdir("/proc")):
            # The kernel gives numbers of namespaces again, to labs that run beside this one.
            words = stat(entry)
            is_older = bool(words) and int(words[19]) <= self.ended
            if is_older and spaces(entry) & self.seen_spaces:
                left.add((int(entry), ""))
        return left

    @staticmethod
    def _read_mounts():
        return Path("/proc/self/mountinfo").read_text(encoding="utf-8")


def end_after(command, number, seconds, watch):
    """Starts a lab, ends it with a signal after some time; its exit status."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as lab:  # fmt: skip
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            watch.look(lab.pid)
            time.sleep(0.02)
        watch.look(lab.pid)
        lab.send_signal(number)
        return lab.wait()


def faults_of_end(command, number, seconds, folder):
    """What is wrong after a lab was ended that way, in words."""
    watch = Watch(folder)
    status = end_after(command, number, seconds, watch)
    faults = watch.faults()
    # 2: nothing was proved. Before it can handle them, a signal ends it as it ends any program.
    if status not in ({-number} if number == signal.SIGKILL else {-number, 2}):
        faults.append(f"exit status {status}")
    if len(watch.seen_spaces) < 2 and seconds > 1:
        faults.append("no namespace was seen: was there a lab at all?")
    return [f"{signal.Signals(number).name} after {seconds} s: {each}" for each in faults]
