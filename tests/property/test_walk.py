#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Breaks compiled artifacts in many ways; the walk must notice each one.

    tests/property/test_walk.py PROGRAM TOPOLOGY

The topology needs servers behind a NAT that call each other and open ones over IPv4, a gateway, and
roaming devices behind it.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import walk


class Tree:
    """Emitted files to break, by kind of host."""

    def __init__(self, folder):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.network = manifest["network"]["name"]
        self.hosts = manifest["hosts"]
        self.folder = folder

    def first(self, kind):
        return min(name for name, entry in self.hosts.items() if entry["kind"] == kind)

    def path(self, host, suffix="conf"):
        return self.folder / self.hosts[host]["folder"] / f"{self.network}.{suffix}"

    def edit(self, host, change, suffix="conf"):
        """Replaces a file's text by change(text); a change without effect is a mistake here."""
        path = self.path(host, suffix)
        before = path.read_text(encoding="utf-8")
        after = change(before)
        if after == before:
            raise AssertionError(f"nothing to break in {path.name} of '{host}'")
        path.write_text(after, encoding="utf-8")

    def substitute(self, kind, pattern, replacement, count=1):
        self.edit(self.first(kind), lambda text: re.sub(pattern, replacement, text, count, re.M))


def drop_peer(tree):
    tree.edit(tree.first("server"), lambda text: text[: text.rindex("[Peer]")])


def repeat_peer(tree):
    tree.edit(tree.first("server"), lambda text: text + "\n" + text[text.rindex("[Peer]") :])


def drop_prefix(tree):
    tree.substitute("server", r"^AllowedIPs = [^,\n]+,? ?", "AllowedIPs = ")


def steal_prefix(tree):
    def change(text):
        prefix = re.search(r"^AllowedIPs = ([^,\n]+)", text, re.M)[1]
        head, mark, tail = text.rpartition("AllowedIPs = ")
        return f"{head}{mark}{prefix}, {tail}"

    tree.edit(tree.first("server"), change)


def host_bits(tree):
    tree.substitute("server", r"^(AllowedIPs = .*?[1-9a-f])/\d+", r"\1/8")


def swap_keys(tree):
    def change(text):
        one, other = re.findall(r"^PublicKey = (.+)$", text, re.M)[:2]
        return text.replace(one, "@").replace(other, one).replace("@", other)

    tree.edit(tree.first("server"), change)


def own_key(tree):
    host = tree.first("server")
    key = tree.hosts[host]["public_key"]
    tree.edit(host, lambda text: re.sub(r"^PublicKey = .+$", f"PublicKey = {key}", text, 1, re.M))


def stranger(tree):
    tree.substitute("server", r"^PublicKey = ....", "PublicKey = AAAA")


def wrong_port(tree):
    tree.substitute("server", r"^(Endpoint = .*:)\d+", r"\g<1>4464")


def wrong_endpoint(tree):
    tree.substitute("server", r"^Endpoint = .*:", "Endpoint = 192.0.2.99:")


def no_endpoints(tree):
    for host in tree.hosts:
        path = tree.path(host)
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"^Endpoint = .*\n", "", text, 0, re.M), encoding="utf-8")


def no_keepalive_line(tree):
    tree.substitute("server", r"^PersistentKeepalive = .*\n", "")


def silent_device(tree):
    roaming = min(
        name for name, entry in tree.hosts.items() if entry["kind"] == "device" and not entry["at"]
    )
    line = r"^PersistentKeepalive = .*"
    tree.edit(roaming, lambda text: re.sub(line, "PersistentKeepalive = 0", text, 0, re.M))


def no_listen_port(tree):
    tree.substitute("server", r"^ListenPort = .*\n", "")


def small_mtu(tree):
    tree.substitute("server", r"^MTU = .*", "MTU = 500")


def other_address(tree):
    tree.substitute("server", r"^(Address = [^/\n]*)\d/", r"\g<1>77/")


def misspelt_key(tree):
    tree.substitute("server", r"^AllowedIPs = ", "AllowedIP = ")


def no_routes(tree):
    tree.edit(tree.first("server"), lambda _: "", "routes")


def captured_endpoint(tree):
    host = tree.first("server")
    text = tree.path(host).read_text(encoding="utf-8")
    address = re.search(r"^Endpoint = ([0-9.]+):", text, re.M)[1]
    line = f"route add {address}/32 dev {tree.network}\n"
    tree.edit(host, lambda text: text + line, "routes")


def no_forwarding(tree):
    tree.substitute("gateway", r"^PostUp = .*forward.*\n", "", 0)


def refused_source(tree):
    """The gateway no longer takes the devices' address from where it comes."""
    device = tree.hosts[tree.first("device")]["addresses"][0]
    tree.substitute("gateway", rf"{re.escape(device)}/\d+", "198.51.100.77/32")


def no_translation(tree):
    """Private IPv4 addresses behind a router that only filters: no way out."""
    manifest = json.loads((tree.folder / "manifest.json").read_text(encoding="utf-8"))
    for site in manifest["sites"].values():
        site["box"]["ipv4"]["mapping"] = "none"
    (tree.folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


BREAKS = [
    drop_peer, repeat_peer, drop_prefix, steal_prefix, host_bits, swap_keys, own_key, stranger,
    wrong_port, wrong_endpoint, no_endpoints, no_keepalive_line, silent_device, no_listen_port,
    small_mtu, other_address, misspelt_key, no_routes, captured_endpoint, no_forwarding,
    refused_source, no_translation,
]  # fmt: skip


def notices(original, damage, scratch):
    """Whether the walk complains about a copy that was damaged."""
    copy = scratch / damage.__name__
    shutil.copytree(original, copy)
    try:
        damage(Tree(copy))
    except (AssertionError, ValueError, TypeError, OSError) as error:
        print(f"FAIL: {damage.__name__}: could not break the artifacts: {error}")
        return False
    complaints, _ = walk.check(copy)
    if not complaints:
        print(f"FAIL: {damage.__name__}: not noticed")
    return bool(complaints)


def main(program, topology):
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        sources = scratch / "topologies"
        shutil.copytree(Path(topology).parent, sources)
        original = scratch / "output"
        subprocess.run(
            [program, "compile", sources / Path(topology).name, "-o", original], check=True
        )
        complaints, _ = walk.check(original)
        for complaint in complaints:
            print(f"FAIL: undamaged: {complaint}")
        outcomes = [not complaints] + [notices(original, damage, scratch) for damage in BREAKS]
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
