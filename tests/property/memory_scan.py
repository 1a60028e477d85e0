# SPDX-License-Identifier: MIT
"""What a core dump of a program would hold: for tests that look for secrets in it.

    with held_at_exit([program, ...], log) as pid:
        found = scan(pid, {"passphrase": b"..."})

strace(1) holds the program as it enters exit_group(2): all of its memory is still there, also what
it has freed. A mapping that the kernel leaves out of core dumps (VmFlags "dd", see proc(5)) is not
looked at, unless asked for; every other that can be read is, whatever /proc/PID/coredump_filter
says.
"""

import base64
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

HELD_FOR_US = 600_000_000
TIMEOUT_S = 60
CHUNK = 16 << 20
MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+ *(.*)$")
# Not memory of the program's own; the kernel does not let them be read, or has them for all.
KERNELS = ("[vvar]", "[vvar_vclock]", "[vsyscall]")


def is_possible():
    return shutil.which("strace") is not None


def spellings(name, secret):
    """What to look for where `secret` must not be: it, its text, and the halves of both.

    Registers are spilled by halves, and where memory was freed the allocator has written over the
    beginning.
    """
    text = base64.b64encode(secret)
    whole = {name: secret, f"{name}, base64": text, f"{name}, hexadecimal": secret.hex().encode()}
    first = {f"{key}, first half": value[:len(value) // 2] for key, value in whole.items()}
    second = {f"{key}, second half": value[len(value) // 2:].rstrip(b"=")[:-1]
              for key, value in whole.items()}
    return whole | first | second


def mappings(pid):
    """(begin, end, name, flags) of every mapping that can be read."""
    current = None
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        match = MAPPING.match(line)
        if match:
            begin, end, mode, name = match.groups()
            current = (int(begin, 16), int(end, 16), mode, name)
        elif line.startswith("VmFlags:"):
            begin, end, mode, name = current
            if mode[0] == "r" and name not in KERNELS:
                yield begin, end, name, line.split()[1:]


def contents(pid, is_dumped):
    """(begin, name, bytes) of the mappings that are, or are not, in core dumps."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for begin, end, name, flags in mappings(pid):
            if ("dd" in flags) == is_dumped:
                continue
            memory.seek(begin)
            content = bytearray()
            while len(content) < end - begin:
                piece = memory.read(min(CHUNK, end - begin - len(content)))
                if not piece:
                    break
                content += piece
            yield begin, name, bytes(content)


def scan(pid, needles, is_dumped=True):
    """Where the needles (name -> bytes) lie in the memory of `pid`: [(name, address, mapping)]."""
    found = []
    for begin, mapping, content in contents(pid, is_dumped):
        for name, needle in needles.items():
            at = content.find(needle)
            if at >= 0:
                found.append((name, hex(begin + at), mapping or "anonymous"))
    return found


def children_of(pid):
    try:
        return list(map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return []


def is_ending(pid):
    """Whether the program, and not strace, is in exit_group(2), by the machine's number for it."""
    try:
        if pathlib.Path(f"/proc/{pid}/exe").readlink().name == "strace":
            return False
        word = pathlib.Path(f"/proc/{pid}/syscall").read_text().split()[0]
    except OSError:
        return False
    return word in ("231", "94")  # x86-64; arm64 and other newer ones


@contextlib.contextmanager
def held_at_exit(command, log, env=None, **options):
    """Runs the command and holds it at its end. `log` is a file for what strace says."""
    # Meson has what is freed overwritten, which would hide what the program itself leaves there.
    env = {name: value for name, value in (os.environ if env is None else env).items()
           if name != "MALLOC_PERTURB_"}  # fmt: skip
    tracer = subprocess.Popen(
        ["strace", "-qq", "-o", str(log), "-e", "trace=exit_group",
         "-e", f"inject=exit_group:delay_enter={HELD_FOR_US}", *map(str, command)],
        env=env, **options)
    pids = []
    try:
        end = time.monotonic() + TIMEOUT_S
        while not pids:
            if tracer.poll() is not None:
                raise RuntimeError(f"{command[0]} ended with {tracer.returncode}")
            if time.monotonic() > end:
                raise RuntimeError(f"{command[0]} does not end")
            # Anew each time: as it starts, strace has other children, with which it tries things.
            pids = [pid for pid in children_of(tracer.pid) if is_ending(pid)]
            time.sleep(0.01)
        yield pids[0]
    finally:
        # The program first: strace, ended before it, would let it go on.
        for pid in [*children_of(tracer.pid), tracer.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        tracer.wait()
