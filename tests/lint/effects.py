#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fails where the pure part of the program touches the world.

Files, output, the environment, the clock, chance and the network each have the few places that
may use them; everywhere else a call is a fault.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WINGS = ("base", "compiler", "cli")
OUT_OF_MEMORY = ("base/memory.c", "base/arena.c", "base/text.c")


def calls(*names):
    return re.compile(r"(?<![\w.>])(?:" + "|".join(names) + r")\s*\(")


# What, how it looks in code, and where it may stand (files, or folders ending in '/').
RULES = [
    ("opens or changes files",
     calls("open", "openat", "openat2", "creat", "fopen", "fdopen", "freopen", "opendir",
           "fdopendir", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "unlink",
           "unlinkat", "rmdir", "link", "linkat", "symlink", "symlinkat", "chmod", "fchmod",
           "fchmodat", "chown", "truncate", "ftruncate", "mkstemp", "mkostemp", "tmpfile"),
     ("base/file.c", "base/file_list.c", "base/file_lock.c", "compiler/publish/", "cli/")),
    ("prints",
     re.compile(calls("printf", "fprintf", "vprintf", "vfprintf", "dprintf", "puts", "fputs",
                      "putchar", "fputc", "fwrite", "perror", "syslog").pattern
                + r"|\bstd(?:err|out)\b"),
     OUT_OF_MEMORY + ("cli/",)),
    ("ends the process", calls("exit", "_exit", "_Exit", "quick_exit", "abort"),
     OUT_OF_MEMORY),
    ("reads the environment", calls("getenv", "secure_getenv", "setenv", "putenv"), ("cli/",)),
    ("looks at the clock",
     calls("time", "clock", "clock_gettime", "gettimeofday", "localtime", "gmtime", "sleep",
           "nanosleep", "usleep"), ("cli/",)),
    ("makes randomness",
     calls("rand", "srand", "random", "srandom", "drand48", "getrandom", "getentropy",
           "arc4random", r"randombytes_\w+", r"crypto_\w*_keygen"), ("compiler/keys/",)),
    ("uses the network",
     calls("socket", "connect", "bind", "listen", "accept", "send", "sendto", "recv", "recvfrom",
           "getaddrinfo", "gethostbyname", "getnameinfo"), ()),
    ("runs programs",
     calls("system", "popen", "fork", "vfork", "execve", "execvp", "execl", "execlp",
           "posix_spawn", "posix_spawnp"), ("cli/revision.c",)),
]
NOT_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def without_text(source):
    """The source with comments and literals blanked, line numbers kept."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)


def faults_of(name, source):
    for number, line in enumerate(without_text(source).splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        for what, pattern, places in RULES:
            if pattern.search(line) and not any(
                    name == place or place.endswith("/") and name.startswith(place)
                    for place in places):
                yield number, what


MADE_UP = [
    ("compiler/plan/plan.c", "\tfd = open(path, O_RDONLY);\n", True),
    ("compiler/plan/plan.c", "\tr = publish_open(&options, diags, &publish);\n", False),
    ("compiler/plan/plan.c", "\t/* open(2) fails */\n\ttext_printf(out, \"time(2)\");\n", False),
    ("compiler/plan/plan.c", "\tfprintf(stderr, \"x\");\n", True),
    ("compiler/plan/plan.c", "\tr = hooks->open(path);\n", False),
    ("compiler/emit/hosts.c", "\tnow = time(NULL);\n", True),
    ("compiler/resolve/names.c", "\tif (getenv(\"HOME\"))\n", True),
    ("compiler/keys/store.c", "\trandombytes_buf(key, 32);\n", False),
    ("compiler/resolve/lock.c", "\trandombytes_buf(key, 32);\n", True),
    ("cli/output.c", "\tno_color = getenv(\"NO_COLOR\");\n", False),
    ("cli/output.c", "\tsocket(AF_INET, SOCK_DGRAM, 0);\n", True),
]


def check_itself():
    n_failed = 0
    for name, source, is_fault in MADE_UP:
        if any(True for _ in faults_of(name, source)) != is_fault:
            print(f"effects.py: misjudges {source!r} in {name}")
            n_failed += 1
    return len(MADE_UP) - n_failed, n_failed


def main():
    n_passed, n_failed = check_itself()
    for wing in WINGS:
        for path in sorted((ROOT / wing).rglob("*.[ch]")):
            name = path.relative_to(ROOT).as_posix()
            faults = list(faults_of(name, path.read_text(encoding="utf-8")))
            for number, what in faults:
                print(f"{name}:{number}: {what}, which has its own place")
            n_failed += bool(faults)
            n_passed += not faults
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


sys.exit(main())
