#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Imports folders as people have them, and compares what is written and said.

Usage: run.py PROGRAM [--update]

A case is a folder here with `files`, or with wg-meshconf's `files.csv`, and `expected`: the exit
status, the topology, the lock and what was said. Whatever was imported compiles with its lock as it
is, and no secret of the files is in anything that comes out. Further tests damage the files, and
try what is no configuration at all.
"""

import difflib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SEED = 7
N_DAMAGED = 60
SECRET = re.compile(r"(?:PrivateKey|PresharedKey)\s*=\s*(\S+)", re.I)
KEY = re.compile(r"[A-Za-z0-9+/]{43}=")


class Failed(Exception):
    """A test that does not hold; the text says how."""


def expect(claim, words):
    if not claim:
        raise Failed(words)


class Desk:
    """A folder of its own, in which the program is run on copies of a case."""

    def __init__(self, program):
        self.program = program
        self.scratch = tempfile.TemporaryDirectory(prefix="wgtopo-import-")
        self.folder = pathlib.Path(self.scratch.name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.scratch.cleanup()

    def take(self, name):
        source = HERE / name / "files"
        if source.is_dir():
            shutil.copytree(source, self.folder / "files")
            return "files"
        shutil.copy(HERE / name / "files.csv", self.folder)
        return "files.csv"

    def write(self, path, data):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    def run(self, *arguments):
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
        return subprocess.run([self.program, *arguments], cwd=self.folder, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                              check=False)

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())


def secrets_of(name):
    """Every private and preshared key in the files of a case."""
    table = HERE / name / "files.csv"
    if table.exists():
        return set(KEY.findall(table.read_text(encoding="utf-8")))
    found = set()
    for path in (HERE / name / "files").rglob("*.conf"):
        found |= set(SECRET.findall(path.read_text(encoding="utf-8")))
    return found


def transcript(desk, source):
    done = desk.run("import", source)
    text = f"exit status {done.returncode}\n".encode()
    for path in ("topology.yaml", "topology.lock"):
        written = desk.folder / path
        expect(written.exists(), f"no {path}:\n{done.stderr.decode('utf-8', 'replace')}")
        text += f"--- {path}\n".encode() + written.read_bytes()
    text += b"--- stdout\n" + done.stdout + b"--- stderr\n" + done.stderr
    return text.decode()


def test_case(program, name, is_update):
    """A case says what it is expected to, keeps its secrets, and compiles."""
    expected = HERE / name / "expected"
    with Desk(program) as desk:
        actual = transcript(desk, desk.take(name))
        leaked = [secret for secret in secrets_of(name) if secret in actual]
        expect(not leaked, f"{len(leaked)} secrets of the files are shown")
        done = desk.run("compile", "topology.yaml", "-o", "out", "--locked")
        expect(done.returncode == 0, f"does not compile:\n{done.stderr.decode()}")
    if is_update:
        expected.write_text(actual, encoding="utf-8")
    before = expected.read_text(encoding="utf-8") if expected.exists() else ""
    diff = difflib.unified_diff(before.splitlines(), actual.splitlines(), "expected", "actual",
                                lineterm="")
    expect(before == actual, "\n".join(diff))


def test_key_step(program):
    """The command that is printed for a host's private key finds it in every way of writing."""
    with Desk(program) as desk:
        printed = desk.run("import", desk.take("web-ui")).stdout.decode()
        step = printed[printed.index("  (umask"):printed.index("next:")]
        old, new = desk.folder / "files/wg0.conf", desk.folder / "wg0.key"
        step = step.replace("/etc/wireguard/OLD.conf", str(old))
        step = step.replace("/etc/wireguard/wg0.key", str(new))
        subprocess.run(["sh", "-c", step], check=True)
        secret = SECRET.search(old.read_text(encoding="utf-8")).group(1)
        expect(new.read_text() == secret + "\n", "the key is not the file's")
        expect(new.stat().st_mode & 0o777 == 0o600, "others can read the key")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.M | re.S)


def test_docs(program):
    """The example of docs/import.md: its files make its topology, and say what it says."""
    page = (HERE.parents[1] / "docs/import.md").read_text(encoding="utf-8")
    with Desk(program) as desk:
        for text in blocks(page, "ini"):
            desk.write(text.splitlines()[0].strip("# "), text)
        done = desk.run("import", "old")
        topology = (desk.folder / "topology.yaml").read_text(encoding="utf-8")
    expect(len(blocks(page, "ini")) == 3, "not three files")
    expect(topology == blocks(page, "yaml")[0], f"the topology is another one:\n{topology}")
    said = done.stderr.decode()
    expect(said == blocks(page, "text")[0], f"it says something else:\n{said}")
    step = re.sub(r"^ +", "", done.stdout.decode()[done.stdout.decode().index("(umask"):], flags=re.M)
    expect(step.startswith(re.sub(r"^ +", "", blocks(page, "sh")[1], flags=re.M)),
           "the command for keys is another one")


def test_json(program):
    """--format json: one document, with the warnings that the text has."""
    with Desk(program) as desk:
        done = desk.run("import", desk.take("mesh"), "--format", "json")
    document = json.loads(done.stdout)
    expect(document["written"] and document["compiles"], "nothing was written")
    rules = {item["rule"] for item in document["diagnostics"]}
    expect({"import-dropped", "import-changed"} <= rules, f"only {rules}")
    expect(done.stderr == b"", "stderr is not empty")


def test_existing(program):
    """A topology or a lock that exists is left alone, and the other one is not written either."""
    for name in ("topology.yaml", "topology.lock"):
        with Desk(program) as desk:
            source = desk.take("star")
            desk.write(name, "mine\n")
            done = desk.run("import", source)
            expect(done.returncode == 2, f"{name}: exit status {done.returncode}")
            expect(desk.names() == sorted(["files", name]), f"{name}: left {desk.names()}")
            expect((desk.folder / name).read_text() == "mine\n", f"{name} was changed")
            done = desk.run("import", source, "--force")
            expect(done.returncode == 0, f"--force: {done.stderr.decode()}")
            expect((desk.folder / name).read_text() != "mine\n", f"--force left {name}")


def test_unwritable(program):
    """Where the files cannot be written nothing is left."""
    with Desk(program) as desk:
        source = desk.take("star")
        done = desk.run("import", source, "-o", "missing/topology.yaml")
        expect(done.returncode == 2, f"exit status {done.returncode}")
        (desk.folder / "topology.yaml").mkdir()
        done = desk.run("import", source, "--force")
        expect(done.returncode == 2, f"onto a folder: exit status {done.returncode}")
        expect(desk.names() == ["files", "topology.yaml"], f"left {desk.names()}")


def test_wrong_place(program):
    """A private key pasted where it does not belong is not shown either."""
    key = "UHJpdmF0ZSBrZXkgaW4gYSB3cm9uZyBwbGFjZSwgdGVzdCE="
    conf = (HERE / "star/files/hub/wg0.conf").read_text(encoding="utf-8")
    places = {
        "comment": conf.replace("# sim01", f"# {key}"),
        "name": conf.replace("# sim01", f"# Name = {key}"),
        "hook": conf.replace("iptables -A", f"echo {key}; iptables -A"),
        "value": conf.replace("10.30.0.11/32", key),
        "word": conf.replace("PublicKey", key, 1),
        "endpoint": conf.replace("# sim02", f"# sim02\nEndpoint = {key}:51820"),
    }
    table = (HERE / "csv/files.csv").read_text(encoding="utf-8")
    for column, text in (("name", '"tokyo"'), ("dns", '"10.1.0.1"'), ("endpoint", '"2001:db8::2"')):
        places[f"{column}.csv"] = table.replace(text, f'"{key}"')
    for place, text in places.items():
        with Desk(program) as desk:
            source = desk.take("star")
            desk.write("files/hub/wg0.conf" if "." not in place else place, text)
            done = desk.run("import", source if "." not in place else place)
            out = done.stdout + done.stderr
            for path in ("topology.yaml", "topology.lock"):
                if (desk.folder / path).exists():
                    out += (desk.folder / path).read_bytes()
        expect(key in text and done.returncode in (0, 1), f"{place}: {out.decode()}")
        expect(key.encode() not in out and key.lower()[:20].encode() not in out.lower(),
               f"{place}: shows the key:\n{out.decode()}")


def refused(desk, source, words, status=1):
    done = desk.run("import", source)
    said = done.stderr.decode("utf-8", "replace")
    expect(done.returncode == status, f"{source}: exit status {done.returncode}\n{said}")
    expect(words in said, f"{source}: says '{said}', not '{words}'")
    expect(not (desk.folder / "topology.yaml").exists(), f"{source}: a topology was written")


def test_nothing(program):
    """What is no configuration is refused, in words, and nothing is written."""
    with Desk(program) as desk:
        (desk.folder / "empty").mkdir()
        refused(desk, "empty", "no configuration")
        desk.write("binary/wg0.conf", random.Random(SEED).randbytes(5000))
        refused(desk, "binary", "no configuration")
        desk.write("bare/wg0.conf", "[Interface]\nListenPort = 51820\n")
        refused(desk, "bare", "public key of")
        desk.write("table.csv", "a,b\n1,2\n")
        refused(desk, "table.csv", "no columns")
        desk.write("none.csv", "")
        refused(desk, "none.csv", "no columns")
        refused(desk, "missing", "cannot read", 2)
        desk.write("file.txt", "x")
        refused(desk, "file.txt", "cannot read", 2)


def test_links(program):
    """Links within the folder are read, links out of it and in circles are not."""
    with Desk(program) as desk:
        source = desk.take("star")
        desk.write("outside.conf", (desk.folder / "files/sim01/wg0.conf").read_bytes())
        os.symlink("../../outside.conf", desk.folder / "files/sim02/out.conf")
        os.symlink("loop.conf", desk.folder / "files/hub/loop.conf")
        os.symlink("..", desk.folder / "files/hub/up")
        os.symlink("/dev/zero", desk.folder / "files/hub/zero.conf")
        done = desk.run("import", source)
        said = done.stderr.decode()
        expect(done.returncode == 0, f"exit status {done.returncode}: {said}")
        for words in ("out.conf' is left out: it leads out", "loop.conf' is left out: it leads to",
                      "zero.conf' is left out"):
            expect(words in said, f"no '{words}' in {said}")


def damage(random_, data):
    data = bytearray(data)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(data))
        kind = random_.randrange(4)
        if kind == 0:
            data[at] = random_.randrange(256)
        elif kind == 1:
            del data[at:at + random_.randint(1, 40)]
        elif kind == 2:
            data[at:at] = data[random_.randrange(len(data)):][:random_.randint(1, 60)]
        else:
            data[at:at] = random_.choice([b"\0", b"[Peer]\n", b"#", b"\xff\xfe", b"/0", b"=", b"::"])
        data = data or bytearray(b"\n")
    return bytes(data)


def test_damaged(program):
    """Damaged files end in words, not in a crash, and show no key that was whole before."""
    random_ = random.Random(SEED)
    names = sorted(path.parent.name for path in HERE.glob("*/expected"))
    for number in range(N_DAMAGED):
        name = random_.choice(names)
        with Desk(program) as desk:
            source = desk.take(name)
            files = [path for path in desk.folder.rglob("*") if path.is_file()]
            victim = random_.choice(files)
            victim.write_bytes(damage(random_, victim.read_bytes()))
            done = desk.run("import", source)
            expect(done.returncode in (0, 1), f"{number} ({name}): {done.returncode}\n"
                   f"{done.stderr.decode('utf-8', 'replace')}")
            out = done.stdout + done.stderr
            for path in ("topology.yaml", "topology.lock"):
                if (desk.folder / path).exists():
                    out += (desk.folder / path).read_bytes()
            leaked = [secret for secret in secrets_of(name) if secret.encode() in out]
            expect(not leaked, f"{number} ({name}): shows a secret")


def main(program, *rest):
    is_update = "--update" in rest
    program = pathlib.Path(program).resolve()
    cases = sorted(path.parent.name for path in HERE.glob("*/files*"))
    tests = [(name, lambda name=name: test_case(program, name, is_update)) for name in cases]
    tests += [(test.__name__, lambda test=test: test(program)) for test in
              (test_key_step, test_docs, test_json, test_existing, test_unwritable, test_wrong_place, test_nothing,
               test_links, test_damaged)]
    n_failed = 0
    for name, test in tests:
        try:
            test()
        except Failed as error:
            n_failed += 1
            print(f"FAIL: {name}: {error}")
    print(f"{len(tests) - n_failed} passed, {n_failed} failed")
    return 1 if n_failed or not cases else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("usage: run.py PROGRAM [--update]", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
