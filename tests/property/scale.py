#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""That memory grows with the servers and not with the pairs of them, shown on a mesh of 1,000.

    scale.py PROGRAM

The tree that is written must be whole too, and must be left alone by a second run.
"""

import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
import generate  # noqa: E402
import measure  # noqa: E402

FEW, MANY = 250, 1000
MOST_KIB = 14 * 1024
# What the program needs for no servers at all counts in both, and so do the manifest and what is
# proved by it; with pairs in memory it would be 16.
MOST_GROWTH = 5
N_SAMPLES = 20
BYTES_NEEDED = 400 << 20
MEMORY = "/dev/shm"


class Tally:
    def __init__(self):
        self.n_passed = self.n_failed = 0

    def expect(self, is_right, what):
        self.n_passed += bool(is_right)
        self.n_failed += not is_right
        if not is_right:
            print(f"FAILED: {what}")


class Mesh:
    """A topology of n servers and what is compiled from it."""

    def __init__(self, program, folder, n):
        self.n = n
        self.path = pathlib.Path(folder, f"{n}.yaml")
        self.path.write_text(generate.topology(n), encoding="utf-8")
        self.out = pathlib.Path(folder, f"{n}.tree")
        self.command = [program, "compile", str(self.path), "-o", str(self.out)]

    def folder_of(self, number):
        return self.out / "hosts" / generate.name_of(number) / "etc" / "wireguard"


def check_memory(tally, few, many):
    base, peak_few, peak_many = (measure.peak_of(each) for each in (
        [few.command[0], "--version"], few.command, many.command
    ))  # fmt: skip
    print(f"peak memory: {base} KiB for nothing, {peak_few} for {few.n}, {peak_many} for {many.n}")
    tally.expect(peak_many <= MOST_KIB, f"{peak_many} KiB is more than {MOST_KIB}")
    growth = (peak_many - base) / (peak_few - base)
    ratio = many.n // few.n
    tally.expect(growth <= MOST_GROWTH, f"{ratio} times the servers, {growth:.1f} times the memory")


def check_tree(tally, mesh):
    wanted = {
        mesh.folder_of(number) / f"{generate.NETWORK}.{ending}"
        for number in range(mesh.n)
        for ending in ("conf", "routes")
    }
    found = {path for path in mesh.out.glob("hosts/*/etc/wireguard/*") if path in wanted}
    tally.expect(len(found) == 2 * mesh.n, f"{len(found)} of {2 * mesh.n} files of hosts")
    strange = set(os.listdir(mesh.out / "hosts")) - set(map(generate.name_of, range(mesh.n)))
    tally.expect(not strange, f"hosts that are not in the topology: {sorted(strange)[:3]}")


def check_host(tally, mesh, number):
    """Exactly the keys of all the others, each once, and each with an address of its own."""
    text = (mesh.folder_of(number) / f"{generate.NETWORK}.conf").read_text(encoding="utf-8")
    name = generate.name_of(number)
    n_peers = len(re.findall(r"^\[Peer\]$", text, re.M))
    tally.expect(n_peers == mesh.n - 1, f"{name} has {n_peers} peers")
    keys = re.findall(r"^PublicKey = (\S+)$", text, re.M)
    others = sorted(generate.key_of(each) for each in range(mesh.n) if each != number)
    tally.expect(sorted(keys) == others, f"{name} does not have each other server's key once")
    addresses = re.findall(r"^AllowedIPs = (\S+)$", text, re.M)
    is_each_own = len(addresses) == len(set(addresses)) == mesh.n - 1
    tally.expect(is_each_own, f"{name} has {len(set(addresses))} different allowed addresses")


def times_of(folder):
    return {
        path: (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def check_second_run(tally, mesh):
    """Inode and time of every file say whether it was replaced, and they need no tracer."""
    before = times_of(mesh.out)
    done = subprocess.run(mesh.command, stdout=subprocess.PIPE, text=True, check=False)
    tally.expect(done.returncode == 0, f"the second run ends with status {done.returncode}")
    tally.expect(done.stdout.startswith("0 files written"), f"it says: {done.stdout.strip()}")
    changed = [path for path, time in times_of(mesh.out).items() if before.pop(path, None) != time]
    tally.expect(not changed and not before, f"it changed {[*changed, *before][:3]}")


def main():
    program = os.path.abspath(sys.argv[1])
    has_memory = os.path.isdir(MEMORY) and measure.has_room(MEMORY, BYTES_NEEDED)
    tally = Tally()
    with tempfile.TemporaryDirectory(dir=MEMORY if has_memory else None) as folder:
        few, many = (Mesh(program, folder, n) for n in (FEW, MANY))
        check_memory(tally, few, many)
        check_tree(tally, many)
        for number in random.Random(1).sample(range(MANY), N_SAMPLES):
            check_host(tally, many, number)
        check_second_run(tally, many)
    print(f"{tally.n_passed} passed, {tally.n_failed} failed")
    return 1 if tally.n_failed or not tally.n_passed else 0


if __name__ == "__main__":
    sys.exit(main())
