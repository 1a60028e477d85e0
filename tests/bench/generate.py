#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints the topology of a mesh of N servers: the same text for the same N, on every machine.

    generate.py N [SITES]

Of every eight servers four are on the internet over IPv4, one there over IPv4 and IPv6, one there
with a port of its own, and two on a campus behind a symmetric NAT. Every pair can open its tunnel,
so a host has N - 1 peers. The public keys are hashes: nobody has the private halves.

With SITES the servers are dealt over as many sites, behind NATs of every kind in turn, and three
gateways relay.
"""

import base64
import hashlib
import sys

NETWORK = "bench"
MOST = 200_000  # servers, for which the addresses last
HEAD = f"""\
network: {{ name: {NETWORK}, addresses: [10.64.0.0/10] }}
sites:
  campus: {{ nat: symmetric, prefixes: [10.0.0.0/12] }}
servers:
"""


def name_of(number):
    return f"s{number:05}"


def key_of(number):
    made = bytearray(hashlib.sha256(f"wgtopo bench, never deploy: {number}".encode()).digest())
    made[31] &= 127  # RFC 7748: the last bit of a coordinate is not used
    return base64.b64encode(made).decode()


def place_of(number):
    # No octet is 0 or 255, so that no address looks like that of a network.
    rest, last = divmod(number, 254)
    high, low = divmod(rest, 254)
    dotted = f"{high + 1}.{low + 1}.{last + 1}"
    kind = number % 8
    if kind in (0, 4):
        return f"{{ campus: 10.{dotted} }}"
    if kind == 3:
        return f'{{ internet: [198.{dotted}, "2001:db8::{number + 1:x}"] }}'
    return f"{{ internet: 198.{dotted} }}"


def server(number):
    port = f" listen_port: {20000 + number % 10000}," if number % 8 == 7 else ""
    rest = f'at: {place_of(number)},{port} public_key: "{key_of(number)}"'
    return f"  {name_of(number)}: {{ {rest} }}\n"


def topology(n):
    assert 2 <= n <= MOST
    return HEAD + "".join(map(server, range(n)))


NATS = (
    "symmetric", "linux", "port-restricted-cone", "full-cone", "firewall", "cgnat", "unknown",
    "restricted-cone", "none",
)  # fmt: skip


def site(number):
    nat = NATS[number % len(NATS)]
    public = f", public: [203.1.{number // 250}.{number % 250 + 1}]"
    return f"  n{number}: {{ nat: {nat}{'' if nat in ('none', 'firewall') else public} }}\n"


def server_of_site(number, n_sites):
    at, rank = number % n_sites, number // n_sites
    is_public = NATS[at % len(NATS)] in ("none", "firewall")
    low = f"{rank // 250}.{rank % 250 + 1}"
    address = f"198.{at // 250 + 20}.{at % 250}.{rank + 1}" if is_public else f"10.1.{low}"
    places = f"at: {{ n{at}: {address} }}"
    return f'  {name_of(number)}: {{ {places}, public_key: "{key_of(number)}" }}\n'


def mixed(n, n_sites):
    """n servers, at most 254 a site, so that a public one has a network of its own."""
    assert n <= 254 * n_sites and n_sites <= 2000
    gateways = (
        f'  g{k}: {{ at: {{ internet: 203.2.0.{k + 1} }}, public_key: "{key_of(MOST + k)}" }}\n'
        for k in range(3)
    )
    lines = [f"network: {{ name: {NETWORK}, addresses: [10.64.0.0/10] }}\n", "sites:\n"]
    lines += map(site, range(n_sites))
    lines += ["gateways:\n", *gateways, "servers:\n"]
    lines += (server_of_site(number, n_sites) for number in range(n))
    return "".join(lines)


if __name__ == "__main__":
    sizes = list(map(int, sys.argv[1:]))
    sys.stdout.write(mixed(*sizes) if len(sizes) > 1 else topology(*sizes))
