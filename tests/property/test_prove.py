#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Changes single things in compiled artifacts; `prove` must catch all that change the network, and
nothing else.

    tests/property/test_prove.py PROGRAM [--seed N] [--rounds N] TOPOLOGY...

What an edit does is known by construction, or it is asked of somebody who shares nothing with the
prover: walk.py follows every packet, and natsim/ sends packets through simulated NATs.
"""

import argparse
import collections
import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import invent
import mutants
import natsim.topology
import walk
from natsim.trial import Trial

SEED = 11
ROUNDS = 14  # of every mutant
N_INVENTED = 14
MOST_SHOWN = 8
# What walk.py says of how a file is written; and of a port, of which packets know more.
NO_HARM = ("twice", "is not canonical", "has port")


class Broken(Exception):
    """What the test cannot go on without."""


def compile_to(program, topology, output):
    command = [program, "compile", topology, "-o", output]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0


def prove(program, folder):
    """(whether it found nothing, the rules that it found, all that it said)."""
    done = subprocess.run(
        [program, "prove", "--format", "json", folder], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise Broken(f"prove ended with {done.returncode}: {done.stderr}")
    document = json.loads(done.stdout)
    rules = {entry["rule"] for entry in document["diagnostics"]}
    if document["proved"] != (done.returncode == 0):
        raise Broken("the exit status is not what the document says")
    return done.returncode == 0, rules, done.stdout


def make_originals(program, topologies, scratch, seed):
    """Compiled folders to change: the examples, and networks that nobody has seen before."""
    keys = invent.make_keys()
    made = []
    for topology in map(Path, topologies):
        copy = scratch / "sources" / topology.name
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(topology, copy)
        if topology.with_suffix(".lock").exists():
            shutil.copy(topology.with_suffix(".lock"), copy.with_suffix(".lock"))
        output = scratch / "compiled" / topology.stem
        output.parent.mkdir(exist_ok=True)
        if not compile_to(program, copy, output):
            raise Broken(f"{topology.name} does not compile")
        made.append(output)
    made += make_preshared(program, scratch)
    for number in range(2 * N_INVENTED):
        chance = random.Random(f"{seed}/{number}")
        kind = (invent.Inventor, natsim.topology.Inventor)[number % 2]
        topology = scratch / "sources" / f"invented-{number}.yaml"
        topology.write_text(json.dumps(kind(chance, keys).topology()), encoding="utf-8")
        output = scratch / "compiled" / topology.stem
        if compile_to(program, topology, output):
            made.append(output)
    return made


def make_preshared(program, scratch):
    """Two networks with preshared keys: in files of their own, and in the hosts' files."""
    network = {
        "network": {"name": "lab", "addresses": ["10.20.0.0/24"], "preshared_keys": True},
        "gateways": {"gw": {"at": {"internet": "203.0.113.1"}}},
        "servers": {f"s{n}": {"at": {"internet": f"203.0.113.1{n}"}} for n in range(4)},
        "users": {"alice": {}, "bob": {}},
    }
    topology = scratch / "sources" / "sealed.yaml"
    key_file = scratch / "key"
    key_file.write_bytes(bytes(range(32)))
    topology.write_text(json.dumps(network), encoding="utf-8")
    subprocess.run([program, "key", "gen", "-t", topology, "--key-file", key_file],
                   capture_output=True, check=True)  # fmt: skip
    for name, options in (("open", ["--key-file", key_file]), ("closed", ["--no-keys"])):
        output = scratch / "compiled" / f"preshared-{name}"
        subprocess.run([program, "compile", topology, "-o", output, *options],
                       capture_output=True, check=True)  # fmt: skip
        yield output


def find_harm(kind, folder, seed):
    """Why the mutant works less well than it should; "" where it does not."""
    if kind == mutants.HARMFUL:
        return "by construction"
    if kind == mutants.HARMLESS:
        return ""
    complaints, _ = walk.check(folder)
    real = [each for each in complaints if not any(word in each for word in NO_HARM)]
    if real:
        return real[0]
    if kind == mutants.ASK_TRIAL:
        found = next(iter(Trial(folder, seed).run()), None)
        if found:
            return f"{found.kind}: {found.predicted}, seen {found.seen}"
    return ""


class Report:
    """What became of the mutants."""

    def __init__(self):
        self.counts = collections.Counter()
        self.caught = collections.Counter()
        self.unasked = collections.Counter()
        self.n_failed = 0

    def fail(self, text):
        self.n_failed += 1
        if self.n_failed <= MOST_SHOWN:
            print(f"FAIL: {text[:700]}")


def try_mutant(program, original, kind, mutant, number, scratch, report):
    """Changes a copy of the folder, if there is something to change, and proves it."""
    folder = scratch / "mutant"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(original, folder)
    chance = mutants.chance_of(mutant.__name__, number)
    if not mutant(mutants.Folder(folder, chance)):
        return False
    is_clean, rules, said = prove(program, folder)
    label = f"{mutant.__name__} {number} of {original.name}"
    if is_clean or kind == mutants.HARMLESS:
        harm = find_harm(kind, folder, number)
        if is_clean and harm:
            report.fail(f"{label} passes, though: {harm}")
        if not is_clean:
            report.fail(f"{label} changes nothing, but: {said}")
    report.counts[kind] += 1
    report.caught[mutant.__name__] += not is_clean
    report.unasked[mutant.__name__] += 1
    return True


def strip_manifest(original, scratch):
    """The folder as somebody else might have written it."""
    copy = scratch / "found" / original.name
    shutil.copytree(original, copy)
    (copy / "manifest.json").rename(scratch / "found" / f"{original.name}.json")
    return copy


def try_found(program, original, mutant, number, scratch, report):
    """The same without the manifest: what single files show has to be said all the same."""
    folder = scratch / "mutant"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(original, folder)
    if not mutant(mutants.Folder(folder, mutants.chance_of(mutant.__name__, number))):
        return False
    (folder / "manifest.json").unlink()
    _, rules, said = prove(program, folder)
    label = f"{mutant.__name__} {number} of {original.name} without its manifest"
    if mutant in mutants.FOUND_WITH_KEYS and "preshared-open" not in original.name:
        return False  # whose key it is, only others tell
    is_harmless = mutant in dict(mutants.MUTANTS)[mutants.HARMLESS]
    if is_harmless and rules:
        report.fail(f"{label} changes nothing, but: {said}")
    if not is_harmless and not rules:
        report.fail(f"{label} passes")
    report.counts["found"] += 1
    return True


def run_found(program, originals, rounds, scratch, report):
    clean = []
    for original in originals:
        is_clean, rules, said = prove(program, strip_manifest(original, scratch))
        if not is_clean:
            report.fail(f"{original.name} without its manifest: {said}")
        if not rules:
            clean.append(original)
    if len(clean) < len(originals) // 2:
        report.fail(f"only {len(clean)} of {len(originals)} are clean without a manifest")
    for mutant in mutants.FOUND:
        n_made = 0
        for number in range(4 * len(clean)):
            if n_made < rounds:
                original = clean[(number + len(mutant.__name__)) % len(clean)]
                n_made += try_found(program, original, mutant, number, scratch, report)
        if not n_made:
            report.fail(f"{mutant.__name__} found nothing to change")


def run(program, originals, rounds, scratch, report):
    for original in originals:
        is_clean, _, said = prove(program, original)
        if not is_clean:
            report.fail(f"{original.name} as compiled: {said}")
    for kind, group in mutants.MUTANTS:
        for mutant in group:
            n_made = 0
            for number in range(max(4 * rounds, 4 * len(originals))):
                if n_made == rounds:
                    break
                original = originals[(number + len(mutant.__name__)) % len(originals)]
                n_made += try_mutant(program, original, kind, mutant, number, scratch, report)
            if not n_made:
                report.fail(f"{mutant.__name__} found nothing to change")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("topologies", nargs="+")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    report = Report()
    base = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="wgtopo-prove-", dir=base) as name:
        scratch = Path(name)
        program = Path(arguments.program).resolve()
        originals = make_originals(program, arguments.topologies, scratch, arguments.seed)
        run(program, originals, arguments.rounds, scratch, report)
        run_found(program, originals, max(1, arguments.rounds // 2), scratch, report)
    for mutant, n_caught in report.caught.items() if arguments.verbose else ():
        print(f"{mutant}: {n_caught} of {report.unasked[mutant]} caught")
    total = sum(report.counts.values())
    words = ", ".join(f"{n} {kind}" for kind, n in sorted(report.counts.items()))
    print(f"{total} mutants of {len(originals)} networks: {words}")
    print(f"{total - report.n_failed} passed, {report.n_failed} failed")
    return 1 if report.n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
