#!/usr/bin/env bats
# Starts and ends cut short, and directories with a file missing or damaged: a named error or a clean start, no loss.
load lib
load hold

ENDS=${HOLD_ENDS:-30}
FLIPS=${HOLD_FLIPS:-4}

setup_file() {
	export BATS_TEST_TIMEOUT=$((300 + ENDS * 4 + FLIPS * 20))
}

# grow: ./node with two chains and some payloads, their receipts in ./receipts, what accounts of the coin hold in
# ./balances; the node has stopped.
grow() {
	NODE_DEV=1 start_node
	para-key new a.key >/dev/null
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final >receipts
	para-coin spec --name gold --supply 1000000 | para-chain create - -k a.key | para-send --wait final >>receipts
	for n in 1 2 3; do
		para-key new "$n.key" -f address >"to.$n"
		para-coin send -c gold -k a.key --to "$(cat "to.$n")" --amount $((n * 1111)) | para-send --wait final >>receipts
	done
	seq 200 | para-seal payload -c notes -k a.key | para-send --wait sealed >>receipts
	para-key show a.key -f address >to.0
	balances >balances
	stop_node
}

# balances: a line each.
balances() {
	for n in 0 1 2 3; do
		para-coin balance -c gold "$(cat "to.$n")" -f balance || return
	done
}

# balances_hold: each is what it was, or is refused in words.
balances_hold() {
	balances >now 2>refused || {
		grep -q 'stored data is corrupt' refused
		return
	}
	cmp balances now >&2
}

# end_after SIGNAL MS: starts the node and ends it so long after.
end_after() {
	local status=0
	launch
	sleep "$(printf '0.%03d' "$2")"
	kill -"$1" "$NODE_PID"
	wait "$NODE_PID" 2>/dev/null || status=$?
	NODE_PID=
	# before it listens to signals SIGTERM ends it at once, and nothing has begun
	[ "$1" = KILL ] || [ $status -eq 0 ] || [ $status -eq 143 ]
}

@test "start: SIGKILL and SIGTERM at $ENDS moments of the start" {
	export NODE_DEV=1
	grow
	for i in $(seq "$ENDS"); do
		end_after KILL $((i % 20 * 3))
		end_after TERM $((i * 7 % 60))
	done
	start_node
	receipts_hold
	stop_node
	para-inspect check
}

@test "start: SIGKILL and SIGTERM at the first start of a directory" {
	export PARA_HOME=$PWD/node SOCKET=$PWD/node/node.ipc NODE_ARGS=--dev
	for i in $(seq "$ENDS"); do
		rm -rf node
		end_after KILL $((i % 20 * 2))
		end_after TERM $((i * 3 % 30))
		start_node
		stop_node
	done
	para-inspect check
}

@test "start: SIGKILL at moments of the end, under load" {
	export NODE_DEV=1
	grow
	for i in $(seq $((ENDS / 3))); do
		start_node
		seq "$i"001 "$i"300 | para-seal payload -c notes -k a.key | para-send --timeout 5 >>receipts 2>/dev/null 3>&- &
		sender=$!
		sleep "0.0$((RANDOM % 90 + 10))"
		kill -TERM "$NODE_PID"
		sleep "$(printf '0.%03d' $((i * 11 % 50)))"
		kill -KILL "$NODE_PID" 2>/dev/null || true
		wait "$NODE_PID" 2>/dev/null || true
		wait $sender || true
	done
	start_node
	receipts_hold
	stop_node
	para-inspect check
}

# starts_or_ends: the node answers and holds all receipts, or has ended with status 2, 1 for a damaged store, and a
# sentence. Says which.
starts_or_ends() {
	local status=0
	: >node.log
	launch
	while kill -0 "$NODE_PID" 2>/dev/null; do
		if rude answers "$SOCKET" 200 >/dev/null 2>&1; then
			receipts_hold && balances_hold || return 1
			stop_node
			echo started
			return
		fi
	done
	wait "$NODE_PID" || status=$?
	NODE_PID=
	[ $status -eq 2 ] || { [ $status -eq 1 ] && grep -q 'corrupt' node.log; } || {
		echo "ended with $status: $(cat node.log)" >&2
		return 1
	}
	[ -s node.log ]
	echo ended
}

# anew: ./node as it was.
anew() {
	rm -rf node
	cp -r whole node
}

@test "start: each file of the directory missing" {
	export NODE_DEV=1
	grow
	mv node whole
	for file in lock lock.mdb node.ipc; do
		anew
		rm -f "node/$file"
		[ "$(starts_or_ends)" = started ]
	done
	# a key made anew is no founder's
	anew
	rm node/node.key
	[ "$(starts_or_ends)" = ended ]
	grep -q 'is not the founder' node.log
	anew
	rm node/genesis.json
	NODE_ARGS=--dev
	[ "$(starts_or_ends)" = ended ]
	grep -q 'did not make' node.log
	unset NODE_ARGS
	# nothing is lost silently: where the store was, a marked directory does not begin anew
	anew
	rm node/data.mdb
	[ "$(starts_or_ends)" = ended ]
	grep -q 'corrupt' node.log
	[ ! -e node/data.mdb ]
	# something in the place of the socket that is no socket
	anew
	echo precious >node/node.ipc
	[ "$(starts_or_ends)" = ended ]
	[ "$(cat node/node.ipc)" = precious ]
}

# flip FILE [AT]: one bit of it, anywhere.
flip() {
	local size at
	size=$(stat -c %s "$1")
	at=${2-$((RANDOM * 32768 + RANDOM))}
	at=$((at % size))
	printf '%b' "\\x$(printf '%02x' $((0x$(od -An -tx1 -j "$at" -N 1 "$1" | tr -d " ") ^ (1 << RANDOM % 8))))" |
		dd of="$1" bs=1 seek=$at conv=notrunc status=none
	echo "$1 at $at" >flipped
}

@test "start: a byte of each file flipped, or half of it gone, or all" {
	export NODE_DEV=1
	grow
	mv node whole
	for file in node.key genesis.json data.mdb lock.mdb lock; do
		for _ in $(seq "$FLIPS"); do
			anew
			flip "node/$file"
			starts_or_ends >>outcomes || {
				cat flipped >&2
				return 1
			}
		done
		for part in 2 1000000; do
			anew
			truncate -s $(($(stat -c %s "node/$file") / part)) "node/$file"
			starts_or_ends >>outcomes || {
				echo "$file cut" >&2
				return 1
			}
		done
	done
	sort outcomes | uniq -c >&2
	[ "$(grep -cx 'started\|ended' outcomes)" -eq "$(wc -l <outcomes)" ]
	[ "$(wc -l <outcomes)" -eq $((5 * (FLIPS + 2))) ]
}

# Chain gold has number 2: its rows are found by the bytes that their keys begin with, copies of before with them.
@test "start: a bit of the rows of a coin's state flipped" {
	local row
	export NODE_DEV=1
	grow
	mv node whole
	LC_ALL=C grep -obUaP 'a\x00\x00\x00\x02' whole/data.mdb | cut -d: -f1 >rows
	[ -s rows ]
	for _ in $(seq $((3 * FLIPS))); do
		anew
		row=$(shuf -n 1 rows)
		flip node/data.mdb $((row + RANDOM % 80))
		starts_or_ends >>outcomes || {
			cat flipped >&2
			return 1
		}
	done
	sort outcomes | uniq -c >&2
	[ "$(grep -cx 'started\|ended' outcomes)" -eq $((3 * FLIPS)) ]
}

@test "start: the key to all the coins of a network of --dev is missed when it is gone" {
	export NODE_ARGS=--dev
	start_node
	stop_node
	run grep faucet node.log
	[ "$status" -eq 1 ]
	rm node/faucet.key
	start_node
	stop_node
	grep 'node/faucet.key is not there' node.log
	para-key new node/faucet.key
	start_node
	stop_node
	grep "node/faucet.key is not the key of this network's faucet" node.log
}
