#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the program on mistakes and compares every word it says about them.

Usage: run.py PROGRAM [--update] [CASE...]

A case is a folder here, named after its rule: SLUG, or SLUG.VARIANT. It holds the input, usually
topology.yaml, and `expected`: the exit status, then stdout, then stderr. The program is run in a
copy of the folder with the arguments `check topology.yaml`, or with those in the file `command`.
That file may have several lines, each a call of the program or one of `append FILE TEXT`,
`bytes FILE HEX`, `folder NAME` and `link TARGET NAME`; the last call is the one that is compared.
Every rule of rules.def has a case, and every case shows its rule.
"""

import difflib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RULES = HERE.parents[1] / "base" / "diag" / "rules.def"
ROW = re.compile(r'^RULE\(\w+, "([a-z0-9-]+)"', re.M)
TEST_FILES = ("expected", "command")


def run_program(program, arguments, folder):
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    return subprocess.run([program, *arguments], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)


def act(program, words, folder):
    """One line of `command`: a call of the program, or a change of the folder before the next."""
    if words[0] == "link":
        os.symlink(words[1], folder / words[2])
    elif words[0] == "append":
        with open(folder / words[1], "a", encoding="utf-8") as file:
            file.write(words[2] + "\n")
    elif words[0] == "folder":
        (folder / words[1]).mkdir()
    elif words[0] == "bytes":
        (folder / words[1]).write_bytes(bytes.fromhex(words[2]))
    else:
        return run_program(program, words, folder)
    return None


def transcript(program, case):
    """What the last call of the case says, as the file `expected` has it."""
    command = case / "command"
    lines = command.read_text().splitlines() if command.exists() else ["check topology.yaml"]
    with tempfile.TemporaryDirectory(prefix="wgtopo-diag-") as name:
        folder = pathlib.Path(name) / "case"
        shutil.copytree(case, folder, ignore=shutil.ignore_patterns(*TEST_FILES))
        result = None
        for line in lines:
            result = act(program, shlex.split(line), folder) or result
        if result is None:
            return "the case calls nothing\n"
        text = f"exit status {result.returncode}\n".encode()
        for stream, output in (("stdout", result.stdout), ("stderr", result.stderr)):
            if output:
                text += f"--- {stream}\n".encode() + output
        return text.replace(name.encode(), b"TEMPORARY").decode("utf-8", "backslashreplace")


def run_case(program, case, is_update):
    slug = case.name.split(".")[0]
    actual = transcript(program, case)
    expected = case / "expected"
    if is_update:
        expected.write_text(actual, encoding="utf-8")
    if not expected.exists():
        return ["`expected` is missing: run with --update and look at it", *actual.splitlines()]
    faults = []
    if f"[{slug}]" not in actual and f'"rule": "{slug}"' not in actual:
        faults.append(f"does not show its rule [{slug}]")
    old = expected.read_text(encoding="utf-8").splitlines()
    faults += difflib.unified_diff(old, actual.splitlines(), "expected", "actual", lineterm="")
    return faults


def main():
    arguments = sys.argv[1:]
    is_update = "--update" in arguments
    arguments = [argument for argument in arguments if argument != "--update"]
    if not arguments:
        sys.exit(__doc__)
    if is_update and os.environ.get("CI"):
        sys.exit("run.py: --update is for people who look at the diff, not for CI")
    program, *names = arguments
    program = pathlib.Path(program).resolve()
    slugs = ROW.findall(RULES.read_text(encoding="utf-8"))
    cases = sorted(path for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__")

    n_passed = n_failed = 0
    for case in cases:
        if names and case.name not in names:
            continue
        faults = run_case(program, case, is_update)
        if case.name.split(".")[0] not in slugs:
            faults.append("no rule has this name")
        for fault in faults:
            print(f"{case.name}: {fault}")
        n_failed += bool(faults)
        n_passed += not faults
    for slug in () if names else slugs:
        has_case = any(case.name.split(".")[0] == slug for case in cases)
        if not has_case:
            print(f"{slug}: no case shows this rule")
        n_failed += not has_case
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed or not n_passed else 0


sys.exit(main())
