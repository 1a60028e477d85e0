#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The layout of random documents against what another YAML reader makes of them.

    test_fmt.py --driver build/tests/property/fmt_driver --program build/wgtopo [--count N] [--seed N]

For every document, written in all styles that YAML has and with comments everywhere: laid out, it
reads as before, has the same comments in the same order, is laid out the same again, and keeps the
promises about white space. Every topology in the repository is laid out too, and the program finds
the same in it as before. Documents that are cut up at random must not harm anybody. And the check
on what was made is tried: something that is not the same has to be told apart.
"""

import argparse
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

from test_edit import BREAKS, comments_of, compose, cut_up, is_good
from yaml_scribe import Scribe

ROOT = pathlib.Path(__file__).resolve().parents[2]
OK, REFUSED, UNFAITHFUL = 0, 1, 2
FOLDERS = ("topologies/*.yaml", "cli/*.yaml", "tests/diag/*/topology.yaml", "tests/diag/*/*.yaml")
MOST_COMPLAINTS = 5
MOST_REFUSED = 0.1
# What the scribe does not write.
MORE = (
    "a: |2\n    text\n   more\nb: 1\n",
    "a: >4-\n      text\n\n     more\n\n\nb: 1\n",
    "a:\n    - |+1\n        x\n\n\n# c1;\nb: 1\n",
    "a: \"x\\ \n\n  y \\\n   z\\\\  \n  \\ w\"\n",
    "a: {? 'b' : [? c : d, e: , f: {g: }], ? h}\n",
    "- a\n", "word\n", "--- # c1;\n\n\na: 1\n\n\n...\n\n# c2;\n\n",
    "a: 1 # c1;\n     # c2;\n  # c3;\nb: 2\n", "名名: 1 # c1;\n        # c2;\nb: 2 # c3;\n",
    "a: " + "{ k: [" + ", ".join(f"word{n}" for n in range(60)) + "], l: { m: 1 }, n } # c1;\nb: 1\n",
    "a: [" + ", ".join(f"'word {n}'" for n in range(60)) + "] # c1;\n",
    "a:\n- { b: '" + "x" * 150 + "', c: 1 } # c1;\n- [" + "y, " * 70 + "z]\n-\n- - - - 1\n",
    "? " + "long" * 300 + "\n: 1\n", "? |\n  a\n: 1\n", "? 'a\n  b'\n: 1\n",
    "# c1;\n\n\n   # c2;\na: 1", "", "\n\n", "# c1;", "{}", "a:\n  # c1;\n# c2;\n\n\n  # c3;\nb: 1\n",
    "a: [b: 1, ? c]\n", "a: {-}\nb: [{c: -}, -]\n", "a: 'b'#c\n", "a: {b: 'x'#c1;\n}\n",
)


def ask(driver, texts):
    """What the driver makes of each text: result, findings, text."""
    request = "".join("x" + text.encode().hex() + "\n" for text in texts)
    done = subprocess.run([driver], input=request, capture_output=True, text=True, check=False)
    answers = [line.split() for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(answers) != len(texts):
        print(f"FAILED: the driver ended with {done.returncode}: {done.stderr[-3000:]}")
        print(f"near {texts[min(len(answers), len(texts) - 1)]!r}")
        sys.exit(1)
    return [(int(a), int(b), bytes.fromhex(made[1:]).decode()) for a, b, made in answers]


def scalars(node):
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif node is not None:
        for child in node.value:
            for part in child if isinstance(child, tuple) else (child,):
                yield from scalars(part)


def said(node):
    """What a document says, down to the type that each scalar has for PyYAML."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return node and (node.tag, node.value)
    return [tuple(map(said, child)) if isinstance(child, tuple) else said(child)
            for child in node.value] + [node.tag]


def is_text(text):
    """The numbers of lines whose white space is a scalar's, or only looks like ours."""
    lines = set()
    for node in scalars(compose(text)):
        lines |= set(range(node.start_mark.line, node.end_mark.line + 1))
        if node.start_mark.line == node.end_mark.line and node.style not in ("|", ">"):
            lines.discard(node.start_mark.line)
    return lines


def crowded(text):
    """Sections without a blank line between them, or between them and the comments above."""
    root = compose(text)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return
    lines = text.split("\n")
    for key, _ in root.value[1:]:
        number = key.start_mark.line - 1
        while lines[number].startswith("#"):
            number -= 1
        if lines[number] != "" and number not in is_text(text):
            yield f"line {key.start_mark.line + 1} stands too close to the section before it"


def promises(text):
    """What of docs/fmt.md the text does not keep."""
    if not text:
        return
    lines = text.split("\n")
    exempt = is_text(text)
    if lines[-1] != "":
        yield "no line break at its end"
    if BREAKS.sub("\n", text) != text:
        yield "other line breaks than LF"
    yield from crowded(text)
    if lines[0].startswith(" "):
        yield "the first line is indented"
    for number, line in enumerate(lines[:-1]):
        if number in exempt:
            continue
        if line != line.rstrip():
            yield f"line {number + 1} ends in white space"
        if re.search(r"^ *\t|:\t|\t#", re.sub("#.*", "#", line)) and not re.search("['\"]", line):
            yield f"line {number + 1} has a tab"
        if (len(line) - len(line.lstrip(" "))) % 2 and not line.lstrip().startswith("#"):
            yield f"line {number + 1} is indented by an odd number"
        if line == "" and (number == 0 or lines[number - 1] == "") and number - 1 not in exempt:
            yield f"line {number + 1} is one blank line too many"


def check(text, answer, again):
    """Complaints about one good document."""
    result, _, made = answer
    if result != OK:
        yield f"result {result}"
        return
    try:
        if said(compose(made)) != said(compose(text)):
            yield f"reads as {said(compose(made))}\ninstead of {said(compose(text))}"
    except yaml.YAMLError as error:
        yield f"cannot be read: {error}"
        return
    if comments_of(made) != comments_of(text):
        yield f"comments {comments_of(made)}\ninstead of {comments_of(text)}"
    if again != (OK, 0, made):
        yield f"laid out again, it is\n{again[2]}"
    yield from promises(made)


def check_all(driver, texts):
    answers = ask(driver, texts)
    agains = ask(driver, [made for _, _, made in answers])
    n_failed = 0
    for text, answer, again in zip(texts, answers, agains):
        complaints = list(check(text, answer, again))
        n_failed += bool(complaints)
        if complaints and n_failed <= MOST_COMPLAINTS:
            print("FAILED: " + "\n".join(complaints))
            print(f"--- before\n{text}\n--- after\n{answer[2]}\n---\n{text!r}")
    return n_failed


def try_random(driver, rng, count):
    texts = [text for text in (Scribe(rng).document() for _ in range(count)) if is_good(text)]
    texts += [text for text in MORE if is_good(text)]
    answers = ask(driver, texts)
    good = [text for text, (result, n_findings, _) in zip(texts, answers)
            if result != REFUSED or n_findings == 0]
    n_failed = check_all(driver, good)
    print(f"{len(good)} of {len(texts)} documents are good")
    if len(good) < len(texts) * (1 - MOST_REFUSED) or len(texts) < count * 0.6:
        print("FAILED: too few were tried")
        n_failed += 1
    pieces = [cut_up(rng, text) for text in texts]
    answers = ask(driver, pieces)
    # A carriage return alone ends a line, but not for our own look for tabs.
    whole = [text for text, (result, n_findings, _) in zip(pieces, answers)
             if (result, n_findings) != (REFUSED, 1) and result != REFUSED and is_good(text)
             and not re.search("\r(?!\n)", text)]
    n_failed += check_all(driver, whole)
    n_failed += sum(result == UNFAITHFUL for result, _, _ in answers)
    print(f"{len(whole)} of {len(pieces)} pieces are good")
    return len(good) + len(whole), n_failed


# ---- the repository's own topologies

def findings(program, folder, name):
    """What is found, apart from where: rules, messages, fixes."""
    done = subprocess.run([program, "check", name, "--format", "json", "--as-of", "2026-01-01"],
                          cwd=folder, capture_output=True, text=True, check=False)
    try:
        document = json.loads(done.stdout)
    except json.JSONDecodeError:
        return done.returncode, done.stderr
    text = json.dumps(strip(document))
    return done.returncode, text


def strip(value):
    """Without places in the source."""
    if isinstance(value, dict):
        return {key: strip(part) for key, part in value.items()
                if key not in ("line", "column", "end_line", "end_column", "offset", "length",
                               "begin", "end", "snippet", "source")}
    if isinstance(value, list):
        return sorted((strip(part) for part in value), key=json.dumps)
    return value


def try_topologies(driver, program):
    paths = sorted({path for pattern in FOLDERS for path in ROOT.glob(pattern)})
    n_passed = n_failed = 0
    for path in paths:
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue
        result, _, made = ask(driver, [text])[0]
        if result == REFUSED:
            continue
        complaints = list(check(text, (result, 0, made), ask(driver, [made])[0]))
        with tempfile.TemporaryDirectory(prefix="wgtopo-fmt-") as name:
            folder = pathlib.Path(name) / "case"
            shutil.copytree(path.parent, folder)
            before = findings(program, folder, path.name)
            (folder / path.name).write_text(made)
            if findings(program, folder, path.name) != before:
                complaints.append(f"finds\n{findings(program, folder, path.name)}\nnot\n{before}")
        if complaints:
            print(f"FAILED: {path}: " + "\n".join(complaints))
        n_failed += bool(complaints)
        n_passed += not complaints
    if n_passed < 100:
        print("FAILED: too few topologies were found")
        n_failed += 1
    return n_passed, n_failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--driver", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20240229)
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    n_tried, n_failed = try_random(options.driver, random.Random(options.seed), options.count)
    n_passed, n_failed_too = try_topologies(options.driver, program)
    n_failed += n_failed_too
    print(f"{n_tried + n_passed - n_failed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
