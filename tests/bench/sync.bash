# A newcomer fetches a chain of payloads of 200 bytes from one peer.
# $dir is where everything lives, $SYNC_PAYLOADS how many payloads the chain holds.
# shellcheck disable=SC2154

sync_payloads=${SYNC_PAYLOADS:-40000}
litecoin_payloads=${SYNC_LITECOIN:-20000}
others=()

run_node() { # DIRECTORY [OPTION...]: a node of the network of $genesis; its process is the last of $others
	local home=$1
	shift
	mkdir -p "$home"
	para-node -d "$home" --genesis "${genesis:-$dir/two.json}" --listen tcp://127.0.0.1:0 --no-discovery "$@" \
		2>>"$home.log" </dev/null &
	others+=($!)
	para-inspect status -n "ipc://$home/node.ipc" --connect-timeout 60 >/dev/null
}

run_miner() { # DIRECTORY
	para-mine work -q -n "ipc://$1/node.ipc" -k "$1/node.key" >/dev/null 2>&1 </dev/null &
	others+=($!)
}

end_others() {
	[ ${#others[@]} -eq 0 ] || kill "${others[@]}" 2>/dev/null || true
	[ ${#others[@]} -eq 0 ] || wait "${others[@]}" 2>/dev/null || true
	others=()
}

url_of() { # DIRECTORY: where a node takes peers
	sed -n 's|.*welcome at ||p' "$1.log" | tail -n 1
}

cpu_of() { # PROCESS: the seconds it has used
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$1/stat"
}

# Two nodes with a chain of payloads, once; both keep it.
build_two() {
	local i founder=()
	[ ! -e "$dir/two.json" ] || return 0
	for i in 1 2; do
		mkdir -p "$dir/two$i"
		founder+=(--founder "$(para-key new "$dir/two$i/node.key" -f address)")
	done
	para-node genesis --name sync "${founder[@]}" --period 1000 --difficulty 256 --fee 0 |
		jq -c '.seal_bytes = 200000' >"$dir/two.json"
	run_node "$dir/two1"
	local pid=${others[-1]}
	run_node "$dir/two2" --bootstrap "$(url_of "$dir/two1")"
	run_miner "$dir/two1"
	run_miner "$dir/two2"
	export PARA_NODE=ipc://$dir/two1/node.ipc
	para-chain spec --name bench --engine data | para-chain create - -k "$dir/two1/node.key" |
		para-send --wait final -f status >&2
	presigned "$pid" data 1 1 0 "$sync_payloads"
	end_others
}

# As many transactions of one input and two outputs, each with its signature, in the blocks of a litecoind.
build_litecoin() {
	[ ! -e "$dir/ltc.sync" ] || return 0
	start_litecoin "$dir/ltc.first" -listen=1 -bind="127.0.0.1:$(litecoin_peer_port "$dir/ltc.first")"
	litecoin_presign "$dir/ltc.first" "$litecoin_payloads" >"$dir/ltc.txs"
	litecoin_mine "$dir/ltc.first" <"$dir/ltc.txs"
	litecoin_cli "$dir/ltc.first" getblockcount >"$dir/ltc.sync"
}

# A second litecoind fetches them from the first.
run_litecoin() {
	rm -rf "$dir/ltc.late"
	start_litecoin "$dir/ltc.late" -listen=0 -connect="127.0.0.1:$(litecoin_peer_port "$dir/ltc.first")"
	until [ "$(litecoin_cli "$dir/ltc.late" getblockcount)" -ge "$(cat "$dir/ltc.sync")" ]; do sleep 0.2; done
	cpu_of "$(litecoin_pid "$dir/ltc.late")" >"$dir/ltc.cpu"
	stop_litecoin "$dir/ltc.late"
}

run_sync() {
	local hid pid
	stop_node
	build_two
	run_node "$dir/two1"
	hid=$(para-inspect status -n "ipc://$dir/two1/node.ipc" -f final_hid)
	rm -rf "$dir/late" "$dir/late.log"
	mkdir "$dir/late"
	para-key new "$dir/late/node.key" -f address >&2
	run_node "$dir/late" --bootstrap "$(url_of "$dir/two1")"
	pid=${others[-1]}
	until [ "$(para-inspect status -n "ipc://$dir/late/node.ipc" -f final_hid)" -ge "$hid" ]; do sleep 0.5; done
	cpu_of "$pid" >"$dir/sync"
	end_others
	if has_litecoin; then
		build_litecoin
		run_litecoin
	fi
}

tell_sync() { # V
	local us
	us=$(calc "1e6 * $(cat "$dir/sync") / $sync_payloads")
	emit sync "$(calc "1e6 / $1 / $us")" "$us" 'us of a newcomer per payload of 200 bytes, final' 'one bare signature check'
	if has_litecoin; then
		emit sync-litecoin "$(calc "1e6 * $(cat "$dir/ltc.cpu") / $litecoin_payloads / $us")" "$us" \
			"us of a newcomer per payload; litecoind's takes $(calc "1e6 * $(cat "$dir/ltc.cpu") / $litecoin_payloads")" \
			'litecoind, CPU seconds per transaction'
	fi
}
