#!/usr/bin/env bats
# What a person does with a node, as printed in para(7).
load lib

# create NAME: a chain, usable when this returns.
create() {
	para-chain spec --name "$1" --engine data | para-chain create - -k a.key | para-send --wait final >created
	para-inspect chain "$1" >/dev/null
}

@test "a chain is made, data goes in, comes out and is proven" {
	start_dev_node "$PWD/node"
	para-key new a.key
	create notes
	[ "$(jq -r .status created)" = final ]
	seq 100 | para-seal payload -c notes -k a.key | para-send --wait sealed >sent
	[ "$(jq -r .status sent | sort | uniq -c | tr -s ' ')" = ' 100 sealed' ] || [ "$(grep -cE '"status":"(sealed|final)"' sent)" = 100 ]
	id=$(sed -n 42p sent | id_of)
	[ "$(para-inspect payload "$id" | jq -r .body)" = 42 ]
	at=$(para-inspect payload "$id" -f at)
	[ "$(para-inspect payload "$at" -f payload)" = "$id" ]
	[ "$(para-inspect block "${at%.*}" | jq -r '.payloads | length > 0')" = true ]
	id=$(echo hello | para-seal payload -c notes -k a.key | para-send --wait final | id_of)
	para-inspect proof "$id" >p.json
	para-inspect verify <p.json >verdict
	[ "$(jq -c '[.valid, .anchored]' verdict)" = '[true,true]' ]
	para-inspect hyper "$(jq .hid verdict)" >header
	stop_node
	# without the node the proof still holds, and the header anchors it
	[ "$(para-inspect verify --header header <p.json | jq -c '[.valid, .anchored]')" = '[true,true]' ]
	[ "$(para-inspect verify <p.json | jq -c '[.valid, .anchored]')" = '[true,false]' ]
	jq -r .hash header >hash.txt
	para-inspect verify --header hash.txt <p.json
	tamper <hash.txt >other.txt
	fails 1 'not the one given' para-inspect verify --header other.txt <p.json
	jq -c '.proof |= (.[:400] + (if .[400:401] == "0" then "1" else "0" end) + .[401:])' p.json >bad.json
	fails 1 'line 1: ' para-inspect verify <bad.json
	para-inspect check -d "$PWD/node" >checked
	[ "$(jq -r .valid checked)" = true ]
}

@test "the builder's own seal is mined and taken" {
	PERIOD=1000 start_dev_node "$PWD/node"
	para-key new a.key
	create notes
	# In a slot that lasts long enough for it.
	for _ in $(seq 20); do
		seq 3 | para-seal payload -c notes -k a.key | para-seal block -c notes -k a.key | para-mine -j 2 |
			para-send --wait sealed >sent && break
	done
	[ "$(jq -r '.lane' sent)" = 1 ]
	[ "$(para-inspect block "$(jq -r .at sent)" | jq -r '.payloads | length')" = 3 ]
}

@test "a batch goes on after what is bad in it" {
	start_dev_node "$PWD/node"
	para-key new a.key
	create notes
	seq 3 | para-seal payload -c notes -k a.key >good
	{
		sed -n 1p good
		echo nonsense
		sed -n 2p good | jq -r .hex | tamper
		sed -n 1p good
		echo x | para-seal payload -c 1 -k a.key --seq 9 --network ffffffffffffffff
		echo x | para-seal payload -c 77 -k a.key --seq 9 --network "$(para-inspect status -f network)"
		echo x | para-seal payload -c notes -k a.key --seq 9 --expiry 1
		jq -r .hex good | sed -n 2p | cut -c1-100
		sed -n 2,3p good
	} >mixed
	fails 4 'line 2: neither hex nor a JSON object' para-send <mixed
	grep -q 'line 3: rejected: signature' err
	grep -q 'line 5: rejected: .*network' err
	grep -q 'line 6: rejected: no such chain' err
	grep -q 'line 7: rejected: .*expired' err
	grep -q 'line 8: input ends too early' err
	[ "$(jq -r .status out | paste -sd,)" = pooled,rejected,pooled,rejected,rejected,rejected,pooled,pooled ]
	para-send --wait sealed <good >again
	[ "$(grep -cE '"status":"(sealed|final)"' again)" = 3 ]
}

@test "reading tools page through more than one answer" {
	start_dev_node "$PWD/node"
	para-key new a.key
	create notes
	seq 3000 | para-seal payload -c notes -k a.key | para-send --wait sealed >sent
	[ "$(wc -l <sent)" = 3000 ]
	[ "$(jq -r .payload sent | para-inspect payload -f body | sort -n | md5sum)" = "$(seq 3000 | md5sum)" ]
	for at in $(jq -r .at sent | sed 's/\.[0-9]*$//' | sort -u); do para-inspect block "$at" | jq -r '.payloads[].body'; done |
		sort -n | cmp - <(seq 3000)
	para-inspect hyper 0..latest -f hid >hids
	seq 0 "$(tail -1 hids)" | cmp - hids
	[ "$(para-chain list -f chain_name | paste -sd,)" = para,notes ]
}

@test "follow tells each hyper block once, in order" {
	start_dev_node "$PWD/node"
	para-key new a.key
	create notes
	para-inspect follow --from 0 >followed 3>&- &
	follower=$!
	seq 5 | para-seal payload -c notes -k a.key | para-send --wait final >/dev/null
	tip=$(para-inspect status -f hid)
	told() { [ "$(jq -s 'map(.hid) | max' followed)" -ge "$tip" ]; }
	soon told
	kill $follower
	jq .hid followed | sort -n | uniq | cmp - <(jq .hid followed)
	[ "$(jq -s 'map(select(.certified)) | length' followed)" -gt "$tip" ]
}

@test "follow ends when nobody reads on, though nothing happens" {
	start_dev_node "$PWD/node"
	# shellcheck disable=SC2016 # the inner shell's
	timeout 60 bash -c 'para-inspect follow --from 0 -f hid | head -1; exit "${PIPESTATUS[0]}"' >followed
	[ "$(cat followed)" = 0 ]
}

@test "the graph is a picture" {
	start_dev_node "$PWD/node"
	para-key new a.key
	create notes
	seq 5 | para-seal payload -c notes -k a.key | para-send --wait final >/dev/null
	para-inspect graph 0..9 >graph.dot
	dot -Tsvg graph.dot >graph.svg
	grep -q 'notes (lane 1)' graph.svg
}

@test "waiting ends in time with status 5" {
	start_dev_node "$PWD/node"
	para-key new a.key
	create notes
	echo x | para-seal payload -c notes -k a.key --seq 5 | {
		run para-send --wait sealed --timeout 1
		[ "$status" -eq 5 ]
		[[ $output == *'"status":"pooled"'* ]]
		[[ $output == *'line 1: pooled, not yet sealed'* ]]
	}
}

@test "what is not there is told with status 1" {
	start_dev_node "$PWD/node"
	fails 1 'hyper 99999: not found' para-inspect hyper 99999
	fails 1 'para-inspect: chain nothing is not registered' para-inspect chain nothing
	fails 1 'payload 1.1.1.1: ' para-inspect payload 1.1.1.1
	printf '%s\n' 0 88888 latest >list
	fails 1 'line 2: hyper 88888: not found' para-inspect hyper - -f hid <list
	[ "$(wc -l <out)" = 2 ]
	fails 2 'hyper 3..1: to: is before from: the range is reversed' para-inspect hyper 3..1
	fails 2 'reversed' para-inspect graph 2..0
	[ ! -s out ]
	fails 2 'reversed' para-inspect export --from 2 --to 1
	for end in 99999 latest final; do
		para-inspect hyper 88888..$end >out
		[ ! -s out ]
	done
	para-inspect export --from 88888 --to final >out
	[ ! -s out ]
}

@test "pipelines run from a script with stdin closed, without HOME, and fail on a full disk" {
	start_dev_node "$PWD/node"
	para-key new a.key
	create notes
	cat >script <<-'END'
		set -eo pipefail
		echo line | para-seal payload -c notes -k a.key | para-send --wait sealed
		para-inspect status
		para-inspect chains
	END
	env -u HOME bash script <&- >out
	[ "$(wc -l <out)" = 4 ]
	echo more | para-seal payload -c notes -k a.key >line
	for command in 'para-send <line' 'para-inspect hyper 0..latest' 'para-inspect graph 0..latest' 'para-inspect follow --from 0'; do
		run bash -c "$command >/dev/full"
		[ "$status" -eq 2 ]
	done
}

@test "a sender survives a node that restarts" {
	start_dev_node "$PWD/node"
	para-key new a.key
	create notes
	mkfifo pipe
	para-send --connect-timeout 60 --wait sealed <pipe >sent 3>&- &
	sender=$!
	exec 9>pipe
	seq 10 | para-seal payload -c notes -k a.key >lines
	head -5 lines >&9
	five() { [ "$(wc -l <sent)" = 5 ]; }
	soon five
	stop_node
	start_dev_node "$PWD/node"
	tail -5 lines >&9
	exec 9>&-
	wait $sender
	[ "$(wc -l <sent)" = 10 ]
}

@test "a miner works for a node and ends with its parent" {
	start_dev_node "$PWD/node"
	para-key new a.key
	mkfifo pipe
	para-mine work -k a.key <pipe >mined 3>&- &
	miner=$!
	exec 9>pipe
	create notes
	exec 9>&-
	wait $miner
}
