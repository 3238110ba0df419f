#!/usr/bin/env bats
load lib

@test "bench names hash and kernel" {
	para-mine --bench --seconds 1 -j 2 >bench
	[ "$(jq -r .hash bench)" = blake2b-256 ]
	[ "$(jq -r .threads bench)" = 2 ]
	[ "$(jq .hashes_per_second bench)" -gt 1000 ]
	jq -er .kernel bench
}

@test "any number of threads finds a seal that verifies" {
	para-key new a.key
	round_json 7 200000 >round.json
	para-seal block -k a.key --template round.json </dev/null >template
	for j in 1 2 5; do
		para-mine -j $j <template >seal
		para-seal verify <seal
		[ "$(jq -r '.hashes | tonumber > 0' seal)" = true ]
	done
}

@test "a bad template is named by its line, the rest goes on" {
	para-key new a.key
	round_json 7 >round.json
	para-seal block -k a.key --template round.json </dev/null >good
	{
		echo '{"template":"0301"}'
		echo '{"template":12}'
		cat good
		echo x | offline_payloads a.key 7
	} >mixed
	fails 1 'line 1: input ends too early' para-mine <mixed
	grep -q 'line 2: ' err
	grep -q 'line 4: ' err
	[ "$(wc -l <out)" = 1 ]
	para-seal verify out
}

@test "a template of difficulty zero is refused" {
	para-key new a.key
	round_json 7 >round.json
	para-seal block -k a.key --template round.json </dev/null | jq -r .template >template
	fails 1 'line 1: ' para-mine <<<"$(sed -E 's/0001000000000000/0000000000000000/' template)"
}

@test "a seal is handed on before the input ends" {
	para-key new a.key
	round_json 7 >round.json
	mkfifo pipe
	para-mine <pipe >seal 3>&- &
	miner=$!
	exec 9>pipe
	para-seal block -k a.key --template round.json </dev/null >&9
	soon test -s seal
	exec 9>&-
	wait $miner
}

# game [MEMBER=VALUE...]: the game of four miners, some members set to other JSON.
game() {
	local filter='{reward: "1000000000", seals: 64, retarget: 16, difficulty: "65536", rounds: 400,
	    miners: [range(4) | {cost: "\(10 + .)"}]}'
	for change in "$@"; do
		filter+=" | .${change%%=*} = ${change#*=}"
	done
	jq -cn "$filter"
}

@test "the miners come to rest at n* seals and spend no more than the reward" {
	game >game.json
	para-mine --equilibrium game.json >rounds
	[ "$(wc -l <rounds)" = 400 ]
	jq -se 'map(.round) == [range(1; 401)]' rounds
	jq -se '.[0].seals > 64 and .[0].difficulty == "65536"' rounds
	jq -se '.[300:] | all(.seals == 64 and (.spent | tonumber) <= 1000000000 and .paid == "1000000000")' rounds
	jq -se '.[300:] | map(.difficulty) | unique | length == 1' rounds
	para-mine --equilibrium - <game.json | cmp - rounds
	game 'n0=0' | para-mine --equilibrium - >naive
	[ "$(md5sum <naive)" != "$(md5sum <rounds)" ]
	jq -se 'all(.paid == "1000000000")' naive
}

@test "a game that is none is refused" {
	fails 2 'none.json' para-mine --equilibrium none.json
	fails 1 'stdin: not valid JSON: ' para-mine --equilibrium - <<<'{'
	for change in 'seals=0' 'seals=65537' 'rounds=0' 'rounds=1000001' 'retarget=0' 'difficulty="255"' 'difficulty=65536' \
		'reward="4611686018427387905"' 'reward="1e3"' 'n0=65537' 'n0="1"' 'miners=[]' 'miners={}' \
		'miners=[range(257) | {cost: "1"}]' 'miners[1]={cost: 1}' 'miners[1].cost="18446744073709551616"' \
		'miners[1].name="x"' 'more=1'; do
		game "$change" >bad.json
		fails 1 'is no game of miners' para-mine --equilibrium bad.json
		[ ! -s out ]
	done
	game | jq -c 'del(.rounds)' >bad.json
	fails 1 'rounds' para-mine --equilibrium bad.json
	fails 2 'two things' para-mine --equilibrium bad.json --bench
}

@test "a seal that costs more than can be counted ends the game" {
	game 'miners=[{cost: "18446744073709551615"}]' 'difficulty="1048576"' >dear.json
	fails 1 'round 1: ' para-mine --equilibrium dear.json
}
