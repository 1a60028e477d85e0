#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Lets people in and out of running networks, with the commands that wgtopo prints.

    tests/lab/test_people.py PROGRAM

Two gateways, three servers, a network behind one of them; machines with the real keys of a real
keystore. carol is let in and out, dave brings a key of his own, bob gets a new key and has two
gateways, gpu01 and gpu02 get new keys; alice is there all the while and must not notice. Then a
network with preshared keys. Whatever has to fail is tried beside something that has to work.
"""

import os
import re
import signal
import sys
from pathlib import Path

import enclosure
import keys
from bench import N_PROBES, NETWORK, Bench, n_probes_in_tunnel, restart, routes, up
from machines import OUTSIDE, Internet, why_not
from office import FOLDER, Office
from pings import Load
from rehearsal import Failed, skip
from turnover import check_turnover, make_next_here, make_next_there, take_key_of

ROUTES = {"10.20.0.0/24", "198.18.7.0/24", "fd20::/64"}
SHELF, HIDDEN = "198.18.7.9", "198.18.8.9"  # behind store; the second is in nobody's routes
SERVERS = ("gpu01", "gpu02", "store")
NO_KEY = "(none)"

TOPOLOGY = """\
# Kept as it is.
network:
  name: lab
  addresses: [10.20.0.0/24, "fd20::/64"]
gateways:
  gw: { at: { internet: 203.0.113.1 } }
  east: { at: { internet: 203.0.113.2 } }
servers:
  gpu01: { at: { internet: 203.0.113.11 } }
  gpu02: { at: { internet: 203.0.113.12 } }
  store: { at: { internet: 203.0.113.13 }, routes: [198.18.7.0/24] }
users:
  alice: { gateways: [gw], devices: { laptop: {} } }
  bob: { gateways: [gw, east], devices: { pc: {} } }
"""

PRESHARED = """\
network:
  name: lab
  preshared_keys: true
  addresses: [10.20.0.0/24]
gateways:
  gw: { at: { internet: 203.0.113.1 } }
servers:
  gpu01: { at: { internet: 203.0.113.11 } }
users:
  alice: { devices: { laptop: {} } }
"""

MACHINES = {
    "gw": "203.0.113.1",
    "east": "203.0.113.2",
    "gpu01": "203.0.113.11",
    "gpu02": "203.0.113.12",
    "store": "203.0.113.13",
    "alice": "203.0.113.101",
    "bob": "203.0.113.102",
    "carol": "203.0.113.103",
    "dave": "203.0.113.104",
}


def check_routes(bench, path):
    """carol gets where the file routes, and nowhere else by it."""
    carol = bench["carol"]
    bench.reach("carol", [*bench.to("carol", "gw", *SERVERS), (carol, SHELF)])
    bench.reach("to carol", [bench.first(each, "carol/laptop") for each in SERVERS])
    bench.expect(f"carol has the routes {routes(carol)}", routes(carol) == ROUTES)
    bench.expect("what is routed stays out of the tunnel",
                 n_probes_in_tunnel(carol, SHELF) >= N_PROBES)  # fmt: skip
    bench.expect("what is not routed goes into it",
                 n_probes_in_tunnel(carol, OUTSIDE) < N_PROBES / 2)  # fmt: skip
    bench.reach("what is hidden behind store", [(bench["store"], HIDDEN)])
    carol.do("ip", "route", "add", HIDDEN, "dev", NETWORK)
    bench.do_not_reach("what is hidden behind store", [(carol, HIDDEN)])
    restart(path, carol)


def check_add(bench):
    """carol is let in: at the gateway first, then at the servers. The path of her file."""
    before = (FOLDER / "lab.yaml").read_text(encoding="utf-8")
    told = bench.tell("user add carol --device laptop --gateway gw")
    after = (FOLDER / "lab.yaml").read_text(encoding="utf-8")
    without = re.sub(r"^  carol:.*\n", "", after, count=1, flags=re.M)
    bench.expect("the topology has another line more", before == without != after)
    path = bench.office.hand_over("carol/laptop", bench["carol"])
    up(path, bench["carol"])
    bench.do_not_reach("before the gateway knows carol", bench.to("carol", "gw"))
    told.let_gateways_know()
    bench.reach("the gateway knows carol", bench.to("carol", "gw"))
    bench.do_not_reach("the servers do not know carol", bench.to("carol", *SERVERS))
    told.let_others_know()
    check_routes(bench, path)
    return path


def check_own_key(bench):
    """dave's file lacks the key that dave's machine made. The path of the file."""
    dave = bench["dave"]
    private = keys.private_key(NETWORK, "dave/box")
    public = keys.public_key(private)
    told = bench.tell(f"user add dave --device box --gateway gw --public-key {public}")
    told.let_gateways_know()
    told.let_others_know()
    path = bench.office.hand_over("dave/box", dave)
    refused = dave.on("wg-quick", "up", path)
    bench.expect("wg-quick takes dave's file without his key", refused.returncode != 0)
    bench.do_not_reach("dave without a key", bench.to("dave", "gw"))
    text = path.read_text(encoding="utf-8")
    words = re.compile(r"^(PrivateKey = )PUT-[A-Z-]+$", re.M)
    filled, n_filled = words.subn(lambda found: found[1] + private, text)
    bench.expect("dave's file does not say where the key belongs", n_filled == 1)
    path.write_text(filled, encoding="utf-8")
    up(path, dave)
    bench.reach("dave with a key", [*bench.to("dave", "gw", *SERVERS), (dave, SHELF)])
    return path


def check_revoke(bench, path, control_path):
    """carol is out as soon as the gateway knows; dave, restarted at the same time, is not."""
    carol = bench["carol"]
    pairs = bench.to("carol", "gw", *SERVERS)
    told = bench.tell("user revoke carol")
    bench.reach("before the gateway knows that carol is out", pairs)
    told.let_gateways_know()
    bench.do_not_reach("carol is out", [*pairs, (carol, SHELF)])
    restart(path, carol)
    restart(control_path, bench["dave"])
    bench.expect_no_handshake("carol, who is out", "carol", "dave")
    told.let_others_know()
    bench.reach("after carol", bench.to("dave", "gw", *SERVERS))


def hand_over_to_bob(bench):
    names = {"gw": "lab.conf", "east": "lab-east.conf"}
    return {gateway: bench.office.hand_over("bob/pc", bench["bob"], name)
            for gateway, name in names.items()}  # fmt: skip


def check_two_gateways(bench):
    """bob's files, one after the other; bob is found at the address that belongs to each."""
    bob = bench["bob"]
    for gateway, path in hand_over_to_bob(bench).items():
        device = "bob/pc" if gateway == "gw" else f"bob/pc@{gateway}"
        up(path, bob)
        bench.reach(f"bob through {gateway}", [*bench.to("bob", gateway, *SERVERS), (bob, SHELF)])
        bench.reach(f"to bob through {gateway}", [bench.first(each, device) for each in SERVERS])
        bob.do("wg-quick", "down", path)


def check_new_key(bench, control_path):
    """bob's old file works until the gateways know of the new key, and the new one from then on."""
    bob = bench["bob"]
    path = hand_over_to_bob(bench)["gw"]
    up(path, bob)
    pairs = bench.to("bob", "gw", *SERVERS)
    bench.reach("bob with the old key", pairs)
    told = bench.tell("user rotate bob/pc")
    bench.expect(f"{told.commands}: not both gateways", len(told.commands) == 2)
    bench.reach("bob with the old key, before the gateway knows", pairs)
    told.let_gateways_know()
    bench.do_not_reach("bob with the old key", pairs)
    restart(path, bob)
    restart(control_path, bench["dave"])
    bench.expect_no_handshake("bob with the old key", "bob", "dave")
    bob.do("wg-quick", "down", path)
    check_two_gateways(bench)


def check_people(bench):
    alice, bob = bench["alice"], bench["bob"]
    up(bench.office.hand_over("alice/laptop", alice), alice)
    path = hand_over_to_bob(bench)["gw"]
    up(path, bob)
    alone = [bench.first("alice", "store"), bench.first("store", "alice/laptop")]
    both = [*alone, bench.first("bob", "gpu02"), bench.first("gpu02", "bob/pc")]
    bench.reach("at first", [*both, *bench.to("alice", "gw", *SERVERS)])
    with Load(both):
        carol_path = check_add(bench)
        dave_path = check_own_key(bench)
        check_revoke(bench, carol_path, dave_path)
    bob.do("wg-quick", "down", path)
    with Load(alone):
        check_two_gateways(bench)
        check_new_key(bench, dave_path)
        check_turnover(bench, "gpu01", make_next_here, ("gpu02", "store"))
        check_turnover(bench, "gpu02", make_next_there, ("store", "gpu01"))
    bench.reach("at last", bench.to("alice", "gw", *SERVERS))


def check_preshared(bench):
    """carol gets in with the preshared key of her file, not with another, and alice stays in."""
    alice, carol = bench["alice"], bench["carol"]
    up(bench.office.hand_over("alice/laptop", alice), alice)
    pairs = [bench.first("alice", "gpu01"), bench.first("gpu01", "alice/laptop")]
    bench.reach("alice with a preshared key", pairs)
    with Load(pairs):
        told = bench.tell("user add carol --device laptop")
        told.let_gateways_know()
        told.let_others_know()
        path = bench.office.hand_over("carol/laptop", carol)
        text = path.read_text(encoding="utf-8")
        up(path, carol)
        bench.reach("carol with a preshared key", bench.to("carol", "gw", "gpu01"))
        carol.do("wg-quick", "down", path)
        wrong = keys.private_key(NETWORK, "no preshared key of carol's")
        changed = re.sub(r"(?m)^(PresharedKey = ).*", rf"\g<1>{wrong}", text)
        path.write_text(changed, encoding="utf-8")
        up(path, carol)
        bench.expect_no_handshake("carol with another preshared key", "carol", "alice")
        carol.do("wg-quick", "down", path)
        path.write_text(text, encoding="utf-8")
        up(path, carol)
        bench.reach("carol with a preshared key again", bench.to("carol", "gw", "gpu01"))
    given = {name: bench[name].show(NETWORK, "preshared-keys") for name in ("gw", "gpu01", "carol")}
    for name, found in given.items():
        bench.expect(f"{name} has a peer without a preshared key", NO_KEY not in found.values())
    bench.expect("two peers have one preshared key",
                 len(set(given["gw"].values())) == len(given["gw"]) == 3)  # fmt: skip


def run(program, topology, names, check):
    """Makes the machines and the office, and checks. How many expectations were met."""
    with Internet(NETWORK) as internet:
        for name in names:
            internet.add(name, MACHINES[name])
        office = Office(program, topology)
        if "gpu02" in names:
            take_key_of(office, "gpu02")
        office.make_keys()
        if "store" in names:
            internet.add_behind("shelf", internet["store"], (SHELF, HIDDEN))
        office.compile()
        for name in office.hosts():
            office.install(internet[name])
        bench = Bench(internet, office)
        check(bench)
        return bench.n_met


def inside(problem, program):
    """The body of the enclosure."""
    if why := problem or why_not():
        return skip(why)
    for number in enclosure.FORWARDED:
        # The end of the enclosure's first process is the end of all that is in there.
        signal.signal(number, lambda received, _frame: os._exit(128 + received))
    enclosure.unblock_signals()
    n_met, fault = 0, ""
    try:
        n_met += run(program, TOPOLOGY, list(MACHINES), check_people)
        n_met += run(program, PRESHARED, ["gw", "gpu01", "alice", "carol"], check_preshared)
    except Failed as error:
        fault = str(error)
        print(f"FAIL: {fault}")
    print(f"{n_met} passed, {int(bool(fault))} failed")
    return int(bool(fault))


def main(program):
    program = Path(program).resolve()
    try:
        return enclosure.run(lambda problem: inside(problem, program))
    except enclosure.NotAllowed as error:
        return skip(error)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
