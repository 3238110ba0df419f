# Coin transfers from client to final: in eight lanes, with a million accounts, spread over many chains, beside litecoind.
# $dir is where everything lives, $node the process of the node that runs, $home its directory.
# shellcheck disable=SC2154

transfers=${TRANSFERS:-60000}     # of a measurement
accounts=${ACCOUNTS:-1000000}     # of coin-million
spread=${SPREAD:-100000}          # transfers over all chains of chains-*
declare -A moved

# A node with coin chains that hold so many accounts together; so many of these have a key.
coin_node() { # DIRECTORY CHAINS ACCOUNTS SENDERS
	[ ! -e "$1" ] || { start_solo "$1" && return; }
	start_solo "$1"
	make_chains coin "$2"
	echo "bench: $2 chains registered in $(jq .wall_s "$dir/fed") s" >&2
	presigned "$node" fund 1 "$2" $(($3 / $2)) $(($4 / $2))
	moved[$1]=0
}

move_coins() { # CHAINS ACCOUNTS SENDERS COUNT: so many transfers more, in turns on all chains
	presigned "$node" coin 1 "$1" $(($2 / $1)) $(($3 / $1)) "${moved[$home]}" "$4"
	moved[$home]=$((moved[$home] + $4))
}

us_each() { # FED: of the node
	jq '1e6 * .cpu_s / .payloads' "$1"
}

run_coin() {
	coin_node "$dir/coin" 8 10000 8000
	move_coins 8 10000 8000 "$transfers"
	mv "$dir/fed" "$dir/coin.fed"
}
tell_coin() { # V
	local us
	us=$(us_each "$dir/coin.fed")
	emit coin "$(calc "1e6 / $1 / $us")" "$(calc "$us")" 'us of the node per coin transfer, final, 8 lanes' \
		'one bare signature check'
	say "coin: $(jq -r '.payloads / .wall_s | floor' "$dir/coin.fed") transfers a second"
}

run_coin-million() {
	coin_node "$dir/million" 8 "$accounts" 40000
	move_coins 8 "$accounts" 40000 "$transfers"
	mv "$dir/fed" "$dir/million.fed"
}
tell_coin-million() { # V
	local us
	us=$(us_each "$dir/million.fed")
	emit coin-million "$(calc "1e6 / $1 / $us")" "$(calc "$us")" \
		"us of the node per coin transfer, final, 8 lanes, $accounts accounts" 'one bare signature check'
}

run_chains() { # ten thousand accounts and all transfers, over ever more chains
	local k
	for k in 1 10 100 1000; do
		rm -rf "$dir/chains"
		coin_node "$dir/chains" "$k" 10000 10000
		move_coins "$k" 10000 10000 "$spread"
		mv "$dir/fed" "$dir/chains.$k.fed"
		awk '/^VmRSS/ { print $2 }' "/proc/$node/status" >"$dir/chains.$k.kib"
		du -B1 "$dir/chains/data.mdb" | cut -f1 >"$dir/chains.$k.bytes"
		stop_node
	done
}
tell_chains() {
	local k one us
	one=$(us_each "$dir/chains.1.fed")
	for k in 1 10 100 1000; do
		us=$(us_each "$dir/chains.$k.fed")
		emit "chains-$k" "$(calc "$one / $us")" "$(calc "1e6 / $us")" \
			"transfers a CPU second of the node, $k chains" 'a single chain'
		say "chains-$k: $(jq -r '.payloads / .wall_s | floor' "$dir/chains.$k.fed") transfers a second," \
			"$(cat "$dir/chains.$k.kib") KiB resident, $(cat "$dir/chains.$k.bytes") bytes on disk"
	done
	us=$(calc "($(cat "$dir/chains.1000.kib") - $(cat "$dir/chains.1.kib")) / 999")
	emit chains-memory "$(calc "$us / 16")" "$us" 'KiB resident more a chain, 1,000 chains' '16 KiB'
	us=$(cat "$dir/chains.1000.bytes")
	emit chains-disk "$(calc "$us / $(cat "$dir/chains.1.bytes")")" "$us" 'bytes on disk, 1,000 chains' 'a single chain'
}
