#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Keys of the example topologies.

The repository stores no secret. The private key of an example node is derived from a text that
everybody can read, so such a key protects nothing and must never be deployed.

    tests/lab/keys.py NETWORK NODE...     prints `NODE: PUBLICKEY` lines for authors of examples
"""

import base64
import hashlib
import subprocess
import sys


def private_key(network, node):
    """The private key of an example node, as base64 text."""
    label = f"wgtopo example key, never deploy: {network}/{node}"
    scalar = bytearray(hashlib.sha256(label.encode()).digest())
    scalar[0] &= 248
    scalar[31] = (scalar[31] & 127) | 64
    return base64.b64encode(scalar).decode()


def public_key(private):
    """The public key that belongs to a private key, both as base64 text."""
    done = subprocess.run(
        ["wg", "pubkey"], input=private + "\n", capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def main(arguments):
    if len(arguments) < 2 or arguments[0].startswith("-"):
        print("usage: keys.py NETWORK NODE...", file=sys.stderr)
        return 2
    network, *nodes = arguments
    for node in nodes:
        print(f"{node}: {public_key(private_key(network, node))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
