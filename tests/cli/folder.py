# SPDX-License-Identifier: MIT
"""What the tests of the command share: a folder to run it in, what is expected, and their main()."""

import inspect
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

program = None  # its path, which a test's main() knows


class Folder:
    """A temporary folder with files in it, in which the program is run."""

    files = {}  # name to text

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="wgtopo-cli-"))
        for name, text in self.files.items():
            (self.path / name).write_text(text)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def run(self, *arguments, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, **environment):
        return subprocess.run(
            [program, *arguments], cwd=self.path, stdin=stdin, stdout=stdout,
            stderr=subprocess.PIPE, text=True, timeout=60, check=False,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment})

    def run_on_terminal(self, *arguments, **environment):
        """What stderr gets where it is a terminal."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [program, *arguments], cwd=self.path, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=theirs,
            env={"PATH": os.environ["PATH"], **environment})
        os.close(theirs)
        output = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # Linux says EIO when the last writer is gone
                break
            if not part:
                break
            output += part
        os.close(ours)
        process.wait(60)
        return output.decode()


def expect(result, status, stdout=None, stderr=None):
    """The status, and a regular expression for each stream; None: nothing may be there."""
    assert result.returncode == status, f"exit status {result.returncode}: {result.stderr}"
    for name, pattern in (("stdout", stdout), ("stderr", stderr)):
        text = getattr(result, name) or ""
        if pattern is None:
            assert text == "", f"{name}: {text!r}"
        else:
            assert re.search(pattern, text, re.M), f"{name}: {text!r} lacks {pattern!r}"


def skip(what):
    """Without an optional checker a desk goes on, loudly; CI does not."""
    assert os.environ.get("CI") != "true", f"CI needs {what}"
    print(f"SKIPPED for want of {what}: {inspect.stack()[1].function}")


def run_tests(tests):
    """Runs what is called test_... in `tests`. Returns the exit status."""
    n_passed = n_failed = 0
    for name, test in sorted(tests.items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            n_passed += 1
        except Exception as fault:  # noqa: BLE001: any fault of a test is its failure
            n_failed += 1
            place = traceback.extract_tb(fault.__traceback__)[1]
            print(f"{name}: line {place.lineno}: {fault or place.line}")
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed or not n_passed else 0


def main(tests, description):
    """Of a test that takes the program and nothing else."""
    global program
    if len(sys.argv) != 2:
        sys.exit(description)
    program = pathlib.Path(sys.argv[1]).resolve()
    sys.exit(run_tests(tests))
