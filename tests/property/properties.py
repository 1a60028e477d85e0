#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What must hold for every topology, checked on whole runs of the program.

    tests/property/properties.py PROGRAM TOPOLOGY...

For each given topology and a number of invented ones: two runs give the same bytes; so does the
topology with the keys of its mappings in another order, with the lock and without; and every packet
finds its way through what was emitted (walk.py).
"""

import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import invent
import walk

SEED = 20240229
N_INVENTED = 30
MOST_COMPLAINTS = 8


class Broken(Exception):
    """A property that does not hold; the text says how."""


def drop_addresses(lock):
    """Deletes the lines of a lock, but for those with the only copy of a public key."""
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if line.endswith("=")]
    if lines:
        lock.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    else:
        lock.unlink()


class Case:
    """One topology in a folder of its own, and runs of the program on copies of it."""

    def __init__(self, program, sources, name, scratch):
        self.program = program
        self.sources = sources  # the folder with the topology, what it includes, maybe a lock
        self.name = name
        self.scratch = scratch
        self.n_runs = 0

    def compile(self, shuffle=None, keep_lock=True):
        """Compiles a fresh copy; returns the output folder, and all that was made as bytes."""
        self.n_runs += 1
        here = self.scratch / str(self.n_runs)
        sources, output = here / "sources", here / "output"
        shutil.copytree(self.sources, sources)
        if not keep_lock:
            for lock in sources.glob("*.lock"):
                drop_addresses(lock)
        for path in sorted(sources.rglob("*.yaml")) if shuffle else []:
            shuffle_keys(path, shuffle)
        done = subprocess.run(
            [self.program, "compile", sources / self.name, "-o", output],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise Broken(f"compile ended with {done.returncode}:\n{done.stderr.strip()}")
        return output, read_bytes(output) | read_bytes(sources, "*.lock")


def shuffle_keys(path, order):
    """Rewrites a YAML file with the keys of every mapping in another order, values as they were."""
    node = yaml.compose(path.read_text(encoding="utf-8"))
    pending = [node] if node else []
    while pending:
        each = pending.pop()
        if isinstance(each, yaml.MappingNode):
            order.shuffle(each.value)
            pending += [value for _, value in each.value]
        elif isinstance(each, yaml.SequenceNode):
            pending += each.value
    text = yaml.serialize(node, allow_unicode=True, width=1000) if node else ""
    path.write_text(text, encoding="utf-8")


def read_bytes(folder, pattern="*"):
    """Everything in a folder by path. Names with a dot are the program's own notes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob(pattern))
        if path.is_file() and not any(part[0] == "." for part in path.relative_to(folder).parts)
    }


def expect_same(expected, found, what):
    names = sorted(
        name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)
    )
    if names:
        raise Broken(f"{what}: {len(names)} files differ, first '{names[0]}'")


def compiles_alike(case):
    _, first = case.compile()
    _, second = case.compile()
    expect_same(first, second, "compiled twice")


def ignores_order(case):
    for keep_lock, what in ((True, "with the lock"), (False, "without a lock")):
        _, plain = case.compile(keep_lock=keep_lock)
        _, shuffled = case.compile(shuffle=random.Random(SEED), keep_lock=keep_lock)
        expect_same(plain, shuffled, f"keys in another order, {what}")


def delivers(case):
    output, _ = case.compile()
    complaints, n_flows = walk.check(output)
    if complaints:
        more = f"\n... {len(complaints)} in all" if len(complaints) > MOST_COMPLAINTS else ""
        raise Broken("\n".join(complaints[:MOST_COMPLAINTS]) + more)
    if n_flows == 0:
        raise Broken("no flow to walk")


PROPERTIES = (compiles_alike, ignores_order, delivers)


def given_cases(program, topologies, scratch):
    for topology in map(Path, topologies):
        yield topology.name, Case(program, topology.parent, topology.name, scratch / topology.stem)


def invented_cases(program, scratch):
    keys = invent.make_keys()
    for number in range(N_INVENTED):
        made = invent.Inventor(random.Random(SEED + number), keys).topology()
        sources = scratch / f"invented-{number}" / "sources"
        sources.mkdir(parents=True)
        text = yaml.safe_dump(made, sort_keys=False)
        (sources / "topology.yaml").write_text(text, encoding="utf-8")
        yield f"invented {number}", Case(program, sources, "topology.yaml", sources.parent)


def holds(name, case, check):
    try:
        check(case)
    except Broken as error:
        print(f"FAIL: {name}: {check.__name__}: {error}")
        return False
    return True


def main(program, *topologies):
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for cases in (given_cases(program, topologies, scratch), invented_cases(program, scratch)):
            for name, case in cases:
                outcomes += [holds(name, case, check) for check in PROPERTIES]
                shutil.rmtree(case.scratch)
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("usage: properties.py PROGRAM TOPOLOGY...", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
