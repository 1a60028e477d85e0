#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Reads the report's page as people do: in Chromium, by mouse, by keyboard, on a phone.

    tests/foreign/test_report.py PROGRAM

What it says of a pair has to be what `wgtopo explain` says, for every pair of every example.
"""

import base64
import hashlib
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "bench"), str(ROOT / "tests" / "property")]
import generate  # noqa: E402
import browser  # noqa: E402
from natsim.topology import Inventor  # noqa: E402

EXAMPLES = sorted((ROOT / "topologies").glob("*.yaml"))
LARGE = 1000
MOST_BYTES = 2_000_000
MOST_SECONDS = 2  # of the processor, to open the page of a large network
PHONE = 360


def key(name):
    made = bytearray(hashlib.sha256(f"report {name}".encode()).digest())
    made[31] &= 127
    return base64.b64encode(made).decode()


def network(text):
    """KEY(gw) is a public key of nobody's."""
    return re.sub(r"KEY\((\w+)\)", lambda match: f'"{key(match[1])}"', text)


# Two sites that NAT keeps apart, and every kind of link.
LINKED = network("""\
network: { name: linked, addresses: [10.90.0.0/24, "fd4e:6fb7:b3af::/64"] }
sites:
  office: { nat: symmetric, public: [198.51.100.7] }
  home: { nat: symmetric, public: [198.51.100.9] }
gateways:
  gw: { at: { internet: 203.0.113.1 }, public_key: KEY(gw) }
  gw2: { at: { internet: 203.0.113.2 }, public_key: KEY(gw2) }
servers:
  a1: { at: { office: 10.1.0.1 }, public_key: KEY(a1) }
  a2: { at: { office: 10.1.0.2 }, public_key: KEY(a2) }
  b1: { at: { home: 10.2.0.1 }, public_key: KEY(b1) }
  b2: { at: { home: 10.2.0.2 }, public_key: KEY(b2) }
  p1: { at: { internet: 203.0.113.11 }, public_key: KEY(p1) }
  p2: { at: { internet: 203.0.113.12 }, public_key: KEY(p2) }
users:
  bob: { gateways: [gw, gw2], public_key: KEY(bob) }
  eve: { gateways: [gw2], public_key: KEY(eve) }
links:
  - { between: [a1, p1], persistent_keepalive: 13, mtu: 1300 }
  - { between: [p1, p2], via: gw2 }
  - { between: [a2, b2], via: gw2 }
  - { between: [gw, bob], mtu: 1290, persistent_keepalive: off }
""")
# Nobody relays: two are cut off from each other.
CUT = network("""\
network: { name: cut, addresses: [10.91.0.0/24] }
sites:
  office: { nat: symmetric, public: [198.51.100.7] }
  home: { nat: linux, public: [198.51.100.9] }
servers:
  a1: { at: { office: 10.1.0.1 }, public_key: KEY(a1) }
  b1: { at: { home: 10.2.0.1 }, public_key: KEY(b1) }
  p1: { at: { internet: 203.0.113.11 }, public_key: KEY(p1) }
""")


class Folder:
    """Topologies, and their reports."""

    def __init__(self, program, path):
        self.program, self.path = program, path

    def call(self, *words):
        return subprocess.run([self.program, *map(str, words)], capture_output=True, text=True,
                              cwd=self.path, timeout=60, check=False)

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def report(self, topology, name="report.html"):
        done = self.call("report", topology, "-o", name)
        assert done.returncode in (0, 1), done.stderr
        return self.path / name


def explained(folder, topology, a, b):
    done = folder.call("explain", topology, a, b, "--format", "json")
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def evidence(folder, topology, a, b):
    lines = folder.call("explain", topology, a, b).stdout.partition("\nevidence\n")[2]
    return [line.strip() for line in lines.splitlines()]


def compare(window, folder, topology, pairs):
    for a, b in pairs:
        said = window.run(
            "const [a, b] = [...arguments].map((name) => hosts.find((host) => host.name === name));"
            "return isSame(a, b) ? null : [explain(a, b), evidenceOf(a, b), letterOf(a, b)]", a, b)
        if said is None:
            continue
        expected = explained(folder, topology, a, b)
        assert said[0] == expected, f"{topology} {a} {b}:\n{said[0]}\nis not\n{expected}"
        assert (said[2] == "u") == (not expected["is_reached"]), f"{topology} {a} {b}: {said[2]}"
        is_relayed = expected["is_reached"] and len(expected["path"]) > 2
        assert (said[2] == "r") == is_relayed, f"{topology} {a} {b}: {said[2]}, {expected}"
        if (len(a) + len(b)) % 5 == 0:
            assert said[1] == evidence(folder, topology, a, b), f"{topology} {a} {b}: {said[1]}"


def test_every_pair_is_as_explained(window, folder):
    made = [folder.write("linked.yaml", LINKED), folder.write("cut.yaml", CUT)]
    for topology in EXAMPLES + made:
        window.show(folder.report(topology, f"{topology.stem}.html"))
        names = window.run("return hosts.map((host) => host.name)")
        pairs = list(itertools.permutations(names, 2))
        random.Random(topology.name).shuffle(pairs)
        compare(window, folder, topology, pairs if topology in made else pairs[:16])


def test_invented_pairs_are_as_explained(window, folder):
    """Trees of sites that nobody would think of; those that are refused have no page."""
    n_shown = 0
    for number in range(12):
        made = Inventor(random.Random(f"report/{number}"), [key(str(i)) for i in range(64)]).topology()
        topology = folder.write(f"{number}.yaml", json.dumps(made))
        page = folder.report(topology, f"{number}.html")
        if not page.exists():
            continue
        n_shown += 1
        window.show(page)
        names = window.run("return hosts.map((host) => host.name)")
        pairs = list(itertools.permutations(names, 2))
        compare(window, folder, topology, random.Random(number).sample(pairs, min(10, len(pairs))))
    assert n_shown > 6, n_shown


def test_nothing_is_asked_for(window, folder):
    page = folder.report(EXAMPLES[0])
    window.show(page)
    window.run("openReason([hosts[0]], [hosts[1]])")
    assert window.requests() == [page.as_uri()], window.requests()
    assert window.complaints() == []
    blocked = window.run(
        "const done = arguments[arguments.length - 1];"
        "return fetch('https://example.org/').then(() => 'asked', () => 'refused')")
    assert blocked == "refused"
    assert "refused to connect" in " ".join(window.complaints()).lower()


def test_no_keys(folder):
    for topology in EXAMPLES:
        page = folder.report(topology).read_text(encoding="utf-8")
        known = re.findall(r'public_key: "([^"]+)"', topology.read_text(encoding="utf-8"))
        assert not any(each in page for each in known)
        runs = re.findall(r"(?<!sha256-)(?<![\w+/])[\w+/]{42,43}=", page)
        assert not runs, runs


def cell(window, row, column):
    return window.run(
        "const at = (names, name) => names.findIndex((entry) => entry.label === name);"
        "return matrix.rows[at(shown.rows, arguments[0]) + 1].cells[at(shown.columns, arguments[1]) + 1]",
        row, column)


def dialog(window):
    return window.run("const d = document.getElementById('reason'); return d.open ? d.innerText : null")


def test_click(window, folder):
    topology = ROOT / "topologies/campus-nat.yaml"
    window.show(folder.report(topology))
    cell(window, "gpu01", "home01").click()
    said, expected = dialog(window), explained(folder, topology, "gpu01", "home01")
    wanted = [expected["apart"]["rule"], *expected["apart"]["fixes"], " → ".join(expected["path"]),
              f"{expected['mtu']} bytes: {expected['mtu_reason']}"]
    for tunnel in expected["tunnels"]:
        wanted += [tunnel["rule"], tunnel["way"]]
        for end in tunnel["ends"]:
            keepalive = end["persistent_keepalive"]
            wanted += [end["reason"], f"keepalive every {keepalive} s" if keepalive else "no keepalive"]
    wanted += evidence(folder, topology, "gpu01", "home01")
    missing = [each for each in wanted if each not in said]
    assert not missing, f"{missing} is missing in\n{said}"
    window.driver.find_element("css selector", "#reason .close button").click()
    assert dialog(window) is None
    cell(window, "gpu01", "gpu02").click()
    assert "lan: on the same local network" in dialog(window)


def press(window, *keys):
    from selenium.webdriver.common.action_chains import ActionChains
    ActionChains(window.driver).send_keys(*keys).perform()


def focus(window):
    return window.run("const e = document.activeElement; return [e.tagName, e.id, e.getAttribute('aria-label'),"
                      "e.textContent.slice(0, 20), getComputedStyle(e).outlineStyle]")


def test_keyboard(window, folder):
    from selenium.webdriver.common.keys import Keys
    window.show(folder.report(ROOT / "topologies/campus-nat.yaml"))
    for _ in range(12):
        press(window, Keys.TAB)
        if focus(window)[0] == "TD":
            break
    assert focus(window)[0] == "TD", focus(window)
    press(window, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.END)
    tag, _, label, _, outline = focus(window)
    assert (tag, label, outline) == ("TD", "gpu01 to vm2: direct", "solid"), focus(window)
    assert dialog(window) is None
    press(window, Keys.ENTER)
    assert "gpu01 → vm2" in dialog(window)
    press(window, Keys.ESCAPE)
    assert dialog(window) is None
    assert focus(window)[2] == "gpu01 to vm2: direct", focus(window)
    press(window, Keys.TAB)  # out of the matrix in one step
    assert focus(window)[0] not in ("TD", "TH"), focus(window)
    roles = window.run("return [matrix.getAttribute('role'), matrix.querySelectorAll('[tabindex=\"0\"]').length,"
                       "document.querySelectorAll('#reason[aria-labelledby]').length]")
    assert roles == ["grid", 1, 1], roles


def find(window, words):
    box = window.driver.find_element("id", "search")
    box.clear()
    box.send_keys(words)
    return window.run("return [document.getElementById('found').textContent, shown.rows.map((row) => row.label)]")


def test_search(window, folder):
    window.show(folder.report(ROOT / "topologies/campus-nat.yaml"))
    address = window.run("return hosts.find((host) => host.name === 'lab01').addresses[0]")
    assert find(window, "HOME01") == ["1 host found.", ["home01"]]
    assert find(window, address) == ["1 host found.", ["lab01"]]
    assert find(window, "alice device") == ["2 hosts found.", ["alice/desktop", "alice/laptop"]]
    assert find(window, "10.1.2.12") == ["1 host found.", ["gpu02"]]
    assert find(window, "nobody")[0] == "Nothing matches."
    window.run("openReason([hosts[0]], [hosts[1]])")


def width(window):
    return window.run("return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")


def test_phone(window, folder):
    pages = [folder.report(topology, f"{topology.stem}.html") for topology in EXAMPLES]
    pages.append(folder.report(folder.write("large.yaml", generate.mixed(200, 40)), "large.html"))
    for page in pages:
        window.show(page, PHONE, 740)
        assert width(window) <= PHONE, f"{page.name}: {width(window)}"
        window.run("openReason(shown.rows[0].hosts, shown.columns[shown.columns.length - 1].hosts)")
        assert dialog(window), f"{page.name}: no reason"
        assert width(window) <= PHONE, f"{page.name}: {width(window)} with a reason"
        inside = window.run("const d = document.getElementById('reason'); return [d.scrollWidth, d.clientWidth]")
        assert inside[0] <= inside[1], f"{page.name}: {inside}"


def luminance(colour):
    channels = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_schemes(window, folder):
    """Text has the contrast of WCAG 2.1 AA (4.5) in both schemes, and dark is dark."""
    page = folder.report(folder.write("cut.yaml", CUT))
    for scheme in ("light", "dark"):
        window.show(page, scheme=scheme)
        paper = window.run("return getComputedStyle(document.body).backgroundColor")
        assert (luminance(paper) < 0.1) == (scheme == "dark"), paper
        for selector in (".card p", "#verdict", ".kicker", "td.l", "td.d", "td.u", ".finding b", "tbody th"):
            colours = window.run("""
                const element = document.querySelector(arguments[0]);
                if (!element) return null;
                let ground = element;
                while (/rgba\\(0, 0, 0, 0\\)/.test(getComputedStyle(ground).backgroundColor)
                       && getComputedStyle(ground).backgroundImage === "none") ground = ground.parentElement;
                const style = getComputedStyle(ground);
                const image = style.backgroundImage.match(/rgb\\([^)]*\\)/);
                return [getComputedStyle(element).color, image ? image[0] : style.backgroundColor]""", selector)
            if colours is not None:
                assert contrast(*colours) >= 4.5, f"{scheme} {selector}: {colours}"
    assert "cannot reach each other" in window.run("return document.getElementById('verdict').textContent")


def test_large(window, folder):
    from selenium.webdriver.common.keys import Keys
    topology = folder.write("large.yaml", generate.mixed(LARGE, 100))
    page = folder.report(topology)
    assert page.stat().st_size < MOST_BYTES, page.stat().st_size
    window.show(folder.report(EXAMPLES[0], "small.html"))
    before = window.cpu_seconds()
    window.show(page)
    window.run("return matrix.offsetHeight")
    took = window.cpu_seconds() - before
    assert took < MOST_SECONDS, f"{took:.2f} s"
    assert window.run("return shown.rows.length") < 150
    cell(window, "n1: s00001 … s00901 (10)", "n0: s00000 … s00900 (10)").click()
    assert "s00001 → s00000" in dialog(window)
    window.run("const s = document.querySelectorAll('#choose select')[0];"
               "s.value = hosts.find((host) => host.name === 's00501').index;"
               "s.dispatchEvent(new Event('change'))")
    assert "s00501 → s00000" in dialog(window)
    press(window, Keys.ESCAPE)
    press(window, Keys.HOME, Keys.ENTER)
    assert focus(window)[3] == "s00001", focus(window)
    assert "s00501" in window.run("return shown.rows.map((row) => row.label)")
    press(window, Keys.ENTER)
    assert "s00501" not in window.run("return shown.rows.map((row) => row.label)")
    assert find(window, "s00777") == ["1 host found.", ["s00777"]]
    names = window.run("return hosts.map((host) => host.name)")
    choose = random.Random(1).sample
    compare(window, folder, topology, [choose(names, 2) for _ in range(12)])


def changes(window):
    return window.run("return document.getElementById('changes').innerText")


def test_changes(window, folder):
    topology = folder.write("office.yaml", LINKED)
    page = folder.report(topology)
    window.show(page)
    assert "This is the first one" in changes(window)
    first = page.read_bytes()
    assert folder.report(topology).read_bytes() == first, "a second run changes the page"
    folder.write("office.yaml", network(
        LINKED.replace("home: { nat: symmetric", "home: { nat: full-cone")
        .replace("eve:", "mallory:").replace("KEY(eve)", "KEY(mallory)")
        .replace("  - { between: [a2, b2], via: gw2 }\n", "")))
    page = folder.report(topology)
    second = page.read_bytes()
    window.show(page)
    said = changes(window)
    for words in ("Hosts added: 1\nmallory", "Hosts removed: 1\neve", "Findings that are gone: 1\noffice.yaml: warning:",
                  "relay before, punch now"):
        assert words in said, f"{words!r} is missing in\n{said}"
    pairs = sum(int(n or 1) for n in re.findall(r"punch now(?:, (\d+) pairs?)?", said))
    assert pairs == 4, said
    window.driver.find_element("css selector", "#changes button").click()
    assert "both have to send" in dialog(window)
    assert folder.report(topology).read_bytes() == second, "a second run loses the changes"
    folder.write("office.yaml", LINKED)
    page = folder.report(topology)
    window.show(page)
    assert "punch before, relay now" in changes(window) and "Hosts added: 1\neve" in changes(window)
    page.write_bytes(page.read_bytes().replace(b'"verdicts": [', b'"verdict": ['))
    window.show(folder.report(topology))
    assert "could not be read" in changes(window)


def test_hostile(window, folder):
    """A path and a comment that are markup; the page is text all the same."""
    text = CUT.replace("nat: symmetric", "nat: cgnat").replace(
        "network:", "# </script><script>window.hit = 1</script>\nnetwork:")
    text = re.sub(r"(  home: .*)", r"\1 # <img src=x onerror='window.hit = 2'>&lt;</script>", text)
    topology = folder.write("<script>window.hit = 3</script>@@data@@.yaml", text)
    relative = str(topology.relative_to(folder.path))
    page = folder.report(relative)
    window.show(page)
    window.run("openReason([hosts[0]], [hosts[1]])")
    assert window.run("return window.hit ?? null") is None
    assert window.requests() == [page.as_uri()] and window.complaints() == []
    assert window.run("return document.querySelectorAll('img, iframe, object, a:not(.skip), link').length") == 0
    assert window.run("return document.scripts.length") == 2
    shown = window.run("return document.body.innerText")
    assert relative in shown and "<img src=x onerror='window.hit = 2'>&lt;</script>" in shown, shown
    assert relative in dialog(window)


def main():
    program = Path(sys.argv[1]).resolve()
    if not browser.is_there():
        print("SKIPPED  needs chromium, chromium-driver and python3-selenium")
        return 1 if os.environ.get("CI") == "true" else browser.SKIPPED
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    wanted = sys.argv[2:]
    n_passed = n_failed = 0
    with browser.Browser() as window, tempfile.TemporaryDirectory() as scratch:
        for name, test in tests:
            if wanted and name not in wanted:
                continue
            path = Path(scratch) / name
            path.mkdir()
            needed = test.__code__.co_varnames[:test.__code__.co_argcount]
            begin = time.monotonic()
            try:
                test(**{"window": window, "folder": Folder(program, path)} if "window" in needed
                     else {"folder": Folder(program, path)})
                n_passed += 1
                print(f"{name}: ok, {time.monotonic() - begin:.1f} s", flush=True)
            except Exception as fault:  # noqa: BLE001: any fault of a test is its failure
                n_failed += 1
                print(f"{name}: FAILED: {fault}", flush=True)
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


sys.exit(main())
