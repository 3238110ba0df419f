#!/bin/bash
# same.sh PROGRAM...: every build of the simulator tells the same trace of the same seeds, one of them with coins and the rules of layer 2.
set -eu
first=
for program; do
	trace=$("$program" -v -j 1 -r 60 --from 2 --seeds 3)
	first=${first:-$trace}
	if [ "$trace" != "$first" ]; then
		printf '%s:\n%s\n%s:\n%s\n' "$1" "$first" "$program" "$trace"
		exit 1
	fi
done
grep -q 'trace' <<<"$first"
