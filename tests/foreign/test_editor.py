#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Opens topologies in yaml-language-server, which is behind most editors' YAML.

    tests/foreign/test_editor.py PROGRAM

The schema lies beside the topology, which names it in its first line, as `help schema` says. The
server has to show a wrong key where it stands, to offer the keys of a section, to say what a key
means, and to find nothing in the examples.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import consumers
from consumers import NODE, ROOT

MODELINE = "# yaml-language-server: $schema=topology.schema.json\n"
SETTINGS = {"yaml": {"validate": True, "completion": True, "hover": True,
                     "schemaStore": {"enable": False}}}  # fmt: skip


class Editor:
    """A client of the language server, in a folder with the schema."""

    def __init__(self, program):
        self.program = program
        self.n_requests = 0
        self.diagnostics = {}  # by URI, as they were published last

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="wgtopo-editor-"))
        schema = consumers.call(self.program, "schema").stdout
        (self.folder / "topology.schema.json").write_text(schema, encoding="utf-8")
        self.server = subprocess.Popen([NODE / ".bin" / "yaml-language-server", "--stdio"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.request("initialize", {
            "processId": None, "rootUri": self.folder.as_uri(),
            "capabilities": {"workspace": {"configuration": True},
                             "textDocument": {"publishDiagnostics": {}, "hover": {},
                                              "completion": {"completionItem": {}}}},
        })  # fmt: skip
        self.notify("initialized", {})
        return self

    def __exit__(self, *_):
        self.server.kill()
        self.server.communicate(timeout=20)
        shutil.rmtree(self.folder)

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        self.server.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.server.stdin.flush()

    def notify(self, method, parameters):
        self.send({"method": method, "params": parameters})

    def receive(self):
        """The next message, after what the server itself asks has been answered."""
        length = 0
        while (line := self.server.stdout.readline().strip()) or not length:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            if self.server.poll() is not None:
                raise consumers.Failed("yaml-language-server has ended")
        message = json.loads(self.server.stdout.read(length))
        if "method" in message and "id" in message:
            answer = None
            if message["method"] == "workspace/configuration":
                answer = [SETTINGS.get(item["section"]) for item in message["params"]["items"]]
            self.send({"id": message["id"], "result": answer})
        elif message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def request(self, method, parameters):
        self.n_requests += 1
        self.send({"id": self.n_requests, "method": method, "params": parameters})
        while (message := self.receive()).get("id") != self.n_requests or "method" in message:
            continue
        if "error" in message:
            raise consumers.Failed(f"{method}: {message['error']}")
        return message["result"]

    def open(self, name, text):
        """Its URI, and what is shown in it: line and column from 1, severity, message."""
        uri = (self.folder / name).as_uri()
        self.diagnostics.pop(uri, None)
        self.notify("textDocument/didOpen", {"textDocument": {
            "uri": uri, "languageId": "yaml", "version": 1, "text": text}})  # fmt: skip
        while uri not in self.diagnostics:
            self.receive()
        return uri, [(each["range"]["start"]["line"] + 1, each["range"]["start"]["character"] + 1,
                      each["severity"], each["message"]) for each in self.diagnostics[uri]]

    def at(self, method, uri, line, column):
        return self.request(f"textDocument/{method}", {
            "textDocument": {"uri": uri},
            "position": {"line": line - 1, "character": column - 1}})  # fmt: skip

    def offers(self, name, text):
        """What completion offers where the text ends."""
        uri, _ = self.open(name, text)
        lines = text.split("\n")
        found = self.at("completion", uri, len(lines), len(lines[-1]) + 1)
        return {item["label"] for item in found["items"]}


def test_wrong_key_is_shown(program):
    text = MODELINE + ("network: { name: lab, adresses: [10.20.0.0/24] }\nservers:\n  a:\n"
                       "    listen_port: 70000\n    at: { internet: 203.0.113.1 }\n")
    with Editor(program) as editor:
        _, found = editor.open("wrong.yaml", text)
        assert any(each[:2] == (2, 23) and "adresses" in each[3] for each in found), found
        assert any(each[:2] == (2, 1) and "addresses" in each[3] for each in found), found
        assert any(each[0] == 5 and "65535" in each[3] for each in found), found
        _, found = editor.open("right.yaml", text.replace("adresses", "addresses").replace("70", "7"))
        assert found == [], found


def test_examples_are_clean(program):
    with Editor(program) as editor:
        for path in sorted((ROOT / "topologies").glob("*.yaml")):
            _, found = editor.open(path.name, MODELINE + path.read_text(encoding="utf-8"))
            assert found == [], f"{path.name}: {found}"


def test_keys_are_offered(program):
    with Editor(program) as editor:
        begin = MODELINE + "network:\n  name: lab\n"
        found = editor.offers("top.yaml", begin)
        assert found >= {"gateways", "servers", "sites", "users"}, found
        found = editor.offers("network.yaml", begin + "  ")
        assert found >= {"addresses", "mtu", "persistent_keepalive"}, found
        assert "servers" not in found, found
        found = editor.offers("server.yaml", begin + "servers:\n  gpu01:\n    ")
        assert found >= {"at", "public_key", "listen_port"}, found
        found = editor.offers("nat.yaml", begin + "sites:\n  campus:\n    nat: ")
        assert "symmetric" in found, found


def test_keys_are_explained(program):
    with Editor(program) as editor:
        uri, _ = editor.open("hover.yaml", MODELINE + "network:\n  listen_port: 51820\n")
        said = json.dumps(editor.at("hover", uri, 3, 5))
        schema = json.loads((editor.folder / "topology.schema.json").read_text())
        assert "port" in said.lower() and "topology.schema.json" in said, said
        assert "description" in json.dumps(schema), "the schema says nothing of its keys"


if __name__ == "__main__":
    consumers.run(globals(), ("yaml-language-server",), __doc__)
