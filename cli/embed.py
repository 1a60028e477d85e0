#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Turns a text file into a C source that defines it as a string.

Usage: embed.py TEXT SOURCE NAME
"""

import sys


def quote(line):
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def main():
    text_path, source_path, name = sys.argv[1:]
    with open(text_path, encoding="utf-8") as file:
        lines = file.readlines()
    with open(source_path, "w", encoding="utf-8") as file:
        file.write("/* Made by embed.py. */\n\n")
        file.write(f'#include "cli/{name.split("_")[0]}.h"\n\n')
        file.write(f"const char {name}[] =\n\t" + "\n\t".join(map(quote, lines)) + ";\n")


main()
