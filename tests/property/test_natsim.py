#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares the simulator of natsim/ with what real boxes and real WireGuard were seen to do.

Every kind of box against every other: who of the two gets through alone, who only with the other's
help, who never. The expected answers were measured in network namespaces with kernel NATs.
"""

import ipaddress
import random
import sys

from natsim.nat import ADDRESS, ADDRESS_AND_PORT, INDEPENDENT
from natsim.wireguard import Allowed, Inquiry, Simulation
from natsim.world import BOX, FIREWALL, SYMMETRIC, PeerSettings, Settings, World

PORT = 51820
PATIENCE = 20
KEEPALIVE = 25
IDLE = 300


def translating(mapping, filtering, keeps_ports=True, **more):
    return {
        **BOX, "mapping": mapping, "filtering": filtering, "port_preservation": keeps_ports,
        "mapping_timeout": 30, **more,
    }  # fmt: skip


def kind(box, forward=None, one_to_one=False, carrier=None):
    return {"box": box, "forward": forward, "one_to_one": one_to_one, "carrier": carrier}


FULL_CONE = translating(INDEPENDENT, INDEPENDENT)
ADDRESS_CONE = translating(INDEPENDENT, ADDRESS)
PORT_CONE = translating(INDEPENDENT, ADDRESS_AND_PORT)
SHUFFLED_PORT_CONE = translating(INDEPENDENT, ADDRESS_AND_PORT, False)

# By column of the matrix. Column 6 is a Linux router that accepts what nobody asked for, and 13 one
# that keeps the port of the first flow: luck decides there.
KINDS = {
    "1": [kind(BOX), kind(SYMMETRIC, one_to_one=True), kind(PORT_CONE, forward=PORT),
          kind(FIREWALL, forward=PORT)],
    "2": [kind(FIREWALL), kind(PORT_CONE), kind(PORT_CONE, carrier=PORT_CONE)],
    "3": [kind(SYMMETRIC, forward=PORT), kind(PORT_CONE, forward=4444)],
    "4": [kind(FULL_CONE), kind(FULL_CONE, carrier=FULL_CONE)],
    "5": [kind(ADDRESS_CONE)],
    "7": [kind(translating(INDEPENDENT, INDEPENDENT, False))],
    "8": [kind(translating(INDEPENDENT, ADDRESS, False))],
    "9": [kind(SHUFFLED_PORT_CONE), kind(PORT_CONE, carrier=SHUFFLED_PORT_CONE)],
    "10": [kind(translating(ADDRESS, INDEPENDENT, False)),
           kind(translating(ADDRESS_AND_PORT, INDEPENDENT, False))],
    "11": [kind(translating(ADDRESS, ADDRESS, False)),
           kind(translating(ADDRESS_AND_PORT, ADDRESS, False))],
    "12": [kind(SYMMETRIC), kind(translating(ADDRESS, ADDRESS_AND_PORT, False)),
           kind(PORT_CONE, carrier=SYMMETRIC)],
    "14": [kind({**SYMMETRIC, "blocks_udp": True})],
}  # fmt: skip

# `*` either alone, `>` the row's host alone, `<` the column's host alone, `P` with the help of the
# other; after P: who alone, if the other keeps its box open towards anybody. `R` through a hub.
MATRIX = """
    1   2   3   4   5   7   8   9   10  11  12  14
1   *   <   *   <   <   <   <   <   <   <   <   x
2   >   P   >   P>  P   R   R   R   R   R   R   x
3   *   <   *   <   <   <   <   <   <   <   <   x
4   >   P<  >   P*  P<  P<  P<  P<  P<  P<  P<  x
5   >   P   >   P>  P   P   P   P   P   P   P   x
7   >   R   >   P>  P   R   R   R   R   R   R   x
8   >   R   >   P>  P   R   R   R   R   R   R   x
9   >   R   >   P>  P   R   R   R   R   R   R   x
10  >   R   >   P>  P   R   R   R   R   R   R   x
11  >   R   >   P>  P   R   R   R   R   R   R   x
12  >   R   >   P>  P   R   R   R   R   R   R   x
14  x   x   x   x   x   x   x   x   x   x   x   x
"""


class Stage:
    """Two hosts, each at a site of its own kind, and a hub on the internet."""

    def __init__(self, one, other):
        self.sites = {}
        self.hosts = {"hub": {"internet": ["203.0.113.0"]}}
        self.endpoints = {"hub": ("203.0.113.0", PORT)}
        self.wishes = {}  # (who, of whom): (endpoint or None, keepalive)
        self.ports = {}
        for name, each in (("a", one), ("b", other)):
            if each is not None:
                self._add(name, each)

    def _add(self, name, each):
        number = 10 if name == "a" else 20
        public, site, host = f"203.0.113.{number}", f"site-{name}", f"192.168.{number}.2"
        outer = "internet"
        translates = each["box"]["mapping"] != "none"
        if not translates:
            host = f"198.51.100.{number}"
        if each["carrier"]:
            outer, inner_public = f"carrier-{name}", f"10.{number}.0.2"
            self.add_site(outer, "internet", each["carrier"], public)
        else:
            inner_public = public
        self.add_site(site, outer, each["box"], inner_public if translates else None)
        self.hosts[name] = {site: [host]}
        port, address = PORT, public if translates else host
        if each["forward"]:
            port = each["forward"]
            self.sites[site]["forward"] = [
                {"port": port, "families": ["ipv4"], "host": name, "host_port": PORT}
            ]
        if each["one_to_one"]:
            address = f"192.0.2.{number}"
            self.sites[site]["one_to_one"] = {address: name}
        self.endpoints[name] = (address, port)

    def add_site(self, name, inside, box, public, **more):
        self.sites[name] = {
            "inside": inside, "box": {"ipv4": box, "ipv6": FIREWALL},
            "public": [public] if public else [], "prefixes": [], **more,
        }  # fmt: skip

    def want(self, who, whom, endpoint=True, keepalive=0):
        """A peer entry; the endpoint is that which anybody would write, or another one."""
        if endpoint is True:
            endpoint = self.endpoints[whom]
        self.wishes[who, whom] = (endpoint or None, keepalive)

    def play(self, order=None):
        simulation = self.prepare()
        simulation.start(order)
        simulation.run(KEEPALIVE)
        return simulation

    def prepare(self):
        names = list(self.hosts)
        manifest = {
            "sites": self.sites,
            "hosts": {name: {"at": at} for name, at in self.hosts.items()},
        }
        world = World(manifest, random.Random(7))
        simulation = Simulation(world.network, random.Random(8), world.resolve)
        for number, name in enumerate(names):
            peers = {
                whom: PeerSettings(whom, *wish)
                for (who, whom), wish in self.wishes.items() if who == name
            }  # fmt: skip
            allowed = [
                (ipaddress.ip_network(overlay(names, whom)), whom)
                for whom in names if whom in peers
            ]  # fmt: skip
            if name != "hub" and "hub" in peers:
                allowed.append((ipaddress.ip_network("10.77.0.0/24"), "hub"))
            simulation.add(name, Settings(
                name, self.ports.get(name, PORT), [overlay(names, name)], Allowed(allowed),
                {4} if name == "hub" else set(), list(peers.values())
            ))  # fmt: skip
        return simulation


def overlay(names, name):
    return f"10.77.0.{names.index(name) + 1}"


def reaches(simulation, stage, asker, target, hops=()):
    names = list(stage.hosts)
    inquiry = Inquiry(simulation.nodes[asker], overlay(names, asker), overlay(names, target))
    simulation.ask([inquiry], PATIENCE)
    return inquiry.is_over and inquiry.there == inquiry.back == list(hops)


def alone(one, other, asker, hub_keepalive):
    """Whether the asker gets through where the other has no Endpoint and says nothing to it."""
    target = "b" if asker == "a" else "a"
    stage = Stage(one, other)
    stage.want(asker, target)
    stage.want(target, asker, endpoint=None)
    if hub_keepalive:
        for name in "ab":
            stage.want(name, "hub", keepalive=KEEPALIVE)
            stage.want("hub", name, endpoint=None)
    return reaches(stage.play(), stage, asker, target)


def together(one, other):
    stage = Stage(one, other)
    stage.want("a", "b", keepalive=KEEPALIVE)
    stage.want("b", "a", keepalive=KEEPALIVE)
    return reaches(stage.play(), stage, "a", "b") and reaches(stage.play(), stage, "b", "a")


def relayed(one, other):
    stage = Stage(one, other)
    for name in "ab":
        stage.want(name, "hub", keepalive=KEEPALIVE)
        stage.want("hub", name, endpoint=None)
    return reaches(stage.play(), stage, "a", "b", ["hub"])


SYMBOLS = {(True, True): "*", (True, False): ">", (False, True): "<"}


def cell(one, other):
    """What the simulator says of a pair of kinds, in the letters of the matrix."""
    ways = (alone(one, other, "a", False), alone(one, other, "b", False))
    if any(ways):
        return SYMBOLS[ways]
    if together(one, other):
        helped = (alone(one, other, "a", True), alone(one, other, "b", True))
        return "P" + SYMBOLS.get(helped, "")
    return "R" if relayed(one, other) else "x"


def check_matrix():
    header, *rows = MATRIX.strip("\n").splitlines()
    for line in rows:
        row, *expected = line.split()
        for column, symbol in zip(header.split(), expected, strict=True):
            for one in KINDS[row]:
                for other in KINDS[column]:
                    found = cell(one, other)
                    yield found == symbol, f"{row} x {column}: '{found}', measured '{symbol}'"


def idle_cell(one, other, keepalives):
    """After a pair has talked and then been silent: whether a gets through, whether b does."""
    found = []
    for asker, target in ("ab", "ba"):
        stage = Stage(one, other)
        stage.want("a", "b", keepalive=keepalives[0])
        stage.want("b", "a", keepalive=keepalives[1])
        simulation = stage.play()
        is_awake = wake(simulation, stage)
        simulation.run(simulation.now + IDLE)
        found.append(is_awake and reaches(simulation, stage, asker, target))
    return found


def wake(simulation, stage):
    """Both ask at once, as both must where both are behind a filter."""
    names = list(stage.hosts)
    inquiries = [
        Inquiry(simulation.nodes[asker], overlay(names, asker), overlay(names, target))
        for asker, target in ("ab", "ba")
    ]
    simulation.ask(inquiries, PATIENCE)
    return all(each.is_over for each in inquiries)


OPEN, CONE, SYM = kind(BOX), kind(PORT_CONE), kind(SYMMETRIC)
# Keepalive of nobody, a, b, both: whether a gets through, whether b does.
IDLE_TABLE = [
    ("open - open", OPEN, OPEN, "ok ok", "ok ok", "ok ok", "ok ok"),
    ("open - cone", OPEN, CONE, "dead ok", "dead ok", "ok ok", "ok ok"),
    ("open - symmetric", OPEN, SYM, "dead ok", "dead ok", "ok ok", "ok ok"),
    ("cone - cone", CONE, CONE, "dead dead", "dead ok", "ok dead", "ok ok"),
    ("full cone - full cone", kind(FULL_CONE), kind(FULL_CONE), "dead dead", "dead ok", "ok dead",
     "ok ok"),
    ("ADF cone - shuffled cone", kind(ADDRESS_CONE), kind(SHUFFLED_PORT_CONE), "dead dead",
     "dead ok", "ok dead", "ok ok"),
]  # fmt: skip


def check_idle():
    for name, one, other, *expected in IDLE_TABLE:
        for keepalives, words in zip(((0, 0), (25, 0), (0, 25), (25, 25)), expected, strict=True):
            found = " ".join("ok" if each else "dead" for each in idle_cell(one, other, keepalives))
            yield found == words, f"{name} idle, keepalive {keepalives}: {found}, measured {words}"


def neighbours(box, endpoints, isolated=False):
    """Two hosts at one site."""
    stage = Stage(None, None)
    stage.add_site("home", "internet", box, "203.0.113.10", client_isolation=isolated)
    stage.ports = {"a": 51821, "b": 51822}
    for number, name in enumerate("ab"):
        inside = f"192.168.1.{number + 2}"
        stage.hosts[name] = {"home": [inside]}
        address = inside if endpoints == "lan" else "203.0.113.10"
        stage.endpoints[name] = (address, stage.ports[name])
    stage.want("a", "b", keepalive=KEEPALIVE)
    stage.want("b", "a", keepalive=KEEPALIVE)
    return reaches(stage.play(), stage, "a", "b") and reaches(stage.play(), stage, "b", "a")


def forwarded_twice(inner, outer):
    """An open host calls one behind two routers, of which either, both or none has a forward."""
    stage = Stage(OPEN, kind(PORT_CONE, forward=PORT if inner else None, carrier=PORT_CONE))
    if outer:
        stage.sites["carrier-b"]["forward"] = [
            {"port": PORT, "families": ["ipv4"], "host": "b", "host_port": PORT}
        ]
    stage.want("a", "b")
    stage.want("b", "a", endpoint=None)
    return reaches(stage.play(), stage, "a", "b")


def second_on_one_port(other_port):
    """A third host behind a's router uses a port, and has talked before a does."""
    stage = Stage(CONE, CONE)
    stage.hosts["c"] = {"site-a": ["192.168.10.3"]}
    stage.ports["c"] = other_port
    stage.want("c", "hub", keepalive=KEEPALIVE)
    stage.want("hub", "c", endpoint=None)
    stage.want("a", "b", keepalive=KEEPALIVE)
    stage.want("b", "a", keepalive=KEEPALIVE)
    return reaches(stage.play(order=["c", "a", "b", "hub"]), stage, "a", "b")


def forward_of_another(box):
    """A neighbour has a forward for the port that a listens on: a cannot have it outside."""
    stage = Stage(kind(box), CONE)
    stage.hosts["c"] = {"site-a": ["192.168.10.3"]}
    stage.sites["site-a"]["forward"] = [
        {"port": PORT, "families": ["ipv4"], "host": "c", "host_port": PORT}
    ]
    stage.want("a", "b", keepalive=KEEPALIVE)
    stage.want("b", "a", keepalive=KEEPALIVE)
    return reaches(stage.play(), stage, "a", "b")


def private_endpoint():
    """An open host writes the address that the other one has inside."""
    stage = Stage(OPEN, kind(BOX))
    stage.hosts["b"] = {"site-b": ["192.168.20.2"]}
    stage.want("a", "b", ("192.168.20.2", PORT))
    stage.want("b", "a", endpoint=None)
    return reaches(stage.play(), stage, "a", "b")


def comes_up_late():
    """The other end comes up when the first one has stopped trying."""
    stage = Stage(CONE, CONE)
    stage.want("a", "b", keepalive=KEEPALIVE)
    stage.want("b", "a", keepalive=KEEPALIVE)
    simulation = stage.prepare()
    simulation.nodes["a"].start()
    simulation.schedule(130, simulation.nodes["b"].start)
    simulation.run(170)
    return reaches(simulation, stage, "a", "b")


def check_scenarios():
    cases = [
        ("neighbours over the LAN", neighbours(SYMMETRIC, "lan"), True),
        ("neighbours, isolated", neighbours(SYMMETRIC, "lan", True), False),
        ("neighbours, UDP blocked", neighbours({**SYMMETRIC, "blocks_udp": True}, "lan"), True),
        ("public endpoints, no hairpin", neighbours(PORT_CONE, "public"), False),
        ("public endpoints, hairpin", neighbours({**PORT_CONE, "hairpinning": True}, "public"),
         True),
        ("public endpoints, hairpin, isolated",
         neighbours({**PORT_CONE, "hairpinning": True}, "public", True), True),
        ("public endpoints, hairpin, ports lost",
         neighbours({**SHUFFLED_PORT_CONE, "hairpinning": True}, "public"), False),
        ("forward on both boxes", forwarded_twice(True, True), True),
        ("forward on the inner box", forwarded_twice(True, False), False),
        ("forward on the outer box", forwarded_twice(False, True), False),
        ("another host on the same port", second_on_one_port(PORT), False),
        ("another host on another port", second_on_one_port(PORT + 1), True),
        ("another host's forward on the same port", forward_of_another(PORT_CONE), False),
        ("private endpoint on the internet", private_endpoint(), False),
        ("comes up late", comes_up_late(), True),
    ]  # fmt: skip
    for name, found, expected in cases:
        yield found == expected, f"{name}: {found}, measured {expected}"


def main():
    outcomes = []
    for check in (check_matrix, check_idle, check_scenarios):
        for is_right, text in check():
            outcomes.append(is_right)
            if not is_right:
                print(f"FAIL: {text}")
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
