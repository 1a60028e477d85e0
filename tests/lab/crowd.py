# SPDX-License-Identifier: MIT
"""How many labs may run at a time.

A lab mostly waits, so the processors bear a hundred hosts. What ends first is inotify: where the
kernel has no WireGuard, each host's wireguard-go takes one of the instances that a user may have
(128 as delivered), and dies where there is none left.
"""

import os
import threading
from pathlib import Path

MOST_HOSTS = 120
SPARE = 8
LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")


class Crowd:
    """Lets labs in while there is room for their hosts. A lab that is too large goes alone."""

    def __init__(self, share):
        """`share` of what there is: several tests may do the same at a time."""
        self.room = self.free = max(int(share * _room()), 1)
        self.changed = threading.Condition()

    def run(self, n_hosts, work):
        """Calls work() as soon as there is room."""
        size = min(n_hosts, self.room)
        with self.changed:
            self.changed.wait_for(lambda: self.free >= size)
            self.free -= size
        try:
            return work()
        finally:
            with self.changed:
                self.free += size
                self.changed.notify_all()


def _room():
    try:
        limit = int(LIMIT.read_text(encoding="utf-8"))
    except OSError:
        return MOST_HOSTS
    return min(MOST_HOSTS, limit - SPARE - _in_use())


def _in_use():
    """Instances of this user's, as far as they can be seen."""
    n_found = 0
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{process}").st_uid != os.geteuid():
                continue
            files = [os.readlink(entry.path) for entry in os.scandir(f"/proc/{process}/fd")]
        except OSError:
            continue  # it is gone, or hides
        n_found += sum("inotify" in file for file in files)
    return n_found
