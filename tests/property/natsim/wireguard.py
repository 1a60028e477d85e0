# SPDX-License-Identifier: MIT
"""WireGuard without cryptography: who sends which packet when, and what that teaches the other end.

Handshakes, their retries, sessions and their age, roaming endpoints, keepalives, allowed IPs and
forwarding are as in the protocol paper (sections 5 and 6) and its Linux implementation (timers.c).
"""

import heapq
import ipaddress

from natsim.network import family_of, show

REKEY_TIMEOUT = 5.0
REKEY_ATTEMPTS = 18  # 90 seconds
REKEY_AFTER = 120.0
REJECT_AFTER = 180.0
PASSIVE_KEEPALIVE = 10.0
REPLY_OVERDUE = PASSIVE_KEEPALIVE + REKEY_TIMEOUT
RETRY_JITTER = 0.334
TIMER_SLACK = 0.5
MOST_STAGED = 8
MOST_HOPS = 8
LATENCY = 0.02


class Ping:
    """A packet between overlay addresses, and the answer to it."""

    __slots__ = ("source", "target", "hops", "is_answer", "inquiry")

    def __init__(self, source, target, inquiry, is_answer=False):
        self.source = source
        self.target = target
        self.inquiry = inquiry
        self.is_answer = is_answer
        self.hops = []


class Inquiry:
    """One question from an address to another: how it was asked and answered."""

    def __init__(self, asker, source, target):
        self.asker = asker  # a Node
        self.source = source
        self.target = target
        self.n_sent = 0
        self.there = None  # the hosts in between, once it has arrived
        self.back = None

    @property
    def is_over(self):
        return self.back is not None


class Session:
    __slots__ = ("made", "initiator")

    def __init__(self, made, initiator):
        self.made = made
        self.initiator = initiator  # a Node


class Peer:
    """What a node knows of another one."""

    __slots__ = (
        "node", "key", "endpoint", "keepalive", "current", "previous", "next", "pending",
        "attempts", "last_initiation", "staged", "due", "queued",
    )  # fmt: skip

    def __init__(self, node, key, endpoint, keepalive):
        self.node = node
        self.key = key
        self.endpoint = endpoint
        self.keepalive = keepalive
        self.current = self.previous = self.next = None
        self.pending = None  # the initiation that waits for its response
        self.attempts = 0
        self.last_initiation = -REKEY_TIMEOUT
        self.staged = []
        self.due = {}  # timer: when
        self.queued = {}  # timer: when its event is to come


class Node:
    """An interface with its peers. `allowed` maps prefixes to peers' keys."""

    def __init__(self, simulation, name, settings):
        self.simulation = simulation
        self.name = name
        self.key = settings.key
        self.port = settings.port
        self.addresses = settings.addresses  # overlay, as text
        self.allowed = settings.allowed
        self.forwards = settings.forwards
        resolve = simulation.resolve
        self.peers = {
            each.key: Peer(self, each.key, resolve(name, each.endpoint), each.keepalive)
            for each in settings.peers
        }
        self.is_up = False

    def start(self):
        self.is_up = True
        for peer in self.peers.values():
            if peer.keepalive:
                self._send_keepalive(peer)

    # Sending.

    def send(self, ping):
        """Routes a packet into the tunnel that its target belongs to."""
        peer = self.peers.get(self.allowed.find(ping.target))
        if peer is None or peer.endpoint is None:
            self.simulation.note(f"{self.name} has no way to {ping.target}")
            return
        self._stage(peer, ping)

    def _stage(self, peer, ping):
        peer.staged.append(ping)
        del peer.staged[:-MOST_STAGED]
        self._flush(peer)

    def _send_keepalive(self, peer):
        if not peer.staged:
            peer.staged.append(None)
        self._flush(peer)

    def _flush(self, peer):
        session, now = peer.current, self.simulation.now
        if session is None or now - session.made >= REJECT_AFTER:
            self._initiate(peer, is_retry=False)
            return
        staged, peer.staged = peer.staged, []
        for ping in staged:
            self._traverse(peer)
            peer.due.pop("passive", None)
            if ping is not None and "overdue" not in peer.due:
                slack = self.simulation.random.random() * RETRY_JITTER
                self._arm(peer, "overdue", REPLY_OVERDUE + slack)
            self.simulation.send(self, peer, ("data", session, ping))
        if session.initiator is self and now - session.made >= REKEY_AFTER:
            self._initiate(peer, is_retry=False)

    def _initiate(self, peer, is_retry):
        now = self.simulation.now
        if not is_retry:
            peer.attempts = 0
        if now - peer.last_initiation < REKEY_TIMEOUT:
            return
        peer.last_initiation = now
        self._traverse(peer)
        peer.due.pop("passive", None)
        peer.pending = object()
        self._arm(peer, "retry", REKEY_TIMEOUT + self.simulation.random.random() * RETRY_JITTER)
        self.simulation.send(self, peer, ("initiation", peer.key, self.key, peer.pending))

    # Timers. An event that comes before its timer is due goes back into the queue.

    def _arm(self, peer, timer, delay):
        due = peer.due[timer] = self.simulation.now + delay
        if timer not in peer.queued:
            peer.queued[timer] = due
            self.simulation.schedule(due, self.tick, peer, timer)

    def _traverse(self, peer):
        """An authenticated packet was sent or came in: the persistent keepalive can wait."""
        if peer.keepalive:
            slack = self.simulation.random.random() * TIMER_SLACK
            self._arm(peer, "persistent", peer.keepalive + slack)

    def tick(self, peer, timer):
        del peer.queued[timer]
        due = peer.due.get(timer)
        if due is None:
            return
        if due > self.simulation.now:
            peer.queued[timer] = due
            self.simulation.schedule(due, self.tick, peer, timer)
            return
        del peer.due[timer]
        if timer == "retry":
            self._retry(peer)
        elif timer == "overdue":
            self._initiate(peer, is_retry=False)
        else:
            self._send_keepalive(peer)

    def _retry(self, peer):
        if peer.attempts > REKEY_ATTEMPTS:
            peer.due.pop("passive", None)
            peer.staged.clear()
        else:
            peer.attempts += 1
            self._initiate(peer, is_retry=True)

    # Receiving.

    def receive(self, source, packet):
        kind = packet[0]
        if kind == "initiation":
            _, to, sender, token = packet
            peer = self.peers.get(sender) if to == self.key else None
            if peer is not None:
                self._answer_initiation(peer, source, token)
        elif kind == "response":
            _, sender, token, session = packet
            peer = self.peers.get(sender)
            if peer is not None and peer.pending is token:
                self._take_response(peer, source, session)
        else:
            self._take_data(source, *packet[1:])

    def _answer_initiation(self, peer, source, token):
        """Takes the place of a handshake of our own that is under way (whitepaper, 5.4.2)."""
        self._authenticated(peer, source)
        peer.pending = None
        peer.next = Session(self.simulation.now, None)
        self._traverse(peer)
        peer.due.pop("passive", None)
        self.simulation.send(self, peer, ("response", self.key, token, peer.next))

    def _take_response(self, peer, source, session):
        self._authenticated(peer, source)
        peer.pending = None
        session.initiator = self
        peer.previous, peer.current, peer.next = peer.current, session, None
        self._finish_handshake(peer)
        self._send_keepalive(peer)

    def _finish_handshake(self, peer):
        peer.due.pop("retry", None)
        peer.attempts = 0

    def _take_data(self, source, session, ping, sender):
        peer = self.peers.get(sender)
        now = self.simulation.now
        if peer is None or session not in (peer.current, peer.previous, peer.next):
            return
        if now - session.made >= REJECT_AFTER:
            return
        self._authenticated(peer, source)
        if session is peer.next:
            peer.previous, peer.current, peer.next = peer.current, session, None
            self._finish_handshake(peer)
            if peer.staged:
                self._flush(peer)
        if session.initiator is self and now - session.made >= REJECT_AFTER - REPLY_OVERDUE:
            self._initiate(peer, is_retry=False)
        if ping is None:
            return
        if "passive" not in peer.due:
            self._arm(peer, "passive", PASSIVE_KEEPALIVE)
        if self.allowed.find(ping.source) == peer.key:
            self._take(ping)
        else:
            self.simulation.note(f"{self.name} refuses {ping.source} from that peer")

    def _authenticated(self, peer, source):
        peer.endpoint = source
        peer.due.pop("overdue", None)
        self._traverse(peer)

    def _take(self, ping):
        if ping.target not in self.addresses:
            if family_of(ping.target) in self.forwards and len(ping.hops) < MOST_HOPS:
                ping.hops.append(self.name)
                self.send(ping)
            else:
                self.simulation.note(f"{self.name} does not forward to {ping.target}")
        elif ping.is_answer:
            ping.inquiry.back = ping.hops
        else:
            ping.inquiry.there = ping.hops
            self.send(Ping(ping.target, ping.source, ping.inquiry, is_answer=True))


class Allowed:
    """Longest-prefix match from addresses to peers' keys."""

    def __init__(self, entries):
        """Pairs of a prefix (ipaddress) and a key; of equal prefixes the last one counts."""
        self.entries = entries
        self.single = {}
        wide = {}
        for net, key in entries:
            if net.prefixlen == net.max_prefixlen:
                self.single[str(net.network_address)] = key
            else:
                wide[net] = key
        self.wide = sorted(wide.items(), key=lambda item: -item[0].prefixlen)
        self.known = {}

    def extended(self, entries):
        return Allowed([*self.entries, *entries])

    def find(self, text):
        if text in self.single:
            return self.single[text]
        if text not in self.known:
            address = ipaddress.ip_address(text)
            found = (key for net, key in self.wide if address in net)
            self.known[text] = next(found, None)
        return self.known[text]


class Simulation:
    """Simulated time, nodes, and the packets between them."""

    def __init__(self, network, random, resolve):
        self.network = network
        self.random = random
        self.resolve = resolve  # (host, endpoint or None) -> (address, port) or None
        self.now = 0.0
        self.nodes = {}
        self.log = None
        self._events = []
        self._n_events = 0

    def keep_log(self, log):
        self.log = self.network.log = log

    def note(self, text):
        if self.log is not None:
            self.log.append(f"{self.now:8.2f}  {text}")

    def add(self, name, settings):
        self.nodes[name] = Node(self, name, settings)

    def start(self, order=None):
        """Brings the interfaces up, each within a second of its own, in the given order or any."""
        names = order or self.random.sample(sorted(self.nodes), len(self.nodes))
        for place, name in enumerate(names):
            delay = place + self.random.random() / 2 if order else self.random.random() * 3
            self.schedule(self.now + delay, self.nodes[name].start)

    def schedule(self, when, call, *arguments):
        self._n_events += 1
        heapq.heappush(self._events, (when, self._n_events, call, arguments))

    def run(self, until, is_done=None):
        events = self._events
        while events and events[0][0] <= until:
            self.now, _, call, arguments = heapq.heappop(events)
            call(*arguments)
            if is_done is not None and is_done():
                return
        self.now = until

    def send(self, node, peer, packet):
        """Puts a packet on the wire; it arrives later, or not at all."""
        target = peer.endpoint
        nic = self.network.way_out(node.name, target[0]) if target else None
        if nic is None:
            return
        source = (nic.addresses[family_of(target[0])], node.port)
        carried = self.network.carry(nic, source, target, self.now)
        if carried is None:
            return
        if packet[0] == "data":
            packet = (*packet, node.key)
        arrived, seen, at = carried
        if self.log is not None:
            text = f"{node.name} {show(source)} -> {show(target)}: {self._describe(packet)}"
            self.note(f"{text}, to {arrived.host} {show(at)} from {show(seen)}")
        self.schedule(self.now + LATENCY, self._arrive, arrived.host, at, seen, packet)

    def _arrive(self, host, at, seen, packet):
        node = self.nodes.get(host)
        if node and node.is_up and at[1] == node.port:
            node.receive(seen, packet)

    @staticmethod
    def _describe(packet):
        if packet[0] != "data" or packet[2] is None:
            return "keepalive" if packet[0] == "data" else packet[0]
        ping = packet[2]
        return f"{'answer' if ping.is_answer else 'question'} {ping.source} -> {ping.target}"

    def ask(self, inquiries, patience, interval=3.0):
        """Asks each question until it is answered or the patience ends; the others are silent."""
        end = self.now + patience
        while self.now < end and not all(each.is_over for each in inquiries):
            for each in inquiries:
                if not each.is_over:
                    each.n_sent += 1
                    each.asker.send(Ping(each.source, each.target, each))
            until = min(self.now + interval, end)
            self.run(until, lambda: all(each.is_over for each in inquiries))
