# Nodes for the measurements: one at a time, $node is its process, $dir where everything lives, $fed how many payloads
# the full store holds, $payloads how many it shall hold.

# shellcheck disable=SC2154
start_node() { # DIRECTORY: a --dev node on it, if it is not that one that runs
	[ "$node" ] && [ "$home" = "$1" ] && return
	stop_node
	home=$1
	mkdir -p "$home"
	para-node --dev -d "$home" ${genesis:+--genesis "$genesis"} 2>>"$home.log" </dev/null &
	node=$!
	export PARA_NODE=ipc://$home/node.ipc
	para-inspect status --connect-timeout 60 >/dev/null
}

stop_node() {
	if [ "$node" ]; then
		kill "$node" 2>/dev/null || true
		wait "$node" 2>/dev/null || true
		node=''
	fi
}

# A node with a chain of payloads; its seals have room for 1,000 payloads of 200 bytes.
start_chain() { # DIRECTORY
	local address genesis=
	if [ ! -e "$1" ]; then
		mkdir -p "$1"
		address=$(para-key new "$1/node.key" -f address)
		genesis=$dir/genesis.json
		para-node genesis --name bench --solo --period 1000 --difficulty 256 --fee 0 --founder "$address" |
			jq -c '.seal_bytes = 200000' >"$genesis"
		start_node "$1"
		para-chain spec --name bench --engine data | para-chain create - -k "$1/node.key" |
			para-send --wait final -f status >&2
	else
		start_node "$1"
	fi
}

feed() { # COUNT: so many more payloads, all final
	"$B/bench/feed" "$PARA_NODE" 1 "$fed" "$1" "$dir/ids" "$node" >"$dir/fed"
	fed=$((fed + $1))
}

fill() { # DIRECTORY: until as many payloads are stored as wanted
	start_chain "$1"
	while [ "$fed" -lt "$payloads" ]; do
		feed $((payloads - fed < 100000 ? payloads - fed : 100000))
		echo "bench: $fed payloads stored" >&2
	done
}

most_in_block() {
	para-inspect hyper 1..latest | jq -s '[.[] | .lanes[] | .payloads / .blocks] | max'
}
