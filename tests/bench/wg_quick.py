#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How long `wg-quick up` takes on a compiled host, and with the routes of wg-quick itself.

    wg_quick.py FOLDER NETWORK [PAIRS]

FOLDER holds the host's files, as in DIR/hosts/NAME/etc/wireguard. It is brought up as a real
wireguard-go interface in a network namespace without a way out; see tests/lab. One line for each
pair: the seconds of the two. Exit status 77 where namespaces may not be made.
"""

import asyncio
import pathlib
import subprocess
import sys
import time

from host import Failed, LabHost

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))
import enclosure  # noqa: E402

NAMESPACE = "bench"
SKIPPED = 77


async def seconds_to_come_up(folder, network):
    key = subprocess.run(["wg", "genkey"], check=True, capture_output=True, text=True).stdout
    host = LabHost("host", network, NAMESPACE, folder)
    try:
        await host.prepare(key.strip(), "/etc/hosts")
        begin = time.perf_counter()
        await host.up()
        return time.perf_counter() - begin
    finally:
        await host.down()


def with_own_routes(text):
    """The same file as it would be without a hook for routes."""
    lines = [
        line
        for line in text.splitlines(keepends=True)
        if not line.startswith("Table =") and "ip -batch" not in line
    ]
    assert len(lines) < text.count("\n"), "the file does not switch wg-quick's routes off"
    return "".join(lines)


def compare(folder, network, n_pairs):
    """The body of the enclosure."""
    subprocess.run(["ip", "netns", "add", NAMESPACE], check=True)
    other = pathlib.Path("/run/other")  # the enclosure's own: it goes with it
    other.mkdir()
    own = with_own_routes((folder / f"{network}.conf").read_text(encoding="utf-8"))
    (other / f"{network}.conf").write_text(own, encoding="utf-8")
    for _ in range(n_pairs):
        pair = [asyncio.run(seconds_to_come_up(each, network)) for each in (folder, other)]
        print(*(f"{seconds:.3f}" for seconds in pair), flush=True)


def main():
    folder, network = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    n_pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 1

    def body(problem):
        enclosure.unblock_signals()
        if problem:
            raise problem
        compare(folder, network, n_pairs)
        return 0

    try:
        return enclosure.run(body)
    except enclosure.NotAllowed as error:
        print(error, file=sys.stderr)
        return SKIPPED


if __name__ == "__main__":
    sys.exit(main())
