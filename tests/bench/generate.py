#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints the topology of a mesh of N servers: the same text for the same N, on every machine.

    generate.py N

Of every eight servers four are on the internet over IPv4, one there over IPv4 and IPv6, one there
with a port of its own, and two on a campus behind a symmetric NAT. Every pair can open its tunnel,
so a host has N - 1 peers. The public keys are hashes: nobody has the private halves.
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


if __name__ == "__main__":
    sys.stdout.write(topology(int(sys.argv[1])))
