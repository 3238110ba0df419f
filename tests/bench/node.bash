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

# A node that founded a network of its own; its seals have room for 1,000 payloads of 200 bytes, and all is free.
start_solo() { # DIRECTORY
	local address genesis=
	if [ ! -e "$1" ]; then
		mkdir -p "$1"
		address=$(para-key new "$1/node.key" -f address)
		genesis=$dir/genesis.json
		para-node genesis --name bench --solo --period 1000 --difficulty 256 --fee 0 --founder "$address" |
			jq -c '.seal_bytes = 200000' >"$genesis"
	fi
	start_node "$1"
}

make_chains() { # data|coin COUNT: chains 1 and on of the node that runs, in force when it returns
	presigned "$node" chains "$1" 1 "$2"
	while para-chain list -f in_force | grep -q false; do sleep 0.1; done
}

start_chain() { # DIRECTORY: such a node with a chain for data
	local new=
	[ -e "$1" ] || new=1
	start_solo "$1"
	[ -z "$new" ] || make_chains data 1
}

# Hands the node at $PARA_NODE what presign signs; $dir/fed has what that cost it, $dir/new.ids which payloads they are.
presigned() { # PROCESS WHAT...
	local pid=$1
	shift
	"$B/bench/presign" "$(para-inspect status -f network)" "$@" >"$dir/presigned"
	: >"$dir/new.ids"
	"$B/bench/feed" "$PARA_NODE" "$dir/presigned" "$dir/new.ids" "$pid" >"$dir/fed"
}

feed() { # COUNT: so many more payloads of the first chain, all final
	presigned "$node" data 1 1 "$fed" "$1"
	cat "$dir/new.ids" >>"$dir/ids"
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
