#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Gives the files of devices to the programs that they are for.

    tests/foreign/test_devices.py PROGRAM SEAL_KEYS

Every example topology, with and without preshared keys, is compiled with a keystore of all its
(public) example private keys, and without any. Then

- zbarimg reads the picture of a device as the very bytes of its file;
- `wg-quick strip` and `wg setconf` take the file, and `wg showconf` gives back what it says;
- NetworkManager imports it, and the profile that it writes says the same and is the canonical form
  of `nmcli --offline`: so nothing in the file was dropped or changed, by the importer or later;
- wg and NetworkManager refuse a file in which a key is still to be filled in, and take it after;
- what is in a server's key file belongs to the public key in the manifest.

All of it in namespaces of its own, as root, with a wireguard-go interface and a D-Bus of its own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lab"))
import enclosure  # noqa: E402
import keys as example  # noqa: E402

SKIPPED = 77
INTERFACE = "wgforeign"
PROFILES = Path("/etc/NetworkManager/system-connections")
NEEDED = ("wg", "wg-quick", "wireguard-go", "zbarimg", "nmcli", "NetworkManager", "dbus-daemon")
UP_WITHIN_S = 20
FILLED_IN = example.private_key("foreign", "preshared")  # any 32 bytes will do


class Failed(Exception):
    pass


def call(*command, text=None, binary=False):
    return subprocess.run(
        list(map(str, command)), input=text, capture_output=True, text=not binary, timeout=60,
        check=False, **({} if text is not None else {"stdin": subprocess.DEVNULL}),
    )  # fmt: skip


def must(*command, **options):
    done = call(*command, **options)
    if done.returncode != 0:
        raise Failed(f"`{command[0]}` failed: {done.stderr}")
    return done.stdout


def wait_for(what, is_there):
    end = time.monotonic() + UP_WITHIN_S
    while not is_there():
        if time.monotonic() > end:
            raise Failed(f"{what} did not come up")
        time.sleep(0.05)


# Compiling.


class Network:
    """One compiled example: its folder, and its devices' files by host."""

    def __init__(self, name, folder):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.name, self.folder = name, folder
        self.interface, self.hosts = manifest["network"]["name"], manifest["hosts"]

    def files(self, kinds, ending):
        for host, entry in self.hosts.items():
            if entry["kind"] in kinds:
                yield host, next((self.folder / entry["folder"]).glob(f"*.{ending}"), None)

    def private_key(self, host):
        return example.private_key(self.interface, host.partition("@")[0])


def compile_network(tools, source, scratch, is_preshared):
    """Closed and open, as a pair of networks."""
    program, seal_keys = tools
    name = source.stem + ("+psk" if is_preshared else "")
    topology = scratch / f"{name}.yaml"
    text = source.read_text(encoding="utf-8")
    if is_preshared:
        text, n = re.subn(r"^network:\n", "network:\n  preshared_keys: true\n", text, count=1, flags=re.M)
        if n != 1:
            raise Failed(f"{source.name} has no line `network:`")
    topology.write_text(text, encoding="utf-8")
    shutil.copyfile(source.with_suffix(".lock"), topology.with_suffix(".lock"))  # it has keys
    must(program, "compile", topology, "-o", scratch / f"{name}.closed")
    closed = Network(name, scratch / f"{name}.closed")
    key_file = scratch / f"{name}.key"
    key_file.write_bytes(os.urandom(32))
    pairs = "".join(
        f"{host} {closed.private_key(host)}\n" for host in closed.hosts if "@" not in host
    )
    must(seal_keys, scratch / f"{name}.keys", key_file, text=pairs)
    must(program, "compile", topology, "-o", scratch / f"{name}.open", "--key-file", key_file)
    return closed, Network(name, scratch / f"{name}.open")


# What a configuration says.


def read_conf(text):
    """[Interface], and [Peer] by public key; what says nothing left out."""
    interface, peers, current = {}, [], None
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line == "[Interface]":
            current = interface
        elif line == "[Peer]":
            current = {}
            peers.append(current)
        elif line:
            key, _, value = (part.strip() for part in line.partition("="))
            current[key] = value
    for peer in peers:
        peer["AllowedIPs"] = frozenset(re.split(r",\s*", peer["AllowedIPs"]))
        if peer.get("PersistentKeepalive") == "0":
            del peer["PersistentKeepalive"]
    return interface, {peer.pop("PublicKey"): peer for peer in peers}


def read_profile(text):
    """A keyfile of NetworkManager, in the words of a configuration."""
    sections, current = {}, None
    for line in text.splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), {})
        elif line:
            key, _, value = line.partition("=")
            current[key] = value
    names = {"endpoint": "Endpoint", "persistent-keepalive": "PersistentKeepalive",
             "preshared-key": "PresharedKey"}  # fmt: skip
    peers = {}
    for title, section in sections.items():
        if title.startswith("wireguard-peer."):
            peer = peers[title.partition(".")[2]] = {
                word: section[key] for key, word in names.items() if key in section
            }
            peer["AllowedIPs"] = frozenset(section["allowed-ips"].strip(";").split(";"))
    wireguard = sections["wireguard"]
    interface = {"PrivateKey": wireguard.get("private-key"), "MTU": wireguard.get("mtu")}
    if "listen-port" in wireguard:
        interface["ListenPort"] = wireguard["listen-port"]
    addresses = [sections[each].get("address1") for each in ("ipv4", "ipv6") if each in sections]
    interface["Address"] = ", ".join(filter(None, addresses))
    return interface, peers, sections["connection"]["interface-name"]


# The programs.


def scan(path):
    return must("zbarimg", "-q", "--raw", "--oneshot", "-Sbinary", path, binary=True)


def faults_of_picture(path):
    picture = path.with_suffix(".png")
    if not picture.exists():
        return ["there is no picture"]
    return [] if scan(picture) == path.read_bytes() else ["the picture is of something else"]


def set_conf(path):
    stripped = must("wg-quick", "strip", path)
    target = Path("/run/stripped.conf")
    target.write_text(stripped, encoding="utf-8")
    target.chmod(0o600)
    return call("wg", "setconf", INTERFACE, target)


def faults_of_wg(path):
    done = set_conf(path)
    if done.returncode != 0:
        return [f"wg refuses it: {done.stderr}"]
    interface, peers = read_conf(path.read_text(encoding="utf-8"))
    seen_interface, seen_peers = read_conf(must("wg", "showconf", INTERFACE))
    expected = {key: interface[key] for key in ("PrivateKey", "ListenPort") if key in interface}
    faults = []
    if any(seen_interface.get(key) != value for key, value in expected.items()):
        faults.append("wg has read the interface otherwise")
    if peers != seen_peers:
        faults.append("wg has read the peers otherwise")
    return faults


def import_profile(path):
    """The profile's text, or None and what nmcli says."""
    done = call("nmcli", "connection", "import", "type", "wireguard", "file", path)
    if done.returncode != 0:
        return None, done.stderr
    profile = next(PROFILES.glob("*.nmconnection"))
    text = profile.read_text(encoding="utf-8")
    must("nmcli", "connection", "delete", profile.stem)
    return text, ""


def faults_of_network_manager(path):
    text, why = import_profile(path)
    if text is None:
        return [f"NetworkManager refuses it: {why}"]
    interface, peers, name = read_profile(text)
    faults = []
    if (interface, peers) != read_conf(path.read_text(encoding="utf-8")):
        faults.append("NetworkManager has read it otherwise")
    if name != path.stem:
        faults.append("NetworkManager names the tunnel otherwise")
    if must("nmcli", "--offline", "connection", "modify", "connection.zone", "", text=text) != text:
        faults.append("the profile is not in the canonical form")
    return faults


def faults_of_file(path):
    return faults_of_wg(path) + faults_of_network_manager(path)


def faults_of_unfilled(path, private_key):
    """As it is it must be refused, by words that say why; filled in, it is like any other."""
    faults = []
    text = path.read_text(encoding="utf-8")
    if "PUT-THE-PRIVATE-KEY" not in set_conf(path).stderr:
        faults.append("wg does not say that a key is to be filled in")
    if import_profile(path)[0] is not None:
        faults.append("NetworkManager takes it without a private key")
    text = re.sub(r"^PrivateKey = .*", f"PrivateKey = {private_key}", text, flags=re.M)
    Path("/run/filled").mkdir(exist_ok=True)
    filled = Path("/run/filled") / path.name
    filled.write_text(text, encoding="utf-8")
    filled.chmod(0o600)
    if "PUT-THE-PRESHARED-KEY" in text:
        if set_conf(filled).returncode == 0 or import_profile(filled)[0] is not None:
            faults.append("it is taken without a preshared key")
        text = re.sub(r"^PresharedKey = .*", f"PresharedKey = {FILLED_IN}", text, flags=re.M)
        filled.write_text(text, encoding="utf-8")
    return faults + [f"filled in: {fault}" for fault in faults_of_file(filled)]


def faults_of_network(closed, opened):
    for host, path in opened.files(("device",), "conf"):
        yield from ((host, fault) for fault in faults_of_picture(path) + faults_of_file(path))
    for host, path in closed.files(("device",), "conf"):
        if path.with_suffix(".png").exists():
            yield host, "there is a picture without a key"
        faults = faults_of_unfilled(path, closed.private_key(host))
        yield from ((host, fault) for fault in faults)
    for host, path in opened.files(("server", "gateway"), "key"):
        public = must("wg", "pubkey", text=path.read_text(encoding="utf-8")).strip()
        if public != opened.hosts[host]["public_key"]:
            yield host, "the key file holds another key"


# The place.


def start_wireguard():
    Path("/run/wireguard").mkdir()
    command = ["wireguard-go", "-f", INTERFACE]
    subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL)  # fmt: skip
    wait_for("wireguard-go", Path(f"/run/wireguard/{INTERFACE}.sock").exists)


def start_network_manager():
    """A bus and a daemon that see nothing of this machine but its programs."""
    for folder in (PROFILES, Path("/var/lib/NetworkManager")):
        folder.mkdir(parents=True, exist_ok=True)
        must("mount", "-t", "tmpfs", "-o", "mode=0700", "foreign", folder)
    for folder in ("/run/dbus", "/run/NetworkManager"):
        Path(folder).mkdir()
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    socket = "/run/dbus/system_bus_socket"
    bus = ["dbus-daemon", "--system", "--nofork", "--nopidfile", f"--address=unix:path={socket}"]
    subprocess.Popen(bus, **quiet)
    wait_for("dbus-daemon", Path(socket).exists)
    subprocess.Popen(["NetworkManager", "--no-daemon"], **quiet)
    running = ("nmcli", "-g", "RUNNING", "general")
    wait_for("NetworkManager", lambda: call(*running).stdout.strip() == "running")


def test_all(tools, scratch):
    must("ip", "link", "set", "lo", "up")
    start_wireguard()
    start_network_manager()
    n_passed = n_failed = 0
    for source in sorted((ROOT / "topologies").glob("*.yaml")):
        for is_preshared in (False, True):
            networks = compile_network(tools, source, scratch, is_preshared)
            faults = list(faults_of_network(*networks))
            for host, fault in faults:
                print(f"FAIL: {networks[0].name}: {host}: {fault}")
            n_passed, n_failed = n_passed + (not faults), n_failed + bool(faults)
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed or not n_passed else 0


def skip(reason):
    print(f"skipped: {reason}; no device's file was read by anybody", file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" else SKIPPED


def body(problem, tools, scratch):
    enclosure.unblock_signals()
    if problem:
        return skip(str(problem))
    try:
        return test_all(tools, scratch)
    except Failed as error:
        print(f"FAIL: {error}\n0 passed, 1 failed")
        return 1


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    missing = [tool for tool in NEEDED if not shutil.which(tool)]
    if missing or os.geteuid() != 0:
        return skip(f"it needs {', '.join(missing)}" if missing else "it needs root")
    tools = [Path(argument).resolve() for argument in arguments]
    with tempfile.TemporaryDirectory(prefix="wgtopo-foreign-") as scratch:
        try:
            return enclosure.run(lambda problem: body(problem, tools, Path(scratch)))
        except enclosure.NotAllowed as error:
            return skip(str(error))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
