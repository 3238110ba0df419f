#!/usr/bin/env bats
load lib

@test "a spec is printed, checked and made a payload of, offline" {
	para-key new a.key
	para-chain spec --name notes --body-bytes 1000 --witnesses 0 >notes.json
	[ "$(jq -r '[.name, .engine, .rule, .witnesses, .body_bytes] | join(",")' notes.json)" = notes,data,open,0,1000 ]
	para-chain check notes.json
	para-chain check <notes.json
	jq . notes.json | para-chain create - -k a.key --seq 3 --network "$NETWORK" >line
	[ "$(jq -r '[.chain, .seq] | join(",")' line)" = 0,3 ]
	para-seal verify <line
}

@test "a coin's spec is the same from para-chain and para-coin; other engines take none of its options" {
	coin=(--name gold --supply 1000 --symbol AU --freeze --tokens anybody --alloc "$(para-key new a.key -f address)=7")
	para-chain spec --engine coin "${coin[@]}" >chain.json
	para-coin spec "${coin[@]}" | cmp - chain.json
	[ "$(jq -r '[.engine, .coin.symbol, .coin.decimals, .coin.alloc[0].amount] | join(",")' chain.json)" = coin,AU,8,7 ]
	fails 2 'no supply' para-chain spec --name gold --engine coin
	fails 2 "option --freeze: the engine is 'data', not coin" para-chain spec --name gold --freeze
	fails 2 "option --decimals: the engine is 'data', not coin" para-chain spec --name gold --decimals 0
	fails 2 "option --lock: the engine is 'data', not coin" para-chain spec --name gold --lock x
}

@test "bad specs are refused with the member's name" {
	fails 2 'option --name' para-chain spec --name Notes
	fails 2 'option --engine' para-chain spec --name notes --engine magic
	fails 2 'option --engine' para-chain spec --name notes --engine root
	fails 2 'option --rule' para-chain spec --name notes --rule magic
	fails 2 'option --witnesses' para-chain spec --name notes --witnesses 129
	fails 2 'option --witnesses' para-chain spec --name notes --witnesses 5
	fails 2 'no name' para-chain spec
	para-chain spec --name notes >notes.json
	fails 1 'more' para-chain check <<<"$(jq '.more = 1' notes.json)"
	fails 1 'body_bytes' para-chain check <<<"$(jq 'del(.body_bytes)' notes.json)"
	fails 1 '' para-chain check <<<"$(jq '.name = "No Name"' notes.json)"
	fails 1 'not valid JSON' para-chain check <<<'{'
	[ "$(jq -c .valid out)" = false ]
	fails 2 'cannot open none' para-chain check notes.json none - <<<'{'
	[ "$(jq -r '"\(.valid) \(.file)"' out)" = $'true notes.json\nfalse -' ]
	fails 1 'duplicate key' para-chain check <<<'{"name":"a1","name":"b1"}'
}

@test "chains that one block registers in another order than they are asked for are all in force" {
	PERIOD=1000 start_dev_node "$PWD/node"
	para-key new a.key
	para-chain spec --name chain1 | para-chain create - -k a.key | para-send --wait final
	# seq 3 stands before seq 2 in the seal, and is executed after it
	for n in 3 2; do para-chain spec --name "chain$n" | para-chain create - -k a.key --seq $n; done >lines
	for _ in {1..20}; do
		! para-seal block -c para -k a.key <lines | para-mine | para-send --wait final || break
	done
	[ "$(para-inspect chain chain2 -f registered)" = "$(para-inspect chain chain3 -f registered)" ]
	[ "$(para-inspect chain chain2 -f chain),$(para-inspect chain chain3 -f chain)" = 2,3 ]
	for n in 2 3; do echo "to $n" | para-seal payload -c chain$n -k a.key | para-send --wait final; done
	stop_node
	[ "$(para-inspect check -d "$PWD/node" | jq -r .valid)" = true ]
}
