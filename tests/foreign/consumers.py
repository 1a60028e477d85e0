# SPDX-License-Identifier: MIT
"""What the tests with programs from npm share: where those are, and topologies to try them on."""

import json
import os
import subprocess
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tests" / "foreign" / "node" / "node_modules"
SKIPPED = 77


class Failed(Exception):
    pass


def call(*command, cwd=None, text=None, **environment):
    given = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=120,
        check=False, env=os.environ | environment, **given,
    )  # fmt: skip


def inputs():
    """Every case of tests/diag that has a topology, and every example: its name and its path."""
    for case in sorted((ROOT / "tests" / "diag").iterdir()):
        if (case / "topology.yaml").is_file():
            yield case.name, case / "topology.yaml"
    for path in sorted((ROOT / "topologies").glob("*.yaml")):
        yield path.stem, path


def check(program, path, form):
    """What `check` says of the topology, in its folder, and in the folder's name as in the repository."""
    done = call(program, "check", path.name, "--format", form, "--as-of", "2026-11-21",
                cwd=path.parent)  # fmt: skip
    if done.returncode not in (0, 1):
        raise Failed(f"{path}: {done.stderr}")
    return done.stdout


def diagnostics(program, path):
    """As the format that all others are held against has them: with files named by the repository."""
    document = json.loads(check(program, path, "json"))
    folder = path.parent.relative_to(ROOT).as_posix()
    for each in document["diagnostics"]:
        if each["file"] is None:
            each |= {"file": path.name, "line": 1, "column": 1, "end_line": 1, "end_column": 1}
        each["file"] = f"{folder}/{each['file']}"
    return document["diagnostics"]


def message(diagnostic):
    """The message with all that is said beside it."""
    lines = [diagnostic["message"], *(f"note: {note}" for note in diagnostic["notes"])]
    return "\n".join(lines + [f"help: {diagnostic['help']}"] * (diagnostic["help"] is not None))


def skip(reason):
    print(f"SKIPPED  {reason}; script/setup --test brings it", file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" else SKIPPED


def run(tests, needed, description):
    """The main() of a test: calls what is named test_... with the program. `needed`: packages."""
    if len(sys.argv) != 2:
        sys.exit(description)
    missing = [name for name in needed if not (NODE / name).exists()]
    if missing:
        sys.exit(skip(f"for want of {', '.join(missing)} of npm nothing was read"))
    program = Path(sys.argv[1]).resolve()
    n_failed = 0
    chosen = [test for name, test in tests.items() if name.startswith("test_")]
    for test in chosen:
        try:
            test(program)
        except Exception as fault:  # noqa: BLE001: any fault of a test is its failure
            n_failed += 1
            line = traceback.extract_tb(fault.__traceback__)[1].lineno
            print(f"FAIL: {test.__name__}: line {line}: {fault}")
    print(f"{len(chosen) - n_failed} passed, {n_failed} failed")
    sys.exit(1 if n_failed or not chosen else 0)
