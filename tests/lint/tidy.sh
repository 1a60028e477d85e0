#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fails where clang-tidy finds something. Usage: tidy.sh BUILD, a folder configured with clang.
set -euo pipefail
build=$(realpath "${1:?usage: tidy.sh BUILD}")
cd "$(dirname "$0")/../.."

if ! command -v clang-tidy >/dev/null; then
	echo "clang-tidy is not installed: skipped" >&2
	[[ ${CI:-} == true ]] && exit 1
	exit 77
fi

results=$(mktemp)
trap 'rm -f "$results"' EXIT
check() {
	if clang-tidy --quiet -p "$1" "$2" 2>/dev/null; then
		echo passed >>"$3"
	else
		echo "$2: clang-tidy fails"
		echo failed >>"$3"
	fi
}
export -f check
# Every source of ours that the build compiles; generated ones lie in the build folder.
python3 - "$build" "$PWD" <<'PYTHON' | sort -u |
import json, os, sys
build, root = sys.argv[1:]
for entry in json.load(open(os.path.join(build, "compile_commands.json"))):
    path = os.path.relpath(os.path.normpath(os.path.join(entry["directory"], entry["file"])), root)
    if path.startswith(("base/", "compiler/", "runtime/", "cli/")):
        print(path)
PYTHON
	xargs -P "$(nproc)" -I{} bash -c 'check "$@"' check "$build" {} "$results"
passed=$(grep -c passed "$results" || true)
failed=$(grep -c failed "$results" || true)
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
