# SPDX-License-Identifier: MIT
"""Reads compiled artifacts the way wg-quick and ip do: text in, plain values out.

Nothing here knows how the compiler works; whatever a line says is taken at its word, and a line
that these tools would not take is an error.
"""

import functools
import ipaddress
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

INTERFACE_KEYS = (
    "PrivateKey", "Address", "ListenPort", "MTU", "Table", "PostUp", "PreDown", "PostDown",
)  # fmt: skip
PEER_KEYS = ("PublicKey", "AllowedIPs", "Endpoint", "PersistentKeepalive", "PresharedKey")
FORWARDING = {
    4: r"net\.ipv4\.ip_forward\s*=\s*1\b",
    6: r"net\.ipv6\.conf\.all\.forwarding\s*=\s*1\b",
}
ROUTE_VERBS = ("add", "replace", "append")


class Unreadable(Exception):
    """Text that the tools which read it would not take, or not as it was meant."""


@dataclass
class Peer:
    public_key: str
    allowed_ips: list
    endpoint: str
    keepalive: str


@dataclass
class Host:
    """One host: what the manifest says of it and what its files say."""

    name: str
    entry: dict
    addresses: list = field(default_factory=list)  # interfaces, from the .conf
    listen_port: str = ""
    mtu: str = ""
    routes: list = field(default_factory=list)  # what is routed into the tunnel
    peers: list = field(default_factory=list)
    forwards: set = field(default_factory=set)  # address families


def read_tree(folder):
    """The manifest of an output folder, and its hosts by name."""
    folder = Path(folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    hosts = {}
    for name, entry in manifest["hosts"].items():
        host = hosts[name] = Host(name, entry)
        try:
            interface = entry.get("interface", manifest["network"]["name"])
            _read_host(host, folder / entry["folder"], interface)
        except (Unreadable, ValueError, OSError) as error:
            raise Unreadable(f"{name}: {error}") from error
    return manifest, hosts


@functools.lru_cache(maxsize=None)
def prefix(text):
    """A prefix, in the one form that every tool reads alike."""
    if "/" not in text:
        raise Unreadable(f"'{text}' has no prefix length")
    network = ipaddress.ip_network(text)
    if str(network) != text:
        raise Unreadable(f"'{text}' is not canonical: {network}")
    return network


def _read_host(host, folder, network):
    interface, peers = _read_conf((folder / f"{network}.conf").read_text(encoding="utf-8"))
    host.addresses = [
        ipaddress.ip_interface(text)
        for texts in interface.get("Address", [])
        for text in _list(texts)
    ]
    host.listen_port = _single(interface, "ListenPort")
    host.mtu = _single(interface, "MTU")
    host.peers = [_make_peer(each) for each in peers]
    hooks = "\n".join(interface.get("PostUp", []))
    host.forwards = {family for family, words in FORWARDING.items() if re.search(words, hooks)}
    host.routes = [address.network for address in host.addresses if _is_wide(address)]
    if _single(interface, "Table") != "off":
        host.routes += [net for peer in host.peers for net in peer.allowed_ips]
    elif re.search(rf"ip .*-b(atch)? /etc/wireguard/(%i|{re.escape(network)})\.routes", hooks):
        text = (folder / f"{network}.routes").read_text(encoding="utf-8")
        host.routes += _read_routes(text, network)


def _read_conf(text):
    """The keys of [Interface], and of each [Peer], as lists of values."""
    interface, peers, current, allowed = {}, [], None, ()
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if not line:
            continue
        if line == "[Interface]":
            current, allowed = interface, INTERFACE_KEYS
        elif line == "[Peer]":
            current, allowed = {}, PEER_KEYS
            peers.append(current)
        else:
            key, equals, value = (part.strip() for part in line.partition("="))
            if not equals or not value or key not in allowed:
                raise Unreadable(f"cannot read the line '{key}'")
            current.setdefault(key, []).append(value)
    return interface, peers


def _make_peer(keys):
    nets = [prefix(text) for texts in keys.get("AllowedIPs", []) for text in _list(texts)]
    return Peer(
        public_key=_single(keys, "PublicKey"),
        allowed_ips=nets,
        endpoint=_single(keys, "Endpoint"),
        keepalive=_single(keys, "PersistentKeepalive"),
    )


def _read_routes(text, device):
    routes = []
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        if words[0] in ("-4", "-6"):
            words = words[1:]
        is_known = len(words) >= 5 and words[0] == "route" and words[1] in ROUTE_VERBS
        if not is_known or words[3] != "dev":
            raise Unreadable(f"cannot read the route '{line}'")
        if words[4] not in (device, "%i"):
            raise Unreadable(f"the route '{line}' is for another interface")
        routes.append(prefix(words[2]))
    return routes


def _single(keys, key):
    values = keys.get(key, [])
    if len(values) > 1:
        raise Unreadable(f"{key} is given twice")
    return values[0] if values else ""


def _list(text):
    return [part.strip() for part in text.split(",")]


def _is_wide(address):
    return address.network.prefixlen < address.max_prefixlen
