#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Rehearses networks in the lab: every verdict of theirs must be what packets show.

    tests/lab/cases.py PROGRAM [CASE...]

The cases are the example topologies by their names; `matrix` and `matrix6`, which hold every kind
of NAT against every other (matrix.py); and random-1 to random-5, which are always the same.
Several run at a time, because a lab mostly waits. Exit status 77 where this machine may not.
"""

import json
import random
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matrix
from crowd import Crowd
from rehearsal import Failed, compile_topology, rehearse, skip

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "property"))
import invent  # noqa: E402
from natsim.topology import Inventor  # noqa: E402

N_RANDOM = 5
SEED = 1631
MOST_TRIED = 100
CONES = {
    "full-cone": matrix.ANYONE,
    "restricted-cone": matrix.ADDRESS,
    "port-restricted-cone": matrix.PORT,
}
MOST_TIMEOUT_S = 30  # in random networks; the lab is silent for longer than any
SHARE = 0.6  # of the hosts that may run at a time; test_lab.py may run beside this


def shorten_timeouts(topology):
    """Longer ones are in the matrix, where waiting for them once is enough."""
    for site in topology.get("sites", {}).values():
        nat = site.get("nat")
        if isinstance(nat, str) and nat in CONES:
            nat = site["nat"] = matrix.box(matrix.ANYONE, CONES[nat], keeps_ports=True)
        if isinstance(nat, dict):
            nat["mapping_timeout"] = MOST_TIMEOUT_S


def is_worth_it(manifest):
    """Whether there is something to relay and something to punch."""
    rows = manifest["verdicts"]
    return any(row["relay"] for row in rows) and any(row["punch"] for row in rows)


def invent_networks(program, folder, names):
    """Compiles the first invented topologies that can be, and that have something to show."""
    keys = invent.make_keys()
    rest = list(names)
    for number in range(MOST_TRIED):
        if not rest:
            return
        topology = Inventor(random.Random(f"{SEED}/{number}"), keys).topology()
        shorten_timeouts(topology)
        output = folder / f"try-{number}"
        source = folder / f"try-{number}.json"
        source.write_text(json.dumps(topology), encoding="utf-8")
        try:
            compile_topology(program, source, output)
        except Failed:
            continue
        if is_worth_it(read_manifest(output)):
            source.rename(folder / f"{rest[0]}.json")
            output.rename(folder / rest.pop(0))
    raise Failed(f"of {MOST_TRIED} invented topologies too few can be used")


def read_manifest(output):
    return json.loads((output / "manifest.json").read_text(encoding="utf-8"))


def prepare(program, folder, names):
    """Compiles what the cases need; complaints by case, where there are any."""
    complaints, invented = {}, [name for name in names if name.startswith("random-")]
    invent_networks(program, folder, invented)
    for name in names:
        source = ROOT / "topologies" / f"{name}.yaml"
        if name in matrix.NETWORKS:
            source = folder / f"{name}.json"
            source.write_text(json.dumps(matrix.NETWORKS[name]()), encoding="utf-8")
        try:
            if name not in invented:
                compile_topology(program, source, folder / name)
            if name in matrix.NETWORKS:
                complaints[name] = matrix.surprises(name, read_manifest(folder / name))
        except Failed as error:
            complaints[name] = [str(error)]
    return complaints


def run_case(program, output, crowd):
    n_hosts = len(read_manifest(output)["hosts"])
    return crowd.run(n_hosts, lambda: rehearse(program, output))


def show(name, folder, rehearsal, complaints):
    """One line; of a failure everything that there is to know. Whether all was well."""
    is_good = rehearsal.status == 0 and not complaints
    lines = rehearsal.output.splitlines() or ["no report"]
    counts = lines[-1].removeprefix("lab: ")
    print(f"{'ok' if is_good else 'FAIL:':6} {name:12} {rehearsal.seconds:5.1f} s  {counts}")
    if not is_good:
        for complaint in complaints:
            print(f"FAIL: {name}: {complaint}")
        print(rehearsal.text)
        if (source := folder / f"{name}.json").exists():
            print(f"its topology: {source.read_text(encoding='utf-8')}")
    sys.stdout.flush()
    return is_good


def all_cases():
    """The longest first, that they are not what all wait for."""
    names = sorted(path.stem for path in (ROOT / "topologies").glob("*.yaml"))
    return [*matrix.NETWORKS, *names, *(f"random-{n}" for n in range(1, N_RANDOM + 1))]


def run(program, names, folder):
    complaints = prepare(program, folder, names)
    crowd = Crowd(SHARE)
    n_passed = n_failed = 0
    with ThreadPoolExecutor(len(names)) as pool:
        runs = {}
        for name in names:
            if (folder / name / "manifest.json").exists():
                runs[name] = pool.submit(run_case, program, folder / name, crowd)
        for name in names:
            if name not in runs:
                print(f"FAIL: {name}: {complaints[name][0]}")
                n_failed += 1
                continue
            rehearsal = runs[name].result()
            if rehearsal.why_skipped:
                return skip(rehearsal.why_skipped)
            is_good = show(name, folder, rehearsal, complaints.get(name, []))
            n_passed, n_failed = n_passed + is_good, n_failed + (not is_good)
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


def main(arguments):
    known = all_cases()
    if not arguments or not set(arguments[1:]) <= set(known):
        print(f"usage: cases.py PROGRAM [CASE...]; cases: {', '.join(known)}", file=sys.stderr)
        return 2
    program, *names = arguments
    with tempfile.TemporaryDirectory() as scratch:
        try:
            return run(Path(program).resolve(), names or known, Path(scratch))
        except Failed as error:
            print(f"FAIL: {error}\n0 passed, 1 failed")
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
