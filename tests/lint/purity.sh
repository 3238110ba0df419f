#!/bin/bash
# The pure layers call nothing but what tests/lint/pure.allow names and the layers themselves define: no clock, file,
# socket, thread, environment or random source. And no two files of the library define one name.
set -u
cd "$(dirname "$0")/../.." || exit 2
B=${B:-build}
bad=0
defined=$(nm --defined-only "$B"/libpara.a 2>/dev/null | awk 'NF == 3 {print $3}' | sort -u)
read -ra pure < <(sed -n 's/^PURE := //p' Makefile)
for layer in "${pure[@]}"; do
	[ -e "$B/lib/$layer.a" ] || { echo "$B/lib/$layer.a is not built"; bad=1; continue; }
	while read -r symbol; do
		grep -qx -- "$symbol" <<<"$defined" && continue
		grep -qxf tests/lint/pure.allow <<<"$symbol" && continue
		echo "layer $layer is pure and must not call $symbol"
		bad=1
	done < <(nm -u "$B/lib/$layer.a" | awk '$1 == "U" {print $2}' | sort -u)
done
twice=$(nm --defined-only "$B"/libpara.a 2>/dev/null | awk '$2 ~ /[A-Z]/ {print $3}' | sort | uniq -d)
[ -z "$twice" ] || { echo "defined twice in the library: $twice"; bad=1; }
exit $bad
