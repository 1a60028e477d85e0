# SPDX-License-Identifier: MIT
"""What is expected of machines and of the office that looks after them."""

import json
import time

from machines import must
from office import Told
from pings import answered, unanswered
from rehearsal import Failed

NETWORK = "lab"
# Longer than the first retry of a handshake (5 s and some).
GIVE_UP_S = 6
N_PROBES = 30


class Bench:
    """The first expectation that is not met ends the test."""

    def __init__(self, internet, office):
        self.internet, self.office = internet, office
        self.n_met = 0

    def __getitem__(self, name):
        return self.internet[name]

    def expect(self, what, is_met):
        if not is_met:
            raise Failed(what)
        self.n_met += 1

    def reach(self, when, pairs):
        missing = unanswered(pairs)
        self.expect(f"{when}: no way from {', '.join(missing)}", not missing)

    def do_not_reach(self, when, pairs):
        found = answered(pairs)
        self.expect(f"{when}: a way from {', '.join(found)}", not found)

    def to(self, source, *targets):
        """The pairs from a machine to all addresses of the others."""
        return [(self[source], address) for target in targets
                for address in self.office.addresses(target)]  # fmt: skip

    def first(self, source, target):
        return self[source], self.office.addresses(target)[0]

    def tell(self, words):
        return Told(self.office, self.office.verb(words))

    def has_handshake(self, name):
        times = self[name].show(NETWORK, "latest-handshakes").values()
        return any(when != "0" for when in times)

    def expect_no_handshake(self, what, name, control):
        """One that has just been restarted gets none; the control has one."""
        self.reach(f"beside {what}", [self.first(control, "gw")])
        end = time.monotonic() + GIVE_UP_S
        while time.monotonic() < end:
            self.do_not_reach(what, [self.first(name, "gw")])
        self.expect(f"{what}: a handshake", not self.has_handshake(name))
        self.expect(f"beside {what}: no handshake", self.has_handshake(control))


def up(path, machine):
    machine.do("wg-quick", "up", path)


def restart(path, machine):
    machine.do("wg-quick", "down", path)
    up(path, machine)


def routes(machine):
    """Where the main table leads into the tunnel, without its own addresses."""
    found = set()
    for family in ("-4", "-6"):
        shown = json.loads(machine.do("ip", family, "-json", "route", "show", "dev", NETWORK))
        found |= {route["dst"] for route in shown if "/" in route["dst"]}
    return found - {"fe80::/64"}


def _n_into_tunnel(machine):
    shown = json.loads(machine.do("ip", "-json", "-s", "link", "show", "dev", NETWORK))
    return shown[0]["stats64"]["tx"]["packets"]


def n_probes_in_tunnel(machine, address):
    """About how many of N_PROBES, all answered, went into the tunnel: the kernel sends, too."""
    before = _n_into_tunnel(machine)
    must(machine.command("ping", "-n", "-q", "-i0.02", f"-c{N_PROBES}", address))
    return _n_into_tunnel(machine) - before
