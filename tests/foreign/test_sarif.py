#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Gives the SARIF of `check` to Microsoft's validator, and to TypeScript with SARIF's types.

    tests/foreign/test_sarif.py PROGRAM

Of all topologies of tests/diag and all examples, in one log, because the validator takes longer to
start than to read. It exits with 0 whatever it finds, and it does not look at words like `level`,
which the types do. Then the log is held against the JSON of the same topologies.
"""

import copy
import functools
import json
import re
import tempfile
import urllib.parse
from pathlib import Path

import consumers
from consumers import NODE

VALIDATOR = NODE / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
# Notes on style that have no answer: the program has no home page.
IGNORED = {"SARIF2005"}


@functools.cache
def logs(program):
    """By input: its SARIF and its diagnostics."""
    return {
        name: (json.loads(consumers.check(program, path, "sarif")),
               consumers.diagnostics(program, path))
        for name, path in consumers.inputs()
    }  # fmt: skip


def all_in_one(program):
    found = [log for log, _ in logs(program).values()]
    one = copy.deepcopy(found[0])
    one["runs"][0]["results"] = [result for log in found for result in log["runs"][0]["results"]]
    for log in found:
        assert log | {"runs": [log["runs"][0] | {"results": []}]} == \
            one | {"runs": [one["runs"][0] | {"results": []}]}, "runs differ in more than results"
    assert len(one["runs"][0]["results"]) > 200, "there is little to look at"
    return one


def complaints(log):
    """What the validator says: pairs of severity and rule."""
    VALIDATOR.chmod(VALIDATOR.stat().st_mode | 0o100)  # which an install script would do
    with tempfile.TemporaryDirectory(prefix="wgtopo-sarif-") as folder:
        path = Path(folder) / "log.sarif"
        path.write_text(json.dumps(log), encoding="utf-8")
        done = consumers.call(VALIDATOR, "validate", path,
                              DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1")
        assert "Done. 1 files scanned." in done.stdout, done.stdout + done.stderr
        return set(re.findall(r": (error|warning|note) ([A-Z]+\d+): (.*)", done.stdout))


def type_errors(log):
    with tempfile.TemporaryDirectory(prefix="wgtopo-sarif-") as folder:
        path = Path(folder) / "log.ts"
        path.write_text(f'const log: import("sarif").Log = {json.dumps(log)};\n', encoding="utf-8")
        done = consumers.call(NODE / ".bin" / "tsc", "--noEmit", "--strict", "--types", "sarif",
                              "--typeRoots", NODE / "@types", path)  # fmt: skip
        assert bool(done.returncode) == ("error TS" in done.stdout), done.stdout + done.stderr
        return done.stdout


def spoilt(log, *keys, value):
    log = copy.deepcopy(log)
    at = log["runs"][0]
    for key in keys[:-1]:
        at = at[key]
    at[keys[-1]] = value
    return log


def test_validator(program):
    found = {each for each in complaints(all_in_one(program)) if each[1] not in IGNORED}
    assert not found, found


def test_validator_finds_faults(program):
    log = all_in_one(program)
    place = ("results", 0, "locations", 0, "physicalLocation")
    bad = spoilt(log, *place, "region", "startLine", value=0)
    bad = spoilt(bad, *place, "artifactLocation", "uri", value="a b")
    bad = spoilt(bad, "results", 1, "ruleIndex", value=999)
    errors = {rule for severity, rule, _ in complaints(bad) if severity == "error"}
    assert errors >= {"JSON1008", "SARIF1002", "SARIF1009"}, errors


def test_types(program):
    errors = type_errors(all_in_one(program))
    assert not errors, errors[:2000]


def test_types_find_faults(program):
    log = all_in_one(program)
    assert "TS2322" in type_errors(spoilt(log, "results", 0, "level", value="fatal"))
    assert "TS2353" in type_errors(spoilt(log, "results", 0, "colour", value="x"))


def place_of(location):
    physical = location["physicalLocation"]
    region = physical["region"]
    return (urllib.parse.unquote(physical["artifactLocation"]["uri"]), region["startLine"],
            region["startColumn"], region["endLine"], region["endColumn"])  # fmt: skip


def as_sarif(each):
    """A diagnostic of the JSON, as SARIF should have it."""
    folder = each["file"].rpartition("/")[0]
    parts = ("line", "column", "end_line", "end_column")
    related = [(f"{folder}/{other['file']}", *(other[part] for part in parts), other["message"])
               for other in each["related"] if other["file"] is not None]  # fmt: skip
    return (each["rule"], each["severity"], consumers.message(each),
            (each["file"], *(each[part] for part in parts)), related)  # fmt: skip


def of_sarif(result, rules):
    related = [(*place_of(each), each["message"]["text"])
               for each in result.get("relatedLocations", [])]  # fmt: skip
    return (rules[result["ruleIndex"]]["id"], result["level"], result["message"]["text"],
            place_of(result["locations"][0]), related)  # fmt: skip


def test_log_says_what_the_json_says(program):
    for name, (log, diagnostics) in logs(program).items():
        run = log["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        found = [of_sarif(result, rules) for result in run["results"]]
        assert found == [as_sarif(each) for each in diagnostics], f"{name}: {found}"
        assert all(result["ruleId"] == rules[result["ruleIndex"]]["id"] for result in run["results"])


def test_fingerprints_are_unique(program):
    for name, (log, _) in logs(program).items():
        prints = [each["partialFingerprints"]["primaryLocationLineHash"]
                  for each in log["runs"][0]["results"]]  # fmt: skip
        assert len(set(prints)) == len(prints), name


if __name__ == "__main__":
    consumers.run(globals(), ("@microsoft/sarif-multitool-linux", "typescript", "@types/sarif"),
                  __doc__)  # fmt: skip
