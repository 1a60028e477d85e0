#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes seeds for fuzz_keystore into a folder: sealed texts, what is behind the armour, contents."""

import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "property"))
import sealed  # noqa: E402

KEY_FILE = b"0123456789abcdef0123456789abcde\0"
NAMES = ("gw", "alice/laptop", "gpu01", "gpu02")


def key_of(name):
    return sealed.clamp(hashlib.sha256(b"wgtopo test key: " + name.encode()).digest())


def main():
    folder = pathlib.Path(sys.argv[1])
    for n in range(len(NAMES) + 1):
        content = sealed.content(bytes(range(32)), [(name, key_of(name)) for name in NAMES[:n]])
        (folder / f"content-{n}").write_bytes(content)
        for kind, secret, cost in ((sealed.PASSPHRASE, b"passphrase", (1, 8)),
                                   (sealed.KEY_FILE, KEY_FILE, (0, 0))):
            text = sealed.seal(kind, secret, content, bytes(16), bytes(24), cost)
            header, box, *_ = sealed.parse(text)
            (folder / f"text-{kind}-{n}").write_text(text)
            (folder / f"bytes-{kind}-{n}").write_bytes(header + box)


main()
