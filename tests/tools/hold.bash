# Helpers of the tests that it holds: programs and shims of tests/hold, and a node to be rude to.

HOLD=$(dirname "$(command -v para-node)")/../hold
PATH=$HOLD:$PATH

# start_node [COMMAND...]: a node of its own network in ./node, started through the command; waits until it answers.
start_node() {
	export PARA_HOME=$PWD/node SOCKET=$PWD/node/node.ipc
	[ -e node/node.key ] || new_directory node
	launch "$@"
	rude answers "$SOCKET" 10000 >/dev/null || {
		sed 's/^/# /' node.log >&2
		return 1
	}
}

# launch [COMMAND...]: the same without waiting.
launch() {
	"$@" "${NODE_PROGRAM:-para-node}" --genesis genesis.json -d "$PARA_HOME" ${NODE_DEV:+--dev} 2>>node.log 3>&- 9>&- &
	NODE_PID=$!
}

# new_directory DIR: a key and a genesis that it may vote in; payloads are final after a few slots.
new_directory() {
	mkdir -p "$1"
	para-key new "$1/node.key" -f address >founder
	para-node genesis --solo --founder "$(cat founder)" --period "${PERIOD:-100}" --difficulty 256 --fee 0 --reward 0 \
		>genesis.json
}

# node_lives: it runs, and its log knows of no trouble.
node_lives() {
	kill -0 "$NODE_PID"
}
