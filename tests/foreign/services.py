# SPDX-License-Identifier: MIT
"""Stand-ins for what a pipeline meets at GitHub and GitLab: a repository, the API, a runner."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from consumers import Failed, call

TOPOLOGY = """network: { name: lab, addresses: [10.20.0.0/24] }
gateways:
  gw: { at: { internet: 203.0.113.1 } }
servers:
  gpu01: { at: { internet: 203.0.113.11 } }
users:
  alice: { expires: 2099-12-31 }  # a day has to be named in CI
"""
NEW_SERVER = "  gpu02: { at: { internet: 203.0.113.12 } }\nusers:"
TOKEN = "token-of-the-tests"


class Repository:
    """A repository with a topology on `main`, its lock and its keystore; removed at the end."""

    def __init__(self, program):
        self.program = program
        self.scratch = Path(tempfile.mkdtemp(prefix="wgtopo-ci-"))
        self.path = self.scratch / "repository"
        self.key_file = self.scratch / "key"
        self.key_file.write_bytes(os.urandom(32))
        self.path.mkdir()
        self.git("init", "-q", "-b", "main")
        self.commit("the beginning", "README", "a network\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.scratch)

    def git(self, *arguments, **environment):
        who = {"CI": "", "GIT_CONFIG_GLOBAL": str(self.scratch / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}
        who |= {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
                for part, value in (("NAME", "a tester"), ("EMAIL", "tester@example.org"))}
        done = call("git", "-C", self.path, *arguments, **who | environment)
        if done.returncode != 0:
            raise Failed(f"git {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def wgtopo(self, *arguments):
        done = call(self.program, *arguments, cwd=self.path, CI="")  # at home
        if done.returncode != 0:
            raise Failed(f"wgtopo {' '.join(map(str, arguments))}: {done.stderr}")

    def commit(self, message, name, text):
        (self.path / name).write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def add_topology(self, text=TOPOLOGY, has_keys=True):
        """Commits it as somebody would who works by the book: with new keys, and the lock."""
        (self.path / "topology.yaml").write_text(text, encoding="utf-8")
        if has_keys:
            self.wgtopo("key", "gen", "--key-file", self.key_file)
            self.wgtopo("compile", "topology.yaml", "-o", self.scratch / "by-hand", "--no-keys")
        return self.commit("change the network", "topology.yaml", text)

    def merge(self, branch):
        """Checks out what would be if the branch were merged into main: as services do it."""
        self.git("checkout", "-q", "--detach", "main")
        self.git("merge", "-q", "--no-ff", "-m", f"merge {branch}", branch)


class Api:
    """The comments of one pull request or merge request, behind HTTP as the services have it."""

    def __init__(self):
        self.comments = {}
        self.calls = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = urlsplit(self.path).path
                api.calls.append(f"{self.command} {path}")
                status, result = api.answer(self.command, path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(result).encode())

            do_GET = do_POST = do_PATCH = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    # By method: where comments are made, changed and listed. GitLab reads the body by its type.
    ROUTES = (
        (r"(GET|POST) /repos/owner/network/issues/7/comments", "Authorization", f"Bearer {TOKEN}"),
        (r"(PATCH) /repos/owner/network/issues/comments/(\d+)", "Authorization", f"Bearer {TOKEN}"),
        (r"(GET|POST) /projects/4/merge_requests/7/notes", "PRIVATE-TOKEN", TOKEN),
        (r"(PUT) /projects/4/merge_requests/7/notes/(\d+)", "PRIVATE-TOKEN", TOKEN),
    )

    def answer(self, method, path, headers, body):
        for pattern, header, value in self.ROUTES:
            match = re.fullmatch(pattern, f"{method} {path}")
            if match and headers.get(header) != value:
                return 401, {"message": "Bad credentials"}
            if match and method != "GET" and header == "PRIVATE-TOKEN" and \
                    headers.get("Content-Type") != "application/json":
                return 400, {"error": "body is missing"}
            if match:
                return self.serve(method, match.groups()[1:], body)
        return 404, {"message": "Not Found"}

    def serve(self, method, which, body):
        if method == "GET":
            others = [{"id": 1, "body": "looks good"}]
            return 200, others + [{"id": n, "body": text} for n, text in self.comments.items()]
        number = int(which[0]) if which else len(self.comments) + 100
        if which and number not in self.comments:
            return 404, {"message": "Not Found"}
        self.comments[number] = json.loads(body)["body"]
        return (201 if method == "POST" else 200), {"id": number, "body": self.comments[number]}


class Runner:
    """Runs a job of a GitHub workflow: its `run` steps by the runner's own rules."""

    # What stands in `${{ }}`, as the runner would have it; everything else is a fault.
    VALUES = {
        "github.event.pull_request.head.sha": "head",
        "github.event.pull_request.number": "7",
        "github.token": TOKEN,
        "secrets.WGTOPO_KEY_FILE": "",
    }
    CONDITIONS = {
        None: lambda self: not self.has_failed,
        "!cancelled()": lambda self: True,
        "!cancelled() && github.event.pull_request.head.repo.full_name == github.repository":
            lambda self: not self.is_fork,
        "!cancelled() && vars.WGTOPO_SARIF == 'true'": lambda self: True,
    }
    # What an action takes from the folder that the steps worked in.
    TAKES = {"actions/checkout": (), "actions/upload-artifact": ("path",),
             "github/codeql-action/upload-sarif": ("sarif_file",)}

    def __init__(self, workflow, repository, api, is_fork=False, **values):
        self.workflow = yaml.safe_load(workflow.read_text(encoding="utf-8"))
        self.repository, self.is_fork, self.values = repository, is_fork, self.VALUES | values
        self.has_failed = False
        self.temporary = Path(tempfile.mkdtemp(dir=repository.scratch))
        self.path = [self.fake_apt()]
        self.environment = {
            "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_API_URL": api.url,
            "GITHUB_REPOSITORY": "owner/network", "GITHUB_WORKSPACE": str(repository.path),
            "GITHUB_EVENT_NAME": "pull_request", "HOME": str(self.temporary / "home"),
            "RUNNER_TEMP": str(self.temporary), "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8",
        }  # fmt: skip
        (self.temporary / "home").mkdir()

    def fake_apt(self):
        """A folder with an apt-get that installs nothing, and fails where something is missing."""
        folder = self.temporary / "apt"
        folder.mkdir()
        (folder / "apt-get").write_text("""#!/bin/bash
[[ $1 == update ]] || dpkg-query -W -- $(printf '%s\\n' "${@:2}" | grep -v ^-) >/dev/null
""")
        (folder / "apt-get").chmod(0o755)
        return folder

    def expand(self, text):
        return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda match: self.values[match.group(1)], str(text))

    def is_wanted(self, condition):
        if condition is not None:
            condition = condition.strip().removeprefix("${{").removesuffix("}}").strip()
        return self.CONDITIONS[condition](self)

    def run(self, job):
        """Outcome and output by step: "success", "failure" or "skipped"; what is uploaded, too."""
        found = {}
        self.environment |= self.workflow["env"]
        assert self.workflow["defaults"] == {"run": {"shell": "bash"}}
        for step in self.workflow["jobs"][job]["steps"]:
            name = step.get("name") or step["uses"]
            if not self.is_wanted(step.get("if")):
                found[name] = ("skipped", "")
            elif "uses" in step:
                found[name] = self.use(step)
            else:
                found[name] = self.execute(step)
            self.has_failed = self.has_failed or found[name][0] == "failure"
        return found

    def use(self, step):
        action = step["uses"].partition("@")[0]
        files = [line for key in self.TAKES[action] for line in step["with"][key].splitlines()]
        missing = [file for file in files if not (self.repository.path / file).is_file()]
        return ("failure" if missing else "success", f"missing: {missing}")

    def execute(self, step):
        script = step["run"]
        if step["name"] == "Install wgtopo":  # the one that needs the network
            script = f'echo "{self.repository.program.parent}" >>"$GITHUB_PATH"\n'
        files = {name: self.temporary / name
                 for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}  # fmt: skip
        for path in files.values():
            path.touch()
        environment = self.environment | {name: str(path) for name, path in files.items()}
        environment |= {key: self.expand(value) for key, value in step.get("env", {}).items()}
        environment["PATH"] = ":".join([*map(str, self.path), os.environ["PATH"]])
        (self.temporary / "step.sh").write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", self.temporary / "step.sh"],
            cwd=self.repository.path, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180, check=False)
        for line in files["GITHUB_ENV"].read_text().splitlines():
            key, _, value = line.partition("=")
            self.environment[key] = value
        self.path = [*map(Path, files["GITHUB_PATH"].read_text().splitlines()), *self.path]
        files["GITHUB_ENV"].unlink()
        files["GITHUB_PATH"].unlink()
        return ("failure" if done.returncode else "success", done.stdout)
