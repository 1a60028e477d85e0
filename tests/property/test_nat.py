#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Thousands of invented site trees: the compiler's verdicts against packets in a simulation.

    tests/property/test_nat.py PROGRAM [--seed N] [--count N] [--jobs N]

Each topology is compiled, and its artifacts are brought up in natsim/, an independent simulation of
NATs after RFC 4787 and of WireGuard. Every pair must get through as the manifest says, fresh and
after a silence; pairs that it relays must not get through directly, whatever endpoints are written.
A disagreement is made as small as possible and printed with a trace.
"""

import argparse
import collections
import functools
import itertools
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import invent
import yaml
from natsim.shrink import shrink
from natsim.topology import Inventor
from natsim.trial import Trial

SEED = 4787
COUNT = 2000
LEAST_USABLE = 0.8
MOST_SHOWN = 5
MOST_LINES = 30
APART = {"nat-unreachable", "family-mismatch"}  # errors that an open gateway heals


@dataclass
class Outcome:
    """What became of one topology."""

    number: int
    rules: tuple = ()  # of the errors for which it could not be used
    made: dict = field(default_factory=dict)
    disagreement: object = None  # the first one
    crash: str = ""
    counts: collections.Counter = field(default_factory=collections.Counter)


class Judge:
    """Compiles topologies into a scratch folder and puts the artifacts on trial."""

    def __init__(self, program, seed, scratch):
        self.program = program
        self.seed = seed
        self.scratch = Path(scratch)
        self.counts = collections.Counter()

    def judge(self, made, number, wanted=None):
        """(rules of errors, disagreements); of a wanted kind only the first."""
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            rules = self._compile(made, folder)
            if rules:
                return rules, []
            trial = Trial(folder / "output", f"{self.seed}/{number}")
            found = trial.run()
            if wanted:
                return (), list(itertools.islice((x for x in found if x.kind == wanted), 1))
            found = list(found)
            self._count(trial)
            return (), found
        finally:
            shutil.rmtree(folder)

    def _count(self, trial):
        self.counts["asked"] += trial.n_asked
        self.counts["late"] += trial.n_late
        self.counts["tried"] += trial.n_tried
        names = [name for name, entry in trial.entries.items() if not entry["gateway"]]
        for one in names:
            for other in names:
                if one < other:
                    self.counts[trial.verdict(one, other)[0]] += 1

    def _compile(self, made, folder):
        topology = folder / "topology.yaml"
        topology.write_text(json.dumps(made), encoding="utf-8")
        command = [self.program, "compile", topology, "-o", folder / "output"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return ()
        if done.returncode != 1:
            raise RuntimeError(f"compile ended with {done.returncode}: {done.stderr[-500:]}")
        return error_rules(self.program, topology)


def error_rules(program, topology):
    """The rules of the errors that the program finds."""
    command = [program, "check", "--format", "json", topology]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    rules = set()
    for entry in diagnostics(done.stdout):
        if entry.get("severity") == "error":
            rules.add(entry.get("rule", "?"))
    return tuple(sorted(rules)) or ("?",)


def diagnostics(text):
    """The entries of a JSON report: a document, or one per line."""
    try:
        document = json.loads(text)
    except ValueError:
        document = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(document, dict):
        document = document.get("diagnostics", [])
    return document


def with_open_gateway(made, keys):
    """The topology with one more gateway, which everybody reaches who reaches anything."""
    gateway = {"at": {"internet": ["203.0.113.254", "2001:db8:f000::1"]}}
    gateway["public_key"] = keys[-1]
    made = {**made, "gateways": {**made.get("gateways", {}), "zz": gateway}}
    return made


def examine(judge, keys, number):
    """One topology from its seed to its outcome."""
    chance = random.Random(f"{judge.seed}/{number}")
    made = Inventor(chance, keys[:-1]).topology()
    outcome = Outcome(number)
    judge.counts = outcome.counts
    try:
        rules, found = judge.judge(made, number)
        if rules and APART.issuperset(rules):
            outcome.counts["given a gateway"] += 1
            made = with_open_gateway(made, keys)
            rules, found = judge.judge(made, number)
    except Exception as error:  # pylint: disable=broad-exception-caught
        outcome.crash = f"{type(error).__name__}: {error}\n{yaml.safe_dump(made, sort_keys=False)}"
        return outcome
    outcome.rules = rules
    outcome.made = made
    outcome.disagreement = found[0] if found else None
    return outcome


def reduce_case(judge, outcome):
    """The smallest topology with a disagreement of that kind, and the disagreement."""
    kind, number = outcome.disagreement.kind, outcome.number

    def is_bad(smaller):
        try:
            return judge.judge(smaller, number, kind)[1]
        except (RuntimeError, KeyError, ValueError):
            return False

    made = shrink(outcome.made, is_bad)
    return made, judge.judge(made, number, kind)[1][0]


def show(options, outcome):
    """The topology made small, who was to talk to whom, and the packets."""
    with scratch_folder() as scratch:
        made, case = reduce_case(Judge(options.program, options.seed, scratch), outcome)
    print(f"FAIL: topology {outcome.number}: {case.kind}: {' - '.join(case.pair)}")
    print(yaml.safe_dump(made, sort_keys=False, width=100, default_flow_style=None), end="")
    print(f"predicted: {case.predicted}\nseen: {case.seen}\ntrace:")
    for line in excerpt(case.log):
        print(f"  {line}")
    sys.stdout.flush()


def excerpt(log):
    """The beginning of the trace, and what came after the last question."""
    asked = [number for number, line in enumerate(log) if " asks " in line]
    start = asked[-1] if asked else 0
    head = log[: min(start, MOST_LINES // 2)]
    return head + log[start : start + MOST_LINES - len(head)]


def scratch_folder():
    """In memory, where that can be had: thousands of small files are written and read."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return tempfile.TemporaryDirectory(dir=memory)


def work(numbers, program, seed, keys):
    """A worker's share, in a scratch folder of its own."""
    with scratch_folder() as scratch:
        judge = Judge(program, seed, scratch)
        return [examine(judge, keys, number) for number in numbers]


def outcomes_of(options):
    keys = invent.make_keys()
    share = functools.partial(work, program=options.program, seed=options.seed, keys=keys)
    first, size = options.first, 20
    numbers = range(first, first + options.count)
    shares = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    with multiprocessing.Pool(options.jobs) as pool:
        for outcomes in pool.imap(share, shares):
            yield from outcomes


def read_options(arguments):
    parser = argparse.ArgumentParser(description="verdicts about NATs against simulated packets")
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--first", type=int, default=0, help="number of the first topology")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args(arguments)


def main(arguments):
    options = read_options(arguments)
    counts, unusable = collections.Counter(), collections.Counter()
    n_passed = n_failed = 0
    for outcome in outcomes_of(options):
        counts += outcome.counts
        if outcome.rules:
            unusable[" ".join(outcome.rules)] += 1
        elif outcome.crash or outcome.disagreement:
            n_failed += 1
            if outcome.crash:
                print(f"FAIL: topology {outcome.number}: {outcome.crash}")
            elif n_failed <= MOST_SHOWN:
                show(options, outcome)
            else:
                case = outcome.disagreement
                print(f"FAIL: topology {outcome.number}: {case.kind}: {' - '.join(case.pair)}")
        else:
            n_passed += 1
    print("questions and pairs:", ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
    print("unusable:", ", ".join(f"{n} {rule}" for rule, n in unusable.most_common()) or "none")
    if n_passed + n_failed < LEAST_USABLE * options.count:
        print("FAIL: too few topologies can be used")
        n_failed += 1
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
