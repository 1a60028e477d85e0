#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`fmt` as its users meet it: files, streams, exit statuses, diffs, hooks; and the examples.

Usage: fmt.py PROGRAM
"""

import os
import pathlib
import re
import shutil
import stat
import subprocess

import folder as shared
from folder import expect, main, skip

ROOT = pathlib.Path(__file__).resolve().parents[2]
UGLY = """network: {name: lab,addresses: [10.20.0.0/24]}   # one
include: [ teams/ml.yaml ]
servers:
    gpu01:  { at: { internet: 203.0.113.11 }, nonsense: 1 }

    # two
"""
NICE = """network: { name: lab, addresses: [10.20.0.0/24] } # one

include: [teams/ml.yaml]

servers:
  gpu01: { at: { internet: 203.0.113.11 }, nonsense: 1 }

  # two
"""
UGLY_TEAM = "users:\r\n- bob\r\n"
NICE_TEAM = "users:\n  - bob\n"
BROKEN = "network: [\n"
# Of nobody: sha256("no secret"), by 44 characters of base64.
SECRET = "8AqTRtZkmxrUJ0H0K1e2vXHCeIV8Ps2dY0tGlvQ5rGc="


class Folder(shared.Folder):
    """With topologies that nobody laid out."""

    files = {"ugly.yaml": UGLY, "nice.yaml": NICE, "broken.yaml": BROKEN}

    def __enter__(self):
        super().__enter__()
        (self.path / "teams").mkdir()
        self.write("teams/ml.yaml", UGLY_TEAM)
        return self

    def write(self, name, text):
        (self.path / name).write_bytes(text.encode())

    def read(self, name):
        return (self.path / name).read_bytes().decode()

    def names(self):
        return sorted(path.relative_to(self.path).as_posix() for path in self.path.rglob("*"))

    def pipe(self, text, *arguments):
        with open(self.path / "input", "w+", encoding="utf-8", newline="") as stdin:
            stdin.write(text)
            stdin.seek(0)
            return self.run("fmt", *arguments, stdin=stdin)


def test_rewrites():
    with Folder() as folder:
        names = folder.names()
        result = folder.run("fmt", "ugly.yaml")
        expect(result, 0, r"\Augly.yaml\nteams/ml.yaml\n\Z")
        assert (folder.read("ugly.yaml"), folder.read("teams/ml.yaml")) == (NICE, NICE_TEAM)
        inode = (folder.path / "ugly.yaml").stat().st_ino
        expect(folder.run("fmt", "ugly.yaml"), 0)
        assert (folder.path / "ugly.yaml").stat().st_ino == inode, "written without need"
        assert folder.names() == names, "something else was left"


def test_each_file_once():
    with Folder() as folder:
        expect(folder.run("fmt", "--check", "ugly.yaml", "teams/ml.yaml", "nice.yaml"), 1,
               r"\Augly.yaml\nteams/ml.yaml\n\Z")


def test_check_and_diff_write_nothing():
    with Folder() as folder:
        expect(folder.run("fmt", "--check", "ugly.yaml"), 1, r"\Augly.yaml\nteams/ml.yaml\n\Z")
        expect(folder.run("fmt", "--diff", "ugly.yaml"), 0, r"^-include: \[ teams")
        expect(folder.run("fmt", "--diff", "--check", "ugly.yaml"), 1, r"^\+include: \[teams")
        assert (folder.read("ugly.yaml"), folder.read("teams/ml.yaml")) == (UGLY, UGLY_TEAM)
        folder.write("teams/ml.yaml", NICE_TEAM)
        expect(folder.run("fmt", "--check", "nice.yaml"), 0)
        expect(folder.run("fmt", "--diff", "nice.yaml"), 0)


def test_diff_applies():
    """With the tools that people pipe it to, also where no line break ends the file."""
    for command in ("git apply", "patch -p1"):
        with Folder() as folder:
            folder.write("ugly.yaml", UGLY.rstrip("\n"))
            text = subprocess.run([shared.program, "fmt", "--diff", "ugly.yaml"], cwd=folder.path,
                                  capture_output=True, check=True).stdout
            assert b"\\ No newline at end of file" in text
            done = subprocess.run(command.split(), input=text, cwd=folder.path,
                                  capture_output=True, check=False)
            assert done.returncode == 0, done.stderr
            assert folder.read("ugly.yaml") == NICE


def test_diff_of_a_long_file():
    lines = [f"  s{n}: {{ at: {{ internet: 203.0.113.{n % 250} }} }}" for n in range(3000)]
    nice = "servers:\n" + "\n".join(lines) + "\n"
    for n in (0, 1, 9, 1500, 1507, 2999):
        lines[n] = lines[n].replace("{ at", "{at")
    lines.insert(700, "\n\n")
    lines.insert(1900, "")
    with Folder() as folder:
        folder.write("ugly.yaml", "servers:\n" + "\n".join(lines) + "\n")
        text = folder.run("fmt", "--diff", "ugly.yaml").stdout
        assert len(re.findall("^@@", text, re.M)) == 5, text
        subprocess.run(["git", "apply"], input=text.encode(), cwd=folder.path, check=True)
        assert folder.run("fmt", "ugly.yaml").stdout == ""
        assert folder.read("ugly.yaml").replace("\n\n", "\n") == nice


def test_standard_input():
    with Folder() as folder:
        result = folder.pipe(UGLY, "-")
        expect(result, 0, "^include")
        assert result.stdout == NICE
        expect(folder.pipe("", "-"), 0)
        expect(folder.pipe(UGLY, "--check", "-"), 1, r"\A<stdin>\n\Z")
        expect(folder.pipe(NICE, "--check", "-"), 0)
        expect(folder.pipe(UGLY, "--diff", "-"), 0, r"^\+include: \[teams")
        expect(folder.pipe(BROKEN, "-"), 1, None, r"^<stdin>:1:11: error: .* \[yaml-syntax\]$")
        assert folder.read("teams/ml.yaml") == UGLY_TEAM


def test_refused_files_stay():
    with Folder() as folder:
        for text, rule in ((BROKEN, "yaml-syntax"), ("a: &b 1\n", "yaml-feature"),
                           ("a:\n\tb: 1\n", "yaml-tab"), ("a: 1\na: 2\n", "yaml-duplicate-key"),
                           ("- a\n", "wrong-type"), ("server gw 10.20.0.1\n", "wrong-type"),
                           ("? 'a\n  b'\n: 1\n", "yaml-feature")):
            folder.write("broken.yaml", text)
            expect(folder.run("fmt", "broken.yaml"), 1, None, rf"^broken.yaml:.*\[{rule}\]$")
            assert folder.read("broken.yaml") == text
        # The others are dealt with all the same, included ones too.
        folder.write("ugly.yaml", UGLY.replace("teams/ml.yaml", "broken.yaml, teams/ml.yaml, no"))
        expect(folder.run("fmt", "broken.yaml", "ugly.yaml"), 1, r"\Augly.yaml\nteams/ml.yaml\n\Z",
               r"\[yaml-feature\]$")
        assert folder.read("teams/ml.yaml") == NICE_TEAM


def test_environment():
    with Folder() as folder:
        expect(folder.run("fmt"), 2, None, "FILE is missing")
        expect(folder.run("fmt", "gone.yaml"), 2, None, "cannot read 'gone.yaml'")
        expect(folder.run("fmt", "teams"), 2, None, "it is a folder")
        expect(folder.run("fmt", "gone.yaml", "ugly.yaml"), 2, "^ugly.yaml$", "cannot read")


def test_links_and_modes():
    with Folder() as folder:
        (folder.path / "ugly.yaml").rename(folder.path / "teams" / "real.yaml")
        os.symlink("teams/real.yaml", folder.path / "link.yaml")
        folder.write("teams/real.yaml", "a:    1\n")
        (folder.path / "teams" / "real.yaml").chmod(0o640)
        expect(folder.run("fmt", "link.yaml"), 0, r"\Alink.yaml\n\Z")
        assert (folder.path / "link.yaml").is_symlink()
        assert folder.read("teams/real.yaml") == "a: 1\n"
        mode = (folder.path / "teams" / "real.yaml").stat().st_mode
        assert stat.S_IMODE(mode) == 0o640, oct(mode)


def test_leaves_the_folder_alone():
    """What `check` does not read is not rewritten either."""
    with Folder() as folder:
        folder.write("teams/top.yaml", "include: [../ugly.yaml, link.yaml]\n")
        os.symlink("../nice.yaml", folder.path / "teams" / "link.yaml")
        folder.write("nice.yaml", UGLY)
        expect(folder.run("fmt", "teams/top.yaml"), 0)
        assert folder.read("ugly.yaml") == folder.read("nice.yaml") == UGLY


def test_secrets_are_not_shown():
    with Folder() as folder:
        text = f"servers:\n    gpu01:   {{ private_key: '{SECRET}' }}\n"
        folder.write("secret.yaml", text)
        result = folder.run("fmt", "--diff", "secret.yaml", "ugly.yaml")
        expect(result, 2, r"^--- a/ugly.yaml", "'secret.yaml' holds a private key")
        assert SECRET not in result.stdout + result.stderr
        expect(folder.run("fmt", "--check", "secret.yaml"), 1, r"\Asecret.yaml\n\Z")
        # Nor where it is what an editor or a hook pipes in, or only a part of a topology.
        for piped in (text, f"users:\n    bob: {{private_key: '{SECRET}'}}\n",
                      f"gateways:\n  gw:   {{public_key: x, private_key:   '{SECRET[:-4]}'}}\n"):
            for options in (["--diff"], ["--check", "--diff"]):
                expect(folder.pipe(piped, *options, "-"), 2, None, "'<stdin>' holds a private key")


def test_waits_for_others():
    """While somebody else changes the topology: it is read when they are done."""
    with Folder() as folder:
        path = folder.path / "ugly.yaml"
        locker = subprocess.Popen(
            ["flock", str(path), "sh", "-c", "echo locked; read -r go; echo 'b:   2' >> ugly.yaml"],
            cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert locker.stdout.readline() == "locked\n"
        ours = subprocess.Popen([shared.program, "fmt", "ugly.yaml"], cwd=folder.path,
                                stdout=subprocess.PIPE, text=True)
        try:
            ours.wait(0.3)
            raise AssertionError("did not wait")
        except subprocess.TimeoutExpired:
            pass
        locker.communicate("go\n", timeout=60)
        assert ours.communicate(timeout=60)[0] == "ugly.yaml\nteams/ml.yaml\n"
        assert folder.read("ugly.yaml") == NICE + "\nb: 2\n"


# ---- the examples, and those of how to use it

def fenced(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.M | re.S)


def test_examples_are_laid_out():
    paths = sorted((ROOT / "topologies").glob("*.yaml")) + [ROOT / "cli" / "starter.yaml"]
    with Folder() as folder:
        expect(folder.run("fmt", "--check", *map(str, paths)), 0)
        n_blocks = 0
        for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
            for text in fenced(path, "yaml"):
                result = folder.pipe(text, "--check", "--diff", "-")
                assert result.returncode == 0, f"{path}: {result.stdout}{result.stderr}"
                n_blocks += 1
        assert n_blocks > 10


def make_repository(folder):
    """A git repository with a hook that finds the program."""
    (folder.path / "bin").mkdir()
    os.symlink(shared.program, folder.path / "bin" / "wgtopo")
    environment = {"PATH": f"{folder.path}/bin:{os.environ['PATH']}", "HOME": str(folder.path),
                   "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
                   "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}

    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=folder.path, env=environment,
                              capture_output=True, text=True, check=False)

    assert git("init", "-q").returncode == 0
    return git


def check_commits(folder, git):
    """That a commit takes what is laid out and nothing else."""
    folder.write("topology.yaml", NICE)
    assert git("add", "topology.yaml").returncode == 0
    done = git("commit", "-qm", "nice")
    assert done.returncode == 0, done.stdout + done.stderr
    folder.write("topology.yaml", UGLY)
    git("add", "topology.yaml")
    done = git("commit", "-qm", "ugly")
    assert done.returncode != 0 and "topology.yaml" in git("status", "-s").stdout, done
    folder.write("topology.yaml", NICE + "# three\n")
    git("add", "topology.yaml")
    done = git("commit", "-qm", "nice again")
    assert done.returncode == 0, done.stdout + done.stderr


def test_hook_of_git():
    with Folder() as folder:
        git = make_repository(folder)
        hook = folder.path / ".git" / "hooks" / "pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(fenced(ROOT / "docs" / "fmt.md", "sh")[0])
        hook.chmod(0o755)
        check_commits(folder, git)


def test_hook_of_pre_commit():
    if shutil.which("pre-commit") is None:
        skip("pre-commit")
        return
    with Folder() as folder:
        folder.write("teams/ml.yaml", NICE_TEAM)
        git = make_repository(folder)
        text = next(text for text in fenced(ROOT / "docs" / "fmt.md", "yaml") if "repos:" in text)
        folder.write(".pre-commit-config.yaml", text)
        assert git("add", ".pre-commit-config.yaml").returncode == 0
        done = subprocess.run(["pre-commit", "install"], cwd=folder.path, capture_output=True,
                              env={**os.environ, "HOME": str(folder.path)}, check=False)
        assert done.returncode == 0, done
        check_commits(folder, git)


if __name__ == "__main__":
    main(globals(), __doc__)
