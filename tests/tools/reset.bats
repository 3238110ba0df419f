#!/usr/bin/env bats
# para-node reset: the operator's way back behind blocks that are final.

load lib

# some_chain DIR: a development node with a chain and payloads in several blocks; stopped in the end.
some_chain() {
	start_dev_node "$1"
	para-key new a.key >/dev/null
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final >/dev/null
	for i in 1 2 3; do
		echo "note $i" | para-seal payload -c notes -k a.key | para-send --wait final | id_of >>ids
	done
	stop_node
	para-inspect check -d "$1" -f hypers >before
}

@test "reset: words first, then what is lost; the store is clean and the node goes on" {
	some_chain d
	tip=$(cat before)
	[ "$tip" -ge 4 ]
	para-node reset -d d --to 2 >out 2>said
	grep -qE "leaving hyper 3 to $tip, [1-9][0-9]* of them final" said
	[ "$(jq -r .hid out)" = 2 ]
	[ "$(jq -r .final_hid out)" -le 2 ]
	[ "$(jq -r .hypers out)" = $((tip - 2)) ]
	[ "$(jq -r .payloads out)" -ge 1 ]
	para-inspect check -d d
	# What was sealed beyond it waits, and is sealed again.
	start_dev_node d
	all_final() { [ "$(para-inspect payload -f status <ids | sort -u)" = final ]; }
	soon all_final
	stop_node
	para-inspect check -d d
}

@test "reset to the genesis, to the tip, and what is refused" {
	some_chain d
	tip=$(cat before)
	fails 2 "--to HID is wanted" para-node reset -d d
	fails 2 "" para-node reset -d d --to many
	fails 2 "" para-node reset -d d --to -1
	fails 2 "the chain in d ends at hyper $tip" para-node reset -d d --to $((tip + 1))
	fails 2 "" para-node reset -d nothing --to 1
	para-node reset -d d --to "$tip" >out 2>said
	[ "$(jq -r .hypers out)" = 0 ]
	para-inspect check -d d
	start_dev_node d
	fails 2 "a node runs on d: stop it first" para-node reset -d d --to 1
	stop_node
	para-node reset -q -d d --to 0 >out
	[ "$(jq -r .final_hid out)" = 0 ]
	para-inspect check -d d
	para-node reset -q -d d --to 0 -f hypers >out
	[ "$(cat out)" = 0 ]
}

@test "reset: kill -9 leaves the store as it was before or after" {
	some_chain d
	tip=$(cat before)
	cp -r d kept
	for ms in 0 3 6 10 15 20 30; do
		rm -rf d
		cp -r kept d
		para-node reset -q -d d --to 1 >/dev/null 2>&1 3>&- &
		sleep "0.0$(printf %02d "$ms")"
		kill -KILL $! 2>/dev/null || true
		wait $! || true
		para-inspect check -d d >out
		hypers=$(jq -r .hypers out)
		[ "$hypers" = 1 ] || [ "$hypers" = "$tip" ]
	done
}
