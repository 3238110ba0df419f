# Helpers of the tools' tests. Each test has a directory of its own ($BATS_TEST_TMPDIR), which is HOME and where it runs.

NETWORK=0102030405060708
export NETWORK

setup_file() {
	export BATS_TEST_TIMEOUT=300
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export HOME=$BATS_TEST_TMPDIR
	unset PARA_HOME PARA_NODE PARA_KEY XDG_DATA_HOME
	NODE_PID=
}

teardown() {
	stop_node
}

# start_dev_node DIR: a development node with a short period (PERIOD, in ms), answering when this returns.
start_dev_node() {
	export PARA_HOME=$1
	if [ ! -e "$1/node.key" ]; then
		mkdir -p "$1"
		para-key new "$1/node.key" -f address >founder
		para-node genesis --solo --founder "$(cat founder)" --period "${PERIOD:-200}" --difficulty 256 --fee 0 \
			--reward 0 >genesis.json
	fi
	para-node --dev --genesis genesis.json -d "$1" 2>>node.log 3>&- 9>&- &
	NODE_PID=$!
	para-inspect status --connect-timeout 60 >/dev/null || {
		sed 's/^/# /' node.log >&2
		return 1
	}
}

stop_node() {
	[ -n "$NODE_PID" ] || return 0
	kill "$NODE_PID" 2>/dev/null
	wait "$NODE_PID"
	NODE_PID=
}

# soon COMMAND...: it succeeds within a minute.
soon() {
	local end=$((SECONDS + 60))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || {
			echo "# not within a minute: $*" >&2
			tail -n 5 -- *.log | sed 's/^/# /' >&2
			return 1
		}
		sleep 0.05
	done
}

# patience MS: that, and more as far as the machine is busy: 20 times what five processes take that do nothing.
patience() {
	local begin=${EPOCHREALTIME/./}
	for _ in 1 2 3 4 5; do env true; done
	echo $(($1 + (${EPOCHREALTIME/./} - begin) / 50))
}

# offline_payloads KEY CHAIN: payload lines of stdin, with no node.
offline_payloads() {
	para-seal payload -c "$2" -k "$1" --seq 1 --network "$NETWORK"
}

# round_json LANE [DIFFICULTY]: a round as a node would tell it, for building seals offline.
round_json() {
	local zero=0000000000000000000000000000000000000000000000000000000000000000
	local chain=${1%%/*}
	jq -cn --arg lane "$1" --arg d "${2:-256}" --arg network $NETWORK --arg hash ${zero%0}1 --argjson chain "$chain" \
		--arg voter "$(para-key show a.key -f address)" \
		'{network: $network, chain: $chain, chain_name: "notes", lane: $lane, slot: 9, phase: "seal",
		  prev_hyper: $hash, difficulty: $d, effort: $d, target: $hash, script: $hash, voter: $voter, index: 0, body_bytes: 1000,
		  seal_bytes: 5000, seal_left_ms: 100, next_left_ms: 300, period_ms: 1000}'
}

# fails STATUS TEXT COMMAND...: the command ends with the status and says the text on stderr.
fails() {
	local want=$1 text=$2 got=0
	shift 2
	"$@" >out 2>err || got=$?
	[ "$got" -eq "$want" ] || {
		echo "# '$*' ended with $got, not $want: $(cat err)" >&2
		return 1
	}
	grep -qF -- "$text" err || {
		echo "# '$*' did not say '$text' but: $(cat err)" >&2
		return 1
	}
}

# Changes the last digit of each line.
tamper() {
	awk '{ last = substr($0, length($0)); print substr($0, 1, length($0) - 1) (last == "0" ? "1" : "0") }'
}

# The payload id of the one line on stdin.
id_of() {
	jq -r .payload
}
