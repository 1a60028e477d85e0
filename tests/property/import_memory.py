#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Import reads files with private and preshared keys, and leaves none of them in its memory.

Usage: import_memory.py PROGRAM

Each run is held as it exits, and what a core dump would hold is searched for every key of the files
(memory_scan.py). The control is a word of the files that is no secret.
"""

import base64
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import memory_scan

CASES = pathlib.Path(__file__).resolve().parents[1] / "import"
SECRET = re.compile(r"(?:PrivateKey|PresharedKey)\s*=\s*([A-Za-z0-9+/]{43}=)", re.I)
KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
# Of each case a file's or a table's path, and a word that has to be found.
RUNS = [
    ("mesh/files", b"--dport 2049"),
    ("web-ui/files", b"build-agent"),
    ("csv/files.csv", b"tokyo.example.com"),
]


def secrets_of(path):
    if path.is_file():
        return set(KEY.findall(path.read_text(encoding="utf-8")))
    return {secret for file in path.rglob("*.conf")
            for secret in SECRET.findall(file.read_text(encoding="utf-8"))}


def check(program, path, control):
    """[(what, whether it is right)]"""
    needles = {}
    secrets = secrets_of(path)
    for number, secret in enumerate(sorted(secrets)):
        needles |= memory_scan.spellings(f"key {number}", base64.b64decode(secret))
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "import", path, "-o", f"{folder}/topology.yaml"]
        with memory_scan.held_at_exit(command, f"{folder}/strace", stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as pid:
            found = memory_scan.scan(pid, needles)
            seen = memory_scan.scan(pid, {"control": control})
    for name, address, mapping in found[:8]:
        print(f"{path.parent.name}: {name} lies at {address}, {mapping}")
    yield f"{path}: has no secrets", bool(secrets)
    yield f"{path}: a secret in a core dump", not found
    yield f"{path}: the control is not found", bool(seen)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not memory_scan.is_possible():
        print("SKIPPED  strace is not installed")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    program = pathlib.Path(sys.argv[1]).resolve()
    n_passed = n_failed = 0
    for name, control in RUNS:
        for what, is_right in check(program, CASES / name, control):
            n_passed += is_right
            n_failed += not is_right
            if not is_right:
                print(f"FAIL {what}")
    print(f"{n_passed} passed, {n_failed} failed")
    sys.exit(1 if n_failed else 0)


main()
