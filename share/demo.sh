#!/bin/bash
# The main job, start to end: one node on a temporary directory, two sub-chains, two real streams of this machine sealed
# side by side, one payload traced from its bytes to its hyper block, proved, and the proof broken by one changed byte.
# usage: demo.sh DIRECTORY-OF-THE-TOOLS
set -eu -o pipefail

PATH=$(cd "${1:?usage: demo.sh DIRECTORY-OF-THE-TOOLS}" && pwd):$PATH
dir=$(mktemp -d "${TMPDIR:-/tmp}/para-demo.XXXXXX")
export PARA_HOME=$dir/node
node=

finish() {
	if [ -n "$node" ]; then
		kill "$node" 2>/dev/null || true
		wait "$node" 2>/dev/null || true
	fi
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
	bold='' plain=''
fi
step() {
	printf '\n%s== %s%s\n' "$bold" "$*" "$plain"
}
fail() {
	echo "demo: $*" >&2
	[ ! -s "$dir/node.log" ] || tail -n 20 "$dir/node.log" >&2
	exit 1
}

packages() { # one line a package: name, version, state
	dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\n'
}
history() { # what was installed here, line by line; a machine without that log tells of its files instead
	if [ -s /var/log/dpkg.log ]; then
		tail -n 2000 /var/log/dpkg.log
	else
		find /etc -maxdepth 2 -printf '%TY-%Tm-%Td %TH:%TM %s %p\n' 2>/dev/null | head -n 2000
	fi
}

step 'A node of its own: para-node --dev'
para-node --dev 2>"$dir/node.log" &
node=$!
para-inspect status --connect-timeout 20 -o table || fail 'the node did not start'

step 'Two sub-chains, each a payload for chain 0'
para-key new "$dir/a.key" -f address
create() { # NAME HOW-FAR
	para-chain spec --name "$1" --engine data | para-chain create - -k "$dir/a.key" |
		para-send --wait "$2" -f payload,status || fail "chain $1 was not created"
}
create packages pooled
create history final
para-inspect chains -o table

step 'Two real streams at once: the package database and its log'
packages >"$dir/packages.txt"
history >"$dir/history.txt"
seal() { # CHAIN
	para-seal payload -c "$1" -k "$dir/a.key" <"$dir/$1.txt" | para-send --wait final >"$dir/$1.out"
}
seal packages &
one=$!
seal history &
two=$!
while kill -0 $one 2>/dev/null || kill -0 $two 2>/dev/null; do
	printf '  hyper block %s, pool %s\n' "$(para-inspect status -f hid)" "$(para-inspect status -f pool.payloads)"
	sleep 1
done
wait $one || fail 'packages: not everything was sealed'
wait $two || fail 'history: not everything was sealed'
for name in packages history; do
	printf '  %-9s %6d lines in, %6d payloads final\n' $name "$(wc -l <"$dir/$name.txt")" \
		"$(jq -r 'select(.status == "final") | .payload' "$dir/$name.out" | wc -l)"
done

step 'The hyper blocks, and which lanes each ties together'
para-inspect hyper 1..latest |
	jq -r '[.hid, .seals, (.lanes | map("\(.chain_name): \(.payloads)") | join("  ")), .hash[0:16]] | @tsv' |
	awk -F'\t' 'BEGIN {printf "  %5s %6s  %-18s %s\n", "HID", "seals", "hash", "payloads by lane"}
		{printf "  %5d %6d  %-18s %s\n", $1, $2, $4 "..", $3}'

step 'One payload, from its bytes to its hyper block'
id=$(jq -r .payload "$dir/packages.out" | sed -n 3p)
para-inspect payload "$id" -o table
para-inspect proof "$id" >"$dir/proof.json"

step 'The proof, checked without a node'
PARA_NODE=ipc:///nowhere PARA_HOME=$dir/none para-inspect verify <"$dir/proof.json" || fail 'the proof does not hold'

step 'The same proof with one byte changed'
jq -c '.proof |= (.[0:400] + (if .[400:402] == "00" then "01" else "00" end) + .[402:])' "$dir/proof.json" \
	>"$dir/broken.json"
if PARA_NODE=ipc:///nowhere PARA_HOME=$dir/none para-inspect verify <"$dir/broken.json"; then
	fail 'a changed proof was accepted'
fi
echo '  refused, as it must be'

step 'The whole store, checked offline after a clean stop'
kill "$node"
wait "$node" || fail 'the node did not stop cleanly'
node=
para-inspect check -d "$PARA_HOME" || fail 'the store is not clean'
