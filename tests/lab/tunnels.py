#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Brings a compiled network up as real WireGuard tunnels and pings every pair.

    tests/lab/tunnels.py OUTPUT_DIR [--table] [--keys DIR] [--hold]

Every host of the manifest becomes a network namespace on an emulated internet, behind the routers
of its sites, and runs `wg-quick up` on its artifacts as they are. Then every host pings every other
one over every address family, and so do machines on the networks behind hosts (`routes:`). With
--hold the network then stays up until a signal comes.

Exit status: 0 all reached; 1 not; 2 usage; 77 skipped, where this machine may not make namespaces
or lacks a tool (with CI=true that is a failure).
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import enclosure
import keys
import table
from host import Failed, LabHost, ping
from places import Map
from underlay import Underlay

# A first handshake that is lost costs 5 s, crossing ones up to 16 s: shorter windows prove nothing.
PING_WINDOW_S = 25
AT_ONCE = 8
MOST_LISTED = 20
SKIPPED = 77
TOOLS = ("ip", "nsenter", "unshare", "nft", "wg", "wg-quick", "wireguard-go")


@dataclass
class Node:
    """What pings and is pinged: a host, or a machine on a network behind one."""

    name: str
    kind: str
    host: str
    namespace: str
    addresses: list
    prefix: object = None  # the network behind the host that it stands for


class Lab:
    """One compiled network, brought up."""

    def __init__(self, folder, key_folder):
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if self.manifest.get("format") != "wgtopo-manifest" or self.manifest.get("version") != 1:
            raise Failed(f"{folder}/manifest.json: not a manifest of version 1")
        self.open_pairs = _open_pairs(self.manifest["verdicts"])
        self.key_folder = key_folder
        self.name = self.manifest["network"]["name"]
        self.map = Map(self.manifest)
        self.underlay = Underlay(self.map)
        self.hosts = {
            name: LabHost(
                name, self.name, self.underlay.of_host[name].name, folder / host.entry["folder"]
            )
            for name, host in self.map.hosts.items()
        }

    async def up(self):
        await self.underlay.start()
        await _each(self.hosts.values(), self._start_host)

    async def down(self):
        """Takes everything down; returns what went wrong on the way."""
        faults = await _each(self.hosts.values(), LabHost.down, keep_going=True)
        end = time.monotonic() + 5
        while (left := enclosure.processes("wireguard-go")) and time.monotonic() < end:
            await asyncio.sleep(0.05)
        for process in left:
            faults.append(Failed(f"wireguard-go (process {process}) was left behind"))
            os.kill(process, signal.SIGKILL)
        try:
            await self.underlay.stop()
        except RuntimeError as error:
            faults.append(error)
        return faults

    async def check_interfaces(self):
        """What `wg show` must say, whoever pings whom. Returns complaints."""
        found = await asyncio.gather(*(self._check_interface(name) for name in self.hosts))
        return [complaint for complaints in found for complaint in complaints]

    async def ping_all(self, nodes):
        """Pings all pairs at once: {(from, to, family): milliseconds or None}."""
        rounds = [(source, self._targets(source, nodes)) for source in nodes]
        replies = await asyncio.gather(
            *(ping(source.namespace, targets, PING_WINDOW_S) for source, targets in rounds)
        )
        results = {}
        for (source, targets), answered in zip(rounds, replies):
            for address, target in targets.items():
                key = (source.name, target.name, address.version)
                took = answered.get(str(address))
                # Of several addresses of one family, the worst result counts.
                if key not in results or took is None:
                    results[key] = took
                elif results[key] is not None:
                    results[key] = max(results[key], took)
        return results

    def nodes(self):
        order = {"gateway": 0, "server": 1, "device": 2}
        hosts = sorted(self.map.hosts.values(), key=lambda h: (order[h.entry["kind"]], h.name))
        nodes = [
            Node(host.name, host.entry["kind"], host.name,
                 self.underlay.of_host[host.name].name, host.overlay)
            for host in hosts
        ]  # fmt: skip
        for host in hosts:
            nodes += [
                Node(stub.name, "lan", host.name,
                     self.underlay.of_stub[stub.name].name, [stub.address], stub.prefix)
                for stub in host.stubs
            ]  # fmt: skip
        return nodes

    def _targets(self, source, nodes):
        families = {address.version for address in source.addresses}
        return {
            address: target
            for target in nodes
            if target.host != source.host and not self._is_local_affair(source, target)
            for address in target.addresses
            if address.version in families
        }

    def _is_local_affair(self, source, target):
        """Whether one end stands on a segment of the network that the other end stands for."""
        return any(
            other.prefix and self.map.is_near(self.map.hosts[one.host], other.addresses[0])
            for one, other in ((source, target), (target, source))
        )

    async def _start_host(self, host):
        entry = self.manifest["hosts"][host.name]
        hosts_file = Path(f"/run/{host.namespace}.hosts")
        names = self.map.names_seen_by(self.map.hosts[host.name])
        lines = ["127.0.0.1 localhost", "::1 localhost"]
        lines += [f"{address} {name}" for name, found in names.items() for address in found]
        hosts_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        await host.prepare(self._private_key(host.name, entry), hosts_file)
        await host.up()

    def _private_key(self, name, entry):
        if self.key_folder:
            private = (self.key_folder / f"{name.replace('/', '-')}.key").read_text("ascii").strip()
        else:
            private = keys.private_key(self.name, name)
        if keys.public_key(private) != entry["public_key"]:
            source = "its key file" if self.key_folder else "the example key (give --keys DIR)"
            raise Failed(f"{name}: the public key in the manifest does not belong to {source}")
        return private

    async def _check_interface(self, name):
        host, entry = self.hosts[name], self.manifest["hosts"][name]
        complaints = []
        port = await host.show("listen-port")
        if port != [[str(entry["listen_port"])]]:
            complaints.append(f"{name}: listens on {port}, not on {entry['listen_port']}")
        handshakes = {row[0]: int(row[1]) for row in await host.show("latest-handshakes")}
        if not handshakes and len(self.hosts) > 1:
            complaints.append(f"{name}: has no peers")
        for other in self._must_meet(name):
            if not handshakes.get(self.manifest["hosts"][other]["public_key"]):
                complaints.append(f"{name}: no handshake with '{other}', verdict is direct")
        return complaints

    def _must_meet(self, name):
        """The servers that a server has a tunnel of its own to, according to the verdicts."""
        hosts = self.manifest["hosts"]
        if hosts[name]["kind"] != "server":
            return []
        return [
            other
            for other, entry in hosts.items()
            if other != name
            and entry["kind"] == "server"
            and frozenset((hosts[name]["class"], entry["class"])) in self.open_pairs
        ]


def _open_pairs(verdicts):
    """The pairs of classes of hosts that have a tunnel of their own, in no order."""
    return {
        frozenset((entry["class"], other))
        for entry in verdicts
        for verdict in ("lan", "direct")
        for other in entry.get(verdict, [])
    }


async def _each(hosts, step, keep_going=False):
    """Does the step for all hosts, some at once. Raises the first fault, or collects all."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def run(host):
        async with gate:
            await step(host)

    outcomes = await asyncio.gather(*map(run, hosts), return_exceptions=True)
    faults = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    if faults and not keep_going:
        raise faults[0]
    return faults


async def rehearse(lab, options):
    """Up, ping, report; returns whether all is well. Taking down is the caller's."""
    started = time.monotonic()
    await lab.up()
    print(f"{len(lab.hosts)} hosts up in {time.monotonic() - started:.1f} s", flush=True)
    nodes = lab.nodes()
    results = await lab.ping_all(nodes)
    complaints = await lab.check_interfaces()
    if options.table:
        print("\n" + "\n".join(table.render([(n.name, n.kind) for n in nodes], results)) + "\n")
    failed = [key for key, took in results.items() if took is None]
    for one, other, family in failed[:MOST_LISTED]:
        print(f"FAIL: {one} -> {other} over IPv{family}: no answer in {PING_WINDOW_S} s")
    if len(failed) > MOST_LISTED:
        print(f"FAIL: and {len(failed) - MOST_LISTED} more")
    for complaint in complaints:
        print(f"FAIL: {complaint}")
    n_reached = len(results) - len(failed)
    print(f"{len(results)} pairs, {n_reached} reached, {len(failed)} failed", flush=True)
    if options.hold:
        print("the network stays up until this is interrupted", flush=True)
        await asyncio.Event().wait()
    return not failed and not complaints


async def run_lab(options):
    """The whole life of a lab, and its exit status. A signal ends it early, and cleanly."""
    lab = Lab(options.output_dir, options.keys)
    work = asyncio.ensure_future(rehearse(lab, options))
    stopped_by = []

    def stop(number):
        if not stopped_by:
            stopped_by.append(number)
            work.cancel()

    for number in enclosure.FORWARDED:
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    enclosure.unblock_signals()
    is_good = False
    try:
        is_good = await work
    except asyncio.CancelledError:
        print("interrupted: taking everything down", file=sys.stderr)
    except (Failed, RuntimeError, OSError) as error:
        print(f"FAIL: {error}", file=sys.stderr)
    finally:
        faults = await lab.down()
    for fault in faults if not stopped_by else []:
        print(f"FAIL: taking down: {fault}", file=sys.stderr)
    if stopped_by:
        return 128 + stopped_by[0]
    return 0 if is_good and not faults else 1


def skip(reason):
    """Says loudly that nothing was tested."""
    print(f"skipped: {reason}; no tunnel was tested", file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" else SKIPPED


def inside(problem, options):
    """The body of the enclosure."""
    if problem:
        return skip(problem)
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return skip(f"no tunnel devices here: {error}")
    try:
        return asyncio.run(run_lab(options))
    except (Failed, OSError, ValueError, KeyError) as error:
        print(f"FAIL: {type(error).__name__}: {error}", file=sys.stderr)
        return 1


def main():
    parser = argparse.ArgumentParser(description="bring a compiled network up and ping every pair")
    parser.add_argument("output_dir", type=Path, help="what `wgtopo compile` made")
    parser.add_argument("--table", action="store_true", help="print who reached whom, and how fast")
    parser.add_argument("--keys", type=Path, help="folder of NAME.key files ('-' for '/')")
    parser.add_argument("--hold", action="store_true", help="stay up until interrupted")
    options = parser.parse_args()
    if not (options.output_dir / "manifest.json").is_file():
        parser.error(f"no manifest.json in '{options.output_dir}'")
    path = "/usr/sbin:/usr/bin:/sbin:/bin"
    missing = [tool for tool in TOOLS if not shutil.which(tool, path=path)]
    if missing:
        return skip(f"not installed: {', '.join(missing)}")
    try:
        return enclosure.run(lambda problem: inside(problem, options))
    except enclosure.NotAllowed as error:
        return skip(error)


if __name__ == "__main__":
    sys.exit(main())
