# What votes earn, in networks of real processes.
# shellcheck disable=SC2034 # many.bash reads what they set

load lib
load many

REWARD=1000000

earning_network() { # NODES: epochs of two blocks, slots of 250 ms; rich.key holds a little PARA from the start
	PERIOD=250
	GENESIS_ARGS=(--epoch 2 --seals 1 --reward "$REWARD" --alloc "$(para-key new rich.key -f address)=1000")
	new_network "$1"
}

address_of() { # I
	para-key show "n$1/node.key" -f address
}

balance_of() { # NODE ADDRESS [FIELD]
	para-coin balance "$2" -c para -d "n$1" -f "${3:-balance}"
}

pay() { # NODE KEY TO AMOUNT
	para-coin send --to "$3" --amount "$4" -c para -k "$2" -d "n$1" | para-send --wait final --timeout 60 -d "n$1" -f payload
}

# Payments until node 1's key has something to spend.
pay_until_earned() {
	local n
	for ((n = 0; n < 30; n++)); do
		pay 1 rich.key "$(address_of 2)" 1 >/dev/null
		[ "$(balance_of 1 "$(address_of 1)")" -eq 0 ] || return 0
	done
	return 1
}

same_root() { # NODES: of chain 0, once all are at the same block
	[ "$(for ((i = 1; i <= $1; i++)); do
		para-inspect chain para -d "n$i" -f executed,state_root
	done | sort -u | wc -l)" -eq 1 ]
}

one_block() { # ./accounts of the three, and ./supply, as of one block
	for i in 1 2 3; do para-coin balance "$(address_of "$i")" -c para -d n1; done >accounts
	para-coin supply -c para -d n1 >supply
	[ "$(jq -s 'map(.hid) | unique | length' accounts supply)" -eq 1 ]
}

@test "reward: miners earn PARA, spend it, and all nodes agree" {
	earning_network 3
	start_all 3
	pay_until_earned
	earned=$(balance_of 1 "$(address_of 1)")
	[ "$earned" -gt 0 ]
	bob=$(para-key show b.key -f address)
	pay 1 n1/node.key "$bob" "$earned" >/dev/null
	[ "$(balance_of 1 "$bob")" -eq "$earned" ]

	para-coin supply -c para -d n1 >supply.json
	jq -e '(.issued | tonumber) > 1000 and (.locked | tonumber) > 0 and .burned == "0"' supply.json
	for i in 1 2 3; do para-coin audit -c para -d "n$i" -f valid; done

	# What waits for the three is all that is locked.
	until_true 60 same_root 3
	until_true 60 one_block
	jq -es 'all(.[]; .locked == ([.rewards[].amount | tonumber] | add // 0 | tostring)) and
		all(.[]; .hid as $hid | all(.rewards[]; .hid > $hid and .hid <= $hid + 2))' accounts
	[ "$(jq -s 'map(.locked | tonumber) | add' accounts)" = "$(jq -r .locked supply)" ]

	# No more than the reward was issued for a block.
	[ "$(para-coin supply -c para -d n1 -f issued)" -le $((1000 + REWARD * $(field 1 hid))) ]
	halt_all
	for i in 1 2 3; do para-inspect check -d "n$i" -f valid | grep -qx true; done
}

@test "reward: nobody seals for rewards alone, and a founder on its own earns nothing" {
	earning_network 2
	start_all 2
	pay_until_earned
	paid=$(pay 2 rich.key "$(para-key show b.key -f address)" 1)
	silent() { [ "$(field 1 slot)" -ge $(($(para-inspect hyper latest -d n1 -f slot) + 8)) ]; }
	until_true 60 silent
	# The last payload is final; rewards that came after it may wait.
	until_true 60 is_final 1 "$paid"
	halt_all

	para-node genesis --solo --founder "$(address_of 1)" --period 200 --epoch 2 --difficulty 256 --fee 0 \
		--reward "$REWARD" --alloc "$(para-key show rich.key -f address)=1000" >genesis.json
	rm -r n1/*.mdb n1/lock
	unset BOOTSTRAP
	start 1
	mine 1
	while [ "$(field 1 hid)" -lt 8 ]; do pay 1 rich.key "$(para-key show b.key -f address)" 1 >/dev/null; done
	[ "$(para-coin supply -c para -d n1 -f issued)" -eq 1000 ]
}
