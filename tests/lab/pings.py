# SPDX-License-Identifier: MIT
"""Pings between machines: whether there is a way, and whether it is ever interrupted."""

import re
import signal
import subprocess
import tempfile
import time

from rehearsal import Failed

# A first handshake that is lost costs 5 s, crossing ones up to 16 s.
PATIENCE_S = 25
INTERVAL_S = 0.1
SETTLE_S = 0.5
# Replies that may be on their way at the end of a load.
IN_FLIGHT = 4
# A peer that changes has its allowed IPs taken away before it gets the new ones: on a server that is
# its gateway, whenever a user comes or goes. They are gone for 0.1 ms, and a ping may be there.
MOST_LOST = 1
# More than a busy machine makes of the interval, and less than answered() takes.
SILENCE_S = 1.2

REPLY = re.compile(r"^\[(\d+\.\d+)\] .* icmp_seq=(\d+) ", re.M)
SENT = re.compile(r"(\d+) packets transmitted")


def _ping_all(pairs, options):
    """The pairs, of a machine and an address, that were answered; all are asked at once."""
    asked = [
        subprocess.Popen(machine.command("ping", "-n", "-q", *options, address),
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
        for machine, address in pairs
    ]  # fmt: skip
    return [pair for pair, process in zip(pairs, asked) if process.wait() == 0]


def unanswered(pairs):
    """The pairs that have no way, however long one waits, as words."""
    answered = _ping_all(pairs, ("-c1", "-i0.2", "-w", str(PATIENCE_S)))
    return [f"{machine.name} to {address}" for machine, address in pairs
            if (machine, address) not in answered]  # fmt: skip


def answered(pairs):
    """The pairs that have a way as things are, as words."""
    options = ("-c4", "-i0.2", "-W1")
    return [f"{machine.name} to {address}" for machine, address in _ping_all(pairs, options)]


class Steady:
    """One machine pings an address ten times a second until told to end."""

    def __init__(self, machine, address):
        self.what = f"{machine.name} to {address}"
        self.output = tempfile.TemporaryFile(mode="w+", encoding="ascii")
        words = machine.command("ping", "-n", "-D", "-i", str(INTERVAL_S), address)
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=subprocess.STDOUT)  # fmt: skip
        self.replies = {}

    def end(self):
        """After this, `replies` has the time of each reply by its number, from 1."""
        time.sleep(SETTLE_S)
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        with self.output:
            self.output.seek(0)
            text = self.output.read()
        if not (sent := SENT.search(text)):
            raise Failed(f"ping has failed: {text}")
        self.replies = {int(number): float(when) for when, number in REPLY.findall(text)}
        self.n_sent = int(sent[1])
        return self

    def n_lost(self):
        last = max(self.replies, default=0)
        in_flight = self.n_sent - last
        return last - len(self.replies) + (in_flight if in_flight > IN_FLIGHT else 0)

    def silences(self):
        """The times between which no reply came, whether they were lost or late."""
        times = sorted(self.replies.values())
        return [(begin, end) for begin, end in zip(times, times[1:]) if end - begin > SILENCE_S]


class Load:
    """Several at once, each direction a process of its own: nobody may notice what is done."""

    def __init__(self, pairs):
        self.pairs = pairs

    def __enter__(self):
        self.steady = [Steady(*pair) for pair in self.pairs]
        time.sleep(SETTLE_S)
        return self

    def __exit__(self, kind, *_):
        for each in self.steady:
            each.end()
        lost = [f"{each.n_lost()} of {each.n_sent} from {each.what}"
                for each in self.steady if each.n_lost() > MOST_LOST]  # fmt: skip
        if lost and kind is None:
            raise Failed("pings were lost: " + ", ".join(lost))
