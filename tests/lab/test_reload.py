#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Changes a running network and shows that nobody notices.

    tests/lab/test_reload.py PROGRAM [TOPOLOGY]

The network, topologies/minimal.yaml, first runs with hosts that do not know of the server gpu02.
While gpu01 pings the gateway twenty times a second, both get the files of the whole network and run
their reload script. Not one ping may be lost, the key and the port must still be there, and gpu02
must then be reachable. `wg syncconf` of the same file, which the script is there to replace, loses
pings: else this test could not see any loss.

What the script hands to wg is looked at as well: nothing where nothing has changed, else only the
peers that differ; and the gateway may meanwhile be pinged a thousand times a second. Prefixes move
from peer to peer in either order. Without its key, or without its interface, the script fails.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kept import KeptLab
from rehearsal import Failed, compile_topology, rehearse, skip

ROOT = Path(__file__).resolve().parents[2]
CHANGED = ("gw", "gpu01")
NEW = "gpu02"
PINGS = 60
INTERVAL_S = 0.05
MANY_PINGS = 4000
MANY_INTERVAL_S = 0.001
# A first handshake that is lost costs 5 s, crossing ones up to 16 s.
PATIENCE_S = 25
SYNCCONF = "wg-quick strip {0} >/run/wireguard/stripped && wg syncconf {0} /run/wireguard/stripped"


# Stands before wg in the path, notes what is changed, and does it. Public keys are all it notes.
SPY = "/run/wireguard/spy"
SPY_WG = f"""#!/bin/bash
set -eu
case $1 in
set) echo "$4 $5" >>{SPY}/log ;;
addconf)
	config=$(cat "$3")
	awk '/^\\[I/ {{ print "interface" }} /^PublicKey/ {{ print $3 }}' >>{SPY}/log <<<"$config"
	exec {shutil.which("wg")} addconf "$2" <(printf '%s\\n' "$config") ;;
esac
exec {shutil.which("wg")} "$@"
"""
# Routed by nobody.
MOVED = ("198.18.1.0/24", "198.18.2.0/24")


class Network:
    """The compiled network and what its hosts had before one more came."""

    def __init__(self, program, topology, scratch):
        self.old, self.new, self.folder = (scratch / each for each in ("old", "new", "lab"))
        source = scratch / "source.yaml"
        text = Path(topology).read_text(encoding="utf-8")
        without = "".join(line for line in text.splitlines(True) if NEW not in line)
        source.write_text(without, encoding="utf-8")
        compile_topology(program, source, self.old)
        # With its lock, so that nobody is renumbered.
        shutil.copy(self.old.with_name("old.lock"), self.new.with_name("new.lock"))
        compile_topology(program, topology, self.new)
        manifest = json.loads((self.new / "manifest.json").read_text(encoding="utf-8"))
        self.name, self.hosts = manifest["network"]["name"], manifest["hosts"]
        shutil.copytree(self.new, self.folder)
        for host in CHANGED:
            path = self.hosts[host]["folder"]
            shutil.copytree(self.old / path, self.folder / path, dirs_exist_ok=True)

    def files(self, host, keys):
        """The new files of a host by name, with the lab's keys for the real ones."""
        found = {}
        for path in sorted((self.new / self.hosts[host]["folder"]).iterdir()):
            text = path.read_text(encoding="utf-8")
            for name, entry in self.hosts.items():
                text = text.replace(entry["public_key"], keys[name])
            found[path.name] = text
        return found

    def address(self, host):
        return self.hosts[host]["addresses"][0]


def must(done):
    if done.returncode != 0:
        raise Failed(f"`{' '.join(map(str, done.args))}` failed: {done.stderr}")
    return done.stdout.strip()


def show(lab, network, host, field):
    """One field of `wg show`. Never the private key."""
    return must(lab.on(host, "wg", "show", network.name, field))


def install(lab, network, host, keys):
    for name, text in network.files(host, keys).items():
        must(lab.on(host, "tee", f"/etc/wireguard/{name}", text=text))


class Load:
    """gpu01 pings the gateway steadily while something is done."""

    def __init__(self, lab, network, n_pings=PINGS, interval_s=INTERVAL_S):
        self.n_pings = n_pings
        count = ["-c", str(n_pings), "-i", str(interval_s)]
        words = lab.command("gpu01", "ping", "-n", "-q", *count, network.address("gw"))
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        time.sleep(n_pings * interval_s / 3)

    def n_lost(self):
        output, _ = self.process.communicate()
        if not (found := re.search(r"(\d+) received", output)):
            raise Failed(f"ping has failed: {output}")
        return self.n_pings - int(found[1])


def reaches(lab, network, source, target):
    address = network.address(target)
    return lab.on(source, "ping", "-n", "-q", "-c1", "-w", str(PATIENCE_S), address).returncode == 0


def faults_of_reload(lab, network, keys):
    """What went wrong, in words."""
    faults = []
    for host in CHANGED:
        if keys[NEW] in show(lab, network, host, "peers"):
            faults.append(f"{host} knew {NEW} already")
    load = Load(lab, network)
    for host in CHANGED:
        install(lab, network, host, keys)
        must(lab.on(host, "bash", f"/etc/wireguard/{network.name}.reload"))
    if n_lost := load.n_lost():
        faults.append(f"{n_lost} of {PINGS} pings were lost during the reload")
    for host in CHANGED:
        if show(lab, network, host, "public-key") != keys[host]:
            faults.append(f"{host} has lost its key")
        if show(lab, network, host, "listen-port") != "51820":
            faults.append(f"{host} listens on another port")
        if not reaches(lab, network, host, NEW):
            faults.append(f"{host} does not reach {NEW} after the reload")
    return faults


class Spied:
    """Reloads a host and tells what its script has wg change."""

    def __init__(self, lab, network, host):
        self.lab, self.network, self.host = lab, network, host
        must(lab.on(host, "mkdir", "-p", SPY))
        must(lab.on(host, "tee", f"{SPY}/wg", text=SPY_WG))
        must(lab.on(host, "chmod", "700", f"{SPY}/wg"))

    def run(self):
        script = f"PATH={SPY}:$PATH exec bash /etc/wireguard/{self.network.name}.reload"
        must(self.lab.on(self.host, "tee", f"{SPY}/log"))
        return self.lab.on(self.host, "bash", "-c", script)

    def changes(self):
        must(self.run())
        return must(self.lab.on(self.host, "cat", f"{SPY}/log")).splitlines()

    def install(self, text):
        must(self.lab.on(self.host, "tee", f"/etc/wireguard/{self.network.name}.conf", text=text))

    def allowed(self):
        """The peer of each of MOVED."""
        lines = show(self.lab, self.network, self.host, "allowed-ips").splitlines()
        return {ip: line.split("\t")[0] for line in lines
                for ip in line.split("\t")[1].split() if ip in MOVED}  # fmt: skip

    def dump(self):
        """All but the private key and what time changes: handshakes and counters."""
        first, *lines = must(
            self.lab.on(self.host, "wg", "show", self.network.name, "dump")
        ).splitlines()
        kept = [line.split("\t") for line in sorted(lines)]
        # Without endpoints, too: that of a peer who was away comes with its next packet.
        return first.split("\t")[1:], [words[:2] + words[3:4] + words[7:] for words in kept]


def faults_of_touching(lab, network, keys):
    """Once all have the new files: what stays is left alone, however fast it is pinged."""
    faults, gateway = [], Spied(lab, network, "gw")
    before = gateway.dump()
    load = Load(lab, network, MANY_PINGS, MANY_INTERVAL_S)
    if changes := gateway.changes():
        faults.append(f"a reload without changes changes {changes}")
    if gateway.dump() != before:
        faults.append("a reload without changes leaves another interface")
    other = ("wg", "set", network.name, "peer", keys[NEW])
    must(lab.on("gw", *other, "remove"))
    if (changes := gateway.changes()) != [keys[NEW]]:
        faults.append(f"one peer more changes {changes}")
    must(lab.on("gw", *other, "persistent-keepalive", "7"))
    if (changes := gateway.changes()) != [keys[NEW]]:
        faults.append(f"another keepalive changes {changes}")
    if gateway.dump() != before:
        faults.append("the reloads leave another interface")
    if n_lost := load.n_lost():
        faults.append(f"{n_lost} of {MANY_PINGS} pings were lost while others changed")
    return faults


def with_moved(text, keys_of):
    """A configuration in which each of MOVED belongs to the peer with the key beside it, if any."""
    for prefix, key in zip(MOVED, keys_of):
        if key:
            allowed = rf"(PublicKey = {re.escape(key)}\n(?:.*=.*\n)*?AllowedIPs = )"
            text, n = re.subn(allowed, rf"\g<1>{prefix}, ", text)
            if n != 1:
                raise Failed("the configuration has no such peer")
    return text


def without(text, key):
    """A configuration without a peer."""
    sections = text.split("\n[Peer]\n")
    return "\n[Peer]\n".join(each for each in sections if key not in each)


def faults_of_moving(lab, network, keys):
    """Prefixes go from peer to peer, both ways at once, and go; then a peer goes that has one."""
    faults, spied = [], Spied(lab, network, "gpu01")
    text = network.files("gpu01", keys)[f"{network.name}.conf"]
    one, other = keys["gw"], keys[NEW]
    for owners in ((one, other), (other, one), (one, other), (other, other), (None, other)):
        spied.install(with_moved(text, owners))
        changes = spied.changes()
        expected = {ip: key for ip, key in zip(MOVED, owners) if key}
        if spied.allowed() != expected:
            faults.append(f"{owners}: {spied.allowed()} after {changes}")
    spied.install(with_moved(without(text, other), (None, one)))
    changes = spied.changes()
    if changes != [f"{other} remove", one] or spied.allowed() != {MOVED[1]: one}:
        faults.append(f"a peer that goes: {spied.allowed()} after {changes}")
    spied.install(text)
    if sorted(spied.changes()) != sorted((one, other)) or spied.allowed():
        faults.append("all as before: it is not")
    return faults


def faults_of_refusal(lab, network, keys):
    """Without the key, without an interface section, without the interface."""
    faults, spied = [], Spied(lab, network, "gpu01")
    text = network.files("gpu01", keys)[f"{network.name}.conf"]
    key, before = f"/etc/wireguard/{network.name}.key", spied.dump()
    spied.install(without(text, keys[NEW]))
    must(lab.on("gpu01", "mv", key, key + ".away"))
    if spied.run().returncode == 0 or spied.dump() != before:
        faults.append("without its key, the script goes on")
    must(lab.on("gpu01", "mv", key + ".away", key))
    spied.install("")
    if spied.run().returncode == 0 or spied.dump() != before:
        faults.append("with an empty file, the script goes on")
    spied.install(text)
    must(lab.on("gpu01", "ip", "link", "delete", "dev", network.name))
    done = spied.run()
    expected = f"{network.name} is not up: wg-quick up {network.name}\n"
    if (done.returncode, done.stderr) != (1, expected):
        faults.append(f"without the interface: status {done.returncode}, {done.stderr}")
    return faults


def faults_of_comparison(lab, network):
    """The other way does lose pings."""
    load = Load(lab, network)
    must(lab.on("gpu01", "bash", "-c", SYNCCONF.format(network.name)))
    return [] if load.n_lost() else ["`wg syncconf` of the file loses no ping: is there a load?"]


def run(program, network):
    with KeptLab(program, network.folder) as lab:
        keys = {host: show(lab, network, host, "public-key") for host in network.hosts}
        if not reaches(lab, network, "gpu01", "gw"):
            return ["gpu01 does not reach gw"]
        checks = (faults_of_reload, faults_of_touching, faults_of_moving)
        return (
            [fault for check in checks for fault in check(lab, network, keys)]
            or faults_of_comparison(lab, network)
            or faults_of_refusal(lab, network, keys)
        )


def main(program, topology=ROOT / "topologies" / "minimal.yaml"):
    with tempfile.TemporaryDirectory() as scratch:
        program = Path(program).resolve()
        try:
            network = Network(program, topology, Path(scratch))
            faults = run(program, network)
        except Failed as error:
            if why := rehearse(program, network.folder).why_skipped:
                return skip(why)
            faults = [str(error)]
    for fault in faults:
        print(f"FAIL: {fault}")
    print(f"{int(not faults)} passed, {int(bool(faults))} failed")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
