#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Edits of random documents against what another YAML reader makes of them.

    test_edit.py --driver build/tests/property/edit_driver [--count N] [--seed N]

For every document, written in all styles that YAML has and with comments everywhere, and every
edit: the result reads as the document with that entry put or removed, in the order that was; only
lines of the edit's own changed; no comment is lost but those of what was removed or replaced;
putting and removing gives back the same bytes; our own parser has no complaint. Documents that are
cut up at random must not harm anybody.
"""

import argparse
import random
import re
import subprocess
import sys

import yaml

from yaml_scribe import Scribe

OK, NOT_A_MAPPING, ABSENT, LAYOUT = 0, 1, 2, 3
VALUES = ("1", "x", "{}", "[]", "{ public_key: \"a+b/c=\" }", "[a, 'b, c', {d: e}]", "'it''s # no'",
          "{ devices: { laptop: {} } }", "10.77.0.9", "~")
NEW_KEYS = ("new", "zoë", "yes", "1.5", "2027-06-30", "a b", "a: b", "gpu[01-64]", "", "#x", "it's",
            "10.0.0.1", "null", "a,b", "-", "fd00::1", "tab\there", "q\"uote", "名", "\u00a0", "0x1f",
            "12:30")
MOST_COMPLAINTS = 5
MOST_REFUSED = 0.35
BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Loader(yaml.SafeLoader):
    """The safe loader, which takes the last of two equal keys, but refusing them."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if any(not isinstance(key, str) for key in keys) or len(keys) != len(set(keys)):
            raise yaml.YAMLError("a repeated key, or none that is text")
        return super().construct_mapping(node, deep)


def load(text):
    return yaml.load(without_tabs(text), Loader)


def compose(text):
    return yaml.compose(without_tabs(text))


def without_tabs(text):
    """PyYAML takes no tabs as blanks, and there are none in what the documents say."""
    return text.replace("\t", " ")


def same(a, b):
    """Equal, with mappings in the same order."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


# ---- what an edit has to give

def intend_put(model, path, value):
    """The model with the value put, or None for a path that leads through something else."""
    if model is None:
        model = {}
    if not isinstance(model, dict):
        return None
    made = dict(model)
    if len(path) == 1:
        made[path[0]] = value
        return made
    inner = intend_put(model.get(path[0]), path[1:], value)
    if inner is None:
        return None
    made[path[0]] = inner
    return made


def intend_remove(model, path):
    """The result and the model without the entry."""
    if model is None:
        return ABSENT, None
    if not isinstance(model, dict):
        return NOT_A_MAPPING, None
    if path[0] not in model:
        return ABSENT, None
    made = dict(model)
    if len(path) == 1:
        del made[path[0]]
        return OK, made
    result, made[path[0]] = intend_remove(model[path[0]], path[1:])
    return result, made


def follow(node, path):
    """The mapping nodes and their entries along the path, as far as there are some."""
    found = []
    for name in path:
        if not isinstance(node, yaml.MappingNode):
            break
        entry = next((pair for pair in node.value if pair[0].value == name), None)
        found.append((node, entry))
        if entry is None:
            break
        node = entry[1]
    return found


# ---- lines and comments

def line_starts(text):
    return [0] + [match.end() for match in BREAKS.finditer(text)]


def split_lines(text):
    starts = line_starts(text) + [len(text)]
    return [text[a:b] for a, b in zip(starts, starts[1:])]


def line_of(starts, offset):
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return low


def end_of(text, node, key_end=0):
    """Where a value ends, without the comments and blank lines that marks of blocks take in."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        if isinstance(node, yaml.MappingNode):
            key_end, node = last[0].end_mark.index, last[1]
        else:
            ahead = text[:last.start_mark.index]
            key_end, node = len(re.sub(r"-(\s|#.*)*\Z", "-", ahead)), last
    begin, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode):
        if begin == end:  # absent: the mark is that of what follows, however far away
            return key_end + len(re.match("[ \t]*:?", text[key_end:]).group())
        return max(begin, len(text[:end].rstrip()))
    return end


def end_of_entry(text, entry):
    return end_of(text, entry[1], entry[0].end_mark.index)


def comments_of(text):
    return re.findall(r"# c\d+;", text)


def changed_lines(before, after):
    """The numbers of the lines of `before` that are not in `after`."""
    old, new = split_lines(before), split_lines(after)
    if not (BREAKS.search(before[-1:]) and BREAKS.search(after[-1:])):  # whose last one may move
        old, new = ([BREAKS.sub("", line) for line in lines] for lines in (old, new))
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    return [n for n in range(first, len(old) - last) if old[n].strip()]


# ---- checks

class Case:
    def __init__(self, kind, text, path, value):
        self.kind, self.text, self.path, self.value = kind, text, path, value
        self.result = 0
        self.after = None
        self.n_findings = self.n_findings_after = 0

    def request(self):
        words = [self.text] + ([self.value] if self.kind == "put" else []) + self.path
        return " ".join([self.kind] + ["x" + word.encode().hex() for word in words])

    def take(self, answer):
        words = answer.split()
        self.result, self.n_findings, self.n_findings_after = map(int, words[:3])
        raw = self.text.encode()
        begin, end = map(int, words[3:5])
        after = bytes.fromhex(words[5][1:])
        if self.result == OK and not (after.startswith(raw[:begin]) and after.endswith(raw[end:])):
            raise AssertionError("bytes outside of the edit are not as they were")
        self.after = after.decode()


def check(case, is_tricky):
    """Complaints about one edit of a good document."""
    model = load(case.text)
    if case.kind == "put":
        intended = intend_put(model, case.path, load(case.value))
        expected = NOT_A_MAPPING if intended is None else OK
    else:
        expected, intended = intend_remove(model, case.path)
    if case.result == LAYOUT and is_tricky:
        return
    if case.result != expected:
        yield f"result {case.result}, expected {expected}"
    if case.result != OK or expected != OK:
        return
    if case.n_findings_after:
        yield f"{case.n_findings_after} findings of our own parser"
    try:
        found = load(case.after)
    except yaml.YAMLError as error:
        yield f"cannot be read: {error}"
        return
    if not same(found, intended) and not ends_in_block_scalar(case.text):
        yield f"reads as {found}\ninstead of {intended}"
    yield from check_lines(case)


def ends_in_block_scalar(text):
    """Whether its last line lacks a break that would be part of the scalar."""
    node = compose(text)
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    is_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return is_block and not BREAKS.search(text[-1:])


class Change:
    """What an edit may touch: numbers of lines, and text with the comments that may get lost."""

    def __init__(self, case):
        self.text = case.text
        self.starts = line_starts(case.text)
        self.lines = set()
        self.loss = ""
        root = compose(case.text)
        trail = follow(root, case.path)
        is_there = len(trail) == len(case.path) and trail[-1][1] is not None
        if not is_there:
            self._put(root, [entry for _, entry in trail if entry])
        elif case.kind == "put":
            key, value = trail[-1][1]
            end = end_of_entry(self.text, (key, value))
            self._allow(key.start_mark.index, end)
            self.loss = self.text[value.start_mark.index:end]
        else:
            self._remove(trail)

    def _allow(self, begin, end):
        self.lines |= set(range(line_of(self.starts, begin), line_of(self.starts, end) + 1))

    def _put(self, root, entries):
        """Of what is there only the entry before, or the key whose mapping is made."""
        key, node = entries[-1] if entries else (None, root)
        begin = key.start_mark.index if key else node.start_mark.index if node else 0
        is_filled = isinstance(node, yaml.MappingNode) and node.value
        if isinstance(node, yaml.MappingNode) and node.flow_style:
            if node.value:
                begin = end_of_entry(self.text, node.value[-1])
            self._allow(begin, node.end_mark.index)
        elif not is_filled:
            self._allow(begin, max(begin, end_of(self.text, node, begin) if node else 0))

    def _remove(self, trail):
        mapping, entry = trail[-1]
        begin, end = entry[0].start_mark.index, end_of_entry(self.text, entry)
        self._allow(begin, end)
        self.loss = self.text[begin:end]
        ahead = self.text[self.starts[line_of(self.starts, begin)]:begin]
        rest = BREAKS.split(self.text[end:])[0]
        if not ahead.strip() and re.fullmatch(r"\s*,?\s*(#.*)?", rest):
            self.loss += rest
        number = mapping.value.index(entry)
        if mapping.flow_style:  # the comma before it, and what follows on its line
            begin, end = mapping.start_mark.index, mapping.end_mark.index
            if number:
                begin = end_of_entry(self.text, mapping.value[number - 1])
            if number + 1 < len(mapping.value):
                end = mapping.value[number + 1][0].start_mark.index
            self._allow(begin, end)
        elif len(mapping.value) == 1 and len(trail) > 1:  # the key that gets `{}`
            self._allow(trail[-2][1][0].start_mark.index, end)


def check_lines(case):
    """That nothing changed but what had to."""
    change = Change(case)
    for line in changed_lines(case.text, case.after):
        if line not in change.lines:
            yield f"line {line + 1} changed"
    kept = set(comments_of(case.after))
    for comment in comments_of(case.text):
        if comment not in kept and comment not in change.loss:
            yield f"lost the comment '{comment}'"


def check_undone(case, undone):
    """That the entry put was the only thing put."""
    if ends_in_block_scalar(case.text):
        return
    if undone.result == OK and undone.after != case.text:
        yield f"put and removed, it is\n{undone.after!r}\nand was\n{case.text!r}"


# ---- edits

def invent_path(rng, model, chances_of_new):
    path = []
    while isinstance(model, dict) and model and rng.random() < 0.75:
        path.append(rng.choice(list(model)))
        model = model[path[-1]]
    n_new = rng.choice(chances_of_new) if path else 1
    if n_new and path and isinstance(model, (str, list, int)) and rng.random() < 0.8:
        path.pop()
    for _ in range(n_new):
        path.append(rng.choice(NEW_KEYS))
    return path


def has_entries(model, path):
    for name in path[:-1]:
        if not isinstance(model, dict) or name not in model:
            return False
        model = model[name]
    return isinstance(model, dict) and bool(model) and path[-1] not in model


def cut_up(rng, text):
    """Something that was a document: may be anything now."""
    for _ in range(rng.randint(1, 4)):
        a, b = sorted(rng.randint(0, len(text)) for _ in "ab")
        text = rng.choice((text[:a] + text[b:], text[:b] + text[a:],
                           text[:a] + rng.choice("{}[],:?-#'\"\n|> \t") + text[a:]))
    return text


def is_good(text):
    try:
        return load(text) is not None or True
    except (yaml.YAMLError, ValueError, RecursionError):
        return False


def run(driver, cases):
    text = "".join(case.request() + "\n" for case in cases)
    done = subprocess.run([driver], input=text, capture_output=True, text=True, check=False)
    answers = done.stdout.splitlines()
    if done.returncode != 0 or len(answers) != len(cases):
        number = len(answers)
        what = cases[number] if number < len(cases) else cases[-1]
        print(f"FAILED: the driver ended with {done.returncode}: {done.stderr[-3000:]}")
        print(f"near {what.kind} {what.path} in {what.text!r}")
        sys.exit(1)
    for case, answer in zip(cases, answers):
        case.take(answer)


def invent_cases(rng, count):
    cases = []
    for _ in range(count):
        scribe = Scribe(rng)
        text = scribe.document()
        if not is_good(text):
            cases.append((None, scribe))
            continue
        model = load(text)
        kind = "put" if rng.random() < 0.6 else "remove"
        path = invent_path(rng, model, (0, 1, 1, 1, 2, 3) if kind == "put" else (0, 0, 0, 0, 0, 1))
        cases.append((Case(kind, text, path, rng.choice(VALUES)), scribe))
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--driver", required=True)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20240229)
    options = parser.parse_args()
    rng = random.Random(options.seed)

    invented = invent_cases(rng, options.count)
    cases = [case for case, _ in invented if case]
    run(options.driver, cases)
    good = [(case, scribe) for case, scribe in invented if case and case.n_findings == 0]
    puts = [case for case, _ in good if case.kind == "put" and case.result == OK
            and has_entries(load(case.text), case.path)]
    undone = [Case("remove", case.after, case.path, None) for case in puts]
    run(options.driver, undone)
    pieces = [Case(case.kind, cut_up(rng, case.text), case.path, case.value) for case in cases]
    run(options.driver, pieces)
    # A carriage return alone ends a line, but not for our own look for tabs.
    pieces = [case for case in pieces if case.n_findings == 0 and is_good(case.text)
              and not re.search("\r(?!\n)", case.text)]

    n_failed = 0
    results = [(case, list(check(case, scribe.is_tricky))) for case, scribe in good]
    results += [(case, list(check(case, True))) for case in pieces]
    results += [(case, list(check_undone(case, back))) for case, back in zip(puts, undone)]
    for case, complaints in results:
        n_failed += bool(complaints)
        if complaints and n_failed <= MOST_COMPLAINTS:
            print(f"FAILED: {case.kind} {case.path} {case.value}: " + "\n".join(complaints))
            print(f"--- before\n{case.text}\n--- after\n{case.after}\n---")
            print(repr(case.text))
    n_refused = sum(1 for case, _ in good if case.result == LAYOUT)
    n_edited = sum(1 for case, _ in good if case.result == OK)
    print(f"{len(good)} of {options.count} documents are good; {n_edited} edited, "
          f"{len(puts)} undone, {n_refused} refused")
    if len(good) < options.count * (1 - MOST_REFUSED) or n_refused * 20 > n_edited:
        print("FAILED: too few were tried")
        n_failed += 1
    print(f"{len(results) - n_failed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
