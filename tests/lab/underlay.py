# SPDX-License-Identifier: MIT
"""The networks under the tunnels: an internet, sites behind their routers, hosts.

One network namespace for the internet, one per router, host and stub. The internet is a router with
a port and a host route per attachment, so that any documentation address works, and it drops what
the real one drops: private and carrier addresses. A site's segment is a bridge in its router.

Routers are reached at link-local addresses, the same on every port: no address of a site is spent
on one. Each kind has its own, because a router's default gateway must not be one of its addresses.
"""

import asyncio
import subprocess

from places import INTERNET, PRIVATE, is_private

INTERNET_GATEWAY = {4: "169.254.1.1", 6: "fe80::1:1"}
SITE_GATEWAY = {4: "169.254.2.1", 6: "fe80::2:1"}
STUB_GATEWAY = {4: "169.254.3.1", 6: "fe80::3:1"}
ROUTER_WAN6 = "fe80::2:2"
FULLY_RANDOM = ("symmetric", "cgnat", "unknown", "udp-blocked")
UNTRANSLATED = ("none", "firewall")

# A host forwards only if its artifacts' own hooks turn that on; rp_filter as systemd sets it.
HOST_SYSCTLS = {
    "net/ipv4/ip_forward": 0,
    "net/ipv6/conf/all/forwarding": 0,
    "net/ipv4/conf/all/rp_filter": 2,
}
ROUTER_SYSCTLS = {
    "net/ipv4/ip_forward": 1,
    "net/ipv6/conf/all/forwarding": 1,
    "net/ipv4/conf/all/rp_filter": 0,
    "net/ipv4/conf/default/rp_filter": 0,
}


class Namespace:
    """One network namespace, and what is to be done in it."""

    def __init__(self, name, sysctls):
        self.name = name
        self.sysctls = sysctls
        self.ip = []  # lines for `ip -batch`
        self.nft = ""
        self.n_devices = 0

    def script(self):
        """A shell script that sets it all up: few processes, one namespace each."""
        lines = [f"echo {value} > /proc/sys/{key}" for key, value in self.sysctls.items()]
        lines += [
            # Duplicate address detection would keep IPv6 addresses unusable for a second.
            "for f in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 > $f; done",
            "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do"
            f" echo {self.sysctls.get('net/ipv4/conf/all/rp_filter', 0)} > $f; done",
            "echo '0 0' > /proc/sys/net/ipv4/ping_group_range",
            "ip -batch - <<'END'\n" + "\n".join(["link set lo up", *self.ip]) + "\nEND",
        ]
        if self.nft:
            lines.append("nft -f - <<'END'\n" + self.nft + "\nEND")
        return "\n".join(lines) + "\n"


class Underlay:
    """Namespaces for a map. `of_host` and `of_stub` tell which one belongs to whom."""

    def __init__(self, the_map):
        self.map = the_map
        self.namespaces = []
        self.links = []
        self.of_host = {}
        self.of_stub = {}
        self._n_ports = 0
        self.internet = self._add("internet", ROUTER_SYSCTLS)
        self.internet.ip.append(f"address add {INTERNET_GATEWAY[4]}/32 dev lo")
        self.internet.nft = _internet_filter()
        self._routers = {site.name: self._add_router(site) for site in the_map.sites.values()}
        for host in the_map.hosts.values():
            self._add_host(host)
        for host in the_map.hosts.values():
            for number, stub in enumerate(host.stubs):
                self._add_stub(host, stub, f"lan{number}")

    async def start(self):
        """Makes everything; raises RuntimeError with what a command said."""
        lines = [f"netns add {namespace.name}" for namespace in self.namespaces]
        await _feed(["ip", "-batch", "-"], "\n".join(lines + self.links) + "\n")
        await asyncio.gather(
            *(
                _feed(["nsenter", f"--net=/run/netns/{each.name}", "sh", "-eu"], each.script())
                for each in self.namespaces
            )
        )

    async def stop(self):
        lines = [f"netns delete {namespace.name}" for namespace in self.namespaces]
        await _feed(["ip", "-force", "-batch", "-"], "\n".join(lines) + "\n")

    def _add(self, name, sysctls):
        namespace = Namespace(name, sysctls)
        self.namespaces.append(namespace)
        return namespace

    def _link(self, one, one_device, other, other_device):
        self.links.append(
            f"link add {one_device} netns {one.name} type veth"
            f" peer name {other_device} netns {other.name}"
        )

    def _port(self, router):
        """The name of a new port of the internet or of a site's segment."""
        self._n_ports += 1
        name = f"p{self._n_ports}"
        if router is not self.internet:
            router.ip.append(f"link set {name} master lan up")
        return name

    def _join_internet(self, namespace, device, addresses):
        port = self._port(self.internet)
        self._link(self.internet, port, namespace, device)
        self.internet.ip += [
            f"link set {port} up",
            f"address add {INTERNET_GATEWAY[6]}/64 dev {port} nodad",
        ]
        namespace.ip.append(f"link set {device} up")
        for address in addresses:
            namespace.ip.append(f"address add {_single(address)} dev {device}")
            self.internet.ip.append(f"route add {_single(address)} dev {port}")
        return port

    def _add_router(self, site):
        router = self._add(f"router{len(self.namespaces)}", ROUTER_SYSCTLS)
        port = self._join_internet(router, "wan", [site.public])
        router.ip += [
            f"address add {ROUTER_WAN6}/64 dev wan nodad",
            *_defaults(INTERNET_GATEWAY, "wan", (4, 6)),
            "link add lan type bridge",
            f"address add {SITE_GATEWAY[4]}/32 dev lan",
            f"address add {SITE_GATEWAY[6]}/64 dev lan nodad",
            "link set lan up",
        ]
        for subnet in site.subnets:
            router.ip.append(f"route add {subnet} dev lan")
            via = site.public if subnet.version == 4 else ROUTER_WAN6
            is_routed = subnet.version == 6 or site.nat in UNTRANSLATED
            if is_routed and not is_private(subnet):
                self.internet.ip.append(f"route add {subnet} via {via} dev {port} onlink")
        router.nft = _site_filter(site.nat)
        return router

    def _add_host(self, host):
        namespace = self._add(f"host{len(self.of_host)}", HOST_SYSCTLS)
        self.of_host[host.name] = namespace
        has_default = set()
        # Where the host has several ways out, the internet itself is the way.
        for place in sorted(host.places, key=lambda place: place.site != INTERNET):
            device = f"eth{namespace.n_devices}"
            namespace.n_devices += 1
            if place.site == INTERNET:
                self._join_internet(namespace, device, place.addresses)
                gateway = INTERNET_GATEWAY
            else:
                self._join_site(namespace, device, place)
                gateway = SITE_GATEWAY
            families = {address.version for address in place.addresses} - has_default
            namespace.ip += _defaults(gateway, device, families)
            has_default |= families

    def _join_site(self, namespace, device, place):
        router = self._routers[place.site]
        self._link(router, self._port(router), namespace, device)
        namespace.ip.append(f"link set {device} up")
        subnets = self.map.sites[place.site].subnets
        near = set()
        for address in place.addresses:
            subnet = _longest(address, subnets)
            near.add(subnet)
            namespace.ip.append(f"address add {address}/{subnet.prefixlen} dev {device}")
        families = {address.version for address in place.addresses}
        namespace.ip += [
            f"route add {subnet} via {SITE_GATEWAY[subnet.version]} dev {device} onlink"
            for subnet in subnets
            if subnet not in near and subnet.version in families
        ]

    def _add_stub(self, host, stub, device):
        namespace = self._add(f"stub{len(self.of_stub)}", HOST_SYSCTLS)
        self.of_stub[stub.name] = namespace
        version = stub.address.version
        if stub.site:
            place = next(place for place in host.places if place.site == stub.site)
            self._join_site(namespace, "eth0", type(place)(stub.site, [stub.address]))
            via = next(address for address in place.addresses if address.version == version)
        else:
            owner = self.of_host[host.name]
            self._link(owner, device, namespace, "eth0")
            via = STUB_GATEWAY[version]
            length = 32 if version == 4 else 64
            owner.ip += [
                f"link set {device} up",
                f"address add {via}/{length} dev {device}" + (" nodad" if version == 6 else ""),
                f"route add {stub.prefix} dev {device}",
            ]
            namespace.ip += ["link set eth0 up", f"address add {_single(stub.address)} dev eth0"]
        namespace.ip.append(f"route add default via {via} dev eth0 onlink")


def _defaults(gateway, device, families):
    return [
        f"route add default via {gateway[family]} dev {device} onlink"
        for family in sorted(families)
    ]


def _single(address):
    return f"{address}/{address.max_prefixlen}"


def _longest(address, subnets):
    return max((net for net in subnets if address in net), key=lambda net: net.prefixlen)


def _internet_filter():
    four = ", ".join(str(net) for net in PRIVATE if net.version == 4)
    six = ", ".join(str(net) for net in PRIVATE if net.version == 6)
    return f"""
table inet lab {{
    chain forward {{
        type filter hook forward priority 0; policy accept;
        ip saddr {{ {four} }} drop
        ip daddr {{ {four} }} drop
        ip6 saddr {{ {six} }} drop
        ip6 daddr {{ {six} }} drop
    }}
}}"""


def _site_filter(nat):
    """What the router of a site does, by preset: a cone is what Linux masquerading looks like."""
    if nat == "none":
        return ""
    translate = ""
    if nat not in UNTRANSLATED:
        random = " fully-random" if nat in FULLY_RANDOM else ""
        translate = f"""
    chain translate {{
        type nat hook postrouting priority 100;
        oifname "wan" meta nfproto ipv4 masquerade{random}
    }}"""
    block = 'oifname "wan" meta l4proto udp drop' if nat == "udp-blocked" else ""
    return f"""
table inet lab {{
    chain forward {{
        type filter hook forward priority 0; policy accept;
        {block}
        iifname "wan" ct state established,related accept
        iifname "wan" drop
    }}
    chain input {{
        type filter hook input priority 0; policy accept;
        iifname "wan" icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} accept
        iifname "wan" ct state established,related accept
        iifname "wan" drop
    }}{translate}
}}"""


async def _feed(command, text):
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = await process.communicate(text.encode())
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {output.decode().strip()}\n{text}")
