#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Expands random host lists and compares the names with what others make of them.

    tests/property/test_hostlist.py DRIVER [SEED]

The order is that of a product, written down here. The names are also those of ClusterShell, which
knows nothing of this program; it sorts, so only the set is compared.
"""

import itertools
import os
import random
import subprocess
import sys

N_LISTS = 3000


def invent_range(pick):
    """A range as text, and its numbers as they are written."""
    low = pick.choice((0, 1, 7, 9, 42, 98, 99, 998))
    high = low + pick.choice((0, 0, 1, 2, 3, 11))
    width = pick.choice((1, 2, 3, 4))
    is_padded = width > len(str(high))
    first, last = (f"{n:0{width}}" if is_padded else str(n) for n in (low, high))
    text = first if low == high and pick.random() < 0.7 else f"{first}-{last}"
    return text, [f"{n:0{width}}" if is_padded else str(n) for n in range(low, high + 1)]


def invent_term(pick):
    """A term as text, and its names in order."""
    text, parts = "", []
    for _ in range(pick.choice((0, 1, 1, 1, 2, 2, 3))):
        word = pick.choice(("gpu", "n", "rack", "x-", "ib0-"))
        ranges = [invent_range(pick) for _ in range(pick.choice((1, 1, 2, 3)))]
        text += f"{word}[{','.join(written for written, _ in ranges)}]"
        parts += [[word], [number for _, numbers in ranges for number in numbers]]
    tail = pick.choice(("", "", "-a", "b")) if parts else pick.choice(("login", "a-b"))
    return text + tail, ["".join(choice) for choice in itertools.product(*parts, [tail])]


def invent_list(pick):
    terms = [invent_term(pick) for _ in range(pick.choice((1, 1, 1, 2, 3)))]
    return ",".join(text for text, _ in terms), [name for _, names in terms for name in names]


def damage(pick, text):
    """Something that may still be a host list.

    Without digits: ClusterShell takes those before a bracket for a part of its numbers.
    """
    at = pick.randrange(len(text) + 1)
    return text[:at] + pick.choice("[],-a") + text[at + pick.choice((0, 1)) :]


def expand(driver, lists):
    result = subprocess.run([driver], input="".join(f"{text}\n" for text in lists), text=True,
                            capture_output=True, check=True, timeout=60)
    return result.stdout.splitlines()


def find_other():
    try:
        from ClusterShell.NodeSet import NodeSet, NodeSetException
    except ImportError:
        assert os.environ.get("CI") != "true", "CI needs clustershell"
        print("*** not compared with ClusterShell, which is not installed ***")
        return None

    def names_of(text):
        try:
            return set(NodeSet(text))
        except NodeSetException:
            return None

    return names_of


def compare_good(driver, pick, other):
    cases = [invent_list(pick) for _ in range(N_LISTS)]
    for (text, expected), line in zip(cases, expand(driver, [text for text, _ in cases]),
                                      strict=True):
        assert line.split(" ") == expected, f"{text}: {line}"
        if other is not None:
            assert set(expected) == other(text), text


def compare_damaged(driver, pick, other):
    """What is not refused means what the other one says; it may refuse less."""
    texts = [damage(pick, invent_list(pick)[0]) for _ in range(N_LISTS)]
    n_refused = 0
    for text, line in zip(texts, expand(driver, texts), strict=True):
        if line == "refused":
            n_refused += 1
        elif other is not None:
            assert set(line.split(" ")) == other(text), f"{text}: {line}"
    assert N_LISTS / 10 < n_refused < N_LISTS * 9 / 10, n_refused


def main():
    driver = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    other = find_other()
    compare_good(driver, random.Random(seed), other)
    compare_damaged(driver, random.Random(seed + 1), other)
    print(f"{2 * N_LISTS} host lists, seed {seed}")


if __name__ == "__main__":
    main()
