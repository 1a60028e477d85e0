#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Puts the report's page into the program: style and script into page.html, and that into C.

Usage: embed.py PAGE STYLE DRAWING_STYLE SCRIPT SOURCE
"""

import pathlib
import sys

HEAD = '/* Made by embed.py. */\n\n#include "compiler/report/page_parts.h"\n'


# Question marks because of trigraphs.
ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "?": "\\?"})


def literal(line):
    return '"' + line.translate(ESCAPES) + '"'


def define(name, text):
    lines = "\n\t".join(map(literal, text.splitlines(keepends=True)))
    return f"\nconst char {name}[] =\n\t{lines};\n"


def main():
    *inputs, source = map(pathlib.Path, sys.argv[1:])
    page, style, drawing, script = (path.read_text(encoding="utf-8") for path in inputs)
    page = page.replace("/* style */", style + drawing).replace("/* script */", script)
    source.write_text(
        HEAD + define("report_page", page) + define("report_drawing_css", drawing),
        encoding="utf-8",
    )


main()
