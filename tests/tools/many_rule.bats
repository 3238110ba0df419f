#!/usr/bin/env bats
# Lanes with different rules of layer 2 under the same hyper blocks, on real nodes.
load many

# create I NAME SPEC...: a chain of a.key, final at node I.
create() {
	local i=$1 name=$2
	shift 2
	"$@" --name "$name" | para-chain create - -k a.key -d "n$i" | para-send -d "n$i" --wait final --timeout 60 -f payload
}

key() { # I: its node's address
	para-key show "n$1/node.key" -f address
}

# sealers I CHAIN HID: who sealed the chain from that hyper block on, as node I has it.
sealers() {
	para-inspect hyper "$3..latest" -d "n$1" | jq -r --arg chain "$2" '.lanes[] | select(.chain_name == $chain) | .seals[]' |
		while read -r seal; do para-inspect block "$seal" -d "n$1" -f signer; done | sort -u
}

# propose I WHO...: node I's key asks for these as the board's authorities.
propose() {
	local i=$1 args=()
	shift
	for j; do args+=(--authority "$(key "$j")"); done
	para-chain authorities -c board "${args[@]}" -k "n$i/node.key" -d "n$i" |
		para-send -d "n$i" --wait final --timeout 60 -f payload
}

authorities_are() { # I WHO...: as node I says
	local i=$1
	shift
	[ "$(para-inspect chain board -d "n$i" | jq -r '.authorities[]')" = "$(for j; do key "$j"; done)" ]
}

@test "open, pow and bft lanes go on side by side; a stranger's seal is refused; the authorities change themselves" {
	new_network 3
	start_all 3
	create 1 notes para-chain spec
	create 1 hard para-chain spec --rule pow --rule-difficulty 4096
	create 1 board para-chain spec --rule bft --authority "$(key 1)" --authority "$(key 2)" --authority "$(key 3)"
	put 1 notes one two >ids
	put 2 hard one two >>ids
	put 3 board one two >>ids
	while read -r id; do
		for i in 1 2 3; do until_true 30 is_final "$i" "$id"; done
	done <ids
	[ "$(para-inspect chain board -d n2 | jq '.authorities | length')" = 3 ]
	# somebody else's work for the board
	echo x | para-seal payload -c board -k a.key -d n1 | para-seal block -c board -k b.key -d n1 | para-mine >seal
	run para-send -d n1 <seal
	[ "$status" -eq 4 ]
	[[ $output == *'no authority of this chain'* ]]
	run para-mine work -k b.key -c board -d n1
	[ "$status" -ne 0 ]
	[[ $output == *'no authority of this chain'* ]]
	# node 3 alone would be a board of one: two of three are not enough, three are
	propose 1 3
	propose 2 3
	[ "$(para-inspect chain board -d n3 | jq '.proposals | length')" = 2 ]
	propose 3 3
	for i in 1 2 3; do until_true 30 authorities_are "$i" 3; done
	hid=$(($(field 1 hid) + 1))
	id=$(put 3 board three)
	for i in 1 2 3; do until_true 30 is_final "$i" "$id"; done
	[ "$(sealers 2 board $hid)" = "$(key 3)" ]
	run propose 1 1
	[ "$status" -ne 0 ]
	same_chain "$(field 1 final_hid)" 1 2 3
	# a node that starts again knows who is in force
	halt 2
	start 2
	mine 2
	id=$(put 2 board four)
	for i in 1 2 3; do until_true 30 is_final "$i" "$id"; done
	halt_all
	for i in 1 2 3; do [ "$(para-inspect check -d "n$i" | jq -r .valid)" = true ]; done
}
