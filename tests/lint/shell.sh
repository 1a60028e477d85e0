#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fails where shellcheck finds something in a shell script.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v shellcheck >/dev/null; then
	echo "shellcheck is not installed: skipped" >&2
	[[ ${CI:-} == true ]] && exit 1
	exit 77
fi

passed=0
failed=0
for file in script/* .ci/* tests/*/*.sh docs/ci/*; do
	head -n 1 "$file" | grep -Eq '^#!.*\b(ba)?sh$' || continue
	if shellcheck "$file"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
((failed == 0))
