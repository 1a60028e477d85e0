#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""No secret is in a core dump of the command, whatever verb works with the keystore.

Usage: verbs_memory.py PROGRAM

Each verb is held as it ends, when all that it freed is still there. What the secrets are is read
out of the sealed file by a second implementation. That the search can find something is shown by a
comment in the topology.
"""

import base64
import os
import pathlib
import subprocess
import sys

import memory_scan
import sealed

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import folder as shared  # noqa: E402: they lie there
from house import KEYLESS, PASSPHRASE, House, private_key  # noqa: E402

CONTROL = "a control string that is nobody's secret"
TOPOLOGY = f"# {CONTROL}\n" + KEYLESS.replace("name: lab,", "name: lab, preshared_keys: true,")
FILE = ["--passphrase-file", "passphrase"]
VARIABLE = ["--passphrase-env", "WORD"]
VERBS = [
    ["user", "add", "alice", "--device", "laptop", *FILE],
    ["compile", "topology.yaml", "-o", "out", *FILE],
    ["compile", "topology.yaml", "-o", "other", *VARIABLE],
    ["plan", "topology.yaml", "-o", "another", *FILE],
    ["user", "qr", "alice", *FILE],
    ["user", "qr", "alice", "--png", "alice.png", *FILE],
    ["key", "export", "gpu01", *FILE],
    ["key", "import", "gpu02", "private", *FILE],
    ["key", "rotate", "gpu01", *FILE],
    ["key", "rotate", "gpu01", "--finish", *FILE],
    ["key", "list", *FILE],
    ["key", "check", "--prune", *FILE],
    ["key", "reseal", *FILE, "--new-passphrase-file", "passphrase"],
    ["key", "reseal", *FILE, "--new-passphrase-env", "WORD"],
    ["user", "rotate", "alice", *FILE],
    ["plan", "topology.yaml", "-o", "other", *FILE],  # whose files have other keys by now
    ["user", "revoke", "alice", *FILE],
    ["user", "add", "bob", *VARIABLE],
]


def needles_of(house):
    needles = memory_scan.spellings("passphrase", PASSPHRASE.encode())
    house.note_secrets()
    secrets = dict(house.secrets)
    secrets["sealing key"] = sealed.key_of(house.read("topology.keys"), PASSPHRASE.encode())
    for (name, peer), text in house.preshared_keys().items():
        secrets[f"preshared key of {name} and {peer}"] = base64.b64decode(text)
    for name, secret in secrets.items():
        needles |= memory_scan.spellings(name, secret)
    return needles


def check_verb(house, verb):
    """[(what, whether it is right)]"""
    what = " ".join(verb)
    environment = {"PATH": os.environ["PATH"]}
    if verb[-1] == "WORD":
        environment["WORD"] = PASSPHRASE
    known = needles_of(house)  # what leaves the keystore now is secret all the same
    with memory_scan.held_at_exit([shared.program, *verb], house.path / "strace", cwd=house.path,
                                  env=environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL) as pid:
        found = memory_scan.scan(pid, known | needles_of(house))
        for name, address, mapping in found:
            print(f"{what}: {name} lies at {address}, {mapping}")
        yield f"{what}: a secret in a core dump", not found
        control = memory_scan.scan(pid, {"control": CONTROL[16:].encode()})
        reads_topology = verb[:2] != ["key", "reseal"]
        yield f"{what}: the comment in the topology", bool(control) == reads_topology


def check():
    with House(TOPOLOGY) as house:
        house.write("private", private_key("imported"))
        made = house.run("key", "gen", *FILE)
        yield f"key gen: {made.stderr}", made.returncode == 0
        for verb in VERBS:
            yield from check_verb(house, verb)
        lines = house.run("key", "check", *FILE).stdout
        yield f"the verbs did their work: {lines}", "4 keys, 0 findings" in lines


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not memory_scan.is_possible():
        print("SKIPPED  strace is not installed")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    shared.program = pathlib.Path(sys.argv[1]).resolve()
    n_passed = n_failed = 0
    for what, is_right in check():
        n_passed += is_right
        n_failed += not is_right
        if not is_right:
            print(f"FAIL {what}")
    print(f"{n_passed} passed, {n_failed} failed")
    sys.exit(1 if n_failed else 0)


main()
