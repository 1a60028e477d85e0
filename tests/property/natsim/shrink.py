# SPDX-License-Identifier: MIT
"""Makes a topology smaller as long as it still shows the same fault."""

import copy

SECTIONS = ("links", "users", "servers", "gateways", "sites")
MOST_STEPS = 400


def shrink(made, is_bad):
    """The smallest topology found on the way; `is_bad` says whether one still has the fault."""
    n_steps = 0
    while n_steps < MOST_STEPS:
        for smaller in _smaller(made):
            n_steps += 1
            if is_bad(smaller):
                made = smaller
                break
        else:
            break
    return made


def _smaller(made):
    """Topologies with one thing less, the large things first."""
    for section in SECTIONS:
        for key in _keys(made.get(section)):
            yield _without(made, section, key)
    for section in ("gateways", "servers", "users"):
        for name, node in made.get(section, {}).items():
            for key in node:
                if key != "public_key":
                    yield _edited(made, lambda it, s=section, n=name, k=key: it[s][n].pop(k))
            for site, places in node.get("at", {}).items():
                if len(node["at"]) > 1:
                    yield _edited(
                        made, lambda it, s=section, n=name, k=site: it[s][n]["at"].pop(k)
                    )
                for place in range(len(places) if isinstance(places, list) else 0):
                    if len(places) > 1:
                        yield _edited(
                            made,
                            lambda it, s=section, n=name, k=site, p=place: it[s][n]["at"][k].pop(p),
                        )
    yield from _smaller_sites(made)
    for key in made["network"]:
        if key not in ("name", "addresses"):
            yield _edited(made, lambda it, k=key: it["network"].pop(k))
    if len(made["network"]["addresses"]) > 1:
        yield _edited(made, lambda it: it["network"]["addresses"].pop())


def _smaller_sites(made):
    for name, site in made.get("sites", {}).items():
        for key, value in site.items():
            if key == "inside":
                continue  # its addresses are of the site outside
            yield _edited(made, lambda it, n=name, k=key: it["sites"][n].pop(k))
            for entry in _keys(value) if isinstance(value, (dict, list)) else ():
                yield _edited(made, lambda it, n=name, k=key, e=entry: it["sites"][n][k].pop(e))


def _keys(section):
    return range(len(section)) if isinstance(section, list) else list(section or ())


def _edited(made, edit):
    copied = copy.deepcopy(made)
    edit(copied)
    return copied


def _without(made, section, key):
    """Without a host or site, and without what names it."""
    copied = copy.deepcopy(made)
    del copied[section][key]
    if section in ("servers", "gateways"):
        for site in copied.get("sites", {}).values():
            for statics in ("forward", "one_to_one"):
                kept = {port: host for port, host in site.get(statics, {}).items() if host != key}
                if statics in site:
                    site[statics] = kept
        copied["links"] = [
            link for link in copied.get("links", [])
            if key not in link["between"] and key != link.get("via")
        ]  # fmt: skip
    return {name: value for name, value in copied.items() if value}
