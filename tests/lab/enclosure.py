# SPDX-License-Identifier: MIT
"""A place to make a mess in: network, mount and process namespaces of our own.

Everything that the lab makes lives in there: when the first process of the enclosure ends, however
it ends, the kernel kills what still runs inside and frees the mounts and network namespaces.
"""

import ctypes
import os
import signal
import subprocess
import sys
import traceback

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NotAllowed(Exception):
    """This machine or user may not make namespaces."""


def run(body):
    """
    Calls body(problem) as the first process of a new enclosure and returns the exit status it gave.
    `problem` is None, or what keeps the enclosure from being complete.
    """
    _unshare()
    # Blocked until the other side can handle them, so that none is lost in between.
    signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
    child = os.fork()
    if child == 0:
        _become_first_process(body)
    for number in FORWARDED:
        signal.signal(number, lambda received, _frame: _forward(child, received))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def unblock_signals():
    """To be called by the body once its own handlers are in place."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)


def processes(program):
    """The ids of the running processes with this program name in the enclosure, without zombies."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as stat:
                name, _, rest = stat.read().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if name == program and rest.split()[0] != "Z":
            found.append(int(entry))
    return found


def _forward(child, number):
    try:
        os.kill(child, number)
    except ProcessLookupError:
        pass


def _unshare():
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET
    user, group = os.geteuid(), os.getegid()
    if user != 0:
        flags |= CLONE_NEWUSER
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        raise NotAllowed(f"may not make namespaces: {os.strerror(ctypes.get_errno())}")
    if user == 0:
        return
    # user_namespaces(7): without CAP_SETGID outside, setgroups must be given up first.
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"0 {user} 1"),
        ("gid_map", f"0 {group} 1"),
    ):
        try:
            with open(f"/proc/self/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise NotAllowed(f"may not map users: {error}") from error


def _become_first_process(body):
    status = 1
    try:
        status = _first_process(body)
    except BaseException:  # whatever it is, it must not return into the parent's code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _first_process(body):
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # A terminal's ^C goes to a whole process group; ours gets it once, from the parent.
    os.setpgid(0, 0)
    try:
        for command in (
            ["mount", "--make-rprivate", "/"],
            ["mount", "-t", "proc", "proc", "/proc"],
            ["mount", "-t", "tmpfs", "-o", "mode=0755", "lab", "/run"],
        ):
            subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        return body(NotAllowed(error.stderr.strip()))
    except OSError as error:
        return body(NotAllowed(str(error)))
    return body(None)
