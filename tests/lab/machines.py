# SPDX-License-Identifier: MIT
"""Machines on an internet, each with its own network and its own files, to be used in an enclosure.

What a machine has for itself is /etc/wireguard, /run/wireguard and a network namespace, held by a
process that only sleeps. `scp` and `ssh` reach it by its name: stand-ins that take the words that
people are told to type, and nothing else.
"""

import os
import shutil
import subprocess
from pathlib import Path

from rehearsal import Failed

ROOT = Path("/run/machines")
TOOLS = Path("/run/tools")
INTERNET, OUTSIDE = "203.0.113.254", "192.0.2.1"
NEEDED = ("ip", "nsenter", "unshare", "mount", "ping", "sysctl", "wg", "wg-quick", "wireguard-go")

SCP = f"""#!/bin/bash
set -eu
[ $# = 3 ] && [ "$1" = -r ] && [[ $3 == root@*:/ ]]
name=${{3#root@}}
exec cp -r "$2" "{ROOT}/${{name%:/}}/"
"""

SSH = f"""#!/bin/bash
set -eu
[[ $1 == root@* ]]
process=$(cat "{ROOT}/${{1#root@}}/process")
shift
exec nsenter --target "$process" --net --mount --wd=/ bash -c "$*"
"""

# The bind mount is all that makes the machine's files its own.
HOLD = """
mount --bind "$0/etc/wireguard" /etc/wireguard
mkdir -p /run/wireguard
mount -t tmpfs -o mode=0700 machine /run/wireguard
echo ready
exec sleep infinity
"""


def why_not():
    """What keeps machines from being made here; or None."""
    if missing := [tool for tool in NEEDED if not shutil.which(tool)]:
        return f"not installed: {', '.join(missing)}"
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return f"no tunnel devices here: {error}"
    return None


def must(words, **options):
    """Runs a command that has to succeed; what it printed."""
    done = subprocess.run(words, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, **options)  # fmt: skip
    if done.returncode != 0:
        shown = words if isinstance(words, str) else " ".join(map(str, words))
        raise Failed(f"`{shown}` failed: {done.stderr.strip()}")
    return done.stdout.strip()


class Machine:
    """One machine. The first of its files is `process`, the id of the process that holds it."""

    def __init__(self, name):
        self.name, self.folder = name, ROOT / name
        (self.folder / "etc/wireguard").mkdir(parents=True, mode=0o700)
        self.holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "bash", "-ec", HOLD, self.folder],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        if self.holder.stdout.readline() != "ready\n":
            raise Failed(f"cannot make '{name}': {self.holder.stderr.read()}")
        (self.folder / "process").write_text(str(self.holder.pid), encoding="ascii")
        self.do("ip", "link", "set", "lo", "up")
        # Not what the world outside happens to have.
        self.do("sysctl", "-q", "-w", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0")

    def command(self, *words):
        namespaces = ("--target", str(self.holder.pid), "--net", "--mount", "--wd=/")
        return ["nsenter", *namespaces, *map(str, words)]

    def on(self, *words):
        """Runs a command there, whatever becomes of it."""
        return subprocess.run(self.command(*words), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)  # fmt: skip

    def do(self, *words):
        return must(self.command(*words))

    def show(self, network, field):
        """One field of `wg show` by peer. Never a private key."""
        lines = self.do("wg", "show", network, field).splitlines()
        return dict(line.split("\t", 1) for line in lines)

    def end(self, network):
        # wireguard-go ends with its interface.
        self.on("ip", "link", "delete", "dev", network)
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()
        self.holder.stderr.close()


class Internet:
    """A switch that machines are on, with a router that also has an address far away."""

    def __init__(self, network):
        self.network, self.machines = network, {}
        for folder in (ROOT, TOOLS):
            folder.mkdir(mode=0o700, exist_ok=True)
        for name, text in (("scp", SCP), ("ssh", SSH)):
            (TOOLS / name).write_text(text, encoding="ascii")
            (TOOLS / name).chmod(0o700)
        for words in (
            "link set lo up", "link add internet type bridge",
            f"address add {INTERNET}/24 dev internet", f"address add {OUTSIDE}/32 dev internet",
            "link set internet up",
        ):  # fmt: skip
            must(["ip", *words.split()])

    def add(self, name, address):
        machine = self.machines[name] = Machine(name)
        port = f"port{len(self.machines)}"
        must(["ip", "link", "add", port, "master", "internet", "up", "type", "veth",
              "peer", "name", "eth0", "netns", str(machine.holder.pid)])  # fmt: skip
        machine.do("ip", "address", "add", f"{address}/24", "dev", "eth0")
        machine.do("ip", "link", "set", "eth0", "up")
        machine.do("ip", "route", "add", "default", "via", INTERNET)
        return machine

    def add_behind(self, name, gate, addresses):
        """A machine on a cable of its own, with addresses in several networks, .1 the gate."""
        machine = self.machines[name] = Machine(name)
        gate.do("ip", "link", "add", "eth1", "up", "type", "veth",
                "peer", "name", "eth0", "netns", str(machine.holder.pid))  # fmt: skip
        machine.do("ip", "link", "set", "eth0", "up")
        gates = [address.rpartition(".")[0] + ".1" for address in addresses]
        for own, other in zip(addresses, gates):
            machine.do("ip", "address", "add", f"{own}/24", "dev", "eth0")
            gate.do("ip", "address", "add", f"{other}/24", "dev", "eth1")
        machine.do("ip", "route", "add", "default", "via", gates[0])
        return machine

    def __getitem__(self, name):
        return self.machines[name]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for machine in self.machines.values():
            machine.end(self.network)
        shutil.rmtree(ROOT)
        must(["ip", "link", "delete", "internet"])
