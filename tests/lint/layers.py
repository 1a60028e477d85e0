#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fails on an include that goes up the layers, or from one wing to the other.

The order is that of ARCHITECTURE.md. First the check is tried on made-up includes, good and bad,
so that it cannot pass by having stopped to look.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
WINGS = ("base", "compiler", "runtime", "cli")
COMPILER = {
    "conf": 1, "parse": 1, "edit": 2, "model": 3, "fmt": 4, "keys": 4, "resolve": 5, "reach": 6,
    "plan": 7, "emit": 8,
    "assert": 9, "diff": 9, "import": 9, "prove": 9, "publish": 9, "report": 9,
}
TOP_OF_COMPILER = 10
CLI = 11
# Where being lower is not enough: the only rooms that a room sees.
ONLY = {
    "conf": {"base", "conf"},
    "emit": {"base", "keys", "plan", "emit"},
    # An emitted file is proved and compared by code that shares nothing with what planned it.
    "prove": {"base", "conf", "prove"},
    "diff": {"base", "conf", "diff"},
    "runtime": {"base", "runtime"},
    "base": {"base"},
}
# The formats see no keys: only what puts them into finished files does.
KEYS_IN_EMIT = ("compiler/emit/emit.c", "compiler/emit/slot.c")


def room_of(path):
    """The room that a path from the source root lies in, and its rank."""
    parts = path.split("/")
    if parts[0] == "base":
        return "base", 0
    if parts[0] == "runtime":
        return "runtime", 1
    if parts[0] == "cli":
        return "cli", CLI
    if parts[0] == "compiler" and len(parts) > 2 and parts[1] in COMPILER:
        return parts[1], COMPILER[parts[1]]
    if parts[0] == "compiler" and len(parts) == 2:
        return "compiler", TOP_OF_COMPILER
    return None, 0


def fault_of(includer, included):
    """What is wrong with the include, or None."""
    here, rank_here = room_of(includer)
    there, rank_there = room_of(included)
    if here is None:
        return f"{includer} lies in no room that the layers know"
    if there is None:
        return f'"{included}" is not written from the source root, or lies in no room'
    if here == there:
        return None
    if here in ONLY and there not in ONLY[here]:
        return f"{here} may not include {there}, only {', '.join(sorted(ONLY[here]))}"
    if here == "emit" and there == "keys" and includer not in KEYS_IN_EMIT:
        return f"{includer} may not include keys, only {', '.join(KEYS_IN_EMIT)} may"
    if there == "runtime" and here != "cli":
        return f"{here} may not include runtime: artifacts are the contract"
    if rank_there >= rank_here:
        return f"{here} may not include {there}, which is not below it"
    return None


def includes_of(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def check_tree():
    n_passed = n_failed = 0
    for wing in WINGS:
        for path in sorted((ROOT / wing).rglob("*.[ch]")):
            name = path.relative_to(ROOT).as_posix()
            faults = [(number, fault_of(name, included)) for number, included in includes_of(path)]
            faults = [(number, fault) for number, fault in faults if fault]
            for number, fault in faults:
                print(f"{name}:{number}: {fault}")
            n_failed += bool(faults)
            n_passed += not faults
    return n_passed, n_failed


MADE_UP = [
    ("compiler/parse/parse.c", "compiler/parse/node.h", True),
    ("compiler/parse/parse.c", "base/arena.h", True),
    ("compiler/parse/parse.c", "compiler/model/schema.h", False),
    ("compiler/edit/edit.c", "compiler/parse/node.h", True),
    ("compiler/edit/edit.c", "compiler/model/topology.h", False),
    ("compiler/emit/hosts.c", "compiler/plan/plan.h", True),
    ("compiler/emit/hosts.c", "compiler/resolve/network.h", False),
    ("compiler/emit/hosts.c", "compiler/model/topology.h", False),
    ("compiler/emit/hosts.c", "compiler/keys/keystore.h", False),
    ("compiler/emit/slot.c", "compiler/keys/keystore.h", True),
    ("compiler/publish/publish.c", "compiler/emit/artifact.h", True),
    ("compiler/publish/publish.c", "compiler/prove/prove.h", False),
    ("compiler/prove/prove.c", "compiler/plan/plan.h", False),
    ("compiler/compile.c", "compiler/publish/publish.h", True),
    ("compiler/compile.c", "cli/verb.h", False),
    ("compiler/plan/plan.c", "compiler/compile.h", False),
    ("base/text.c", "compiler/compile.h", False),
    ("base/diag/diag.c", "base/net/key.h", True),
    ("runtime/apply.c", "base/text.h", True),
    ("runtime/apply.c", "compiler/emit/artifact.h", False),
    ("compiler/compile.c", "runtime/apply.h", False),
    ("cli/apply.c", "runtime/apply.h", True),
    ("cli/check.c", "compiler/compile.h", True),
    ("cli/check.c", "check.h", False),
]


def check_itself():
    n_failed = 0
    for includer, included, is_right in MADE_UP:
        if (fault_of(includer, included) is None) != is_right:
            print(f"layers.py: misjudges that {includer} includes {included}")
            n_failed += 1
    return len(MADE_UP) - n_failed, n_failed


def main():
    results = [check_itself(), check_tree()]
    n_passed = sum(result[0] for result in results)
    n_failed = sum(result[1] for result in results)
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed or not n_passed else 0


sys.exit(main())
