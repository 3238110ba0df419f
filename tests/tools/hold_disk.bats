#!/usr/bin/env bats
# A disk that is full, read-only or bounded: what was acknowledged stays, reading goes on, and so does writing when it can.
load lib
load hold

POINTS=${HOLD_POINTS:-10}

setup_file() {
	export BATS_TEST_TIMEOUT=$((300 + POINTS * 6))
}

# own_mounts COMMAND...: in namespaces of mounts and processes; with a user namespace where there are such, else as root,
# in a chroot too.
own_mounts() {
	local how
	for how in -r '' '--propagation unchanged'; do
		# shellcheck disable=SC2086 # words
		if unshare $how -mp --fork --kill-child --mount-proc true 2>unshare.log; then
			unshare $how -mp --fork --kill-child --mount-proc "$@"
			return
		fi
	done
	cat unshare.log >&2
	return 1
}

# remount OPTIONS: what ./disk was mounted with is not said again: in a user namespace the kernel takes some of it ill.
remount() {
	mount --options-mode ignore -o "remount,$1" disk
}

# on_disk SIZE FUNCTION [ARGUMENT...]: runs the function where ./disk is a file system of that size, as root of a
# namespace. The node of the function ends with it.
on_disk() {
	local size=$1
	shift
	mkdir disk
	# shellcheck disable=SC2163 # its name is in $1
	export -f "$1" new_directory launch start_node stop_node fails patience receipts_hold remount send_some fill_up fill_and_send writes_again until_full starts_or_says
	# shellcheck disable=SC2016 # the inner shell's
	own_mounts bash -Eeuc 'mount -t tmpfs -o size='"$size"' none disk
		trap "echo \"failed: \$BASH_COMMAND\"; tail -n 3 node.log *.log" ERR
		NODE_PID=; "$@"' bash "$@"
}

# fill_up KIB: leaves about so much.
fill_up() {
	local free
	free=$(df --output=avail -k disk | tail -1)
	[ "$free" -le "$1" ] || head -c $(((free - $1) * 1024)) /dev/zero >"disk/ballast.$RANDOM"
}

# send_some N: receipts go to ./receipts; what para-send ended with to ./ended.
send_some() {
	local ended=0
	seq "$1" | para-seal payload -c notes -k a.key 2>>seal.log | para-send --timeout 60 2>send.log >>receipts || ended=$?
	echo $ended >ended
}

# writes_again: soon it is no longer read-only.
writes_again() {
	for _ in $(seq 300); do
		[ "$(para-inspect status -f read_only)" = true ] || return 0
		sleep 0.1
	done
	return 1
}

# until_full: it is read-only, or all is sent.
until_full() {
	for _ in $(seq 2000); do
		[ "$(para-inspect status -f read_only)" = false ] && kill -0 "$1" 2>/dev/null || return 0
		sleep 0.02
	done
}

# A sender that waits for the node's word, and one that is gone when the disk is full.
fill_and_send() {
	fill_up $((RANDOM % 300))
	send_some 1500 &
	sender=$!
	if [ $(($1 % 5)) -ne 0 ]; then
		until_full $sender
		pkill -P $sender para-send || true
	fi
	wait $sender
	! grep -q 'disk is full' send.log || [ "$(cat ended)" -eq 2 ]
}

fills() {
	local size=6000
	mkdir -p disk/node
	ln -s disk/node node
	NODE_DEV=1 start_node
	para-key new a.key >/dev/null
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final >/dev/null
	: >receipts
	for round in $(seq 0 $(($1 - 1))); do
		fill_and_send "$round"
		rude answers "$SOCKET" "$(patience 1000)"
		para-inspect hyper latest >/dev/null
		receipts_hold
		rm -f disk/ballast.*
		size=$((size + 1500))
		remount size=${size}k
		writes_again
		send_some 1
		[ "$(cat ended)" -eq 0 ]
		receipts_hold
	done
	[ "$(grep -c 'disk is full' node.log)" -ge $(($1 / 2)) ]
	stop_node
	para-inspect check -d node
	NODE_DEV=1 start_node
	receipts_hold
}

@test "disk: full at $POINTS random points under load" {
	on_disk 6000k fills "$POINTS"
}

# starts_or_says: the node of this directory either answers, or has ended with status 2 and said why.
starts_or_says() {
	local status=0
	: >node.log
	launch
	while kill -0 "$NODE_PID" 2>/dev/null; do
		! rude answers "$SOCKET" 200 2>/dev/null >&2 || return 0
	done
	wait "$NODE_PID" || status=$?
	NODE_PID=
	[ $status -eq 2 ]
	grep -qE 'disk is full|No space left|Read-only|permission' node.log
}

starts_full() {
	local room
	mkdir -p disk/node
	cp -r seed/* disk/node
	ln -s disk/node node
	export PARA_HOME=$PWD/node SOCKET=$PWD/node/node.ipc
	for room in "$@"; do
		rm -rf disk/node/*
		cp -r seed/* disk/node
		fill_up "$room"
		starts_or_says
		stop_node
		rm -f disk/ballast.*
		start_node
		[ "$(para-inspect hyper latest -f hid)" -ge "$(cat tip)" ]
		stop_node
		para-inspect check -d node >/dev/null
	done
}

# grown: ./seed, the directory of a node that has a few blocks; ./tip says how many.
grown() {
	NODE_DEV=1 start_node
	para-key new a.key >/dev/null
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final >/dev/null
	para-inspect status -f hid >tip
	stop_node
	cp -r node seed
	rm -rf node seed/lock.mdb
}

@test "disk: a start with no room, or hardly any" {
	grown
	on_disk 4000k starts_full 0 4 8 16 32 40 48 64 100 200
}

starts_new() {
	local room
	export PARA_HOME=$PWD/node SOCKET=$PWD/node/node.ipc NODE_ARGS=--dev
	mkdir -p disk/node
	ln -s disk/node node
	for room in "$@"; do
		fill_up "$room"
		starts_or_says
		stop_node
		rm -f disk/ballast.*
		start_node
		stop_node
		para-key show node/node.key >/dev/null
		para-key show node/faucet.key >/dev/null
		para-inspect check -d node >/dev/null
		rm -rf node/*
	done
}

@test "disk: a new directory with no room, or hardly any" {
	on_disk 4000k starts_new 0 4 8 12 16 20 24 48 56 64 80 100 120 160 200
}

is_read_only() {
	cp -r seed disk/node
	ln -s disk/node node
	remount ro
	export PARA_HOME=$PWD/node SOCKET=$PWD/node/node.ipc
	launch
	local status=0
	wait "$NODE_PID" || status=$?
	[ $status -eq 2 ]
	grep -q 'Read-only file system\|permission' node.log
	para-inspect check -d node >/dev/null
	fails 2 'a.key' para-key new disk/node/a.key
	remount rw
	start_node
	stop_node
}

@test "disk: a directory that cannot be written to" {
	grown
	on_disk 4000k is_read_only
}

@test "disk: a limit on the size of files" {
	NODE_DEV=1 start_node
	para-key new a.key >/dev/null
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final >/dev/null
	: >receipts
	for more in 0 4096 40960 100000; do
		prlimit --pid "$NODE_PID" --fsize=$(($(stat -c %s node/data.mdb) + more)):
		send_some 3000
		[ "$(cat ended)" -eq 2 ]
		grep -q 'disk is full' send.log
		rude answers "$SOCKET" "$(patience 1000)"
		receipts_hold
		prlimit --pid "$NODE_PID" --fsize=unlimited:
		writes_again
	done
	send_some 1
	[ "$(cat ended)" -eq 0 ]
	stop_node
	para-inspect check
}
