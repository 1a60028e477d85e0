#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Changes a running network and shows that nobody notices.

    tests/lab/test_reload.py PROGRAM topologies/minimal.yaml

The network first runs without the server gpu02. While gpu01 pings the gateway twenty times a second,
both get the files of the whole network and run their reload script. Not one ping may be lost, the
private key and the port must still be there, and gpu02 must then be reachable.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import enclosure
import tunnels

PINGS = 60
INTERVAL_S = 0.05


def compile_both(program, topology, scratch):
    """The network without gpu02, then with it; with one lock, so that nobody is renumbered."""
    source = scratch / "lab.yaml"
    text = Path(topology).read_text(encoding="utf-8")
    without = "".join(line for line in text.splitlines(True) if "gpu02" not in line)
    for name, content in (("before", without), ("after", text)):
        source.write_text(content, encoding="utf-8")
        subprocess.run([program, "compile", source, "-o", scratch / name], check=True,
                       stdout=subprocess.DEVNULL)
    return scratch / "before", scratch / "after"


async def ping_steadily(lab, source, address):
    process = await asyncio.create_subprocess_exec(
        "nsenter", f"--net=/run/netns/{lab.hosts[source].namespace}",
        "ping", "-n", "-q", "-c", str(PINGS), "-i", str(INTERVAL_S), str(address),
        stdout=subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    return int(re.search(r"(\d+) received", output.decode())[1])


async def change_under_load(lab, before):
    """What went wrong, in words."""
    changed = ("gw", "gpu01")
    for name in changed:
        lab.hosts[name].folder = before / lab.manifest["hosts"][name]["folder"]
    await lab.up()
    nodes = {node.name: node for node in lab.nodes()}
    gateway = nodes["gw"].addresses[0]
    await lab.hosts["gpu01"].ping([gateway], 10)
    load = asyncio.ensure_future(ping_steadily(lab, "gpu01", gateway))
    await asyncio.sleep(PINGS * INTERVAL_S / 3)
    for name in changed:
        lab.hosts[name].install(lab.folder / lab.manifest["hosts"][name]["folder"])
        await lab.hosts[name].run("bash", f"/etc/wireguard/{lab.name}.reload")
    faults = []
    if (received := await load) != PINGS:
        faults.append(f"{PINGS - received} of {PINGS} pings were lost during the reload")
    for name in changed:
        if await lab.hosts[name].show("public-key") != [[lab.manifest["hosts"][name]["public_key"]]]:
            faults.append(f"{name} has lost its key")
        if await lab.hosts[name].show("listen-port") != [["51820"]]:
            faults.append(f"{name} listens on another port")
    for source in changed:
        address = nodes["gpu02"].addresses[0]
        if not await lab.hosts[source].ping([address], tunnels.PING_WINDOW_S):
            faults.append(f"{source} does not reach gpu02 after the reload")
    return faults


async def run(before, after):
    lab = tunnels.Lab(after, None)
    try:
        faults = await change_under_load(lab, before)
    finally:
        faults_down = await lab.down()
    return faults + [str(fault) for fault in faults_down]


def main(program, topology):
    with tempfile.TemporaryDirectory() as scratch:
        before, after = compile_both(program, topology, Path(scratch))

        def inside(problem):
            if problem:
                return tunnels.skip(problem)
            enclosure.unblock_signals()
            faults = asyncio.run(run(before, after))
            for fault in faults:
                print(f"FAIL: {fault}")
            print(f"{int(not faults)} passed, {int(bool(faults))} failed", flush=True)
            return int(bool(faults))

        return enclosure.run(inside)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
