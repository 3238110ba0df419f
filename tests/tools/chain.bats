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

@test "bad specs are refused with the member's name" {
	fails 2 'option --name' para-chain spec --name Notes
	fails 2 'option --engine' para-chain spec --name notes --engine magic
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
	fails 1 'duplicate key' para-chain check <<<'{"name":"a1","name":"b1"}'
}
