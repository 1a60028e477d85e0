# SPDX-License-Identifier: MIT
"""Realms of addresses, the boxes between them, and how a packet gets from one host to another.

A realm is the internet or a site. A box joins a site to the realm outside it, with one machine
(nat.py) per address family. Packets cross all boxes at once; what takes time is the caller's.
"""

import functools
import ipaddress

INTERNET = "internet"
# RFC 1918, RFC 6598, RFC 3927, RFC 4193: the internet carries no packet from or to these.
UNROUTED = [
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
        "fc00::/7", "fe80::/10",
    )
]  # fmt: skip


@functools.lru_cache(maxsize=None)
def is_unrouted(text):
    address = ipaddress.ip_address(text)
    return any(address in net for net in UNROUTED if net.version == address.version)


def family_of(address):
    return 6 if ":" in address else 4


class Realm:
    """One realm; `nodes` says who answers to an address: a Nic, or the Box that leads to it."""

    def __init__(self, name, box=None, is_isolated=False):
        self.name = name
        self.box = box  # to the realm outside; None for the internet
        self.is_isolated = is_isolated
        self.nodes = {}


class Box:
    """Joins `inner` to `outer`; machines by address family."""

    def __init__(self, name, outer, machines):
        self.name = name
        self.outer = outer
        self.inner = None  # the realm that it is the box of
        self.machines = machines

    def stands_at(self, address):
        """Whether the address is the box's own, not that of somebody further in."""
        return self.machines[family_of(address)].owns(address)


class Nic:
    """A host's place in a realm."""

    def __init__(self, host, realm, addresses):
        self.host = host
        self.realm = realm
        self.addresses = addresses  # by family

    def stands_at(self, address):
        return address in self.addresses.values()


class Network:
    """All realms, and the hosts in them. `log`, where it is a list, gets a line per lost packet."""

    def __init__(self):
        self.realms = {INTERNET: Realm(INTERNET)}
        self.nics = {}  # host: its Nics, in the order of preference
        self.log = None
        self._ways = {}

    def add_site(self, name, outer, machines, is_isolated=False):
        box = Box(name, self.realms[outer], machines)
        realm = box.inner = self.realms[name] = Realm(name, box, is_isolated)
        for machine in machines.values():
            for address in machine.public if machine.is_translating else ():
                self._claim(box.outer, address, box)
            for address in machine.inner_of:
                self._claim(box.outer, address, box)
        return realm

    def add_one_to_one(self, site, outer, inner):
        box = self.realms[site].box
        box.machines[family_of(outer)].add_one_to_one(outer, inner)
        self._claim(box.outer, outer, box)

    def add_host(self, host, realm, addresses):
        nic = Nic(host, self.realms[realm], addresses)
        self.nics.setdefault(host, []).append(nic)
        for address in addresses.values():
            self._claim(nic.realm, address, nic)

    def _claim(self, realm, address, node):
        """The address leads to the node, also from outside as far as nothing is translated."""
        realm.nodes.setdefault(address, node)
        box = realm.box
        if box and not box.machines[family_of(address)].is_translating:
            self._claim(box.outer, address, box)

    def way_out(self, host, target):
        """The Nic from which the host's kernel sends to an address, or None."""
        key = (host, target)
        if key not in self._ways:
            self._ways[key] = self._find_way(self.nics[host], target)
        return self._ways[key]

    def _find_way(self, nics, target):
        family = family_of(target)
        nics = [nic for nic in nics if family in nic.addresses]
        inner = [nic for nic in nics if nic.realm.box and target in nic.realm.nodes]
        on_link = [nic for nic in inner if nic.realm.nodes[target].stands_at(target)]
        outside = [nic for nic in nics if not nic.realm.box]
        if found := on_link or inner or outside:
            return found[0]
        unblocked = [nic for nic in nics if not self.is_blocked(nic.realm, family)]
        return (unblocked or nics or [None])[0]

    @staticmethod
    def is_blocked(realm, family):
        while realm.box:
            if realm.box.machines[family].blocks:
                return True
            realm = realm.box.outer
        return False

    def carry(self, nic, source, target, now):
        """Takes a packet from a Nic to another: (Nic, source, target) as it arrives, or None."""
        family = family_of(target[0])
        realm, station, is_down = nic.realm, nic, False
        while True:
            if not realm.box and (is_unrouted(source[0]) or is_unrouted(target[0])):
                return self._lost(now, realm, source, target, "not for the internet")
            found = realm.nodes.get(target[0])
            if found is not None:
                if realm.is_isolated and not is_down and found is not station:
                    return self._lost(now, realm, source, target, "clients are isolated")
                if isinstance(found, Nic):
                    return found, source, target
                inside = found.machines[family].inbound(source, target, now)
                if inside is None:
                    return self._lost(now, found, source, target, "not let in")
                target, realm, station, is_down = inside, found.inner, None, True
                continue
            if not realm.box or is_down:
                return self._lost(now, realm, source, target, "nobody has the address")
            box = realm.box
            machine = box.machines[family]
            outer = machine.outbound(source, target, now)
            if outer is None:
                return self._lost(now, box, source, target, "not let out")
            source = outer
            if not machine.owns(target[0]):
                realm, station = box.outer, box
                continue
            inside = machine.inbound(source, target, now) if machine.hairpins else None
            if inside is None:
                return self._lost(now, box, source, target, "no hairpin")
            target, station, is_down = inside, None, True

    def _lost(self, now, where, source, target, why):
        if self.log is not None:
            line = f"{now:8.2f}  {show(source)} -> {show(target)}: lost at {where.name}: {why}"
            self.log.append(line)


def show(endpoint):
    address, port = endpoint
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
