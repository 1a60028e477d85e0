#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Whether `plan` says exactly what changes: nothing more, and nothing less.

    tests/property/test_plan.py PROGRAM TOPOLOGY...

Takes pairs of topologies, before and after: invented ones and their mutations, and the examples
with one part gone. The difference that `plan --format json` prints is applied to what the old files
say, and has to give what the new files say, fact by fact: a fact whose `from` is not what stands
there is a fault, and so is whatever is left over. Both forms are tried, against a revision of git
and against a published folder. And the pairs that reach each other in another way are compared
with what the two manifests say of every single pair. The files are read by this test's own reader.
"""

import copy
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import artifacts
import invent

SEED = 20261121
N_INVENTED = 24
SINGLE = ("interface", "listen_port", "mtu", "table", "private_key")
GIT = ["git", "-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c",
       "init.defaultBranch=main", "-c", "commit.gpgsign=false"]  # fmt: skip


class Broken(Exception):
    """What is wrong, in words."""


def describe(folder, manifest, name):
    """A host as its files say it: what a fact can be about, and nothing else."""
    entry = manifest["hosts"][name]
    interface = entry.get("interface", manifest["network"]["name"])
    path = folder / entry["folder"]
    text = (path / f"{interface}.conf").read_text(encoding="utf-8")
    own, peers = artifacts._read_conf(text)  # noqa: SLF001: the house's one reader of lines
    hooks = own.get("PostUp", [])
    preshared = {}
    said = {"public_key": entry["public_key"], "interface": interface,
            "listen_port": artifacts._single(own, "ListenPort"),
            "mtu": artifacts._single(own, "MTU"), "table": artifacts._single(own, "Table"),
            "address": {each for line in own.get("Address", []) for each in line.split(", ")},
            "setting": set(), "route": {}, "private_key": "", "peers": {}}  # fmt: skip
    for hook in hooks:
        words = hook.replace("%i", interface).split()
        if words[:2] == ["wg", "set"] and words[3] == "private-key":
            said["private_key"] = words[4]
        elif words[:2] == ["wg", "set"]:
            preshared |= {words[i + 1]: words[i + 3] for i in range(3, len(words), 4)}
        else:
            said["setting"].add(f"PostUp = {hook}")
    if "PrivateKey" in own:
        said["private_key"] = "to be filled in"
    routes = path / f"{interface}.routes"
    for line in routes.read_text(encoding="utf-8").splitlines() if routes.exists() else []:
        words = line.split()
        if words[0] == "route":
            said["route"][words[2]] = " ".join(words[2:3] + words[5:])
    for peer in peers:
        key = artifacts._single(peer, "PublicKey")
        is_open = artifacts._single(peer, "PresharedKey") != ""
        said["peers"][name_of(manifest, name, key)] = {
            "public_key": key,
            "endpoint": artifacts._single(peer, "Endpoint"),
            "persistent_keepalive": artifacts._single(peer, "PersistentKeepalive").strip("0")
            and artifacts._single(peer, "PersistentKeepalive"),
            "preshared_key": "to be filled in" if is_open else preshared.get(key, ""),
            "allowed_ips": set(artifacts._list(artifacts._single(peer, "AllowedIPs"))),
        }
    return said


def name_of(manifest, host, key):
    """A device has one key at all of its gateways; there it goes by the name of its host there."""
    for name, entry in manifest["hosts"].items():
        if entry["public_key"] == key and entry["gateway"] in (None, host):
            return name
    raise Broken(f"nobody has the key of a peer of {host}")


def empty():
    return dict.fromkeys(SINGLE, "") | {"public_key": "", "address": set(), "setting": set(),
                                        "route": {}, "peers": {}}  # fmt: skip


def change_value(values, key, fact, what):
    if (values.get(key) or "") != (fact["from"] or ""):
        raise Broken(f"{what}: {key} is {values.get(key)!r}, and not {fact['from']!r}")
    values[key] = fact["to"] or ""


def change_set(values, fact, what):
    if fact["from"] is not None:
        if fact["from"] not in values:
            raise Broken(f"{what}: {fact} takes away what is not there")
        values.remove(fact["from"])
    if fact["to"] is not None:
        if fact["to"] in values:
            raise Broken(f"{what}: {fact} brings what is there already")
        values.add(fact["to"])


def change_route(routes, fact, what):
    lines = set(routes.values())
    change_set(lines, fact, what)
    routes.clear()
    routes.update({line.split()[0]: line for line in lines})


def apply(said, host, facts):
    """The host with the facts, but for those about itself."""
    gone = {fact["peer"] for fact in facts if fact["field"] == "public_key" and fact["peer"]
            and fact["to"] is None}  # fmt: skip
    for fact in facts:
        peer, field = fact["peer"], fact["field"]
        if peer == host:
            continue
        if peer is None:
            if field in ("address", "setting"):
                change_set(said[field], fact, host)
            elif field == "route":
                change_route(said["route"], fact, host)
            else:
                change_value(said, field, fact, host)
        elif peer in gone:
            if field != "public_key" or said["peers"].pop(peer)["public_key"] != fact["from"]:
                raise Broken(f"{host}: {fact} is said of a peer that goes")
        else:
            new = {"allowed_ips": set()}
            values = said["peers"].setdefault(peer, new)
            if field == "allowed_ips":
                change_set(values[field], fact, f"{host}, {peer}")
            else:
                change_value(values, field, fact, f"{host}, {peer}")
    for values in said["peers"].values():
        for field in ("endpoint", "persistent_keepalive", "preshared_key"):
            values.setdefault(field, "")
    return said


def read_all(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest, {name: describe(folder, manifest, name) for name in manifest["hosts"]}


def difference(found, expected):
    """The first thing that is not as it has to be."""
    for key, value in expected.items():
        if found[key] != value and isinstance(value, dict):
            for inner in sorted(found[key].keys() | value.keys()):
                if found[key].get(inner) != value.get(inner):
                    return f"{key} {inner}: {found[key].get(inner)} instead of {value.get(inner)}"
        if found[key] != value:
            return f"{key}: {found[key]} instead of {value}"
    return "there is more than there has to be"


def check_facts(document, before, after):
    told = {}
    for group in document["groups"]:
        for host in group["hosts"]:
            if host in told:
                raise Broken(f"{host} is in two groups")
            told[host] = group
    for host in sorted(before.keys() | after.keys()):
        group = told.get(host)
        if host not in after:
            if group is None or group["effect"] != "stop" or host not in document["removed"]:
                raise Broken(f"{host} goes, and nothing says so")
            continue
        said = copy.deepcopy(before.get(host, empty()))
        found = apply(said, host, group["facts"] if group else [])
        if host not in before:  # its peers are counted
            found["peers"] = after[host]["peers"]
        if found != after[host]:
            raise Broken(f"{host}: {difference(found, after[host])}")
        is_new = host not in before
        if is_new and group["peers"] != len(after[host]["peers"]):
            raise Broken(f"{host} has {len(after[host]['peers'])} peers, not {group['peers']}")
        has_changed = not is_new and before[host] != after[host]
        if has_changed and group["effect"] == "nothing":
            raise Broken(f"{host} changes, and nothing is to be done")
        if group and not has_changed and not is_new and group["effect"] != "nothing":
            raise Broken(f"{host} does not change, and {group['effect']} is asked for")


def path_between(manifest, a, b):
    """The manifest's word on a pair of servers or gateways."""
    hosts = manifest["hosts"]
    for link in manifest["links"]:
        if {a, b} == set(link["between"]):
            return "relay", link["via"]
    row = next(row for row in manifest["verdicts"] if row["class"] == hosts[a]["class"])
    for verdict in ("lan", "direct", "punch"):
        if hosts[b]["class"] in row[verdict]:
            return verdict, None
    for relay in row["relay"]:
        if relay["class"] == hosts[b]["class"]:
            gateways = relay["gateways"]
            return "relay", gateways[(hosts[a]["share"] + hosts[b]["share"]) % len(gateways)]
    return "unreachable", None


def check_reachability(document, before, after):
    told = {}
    for shift in document["reachability"]:
        pairs = (itertools.product(shift["a"], shift["b"]) if shift["b"]
                 else itertools.combinations(shift["a"], 2))  # fmt: skip
        ways = tuple((shift[side]["verdict"], shift[side]["via"]) for side in ("from", "to"))
        pairs = {frozenset(pair) for pair in pairs if pair[0] != pair[1]}
        if len(pairs) != shift["pairs"]:
            raise Broken(f"{len(pairs)} pairs, and {shift['pairs']} are told")
        for pair in pairs:
            if pair in told:
                raise Broken(f"{sorted(pair)} is told twice")
            told[pair] = ways
    names = sorted(name for name in before["hosts"].keys() & after["hosts"].keys()
                   if "device" not in (before["hosts"][name]["kind"],
                                       after["hosts"][name]["kind"]))  # fmt: skip
    for pair in itertools.combinations(names, 2):
        ways = path_between(before, *pair), path_between(after, *pair)
        expected = ways if ways[0] != ways[1] else None
        if told.get(frozenset(pair)) != expected:
            raise Broken(f"{pair}: {told.get(frozenset(pair))} instead of {expected}")


def run(*words, cwd, statuses=(0,)):
    done = subprocess.run(list(map(str, words)), cwd=cwd, capture_output=True, text=True,
                          env=os.environ | {"CI": "false"}, check=False)  # fmt: skip
    if done.returncode not in statuses:
        raise Broken(f"{' '.join(map(str, words[:3]))} ended with {done.returncode}: {done.stderr}")
    return done


class Pair:
    """A folder that is a repository, with the topology of before in it and the other one beside."""

    def __init__(self, program, scratch):
        self.program, self.folder = program, scratch
        run(*GIT, "init", "-q", ".", cwd=scratch)

    def compile(self, output):
        run(self.program, "compile", "topology.yaml", "-o", output, cwd=self.folder)
        return read_all(self.folder / output)

    def plan(self, *options):
        done = run(self.program, "plan", "topology.yaml", "--format", "json", *options,
                   cwd=self.folder)  # fmt: skip
        return json.loads(done.stdout)

    def check(self, old, new):
        path = self.folder / "topology.yaml"
        path.write_text(old, encoding="utf-8")
        manifest, before = self.compile("old")
        run(*GIT, "add", "topology.yaml", "topology.lock", cwd=self.folder)
        run(*GIT, "commit", "-q", "-m", "before", cwd=self.folder)
        if self.plan("--against", "HEAD")["changes"] or self.plan("-o", "old")["changes"]:
            raise Broken("nothing changes, and plan says that something does")
        path.write_text(new, encoding="utf-8")
        by_revision, by_folder = self.plan("--against", "HEAD"), self.plan("-o", "old")
        new_manifest, after = self.compile("new")
        for document in (by_revision, by_folder):
            check_facts(document, before, after)
            check_reachability(document, manifest, new_manifest)
        for member in ("changes", "leaving", "first", "then", "groups", "reachability"):
            if by_revision[member] != by_folder[member]:
                raise Broken(f"a revision and a folder disagree about '{member}'")
        return by_folder


def mutate(made, order):
    """The topology with a few things otherwise, in place."""
    network, servers = made["network"], made["servers"]
    names = sorted(servers)
    moves = [
        lambda: servers.pop(order.choice(names)) if len(servers) > 1 else None,
        lambda: servers.update({"extra07": copy.deepcopy(order.choice(list(servers.values())))
                                | {"public_key": invent_key(order)}}),
        lambda: servers[order.choice(names)].update(public_key=invent_key(order)),
        lambda: servers[order.choice(names)].update(listen_port=order.randint(1024, 65535)),
        lambda: network.update(mtu=order.choice([1280, 1300, 1400])),
        lambda: network.update(persistent_keepalive=order.choice([10, 20, "auto"])),
        lambda: network.update(preshared_keys=True),
        lambda: network.update(name="other"),
        lambda: made.get("sites", {}).get("campus", {}).update(
            nat=order.choice(["symmetric", "full-cone", "linux"])),
        lambda: made.get("users", {}).pop(next(iter(made.get("users", {"": 0}))), None),
        lambda: made.pop("links", None),
    ]  # fmt: skip
    for move in order.sample(moves, order.randint(1, 4)):
        try:
            move()
        except KeyError:  # of one who has left by another move
            continue
    taken = {str(place) for node in servers.values() for place in node["at"].values()}
    for node in servers.values():  # nobody stands where another one does
        if list(map(str, (each["at"] for each in servers.values()))).count(str(node["at"])) > 1:
            node["at"] = {"internet": f"203.0.113.{200 + len(taken) % 50}"}
            node.pop("routes", None)
    for section in ("links",):
        made[section] = [each for each in made.get(section, [])
                         if all(end in servers or end in made.get("gateways", {})
                                for end in each["between"])]  # fmt: skip
        if not made[section]:
            made.pop(section)


def invent_key(order):
    return order.choice(SPARE_KEYS)


SPARE_KEYS = []


def invented_pairs():
    keys = invent.make_keys()
    SPARE_KEYS[:] = keys[-6:]
    for number in range(N_INVENTED):
        order = random.Random(SEED + number)
        made = invent.Inventor(order, keys[:-6]).topology()
        other = copy.deepcopy(made)
        if number % 4 == 3:  # hardly anything stays
            other = invent.Inventor(random.Random(SEED - number), keys[:-6]).topology()
            other["network"]["addresses"] = made["network"]["addresses"]
        else:
            mutate(other, order)
        yield f"invented {number}", *(yaml.safe_dump(each, sort_keys=False)
                                      for each in (made, other))  # fmt: skip


def example_pairs(topologies):
    """With a NAT of another kind, and without the last server."""
    for path in map(Path, topologies):
        text = path.read_text(encoding="utf-8")
        made = yaml.safe_load(text)
        if "include" in made:
            continue
        other = copy.deepcopy(made)
        for site in other.get("sites", {}).values():
            site["nat"] = "symmetric" if site.get("nat") != "symmetric" else "full-cone"
        yield path.name + ", NAT", text, yaml.safe_dump(other, sort_keys=False)
        if len(made.get("servers", {})) > 1:
            yield path.name + ", backwards", yaml.safe_dump(other, sort_keys=False), text


def compiles(program, text):
    """A mutation can be wrong; then it is no case."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "topology.yaml").write_text(text, encoding="utf-8")
        done = subprocess.run([program, "check", "topology.yaml"], cwd=folder, check=False,
                              capture_output=True)  # fmt: skip
        return done.returncode == 0


def damaged(document):
    """The document with one fact fewer, or another one."""
    for group in document["groups"]:
        for i, fact in enumerate(group["facts"]):
            if fact["peer"] not in group["hosts"] and group["effect"] not in ("start", "stop"):
                other = copy.deepcopy(document)
                where = other["groups"][document["groups"].index(group)]["facts"]
                if i % 2:
                    where[i]["to"] = "other"
                else:
                    del where[i]
                yield other


def notices_damage(program, scratch):
    """A check that passes whatever is said would prove nothing."""
    order = next(invented_pairs())
    pair = Pair(program, scratch)
    document = pair.check(*order[1:])
    (_, before), (_, after) = read_all(scratch / "old"), read_all(scratch / "new")
    n_noticed = n_tried = 0
    for other in itertools.islice(damaged(document), 40):
        n_tried += 1
        try:
            check_facts(other, before, after)
        except Broken:
            n_noticed += 1
    if n_tried == 0 or n_noticed != n_tried:
        raise Broken(f"{n_noticed} of {n_tried} damaged documents are noticed")


def main(program, *topologies):
    program = Path(program).resolve()
    outcomes, n_facts = [], 0
    with tempfile.TemporaryDirectory() as folder:
        pairs = itertools.chain(invented_pairs(), example_pairs(topologies))
        for number, (name, old, new) in enumerate(pairs):
            if not compiles(program, old) or not compiles(program, new):
                continue
            scratch = Path(folder) / str(number)
            scratch.mkdir()
            try:
                document = Pair(program, scratch).check(old, new)
                n_facts += sum(len(group["facts"]) for group in document["groups"])
                outcomes.append(True)
            except Broken as fault:
                print(f"FAIL: {name}: {fault}")
                outcomes.append(False)
            shutil.rmtree(scratch)
        try:
            (Path(folder) / "damage").mkdir()
            notices_damage(program, Path(folder) / "damage")
        except Broken as fault:
            print(f"FAIL: damage: {fault}")
            outcomes.append(False)
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed; {n_facts} facts")
    return 0 if all(outcomes) and len(outcomes) > 20 and n_facts > 100 else 1


if __name__ == "__main__":
    if len(sys.argv) < 2 or not re.search("wgtopo", sys.argv[1]):
        sys.exit("usage: test_plan.py PROGRAM TOPOLOGY...")
    sys.exit(main(*sys.argv[1:]))
