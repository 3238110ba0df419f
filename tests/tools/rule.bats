#!/usr/bin/env bats
# Rules of layer 2, as an owner of a chain chooses them and a miner meets them.
load lib

@test "specs of the rules are printed, checked and refused by option" {
	para-chain spec --name hard --rule pow --rule-difficulty 4096 >hard.json
	[ "$(jq -r '[.rule, .rule_difficulty] | join(",")' hard.json)" = pow,4096 ]
	para-chain check hard.json
	[ "$(jq -c .rule_difficulty <<<"$(para-chain spec --name hard --rule pow --rule-difficulty 18446744073709551614)")" = \
		'"18446744073709551614"' ]
	fails 2 'wants --rule-difficulty' para-chain spec --name hard --rule pow
	fails 2 'option --rule-difficulty' para-chain spec --name hard --rule pow --rule-difficulty 255
	fails 2 "the rule is 'open'" para-chain spec --name hard --rule-difficulty 4096
	fails 1 'rule_difficulty' para-chain check <<<"$(jq 'del(.rule_difficulty)' hard.json)"
	fails 1 'rule_difficulty' para-chain check <<<"$(jq '.rule = "open"' hard.json)"
	fails 1 'difficulty' para-chain check <<<"$(jq '.rule_difficulty = "255"' hard.json)"
	para-key new a.key -f address >a
	para-key new b.key -f address >b
	para-chain spec --name board --rule bft --authority "$(cat a)" --authority "$(cat b)" >board.json
	[ "$(jq -r '.authorities | sort | join(",")' board.json)" = "$(sort a b | paste -sd,)" ]
	para-chain check board.json
	fails 2 'wants --authority' para-chain spec --name board --rule bft
	fails 2 'given twice' para-chain spec --name board --rule bft --authority "$(cat a)" --authority "$(cat a)"
	fails 2 "the rule is 'open'" para-chain spec --name board --authority "$(cat a)"
	fails 2 'option --authority' para-chain spec --name board --rule bft --authority para1nobody
	fails 1 'items are not in their order' para-chain check <<<"$(jq '.authorities |= reverse' board.json)"
	fails 1 '' para-chain check <<<"$(jq '.authorities = []' board.json)"
	para-coin spec --name gold --supply 1000 --rule pos --tickets 16 >gold.json
	[ "$(jq -r '[.rule, .tickets] | join(",")' gold.json)" = pos,16 ]
	para-chain check gold.json
	[ "$(para-coin spec --name gold --supply 1000 --rule pos | jq .tickets)" = 8 ]
	fails 2 'option --tickets' para-coin spec --name gold --supply 1000 --rule pos --tickets 1025
	fails 2 "the rule is 'open'" para-coin spec --name gold --supply 1000 --tickets 8
	fails 2 'rule pos wants' para-chain spec --name gold --rule pos
	fails 2 'rule pos wants' para-coin spec --name gold --supply 1000 --rule pos --witnesses 0
	fails 1 'out of range' para-chain check <<<"$(jq '.tickets = 0' gold.json)"
	# nobody could ever seal where all coins come later
	for issuance in "mined --reward 1 --halving 10" "pos --reward 1 --halving 10" "token --minter $(cat a)"; do
		# shellcheck disable=SC2086
		set -- para-coin spec --name gold --supply 1000 --rule pos --issuance $issuance
		fails 2 'coins that somebody holds from the start' "$@"
		fails 2 'coins that somebody holds from the start' "$@" --lock "$(cat a)=1:0:0"
		"$@" --alloc "$(cat a)=1" >later.json
		fails 1 'coins that somebody holds from the start' para-chain check <<<"$(jq '.coin.alloc = []' later.json)"
	done
	fails 2 'coins that somebody holds from the start' \
		para-coin spec --name gold --supply 1000 --rule pos --lock "$(cat a)=1000:1:9"
	para-chain authorities -c 7 --authority "$(cat b)" -k a.key --seq 1 --network "$NETWORK" >line
	para-seal verify <line
	[ "$(jq -r .chain line)" = 0 ]
	fails 2 'no authorities' para-chain authorities -c 7 -k a.key --seq 1 --network "$NETWORK"
	fails 2 'no chain' para-chain authorities --authority "$(cat b)" -k a.key --seq 1 --network "$NETWORK"
	[ "$(para-coin spec --name gold --supply 1000 --rule pow --rule-difficulty 512 | jq -r .rule_difficulty)" = 512 ]
}

draft_hard() {
	echo one | para-seal payload -c hard -k a.key --seq 1 | para-seal block -c hard -k a.key >template
}

# As bare hex the template is worked for at the slot's difficulty alone; one such seal in 256 would do for the chain, and
# any may come too late on a busy machine.
easy_is_refused() {
	draft_hard
	jq -r .template template | para-mine >easy
	[[ $(jq -r .hash easy) != 0000* ]] || return
	fails 4 "the chain's own difficulty" para-send <easy
}

hard_is_taken() {
	draft_hard && para-mine <template | para-send --wait sealed
}

@test "a pow chain takes the work that meets its own difficulty, and no other" {
	PERIOD=1000 start_dev_node "$PWD/node"
	para-key new a.key
	para-chain spec --name hard --rule pow --rule-difficulty 65536 | para-chain create - -k a.key | para-send --wait final
	[ "$(para-inspect chain hard | jq -r '[.rule, .rule_difficulty] | join(",")')" = pow,65536 ]
	soon easy_is_refused
	[ "$(jq -r .effort template)" = 65536 ]
	soon hard_is_taken
	# the node's own miner does as much
	echo mined | para-seal payload -c hard -k a.key | para-send --wait final >sent
	stop_node
	[ "$(para-inspect check -d "$PWD/node" | jq -r .valid)" = true ]
}
