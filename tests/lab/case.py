#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""One lab test: compiles a topology and runs the result as real tunnels.

    tests/lab/case.py PROGRAM TOPOLOGY
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def main(program, topology):
    with tempfile.TemporaryDirectory() as scratch:
        # A copy: compiling extends the lock that lies beside the topology.
        sources = Path(scratch, "topologies")
        shutil.copytree(Path(topology).parent, sources)
        output = Path(scratch, "output")
        subprocess.run(
            [program, "compile", sources / Path(topology).name, "-o", output], check=True
        )
        tunnels = Path(__file__).with_name("tunnels.py")
        return subprocess.run([sys.executable, tunnels, output, "--table"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
