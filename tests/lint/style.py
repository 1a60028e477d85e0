#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fails on what the style guide forbids and clang-format and clang-tidy do not see."""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WINGS = ("base/", "compiler/", "runtime/", "cli/")
MAX_LINES = 600
MAX_HEADER_LINES = 100
# A table may be as long as the language that it describes.
TABLES = ("compiler/model/schema.c",)
SUFFIXES = (".c", ".h", ".def", ".py", ".sh", ".md", ".yaml", ".yml", ".mjs", ".build", ".bash", ".1", ".5", ".txt",
            ".in")
# Where keys of examples and tests may stand.
KEYS_ALLOWED = ("topologies/", "tests/", "docs/", "README.md")

FORBIDDEN = re.compile(r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|atoi|atol|strtok|gets|alloca)"
                       r"\s*\(")
ALLOCATION = re.compile(r"(?<![\w.>])(malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|"
                        r"vasprintf)\s*\(")
INET = re.compile(r"(?<![\w.>])inet_\w+\s*\(")
TODO = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))")
# Written in pieces, so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w}>])/(?:" + "|".join(("ro" + "ot", "wo" + "rk", "ho" + "me")) + r")/\w")
KEY = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=(?![A-Za-z0-9+/=])")
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)


def is_code(name):
    return name.startswith(WINGS) and name.endswith((".c", ".h"))


def without_text(source):
    return COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)


def lines_of_code(name, source):
    for number, line in enumerate(without_text(source).splitlines(), 1):
        if FORBIDDEN.search(line):
            yield number, "a function without bounds or errors, forbidden everywhere"
        if ALLOCATION.search(line) and not name.startswith("base/"):
            yield number, "allocates outside base/: use the arena or a text"
        if INET.search(line) and not name.startswith("base/net/"):
            yield number, "addresses are parsed and formatted in base/net/ only"


def whole_file(name, source):
    n_lines = source.count("\n")
    if n_lines > MAX_LINES and name not in TABLES:
        yield n_lines, f"has {n_lines} lines, more than {MAX_LINES}"
    if name.endswith(".h") and n_lines > MAX_HEADER_LINES:
        yield n_lines, f"a header of {n_lines} lines, more than {MAX_HEADER_LINES}"
    if name.endswith(".h") and "#pragma once" not in source:
        yield 1, "a header without #pragma once"
    if not source.startswith("/* SPDX-License-Identifier: MIT */\n"):
        yield 1, "does not begin with the SPDX line"


def any_text(name, source):
    for number, line in enumerate(source.splitlines(), 1):
        if TODO.search(line) and name != "tests/lint/style.py":
            yield number, "a TODO without its issue: write TODO(#12)"
        if MACHINE_PATH.search(line):
            yield number, "a path of somebody's machine"
        if KEY.search(line) and not name.startswith(KEYS_ALLOWED):
            yield number, "looks like a WireGuard key"
        if line != line.rstrip() and not name.startswith("tests/diag/"):
            yield number, "blanks at the end of the line"
    if source and not source.endswith("\n"):
        yield source.count("\n") + 1, "no line break at the end of the file"


def faults_of(name, source):
    if is_code(name):
        yield from whole_file(name, source)
        yield from lines_of_code(name, source)
    if not name.startswith("tests/diag/") or name == "tests/diag/run.py":
        yield from any_text(name, source)


def text_files():
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders
                            if not name.startswith((".git", "build", "__pycache__", "node_modules")))
        for file in sorted(files):
            path = pathlib.Path(folder) / file
            relative = path.relative_to(ROOT).as_posix()
            if file.endswith(SUFFIXES) or relative.startswith(("script/", ".ci/")):
                yield relative, path


CODE = "/* SPDX-License-Identifier: MIT */\n"
MADE_UP = [
    ("base/a.c", CODE + "void *p = malloc(1);\n", False),
    ("compiler/a.c", CODE + "void *p = malloc(1);\n", True),
    ("compiler/a.c", CODE + "/* malloc(1) */\n", False),
    ("cli/a.c", CODE + "strcpy(a, b);\n", True),
    ("cli/a.c", CODE + "inet_pton(AF_INET, a, b);\n", True),
    ("cli/a.c", "int a;\n", True),
    ("cli/a.h", CODE + "int a;\n", True),
    ("cli/a.h", CODE + "#pragma once\n" + "int a;\n" * 98, False),
    ("cli/a.h", CODE + "#pragma once\n" + "int a;\n" * 99, True),
    ("cli/a.c", CODE + "int a;\n" * 600, True),
    ("README.md", "see /ro" + "ot/x\n", True),
    ("README.md", "root@gpu01:/\n", False),
    ("cli/a.c", CODE + "/* TO" + "DO */\n", True),
    ("cli/a.c", CODE + "/* TO" + "DO(#7): later */\n", False),
    ("script/x", "A" * 43 + "=\n", True),
    ("topologies/x.yaml", "k: " + "A" * 43 + "=\n", False),
]


def check_itself():
    n_failed = 0
    for name, source, is_fault in MADE_UP:
        if any(True for _ in faults_of(name, source)) != is_fault:
            print(f"style.py: misjudges {name} with {source[:80]!r}")
            n_failed += 1
    return len(MADE_UP) - n_failed, n_failed


def main():
    n_passed, n_failed = check_itself()
    for name, path in text_files():
        try:
            source = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        faults = list(faults_of(name, source))
        for number, fault in faults:
            print(f"{name}:{number}: {fault}")
        n_failed += bool(faults)
        n_passed += not faults
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


sys.exit(main())
