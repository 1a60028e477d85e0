#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs every example of docs/assertions.md: topologies and what the program says of them.

Usage: assertions.py PROGRAM [--update]

The first yaml block is the network; each later one is its `assert` section from there on. A console
block is a call of the program and what it prints on both streams. --update writes what is printed
now into the page; look at the diff.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "assertions.md"
BLOCK = re.compile(r"^```(yaml|console)\n(.*?)^```$", re.M | re.S)


def make_keys(program, folder):
    """Keys belong to no example: they are made, and stand in the lock."""
    (folder / "key").write_bytes(bytes(range(32)))
    (folder / "key").chmod(0o600)
    subprocess.run([program, "key", "gen", "-t", "net.yaml", "--key-file", "key"],
                   cwd=folder, capture_output=True, check=True)  # fmt: skip


def call(program, line, folder):
    assert line.startswith("$ wgtopo "), line
    done = subprocess.run(
        [program, *shlex.split(line)[2:]], cwd=folder, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"})  # fmt: skip
    # Findings are apart from each other, and end in a blank line; in the page a block does.
    return f"{line}\n{done.stdout}".rstrip("\n") + "\n"


def run_page(program, text, folder):
    """The page as it would be, and the number of calls in it."""
    network = None
    n_calls = 0

    def run_block(block):
        nonlocal network, n_calls
        kind, body = block.groups()
        if kind == "console":
            n_calls += 1
            return f"```console\n{call(program, body.splitlines()[0], folder)}```"
        if network is None:
            network = body
            (folder / "net.yaml").write_text(network, encoding="utf-8")
            make_keys(program, folder)
        else:
            assert body.startswith("assert:\n"), body
            (folder / "net.yaml").write_text(network + body, encoding="utf-8")
        return block.group(0)

    return BLOCK.sub(run_block, text), n_calls


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--update"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    program = str(pathlib.Path(arguments[0]).resolve())
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="wgtopo-page-") as name:
        actual, n_calls = run_page(program, text, pathlib.Path(name))
    if "--update" in sys.argv:
        PAGE.write_text(actual, encoding="utf-8")
    elif actual != text:
        for line, (old, new) in enumerate(zip(text.splitlines(), actual.splitlines()), 1):
            if old != new:
                print(f"{PAGE.name}:{line}: says\n  {old}\nand the program\n  {new}")
                break
        print(f"{n_calls} calls; run with --update and look at the diff")
        return 1
    print(f"{n_calls} passed, 0 failed")
    return 0 if n_calls else 1


sys.exit(main())
