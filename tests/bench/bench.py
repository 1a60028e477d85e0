#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures the compiler beside what bounds it, on this machine, in one run. Not a test.

    bench.py PROGRAM [--quick] [--only ROW,ROW...] [--memory DIR] [--disk DIR]

The rows are those of docs/performance.md. Every comparison is of whole processes run in turn, and
reads: ours / theirs = the median of the ratios of neighbours (the extremes, how many). --memory is
a folder on a tmpfs and --disk one on a disk; the trees go there and are removed. The whole takes
about four minutes, 20 GB of the disk and 7 GB of memory; --quick a tenth. Where a tool or room is
missing, a row says so and is left out.
"""

import argparse
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import generate
import measure
import people

HERE = pathlib.Path(__file__).resolve().parent
BYTES_PER_PEER = 260  # rather too many: only to see whether there is room
PARSE = ("parse_source",)
# The passes that only look: addresses and overlaps, all pairs, every host's plan.
VALIDATE = ("resolve_topology", "reach_create", "reach_check", "planner_create", "planner_check")


class Bench:
    """What a row needs to know. Topologies are made once; `scratch` is on tmpfs or on the disk."""

    def __init__(self, arguments, memory, disk):
        self.program = str(pathlib.Path(arguments.program).resolve())
        self.yaml_events = arguments.yaml_events
        self.places = {"tmpfs": memory, "disk": disk}
        self.scratch = memory
        self.small = (250, 500) if arguments.quick else (1000, 3000)
        self.largest_tree = 1000 if arguments.quick else 5000
        self.largest = 2000 if arguments.quick else 10000
        self.n_pairs = {250: 5, 500: 3, 1000: 11, 3000: 3}
        self.n_quick_pairs = 5 if arguments.quick else 21  # of commands that take milliseconds
        self.n_slow_pairs = 1 if arguments.quick else 3  # of commands that take many seconds
        self.ir_sizes = (2, 60, 120) if arguments.quick else (2, 250, 500)
        self.mixed = ((500, 20), (1000, 20), (1000, 50), (2000, 80))
        if not arguments.quick:
            self.mixed = ((2000, 50), (4000, 50), (4000, 100), (10000, 200))

    def topology(self, n, folder=None):
        """The path of a topology of n servers, with its lock beside it."""
        path = pathlib.Path(folder or self.scratch, f"{n}.yaml")
        if not path.exists():
            path.write_text(generate.topology(n), encoding="utf-8")
            out = path.with_suffix(".first")
            quietly(self.compile(path, out, "--host", host_of(n)))
            remove(out)
        return path

    def compile(self, topology, out, *options):
        return [self.program, "compile", str(topology), "-o", str(out), *options]

    def check(self, topology):
        return [self.program, "check", str(topology)]

    def events(self, topology):
        return [self.yaml_events, str(topology)]

    def tree(self, n, folder):
        """Compiles n servers, and returns the topology and the tree; None if there is no room."""
        if not measure.has_room(folder, BYTES_PER_PEER * n * n):
            return None
        topology, out = self.topology(n, folder), pathlib.Path(folder, f"{n}.tree")
        quietly(self.compile(topology, out))
        return topology, out


def quietly(command):
    subprocess.run(command, check=True, **measure.QUIET)


def host_of(n):
    return generate.name_of(n // 2 | 1)


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)


def say(row, what, target, measured, is_met=None):
    verdict = {None: "", True: "  met", False: "  MISSED"}[is_met]
    print(f"{row:>4}  {what:<50} {target:<9} {measured}{verdict}", flush=True)


def full_compile(bench):
    """Rows 1 and 14: everything written, against copying the finished tree, without its proof."""
    for kind, folder in bench.places.items():
        medians = []
        for n in bench.small:
            what = f"full compile, n={n}, {kind}, / cp -r"
            n_pairs = bench.n_pairs[n]
            n_trees = 3 if kind == "tmpfs" else 1 + 2 * n_pairs
            if not measure.has_room(folder, BYTES_PER_PEER * n * n * n_trees):
                say(1, what, "<= 1.25", "left out: no room")
                continue
            trees = pathlib.Path(folder, "trees")
            pairs = against_copy(bench, n, kind, trees, n_pairs, "--no-prove")
            medians.append(statistics.median(pairs.ours))
            say(1, what, "<= 1.25", pairs, pairs.ratio <= 1.25)
        if len(medians) == 2:
            exponent = math.log(medians[1] / medians[0]) / math.log(bench.small[1] / bench.small[0])
            what = f"growth of it with n, {kind}"
            say(14, what, "<= 2.1", f"n^{exponent:.2f}", exponent <= 2.1)
        remove(pathlib.Path(folder, "trees"))


def proved_compile(bench):
    """Row 16: the same with the proof, as it is by default; and the proof by itself."""
    folder = pathlib.Path(bench.places["tmpfs"], "trees")
    for n in bench.small:
        what = f"compile with its proof, n={n}, tmpfs, / cp -r"
        if not measure.has_room(folder.parent, 3 * BYTES_PER_PEER * n * n):
            say(16, what, "<= 2.5", "left out: no room")
            continue
        pairs = against_copy(bench, n, "tmpfs", folder, bench.n_pairs[n])
        say(16, what, "<= 2.5", pairs, pairs.ratio <= 2.5)
        _, tree = bench.tree(n, folder)
        say_peak(f"prove DIR, n={n}", [bench.program, "prove", str(tree)], None)
        remove(folder)


def against_copy(bench, n, kind, folder, n_pairs, *options):
    """
    Into fresh folders each time. On a disk they stay until all are measured: removing disturbs what
    comes after it, where ext4 has no journal by making it look for inodes that are free for long.
    """
    folder.mkdir(exist_ok=True)
    topology, tree = bench.tree(n, folder)
    on_disk = kind == "disk"

    def fresh(label, number):
        return folder / f"{n}.{label}.{number}"

    def remove_pair(number):
        remove(fresh("compiled", number))
        remove(fresh("copied", number))

    pairs = measure.alternate(
        lambda number: bench.compile(topology, fresh("compiled", number), *options),
        lambda number: ["cp", "-r", str(tree), str(fresh("copied", number))],
        n_pairs,
        before=lambda: on_disk and measure.settle(folder),
        after=lambda number: on_disk or remove_pair(number),
    )
    if not on_disk:
        remove(tree)
    return pairs


def derived_keys(_bench):
    """Row 2 does not apply."""
    why = "does not apply: keys are given, and there is one thread"
    say(2, "public keys derived; several threads", "<= 1.75", why)


def memory(bench):
    """Row 7: the most memory resident, of whole compiles where the tree is not too big."""
    targets = {1000: 8, 3000: 12, 10000: 24}
    for n in (*bench.small, bench.largest_tree):
        if not measure.has_room(bench.scratch, BYTES_PER_PEER * n * n):
            say(7, f"peak memory, compile, n={n}", "", "left out: no room")
            continue
        out = pathlib.Path(bench.scratch, f"{n}.peak")
        say_peak(f"compile, n={n}", bench.compile(bench.topology(n), out), targets.get(n))
        remove(out)
    n = bench.largest
    topology, out = bench.topology(n), pathlib.Path(bench.scratch, f"{n}.peak")
    say_peak(f"check, n={n}", bench.check(topology), targets.get(n))
    command = bench.compile(topology, out, "--host", host_of(n))
    say_peak(f"compile --host, n={n}", command, targets.get(n))
    remove(out)


def say_peak(what, command, target):
    peak = measure.peak_of(command) / 1024
    is_met = None if target is None else peak <= target
    say(7, f"peak memory, {what}", f"<= {target} MiB" if target else "", f"{peak:.1f} MiB", is_met)


def instructions(bench):
    """
    Rows 8 and 9: Ir(n) = a + b n + c n (n - 1), from three sizes. c is what a peer in a file costs,
    b what a host costs besides.
    """
    if not shutil.which("valgrind"):
        say(8, "instructions", "", "left out: no valgrind")
        return
    counted = []
    for n in bench.ir_sizes:
        out = pathlib.Path(bench.scratch, f"{n}.ir")
        counted.append(measure.instructions_of(bench.compile(bench.topology(n), out)))
        remove(out)
    _, per_host, per_peer = solve([(1, n, n * (n - 1)) for n in bench.ir_sizes], counted)
    what = "instructions per emitted peer"
    say(8, what, "<= 250", f"{per_peer:.1f} (n={bench.ir_sizes})", per_peer <= 250)
    what = "instructions per host besides"
    say(9, what, "<= 120 k", f"{per_host / 1e3:.1f} k", per_host <= 120e3)


def solve(rows, values):
    """Three equations by Cramer's rule: exact in integers until the division."""
    whole = determinant(rows)
    replaced = (
        [[*row[:column], value, *row[column + 1 :]] for row, value in zip(rows, values)]
        for column in range(3)
    )
    return [determinant(each) / whole for each in replaced]


def determinant(rows):
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def nothing_changed(bench):
    """Row 10: the same compile again, against the events of the same file; and what it writes."""
    for n in (*bench.small, bench.largest_tree):
        for kind, folder in bench.places.items():
            if n == bench.largest_tree and kind == "disk":
                continue
            unchanged(bench, n, kind, folder)


def unchanged(bench, n, kind, folder):
    what = f"nothing changed, n={n}, {kind}, / yaml events"
    made = bench.tree(n, folder)
    if not made:
        say(10, what, "<= 2.5", "left out: no room")
        return
    again = bench.compile(*made)
    pairs = in_turn(bench, lambda _: again, made[0])
    say(10, what, "<= 2.5", pairs, pairs.ratio <= 2.5)
    if n == bench.small[0] and shutil.which("strace"):
        n_bytes = measure.bytes_written_by(again)
        say(10, f"bytes that it writes, n={n}, {kind}", "0", n_bytes, n_bytes == 0)
    remove(made[1])


def in_turn(bench, ours, topology):
    """The pairs of a command of milliseconds and of the events of its topology."""
    measure.seconds_of(ours(-1))  # the first finds a cold cache
    return measure.alternate(ours, lambda _: bench.events(topology), bench.n_quick_pairs)


def one_host(bench):
    """Row 11: the files of one host, into a fresh folder."""
    for kind, place in bench.places.items():
        medians = {}
        for n in (*bench.small, bench.largest):
            pairs = one_host_of(bench, n, place)
            medians[n] = statistics.median(pairs.ours)
            what = f"compile --host NAME, n={n}, {kind}, / yaml events"
            say(11, what, "<= 1.5", pairs, pairs.ratio <= 1.5)
        first, *_, last = medians
        exponent = math.log(medians[last] / medians[first]) / math.log(last / first)
        say(11, f"growth of it with n, {kind}", "n^1", f"n^{exponent:.2f}", exponent <= 1.2)


def one_host_of(bench, n, place):
    topology, folder = bench.topology(n, place), pathlib.Path(place, f"{n}.one")
    folder.mkdir()
    return in_turn(
        bench,
        lambda number: bench.compile(topology, folder / str(number), "--host", host_of(n)),
        topology,
    )


def validation(bench):
    """Row 12: by instructions, for the passes are not commands; and the whole check in seconds."""
    for n in (*bench.small, bench.largest):
        topology = bench.topology(n)
        pairs = in_turn(bench, lambda _: bench.check(topology), topology)
        say(12, f"check, n={n}, / yaml events", "", pairs)
    if not shutil.which("callgrind_annotate"):
        say(12, "validation / parse", "", "left out: no callgrind_annotate")
        return
    for n in bench.small:
        out = str(pathlib.Path(bench.scratch, "callgrind.out"))
        found = measure.instructions_by_function(bench.check(bench.topology(n)), out)
        if any(name not in found for name in PARSE):
            say(12, "validation / parse", "", "left out: the program has no names of functions")
            return
        parse = sum(found[name] for name in PARSE)
        parts = {name: found.get(name, 0) / parse for name in VALIDATE}
        share = sum(parts.values())
        what = f"validation / parse, instructions, n={n}"
        say(12, what, "<= 25 %", f"{share:.1%}", share <= 0.25)
        shares = ", ".join(f"{name} {part:.1%}" for name, part in parts.items())
        say("", "", "", shares)


def mixed_nats(bench):
    """
    The issue of NAT: instructions of `check` grow with hosts and with the square of the sites, not
    with that of the hosts. Three sizes give a + b n + c s s; a fourth, larger, has to lie on it.
    """
    sizes = bench.mixed[:3]
    if not shutil.which("valgrind"):
        say("nat", "check of mixed NATs", "", "left out: no valgrind")
        return
    counted = [measure.instructions_of(bench.check(mixed_topology(bench, *each))) for each in sizes]
    rest, per_host, per_pair = solve([(1, n, s * s) for n, s in sizes], counted)
    n, s = bench.mixed[3]
    topology = mixed_topology(bench, n, s)
    expected = rest + per_host * n + per_pair * s * s
    ratio = measure.instructions_of(bench.check(topology)) / expected
    say("nat", "check: instructions per host", "", f"{per_host / 1e3:.1f} k {sizes}")
    say("nat", "check: instructions per pair of sites", "", f"{per_pair / 1e3:.1f} k")
    what = f"check, n={n}, {s} sites / what these foretell"
    say("nat", what, "<= 1.2", f"{ratio:.2f}", ratio <= 1.2)
    pairs = in_turn(bench, lambda _: bench.check(topology), topology)
    say("nat", f"check, n={n}, {s} sites, / yaml events", "", pairs)
    say_peak(f"check, n={n}, {s} sites", bench.check(topology), None)


def mixed_topology(bench, n, n_sites):
    path = pathlib.Path(bench.scratch, f"{n}-{n_sites}.yaml")
    path.write_text(generate.mixed(n, n_sites), encoding="utf-8")
    return path


def wg_quick(bench):
    """What a host does with its files: `wg-quick up`, against wg-quick's own routes."""
    n = bench.small[0]
    what = f"wg-quick up, a host of n={n}, / its own routes"
    if not all(map(shutil.which, ("wg-quick", "wireguard-go"))):
        say("", what, "", "left out: no wg-quick or no wireguard-go")
        return
    out = pathlib.Path(bench.scratch, "wg-quick")
    name = host_of(n)
    quietly(bench.compile(bench.topology(n), out, "--host", name))
    folder = out / "hosts" / name / "etc" / "wireguard"
    done = subprocess.run(
        [sys.executable, str(HERE / "wg_quick.py"), str(folder), generate.NETWORK]
        + [str(bench.n_slow_pairs)],
        check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    remove(out)
    if done.returncode != 0:
        say("", what, "", f"left out: {done.stderr.strip()}")
        return
    rows = [tuple(map(float, line.split())) for line in done.stdout.splitlines()]
    say("", what, "", measure.Pairs(*zip(*rows)))


def said(rows):
    """A row whose parts another file measures, in words here."""

    def measured(bench):
        for row in rows(bench):
            say(*row)

    return measured


ROWS = {
    "1": full_compile,
    "2": derived_keys,
    "3": said(people.preshared),
    "7": memory,
    "8": instructions,
    "10": nothing_changed,
    "11": one_host,
    "12": validation,
    "16": proved_compile,
    "nat": mixed_nats,
    "people": said(people.people),
    "wg-quick": wg_quick,
}


def arguments_of():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true", help="small sizes, few pairs")
    parser.add_argument("--only", default=",".join(ROWS), help="rows: " + ", ".join(ROWS))
    parser.add_argument("--memory", default="/dev/shm", help="a folder on a tmpfs")
    parser.add_argument("--disk", default=tempfile.gettempdir(), help="a folder on a disk")
    parser.add_argument("--yaml-events", help="by default that beside PROGRAM")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.only.split(",") if name not in ROWS]
    if unknown:
        parser.error(f"there is no row '{unknown[0]}'; 9 comes with 8, 14 with 1")
    beside = pathlib.Path(arguments.program).resolve().parent / "tests/bench/yaml_events"
    arguments.yaml_events = str(pathlib.Path(arguments.yaml_events or beside).resolve())
    for program in (arguments.program, arguments.yaml_events):
        if not os.access(program, os.X_OK):
            parser.error(f"{program} is not there: meson setup -Dtests=true, then ninja")
    return arguments


def main():
    arguments = arguments_of()
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.memory) as memory_folder,
        tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.disk) as disk_folder,
    ):
        bench = Bench(arguments, memory_folder, disk_folder)
        kinds = {kind: measure.file_system_of(folder) for kind, folder in bench.places.items()}
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f};", end=" ")
        print(", ".join(f"{kind} is {file_system}" for kind, file_system in kinds.items()))
        for name in arguments.only.split(","):
            ROWS[name](bench)
        print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
