#!/usr/bin/env bats
load lib

keys() {
	local name
	for name; do
		para-key new "$name.key" -f address >"$name"
	done
}

# A chain with a coin: a has 900, b 50 locked for long, and c, who registers it, what is left.
gold() {
	para-coin spec --name gold --issuance fixed --supply 1000 --alloc "$(cat a)=900" --lock "$(cat b)=50:1:100000" \
		--byte-fee 0 --tokens anybody --freeze >gold.json
	para-chain create gold.json -k c.key | para-send --wait final >/dev/null
}

# prove FILE ADDRESS CHAIN: as soon as the state is committed.
prove() {
	local status=5
	for _ in $(seq 600); do
		status=0
		para-inspect proof account "$2" -c "$3" >"$1" || status=$?
		[ $status = 5 ] || break
		sleep 0.1
	done
	return $status
}

field() {
	para-inspect verify --connect-timeout 0 <"$1" | jq -r "$2"
}

@test "what an account holds is proved, or that it holds nothing, on a coin's chain and on chain 0" {
	keys a b c nobody
	start_dev_node d
	gold
	para-coin issue -c gold -k a.key --token shares --symbol SH --supply 10 | para-send --wait final
	para-coin mint -c gold -k a.key --token shares --to "$(cat b)" --amount 9 | para-send --wait final
	para-coin send -c gold -k a.key --to "$(cat c)" --amount 200 | para-send --wait final
	prove pa "$(cat a)" gold
	prove pb "$(cat b)" gold
	prove pn "$(cat nobody)" gold
	prove p0 "$(cat c)" 0
	prove pn0 "$(cat nobody)" para
	for p in pa pb pn p0 pn0; do
		[ "$(field $p .valid,.anchored | tr '\n' ' ')" = 'true true ' ]
		jq -e '.hid > .executed_hid and (.final | type) == "boolean" and .proof' $p >/dev/null
	done
	[ "$(field pa '[.chain,.address,.present,.balance,.locked,.seq,.frozen] | join(",")' | sed "s/$(cat a)/a/")" = \
		1,a,true,700,0,3,false ]
	[ "$(field pb '[.balance,.locked,.seq,.tokens[0].balance] | join(",")')" = 0,50,0,9 ]
	[ "$(field pn '[.present,.balance,.seq] | join(",")')" = false,0,0 ]
	[ "$(field p0 '[.chain,.present,.seq] | join(",")')" = 0,true,1 ]
	[ "$(field pn0 '[.chain,.present] | join(",")')" = 0,false ]
	# The same account as the node tells of it.
	[ "$(para-coin balance "$(cat a)" -c gold -f balance,seq)" = "$(field pa .balance)	$(field pa .seq)" ]
	# A later state has a proof of its own; the old one stays what it was.
	para-coin freeze "$(cat b)" -c gold -k c.key | para-send --wait final
	prove pb2 "$(cat b)" gold
	[ "$(field pb .frozen) $(field pb2 .frozen)" = 'false true' ]
	[ "$(field pb2 .hid)" -gt "$(field pb .hid)" ]
}

@test "an account's proof needs no node, is tied to a header, and one changed digit spoils it" {
	keys a b c nobody
	start_dev_node d
	gold
	prove p "$(cat a)" gold
	prove q "$(cat nobody)" gold
	para-inspect hyper "$(jq .hid p)" >header
	para-inspect hyper 1 >other
	stop_node
	mkdir empty
	export HOME=$PWD/empty PARA_HOME=$PWD/empty/none
	[ "$(field p .valid,.anchored | tr '\n' ' ')" = 'true false ' ]
	[ "$(para-inspect verify --header header <p | jq -r .anchored)" = true ]
	fails 1 'not the one given' para-inspect verify --header other <p
	jq -r .proof p q | para-inspect verify --connect-timeout 0 | jq -es 'all(.valid)'
	jq -r .proof p | para-seal show | jq -e '.type == "account_proof" and .balance == "900" and .hyper.hid == .hid'
	jq -r .proof p q | para-seal verify
	# Digits at the head, in the account, the value, the path, the certificate, the header, the signature.
	raw=$(jq -r .proof p)
	for at in 1 25 100 140 200 400 $((${#raw} / 2)) $((${#raw} - 200)) $((${#raw} - 1)); do
		digit=${raw:at:1}
		bad=${raw:0:at}$([ "$digit" = 0 ] && echo 1 || echo 0)${raw:at+1}
		fails 1 '' para-inspect verify <<<"$bad"
		[ "$(jq -r .valid out)" = false ]
		[ -n "$(jq -r .error out)" ]
	done
	jq -r .proof q | tamper | fails 1 'signature' para-inspect verify
	fails 1 '' para-inspect verify <<<"${raw:0:-2}"
	[ "$(ls -A empty)" = '' ]
}

@test "proofs of accounts: what cannot be proved is said" {
	keys a c
	start_dev_node d
	fails 2 'no chain' para-inspect proof account "$(cat a)"
	fails 2 'only an account' para-inspect proof -c 0 "$(printf '%064d' 1)"
	fails 1 'not registered' para-inspect proof account "$(cat a)" -c gold
	fails 2 'address' para-inspect proof account para1nonsense -c 0
	para-chain spec --name notes | para-chain create -k c.key | para-send --wait final
	fails 2 'keeps no accounts' para-inspect proof account "$(cat a)" -c notes
	# On stdin as well as on the command line.
	prove p "$(cat c)" 0
	para-inspect proof account -c 0 <c | jq -e .present
}
