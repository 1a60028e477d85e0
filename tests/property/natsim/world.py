# SPDX-License-Identifier: MIT
"""The network that a manifest describes, with addresses invented where it leaves them open.

A roaming device stands behind a router of its own, of the worst kind. A DNS name is its host's, or
its router's, address: IPv4 for whoever can use it.
"""

import ipaddress
from dataclasses import dataclass, field

from natsim.nat import Machine
from natsim.network import INTERNET, Network, family_of

BOX = {
    "mapping": "none", "filtering": "none", "port_preservation": False, "hairpinning": False,
    "mapping_timeout": 0, "blocks_udp": False,
}  # fmt: skip
FIREWALL = {**BOX, "filtering": "address-and-port-dependent", "mapping_timeout": 30}
SYMMETRIC = {**FIREWALL, "mapping": "address-and-port-dependent"}
INVENTED_PUBLIC = "192.0.2.{}"


@dataclass
class PeerSettings:
    key: str
    endpoint: object  # (text, port) or None
    keepalive: int


@dataclass
class Settings:
    """What a host's artifacts say."""

    key: str
    port: int
    addresses: list
    allowed: object
    forwards: set
    peers: list = field(default_factory=list)


def address_of(text):
    """The address in its one form, or None: a name, or not fixed."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


class World:
    """Builds a Network from a manifest, and knows what its names mean.

    A host that stands on the internet sends to strangers from there; one at several sites through
    any of them, the first or the last: nobody says which.
    """

    def __init__(self, manifest, random, prefers_last=False):
        self.manifest = manifest
        self.random = random
        self.prefers_last = prefers_last
        self.network = Network()
        self.sites = manifest["sites"]
        self.names = {}
        self.places = {}  # (host, site): {family: address}
        self.publics = {}  # site: addresses of its router
        self.n_invented = {}  # by realm
        self.n_public = 0
        for name in self._outermost_first():
            self._add_site(name)
        for name, entry in manifest["hosts"].items():
            self._place(name, entry)
        for name, site in self.sites.items():
            self._add_statics(name, site)
        for name, entry in manifest["hosts"].items():
            for site in self._by_preference(entry["at"]) or [f"cafe of {name}"]:
                self.network.add_host(name, site, self.places[name, site])

    def resolve(self, host, endpoint):
        """What a host makes of an Endpoint: (address, port), or None."""
        if endpoint is None:
            return None
        text, port = endpoint
        if address := address_of(text):
            return (address, port)
        for family, address in sorted(self.names.get(text, {}).items()):
            nic = self.network.way_out(host, address)
            if nic and not self.network.is_blocked(nic.realm, family):
                return (address, port)
        return None

    def _outermost_first(self):
        def depth(name):
            outer = self.sites[name].get("inside", INTERNET)
            return 0 if outer == INTERNET else 1 + depth(outer)

        return sorted((name for name in self.sites if name != INTERNET), key=depth)

    def _by_preference(self, places):
        sign = -1 if self.prefers_last else 1
        return sorted(places, key=lambda site: (site != INTERNET, sign * self._index(site)))

    def _index(self, site):
        return list(self.sites).index(site) if site in self.sites else -1

    def _add_site(self, name):
        site = self.sites[name]
        outer = site.get("inside", INTERNET)
        publics = []
        for text in site.get("public", []):
            address = address_of(text)
            if address is None:
                address = self._invent(outer, 4)
                self.names[text] = {4: address}
            publics.append(address)
        if not publics and site["box"]["ipv4"]["mapping"] != "none":
            publics = [self._invent(outer, 4)]
        self.publics[name] = publics
        machines = {
            4: Machine(site["box"]["ipv4"], publics, self.random),
            6: Machine(site["box"]["ipv6"], [], self.random),
        }
        self.network.add_site(name, outer, machines, site.get("client_isolation", False))

    def _place(self, host, entry):
        for site, texts in entry["at"].items():
            found = {}
            for text in texts:
                if address := address_of(text):
                    found.setdefault(family_of(address), address)
                else:
                    found.update(
                        {family: self._invent(site, family) for family in self._families(site)}
                    )
                    if text != "dynamic":
                        self.names[text] = dict(found)
            self.places[host, site] = found
        if not entry["at"]:
            self._open_cafe(host)

    def _families(self, realm):
        """What an address that nobody wrote down may be of: what the site has prefixes of, or both."""
        texts = [] if realm == INTERNET else self.sites[realm].get("prefixes", [])
        return sorted({ipaddress.ip_network(text).version for text in texts}) or (4, 6)

    def _open_cafe(self, host):
        name = f"cafe of {host}"
        machines = {
            4: Machine(SYMMETRIC, [self._invent(INTERNET, 4)], self.random),
            6: Machine(FIREWALL, [], self.random),
        }
        self.network.add_site(name, INTERNET, machines)
        self.places[host, name] = {4: "192.168.250.2", 6: self._invent(INTERNET, 6)}

    def _invent(self, realm, family):
        """An address of the realm that nobody gave to anybody."""
        number = self.n_invented[realm] = self.n_invented.get(realm, 0) + 1
        if realm != INTERNET:
            for text in self.sites[realm].get("prefixes", []):
                net = ipaddress.ip_network(text)
                if net.version == family:
                    return str(net.broadcast_address - number)
            if family == 4 and not self._is_public(realm):
                return f"192.168.251.{number}"
        if family == 4:
            self.n_public += 1
            return INVENTED_PUBLIC.format(self.n_public)
        place = 0 if realm == INTERNET else self._index(realm) + 1
        return f"2001:db8:ffff:{place:x}::{number:x}"

    def _is_public(self, realm):
        """Whether nothing is translated between the realm and the internet."""
        boxes = (self.sites[site]["box"]["ipv4"] for site in self.chain(realm)[:-1])
        return all(box["mapping"] == "none" for box in boxes)

    def _add_statics(self, name, site):
        box = self.network.realms[name].box
        for outer, host in site.get("one_to_one", {}).items():
            inner = self.target(name, host, 4)
            if inner:
                self.network.add_one_to_one(name, address_of(outer), inner)
        for forward in site.get("forward", []):
            for family in forward["families"]:
                version = 4 if family == "ipv4" else 6
                inner = self.target(name, forward["host"], version)
                if inner:
                    inside = (inner, forward["host_port"])
                    box.machines[version].add_forward(forward["port"], inside)

    def target(self, site, host, family):
        """The address in a site that leads to a host there, or to the router that it is behind."""
        while family not in self.places.get((host, site), {}):
            site = self._below(site, host, family)
            if site is None:
                return None
            if family == 4 and (outer := self.one_to_one(site, host)):
                return outer
            if family == 4 and self.sites[site]["box"]["ipv4"]["mapping"] != "none":
                return (self.publics[site] or [None])[0]
        return self.places[host, site].get(family)

    def one_to_one(self, site, host):
        pairs = self.sites[site].get("one_to_one", {}).items() if site != INTERNET else ()
        return next((address_of(outer) for outer, inner in pairs if inner == host), None)

    def chain(self, site):
        """The sites from the given one out to the internet."""
        found = [site]
        while site != INTERNET:
            site = self.sites[site].get("inside", INTERNET)
            found.append(site)
        return found

    def _below(self, site, host, family):
        """The site inside the given one on the way to the host."""
        for at in self.manifest["hosts"][host]["at"]:
            chain = self.chain(at)
            if site in chain[1:] and family in self.places[host, at]:
                return chain[chain.index(site) - 1]
        return None
