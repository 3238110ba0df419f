#!/usr/bin/env bats
load lib

# A node with a coin, a token and a log; a, b hold coins.
start_with_coins() {
	for name in a b c; do
		para-key new $name.key -f address >$name
	done
	start_dev_node old
	para-coin spec --name gold --issuance fixed --supply 1000 --alloc "$(cat a)=900" --lock "$(cat b)=50:1:100000" \
		--byte-fee 0 --tokens anybody | para-chain create - -k c.key | para-send --wait final
	para-chain spec --name notes | para-chain create - -k c.key | para-send --wait final
	seq 5 | para-seal payload -c notes -k a.key | para-send --wait final -f payload >noted
	para-coin send -c gold -k a.key --to "$(cat c)" --amount 200 | para-send --wait final -f payload,at >both
	cut -f 1 both >sent
	cut -f 2 both | sed 's/\.[0-9]*$//' >sent_at
	para-coin issue -c gold -k a.key --token shares --symbol SH --supply 10 | para-send --wait final
	para-coin mint -c gold -k a.key --token shares --to "$(cat b)" --amount 9 | para-send --wait final
}

# What a node says of all that a snapshot is to keep.
told() {
	para-inspect status -f hid,hash,final_hid
	para-inspect chains
	for chain in para gold notes; do
		para-inspect chain $chain -o json | jq -c '[.lanes[] | {lid, tip, executed, state_root}]'
	done
	para-coin balance -c gold "$(cat a)" "$(cat b)" "$(cat c)"
	para-coin supply -c gold
	para-coin supply -c gold --token shares
}

# quiet: nothing waits any more, so that the tip stands still for five slots, and is executed.
quiet() {
	local now before=''
	for _ in $(seq 100); do
		now=$(para-inspect status -f hid)
		[ "$now" != "$before" ] || [ "$(para-inspect chain para -o json | jq .lanes[0].executed)" != "$now" ] || return 0
		before=$now
		sleep 1
	done
	return 1
}

# start_new: the node of the imported directory, with the founder's key and no miner.
start_new() {
	export PARA_HOME=new
	para-node -d new -k old/node.key 2>>new.log 3>&- 9>&- &
	# shellcheck disable=SC2034 # stop_node reads it
	NODE_PID=$!
	para-inspect status --connect-timeout 60 >/dev/null
}

@test "a snapshot of a running node starts another, which goes on with the same chain, state and balances" {
	start_with_coins
	quiet
	para-node snapshot snap >made
	para-node snapshot - >piped
	cmp snap piped
	[ "$(stat -c %a snap)" = 600 ]
	told >before
	stop_node
	para-node import snap -d new --expect "$(jq -r .hash made)" >taken
	[ "$(jq -c 'del(.file)' made)" = "$(jq -c 'del(.dir)' taken)" ]
	[ "$(stat -c %a new)" = 700 ]
	[ ! -e new.import ]
	para-inspect check -d new | jq -e '.valid and .problems == 0'
	start_new
	quiet
	told >after
	diff before after
	[ "$(para-inspect status -f bodies_from)" = $(($(jq .hid made) + 1)) ]
	# Of a chain that keeps no state all is there, of one that does what is new.
	para-inspect payload -f status <noted | sort -u | grep -qx final
	fails 1 'not found' para-inspect payload "$(cat sent)"
	fails 1 'older than the snapshot' para-inspect block "$(cat sent_at)"
	para-inspect hyper 1..latest -o json | jq -c 'del(.endorsements)' | jq -s '[.[].lanes[].blocks] | add' | grep -qvx 0
	[ "$(para-inspect graph 1..latest | grep -c 'shape=plain')" -gt 3 ]
	para-mine work -q -k old/node.key -j 1 2>/dev/null 3>&- 9>&- &
	miner=$!
	id=$(para-coin send -c gold -k a.key --to "$(cat b)" --amount 5 | para-send --wait final -f payload)
	para-inspect payload "$id" -f status | grep -qx final
	[ "$(para-coin balance "$(cat b)" -c gold -f balance)" = 5 ]
	para-inspect proof account "$(cat b)" -c gold | para-inspect verify | jq -e '.valid and .anchored'
	echo six | para-seal payload -c notes -k a.key | para-send --wait final
	para-coin audit -c gold
	para-node snapshot again
	kill "$miner"
	stop_node
	para-inspect check -d new | jq -e '.valid and .problems == 0'
	# What began with a snapshot can be one again.
	para-node import again -d third
	para-inspect check -d third | jq -e .valid
	fails 1 'snapshot' para-node reset --to 2 -d new
}

@test "a snapshot that is torn, altered or another one's is refused, and nothing is left" {
	start_with_coins
	para-node snapshot snap
	stop_node
	size=$(stat -c %s snap)
	for keep in 0 1 100 $((size / 2)) $((size - 1)); do
		head -c "$keep" snap >bad
		fails 1 'no snapshot, or damaged' para-node import bad -d new
	done
	{ cat snap; echo; } >bad
	fails 1 'after the end' para-node import bad -d new
	for at in 0 7 40 $((size / 3)) $((size / 2)) $((size - 100)) $((size - 1)); do
		{ head -c "$at" snap; head -c $((at + 1)) snap | tail -c 1 | tr '\000-\377' '\001-\377\000'
			tail -c +$((at + 2)) snap; } >bad
		[ "$(stat -c %s bad)" = "$size" ]
		fails 1 '' para-node import bad -d new
	done
	fails 1 'expected is not in' para-node import snap -d new --expect "$(printf '%064d' 7)"
	fails 2 'not the hash' para-node import snap -d new --expect 12
	fails 2 'No such file' para-node import missing -d new
	fails 2 'not empty' para-node import snap -d old
	ln -s loop loop
	fails 2 'loop: Too many levels of symbolic links' para-node import snap -d loop
	fails 2 'one FILE' para-node import
	fails 2 'one FILE' para-node snapshot
	[ ! -e new ]
	[ ! -e new.import ]
	(ulimit -f 40; fails 2 'full' para-node import snap -d new)
	[ ! -e new ]
	[ ! -e new.import ]
	# What an import that was killed left is no hindrance; an empty directory is as good as none.
	mkfifo pipe
	exec 7<>pipe
	head -c $((size / 2)) snap >&7
	para-node import pipe -d new 7<&- 3>&- &
	import=$!
	soon test -e new.import/data.mdb
	fails 2 'another import into new is under way' para-node import snap -d new
	kill -KILL $import
	wait $import || true
	exec 7<&-
	[ -e new.import ]
	[ ! -e new ]
	mkdir new
	para-node import - -d new <snap
	para-inspect check -d new | jq -e .valid
	fails 2 'not empty' para-node import snap -d new
}

@test "a node without a final block has no snapshot yet" {
	para-key new a.key
	start_dev_node old
	fails 5 'try again' para-node snapshot snap
	[ ! -e snap ]
	fails 1 'not found' para-node snapshot snap -d none
}
