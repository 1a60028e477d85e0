#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Publishing under faults: killed at, or refused by, every single system call that it makes.

    publish_faults.py --program build/tests/property/publish_driver
    publish_faults.py --program build/wgtopo

For every call N of every kind, strace(1) kills the program as it enters the call, or makes the
call fail. Whatever the moment: each file of the target holds its old or its new bytes, and the next
run without a fault, of the same topology or of another, ends with exactly its tree, status 0, and
no stage left.

Needs strace; the cases with a full and with a read-only disk need root. Where something is missing
the cases are skipped aloud, or, with CI=true in the environment, fail.
"""

import argparse
import base64
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile

KILLED_AT = ("mkdir", "mkdirat", "openat", "write", "close", "fchmod", "utimensat", "renameat",
             "renameat2", "unlinkat", "rmdir")
REFUSED_AT = ("mkdir", "mkdirat", "openat", "write", "close", "fchmod", "utimensat", "renameat",
              "renameat2", "unlinkat")
ERRORS = ("ENOSPC", "EROFS")
STATE = ".wgtopo-state"
STAGE = ".wgtopo-stage"
MANIFEST = "manifest.json"


# ---- the programs under test: each gets a folder with its inputs, in version 0, 1 or 2

class Driver:
    """The test's own program, which publishes any list of files."""

    VERSIONS = (
        {"hosts/gpu01/etc/wireguard/x.conf": ("0600", "gpu01 version 0\n"),
         "hosts/gpu02/etc/wireguard/x.conf": ("0600", "gpu02 version 0\n"),
         "network/hosts": ("0644", "10.0.0.1 gpu01\n"),
         "users/alice/x.conf": ("0600", "alice\n")},
        {"hosts/gpu01/etc/wireguard/x.conf": ("0600", "gpu01 version 1\n" * 3000),
         "hosts/gpu03/etc/wireguard/x.conf": ("0600", "gpu03 version 1\n"),
         "network/hosts": ("0600", "10.0.0.1 gpu01\n"),
         "network/zone": ("0644", "gpu01 A 10.0.0.1\n"),
         "users/alice/x.conf": ("0600", "alice\n")},
        {"hosts/gpu01/etc/wireguard/x.conf": ("0600", "gpu01 version 2\n"),
         "hosts/gpu03/etc/wireguard/x.conf": ("0600", "gpu03 version 2\n"),
         "hosts/gpu04/etc/wireguard/x.conf": ("0600", "gpu04 version 2\n"),
         "network/hosts": ("0644", "10.0.0.2 gpu01\n")},
    )

    def __init__(self, program):
        self.program = program

    def prepare(self, folder, version):
        lines = []
        for i, (path, (mode, text)) in enumerate(sorted(self.VERSIONS[version].items())):
            (folder / f"content-{i}").write_text(text)
            lines.append(f"{path} {mode} content-{i}\n")
        (folder / "list").write_text("".join(lines))

    def command(self, target):
        return [self.program, str(target), "list"]


class Compiler:
    """wgtopo itself. Addresses are given, so that a version's tree does not depend on the lock."""

    VERSIONS = (("gpu01", "gpu02"), ("gpu01", "gpu03", "gpu04"), ("gpu01", "gpu04", "gpu05"))

    def __init__(self, program):
        self.program = program

    def prepare(self, folder, version):
        nodes = []
        for name in self.VERSIONS[version]:
            number = int(name[-2:])
            # Any 255 bits but a few are a public key, and nobody has its private half.
            point = bytearray(hashlib.sha256(name.encode()).digest())
            point[31] &= 127
            key = base64.b64encode(point).decode()
            nodes.append(f"  {name}: {{ at: {{ internet: 192.0.2.{number} }}, "
                         f"address: 10.20.0.{number}, public_key: \"{key}\" }}\n")
        (folder / "net.yaml").write_text(
            "network: { name: lab, addresses: [10.20.0.0/24] }\nservers:\n" + "".join(nodes))

    def command(self, target):
        return [self.program, "compile", "net.yaml", "-o", str(target)]


# ---- trees

def read_tree(target):
    """Path -> (mode, bytes) of every file but our own, and the set of folders."""
    files, folders = {}, set()
    for path in sorted(target.rglob("*")):
        name = str(path.relative_to(target))
        status = path.lstat()
        if name == STATE or name.split("/")[0] == STAGE:
            continue
        if stat.S_ISDIR(status.st_mode):
            folders.add(name)
        else:
            files[name] = (stat.S_IMODE(status.st_mode), path.read_bytes())
    return files, folders


def manifest_lines(content):
    return {json.dumps(entry, sort_keys=True) for entry in json.loads(content)["files"]}


def check_between(target, before, after):
    """Every file is as in one of `before`, or as in `after`. Returns complaints."""
    files, _ = read_tree(target) if target.exists() else ({}, set())
    known = before + [after]
    complaints = []
    for name in sorted(set(files).union(*(tree[0] for tree in known))):
        versions = [tree[0].get(name) for tree in known]
        found = files.get(name)
        if name == MANIFEST and found is not None and len(before) > 1:
            # A recovery may mix the lines of two versions, but every line is of one of them.
            allowed = set().union(*(manifest_lines(v[1]) for v in versions if v is not None))
            if not manifest_lines(found[1]) <= allowed:
                complaints.append(f"{name}: lists what was never written")
        elif found is None:
            if None not in versions:
                complaints.append(f"{name}: lost")
        elif found[1] not in [v[1] for v in versions if v is not None]:
            complaints.append(f"{name}: neither old nor new: {found[1][:60]!r}")
        elif found[0] not in [v[0] for v in versions if v is not None]:
            complaints.append(f"{name}: mode {found[0]:o}")
    return complaints


def check_exactly(target, expected):
    found = read_tree(target)
    complaints = []
    if (target / STAGE).exists():
        complaints.append("the stage is left")
    for name in sorted(set(found[0]) | set(expected[0])):
        if found[0].get(name) != expected[0].get(name):
            complaints.append(f"{name}: not as in the new tree")
    if found[1] != expected[1]:
        complaints.append(f"folders differ: {sorted(found[1] ^ expected[1])}")
    return complaints


# ---- running

class Workspace:
    """A temporary folder with inputs and a target."""

    def __init__(self, program, parent=None):
        self.program = program
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="publish-faults-", dir=parent))
        self.target = self.folder / "out"

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, prefix=()):
        # LeakSanitizer cannot work in a traced process.
        environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
        done = subprocess.run([*prefix, *self.program.command(self.target)], cwd=self.folder,
                              env=environment, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stderr

    def publish(self, version):
        self.program.prepare(self.folder, version)
        status, errors = self.run()
        if status != 0:
            raise RuntimeError(f"publishing version {version} without a fault: {status}: {errors}")

    def traced(self, *options):
        log = self.folder / "strace.log"
        status, errors = self.run(["strace", "-f", "-qq", "-o", str(log), *options])
        return status, errors, log.read_text(errors="replace")


def inject(call, what, number):
    return ("-e", f"trace={call}", "-e", f"inject={call}:{what}:when={number}")


# A scenario: how the target came about, and which version is published under the fault.
Scenario = collections.namedtuple("Scenario", "name versions torn goal")
SCENARIOS = (
    Scenario("first run", (), None, 0),
    Scenario("change", (0,), None, 1),
    Scenario("no change", (1,), None, 1),
    Scenario("change after a torn run", (0,), 1, 2),
)


def set_the_scene(workspace, scenario):
    """Returns whether the program could be torn where the scenario asks for it."""
    for version in scenario.versions:
        workspace.publish(version)
    if scenario.torn is not None:
        workspace.program.prepare(workspace.folder, scenario.torn)
        # The second rename into the target: one file is new, the others are old.
        status, errors, _ = workspace.traced(*inject("renameat", "signal=SIGKILL", 2))
        if status not in (-9, 137) or not (workspace.target / STAGE / MANIFEST).exists():
            raise RuntimeError(f"the run was not torn: {status}: {errors}")
    workspace.program.prepare(workspace.folder, scenario.goal)


def count_calls(program, scenario):
    """Call -> (first, last) number from the point where the program touches its target."""
    with Workspace(program) as workspace:
        set_the_scene(workspace, scenario)
        calls = sorted(set(KILLED_AT + REFUSED_AT))
        status, errors, log = workspace.traced("-e", "trace=" + ",".join(calls))
        if status != 0:
            raise RuntimeError(f"a run without a fault: {status}: {errors}")
    seen, spans = collections.Counter(), {}
    is_begun = False
    for line in log.splitlines():
        match = re.match(r"\d+\s+(\w+)\(", line)
        if match is None:
            continue
        is_begun = is_begun or str(workspace.target) in line
        seen[match[1]] += 1
        if is_begun:
            spans.setdefault(match[1], [seen[match[1]], 0])[1] = seen[match[1]]
    return spans


def run_case(program, scenario, fault, trees):
    """One fault, and the run after it. Returns complaints."""
    call, what, number = fault
    is_kill = what.startswith("signal")
    with Workspace(program) as workspace:
        set_the_scene(workspace, scenario)
        status, errors, log = workspace.traced(*inject(call, what, number))
        before = [trees[v] for v in (*scenario.versions, scenario.torn) if v is not None]
        if not before:
            before = [({}, set())]
        goal = trees[scenario.goal]
        complaints = check_between(workspace.target, before, goal)
        if is_kill and status not in (-9, 137):
            complaints.append(f"was not killed: status {status}")
        if not is_kill and "(INJECTED)" not in log:
            complaints.append("the fault did not happen")
        if not is_kill and status == 0:
            complaints += [f"status 0, but {c}" for c in check_exactly(workspace.target, goal)]
        if not is_kill and status not in (0, 2, 127):
            complaints.append(f"status {status}: {errors}")
        # The next run is the same again, or by turns one whose topology has changed since.
        heal = scenario.goal if number % 2 == 0 else (scenario.goal + 1) % len(trees)
        program.prepare(workspace.folder, heal)
        status, errors = workspace.run()
        if status != 0:
            complaints.append(f"the next run failed: {status}: {errors}")
        return complaints + check_exactly(workspace.target, trees[heal])


# ---- the groups of cases

class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, name, results):
        """`results` is a list of (case, complaints)."""
        bad = [(case, complaints) for case, complaints in results if complaints]
        self.failed += len(bad)
        self.passed += len(results) - len(bad)
        print(f"{'FAIL' if bad else 'ok':4}  {name}: {len(results)} cases", flush=True)
        for case, complaints in bad[:5]:
            for complaint in complaints[:5]:
                print(f"        {case}: {complaint}")

    def skip(self, name, reason):
        print(f"SKIP  {name}: {reason}", flush=True)
        if os.environ.get("CI") == "true":
            self.failed += 1

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed > 0 else 0


def final_trees(program, parent=None):
    trees = []
    for version in range(3):
        with Workspace(program, parent) as workspace:
            workspace.publish(version)
            trees.append(read_tree(workspace.target))
    return trees


def faults_of(spans):
    for call in KILLED_AT:
        yield call, "signal=SIGKILL", "killed at"
    for error in ERRORS:
        for call in REFUSED_AT:
            yield call, f"error={error}", f"{error} from"


def test_faults(program, tally, trees):
    if shutil.which("strace") is None:
        return tally.skip("faults", "strace is not installed")
    if subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True,
                      check=False).returncode != 0:
        return tally.skip("faults", "strace may not trace here")
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for scenario in SCENARIOS:
            spans = count_calls(program, scenario)
            for call, what, words in faults_of(spans):
                if call not in spans:
                    continue
                first, last = spans[call]
                faults = [(call, what, number) for number in range(first, last + 1)]
                results = pool.map(lambda f, s=scenario: run_case(program, s, f, trees), faults)
                names = [f"call {number}" for _, _, number in faults]
                tally.add(f"{scenario.name}, {words} {call}", list(zip(names, results)))
    return None


class Disk:
    """A tmpfs as the target's file system."""

    def __init__(self, folder, options):
        self.folder = folder
        self.folder.mkdir()
        self.mount("-t", "tmpfs", "-o", options, "tmpfs", self.folder)

    def mount(self, *arguments):
        subprocess.run(["mount", *map(str, arguments)], check=True)

    def finish(self):
        subprocess.run(["umount", str(self.folder)], check=False)


def fill_up(path):
    with open(path, "wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"x" * 4096)
        except OSError:
            pass


def test_full_disk(program, tally, trees):
    with Workspace(program) as workspace:
        disk = Disk(workspace.folder / "disk", "size=512k,mode=0700")
        try:
            workspace.target = disk.folder / "out"
            workspace.publish(0)
            fill_up(disk.folder / "filler")
            program.prepare(workspace.folder, 1)
            status, errors = workspace.run()
            complaints = check_exactly(workspace.target, trees[0])
            if status != 2 or "No space left" not in errors:
                complaints.append(f"status {status}: {errors}")
            tally.add("a disk that is full", [("refused", complaints)])
            (disk.folder / "filler").unlink()
            status, errors = workspace.run()
            complaints = check_exactly(workspace.target, trees[1])
            tally.add("a disk that has room again", [("healed", complaints)])
        finally:
            disk.finish()


def test_read_only_disk(program, tally, trees):
    with Workspace(program) as workspace:
        disk = Disk(workspace.folder / "disk", "size=1m,mode=0700")
        try:
            workspace.target = disk.folder / "out"
            workspace.publish(0)
            disk.mount("-o", "remount,ro", disk.folder)
            status, errors = workspace.run()
            complaints = check_exactly(workspace.target, trees[0])
            if status != 0:
                complaints.append(f"status {status}: {errors}")
            tally.add("a read-only disk, nothing to do", [("no write", complaints)])
            program.prepare(workspace.folder, 1)
            status, errors = workspace.run()
            complaints = check_exactly(workspace.target, trees[0])
            if status != 2 or "Read-only" not in errors:
                complaints.append(f"status {status}: {errors}")
            tally.add("a read-only disk", [("refused", complaints)])
            disk.mount("-o", "remount,rw", disk.folder)
            workspace.run()
            tally.add("a disk that may be written again",
                      [("healed", check_exactly(workspace.target, trees[1]))])
        finally:
            disk.finish()


def test_disks(program_path, tally):
    """In a mount namespace of their own, so that nothing stays mounted whatever happens."""
    unshare = ["unshare", "--mount", "--propagation", "private"]
    if os.geteuid() != 0:
        return tally.skip("real disks", "only root may mount one")
    if subprocess.run([*unshare, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True,
                      check=False).returncode != 0:
        return tally.skip("real disks", "this machine lets nobody mount one")
    done = subprocess.run([*unshare, sys.executable, __file__, "--program", program_path,
                           "--disks-only"], stdout=subprocess.PIPE, text=True, check=False)
    *lines, last = done.stdout.splitlines() or [""]
    print("\n".join(lines))
    match = re.fullmatch(r"(\d+) passed, (\d+) failed", last)
    tally.passed += int(match[1]) if match else 0
    tally.failed += int(match[2]) if match else 1
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--disks-only", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    path = os.path.abspath(arguments.program)
    kind = Compiler if os.path.basename(path).startswith("wgtopo") else Driver
    program = kind(path)
    tally = Tally()
    trees = final_trees(program)
    if arguments.disks_only:
        test_full_disk(program, tally, trees)
        test_read_only_disk(program, tally, trees)
    else:
        test_faults(program, tally, trees)
        test_disks(path, tally)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
