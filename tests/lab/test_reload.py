#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Changes a running network and shows that nobody notices.

    tests/lab/test_reload.py PROGRAM [TOPOLOGY]

The network, topologies/minimal.yaml, first runs with hosts that do not know of the server gpu02.
While gpu01 pings the gateway twenty times a second, both get the files of the whole network and run
their reload script. Not one ping may be lost, the key and the port must still be there, and gpu02
must then be reachable. `wg syncconf` of the same file, which the script is there to replace, loses
pings: else this test could not see any loss.
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
# A first handshake that is lost costs 5 s, crossing ones up to 16 s.
PATIENCE_S = 25
SYNCCONF = "wg-quick strip {0} >/run/wireguard/stripped && wg syncconf {0} /run/wireguard/stripped"


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

    def __init__(self, lab, network):
        count = ["-c", str(PINGS), "-i", str(INTERVAL_S)]
        words = lab.command("gpu01", "ping", "-n", "-q", *count, network.address("gw"))
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        time.sleep(PINGS * INTERVAL_S / 3)

    def n_lost(self):
        output, _ = self.process.communicate()
        if not (found := re.search(r"(\d+) received", output)):
            raise Failed(f"ping has failed: {output}")
        return PINGS - int(found[1])


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
        return faults_of_reload(lab, network, keys) or faults_of_comparison(lab, network)


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
