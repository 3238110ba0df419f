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

# send I CHAIN ADDRESS=N: coins of node I's key.
send() {
	para-coin send -c "$2" --to "${3%=*}" --amount "${3#*=}" -k "n$1/node.key" -d "n$1" |
		para-send -d "n$1" --wait final --timeout 60 -f payload
}

holds() { # I N: as node I says, node 1 has so many coins
	[ "$(para-coin balance -c gold "$(key 1)" -d "n$1" -f balance)" = "$2" ]
}

proposals_are() { # I N
	[ "$(para-inspect chain board -d "n$1" | jq '.proposals | length')" = "$2" ]
}

# refused CHAIN KEY WHY: node 1 gives this key no work there, and takes no seal of it.
refused() {
	run para-seal block -c "$1" -k "$2" -d n1 </dev/null
	[ "$status" -ne 0 ]
	[[ $output == *"$3"* ]]
	run para-mine work -c "$1" -k "$2" -d n1
	[ "$status" -ne 0 ]
	[[ $output == *"$3"* ]]
	# as a template made for anybody, in a slot that lasts long enough for it
	for _ in {1..20}; do
		para-inspect round -c "$1" -d n1 >round
		run para-send -d n1 < <(para-seal block --template round -k "$2" </dev/null | para-mine)
		[[ $output != *"$3"* ]] || break
	done
	[ "$status" -eq 4 ]
	[[ $output == *"$3"* ]]
}

@test "open, pow, pos and bft lanes go on side by side; a stranger's seal is refused; the authorities change themselves" {
	new_network 3
	start_all 3
	create 1 notes para-chain spec
	create 1 hard para-chain spec --rule pow --rule-difficulty 4096
	create 1 board para-chain spec --rule bft --authority "$(key 1)" --authority "$(key 2)" --authority "$(key 3)"
	# node 1 holds three quarters of a coin, node 2 the rest, node 3 nothing
	create 1 gold para-coin spec --supply 1000 --rule pos --tickets 16 --alloc "$(key 1)=750" --alloc "$(key 2)=250"
	{
		send 1 gold "$(key 2)=10"
		send 2 gold "$(key 1)=20"
		put 1 notes one two
		put 2 hard one two
		put 3 board one two
	} >ids
	while read -r id; do
		for i in 1 2 3; do until_true 60 is_final "$i" "$id"; done
	done <ids
	[ "$(para-inspect chain board -d n2 | jq '.authorities | length')" = 3 ]
	# somebody else's work for the board, and for the coin
	refused board b.key 'no authority of this chain'
	refused gold n3/node.key 'no stake in this chain'
	# the coin's seals are those of who holds it
	[ "$(sealers 3 gold 1 | grep -cvxF -e "$(key 1)" -e "$(key 2)")" -eq 0 ]
	until_true 60 holds 3 760
	para-coin audit -c gold -d n3
	run para-mine work -k b.key -c board -d n1
	[ "$status" -ne 0 ]
	[[ $output == *'no authority of this chain'* ]]
	# node 3 alone would be a board of one: two of three are not enough, three are
	propose 1 3
	propose 2 3
	until_true 60 proposals_are 3 2
	propose 3 3
	for i in 1 2 3; do until_true 60 authorities_are "$i" 3; done
	hid=$(($(field 1 hid) + 1))
	id=$(put 3 board three)
	for i in 1 2 3; do until_true 60 is_final "$i" "$id"; done
	[ "$(sealers 2 board $hid)" = "$(key 3)" ]
	# what a node takes in that is no authority gets to the one that is
	id=$(put 1 board four)
	for i in 1 2 3; do until_true 60 is_final "$i" "$id"; done
	[ "$(sealers 2 board $hid)" = "$(key 3)" ]
	run propose 1 1
	[ "$status" -ne 0 ]
	until_true 60 same_chain "$(field 1 final_hid)" 1 2 3
	# a node that starts again knows who is in force
	halt 2
	start 2
	mine 2
	id=$(put 2 board five)
	for i in 1 2 3; do until_true 60 is_final "$i" "$id"; done
	# all at once do, and whose stake is what
	halt_all
	start_all 3
	id=$(send 1 gold "$(key 2)=5")
	for i in 1 2 3; do until_true 60 is_final "$i" "$id"; done
	[ "$(sealers 2 gold $hid | grep -cvxF -e "$(key 1)" -e "$(key 2)")" -eq 0 ]
	until_true 60 holds 2 755
	halt_all
	for i in 1 2 3; do [ "$(para-inspect check -d "n$i" | jq -r .valid)" = true ]; done
}
