# litecoind beside which some measurements stand, where it is installed: a regtest node of its own in a directory, driven
# over HTTP as its users do. Transactions are made and signed before anything is measured: one input, two outputs, P2WPKH.
# Source it after `set -eu`; sync.bash has cpu_of.

declare -A litecoins=() # the process of each directory

has_litecoin() {
	local tool
	for tool in litecoind litecoin-cli curl; do command -v $tool >/dev/null || return 1; done
}

start_litecoin() { # DIRECTORY [OPTION...]: returns when it answers; no other node reaches it unless the options say so
	local home=$1
	shift
	mkdir -p "$home"
	[ $# -gt 0 ] || set -- -listen=0
	litecoind -regtest -datadir="$home" -rpcport="$(litecoin_port "$home")" -fallbackfee=0.0001 -rpcthreads=4 \
		"$@" >>"$home.log" 2>&1 </dev/null &
	litecoins[$home]=$!
	until litecoin_cli "$home" getblockcount >/dev/null 2>&1; do
		kill -0 "${litecoins[$home]}" 2>/dev/null || {
			echo "bench: litecoind ended: $(tail -n 1 "$home.log")" >&2
			return 1
		}
		sleep 0.2
	done
}

# Connections that idle would keep it from stopping.
stop_litecoin() { # DIRECTORY
	litecoin_cli "$1" stop >/dev/null
	wait "${litecoins[$1]}"
	unset "litecoins[$1]"
}

end_litecoins() {
	[ ${#litecoins[@]} -eq 0 ] || kill "${litecoins[@]}" 2>/dev/null || true
	[ ${#litecoins[@]} -eq 0 ] || wait "${litecoins[@]}" 2>/dev/null || true
}

litecoin_port() { # DIRECTORY: where it listens for calls: chosen at its first start
	[ -e "$1/rpcport" ] || shuf -i 20000-29999 -n 1 >"$1/rpcport"
	cat "$1/rpcport"
}

litecoin_peer_port() { # DIRECTORY: where it takes peers, when it is started with that
	[ -e "$1/peerport" ] || {
		mkdir -p "$1"
		shuf -i 10000-19999 -n 1 >"$1/peerport"
	}
	cat "$1/peerport"
}

litecoin_pid() { # DIRECTORY
	echo "${litecoins[$1]}"
}

litecoin_cli() { # DIRECTORY ARGUMENT...
	local home=$1
	shift
	litecoin-cli -regtest -datadir="$home" -rpcport="$(litecoin_port "$home")" "$@"
}

# Calls of stdin, [METHOD, PARAMETER...] a line, a hundred in a request; their results, one a line, in order.
litecoin_calls() { # DIRECTORY
	jq -c '{method: .[0], params: .[1:], id: 0}' | while mapfile -t -n 100 calls && [ ${#calls[@]} -gt 0 ]; do
		(IFS=, && echo "[${calls[*]}]")
	done | while read -r batch; do
		curl -sS --user "$(cat "$1/regtest/.cookie")" --data-binary @- -H 'Content-Type: application/json' \
			"http://127.0.0.1:$(litecoin_port "$1")/" <<<"$batch"
	done | jq -c '.[] | if .error then error(.error.message) else .result end'
}

# Makes N signed transactions that spend what is in the chain already: hex, one a line, on stdout.
litecoin_presign() { # DIRECTORY N
	local home=$1 n=$2 fans=$((($2 + 99) / 100)) address
	litecoin_cli "$home" createwallet bench >/dev/null
	printf '["getnewaddress", "", "bech32"]\n%.0s' {1..101} | litecoin_calls "$home" >"$home/addresses"
	jq -c '["dumpprivkey", .]' "$home/addresses" | litecoin_calls "$home" | jq -cs . >"$home/keys"
	address=$(tail -n 1 "$home/addresses" | jq -r .)
	litecoin_cli "$home" generatetoaddress $((100 + fans)) "$address" >/dev/null
	# Each of the first rewards becomes 100 coins, one for each address.
	for ((i = 1; i <= fans; i++)); do echo "[\"getblockhash\", $i]"; done | litecoin_calls "$home" |
		jq -c '["getblock", ., 2]' | litecoin_calls "$home" | jq -c '.tx[0] | {txid, all: .vout[0].value}' |
		jq -c --slurpfile a <(head -n 100 "$home/addresses" | jq -s .) \
			'["createrawtransaction", [{txid, vout: 0}], [(.all * 1000 / 101 | floor / 1000) as $one | $a[0][] | {(.): $one}]]' |
		litecoin_calls "$home" | jq -c --slurpfile k "$home/keys" '["signrawtransactionwithkey", ., [$k[0][100]]]' |
		litecoin_calls "$home" | jq -c '["sendrawtransaction", .hex, 0]' | litecoin_calls "$home" |
		jq -r . >"$home/fans"
	litecoin_cli "$home" generatetoaddress 8 "$address" >/dev/null
	jq -nc --slurpfile k "$home/keys" --slurpfile a <(jq -s . "$home/addresses") --rawfile fans "$home/fans" --argjson n "$n" '
		[$fans | rtrimstr("\n") | split("\n")[] as $txid | range(100) | {$txid, vout: .}] | .[:$n][] |
		["createrawtransaction", [.], [{($a[0][.vout]): 0.01}, {($a[0][(.vout + 1) % 100]): 0.02}]]' |
		litecoin_calls "$home" |
		jq -nc --slurpfile k "$home/keys" 'foreach inputs as $tx (-1; . + 1; ["signrawtransactionwithkey", $tx, [$k[0][. % 100]]])' |
		litecoin_calls "$home" | jq -r .hex
}

# Submits transactions of stdin, one a line, then mines all of them.
litecoin_mine() { # DIRECTORY
	local address
	address=$(tail -n 1 "$1/addresses" | jq -r .)
	jq -Rc '["sendrawtransaction", ., 0]' | litecoin_calls "$1" >/dev/null
	while [ "$(litecoin_cli "$1" getmempoolinfo | jq .size)" -gt 0 ]; do
		litecoin_cli "$1" generatetoaddress 1 "$address" >/dev/null
	done
}
