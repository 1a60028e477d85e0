#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compile, import, compile: the second network does what the first did.

    tests/property/test_import.py PROGRAM TOPOLOGY...

With the manifest beside the artifacts everything comes back. Without it the NATs are guesses, and
then the program says that something is different exactly where confs.py, which shares nothing with
it, finds a difference.
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import confs
import invent
from natsim.topology import Inventor

SEED = 20261121
N_INVENTED = 9  # of each inventor
# Of the examples, those whose NATs leave no mark in the files that would tell all of them.
GUESSED = ("dual-stack.yaml", "port-forward.yaml")
# Of the networks imported without a manifest, how many come back without any difference.
LEAST_EXACT = 0.6


class Broken(Exception):
    """A property that does not hold; the text says how."""


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise Broken(f"{arguments[0]} ended with {done.returncode}:\n{done.stderr}{done.stdout}")
    return done


def import_again(program, output, here):
    """Imports an output folder and compiles it; the new network, and what was said to differ."""
    topology = here / "imported.yaml"
    done = subprocess.run([program, "import", output, "-o", topology, "--format", "json"],
                          capture_output=True, text=True, check=False)
    diagnostics = json.loads(done.stdout)["diagnostics"]
    errors = [item["message"] for item in diagnostics if item["severity"] == "error"]
    if done.returncode != 0 or errors:
        raise Broken("\n".join([f"import ended with {done.returncode}", *errors]))
    said = [item for item in diagnostics if item["rule"] == "import-changed"]
    run(program, "compile", topology, "-o", here / "again", "--locked")
    return confs.read_network(here / "again"), said


def noted(output):
    """What only the manifest knows."""
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    hosts = {name: {key: host[key] for key in ("kind", "at", "routes", "groups", "gateway")}
             for name, host in manifest["hosts"].items()}
    sites = {name: {key: site[key] for key in site if key != "nat"}
             for name, site in manifest["sites"].items()}
    return hosts, sites


def prove_as(program, files, intended, here):
    """Whether the files do what another manifest meant."""
    crossed = here / "crossed"
    shutil.copytree(files, crossed)
    shutil.copy(intended / "manifest.json", crossed / "manifest.json")
    run(program, "prove", crossed)
    shutil.rmtree(crossed)


def comes_back(program, output, here):
    before = confs.read_network(output)
    after, said = import_again(program, output, here)
    found = confs.differences(before, after)
    if noted(output) != noted(here / "again"):
        raise Broken("the manifest is another one")
    if found or said:
        raise Broken("\n".join([*found[:8], *(item["message"] for item in said)]))
    prove_as(program, here / "again", output, here)
    prove_as(program, output, here / "again", here)


def is_told(program, output, here):
    """Without the manifest. True: nothing differs."""
    before = confs.read_network(output)
    bare = here / "bare"
    shutil.copytree(output, bare)
    (bare / "manifest.json").unlink()
    after, said = import_again(program, bare, here)
    found = confs.differences(before, after)
    if bool(found) != bool(said):
        raise Broken("\n".join(["found:", *found[:8], "said:",
                                *(item["message"] for item in said)]))
    return not found


def drop_a_peer(output):
    """Takes the last peer out of the first file that has several; false: there is none."""
    for path in sorted(output.rglob("*.conf")):
        parts = path.read_text(encoding="utf-8").split("\n[Peer]")
        if len(parts) > 2:
            path.write_text("\n[Peer]".join(parts[:-1]), encoding="utf-8")
            return True
    return False


def edit_is_told(program, output, here):
    """What was changed by hand since, the manifest notwithstanding."""
    edited = here / "edited"
    shutil.copytree(output, edited)
    if not drop_a_peer(edited):
        return
    before = confs.read_network(edited)
    after, said = import_again(program, edited, here)
    if not confs.differences(before, after) or not said:
        raise Broken("a peer that was taken out by hand is back, and nothing is said")


def with_open_gateway(made, keys):
    """With one gateway that everybody reaches who reaches anything."""
    gateway = {"at": {"internet": ["203.0.113.254", "2001:db8:f000::1"]}, "public_key": keys[-1]}
    return {**made, "gateways": {**made.get("gateways", {}), "zz": gateway}}


def sources(topologies, scratch):
    for topology in map(Path, topologies):
        folder = scratch / topology.stem
        shutil.copytree(topology.parent, folder)
        yield topology.name, folder / topology.name
    keys = invent.make_keys()
    for number in range(N_INVENTED):
        chance = random.Random(SEED + number)
        for name, made in (("invented", invent.Inventor(chance, keys).topology()),
                           ("nat", with_open_gateway(Inventor(chance, keys[:-1]).topology(), keys))):
            path = scratch / f"{name}-{number}" / "topology.yaml"
            path.parent.mkdir()
            path.write_text(yaml.safe_dump(made, sort_keys=False), encoding="utf-8")
            yield f"{name} {number}", path


def main(program, *topologies):
    n_passed = n_failed = n_exact = n_all = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, topology in sources(topologies, Path(folder)):
            output = topology.parent / "output"
            try:
                run(program, "compile", topology, "-o", output)
            except Broken:
                shutil.rmtree(topology.parent)
                continue  # a few invented ones route what carries their tunnels
            for check in (comes_back, is_told, edit_is_told):
                here = topology.parent / check.__name__
                here.mkdir()
                try:
                    is_exact = check(program, output, here)
                    n_passed += 1
                except Broken as error:
                    is_exact = False
                    n_failed += 1
                    print(f"FAIL: {name}: {check.__name__}: {error}")
                if check is is_told and not is_exact and name.endswith(".yaml") \
                        and name not in GUESSED:
                    n_failed += 1
                    print(f"FAIL: {name} does not come back without a manifest")
                n_exact += check is is_told and is_exact
                n_all += check is is_told
            shutil.rmtree(topology.parent)
    if n_all < N_INVENTED:
        print(f"FAIL: only {n_all} topologies compile")
        n_failed += 1
    print(f"{n_exact} of {n_all} come back without a manifest")
    if n_exact < LEAST_EXACT * n_all:
        print(f"FAIL: fewer than {LEAST_EXACT:.0%}")
        n_failed += 1
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("usage: test_import.py PROGRAM TOPOLOGY...", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
