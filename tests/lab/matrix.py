#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Networks with one host behind each kind of NAT, so that their pairs are all that can happen.

    tests/lab/matrix.py matrix|matrix6      prints the topology

What a host is to others is written down beside each kind, and what becomes of two of them follows
from that: an opinion of its own on the verdicts, which the packets of the lab then confirm.
"""

import json
import sys

import keys

ANYONE = "endpoint-independent"
ADDRESS = "address-dependent"
PORT = "address-and-port-dependent"

# What a host is to others: open; predictable, by whom its filter lets in; unpredictable; blocked.
OPEN, P_ANYONE, P_ADDRESS, P_PORT, UNPREDICTABLE, BLOCKED = range(6)
RELAY, PUNCH, DIRECT, LAN = "relay", "punch", "direct", "lan"
FORWARDED = 41000
LISTEN_PORT = 51820


def box(mapping, filtering, keeps_ports=False):
    return {"mapping": mapping, "filtering": filtering, "port_preservation": keeps_ports}


def forward(nat, port):
    """A NAT with a port forward to the host of the kind."""
    return (nat, port)


# Kinds of hosts on IPv4: what they are, and the boxes around them, the outermost first.
KINDS = {
    "public": (OPEN, []),
    "none": (OPEN, ["none"]),
    "one-to-one": (OPEN, ["one-to-one"]),
    "forward": (OPEN, [forward("linux", LISTEN_PORT)]),
    "forward-moved": (OPEN, [forward("linux", FORWARDED)]),
    "forward-symmetric": (OPEN, [forward("symmetric", LISTEN_PORT)]),
    "forward-twice": (OPEN, [forward("cgnat", FORWARDED), forward("linux", LISTEN_PORT)]),
    "firewall": (P_PORT, ["firewall"]),
    "linux": (P_PORT, ["linux"]),
    "linux-linux": (P_PORT, ["linux", "linux"]),
    "port-cone": (P_PORT, ["port-restricted-cone"]),
    "address-cone": (P_ADDRESS, ["restricted-cone"]),
    "full-cone": (P_ANYONE, ["full-cone"]),
    "cone-cone": (P_ANYONE, ["full-cone", "full-cone"]),
    "ei-anyone": (UNPREDICTABLE, [box(ANYONE, ANYONE)]),
    "ei-address": (UNPREDICTABLE, [box(ANYONE, ADDRESS)]),
    "ei-port": (UNPREDICTABLE, [box(ANYONE, PORT)]),
    "linux-ei": (UNPREDICTABLE, [box(ANYONE, ANYONE), "linux"]),
    "ad-anyone": (UNPREDICTABLE, [box(ADDRESS, ANYONE)]),
    "ad-address": (UNPREDICTABLE, [box(ADDRESS, ADDRESS)]),
    "ad-port": (UNPREDICTABLE, [box(ADDRESS, PORT)]),
    "apd-anyone": (UNPREDICTABLE, [box(PORT, ANYONE)]),
    "apd-address": (UNPREDICTABLE, [box(PORT, ADDRESS)]),
    "apd-keeping": (UNPREDICTABLE, [box(PORT, PORT, keeps_ports=True)]),
    "symmetric": (UNPREDICTABLE, ["symmetric"]),
    "linux-symmetric": (UNPREDICTABLE, ["symmetric", "linux"]),
    "cgnat": (UNPREDICTABLE, ["cgnat"]),
    "unknown": (UNPREDICTABLE, ["unknown"]),
    "blocked": (BLOCKED, ["udp-blocked"]),
}

# On IPv6 and both: what they are on either family (None: they have none), NAT, forward.
KINDS6 = {
    "open4": (OPEN, None, None, {}),
    "open6": (None, OPEN, None, {}),
    "none6": (None, OPEN, "none", {}),
    "firewall6": (None, P_PORT, "firewall", {}),
    "anyone6": (None, P_ANYONE, {"mapping": "none", "filtering": ANYONE}, {}),
    "pinhole6": (None, OPEN, "firewall", {f"{LISTEN_PORT}/ipv6": "pinhole6"}),
    "blocked6": (None, BLOCKED, "udp-blocked", {}),
    "symmetric4": (UNPREDICTABLE, None, "symmetric", {}),
    "symmetric46": (UNPREDICTABLE, P_PORT, "symmetric", {}),
    "cgnat46": (UNPREDICTABLE, P_PORT, "cgnat", {}),
    "linux46": (P_PORT, P_PORT, "linux", {}),
    "linux46-pinhole": (P_PORT, OPEN, "linux", {f"{LISTEN_PORT}/ipv6": "linux46-pinhole"}),
}


def meeting(one, other):
    """What becomes of two hosts, from what each is to others."""
    least, most = sorted((one, other))
    if most == BLOCKED:
        return RELAY
    if least == OPEN:
        return DIRECT
    if most == UNPREDICTABLE:
        return PUNCH if least in (P_ANYONE, P_ADDRESS) else RELAY
    return PUNCH


def meeting6(one, other):
    """The same where they have families to choose from: the one over which they meet best."""
    found = [RELAY]
    for mine, theirs in zip(KINDS6[one][:2], KINDS6[other][:2]):
        if mine is not None and theirs is not None:
            found.append(meeting(mine, theirs))
    return min(found, key=(DIRECT, PUNCH, RELAY).index)


def expected(name):
    """{(one, other): verdict} for all pairs of servers, each once, of a network of this file."""
    if name == "matrix":
        found = {kind: what for kind, (what, _) in KINDS.items()}
        return {(a, b): meeting(found[a], found[b]) for a in KINDS for b in KINDS if a < b}
    return {(a, b): meeting6(a, b) for a in KINDS6 for b in KINDS6 if a < b}


def verdict(manifest, one, other):
    """What a manifest says of a pair, in a word."""
    mine, theirs = (manifest["hosts"][each]["class"] for each in (one, other))
    row = next(each for each in manifest["verdicts"] if each["class"] == mine)
    for word in (LAN, DIRECT, PUNCH):
        if theirs in row[word]:
            return word
    return RELAY if any(each["class"] == theirs for each in row["relay"]) else "none"


def surprises(name, manifest):
    """Where the manifest of one of the networks differs from what is written down here."""
    return [
        f"{one} and {other}: {wanted} by rights, compiled as {found}"
        for (one, other), wanted in expected(name).items()
        if (found := verdict(manifest, one, other)) != wanted
    ]


def _node(network, name, at):
    private = keys.private_key(network, name)
    return {"at": at, "public_key": keys.public_key(private)}


def _site(nat, inside, prefix, public):
    site = {"nat": nat, "prefixes": [prefix]}
    if inside:
        site["inside"] = inside
    if nat not in ("none", "firewall"):
        site["public"] = [public]
    return site


def _add_boxes(sites, number, kind, boxes):
    """The sites of a kind; returns the innermost and the host's address there."""
    inside, public = None, f"198.51.100.{number}"
    for depth, each in enumerate(boxes):
        nat, port = each if isinstance(each, tuple) else (each, None)
        name = f"at-{kind}" if depth == len(boxes) - 1 else f"around-{kind}"
        prefix = f"10.{number}.{depth}.0/24"
        if nat in ("none", "firewall"):  # no translation: its addresses are everybody's
            prefix = f"203.0.113.{number * 4}/30"
        site = sites[name] = _site(nat, inside, prefix, public)
        if nat == "one-to-one":
            site |= {"nat": "linux", "one_to_one": {f"198.51.100.{number + 100}": kind}}
        if port:
            site["forward"] = {str(port): kind}
        # The next router's address here, or the host's.
        inside, public = name, prefix.replace(".0/24", ".2").replace(f".{number * 4}/30",
                                                                     f".{number * 4 + 2}")
    return inside or "internet", public


def matrix():
    """The kinds on IPv4, a gateway, and one on the network that UDP does not leave."""
    name = "matrix"
    sites, servers = {}, {}
    for number, (kind, (_, boxes)) in enumerate(KINDS.items(), 1):
        site, address = _add_boxes(sites, number, kind, boxes)
        servers[kind] = _node(name, kind, {site: address})
    blocked = {"internet": "192.0.2.2", "at-blocked": f"10.{len(KINDS)}.0.3"}
    return {
        "network": {"name": name, "addresses": ["10.200.0.0/16"]},
        "sites": sites,
        "gateways": {
            "gw": _node(name, "gw", {"internet": "192.0.2.1"}),
            "gw-blocked": _node(name, "gw-blocked", blocked),
        },
        "servers": servers,
    }


def matrix6():
    """IPv6 alone and beside IPv4, with a gateway on both, and one where UDP does not leave."""
    name = "matrix6"
    sites, servers = {}, {}
    for number, (kind, (four, six, nat, forwards)) in enumerate(KINDS6.items(), 1):
        addresses = [f"10.{number}.0.2"] if four is not None else []
        addresses += [f"2001:db8:{number:x}::2"] if six is not None else []
        if nat is None:
            public = f"192.0.2.{number + 10}" if four is not None else addresses[0]
            servers[kind] = _node(name, kind, {"internet": public})
            continue
        site = sites[f"at-{kind}"] = {"nat": nat, "prefixes": []}
        site["prefixes"] += [f"10.{number}.0.0/24"] if four is not None else []
        site["prefixes"] += [f"2001:db8:{number:x}::/64"] if six is not None else []
        if four is not None:
            site["public"] = [f"198.51.100.{number}"]
        if forwards:
            site["forward"] = forwards
        servers[kind] = _node(name, kind, {f"at-{kind}": addresses})
    number = 1 + list(KINDS6).index("blocked6")
    blocked = {
        "internet": ["192.0.2.2", "2001:db8:f002::2"],
        "at-blocked6": f"2001:db8:{number:x}::3",
    }
    return {
        "network": {"name": name, "addresses": ["10.201.0.0/24", "fd4e:6fb7:b3af::/64"]},
        "sites": sites,
        "gateways": {
            "gw": _node(name, "gw", {"internet": ["192.0.2.1", "2001:db8:f001::1"]}),
            "gw-blocked": _node(name, "gw-blocked", blocked),
        },
        "servers": servers,
    }


NETWORKS = {"matrix": matrix, "matrix6": matrix6}


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in NETWORKS:
        print("usage: matrix.py matrix|matrix6", file=sys.stderr)
        return 2
    print(json.dumps(NETWORKS[arguments[0]](), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
