#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Verbs about users and keys that are disturbed: by a disk that is full, an editor, one another.

Usage: mishaps.py PROGRAM
"""

import os
import re
import subprocess
import time

import folder as shared
from folder import expect, skip
from house import KEYLESS, TOPOLOGY, House, inserted, public_key

# The calls that bring a file to the disk and to its name; "?" is for those that a machine lacks.
FAULTS = {
    "a full disk": ("fsync", "ENOSPC"),
    "a name that cannot be taken": ("?rename,?renameat,?renameat2", "EROFS"),
    "a disk that fills up": ("write", "ENOSPC"),
}
TIMEOUT_S = 60


def traced(house, call, names, more="", log="/dev/null"):
    """A process of the program under strace(1), which writes the calls of these names to `log`."""
    command = ["strace", "-qq", "-o", str(log), "-e", f"trace={names}",
               *(["-e", f"inject={names}:{more}"] if more else []),
               shared.program, *call, "--key-file", "keyfile"]
    return subprocess.Popen(command, cwd=house.path, stdin=subprocess.DEVNULL, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={"PATH": os.environ["PATH"], "ASAN_OPTIONS": "detect_leaks=0"})


def finish(house, call, process):
    stdout, stderr = process.communicate(timeout=TIMEOUT_S)
    house.record(call, stdout + stderr)
    return subprocess.CompletedProcess(call, process.returncode, stdout, stderr)


def network_of(house):
    """Names and public keys, which `key list` shows of whatever is on the disk."""
    result = house.run("key", "list")
    assert result.returncode == 0, result.stderr
    return {row.split()[0]: row.split()[2] for row in result.stdout.splitlines()[1:]}


def check_whole(house):
    """Whatever the network is now, nobody in it has lost a key, and nothing lies about."""
    expect(house.run("check", "topology.yaml"), 0, "no findings")
    result = house.do("key", "check")
    assert "lost" not in result.stdout and "has no key" not in result.stdout, result.stdout
    strangers = [path.name for path in house.path.iterdir()
                 if path.name not in ("topology.yaml", "topology.lock", "topology.keys", "keyfile",
                                      "passphrase", "out")]
    assert not strangers, strangers


def try_each_call(topology, prepare, call, fault):
    """The call with each of its system calls failing in turn, then again without. How many it has."""
    names, error = FAULTS[fault]
    when = n_calls = 0
    while when <= n_calls:
        with House(topology) as house:
            for step in prepare:
                assert house.do(*step).returncode == 0, step
            if when == 0:
                log = house.path / "log"
                expect(finish(house, call, traced(house, call, names, log=log)), 0, ".")
                n_calls = len(log.read_text().splitlines())
            else:
                try_call(house, call, names, f"error={error}:when={when}")
        when += 1
    return n_calls


def try_call(house, call, names, injection):
    before = house.read("topology.yaml"), network_of(house)
    result = finish(house, call, traced(house, call, names, injection))
    assert result.returncode in (0, 1, 2), result
    assert (result.returncode == 0) == (result.stderr == ""), result
    check_whole(house)
    is_done = before != (house.read("topology.yaml"), network_of(house))
    if result.returncode == 0:
        assert is_done, result  # what failed was not worth a word
    elif "the topology is changed" not in result.stderr:
        again = house.do(*call)
        assert again.returncode == 0 or is_done, again
    house.do("key", "check", "--prune")
    expect(house.do("key", "check"), 0, "0 findings$")
    expect(house.do(*COMPILE), 0, "written")
    expect(house.do("plan", *COMPILE[1:], "--exit-code"), 0, "up to date")


GEN = ["key", "gen"]
ADD = ["user", "add", "alice/laptop"]
COMPILE = ["compile", "topology.yaml", "-o", "out"]


def test_faults_of_the_disk():
    if not any(os.access(f"{folder}/strace", os.X_OK)
               for folder in os.environ["PATH"].split(os.pathsep)):
        return skip("strace")
    for topology, prepare, call in (
            (TOPOLOGY, [], ADD),
            (TOPOLOGY, [ADD, COMPILE], ["user", "add", "alice/phone"]),
            (TOPOLOGY, [ADD, COMPILE], ["user", "revoke", "alice"]),
            (TOPOLOGY, [ADD, COMPILE], ["user", "rotate", "alice"]),
            (KEYLESS, [GEN, ["key", "rotate", "gw"]], ["key", "rotate", "gw", "--finish"])):
        for fault in FAULTS:
            n_calls = try_each_call(topology, prepare, call, fault)
            print(f"{' '.join(call)}: {fault}, {n_calls} times")
            assert n_calls >= 2, (call, fault)
    return None


def test_an_editor_saves_meanwhile():
    """What it saved is not lost, and the second try has both."""
    with House() as house:
        expect(house.do(*ADD), 0, ".")
        call = ["user", "add", "carol"]
        process = traced(house, call, FAULTS["a name that cannot be taken"][0],
                         "delay_enter=2000000:when=1")
        end = time.monotonic() + TIMEOUT_S
        while not list(house.path.glob("topology.keys.*")):
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.01)
        edited = house.read("topology.yaml").replace("# one pool", "# one pool only")
        house.write("topology.yaml", edited)
        expect(finish(house, call, process), 2, None,
               "'topology.yaml' was changed meanwhile: run this again")
        assert house.read("topology.yaml") == edited
        expect(house.do(*call), 0, "^carol: ")
        assert "carol: {}" in inserted(edited, house.read("topology.yaml"))


def at_once(house, calls):
    processes = [(call, subprocess.Popen(
        [shared.program, *call], cwd=house.path, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"]}))
        for call in calls]
    return [finish(house, call, process) for call, process in processes]


def test_everybody_adds_somebody_at_once():
    """Also where there is no keystore yet, and some of them come to nothing."""
    for first in ([], [ADD]):
        with House() as house:
            for call in first:
                expect(house.do(*call), 0, ".")
            names = [f"user{number}" for number in range(8)]
            calls = [["user", "add", name, "--key-file", "keyfile"] for name in names]
            calls[2:2] = [["user", "add", "gpu01", "--key-file", "keyfile"]]
            calls[5:5] = [["user", "add", "gw", "--key-file", "keyfile"]]
            for result in at_once(house, calls):
                wanted = 1 if result.args[2] in ("gpu01", "gw") else 0
                assert result.returncode == wanted, result
            addresses = [house.lock_line(name).split()[1] for name in names]
            assert len(set(addresses)) == len(names), addresses
            for name in names:
                assert f"\n  {name}: {{}}\n" in house.read("topology.yaml")
                assert len(house.keys_of(name)) == 1
                assert house.key_in_lock(name) in house.read("out/hosts/gw/etc/wireguard/lab.conf")
            expect(house.do("key", "check"), 0, " 0 findings$")
            house.do("compile", "topology.yaml", "-o", "out")
            expect(house.do("plan", "topology.yaml", "-o", "out"), 0, "up to date")


def test_different_things_at_once():
    with House() as house:
        for name in ("alice", "carol", "dave"):
            expect(house.do("user", "add", name), 0, ".")
        before = network_of(house)
        calls = [["user", "revoke", "alice"], ["user", "rotate", "carol"], ["user", "add", "eve"],
                 ["user", "revoke", "dave"], ["user", "add", "frank"]]
        for result in at_once(house, [[*call, "--key-file", "keyfile"] for call in calls]):
            assert result.returncode == 0, result
        after = network_of(house)
        assert set(after) == {"bob", "carol", "eve", "frank", "gpu01", "gw"}, after
        assert after["carol"] != before["carol"]
        expect(house.do("key", "check"), 0, "3 keys, 0 findings$")


def test_public_keys_taken_at_once():
    """`key host` has no keystore to wait for."""
    names = [f"gpu{number:02}" for number in range(12)]
    servers = "".join(f"  {name}: {{ at: {{ internet: 203.0.113.{20 + i} }} }}\n"
                      for i, name in enumerate(names))
    with House(KEYLESS[:KEYLESS.index("servers:")] + "servers:\n" + servers) as house:
        for result in at_once(house, [["key", "host", name, public_key(name)] for name in names]):
            assert result.returncode == 0, result
        for name in names:
            assert house.key_in_lock(name) == public_key(name), name
        assert re.search("^gw 10", house.read("topology.lock"), re.M)


shared.main(globals(), __doc__)
