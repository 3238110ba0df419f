#!/bin/sh
# run.sh PROGRAM OPTION...: runs a fuzz target on a copy of its corpus and prints one line. When it fails, what it says
# follows, and the input that broke it in hex.
set -eu
program=$1
shift
name=${program##*/fuzz_}
corpus=$(dirname "$0")/corpus/$name
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/corpus"
if [ -d "$corpus" ]; then
	cp "$corpus"/* "$dir/corpus"
fi
if ! "$program" "$@" -timeout=60 -malloc_limit_mb=64 -print_final_stats=1 -artifact_prefix="$dir/input-" \
	"$dir/corpus" >"$dir/log" 2>&1; then
	echo "fuzz $name: FAILED"
	tail -n 40 "$dir/log"
	for input in "$dir"/input-*; do
		if [ -f "$input" ]; then
			od -An -v -tx1 "$input"
		fi
	done
	exit 1
fi
echo "fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/log") inputs, none breaks it"
