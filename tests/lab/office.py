# SPDX-License-Identifier: MIT
"""The folder in which somebody looks after a network: its verbs, and what they say is to be done.

Commands are taken from what the program prints and run as they stand, in a shell in that folder.
"""

import json
import os
import re
import shutil
import time
from pathlib import Path

from machines import TOOLS, must
from rehearsal import Failed

FOLDER = Path("/run/office")
KEY_FILE = "lab.keyfile"
COMMAND = re.compile(r"^  (scp .*)$", re.M)
OTHERS = re.compile(r"^then in the same way, .*: (.*)$", re.M)
STEP = re.compile(r"^  (\d)\. (.*)$", re.M)


class Office:
    """`topology` is the text of lab.yaml, whose nodes have no keys yet."""

    def __init__(self, program, topology):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(mode=0o700)
        (TOOLS / "wgtopo").unlink(missing_ok=True)
        (TOOLS / "wgtopo").symlink_to(program)
        (FOLDER / KEY_FILE).write_bytes(os.urandom(32))
        (FOLDER / KEY_FILE).chmod(0o600)
        (FOLDER / "lab.yaml").write_text(topology, encoding="utf-8")

    def make_keys(self):
        """For all that have none yet."""
        self.verb("key gen")

    def compile(self):
        self.shell(f"wgtopo compile lab.yaml -o out --key-file {KEY_FILE}")

    def hosts(self):
        return [name for name, host in self.manifest()["hosts"].items()
                if host["kind"] != "device"]  # fmt: skip

    def shell(self, command):
        """Runs a line as somebody would type it; what it printed."""
        path = f"{TOOLS}:{os.environ['PATH']}"
        return must(["bash", "-c", command], cwd=FOLDER, env={**os.environ, "PATH": path})

    def verb(self, words):
        return self.shell(f"wgtopo {words} -t lab.yaml --key-file {KEY_FILE}")

    def manifest(self):
        return json.loads((FOLDER / "out/manifest.json").read_text(encoding="utf-8"))

    def addresses(self, name):
        return self.manifest()["hosts"][name]["addresses"]

    def install(self, machine):
        """The first time: all of its files, and the interface."""
        self.shell(f"scp -r out/hosts/{machine.name}/etc root@{machine.name}:/")
        machine.do("wg-quick", "up", "lab")

    def hand_over(self, device, machine, name="lab.conf"):
        """Gives a person's file to their machine; where it lies there."""
        path = machine.folder / name
        shutil.copy(FOLDER / "out/users" / device / name, path)
        path.chmod(0o600)
        return path


def expand(items):
    """The names that ranges stand for: gpu[01-02,04] is gpu01, gpu02 and gpu04."""
    for item in items:
        head, *rest = re.split(r"[\[\]]", item)
        for part in rest[0].split(",") if rest else [""]:
            first, _, last = part.partition("-")
            for number in range(int(first), int(last or first) + 1) if first else [""]:
                yield f"{head}{number:0{len(first)}}{rest[1]}" if rest else head


class Told:
    """What `user add`, `revoke` or `rotate` printed."""

    def __init__(self, office, text):
        self.office, self.commands = office, COMMAND.findall(text)
        if not self.commands:
            raise Failed(f"no command for a gateway in:\n{text}")
        others = OTHERS.search(text)
        self.others = list(expand(re.split(r", | and ", others[1]))) if others else []

    def let_gateways_know(self):
        for command in self.commands:
            self.office.shell(command)

    def let_others_know(self):
        """In the same way, as it says: the gateway's command with another name."""
        first = re.search(r"root@([^:]+):/", self.commands[0])[1]
        for name in self.others:
            self.office.shell(re.sub(rf"\b{first}\b", name, self.commands[0]))


class Order:
    """What `key rotate --finish` printed: steps 1 to 5, taken one by one."""

    def __init__(self, office, text):
        self.office = office
        self.steps = dict(STEP.findall(text))
        if sorted(self.steps) != ["1", "2", "3", "4", "5"]:
            raise Failed(f"not the steps 1 to 5:\n{text}")
        plan = json.loads(office.shell(f"{self.steps['1']} --key-file {KEY_FILE} --format json"))
        self.changed = plan["first"] + plan["then"]

    def compile(self):
        self.office.shell(f"{self.steps['2']} --key-file {KEY_FILE}")

    def copy(self):
        for name in self.changed:
            self.office.shell(f"scp -r out/hosts/{name}/etc root@{name}:/")

    def reload_first(self):
        """When that began, and the machine's name."""
        name, command = re.fullmatch(r"on (\S+): (.*)", self.steps["4"]).groups()
        begin = time.time()
        self.office.shell(f"ssh root@{name} '{command}'")
        return begin

    def reload(self, name):
        command = re.fullmatch(r"right after it, on all the others: (.*)", self.steps["5"])[1]
        self.office.shell(f"ssh root@{name} '{command}'")
