# SPDX-License-Identifier: MIT
"""Puts compiled artifacts on trial: every pair of hosts asks, and the answers must come as the
manifest says; what it calls unreachable is tried with the peers that anybody would write instead.
"""

import copy
import ipaddress
import random
from dataclasses import dataclass

from artifacts import read_tree
from natsim import endpoints
from natsim.network import INTERNET
from natsim.wireguard import Allowed, Inquiry, Simulation
from natsim.world import PeerSettings, Settings, World

KEEPALIVE = 25
PATIENCE = 50  # longer than the longest keepalive and a retry
IDLE = 300  # longer than a session and than every mapping of the invented boxes
BRING_UP = 20
SLOW_BRING_UP = 45  # crossing handshakes take up to 16 s, lost ones 5 s per retry
MOST_LEGS = 6
NAMES = (".org", ".net")  # of the invented topologies


@dataclass
class Disagreement:
    """A verdict that the packets do not bear out."""

    kind: str  # "fails", "detour", "works" or "manifest"
    pair: tuple
    predicted: str
    seen: str
    log: list


@dataclass
class Setting:
    """One of the worlds that fit what is known."""

    manifest: dict
    prefers_last: bool = False
    is_first_up: bool = True  # of a pair, the first in order
    is_alone: bool = False  # the pair: no other tunnel keeps a box open for it


class Trial:
    """The artifacts in a folder. `seed` decides all that is left to chance."""

    def __init__(self, folder, seed):
        self.manifest, self.hosts = read_tree(folder)
        self.seed = seed
        self.entries = self.manifest["hosts"]
        self.rows = {row["class"]: row for row in self.manifest["verdicts"]}
        self.links = {frozenset(link["between"]): link["via"] for link in self.manifest["links"]}
        self.keys = {entry["public_key"]: name for name, entry in self.entries.items()}
        self.settings = {name: self._settings(host) for name, host in self.hosts.items()}
        self.n_asked = 0
        self.n_late = 0  # answered, but not at once
        self.n_tried = 0  # direct tunnels that the manifest does not have

    # The manifest's word.

    def verdict(self, one, other):
        """(word, gateway or None) for two servers or gateways."""
        if via := self.links.get(frozenset((one, other))):
            return "relay", via
        row = self.rows.get(self.entries[one]["class"], {})
        wanted = self.entries[other]["class"]
        for word in ("lan", "direct", "punch"):
            if wanted in row.get(word, ()):
                return word, None
        for relay in row.get("relay", ()):
            if relay["class"] == wanted:
                gateways = relay["gateways"]
                share = self.entries[one]["share"] + self.entries[other]["share"]
                return "relay", gateways[share % len(gateways)]
        return "none", None

    def path(self, one, other):
        """The hosts between two, by the manifest; None where it knows no way."""
        if one == other:
            return []
        for near, far, is_reverse in ((one, other, False), (other, one, True)):
            gateway = self.entries[near]["gateway"]
            if gateway:
                rest = self.path(gateway, far)
                if far == gateway or rest is None:
                    return [] if far == gateway else None
                found = [gateway, *rest]
                return found[::-1] if is_reverse else found
        word, via = self.verdict(one, other)
        if word == "relay":
            return [via]
        return None if word == "none" else []

    # Simulations.

    def _settings(self, host):
        entry = host.entry
        allowed, peers = [], []
        for peer in host.peers:
            allowed += [(net, peer.public_key) for net in peer.allowed_ips]
            endpoint = _endpoint(peer.endpoint)
            keepalive = int(peer.keepalive) if peer.keepalive.isdigit() else 0
            peers.append(PeerSettings(peer.public_key, endpoint, keepalive))
        addresses = [str(interface.ip) for interface in host.addresses]
        port = int(host.listen_port or 0)
        return Settings(
            entry["public_key"], port, addresses, Allowed(allowed), host.forwards, peers
        )

    def simulate(self, label, setting=None, changes=None):
        """A fresh world with the nodes in it; without a setting, left to chance."""
        chance = random.Random(f"{self.seed}/{label}")
        setting = setting or Setting(self.manifest, chance.random() < 0.5)
        world = World(setting.manifest, chance, setting.prefers_last)
        simulation = Simulation(world.network, chance, world.resolve)
        for name, settings in self.settings.items():
            simulation.add(name, (changes or {}).get(name, settings))
        return simulation

    def inquire(self, simulation, one, other):
        mine, theirs = self.settings[one].addresses, self.settings[other].addresses
        for source in mine:
            for target in theirs:
                if (":" in source) == (":" in target):
                    return Inquiry(simulation.nodes[one], source, target)
        return None

    def run(self):
        """Every disagreement there is, one after the other."""
        yield from self.check_manifest()
        yield from self.check_pairs()
        yield from self.check_relays()

    def check_manifest(self):
        """Verdicts are the same in both directions, and a LAN is a site of both."""
        names = sorted(name for name, entry in self.entries.items() if not entry["gateway"])
        for one in names:
            for other in names:
                if one >= other:
                    continue
                word, via = self.verdict(one, other)
                if self.verdict(other, one) != (word, via):
                    seen = f"{self.verdict(other, one)} in the other direction"
                    yield Disagreement("manifest", (one, other), str((word, via)), seen, [])
                shared = set(self.entries[one]["at"]) & set(self.entries[other]["at"])
                if word == "lan" and not shared - {INTERNET}:
                    yield Disagreement("manifest", (one, other), word, "no site in common", [])
                if via in (one, other):
                    yield Disagreement("manifest", (one, other), word, f"through {via}", [])

    # The check of what is called reachable.

    def check_pairs(self):
        """Yields a Disagreement for each ordered pair that does not get through as predicted."""
        for pairs in self._rounds():
            yield from self._check_round(pairs)

    def _rounds(self):
        """Ordered pairs in groups in which no host has two parts to play."""
        chance = random.Random(f"{self.seed}/rounds")
        names = sorted(self.entries)
        pairs = [(one, other) for one in names for other in names if one != other]
        chance.shuffle(pairs)
        rounds = []
        for pair in pairs:
            busy = {*pair, *(self.path(*pair) or ())}
            for members, taken in rounds:
                if not busy & taken:
                    members.append(pair)
                    taken |= busy
                    break
            else:
                rounds.append(([pair], set(busy)))
        return [members for members, _ in rounds]

    def _check_round(self, pairs):
        for pair, (kind, seen) in self._play_round(pairs).items():
            log = []
            self._play_round(pairs, log)
            yield Disagreement(kind, pair, self._predicted(pair), seen, log)

    def _predicted(self, pair):
        path = self.path(*pair)
        if path is None:
            return "no way"
        is_tunnel = not path and not any(self.entries[name]["gateway"] for name in pair)
        word = f"{self.verdict(*pair)[0]}, " if is_tunnel else ""
        return word + (f"through {', '.join(path)}" if path else "nobody in between")

    def _play_round(self, pairs, log=None):
        """Fresh, then after a silence: what went wrong, by pair. A log ends with a fault."""
        simulation = self.simulate(f"pairs {sorted(pairs)}")
        simulation.keep_log(log)
        chance = simulation.random
        simulation.start()
        simulation.run(BRING_UP + chance.random() * KEEPALIVE)
        bad = self._ask(simulation, {pair: pair for pair in pairs}, "fresh")
        if bad and log is not None:
            return bad
        simulation.run(simulation.now + IDLE + chance.random() * KEEPALIVE)
        again = {pair: pair if chance.random() < 0.5 else pair[::-1] for pair in pairs}
        return {**self._ask(simulation, again, "after silence"), **bad}

    def _ask(self, simulation, questions, when):
        inquiries = {}
        for pair, question in questions.items():
            inquiries[pair] = self.inquire(simulation, *question)
            simulation.note(f"{' asks '.join(question)}, {when}")
        simulation.ask([each for each in inquiries.values() if each], PATIENCE)
        bad = {}
        for pair, inquiry in inquiries.items():
            one, other = questions[pair]
            expected = self.path(one, other)
            self.n_asked += 1
            if inquiry is None:
                bad[pair] = ("manifest", "no overlay family in common")
            elif not inquiry.is_over:
                lost = "the answer" if inquiry.there is not None else "the question"
                bad[pair] = ("fails", f"{when}, {one} -> {other}: {lost} got lost")
            elif inquiry.there != expected or inquiry.back != (expected or [])[::-1]:
                ways = f"there through {inquiry.there}, back through {inquiry.back}"
                bad[pair] = ("detour", f"{when}, {one} -> {other}: {ways}")
            elif inquiry.n_sent > 2:
                self.n_late += 1
        return bad

    # The check of what is called unreachable.

    def check_relays(self):
        """Yields a Disagreement for pairs of classes that need no relay, seen on one pair each."""
        chance = random.Random(f"{self.seed}/relays")
        names = sorted(name for name, entry in self.entries.items() if not entry["gateway"])
        by_classes = {}
        for one in names:
            for other in names:
                is_linked = frozenset((one, other)) in self.links
                if self._is_unknowable(one) or self._is_unknowable(other):
                    continue
                if one < other and not is_linked and self.verdict(one, other)[0] == "relay":
                    classes = frozenset(self.entries[name]["class"] for name in (one, other))
                    by_classes.setdefault(classes, []).append((one, other))
        world = World(self.manifest, random.Random(0))
        for pairs in by_classes.values():
            pair = chance.choice(pairs)
            for way in endpoints.ways(world, *pair):
                self.n_tried += 1
                if self._works(pair, way):
                    yield self._unneeded(pair, way)

    def _is_unknowable(self, name):
        """
        Whether a routing table or a DNS server decides where packets go: the compiler then relays
        rather than to promise what it cannot know, and a tunnel may well work.
        """
        at = self.entries[name]["at"]
        return len(at) > 1 or any(
            text.endswith(NAMES) for texts in at.values() for text in texts
        )

    def _unneeded(self, pair, way):
        log = []
        self._try(pair, way, Setting(self.manifest), log)
        predicted = f"relay, {self._predicted(pair)}"
        seen = f"direct, fresh and after silence, with endpoints {_written(way)}"
        return Disagreement("works", pair, predicted, seen, log)

    def _works(self, pair, way):
        """Whether the pair gets a tunnel without luck: in every world that fits, by itself too."""
        manifests = [self.manifest]
        if unlucky := self._without_luck():
            manifests.append(unlucky)
        ways_out = [len(set(entry["at"]) - {INTERNET}) for entry in self.entries.values()]
        return all(
            self._try(pair, way, Setting(manifest, prefers_last, is_first_up, is_alone))
            for manifest in manifests
            for prefers_last in ((False, True) if max(ways_out) > 1 else (False,))
            for is_first_up in (True, False)
            for is_alone in (True, False)
        )

    def _without_luck(self):
        """The network without boxes that give the wanted port to whichever flow comes first."""
        unlucky = copy.deepcopy(self.manifest)
        is_changed = False
        for site in unlucky["sites"].values():
            box = site["box"]["ipv4"]
            if box["port_preservation"] and box["mapping"].startswith("address"):
                box["port_preservation"] = False
                is_changed = True
        return unlucky if is_changed else None

    def _try(self, pair, way, setting, log=None):
        """Both ends with a peer entry for each other; everything else as compiled."""
        changes = {
            pair[0]: self._with_peer(*pair, way[0], setting.is_alone),
            pair[1]: self._with_peer(*pair[::-1], way[1], setting.is_alone),
        }
        simulation = self.simulate(f"direct {pair} {way} {setting.is_first_up}", setting, changes)
        simulation.keep_log(log)
        leader, follower = pair if setting.is_first_up else pair[::-1]
        others = [] if setting.is_alone else sorted(set(self.entries) - set(pair))
        simulation.start([*others[::2], leader, *others[1::2], follower])
        simulation.run(SLOW_BRING_UP)
        for one, other, silence in (
            (leader, follower, 0),
            (follower, leader, 0),
            (leader, follower, IDLE),
            (follower, leader, IDLE),
        ):
            simulation.run(simulation.now + silence)
            if not self._talks(simulation, one, other):
                return False
        return True

    def _talks(self, simulation, one, other):
        simulation.note(f"{one} asks {other}")
        inquiry = self.inquire(simulation, one, other)
        simulation.ask([inquiry], PATIENCE)
        return inquiry.is_over and inquiry.there == inquiry.back == []

    def _with_peer(self, name, other, endpoint, is_only):
        settings = copy.copy(self.settings[name])
        far = self.settings[other]
        own = [(ipaddress.ip_network(address), far.key) for address in far.addresses]
        settings.allowed = settings.allowed.extended(own)
        settings.peers = [
            *(peer for peer in settings.peers if not is_only and peer.key != far.key),
            PeerSettings(far.key, endpoint, KEEPALIVE),
        ]
        return settings


def _endpoint(text):
    if not text:
        return None
    address, _, port = text.rpartition(":")
    return (address.strip("[]"), int(port))


def _written(way):
    return " and ".join(f"{each[0]} port {each[1]}" if each else "none" for each in way)
