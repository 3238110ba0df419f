#!/usr/bin/env bats
load lib

@test "each line becomes a payload with the next seq, as it is" {
	para-key new a.key
	printf 'one\n\n  spaces \t\nlast without newline' | offline_payloads a.key 7 >lines
	[ "$(jq -r .seq lines | paste -sd,)" = 1,2,3,4 ]
	[ "$(jq -r .chain lines | sort -u)" = 7 ]
	para-seal show lines | jq -r .body >bodies
	printf 'one\n\n  spaces \t\nlast without newline\n' | cmp - bodies
}

@test "raw takes whole files, binary ones too" {
	para-key new a.key
	printf '\000\001\377\n\n' >bin
	printf 'a\nb\n' >text
	para-seal payload --raw -c 1 -k a.key --seq 5 --network "$NETWORK" bin text >lines
	[ "$(jq -r .seq lines | paste -sd,)" = 5,6 ]
	para-seal show lines | head -1 | jq -r .body_base64 | base64 -d | cmp - bin
	[ "$(para-seal show lines | tail -1 | jq -r .body)" = "$(cat text)" ]
	para-seal payload --raw -c 1 -k a.key --seq 5 --network "$NETWORK" <bin | cmp - <(head -1 lines)
}

@test "a body that is too large is named by its line, the rest goes on" {
	para-key new a.key
	{
		echo first
		head -c 5000000 /dev/zero | tr '\0' x
		echo
		echo third
	} >input
	fails 1 'line 2: body is larger' para-seal payload -c 1 -k a.key --seq 1 --network "$NETWORK" <input
	[ "$(jq -r .seq out | paste -sd,)" = 1,2 ]
}

@test "verify tells good from bad, line by line" {
	para-key new a.key
	seq 3 | offline_payloads a.key 1 >lines
	para-seal verify <lines
	jq -r .hex lines >hex
	{
		sed -n 1p hex
		sed -n 2p hex | tamper
		sed -n 3p hex | cut -c1-200
		echo "$(sed -n 1p hex)00"
		echo nonsense
		sed 's/^01/63/' hex | head -1
		sed 's/^0101/0109/' hex | head -1
		jq -c '.payload = "'"$(printf %064d 0)"'"' lines | head -1
		jq -c 'del(.hex)' lines | head -1
		sed -n 3p hex
	} >mixed
	fails 1 'line 3: input ends too early' para-seal verify <mixed
	for n in 2 3 4 5 6 7 8 9; do grep -q "line $n: " err; done
	[ "$(grep -c 'line' err)" = 8 ]
	[ "$(jq -c .valid out | paste -sd,)" = true,false,false,false,false,false,false,true ]
}

@test "the golden vectors of every kind are shown and verified" {
	for kind in payload seal template block list cert endorsement hyper genesis spec proof spec_pow spec_pos spec_bft; do
		sed 1,2d "$BATS_TEST_DIRNAME/../vectors/$kind.hex" | tr -d '\n' >object
		[[ $(para-seal show object | jq -r .type) == "${kind%_*}"* ]]
		para-seal verify object
	done
}

@test "payload lines become a template, mined, verified, offline" {
	para-key new a.key
	round_json 7 >round.json
	seq 20 | offline_payloads a.key 7 | para-seal block -k a.key --template round.json >template
	[ "$(jq -r .payloads template)" = 20 ]
	for chain in 8 note; do
		fails 1 "round.json is not a round of chain $chain" para-seal block -c $chain -k a.key --template round.json </dev/null
		[ ! -s out ]
	done
	for chain in 7 notes; do
		para-seal block -c $chain -k a.key --template round.json </dev/null | jq -e '.lane == "7"'
	done
	para-seal verify <template
	para-mine -j 2 <template >seal
	para-seal verify <seal
	[ "$(para-seal show <seal | jq -r '.payloads | length')" = 20 ]
	[ "$(jq -r .hash seal)" = "$(para-seal show <seal | jq -r .seal)" ]
	[[ $(jq -r .hash seal) < $(jq -r .target template) ]]
}

@test "what does not fit one seal goes into the next" {
	para-key new a.key
	round_json 7 >round.json
	seq 100 | offline_payloads a.key 7 | para-seal block -k a.key --template round.json >templates
	[ "$(wc -l <templates)" -gt 1 ]
	[ "$(jq -s 'map(.payloads) | add' templates)" = 100 ]
	para-mine <templates | para-seal verify
}

@test "an empty seal is made of no input, not of bad input" {
	para-key new a.key
	round_json 7 >round.json
	[ "$(para-seal block -k a.key --template round.json </dev/null | jq .payloads)" = 0 ]
	fails 1 'line 1: ' para-seal block -k a.key --template round.json <<<nonsense
	[ ! -s out ]
}

@test "payloads that do not belong into a seal are refused by line" {
	para-key new a.key
	round_json 7 >round.json
	echo good | offline_payloads a.key 7 >good
	{
		cat good
		echo other | offline_payloads a.key 8
		echo other | para-seal payload -c 7 -k a.key --seq 2 --network ffffffffffffffff
		cat good
		jq -r .hex good | tamper
		head -c 2000 /dev/zero | tr '\0' y | para-seal payload -c 7 -k a.key --seq 3 --network "$NETWORK"
	} >mixed
	fails 1 'line 2: no such chain' para-seal block -k a.key --template round.json <mixed
	grep -qF 'line 3: belongs to another network' err
	grep -qF 'line 4: was there already' err
	grep -q 'line 5: ' err
	grep -qF 'line 6: body is larger' err
	[ "$(jq .payloads out)" = 1 ]
}

@test "a round without a member is refused by its name" {
	para-key new a.key
	round_json 7 | jq -c 'del(.slot)' >round.json
	fails 1 'slot' para-seal block -k a.key --template round.json </dev/null
}

@test "usage errors name the option" {
	para-key new a.key
	fails 2 'unknown option --foo' para-seal payload --foo
	fails 2 'unknown option -x' para-seal payload -x
	fails 2 'option --seq needs an argument' para-seal payload --seq
	fails 2 "option --seq: '0'" para-seal payload --seq 0
	fails 2 "option --network: 'zz'" para-seal payload -c 1 -k a.key --network zz --seq 1
	fails 2 "option --expiry: 'x'" para-seal payload -c 1 -k a.key --network "$NETWORK" --seq 1 --expiry x
	fails 2 'option --expiry: +N needs a node' para-seal payload -c 1 -k a.key --network "$NETWORK" --seq 1 --expiry +5
	fails 2 'no key' para-seal payload -c 1
	fails 2 'no chain' para-seal payload -k a.key
	fails 2 "unknown command 'payloads'" para-seal payloads
	fails 2 'a command comes first' para-seal
	fails 2 'option --output' para-seal show -o xml
}
