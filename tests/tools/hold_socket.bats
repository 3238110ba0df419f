#!/usr/bin/env bats
# The control socket and clients that no tool is: it answers within a second, or within five after it has healed itself.
load lib
load hold

CHURN=${HOLD_CHURN:-10000}
KILLS=${HOLD_KILLS:-40}

few_files() {
	[ "$(find "/proc/$NODE_PID/fd" -type l | wc -l)" -le 40 ]
}

@test "socket: $CHURN clients that connect and close" {
	start_node
	rude churn "$SOCKET" "$CHURN"
	rude answers "$SOCKET" "$(patience 1000)"
	rude half "$SOCKET" "$CHURN"
	rude answers "$SOCKET" "$(patience 1000)"
	soon few_files
}

# deafen: connects and closes until a node without its guard hears nothing; one may be in time.
deafen() {
	for _ in $(seq 20); do
		rude churn "$SOCKET" 50
		rude answers "$SOCKET" "$(patience 500)" 2>/dev/null || return 0
	done
	return 1
}

@test "socket: without its guard one connect and close deafens it, and it heals itself" {
	NODE_PROGRAM=para-node-deaf start_node
	deafen
	rude answers "$SOCKET" "$(patience 5000)"
	rude churn "$SOCKET" 200
	rude answers "$SOCKET" "$(patience 5000)"
}

@test "socket: without guard and healing it stays deaf" {
	NODE_PROGRAM=para-node-deaf start_node env LD_PRELOAD="$HOLD/noheal.so"
	deafen
	fails 1 'no answer' rude answers "$SOCKET" 6000
	soon grep -q 'does not answer, trying again' node.log
}

@test "socket: a second start on the directory is refused in words" {
	start_node
	for _ in 1 2 3; do
		fails 2 "another node runs on $PARA_HOME" para-node -d "$PARA_HOME"
	done
	rude answers "$SOCKET" "$(patience 1000)"
	[ "$(head -n 1 "$PARA_HOME/lock")" -eq "$NODE_PID" ]
}

@test "socket: clients killed anywhere" {
	NODE_DEV=1 start_node
	para-key new a.key
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final
	seq 20000 | para-seal payload -c notes -k a.key >load
	for i in $(seq "$KILLS"); do
		para-send --wait sealed <load >/dev/null 2>&1 &
		sender=$!
		para-inspect follow --from 0 --blocks >/dev/null 2>&1 &
		reader=$!
		sleep "0.0$((i * 7 % 50 + 10))"
		kill -9 $sender $reader 2>/dev/null || true
		wait $sender $reader 2>/dev/null || true
	done
	rude answers "$SOCKET" "$(patience 1000)"
	echo last | para-seal payload -c notes -k a.key | para-send --wait final
	stop_node
	para-inspect check
}

@test "socket: a gibibyte claimed is cut off, and costs no memory" {
	# An arena of the allocator is room, too.
	start_node env MALLOC_ARENA_MAX=1
	before=$(awk '/VmPeak/ {print $2}' "/proc/$NODE_PID/status")
	for _ in $(seq 40); do
		rude claim "$SOCKET" 1073741824
	done
	rude claim "$SOCKET" 9223372036854775807
	rude answers "$SOCKET" "$(patience 1000)"
	after=$(awk '/VmPeak/ {print $2}' "/proc/$NODE_PID/status")
	[ $((after - before)) -lt 300000 ]
}

@test "socket: 200 connections that say nothing, or greet and say nothing" {
	start_node
	rude silent "$SOCKET" 200 120 >silent 3>&- &
	silent=$!
	rude greeted "$SOCKET" 200 120 >greeted 3>&- &
	crowd=$!
	soon grep -q open silent
	soon grep -q open greeted
	rude answers "$SOCKET" "$(patience 1000)"
	para-inspect status
	kill $crowd $silent
}

@test "socket: replies that nobody reads" {
	start_node
	rude deaf "$SOCKET" 100 120 >deaf 3>&- &
	crowd=$!
	soon grep -q open deaf
	rude answers "$SOCKET" "$(patience 5000)"
	kill $crowd
	rude answers "$SOCKET" "$(patience 1000)"
}

@test "socket: no descriptor left for 300 connections, and then there are again" {
	for limit in 64 128; do
		start_node prlimit --nofile=$limit:$limit
		for kind in silent greeted; do
			rude $kind "$SOCKET" 300 60 >crowd 3>&- &
			crowd=$!
			sleep 1.5
			kill $crowd
			wait $crowd || true
			rude answers "$SOCKET" "$(patience 5000)"
		done
		para-inspect status -f hid
		stop_node
	done
	[ "$(grep -ci 'cannot\|error' node.log)" -eq 0 ]
}
