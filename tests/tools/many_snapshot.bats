#!/usr/bin/env bats
# Newcomers who begin with a snapshot.
# shellcheck disable=SC2034 # many.bash reads what they set

load lib
load many

roots() { # I CHAIN: what its execution has reached, the same for equal HIDs
	para-inspect chain "$2" -d "n$1" -o json | jq -r '.lanes[] | "\(.executed) \(.state_root)"'
}

same_roots() { # CHAIN I...
	local first i
	first=$(roots "$2" "$1")
	for i in "${@:3}"; do
		[ "$(roots "$i" "$1")" = "$first" ] || return 1
	done
}

follows() { # I CHAIN
	[ "$(para-inspect chains -d "n$1" -o json | jq --arg c "$2" 'select(.chain_name == $c) | .followed')" = true ]
}

@test "snapshot: a newcomer goes on from it, to the same roots as one that replays from the genesis" {
	PERIOD=300
	GENESIS_ARGS=(--reward 100000)
	new_network 2
	start_all 2
	register 1 notes
	para-coin spec --name gold --issuance fixed --supply 1000 --alloc "$(para-key show a.key -f address)=900" --byte-fee 0 |
		para-chain create - -k b.key -d n1 | para-send -d n1 --wait final --timeout 60 -f payload
	noted=$(put 1 notes one two)
	pay() { # I AMOUNT
		para-coin send -c gold -k a.key -d "n$1" --to "$(para-key show b.key -f address)" --amount "$2" |
			para-send -d "n$1" --wait final --timeout 60 -f payload
	}
	pay 1 10
	pay 2 20
	para-node snapshot snap -d n1 >made
	pay 1 30
	# 3 replays, 4 does not; 5 gets a snapshot of one chain and fetches the other's history.
	mkdir n3
	para-key new n3/node.key -f address
	start 3
	para-node import snap -d n4 --expect "$(jq -r .hash made)"
	para-inspect check -d n4 | jq -e .valid
	start 4
	says 4 "hyper [0-9]*, final $(jq .hid made)"
	for i in 3 4; do
		until_true 60 same_roots gold 1 $i
		until_true 60 same_roots para 1 $i
	done
	[ "$(para-coin balance "$(para-key show b.key -f address)" -c gold -d n4 -f balance)" = \
		"$(para-coin balance "$(para-key show b.key -f address)" -c gold -d n1 -f balance)" ]
	id=$(pay 4 40)
	until_true 60 is_final 1 "$id"
	agree 1 2 3 4
	# Both tell others only what they have: who comes now replays all the same.
	[ "$(field 4 bodies_from)" = $(($(jq .hid made) + 1)) ]
	mkdir n6
	para-key new n6/node.key -f address
	start 6 --role partial --follow gold
	until_true 60 same_roots gold 1 6
	para-node snapshot part -d n6 >made6
	[ "$(jq .chains made6)" = 2 ]
	para-node import part -d n5
	start 5 --role full
	until_true 60 follows 5 notes
	agree 1 5
	para-inspect payload "${noted%%$'\n'*}" -d n5 -f status | grep -qx final
	halt_all
	for i in 1 3 4 5; do
		para-inspect check -d n$i | jq -e '.valid and .problems == 0'
	done
}
