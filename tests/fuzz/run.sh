#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Usage: tests/fuzz/run.sh BUILD SECONDS
#
# Runs every fuzz harness for SECONDS, starting from the example topologies and the inputs of the
# golden and diag tests. BUILD is a build tree of its own, which is made where there is none.
# An input that crashes is left in BUILD, and the exit status is 1.

set -eu

if [ $# -ne 2 ]; then
	echo "usage: $0 BUILD SECONDS" >&2
	exit 2
fi
build=$1
seconds=$2
root=$(cd "$(dirname "$0")/../.." && pwd)

# b_lundef: -Wl,--no-undefined does not go with the sanitizers' runtime, which clang links late.
if [ ! -e "$build/build.ninja" ]; then
	CC=clang meson setup "$build" "$root" --buildtype=debugoptimized -Dfuzz=true \
		-Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link
fi
harnesses="fuzz_parse fuzz_compile fuzz_manifest fuzz_keystore fuzz_conf fuzz_fmt fuzz_prove"
for harness in $harnesses; do
	ninja -C "$build" "tests/fuzz/$harness"
done

seeds=$(mktemp -d)
: >"$seeds.passed"
trap 'rm -rf "$seeds" "$seeds.passed"' EXIT
find "$root/topologies" "$root/tests/golden" "$root/tests/diag" -name '*.yaml' -size -64k |
	while read -r file; do
		cp "$file" "$seeds/$(printf %s "${file#"$root"/}" | tr / _)"
	done
mkdir "$seeds/manifests"
for file in "$root"/tests/golden/*/manifest.json; do
	cp "$file" "$seeds/manifests/$(basename "$(dirname "$file")")"
done
mkdir "$seeds/confs"
find "$root/tests/golden" -name '*.conf' -size -16k | while read -r file; do
	cp "$file" "$seeds/confs/$(printf %s "${file#"$root"/}" | tr / _)"
done
mkdir "$seeds/folders"
for folder in "$root"/tests/diag/*/out; do
	(
		cd "$folder"
		cat manifest.json
		find . -name '*.conf' -o -name '*.routes' | sort | while read -r file; do
			printf '\f%s\n' "${file#./}"
			cat "$file"
		done
	) >"$seeds/folders/$(basename "$(dirname "$folder")")"
done
mkdir "$seeds/keystores"
"$root/tests/fuzz/keystores.py" "$seeds/keystores"
echo "$(find "$seeds" -type f | wc -l) seeds"

# fuzz HARNESS: one after the other on one core, side by side on several.
fuzz() {
	corpus=$build/corpus-$1
	mkdir -p "$corpus"
	if "$build/tests/fuzz/$1" -max_total_time="$seconds" -max_len=65536 -timeout=20 \
		-rss_limit_mb=2048 -dict="$root/tests/fuzz/topology.dict" -print_final_stats=1 \
		-artifact_prefix="$build/$1-" "$corpus" "$seeds" >"$build/$1.log" 2>&1; then
		sed -n "s/^stat::number_of_executed_units:/$1: inputs/p" "$build/$1.log"
		echo "$1" >>"$seeds.passed"
	else
		grep -v '^#' "$build/$1.log" | tail -n 60
		echo "$1: see $build/$1-* and $build/$1.log"
	fi
}
n_running=0
for harness in $harnesses; do
	fuzz "$harness" &
	n_running=$((n_running + 1))
	if [ "$n_running" -eq "$(nproc)" ]; then
		wait
		n_running=0
	fi
done
wait
total=$(echo "$harnesses" | wc -w)
passed=$(grep -c . "$seeds.passed" || true)
echo "$passed passed, $((total - passed)) failed"
[ "$passed" -eq "$total" ]
