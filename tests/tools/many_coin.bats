# Coins in a network of two, as real processes on this machine.

load lib
load many

still() { # I: no block for eight slots
	[ "$(field "$1" slot)" -ge $(($(para-inspect hyper latest -d "n$1" -f slot) + 8)) ]
}

pay() { # I CHAIN ADDRESS
	para-coin send -c "$2" -k a.key -d "n$1" --to "$3" --amount 1 | para-send -d "n$1" --wait final --timeout 60 >/dev/null
}

@test "two nodes fall silent whether their chains' coins are mined, split or minted" {
	local a b chain hid
	PERIOD=300 new_network 2
	a=$(para-key show a.key -f address) b=$(para-key show b.key -f address)
	start_all 2
	{
		para-coin spec --name ore --issuance mined --supply 1000000 --reward 50 --halving 1000 --alloc "$a=100"
		para-coin spec --name pie --issuance pos --supply 1000000 --reward 50 --halving 1000 --alloc "$a=100"
		para-coin spec --name gold --issuance token --supply 1000 --minter "$a" --alloc "$a=100"
	} >specs
	while read -r spec; do
		echo "$spec" | para-chain create - -k a.key -d n1 | para-send -d n1 --wait final --timeout 60 >/dev/null
	done <specs
	for chain in ore pie gold; do pay 2 $chain "$b"; done
	until_true 60 still 1
	until_true 60 still 2
	hid=$(field 1 hid)
	for chain in ore pie gold; do
		[ "$(para-coin balance "$b" -c $chain -d n2 -f balance)" = 1 ]
		[ "$(para-coin supply -c $chain -d n1 -f issued)" = "$(para-coin supply -c $chain -d n2 -f issued)" ]
		para-coin audit -c $chain -d n1
		para-coin audit -c $chain -d n2
	done
	[ "$(para-coin supply -c ore -d n1 -f issued)" -gt 100 ]
	[ "$(para-coin supply -c pie -d n1 -f issued)" -gt 100 ]
	same_chain "$hid" 1 2
	[ "$(field 2 hid)" = "$hid" ]
	# And it goes on as soon as somebody pays.
	pay 1 ore "$b"
}

@test "an audit that a node is too busy for ends with 5, fit for cron: not yet" {
	jq -cn '{jsonrpc: "2.0", id: 1, error: {code: -32000, message: "node is busy", data: {error: "busy", exit: 5}}}' >busy
	answer node.ipc <busy >door 3>&- 9>&- &
	until_true 60 has_lines door 1
	fails 5 'para-coin: audit: node is busy' para-coin audit -c para -n "ipc://$PWD/node.ipc"
	[ ! -s out ]
	wait $!
}
