# SPDX-License-Identifier: MIT
"""Invents topologies that are right: different every time, the same for the same seed.

Every host that stands behind a NAT has only open hosts to meet outside, so that each pair can open
a tunnel of its own or goes through a gateway.
"""

import base64
import hashlib
import subprocess

TRANSLATING = ("full-cone", "port-restricted-cone", "linux", "symmetric", "cgnat", "unknown")
UNTRANSLATED = ("none", "firewall")
MOST_KEYS = 64


def make_keys():
    """Public keys of nobody, made once and used in every invented topology."""
    keys = []
    for number in range(MOST_KEYS):
        scalar = hashlib.sha256(f"wgtopo property test, never deploy: {number}".encode()).digest()
        private = base64.b64encode(scalar)
        done = subprocess.run(["wg", "pubkey"], input=private, capture_output=True, check=True)
        keys.append(done.stdout.decode().strip())
    return keys


class Inventor:
    """Makes one topology from a random.Random and the keys."""

    def __init__(self, random, keys):
        self.random = random
        self.keys = random.sample(keys, len(keys))
        self.families = random.choice([{4}, {6}, {4, 6}])
        self.campus = "10.1.2"  # the first octets of the addresses there
        self.n_networks = 0
        self.n_named = 0

    def topology(self):
        random = self.random
        network = {"name": random.choice(["mesh", "wg0", "a-b_c.1"]), "addresses": self._pools()}
        self._maybe(network, 0.3, "listen_port", random.randint(1024, 65535))
        self._maybe(network, 0.3, "persistent_keepalive", random.choice(["auto", 20]))
        self._maybe(network, 0.3, "mtu", random.choice(["auto", 1280, 1380]))
        self._maybe(network, 0.3, "domain", "mesh.example.org")
        made = {"network": network}
        has_site = random.random() < 0.7
        if has_site:
            made["sites"] = {"campus": self._site()}
        n_gateways = random.randint(0, 2)
        made["gateways"] = {f"gw{n}": self._gateway(has_site, n) for n in range(n_gateways)}
        made["servers"] = {f"s{n:02}": self._open_server() for n in range(random.randint(2, 7))}
        for number in range(random.randint(1, 7) if has_site else 0):
            made["servers"][f"inner{number}"] = self._inner_server(number)
        if n_gateways:
            made["users"] = {
                f"user{n}": self._user(n_gateways) for n in range(random.randint(0, 6))
            }
        self._add_links(made)
        items = [(key, value) for key, value in made.items() if value]
        random.shuffle(items)
        return dict(items)

    def _site(self):
        if self.random.random() < 0.25:
            # Without translation the addresses must be public, or they get nowhere.
            self.campus = "198.51.100"
            return {"nat": self.random.choice(UNTRANSLATED), "prefixes": [f"{self.campus}.0/24"]}
        return {"nat": self.random.choice(TRANSLATING), "prefixes": [f"{self.campus}.0/24"]}

    def _pools(self):
        pools = []
        if 4 in self.families:
            pools.append(self.random.choice(["10.77.0.0/16", "10.77.8.0/22", "100.64.3.0/24"]))
        if 6 in self.families:
            pools.append(self.random.choice(["fd4e:6fb7:b3af::/48", "fd4e:6fb7:b3af:7::/64"]))
        return pools

    def _gateway(self, has_site, number):
        at = self._internet()
        node = {"at": at, "public_key": self.keys.pop()}
        if has_site and self.random.random() < 0.5:
            at["campus"] = f"{self.campus}.{number + 1}"
            if 4 in self.families and number == 0:
                self._maybe(node, 0.5, "routes", [f"{self.campus}.0/24"])
        self._maybe(node, 0.3, "listen_port", self.random.randint(1024, 65535))
        return node

    def _open_server(self):
        node = {"at": self._internet(), "public_key": self.keys.pop()}
        self._maybe(node, 0.3, "routes", self._routes())
        self._maybe(node, 0.3, "groups", self.random.sample(["gpu", "cpu", "storage"], 2))
        self._maybe(node, 0.2, "listen_port", self.random.randint(1024, 65535))
        return node

    def _inner_server(self, number):
        node = {"at": {"campus": f"{self.campus}.{number + 10}"}, "public_key": self.keys.pop()}
        self._maybe(node, 0.2, "routes", self._routes())
        self._maybe(node, 0.3, "groups", ["gpu"])
        return node

    def _internet(self):
        """Every open host has IPv4, so that any two have a family in common."""
        self.n_named += 1
        four, six = f"203.0.113.{self.n_named}", f"2001:db8::{self.n_named:x}"
        name = f"h{self.n_named}.example.org"
        return {"internet": self.random.choice([four, [four], [four, six], name])}

    def _user(self, n_gateways):
        random = self.random
        names = [f"gw{number}" for number in range(n_gateways)]
        user = {"gateways": random.sample(names, random.randint(1, n_gateways))}
        self._maybe(user, 0.3, "groups", ["research"])
        if random.random() < 0.3:
            user["public_key"] = self.keys.pop()
        else:
            names = random.sample(["laptop", "phone", "desk"], random.randint(1, 3))
            user["devices"] = {name: {"public_key": self.keys.pop()} for name in names}
        return user

    def _routes(self):
        made = []
        for family in sorted(self.families):
            self.n_networks += 1
            made.append(
                f"192.168.{self.n_networks}.0/{self.random.choice((24, 25, 28))}"
                if family == 4
                else f"fd99:0:0:{self.n_networks:x}::/64"
            )
        return made

    def _add_links(self, made):
        names = sorted([*made["gateways"], *made["servers"]])
        if self.random.random() < 0.4:
            key, value = self.random.choice([("persistent_keepalive", 15), ("mtu", 1300)])
            made["links"] = [{"between": self.random.sample(names, 2), key: value}]

    def _maybe(self, section, chance, key, value):
        if self.random.random() < chance:
            section[key] = value
