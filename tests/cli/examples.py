#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the console examples of docs/prove.md and compares what they print.

Usage: examples.py PROGRAM [--update]

A block that begins with ```console is run line by line in one folder with the topologies in it.
"""

import base64
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "prove.md"
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.M | re.S)


def make_example(folder):
    """A hub with two peers, made by hand, and not well."""
    example = folder / "example"
    example.mkdir()
    keys = {}
    for number, name in enumerate(("hub", "laptop", "phone")):
        private = base64.b64encode(bytes([8 * number + 8]) + bytes(30) + b"\x40").decode()
        public = subprocess.run(["wg", "pubkey"], input=private.encode(), capture_output=True,
                                check=True).stdout.decode().strip()  # fmt: skip
        keys[name] = private, public
    peer = "[Peer]\nPublicKey = {}\nAllowedIPs = {}\n"
    hub = f"[Interface]\nAddress = 10.0.0.1/24\nListenPort = 51820\nPrivateKey = {keys['hub'][0]}\n"
    hub += "\n" + peer.format(keys["laptop"][1], "10.0.0.2/32")
    hub += "\n" + peer.format(keys["phone"][1], "10.0.0.3/32, 10.0.0.2/32")
    (example / "hub.conf").write_text(hub, encoding="utf-8")
    for number, name, more in ((2, "laptop", ""), (3, "phone", "PersistentKeepalive = 25\n")):
        text = f"[Interface]\nAddress = 10.0.0.{number}/24\nPrivateKey = {keys[name][0]}\n\n"
        text += peer.format(keys["hub"][1], "10.0.0.0/24") + "Endpoint = 203.0.113.1:51820\n" + more
        (example / f"{name}.conf").write_text(text, encoding="utf-8")


def run_block(program, block, folder):
    """The block with what its commands print now."""
    lines = []
    for command in re.findall(r"^\$ (.*)$", block, re.M):
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False,
            env={"PATH": f"{program.parent}:/usr/bin:/bin", "LC_ALL": "C"},
        )  # fmt: skip
        lines += [f"$ {command}\n", done.stderr, done.stdout]
    return "".join(lines)


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="wgtopo-examples-") as name:
        folder = pathlib.Path(name)
        shutil.copytree(ROOT / "topologies", folder / "topologies")
        make_example(folder)
        now = BLOCK.sub(lambda match: run_block(program, match[0], folder), page)
    if "--update" in sys.argv:
        PAGE.write_text(now, encoding="utf-8")
    n_blocks = len(BLOCK.findall(page))
    before, after = BLOCK.findall(page), BLOCK.findall(now)
    n_failed = sum(one != other for one, other in zip(before, after))
    for one, other in zip(before, after):
        if one != other:
            print(f"FAIL: docs/prove.md says\n{one}and it is\n{other}")
    print(f"{n_blocks - n_failed} passed, {n_failed} failed")
    return 1 if n_failed or not n_blocks else 0


sys.exit(main())
