#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Reads GitLab's reports by their schema, and GitHub's annotations by the rules of its runner.

    tests/foreign/test_annotations.py PROGRAM

Of all topologies of tests/diag and all examples; and holds both against the JSON of the same.
"""

import functools
import json
import tempfile
from pathlib import Path

import consumers
from consumers import NODE, ROOT

SCHEMA = ROOT / "tests" / "foreign" / "code_quality.schema.json"
SEVERITIES = {"error": "critical", "warning": "minor"}


@functools.cache
def outputs(program, form):
    """By input: what is said in that form, and its diagnostics."""
    return {name: (consumers.check(program, path, form), consumers.diagnostics(program, path))
            for name, path in consumers.inputs()}  # fmt: skip


# GitLab.


def invalid(reports):
    """Which of the reports, by name, the schema refuses."""
    with tempfile.TemporaryDirectory(prefix="wgtopo-quality-") as folder:
        for name, report in reports.items():
            (Path(folder) / f"{name}.json").write_text(report, encoding="utf-8")
        done = consumers.call(NODE / ".bin" / "ajv", "validate", "--spec=draft2020",
                              "-s", SCHEMA, "-d", f"{folder}/*.json")  # fmt: skip
        lines = (done.stdout + done.stderr).splitlines()
        names = {kind: {Path(line.removesuffix(f" {kind}")).stem
                        for line in lines if line.endswith(f".json {kind}")}
                 for kind in ("valid", "invalid")}  # fmt: skip
        assert names["valid"] | names["invalid"] == set(reports), lines[:5]
        return names["invalid"]


def test_reports_are_valid(program):
    reports = {name: text for name, (text, _) in outputs(program, "gitlab").items()}
    assert len(reports) > 150 and not invalid(reports), invalid(reports)


def test_schema_refuses_faults(program):
    good = json.loads(outputs(program, "gitlab")["key-missing"][0])[0]
    bad = {
        "good": good,
        "dot": good | {"location": good["location"] | {"path": "./lab.yaml"}},
        "dots": good | {"location": good["location"] | {"path": "a/../lab.yaml"}},
        "absolute": good | {"location": good["location"] | {"path": "/lab.yaml"}},
        "line": good | {"location": good["location"] | {"lines": {"begin": 0}}},
        "severity": good | {"severity": "error"},
        "missing": {key: value for key, value in good.items() if key != "fingerprint"},
    }
    refused = invalid({name: json.dumps([issue]) for name, issue in bad.items()})
    assert refused == bad.keys() - {"good"}, refused


def test_reports_say_what_the_json_says(program):
    for name, (text, diagnostics) in outputs(program, "gitlab").items():
        found = json.loads(text)
        prints = [each.pop("fingerprint") for each in found]
        assert len(set(prints)) == len(prints), name
        expected = [{
            "description": consumers.message(each), "check_name": each["rule"],
            "severity": SEVERITIES[each["severity"]],
            "location": {"path": each["file"], "lines": {"begin": each["line"]}},
        } for each in diagnostics]  # fmt: skip
        assert found == expected, f"{name}: {found}"


# GitHub. As ActionCommand.TryParseV2 and the issue commands of actions/runner do it.


def unescape(value, escapes):
    for escaped, plain in escapes:
        value = value.replace(escaped, plain)
    return value


DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


def parse(line):
    """The command, its properties, and its data; or None where the runner sees plain output."""
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    information, _, data = line[2:].partition("::")
    command, _, rest = information.partition(" ")
    properties = {}
    for part in filter(None, rest.strip().split(",")):
        name, equals, value = part.partition("=")
        if equals and name and value:
            properties[name] = unescape(value, PROPERTY)
    return command, properties, unescape(data, DATA)


def faults_of_places(properties):
    """What the runner would drop, with a warning."""
    line, end_line, column, end_column = (
        int(properties[key]) if key in properties else None
        for key in ("line", "endLine", "col", "endColumn"))  # fmt: skip
    if end_line < line:
        yield "ends before it begins"
    if column is not None and (line != end_line or end_column < column):
        yield "has columns of several lines"


def test_annotations_say_what_the_json_says(program):
    n_annotations = 0
    for name, (text, diagnostics) in outputs(program, "github").items():
        expected = []
        for each in sorted(diagnostics, key=lambda each: each["severity"]):
            folder = each["file"].rpartition("/")[0]
            related = [f"{folder}/{other['file']}:{other['line']}:{other['column']}: "
                       f"{other['message']}" for other in each["related"]]  # fmt: skip
            places = {"file": each["file"], "line": each["line"], "endLine": each["end_line"]}
            if each["line"] == each["end_line"]:
                places |= {"col": each["column"], "endColumn": each["end_column"]}
            places["title"] = each["rule"]
            expected.append((each["severity"],
                             {key: str(value) for key, value in places.items()},
                             "\n".join([consumers.message(each), *related])))  # fmt: skip
        found = [parse(line) for line in text.splitlines()]
        assert found == expected, f"{name}: {found}"
        for _, properties, _ in found:
            assert not list(faults_of_places(properties)), f"{name}: {properties}"
        n_annotations += len(found)
    assert n_annotations > 200, "there is little to look at"


if __name__ == "__main__":
    consumers.run(globals(), ("ajv-cli", "ajv-formats"), __doc__)
