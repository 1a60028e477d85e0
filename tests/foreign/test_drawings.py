#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Gives the drawings of networks to the programs that draw them.

    tests/foreign/test_drawings.py PROGRAM

dot lays the graph out, Mermaid parses its flowchart, xmllint reads the SVG; each of them has to find
the hosts, sites and tunnels that the manifest and `explain` know of, and to refuse what was damaged.
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "bench"))
import generate  # noqa: E402

NODE = ROOT / "tests" / "foreign" / "node"
SKIPPED = 77
EXAMPLES = sorted((ROOT / "topologies").glob("*.yaml"))
MAX_EDGES, MAX_CHARACTERS = 500, 50_000  # of Mermaid (its maxEdges and maxTextSize)
PROGRAM = Path(sys.argv[1]).resolve()


def call(*command, text=None):
    return subprocess.run(list(map(str, command)), input=text, capture_output=True, text=True,
                          timeout=60, check=False)


def report(topology, form):
    done = call(PROGRAM, "report", topology, "--format", form)
    assert done.returncode in (0, 1) and done.stdout, done.stderr
    return done.stdout


class Known:
    """What has to be in a drawing, from the manifest and from `explain`."""

    def __init__(self, topology, scratch):
        folder = scratch / topology.stem
        done = call(PROGRAM, "compile", topology, "-o", folder, "--formats", "hosts", "--locked")
        assert done.returncode == 0, done.stderr
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.hosts, self.sites = sorted(manifest["hosts"]), sorted(manifest["sites"])
        is_device = {name: host["kind"] == "device" for name, host in manifest["hosts"].items()}
        self.n_edges = 0
        for host in self.hosts:
            pairs = json.loads(call(PROGRAM, "explain", topology, host, "--format", "json").stdout)
            for verdict in ("lan", "direct", "punch", "unreachable", "relay"):
                others = [pair["node"] for pair in pairs[verdict] if pair["node"] > host]
                self.n_edges += sum(verdict != "relay" or not (is_device[host] or is_device[other])
                                    for other in others)


KNOWN = {}


def known_of(topology, scratch):
    if topology not in KNOWN:
        KNOWN[topology] = Known(topology, scratch)
    return KNOWN[topology]


def layout(text):
    """What dot draws: its exit status, and the titles of nodes, clusters and edges by label."""
    done = call("dot", "-Tsvg", text=text)
    found = {}
    for kind in ("node", "cluster", "edge"):
        blocks = re.findall(rf'class="{kind}">\n(.*?)</g>', done.stdout, re.S)
        found[kind] = [[html.unescape(each) for each in re.findall(r"<text[^>]*>([^<]*)<", block)]
                       for block in blocks]
    return done, found


def test_dot(scratch):
    for topology in EXAMPLES:
        known = known_of(topology, scratch)
        done, found = layout(report(topology, "dot"))
        assert done.returncode == 0 and done.stderr == "", f"{topology.name}: {done.stderr}"
        assert sorted(label[0] for label in found["node"]) == sorted(known.hosts), topology.name
        assert sorted(label[0] for label in found["cluster"]) == sorted(known.sites), topology.name
        assert len(found["edge"]) == known.n_edges, f"{topology.name}: {len(found['edge'])}, {known.n_edges}"
    damaged = report(EXAMPLES[0], "dot").replace("--", "->", 1)
    assert layout(damaged)[0].returncode != 0


def parse(scratch, texts):
    paths = []
    for number, text in enumerate(texts):
        paths.append(scratch / f"{number}.mmd")
        paths[-1].write_text(text, encoding="utf-8")
    done = call("node", NODE / "parse_mermaid.mjs", *paths)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_mermaid(scratch):
    texts = [report(topology, "mermaid") for topology in EXAMPLES]
    damaged = texts[0].replace("[", "[[", 1)
    *parsed, refused = parse(scratch, [*texts, damaged])
    for topology, found in zip(EXAMPLES, parsed, strict=True):
        known = known_of(topology, scratch)
        assert "fault" not in found, f"{topology.name}: {found}"
        names = sorted(label.partition("<br")[0] for label in found["labels"])
        assert names == sorted(known.hosts), f"{topology.name}: {names}"
        assert found["edges"] == known.n_edges, f"{topology.name}: {found['edges']}"
        assert sorted(each.partition("<br")[0] for each in found["clusters"]) == sorted(known.sites)
    assert "fault" in refused, refused


def test_large(scratch):
    """Sites and gateways only, within the limits, and said so."""
    sizes = ((33, 3), (1000, 100), (500, 500), (29, 3))  # and three gateways each
    texts = []
    for n, n_sites in sizes:
        topology = scratch / f"{n}.yaml"
        topology.write_text(generate.mixed(n, n_sites), encoding="utf-8")
        texts.append(report(topology, "mermaid"))
        for text, comment in ((report(topology, "dot"), "//"), (texts[-1], "%%")):
            is_small = f"\n{comment} Above 32 hosts only sites and gateways are drawn.\n" not in text
            assert is_small == (n + 3 <= 32) == ("s00000" in text), text[:300]
    *large, small = zip(sizes, texts, parse(scratch, texts), strict=True)
    for (_, n_sites), text, found in large:
        n_drawn = min(n_sites + 1, 200)
        assert len(found["labels"]) == n_drawn + 3 and found["edges"] == n_drawn - 1 + 3, found
        assert found["edges"] < MAX_EDGES and len(text) < MAX_CHARACTERS
        assert (f"%% The first 200 of {n_sites + 1} sites.\n" in text) == (n_drawn < n_sites + 1)
    assert len(small[2]["labels"]) == 32 and small[2]["edges"] == 496, small[2]


def test_svg(scratch):
    for topology in EXAMPLES:
        known, drawing = known_of(topology, scratch), report(topology, "svg")
        page = report(topology, "html")
        done = call("xmllint", "--noout", "--nonet", "-", text=drawing)
        assert done.returncode == 0 and done.stderr == "", f"{topology.name}: {done.stderr}"
        words = html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)<", drawing)))
        assert all(f"{site} nat: " in words for site in known.sites), topology.name
        groups = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])["groups"]
        n_chips = len(re.findall(r'<rect class="chip', drawing))
        assert n_chips == len(groups), f"{topology.name}: {n_chips} chips of {len(groups)} groups"
        assert all(group["label"] in words for group in groups), f"{topology.name}: {words}"
        body = re.sub(r"<style>.*</style>\n", "", drawing, flags=re.S).partition(">\n<rect")[2]
        assert body in page, f"{topology.name}: the page has another drawing"
    assert call("xmllint", "--noout", "-", text=drawing.replace("</svg>", "")).returncode != 0


def main():
    missing = [name for name in ("dot", "xmllint", "node") if shutil.which(name) is None]
    missing += [name for name in ("mermaid", "jsdom") if not (NODE / "node_modules" / name).exists()]
    if missing:
        print(f"SKIPPED  needs {', '.join(missing)}; script/setup --test brings it")
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    n_passed = n_failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            try:
                begin = time.monotonic()
                test(Path(scratch))
                n_passed += 1
                print(f"{name}: ok, {time.monotonic() - begin:.1f} s", flush=True)
            except AssertionError as fault:
                n_failed += 1
                print(f"{name}: FAILED: {fault}", flush=True)
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


sys.exit(main())
