# Coin transfers from client to final: in eight lanes, with a million accounts, spread over many chains, beside litecoind.
# $dir is where everything lives, $node the process of the node that runs, $home its directory.
# shellcheck disable=SC2154

transfers=${TRANSFERS:-60000}     # of a measurement
accounts=${ACCOUNTS:-1000000}     # of coin-million
spread=${SPREAD:-100000}          # transfers over all chains of chains-*
beside=${BESIDE:-20000}           # transactions of litecoind's side
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

# Requests of a hundred transactions each, so that nothing but curl runs beside litecoind while it is measured.
litecoin_requests() { # DIRECTORY <TRANSACTIONS
	mkdir -p "$1/requests"
	jq -Rc '{method: "sendrawtransaction", params: [., 0], id: 0}' | split -l 100 -a 4 - "$1/requests/"
	local file
	for file in "$1"/requests/*; do
		jq -cs . "$file" >"$file.json"
		rm "$file"
	done
}

litecoin_hand() { # DIRECTORY: four connections at a time
	printf '%s\n' "$1"/requests/*.json | xargs -P 4 -I '{}' curl -sS -o /dev/null --user "$(cat "$1/regtest/.cookie")" \
		-H 'Content-Type: application/json' --data-binary '@{}' "http://127.0.0.1:$(litecoin_port "$1")/"
}

# Blocks and undo as far as they are used, and what each output is kept as.
litecoin_bytes() { # DIRECTORY
	local blocks
	blocks=$(litecoin_cli "$1" getblockchaininfo | jq .size_on_disk)
	echo $((blocks + $(du -B1 -s "$1/regtest/chainstate" | cut -f1)))
}

# A litecoind that is started anew has written all that it holds.
measure_litecoin() {
	local home=$dir/ltc.coin pid before cpu wall
	rm -rf "$home"
	start_litecoin "$home"
	litecoin_presign "$home" "$beside" >"$dir/ltc.coin.txs"
	litecoin_requests "$home" <"$dir/ltc.coin.txs"
	stop_litecoin "$home"
	start_litecoin "$home"
	before=$(litecoin_bytes "$home") pid=$(litecoin_pid "$home")
	cpu=$(cpu_of "$pid") wall=$(date +%s.%N)
	litecoin_hand "$home"
	litecoin_mine "$home" </dev/null
	wall=$(calc "$(date +%s.%N) - $wall") cpu=$(calc "$(cpu_of "$pid") - $cpu")
	stop_litecoin "$home"
	start_litecoin "$home"
	jq -n --argjson n "$(wc -l <"$dir/ltc.coin.txs")" --argjson hex "$(tr -d '\n' <"$dir/ltc.coin.txs" | wc -c)" \
		--argjson cpu "$cpu" --argjson wall "$wall" --argjson disk $(($(litecoin_bytes "$home") - before)) \
		'{payloads: $n, bytes: ($hex / 2), cpu_s: $cpu, wall_s: $wall, disk: $disk}' >"$dir/ltc.coin.fed"
	stop_litecoin "$home"
}

# Both sides are busy for some ten seconds, so that the wait for the last block counts little on either.
run_litecoin-coin() {
	local before
	rm -f "$dir/ltc.coin.fed"
	! has_litecoin || measure_litecoin
	coin_node "$dir/coin" 8 10000 8000
	before=$(du -B1 "$dir/coin/data.mdb" | cut -f1)
	move_coins 8 10000 8000 $((2 * transfers))
	jq -c --argjson disk $(($(du -B1 "$dir/coin/data.mdb" | cut -f1) - before)) '.disk = $disk' "$dir/fed" >"$dir/beside.fed"
}

beside_line() { # NAME WHAT UNIT: of both sides
	local ours theirs=null against='litecoind (not installed)' ratio=null
	ours=$(jq "$2" "$dir/beside.fed")
	if [ -e "$dir/ltc.coin.fed" ]; then
		theirs=$(jq "$2" "$dir/ltc.coin.fed")
		ratio=$(calc "$ours / $theirs") against="litecoind, $(calc "$theirs")"
	fi
	emit "$1" "$ratio" "$(calc "$ours")" "$3" "$against"
}

tell_litecoin-coin() {
	beside_line litecoin-rate '.payloads / .wall_s' 'transfers a second, durable and final'
	beside_line litecoin-cpu '1e6 * .cpu_s / .payloads' 'us of the node per transfer'
	beside_line litecoin-disk '.disk / .bytes' 'bytes on disk per byte of a transfer on the wire'
}
