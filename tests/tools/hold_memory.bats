#!/usr/bin/env bats
# The n-th allocation fails: a tool does its work all the same, or says what is wrong and ends with status 2.
load lib
load hold

LAST=${HOLD_ALLOCATIONS:-500}
STEP=${HOLD_STEP:-9}

setup_file() {
	export BATS_TEST_TIMEOUT=$((60 + 60 * 20 / STEP))
}

# survives [OPTION...] COMMAND...: with one failing, and with all from there on; from a random one on.
survives() {
	nth "$@"
	nth -a "$@"
}

# FIRST LAST STEP of nth
range() {
	echo "$HOLD/nomem.so $((RANDOM % STEP + 1)) $LAST $STEP"
}

# Objects made offline: a key, payload lines, a round, a template, a seal.
make_objects() {
	para-key new a.key >/dev/null
	seq 5 | offline_payloads a.key 1 >payloads
	head -n 1 payloads >payload
	echo hello >body
	round_json 1 >round.json
	para-seal block -k a.key --template round.json <payloads >template
	para-mine <template >seal
	para-chain spec --name notes --engine data >spec.json
}

@test "memory: para-key, para-seal" {
	make_objects
	# shellcheck disable=SC2046 # words
	{
		survives $(range) para-key show a.key
		survives $(range) para-key check "$(para-key show a.key -f address)"
		survives -i body $(range) para-seal payload -c 1 -k a.key --seq 1 --network "$NETWORK"
		survives -i payloads $(range) para-seal payload --raw -c 1 -k a.key --seq 1 --network "$NETWORK"
		survives -i payloads $(range) para-seal show
		survives -i payloads $(range) para-seal show -f seq,body
		survives -i template $(range) para-seal show
		survives -i payloads $(range) para-seal verify
		survives -i seal $(range) para-seal verify
		survives -i payloads $(range) para-seal block -k a.key --template round.json -f lane,payloads,target
	}
}

@test "memory: para-mine, para-chain, para-node genesis" {
	make_objects
	# shellcheck disable=SC2046 # words
	{
		survives -i template $(range) para-mine -f seal
		survives $(range) para-chain spec --name notes --engine data
		survives -i spec.json $(range) para-chain check
		survives $(range) para-chain create spec.json -k a.key --seq 1 --network "$NETWORK"
		survives $(range) para-node genesis --time 1 --solo --founder "$(para-key show a.key -f address)"
	}
}

@test "memory: para-coin, and every tool's help" {
	make_objects
	a=$(para-key show a.key -f address)
	order=(-c 1 --seq 1 --network "$NETWORK" -k a.key)
	gold=(--name gold --supply 1000 --issuance mined --reward 10 --halving 5 --alloc "$a=7" --lock "$a=5:1:9")
	para-coin spec "${gold[@]}" >gold.json
	# shellcheck disable=SC2046 # words
	{
		survives $(range) para-coin spec "${gold[@]}"
		survives -i gold.json $(range) para-coin plan
		survives -i gold.json $(range) para-coin plan --csv
		survives "$HOLD/nomem.so" 1 60 1 para-coin send --to "$a" --amount 1 --memo x "${order[@]}"
		survives $(range) para-coin issue --token ruby --symbol RUB --supply 5 "${order[@]}"
		survives $(range) para-coin mint --to "$a" --amount 2 "${order[@]}"
		survives $(range) para-coin burn --amount 2 "${order[@]}"
		survives $(range) para-coin freeze "$a" "${order[@]}"
	}
	# Few allocations, each of them tried: half a text with status 0 would pass for the whole.
	for tool in para-{chain,coin,inspect,key,mine,node,seal,send}; do
		survives "$HOLD/nomem.so" 1 60 1 "$tool" --help
	done
}

@test "memory: para-inspect with a node, without one; para-send" {
	NODE_DEV=1 start_node
	para-key new a.key
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final
	seq 20 | para-seal payload -c notes -k a.key | tee payloads | para-send --wait final
	id=$(head -n 1 payloads | id_of)
	para-inspect proof "$id" >proof
	para-inspect verify <proof | jq -r .hash >header
	# shellcheck disable=SC2046 # words
	{
		survives $(range) para-inspect status -f key
		survives $(range) para-inspect hyper 1..4
		survives $(range) para-inspect hyper 2
		survives $(range) para-inspect payload "$id"
		survives $(range) para-inspect proof "$id"
		survives -i payloads $(range) para-send --wait final -f payload,status
		stop_node
		survives -i proof $(range) para-inspect verify --header header
		survives "$HOLD/nomem.so" 1 "$LAST" 1 para-inspect check -d node # all of them: it is quick
	}
}

@test "memory: a node's start" {
	new_directory old
	para-node -d old --genesis genesis.json 2>/dev/null 3>&- &
	# shellcheck disable=SC2034 # stop_node reads it
	NODE_PID=$!
	rude answers "$PWD/old/node.ipc" 5000
	stop_node
	# shellcheck disable=SC2046 # words
	{
		survives $(range) para-node -d old
		survives -b 'rm -rf new' $(range) para-node -d new --dev
	}
}

# limited COMMAND...: 256 MB of data for all, small stacks.
limited() {
	ulimit -s 1024
	exec prlimit --data=268435456 "$@"
}

# flood N: a sender's bodies of 50,000 bytes.
flood() {
	head -c 30000000 /dev/urandom | base64 -w 50000 | head -n 600 | para-seal payload -c notes -k "$1.key" >"$1.load"
	para-send --timeout 60 <"$1.load" >"$1.receipts" 2>"$1.err"
}

@test "memory: a flood within 256 MB" {
	NODE_DEV=1 PERIOD=200 start_node limited
	para-key new a.key
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final
	{
		printf '{"jsonrpc":"2.0","id":1,"method":"submit","params":{"payloads":["'
		head -c 14000000 /dev/zero | tr '\0' 'a'
		printf '"]}}'
	} >big
	printf '[%s0]' "$(yes '0,' | head -c 14000000 | tr -d '\n')" >many
	senders=()
	for i in 1 2 3; do
		para-key new $i.key
		flood $i 3>&- &
		senders+=($!)
	done
	for _ in 1 2 3 4 5 6; do
		rude ask "$SOCKET" 30000 <big >/dev/null 3>&- &
		senders+=($!)
		rude ask "$SOCKET" 30000 <many >/dev/null 3>&- &
		senders+=($!)
	done
	for _ in 1 2 3; do
		sleep 1
		rude answers "$SOCKET" 5000
	done
	wait "${senders[@]}" || true
	rude answers "$SOCKET" 1000
	cat ./*.receipts >receipts
	[ "$(wc -l <receipts)" -ge 600 ]
	receipts_hold
	echo last | para-seal payload -c notes -k a.key | para-send --wait final
	stop_node
	para-inspect check
}
