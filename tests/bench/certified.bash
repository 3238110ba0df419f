# Four nodes with a period of 2 s and users of three chains: how many rounds are certified, and how long a payload takes
# to be final. $dir is where everything lives, CERTIFIED_SECONDS how long the load lasts.
# shellcheck disable=SC2154

certified_ms=2000
certified_seconds=${CERTIFIED_SECONDS:-60}
users=()

end_users() {
	[ ${#users[@]} -eq 0 ] || kill "${users[@]}" 2>/dev/null || true
	[ ${#users[@]} -eq 0 ] || wait "${users[@]}" 2>/dev/null || true
	users=()
}

start_four() {
	local i founder=() bootstrap=()
	for i in 1 2 3 4; do
		mkdir -p "$dir/four$i"
		founder+=(--founder "$(para-key new "$dir/four$i/node.key" -f address)")
	done
	para-node genesis --name four "${founder[@]}" --period $certified_ms --difficulty 256 --fee 0 >"$dir/four.json"
	for i in 1 2 3 4; do
		genesis=$dir/four.json run_node "$dir/four$i" "${bootstrap[@]}"
		run_miner "$dir/four$i"
		[ "$i" != 1 ] || bootstrap=(--bootstrap "$(url_of "$dir/four1")")
	done
	for i in 1 2 3; do
		para-key new "$dir/user$i.key" >/dev/null
		para-chain spec --name "chain$i" --engine data | para-chain create - -k "$dir/user$i.key" -n "ipc://$dir/four1/node.ipc" |
			para-send -n "ipc://$dir/four1/node.ipc" --wait final -f status >&2
	done
}

# Each chain has a user at a node of its own: some payloads ten times a second, and one whose way is timed each second.
user() { # NUMBER
	local url=ipc://$dir/four$1/node.ipc
	para-key new "$dir/timed$1.key" >/dev/null
	while echo load && sleep 0.1; do :; done | para-seal payload -c "chain$1" -k "$dir/user$1.key" -n "$url" |
		para-send -n "$url" >/dev/null &
	users+=($!)
	while sleep 1; do
		date +%s%3N
	done | para-seal payload -c "chain$1" -k "$dir/timed$1.key" -n "$url" | while read -r line; do
		timed "$url" "$line" >>"$dir/timed" &
	done &
	users+=($!)
}

timed() { # URL PAYLOAD-LINE
	local begin
	begin=$(date +%s%3N)
	[ "$(para-send -n "$1" --wait final -f status <<<"$2")" != final ] || echo $(($(date +%s%3N) - begin))
}

slot_of() {
	para-inspect status -n "ipc://$dir/four4/node.ipc" -f slot
}

run_certified() {
	local i first
	stop_node
	rm -rf "$dir"/four* "$dir"/user* "$dir"/timed*
	start_four
	first=$(slot_of)
	for i in 1 2 3; do user $i; done
	sleep "$certified_seconds"
	local last
	last=$(slot_of)
	end_users
	sleep 4
	para-inspect hyper 1..latest -n "ipc://$dir/four4/node.ipc" -o json |
		jq -cs --argjson a "$first" --argjson b "$last" \
			'map(select(.endorsements > 0 and .slot > $a and .slot < $b)) | {certified: length, rounds: ($b - $a - 1)}' >"$dir/certified"
	end_others
}

tell_certified() {
	local share ms
	share=$(jq '.certified / .rounds' "$dir/certified")
	ms=$(sort -n "$dir/timed" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }')
	emit certified "$share" "$(jq .rounds "$dir/certified")" 'rounds of four nodes, period 2 s, users of three chains' \
		'all rounds certified'
	emit final "$(calc "$ms / $certified_ms")" "$ms" "ms from a payload to final, the median of $(wc -l <"$dir/timed")" \
		'the period'
}
