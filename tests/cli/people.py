#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Users and devices: let in, listed, shown, rotated, revoked and expired; and what `plan` says of it.

Usage: people.py PROGRAM
"""

import json
import re
import shutil
import subprocess

import folder as shared
from folder import expect, skip
from house import TOPOLOGY, House, inserted, private_key, public_key, wg, whole_lines

LAPTOP = "out/users/alice/laptop/lab.conf"
GATEWAY = "out/hosts/gw/etc/wireguard/lab.conf"
SERVER = "out/hosts/gpu01/etc/wireguard/lab.conf"
CACHE = "out/.wgtopo-state"  # what publishing remembers of the files it wrote
TWO_GATEWAYS = TOPOLOGY.replace("servers:", f"""  gw2: {{ at: {{ internet: 203.0.113.2 }}, \
public_key: "{public_key("gw2")}" }}
servers:""").replace("bob: {", "bob: { gateways: [gw],")
PRESHARED = TOPOLOGY.replace("name: lab,", "name: lab, preshared_keys: true,")


def add_alice(house, *options):
    expect(house.do("user", "add", "alice", "--device", "laptop", *options), 0, "^alice/laptop: ")


def publish(house):
    """Other people's devices are nothing to the verbs about one."""
    expect(house.do("compile", "topology.yaml", "-o", "out"), 0, "written")


def private_in(text):
    found = re.search(r"^PrivateKey = (\S{44})$", text, re.M)
    return found and found.group(1)


def test_add():
    with House() as house:
        result = house.do("user", "add", "alice", "--device", "laptop", "--group", "research,staff",
                          "--expires", "2099-12-31")
        expect(result, 0, r"^alice/laptop: 10\.20\.0\.\d+, through gw$")
        for line in (f"  {LAPTOP}", "next, let the gateway know:",
                     "  scp -r out/hosts/gw/etc root@gw:/ && ssh root@gw bash "
                     "/etc/wireguard/lab.reload",
                     "then in the same way, so that they answer: gpu01",
                     "commit: topology.yaml topology.lock topology.keys"):
            assert line in result.stdout.splitlines(), result.stdout
        line = inserted(TOPOLOGY, house.read("topology.yaml"))
        assert line.strip("\n") == ("  alice: { devices: { laptop: {} }, groups: [research, staff], "
                                    "expires: 2099-12-31 }"), line
        assert re.fullmatch(r"alice/laptop 10\.20\.0\.\d+ \S{44}", house.lock_line("alice/laptop"))

        private = private_in(house.read(LAPTOP))
        assert house.keys_of("alice/laptop") == [private]
        assert wg("pubkey", private) == house.key_in_lock("alice/laptop")
        assert house.key_in_lock("alice/laptop") in house.read(GATEWAY)
        assert house.mode("topology.keys") == 0o600 and house.mode(LAPTOP) == 0o600
        assert house.mode("out/users/alice/laptop") == 0o700
        expect(house.run("check", "topology.yaml"), 0, "no findings")
        expect(house.do("compile", "topology.yaml", "-o", "out"), 0, "^2 files written")  # bob's


def test_add_another_device():
    with House() as house:
        add_alice(house)
        topology = house.read("topology.yaml")
        laptop = (house.read(LAPTOP), (house.path / LAPTOP).stat().st_mtime_ns)
        result = house.do("user", "add", "alice/phone")
        expect(result, 0, "^alice/phone: ")
        assert "alice/laptop" not in result.stdout, result.stdout
        assert inserted(topology, house.read("topology.yaml")).strip(" ,") == "phone: {}"
        assert laptop == (house.read(LAPTOP), (house.path / LAPTOP).stat().st_mtime_ns)
        assert house.key_in_lock("alice/laptop") != house.key_in_lock("alice/phone")
        assert house.keys_of("alice/laptop") != house.keys_of("alice/phone")


def test_add_a_user_that_is_a_device():
    with House() as house:
        expect(house.do("user", "add", "node7"), 0, r"^node7: 10\.")
        assert inserted(TOPOLOGY, house.read("topology.yaml")).strip() == "node7: {}"
        assert private_in(house.read("out/users/node7/lab.conf")) in house.keys_of("node7")


def test_add_with_a_key_of_its_own():
    with House() as house:
        key = public_key("carol/pc")
        expect(house.run("user", "add", "carol", "--device", "pc", "--public-key", key), 0,
               "^commit: topology.yaml topology.lock$")
        assert not (house.path / "topology.keys").exists()
        assert f'pc: {{ public_key: "{key}" }}' in house.read("topology.yaml")
        assert key not in house.read("topology.lock") and key in house.read(GATEWAY)
        conf = house.read("out/users/carol/pc/lab.conf")
        # Filled in, it is a valid import.
        place = re.search(r"^PrivateKey = PUT-[A-Z-]+$", conf, re.M)
        assert place, conf
        full = conf.replace(place.group(), f"PrivateKey = {private_key('carol/pc')}")
        assert "[Interface]\nPrivateKey" in full or "PrivateKey" in full.split("[Peer]")[0], full
        if not shutil.which("wg-quick"):
            skip("wg-quick")
        else:
            house.write("lab.conf", full)
            stripped = subprocess.run(["wg-quick", "strip", house.path / "lab.conf"],
                                      capture_output=True, text=True, timeout=20, check=True)
            assert private_key("carol/pc") in stripped.stdout
        house.write("lab.conf", "")


REFUSALS = [
    (["bob"], 2, "user 'bob' is there already; add a device with --device"),
    (["bob", "--device", "pc"], 2, "user 'bob' is a device without a name of its own"),
    (["alice/laptop"], 2, "'alice/laptop' is there already; `wgtopo user rotate alice/laptop`"),
    (["alice", "--device", "tablet", "--group", "staff"], 2, "--group is for a new user"),
    (["alice", "--device", "tablet", "--expires", "2099-01-01"], 2, "--expires is for a new user"),
    (["alice", "--device", "tablet", "--gateway", "gw"], 2, "--gateway is for a new user"),
    (["carol/pc", "--device", "pc"], 2, "'carol/pc' names a device, and --device another"),
    (["carol@gw"], 2, "gateways are named by --gateway, not in 'carol@gw'"),
    (["Bad Name"], 2, "'Bad Name' is not a name: write only lower-case letters"),
    (["carol: {}"], 2, "'carol: {}' is not a name"),
    (["carol", "--device", "p c"], 2, "'p c' is not a name"),
    (["carol", "--gateway", "gw, mallory: {"], 2, "' mallory: {' is not a name"),
    (["gpu01"], 1, r"\[name-duplicate\]$"),
    (["carol[1-2]"], 2, r"'carol\[1-2\]' is not a name"),
    (["carol", "--expires", "tomorrow"], 2, "--expires takes a day such as 2027-06-30, not"),
    (["carol", "--expires", "2027-02-29"], 2, "--expires takes a day"),
    (["carol", "--expires", "2020-01-01"], 2, "user 'carol' expired on 2020-01-01"),
    (["carol", "--gateway", "gw2"], 1,
     r"^topology\.yaml:1[23]:23: error: there is no gateway 'gw2' \[name-unknown\]$"),
    (["carol", "--gateway", "gw,gw"], 1, r"\[bad-value\]$"),
    (["carol", "--gateway", "gpu01"], 1, "'gpu01' is a server, not a gateway"),
    (["carol", "--public-key", public_key("gw")], 1, r"\[key-shared\]$"),
    (["carol", "--as-of", "now"], 2, "--as-of takes a day"),
    (["carol", "-t", "no.yaml"], 2, "cannot read 'no.yaml': there is no such file"),
    (["carol", "-t", "."], 2, "cannot read"),
]


def test_add_refused():
    """Nothing is changed by what is refused: not even the keystore."""
    with House() as house:
        add_alice(house)
        before = house.snapshot()
        for arguments, status, reason in REFUSALS:
            expect(house.do("user", "add", *arguments), status, None, reason)
            assert house.snapshot() == before, arguments


def test_add_refused_in_an_empty_house():
    """Nor is anything made for it."""
    with House() as house:
        before = house.snapshot()
        for arguments, status, reason in REFUSALS:
            if not arguments[0].startswith("alice"):
                expect(house.do("user", "add", *arguments), status, None, reason)
                assert house.snapshot() == before, arguments


def test_add_never_echoes_a_key():
    """What is no public key may be half of a private one."""
    secret = private_key("slip of the pen")
    with House() as house:
        for value in (secret[:-1], secret + "=", secret[1:], secret + secret, f" {secret}"):
            result = house.run("user", "add", "carol", "--public-key", value)
            expect(result, 2, None, "--public-key takes the 44 characters")
            assert secret[4:16] not in result.stderr and secret[20:32] not in result.stderr
        # As a name, too, it may be there by a slip.
        for call in (["user", "add", secret], ["user", "show", secret], ["key", "list", secret]):
            house.run(*call)


def test_add_to_topologies_of_many_forms():
    head = TOPOLOGY[:TOPOLOGY.index("users:")]
    forms = [
        (head, "users:\n  alice: {}\n"),
        (head + "users:\n", "\n  alice: {}"),
        (head + "users: {}\n", None),
        (head + "users: ~\n", None),
        (head + "users: null # nobody yet\n", None),
        (head + f"users: {{ bob: {{ public_key: '{public_key('bob')}' }} }} # c", ", alice: {}"),
        (head + f"users: {{\n  bob: {{ public_key: '{public_key('bob')}' }},\n}}\n", None),
        (TOPOLOGY.replace("\n", "\r\n"), "  alice: {}\r\n"),
        (TOPOLOGY.rstrip("\n"), "  alice: {}\n"),
        (head + f"users:\n  bob: {{ public_key: '{public_key('bob')}' }}", "\n  alice: {}"),
    ]
    for text, expected in forms:
        with House(text) as house:
            house.write("topology.yaml", text)
            expect(house.do("user", "add", "alice"), 0, "^alice: ")
            after = house.read("topology.yaml")
            if expected is not None:
                assert inserted(text, after).strip(" \r\n") == expected.strip(" \r\n"), after
            expect(house.run("check", "topology.yaml"), 0, "no findings")
            # Out again, everything else is still as it was.
            expect(house.do("user", "revoke", "alice"), 0, "^alice is out")
            lines = whole_lines(house.read("topology.yaml"))
            assert lines[:len(whole_lines(head))] == whole_lines(head), lines


def test_add_to_a_broken_topology():
    for text, rule in ((TOPOLOGY + "servers: {}\n", "yaml-duplicate-key"),
                       (TOPOLOGY.replace("users:  ", "users: [a]  "), "yaml-syntax"),
                       (TOPOLOGY[:TOPOLOGY.index("users:")] + "users: [a]\n", "wrong-type"),
                       (TOPOLOGY.replace("addresses", "adresses"), "unknown-key"),
                       (TOPOLOGY.replace("203.0.113.11", "203.0.113.1"), "endpoint-shared")):
        with House(text) as house:
            before = house.snapshot()
            expect(house.do("user", "add", "alice"), 1, None, rf"\[{rule}\]$")
            assert house.snapshot() == before


def test_add_where_users_are_included():
    text = "include: [people.yaml]\n" + TOPOLOGY[:TOPOLOGY.index("users:")]
    people = TOPOLOGY[TOPOLOGY.index("users:"):]
    for folder in (".", "sub"):
        with House() as house:
            (house.path / folder).mkdir(exist_ok=True)
            house.write(f"{folder}/topology.yaml", text)
            house.write(f"{folder}/people.yaml", people)
            place = [] if folder == "." else ["-t", "sub/topology.yaml"]
            prefix = "" if folder == "." else "sub/"
            expect(house.do("user", "add", "alice", *place), 0,
                   f"^commit: {prefix}people.yaml {prefix}topology.lock {prefix}topology.keys$")
            assert house.read(f"{folder}/topology.yaml") == text
            assert inserted(people, house.read(f"{folder}/people.yaml")).strip() == "alice: {}"
            expect(house.do("user", "add", "carol", "--gateway", "no", *place), 1, None,
                   rf"^{prefix}people\.yaml:\d+:\d+: error: .*\[name-unknown\]$")
            expect(house.do("user", "revoke", "alice", *place), 0,
                   f"^commit: {prefix}people.yaml ")
            assert house.read(f"{folder}/people.yaml") == people


def test_add_behind_a_link():
    with House() as house:
        (house.path / "real").mkdir()
        (house.path / "topology.yaml").rename(house.path / "real/lab.yaml")
        (house.path / "real/lab.yaml").chmod(0o640)
        (house.path / "topology.yaml").symlink_to("real/lab.yaml")
        add_alice(house)
        assert (house.path / "topology.yaml").is_symlink()
        assert inserted(TOPOLOGY, house.read("real/lab.yaml")).startswith("  alice:")
        assert house.mode("real/lab.yaml") == 0o640
        assert (house.path / "topology.keys").is_file()
        assert sorted(path.name for path in (house.path / "real").iterdir()) == ["lab.yaml"]


def test_several_gateways():
    with House(TWO_GATEWAYS) as house:
        expect(house.do("user", "add", "alice", "--device", "laptop"), 2, None,
               "there are 2 gateways, and 'alice' could use any of them: say which, such as "
               "--gateway gw$")
        result = house.do("user", "add", "alice", "--device", "laptop", "--gateway", "gw2,gw")
        expect(result, 0, r"^alice/laptop: 10\.20\.0\.\d+, through gw2$")
        assert re.search(r"^alice/laptop@gw: 10\.20\.0\.\d+, through gw$", result.stdout, re.M)
        for host in ("gw", "gw2"):
            assert f"  scp -r out/hosts/{host}/etc" in result.stdout, result.stdout
            assert house.key_in_lock("alice/laptop") in house.read(
                f"out/hosts/{host}/etc/wireguard/lab.conf")
        files = sorted(path.name for path in (house.path / "out/users/alice/laptop").glob("*.conf"))
        assert files == ["lab-gw.conf", "lab.conf"], files
        first, second = (house.read(f"out/users/alice/laptop/{name}") for name in files)
        assert private_in(first) == private_in(second) == house.keys_of("alice/laptop")[0]
        assert "203.0.113.1:" in first and "203.0.113.2:" in second
        for name in ("alice", "alice/laptop", "alice/laptop@gw"):
            expect(house.do("user", "qr", name), 0, "\u2588")
        expect(house.do("user", "revoke", "alice/laptop@gw"), 2, None, "leave '@gw' out")
        expect(house.do("user", "rotate", "alice/laptop@gw"), 2, None, "leave '@gw' out")
        result = house.do("user", "revoke", "alice")
        for host in ("gw", "gw2"):
            assert f"  scp -r out/hosts/{host}/etc" in result.stdout, result.stdout
        assert not (house.path / "out/users/alice").exists()
        assert house.keys()[0] == []


def test_list_and_show():
    with House() as house:
        add_alice(house, "--group", "staff", "--expires", "2099-12-31")
        house.do("user", "add", "alice/phone")
        result = house.run("user", "list")
        expect(result, 0, r"^DEVICE +ADDRESSES +GATEWAY +KEY +GROUPS +EXPIRES$")
        assert re.search(r"^alice/laptop +10\.\S+ +gw +made +staff +2099-12-31$", result.stdout,
                         re.M)
        assert re.search(r"^bob +10\.\S+ +gw +own +- +-$", result.stdout, re.M), result.stdout
        users = json.loads(house.run("user", "list", "--format", "json").stdout)
        assert [user["device"] for user in users] == ["alice/laptop", "alice/phone", "bob"]
        assert users[0]["expires"] == "2099-12-31" and users[2]["expires"] is None
        assert users[0]["groups"] == ["staff"] and not users[0]["is_expired"]

        result = house.run("user", "show", "alice")
        expect(result, 0, r"^alice \(topology\.yaml:12\), in staff, until 2099-12-31$")
        assert LAPTOP in result.stdout and "alice/phone" in result.stdout
        result = house.run("user", "show", "alice/phone")
        assert "alice/laptop" not in result.stdout and "alice/phone" in result.stdout
        expect(house.run("user", "show", "bob"), 0, "made its own key")
        expect(house.run("user", "show", "alic"), 2, None, "did you mean 'alice'")
        expect(house.run("user", "show", "alice/fone"), 2, None, "did you mean 'alice/phone'")
        expect(house.run("user", "show", "zacharias"), 2, None, "`wgtopo user list` shows all")


def test_qr():
    with House() as house:
        add_alice(house)
        expect(house.do("user", "qr", "alice"), 0, "\u2588")
        expect(house.do("user", "qr", "bob"), 2, None, "private key of 'bob' is not in the")
        expect(house.run("user", "qr", "alice"), 2, None, "add --key-file PATH")
        expect(house.do("user", "qr", "alice", "--png", "alice.png"), 0)
        assert house.mode("alice.png") == 0o600
        expect(house.do("user", "qr", "alice", "--png", "alice.png"), 2, None, "is there already")
        house.do("user", "add", "alice/phone")
        expect(house.do("user", "qr", "alice"), 2, None, "several devices: name one")
        if not shutil.which("zbarimg"):
            return skip("zbarimg")
        read = subprocess.run(["zbarimg", "--quiet", "--raw", house.path / "alice.png"],
                              capture_output=True, text=True, timeout=60, check=True).stdout
        settings = [line for line in read.splitlines() if "=" in line]
        assert settings == [line for line in house.read(LAPTOP).splitlines() if "=" in line]
    return None


def test_revoke():
    with House() as house:
        add_alice(house)
        house.do("user", "add", "alice/phone")
        key = house.key_in_lock("alice/phone")
        result = house.do("user", "revoke", "alice/phone")
        expect(result, 0, "^alice/phone is out of the topology, but gets in until the gateway")
        assert re.search(r"^  scp -r out/hosts/gw/etc root@gw:/ ", result.stdout, re.M)
        assert "then in the same way, without hurry: gpu01" in result.stdout
        assert "devices: { laptop: {} }" in house.read("topology.yaml")
        assert not (house.path / "out/users/alice/phone").exists()
        assert (house.path / LAPTOP).exists()
        assert key not in house.read(GATEWAY) and not house.keys_of("alice/phone")
        assert re.fullmatch(r"alice/phone 10\S+ removed", house.lock_line("alice/phone"))
        expect(house.do("user", "revoke", "alice/phone"), 2, None, "has no device 'phone'")

        # The last device takes the user with it, and the topology is as it was.
        expect(house.do("user", "revoke", "alice/laptop"), 0, "^alice/laptop is out")
        assert house.read("topology.yaml") == TOPOLOGY
        assert not (house.path / "out/users/alice").exists()
        assert house.keys()[0] == []
        expect(house.do("key", "check"), 0, "0 findings")

        # Whoever comes back gets another key.
        address = house.lock_line("alice/phone").split()[1]
        expect(house.do("user", "add", "alice/phone"), 0, f"^alice/phone: {address}, ")
        assert house.key_in_lock("alice/phone") != key


def test_revoke_all_devices():
    with House() as house:
        for device in ("laptop", "phone", "tablet"):
            house.do("user", "add", f"alice/{device}")
        expect(house.do("user", "revoke", "alice"), 0, "^alice is out")
        assert house.read("topology.yaml") == TOPOLOGY and house.keys()[0] == []
        expect(house.do("user", "revoke", "bob"), 0, "^bob is out")
        assert "bob" not in house.read("topology.yaml")
        expect(house.run("check", "topology.yaml"), 0, "no findings")


def test_assertions_keep_nobody_in():
    """CI says what does not hold; whoever is let in or shut out does not wait for that."""
    failing = TOPOLOGY.replace("# the end", "assert: [{ deny: [bob, gpu01] }]")
    with House(failing) as house:
        told = r"1 assertion does not hold; `wgtopo check topology\.yaml`"
        for call in (("user", "add", "alice"), ("user", "rotate", "alice"), ("key", "gen"),
                     ("user", "revoke", "alice")):
            expect(house.do(*call), 0, "", told)
        expect(house.run("check", "topology.yaml"), 1, None, "assert-failed")
        # What names somebody who is gone cannot be asserted any more.
        expect(house.do("user", "revoke", "bob"), 1, None, "'bob' is no node")
        assert house.read("topology.yaml") == failing


def test_revoke_with_the_keystore_closed():
    """Whoever has to go has to go; what is left over is found later."""
    with House() as house:
        expect(house.run("user", "add", "carol", "--public-key", public_key("carol")), 0, ".")
        assert not (house.path / "topology.keys").exists()
        expect(house.run("user", "revoke", "carol"), 0, "^carol is out")
        assert house.read("topology.yaml") == TOPOLOGY


def test_revoke_of_a_range():
    text = TOPOLOGY + '  "node[1-3]": {}\n'
    with House(text) as house:
        expect(house.do("key", "gen"), 0, "^made 3 keys$")
        before = house.snapshot()
        expect(house.do("user", "revoke", "node2"), 2, None, "'node2' is one of a range in")
        assert house.snapshot() == before


def test_rotate():
    with House() as house:
        add_alice(house)
        house.do("user", "add", "alice/phone")
        old = house.key_in_lock("alice/laptop")
        phone = house.key_in_lock("alice/phone")
        line = house.lock_line("alice/laptop")
        topology = house.read("topology.yaml")
        result = house.do("user", "rotate", "alice/laptop")
        expect(result, 0, "hand the new file over first; the old one works until")
        assert "  scp -r out/hosts/gw/etc" in result.stdout and "alice/phone" not in result.stdout
        new = house.key_in_lock("alice/laptop")
        assert new != old and house.lock_line("alice/laptop") == line.replace(old, new)
        assert house.key_in_lock("alice/phone") == phone
        assert house.read("topology.yaml") == topology
        assert wg("pubkey", private_in(house.read(LAPTOP))) == new
        assert new in house.read(GATEWAY) and old not in house.read(GATEWAY)
        assert len(house.keys_of("alice/laptop")) == 1
        expect(house.do("user", "rotate", "alice"), 0, "alice/phone")
        assert house.key_in_lock("alice/laptop") != new
        assert house.key_in_lock("alice/phone") != phone
        expect(house.do("key", "check"), 0, "2 keys, 0 findings")
        before = house.snapshot()
        expect(house.do("user", "rotate", "bob"), 2, None, "'bob' made its own key")
        expect(house.do("user", "rotate", "carol"), 2, None, "there is no user 'carol'")
        assert house.snapshot() == before


def test_expiry():
    with House() as house:
        add_alice(house, "--expires", "2030-06-30")
        publish(house)
        private = house.keys_of("alice/laptop")
        line = house.lock_line("alice/laptop")
        before = house.snapshot()
        call = ["compile", "topology.yaml", "-o", "out", "--as-of"]
        expect(house.do(*call, "2030-06-30"), 0, "^0 files written")
        expect(house.do(*call, "2030-07-01"), 0,
               r"^expired, and left out: alice \(2030-06-30\)$")
        assert not (house.path / LAPTOP).exists()
        assert line.split()[-1] not in house.read(GATEWAY)
        assert house.lock_line("alice/laptop") == line
        assert house.keys_of("alice/laptop") == private
        expect(house.do("key", "check", "--as-of", "2030-07-01"), 0, "1 keys, 0 findings")
        expect(house.do("key", "check", "--prune", "--as-of", "2030-07-01"), 0, "0 removed")
        for verb in (["add", "alice/phone"], ["rotate", "alice"]):
            expect(house.do("user", *verb, "--as-of", "2030-07-01"), 2, None,
                   "user 'alice' expired on 2030-06-30")
        expect(house.do("user", "qr", "alice", "--as-of", "2030-07-01"), 2, None, "has expired")
        expect(house.run("user", "list", "--as-of", "2030-07-01"), 0,
               r"^alice/laptop .* 2030-06-30 \(expired\)$")
        expect(house.do(*call, "2030-01-01"), 0, "written")
        after = house.snapshot()
        del before[CACHE], after[CACHE]
        assert after == before

        # What is left of somebody who expired goes as well.
        expect(house.do("user", "revoke", "alice", "--as-of", "2030-07-01"), 0, "^commit: ")
        assert house.keys()[0] == [] and house.read("topology.yaml") == TOPOLOGY


def test_expiry_in_ci():
    with House() as house:
        expect(house.do("user", "add", "carol", CI="true"), 0, "^carol: ")
        refusal = "user 'alice' expires on 2030-06-30, and in CI the day is not guessed"
        call = ["user", "add", "alice", "--expires", "2030-06-30"]
        before = house.snapshot()
        expect(house.do(*call, CI="true"), 2, None, refusal)
        assert house.snapshot() == before
        expect(house.do(*call, "--as-of", "2030-01-01", CI="true"), 0, "^alice: ")
        for call in (["compile", "topology.yaml", "-o", "out"], ["check", "topology.yaml"],
                     ["plan", "topology.yaml", "-o", "out"]):
            keys = [] if call[0] == "check" else ["--key-file", "keyfile"]
            expect(house.run(*call, *keys, CI="true"), 2, None, refusal)
            expect(house.run(*call, *keys, CI="false", LANG="C"), 0, ".")
            expect(house.run(*call, *keys, "--as-of", "2030-01-01", CI="true"), 0, ".")
        expect(house.run("user", "list", "--within", "9", CI="true"), 2, None, "needs --as-of")


def test_links_stay_links():
    """What they lead to is changed, and not what it was before kept somewhere."""
    with House() as house:
        add_alice(house)
        (house.path / "real").mkdir()
        for name in ("topology.keys", "topology.lock", "topology.yaml"):
            (house.path / name).rename(house.path / "real" / name)
            (house.path / name).symlink_to(f"real/{name}")
        expect(house.do("user", "rotate", "alice"), 0, "commit: topology.lock topology.keys$")
        expect(house.do("user", "revoke", "alice"), 0, "is out of the topology")
        assert all((house.path / name).is_symlink()
                   for name in ("topology.keys", "topology.lock", "topology.yaml"))
        assert not house.keys_of("alice/laptop")
        assert "alice" not in house.read("real/topology.yaml")


def test_operands_are_masked():
    """A key that was pasted in the wrong place."""
    with House() as house:
        secret = private_key("pasted")
        expect(house.run("user", "show", secret), 2, None, r"\*{40}")
        for call in (["user", "revoke", secret], ["key", "rotate", secret],
                     ["key", "gen", secret], ["user", "add", "x", "--expires", secret]):
            result = house.do(*call)
            expect(result, 2, None, r"\*{40}")
            assert secret[4:16] not in result.stderr, call


def test_qr_without_the_private_key():
    """A preshared key in a file makes no picture of it."""
    with House(TOPOLOGY.replace("name: lab,", "name: lab, preshared_keys: true,")) as house:
        key = public_key("carol/pc")
        house.do("key", "gen")
        expect(house.do("user", "add", "carol/pc", "--public-key", key), 0, "^carol/pc: ")
        expect(house.do("user", "qr", "carol/pc"), 2, None, "is not in the keystore, and without")


def test_revoke_somebody_who_has_expired():
    """The gateway's last files may have let them in."""
    with House() as house:
        add_alice(house, "--expires", "2099-12-31")
        result = house.do("user", "revoke", "alice", "--as-of", "2100-01-01")
        expect(result, 0, "^alice is out of the topology, but gets in until the gateway knows:$")
        assert "root@gw:/" in result.stdout


def test_revoke_into_an_edited_folder():
    """Nobody is left half out."""
    with House() as house:
        add_alice(house)
        house.write(GATEWAY, house.read(GATEWAY) + "#\n")
        before = house.snapshot()
        expect(house.do("user", "revoke", "alice"), 1, None, "nothing was written: mend that")
        assert house.snapshot() == before
        with House() as other:
            add_alice(other)
            other.write(GATEWAY, other.read(GATEWAY) + "#\n")
            expect(other.do("user", "revoke", "alice", "--force"), 0, "root@gw:/")


def test_list_within():
    with House() as house:
        add_alice(house, "--expires", "2030-06-30")
        house.do("user", "add", "carol", "--expires", "2030-08-15")

        def listed(day, within):
            result = house.run("user", "list", "--format", "json", "--as-of", day,
                               "--within", str(within))
            return sorted(user["user"] for user in json.loads(result.stdout))

        assert listed("2030-06-01", 28) == [], listed("2030-06-01", 28)
        assert listed("2030-06-01", 29) == ["alice"]
        assert listed("2030-06-30", 0) == ["alice"]
        assert listed("2030-07-05", 0) == ["alice"]
        assert listed("2030-07-05", 60) == ["alice", "carol"]
        for wrong in ("x", "-1", "1.5", "", "1000000"):
            expect(house.run("user", "list", f"--within={wrong}"), 2, None, "a number of days")


def plan(house, *options):
    """What it says, and that it changes nothing."""
    before = house.snapshot()
    result = house.do("plan", "topology.yaml", "-o", "out", *options)
    assert house.snapshot() == before
    return result


def test_plan():
    with House() as house:
        add_alice(house)
        publish(house)
        expect(plan(house, "--exit-code"), 0, "^out is up to date$")
        document = json.loads(plan(house, "--format", "json").stdout)
        about = {"format": "wgtopo-plan", "version": 1, "against": "out"}
        assert {name: document.pop(name) for name in about} == about, document
        assert not any(document.values()), document

        # Out by an editor instead of `user revoke`.
        house.write("topology.yaml", TOPOLOGY)
        result = plan(house)
        expect(result, 0, "^shut out:\n  alice/laptop: in with the present key until gw is reloaded$")
        assert re.search(r"^  1\. reload gw, which shuts somebody out\n  2\. reload gpu01$",
                         result.stdout, re.M), result.stdout
        assert "no longer there: alice/laptop" in result.stdout
        expect(plan(house, "--exit-code"), 3, "reload gw, which")
        document = json.loads(plan(house, "--format", "json").stdout)
        assert document["leaving"] == ["alice/laptop"] and document["first"] == ["gw"]
        assert document["then"] == ["gpu01"] and document["removed"] == ["alice/laptop"]
        expect(house.do("compile", "topology.yaml", "-o", "out"), 0, "removed")
        expect(plan(house, "--exit-code"), 0, "up to date")

        # Nobody leaves by a new server.
        house.write("topology.yaml", TOPOLOGY.replace("users:  ", f"""    gpu02: {{ at: {{ internet: \
203.0.113.12 }}, public_key: "{public_key("gpu02")}" }}
users:  """))
        result = plan(house)
        expect(result, 0, r"^  1\. start gpu02 \(wg-quick up lab\)\n"
                          r"  2\. reload gpu01 gw, in any order$")
        assert "shut" not in result.stdout, result.stdout


def test_plan_for_the_first_time():
    with House() as house:
        expect(house.run("plan", "topology.yaml", "-o", "out", "--exit-code"), 3,
               r"^  1\. start gpu01 gw \(wg-quick up lab\)$")
        assert not (house.path / "out").exists() and not (house.path / "topology.lock").exists()
        expect(house.run("plan", "topology.yaml"), 2, None, "add `-o DIR`")
        house.write("topology.yaml", TOPOLOGY.replace("addresses", "adresses"))
        expect(house.run("plan", "topology.yaml", "-o", "out"), 1, None, r"\[unknown-key\]$")


def test_preshared_keys():
    with House(PRESHARED) as house:
        add_alice(house)
        keys = house.preshared_keys()
        gateway, alice = public_key("gw"), house.key_in_lock("alice/laptop")
        assert keys[LAPTOP, gateway] == keys[GATEWAY, alice]
        assert keys[SERVER, gateway] == keys[GATEWAY, public_key("gpu01")]
        assert len(set(keys.values())) == 3, keys  # gw with alice, bob and gpu01

        house.do("user", "add", "carol")
        more = house.preshared_keys()
        assert all(more[place] == key for place, key in keys.items())
        house.do("user", "rotate", "alice")
        other = house.preshared_keys()
        assert other[LAPTOP, gateway] != keys[LAPTOP, gateway]
        assert other[SERVER, gateway] == keys[SERVER, gateway]


shared.main(globals(), __doc__)
