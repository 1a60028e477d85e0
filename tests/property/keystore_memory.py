#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""No secret of a keystore is in a core dump or in the program's output.

The driver does everything with a keystore and is held as it ends, with the keystore open and after
it was closed. What the secrets are is read out of the sealed file by a second implementation.
That the search can find something is shown too: a control string that was freed, and the secrets
themselves in the memory that core dumps leave out.
"""

import hashlib
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import memory_scan
import sealed

CONTROL = b"a control string that is nobody's secret"
PASSPHRASE = b"a passphrase that is long enough to find"


def secrets_of(text):
    """name -> raw bytes of all that is secret in the sealed file."""
    plain = sealed.unseal(text, PASSPHRASE)
    secrets = {"mesh secret": plain[:32], "sealing key": sealed.key_of(text, PASSPHRASE)}
    rest = plain[36:]
    pairs = []
    for _ in range(struct.unpack("<I", plain[32:36])[0]):
        length = rest[0]
        pairs.append((rest[1 + length:33 + length], rest[33 + length:65 + length]))
        rest = rest[65 + length:]
    for i, (public, private) in enumerate(pairs):
        secrets[f"private key {i}"] = private
        for j, (other, _) in enumerate(pairs[:i]):
            secrets[f"preshared key of {i} and {j}"] = hashlib.blake2b(
                b"".join(sorted((public, other))), key=plain[:32], digest_size=32).digest()
    return secrets


def check(driver, folder, state):
    keystore = folder / "lab.keys"
    (folder / "passphrase").write_bytes(PASSPHRASE)
    command = [driver, state, keystore, folder / "passphrase", CONTROL.decode()]
    for _ in range(2):  # the first run makes the keystore, the second opens it
        output = subprocess.run(command, check=True, capture_output=True)
        yield f"{state}: output", output.stdout + output.stderr == b""
    with memory_scan.held_at_exit(command, folder / "strace", stdin=subprocess.DEVNULL) as pid:
        needles = memory_scan.spellings("passphrase", PASSPHRASE)
        for name, secret in secrets_of(keystore.read_text()).items():
            needles |= memory_scan.spellings(name, secret)
        found = memory_scan.scan(pid, needles)
        for name, address, mapping in found:
            print(f"{state}: {name} lies at {address}, {mapping}")
        yield f"{state}: a secret in a core dump", not found
        # Without its beginning, where the allocator keeps its books.
        control = memory_scan.scan(pid, {"control": CONTROL[16:]})
        yield (f"{state}: the control string that was freed",
               "[heap]" in {mapping for _, _, mapping in control})
        hidden = {name for name, _, _ in memory_scan.scan(pid, needles, is_dumped=False)}
        expected = {"mesh secret", "passphrase", "sealing key", "private key 0"}
        yield (f"{state}: what core dumps leave out",
               expected <= hidden if state == "open" else not hidden)


def main():
    if not memory_scan.is_possible():
        print("SKIPPED  strace is not installed")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    n_passed = n_failed = 0
    for state in ("open", "closed"):
        with tempfile.TemporaryDirectory() as folder:
            for what, is_right in check(sys.argv[1], pathlib.Path(folder), state):
                n_passed += is_right
                n_failed += not is_right
                if not is_right:
                    print(f"FAIL {what}")
    print(f"{n_passed} passed, {n_failed} failed")
    sys.exit(1 if n_failed else 0)


main()
