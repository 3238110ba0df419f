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
	for _ in $(seq 100); do
		[ -s seal ] && break
		sleep 0.05
	done
	[ -s seal ]
	exec 9>&-
	wait $miner
}
