# Helpers of the tests that it holds: programs and shims of tests/hold, and a node to be rude to.

HOLD=$(dirname "$(command -v para-node)")/../hold
PATH=$HOLD:$PATH

# start_node [COMMAND...]: a node in ./node, started through the command; waits until it answers. NODE_ARGS is what it
# is started with instead of a genesis made here.
start_node() {
	export PARA_HOME=$PWD/node SOCKET=$PWD/node/node.ipc
	[ -n "${NODE_ARGS-}" ] || [ -e node/node.key ] || new_directory node
	launch "$@"
	rude answers "$SOCKET" 60000 >/dev/null || {
		sed 's/^/# /' node.log >&2
		return 1
	}
}

# launch [COMMAND...]: the same without waiting.
launch() {
	# shellcheck disable=SC2086 # words
	"$@" "${NODE_PROGRAM:-para-node}" ${NODE_ARGS:---genesis genesis.json} ${NODE_DEV:+--dev} -d "$PARA_HOME" \
		2>>node.log 3>&- 9>&- &
	# shellcheck disable=SC2034 # stop_node and the tests read it
	NODE_PID=$!
}

# new_directory DIR: a key and a genesis that it may vote in; payloads are final after a few slots.
new_directory() {
	mkdir -p "$1"
	para-key new "$1/node.key" -f address >founder
	para-node genesis --solo --founder "$(cat founder)" --period "${PERIOD:-100}" --difficulty 256 --fee 0 --reward 0 \
		>genesis.json
}

# receipts_hold: what was acknowledged in ./receipts is there.
receipts_hold() {
	jq -r 'select(.status == "pooled" or .status == "sealed" or .status == "final") | .payload' receipts | sort -u >known
	para-inspect payload -f payload <known 2>lost | sort -u >found || true
	cmp -s found known || {
		echo "$(wc -l <known) were acknowledged, $(wc -l <found) are there: $(head -n 1 lost)" >&2
		return 1
	}
}
