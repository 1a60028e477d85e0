#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Walks every packet through compiled artifacts: an independent proof that the network works.

    tests/property/walk.py OUTPUT_DIR

Reads only the emitted .conf and .routes files, and from the manifest who the hosts are, where they
stand and what they carry. Shares nothing with the compiler. A packet goes as in a kernel: the
longest matching route of the host, then the longest matching AllowedIPs among its peers; the next
host takes it only if the packet's source is its own AllowedIPs' for the peer that it came from.
"""

import ipaddress
import sys
from dataclasses import dataclass

from artifacts import Unreadable, read_tree

INTERNET = "internet"
MTU_FLOOR_WITH_IPV6 = 1280
MTU_FLOOR = 576
# RFC 1918, RFC 6598 and RFC 4193: the internet carries no packet from these.
UNROUTED = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]
LAN = object()  # where a packet goes that leaves the tunnels for a network behind a host


class Lookup:
    """Longest-prefix match."""

    def __init__(self):
        self._by_length = {}

    def add(self, network, value):
        """Returns what was there for exactly this prefix before."""
        shift = network.max_prefixlen - network.prefixlen
        table = self._by_length.setdefault((network.version, -network.prefixlen, shift), {})
        return table.setdefault(int(network.network_address) >> shift, value)

    def freeze(self):
        """The tables in the order in which to try them, by address family."""
        self._tables = {4: [], 6: []}
        for (version, _, shift), table in sorted(self._by_length.items(), key=lambda item: item[0]):
            self._tables[version].append((shift, table))
        return self

    def find(self, address):
        value = int(address)
        for shift, table in self._tables[address.version]:
            if value >> shift in table:
                return table[value >> shift]
        return None


@dataclass(frozen=True)
class End:
    """One end of a flow: an address of a host, or of a network behind it."""

    host: str
    address: object
    behind: object = None  # the prefix, where it is a network behind the host
    on_lan: bool = False  # the host's own address on a LAN that another host routes


class Walk:
    """One tree of artifacts under examination."""

    def __init__(self, folder):
        self.manifest, self.hosts = read_tree(folder)
        self.complaints = []
        self.n_flows = 0
        self.by_key = {}
        for host in self.hosts.values():
            same = self.by_key.setdefault(host.entry["public_key"], [])
            same.append(host)
            if _device(same[0]) != _device(host):
                self._complain(host.name, "shares its key with another host")
        self.segments = {name: self._segments(host) for name, host in self.hosts.items()}
        self.owners = {name: self._own(host) for name, host in self.hosts.items()}
        self.kernel = {name: self._route(host) for name, host in self.hosts.items()}

    def run(self):
        """Every check; returns the complaints."""
        self._check_addresses()
        for host in self.hosts.values():
            self._check_interface(host)
            for peer in host.peers:
                self._check_peer(host, peer)
        for source in (ends := self._ends()):
            for target in ends:
                if self._must_flow(source, target):
                    self.n_flows += 1
                    self._walk(source, target)
        return self.complaints

    # What each host knows: the networks it stands on, owners of prefixes, its routing table.

    def _segments(self, host):
        """The networks that the host is directly attached to, apart from the internet."""
        found = []
        for site, texts in host.entry["at"].items():
            if site == INTERNET:
                continue
            listed = self.manifest["sites"].get(site, {}).get("prefixes", [])
            found += [ipaddress.ip_network(text) for text in listed]
            for address in filter(None, map(_address, texts)):
                if not any(address in net for net in found):
                    length = 24 if address.version == 4 else 64
                    found.append(ipaddress.ip_network((address, length), strict=False))
        return found

    def _own(self, host):
        owners = Lookup()
        for peer in host.peers:
            if not peer.allowed_ips:
                self._complain(host.name, f"peer {self._who(peer)} has no AllowedIPs")
            for net in peer.allowed_ips:
                if owners.add(net, peer.public_key) != peer.public_key:
                    self._complain(host.name, f"{net} belongs to two peers")
            if len(set(peer.allowed_ips)) != len(peer.allowed_ips):
                self._complain(host.name, f"a prefix of {self._who(peer)} is listed twice")
        return owners.freeze()

    def _route(self, host):
        routes = Lookup()
        for text in host.entry.get("routes", []):
            routes.add(ipaddress.ip_network(text), LAN)
        for net in self.segments[host.name]:
            routes.add(net, LAN)
        for net in host.routes:
            if routes.add(net, host.name) is LAN:
                self._complain(host.name, f"routes {net} into the tunnel, but is attached to it")
        if len(set(host.routes)) != len(host.routes):
            self._complain(host.name, "has the same route twice")
        return routes.freeze()

    # The rules that each file must keep on its own.

    def _check_addresses(self):
        pools = [ipaddress.ip_network(text) for text in self.manifest["network"]["addresses"]]
        seen = {}
        for host in self.hosts.values():
            mine = [interface.ip for interface in host.addresses]
            if sorted(map(str, mine)) != sorted(host.entry["addresses"]):
                self._complain(host.name, "Address differs from the manifest")
            for address in mine:
                if seen.setdefault(address, host.name) != host.name:
                    self._complain(host.name, f"{address} is also that of {seen[address]}")
                if not any(address in pool for pool in pools):
                    self._complain(host.name, f"{address} is outside the network's addresses")

    def _takes_any_port(self, host):
        """Whether a device leaves its port open, and nobody sends to it first."""
        key = host.entry["public_key"]
        is_sent_to = any(
            peer.public_key == key and peer.endpoint
            for other in self.hosts.values()
            for peer in other.peers
        )
        return host.entry["kind"] == "device" and not host.listen_port and not is_sent_to

    def _check_interface(self, host):
        if host.listen_port != str(host.entry["listen_port"]) and not self._takes_any_port(host):
            self._complain(host.name, f"ListenPort is '{host.listen_port}'")
        nets = [net for peer in host.peers for net in peer.allowed_ips]
        has_ipv6 = any(each.version == 6 for each in [*host.addresses, *nets])
        floor = MTU_FLOOR_WITH_IPV6 if has_ipv6 else MTU_FLOOR
        if not host.mtu.isdigit() or not floor <= int(host.mtu) <= 65535:
            self._complain(host.name, f"MTU is '{host.mtu}'")
        met = [peer.public_key for peer in host.peers]
        if len(set(met)) != len(met):
            self._complain(host.name, "has two sections for one peer")

    def _check_peer(self, host, peer):
        other = self.hosts.get(self._whose(host.name, peer.public_key))
        if not other:
            self._complain(host.name, f"peer {peer.public_key[:8]} is nobody's key")
            return
        if other is host:
            self._complain(host.name, "is its own peer")
            return
        back = next((p for p in other.peers if p.public_key == host.entry["public_key"]), None)
        if not back:
            self._complain(host.name, f"has the peer {other.name}, which does not have it")
        elif not peer.endpoint and not back.endpoint:
            self._complain(host.name, f"neither it nor {other.name} has an Endpoint of the other")
        if peer.endpoint:
            self._check_endpoint(host, peer, other)
        if not peer.keepalive.isdigit() or int(peer.keepalive) > 65535:
            self._complain(host.name, f"PersistentKeepalive of {other.name} is '{peer.keepalive}'")
        elif peer.keepalive == "0" and not self._can_be_called(host, other):
            self._complain(host.name, f"cannot be called by {other.name} and has no keepalive")

    def _check_endpoint(self, host, peer, other):
        text, _, port = peer.endpoint.rpartition(":")
        address = _address(text.strip("[]"))
        if (text[:1] == "[") != bool(address and address.version == 6):
            self._complain(host.name, f"Endpoint of {other.name} is '{peer.endpoint}'")
        family = address.version if address else 4
        near = self._realms(host)
        doors = [door for door in self._doors(other) if door[1] in (text, address)]
        if port not in {str(each) for _, _, each in doors}:
            self._complain(host.name, f"Endpoint of {other.name} has port '{port}'")
        if not any(near & self._seen_from(realm, family) for realm, _, _ in doors):
            self._complain(host.name, f"{other.name} cannot be called at '{peer.endpoint}'")
        realms = {realm for realm, _, _ in doors}
        if address and realms == {INTERNET} and not self._can_send(host, address.version):
            text = f"has no IPv{address.version} way out to {other.name} at '{peer.endpoint}'"
            self._complain(host.name, text)
        if address and self.kernel[host.name].find(address) == host.name:
            self._complain(host.name, f"routes the Endpoint of {other.name} into the tunnel")

    # Who stands where. Whether a call gets through is for natsim/ to try.

    def _site(self, name):
        return self.manifest["sites"].get(name, {})

    def _chain(self, site):
        """The site and those around it, up to the internet."""
        while site != INTERNET:
            yield site
            site = self._site(site)["inside"]
        yield INTERNET

    def _realms(self, host):
        """The realms that the host is in: where it stands, and all around that."""
        return {realm for site in host.entry["at"] for realm in self._chain(site)} or {INTERNET}

    def _doors(self, host):
        """(realm, address or name, port) at which others may send to the host."""
        own = host.entry["listen_port"]
        for site, texts in host.entry["at"].items():
            yield from ((site, _address(text) or text, own) for text in texts if text != "dynamic")
            for name in list(self._chain(site))[:-1]:
                entry, outer = self._site(name), self._site(name)["inside"]
                publics = [_address(text) or text for text in entry["public"]]
                ports = [own, *(each["port"] for each in entry["forward"] if each["host"] == host.name)]
                yield from ((outer, public, port) for public in publics for port in ports)
                for text, owner in entry["one_to_one"].items():
                    if owner == host.name:
                        yield from ((outer, _address(text), port) for port in ports)

    def _seen_from(self, realm, family):
        """The realms in which an address of the realm means the same: nothing is translated."""
        seen = {realm}
        for name in self._chain(realm):
            if name == INTERNET or self._site(name)["box"][f"ipv{family}"]["mapping"] != "none":
                break
            seen.add(self._site(name)["inside"])
        return seen

    def _can_send(self, host, family):
        """Whether its packets reach the internet: a router must translate private addresses."""
        for site, texts in host.entry["at"].items():
            is_translated = any(
                self._site(name)["box"][f"ipv{family}"]["mapping"] != "none"
                or host.name in self._site(name)["one_to_one"].values()
                for name in list(self._chain(site))[:-1]
            )
            for address in map(_address, texts):
                if address is None:
                    return True  # a name, or not fixed: nobody knows which families it has
                if address.version == family and (is_translated or not _is_unrouted(address)):
                    return True
        return not host.entry["at"]

    def _can_be_called(self, host, other):
        """Whether the other may send first: some way in is open on every box of the way."""
        near = self._realms(other)
        for site, texts in host.entry["at"].items():
            is_fixed = any(text != "dynamic" for text in texts)
            for realm in self._chain(site):
                if realm in near and is_fixed:
                    return True
                entry = self._site(realm)
                has_door = any(each["host"] == host.name for each in entry.get("forward", []))
                has_door = has_door or host.name in entry.get("one_to_one", {}).values()
                is_open = realm != INTERNET and entry["box"]["ipv4"]["filtering"] == "none"
                if not (has_door or is_open):
                    break
                is_fixed = is_fixed or has_door
        return False

    def _meets(self, host, address):
        """Whether a host stands on a segment that has the address."""
        return any(address in net for net in self.segments[host])

    # Packets.

    def _ends(self):
        ends = []
        for name, host in sorted(self.hosts.items()):
            ends += [End(name, ipaddress.ip_address(text)) for text in host.entry["addresses"]]
            for text in host.entry.get("routes", []):
                net = ipaddress.ip_network(text)
                first = net.network_address + (1 if net.num_addresses > 2 else 0)
                ends.append(End(name, first, net))
            ends += [End(name, address, on_lan=True) for address in self._routed_lan(name, host)]
        return ends

    def _routed_lan(self, name, host):
        """Addresses of a server on a LAN that another host at the same site routes."""
        if host.entry["kind"] == "device":
            return
        for site, texts in host.entry["at"].items():
            for address in self._fixed(texts) if site != INTERNET else ():
                if any(
                    other != name and site in owner.entry["at"]
                    and any(address in ipaddress.ip_network(text) for text in owner.entry["routes"])
                    for other, owner in self.hosts.items()
                ):
                    yield address

    @staticmethod
    def _fixed(texts):
        for text in texts:
            try:
                yield ipaddress.ip_address(text)
            except ValueError:
                pass  # a name, or dynamic

    def _must_flow(self, source, target):
        if source.host == target.host or source.address.version != target.address.version:
            return False
        # A host that stands on a segment of that network meets it there, not through the tunnel.
        return not any(
            (one.behind or one.on_lan) and self._meets(other.host, one.address)
            for one, other in ((source, target), (target, source))
        )

    def _walk(self, source, target):
        """Follows one packet; the packet back is the flow of the other order."""
        family = target.address.version
        at, path = source.host, [source.host]
        while at != target.host:
            if (at != source.host or source.behind) and family not in self.hosts[at].forwards:
                return self._lost(source, target, path, f"{at} does not forward IPv{family}")
            way = self.kernel[at].find(target.address)
            if way is LAN and self._meets(at, target.address):
                return None  # delivered by another host that stands on that network
            if way != at:
                return self._lost(source, target, path, f"{at} has no route into the tunnel")
            key = self.owners[at].find(target.address)
            if key is None:
                return self._lost(source, target, path, f"no peer of {at} has the address")
            after = self._whose(at, key)
            if after is None or after in path:
                return self._lost(source, target, path, f"{at} sends it to {after or 'nobody'}")
            if self.owners[after].find(source.address) != self.hosts[at].entry["public_key"]:
                return self._lost(source, target, path, f"{after} refuses that source from {at}")
            path.append(at := after)
        if target.behind and family not in self.hosts[at].forwards:
            return self._lost(source, target, path, f"{at} does not forward IPv{family}")
        if target.behind and self.kernel[at].find(target.address) is not LAN:
            return self._lost(source, target, path, f"{at} does not deliver to its own network")
        return None

    def _lost(self, source, target, path, why):
        self._complain(
            source.host, f"{source.address} -> {target.address} ({' -> '.join(path)}): {why}"
        )

    def _complain(self, host, text):
        self.complaints.append(f"{host}: {text}")

    def _whose(self, viewer, key):
        """Who has the key; of a device at several gateways what it is at this one."""
        same = self.by_key.get(key, [])
        here = [host for host in same if host.entry["gateway"] == viewer]
        return next((host.name for host in [*here, *same]), None)

    def _who(self, peer):
        return self._whose(None, peer.public_key) or peer.public_key[:8]


def check(folder):
    """The complaints about an output folder, and the number of flows that were walked."""
    try:
        walk = Walk(folder)
        return walk.run(), walk.n_flows
    except Unreadable as error:
        return [str(error)], 0


def _device(host):
    """The machine: a device at several gateways is a host at each of them."""
    return host.entry.get("device", host.name)


def _address(text):
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_unrouted(address):
    return any(address in net for net in UNROUTED if net.version == address.version)


def _overlap(one, other):
    return one.version == other.version and one.overlaps(other)


def main(arguments):
    if len(arguments) != 1:
        print("usage: walk.py OUTPUT_DIR", file=sys.stderr)
        return 2
    complaints, n_flows = check(arguments[0])
    for complaint in complaints:
        print(complaint)
    print(f"{n_flows} flows walked, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
