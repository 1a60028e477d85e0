#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fails where clang-format would change a C file.
set -euo pipefail
cd "$(dirname "$0")/../.."

folders=()
for folder in base compiler runtime cli tests; do
	[[ -d $folder ]] && folders+=("$folder")
done
if ! command -v clang-format >/dev/null; then
	echo "clang-format is not installed: skipped" >&2
	[[ ${CI:-} == true ]] && exit 1
	exit 77
fi

passed=0
failed=0
while IFS= read -r file; do
	if clang-format --dry-run -Werror "$file"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done < <(find "${folders[@]}" -name '*.[ch]' | sort)
echo "$passed passed, $failed failed"
((failed == 0))
