# SPDX-License-Identifier: MIT
"""One host for itself: a network namespace, files of its own, and `wg-quick` in it.

The control sockets of wireguard-go live in the file system (/run/wireguard), so every host has a
mount namespace too. It sees its artifacts, unchanged, in its own /etc/wireguard.
"""

import asyncio
import os
import subprocess
from pathlib import Path

# wireguard-go inherits this, and with LOG_LEVEL it would hold on to our pipes.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}

PREPARE = """
mkdir -p /run/wireguard
mount -t tmpfs -o mode=0700 lab /run/wireguard
mount -t tmpfs -o mode=0700 lab /etc/wireguard
[ ! -e /etc/hosts ] || mount --bind "$1" /etc/hosts
echo ready
exec cat
"""


class Failed(Exception):
    """A command of a host did not do what it should; the text says which and why."""


class LabHost:
    def __init__(self, name, network, namespace, folder):
        self.name = name
        self.network = network  # also the name of its interface
        self.namespace = namespace
        self.folder = Path(folder)
        self._holder = None
        self._is_up = False

    async def prepare(self, private_key, hosts_file):
        """Makes its mount namespace, held by a process, and puts its files there."""
        self._holder = await asyncio.create_subprocess_exec(
            "nsenter", f"--net=/run/netns/{self.namespace}",
            "unshare", "--mount", "--propagation", "private",
            "sh", "-euc", PREPARE, "sh", str(hosts_file),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT,
        )  # fmt: skip
        if (await self._holder.stdout.readline()).strip() != b"ready":
            error = (await self._holder.stderr.read()).decode().strip()
            raise Failed(f"{self.name}: {error}")
        self._put(f"{self.network}.key", private_key.encode() + b"\n")
        self.install(self.folder)

    def install(self, folder):
        """Copies the files of a compiled host to where they belong, over those that are there."""
        for source in sorted(Path(folder).iterdir()):
            if source.is_file():
                self._put(source.name, source.read_bytes())

    async def up(self):
        await self.run("wg-quick", "up", self.network)
        self._is_up = True

    async def down(self):
        """Takes the tunnel down the way its owner would, then lets the namespaces go."""
        if not self._holder:
            return
        try:
            if self._is_up and self._holder.returncode is None:
                await self.run("wg-quick", "down", self.network)
        finally:
            self._holder.stdin.close()
            await self._holder.wait()
            self._holder = None

    async def run(self, *command):
        """Runs a command on this host and returns what it printed."""
        process = await asyncio.create_subprocess_exec(
            "nsenter", f"--target={self._holder.pid}", "--net", "--mount", "--", *command,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=ENVIRONMENT, cwd="/",
        )  # fmt: skip
        output, error = await process.communicate()
        if process.returncode != 0:
            text = error.decode(errors="replace").strip()
            raise Failed(f"{self.name}: `{' '.join(command)}` failed:\n{text}")
        return output.decode()

    def _put(self, name, content):
        path = Path(f"/proc/{self._holder.pid}/root/etc/wireguard", name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
