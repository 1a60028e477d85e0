#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Loses every gateway, server and site of invented networks, and compares who loses whom.

    tests/property/test_outage.py PROGRAM

The program answers from its plans, kind by kind. Here the emitted files answer: packets are walked
between all nodes, by each of their tunnels, with the lost host silent and with every tunnel dead
whose Endpoint is an address at the lost site. What `explain --without` tells, and what `survives`,
`direct` and `relayed` assert, has to be the same.
"""

import ipaddress
import itertools
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import invent
import walk

SEED = 20261121
N_CASES = 40
NATS = ("symmetric", "symmetric", "linux", "port-restricted-cone", "full-cone", "cgnat")


class Inventor:
    """Networks in which much is relayed, and much has two ways."""

    def __init__(self, order, keys):
        self.random = order
        self.keys = list(keys)
        self.n_addresses = 0
        self.sites = {}

    def topology(self):
        random = self.random
        for number in range(1, random.randint(2, 4)):
            self.sites[f"site{number}"] = {
                "nat": random.choice(NATS), "public": [f"198.51.100.{number}"],
                "prefixes": [f"10.{number}.0.0/16"],
            }  # fmt: skip
        if random.random() < 0.5:
            self.sites["lab"] = {"inside": "site1", "nat": random.choice(NATS),
                                 "public": ["10.1.0.254"], "prefixes": ["10.9.0.0/16"]}  # fmt: skip
        gateways = {f"gw{n}": self._gateway(n) for n in range(random.randint(1, 3))}
        servers = {f"s{n:02}": self._server() for n in range(random.randint(3, 12))}
        users = {f"u{n}": self._user(list(gateways)) for n in range(random.randint(0, 4))}
        made = {
            "network": {"name": "mesh", "addresses": ["10.77.0.0/16", "fd4e:6fb7:b3af::/48"]},
            "sites": self.sites, "gateways": gateways, "servers": servers,
            "links": self._links(list(gateways), list(servers)),
        }  # fmt: skip
        if users:
            made["users"] = users
        return {key: value for key, value in made.items() if value}

    def _address(self, site):
        self.n_addresses += 1
        if site == "internet":
            return f"203.0.113.{self.n_addresses}"
        prefix = ipaddress.ip_network(self.sites[site]["prefixes"][0])
        return str(prefix.network_address + 256 + self.n_addresses)

    def _node(self, sites, **more):
        return {"at": {site: self._address(site) for site in sites},
                "public_key": self.keys.pop(), **more}  # fmt: skip

    def _routes(self, site="internet"):
        self.n_addresses += 1
        choice = self.random.random()
        if choice < 0.3:
            return {"routes": [f"192.168.{self.n_addresses}.0/24"]}
        if choice < 0.4 and site != "internet":
            first = ipaddress.ip_network(self.sites[site]["prefixes"][0]).network_address
            return {"routes": [f"{first + 256 * (100 + self.n_addresses)}/24"]}
        return {}

    def _gateway(self, number):
        site = self.random.choice(list(self.sites))
        if self.random.random() < 0.5:
            return self._node(["internet"], **self._routes())
        node = self._node(["internet", site])
        if site != "site1" and number == 0:
            node["routes"] = list(self.sites[site]["prefixes"])
        return node

    def _server(self):
        site = self.random.choice(list(self.sites))
        sites = self.random.choice([[site], [site], [site], ["internet"], ["internet", site]])
        return self._node(sites, **self._routes(sites[0]))

    def _user(self, gateways):
        random = self.random
        user = {"gateways": random.sample(gateways, random.randint(1, len(gateways)))}
        if random.random() < 0.2:
            user["at"] = {random.choice(["internet", *self.sites]): "dynamic"}
        if random.random() < 0.5 or "at" in user:
            return {**user, "public_key": self.keys.pop()}
        return {**user, "devices": {name: {"public_key": self.keys.pop()} for name in ("a", "b")}}

    def _links(self, gateways, servers):
        pairs = list(itertools.combinations(servers, 2))
        chosen = self.random.sample(pairs, self.random.randint(0, 2))
        return [{"between": list(pair), "via": self.random.choice(gateways)} for pair in chosen]


class Outage(walk.Walk):
    """The artifacts, with nobody where the lost host or site was."""

    def __init__(self, folder, lost=None):
        super().__init__(folder)
        self.lost = lost
        self.gone = {name for name, host in self.hosts.items() if self._is_gone(name, host)}
        self.nodes = {}
        for name, host in self.hosts.items():
            self.nodes.setdefault(host.entry.get("device", name), []).append(name)
        self.dead = {
            frozenset((host.name, other))
            for host in self.hosts.values()
            for peer in host.peers
            if (other := super(Outage, self)._whose(host.name, peer.public_key))
            and self._leads_through(peer, self.hosts[other])
        }
        self.known = {}

    def _is_within(self, site):
        return self.lost in self.manifest["sites"] and self.lost in self._chain(site)

    def _is_gone(self, name, host):
        sites = host.entry["at"]
        return name == self.lost or (bool(sites) and all(map(self._is_within, sites)))

    def _leads_through(self, peer, other):
        address = peer.endpoint.rpartition(":")[0].strip("[]")
        return any(
            address in texts for site, texts in other.entry["at"].items() if self._is_within(site)
        )

    def _whose(self, viewer, key):
        name = super()._whose(viewer, key)
        if name in self.gone or frozenset((viewer, name)) in self.dead:
            return None
        return name

    def flows(self, one, other):
        """Whether packets get both ways between two hosts, in each family."""
        if (one, other) not in self.known:
            ends = {
                name: [walk.End(name, ipaddress.ip_address(text))
                       for text in self.hosts[name].entry["addresses"]]
                for name in (one, other)
            }  # fmt: skip
            self.complaints = []
            for first, second in zip(ends[one], ends[other]):
                self._walk(first, second)
                self._walk(second, first)
            self.known[one, other] = self.known[other, one] = not self.complaints
        return self.known[one, other]

    def left(self):
        return sorted(name for name in self.nodes if name not in self.gone)

    def cut(self):
        """The pairs of nodes that no tunnel of theirs connects."""
        return {
            pair
            for pair in itertools.combinations(self.left(), 2)
            if not any(
                self.flows(*ways) for ways in itertools.product(*(self.nodes[n] for n in pair))
            )
        }

    def networks(self):
        """What only those who are gone route, and somebody who is left is not at."""
        for owner in self.gone:
            for text in self.hosts[owner].entry["routes"]:
                net = ipaddress.ip_network(text)
                sites = [site for site in self.manifest["sites"] if self._is_within(site)]
                own = [ipaddress.ip_network(each) for site in sites
                       for each in self.manifest["sites"][site]["prefixes"]]  # fmt: skip
                losers = [name for name in self.left()
                          if not self._meets(name, net.network_address)]  # fmt: skip
                if losers and not any(net.subnet_of(each) for each in own):
                    yield text, owner, len(losers)

    def is_direct(self, one, other):
        address = ipaddress.ip_address(self.hosts[other].entry["addresses"][0])
        return self.owners[one].find(address) == self.hosts[other].entry["public_key"]


def run(program, *arguments, status=0):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True,
                          check=False)  # fmt: skip
    if done.returncode not in (status, 0):
        raise AssertionError(f"{arguments}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def compare(told, outage):
    """Every way in which the program's answer differs from that of the artifacts."""
    pairs = [
        tuple(sorted((one, other)))
        for cut in told["cut"]
        for one, other in itertools.product(cut["nodes"], cut["from"])
        if one != other and (one < other or one not in cut["from"] or other not in cut["nodes"])
    ]
    n_left = len(outage.left())
    for what, expected, actual in (
        ("gone", sorted(name for name in outage.nodes if name in outage.gone), told["gone"]),
        ("cut", sorted(outage.cut()), sorted(pairs)),  # each of them once
        ("counted", len(pairs), told["pairs_cut"]),
        ("counted by cut", len(pairs), sum(cut["pairs"] for cut in told["cut"])),
        ("kept", n_left * (n_left - 1) // 2 - len(pairs), told["pairs_kept"]),
        ("networks", sorted(outage.networks()),
         sorted((each["prefix"], each["behind"], each["nodes"]) for each in told["networks"])),
    ):  # fmt: skip
        if expected != actual:
            yield f"without {outage.lost}, {what}: expected {expected}, told {actual}"


def failing_lines(program, path):
    told = json.loads(run(program, "check", path, "--format", "json", status=1))
    return {each["line"] for each in told["diagnostics"] if each["severity"] == "error"}


def check_assertions(program, path, made, outages, whole, order):
    """One line for each assertion: those that fail are those that the artifacts refute."""
    expected = [({"survives": outage.lost}, not outage.cut() and not list(outage.networks()))
                for outage in outages]  # fmt: skip
    machines = {name: node for node, names in whole.nodes.items() for name in names}
    hosts = [pair for pair in itertools.combinations(sorted(whole.hosts), 2)
             if machines[pair[0]] != machines[pair[1]]]  # fmt: skip
    for one, other in order.sample(hosts, min(len(hosts), 30)):
        # A user who is one device is named like it, and stands for all of its tunnels.
        if len(whole.nodes[machines[one]]) > 1 or len(whole.nodes[machines[other]]) > 1:
            continue
        is_direct = whole.is_direct(one, other) and whole.is_direct(other, one)
        expected += [({"reach": [one, other]}, True), ({"deny": [one, other]}, False),
                     ({"direct": [one, other]}, is_direct),
                     ({"relayed": [one, other]}, not is_direct)]  # fmt: skip
    text = yaml.safe_dump(made) + "assert:\n"
    first = text.count("\n") + 1
    text += "".join(f"  - {json.dumps(assertion)}\n" for assertion, _ in expected)
    path.write_text(text, encoding="utf-8")
    failing = failing_lines(program, path)
    for number, (assertion, holds) in enumerate(expected):
        if (first + number in failing) == holds:
            yield f"{assertion} {'fails' if holds else 'passes'}"


def faults_of(program, number, keys, folder):
    order = random.Random(SEED + number)
    made = Inventor(order, order.sample(keys, len(keys))).topology()
    path, output = folder / "net.yaml", folder / "out"
    path.write_text(yaml.safe_dump(made), encoding="utf-8")
    run(program, "compile", path, "-o", output)
    whole = Outage(output)
    if whole.cut():
        yield "the walk finds pairs apart before anything is lost"
    lost = [*made.get("sites", {}), *made["gateways"], *made["servers"]]
    outages = [Outage(output, name) for name in lost]
    for outage in outages:
        told = run(program, "explain", path, "--without", outage.lost, "--format", "json")
        yield from compare(json.loads(told), outage)
    n_cut = sum(len(outage.cut()) for outage in outages)
    yield from check_assertions(program, path, made, outages, whole, order)
    yield n_cut


def main(program):
    keys = invent.make_keys()
    n_passed = n_failed = n_cut = 0
    for number in range(N_CASES):
        with tempfile.TemporaryDirectory(prefix="wgtopo-outage-") as name:
            *faults, n_found = faults_of(program, number, keys, Path(name))
        for fault in faults[:5]:
            print(f"seed {SEED + number}: {fault}")
        n_cut += n_found
        n_failed += bool(faults)
        n_passed += not faults
    print(f"{n_cut} pairs cut")
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed or n_cut < 20 * N_CASES else 0


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1]).resolve())))
