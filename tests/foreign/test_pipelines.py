#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the pipelines and hooks of docs/ci, as they are copied, on changes to a network.

    tests/foreign/test_pipelines.py PROGRAM [lab]

GitHub's own parser reads the workflow, and its steps are run by the runner's rules; GitLab's
pipeline is run by gitlab-ci-local. Only the step that gets wgtopo is replaced, by PROGRAM. The
services' API is a server here. The hooks are git's and pre-commit's own. The change is a good one,
one with a mistake, one whose lock was forgotten, the first of all. With `lab`: the job of that name,
which takes its time.
"""

import base64
import json
import os
import re
import shutil
import sys
import tarfile
from pathlib import Path

import consumers
import yaml
from consumers import NODE, ROOT, call
from services import NEW_SERVER, TOKEN, TOPOLOGY, Api, Repository, Runner

DOCS = ROOT / "docs" / "ci"
GITHUB = DOCS / "github.yml"
GITLAB = DOCS / "gitlab.yml"
HOOK = DOCS / "pre-commit"
STYLE = "{extends: default, rules: {document-start: disable, truthy: {check-keys: false}, line-length: {max: 100}}}"
BETTER = TOPOLOGY.replace("users:", NEW_SERVER)
WORSE = TOPOLOGY.replace("gpu01: { at: { internet:", "gpu01: { at: { intrenet:")
PLAN = "Plan"
NEEDED = ("git", "curl", "jq", "yamllint", "pre-commit", "rsync")


# The files by themselves.


def test_files_are_well_formed(_program):
    done = call("yamllint", "-s", "-d", STYLE, GITHUB, GITLAB, ROOT / ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout


def test_github_reads_the_workflow(_program):
    done = call("node", NODE.parent / "parse_workflow.mjs", GITHUB)
    assert done.stdout == f"{GITHUB}: 3 jobs\n", done.stdout + done.stderr


def test_github_parser_finds_faults(_program):
    with Repository(_program) as repository:
        bad = repository.scratch / "bad.yml"
        bad.write_text(GITHUB.read_text().replace("runs-on:", "run-on:"))
        assert "Unexpected value 'run-on'" in call("node", NODE.parent / "parse_workflow.mjs", bad).stdout


def test_they_get_this_version(_program):
    version = re.search(r"^  version: '(.*)'", (ROOT / "meson.build").read_text(), re.M).group(1)
    for path in (GITHUB, GITLAB):
        assert f"WGTOPO_VERSION: v{version} " in path.read_text(), f"{path.name} gets another version"


def block(language, word):
    """The one block of code in the page that has the word in it."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", (DOCS / "README.md").read_text(), re.M | re.S)
    (found,) = (each for each in blocks if word in each)
    return found


def shell(script, folder, program, **environment):
    done = call("bash", "-euc", script, cwd=folder, PATH=f"{program.parent}:{os.environ['PATH']}",
                **environment)
    assert done.returncode == 0, f"{script}: {done.stderr}"
    return done.stdout


def secret_of(repository):
    """What the page has people put into the secret; here the old key file is named, not asked for."""
    script = block("sh", "reseal").replace("key reseal", f"key reseal --key-file '{repository.key_file}'")
    (line,) = re.findall(r"^\S{44}$", shell(script, repository.path, repository.program), re.M)
    shutil.move(repository.path / "ci.key", repository.key_file)
    repository.git("commit", "-q", "-a", "-m", "sealed for CI")
    return line


# A change: what is on main, what the branch does to it.


def propose(repository, text, has_keys=True):
    """A branch with the change, checked out as merged. Returns the branch's commit."""
    repository.git("checkout", "-q", "-B", "change", "main")
    commit = repository.add_topology(text, has_keys)
    repository.merge("change")
    return commit


def github(repository, api, job, **options):
    found = Runner(GITHUB, repository, api, **options).run(job)
    for name, (_, output) in found.items():
        assert TOKEN not in output, f"{name} says the token"
    return found


def outcome(found):
    return {name: state for name, (state, _) in found.items() if state != "success"}


def test_github_good_change(program):
    with Repository(program) as repository, Api() as api:
        repository.add_topology()
        propose(repository, BETTER)
        found = github(repository, api, "check")
        assert not outcome(found), found
        assert "::" not in found["Check"][1], found["Check"]
        (comment,) = api.comments.values()
        assert comment.startswith("<!-- wgtopo -->\n**Plan** of head, on 2") and "gpu02" in comment, comment
        # The next commit of the same request changes the comment, and makes no other.
        propose(repository, BETTER.replace("gpu02", "gpu03"))
        found = github(repository, api, "check")
        (comment,) = api.comments.values()
        assert not outcome(found) and "gpu03" in comment and "gpu02" not in comment, comment
        assert [call for call in api.calls if not call.startswith("GET")] == [
            "POST /repos/owner/network/issues/7/comments",
            "PATCH /repos/owner/network/issues/comments/100"], api.calls


def test_github_bad_change(program):
    with Repository(program) as repository, Api() as api:
        repository.add_topology()
        propose(repository, WORSE, has_keys=False)
        found = github(repository, api, "check")
        assert outcome(found) == {"Check": "failure", "Compile, as the main branch will": "skipped",
                                  PLAN: "skipped"}, found
        assert re.search(r"^::error file=topology.yaml,line=5,.*title=name-unknown::",
                         found["Check"][1], re.M), found["Check"]
        (comment,) = api.comments.values()
        assert "no plan" in comment, comment
        results = json.loads((repository.path / "wgtopo.sarif").read_text())["runs"][0]["results"]
        assert results[0]["ruleId"] == "name-unknown", results


def test_github_forgotten_lock(program):
    with Repository(program) as repository, Api() as api:
        repository.add_topology()
        propose(repository, BETTER)
        # As if nobody had committed the lock: main's.
        (repository.path / "topology.lock").write_text(repository.git("show", "main:topology.lock") + "\n")
        text = BETTER.replace("203.0.113.12 }", '203.0.113.12 }, public_key: "'
                              + base64.b64encode(bytes(range(9, 41))).decode() + '"')
        (repository.path / "topology.yaml").write_text(text)
        found = github(repository, api, "check")
        assert outcome(found) == {"Compile, as the main branch will": "failure", PLAN: "skipped"}, found
        assert "title=lock-outdated::" in found["Compile, as the main branch will"][1], found


def test_github_first_change_of_all(program):
    with Repository(program) as repository, Api() as api:
        propose(repository, TOPOLOGY)
        found = github(repository, api, "check")
        (comment,) = api.comments.values()
        assert not outcome(found) and "everything is new" in comment, found


def test_github_change_that_mends_main(program):
    """There is nothing to compare it with, and it must not be kept out for that."""
    with Repository(program) as repository, Api() as api:
        repository.add_topology()
        repository.add_topology(WORSE, has_keys=False)
        propose(repository, BETTER)
        found = github(repository, api, "check")
        (comment,) = api.comments.values()
        assert not outcome(found) and "There is no plan:" in comment, found
        assert re.search(r"^    .*intrenet", comment, re.M), comment


def test_github_change_from_a_fork(program):
    with Repository(program) as repository, Api() as api:
        repository.add_topology()
        propose(repository, BETTER)
        found = github(repository, api, "check", is_fork=True)
        assert outcome(found) == {"Comment": "skipped"} and not api.calls, found


def modes_and_texts(path):
    with tarfile.open(path) as archive:
        return {member.name.removeprefix("./"): (member.mode, archive.extractfile(member).read().decode())
                for member in archive if member.isfile()
                and member.name.endswith((".conf", ".key", ".json"))}


def faults_of_artifacts(path, has_keys):
    files = modes_and_texts(path)
    if "manifest.json" not in files:
        yield "there is no manifest"
    mode, text = files["hosts/gpu01/etc/wireguard/lab.conf"]
    if mode != 0o600:
        yield f"a configuration has the mode {mode:o}"
    if ("hosts/gpu01/etc/wireguard/lab.key" in files) != has_keys:
        yield "a key is there, or missing"
    if "gpu01" not in files["manifest.json"][1]:
        yield "the manifest knows no gpu01"
    if "[Peer]" not in text:
        yield "there is no peer"


def test_github_main_branch(program):
    for has_keys in (False, True):
        with Repository(program) as repository, Api() as api:
            repository.add_topology()
            values = {}
            if has_keys:
                values["secrets.WGTOPO_KEY_FILE"] = secret_of(repository)
            runner = Runner(GITHUB, repository, api, **values)
            found = runner.run("compile")
            assert not outcome(found), found
            faults = list(faults_of_artifacts(repository.path / "wgtopo-artifacts.tar.gz", has_keys))
            assert not faults, faults
            assert not (runner.temporary / "wgtopo.key").exists(), "the key file is left"


# GitLab.


def gitlab(repository, *jobs, api=None, is_request=True, **variables):
    """Runs the jobs, or lists them all, by the pipeline with another way to get wgtopo."""
    pipeline = yaml.safe_load(GITLAB.read_text(encoding="utf-8"))
    pipeline[".install wgtopo"]["before_script"] = [f'export PATH="{repository.program.parent}:$PATH"']
    # Beside the repository's own files, so that nothing of it is in the way of git.
    path = repository.path / ".gitlab-ci.yml"
    path.write_text(yaml.safe_dump(pipeline, sort_keys=False), encoding="utf-8")
    variables |= {"CI_PROJECT_ID": "4", "CI_API_V4_URL": api.url if api else ""}
    if is_request:
        variables |= {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7",
                      "CI_COMMIT_BRANCH": "",
                      "CI_MERGE_REQUEST_DIFF_BASE_SHA": repository.git("rev-parse", "main")}
    given = [word for name, value in variables.items() for word in ("--variable", f"{name}={value}")]
    # Once is enough to hold the pipeline against GitLab's schema.
    mode = ["--list-csv"]
    if jobs:
        mode = ["--force-shell-executor", "--no-json-schema-validation", *jobs]
    done = call(NODE / ".bin" / "gitlab-ci-local", "--home", repository.scratch, "--no-color",
                *given, *mode, cwd=repository.path, CI="true")
    text = done.stdout + done.stderr
    assert TOKEN not in text, "the token is said"
    return done.returncode, text


def listed(repository, **options):
    status, text = gitlab(repository, **options)
    assert status == 0, text
    rows = text[text.index("name;"):].splitlines()[1:]
    return {row.split(";")[0] for row in rows if row.count(";") > 3}


def test_gitlab_chooses_jobs(program):
    with Repository(program) as repository:
        assert listed(repository) == {"check", "plan", "lab"}
        found = listed(repository, is_request=False, CI_COMMIT_BRANCH="main", CI_DEFAULT_BRANCH="main")
        assert found == {"check", "compile", "lab"}, found


def test_gitlab_good_change(program):
    with Repository(program) as repository, Api() as api:
        repository.add_topology()
        commit = propose(repository, BETTER)
        repository.git("checkout", "-q", "change")
        status, text = gitlab(repository, "check", "plan", api=api, WGTOPO_TOKEN=TOKEN)
        assert status == 0, text
        assert (repository.path / "wgtopo.gitlab").read_text() == "[]\n"
        (comment,) = api.comments.values()
        assert f"**Plan** of {commit}" in comment and "gpu02" in comment, comment
        status, text = gitlab(repository, "plan", api=api, WGTOPO_TOKEN=TOKEN)
        assert status == 0 and api.calls[-1] == "PUT /projects/4/merge_requests/7/notes/100", text
        # Without a token the plan is among the artifacts.
        status, text = gitlab(repository, "plan")
        assert status == 0 and "no WGTOPO_TOKEN" in text, text
        assert "gpu02" in (repository.path / "comment.md").read_text()


def test_gitlab_bad_change(program):
    with Repository(program) as repository, Api() as api:
        repository.add_topology()
        propose(repository, WORSE, has_keys=False)
        status, text = gitlab(repository, "check", api=api)
        assert status != 0 and "[name-unknown]" in text, text
        issues = json.loads((repository.path / "wgtopo.gitlab").read_text())
        assert issues[0]["location"] == {"path": "topology.yaml", "lines": {"begin": 5}}, issues
        assert (repository.path / "wgtopo.junit").stat().st_size > 0
        status, text = gitlab(repository, "plan", api=api, WGTOPO_TOKEN=TOKEN)
        (comment,) = api.comments.values()
        assert status == 0 and "There is no plan:" not in comment, text
        assert "<!-- wgtopo-plan -->" in comment and "`name-unknown`" in comment, comment


def test_gitlab_first_change_of_all(program):
    with Repository(program) as repository, Api() as api:
        propose(repository, TOPOLOGY)
        status, text = gitlab(repository, "check", "plan", api=api, WGTOPO_TOKEN=TOKEN)
        (comment,) = api.comments.values()
        assert status == 0 and "everything is new" in comment, text


def test_gitlab_main_branch(program):
    for has_keys in (False, True):
        with Repository(program) as repository:
            repository.add_topology()
            variables = {"CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
            if has_keys:
                variables["WGTOPO_KEY_FILE"] = secret_of(repository)
            status, text = gitlab(repository, "check", "compile", is_request=False, **variables)
            assert status == 0, text
            faults = list(faults_of_artifacts(repository.path / "wgtopo-artifacts.tar.gz", has_keys))
            assert not faults, faults


# The hooks.


class Committer(Repository):
    """Somebody who commits with a hook."""

    def try_commit(self, text, staged_text=None):
        """Whether git takes the commit, and what is said. `text` is in the file in the end."""
        (self.path / "topology.yaml").write_text(text if staged_text is None else staged_text)
        self.git("add", "-A")
        (self.path / "topology.yaml").write_text(text)
        before = self.git("rev-parse", "HEAD")
        try:
            self.git("commit", "-q", "-m", "try", PATH=f"{self.program.parent}:{os.environ['PATH']}",
                     HOME=str(self.scratch), PRE_COMMIT_HOME=str(self.scratch / "pre-commit"))
        except consumers.Failed as fault:
            assert self.git("rev-parse", "HEAD") == before
            return False, str(fault)
        return self.git("rev-parse", "HEAD") != before, ""

    def prepare(self):
        """The lock of the better topology is there, and the worse one can be tried."""
        self.add_topology()
        self.add_topology(BETTER)


def faults_of_hook(committer):
    done, said = committer.try_commit(BETTER + "# more\n")
    if not done:
        yield f"a good commit is refused: {said}"
    done, said = committer.try_commit(WORSE)
    if done or "topology.yaml:5:" not in said or "[name-unknown]" not in said:
        yield f"a bad commit is taken, or refused for another reason: {said}"
    if committer.try_commit(BETTER + "# even more\n", staged_text=WORSE)[0]:
        yield "what is staged is bad, and taken, because the file is good"
    done, said = committer.try_commit(WORSE, staged_text=BETTER + "# and more\n")
    if not done:
        yield f"what is staged is good, and refused, because the file is bad: {said}"
    forgotten = BETTER.replace("users:", NEW_SERVER.replace("gpu02", "gpu03").replace(".12 }", (
        '.13 }, public_key: "' + base64.b64encode(bytes(range(9, 41))).decode() + '"')))
    done, said = committer.try_commit(forgotten)
    if done or "[lock-outdated]" not in said:
        yield f"a commit without its lock is taken: {said}"
    committer.git("reset", "-q", "--hard")
    (committer.path / "README").write_text("a change elsewhere\n")
    committer.git("commit", "-q", "-a", "-m", "nothing of the network, so wgtopo is not needed")


def test_hook_of_git(program):
    with Committer(program) as committer:
        committer.prepare()
        shell(block("sh", "install"), ROOT, program, NETWORK=str(committer.path))
        faults = list(faults_of_hook(committer))
        assert not faults, faults
        (committer.path / "net").mkdir()
        for name in ("yaml", "lock", "keys"):
            committer.git("mv", f"topology.{name}", f"net/lab.{name}")
        committer.git("config", "wgtopo.topology", "net/lab.yaml")
        committer.git("commit", "-q", "-m", "moved", PATH=f"{program.parent}:{os.environ['PATH']}")


def test_hook_of_pre_commit(program):
    with Committer(program) as committer:
        committer.prepare()
        hooks = committer.scratch / "hooks"
        (hooks / "docs" / "ci").mkdir(parents=True)
        shutil.copy(HOOK, hooks / "docs" / "ci" / "pre-commit")
        shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
        shell("git init -q; git add -A; git -c user.name=t -c user.email=t@example.org commit -qm x; "
              "git tag v0.1.0", hooks, program)
        text = block("yaml", "repos:").replace("https://example.org/wgtopo.git", str(hooks))
        committer.commit("use it", ".pre-commit-config.yaml", text)
        done = call("pre-commit", "install", cwd=committer.path, HOME=committer.scratch,
                    PRE_COMMIT_HOME=committer.scratch / "pre-commit")
        assert done.returncode == 0, done.stdout + done.stderr
        faults = list(faults_of_hook(committer))
        assert not faults, faults


# The lab, in both.


def lab_of_both(program):
    with Repository(program) as repository, Api() as api:
        repository.add_topology(TOPOLOGY)
        found = github(repository, api, "lab")
        assert not outcome(found), found
        assert "as predicted" in found["Rehearse"][1], found


if __name__ == "__main__":
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        sys.exit(consumers.skip(f"for want of {', '.join(missing)} no pipeline was run"))
    tests = globals()
    if sys.argv[2:] == ["lab"]:
        sys.argv.pop()
        tests = {"test_lab": lab_of_both}
    consumers.run(tests, ("@actions/workflow-parser", "gitlab-ci-local"), __doc__)
