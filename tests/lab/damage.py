# SPDX-License-Identifier: MIT
"""Breaks a compiled network in one place, so that the lab has something to find.

The network: a gateway, and a host behind a NAT of each kind that matters. cone01 and flat01 punch,
campus01 is relayed to both of them, shop01 has a forward.
"""

import json
import re
from dataclasses import dataclass

import keys
import matrix

NETWORK = "lab"
TIMEOUT_S = 30
SERVERS = {"cone01": "cone", "flat01": "flat", "campus01": "campus", "shop01": "shop"}


def topology(names=tuple(SERVERS)):
    """With these servers. NATs forget soon, because the lab is silent for longer than all of them."""
    cone = matrix.box(matrix.ANYONE, matrix.PORT, True) | {"mapping_timeout": TIMEOUT_S}
    nats = {"cone": cone, "flat": "linux", "campus": "symmetric", "shop": "symmetric"}
    sites = {
        name: {
            "nat": nat,
            "public": [f"203.0.113.{number}"],
            "prefixes": [f"192.168.{number}.0/24"],
        }
        for number, (name, nat) in enumerate(nats.items(), 11)
    }
    if "shop01" in names:
        sites["shop"]["forward"] = {"51820": "shop01"}
    servers = {}
    for name in names:
        site = SERVERS[name]
        address = sites[site]["prefixes"][0].replace(".0/24", ".2")
        servers[name] = _node(name, {site: address})
    return {
        "network": {"name": NETWORK, "addresses": ["10.66.0.0/24"]},
        "sites": sites,
        "gateways": {"gw": _node("gw", {"internet": "203.0.113.1"})},
        "servers": servers,
    }


def _node(name, at):
    return {"at": at, "public_key": keys.public_key(keys.private_key(NETWORK, name))}


class Tree:
    """A compiled network that may be broken."""

    def __init__(self, folder):
        self.folder = folder
        self._manifest = folder / "manifest.json"
        self.manifest = json.loads(self._manifest.read_text(encoding="utf-8"))

    def save(self):
        self._manifest.write_text(json.dumps(self.manifest), encoding="utf-8")

    def conf(self, host):
        return self.folder / self.manifest["hosts"][host]["folder"] / f"{NETWORK}.conf"

    def edit(self, host, pattern, replacement, peer=None):
        """Changes what a host has for a peer, or its own part. Without effect it is a mistake."""
        path = self.conf(host)
        parts = path.read_text(encoding="utf-8").split("[Peer]")
        number = 0
        if peer:
            key = self.manifest["hosts"][peer]["public_key"]
            number = next(at for at, part in enumerate(parts) if key in part)
        changed = re.sub(pattern, replacement, parts[number], count=1, flags=re.MULTILINE)
        if changed == parts[number]:
            raise AssertionError(f"nothing to break in the file of '{host}'")
        parts[number] = changed
        path.write_text("[Peer]".join(parts), encoding="utf-8")

    def move(self, one, other, after):
        """Gives a pair another verdict, in both directions."""
        for near, far in ((one, other), (other, one)):
            near, far = (self.manifest["hosts"][each]["class"] for each in (near, far))
            row = next(each for each in self.manifest["verdicts"] if each["class"] == near)
            for word in (matrix.LAN, matrix.DIRECT, matrix.PUNCH):
                row[word] = [each for each in row[word] if each != far]
            row["relay"] = [each for each in row["relay"] if each["class"] != far]
            if after == matrix.RELAY:
                row["relay"].append({"class": far, "gateways": ["gw"]})
            else:
                row[after].append(far)
        self.save()

    def declare(self, site, **terms):
        self.manifest["sites"][site]["box"]["ipv4"] |= terms
        self.save()


@dataclass
class Damage:
    """What is broken, and the pair of hosts for which the lab must say so, in which words."""

    what: str
    pair: tuple
    words: str
    apply: object

    def servers(self):
        """Those that it takes."""
        return tuple(name for name in self.pair if name != "gw")


DAMAGES = [
    Damage(
        "a keepalive is missing", ("gw", "cone01"), "no answer",
        lambda tree: tree.edit("cone01", r"^PersistentKeepalive = .*\n", "", "gw"),
    ),
    Damage(
        "a punch has an endpoint on one side only", ("cone01", "flat01"), "no answer",
        lambda tree: tree.edit("flat01", r"^Endpoint = .*\n", "", "cone01"),
    ),
    Damage(
        "an endpoint has a wrong port", ("campus01", "gw"), "no answer",
        lambda tree: tree.edit("campus01", r"^(Endpoint = .*):51820$", r"\1:51821", "gw"),
    ),
    Damage(
        "an allowed IP is missing", ("cone01", "flat01"), "no answer",
        lambda tree: tree.edit("flat01", r"^AllowedIPs = .*\n", "", "cone01"),
    ),
    Damage(
        "a peer is missing", ("shop01", "flat01"), "no peer entry",
        lambda tree: tree.edit("shop01", r"(?s)^PublicKey.*\Z", "PublicKey = " + keys.public_key(
            keys.private_key(NETWORK, "nobody")) + "\n\n", "flat01"),
    ),
    Damage(
        "the relay does not forward", ("campus01", "cone01"), "no answer",
        lambda tree: tree.edit("gw", r"^PostUp = .*ip_forward.*\n", ""),
    ),
    Damage(
        "one end of a relayed pair lacks the other's address", ("campus01", "flat01"), "no answer",
        lambda tree: tree.edit("flat01", r"^(AllowedIPs = 10\.66\.0\.1/32).*$", r"\1", "gw"),
    ),
    Damage(
        "a direct pair is called a relay", ("cone01", "shop01"), "a way with nobody in between",
        lambda tree: tree.move("cone01", "shop01", matrix.RELAY),
    ),
    Damage(
        "a relay is called direct", ("campus01", "cone01"), "a way through gw",
        lambda tree: tree.move("campus01", "cone01", matrix.DIRECT),
    ),
    Damage(
        "a NAT is really open", ("campus01", "flat01"), "a handshake",
        lambda tree: tree.declare("campus", mapping=matrix.ANYONE, filtering=matrix.ANYONE,
                                  port_preservation=True),
    ),
    Damage(
        "a NAT is really symmetric", ("cone01", "flat01"), "no answer",
        lambda tree: tree.declare("cone", mapping=matrix.PORT, port_preservation=False),
    ),
    Damage(
        "a forward is not there", ("shop01", "campus01"), "no answer",
        lambda tree: (tree.manifest["sites"]["shop"].update(forward=[]), tree.save()),
    ),
]  # fmt: skip
