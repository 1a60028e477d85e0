#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The userspace NAT on a real TUN device, asked with plain UDP sockets what it is.

    tests/lab/test_nat_box.py NAT_BOX

All nine mappings x filterings, each with and without preserved ports and hairpinning: eighteen
boxes at once, two clients behind each, and two servers with two ports each on the internet. The
questions are those of RFC 5780 section 4, and what the boxes' static entries add to them. The
kernel verifies the checksums of whatever arrives.
"""

import ctypes
import itertools
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time

import enclosure

SKIPPED = 77
TIMEOUT_S = 4
WORDS = ("endpoint-independent", "address-dependent", "address-and-port-dependent")
SERVERS = ("203.0.113.1", "203.0.113.2")
SERVER_PORTS = (3478, 3479)
CLIENTS = ("10.0.0.1", "10.0.0.2")
MAPPED = 51820  # both clients have a socket there
FORWARDED = (51900, 51901)  # outer port, and the first client's
ONE_TO_ONE = "10.0.0.9"  # the second client's further address
DISCARD = 9
CLONE_NEWNET = 0x40000000


class Box:
    """One NAT with its clients, in namespaces of their own."""

    def __init__(self, number, mapping, filtering, is_rich):
        self.number = number
        self.mapping, self.filtering = mapping, filtering
        self.preserves = self.hairpins = is_rich
        self.public = f"198.51.100.{number + 1}"
        self.extra = f"198.51.100.{number + 101}"
        self.is_persistent = number % 2 == 1
        self.process = None
        self.sockets = {}

    def __str__(self):
        rich = "preserving, hairpinning" if self.preserves else "plain"
        return f"mapping {self.mapping}, filtering {self.filtering}, {rich}"

    def arguments(self):
        def yes(value):
            return "yes" if value else "no"

        return [
            "device=nat0", f"public={self.public}", "inside=10.0.0.0/24", f"timeout={TIMEOUT_S}",
            f"mapping={self.mapping}", f"filtering={self.filtering}",
            f"port_preservation={yes(self.preserves)}", f"hairpinning={yes(self.hairpins)}",
            f"static={self.public}:{FORWARDED[0]},{CLIENTS[0]}:{FORWARDED[1]}",
            f"static={self.extra}:0,{ONE_TO_ONE}:0",
        ]  # fmt: skip


def ip_batch(lines, namespace=None):
    command = ["ip", *(["-n", namespace] if namespace else []), "-batch", "-"]
    subprocess.run(command, input="\n".join(lines) + "\n", text=True, check=True)


def make_networks(boxes):
    """All namespaces, the cables between them, and the internet, which routes to every box."""
    links, internet = ["netns add internet"], ["link set lo up"]
    internet += [f"address add {server}/32 dev lo" for server in SERVERS]
    for box in boxes:
        n = box.number
        links += [f"netns add {kind}{n}" for kind in ("box", "one", "two")]
        links += [
            f"link add wan netns box{n} type veth peer name wan{n} netns internet",
            f"link add lan1 netns box{n} type veth peer name eth0 netns one{n}",
            f"link add lan2 netns box{n} type veth peer name eth0 netns two{n}",
        ]
        internet += [
            f"address add 192.0.2.{n * 4 + 2}/30 dev wan{n}",
            f"link set wan{n} up",
            f"route add {box.public}/32 via 192.0.2.{n * 4 + 1}",
            f"route add {box.extra}/32 via 192.0.2.{n * 4 + 1}",
        ]
    ip_batch(links)
    ip_batch(internet, "internet")


def start(box, program):
    """Brings a box and its clients up. Half of the boxes find their device there, half make it."""
    n = box.number
    for kind, client in (("one", CLIENTS[0]), ("two", CLIENTS[1])):
        addresses = [client] + ([ONE_TO_ONE] if kind == "two" else [])
        lines = [f"address add {address}/24 dev eth0" for address in addresses]
        lines += ["link set lo up", "link set eth0 up", "route add default via 10.0.0.254"]
        ip_batch(lines, f"{kind}{n}")
    ip_batch([
        "link set lo up", "link add lan type bridge", "address add 10.0.0.254/24 dev lan",
        "link set lan1 master lan up", "link set lan2 master lan up", "link set lan up",
        f"address add 192.0.2.{n * 4 + 1}/30 dev wan", "link set wan up",
        f"route add default via 192.0.2.{n * 4 + 2}",
        *(["tuntap add nat0 mode tun"] if box.is_persistent else []),
    ], f"box{n}")  # fmt: skip
    inside = ["nsenter", f"--net=/run/netns/box{n}"]
    sysctls = ["ip_forward=1", "conf.all.rp_filter=0", "conf.default.rp_filter=0"]
    subprocess.run([*inside, "sysctl", "-q", "-w", *(f"net.ipv4.{each}" for each in sysctls)],
                   check=True)  # fmt: skip
    box.process = subprocess.Popen([*inside, program, *box.arguments()])


def route_through(box):
    """All that crosses the box goes by way of its TUN device, once that is there."""
    n = box.number
    end = time.monotonic() + 10
    while time.monotonic() < end and box.process.poll() is None:
        shown = subprocess.run(["ip", "-n", f"box{n}", "link", "show", "nat0", "up"],
                               check=False, capture_output=True)  # fmt: skip
        if b"LOWER_UP" in shown.stdout:
            break
        time.sleep(0.02)
    ip_batch([
        "route add default dev nat0 table 7",
        "rule add pref 100 iif lan lookup 7",
        f"route add {box.public}/32 dev nat0",
        f"route add {box.extra}/32 dev nat0",
    ], f"box{n}")  # fmt: skip


def open_in(namespace, address, port):
    """A UDP socket that stays in the namespace, though this process does not."""
    libc = ctypes.CDLL(None, use_errno=True)
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter '{namespace}'")
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        opened.bind((address, port))
        return opened
    finally:
        libc.setns(here, CLONE_NEWNET)
        os.close(here)
        os.close(there)


def receive(opened, text, timeout_s=5.0):
    """The source of the datagram with this text. None where it does not come in time."""
    end = time.monotonic() + timeout_s
    while (left := end - time.monotonic()) > 0:
        if not select.select([opened], [], [], left)[0]:
            break
        data, source = opened.recvfrom(2048)
        if data == text.encode():
            return source
    return None


def waiting(opened):
    """The texts, with their sources, that have arrived by now."""
    found = {}
    try:
        while True:
            data, source = opened.recvfrom(2048)
            found[data.decode()] = source
    except BlockingIOError:
        return found


class Trial:
    """The questions. Each expectation is counted, and those that fail are told."""

    def __init__(self, boxes):
        self.boxes = boxes
        self.n_passed = self.n_failed = 0
        self.servers = {
            (server, port): open_in("internet", server, port)
            for server, port in itertools.product(SERVERS, SERVER_PORTS)
        }
        for box in boxes:
            one, two = f"one{box.number}", f"two{box.number}"
            box.sockets = {
                "mapped": open_in(one, CLIENTS[0], MAPPED),
                "filtered": open_in(one, CLIENTS[0], MAPPED + 1),
                "timed": open_in(one, CLIENTS[0], MAPPED + 2),
                "forwarded": open_in(one, CLIENTS[0], FORWARDED[1]),
                "second": open_in(two, CLIENTS[1], MAPPED),
                "whole": open_in(two, ONE_TO_ONE, MAPPED),
            }

    def expect(self, box, what, observed, expected):
        if observed == expected:
            self.n_passed += 1
            return
        self.n_failed += 1
        print(f"FAIL: {box}: {what}: {observed!r} instead of {expected!r}")

    def seen(self, box, client, server, text):
        """Sends from a client's socket; the endpoint that the server sees, or None."""
        box.sockets[client].sendto(text.encode(), server)
        return receive(self.servers[server], text)

    def seen_port(self, box, client, server, text):
        """The port that the server sees, or one where nobody is."""
        source = self.seen(box, client, server, text)
        self.expect(box, f"outer address of {text!r}", source and source[0], box.public)
        return source[1] if source else DISCARD

    def ask_mapping(self, box):
        """RFC 5780 section 4.3."""
        first, other_port, other_address = (
            self.seen_port(box, "mapped", server, f"{box.number} {server}")
            for server in ((SERVERS[0], SERVER_PORTS[0]), (SERVERS[0], SERVER_PORTS[1]),
                           (SERVERS[1], SERVER_PORTS[0]))
        )  # fmt: skip
        word = WORDS[0]
        if first != other_port:
            word = WORDS[2]
        elif first != other_address:
            word = WORDS[1]
        self.expect(box, "mapping", word, box.mapping)
        self.expect(box, "first port is preserved", first == MAPPED, box.preserves)
        # The second client's socket has the same port and sends to the same server.
        server = (SERVERS[0], SERVER_PORTS[0])
        second = self.seen_port(box, "second", server, f"{box.number} second")
        self.expect(box, "both clients have one port", second == first, False)
        for client, port in (("mapped", first), ("second", second)):
            text = f"{box.number} to {client}"
            self.servers[server].sendto(text.encode(), (box.public, port))
            self.expect(box, text, receive(box.sockets[client], text), server)

    def ask_filtering(self, box):
        """RFC 5780 section 4.4: only one of three senders has been written to."""
        known = (SERVERS[0], SERVER_PORTS[0])
        port = self.seen_port(box, "filtered", known, f"{box.number} opens")
        senders = {
            "other address": (SERVERS[1], SERVER_PORTS[0]),
            "other port": (SERVERS[0], SERVER_PORTS[1]),
            "known": known,
        }
        for text, sender in senders.items():
            self.servers[sender].sendto(text.encode(), (box.public, port))
        arrived = self.after_control(box, box.sockets["filtered"])
        self.expect(box, "known remote", arrived.get("known"), known)
        word = WORDS[2]
        if "other address" in arrived:
            word = WORDS[0]
        elif "other port" in arrived:
            word = WORDS[1]
        self.expect(box, "filtering", word, box.filtering)

    def after_control(self, box, opened):
        """What a socket has got, once a later packet has come all the same way by the forward."""
        sender = (SERVERS[1], SERVER_PORTS[1])
        self.servers[sender].sendto(b"control", (box.public, FORWARDED[0]))
        source = receive(box.sockets["forwarded"], "control")
        self.expect(box, "a forward is always open", source, sender)
        time.sleep(0.02)
        return waiting(opened)

    def ask_static(self, box):
        """Replies leave by the forward, other packets do not; a 1:1 address is seen as it is."""
        asker = (SERVERS[1], SERVER_PORTS[1])
        self.after_control(box, box.sockets["forwarded"])
        source = self.seen(box, "forwarded", asker, f"{box.number} replies")
        self.expect(box, "reply through a forward", source, (box.public, FORWARDED[0]))
        other = self.seen_port(box, "forwarded", (SERVERS[0], SERVER_PORTS[1]), f"{box.number} own")
        self.expect(box, "own packet leaves by the forward", other == FORWARDED[0], False)
        self.expect(box, "own packet keeps its port", other == FORWARDED[1], box.preserves)
        self.servers[asker].sendto(b"whole", (box.extra, MAPPED))
        self.expect(box, "1:1, unasked", receive(box.sockets["whole"], "whole"), asker)
        source = self.seen(box, "whole", (SERVERS[0], SERVER_PORTS[0]), f"{box.number} whole")
        self.expect(box, "1:1, outbound", source, (box.extra, MAPPED))

    def ask_hairpin(self, box):
        """RFC 5780 section 4.5, through the forward, which no filter hides."""
        text = f"{box.number} turns round"
        box.sockets["second"].sendto(text.encode(), (box.public, FORWARDED[0]))
        if not box.hairpins:
            arrived = self.after_control(box, box.sockets["forwarded"])
            self.expect(box, "no hairpin", arrived, {})
            return
        source = receive(box.sockets["forwarded"], text)
        self.expect(box, "REQ-9: hairpin from outside", source and source[0], box.public)
        if source:
            box.sockets["forwarded"].sendto(b"back", source)
            back = receive(box.sockets["second"], "back")
            self.expect(box, "hairpin and back", back, (box.public, FORWARDED[0]))

    def ask_timers(self):
        """REQ-6 of all boxes at once, since it takes its time."""
        server = (SERVERS[0], SERVER_PORTS[0])
        ports = [self.seen_port(box, "timed", server, f"{box.number} time") for box in self.boxes]
        time.sleep(TIMEOUT_S * 0.625)
        again = [self.seen_port(box, "timed", server, f"{box.number} again") for box in self.boxes]
        refreshed = time.monotonic()
        time.sleep(TIMEOUT_S * 0.625)
        for box, port in zip(self.boxes, ports):
            self.servers[server].sendto(b"later", (box.public, port))
        for box, old, new in zip(self.boxes, ports, again):
            self.expect(box, "port after a refresh", new, old)
            arrived = receive(box.sockets["timed"], "later")
            self.expect(box, "outbound packets refresh", arrived, server)
        time.sleep(max(0.0, refreshed + TIMEOUT_S + 0.3 - time.monotonic()))
        for box, port in zip(self.boxes, ports):
            self.servers[server].sendto(b"too late", (box.public, port))
            arrived = self.after_control(box, box.sockets["timed"])
            self.expect(box, "inbound packets do not refresh", arrived, {})

    def run(self):
        for box in self.boxes:
            self.ask_mapping(box)
            self.ask_filtering(box)
            self.ask_static(box)
            self.ask_hairpin(box)
        self.ask_timers()
        for box in self.boxes:
            self.expect(box, "still runs", box.process.poll(), None)
        print(f"{self.n_passed} passed, {self.n_failed} failed")
        return 1 if self.n_failed else 0


def end(boxes):
    for box in boxes:
        if box.process and box.process.poll() is None:
            box.process.send_signal(signal.SIGTERM)
            box.process.wait()


def skip(reason):
    print(f"skipped: {reason}; no NAT was asked", file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" else SKIPPED


def inside(problem, program):
    """The body of the enclosure."""
    if problem:
        return skip(problem)
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return skip(f"no tunnel devices here: {error}")
    for number in enclosure.FORWARDED:
        # The end of the enclosure's first process is the end of all that is in there.
        signal.signal(number, lambda received, _frame: os._exit(128 + received))
    enclosure.unblock_signals()
    behaviours = itertools.product(WORDS, WORDS, (False, True))
    boxes = [Box(number, *behaviour) for number, behaviour in enumerate(behaviours)]
    try:
        make_networks(boxes)
        for box in boxes:
            start(box, program)
        for box in boxes:
            route_through(box)
        return Trial(boxes).run()
    finally:
        end(boxes)


def main(program):
    missing = [tool for tool in ("ip", "nsenter", "sysctl") if not shutil.which(tool)]
    if missing:
        return skip(f"not installed: {', '.join(missing)}")
    try:
        return enclosure.run(lambda problem: inside(problem, program))
    except enclosure.NotAllowed as error:
        return skip(error)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
