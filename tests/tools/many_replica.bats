# Nodes that keep bodies for others, as real processes on this machine.

load lib
load many

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export HOME=$BATS_TEST_TMPDIR
	unset PARA_HOME PARA_NODE PARA_KEY XDG_DATA_HOME BOOTSTRAP
	# shellcheck disable=SC2034 # many.bash reads them
	NODE=() MINER=() PORT=() GENESIS_ARGS=()
}

teardown() {
	halt_all
}

holds() { # I N: bodies, at least so many
	[ "$(field "$1" held_bodies)" -ge "$2" ]
}

# join I [OPTION...]: a node that is no founder.
join() {
	mkdir "n$1"
	para-key new "n$1/node.key" -f address >/dev/null
	start "$@"
}

@test "many: bodies are kept by nodes that offer space, and given on to who comes when others are killed" {
	PERIOD=250 new_network 2
	start_all 2
	join 3 --offer 1M --role partial --follow other
	join 4 --offer 1M
	para-chain spec --name notes --engine data | para-chain create - -k a.key -d n1 | para-send -d n1 --wait final --timeout 60
	for text in one two three; do put 1 notes "$text" >/dev/null; done
	until_true 60 holds 4 3
	bodies=$(field 4 held_bodies)
	until_true 60 holds 3 "$bodies"
	[ "$(field 4 held_bytes)" -ge 1108 ]
	[ "$(field 3 held_bytes)" -ge 1108 ]
	[ "$(field 1 held_bodies)" -eq 0 ]
	# Bodies come back with the node, and whoever is new is given what there is.
	halt 4 KILL
	halt 3
	join 5 --offer 1M
	until_true 60 holds 5 "$bodies"
	start 3 --offer 1M
	until_true 60 holds 3 "$bodies"
}
