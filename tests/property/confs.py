# SPDX-License-Identifier: MIT
"""What a compiled network does, read off its wg-quick files alone, in terms that two can be compared by.

Hosts are told apart by public key and first address, never by name. `differences()` lists every
respect in which two networks behave differently.
"""

import ipaddress
import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Node:
    """One file: an interface and its peers by public key."""

    label: str
    key: str
    addresses: tuple = ()
    port: str = ""
    mtu: str = ""
    peers: dict = field(default_factory=dict)
    routes: dict = field(default_factory=dict)  # with an MTU of their own

    @property
    def identity(self):
        return self.key, self.addresses[0]


def sections(path):
    """Pairs of a section's name and its lines as (name, value)."""
    made = []
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("["):
            made.append((line.strip("[]").lower(), []))
        elif line:
            name, value = line.split("=", 1)
            made[-1][1].append((name.strip().lower(), value.strip()))
    return made


def read_peer(lines):
    values = dict(lines)
    prefixes = [part.strip() for name, value in lines if name == "allowedips"
                for part in value.split(",")]
    return {
        "endpoint": values.get("endpoint", ""),
        "keepalive": values.get("persistentkeepalive", "0"),
        "preshared": "presharedkey" in values,
        "allowed": [ipaddress.ip_network(prefix) for prefix in prefixes],
    }


def read_node(label, key, path):
    node = Node(label, key)
    for name, lines in sections(path):
        values = dict(lines)
        if name == "peer":
            node.peers[values["publickey"]] = read_peer(lines)
            continue
        node.addresses = tuple(
            ipaddress.ip_interface(part.strip()).ip
            for key_name, value in lines if key_name == "address" for part in value.split(","))
        node.port, node.mtu = values.get("listenport", ""), values.get("mtu", "")
    batch = path.with_suffix(".routes")
    for line in batch.read_text(encoding="utf-8").splitlines() if batch.exists() else []:
        words = line.split()
        if "mtu" in words:
            node.routes[words[2]] = words[words.index("mtu") + 1]
    return node


def read_network(folder):
    """All nodes of an output folder. The manifest tells whose file is whose, and nothing else."""
    manifest = json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))
    nodes = {}
    for name, host in manifest["hosts"].items():
        interface = host.get("interface", manifest["network"]["name"])
        path = Path(folder) / host["folder"] / f"{interface}.conf"
        node = read_node(name, host["public_key"], path)
        nodes[node.identity] = node
    return nodes


def owner(node, network):
    """The key of the peer that packets for the network go to; None: nowhere."""
    best, found = -1, None
    for key, peer in node.peers.items():
        for prefix in peer["allowed"]:
            if prefix.version == network.version and prefix.prefixlen > best \
                    and network.subnet_of(prefix):
                best, found = prefix.prefixlen, key
    return found


def destinations(nodes):
    """Every address of the network, and every network behind one of its hosts."""
    overlay = {ipaddress.ip_network(address) for node in nodes.values()
               for address in node.addresses}
    claimed = {prefix for node in nodes.values() for peer in node.peers.values()
               for prefix in peer["allowed"]}
    return overlay | {prefix for prefix in claimed
                      if not any(address.version == prefix.version and address.subnet_of(prefix)
                                 for address in overlay)}


def differences(before, after):
    """Lines such as "gpu01 -> 10.0.0.7/32: via KEY, now via KEY"."""
    found = [f"{before[one].label} is gone" for one in before.keys() - after.keys()]
    found += [f"{after[one].label} is new" for one in after.keys() - before.keys()]
    wanted = sorted(destinations(before), key=str)
    for identity in before.keys() & after.keys():
        old, new = before[identity], after[identity]
        for what in ("addresses", "port", "mtu", "routes"):
            if getattr(old, what) != getattr(new, what):
                found.append(f"{old.label}: {what} {getattr(old, what)}, now {getattr(new, what)}")
        for network in wanted:
            if owner(old, network) != owner(new, network):
                found.append(f"{old.label} -> {network}: via {owner(old, network)}, "
                             f"now via {owner(new, network)}")
        if old.peers.keys() != new.peers.keys():
            found.append(f"{old.label}: other peers")
        for key in old.peers.keys() & new.peers.keys():
            for what in ("endpoint", "keepalive", "preshared"):
                if old.peers[key][what] != new.peers[key][what]:
                    found.append(f"{old.label} to {key}: {what} {old.peers[key][what]}, "
                                 f"now {new.peers[key][what]}")
    return sorted(found)
