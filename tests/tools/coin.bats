#!/usr/bin/env bats
load lib

keys() {
	local name
	for name; do
		para-key new "$name.key" -f address >"$name"
	done
}

gold() {
	para-coin spec --name gold --issuance fixed --supply 1000 "$@"
}

@test "a coin's spec is made, checked and made a payload of, offline" {
	keys a b
	gold --symbol AU --decimals 2 --alloc "$(cat a)=300" --alloc "$(cat b)=200" --lock "$(cat b)=100:10:20" \
		--byte-fee 3 --freeze --burn --tokens anybody --cross open >gold.json
	[ "$(jq -r '[.name,.engine,.coin.symbol,.coin.cap,.coin.byte_fee,.coin.tokens] | join(",")' gold.json)" = \
		gold,coin,AU,1000,3,anybody ]
	[ "$(jq '.coin.alloc | length' gold.json)" = 2 ]
	para-chain check gold.json
	para-chain create gold.json -k a.key --seq 1 --network "$NETWORK" >line
	para-seal verify <line
	para-coin plan gold.json >plan
	[ "$(jq -r '[.after, .supply, .locked, .free] | join(",")' plan | tr '\n' ' ')" = \
		'0,1000,100,900 10,1000,100,900 20,1000,0,1000 ' ]
}

@test "plan: emission as it will be, and what cannot be is refused" {
	keys a
	para-coin spec --name ore --issuance mined --supply 2100 --reward 50 --halving 21 >ore.json
	[ "$(para-coin plan --csv ore.json | sed -n 1,3p)" = "$(printf '%s\n' after,reward,emitted,supply,locked,free \
		0,50,0,0,0,0 21,25,1050,1050,0,1050)" ]
	[ "$(para-coin plan ore.json | tail -1 | jq -r '.after, .reward, .supply' | tr '\n' ' ')" = '126 0 2037 ' ]
	fails 1 'halving is zero' para-coin plan <<<"$(jq -c '.coin.halving = 0' ore.json)"
	fails 1 'more than the supply cap' para-coin plan <<<"$(jq -c '.coin.cap = "2036"' ore.json)"
	fails 1 'more than the supply cap' para-coin plan <<<"$(para-coin spec --name gold --supply 9 --alloc "$(cat a)=9" |
		jq -c '.coin.cap = "8"')"
	fails 1 'too large' para-coin plan <<<"$(jq -c '.coin.reward = "18446744073709551615"' ore.json)"
	fails 2 'no halving: give --halving H' para-coin spec --name ore --issuance mined --supply 2100 --reward 50
	fails 2 'no reward: give --reward N' para-coin spec --name ore --issuance pos --supply 2100 --halving 5
	fails 2 "option --reward: the issuance is 'fixed'" gold --reward 5
	fails 2 "option --halving: the issuance is 'fixed'" gold --halving 5
	fails 2 "option --minter: the issuance is 'fixed'" gold --minter "$(cat a)"
	fails 2 "option --supply: '0': 1 is the least" para-coin spec --name gold --supply 0
	fails 2 "option --lock: '$(cat a)=1:5:2': CLIFF is after END" gold --lock "$(cat a)=1:5:2"
	fails 2 "option --lock: '$(cat a)=1:5': no ADDRESS=N:CLIFF:END" gold --lock "$(cat a)=1:5"
	fails 2 "option --lock: '$(cat a)=0:1:2': amount is zero" gold --lock "$(cat a)=0:1:2"
	fails 2 "option --alloc: '$(cat a)': no ADDRESS=N" gold --alloc "$(cat a)"
	fails 2 "option --alloc: '$(cat a)=0': amount is zero" gold --alloc "$(cat a)=0"
	fails 2 "option --alloc: $(cat a) is given twice" gold --alloc "$(cat a)=1" --alloc "$(cat a)=2"
	for option in '-f after' '-o table'; do
		# shellcheck disable=SC2086 # two words
		fails 2 '--csv goes with neither -o nor -f' para-coin plan --csv $option ore.json
	done
	fails 2 'supply cap' gold --alloc "$(cat a)=1001"
	fails 2 'supply cap' gold --alloc "$(cat a)=1000" --lock "$(cat a)=1:1:1"
	fails 2 'no supply' para-coin spec --name gold
	fails 2 'no minter' para-coin spec --name gold --supply 1 --issuance token
	para-chain spec --name notes >notes.json
	fails 1 'no coin' para-coin plan notes.json
}

@test "amounts are base units to the last digit, and nothing else" {
	local bad
	keys a b
	offline=(-c 1 -k a.key --seq 1 --network "$NETWORK")
	for bad in 0.00000001 1e8 1,0 -1 ' 1' '1 ' 01 +1 '' 0x1 18446744073709551616; do
		fails 2 "$bad" para-coin spec --name gold --supply "$bad"
		fails 2 "$bad" para-coin send --to "$(cat b)" "--amount=$bad" "${offline[@]}"
		fails 2 "$bad" gold --alloc "$(cat a)=$bad"
	done
	for good in 18446744073709551615 9007199254740993 1; do
		[ "$(para-coin spec --name gold --supply "$good" | jq -r .coin.cap | jq -Rr .)" = "$good" ]
		para-coin send --to "$(cat b)" --amount "$good" "${offline[@]}" | para-seal verify
	done
	fails 2 '1 is the least' para-coin send --to "$(cat b)" --amount 0 "${offline[@]}"
	# The root's name is known without a node.
	[ "$(para-coin send -c para -k a.key --seq 1 --network "$NETWORK" --to "$(cat b)" --amount 1 -n ipc://none -f chain)" = 0 ]
	fails 2 "$(cat b) is given twice" para-coin send --to "$(cat b)" --amount 1 --to "$(cat b)" --amount 2 "${offline[@]}"
	fails 1 "$(cat a): transfer to oneself" para-coin send --to "$(cat a)" --amount 1 "${offline[@]}"
	fails 2 'twice' para-coin send --to "$(cat b)" --amount 1 --to "$(cat b)" --amount 1 "${offline[@]}"
	fails 2 'each --to' para-coin send --to "$(cat b)" "${offline[@]}"
	fails 2 'option --to' para-coin send --to para1x --amount 1 "${offline[@]}"
	fails 2 '256' para-coin send --to "$(cat b)" --amount 1 --memo "$(printf '%0257d' 0)" "${offline[@]}"
	fails 1 'not an operation' para-coin burn --amount 1 -c 0 -k a.key --seq 1 --network "$NETWORK"
}

# amount_tools AMOUNT: each tool with the amount in each place that takes one; says which did not refuse it.
amount_tools() {
	local a b offline=(-c 1 -k a.key --seq 1 --network "$NETWORK")
	a=$(cat a) b=$(cat b)
	for words in "para-coin send --to $b --amount 1 ${offline[*]} --fee" "para-coin mint --to $b ${offline[*]} --amount" \
		"para-coin burn ${offline[*]} --amount" "para-coin issue --token shares --symbol SH ${offline[*]} --supply" \
		"para-coin spec --name gold --issuance mined --halving 9 --supply 9 --reward" \
		"para-coin spec --name gold --supply 9 --byte-fee" "para-seal payload ${offline[*]} --fee" \
		"para-node genesis --solo --founder $a --fee" "para-node genesis --solo --founder $a --reward" \
		"para-node genesis --solo --founder $a --alloc $b" "para-coin spec --name gold --supply 9 --lock $b"; do
		# shellcheck disable=SC2086
		set -- "$1" $words
		case ${*: -2:1} in
		--alloc) set -- "${@:1:$#-1}" "$b=$1" ;;
		--lock) set -- "${@:1:$#-1}" "$b=$1:1:2" ;;
		*) set -- "${@:1:$#-1}" "${*: -1}=$1" ;;
		esac
		! echo x | "${@:2}" >/dev/null 2>&1 || echo "${*:2}"
	done
}

@test "an amount that is none is refused by every tool, wherever it stands" {
	local bad
	keys a b
	for bad in 0.00000001 1e8 1,0 -1 ' 1' '1 ' 01 +1 '' 0x1 18446744073709551616; do
		[ -z "$(amount_tools "$bad" | tee /dev/stderr)" ]
	done
	[ "$(amount_tools 1 | wc -l)" -eq 11 ]
	# Nothing is no amount of an order.
	for bad in send mint; do
		fails 2 "option --amount: '0': 1 is the least" \
			para-coin $bad -c 1 -k a.key --to "$(cat b)" --amount 0 --seq 1 --network "$NETWORK"
	done
}

@test "no amount is ever a double: each digit goes in, through jq, and comes out" {
	local n max=18446744073709551615
	keys a b
	for n in 9007199254740993 18446744073709551614; do
		echo x | para-seal payload -c 1 -k a.key --seq 1 --network "$NETWORK" --fee $n | jq -c . | para-seal show |
			jq -c . | grep -q "\"fee\":\"$n\""
		para-node genesis --solo --founder "$(cat a)" --fee $n | jq -r .register_fee | grep -qx $n
	done
	n=9007199254740993
	para-node genesis --solo --founder "$(cat a)" --alloc "$(cat b)=$n" | jq -r '.alloc[].amount' | grep -qx $n
	# What the tools keep for "not given" is refused, not taken for it.
	fails 2 "'$max' is no number" para-seal payload -c 1 -k a.key --seq 1 --network "$NETWORK" --fee $max
	fails 2 "'$max' is no number" para-node genesis --solo --founder "$(cat a)" --fee $max
	fails 2 "'$max' is no number" para-node genesis --solo --founder "$(cat a)" --reward $max
	para-coin spec --name gold --supply $max --alloc "$(cat a)=$max" | jq -c . | para-coin plan | jq -r .supply | grep -qx $max
	para-coin send --to "$(cat b)" --amount $max -c 1 -k a.key --seq 1 --network "$NETWORK" | jq -c . | para-seal verify
}

amount_of() {
	para-coin balance "$(cat "$1")" -c gold -f balance
}

@test "a coin's life: sent, overspent, frozen, tokens, and it adds up" {
	keys a b c
	start_dev_node d
	gold --alloc "$(cat a)=900" --lock "$(cat a)=50:1:2" --byte-fee 1 --freeze --burn >gold.json
	para-chain create gold.json -k c.key | para-send --wait final
	issued() { [ "$(para-coin supply -c gold -f issued)" = 1000 ]; }
	soon issued
	[ "$(amount_of c)" = 50 ]
	para-coin send -c gold -k a.key --to "$(cat b)" --amount 300 --to "$(cat c)" --amount 200 --memo hello |
		para-send --wait final
	[ "$(amount_of b)" = 300 ]
	[ "$(amount_of c)" = 250 ]
	# What was asked for can be read again, alone and in a list.
	para-inspect export -c gold >sent
	para-inspect payload "$(jq -r .payload sent)" | jq -c .order | cmp - <(jq -c .order sent)
	[ "$(jq -r '.order | .kind, .memo, .amount' sent)" = $'transfer\nhello\n500' ]
	diff <(jq -r '.order.outputs[] | .address + "=" + .amount' sent | sort) \
		<(printf '%s\n' "$(cat b)=300" "$(cat c)=200" | sort)
	[ "$(para-inspect export -c para | jq -r '.order | select(.kind == "register") | .spec.name, .spec.coin.cap')" = \
		$'gold\n1000' ]
	# What is locked is free by now; the fee went to who sealed.
	[ "$(para-coin balance "$(cat a)" -c gold -f locked)" = 0 ]
	para-coin balance "$(cat a)" -c gold | jq -e '.hid > 3 and (.final | type) == "boolean"'
	fails 4 'balance is too small' para-send --wait final < <(
		para-coin send -c gold -k b.key --to "$(cat a)" --amount 300 --fee 250)
	fails 4 'fee is lower' para-send --wait final < <(
		para-coin send -c gold -k b.key --to "$(cat a)" --amount 1 --fee 1)
	fails 4 'no right' para-send --wait final < <(para-coin freeze "$(cat a)" -c gold -k b.key)
	fails 2 'one ADDRESS is wanted' para-coin freeze "$(cat a)" "$(cat b)" -c gold -k c.key
	para-coin freeze "$(cat b)" -c gold -k c.key --fee 175 | para-send --wait final
	[ "$(para-coin balance "$(cat b)" -c gold -f frozen,freezable)" = "true	true" ]
	# Accounts come from stdin too, and after a bad line the rest goes on.
	{ cat b; echo nobody; cat c; } >accounts
	fails 2 'line 2: balance nobody: address: not an address' para-coin balance -c gold -f address <accounts
	diff <(cat b c) out
	fails 4 'frozen' para-send --wait final < <(
		para-coin send -c gold -k b.key --to "$(cat a)" --amount 1)
	para-coin audit -c gold
	para-coin audit -c para
	[ "$(para-coin audit -c gold -f balances,issued,burned,valid)" = "1000	1000	0	true" ]
	stop_node
	para-inspect check -d d
	start_dev_node d
	para-coin audit -c gold
	fails 1 'not registered' para-coin balance "$(cat a)" -c silver
}

@test "a thousand outputs in one payload, and not one more" {
	keys a
	start_dev_node d
	para-coin spec --name gold --supply 600000 --alloc "$(cat a)=600000" | para-chain create - -k a.key |
		para-send --wait final
	seq -f many%g.key 1001 | xargs -P 2 -n 1 para-key new -f address >accounts
	mapfile -t outputs < <(awk '{ print "--to\n" $1 "\n--amount\n" NR }' accounts)
	para-coin send -c gold -k a.key "${outputs[@]::4000}" | para-send --wait final
	[ "$(head -n 1000 accounts | para-coin balance -c gold -f balance | jq -s add)" -eq 500500 ]
	fails 2 'more than 1000 times --to' para-coin send -c gold -k a.key "${outputs[@]}"
}

@test "minted coins and tokens" {
	keys a b
	start_dev_node d
	para-coin spec --name gold --issuance token --supply 1000 --minter "$(cat a)" --burn | para-chain create -k a.key |
		para-send --wait final
	para-coin mint -c gold -k a.key --to "$(cat b)" --amount 600 | para-send --wait final
	para-coin burn -c gold -k b.key --amount 100 | para-send --wait final
	[ "$(para-coin supply -c gold -f issued,burned,supply)" = "600	100	500" ]
	para-coin mint -c gold -k a.key --to "$(cat b)" --amount 501 | fails 1 'supply cap' para-send --wait final
	para-coin mint -c gold -k b.key --to "$(cat b)" --amount 1 | fails 4 'no right' para-send
	para-coin send -c gold -k b.key --to "$(cat a)" --amount 1 --fee 501 | fails 4 'does not cover the fee' para-send
	para-coin send -c gold -k b.key --to "$(cat a)" --amount 1 --seq 1 | fails 4 'seq was used already' para-send
	para-coin issue -c gold -k a.key --token shares --symbol SH --supply 10 | para-send --wait final
	para-coin mint -c gold -k a.key --token shares --to "$(cat b)" --amount 9 | para-send --wait final
	para-coin send -c gold -k b.key --token shares --to "$(cat a)" --amount 4 | para-send --wait final
	[ "$(para-coin balance "$(cat a)" -c gold | jq -r '.tokens[] | .name + .balance')" = shares4 ]
	[ "$(para-coin supply -c gold --token shares -f supply,cap)" = "9	10" ]
	[ "$(para-coin supply -c gold --token shares -f decimals)" = 8 ]
	fails 1 'token silver of chain gold: not found' para-coin supply -c gold --token silver
	para-coin mint -c gold -k a.key --token shares --to "$(cat b)" --amount 2 | fails 1 'supply cap' para-send --wait final
	para-coin audit -c gold
}

@test "a chain that keeps no accounts is told from a coin before anything is signed" {
	keys a
	start_dev_node d
	para-chain spec --name notes | para-chain create -k a.key | para-send --wait final
	fails 2 'chain notes keeps no accounts' para-coin send -c notes -k a.key --to "$(cat a)" --amount 1
	fails 2 'chain notes keeps no accounts' para-coin burn -c notes -k a.key --amount 1
	fails 2 'chain notes keeps no accounts' para-inspect account "$(cat a)" -c notes
}

@test "a new chain's coins can be sent at once" {
	keys a b
	start_dev_node d
	gold | para-chain create - -k a.key | para-send --wait final -f status | grep -qx final
	para-coin send -c gold -k a.key --to "$(cat b)" --amount 250 | para-send --wait final -f status | grep -qx final
	[ "$(para-coin balance "$(cat b)" -c gold -f balance)" = 250 ]
	para-coin audit -c gold
}

# A slot may be over before its seal is there: another one, then.
seal_para() { # FILE: its payload into the next hyper block
	para-seal block -c para -k d/node.key <"$1" | para-mine | para-send --wait sealed --timeout 5
}

@test "of a coin whose chain is not in force yet nothing is told, as zeros would be taken for what is there" {
	keys a
	mkdir d
	para-key new d/node.key -f address >founder
	para-node genesis --solo --founder "$(cat founder)" --period 1000 --difficulty 256 --fee 0 >genesis.json
	export PARA_HOME=d
	para-node --genesis genesis.json --no-discovery 2>node.log 3>&- &
	# shellcheck disable=SC2034 # of lib.bash
	NODE_PID=$!
	gold | para-chain create --connect-timeout 60 -k a.key >line
	para-send <line
	soon seal_para line
	soon para-inspect chain gold
	fails 5 'chain gold is not in force yet' para-coin balance -c gold "$(cat a)"
	fails 5 'chain gold is not in force yet' para-coin supply -c gold
	fails 5 'chain gold is not in force yet' para-coin audit -c gold
	fails 5 'chain gold is not in force yet' para-inspect account -c gold "$(cat a)"
	para-mine work -q -k d/node.key >/dev/null 2>&1 3>&- &
	miner=$!
	soon para-coin balance -c gold "$(cat a)"
	kill $miner
	[ "$(para-coin balance -c gold "$(cat a)" -f balance)" = 1000 ]
}

silent() { # no block for eight slots
	[ "$(para-inspect status -f slot)" -ge $(($(para-inspect hyper latest -f slot) + 8)) ]
}

@test "chains whose coins are mined, split or minted fall silent when nothing waits" {
	local chain hid
	keys a b
	start_dev_node d
	{
		para-coin spec --name ore --issuance mined --supply 1000000 --reward 50 --halving 1000 --alloc "$(cat a)=100"
		para-coin spec --name pie --issuance pos --supply 1000000 --reward 50 --halving 1000 --alloc "$(cat a)=100"
		para-coin spec --name gold --issuance token --supply 1000 --minter "$(cat a)" --alloc "$(cat a)=100"
	} >specs
	while read -r spec; do echo "$spec" | para-chain create -k a.key | para-send --wait final; done <specs
	for chain in ore pie gold; do
		para-coin send -c $chain -k a.key --to "$(cat b)" --amount 1 | para-send --wait final
	done
	soon silent
	hid=$(para-inspect status -f hid)
	for chain in ore pie gold; do
		[ "$(para-coin balance "$(cat b)" -c $chain -f balance)" = 1 ]
		para-coin audit -c $chain
	done
	[ "$(para-coin supply -c ore -f issued)" -gt 100 ]
	[ "$(para-coin supply -c pie -f issued)" -gt 100 ]
	[ "$(para-coin supply -c gold -f issued)" = 100 ]
	[ "$(para-inspect status -f hid)" = "$hid" ]
}

# purse: chain gold on a node at d, b with a balance that no payload has: its bytes are abcdefg and a 1.
purse() {
	keys a b
	start_dev_node d
	para-coin spec --name gold --supply 200000000000000000 | para-chain create - -k a.key | para-send --wait final
	for n in 100000000000000000 1162102301090401; do
		para-coin send -c gold -k a.key --to "$(cat b)" --amount $n | para-send --wait final
	done
	para-coin audit -c gold
	[ "$(amount_of b)" = 101162102301090401 ]
}

# turn: one bit of that balance, the node not running.
turn() {
	LC_ALL=C sed -i 's/abcdefg\x01/abcdefh\x01/g' d/data.mdb
}

@test "a balance that a disk turned is named at the start, and nothing is served" {
	purse
	stop_node
	turn
	fails 1 "cannot use d/data.mdb: the account $(cat b) of chain gold does not match its tree: stored data is corrupt" \
		para-node --dev --genesis genesis.json -d d
}

# A store too big to be looked at as a whole when the node starts.
@test "a balance that a disk turned is named where it is asked for, and an audit says no" {
	local wrong status=0
	purse
	wrong="the account $(cat b) of chain gold does not match its tree: stored data is corrupt"
	para-chain spec --name bulk --engine data | para-chain create - -k a.key | para-send --wait final
	for n in $(seq 40); do
		head -c 60000 /dev/zero | tr '\0' "\\$((60 + n % 8))" >"body.$n"
	done
	para-seal payload -c bulk -k a.key --raw body.* | para-send --wait final >/dev/null
	stop_node
	turn
	start_dev_node d
	fails 2 "$wrong" para-coin balance -c gold "$(cat b)"
	fails 2 "$wrong" para-inspect account -c gold "$(cat b)"
	fails 2 "$wrong" para-inspect proof account -c gold "$(cat b)"
	[ "$(amount_of a)" = 98837897698909599 ]
	fails 1 'chain gold does not add up' para-coin audit -c gold
	[ "$(jq -r .valid out)" = false ]
	para-coin audit -c para
	# nothing is built on it: the node ends
	fails 2 'seq on chain gold: the account' para-coin send -c gold -k b.key --to "$(cat a)" --amount 1
	para-coin send -c gold -k a.key --to "$(cat b)" --amount 1 | para-send --wait pooled
	wait "$NODE_PID" || status=$?
	[ "$status" -eq 1 ]
	NODE_PID=
	grep -qF "$wrong" node.log
}
