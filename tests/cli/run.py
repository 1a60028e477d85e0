#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The command as its users meet it: exit statuses, streams, colour, help, completion, man pages.

Usage: run.py PROGRAM [--update]

--update writes the generated files in docs/ first: the man pages, the reference, the completion.
"""

import base64
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
from xml.etree import ElementTree

import folder as shared
from folder import expect, skip

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
GENERATED = {
    "wgtopo.1": ["help", "--format", "mdoc"],
    "completion.bash": ["help", "--format", "bash"],
    "wgtopo-topology.5": ["schema", "--format", "mdoc"],
    "topology.md": ["schema", "--format", "markdown"],
}
# Public keys of nobody.
KEYS = [base64.b64encode(bytes([9 + i]) + bytes(range(31))).decode() for i in range(5)]
GOOD = f"""network: {{ name: lab, addresses: [10.20.0.0/24] }}
gateways:
  gw: {{ at: {{ internet: 203.0.113.1 }}, public_key: "{KEYS[0]}" }}
servers:
  gpu01: {{ at: {{ internet: 203.0.113.11 }}, public_key: "{KEYS[1]}" }}
users:
  alice: {{ devices: {{ laptop: {{ public_key: "{KEYS[2]}" }} }} }}
  bob: {{ public_key: "{KEYS[3]}" }}
"""
BAD = GOOD.replace("addresses", "adresses")
# A private address used on the internet is a warning.
DOUBTFUL = GOOD.replace("203.0.113.11", "gpu01.example.org")


class Folder(shared.Folder):
    """With topologies in it."""

    files = {"good.yaml": GOOD, "bad.yaml": BAD, "doubtful.yaml": DOUBTFUL}


def verbs():
    with Folder() as folder:
        text = folder.run("help").stdout
    rows = text[text.index("verbs:"):text.index("`wgtopo")]
    return [tuple(name.split()) for name in re.findall(r"^  ([a-z]+(?: [a-z]+)?) ", rows, re.M)]


def test_usage():
    with Folder() as folder:
        expect(folder.run(), 2, None, r"^usage: wgtopo init\|import\|check\|")
        expect(folder.run("chek"), 2, None, "no verb 'chek'; did you mean 'check'")
        expect(folder.run("frobnicate"), 2, None, "no verb 'frobnicate'$")
        expect(folder.run("check"), 2, None, "TOPOLOGY is missing")
        expect(folder.run("check", "a", "b"), 2, None, "'b' is one operand too many")
        expect(folder.run("check", "good.yaml", "--strct"), 2, None, "did you mean '--strict'")
        expect(folder.run("check", "good.yaml", "-x"), 2, None, "no option '-x'")
        expect(folder.run("check", "good.yaml", "--format"), 2, None, "--format needs FORMAT")
        expect(folder.run("check", "good.yaml", "--strict=1"), 2, None, "--strict takes no value")
        expect(folder.run("check", "good.yaml", "--format", "xml"), 2, None,
               "--format takes text, json, .* or names, not 'xml'")
        expect(folder.run("compile", "good.yaml"), 2, None, "add `-o DIR`")
        expect(folder.run("explain", "good.yaml"), 2, None, "one or two nodes are needed")
        expect(folder.run("explain", "good.yaml", "--rule", "bad-name"), 2, None, "takes no op")
        expect(folder.run("help", "chek"), 2, None, "did you mean 'check'")


def test_documents_follow_the_umask():
    with Folder() as folder:
        (folder.path / "conf").mkdir()
        (folder.path / "conf" / "wg0.conf").write_text(
            f"[Interface]\nPrivateKey = {KEYS[0]}\nAddress = 10.0.0.1/24\n")
        for mask, mode in ((0o077, 0o600), (0o027, 0o640), (0o002, 0o664)):
            for name, arguments, again in (("r.html", ["report", "good.yaml"], []),
                                           ("i.yaml", ["import", "conf"], ["--force"])):
                path = folder.path / f"{mask:o}{name}"
                command = [shared.program, *arguments, "-o", path.name]
                run = {"cwd": folder.path, "umask": mask, "capture_output": True}
                subprocess.run(command, **run, check=False)
                assert path.stat().st_mode & 0o777 == mode, (name, oct(path.stat().st_mode))
                # What is there already keeps its own.
                path.chmod(0o604)
                subprocess.run(command + again, **run, check=False)
                assert path.stat().st_mode & 0o777 == 0o604, (name, oct(path.stat().st_mode))


def test_operands_steer_no_terminal():
    """Nothing that a name holds becomes a line, a colour or another order of what is read."""
    hostile = "x\x1b[31m\n::error::\u202e\u2066.yaml"
    with Folder() as folder:
        (folder.path / "conf").mkdir()
        (folder.path / "conf" / "wg0.conf").write_text(
            f"[Interface]\nPrivateKey = {KEYS[0]}\nAddress = 10.0.0.1/24\n")
        (folder.path / hostile).write_text("a:    1\n")
        for arguments in (["plan", "good.yaml", "-o", hostile],
                          ["plan", "good.yaml", "-o", "new" + hostile],
                          ["plan", hostile, "-o", "out"],
                          ["plan", "good.yaml", "--against", hostile], ["fmt", "--diff", hostile],
                          ["fmt", "--check", hostile], ["fmt", hostile], ["check", hostile],
                          ["check", "good.yaml", "--" + hostile], [hostile], ["fmt", "no" + hostile],
                          ["import", "conf", "-o", "to" + hostile],
                          ["import", "conf", "-o", "to" + hostile]):
            result = folder.run(*arguments)
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]|^::",
                                 result.stdout + result.stderr, re.M), (arguments, result)


def test_version_and_help():
    with Folder() as folder:
        expect(folder.run("--version"), 0, r"^wgtopo \d+\.\d+\.\d+$")
        expect(folder.run("--help"), 0, "^verbs:$")
        assert folder.run("help").stdout == folder.run("-h").stdout
        assert folder.run("help", "check").stdout == folder.run("check", "-h").stdout
        assert folder.run("help", "check").stdout == folder.run("check", "--help").stdout


def test_allow():
    with Folder() as folder:
        strict = ("doubtful.yaml", "--strict")
        expect(folder.run("check", *strict, "--allow", "endpoint-name"), 0, None, "endpoint-name")
        expect(folder.run("check", *strict, "--allow", "port-clash,endpoint-name"), 2, None,
               "'port-clash' is an error, and no option allows one")
        expect(folder.run("check", *strict, "--allow", "nat-relayed"), 1, None, "endpoint-name")
        expect(folder.run("check", *strict, "--allow", "nat-relayed,endpoint-name"), 0,
               None, "endpoint-name")
        expect(folder.run("check", *strict, "--allow", "endpoint-nam"), 2, None,
               "did you mean 'endpoint-name'")
        expect(folder.run("check", "doubtful.yaml", "--allow", "endpoint-name"), 2, None,
               "nothing without --strict")
        expect(folder.run("check", "bad.yaml", "--strict", "--allow", "endpoint-name"), 1,
               None, "error")
        expect(folder.run("compile", *strict, "--allow", "endpoint-name", "-o", "out"), 0, "written",
               "endpoint-name")


def test_check_statuses():
    with Folder() as folder:
        expect(folder.run("check", "good.yaml"), 0,
               r"^good.yaml: 1 server, 1 gateway, 2 devices; no findings$")
        expect(folder.run("check", "bad.yaml"), 1, None, r"\[unknown-key\]")
        expect(folder.run("check", "doubtful.yaml"), 0, None, r"warning: .*\[endpoint-name\]")
        expect(folder.run("check", "doubtful.yaml", "--strict"), 1, None, "endpoint-name")
        expect(folder.run("check", "--strict", "--", "good.yaml"), 0, "no findings")


def test_check_json():
    with Folder() as folder:
        result = folder.run("check", "bad.yaml", "--format", "json")
        expect(result, 1, "diagnostics")
        rules = {diagnostic["rule"] for diagnostic in json.loads(result.stdout)["diagnostics"]}
        assert "unknown-key" in rules, rules
        result = folder.run("check", "--format=json", "good.yaml")
        expect(result, 0, "diagnostics")
        assert json.loads(result.stdout)["diagnostics"] == []


def test_check_names():
    with Folder() as folder:
        result = folder.run("check", "good.yaml", "--format", "names")
        expect(result, 0, ".")
        assert result.stdout.split() == ["gw", "gpu01", "alice/laptop", "bob"], result.stdout


def test_check_writes_nothing():
    with Folder() as folder:
        before = sorted(folder.path.rglob("*"))
        expect(folder.run("check", "good.yaml"), 0, ".")
        assert sorted(folder.path.rglob("*")) == before


def test_report():
    with Folder() as folder:
        page = expect_page(folder.run("report", "good.yaml"))
        expect(folder.run("report", "good.yaml", "-o", "page.html"), 0)
        assert (folder.path / "page.html").read_text(encoding="utf-8") == page
        expect(folder.run("report", "good.yaml", "-o", "page.html"), 0)
        assert (folder.path / "page.html").read_text(encoding="utf-8") == page
        for form, begin in (("dot", "// Made"), ("mermaid", "%% Made"), ("svg", "<[?]xml")):
            expect(folder.run("report", "good.yaml", "--format", form), 0, f"^{begin}")
            expect(folder.run("report", "good.yaml", "--format", form, "-o", f"x.{form}"), 0)
            expect(folder.run("report", "good.yaml", "--format", form, "-o", f"x.{form}"), 0)
        expect(folder.run("report", "doubtful.yaml"), 0, "endpoint-name", "endpoint-name")
        expect(folder.run("report", "doubtful.yaml", "--strict"), 1, "endpoint-name", "warning")
        assert not list(folder.path.glob("*.lock"))


def test_report_docs():
    """The examples of docs/report.md do what they say."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (DOCS / "report.md").read_text(encoding="utf-8"), re.M | re.S)
    assert len(blocks) == 2, blocks
    with Folder() as folder:
        shutil.copy(folder.path / "good.yaml", folder.path / "topology.yaml")
        (folder.path / "wgtopo").symlink_to(shared.program)
        for block in blocks:
            path = f"{folder.path}:{os.environ['PATH']}"
            subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder.path, check=True,
                           env={"PATH": path, "CI": "true"})
        for page in ("network.html", "public/network.html"):
            assert "</html>" in (folder.path / page).read_text(encoding="utf-8")


def expect_page(result):
    expect(result, 0, "^<!DOCTYPE html>$")
    assert not any(key in result.stdout for key in KEYS), "keys in the page"
    return result.stdout


def test_report_replaces_nothing_else():
    with Folder() as folder:
        for path in ("good.yaml", "doubtful.yaml"):
            before = (folder.path / path).read_bytes()
            for form in ("html", "dot", "mermaid", "svg"):
                expect(folder.run("report", "good.yaml", "-o", path, "--format", form), 2, None,
                       f"'{path}' is no {form} report, and is left alone")
            assert (folder.path / path).read_bytes() == before
        expect(folder.run("report", "good.yaml", "-o", "."), 2, None, r"'\.': it is a folder")
        expect(folder.run("report", "good.yaml", "-o", "no/x"), 2, None, "'no/x': No such file")
        expect(folder.run("report", "good.yaml", "-o", "page.html"), 0)
        page = (folder.path / "page.html").read_bytes()
        expect(folder.run("report", "bad.yaml", "-o", "page.html"), 1, None, "unknown-key")
        assert (folder.path / "page.html").read_bytes() == page


def test_unreadable_topologies():
    with Folder() as folder:
        (folder.path / "loop.yaml").symlink_to("loop.yaml")
        os.mkfifo(folder.path / "pipe.yaml")
        for verb in (["check"], ["compile", "-o", "out"]):
            expect(folder.run(*verb, "no.yaml"), 2, None, r"'no.yaml'.*wgtopo init no\.yaml")
            expect(folder.run(*verb, "."), 2, None, r"'\.': it is a folder")
            expect(folder.run(*verb, "loop.yaml"), 2, None, r"'loop.yaml': it is a link")
            expect(folder.run(*verb, "pipe.yaml"), 2, None, r"'pipe.yaml': it is not a regular")
        expect(folder.run("explain", "no.yaml", "a", "b"), 2, None, "'no.yaml'")
        if os.geteuid() != 0:
            (folder.path / "good.yaml").chmod(0)
            expect(folder.run("check", "good.yaml"), 2, None, "'good.yaml': Permission denied")


def test_topology_elsewhere():
    with Folder() as folder:
        (folder.path / "sub").mkdir()
        (folder.path / "sub/link.yaml").symlink_to("../good.yaml")
        expect(folder.run("check", "sub/link.yaml"), 0, r"^sub/link\.yaml: 1 server")
        expect(folder.run("check", str(folder.path / "good.yaml")), 0, "no findings")
        expect(folder.run("compile", "sub/../good.yaml", "-o", "sub/out"), 0, "written")
        assert (folder.path / "good.lock").is_file()


def test_compile():
    with Folder() as folder:
        expect(folder.run("compile", "good.yaml", "-o", "out"), 0,
               r"^\d+ files written, 0 unchanged, 0 removed in out$")
        assert (folder.path / "out/hosts/gpu01/etc/wireguard/lab.conf").is_file()
        assert (folder.path / "good.lock").is_file()
        expect(folder.run("compile", "-o", "out", "good.yaml"), 0,
               r"^0 files written, \d+ unchanged, 0 removed in out$")
        result = folder.run("compile", "good.yaml", "--output=out", "--format", "json")
        expect(result, 0, ".")
        document = json.loads(result.stdout)
        assert document["published"] is True and document["written"] == 0, document
        assert document["diagnostics"] == [], document


def test_compile_publishes_nothing_with_errors():
    with Folder() as folder:
        expect(folder.run("compile", "bad.yaml", "-o", "out"), 1, None, "unknown-key")
        expect(folder.run("compile", "doubtful.yaml", "-o", "out", "--strict"), 1, None, "warning")
        result = folder.run("compile", "bad.yaml", "-o", "out", "--format", "json")
        expect(result, 1, '"published": false')
        assert not (folder.path / "out").exists()
        assert not list(folder.path.glob("*.lock"))
        expect(folder.run("compile", "doubtful.yaml", "-o", "out"), 0, "written", "warning")


def test_compile_locked():
    with Folder() as folder:
        expect(folder.run("compile", "good.yaml", "-o", "out", "--locked"), 1, None,
               r"\[lock-outdated\]")
        assert not (folder.path / "out").exists()
        assert not (folder.path / "good.lock").exists()
        expect(folder.run("compile", "good.yaml", "-o", "out"), 0, "written")
        expect(folder.run("compile", "good.yaml", "-o", "out", "--locked"), 0, "unchanged")


def test_compile_selection():
    with Folder() as folder:
        expect(folder.run("compile", "good.yaml", "-o", "out", "--host", "gpu01"), 0, "written")
        names = {path.name for path in (folder.path / "out/hosts").iterdir()}
        assert names == {"gpu01"}, names
        expect(folder.run("compile", "good.yaml", "-o", "out", "--host", "no"), 1, None,
               r"\[selection-unknown\]")
        expect(folder.run("compile", "good.yaml", "-o", "out", "--formats", "wg-quik"), 1, None,
               r"did you mean 'wg-quick'")


def test_compile_unwritable():
    with Folder() as folder:
        expect(folder.run("compile", "good.yaml", "-o", "good.yaml"), 2, None,
               "'good.yaml': Not a directory")
        (folder.path / "link").symlink_to("/tmp")
        expect(folder.run("compile", "good.yaml", "-o", "link"), 2, None, "'link': .*symbolic link")


def test_compile_force():
    with Folder() as folder:
        expect(folder.run("compile", "good.yaml", "-o", "out"), 0, "written")
        edited = folder.path / "out/hosts/gpu01/etc/wireguard/lab.conf"
        edited.write_text(edited.read_text() + "# by hand\n")
        expect(folder.run("compile", "good.yaml", "-o", "out"), 1, None, r"\[artifact-edited\]")
        assert "by hand" in edited.read_text()
        expect(folder.run("compile", "good.yaml", "-o", "out", "--force"), 0, "^1 file written")
        assert "by hand" not in edited.read_text()


def test_explain():
    with Folder() as folder:
        expect(folder.run("explain", "good.yaml", "gpu01", "alice/laptop"), 0, "gw")
        result = folder.run("explain", "good.yaml", "gpu01", "gw", "--format", "json")
        expect(result, 0, ".")
        json.loads(result.stdout)
        expect(folder.run("explain", "good.yaml", "gpu01", "nobody"), 1, None, "'nobody'")
        expect(folder.run("explain", "bad.yaml", "gpu01", "gw"), 1, None, r"\[unknown-key\]")


def test_explain_of_a_wrong_name():
    """What was asked wrong is told alone, and not among what the topology has."""
    with Folder() as folder:
        failing = GOOD + "assert: [{ survives: gw }, { deny: [gpu01, gw] }]\n"
        folder.path.joinpath("failing.yaml").write_text(failing)
        for operands in (["nobody"], ["gpu01", "nobody"], ["--without", "nobody"]):
            result = folder.run("explain", "failing.yaml", *operands)
            expect(result, 1, "^$", r"\[selection-unknown\]")
            assert "assert-" not in result.stderr and "1 error, " in result.stderr, result.stderr
        expect(folder.run("explain", "good.yaml", "--without", "alice"), 1, "^$",
               "name what can be lost: a gateway, a server, or one of `sites`")
        expect(folder.run("explain", "good.yaml", "--without", "internet"), 1, "^$",
               "without the internet nobody is left")


def test_check_counts_who_is_in():
    with Folder() as folder:
        asserting = GOOD.replace("bob: {", "bob: { expires: 2027-01-31,") + (
            "assert: [{ reach: [bob, gw] }, { reach: [bob, gpu01] }, { reach: [gpu01, gw] }]\n")
        folder.path.joinpath("asserting.yaml").write_text(asserting)
        before = folder.run("check", "asserting.yaml", "--as-of", "2027-01-31")
        after = folder.run("check", "asserting.yaml", "--as-of", "2027-02-01")
        expect(before, 0, "2 devices; no findings\n$")
        expect(after, 0, "1 device; no findings\n"
                         "2 assertions are passed over: bob expired on 2027-01-31\n$")
        asserting = asserting.replace("gpu01] }, {", "gpu01] }, { deny: [gpu01, gw] }, {")
        folder.path.joinpath("asserting.yaml").write_text(asserting)
        expect(folder.run("check", "asserting.yaml", "--as-of", "2027-02-01"), 1,
               "^2 assertions are passed over", r"\[assert-failed\]")


def test_explain_without():
    with Folder() as folder:
        expect(folder.run("explain", "good.yaml", "--without", "gw"), 0, "lose everybody")
        expect(folder.run("explain", "good.yaml", "gpu01", "--without", "gw"), 0, "loses: 2")
        expect(folder.run("explain", "good.yaml", "alice/laptop", "bob", "--without", "gpu01"), 0,
               "still reaches bob")
        for operands in ([], ["gpu01"], ["gpu01", "alice/laptop"]):
            result = folder.run("explain", "good.yaml", *operands, "--without", "gw",
                                "--format", "json")
            assert json.loads(result.stdout)["without"] == "gw"
        expect(folder.run("explain", "good.yaml", "--without", "gv"), 1, "^$", "did you mean 'gw'")
        expect(folder.run("explain", "good.yaml", "bob", "bob", "--without", "gw"), 1, "^$",
               "no tunnel to itself")
        expect(folder.run("explain", "bad.yaml", "--without", "gw", "--format", "json"), 1, "^$",
               r"\[unknown-key\]")
        # What fails is what somebody wants to be told of.
        failing = GOOD + "assert: [{ survives: gw }]\n"
        folder.path.joinpath("failing.yaml").write_text(failing)
        expect(folder.run("explain", "failing.yaml", "--without", "gw"), 1, "lose everybody",
               r"\[assert-survives\]")


def test_explain_without_adds_up():
    """Each pair is kept in one way: those through two gateways are a part of their own."""
    with Folder() as folder:
        text = GOOD.replace("servers:", f"""  gw2: {{ at: {{ internet: 203.0.113.2 }}, public_key: "{KEYS[4]}" }}
servers:""").replace("bob: {", "bob: { gateways: [gw2],").replace("alice: {", "alice: { gateways: [gw],")
        folder.path.joinpath("two.yaml").write_text(text)
        said = folder.run("explain", "two.yaml", "--without", "gpu01").stdout
        assert "\nkept: 6 of 6 pairs\n  3 by a tunnel of their own\n  1 through gw\n" \
               "  1 through gw2\n  1 through gw and gw2\n" in said, said


def junit_cases(folder, name, status, *options):
    """The cases of a report by name, each with its failure's or skip's text; counted right."""
    result = folder.run("check", name, "--format", "junit", *options)
    expect(result, status, "^<testsuites", "^$")
    root = ElementTree.fromstring(result.stdout)
    (suite,) = root
    cases = {}
    for case in suite:
        # What Ant, Surefire and Jenkins take, and the place, which GitLab shows.
        assert case.tag == "testcase", case.tag
        assert set(case.attrib) - {"line"} == {"name", "classname", "file", "time"}, case.attrib
        assert [child.tag for child in case] in ([], ["failure"], ["skipped"])
        cases[case.get("name")] = "".join(f"{child.tag} {child.get('message')}" for child in case)
    for each in (root, suite):
        assert int(each.get("tests")) == len(suite), each.attrib
        assert int(each.get("failures")) == len(suite.findall("*/failure")), each.attrib
        assert int(each.get("skipped")) == len(suite.findall("*/skipped")), each.attrib
        assert each.get("errors") == "0", each.attrib
    return cases


def test_check_junit():
    topology = "the topology can be compiled"
    asserted = "assert: [{ survives: gw }, { reach: [alice, bob], ports: [tcp/22] }]\n"
    failed = "failure losing gateway 'gw' cuts 'alice/laptop', 'bob' and 'gpu01' off from everybody"
    with Folder() as folder:
        assert junit_cases(folder, "good.yaml", 0) == {topology: ""}
        assert junit_cases(folder, "doubtful.yaml", 0) == {topology: ""}
        (case,) = junit_cases(folder, "doubtful.yaml", 1, "--strict").values()
        assert case == "failure the topology has 1 warning", case
        folder.path.joinpath("asserted.yaml").write_text(GOOD + asserted)
        assert junit_cases(folder, "asserted.yaml", 1) == {
            topology: "", "losing gw cuts nobody off": failed, "alice reaches bob on tcp/22": "",
        }
        folder.path.joinpath("bad.yaml").write_text(BAD + asserted)
        cases = junit_cases(folder, "bad.yaml", 1)
        assert "no assertion was checked" in cases.pop(topology), cases
        assert set(cases.values()) == {"skipped not checked: the topology has errors"}, cases


def test_junit_is_xml():
    if shutil.which("xmllint") is None:
        skip("xmllint")
        return
    with Folder() as folder:
        for name in ("good.yaml", "bad.yaml"):
            report = folder.run("check", name, "--format", "junit").stdout
            subprocess.run(["xmllint", "--noout", "-"], input=report, text=True, check=True)


def test_explain_rule():
    rules = (ROOT / "base/diag/rules.def").read_text()
    slugs = re.findall(r'^RULE\(\w+, "([a-z0-9-]+)"', rules, re.M)
    assert slugs
    with Folder() as folder:
        for slug in slugs:
            expect(folder.run("explain", "--rule", slug), 0, rf"^{slug} \((error|warning)\)$")
        expect(folder.run("explain", "--rule", "bad-nam"), 2, None, "did you mean 'bad-name'")
        result = folder.run("explain", "--rule", "whatever-it-is")
        assert all(f"\n  {slug}\n" in result.stderr for slug in slugs), result.stderr


def test_schema_is_a_schema():
    with Folder() as folder:
        result = folder.run("schema")
        expect(result, 0, ".")
        document = json.loads(result.stdout)
        assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert document["additionalProperties"] is False
        assert "required" not in document  # an included file has no network
        sections = [document, *document["$defs"].values()]
        for section in sections:
            for name, schema in section["properties"].items():
                assert schema.get("description"), name
        references = set(re.findall(r'"#/\$defs/([^"]+)"', result.stdout))
        assert references == set(document["$defs"]), references


def as_yaml_1_2(value):
    """Text as PyYAML's BaseLoader leaves it, with numbers and booleans as editors read them."""
    if isinstance(value, dict):
        return {key: as_yaml_1_2(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_yaml_1_2(item) for item in value]
    if value in ("true", "false"):
        return value == "true"
    return int(value) if value.isdigit() else value or None


def test_schema_accepts_examples():
    try:
        import jsonschema
        import yaml
    except ImportError:
        return skip("the Python modules jsonschema and yaml")
    with Folder() as folder:
        schema = json.loads(folder.run("schema").stdout)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    for path in sorted((ROOT / "topologies").glob("*.yaml")):
        document = as_yaml_1_2(yaml.load(path.read_text(), Loader=yaml.BaseLoader))
        if "network" not in document:
            continue
        faults = [error.message for error in validator.iter_errors(document)]
        assert not faults, f"{path.name}: {faults[0]}"
    assert list(validator.iter_errors({"network": {"name": "lab", "adresses": []}}))
    for name, address in (("gpu[01-64]", "10.1.2.[11-74]"), ("r[1-2]n[01-02]-ib", "fd00::[1-4]"),
                          ("gpu[1,3-4],login", "gpu[1,3-4].example.org,login.example.org")):
        assert not list(validator.iter_errors(servers(name, address))), name
    for name, address in (("gpu[01-64", "10.1.2.1"), ("gpu1]", "10.1.2.1"), ("gpu[]", "10.1.2.1"),
                          ("gpu[1-[2]]", "10.1.2.1"), ("gpu[1,,2]", "10.1.2.1"),
                          ("gpu[a-c]", "10.1.2.1"), ("Gpu[1-2]", "10.1.2.1"),
                          ("gpu[1-2],", "10.1.2.1"), ("gpu1,gpu2", "10.1.2.1"),
                          ("gpu[1-2]", "10.1.2.[1-2"), ("gpu[1-2]", "10.1.2.[1-2],"),
                          ("gpu[1-2]", "10.1.2.1,10.1.2.2")):
        assert list(validator.iter_errors(servers(name, address))), (name, address)
    assert list(validator.iter_errors({"sites": {"lab[1-2]": {"nat": "none"}}}))
    return None


def servers(name, address):
    return {"servers": {name: {"at": {"campus": address}}}}


def test_init():
    with Folder() as folder:
        expect(folder.run("init"), 0, r"^wrote topology\.yaml$")
        result = folder.run("check", "topology.yaml")
        expect(result, 1, None, r"\[key-missing\]")
        rules = set(re.findall(r"\[([a-z-]+)\]$", result.stderr, re.M))
        assert rules == {"key-missing"}, rules
        expect(folder.run("init"), 2, None, "'topology.yaml' exists already")
        expect(folder.run("init", "no/such.yaml"), 2, None, "'no/such.yaml'.*folder")

        # Done as told, it compiles.
        (folder.path / "keyfile").write_bytes(bytes(range(32)))
        expect(folder.run("key", "gen", "--key-file", "keyfile"), 0, "^made 4 keys$")
        expect(folder.run("check", "topology.yaml"), 0, "no findings")
        expect(folder.run("compile", "topology.yaml", "-o", "out"), 0, "written")


def test_full_device():
    with Folder() as folder, open("/dev/full", "w", encoding="ascii") as full:
        for call in (["check", "good.yaml"], ["schema"], ["help"], ["--version"],
                     ["compile", "good.yaml", "-o", "out"], ["explain", "--rule", "bad-name"],
                     ["explain", "good.yaml", "gw", "gpu01"], ["init", "new.yaml"]):
            expect(folder.run(*call, stdout=full), 2, None, "cannot write to standard output")


def test_broken_pipe():
    with Folder() as folder:
        reading, writing = os.pipe()
        os.close(reading)
        status = folder.run("schema", stdout=writing).returncode
        os.close(writing)
        assert status in (2, -signal.SIGPIPE), status


COLOUR = "\x1b["


def test_colour():
    with Folder() as folder:
        call = ["check", "bad.yaml"]
        assert COLOUR in folder.run_on_terminal(*call, TERM="xterm")
        assert COLOUR in folder.run_on_terminal(*call, TERM="xterm", NO_COLOR="")
        assert COLOUR not in folder.run_on_terminal(*call, TERM="xterm", NO_COLOR="1")
        assert COLOUR not in folder.run_on_terminal(*call, TERM="dumb")
        assert COLOUR not in folder.run_on_terminal(*call)
        assert COLOUR not in folder.run_on_terminal(*call, "--color=never", TERM="xterm")
        assert COLOUR in folder.run_on_terminal(*call, "--color=always", TERM="xterm", NO_COLOR="1")
        assert COLOUR in folder.run(*call, "--color", "always").stderr
        assert COLOUR not in folder.run(*call, TERM="xterm").stderr


def test_help_mentions_every_option():
    for verb in verbs():
        with Folder() as folder:
            text = folder.run("help", *verb).stdout
        synopsis, rest = text.split("\n\n", 1)
        in_table = set(re.findall(r"^  (?:-\w, )?--([a-z-]+)", rest, re.M))
        in_synopsis = set(re.findall(r"--([a-z-]+)", synopsis))
        assert "help" in in_table, verb
        assert in_synopsis <= in_table, (verb, in_synopsis - in_table)
        for option in in_table - {"help"}:
            page = (DOCS / "wgtopo.1").read_text()
            assert f"Fl -{option}" in page, f"{verb} --{option} is not in the man page"
        assert max(map(len, text.splitlines())) <= 80, verb


def test_keys_are_never_shown():
    """A malformed key could be a private one, or a public one with a slip; neither is echoed."""
    secret = "eK9dV0vQx7Yb2Lr5Tn8Wc3Zf6Hj1Mp4Sq7Ug0Xk3Ya8"
    values = [secret, secret + "=", secret + "==", secret[:-3], secret + "aa", f"[{secret}=]",
              f"{{ key: {secret}= }}", secret + "= x"]
    with Folder() as folder:
        for value in values:
            for text in (f'"{value}"' if value[0] not in "[{" else value, value):
                (folder.path / "key.yaml").write_text(GOOD.replace(f'"{KEYS[1]}"', text))
                for form in ("text", "json", "sarif", "github", "gitlab"):
                    result = folder.run("check", "key.yaml", "--format", form)
                    output = result.stdout + result.stderr
                    shown = [part for part in (secret[:12], secret[16:28]) if part in output]
                    # The shape of the first value may be right by chance; then nothing is said.
                    assert not shown, f"{value!r} as {text!r} is shown: {output}"


def complete(folder, *words):
    """What bash offers for the last of the words."""
    script = f"""
source {DOCS}/completion.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_wgtopo
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    result = subprocess.run(["bash", "-u", "-c", script, "bash", str(shared.program), *words],
                            cwd=folder.path, capture_output=True, text=True, timeout=60,
                            check=False)
    assert result.stderr == "", result.stderr
    return set(result.stdout.split())


def test_completion():
    with Folder() as folder:
        (folder.path / "sub").mkdir()
        (folder.path / "notes.txt").write_text("")
        assert complete(folder, "") == {*(verb[0] for verb in verbs()), "--help", "--version"}
        assert complete(folder, "ch") == {"check"}
        seconds = {verb[1] for verb in verbs() if verb[0] == "user"}
        assert complete(folder, "user", "") == {*seconds, "--help"}
        assert complete(folder, "user", "re") == {"revoke"}
        assert complete(folder, "user", "show", "-t", "good.yaml", "al") == {"alice/laptop"}
        assert complete(folder, "check", "--f") == {"--format"}
        assert complete(folder, "compile", "--fo") == {"--format", "--formats", "--force"}
        formats = {"text", "json", "junit", "sarif", "github", "gitlab", "names"}
        assert complete(folder, "check", "--format", "") == formats
        assert complete(folder, "check", "--format", "=", "j") == {"json", "junit"}
        assert complete(folder, "check", "--format", "=") == formats
        assert complete(folder, "check", "") == {"good.yaml", "bad.yaml", "doubtful.yaml", "sub"}
        assert complete(folder, "check", "--strict", "g") == {"good.yaml"}
        assert complete(folder, "compile", "good.yaml", "-o", "") == {"sub"}
        assert "hosts,wg-quick" in complete(folder, "compile", "--formats", "hosts,w")
        assert complete(folder, "help", "e") == {"explain"}
        assert complete(folder, "explain", "good.yaml", "g") == {"gw", "gpu01"}
        assert complete(folder, "explain", "good.yaml", "gw", "al") == {"alice/laptop"}
        assert complete(folder, "compile", "good.yaml", "--host", "gp") == {"gpu01"}
        for verb in verbs():
            with Folder() as other:
                text = other.run("help", *verb).stdout
            options = set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", text, re.M))
            assert options <= complete(folder, *verb, "-"), verb


def test_completion_knows_the_formats():
    rows = re.findall(r"^  '(\w+)',$", (ROOT / "compiler/emit/meson.build").read_text(), re.M)
    formats = {row.replace("_", "-") for row in rows}
    with Folder() as folder:
        assert complete(folder, "compile", "--formats", "") == formats, formats


def test_completion_script_is_clean():
    if not shutil.which("shellcheck"):
        return skip("shellcheck")
    result = subprocess.run(["shellcheck", DOCS / "completion.bash"], capture_output=True,
                            text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout
    return None


def test_man_pages_are_clean():
    if not shutil.which("mandoc"):
        return skip("mandoc")
    for name in ("wgtopo.1", "wgtopo-topology.5"):
        result = subprocess.run(["mandoc", "-Tlint", "-Wwarning", DOCS / name],
                                capture_output=True, text=True, timeout=60, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
    return None


def test_generated_files_are_fresh():
    with Folder() as folder:
        for name, call in GENERATED.items():
            result = folder.run(*call)
            assert result.returncode == 0, result.stderr
            path = DOCS / name
            assert path.exists() and path.read_text(encoding="utf-8") == result.stdout, \
                f"docs/{name} is stale: tests/cli/run.py build/wgtopo --update"


def update():
    with Folder() as folder:
        for name, call in GENERATED.items():
            (DOCS / name).write_text(folder.run(*call).stdout, encoding="utf-8")


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--update"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    shared.program = pathlib.Path(arguments[0]).resolve()
    if "--update" in sys.argv:
        if os.environ.get("CI"):
            sys.exit("run.py: --update is for people who look at the diff, not for CI")
        update()

    return shared.run_tests(globals())


if __name__ == "__main__":
    sys.exit(main())
