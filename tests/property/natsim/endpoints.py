# SPDX-License-Identifier: MIT
"""Endpoints as an author would write them by hand: a host's address as others see it, and the port
that a forward has for it, or else the one that it listens on. A host at several sites need not send
through the one that it is seen in; nothing is written of it but for others on that site's LAN.
"""

from natsim.network import INTERNET, family_of
from natsim.world import address_of


def ways(world, one, other):
    """Sensible pairs of endpoints (of `other` for `one`, of `one` for `other`); None: unknown."""
    found = {}
    hosts = world.manifest["hosts"]
    for site in hosts[one]["at"]:
        for far_site in hosts[other]["at"]:
            families = world.places[one, site].keys() & world.places[other, far_site].keys()
            for realm in world.chain(site):
                for family in sorted(families) if realm in world.chain(far_site) else ():
                    is_lan = site == far_site == realm
                    pair = (
                        seen_in(world, realm, other, far_site, family, is_lan),
                        seen_in(world, realm, one, site, family, is_lan),
                    )
                    if any(pair) and not _is_mixed(pair):
                        found[pair] = None
    return list(found)


def _is_mixed(pair):
    families = {family_of(each[0]) for each in pair if each and address_of(each[0])}
    return len(families) > 1


def seen_in(world, realm, host, site, family, is_lan):
    """The endpoint of a host at a site, as seen from a realm around it, or None."""
    entry = world.manifest["hosts"][host]
    if not is_lan and sum(family in world.places[host, at] for at in entry["at"]) > 1:
        return None
    text = _text(entry["at"][site], family)
    port = entry["listen_port"]
    while site != realm:
        settings = world.sites[site]
        if settings["box"][f"ipv{family}"]["blocks_udp"]:
            return None
        if family == 4:
            text, port = _cross(world, site, host, text, port)
        site = settings.get("inside", INTERNET)
    return (text, port) if text else None


def _cross(world, site, host, text, port):
    """What an IPv4 endpoint is on the other side of the site's box."""
    if outer := world.one_to_one(site, host):
        return outer, port
    settings = world.sites[site]
    if settings["box"]["ipv4"]["mapping"] == "none":
        return text, port
    public = settings.get("public", [])
    text = public[0] if len(public) == 1 and public[0] != "dynamic" else None
    for forward in settings.get("forward", []):
        if forward["host"] == host and "ipv4" in forward["families"]:
            return text, forward["port"]
    return text, world.manifest["hosts"][host]["listen_port"]


def _text(places, family):
    for text in places:
        address = address_of(text)
        if text != "dynamic" and (address is None or family_of(address) == family):
            return text
    return None
