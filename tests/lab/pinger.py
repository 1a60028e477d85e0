#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Pings many addresses at once from the namespace it runs in.

    echo ADDRESS... | pinger.py SECONDS

Sends an echo request to every address, again each second or so to those that have not answered twice, and
ends when all have or the time is up. Prints `ADDRESS MILLISECONDS` for each that answered: the last
round trip, because the first one may have waited for a handshake. Uses ping sockets (icmp(7)), so
the kernel keeps identifiers and checksums.
"""

import os
import random
import select
import socket
import struct
import sys
import time

ECHO_REQUEST = {4: 8, 6: 128}
ECHO_REPLY = {4: 0, 6: 129}
# Seconds between rounds. Never the same for two pingers: each round may start a handshake, and where
# both ends start one at the same moment, WireGuard drops both and waits five seconds.
AGAIN_S = (0.6, 1.4)
FIRST_S = (0.0, 0.3)


class Pinger:
    def __init__(self, addresses):
        self.waiting = set(addresses)
        self.first_reply = {}  # address -> time
        self.took = {}  # address -> milliseconds
        self.sent = {}  # sequence number -> (address, time)
        self.token = os.urandom(8)
        self.sockets = {
            4: socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP),
            6: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6),
        }

    def run(self, seconds):
        end = time.monotonic() + seconds
        time.sleep(random.uniform(*FIRST_S))
        while self.waiting and time.monotonic() < end:
            next_round = min(time.monotonic() + random.uniform(*AGAIN_S), end)
            for address in sorted(self.waiting):
                self._send(address)
            while self.waiting and (left := next_round - time.monotonic()) > 0:
                readable, _, _ = select.select(self.sockets.values(), [], [], left)
                for ready in readable:
                    self._receive(ready)

    def _send(self, address):
        version = 6 if ":" in address else 4
        sequence = len(self.sent) & 0xFFFF
        self.sent[sequence] = (address, time.monotonic())
        header = struct.pack("!BBHHH", ECHO_REQUEST[version], 0, 0, 0, sequence)
        try:
            self.sockets[version].sendto(header + self.token, (address, 0))
        except OSError:
            pass  # no route or no key yet: the next round tries again

    def _receive(self, ready):
        try:
            packet, sender = ready.recvfrom(2048)
        except OSError:
            return  # an ICMP error about an earlier packet
        version = 4 if ready is self.sockets[4] else 6
        if len(packet) < 16 or packet[0] != ECHO_REPLY[version] or packet[8:16] != self.token:
            return
        sequence = struct.unpack("!H", packet[6:8])[0]
        address, sent_at = self.sent.get(sequence, ("", 0))
        # Whoever answers must be the one who was asked.
        if address != sender[0] or address not in self.waiting:
            return
        now = time.monotonic()
        first = self.first_reply.setdefault(address, now)
        self.took[address] = (now - sent_at) * 1000
        if first == now:
            self._send(address)
        elif sent_at >= first:
            self.waiting.discard(address)


if __name__ == "__main__":
    pinger = Pinger(sys.stdin.read().split())
    pinger.run(float(sys.argv[1]))
    for reached, milliseconds in sorted(pinger.took.items()):
        print(f"{reached} {milliseconds:.2f}")
