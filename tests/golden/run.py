#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compiles every example topology and compares the artifacts with those in this folder.

Usage: run.py PROGRAM [--update]

--update makes what the program writes now the expectation, with the locks of the topologies; look
at the diff before you commit it.
"""

import difflib
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOPOLOGIES = HERE.parents[1] / "topologies"
# The state is a cache: it holds inodes and times.
OURS_ALONE = re.compile(r"(^|/)\.wgtopo-")


def list_files(folder):
    """All files below the folder, as {relative path: path}, without the program's own ones."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and not OURS_ALONE.search(name):
            found[name] = path
    return found


def faults_of_modes(folder):
    """Only the owner may read what may hold secrets; folders like etc keep the mode of real ones."""
    for path in [folder, *sorted(folder.rglob("*"))]:
        name = path.relative_to(folder).as_posix()
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_dir():
            holds_files = any(not below.is_dir() for below in path.iterdir())
            expected = 0o700 if holds_files else 0o755
        else:
            expected = 0o600 if name.startswith(("hosts/", "users/", ".")) else 0o644
            if name.endswith(".reload"):
                expected = 0o700
        if path.is_symlink():
            yield f"{name} is a symbolic link"
        elif mode != expected:
            yield f"{name} has mode {mode:04o} instead of {expected:04o}"


def diff(name, expected, actual):
    def lines(data):
        return data.decode("utf-8", "backslashreplace").splitlines(keepends=True)

    for line in difflib.unified_diff(lines(expected), lines(actual), f"expected/{name}",
                                     f"actual/{name}"):
        yield line.rstrip("\n")


def compare(expected_folder, actual_folder):
    expected, actual = list_files(expected_folder), list_files(actual_folder)
    for name in sorted(expected.keys() | actual.keys()):
        if name not in actual:
            yield f"{name} is expected, and is not there"
        elif name not in expected:
            yield f"{name} is there, and is not expected"
        else:
            old, new = expected[name].read_bytes(), actual[name].read_bytes()
            if old != new:
                yield from diff(name, old, new)


def compile_topology(program, topology, folder, is_update):
    """Compiles a copy, so that neither lock nor stage land in the source tree."""
    sources = folder / "source"
    shutil.copytree(TOPOLOGIES, sources)
    locked = [] if is_update else ["--locked"]
    return subprocess.run(
        [program, "compile", topology.name, "-o", folder / "out", *locked], cwd=sources,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)


def update(expected_folder, actual_folder, lock):
    (TOPOLOGIES / lock.name).write_bytes(lock.read_bytes())
    shutil.rmtree(expected_folder, ignore_errors=True)
    for name, path in list_files(actual_folder).items():
        target = expected_folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())


def run_case(program, topology, is_update):
    """The faults of one topology."""
    with tempfile.TemporaryDirectory(prefix="wgtopo-golden-") as name:
        folder = pathlib.Path(name)
        result = compile_topology(program, topology, folder, is_update)
        if result.returncode != 0:
            return [f"exit status {result.returncode}", *result.stderr.splitlines(),
                    "(a topology is compiled with --locked: commit its lock as well)"]
        expected = HERE / topology.stem
        if is_update:
            update(expected, folder / "out", folder / "source" / f"{topology.stem}.lock")
        return [*faults_of_modes(folder / "out"), *compare(expected, folder / "out")]


def main():
    arguments = sys.argv[1:]
    is_update = "--update" in arguments
    arguments = [argument for argument in arguments if argument != "--update"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    if is_update and os.environ.get("CI"):
        sys.exit("run.py: --update is for people who look at the diff, not for CI")
    program = pathlib.Path(arguments[0]).resolve()

    n_passed = n_failed = 0
    topologies = sorted(path for path in TOPOLOGIES.glob("*.yaml"))
    for topology in topologies:
        faults = run_case(program, topology, is_update)
        for fault in faults:
            print(f"{topology.name}: {fault}")
        n_failed += bool(faults)
        n_passed += not faults
    for folder in sorted(HERE.iterdir()):
        if folder.is_dir() and not (TOPOLOGIES / f"{folder.name}.yaml").exists() \
                and folder.name != "__pycache__":
            print(f"{folder.name}: no topology has this name")
            n_failed += 1
    if not topologies:
        print("no topologies found")
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed or not n_passed else 0


sys.exit(main())
