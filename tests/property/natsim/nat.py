# SPDX-License-Identifier: MIT
"""A NAT or firewall for UDP as a state machine, written from RFC 4787.

It knows packets, its own tables and the clock. What is left open by the RFC is done in the way that
helps least: only outbound packets refresh anything (REQ-6 demands no more), each filter entry grows
old by itself, and a mapping that is not preserved never happens to get the port it had inside.
"""

ANY_PORT = range(20000, 60000)
INDEPENDENT = "endpoint-independent"
ADDRESS = "address-dependent"
ADDRESS_AND_PORT = "address-and-port-dependent"


def keyed_by(dependence, remote):
    """What of the remote endpoint a table of that kind distinguishes (sections 4.1 and 5)."""
    if dependence == ADDRESS_AND_PORT:
        return remote
    return remote[0] if dependence == ADDRESS else None


class Mapping:
    """An inside endpoint as it is seen outside, and whom it has sent to."""

    __slots__ = ("inside", "outside", "last", "sent")

    def __init__(self, inside, outside):
        self.inside = inside
        self.outside = outside
        self.last = 0.0
        self.sent = {}  # filter key: time of the last outbound packet


class Machine:
    """What one box does to the packets of one address family.

    Endpoints are (address, port). `public` are the addresses that the box translates to; `statics`
    are set by the methods below before packets flow.
    """

    def __init__(self, terms, public, random):
        self.mapping = terms["mapping"]
        self.filtering = terms["filtering"]
        self.is_translating = self.mapping != "none"
        self.keeps_ports = terms["port_preservation"]
        self.hairpins = terms["hairpinning"]
        self.timeout = terms["mapping_timeout"]
        self.blocks = terms["blocks_udp"]
        self.public = list(public)
        self.random = random
        self.pairs_addresses = random.random() < 0.5  # REQ-2: a pool should, and need not
        self.pool_shift = random.randrange(8)
        self.maps = {}  # (inside, key of the remote): Mapping
        self.by_outside = {}
        self.forwards = {}  # outer port: inside endpoint
        self.answering = {}  # (inside, remote): [outer endpoint, time], of forwarded ports
        self.pinholes = set()
        self.outer_of = {}  # 1:1 addresses
        self.inner_of = {}

    def add_one_to_one(self, outer, inner):
        self.outer_of[inner] = outer
        self.inner_of[outer] = inner

    def add_forward(self, port, inside):
        if self.is_translating:
            self.forwards[port] = inside
        else:
            self.pinholes.add(inside)

    def owns(self, address):
        """Whether it is the box itself, not a host, that the outside knows by the address."""
        return address in self.inner_of or self.is_translating and address in self.public

    def outbound(self, source, target, now):
        """The source as the outside sees it, or None: dropped."""
        if self.blocks:
            return None
        if source[0] in self.outer_of:
            return (self.outer_of[source[0]], source[1])
        if not self.is_translating:
            if self.filtering != "none":
                self._remember(self._fresh(source, source, source, now), target, now)
            return source
        if answering := self.answering.get((source, target)):
            if now - answering[1] < self.timeout:
                answering[1] = now
                return answering[0]
            del self.answering[source, target]
        key = (source, keyed_by(self.mapping, target))
        mapping = self._fresh(key, source, None, now)
        self._remember(mapping, target, now)
        return mapping.outside

    def inbound(self, source, target, now):
        """Where inside the packet goes, or None: dropped. Never makes or refreshes a mapping."""
        if self.blocks:
            return None
        if target[0] in self.inner_of:
            return (self.inner_of[target[0]], target[1])
        if self.is_translating and target[1] in self.forwards and target[0] in self.public:
            inside = self.forwards[target[1]]
            self.answering[inside, source] = [target, now]
            return inside
        if target in self.pinholes or not self.is_translating and self.filtering == "none":
            return target
        mapping = self.by_outside.get(target)
        if mapping is None or now - mapping.last >= self.timeout:
            return None
        sent = mapping.sent.get(keyed_by(self.filtering, source))
        return None if sent is None or now - sent >= self.timeout else mapping.inside

    def _fresh(self, key, inside, outside, now):
        """The living mapping of the key, or a new one."""
        mapping = self.maps.get(key)
        if mapping is not None:
            if now - mapping.last < self.timeout:
                return mapping
            self._forget(key, mapping)
        mapping = Mapping(inside, outside or self._choose(inside, now))
        self.maps[key] = mapping
        self.by_outside[mapping.outside] = mapping
        return mapping

    def _forget(self, key, mapping):
        del self.maps[key]
        if self.by_outside.get(mapping.outside) is mapping:
            del self.by_outside[mapping.outside]

    def _remember(self, mapping, target, now):
        mapping.last = now
        mapping.sent[keyed_by(self.filtering, target)] = now

    def _choose(self, inside, now):
        address = self._pooled(inside)
        if self.keeps_ports and self._is_free((address, inside[1]), inside, now):
            return (address, inside[1])
        while True:
            port = self.random.choice(ANY_PORT)
            if port != inside[1] and self._is_free((address, port), inside, now):
                return (address, port)

    def _pooled(self, inside):
        if len(self.public) == 1:
            return self.public[0]
        if self.pairs_addresses:
            return self.public[(sum(inside[0].encode()) + self.pool_shift) % len(self.public)]
        return self.random.choice(self.public)

    def _is_free(self, outside, inside, now):
        """Ports are not overloaded (REQ-3); a forwarded one is free for its own host alone."""
        if self.forwards.get(outside[1], inside) != inside:
            return False
        holder = self.by_outside.get(outside)
        return holder is None or now - holder.last >= self.timeout
