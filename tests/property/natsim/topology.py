# SPDX-License-Identifier: MIT
"""Invents small trees of sites with hosts in them: what people write, and a good deal that they
would not. Most are topologies that the compiler takes.
"""

import ipaddress

from natsim.network import INTERNET

PRESETS = {
    "none": 2, "firewall": 6, "full-cone": 6, "restricted-cone": 6, "port-restricted-cone": 10,
    "linux": 10, "symmetric": 10, "cgnat": 3, "unknown": 2, "udp-blocked": 1,
}  # fmt: skip
WORDS = ("endpoint-independent", "address-dependent", "address-and-port-dependent")
UNTRANSLATED = ("none", "firewall")
MOST_DEPTH = 3


class Site:
    """What the inventor knows of a site that it has made."""

    def __init__(self, name, outer, number, made):
        self.name = name
        self.outer = outer  # a Site, or None: the internet
        self.number = number
        self.made = made
        self.depth = outer.depth + 1 if outer else 1
        self.v4 = None  # networks
        self.v6 = None
        self.n_given = {4: 3, 6: 3}

    @property
    def is_translating(self):
        nat = self.made.get("nat", "unknown")
        mapping = nat.get("mapping") if isinstance(nat, dict) else nat
        return mapping not in UNTRANSLATED

    @property
    def keeps_out(self):
        return self.made.get("nat", "unknown") not in ("none", "udp-blocked")

    @property
    def is_public(self):
        """Whether its addresses mean the same on the internet."""
        return not self.is_translating and (self.outer is None or self.outer.is_public)

    def address(self, family):
        self.n_given[family] += 1
        return str((self.v4 if family == 4 else self.v6)[self.n_given[family]])

    def chain(self):
        """This site and those around it, from the inside out."""
        found, site = [], self
        while site:
            found.append(site)
            site = site.outer
        return found


class Inventor:
    """Makes one topology from a random.Random and public keys of nobody."""

    def __init__(self, random, keys):
        self.random = random
        self.keys = random.sample(keys, len(keys))
        self.n_public = 0
        self.n_ports = 0
        self.sites = []
        self.made = {}
        self.homes = {}  # server or gateway: the Sites it is at, None for the internet

    def topology(self):
        chance = self.random.random
        network = {"name": "mesh", "addresses": ["10.77.0.0/16"]}
        if chance() < 0.3:
            network["addresses"].append("fd4e:6fb7:b3af::/48")
        if chance() < 0.2:
            network["listen_port"] = self.random.choice([51821, 443, 40000])
        if chance() < 0.05:
            network["persistent_keepalive"] = 20
        self.made = {"network": network, "sites": {}, "gateways": {}, "servers": {}, "users": {}}
        for number in range(self.random.randint(1, 4)):
            self._add_site(number)
        self._add_gateways()
        n_servers = min(self.random.randint(2, 6), 7 - len(self.made["gateways"]))
        for number in range(n_servers):
            self._add_node("servers", f"s{number}", self._home())
        if chance() < 0.3:
            self._add_users()
        for site in self.sites:
            self._add_ways_in(site)
        self._add_links()
        return {key: value for key, value in self.made.items() if value}

    # Sites.

    def _add_site(self, number):
        outers = [site for site in self.sites if site.depth < MOST_DEPTH]
        outer = self.random.choice(outers) if outers and self.random.random() < 0.45 else None
        made = self.made["sites"][f"n{number}"] = {}
        site = Site(f"n{number}", outer, number, made)
        self.sites.append(site)
        if outer:
            made["inside"] = outer.name
        if self.random.random() < 0.97:
            made["nat"] = self._nat()
        self._add_prefixes(site)
        if site.is_translating:
            self._add_public(site)
        if self.random.random() < 0.1:
            made["client_isolation"] = True

    def _nat(self):
        chance = self.random.random
        if chance() < 0.7:
            return self.random.choices(list(PRESETS), list(PRESETS.values()))[0]
        if chance() < 0.2:
            nat = {"mapping": "none", "filtering": self.random.choice(WORDS)}
        else:
            nat = {"mapping": self.random.choice((WORDS[0], *WORDS))}
            if chance() < 0.9:
                nat["filtering"] = self.random.choice(WORDS)
            if chance() < 0.8:
                nat["port_preservation"] = chance() < 0.6
            if chance() < 0.6:
                nat["hairpinning"] = chance() < 0.8
        if chance() < 0.5:
            nat["mapping_timeout"] = self.random.choice([30, 60, 120, 240])
        return nat

    def _add_prefixes(self, site):
        number, outer = site.number, site.outer
        if site.is_translating:
            is_twin = self.random.random() < 0.15 and not (outer and outer.outer)
            third = 1 if is_twin and not outer else number + 10
            site.v4 = ipaddress.ip_network(f"192.168.{third}.0/24")
            if self.random.random() < 0.3:
                site.v4 = ipaddress.ip_network(f"10.{number + 1}.0.0/16")
        elif outer and not outer.is_public:
            site.v4 = ipaddress.ip_network(f"172.16.{number}.0/24")
        else:
            site.v4 = ipaddress.ip_network(f"198.51.100.{number * 32}/27")
        if self.random.random() < 0.4:
            site.v6 = ipaddress.ip_network(f"2001:db8:{number + 1:x}::/64")
        site.made["prefixes"] = [str(net) for net in (site.v4, site.v6) if net]

    def _outside_address(self, site):
        """A free address in the realm outside the site."""
        if site.outer:
            return site.outer.address(4)
        self.n_public += 1
        return f"203.0.113.{self.n_public}"

    def _add_public(self, site):
        luck = self.random.random()
        if luck < 0.78:
            site.made["public"] = [self._outside_address(site)]
        elif luck < 0.84 and not site.outer:
            site.made["public"] = [f"r{site.number}.example.net"]
        elif luck < 0.9:
            site.made["public"] = [self._outside_address(site) for _ in range(2)]
        elif luck < 0.93:
            site.made["public"] = ["dynamic"]

    # Hosts.

    def _home(self):
        return self.random.choice(self.sites) if self.random.random() < 0.8 else None

    def _add_gateways(self):
        luck = self.random.random()
        if luck < 0.93:
            self._add_node("gateways", "gw", None, is_main=True)
        if luck > 0.65:
            self._add_node("gateways", "gw2", self._home())

    def _add_node(self, section, name, home, is_main=False):
        chance = self.random.random
        homes = [home]
        blocked = [site for site in self.sites if site.made.get("nat") == "udp-blocked"]
        if is_main:
            homes += blocked[:1]
        if chance() < 0.12:
            second = self.random.choice(self.sites)
            if not (home and home.v4.overlaps(second.v4)):
                homes.append(second)
        self.homes[name] = homes = list(dict.fromkeys(homes))
        node = {"at": {}, "public_key": self.keys.pop()}
        for site in homes:
            node["at"][site.name if site else INTERNET] = self._places(name, site, is_main)
        if chance() < 0.12:
            node["listen_port"] = self._port()
        self.made[section][name] = node

    def _port(self):
        self.n_ports += 1
        return 52000 + self.n_ports

    def _places(self, name, site, is_main):
        chance = self.random.random
        if not is_main and chance() < 0.07:
            return "dynamic"
        if site is None:
            self.n_public += 1
            four, six = f"203.0.113.{self.n_public}", f"2001:db8:f{self.n_public:x}::1"
            if chance() < 0.08:
                return f"{name}.example.org"
            if is_main:
                return [four, six] if chance() < 0.7 else four
            return self.random.choice([four, four, [four, six], six])
        if site.v6 and chance() < 0.7:
            return [site.address(4), site.address(6)] if chance() < 0.7 else site.address(6)
        return site.address(4)

    def _add_users(self):
        gateways = list(self.made["gateways"])
        for number in range(self.random.randint(1, 2) if gateways else 0):
            user = {"public_key": self.keys.pop(), "gateways": [self.random.choice(gateways)]}
            if self.random.random() < 0.3:
                site = self.random.choice(self.sites)
                user["at"] = {site.name: self.random.choice(["dynamic", site.address(4)])}
            self.made["users"][f"u{number}"] = user

    # Ways in: forwards, pinholes, addresses of their own.

    def _node(self, name):
        return self.made["servers"].get(name) or self.made["gateways"].get(name)

    def _hosts_within(self, site, family):
        found = []
        for name, homes in self.homes.items():
            for home in homes:
                places = self._node(name)["at"][home.name] if home else []
                has_family = any((":" in text) == (family == 6) for text in _listed(places))
                if home and site in home.chain() and has_family and "dynamic" not in places:
                    found.append((name, home))
        return found

    def _add_ways_in(self, site):
        chance = self.random.random
        inside = self._hosts_within(site, 4)
        if inside and chance() < 0.12:
            name, home = self.random.choice(inside)
            if home is site:
                outer = self._outside_address(site)
                site.made["one_to_one"] = {outer: name}
        if inside and chance() < 0.35:
            name, home = self.random.choice(inside)
            self._forward_through(site, home, name)
        inside = self._hosts_within(site, 6)
        if inside and chance() < 0.25 and site.keeps_out:
            name, home = self.random.choice(inside)
            for each in _between(home, site):
                if each.keeps_out:
                    self._set_forward(each, f"{self._pinned(name)}/ipv6", name)

    def _pinned(self, name):
        return self._node(name).setdefault("listen_port", self._port())

    def _forward_through(self, site, home, name):
        """A forward at every box from the host's to the site's: one that is missing is no use."""
        boxes = [each for each in _between(home, site) if each.made.get("nat") != "none"]
        if any(each.is_translating and not _has_one_address(each) for each in boxes):
            return
        if any(each.made.get("nat") == "udp-blocked" for each in boxes):
            return
        port = None
        for each in boxes:
            is_same = self.random.random() < 0.5 or not each.is_translating
            if port is None and (is_same or any(not box.is_translating for box in boxes)):
                port = self._pinned(name)
            if each.is_translating and not is_same:
                port = self._port() - 8000
            self._set_forward(each, str(port), name)

    @staticmethod
    def _set_forward(site, key, name):
        forwards = site.made.setdefault("forward", {})
        bare = key.partition("/")[0]
        if bare not in forwards and f"{bare}/ipv6" not in forwards:
            forwards[key] = name

    def _add_links(self):
        names, gateways = sorted(self.made["servers"]), sorted(self.made["gateways"])
        if gateways and len(names) > 1 and self.random.random() < 0.1:
            pair = self.random.sample(names, 2)
            self.made["links"] = [{"between": pair, "via": self.random.choice(gateways)}]


def _listed(places):
    return places if isinstance(places, list) else [places]


def _between(home, site):
    """The boxes from a host's site out to the given one, that one included."""
    chain = home.chain()
    return chain[: chain.index(site) + 1]


def _has_one_address(site):
    public = site.made.get("public", [])
    return len(public) == 1 and public != ["dynamic"]
