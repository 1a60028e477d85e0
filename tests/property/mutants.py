# SPDX-License-Identifier: MIT
"""Single edits of compiled artifacts, and what each of them does to the network.

A mutant is HARMFUL by construction, HARMLESS by construction, or it is left to somebody else to find
out which. Each takes a copy of a compiled folder and a random.Random, and changes one thing; it
returns False where there is nothing of its kind to change.
"""

import base64
import json
import random
import re
import subprocess
from pathlib import Path

HARMFUL, HARMLESS, ASK_WALK, ASK_TRIAL = "harmful", "harmless", "ask walk", "ask trial"


class Folder:
    """A compiled folder that is being changed."""

    def __init__(self, path, chance):
        self.path = Path(path)
        self.random = chance
        self.manifest = json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))
        self.hosts = self.manifest["hosts"]

    def file(self, name, suffix="conf"):
        entry = self.hosts[name]
        interface = entry.get("interface", self.manifest["network"]["name"])
        return self.path / entry["folder"] / f"{interface}.{suffix}"

    def some_host(self, *kinds):
        names = [name for name, entry in self.hosts.items() if not kinds or entry["kind"] in kinds]
        return self.random.choice(names) if names else None

    def read(self, name, suffix="conf"):
        return self.file(name, suffix).read_text(encoding="utf-8")

    def write(self, name, text, suffix="conf"):
        before = self.read(name, suffix)
        self.file(name, suffix).write_text(text, encoding="utf-8")
        return text != before

    def change(self, name, pattern, replace, suffix="conf"):
        """Replaces one random match of a pattern."""
        text = self.read(name, suffix) if name else ""
        found = list(re.finditer(pattern, text, re.M))
        if not found:
            return False
        match = self.random.choice(found)
        new = replace(match) if callable(replace) else match.expand(replace)
        return self.write(name, text[: match.start()] + new + text[match.end() :], suffix)

    def sections(self, name):
        """The part before the peers, and the peers."""
        head, *peers = re.split(r"(?m)^(?=\[Peer\])", self.read(name))
        return head, peers


def other_key():
    private = subprocess.run(["wg", "genkey"], capture_output=True, check=True).stdout
    return subprocess.run(
        ["wg", "pubkey"], input=private, capture_output=True, check=True
    ).stdout.decode().strip()


# Peers and keys.


def drop_peer(folder):
    name = folder.some_host()
    head, peers = folder.sections(name)
    if not peers:
        return False
    peers.pop(folder.random.randrange(len(peers)))
    return folder.write(name, head + "".join(peers))


def add_stranger(folder):
    """Somebody whom the network does not know."""
    name = folder.some_host("server", "gateway")
    section = f"\n[Peer]\nPublicKey = {other_key()}\nAllowedIPs = 192.0.2.77/32\n"
    return folder.write(name, folder.read(name) + section)


def repeat_peer(folder):
    """The second section's allowed IPs are the ones that hold: with none, the peer has nothing."""
    name = folder.some_host()
    head, peers = folder.sections(name)
    if not peers:
        return False
    again = re.sub(r"(?m)^AllowedIPs.*\n", "", folder.random.choice(peers))
    return folder.write(name, head + "".join(peers) + "\n" + again)


def change_key(folder):
    return folder.change(folder.some_host(), r"^PublicKey = .*$", "PublicKey = " + other_key())


def own_key(folder):
    name = folder.some_host()
    key = folder.hosts[name]["public_key"]
    return folder.change(name, r"^PublicKey = .*$", f"PublicKey = {key}")


def swap_keys(folder):
    name = folder.some_host("server", "gateway")
    text = folder.read(name)
    keys = re.findall(r"^PublicKey = (.+)$", text, re.M)
    if len(keys) < 2:
        return False
    one, other = folder.random.sample(keys, 2)
    return folder.write(name, text.replace(one, "@").replace(other, one).replace("@", other))


def give_preshared(folder):
    """Only one end has it."""
    key = base64.b64encode(folder.random.randbytes(32)).decode()
    return folder.change(folder.some_host(), r"^(PublicKey = .*)$", rf"\1\nPresharedKey = {key}")


def change_preshared(folder):
    key = base64.b64encode(folder.random.randbytes(32)).decode()
    return folder.change(
        folder.some_host(), r"^PresharedKey = [^P].*$", f"PresharedKey = {key}")


def drop_preshared(folder):
    return folder.change(folder.some_host(), r"^PresharedKey = [^P].*\n", "")


def other_key_file(folder):
    """A preshared key under another peer's name."""
    return folder.change(
        folder.some_host("server", "gateway"), r"(preshared-key \S+/)\w+(?= peer|$)", r"\1zz")


def forget_key_file(folder):
    return folder.change(
        folder.some_host("server", "gateway"), r" peer \S+ preshared-key \S+", "")


# Allowed IPs, addresses and routes.


def drop_allowed_ip(folder):
    def shorten(match):
        items = match[1].split(", ")
        items.pop(folder.random.randrange(len(items)))
        return "AllowedIPs = " + ", ".join(items) + "\n" if items else ""

    return folder.change(folder.some_host(), r"^AllowedIPs = (.*)\n", shorten)


def drop_allowed_ips(folder):
    return folder.change(folder.some_host(), r"^AllowedIPs = .*\n", "")


def shorten_allowed_ip(folder):
    """A shorter prefix, its host bits cleared."""

    def widen(match):
        import ipaddress

        net = ipaddress.ip_network(match[0])
        return str(net.supernet(folder.random.randint(1, min(9, net.prefixlen))))

    return folder.change(folder.some_host(), r"(?<=[ ])[0-9a-f:.]+/\d+(?=,|$)", widen)


def lengthen_allowed_ip(folder):
    def narrow(match):
        import ipaddress

        net = ipaddress.ip_network(match[0])
        if net.prefixlen == net.max_prefixlen:
            return match[0]
        step = folder.random.randint(1, min(4, net.max_prefixlen - net.prefixlen))
        return str(folder.random.choice(list(net.subnets(step))))

    return folder.change(folder.some_host(), r"(?<=[ ])[0-9a-f:.]+/\d+(?=,|$)", narrow)


def move_allowed_ip(folder):
    """From one peer to another."""
    name = folder.some_host("server", "gateway")
    head, peers = folder.sections(name)
    if len(peers) < 2:
        return False
    one, other = folder.random.sample(range(len(peers)), 2)
    items = re.search(r"^AllowedIPs = (.*)$", peers[one], re.M)[1].split(", ")
    moved = items.pop(folder.random.randrange(len(items)))
    line = "AllowedIPs = " + ", ".join(items) + "\n" if items else ""
    peers[one] = re.sub(r"(?m)^AllowedIPs = .*\n", line, peers[one])
    peers[other] = re.sub(r"(?m)^(AllowedIPs = .*)$", rf"\1, {moved}", peers[other])
    return folder.write(name, head + "".join(peers))


def copy_allowed_ip(folder):
    """To a second peer: the one that stands last has it."""
    name = folder.some_host("server", "gateway")
    head, peers = folder.sections(name)
    if len(peers) < 2:
        return False
    one, other = folder.random.sample(range(len(peers)), 2)
    items = re.search(r"^AllowedIPs = (.*)$", peers[one], re.M)[1].split(", ")
    copied = folder.random.choice(items)
    peers[other] = re.sub(r"(?m)^(AllowedIPs = .*)$", rf"\1, {copied}", peers[other])
    return folder.write(name, head + "".join(peers))


def swap_allowed_ips(folder):
    name = folder.some_host("server", "gateway")
    text = folder.read(name)
    lines = re.findall(r"^AllowedIPs = .*$", text, re.M)
    if len(lines) < 2:
        return False
    one, other = folder.random.sample(lines, 2)
    return folder.write(name, text.replace(one, "@").replace(other, one).replace("@", other))


def steal_part(folder):
    """A longer prefix of somebody else's network, at another peer."""
    name = folder.some_host("server", "gateway")
    head, peers = folder.sections(name)
    wide = re.findall(r"\d+\.\d+\.\d+\.0/24", "".join(peers))
    if len(peers) < 2 or not wide:
        return False
    stolen = folder.random.choice(wide).replace(".0/24", ".192/26")
    number = folder.random.randrange(len(peers))
    peers[number] = re.sub(r"(?m)^(AllowedIPs = .*)$", rf"\1, {stolen}", peers[number])
    return folder.write(name, head + "".join(peers))


def change_address(folder):
    def other(match):
        last = int(match[2]) if match[2].isdigit() else int(match[2], 16)
        return f"{match[1]}{(last + folder.random.randint(60, 90)) % 250 + 1}/{match[3]}"

    return folder.change(
        folder.some_host(), r"(?<=[ ])([0-9.]+\.)(\d+)/(32)(?=,|$)(?=[^=]*ListenPort|[^=]*MTU)", other)


def drop_address(folder):
    return folder.change(folder.some_host("server", "gateway"), r"^Address = .*\n", "")


def drop_route(folder):
    return folder.change(
        folder.some_host("server", "gateway"), r"^route replace .*\n", "", "routes")


def narrow_route(folder):
    import ipaddress

    def narrow(match):
        net = ipaddress.ip_network(match[2])
        if net.prefixlen == net.max_prefixlen:
            return match[0]
        return match[1] + str(folder.random.choice(list(net.subnets(1))))

    return folder.change(
        folder.some_host("server", "gateway"), r"^(route replace )(\S+)", narrow, "routes")


def route_elsewhere(folder):
    return folder.change(
        folder.some_host("server", "gateway"), r"^(route replace \S+ dev )\S+", r"\1eth7", "routes")


def route_endpoint(folder):
    """Into the tunnel that it is the way to."""
    name = folder.some_host("server", "gateway")
    found = re.findall(r"^Endpoint = ([0-9.]+):", folder.read(name), re.M)
    if not found:
        return False
    interface = folder.manifest["network"]["name"]
    line = f"route replace {folder.random.choice(found)}/32 dev {interface}\n"
    return folder.write(name, folder.read(name, "routes") + line, "routes")


def change_route_mtu(folder):
    return folder.change(
        folder.some_host("server", "gateway"), r"^(route replace .* mtu )\d+", r"\g<1>1290", "routes")


# Ports, endpoints, keepalives, MTU.


def change_port(folder):
    return folder.change(
        folder.some_host("server", "gateway"), r"^ListenPort = .*$",
        f"ListenPort = {folder.random.randint(1024, 40000)}")


def drop_port(folder):
    return folder.change(folder.some_host("server", "gateway"), r"^ListenPort = .*\n", "")


def change_mtu(folder):
    return folder.change(
        folder.some_host(), r"^MTU = .*$", f"MTU = {folder.random.choice([1280, 1390, 1500])}")


def drop_mtu(folder):
    return folder.change(folder.some_host(), r"^MTU = .*\n", "")


def drop_endpoint(folder):
    return folder.change(folder.some_host(), r"^Endpoint = .*\n", "")


def change_endpoint(folder):
    return folder.change(
        folder.some_host(), r"^Endpoint = .*:(\d+)$",
        rf"Endpoint = 192.0.2.{folder.random.randint(1, 254)}:\1")


def change_endpoint_port(folder):
    return folder.change(
        folder.some_host(), r"^(Endpoint = .*):\d+$",
        rf"\1:{folder.random.randint(1024, 40000)}")


def swap_endpoints(folder):
    name = folder.some_host("server", "gateway")
    text = folder.read(name)
    lines = sorted(set(re.findall(r"^Endpoint = .*$", text, re.M)))
    if len(lines) < 2:
        return False
    one, other = folder.random.sample(lines, 2)
    return folder.write(name, text.replace(one, "@").replace(other, one).replace("@", other))


def stop_keepalive(folder):
    return folder.change(
        folder.some_host(), r"^PersistentKeepalive = [1-9]\d*$", "PersistentKeepalive = 0")


def drop_keepalive(folder):
    return folder.change(folder.some_host(), r"^PersistentKeepalive = [1-9]\d*\n", "")


def slow_keepalive(folder):
    return folder.change(
        folder.some_host(), r"^PersistentKeepalive = [1-9]\d*$", "PersistentKeepalive = 3600")


# Hooks, and files as a whole.


def drop_hook(folder):
    return folder.change(folder.some_host("server", "gateway"), r"^PostUp = .*\n", "")


def spoil_hook(folder):
    return folder.change(
        folder.some_host("server", "gateway"),
        r"^(PostUp = .*)(private-key|\.routes|=1|=0|wireguard)", r"\1x\2")


def drop_file(folder):
    folder.file(folder.some_host()).unlink()
    return True


def drop_routes_file(folder):
    name = folder.some_host("server", "gateway")
    folder.file(name, "routes").unlink()
    return True


def exchange_files(folder):
    """Two hosts have each other's file."""
    names = [name for name, entry in folder.hosts.items() if entry["kind"] == "server"]
    if len(names) < 2:
        return False
    one, other = folder.random.sample(names, 2)
    texts = folder.read(one), folder.read(other)
    return folder.write(one, texts[1]) and folder.write(other, texts[0])


def garble(folder):
    """wg refuses it, or takes it for something else."""
    line = folder.random.choice([
        "PersistantKeepalive = 25", "[Pear]", "AllowedIPs = 10.0.0.0/33", "Endpoint = 1.2.3.4",
        "Endpoint = 203.0.113.1:70000", "PublicKey = short", "; a comment"])
    return folder.change(folder.some_host(), r"^PublicKey = .*\n", lambda m: m[0] + line + "\n")


def use_own_routes(folder):
    """wg-quick makes its own of the allowed IPs."""
    return folder.change(folder.some_host("server", "gateway"), r"^Table = off\n", "")


# What changes nothing.


def add_comment(folder):
    return folder.change(
        folder.some_host(), r"^(PublicKey|MTU|\[Peer\]).*$",
        lambda m: f"# {folder.random.choice(['by hand', '[Peer]', 'Endpoint = 1.2.3.4:5'])}\n" + m[0]
        if m[1] != "[Peer]" else m[0] + "\n# by hand")


def drop_comments(folder):
    name = folder.some_host()
    return folder.write(name, re.sub(r"(?m)^#.*\n", "", folder.read(name)))


def add_blanks(folder):
    name = folder.some_host()
    text = re.sub(r" = ", folder.random.choice(["=", "  =\t", " =   "]), folder.read(name))
    return folder.write(name, "\n\n" + text.replace("\n[Peer]", "\n\n  [Peer]  "))


def other_case(folder):
    name = folder.some_host()
    return folder.write(
        name, re.sub(r"(?m)^(\w+|\[\w+\])(?= =|$)", lambda m: m[0].upper(), folder.read(name)))


def shuffle_peers(folder):
    name = folder.some_host("gateway", "server")
    head, peers = folder.sections(name)
    peers = [peer.rstrip("\n") + "\n\n" for peer in peers]
    before = list(peers)
    folder.random.shuffle(peers)
    return folder.write(name, head + "".join(peers)) and peers != before


def shuffle_section(folder):
    name = folder.some_host("gateway", "server")
    head, peers = folder.sections(name)
    if not peers:
        return False
    number = folder.random.randrange(len(peers))
    first, *lines = peers[number].strip("\n").split("\n")
    folder.random.shuffle(lines)
    peers[number] = "\n".join([first, *lines]) + "\n\n"
    return folder.write(name, head + "".join(peers))


def split_allowed_ips(folder):
    return folder.change(
        folder.some_host(), r"^AllowedIPs = (.*), (.*)$", r"AllowedIPs = \1\nAllowedIPs = \2")


def shuffle_allowed_ips(folder):
    def shuffle(match):
        items = match[1].split(", ")
        folder.random.shuffle(items)
        return "AllowedIPs = " + ",".join(items)

    return folder.change(folder.some_host(), r"^AllowedIPs = (.*,.*)$", shuffle)


def halve_allowed_ip(folder):
    """The same addresses, as two prefixes."""
    import ipaddress

    def halve(match):
        net = ipaddress.ip_network(match[0])
        if net.prefixlen == net.max_prefixlen:
            return match[0]
        return ", ".join(map(str, net.subnets(1)))

    return folder.change(
        folder.some_host("server", "gateway"), r"(?<=[ ])[0-9a-f:.]+/\d+(?=,|$)", halve)


def shuffle_routes(folder):
    name = folder.some_host("server", "gateway")
    lines = folder.read(name, "routes").splitlines(True)
    folder.random.shuffle(lines)
    return folder.write(name, "".join(lines), "routes")


def other_name_for_default(folder):
    return folder.change(
        folder.some_host(), r"^PersistentKeepalive = 0$", "PersistentKeepalive = off")


def no_line_for_default(folder):
    return folder.change(folder.some_host(), r"^PersistentKeepalive = 0\n", "")


def windows_lines(folder):
    name = folder.some_host()
    text = folder.read(name)
    folder.file(name).write_bytes(text.replace("\n", "\r\n").encode())
    return True


MUTANTS = [
    (HARMFUL, [
        drop_peer, add_stranger, repeat_peer, change_key, own_key, swap_keys, give_preshared,
        change_preshared, drop_preshared, other_key_file, forget_key_file, drop_allowed_ips,
        change_address, drop_address, route_elsewhere, route_endpoint, change_route_mtu, change_port,
        drop_port, change_mtu, drop_mtu, drop_hook, spoil_hook, drop_file,
        drop_routes_file, exchange_files, garble, slow_keepalive]),
    (ASK_WALK, [
        drop_allowed_ip, shorten_allowed_ip, lengthen_allowed_ip, move_allowed_ip, copy_allowed_ip,
        swap_allowed_ips, steal_part, drop_route, narrow_route, use_own_routes]),
    (ASK_TRIAL, [
        drop_endpoint, change_endpoint, change_endpoint_port, swap_endpoints, stop_keepalive,
        drop_keepalive]),
    (HARMLESS, [
        add_comment, drop_comments, add_blanks, other_case, shuffle_peers, shuffle_section,
        split_allowed_ips, shuffle_allowed_ips, halve_allowed_ip, shuffle_routes,
        other_name_for_default, no_line_for_default, windows_lines]),
]  # fmt: skip

# What shows in the files alone, without a word of what they are for; and what must not.
FOUND = [
    drop_peer, repeat_peer, change_key, own_key, swap_keys, give_preshared, change_preshared,
    drop_preshared, drop_allowed_ips, copy_allowed_ip, change_port, change_endpoint_port, garble,
    add_comment, add_blanks, other_case, shuffle_peers, shuffle_section, split_allowed_ips,
    shuffle_allowed_ips, windows_lines]  # fmt: skip

FOUND_WITH_KEYS = [change_key]


def chance_of(seed, number):
    return random.Random(f"{seed}/{number}")
