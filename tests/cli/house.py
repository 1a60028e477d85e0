# SPDX-License-Identifier: MIT
"""A folder with a network in it, whose users and keys are changed by the command.

Everything the command says in it is kept, and so is every secret that its keystore ever held: as
the house is left, none may have been said. The keystore is opened by a second implementation.
"""

import base64
import functools
import hashlib
import os
import pathlib
import re
import stat
import struct
import subprocess
import sys

import folder as shared

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "property"))
import sealed  # noqa: E402: it lies there

# A minute of Argon2id for all that is opened here again and again would be too much.
sealed.derive = functools.lru_cache(sealed.derive)

KEY_FILE = hashlib.sha256(b"the key file of the tests").digest()
PASSPHRASE = "a passphrase that is long enough to find"
# What these print is the secret itself.
MAY_SAY_KEYS = (("key", "export"), ("user", "qr"))


def public_key(name):
    """A public key of nobody's; its private half is made of the name."""
    private = sealed.clamp(hashlib.sha256(name.encode()).digest())
    return base64.b64encode(sealed.public_half(private)).decode()


def private_key(name):
    return base64.b64encode(sealed.clamp(hashlib.sha256(name.encode()).digest())).decode()


# Odd but legal, so that whatever is moved or tidied up shows.
TOPOLOGY = f"""# The lab's network; ask before you change it.
network:   {{ name: lab, addresses: [10.20.0.0/24] }}   # one pool

gateways:
  gw: {{ at: {{ internet: 203.0.113.1 }}, public_key: "{public_key("gw")}" }}
servers:
    gpu01: {{ at: {{ internet: 203.0.113.11 }}, public_key: "{public_key("gpu01")}" }}


users:          # people
  bob: {{ public_key: "{public_key("bob")}" }}   # brought his own
# the end
"""
# Nobody has a key.
KEYLESS = """network: { name: lab, addresses: [10.20.0.0/24] }
gateways:
  gw: { at: { internet: 203.0.113.1 } }
servers:
  gpu01: { at: { internet: 203.0.113.11 } }
  gpu02: { at: { internet: 203.0.113.12 } }
"""


class House(shared.Folder):
    """With topology.yaml and a key file in it."""

    def __init__(self, topology=TOPOLOGY, **more):
        self.files = {"topology.yaml": topology, **more}
        self.said = []     # (call, text)
        self.secrets = {}  # name to bytes
        self.opened = None

    def __enter__(self):
        super().__enter__()
        self.write("keyfile", KEY_FILE)
        self.write("passphrase", PASSPHRASE + "\n")
        return self

    def __exit__(self, kind, *rest):
        try:
            if kind is None:
                self.check_silence()
        finally:
            super().__exit__(kind, *rest)

    def run(self, *arguments, **options):
        result = super().run(*arguments, **options)
        self.record(arguments, (result.stdout or "") + result.stderr)
        return result

    def do(self, *arguments, **options):
        """With the key file."""
        return self.run(*arguments, "--key-file", "keyfile", **options)

    def record(self, arguments, text):
        self.note_secrets()
        if tuple(arguments[:2]) not in MAY_SAY_KEYS:
            self.said.append((arguments, text))

    def read(self, name):
        return (self.path / name).read_bytes().decode()

    def write(self, name, content):
        content = content.encode() if isinstance(content, str) else content
        (self.path / name).write_bytes(content)

    def keys(self):
        """[(name, public, private)] of the keystore, and what else is secret in it."""
        text = self.read("topology.keys")
        kind = sealed.parse(text)[2]
        plain = sealed.unseal(text, KEY_FILE if kind == sealed.KEY_FILE else PASSPHRASE.encode())
        entries, rest = [], plain[36:]
        for _ in range(struct.unpack("<I", plain[32:36])[0]):
            end = 1 + rest[0]
            entries.append((rest[1:end].decode(), rest[end:end + 32], rest[end + 32:end + 64]))
            rest = rest[end + 64:]
        return entries, {"mesh secret": plain[:32]}

    def keys_of(self, name):
        """The private keys of that name, as text."""
        return [base64.b64encode(private).decode() for owner, _, private in self.keys()[0]
                if owner == name]

    def note_secrets(self):
        path = self.path / "topology.keys"
        if not path.is_file() or path.read_bytes() == self.opened:
            return
        self.opened = path.read_bytes()
        try:
            entries, others = self.keys()
        except ValueError:  # damaged, or sealed with something else, which is that test's matter
            return
        for name, public, private in entries:
            self.secrets[f"private key of {name}, {public.hex()[:8]}"] = private
        self.secrets |= others

    def preshared_keys(self):
        """Those that stand in artifacts now: a map of file and peer's public key to key."""
        found = {}
        for path in sorted(self.path.rglob("*.conf")):
            for peer in path.read_text().split("[Peer]")[1:]:
                preshared = re.search(r"^PresharedKey = (\S{44})$", peer, re.M)
                if preshared:
                    public = re.search(r"^PublicKey = (\S+)$", peer, re.M).group(1)
                    name = str(path.relative_to(self.path))
                    found[name, public] = preshared.group(1)
        return found

    def check_silence(self):
        needles = {"the passphrase": PASSPHRASE}
        for name, secret in self.secrets.items():
            needles[name] = base64.b64encode(secret).decode()[:42]
            needles[name + ", hexadecimal"] = secret.hex()
        for (name, peer), preshared in self.preshared_keys().items():
            needles[f"a preshared key of {name} and {peer}"] = preshared
        for arguments, text in self.said:
            for name, needle in needles.items():
                assert needle not in text, f"{' '.join(arguments)} says {name}"

    def snapshot(self):
        """Every file with its mode and content, every folder and every link."""
        found = {}
        for path in sorted(self.path.rglob("*")):
            mode = path.lstat().st_mode
            content = None
            if stat.S_ISREG(mode):
                content = path.read_bytes()
            elif stat.S_ISLNK(mode):
                content = os.readlink(path)
            found[str(path.relative_to(self.path))] = (mode, content)
        return found

    def lock_line(self, name):
        lines = [line for line in self.read("topology.lock").splitlines()
                 if line.split()[0] == name]
        assert len(lines) <= 1, lines
        return lines[0] if lines else None

    def key_in_lock(self, name):
        return self.lock_line(name).split()[-1]

    def mode(self, name):
        return stat.S_IMODE((self.path / name).stat().st_mode)


def inserted(before, after):
    """The one piece that stands in `after` and not in `before`, which is otherwise as it was."""
    n_more = len(after) - len(before)
    begin = len(os.path.commonprefix([before, after]))
    assert n_more > 0 and before[begin:] == after[begin + n_more:], f"{before!r} to {after!r}"
    return after[begin:begin + n_more]


def whole_lines(text):
    return [line for line in text.splitlines() if line.strip()]


def wg(verb, text=None):
    """wireguard-tools' own idea of a key."""
    return subprocess.run(["wg", verb], input=text, capture_output=True, text=True, timeout=20,
                          check=True).stdout.strip()
