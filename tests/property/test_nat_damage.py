#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Breaks compiled artifacts and manifests; the simulation of NATs must notice each break.

    tests/property/test_nat_damage.py PROGRAM
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import invent
from natsim.trial import Trial

SEED = 5382
TOPOLOGY = {
    "network": {"name": "mesh", "addresses": ["10.77.0.0/16"]},
    "sites": {
        "home": {"nat": "port-restricted-cone", "public": ["203.0.113.1"]},
        "flat": {"nat": "linux", "public": ["203.0.113.2"]},
        "campus": {"nat": "symmetric", "public": ["203.0.113.3"]},
        "shop": {"nat": "symmetric", "public": ["203.0.113.4"], "forward": {"4444": "forwarded"}},
    },
    "gateways": {
        "gw": {"at": {"internet": "203.0.113.5"}},
        "gw2": {"at": {"internet": "203.0.113.6"}},
    },
    "servers": {
        "open": {"at": {"internet": "203.0.113.7"}},
        "homely": {"at": {"home": "192.168.1.2"}},
        "flatly": {"at": {"flat": "192.168.2.2"}},
        "campus1": {"at": {"campus": "192.168.3.2"}},
        "campus2": {"at": {"campus": "192.168.3.3"}},
        "forwarded": {"at": {"shop": "192.168.4.2"}},
    },
    "users": {"roamer": {"gateways": ["gw"]}},
    "links": [{"between": ["flatly", "open"], "via": "gw2"}],
}  # fmt: skip


class Tree:
    """A copy of the artifacts to break."""

    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "manifest.json"
        self.manifest = json.loads(self.path.read_text(encoding="utf-8"))
        self.hosts = self.manifest["hosts"]

    def save(self):
        self.path.write_text(json.dumps(self.manifest), encoding="utf-8")

    def edit_peer(self, host, peer, pattern, replacement):
        """Changes the section that a host has for a peer; one without effect is a mistake here."""
        path = self.folder / self.hosts[host]["folder"] / "mesh.conf"
        parts = path.read_text(encoding="utf-8").split("[Peer]")
        key = self.hosts[peer]["public_key"]
        number = next(at for at, part in enumerate(parts) if key in part)
        changed = re.sub(pattern, replacement, parts[number], count=1, flags=re.M)
        if changed == parts[number]:
            raise AssertionError(f"nothing to break of '{peer}' in the file of '{host}'")
        parts[number] = changed
        path.write_text("[Peer]".join(parts), encoding="utf-8")

    def silence(self, host, peer):
        self.edit_peer(host, peer, r"^PersistentKeepalive = [1-9].*", "PersistentKeepalive = 0")

    def move(self, one, other, after):
        """Gives the pair's classes another verdict, in both rows."""
        for near, far in ((one, other), (other, one)):
            wanted = self.hosts[far]["class"]
            for row in self.manifest["verdicts"]:
                if row["class"] == self.hosts[near]["class"]:
                    self._move_in(row, wanted, after)
        self.save()

    @staticmethod
    def _move_in(row, wanted, after):
        for word in ("lan", "direct", "punch"):
            row[word] = [each for each in row[word] if each != wanted]
        row["relay"] = [each for each in row["relay"] if each["class"] != wanted]
        if after == "relay":
            row["relay"].append({"class": wanted, "gateways": ["gw"]})
        else:
            row[after].append(wanted)


def no_keepalive_to_open(tree):
    tree.silence("homely", "open")


def no_keepalive_of_device(tree):
    tree.silence("roamer", "gw")


def no_keepalive_in_punch(tree):
    tree.silence("homely", "flatly")


def no_keepalive_of_forwarded(tree):
    """It answers from the forwarded port, but what it starts comes from another one."""
    for peer in ("open", "gw", "gw2", "homely", "campus1"):
        tree.silence("forwarded", peer)


def rare_keepalive(tree):
    line = "PersistentKeepalive = 900"
    tree.edit_peer("campus1", "open", r"^PersistentKeepalive = .*", line)


def no_endpoint_of_open(tree):
    tree.edit_peer("campus1", "open", r"^Endpoint = .*\n", "")


def no_endpoint_in_punch(tree):
    tree.edit_peer("homely", "flatly", r"^Endpoint = .*\n", "")


def no_endpoint_on_lan(tree):
    for pair in (("campus1", "campus2"), ("campus2", "campus1")):
        tree.edit_peer(*pair, r"^Endpoint = .*\n", "")


def inner_port_of_forward(tree):
    """Seen only where the other end does not come from outside to put it right."""
    tree.edit_peer("forwarded", "open", r"^Endpoint = .*\n", "")
    tree.edit_peer("open", "forwarded", r"^(Endpoint = .*:)4444", r"\g<1>51820")


def other_endpoint(tree):
    tree.edit_peer("flatly", "homely", r"^(Endpoint = ).*:", r"\g<1>203.0.113.99:")


def no_forwarding(tree):
    for gateway in ("gw", "gw2"):
        path = tree.folder / tree.hosts[gateway]["folder"] / "mesh.conf"
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"^PostUp = .*ip_forward.*\n", "", text, 0, re.M), encoding="utf-8")


def relay_called_direct(tree):
    tree.move("homely", "campus1", "direct")


def direct_called_relay(tree):
    tree.move("open", "campus1", "relay")


def punch_called_relay(tree):
    tree.move("homely", "flatly", "relay")


def lan_called_relay(tree):
    tree.move("campus1", "campus2", "relay")


def other_relay(tree):
    tree.manifest["links"][0]["via"] = "gw"
    tree.save()


def stricter_box(tree):
    """The world differs from what the compiler was told."""
    box = tree.manifest["sites"]["home"]["box"]["ipv4"]
    box["port_preservation"] = False
    tree.save()


def blocked_box(tree):
    tree.manifest["sites"]["campus"]["box"]["ipv4"]["blocks_udp"] = True
    tree.save()


BREAKS = {
    no_keepalive_to_open: "fails",
    no_keepalive_of_device: "fails",
    no_keepalive_in_punch: "fails",
    no_keepalive_of_forwarded: "fails",
    rare_keepalive: "fails",
    no_endpoint_of_open: "fails",
    no_endpoint_in_punch: "fails",
    no_endpoint_on_lan: "fails",
    inner_port_of_forward: "fails",
    other_endpoint: "fails",
    no_forwarding: "fails",
    relay_called_direct: "detour",
    direct_called_relay: "works",
    punch_called_relay: "works",
    lan_called_relay: "works",
    other_relay: "detour",
    stricter_box: "fails",
    blocked_box: "fails",
}


def find(folder):
    """The kinds of disagreement about a folder."""
    trial = Trial(folder, SEED)
    return {each.kind: each for each in trial.run()}


def notices(original, damage, expected, scratch):
    copy = scratch / damage.__name__
    shutil.copytree(original, copy)
    try:
        damage(Tree(copy))
    except (AssertionError, StopIteration) as error:
        print(f"FAIL: {damage.__name__}: could not break the artifacts: {error}")
        return False
    found = find(copy)
    if expected not in found:
        print(f"FAIL: {damage.__name__}: not noticed as '{expected}': {sorted(found)}")
    return expected in found


def write_topology(path):
    keys = invent.make_keys()
    for section in ("gateways", "servers", "users"):
        for node in TOPOLOGY[section].values():
            node["public_key"] = keys.pop()
    path.write_text(json.dumps(TOPOLOGY), encoding="utf-8")


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        topology, original = scratch / "topology.yaml", scratch / "output"
        write_topology(topology)
        command = [program, "compile", topology, "-o", original]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"FAIL: compile ended with {done.returncode}: {done.stderr.strip()}")
            return 1
        found = find(original)
        for kind, each in found.items():
            print(f"FAIL: undamaged: {kind}: {each.pair}: {each.predicted}: {each.seen}")
        outcomes = [not found]
        outcomes += [notices(original, *each, scratch) for each in BREAKS.items()]
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
