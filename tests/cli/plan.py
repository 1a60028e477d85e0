#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`plan` against revisions of git and folders, and what a reviewer reads of it.

Usage: plan.py PROGRAM [--update]

The mesh is that of docs/plan.md: its topology, its change and its comment are taken from there and
have to be what the program says. --update writes the comment anew.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

import folder as shared
from folder import expect, skip
from house import public_key

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs/plan.md"
AS_OF = ("--as-of", "2026-11-21")
GIT = ["git", "-c", "user.name=nobody", "-c", "user.email=nobody@example.org",
       "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]  # fmt: skip
SMALL = f"""network: {{ name: lab, addresses: [10.20.0.0/24] }}
gateways:
  gw: {{ at: {{ internet: 203.0.113.1 }}, public_key: "{public_key("gw")}" }}
servers:
  gpu01: {{ at: {{ internet: 203.0.113.11 }}, public_key: "{public_key("gpu01")}" }}
"""
MORE = f"""  gpu02: {{ at: {{ internet: 203.0.113.12 }}, public_key: "{public_key("gpu02")}" }}
"""


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", DOCS.read_text(), re.M | re.S)


def mesh():
    """The topology of the documentation."""
    return blocks("yaml")[0]


def mesh_lock(n_gpu=41):
    """Addresses and public keys for its hosts, which have none of their own."""
    groups = (("gw", ["gw", "gw2"]), ("gpu", [f"gpu{n:02}" for n in range(1, n_gpu + 1)]),
              ("home", [f"home{n:02}" for n in range(1, 6)]),
              ("lab", [f"lab{n:02}" for n in range(1, 4)]),
              ("people", ["alice/laptop", "bob/laptop"]))  # fmt: skip
    lines = [f"{name} 10.77.{number}.{host} {public_key(name)}\n"
             for number, (_, names) in enumerate(groups)
             for host, name in enumerate(names, 1)]  # fmt: skip
    return "".join(sorted(lines))


class Repository(shared.Folder):
    """A repository with a topology in it, which was compiled once, so that its lock is complete."""

    def __init__(self, topology=None, lock=None, below=""):
        self.topology = topology or mesh()
        self.lock = lock or ("" if topology else mesh_lock())
        self.below = below

    def __enter__(self):
        super().__enter__()
        self.git("init", "-q", ".")
        (self.path / self.below).mkdir(parents=True, exist_ok=True)
        self.write("topology.yaml", self.topology)
        if self.lock:
            self.write("topology.lock", self.lock)
        expect(self.run("compile", self.name("topology.yaml"), "-o", "out", *AS_OF), 0, "written",
               None)
        self.commit()
        return self

    def name(self, name):
        return str(pathlib.Path(self.below) / name)

    def git(self, *words):
        subprocess.run([*GIT, *words], cwd=self.path, check=True, capture_output=True)

    def write(self, name, text):
        (self.path / self.below / name).write_text(text)

    def commit(self, *tag):
        self.git("add", "-A", "--", ".", ":!out")
        self.git("commit", "-q", "--allow-empty", "-m", "a revision")

    def plan(self, *options, **environment):
        return self.run("plan", self.name("topology.yaml"), *AS_OF, *options, **environment)

    def review(self, topology):
        """The comment on a change of the topology to this one, with its lock."""
        self.write("topology.yaml", topology)
        done = self.run("compile", self.name("topology.yaml"), "-o", "new", *AS_OF)
        assert done.returncode == 0, done.stderr
        result = self.plan("--against", "main", "--format", "markdown")
        assert result.returncode == 0, result.stderr
        return result.stdout


def changed(text, *replacements):
    for old, new in replacements:
        assert text.count(old) == 1, f"'{old}' is there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def says(comment, *expected, never=()):
    for pattern in expected:
        assert re.search(pattern, comment, re.M), f"{comment}\nlacks {pattern!r}"
    for pattern in never:
        assert not re.search(pattern, comment, re.M), f"{comment}\nhas {pattern!r}"


def apply_diff(text, diff):
    """The text after a change, as a block of a diff has it."""
    lines = diff.splitlines()
    old = [line[1:] for line in lines if line[:1] in (" ", "-")]
    new = [line[1:] for line in lines if line[:1] in (" ", "+")]
    return changed(text, ("\n".join(old) + "\n", "\n".join(new) + "\n"))


def example():
    """The comment that docs/plan.md shows, as it comes out."""
    with Repository() as here:
        comment = here.review(apply_diff(mesh(), blocks("diff")[0]))
        return re.sub(r"\(`[0-9a-f]{12}`\)", "(`1a2b3c4d5e6f`)", comment)


def test_documentation():
    assert example() in blocks("markdown"), "plan.py --update writes the comment in docs/plan.md"


def test_new_server():
    with Repository() as here:
        here.write("topology.lock", mesh_lock(42))
        comment = here.review(changed(mesh(), ("gpu[01-41]", "gpu[01-42]"), (".[1-41]", ".[1-42]")))
        says(comment, r"^### wgtopo plan: 1 server is new; 51 servers and gateways change; "
                      r"nobody who stays is interrupted$",
             r"^\| `gpu42` \| \*\*new\*\*, `10\.77\.1\.42` \| "
             r"`wg-quick up mesh` \|$",
             r"^\| `gpu\[01-41\]` `gw` `gw2` `home\[01-05\]` `lab\[01-03\]` \(51\) \| "
             r"new peer `gpu42` \| `bash /etc/wireguard/mesh\.reload` \|$",
             "^- `gpu42`, which is new, and the other servers and gateways: 51 directly; and all devices$",
             "^- everybody else: as before$", "^- who stays keeps its sessions",
             r"^1\. start `gpu42` \(`wg-quick up mesh`\)\n1\. reload `gpu\[01-41\]` .*, in any order$",
             r": 55 files differ: 54 for 52 servers and gateways, 1 for the network as a whole \(`hosts`\)\.$",
             r"^\| `gpu42` \| all of it \|  \| public_key `.*`, endpoint `192\.0\.2\.42:51820`, allowed_ips",
             never=["WARNING", "New warnings"])  # fmt: skip
        assert comment.startswith("<!-- wgtopo-plan -->\n")


def test_removed_server():
    with Repository() as here:
        comment = here.review(changed(mesh(), ("gpu[01-41]", "gpu[02-41]"), (".[1-41]", ".[2-41]")))
        says(comment, "^### wgtopo plan: 1 server goes, and its tunnels close; 50 servers and gateways "
                      "change; nobody who stays is interrupted$",
             r"^\| `gpu01` \| \*\*gone\*\*, but still let in by every host that is not reloaded",
             r"^\| `gpu\[02-41\]`.* \(50\) \| loses the peer `gpu01`",
             "^- `gpu01`: every tunnel closes, at each other end with its reload$",
             r"^\*\*Shut out:\*\*\n\n- `gpu01`: let in by each host that stays until that one is reloaded$",
             r"^1\. reload .*, in any order\n1\. stop `gpu01` \(`wg-quick down mesh`\)",
             r"^\| `gpu01` \| all of it \| there \| gone \|$")


def test_nat_that_makes_pairs_relayed():
    with Repository() as here:
        comment = here.review(changed(mesh(), ("home: { nat: port-restricted-cone",
                                               "home: { nat: symmetric")))
        # Two gateways share them.
        says(comment, "^### wgtopo plan: 10 pairs go through a relay from now on; 8 servers and gateways "
                      "change; some tunnels are interrupted; 1 new warning$",
             r"^- `home\[01,03,05\]` × `lab02` \(3 pairs\): direct, both ends sending "
             r"\(punch\) → relayed through `gw2`$",
             r"^- `home\[02,04\]` × `lab02` \(2 pairs\): direct, both ends sending "
             r"\(punch\) → relayed through `gw`$",
             "^- the 10 pairs above to or from a relay: cut from the reload of the first of the two",
             r"^\| `gw2` \| forwards IPv4 packets from now on \|",
             r"^\| `home\[02,04\]` \(2\) \| .*peer `gw` now also carries `lab02`; .*; "
             r"from now on reaches `lab\[02-03\]` through a relay \|",
             r"^\| `lab03` \| .*from now on reaches `home\[01-05\]` through a relay \|",
             r"^1\. reload `gw2`\n1\. reload .*, in any order, both ends of a pair close together$",
             r"^\| `home\[01-05\]` \| all of it \| there \| gone \|$",
             r"\(`nat-relayed`, `topology\.yaml:\d+:\d+`\)\n"
             r"(  - `.*`\n)*  - `'home' gives every flow an outer port that cannot be foretold`\n"
             "  - help: `", never=["loses the peer"])
        # And back.
        here.commit()
        comment = here.review(mesh())
        says(comment, "^### wgtopo plan: 10 pairs no longer need their relay; ",
             r"\(3 pairs\): relayed through `gw2` → direct, both ends sending",
             "forwarding stays on until the host restarts", "^\\*\\*Warnings that are gone")


def test_port_forward():
    with Repository() as here:
        comment = here.review(changed(mesh(), ("forward: { 51821: lab01 }",
                                               "forward: { 51822: lab01 }")))
        says(comment, "1 host is sent to at another endpoint; .*; some tunnels are interrupted$",
             # The port that it had is another one's now.
             "^- `lab02`: what others send is lost from its reload until",
             r"endpoint of `lab01`: `198\.51\.100\.10:51821` → `198\.51\.100\.10:51822`",
             "^- `lab01`: packets go to the new endpoint from a host's reload on",
             r"^1\. make `lab01` answer at `198\.51\.100\.10:51822`, and until everybody has been "
             r"reloaded at `198\.51\.100\.10:51821` as well$",
             never=["relay through", "direct →"])


def test_rotated_key():
    with Repository() as here:
        here.write("topology.lock", (here.path / "topology.lock").read_text().replace(
            public_key("gpu05"), public_key("another one")))
        comment = here.review(mesh())
        says(comment, "^### wgtopo plan: 1 host has another key; 51 servers",
             r"^\| `gpu\[01-04,06-41\]`.*\(50\) \| new key of the peer `gpu05`",
             r"^\| `gpu05` \| its own key: ",
             "^- `gpu05`: every tunnel is cut between its reload and that of the other end",
             r"^1\. copy to all hosts before any is reloaded\n1\. reload `gpu05`, and the others "
             "right after$")


def test_revoked_user():
    with Repository() as here:
        bob = next(line for line in mesh().splitlines(True) if line.startswith("  bob:"))
        comment = here.review(changed(mesh(), (bob, "")))
        says(comment, "^### wgtopo plan: 1 device is shut out; ", "nobody who stays is interrupted$",
             r"^\*\*Shut out:\*\*\n\n- `bob/laptop`: in with the present key until `gw` is reloaded$",
             "^1\\. reload `gw`, which shuts somebody out$",
             r"^\| `gw` \| loses the peer `bob/laptop`", r"peer `gw` no longer carries `bob/laptop`")


def test_renamed_user():
    """Whoever has the key stays in, whatever the network calls them."""
    with Repository() as here:
        lock = (here.path / "topology.lock").read_text()
        here.write("topology.lock", lock.replace("bob/laptop", "rob/laptop"))
        comment = here.review(changed(mesh(), ("  bob:", "  rob:")))
        says(comment, r"loses the peer `bob/laptop`; new peer `rob/laptop`",
             never=["shut out", "shuts somebody out"])


def test_route_that_a_reload_leaves_behind():
    """It is in nobody's way, or else only a restart takes it away."""
    routed = mesh().replace("internet: 203.0.113.1 } }",
                            "internet: 203.0.113.1 }, routes: [10.8.0.0/16] }")
    moved = mesh().replace('"gpu[01-41]": { at: { internet: "192.0.2.[1-41]" } }',
                           '"gpu[01-41]": { at: { internet: "192.0.2.[1-41]", lab: "10.8.0.[1-41]" } }')
    for after, effect in ((mesh(), "reload`; the old route stays until a restart"),
                          (moved.replace("[10.9.0.0/16]", "[10.9.0.0/16, 10.8.0.0/16]"),
                           "wg-quick down mesh && wg-quick up mesh`")):
        with Repository(routed, mesh_lock()) as here:
            says(here.review(after), rf"^\| .*home.* \| .*route: .* \| `.*{re.escape(effect)}")


def test_gateway_that_moves():
    with Repository() as here:
        comment = here.review(changed(mesh(), ("internet: 203.0.113.1 ", "internet: 203.0.113.9 ")))
        says(comment, "^### wgtopo plan: 1 host is sent to at another endpoint; 2 devices are out "
                      "until they import their new files; 50 servers and gateways change; no server or "
                      "gateway that stays is interrupted, if it is done as below$",
             r"endpoint of `gw`: `203\.0\.113\.1:51820` → `203\.0\.113\.9:51820`",
             "^- `gw`: packets go to the new endpoint",
             "^- `alice/laptop` `bob/laptop`: out while the old endpoint no longer answers",
             r"^1\. make `gw` answer at `203\.0\.113\.9:51820`, and until .* `203\.0\.113\.1:51820`",
             "^1\\. hand the new files over to `alice/laptop` `bob/laptop`, to be imported later$",
             "^1\\. at the same time, import on `alice/laptop` `bob/laptop`")


def test_gateway_that_listens_elsewhere():
    with Repository() as here:
        comment = here.review(changed(mesh(), ("203.0.113.1 } }", "203.0.113.1 }, listen_port: 443 }")))
        says(comment, "^### wgtopo plan: 1 host listens on another port; 2 devices are out until they "
                      "import their new files; 51 servers and gateways change; some tunnels are "
                      "interrupted$",
             "^- `gw`: what others send is lost from its reload until",
             "^- `alice/laptop` `bob/laptop`: out from the reload of the gateway until",
             r"^1\. reload `gw` `gw2`, in any order, both ends of a pair close together$",
             never=["answer at"])  # fmt: skip


def test_gateway_that_goes():
    with Repository() as here:
        text = mesh().replace("gateways: [gw] }", "gateways: [gw2] }")
        comment = here.review(changed(text, ("  gw: { at: { internet: 203.0.113.1 } }\n", "")))
        says(comment, "^### wgtopo plan: 1 gateway goes, and its tunnels close; 2 devices are out ",
             "^- `alice/laptop` `bob/laptop`: through `gw2` instead of `gw`$",
             "^- `gw`: let in by each host that stays until that one is reloaded$",
             "^1\\. reload `gw2`\n1\\. at the same time, import on `alice/laptop` `bob/laptop`",
             r"^1\. stop `gw` \(`wg-quick down mesh`\), where it still runs$")  # fmt: skip


def test_mtu():
    with Repository() as here:
        comment = here.review(changed(mesh(), ("name: mesh,", "name: mesh, mtu: 1380,")))
        says(comment, "51 servers and gateways change; 2 devices have new files; nobody who stays is "
                      "interrupted$", ": 104 files differ: 102 for 51 servers and gateways, 2 for 2 devices",
             r"\(51\) \| MTU: `1420` → `1380` \| `bash", r"\| MTU: `1420` → `1380` \| import")


def test_harmless_comment():
    with Repository() as here:
        comment = here.review("# A comment.\n" + mesh())
        assert re.fullmatch(r"<!-- wgtopo-plan -->\n### wgtopo plan: nothing changes\n\n"
                            r"`topology\.yaml` against `main` \(`[0-9a-f]{12}`\): every file is "
                            r"the same\.\n", comment), comment
        expect(here.plan("--against", "main", "--exit-code"), 0, "gives the same files$")


def test_interface_that_is_renamed():
    with Repository() as here:
        comment = here.review(changed(mesh(), ("name: mesh,", "name: mesh2,")))
        says(comment, "some tunnels are interrupted", "`wg-quick down mesh && wg-quick up mesh2`",
             ": every tunnel drops for the seconds of a restart$",
             "^1\\. restart .*, for which a reload is not enough$")


def test_renumbered_host():
    with Repository() as here:
        here.write("topology.lock", re.sub(r"(?m)^gpu03 \S+", "gpu03 10.77.9.9",
                                           (here.path / "topology.lock").read_text()))
        comment = here.review(mesh())
        says(comment, "^### wgtopo plan: 1 host is renumbered; ",
             r"^- `gpu03`: `10\.77\.1\.3` → `10\.77\.9\.9`$",
             "^- `gpu03`: every tunnel is cut between its restart and the reload",
             r"^\| `gpu03` \| .* \| `wg-quick down mesh && wg-quick up mesh` \|$")


def test_addresses_that_are_swapped():
    """Nobody takes the one for the other by what is told of it."""
    with Repository() as here:
        lock = (here.path / "topology.lock").read_text()
        swap = {"gpu01": "10.77.1.2", "gpu02": "10.77.1.1"}
        here.write("topology.lock", re.sub(r"(?m)^(gpu0[12]) \S+",
                                           lambda line: f"{line[1]} {swap[line[1]]}", lock))
        comment = here.review(mesh())
        says(comment, "^### wgtopo plan: 2 hosts are renumbered; ",
             r"peer `gpu01` has address `10\.77\.1\.2` instead of `10\.77\.1\.1`",
             r"^- `gpu\[01-02\]`: every tunnel is cut between its restart",
             r"^\*\*An address passes to another host:\*\* .*`10\.77\.1\.1` from `gpu01` to `gpu02`"
             ".* the wrong machine until it is changed, too\\.$",
             r"^1\. restart `gpu\[01-02\]`, .*; the steps below right after\n1\. reload `gw` `gw2`",
             never=["can be lost for an instant", "carries"])  # fmt: skip


def test_device_that_changes_its_gateway():
    with Repository() as here:
        alice = next(line for line in mesh().splitlines(True) if line.startswith("  alice:"))
        comment = here.review(changed(mesh(), (alice, alice.replace("[gw]", "[gw2]"))))
        says(comment, "^### wgtopo plan: 1 device is out until it imports its new file; 51 servers "
                      "and gateways change; no server or gateway that stays is interrupted$",
             "^- `alice/laptop`: through `gw2` instead of `gw`\n- everybody else: as before$",
             "^1\\. hand the new files over to `alice/laptop`, to be imported later\n"
             "1\\. reload `gw` `gw2`, in any order\n"
             "1\\. at the same time, import on `alice/laptop` what was handed over$",
             # bob's address next to it, which was told with it, is no change.
             r"^\| `gw` \| allowed_ips \| `10\.77\.4\.1/32` \|  \|$",
             never=[r"\*\* as before", r"`10\.77\.4\.2/32`"])  # fmt: skip
        document = json.loads(here.plan("--against", "main", "--format", "json").stdout)
        assert document["interrupted"] == "devices", document["interrupted"]
        assert document["gateway_changes"] == [{"devices": ["alice/laptop"], "from": "gw",
                                                "to": "gw2"}]  # fmt: skip


def test_preshared_keys():
    with Repository() as here:
        comment = here.review(changed(mesh(), ("name: mesh,", "name: mesh, preshared_keys: true,")))
        # 51 in a mesh, less none: all pairs have tunnels here; and two devices.
        says(comment, f"^### wgtopo plan: {51 * 50 // 2 + 2} pairs have another preshared key; 2 "
                      "devices are out",
             "nothing drops where both ends are reloaded within two minutes$")


def test_last_day_and_warnings():
    with Repository() as here:
        alice = next(line for line in mesh().splitlines(True) if line.startswith("  alice:"))
        expiring = alice.replace("alice: {", "alice: { expires: 2026-12-31,")
        comment = here.review(changed(mesh(), (alice, expiring)))
        says(comment, "^### wgtopo plan: 1 last day changes; nothing changes$",
             "^Last day of `alice`: `none` → `2026-12-31`$")
        here.commit()
        result = here.run("plan", "topology.yaml", "--against", "HEAD", "--as-of", "2027-01-01")
        expect(result, 0, "gives the same files")
        result = here.run("plan", "topology.yaml", "-o", "out", "--as-of", "2027-01-01")
        expect(result, 0, "^  alice/laptop: in with the present key until gw is reloaded$")
        result = here.run("plan", "topology.yaml", "--against", "HEAD", CI="true")
        expect(result, 2, None, "in CI the day is not guessed")


def test_lock_that_was_forgotten():
    with Repository() as here:
        here.write("topology.yaml", changed(mesh(), ("gpu[01-41]", "gpu[02-41]"),
                                            (".[1-41]", ".[2-41]")))
        result = here.plan("--against", "main", "--format", "markdown")
        says(result.stdout, r"^> The lock `topology\.lock` is not part of this change")


def test_errors_are_a_comment_too():
    with Repository() as here:
        here.write("topology.yaml", changed(mesh(), ("gateways:\n", "gatways:\n")))
        result = here.plan("--against", "main", "--format", "markdown")
        expect(result, 1, r"\A<!-- wgtopo-plan -->\n### wgtopo plan: the topology has \d+ errors, "
                          "so that there is no plan$", r"\[unknown-key\]")
        says(result.stdout, r"^- `a topology has no key 'gatways'` \(`unknown-key`, "
                            r"`topology\.yaml:\d+:1`\)$")


def test_revisions():
    with Repository(SMALL, below="net/deep") as here:
        name = here.name("topology.yaml")
        here.git("tag", "first")
        here.write("topology.yaml", SMALL + MORE)
        for revision in ("main", "HEAD", "first", "main~0"):
            result = here.plan("--against", revision, "--format", "json")
            document = json.loads(result.stdout)
            assert document["new"] == ["gpu02"] and document["against"] == revision, document
            assert re.fullmatch("[0-9a-f]{40}", document["commit"]), document
        expect(here.plan("--against", "HEAD", "--exit-code"), 3, "1 server is new")
        here.commit()
        expect(here.plan("--against", "HEAD", "--exit-code"), 0, "the same files")
        expect(here.plan("--against", "HEAD~1"), 0, "1 server is new")
        # From anywhere, and with an absolute path.
        for cwd, path in ((here.path / "net", "deep/topology.yaml"), ("/", here.path / name)):
            done = subprocess.run([shared.program, "plan", path, "--against", "first"], cwd=cwd,
                                  capture_output=True, text=True, check=True)
            assert "1 server is new" in done.stdout, done.stdout
        # Nothing of the folder that is worked in is read for the revision, and its lock is used.
        assert "10.20.0.3" in here.plan("--against", "first").stdout


def test_revision_without_the_topology():
    with Repository(SMALL) as here:
        (here.path / "topology.yaml").rename(here.path / "other.yaml")
        (here.path / "topology.lock").rename(here.path / "other.lock")
        result = here.run("plan", "other.yaml", "--against", "HEAD", "--format", "markdown")
        expect(result, 0, "1 gateway is new; 1 server is new")
        says(result.stdout, "There was no network before: everything is new")


def test_includes_of_a_revision():
    users = f'users:\n  bob: {{ public_key: "{public_key("bob")}" }}\n'
    with Repository(SMALL) as here:
        (here.path / "people").mkdir()
        here.write("people/users.yaml", users)
        here.write("topology.yaml", SMALL + "include: [people/users.yaml]\n")
        expect(here.run("compile", "topology.yaml", "-o", "out"), 0, "written")
        here.commit()
        here.write("people/users.yaml", users.replace("bob", "carol"))
        document = json.loads(here.plan("--against", "HEAD", "--format", "json").stdout)
        assert document["leaving"] == ["bob"] and document["new_devices"] == ["carol"], document
        # Links are followed, but not out of the repository.
        (here.path / "people/users.yaml").unlink()
        (here.path / "people/users.yaml").symlink_to("more.yaml")
        here.write("people/more.yaml", users)
        here.commit()
        expect(here.plan("--against", "HEAD", "--exit-code"), 0, "the same files")
        (here.path / "people/users.yaml").unlink()
        (here.path / "people/users.yaml").symlink_to("/etc/passwd")
        here.commit()
        (here.path / "people/users.yaml").unlink()
        here.write("people/users.yaml", users)
        expect(here.plan("--against", "HEAD"), 2, None, r"include-failed(?s:.*)has errors")


def test_what_cannot_be_compared():
    with Repository(SMALL) as here:
        expect(here.plan(), 2, None, "add `-o DIR`, or --against")
        expect(here.plan("-o", "out", "--against", "HEAD"), 2, None, "leave one out")
        expect(here.plan("--against", "nowhere"), 2, None,
               "'nowhere' is neither a revision here nor a folder with a manifest.json")
        for name in ("-p", "^HEAD", "HEAD..HEAD", "HEAD^@", "--all", "", "HEAD HEAD"):
            expect(here.plan("--against", name), 2, None, "neither a revision")
        expect(here.plan("--against", "HEAD:topology.yaml"), 2, None, "neither a revision")
        expect(here.plan("--against", "HEAD", "--key-file", "k"), 2, None, "stays closed")
        (here.path / "empty").mkdir()
        expect(here.plan("--against", "HEAD", PATH=str(here.path / "empty")), 2, None,
               "cannot run git.*install it")
        here.write("topology.yaml", "network: {}\n")
        here.commit()
        here.write("topology.yaml", SMALL)
        expect(here.plan("--against", "HEAD"), 2, None, r"HEAD:\./topology\.yaml(?s:.*)has errors")
    with shared.Folder() as outside:
        (outside.path / "topology.yaml").write_text(SMALL)
        expect(outside.run("plan", "topology.yaml", "--against", "HEAD",
                           GIT_CEILING_DIRECTORIES=str(outside.path.parent)), 2, None,
               "git finds none: .*not a git repository")


def lose(here, name):
    """What a partial clone lacks: the object of a path, or of a revision, is not there."""
    found = subprocess.run(["git", "rev-parse", name], cwd=here.path, check=True,
                           capture_output=True, text=True).stdout.strip()
    (here.path / ".git/objects" / found[:2] / found[2:]).unlink()


def test_nothing_is_fetched():
    """Not by a program that the configuration of a clone names either."""
    with Repository(SMALL) as here:
        lose(here, "HEAD:topology.yaml")
        for key, value in (("core.repositoryFormatVersion", "1"),
                           ("extensions.partialClone", "origin"),
                           ("remote.origin.promisor", "true"),
                           ("remote.origin.url", "ssh://localhost/x"),
                           ("protocol.ssh.allow", "always"), ("protocol.ext.allow", "always"),
                           ("core.fsmonitor", f"touch {here.path}/ran"),
                           ("core.sshCommand", f"touch {here.path}/ran;")):
            here.git("config", key, value)
        for url in ("ssh://localhost/x", f"ext::sh -c touch% {here.path}/ran"):
            here.git("config", "remote.origin.url", url)
            here.plan("--against", "HEAD", GIT_SSH_COMMAND=f"touch {here.path}/ran;",
                      GIT_ALLOW_PROTOCOL="ssh:ext")
            assert not (here.path / "ran").exists(), url


def test_lost_objects():
    """What git lacks was there all the same: it is neither new nor without a lock."""
    users = f'users:\n  bob: {{ public_key: "{public_key("bob")}" }}\n'
    for name, path in (("topology.yaml",) * 2, ("topology.lock",) * 2, ("a/:b/users.yaml",) * 2,
                       ("a/:b", "a/:b/users.yaml"), ("a", "a/:b/users.yaml"),
                       ("linked/users.yaml", "linked/users.yaml"), ("", "topology.yaml")):
        with Repository(SMALL, below="net") as here:
            (here.path / "net/a/:b").mkdir(parents=True)
            (here.path / "net/linked").symlink_to("a/:b")
            here.write("a/:b/users.yaml", users)
            folder = "linked" if name.startswith("linked") else "a/:b"
            here.write("topology.yaml", f"{SMALL}include: [{folder}/users.yaml]\n")
            here.commit()
            expect(here.plan("--against", "HEAD"), 0, "HEAD")
            lose(here, "HEAD:net/" + name.replace("linked", "a/:b") if name else "HEAD^{tree}")
            expect(here.plan("--against", "HEAD"), 2, None,
                   f"^wgtopo: cannot read '{path}' in HEAD: the object is missing")


def test_lost_links():
    """A link that leads nowhere is none that git lacks."""
    with Repository(SMALL) as here:
        (here.path / "topology.lock").unlink()
        (here.path / "topology.lock").symlink_to("later.lock")
        here.commit()
        expect(here.plan("--against", "HEAD"), 0, "HEAD")
        lose(here, "HEAD:topology.lock")
        expect(here.plan("--against", "HEAD"), 2, None, "'topology.lock' in HEAD: the object is mi")


def test_hook_of_another_repository():
    """It is the topology's that counts, though a hook runs with the name of its own."""
    with Repository(SMALL, below="net") as here, Repository(SMALL + MORE) as other:
        result = here.plan("--against", "HEAD", "--exit-code", GIT_DIR=str(other.path / ".git"),
                           GIT_WORK_TREE=str(other.path), GIT_INDEX_FILE=str(other.path / "none"))
        expect(result, 0, "gives the same files$")
        # In a linked worktree git does set it.
        here.git("worktree", "add", "-q", "-f", "linked", "-b", "linked")
        hook = here.path / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{shared.program} plan net/topology.yaml --against HEAD "
                        f"--exit-code {' '.join(AS_OF)}\n")
        hook.chmod(0o755)
        here.git("-C", "linked", "commit", "--allow-empty", "-m", "from there")


def test_folders():
    with Repository(SMALL) as here:
        here.git("branch", "there")
        here.git("branch", "out")
        here.write("topology.yaml", SMALL + MORE)
        # What has a manifest is a folder, though a branch has the name; ./ always is one.
        for folder in ("out", "./out", f"{here.path}/out"):
            document = json.loads(here.plan("--against", folder, "--format", "json").stdout)
            assert document["new"] == ["gpu02"] and document["commit"] is None, document
        assert json.loads(here.plan("--against", "there", "--format", "json").stdout)["commit"]
        result = here.plan("--against", "./there", "--format", "json")
        assert json.loads(result.stdout)["new"] == ["gpu01", "gpu02", "gw"], result.stdout
        assert not (here.path / "there").exists()
        # A file that somebody has edited is no base for anything.
        path = here.path / "out/hosts/gw/etc/wireguard/lab.conf"
        path.write_text(path.read_text().replace("MTU = 1", "MTU = 2"))
        expect(here.plan("--against", "out"), 1, None, "artifact-edited")


def test_hostile_names():
    """A published folder is data from elsewhere: nothing in it becomes markup or a mention."""
    hostile = "@octocat`|<img>](http://x)#1"
    with Repository(SMALL + MORE) as here:
        path = here.path / "out/manifest.json"
        path.write_text(path.read_text().replace('"gpu02"', json.dumps(hostile)))
        result = here.plan("--against", "out", "--format", "markdown")
        assert result.returncode == 0, result.stderr
        assert "octocat" in result.stdout
        plain = re.sub(r"(`+) ?.*?[^`]\1(?!`)", "", result.stdout)
        assert not re.search(r"octocat|img|http|#1", plain), plain
        rows = [line for line in result.stdout.splitlines() if line.startswith("| ``")]
        assert rows and all(len(re.findall(r"(?<!\\)\|", row)) == 4 for row in rows), rows
        here.git("branch", "a\u202eb\u2066")
        for form in ("text", "markdown"):
            told = here.plan("--against", "a\u202eb\u2066", "--format", form).stdout
            assert "a\ufffdb\ufffd" in told and "\u202e" not in told, told
        if not shutil_which("cmark-gfm"):
            return skip("cmark-gfm")
        html = subprocess.run(["cmark-gfm", "-e", "table", "-e", "autolink"], input=result.stdout,
                              capture_output=True, text=True, check=True).stdout
        assert "<img" not in html and "href" not in html, html


def shutil_which(name):
    return any(os.access(os.path.join(folder, name), os.X_OK)
               for folder in os.environ["PATH"].split(os.pathsep))


def test_a_large_comment_fits():
    """Four hundred servers that all move: far more than GitHub takes."""
    servers = "".join(
        f'  n{i * 7919 % 1000:03}x{i:03}z: {{ at: {{ internet: 198.51.100.{i % 250 + 1} }}, '
        f'listen_port: {2000 + i}, public_key: "{public_key(f"large {i}")}" }}\n'
        for i in range(420))  # fmt: skip
    large = SMALL.replace("10.20.0.0/24", "10.20.0.0/16") + servers
    with Repository(large) as here:
        comment = here.review(large.replace("198.51.100.", "192.0.2."))
        assert 25000 < len(comment.encode()) < 65536, len(comment.encode())
        says(comment, r"^\d+ of \d+ groups of hosts are left out of the details|"
                      r"^\| \d+ more \| \| \| \|$")
        assert comment.count("<details>") == comment.count("</details>") == 1


def update():
    text = DOCS.read_text()
    comment = example()
    DOCS.write_text(re.sub(r"(?ms)^```markdown\n.*?^```$",
                           lambda _: f"```markdown\n{comment}```", text, count=1))


if __name__ == "__main__":
    if sys.argv[2:] == ["--update"]:
        shared.program = pathlib.Path(sys.argv.pop(1)).resolve()
        update()
    else:
        shared.main(globals(), __doc__)
