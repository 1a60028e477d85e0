#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Passphrases: asked for at a terminal, read from a file, or from the environment.

Usage: terminal.py PROGRAM
"""

import fcntl
import os
import re
import select
import subprocess
import termios
import time

import folder as shared
from folder import expect
from house import PASSPHRASE, House

NEW = "there is no keystore yet; choose a passphrase for 'topology.keys': "
OTHER = "choose the new passphrase for 'topology.keys': "
AGAIN = "again the passphrase for 'topology.keys': "
OLD = "passphrase for 'topology.keys': "
TIMEOUT_S = 30
ENTER = "\n"
INTERRUPT = "\x03"


class Terminal:
    """A terminal of one program's own, which is not its standard output."""

    def __init__(self, house, *arguments, **environment):
        self.house, self.arguments, self.text = house, arguments, ""
        self.ours, self.theirs = os.openpty()
        self.before = termios.tcgetattr(self.theirs)
        self.process = subprocess.Popen(
            [shared.program, *arguments], cwd=house.path, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(self.theirs, termios.TIOCSCTTY, 0),
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment})

    def wait_for(self, prompt):
        """Until it is asked, and nothing that is typed is shown any more."""
        end = time.monotonic() + TIMEOUT_S
        while not self.text.endswith(prompt) or termios.tcgetattr(self.ours)[3] & termios.ECHO:
            assert time.monotonic() < end and self.process.poll() is None, \
                f"no {prompt!r} in {self.text!r}"
            self.read(0.02)

    def read(self, timeout):
        while select.select([self.ours], [], [], timeout)[0]:
            self.text += os.read(self.ours, 4096).decode()

    def type(self, text):
        os.write(self.ours, text.encode())

    def finish(self):
        """The result, after a look at how the terminal was left."""
        stdout, stderr = self.process.communicate(timeout=TIMEOUT_S)
        self.read(0)
        after = termios.tcgetattr(self.theirs)
        os.close(self.ours)
        os.close(self.theirs)
        assert after == self.before, "the terminal is not as it was"
        self.house.record(self.arguments, stdout + stderr + self.text)
        return subprocess.CompletedProcess(self.arguments, self.process.returncode, stdout, stderr)


def answer(house, arguments, *answers, **environment):
    """Runs it; answers are (prompt, what is typed). Returns the result, and what is seen."""
    terminal = Terminal(house, *arguments, **environment)
    for prompt, reply in answers:
        terminal.wait_for(prompt)
        terminal.type(reply)
    return terminal.finish(), terminal.text


def test_a_keystore_is_made_and_opened():
    with House() as house:
        result, seen = answer(house, ["user", "add", "alice"], (NEW, PASSPHRASE + ENTER),
                              (AGAIN, PASSPHRASE + ENTER))
        expect(result, 0, "^alice: ")
        assert seen == f"{NEW}\r\n{AGAIN}\r\n", seen
        assert house.mode("topology.keys") == 0o600

        # Once is enough from now on; and it is the same one, however it comes.
        result, seen = answer(house, ["user", "add", "carol"], (OLD, PASSPHRASE + ENTER))
        expect(result, 0, "^carol: ")
        assert seen == f"{OLD}\r\n", seen
        expect(house.run("key", "list", "--passphrase-file", "passphrase"), 0, "keystore")
        expect(house.run("key", "check", "--passphrase-env", "WORD", WORD=PASSPHRASE), 0, "2 keys")

        # `compile` asks where it can, and does not where it is told not to.
        call = ["compile", "topology.yaml", "-o", "out"]
        result, seen = answer(house, call, (OLD, PASSPHRASE + ENTER))
        expect(result, 0, "written")
        result, seen = answer(house, ["plan", *call[1:], "--no-keys"])
        assert seen == "", seen
        expect(house.run(*call), 1, None, r"\[artifact-needs-keys\]$")

        # What can go wrong at the one question, none of which changes anything.
        before = house.snapshot()
        for reply, reason in ((PASSPHRASE + "r" + ENTER, "the keystore 'topology.keys' .*passphrase"),
                              (ENTER, "the passphrase is empty"),
                              (INTERRUPT, "no passphrase was read"),
                              ("half of it" + INTERRUPT, "no passphrase was read"),
                              ("\x04", "no passphrase was read")):
            result, seen = answer(house, ["user", "revoke", "alice"], (OLD, reply))
            expect(result, 2, None, reason)
            assert seen.rstrip() == OLD.rstrip(), seen
            assert house.snapshot() == before, reply


def test_a_slip_makes_nothing():
    with House() as house:
        before = house.snapshot()
        for answers, reason in (
                ([(NEW, PASSPHRASE + ENTER), (AGAIN, PASSPHRASE[:-1] + ENTER)], "not the same"),
                ([(NEW, PASSPHRASE + ENTER), (AGAIN, ENTER)], "not the same"),
                ([(NEW, ENTER), (AGAIN, ENTER)], "the passphrase is empty"),
                ([(NEW, INTERRUPT)], "no passphrase was read"),
                ([(NEW, PASSPHRASE + ENTER), (AGAIN, INTERRUPT)], "no passphrase was read"),
                ([(NEW, "x" * 2000 + ENTER)], "no passphrase was read")):
            for call in (["user", "add", "alice"], ["key", "gen"]):
                result, _ = answer(house, call, *answers)
                expect(result, 2, None, reason)
                assert house.snapshot() == before, (call, reason)


def test_a_keystore_is_sealed_anew():
    with House() as house:
        expect(house.run("user", "add", "alice", "--passphrase-file", "passphrase"), 0, ".")
        house.write("other", "other words\n")
        before = house.snapshot()
        call = ["key", "reseal"]
        for answers, reason in (
                ([(OLD, "wrong" + ENTER)], "does not open with this"),
                ([(OLD, PASSPHRASE + ENTER), (OTHER, INTERRUPT)], "no passphrase was read"),
                ([(OLD, PASSPHRASE + ENTER), (OTHER, ENTER), (AGAIN, ENTER)], "is empty"),
                ([(OLD, PASSPHRASE + ENTER), (OTHER, "other words" + ENTER),
                  (AGAIN, "other word" + ENTER)], "not the same; nothing was changed")):
            result, _ = answer(house, call, *answers)
            expect(result, 2, None, reason)
            assert house.snapshot() == before, reason
        # What an option names wrongly is said before anybody types anything.
        result, seen = answer(house, [*call, "--new-key-file", "none"])
        expect(result, 2, None, "cannot read 'none'")
        assert seen == "", seen

        result, seen = answer(house, call, (OLD, PASSPHRASE + ENTER),
                              (OTHER, "other words" + ENTER), (AGAIN, "other words" + ENTER))
        expect(result, 0, "^topology.keys is sealed anew$")
        assert seen == f"{OLD}\r\n{OTHER}\r\n{AGAIN}\r\n", seen
        expect(house.run("key", "check", "--passphrase-file", "other"), 0, "1 keys, 0 findings")
        expect(house.run("key", "check", "--passphrase-file", "passphrase"), 2, None, "not open")

        # To a key file: one question.
        result, seen = answer(house, [*call, "--new-key-file", "keyfile"],
                              (OLD, "other words" + ENTER))
        expect(result, 0, "sealed anew")
        assert seen == f"{OLD}\r\n", seen
        expect(house.do("key", "check"), 0, "1 keys, 0 findings")


def test_nobody_is_asked_in_vain():
    with House() as house:
        result, seen = answer(house, ["user", "add", "alice", "-t", "topologie.yaml"])
        expect(result, 2, None, "cannot read 'topologie.yaml': there is no such file")
        assert seen == "", seen
        result, seen = answer(house, ["key", "check"])
        expect(result, 2, None, "there is no keystore")
        assert seen == "", seen
        expect(house.do("user", "add", "alice"), 0, ".")
        result, seen = answer(house, ["user", "add", "carol"])
        expect(result, 2, None, "opens with a key file: add --key-file PATH")
        assert seen == "", seen


def run_without_a_terminal(house, *arguments):
    """A session without a terminal: /dev/tty is there and cannot be opened."""
    return subprocess.run([shared.program, *arguments], cwd=house.path, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=TIMEOUT_S,
                          start_new_session=True, check=False)


def test_without_a_terminal():
    with House() as house:
        before = house.snapshot()
        expect(run_without_a_terminal(house, "user", "add", "alice"), 2, None,
               "needs a passphrase, and there is no terminal to ask at: add "
               "--passphrase-file, --passphrase-env or --key-file")
        assert house.snapshot() == before
        expect(house.do("user", "add", "alice"), 0, ".")
        before = house.snapshot()
        expect(run_without_a_terminal(house, "key", "reseal", "--key-file", "keyfile"), 2, None,
               "needs a new passphrase, and there is no terminal to ask at: add "
               "--new-passphrase-file, --new-passphrase-env or --new-key-file")
        assert house.snapshot() == before


def test_files_and_variables():
    with House() as house:
        house.write("windows", PASSPHRASE + "\r\n")
        house.write("bare", PASSPHRASE)
        expect(house.run("user", "add", "alice", "--passphrase-file", "windows"), 0, "^alice: ")
        expect(house.run("key", "check", "--passphrase-file", "bare"), 0, "1 keys, 0 findings")
        house.write("empty", "\n")
        house.write("long", "x" * 1025)
        house.write("lines", PASSPHRASE + "\nand another\n")
        house.write("behind", "\n" + PASSPHRASE + "\n")
        before = house.snapshot()
        for options, variables, reason in (
                (["--passphrase-file", "empty"], {}, "the passphrase is empty"),
                (["--passphrase-file", "long"], {}, "'long' is longer than 1024 bytes"),
                (["--passphrase-file", "lines"], {}, "'lines' has more than one line"),
                (["--passphrase-file", "behind"], {}, "'behind' has more than one line"),
                (["--passphrase-file", "none"], {}, "cannot read 'none'"),
                (["--passphrase-env", "WORD"], {}, "the environment has no 'WORD'"),
                (["--passphrase-env", "WORD"], {"WORD": ""}, "the passphrase is empty"),
                (["--passphrase-env", "WORD"], {"WORD": "x" * 1025}, "longer than 1024 bytes"),
                (["--passphrase-env", "WORD"], {"WORD": PASSPHRASE + "x"}, "passphrase"),
                (["--key-file", "keyfile"], {}, "opens with a passphrase: leave --key-file out")):
            result = house.run("user", "add", "carol", *options, **variables)
            expect(result, 2, None, reason)
            assert house.snapshot() == before, reason
        assert re.search("does not open with this passphrase or key file; ", house.run(
            "key", "check", "--passphrase-env", "WORD", WORD="another one").stderr)


shared.main(globals(), __doc__)
