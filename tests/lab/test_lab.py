#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The lab itself: that it can fail, that it leaves nothing, that one can look around in it.

    tests/lab/test_lab.py PROGRAM [WORDS]      those checks whose names have the words in them

A lab that calls everything right proves nothing, so compiled networks are damaged in one place
each (damage.py), and the lab must name the pair that suffers. Many checks run at a time.
"""

import functools
import itertools
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import damage
import leftovers
from crowd import Crowd
from kept import KeptLab
from rehearsal import NOTHING_SEEN, compile_topology, rehearse, skip

NOBODY = "65534"
SHARE = 0.4  # of the hosts that may run at a time; cases.py may run beside this
ALL = tuple(damage.SERVERS)
PUNCH = ("cone01", "flat01")
KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
# While it is built, when it has just been built, in the silence.
MOMENTS_S = (0.02, 0.1, 0.3, 0.7, 2.0)

# Gives everybody tunnel devices, in a mount namespace of its own.
OPEN_TUN = """
mount -t tmpfs -o mode=0755 tun /dev/net
mknod /dev/net/tun c 10 200
chmod 0666 /dev/net/tun
exec "$@"
"""


class Skipped(Exception):
    """One check cannot be made here; the text says why."""


class Bench:
    """What all checks start from: the program, a place for files, and room for labs."""

    def __init__(self, program, scratch):
        self.program = program
        self.scratch = scratch
        self.numbers = itertools.count()
        self.crowd = Crowd(SHARE)

    def folder(self):
        return self.scratch / f"check-{next(self.numbers)}"

    def compile(self, servers):
        """The compiled network of some servers, for one check alone."""
        folder = self.folder()
        source = folder.with_suffix(".json")
        source.write_text(json.dumps(damage.topology(servers)), encoding="utf-8")
        compile_topology(self.program, source, folder)
        return damage.Tree(folder)


def faults_of_report(rehearsal, status):
    """Of any report: how the lab ended, and that no key of anybody is in it."""
    faults = []
    if rehearsal.status != status:
        faults.append(f"exit status {rehearsal.status}, not {status}:\n{rehearsal.text}")
    if KEY.search(rehearsal.text):
        faults.append("a key was printed")
    return faults


# That it can fail.


def names_pair(report, each):
    """Whether the JSON report has a disagreement about the pair, seen in these words."""
    return any(
        {entry["from"], entry["to"]} == set(each.pair) and each.words in entry["seen"]
        for entry in report["disagreements"]
    )


def check_damage(bench, each):
    tree = bench.compile(each.servers())
    each.apply(tree)
    rehearsal = rehearse(bench.program, tree.folder, "--format", "json")
    faults = faults_of_report(rehearsal, 1)
    if rehearsal.status not in (0, 1):
        return faults
    report = json.loads(rehearsal.output)
    if report["agrees"] or not names_pair(report, each):
        faults.append(f"'{each.words}' of {' and '.join(each.pair)} not in:\n{rehearsal.output}")
    return faults


def check_no_damage(bench):
    """Else the damages prove nothing."""
    folder = bench.compile(ALL).folder
    rehearsal = rehearse(bench.program, folder, "--format", "json", "--thorough")
    faults = faults_of_report(rehearsal, 0)
    if not faults:
        report = json.loads(rehearsal.output)
        n_pairs = report["pairs"]
        if not report["agrees"] or (n_pairs, report["as_predicted"]) != (20, 20):
            faults.append(f"20 pairs and no disagreement are not in:\n{rehearsal.output}")
    return faults


def check_broken_host(bench):
    """A file that wg-quick does not take: nothing is proved, and the host is named."""
    tree = bench.compile(PUNCH)
    tree.edit("flat01", r"^MTU = .*$", "MTU = wide")
    rehearsal = rehearse(bench.program, tree.folder)
    faults = faults_of_report(rehearsal, 2)
    if "flat01" not in rehearsal.error:
        faults.append(f"flat01 is not named in: {rehearsal.error}")
    return faults


def check_no_manifest(bench):
    folder = bench.folder()
    folder.mkdir()
    rehearsal = rehearse(bench.program, folder)
    return faults_of_report(rehearsal, 2) + ([] if rehearsal.error else ["it says nothing"])


# That it leaves nothing.


def check_interrupted(bench, number):
    folder = bench.compile(PUNCH).folder
    command = [bench.program, "lab", folder]
    found = [leftovers.faults_of_end(command, number, moment, folder) for moment in MOMENTS_S]
    return sum(found, [])


def check_end(bench):
    """After an ordinary run nothing is left either."""
    folder = bench.compile(PUNCH).folder
    watch = leftovers.Watch(folder)
    with subprocess.Popen(
        [bench.program, "lab", folder], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as lab:  # fmt: skip
        while lab.poll() is None:
            watch.look(lab.pid)
            time.sleep(0.2)
        output = lab.stdout.read()
    return watch.faults() + ([] if lab.returncode == 0 else [f"it failed:\n{output}"])


# That one can look around.


def sights(lab):
    """What one should see on hosts of a lab, and whether one does."""
    conf = f"/etc/wireguard/{damage.NETWORK}.conf"
    shown = lab.on("cone01", "wg", "show")
    key = lab.on("cone01", "cat", f"/etc/wireguard/{damage.NETWORK}.key").stdout.strip()
    return {
        "the interface": f"interface: {damage.NETWORK}" in shown.stdout,
        "hidden keys": "private key: (hidden)" in shown.stdout,
        "a key that is not shown": KEY.fullmatch(key) and key not in shown.stdout + shown.stderr,
        "all peers": shown.stdout.count("\npeer: ") == 2,
        "a ping": lab.on("cone01", "ping", "-c1", "-w20", "10.66.0.1").returncode == 0,
        "a status": lab.on("gw", "sh", "-c", "exit 7").returncode == 7,
        "an end by signal": lab.on("gw", "sh", "-c", "kill -9 $$").returncode == 137,
        "input": lab.on("gw", "cat", text="words").stdout == "words",
        "files of the gateway": lab.on("gw", "cat", conf).stdout.startswith("# gw,"),
        "files of a server": lab.on("flat01", "cat", conf).stdout.startswith("# flat01,"),
        "no host of that name": is_refused(lab.on("nobody", "true"), "no host 'nobody'"),
    }


def is_refused(done, words):
    return done.returncode == 2 and words in done.stderr


def check_shell(bench):
    folder = bench.compile(PUNCH).folder
    watch = leftovers.Watch(folder)
    with KeptLab(bench.program, folder) as lab:
        watch.look(lab.process.pid)
        faults = [f"{what}: not seen" for what, is_seen in sights(lab).items() if not is_seen]
        status = lab.end(signal.SIGINT)
        text = lab.process.stdout.read() + lab.process.stderr.read()
        if status != 2 or KEY.search(text):
            faults.append(f"interrupted before its end: status {status}:\n{text}")
        faults += watch.faults()
        if not is_refused(gone := lab.on("gw", "true"), "no lab"):
            faults.append(f"after its end: status {gone.returncode}, {gone.stderr}")
    return faults


def check_kept(bench):
    """
    A lab that is kept up has reported before, for people: the pair is named, and marked in the
    matrix. Its result is the exit status in the end.
    """
    tree = bench.compile(PUNCH)
    tree.move(*PUNCH, "relay")
    with KeptLab(bench.program, tree.folder) as lab:
        report = lab.read_report()
        is_up = lab.on("gw", "true").returncode == 0
        status = lab.end(signal.SIGTERM)
    faults = [] if is_up else ["it was not kept up"]
    for pattern in (r"^cone01 -> flat01 .*relay through gw.*nobody in between$", r" R! "):
        if not re.search(pattern, report, re.MULTILINE):
            faults.append(f"'{pattern}' is not in:\n{report}")
    if KEY.search(report):
        faults.append("a key was printed")
    return faults + ([] if status == 1 else [f"exit status {status}, not 1"])


# Without root.


def for_nobody(bench):
    """A program and a network that everybody may read, in a folder that everybody may enter."""
    folder = bench.compile(PUNCH).folder
    program = folder.with_suffix(".program")
    shutil.copy(bench.program, program)
    for path in (bench.scratch, program, folder, *folder.rglob("*")):
        path.chmod(0o755)
    become = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"]
    return [*become, program, "lab", folder]


def run_as_nobody(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, cwd="/")  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def check_without_tunnels(bench):
    """Where /dev/net/tun is root's alone, the lab says so and proves nothing."""
    if os.geteuid() != 0:
        raise Skipped("this is not root already")
    if stat.S_IMODE(os.stat("/dev/net/tun").st_mode) & 0o006 == 0o006:
        raise Skipped("everybody may open '/dev/net/tun' here")
    status, text = run_as_nobody(for_nobody(bench))
    is_right = status == 2 and NOTHING_SEEN in text
    return [] if is_right else [f"exit status {status}:\n{text}"]


def check_without_root(bench):
    """In a user namespace all goes as it does for root."""
    if os.geteuid() != 0:
        raise Skipped("this is not root already")
    opened = ["unshare", "--mount", "sh", "-euc", OPEN_TUN, "sh"]
    status, text = run_as_nobody(opened + for_nobody(bench))
    if status == 2 and NOTHING_SEEN in text:
        raise Skipped(text.strip())
    is_right = status == 0 and "as predicted" in text
    return [] if is_right else [f"exit status {status}:\n{text}"]


def all_checks():
    """By name: how many hosts it takes, and what finds faults on the bench. Short ones first."""
    checks = {
        "no manifest": (0, check_no_manifest),
        "a file that wg-quick does not take": (3, check_broken_host),
        "shell": (3, check_shell),
        "without tunnel devices": (0, check_without_tunnels),
    }
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        checks[f"nothing is left after {number.name}"] = (
            3, functools.partial(check_interrupted, number=number)
        )  # fmt: skip
    checks["keep"] = (3, check_kept)
    checks["nothing is left at the end"] = (3, check_end)
    checks["without root"] = (3, check_without_root)
    for each in damage.DAMAGES:
        checks[each.what] = (1 + len(each.servers()), functools.partial(check_damage, each=each))
    checks["nothing is damaged"] = (1 + len(ALL), check_no_damage)
    return checks


def why_skipped(bench):
    """Why this machine may not do it, or an empty text. The lab looks for that before all else."""
    folder = bench.compile(PUNCH).folder
    process = subprocess.Popen(
        [bench.program, "lab", folder], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        _, text = process.communicate(timeout=3)
    except subprocess.TimeoutExpired:
        process.terminate()
        _, text = process.communicate()
    return text.partition(NOTHING_SEEN)[2].strip()


def run(bench, words):
    """Prints the faults of each; the exit status."""
    n_passed = n_failed = 0
    checks = {name: check for name, check in all_checks().items() if words in name}
    with ThreadPoolExecutor(len(checks) or 1) as pool:
        running = {
            name: pool.submit(bench.crowd.run, n_hosts, functools.partial(check, bench))
            for name, (n_hosts, check) in checks.items()
        }
        for name, outcome in running.items():
            try:
                faults = outcome.result()
            except Skipped as reason:
                print(f"SKIPPED  {name}: {reason}")
                continue
            except Exception as error:  # pylint: disable=broad-exception-caught
                faults = [f"{type(error).__name__}: {error}"]
            for fault in faults:
                print(f"FAIL: {name}: {fault}", flush=True)
            n_passed, n_failed = n_passed + (not faults), n_failed + bool(faults)
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed or not n_passed else 0


def main(arguments):
    program, *words = arguments
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(program).resolve(), Path(scratch))
        if why := why_skipped(bench):
            return skip(why)
        return run(bench, " ".join(words))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
