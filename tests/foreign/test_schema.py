#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Gives the JSON Schema of the language to ajv, and topologies to the schema.

    tests/foreign/test_schema.py PROGRAM

ajv has to compile it in its strict mode. What the program can load, the schema must take: all
examples and all of tests/diag whose faults are in what the topology means. What it refuses for its
words alone, the schema must refuse too, so that an editor shows it while it is written.
"""

import re
import tempfile
from pathlib import Path

import consumers
from consumers import NODE, ROOT

# Of the rules of the passes parse and model, those that a schema can know.
WORDS = ("unknown-key", "wrong-type")
# Later passes, whose faults no schema can see: what is behind "resolve" in rules.def.
RULES = (ROOT / "base" / "diag" / "rules.def").read_text(encoding="utf-8")
OF_MEANING = set(re.findall(r'^RULE\(\w+, "([a-z-]+)"', RULES.partition("/* resolve */")[2], re.M))
OF_MEANING.remove("key-invalid")  # which is of the form of a key, too
GOOD = "network: { name: lab, addresses: [10.20.0.0/24] }\nservers: { a: { at: { internet: 203.0.113.1 } } }\n"
BAD = {
    "misspelled": GOOD.replace("addresses", "adresses"),
    "missing": GOOD.replace("name: lab, ", ""),
    "kind": GOOD.replace("[10.20.0.0/24]", "{ a: b }"),
    "number": GOOD.replace("name: lab", "name: lab, listen_port: 70000"),
    "word": GOOD + "sites: { s: { nat: magic } }\n",
    "section": GOOD + "server: {}\n",
}


def ajv(program, *arguments):
    with tempfile.TemporaryDirectory(prefix="wgtopo-schema-") as folder:
        schema = Path(folder) / "topology.schema.json"
        schema.write_text(consumers.call(program, "schema").stdout, encoding="utf-8")
        return consumers.call(NODE / ".bin" / "ajv", arguments[0], "--spec=draft2020", "--strict=true",
                              "-c", "ajv-formats", "-s", schema, *arguments[1:],
                              NODE_PATH=NODE)  # fmt: skip


def judge(program, topologies):
    """Which of the topologies, paths by name, the schema takes, and what is said of the others."""
    with tempfile.TemporaryDirectory(prefix="wgtopo-schema-") as folder:
        for name, text in topologies.items():
            (Path(folder) / f"{name}.yaml").write_text(text, encoding="utf-8")
        done = ajv(program, "validate", "--all-errors", "--errors=text", "-d", f"{folder}/*.yaml")
        lines = (done.stdout + done.stderr).splitlines()
        found = {kind: {Path(line.removesuffix(f" {kind}")).stem
                        for line in lines if line.endswith(f".yaml {kind}")}
                 for kind in ("valid", "invalid")}  # fmt: skip
        assert found["valid"] | found["invalid"] == set(topologies), lines[:9]
        return found["valid"], "\n".join(lines)


def test_schema_compiles(program):
    done = ajv(program, "compile")
    assert done.returncode == 0 and "is valid" in done.stdout, done.stdout + done.stderr


def test_examples_are_valid(program):
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "topologies").glob("*.yaml")}
    valid, said = judge(program, texts)
    assert len(texts) > 5 and valid == texts.keys(), said


def test_broken_ones_are_not(program):
    valid, said = judge(program, BAD | {"good": GOOD})
    assert valid == {"good"}, f"taken: {valid}; {said}"
    assert "must NOT have additional properties" in said and "must be" in said, said


def test_schema_agrees_with_the_loader(program):
    taken, refused = {}, {}
    for name, path in consumers.inputs():
        found = consumers.diagnostics(program, path)
        rules = {each["rule"] for each in found}
        own = {each["rule"] for each in found if each["file"].endswith(f"/{path.name}")}
        # Text that YAML itself forbids, or reads otherwise, is not for a schema to judge.
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if rules <= OF_MEANING:
            taken[name] = text
        elif own & set(WORDS):
            refused[name] = text
    assert len(taken) > 80 and len(refused) >= 5, (len(taken), len(refused))
    valid, _ = judge(program, taken | refused)
    assert valid == taken.keys(), f"{valid ^ taken.keys()}"


if __name__ == "__main__":
    consumers.run(globals(), ("ajv-cli", "ajv-formats"), __doc__)
