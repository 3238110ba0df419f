#!/usr/bin/env bats
# kill -9 under load: what was acknowledged is there afterwards, the store is whole, and the node is back in 2 s.

load lib

ROUNDS=${CRASH_ROUNDS:-20}

setup_file() {
	export BATS_TEST_TIMEOUT=$((300 + ROUNDS * 10))
}

# feed FILE WAIT KILL-AFTER: sends payload lines, keeps every receipt, kills the node after so many of them.
feed() {
	local left=$3 receipt
	para-send --wait "$2" --timeout 20 <"$1" 2>>send.log | while read -r receipt; do
		printf '%s\n' "$receipt" >>receipts
		left=$((left - 1))
		[ $left -ne 0 ] || kill -9 "$NODE_PID"
	done
}

# every_receipt_holds FILE: each payload acknowledged in it is known, and none has gone back from final or sealed.
every_receipt_holds() {
	local status
	for status in pooled sealed final; do
		jq -r --arg s $status 'select(.status == $s) | .payload' "$1" | sort -u >"acknowledged.$status"
	done
	sort -u acknowledged.* >acknowledged
	para-inspect payload -f payload,status <acknowledged >found || return 1
	[ "$(wc -l <found)" -eq "$(wc -l <acknowledged)" ] || return 1
	join acknowledged.final <(sort found) | awk '$2 != "final" {bad = 1} END {exit bad}' || return 1
	join acknowledged.sealed <(sort found) | awk '$2 == "pooled" {bad = 1} END {exit bad}'
}

# payers: chain gold, and four keys with coins of it, whose accounts are in to.1 to to.4.
payers() {
	local n to=()
	para-coin spec --name gold --supply 1000000 | para-chain create - -k a.key | para-send --wait final >/dev/null
	for n in 1 2 3 4; do
		para-key new "$n.key" -f address >"to.$n"
		to+=(--to "$(cat "to.$n")" --amount 100000)
	done
	para-coin send -c gold -k a.key "${to[@]}" | para-send --wait final >/dev/null
}

# transfers: each payer pays the next one.
transfers() {
	local n
	for n in 1 2 3 4; do
		para-coin send -c gold -k "$n.key" --to "$(cat "to.$((n % 4 + 1))")" --amount $((n * 100 + $1))
	done
}

@test "kill -9 under load: every receipt is honoured, the store is clean, the coins add up" {
	start_dev_node node
	para-key new a.key >/dev/null
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final >/dev/null
	payers
	: >all
	for round in $(seq "$ROUNDS"); do
		: >receipts
		transfers "$round" >moves
		seq "$round"0001 "$round"0400 | para-seal payload -c notes -k a.key |
			awk 'NR % 60 == 1 && (getline move <"moves") > 0 {print move} 1' >"load.$round"
		wait=$([ $((round % 2)) -eq 0 ] && echo sealed || echo pooled)
		feed "load.$round" "$wait" $((RANDOM % 350 + 1))
		run wait "$NODE_PID"
		killed=${EPOCHREALTIME/./}
		start_dev_node node
		[ $(((${EPOCHREALTIME/./} - killed) / 1000)) -lt "$(patience 2000)" ]
		every_receipt_holds receipts
		para-coin audit -c gold >/dev/null
		cat receipts >>all
	done
	jq -r 'select(.chain == 2) | .payload' all | sort -u >moved
	[ "$(wc -l <moved)" -ge "$ROUNDS" ]
	every_receipt_holds all
	[ "$(wc -l <acknowledged)" -ge "$ROUNDS" ]
	stop_node
	para-inspect check -d node
}

@test "kill -9 while payloads are replaced: of each seq one waits, and who left says for whom" {
	start_dev_node node
	para-key new a.key >/dev/null
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final >/dev/null
	: >all
	for round in 1 2 3 4 5; do
		: >receipts
		# Nothing is sealed: seq 1 is missing.
		for fee in 10 11 20; do
			seq 60 | para-seal payload -c notes -k a.key --seq "$((round * 100))" --fee $fee
		done >load
		feed load pooled $((RANDOM % 170 + 1))
		run wait "$NODE_PID"
		start_dev_node node
		cat receipts >>all
		jq -r 'select(.status == "pooled") | .payload' all | sort -u >acknowledged
		para-inspect payload -f payload,status,by <acknowledged >found
		[ "$(wc -l <found)" -eq "$(wc -l <acknowledged)" ]
		[ "$(grep -vcP '\tpooled\t$|\treplaced\t[0-9a-f]{64}$' found)" -eq 0 ]
		[ -z "$(para-inspect pool -f seq | sort | uniq -d)" ]
	done
	[ "$(grep -c replaced found)" -ge 5 ]
	stop_node
	para-inspect check -d node
}
