# SPDX-License-Identifier: MIT
"""A lab that stays up, and commands on its hosts."""

import signal
import subprocess
import time

from rehearsal import Failed

UP_WITHIN_S = 60


class KeptLab:
    """`wgtopo lab FOLDER --keep`: up once entered, gone when left."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(
            [self.program, "lab", self.folder, "--keep"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            self._wait_until_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end(signal.SIGKILL)
        self.process.stdout.close()
        self.process.stderr.close()

    def _wait_until_up(self):
        end = time.monotonic() + UP_WITHIN_S
        while self.on("gw", "true").returncode != 0:
            if self.process.poll() is not None or time.monotonic() > end:
                self.end(signal.SIGKILL)
                raise Failed(f"the lab did not come up: {self.process.stderr.read()}")
            time.sleep(0.1)

    def command(self, host, *words):
        return [self.program, "lab", "shell", "--dir", self.folder, host, "--", *words]

    def on(self, host, *words, text=None):
        """Runs a command on a host, with `text` as its input."""
        return subprocess.run(self.command(host, *words), input=text or "",
                              capture_output=True, text=True, check=False)  # fmt: skip

    def read_report(self):
        """What it prints until its last line; it goes on running."""
        report = ""
        for line in self.process.stdout:
            report += line
            if "ordered pair" in line:
                break
        return report

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait()
