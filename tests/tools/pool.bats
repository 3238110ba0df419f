#!/usr/bin/env bats
load lib

notes() {
	para-key new a.key >/dev/null
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final >/dev/null
}

# line SEQ FEE [BODY [OPTION...]]: a payload of a.key on notes
line() {
	echo "${3:-x}" | para-seal payload -c notes -k a.key --seq "$1" --fee "$2" "${@:4}"
}

@test "a higher fee replaces what waits: both senders are told, and a crash changes nothing" {
	local old new later
	start_dev_node d
	notes
	line 2 10 old >old.line
	old=$(id_of <old.line)
	para-send --wait final <old.line >told 2>told.err 3>&- &
	waiter=$!
	waits() { [ -n "$(para-inspect pool)" ]; }
	soon waits
	line 2 10 same | fails 4 'only a fee a tenth higher' para-send
	line 2 11 new >new.line
	new=$(id_of <new.line)
	[ "$(para-send -f status <new.line)" = pooled ]
	ended=0
	wait "$waiter" || ended=$?
	[ "$ended" -eq 1 ]
	[ "$(jq -r '[.status, .by] | join(" ")' told)" = "replaced $new" ]
	grep -q "line 1: replaced by $new" told.err
	kill -9 "$NODE_PID"
	run wait "$NODE_PID"
	start_dev_node d
	[ "$(para-inspect payload "$old" -f status,by | tr '\t' ' ')" = "replaced $new" ]
	[ "$(para-inspect pool -f payload)" = "$new" ]
	fails 4 'only a fee a tenth higher' para-send <old.line
	later=$(line 2 13 later | tee later.line | id_of)
	para-send <later.line
	line 1 0 | para-send --wait final
	[ "$(para-send --wait final -f status <later.line)" = final ]
	[ "$(para-inspect payload "$new" -f status,by | tr '\t' ' ')" = "replaced $later" ]
	fails 4 'seq was used already' para-send <<<"$(line 2 100 again)"
	stop_node
	para-inspect check -d d
}

@test "what expired says so, also after a restart" {
	local id
	start_dev_node d
	notes
	id=$(line 99 0 x --expiry $(($(para-inspect status -f hid) + 8)) | tee line | id_of)
	para-send --wait final <line >told 2>told.err 3>&- &
	waiter=$!
	for seq in $(seq 50); do
		kill -0 "$waiter" 2>/dev/null || break
		line "$seq" 0 | para-send --wait final
	done
	ended=0
	wait "$waiter" || ended=$?
	[ "$ended" -eq 1 ]
	[ "$(jq -r .status told)" = expired ]
	grep -q 'line 1: expired' told.err
	stop_node
	start_dev_node d
	[ "$(para-inspect payload "$id" -f status)" = expired ]
}

# A node that seals nothing: no miner works for it. Keys a, b and c hold something.
start_idle_node() {
	local key
	alloc=()
	for key in a b c; do alloc+=(--alloc "$(para-key new $key.key -f address)=1000"); done
	mkdir "$1"
	para-key new "$1/node.key" -f address >founder
	para-node genesis --solo --founder "$(cat founder)" --period 200 --difficulty 256 --fee 0 --reward 0 \
		"${alloc[@]}" >genesis.json
	PARA_HOME=$1
	export PARA_HOME
	para-node --genesis genesis.json "${@:2}" 2>>node.log 3>&- &
	NODE_PID=$!
	para-inspect status --connect-timeout 60 >/dev/null
}

# on_root KEY SEQ FEE NAME: registers a chain, on chain 0
on_root() {
	para-chain spec --name "$4" | para-chain create - -k "$1.key" --seq "$2" --fee "$3"
}

@test "a full pool refuses newcomers and says which bound it has reached" {
	local bytes
	para-key new size.key >/dev/null
	bytes=$(para-chain spec --name aa | para-chain create - -k size.key --seq 1 --network "$NETWORK" | jq '.hex | length / 2')
	start_idle_node d --pool-signer 2 --pool $((bytes * 3))
	on_root a 1 0 aa | para-send
	on_root a 2 0 ab | para-send
	on_root a 3 0 ac | fails 4 'pool is full for this signer' para-send --timeout 0
	on_root a 2 1 ad | para-send
	on_root b 1 0 ba | para-send
	on_root b 2 9 bb | fails 4 'as many bytes as it may' para-send --timeout 0
	[ "$(jq -r '[.status, .reason] | join(" ")' out)" = 'rejected pool_full' ]
	fails 2 '--pool 1e6: not a size' para-node --genesis genesis.json --pool 1e6
}

@test "between signers the higher fee goes first, a signer's own in the order of seq" {
	start_idle_node d
	on_root a 1 10 ax | para-send
	on_root b 1 20 bx | para-send
	on_root c 1 30 cx | para-send
	on_root a 2 99 ay | para-send
	on_root b 2 1 by | tee line | para-send
	para-mine work -q -k a.key >/dev/null 2>&1 3>&- &
	miner=$!
	para-send --wait sealed --timeout 60 <line
	kill "$miner"
	# Of the queues whose head pays most each is taken as far as it goes.
	para-inspect block 1.0.1 | jq -r '.payloads[].fee' | tr '\n' ' ' >fees
	[ "$(cat fees)" = '30 20 1 10 99 ' ]
}

@test "the pool in sums: by chain and by signer, with bounds and gaps" {
	start_idle_node d --pool-signer 9 --pool 1M
	on_root a 1 10 ax | para-send
	on_root a 3 30 ay | para-send
	on_root b 1 20 bx | para-send
	[ "$(para-inspect pool --by chain -f chain_name,signers,payloads,fee_least,fee_most,gaps,bytes_most | tr '\t' ' ')" = \
		'para 2 3 10 30 1 1048576' ]
	para-inspect pool --by signer -f signer,payloads,payloads_most,fee_least,fee_most,seq_least,seq_most,waits_for |
		sort >sums
	printf '%s\t%s\n' "$(para-key show a.key -f address)" $'2\t9\t10\t30\t1\t3\t2' \
		"$(para-key show b.key -f address)" $'1\t9\t20\t20\t1\t1\t' | sort | diff - sums
	[ "$(para-inspect pool --by chain -f bytes)" = "$(para-inspect status -f pool.bytes)" ]
	para-inspect pool --by chain -o table >table
	read -r -a row < <(tail -1 table)
	[ "${row[*]:0:4}" = '0 para 2 3' ]
	para-inspect pool --by signer -o table | head -1 | grep -q '^chain  chain_name  signer .*  waits_for$'
	fails 2 '--by fee: neither' para-inspect pool --by fee
}

@test "export: every payload once, as NDJSON and as CSV that other tools read" {
	start_dev_node d
	notes
	printf '%s\n' plain 'a "quoted", comma' '0005' | para-seal payload -c notes -k a.key --fee 18446744073709551614 |
		para-send --wait final
	printf 'two\r\nlines' | para-seal payload --raw -c notes -k a.key | para-send --wait final
	printf '\000\377' | para-seal payload --raw -c notes -k a.key | para-send --wait final
	# The second of two chains with one name fails when it is executed.
	for seq in 2 3; do
		para-chain spec --name twice --body-bytes $seq | para-chain create - -k a.key --seq $seq
	done >lines
	fails 1 'name is taken' para-send --wait final <lines
	para-inspect export >all
	[ "$(jq -r .payload all | sort -u | wc -l)" -eq 8 ]
	[ "$(wc -l <all)" -eq 8 ]
	[ "$(jq -r 'select(.result.ok | not) | [.chain_name, .result.reason] | join(" ")' all)" = 'para name_taken' ]
	para-inspect export -c notes >notes
	[ "$(jq -r 'select(.seq == "2") | .body' notes)" = 'a "quoted", comma' ]
	[ "$(jq -r 'select(.fee != "0") | .fee' notes | sort -u)" = 18446744073709551614 ]
	para-inspect export --from "$(jq -s '.[-1].hid' notes)" --to final -c 1 | diff - <(tail -1 notes)
	[ -z "$(para-inspect export --from 900000)" ]
	fails 2 'neither ndjson nor csv' para-inspect export --format xml
	fails 2 '--format csv goes with neither -o nor -f' para-inspect export --format csv -f at
	para-inspect export -c notes --format csv >notes.csv
	[ "$(head -1 notes.csv)" = $'at,hid,time,final,chain,chain_name,payload,signer,seq,fee,expiry,bytes,body,body_base64,ok,value,error,reason\r' ]
	para-inspect export --format csv | sqlite3 x.db '.import --csv /dev/stdin payloads'
	[ "$(sqlite3 x.db 'select count(*), count(distinct payload), max(fee) from payloads')" = '8|8|18446744073709551614' ]
	[ "$(sqlite3 x.db "select body from payloads where chain_name = 'notes' and seq = 2")" = 'a "quoted", comma' ]
	[ "$(sqlite3 x.db "select quote(body) from payloads where seq = 4")" = $'\'two\r\nlines\'' ]
	[ "$(sqlite3 x.db "select body_base64 from payloads where seq = 5")" = AP8= ]
	[ "$(sqlite3 x.db "select ok, reason from payloads where ok = 'false'")" = 'false|name_taken' ]
}

@test "every answer carries the hyper block that it stands for, and whether that is final" {
	local id
	start_dev_node d
	notes
	id=$(echo x | para-seal payload -c notes -k a.key | para-send --wait final -f payload)
	for answer in "payload $id" "chain notes" "chains" "account $(para-key show a.key -f address) -c 0"; do
		# shellcheck disable=SC2086
		para-inspect $answer | jq -e '(.hid | type) == "number" and (.final | type) == "boolean"'
	done
	para-coin balance "$(para-key show a.key -f address)" -c 0 | jq -e '(.hid | type) == "number" and .final != null'
	para-coin supply -c 0 | jq -e '(.hid | type) == "number" and .final != null'
	para-coin audit -c 0 | jq -e '(.hid | type) == "number" and .final != null'
}
