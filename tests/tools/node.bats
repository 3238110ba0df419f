#!/usr/bin/env bats
# para-node: starts, refusals, ends, what it leaves behind.

load lib

# in_log TEXT: waits until the node has logged it.
in_log() {
	for _ in $(seq 600); do
		grep -sqF -- "$1" node.log && return
		sleep 0.1
	done
	sed 's/^/# /' node.log >&2
	return 1
}

# miners DIR: process ids of the miners that work for the node of a directory below this one.
miners() {
	local pid
	for pid in $(pgrep -f -- "para-mine work .*$1/"); do
		[ ! "/proc/$pid/cwd" -ef . ] || echo "$pid"
	done
}

has_miner() {
	[ -n "$(miners "$1")" ]
}

no_miner() {
	! has_miner "$1"
}

@test "one command starts a development network; SIGTERM ends it cleanly" {
	para-node --dev -d d 2>node.log 3>&- &
	NODE_PID=$!
	in_log "ready on ipc://d/node.ipc"
	[ "$(stat -c %a d)" = 700 ]
	[ "$(stat -c %a d/node.ipc)" = 600 ]
	[ "$(stat -c %a d/node.key)" = 600 ]
	[ "$(stat -c %a d/faucet.key)" = 600 ]
	[ "$(para-inspect status -d d -f name,role,solo,period_ms,signing)" != "" ]
	[ "$(jq -r '.alloc[0].amount' d/genesis.json)" = 1000000000000000 ]
	soon has_miner d
	kill -TERM "$NODE_PID"
	wait "$NODE_PID"
	NODE_PID=
	in_log stopped
	[ ! -e d/node.ipc ]
	soon no_miner d
	fails 3 "" para-inspect status -d d --connect-timeout 0
}

@test "a genesis that cannot be is refused by what was given" {
	local a b
	para-key new a.key -f address >a
	para-key new b.key -f address >b
	a=$(cat a) b=$(cat b)
	fails 2 '--solo takes one --founder' para-node genesis --solo --founder "$a" --founder "$b"
	fails 2 'one --founder is enough with --solo alone' para-node genesis --founder "$a"
	fails 2 "--alloc: $a is given twice" para-node genesis --solo --founder "$a" --alloc "$a=1" --alloc "$b=1" --alloc "$a=2"
	fails 2 "--alloc $a: no ADDRESS=AMOUNT" para-node genesis --solo --founder "$a" --alloc "$a"
	fails 2 "--alloc $a=0: amount is zero" para-node genesis --solo --founder "$a" --alloc "$a=0"
	fails 2 '--alloc: all together are more than the supply cap' para-node genesis --solo --founder "$a" \
		--alloc "$a=21000000000000000" --alloc "$b=1"
	fails 2 '--reward 21000000000000001: more than the supply cap' para-node genesis --solo --founder "$a" --reward 21000000000000001
	fails 2 '--name x y: not a valid name' para-node genesis --solo --founder "$a" --name 'x y'
	para-node genesis --solo --founder "$a" --alloc "$a=20999999999999999" --alloc "$b=1" | jq -e '.alloc | length == 2'
}

@test "a new directory needs a network, and is not made without one" {
	fails 2 "needs --genesis FILE or --dev" para-node -d nothing
	[ ! -e nothing ]
	echo '{"name":"x"}' >bad.json
	fails 2 "bad.json is no genesis" para-node -d nothing --genesis bad.json
	fails 2 "No such file" para-node -d nothing --genesis none.json
	fails 2 "No such file" para-node -d nothing --dev -k none.key
	[ ! -e nothing ]
}

@test "a store of another schema is refused in words and left as it is" {
	local want='store has another schema version'
	start_dev_node d
	stop_node
	# The highest byte of the number; no store has one so great.
	LC_ALL=C sed -i 's/\(schema..\)\x00\x00/\1\x00\x7f/g' d/data.mdb
	cp d/data.mdb before
	fails 2 "cannot open the store in d: $want" para-node -d d
	fails 2 "$want" para-node --dev --genesis genesis.json -d d
	fails 2 "cannot check d: $want" para-inspect check -d d
	fails 2 "cannot reset d: $want" para-node reset --to 0 -d d
	fails 2 "$want" para-node backup other.mdb -d d
	fails 2 "$want" para-node snapshot snap -d d
	cmp before d/data.mdb
	[ ! -e other.mdb ] && [ ! -e snap ]
	LC_ALL=C sed -i 's/\(schema..\)\x00\x7f/\1\x00\x00/g' d/data.mdb
	para-inspect check -d d
}

@test "a second node is refused and harms nothing" {
	start_dev_node d
	fails 2 "another node runs on" para-node --dev --genesis genesis.json -d d
	fails 2 "another node runs on" para-node -d d
	para-inspect status >/dev/null
	[ -S d/node.ipc ]
}

@test "a network that this key cannot run is refused" {
	para-key new a.key -f address >a
	para-key new b.key -f address >b
	para-node genesis --solo --founder "$(cat a)" >solo.json
	para-node genesis --solo --founder "$(cat a)" | jq -c '.solo = false' >one.json
	para-node genesis --founder "$(cat a)" --founder "$(cat b)" >many.json
	fails 2 "not the founder" para-node -d d -k b.key --genesis solo.json
	fails 2 "two must vote" para-node -d d -k a.key --genesis one.json
	fails 2 "not solo" para-node -d d -k a.key --dev --genesis many.json
	[ ! -e d/data.mdb ]
	fails 2 "cannot listen on tcp://127.0.0.1:99999: no such host or port" para-node -d d -k a.key --genesis many.json \
		--listen tcp://127.0.0.1:99999
}

@test "--dev and --genesis keep to the network of the directory" {
	para-key new a.key -f address >a
	para-node genesis --solo --founder "$(cat a)" --difficulty 256 >one.json
	para-node genesis --solo --founder "$(cat a)" --difficulty 257 >two.json
	para-node -d d -k a.key --genesis one.json 2>node.log 3>&- &
	NODE_PID=$!
	in_log ready
	stop_node
	fails 2 "belongs to another network" para-node -d d -k a.key --genesis two.json
	fails 2 "--dev did not make" para-node -d d -k a.key --dev
	rm node.log
	para-node -d d -k a.key 2>node.log 3>&- &
	NODE_PID=$!
	in_log ready
}

@test "genesis: what is given is there, what is wrong is named" {
	para-key new a.key -f address >a
	para-key new b.key -f address >b
	para-node genesis --name net --period 500 --epoch 32 --seals 8 --fee 0 --reward 7 --time 1000 --solo \
		--founder "$(cat a)" --alloc "$(cat a)=5" --alloc "$(cat b)=6" >g.json
	[ "$(jq -c '[.name,.period_ms,.epoch,.seals,.register_fee,.byte_fee,.reward,.solo,.time]' g.json)" = \
		'["net",500,32,8,"0","0","7",true,"1970-01-01T00:00:01.000Z"]' ]
	[ "$(jq '.alloc | length' g.json)" = 2 ]
	fails 2 "a --founder is wanted" para-node genesis
	fails 2 "--founder para1x" para-node genesis --founder para1x
	fails 2 "--alloc" para-node genesis --solo --founder "$(cat a)" --alloc "$(cat a)=-5"
	fails 2 "founder" para-node genesis --founder "$(cat a)" --founder "$(cat a)"
	fails 2 "period" para-node genesis --solo --founder "$(cat a)" --period 1
}

@test "kill -9: the miner goes too, and the node starts again where it was" {
	start_dev_node d
	para-key new a.key >/dev/null
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final >/dev/null
	seq 20 | para-seal payload -c notes -k a.key | para-send >sent
	kill -9 "$NODE_PID"
	wait "$NODE_PID" || true
	soon no_miner d
	para-inspect check -d d
	[ -S d/node.ipc ]
	start_dev_node d
	jq -r .payload sent | while read -r id; do para-inspect payload "$id" -f status; done >status
	[ "$(grep -cE '^(pooled|sealed|final)$' status)" = 20 ]
}

@test "backup: a copy while it runs, whole or not at all" {
	start_dev_node d
	para-key new a.key >/dev/null
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final >/dev/null
	para-node backup copy.mdb >out
	[ "$(jq -r .bytes out)" = "$(stat -c %s copy.mdb)" ]
	[ "$(stat -c %a copy.mdb)" = 600 ]
	[ ! -e copy.mdb.tmp ]
	mkdir copy
	para-node backup - >copy/data.mdb
	para-inspect check -d copy
	para-node backup copy.mdb >/dev/null
	fails 2 "cannot copy to nowhere/copy.mdb" para-node backup nowhere/copy.mdb
	fails 2 "disk is full" bash -c 'para-node backup - >/dev/full'
	fails 2 "cannot open the store" para-node backup -d empty x
	# Devices and pipes are written to, not replaced; the store itself is neither.
	ln -s /dev/full full
	fails 2 "cannot copy to full" para-node backup full
	[ -L full ]
	mkfifo pipe
	cat pipe >piped &
	para-node backup pipe
	wait $!
	[ "$(stat -c %s piped)" = "$(stat -c %s copy.mdb)" ]
	fails 2 "d/data.mdb is the store itself" para-node backup d/data.mdb
	# The copy is a node: with the same key it goes on, once the old one has stopped.
	stop_node
	cp d/node.key copy/
	cp d/genesis.json copy/
	start_dev_node copy
	[ "$(para-inspect chain notes -f chain)" = 1 ]
}

@test "a configuration file gives options, the command line wins" {
	start_dev_node d
	stop_node
	rm -f node.log
	printf '# of this node\ndev = yes\ncontrol = ipc://%s/other.ipc\nquiet = yes\n' "$PWD" >conf
	para-node -d d --config conf 2>node.log 3>&- &
	NODE_PID=$!
	para-inspect status -n "ipc://$PWD/other.ipc" --connect-timeout 60 >/dev/null
	[ ! -s node.log ]
	printf 'dev = yes\nverbose = yes\n' >conf
	kill -HUP "$NODE_PID"
	para-inspect status -n "ipc://$PWD/other.ipc" >/dev/null
	stop_node
	echo 'color = red' >conf
	fails 2 "conf: line 1" para-node -d d --config conf
}

@test "a socket that others may use, and one that is too far away" {
	start_dev_node d
	stop_node
	rm node.log
	para-node -d d --dev --control-group "$(id -gn)" 2>node.log 3>&- &
	NODE_PID=$!
	in_log ready
	[ "$(stat -c %a:%G d/node.ipc)" = "660:$(id -gn)" ]
	stop_node
	fails 2 "no group nobodys" para-node -d d --dev --control-group nobodys
	fails 2 "cannot listen on" para-node -d d --dev --control "ipc:///$(printf 'x%.0s' $(seq 200))"
	fails 2 "cannot listen on" para-node -d d --dev --control ipc:///no/such/place/socket
}

@test "a miner that dies is started again" {
	start_dev_node d
	local first
	# The socket is there before the miner is.
	soon has_miner d
	first=$(miners d)
	kill -9 "$first"
	in_log "the miner ended"
	soon has_miner d
	[ "$(miners d)" != "$first" ]
}

@test "a payload behind a gap says which seq it waits for, until somebody fills it" {
	start_dev_node d
	para-key new a.key
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final
	for seq in 3 4 6; do
		echo "$seq" | para-seal payload -c notes -k a.key --seq "$seq" | para-send -f payload >>ids
	done
	[ "$(para-inspect pool -f seq,waits_for | tr '\n\t' ' :')" = '3:1 4:1 6:1 ' ]
	[ "$(para-inspect payload -f waits_for <ids | sort -u)" = 1 ]
	echo 1 | para-seal payload -c notes -k a.key --seq 1 | para-send --wait final
	[ "$(para-inspect payload -f waits_for <ids | sort -u)" = 2 ]
	echo 2 | para-seal payload -c notes -k a.key --seq 2 | para-send --wait final
	para-inspect payload "$(sed -n 2p ids)" | jq -e '.status != "pooled" and (has("waits_for") | not)'
	[ "$(para-inspect pool | jq -r 'select(.status == "pooled") | .seq + ":" + .waits_for')" = 6:5 ]
	echo 6 | para-seal payload -c notes -k a.key --seq 6 | fails 5 'line 1: pooled, not yet final: seq 5 of its signer is missing' \
		para-send --wait final --timeout 1
}
