# SPDX-License-Identifier: MIT
"""Where every host of a compiled network stands: manifest in, addresses of the underlay out.

The manifest says at which sites a host is and with which addresses. What it leaves open (DNS names,
addresses that are not fixed, roaming devices, machines on the networks behind a host) is filled in
here. Nothing in this file runs a command.
"""

import ipaddress
import itertools
from dataclasses import dataclass, field

INTERNET = "internet"

# What the internet carries no packets for: RFC 1918, RFC 6598 (carriers), RFC 4193 (unique local).
PRIVATE = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]

# Where public addresses that nobody wrote down come from (RFC 2544 and RFC 3849).
SPARE_PUBLIC = {
    4: ipaddress.ip_network("198.18.0.0/15"),
    6: ipaddress.ip_network("2001:db8:ffff::/64"),
}


@dataclass
class Site:
    """A network behind a router."""

    name: str
    nat: str
    subnets: list
    public: object = None  # the router's address on the internet


@dataclass
class Place:
    """One attachment of a host: a site, and the addresses it has there."""

    site: str
    addresses: list


@dataclass
class Stub:
    """A machine on a network behind a host: it stands for all of that network."""

    name: str
    host: str
    prefix: object
    address: object
    site: str = ""  # the site whose segment it is on; empty: a segment of its own


@dataclass
class Host:
    """One host of the manifest, and where it stands."""

    name: str
    entry: dict
    places: list = field(default_factory=list)
    stubs: list = field(default_factory=list)

    @property
    def overlay(self):
        """Its addresses inside the tunnels."""
        return [ipaddress.ip_address(text) for text in self.entry["addresses"]]

    @property
    def routes(self):
        return [ipaddress.ip_network(text) for text in self.entry.get("routes", [])]


class Map:
    """All hosts and sites of one manifest, every address known."""

    def __init__(self, manifest):
        self.network = manifest["network"]
        self.hosts = {name: Host(name, entry) for name, entry in sorted(manifest["hosts"].items())}
        self.names = {}  # (DNS name, site) -> addresses
        self._used = {address for host in self.hosts.values() for address in _fixed(host)}
        self._spare = {version: _addresses(network) for version, network in SPARE_PUBLIC.items()}
        self.sites = self._make_sites(manifest.get("sites", {}))
        for host in self.hosts.values():
            host.places = self._make_places(host)
        for host in self.hosts.values():
            host.stubs = self._make_stubs(host)

    def is_near(self, host, address):
        """Whether the host stands on a segment that has the address."""
        return any(
            address in subnet
            for place in host.places
            if place.site != INTERNET
            for subnet in self.sites[place.site].subnets
        )

    def names_seen_by(self, host):
        """The /etc/hosts of a host: a name that has several places means the one nearest to it."""
        near = {place.site for place in host.places}
        seen = {}
        for (name, site), addresses in self.names.items():
            if name not in seen or site in near:
                seen[name] = addresses
        return seen

    def _make_sites(self, entries):
        sites = {}
        for name, entry in sorted(entries.items()):
            if name == INTERNET:
                continue
            subnets = [ipaddress.ip_network(text) for text in entry.get("prefixes", [])]
            for host in self.hosts.values():
                for address in _fixed(host, name):
                    if not any(address in subnet for subnet in subnets):
                        subnets.append(_subnet_around(address))
            if not subnets:
                subnets = [ipaddress.ip_network(f"192.168.{200 + len(sites) % 50}.0/24")]
            sites[name] = Site(name, entry.get("nat", "none"), subnets, self._next_public(4))
        return sites

    def _make_places(self, host):
        places = []
        for site, texts in host.entry["at"].items():
            place = Place(site, [])
            for text in texts:
                fixed = _parse(text)
                addresses = [fixed] if fixed else self._allot(site)
                place.addresses += addresses
                if not fixed and text != "dynamic":
                    self.names[text, site] = addresses
            places.append(place)
        # A device that names no site roams: today it is somewhere on the internet.
        return places or [Place(INTERNET, self._allot(INTERNET))]

    def _make_stubs(self, host):
        stubs = []
        for number, prefix in enumerate(host.routes):
            stub = Stub(f"{host.name}/lan{number}", host.name, prefix, None)
            own = [
                (place.site, subnet)
                for place in host.places
                if place.site != INTERNET
                for subnet in self.sites[place.site].subnets
            ]
            for site, subnet in own:
                if _overlaps(prefix, subnet) and prefix.subnet_of(subnet):
                    stub.site = site
            avoid = [] if stub.site else [subnet for _, subnet in own]
            stub.address = self._free_address(prefix, avoid)
            stubs.append(stub)
        return stubs

    def _allot(self, site):
        if site == INTERNET:
            return [self._next_public(4), self._next_public(6)]
        by_family = {subnet.version: subnet for subnet in reversed(self.sites[site].subnets)}
        return [self._free_address(subnet, []) for subnet in by_family.values()]

    def _next_public(self, version):
        address = next(a for a in self._spare[version] if a not in self._used)
        self._used.add(address)
        return address

    def _free_address(self, prefix, avoid):
        """A free address near the end of the prefix, where people rarely number hosts by hand."""
        last = int(prefix.broadcast_address) - (1 if prefix.num_addresses > 2 else 0)
        kind = type(prefix.network_address)
        for value in range(last, int(prefix.network_address) - 1, -1):
            address = kind(value)
            inside = next((net for net in avoid if address in net), None)
            if address not in self._used and not inside:
                self._used.add(address)
                return address
            if inside and inside.num_addresses > 65536:
                break
        address = prefix.network_address + (1 if prefix.num_addresses > 2 else 0)
        self._used.add(address)
        return address


def _addresses(network):
    return (network[number] for number in itertools.count(1))


def is_private(network):
    return any(_overlaps(network, private) for private in PRIVATE)


def _parse(text):
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _fixed(host, site=None):
    """The addresses that the manifest gives a host, everywhere or at one site."""
    texts = itertools.chain.from_iterable(
        texts for name, texts in host.entry["at"].items() if site in (None, name)
    )
    return [address for address in map(_parse, texts) if address]


def _subnet_around(address):
    length = 24 if address.version == 4 else 64
    return ipaddress.ip_network((address, length), strict=False)


def _overlaps(one, other):
    return one.version == other.version and one.overlaps(other)
