# SPDX-License-Identifier: MIT
"""What users and keys cost: many people behind one gateway, and a preshared key for every pair.

Each function yields rows of docs/performance.md: (row, what, target, measured, whether it is met).
"""

import os
import pathlib
import shutil
import subprocess

import measure

HEAD = """\
network: { name: bench, addresses: [10.64.0.0/10] }
gateways:
  gw: { at: { internet: 203.0.113.1 } }
servers:
  "s[1-3]": { at: { internet: "203.0.113.[11-13]" } }
users:
"""


def topology(n_users):
    return HEAD + "".join(f"  u{i:05}: {{ devices: {{ laptop: {{}} }} }}\n" for i in range(n_users))


class Office:
    """A topology of users with its lock and keystore, and what was published from it."""

    def __init__(self, bench, n_users, folder):
        self.folder = pathlib.Path(folder, f"{n_users}.people")
        self.folder.mkdir()
        self.topology = self.folder / "office.yaml"
        self.topology.write_text(topology(n_users), encoding="utf-8")
        self.out = self.folder / "out"
        key_file = self.folder / "keyfile"
        key_file.write_bytes(os.urandom(32))
        self.unlock = ["--key-file", str(key_file)]
        self.program = bench.program
        run([self.program, "key", "gen", "-t", str(self.topology), *self.unlock])

    def compile(self, out):
        return [self.program, "compile", str(self.topology), "-o", str(out), *self.unlock]

    def add(self, number):
        names = ["user", "add", f"new{number}", "--device", "laptop"]
        where = ["-t", str(self.topology), "-o", str(self.out)]
        return [self.program, *names, *where, *self.unlock]


def run(command):
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def files_of(folder):
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in folder.rglob("*")
        if path.is_file()
    }


def written_by_add(office):
    """Copies of the files that one more user writes: what `user add` cannot do without."""
    before = files_of(office.folder)
    run(office.add("first"))
    changed = [path for path, state in files_of(office.folder).items() if before.get(path) != state]
    copies = office.folder / "copies"
    copies.mkdir()
    for number, path in enumerate(changed):
        shutil.copyfile(path, copies / str(number))
    return copies, len(changed), sum(path.stat().st_size for path in changed)


def people(bench):
    """n users behind one gateway: all of them, nothing changed, and one more."""
    n = bench.largest
    office = Office(bench, n, bench.scratch)
    size = f"{n} users, one gateway"
    seconds = measure.seconds_of(office.compile(office.out))
    n_files = len(files_of(office.out))
    what = f"{size}: compile with every device's file, QR code and README"
    yield "people", what, "", f"{seconds:.2f} s, {n_files} files", None
    again = measure.alternate(
        lambda _: office.compile(office.out), lambda _: bench.events(office.topology), 5
    )
    yield "people", f"{size}: nothing changed / yaml events", "", again, None
    copies, n_written, n_bytes = written_by_add(office)
    floor = ["sh", "-c", f"{bench.yaml_events} {office.topology} && cp -r {copies} {copies}.$$"]
    pairs = measure.alternate(office.add, lambda _: floor, bench.n_quick_pairs)
    what = f"{size}: user add / yaml events and a copy of its {n_written} files, {n_bytes >> 10} KiB"
    yield "people", what, "<= 1", pairs, pairs.ratio <= 1
    if shutil.which("valgrind"):
        ours = measure.instructions_of(office.add("counted"))
        check = measure.instructions_of([bench.program, "check", str(office.topology)])
        yield "people", f"{size}: instructions of user add / of check", "", f"{ours / check:.1f}", None


def preshared(bench):
    """Row 3: a full mesh with a preshared key for every pair, against copying the finished tree."""
    for n in bench.small:
        folder = pathlib.Path(bench.scratch, f"{n}.preshared")
        what = f"full compile with preshared keys, n={n}, tmpfs, / cp -r"
        if not measure.has_room(bench.scratch, 3 * 320 * n * n):
            yield 3, what, "<= 3", "left out: no room", None
            continue
        folder.mkdir()
        path = folder / "mesh.yaml"
        text = bench.topology(n).read_text(encoding="utf-8")
        path.write_text(text.replace("network: {", "network: { preshared_keys: true,", 1))
        key_file = folder / "keyfile"
        key_file.write_bytes(os.urandom(32))
        unlock = ["--key-file", str(key_file)]
        run([bench.program, "key", "gen", "-t", str(path), *unlock])
        tree = folder / "tree"
        run([*bench.compile(path, tree), *unlock])
        pairs = measure.alternate(
            lambda number: [*bench.compile(path, folder / f"compiled.{number}"), *unlock],
            lambda number: ["cp", "-r", str(tree), str(folder / f"copied.{number}")],
            min(bench.n_pairs[n], 5),
            after=lambda number: [
                shutil.rmtree(folder / f"{label}.{number}") for label in ("compiled", "copied")
            ],
        )
        yield 3, what, "<= 3", pairs, pairs.ratio <= 3
        peak = measure.peak_of([*bench.compile(path, folder / "peak"), *unlock])
        yield 7, f"peak memory, compile with preshared keys, n={n}", "", f"{peak / 2**10:.1f} MiB", None
        shutil.rmtree(folder)
