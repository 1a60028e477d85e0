#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Preshared keys of running interfaces: in files, in the configuration, and no more.

    tests/lab/test_preshared.py PROGRAM

topologies/minimal.yaml with `preshared_keys: true` comes up with the keys in files that a hook
names. Then gw and gpu01 get other forms of their files, one after the other, and run their reload
script: the same again, the keys within the configuration, and no preshared keys. Each time both
ends must have what their files say, and a handshake from nothing must succeed; while the keys stay
the same no ping may be lost. Without the file of a key the script must fail and change nothing.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

from kept import KeptLab
from rehearsal import Failed, compile_topology, rehearse, skip
from test_reload import Load, must, reaches, show

ROOT = Path(__file__).resolve().parents[2]
PAIR = ("gw", "gpu01")
NONE = "(none)"


class Forms:
    """The same network with preshared keys in files, and without any."""

    def __init__(self, program, scratch):
        self.plain, self.in_files = scratch / "plain", scratch / "files"
        text = (ROOT / "topologies" / "minimal.yaml").read_text(encoding="utf-8")
        with_keys = re.sub(r"^network:\n", "network:\n  preshared_keys: true\n", text, 0, re.M)
        source = scratch / "source.yaml"
        for topology, folder in ((text, self.plain), (with_keys, self.in_files)):
            source.write_text(topology, encoding="utf-8")
            compile_topology(program, source, folder)
        manifest = json.loads((self.plain / "manifest.json").read_text(encoding="utf-8"))
        self.name, self.hosts = manifest["network"]["name"], manifest["hosts"]

    def address(self, host):
        return self.hosts[host]["addresses"][0]


class Bench:
    """The lab that is up, and what was wrong in it."""

    def __init__(self, lab, forms):
        self.lab, self.forms, self.faults = lab, forms, []
        self.keys = {host: show(lab, forms, host, "public-key") for host in forms.hosts}

    def expect(self, what, is_true):
        if not is_true:
            self.faults.append(what)

    def between(self):
        """What each of the two has for the other: the lab's keys, which anybody can work out."""
        found = []
        for host, other in (PAIR, PAIR[::-1]):
            lines = show(self.lab, self.forms, host, "preshared-keys").splitlines()
            found.append(dict(line.split("\t") for line in lines)[self.keys[other]])
        return found

    def install(self, host, folder, change=lambda text: text):
        """The files of another form, with the lab's public keys in them."""
        for ending in ("conf", "reload"):
            name = f"{self.forms.name}.{ending}"
            text = (folder / self.forms.hosts[host]["folder"] / name).read_text(encoding="utf-8")
            for each, entry in self.forms.hosts.items():
                text = text.replace(entry["public_key"], self.keys[each])
            must(self.lab.on(host, "tee", f"/etc/wireguard/{name}", text=change(text)))

    def reload(self, host):
        return self.lab.on(host, "bash", f"/etc/wireguard/{self.forms.name}.reload")

    def reload_under_load(self, what):
        load = Load(self.lab, self.forms)
        for host in PAIR:
            must(self.reload(host))
        self.expect(f"pings were lost: {what}", load.n_lost() == 0)

    def agrees_anew(self):
        """Whether a handshake of the two succeeds that owes nothing to earlier ones."""
        for host, other in (PAIR, PAIR[::-1]):
            peer = ("peer", self.keys[other], "remove")
            must(self.lab.on(host, "wg", "set", self.forms.name, *peer))
        for host in PAIR:
            must(self.reload(host))
        return reaches(self.lab, self.forms, "gpu01", "gw")


def check_files(bench):
    """As they came up; the script sets them again, and needs them."""
    ours, theirs = bench.between()
    bench.expect("in files: no key, or not the same on both", ours == theirs != NONE)
    bench.expect("in files: no handshake", reaches(bench.lab, bench.forms, "gpu01", "gw"))
    bench.reload_under_load("in files")
    bench.expect("in files: the reload changes them", bench.between() == [ours, ours])
    bench.expect("in files: no new handshake", bench.agrees_anew())
    path = f"/etc/wireguard/{bench.forms.name}.psk/gw"
    must(bench.lab.on("gpu01", "mv", path, path + ".away"))
    bench.expect("without its file: no error", bench.reload("gpu01").returncode != 0)
    bench.expect("without its file: another key", bench.between() == [ours, ours])
    must(bench.lab.on("gpu01", "mv", path + ".away", path))
    return ours


def check_inline(bench, key):
    """The form that an open keystore gives, here with the keys that the files have."""
    line = re.compile(r"^PublicKey = (.*)\n", re.M)
    for host, other in (PAIR, PAIR[::-1]):
        peer = bench.keys[other]

        def change(text):
            return line.sub(
                lambda found: found[0] + f"PresharedKey = {key}\n" * (found[1] == peer), text
            )

        bench.install(host, bench.forms.plain, change)
    bench.reload_under_load("inline")
    bench.expect("inline: other keys", bench.between() == [key, key])
    bench.expect("inline: no new handshake", bench.agrees_anew())


def check_off(bench):
    for host in PAIR:
        bench.install(host, bench.forms.plain)
    bench.reload_under_load("off")
    bench.expect("off: the keys are still there", bench.between() == [NONE, NONE])
    bench.expect("off: no new handshake", bench.agrees_anew())


def run(program, forms):
    with KeptLab(program, forms.in_files) as lab:
        bench = Bench(lab, forms)
        key = check_files(bench)
        check_inline(bench, key)
        check_off(bench)
        return bench.faults


def main(program):
    with tempfile.TemporaryDirectory() as scratch:
        program = Path(program).resolve()
        try:
            forms = Forms(program, Path(scratch))
            faults = run(program, forms)
        except Failed as error:
            if why := rehearse(program, forms.in_files).why_skipped:
                return skip(why)
            faults = [str(error)]
    for fault in faults:
        print(f"FAIL: {fault}")
    print(f"{int(not faults)} passed, {int(bool(faults))} failed")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
