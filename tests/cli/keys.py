#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Keys: made, taken from hosts, moved in and out, replaced, checked; and never seen by git.

Usage: keys.py PROGRAM
"""

import base64
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import folder as shared
from folder import expect, skip
from house import KEYLESS, PASSPHRASE, House, private_key, public_key, wg

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "property"))
import memory_scan  # noqa: E402: it lies there

PRESHARED = KEYLESS.replace("name: lab,", "name: lab, preshared_keys: true,")


# Keys in shape, with which no handshake succeeds: zero, of small order, and not reduced.
UNUSABLE = [base64.b64encode(number.to_bytes(32, "little")).decode()
            for number in (0, 1, 2 ** 255 - 18, 2 ** 255 + 9)]


def compile_to(house, folder, *options):
    return house.run("compile", "topology.yaml", "-o", folder, *options)


def test_gen():
    with House(KEYLESS + "users:\n  alice: { devices: { pc: {} } }\n") as house:
        expect(house.run("check", "topology.yaml"), 1, None, r"\[key-missing\]$")
        topology = house.read("topology.yaml")
        result = house.do("key", "gen")
        expect(result, 0, "^made 4 keys$")
        assert result.stdout.startswith("made the keystore topology.keys: without its passphrase")
        assert result.stdout.splitlines()[2:] == [
            "  alice/pc", "  gpu01", "  gpu02", "  gw", "commit: topology.lock topology.keys"]
        assert house.read("topology.yaml") == topology
        for name in ("alice/pc", "gpu01", "gpu02", "gw"):
            [private] = house.keys_of(name)
            assert wg("pubkey", private) == house.key_in_lock(name)
        expect(house.run("check", "topology.yaml"), 0, "no findings")
        before = house.snapshot()
        expect(house.do("key", "gen"), 0, "^every node has a key: nothing was made$")
        expect(house.do("key", "gen", "gw"), 2, None, "'gw' has a key already; `wgtopo key rot")
        expect(house.do("key", "gen", "gpu03"), 2, None, "there is no node 'gpu03'")
        assert house.snapshot() == before
        expect(compile_to(house, "out", "--key-file", "keyfile"), 0, "written")
        path = "out/hosts/gpu01/etc/wireguard/lab.key"
        assert house.read(path).strip() == house.keys_of("gpu01")[0] and house.mode(path) == 0o600


def test_gen_by_name():
    """One after the other, while the others have none yet."""
    with House(KEYLESS) as house:
        expect(house.do("key", "gen", "gpu01"), 0, "^made 1 key$")
        expect(house.do("key", "gen", "gw", "gpu02"), 0, "^made 2 keys$")
        expect(house.run("check", "topology.yaml"), 0, "no findings")


def test_gen_leaves_no_keystore_behind():
    for call in (["key", "gen"], ["key", "gen", "nobody"], ["user", "add", "gw"]):
        with House() as house:
            before = house.snapshot()
            house.do(*call)
            assert house.snapshot() == before, call


def test_gen_for_ranges():
    text = KEYLESS.replace("  gpu02", '  "node[01-03]": { at: { internet: "203.0.113.[21-23]" } }\n'
                           "  gpu02")
    with House(text) as house:
        result = house.do("key", "gen")
        expect(result, 0, "^made 6 keys$")
        keys = {house.key_in_lock(name) for name in ("node01", "node02", "node03")}
        assert len(keys) == 3
        expect(house.do("key", "rotate", "node02"), 0, "the next key of node02 waits")
        expect(house.do("key", "check"), 0, "7 keys, 0 findings")
        # A range of servers that make their own keys takes them one by one.
    with House(text) as house:
        for name in ("node01", "node02", "node03", "gpu01", "gpu02", "gw"):
            expect(house.run("key", "host", name, public_key(name)), 0, f"took .* of {name}$")
        expect(house.run("check", "topology.yaml"), 0, "no findings")
        assert not (house.path / "topology.keys").exists()


def test_host():
    with House(KEYLESS) as house:
        result = house.run("key", "host", "gpu01")
        expect(result, 0, "wg genkey > lab.key")
        # The command does what it says, whatever folder it is told to work in.
        (house.path / "etc").mkdir()
        command = result.stdout.strip().replace("/etc/wireguard", shlex.quote(f"{house.path}/etc"))
        assert command != result.stdout.strip()
        keys = {subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=20,
                               check=True).stdout for _ in range(2)}
        assert len(keys) == 1, "the second run has to keep the key"
        assert house.mode("etc/lab.key") == 0o600
        [printed] = keys
        assert wg("pubkey", house.read("etc/lab.key")) == printed.strip()

        house.write("printed", printed)
        with open(house.path / "printed", encoding="ascii") as stdin:
            expect(house.run("key", "host", "gpu01", "-", stdin=stdin), 0,
                   "^took the public key of gpu01\ncommit: topology.lock$")
        assert house.key_in_lock("gpu01") == printed.strip()
        expect(house.run("key", "host", "gpu02", public_key("gpu02")), 0, "^took")
        expect(house.run("key", "host", "gw", public_key("gw")), 0, "^took")
        expect(compile_to(house, "out"), 0, "written")
        assert "/etc/wireguard/%i.key" in house.read("out/hosts/gpu01/etc/wireguard/lab.conf")
        assert not (house.path / "out/hosts/gpu01/etc/wireguard/lab.key").exists()
        expect(house.run("key", "rotate", "gpu01"), 2, None,
               r"the key of 'gpu01' is on the node.*--public-key KEY")


def test_host_refused():
    with House() as house:
        expect(house.run("key", "host", "gpu1"), 2, None, "did you mean 'gpu01'")
        expect(house.run("key", "host", "gpu01", public_key("other")), 2, None,
               r"topology\.yaml:7:\d+ has another 'public_key' for 'gpu01'")
        expect(house.run("key", "host", "gpu01", "-"), 2, None, "that is not a public key")
    with House(KEYLESS) as house:
        before = house.snapshot()
        secret = private_key("half of a line")
        for wrong in (secret[:-1], secret + "x", ""):
            result = house.run("key", "host", "gpu01", wrong)
            expect(result, 2, None, "that is not a public key")
            assert secret[4:16] not in result.stderr
        for unusable in UNUSABLE:
            expect(house.run("key", "host", "gpu01", unusable), 2, None, "not a public key")
        assert house.snapshot() == before
        expect(house.run("key", "host", "gpu01", public_key("same")), 0, "^took")
        expect(house.run("key", "host", "gpu01", public_key("same")), 0,
               "^gpu01 has this key already$")
        expect(house.run("key", "host", "gpu01", public_key("other")), 2, None,
               "^wgtopo: 'gpu01' has a key already; `wgtopo key rotate gpu01` replaces it$")
        expect(house.run("key", "host", "gpu02", public_key("same")), 1, None, "key-shared")


def test_import_and_export():
    with House(KEYLESS) as house:
        private = wg("genkey")
        house.write("private", private + "\n")
        expect(house.do("key", "import", "gpu01", "private"), 0,
               "^the key of gpu01 is in the keystore\ncommit: topology.lock topology.keys$")
        assert house.key_in_lock("gpu01") == wg("pubkey", private)
        result = house.do("key", "export", "gpu01")
        expect(result, 0, ".")
        assert result.stdout == private + "\n"
        assert private in house.keys_of("gpu01")  # what is looked for everywhere else

        other = wg("genkey")
        house.write("other", other)
        with open(house.path / "other", encoding="ascii") as stdin:
            expect(house.do("key", "import", "gw", stdin=stdin), 0, "^the key of gw")
        expect(house.do("key", "import", "gpu02", "other"), 2, None, "under another name")
        for wrong in ("", "x\n", private[:-1], private + "x", private * 3):
            house.write("wrong", wrong)
            expect(house.do("key", "import", "gpu02", "wrong"), 2, None, "not a private key")
        expect(house.do("key", "import", "gpu02", "nothing"), 2, None, "cannot read 'nothing'")
        expect(house.do("key", "import", "gpu03", "private"), 2, None, "there is no node 'gpu03'")
        expect(house.do("key", "export", "gpu02"), 2, None, "is not in the keystore")
        expect(house.run("key", "export", "gpu01"), 2, None, "opens with a key file")
        assert "not shown on a terminal" in stdout_at_terminal(house, "key", "export", "gpu01",
                                                               "--key-file", "keyfile")
    with House() as house:
        house.write("private", private_key("gpu01"))
        expect(house.do("key", "import", "gpu01", "private"), 0, "is in the keystore")
        house.write("private", private_key("another"))
        expect(house.do("key", "import", "gpu01", "private"), 2, None, "has another 'public_key'")
        expect(compile_to(house, "out", "--key-file", "keyfile"), 0, "written")
        assert house.read("out/hosts/gpu01/etc/wireguard/lab.key").strip() == private_key("gpu01")


def stdout_at_terminal(house, *arguments):
    """What a terminal that is stdout and stderr gets."""
    ours, theirs = os.openpty()
    process = subprocess.Popen([shared.program, *arguments], cwd=house.path, stdout=theirs,
                               stderr=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    text = b""
    try:
        while piece := os.read(ours, 4096):
            text += piece
    except OSError:  # the last writer is gone
        pass
    os.close(ours)
    assert process.wait(60) == 2
    house.said.append((arguments, text.decode()))
    return text.decode()


def test_silence_is_listened_to():
    """What every test here ends with can fail."""
    with House(PRESHARED) as house:
        house.do("key", "gen")
        expect(compile_to(house, "out", "--key-file", "keyfile"), 0, "written")
        [private] = house.keys_of("gw")
        preshared = next(iter(house.preshared_keys().values()))
        for text in (private, f"'{private[:-1]}'", preshared, PASSPHRASE,
                     base64.b64decode(private).hex()):
            house.said.append((["some", "call"], f"wgtopo: no such thing: {text}\n"))
            try:
                house.check_silence()
            except AssertionError:
                house.said.pop()
            else:
                raise AssertionError(f"nobody listens to {len(text)} characters")


def test_list():
    with House(KEYLESS) as house:
        house.do("key", "gen", "gpu01")
        house.run("key", "host", "gpu02", public_key("gpu02"))
        house.do("key", "rotate", "gpu01")
        result = house.run("key", "list")
        expect(result, 0, r"^gpu01 +server +\S{44} +lock +- +\S{44}$")
        assert re.search(r"^gw +gateway +- +none +nowhere +-$", result.stdout, re.M), result.stdout
        result = house.do("key", "list")
        expect(result, 0, r"^gpu01 +server +\S{44} +lock +keystore +\S{44}$")
        assert re.search(r"^gpu02 +server +\S{44} +lock +node +-$", result.stdout, re.M)
        nodes = json.loads(house.do("key", "list", "--format", "json").stdout)
        assert [(node["node"], node["private_half"]) for node in nodes] == [
            ("gpu01", "keystore"), ("gpu02", "node"), ("gw", "nowhere")], nodes
        nodes = json.loads(house.run("key", "list", "--format", "json").stdout)
        assert [node["private_half"] for node in nodes] == [None, None, "nowhere"], nodes
    with House() as house:
        expect(house.run("key", "list"), 0, r"^bob +device +\S{44} +topology +- +-$")


def test_rotate():
    with House(KEYLESS) as house:
        house.do("key", "gen")
        compile_to(house, "out", "--key-file", "keyfile")
        old = house.key_in_lock("gpu01")
        expect(house.do("key", "rotate", "gpu01"), 0, "^the next key of gpu01 waits beside")
        present, following = house.lock_line("gpu01").split()[-2:]
        assert present == old and re.fullmatch(r"next=\S{44}", following)
        assert len(house.keys_of("gpu01")) == 2
        expect(compile_to(house, "out", "--key-file", "keyfile"), 0, "^0 files written")
        expect(house.do("key", "rotate", "gpu01"), 2, None, "is waiting already: --finish")

        result = house.do("key", "rotate", "gpu01", "--finish")
        expect(result, 0, "^gpu01 goes by its new key from now on; in this order:$")
        steps = re.findall(r"^  (\d)\. (.*)$", result.stdout, re.M)
        assert [number for number, _ in steps] == ["1", "2", "3", "4", "5"], steps
        assert steps[3][1] == "on gpu01: bash /etc/wireguard/lab.reload", steps
        assert house.lock_line("gpu01").split()[-1] == following.removeprefix("next=")
        assert len(house.keys_of("gpu01")) == 1
        result = house.do("plan", "topology.yaml", "-o", "out")
        expect(result, 0, r"^  1\. copy to all hosts before any is reloaded\n"
                          r"  2\. reload gpu01, and the others right after\n"
                          r"  3\. reload gw\n  4\. reload gpu02$")
        expect(compile_to(house, "out", "--key-file", "keyfile"), 0, "written")
        for host in ("gpu02", "gw"):
            conf = house.read(f"out/hosts/{host}/etc/wireguard/lab.conf")
            assert following.removeprefix("next=") in conf and old not in conf
        expect(house.do("key", "rotate", "gpu01", "--finish"), 2, None, "no next key of 'gpu01'")
        expect(house.do("key", "check"), 0, "3 keys, 0 findings")


def test_rotate_abort():
    with House(KEYLESS) as house:
        house.do("key", "gen")
        line = house.lock_line("gw")
        house.do("key", "rotate", "gw")
        expect(house.do("key", "rotate", "gw", "--abort"), 0, "^the next key of gw is dropped$")
        assert house.lock_line("gw") == line and len(house.keys_of("gw")) == 1
        expect(house.do("key", "rotate", "gw", "--abort"), 2, None, "no next key of 'gw'")
        expect(house.do("key", "rotate", "gw", "--abort", "--finish"), 2, None, "exclude each")


def test_rotate_on_the_node():
    with House(KEYLESS) as house:
        for name in ("gpu01", "gpu02", "gw"):
            house.run("key", "host", name, public_key(name))
        expect(house.run("key", "rotate", "gpu01"), 2, None, r"lab\.key\.next")
        for wrong in ("x", *UNUSABLE):
            expect(house.run("key", "rotate", "gpu01", "--public-key", wrong), 2, None, "takes the")
        expect(house.run("key", "rotate", "gpu01", "--public-key", public_key("gw")), 1, None,
               "key-shared")
        expect(house.run("key", "rotate", "gpu01", "--public-key", public_key("new")), 0, "waits")
        result = house.run("key", "rotate", "gpu01", "--finish")
        expect(result, 0, r"^  4\. on gpu01: .*mv lab\.key\.next lab\.key")
        assert house.key_in_lock("gpu01") == public_key("new")
        assert not (house.path / "topology.keys").exists()
    with House() as house:
        before = house.snapshot()
        expect(house.run("key", "rotate", "gpu01"), 2, None,
               r"the key of 'gpu01' stands in topology\.yaml:7:\d+")
        assert house.snapshot() == before


def test_new_preshared_keys():
    """The one way to replace the secret that all of them come from."""
    with House(PRESHARED) as house:
        house.do("key", "gen")
        compile_to(house, "out", "--key-file", "keyfile")
        before = house.preshared_keys()
        lock = house.read("topology.lock")
        result = house.do("key", "reseal", "--new-key-file", "keyfile", "--new-preshared-keys")
        expect(result, 0, "^every pair has another preshared key: compile, copy to all")
        compile_to(house, "out", "--key-file", "keyfile")
        after = house.preshared_keys()
        assert before.keys() == after.keys() and before
        assert not set(before.values()) & set(after.values())
        assert house.read("topology.lock") == lock


def test_lost_keystore():
    """A new one is not made in its place unless somebody says so."""
    with House(KEYLESS + "users:\n  alice: {}\n  bob: {}\n") as house:
        house.do("key", "gen")
        kept = house.read("topology.keys")
        (house.path / "topology.keys").unlink()
        before = house.snapshot()
        for verb in (["user", "add", "dora"], ["user", "rotate", "alice"]):
            expect(house.do(*verb), 2, None, "there is no keystore 'topology.keys', but '(alice|bob)' has")
            assert house.snapshot() == before
        expect(house.do("user", "add", "dora", "--new-keystore"), 0, "^made the keystore")
        house.write("topology.keys", kept)


def test_lost_lock():
    with House(KEYLESS) as house:
        house.do("key", "gen")
        (house.path / "topology.lock").unlink()
        result = house.do("key", "check")
        expect(result, 1, "3 findings$")
        assert result.stdout.count("the lock has none: restore the lock from git") == 3
        expect(house.do("key", "gen"), 2, None, "the keystore has a key of 'gpu01', and the lock")
        expect(house.do("key", "gen", "gpu01"), 0, "^made 1 key$")


def test_check():
    with House(KEYLESS + "users:\n  alice: {}\n") as house:
        expect(house.do("key", "check"), 2, None, "there is no keystore 'topology.keys'")
        expect(house.do("key", "check", "--prune"), 2, None, "there is no keystore")
        assert not (house.path / "topology.keys").exists()
        expect(house.do("key", "gen", "gpu01", "alice"), 0, "^made 2 keys$")
        result = house.do("key", "check")
        expect(result, 1, "2 keys, 2 findings$")
        assert "gw: it has no key: `wgtopo key gen` makes one" in result.stdout
        house.do("key", "gen")
        expect(house.do("key", "check"), 0, "4 keys, 0 findings$")

        # A server less, by an editor; a device whose key somebody has written over.
        text = house.read("topology.yaml")
        house.write("topology.yaml", re.sub(r"^  gpu02.*\n", "", text, flags=re.M))
        house.run("compile", "topology.yaml", "-o", "out")
        result = house.do("key", "check")
        expect(result, 1, "4 keys, 1 finding$")
        assert "gpu02: a key in the keystore that no node has" in result.stdout
        expect(house.do("key", "check", "--prune"), 0, "3 keys, 0 findings, 1 removed$")
        assert not house.keys_of("gpu02")
        lock = house.read("topology.lock")
        house.write("topology.lock", lock.replace(house.key_in_lock("alice"), public_key("x")))
        result = house.do("key", "check")
        expect(result, 1, "3 keys, 2 findings$")
        assert "alice: the private half of its key is lost" in result.stdout


def test_prune_in_doubt():
    """A network that is not whole makes everybody's key look like nobody's."""
    with House(KEYLESS) as house:
        house.do("key", "gen")
        keys = house.keys()
        lock = house.read("topology.lock")
        for text, reason in ((lock + "<<<<<<< ours\n", "lock-corrupt"), ("", "key-missing"),
                             (lock.replace("gw 10.", "gw 11."), "lock-corrupt|address")):
            house.write("topology.lock", text)
            expect(house.do("key", "check", "--prune"), 1, None, reason)
            assert house.keys() == keys, reason
        (house.path / "topology.lock").unlink()
        expect(house.do("key", "check", "--prune"), 1, None, "key-missing")
        house.write("topology.lock", lock)
        house.write("topology.yaml", KEYLESS.replace("internet: 203.0.113.11", "nowhere: 10.0.0.1"))
        expect(house.do("key", "check", "--prune"), 1, None, "name-unknown")
        expect(house.do("key", "check"), 1, None, "name-unknown")
        assert house.keys() == keys


def test_closed_keystore():
    """What is written with the keystore open is not lost to a run that has it closed."""
    with House(PRESHARED) as house:
        house.do("key", "gen")
        house.do("user", "add", "alice")
        before = house.snapshot()
        for options in ([], ["--no-keys"]):
            expect(compile_to(house, "out", *options), 1, None, r"\[artifact-needs-keys\]$")
            assert house.snapshot() == before
        expect(compile_to(house, "elsewhere"), 0,
               "^topology.keys stayed closed: no file has a key out of it$")
        result = compile_to(house, "further", "--no-keys")
        expect(result, 0, "written")
        assert "stayed closed" not in result.stdout
        for folder in ("elsewhere", "further"):
            written = b"".join(path.read_bytes() for path in (house.path / folder).rglob("*")
                               if path.is_file())
            for secret in house.secrets.values():
                assert base64.b64encode(secret)[:42] not in written
            assert not re.search(rb"\nPresharedKey = (?!PUT-)", written)
            assert b"/etc/wireguard/%i.psk/" in written or b"lab.psk/" in written
        assert house.preshared_keys()
        expect(compile_to(house, "out", "--force"), 0, "written")
        assert not house.preshared_keys()
        expect(compile_to(house, "out", "--key-file", "keyfile"), 0, "written")
        assert house.preshared_keys()
        expect(house.do("compile", "topology.yaml", "-o", "out", "--passphrase-file", "passphrase"),
               2, None, "exclude each other")


def test_wrong_keys_to_the_keystore():
    with House(KEYLESS) as house:
        house.do("key", "gen")
        before = house.snapshot()
        house.write("other", bytes(reversed(range(32))))
        house.write("short", bytes(31))
        house.write("long", bytes(33))
        before = house.snapshot()
        for call in (["key", "list"], ["user", "add", "alice"],
                     ["compile", "topology.yaml", "-o", "out"]):
            for options, reason in (
                    (["--key-file", "other"], "the keystore 'topology.keys' does not open with this "
                     "passphrase or key file; try another"),
                    (["--key-file", "short"], "'short' has 31 bytes, and a key file has 32"),
                    (["--key-file", "long"], "'long' is longer than the 32 bytes of a key file; "
                     "`head -c 32 /dev/urandom > FILE` makes one"),
                    (["--key-file", "none"], "cannot read 'none'"),
                    (["--key-file", "."], "cannot read '.'"),
                    (["--passphrase-file", "passphrase"], "opens with a key file")):
                expect(house.run(*call, *options), 2, None, reason)
        assert house.snapshot() == before

        sealed = house.read("topology.keys")
        middle = len(sealed) // 2
        lines = sealed.splitlines(keepends=True)
        other = "B" if sealed[middle] == "A" else "A"
        for damaged, words in (
                (sealed[:middle], "is damaged: .*; restore it from git"),
                (sealed[:middle] + other + sealed[middle + 1:], "is damaged: "),
                ("", "is empty; restore it from git"),
                ("something else\n", "is not a sealed keystore; restore it from git"),
                (sealed.replace("\n", "\r\n"), r"has the line ends of another system; put .*"
                 r"`\*\.keys -text -merge` into \.gitattributes"),
                ("".join([lines[0], "<<<<<<< HEAD\n", *lines[1:-1], "=======\n", *lines[1:-1],
                          ">>>>>>> other\n", lines[-1]]), "holds a merge conflict; take one side")):
            house.write("topology.keys", damaged)
            for call in (["key", "check"], ["user", "add", "alice"], ["key", "gen"],
                         ["key", "reseal", "--new-key-file", "keyfile"]):
                expect(house.do(*call), 2, None, f"the keystore 'topology.keys' {words}")
                assert house.read("topology.keys") == damaged
        house.write("topology.keys", sealed)
        expect(house.do("key", "check"), 0, "3 keys")


def test_reseal():
    with House(KEYLESS) as house:
        expect(house.do("key", "reseal", "--new-passphrase-file", "passphrase"), 2, None,
               "there is no keystore 'topology.keys'; `wgtopo key gen` makes one")
        house.do("key", "gen")
        keys = house.keys()
        before = house.snapshot()
        house.write("old.keys", house.read("topology.keys"))

        result = house.do("key", "reseal", "--new-passphrase-file", "passphrase")
        expect(result, 0, "^topology.keys is sealed anew\ncommit: topology.keys\nold commits .*open")
        assert house.keys() == keys and house.mode("topology.keys") == 0o600
        after = house.snapshot()
        assert [name for name in before if before[name] != after[name]] == ["topology.keys"]
        expect(house.do("key", "check"), 2, None, "opens with a passphrase")
        expect(house.run("key", "check", "--passphrase-file", "passphrase"), 0, "3 keys, 0 findings")

        # Back to a key file, through a variable; and with the same one it is written all the same.
        house.write("other", bytes(reversed(range(32))))
        expect(house.run("key", "reseal", "--passphrase-env", "WORD", "--new-key-file", "other",
                         WORD=PASSPHRASE), 0, "sealed anew")
        expect(house.do("key", "check"), 2, None, "does not open with this passphrase or key file")
        for new in ("keyfile", "keyfile"):
            sealed = house.read("topology.keys")
            old = "other" if house.do("key", "check").returncode else "keyfile"
            expect(house.run("key", "reseal", "--key-file", old, "--new-key-file", new), 0,
                   "sealed anew")
            assert house.read("topology.keys") != sealed and house.keys() == keys

        # What somebody kept still opens: that is what the note is about.
        house.write("topology.keys", house.read("old.keys"))
        expect(house.do("key", "check"), 0, "3 keys, 0 findings")


def test_reseal_whatever_the_topology_says():
    with House(KEYLESS) as house:
        house.do("key", "gen")
        house.write("topology.yaml", KEYLESS + "<<<<<<< HEAD\n")
        expect(house.run("key", "list"), 1, None, ".")
        expect(house.do("key", "reseal", "--new-key-file", "keyfile"), 0, "sealed anew")
        expect(house.do("key", "reseal", "--new-key-file", "keyfile", "-t", "lab.yaml"), 2, None,
               "cannot read 'lab.yaml': there is no such file")


def test_reseal_refused():
    with House(KEYLESS) as house:
        house.do("key", "gen")
        house.write("other", bytes(reversed(range(32))))
        house.write("short", bytes(31))
        house.write("long", bytes(33))
        house.write("empty", "\n")
        house.write("lines", "one\ntwo\n")
        before = house.snapshot()
        for options, variables, reason in (
                (["--new-key-file", "short"], {}, "--new-key-file: 'short' has 31 bytes"),
                (["--new-key-file", "long"], {}, "--new-key-file: 'long' is longer"),
                (["--new-key-file", "none"], {}, "--new-key-file: cannot read 'none'"),
                (["--new-passphrase-file", "empty"], {}, "the passphrase is empty"),
                (["--new-passphrase-file", "lines"], {}, "'lines' has more than one line"),
                (["--new-passphrase-env", "WORD"], {}, "--new-passphrase-env: the env"),
                (["--new-passphrase-env", "WORD"], {"WORD": ""}, "the passphrase is empty"),
                (["--new-key-file", "other", "--new-passphrase-file", "passphrase"], {},
                 "--new-key-file, --new-passphrase-file and --new-passphrase-env exclude"),
                (["--new-key-file", "other", "--passphrase-file", "passphrase"], {},
                 "--key-file, --passphrase-file and --passphrase-env exclude each other")):
            expect(house.do("key", "reseal", *options, **variables), 2, None, reason)
            assert house.snapshot() == before, reason
        expect(house.run("key", "reseal", "--key-file", "other", "--new-key-file", "keyfile"), 2,
               None, "does not open with this")
        assert house.snapshot() == before


def git(house, *arguments, **options):
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(house.path)}
    for who in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{who}_NAME": "nobody", f"GIT_{who}_EMAIL": "nobody@example.org"}
    options = {"check": True, "capture_output": True, "timeout": 60, **options}
    return subprocess.run(["git", *arguments], cwd=house.path, env=environment, **options).stdout


def commit(house, message):
    git(house, "add", ".gitattributes", "topology.yaml", "topology.lock", "topology.keys")
    git(house, "commit", "--quiet", "-m", message)


def test_two_people_at_once():
    """Merged in the order of docs/people.md, and no key is lost."""
    if not shutil.which("git"):
        return skip("git")
    with House(KEYLESS + "users:\n  alice: {}\n") as house:
        house.write(".gitattributes", "*.keys -text -merge\n")
        git(house, "init", "--quiet", "--initial-branch=ours")
        house.do("key", "gen")
        commit(house, "before")
        git(house, "checkout", "--quiet", "-b", "theirs")
        expect(house.do("user", "add", "tom"), 0, ".")
        commit(house, "tom")
        key = house.key_in_lock("tom")
        git(house, "worktree", "add", "--quiet", "--detach", "theirs", "theirs")
        git(house, "checkout", "--quiet", "ours")
        expect(house.do("user", "add", "mary"), 0, ".")
        commit(house, "mary")
        sealed = house.read("topology.keys")
        assert "CONFLICT" in git(house, "merge", "theirs", check=False).decode()
        assert house.read("topology.keys") == sealed, "git has put its markers into the keystore"

        expect(house.run("check", "topology.yaml"), 1, None, "the lock holds a merge conflict")
        for name in ("topology.yaml", "topology.lock"):
            house.write(name, re.sub("^(<<<<<<<|=======|>>>>>>>).*\n", "", house.read(name),
                                     flags=re.M))
        git(house, "checkout", "--ours", "topology.keys")
        expect(house.run("check", "topology.yaml"), 1, None, "given to both 'mary' and 'tom'")
        lock = house.read("topology.lock")
        free = lock.replace("tom 10.20.0.5", "tom 10.20.0.6")
        assert free != lock
        house.write("topology.lock", free)
        result = house.do("key", "check")
        expect(result, 1, "^tom: the private half of its key is lost: `wgtopo user rotate`")
        house.write("topology.lock", re.sub("^tom .*\n", "", lock, flags=re.M))

        # Through a file here, where everything is read by check_silence().
        exported = house.do("key", "export", "tom", "-t", "theirs/topology.yaml")
        house.write("exported", exported.stdout)
        expect(house.do("key", "import", "tom", "exported"), 0, "^the key of tom is in the key")
        expect(house.do("key", "check"), 0, "6 keys, 0 findings")
        assert house.key_in_lock("tom") == key
        commit(house, "merged")
    return None


def test_a_keystore_with_other_line_ends():
    """What git does to it on Windows, and what the remedy that is named does."""
    if not shutil.which("git"):
        return skip("git")
    with House(KEYLESS) as house:
        git(house, "init", "--quiet")
        house.do("key", "gen")
        sealed = house.read("topology.keys")
        git(house, "add", "topology.yaml", "topology.lock", "topology.keys")
        git(house, "commit", "--quiet", "-m", "before")
        git(house, "config", "core.autocrlf", "true")
        (house.path / "topology.keys").unlink()
        git(house, "checkout", "topology.keys")
        expect(house.do("key", "check"), 2, None, "has the line ends of another system")
        house.write(".gitattributes", "*.keys -text -merge\n")
        git(house, "checkout", "topology.keys")
        assert house.read("topology.keys") == sealed
        expect(house.do("key", "check"), 0, "3 keys, 0 findings")
    return None


def test_git_never_learns_a_key():
    """As committed after each step, by a whole history that anybody may read."""
    if not shutil.which("git"):
        return skip("git")
    with House(PRESHARED) as house:
        git(house, "init", "--quiet")
        house.write("imported", private_key("imported"))
        steps = [["key", "gen", "gw"], ["key", "import", "gpu01", "imported"], ["key", "gen"],
                 ["user", "add", "alice", "--device", "laptop"], ["user", "add", "alice/phone"],
                 ["compile", "topology.yaml", "-o", "out"], ["key", "rotate", "gpu01"],
                 ["key", "rotate", "gpu01", "--finish"], ["user", "rotate", "alice/phone"],
                 ["key", "reseal", "--new-key-file", "keyfile"],
                 ["user", "revoke", "alice/phone"], ["key", "check", "--prune"],
                 ["user", "revoke", "alice"]]
        preshared = set()
        for step in steps:
            result = house.do(*step)
            assert result.returncode == 0, result.stderr
            preshared |= set(house.preshared_keys().values())
            files = [name for name in ("topology.yaml", "topology.lock", "topology.keys")
                     if (house.path / name).exists()]
            git(house, "add", *files)
            git(house, "commit", "--quiet", "--allow-empty", "-m",
                f"{' '.join(step)}\n\n{result.stdout}")
        public = house.key_in_lock("gw").encode()
        history = git(house, "cat-file", "--batch-all-objects", "--batch")
        assert history.count(b"BEGIN WGTOPO KEYSTORE") > 6 and public in history
        needles = {"key file": (house.path / "keyfile").read_bytes()}
        for name, secret in house.secrets.items():
            needles |= memory_scan.spellings(name, secret)
        for text in preshared:
            needles |= memory_scan.spellings("preshared key", base64.b64decode(text))
        assert len(house.secrets) >= 7 and len(preshared) >= 3
        found = [name for name, needle in needles.items() if needle in history]
        assert not found, found
    return None



shared.main(globals(), __doc__)
