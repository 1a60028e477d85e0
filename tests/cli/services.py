#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The formats for services that host code: the streams, the statuses, how files are named.

Usage: services.py PROGRAM
"""

import json
import re
import subprocess

import folder as shared
import run
from folder import expect

FORMATS = ("sarif", "github", "gitlab")


class Repository(shared.Folder):
    """A topology in a folder of a repository, with users in a file of its own."""

    files = {}

    def __enter__(self):
        super().__enter__()
        (self.path / ".git").mkdir()
        (self.path / "net" / "more").mkdir(parents=True)
        self.write("net/lab.yaml", run.BAD.replace("users:", "include: [users.yaml]\nfoo:"))
        self.write("net/users.yaml", "users: { alice: { colour: red } }\n")
        return self

    def write(self, name, text):
        (self.path / name).write_text(text)

    def run_in(self, cwd, *arguments):
        result = subprocess.run([shared.program, *arguments], cwd=self.path / cwd,
                                capture_output=True, text=True, timeout=60, check=False)
        expect(result, 1, ".")
        return result

    def paths(self, form, *arguments, cwd="."):
        """The files that the findings are in."""
        result = self.run_in(cwd, *arguments, "--format", form)
        if form == "github":
            return set(re.findall(r"^::\w+ file=([^,]*),", result.stdout, re.M))
        if form == "gitlab":
            return {issue["location"]["path"] for issue in json.loads(result.stdout)}
        return {location["physicalLocation"]["artifactLocation"]["uri"]
                for result in json.loads(result.stdout)["runs"][0]["results"]
                for location in result["locations"]}


def test_statuses_and_streams():
    with run.Folder() as folder:
        for form, nothing in (("github", ""), ("gitlab", "[]\n")):
            result = folder.run("check", "good.yaml", "--format", form)
            assert (result.returncode, result.stdout, result.stderr) == (0, nothing, ""), result
        for form in FORMATS:
            expect(folder.run("check", "bad.yaml", "--format", form), 1, "unknown-key")
            expect(folder.run("check", "doubtful.yaml", "--format", form), 0, "endpoint-name")
            expect(folder.run("check", "doubtful.yaml", "--format", form, "--strict"), 1, ".")
            expect(folder.run("check", "none.yaml", "--format", form), 2, None, "no such file")


def test_compile_has_them_too():
    with run.Folder() as folder:
        for form in FORMATS:
            result = folder.run("compile", "good.yaml", "-o", "out", "--locked", "--format", form)
            expect(result, 1, "lock-outdated")
            assert not (folder.path / "out").exists()
        expect(folder.run("compile", "good.yaml", "-o", "out"), 0, "written")
        for form in FORMATS:
            result = folder.run("compile", "good.yaml", "-o", "out", "--locked", "--format", form)
            assert result.returncode == 0 and "lock-outdated:" not in result.stdout, result.stdout


def test_files_are_named_as_in_the_repository():
    with Repository() as folder:
        expected = {"net/lab.yaml", "net/users.yaml"}
        absolute = str(folder.path / "net" / "lab.yaml")
        for form in FORMATS:
            for cwd, path in ((".", "net/lab.yaml"), (".", "./net//lab.yaml"), ("net", "lab.yaml"),
                              ("net/more", "../lab.yaml"), ("/", absolute), ("net", absolute)):
                found = folder.paths(form, "check", path, cwd=cwd)
                assert found == expected, f"{form}, {path} in {cwd}: {found}"


def test_junit_names_files_as_the_others_do():
    with Repository() as folder:
        for cwd, path in ((".", "net/lab.yaml"), ("net", "./lab.yaml"), ("net/more", "../lab.yaml")):
            found = folder.run_in(cwd, "check", path, "--format", "junit").stdout
            assert set(re.findall(r'(?:file|classname)="([^"]*)"', found)) == {"net/lab.yaml"}, found


def test_files_are_named_as_in_a_worktree():
    """There .git is a file; and the nearest one counts."""
    with Repository() as folder:
        folder.write("net/.git", "gitdir: ../.git/worktrees/net\n")
        assert folder.paths("gitlab", "check", "net/lab.yaml") == {"lab.yaml", "users.yaml"}


def test_files_are_named_without_a_repository():
    with Repository() as folder:
        (folder.path / ".git").rmdir()
        assert folder.paths("github", "check", "lab.yaml", cwd="net") == {"lab.yaml", "users.yaml"}
        found = folder.paths("gitlab", "check", "net/lab.yaml")
        assert found == {"net/lab.yaml", "net/users.yaml"}, found


def test_fingerprints_outlive_an_edit_elsewhere():
    def fingerprints(folder):
        issues = json.loads(folder.run("check", "lab.yaml", "--format", "gitlab").stdout)
        return {issue["fingerprint"]: issue["description"] for issue in issues}

    with run.Folder() as folder:
        path = folder.path / "lab.yaml"
        text = run.DOUBTFUL.replace("users:", "userz:").replace("{ name", "{ nmae")
        path.write_text(text)
        before = fingerprints(folder)
        assert len(before) > 1, before
        path.write_text("# what follows is moved\n\n" + text.replace("gateways:", "\ngateways:"))
        assert fingerprints(folder) == before
        path.write_text(text.replace("nmae: lab", "nmae: lob"))
        assert len(fingerprints(folder).keys() - before.keys()) == 1


if __name__ == "__main__":
    shared.main(globals(), __doc__)
