# SPDX-License-Identifier: MIT
"""Servers get new keys in a running network, in the order that `key rotate --finish` prints."""

import re

from office import KEY_FILE, Order
from pings import Steady
from rehearsal import Failed

# Between two replies of a load, on a busy machine.
SLACK_S = 1.0


def make_next_here(bench, name):
    bench.office.verb(f"key rotate {name}")


def make_next_there(bench, name):
    """The key is the machine's own: the office is told the command, and takes the public half."""
    try:
        bench.office.verb(f"key rotate {name}")
    except Failed as error:
        command = re.search(r"as root there: `(.*?)`, then", str(error))[1]
    else:
        raise Failed(f"a key of {name} was made in the office")
    public = bench.office.shell(f"ssh root@{name} '{command}'")
    bench.office.verb(f"key rotate {name} --public-key {public}")


def check_turnover(bench, name, make_next, others):
    """
    A pair is cut from the reload of the machine with the new key to that of the other, not before
    and not after; `others` are two more servers, of which one is let wait. Little is lost: the
    machine still hears the other by the old session, and answers when there is a new one.
    """
    first, second = others
    pairs = [bench.first(each, name) for each in others]
    bench.reach(f"before the key of {name}", pairs)
    load = Steady(*pairs[0])
    make_next(bench, name)
    order = Order(bench.office, bench.office.verb(f"key rotate {name} --finish"))
    bench.expect(f"files of {order.changed} only", set(others) <= set(order.changed))
    order.compile()
    order.copy()
    begin = order.reload_first()
    bench.do_not_reach(f"{name} has its new key", pairs)
    order.reload(first)
    bench.reach(f"{first} knows the key of {name}", pairs[:1])
    bench.do_not_reach(f"{second} does not know the key of {name}", pairs[1:])
    for each in order.changed:
        if each not in (name, first):
            order.reload(each)
    bench.reach(f"all know the key of {name}", pairs)
    silences = load.end().silences()
    bench.expect(f"{first} to {name} is cut {len(silences)} times", len(silences) == 1)
    bench.expect(f"{first} to {name} is cut too early", silences[0][0] > begin - SLACK_S)


def take_key_of(office, name):
    """The machine makes its key itself: the line that `key host` has in its help."""
    host = f"wgtopo key host {name} -t lab.yaml"
    office.shell(f'ssh root@{name} "$({host})" | {host} -')
