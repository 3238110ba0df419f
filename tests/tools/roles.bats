# Nodes that follow all chains, some of them, or chain 0 alone, as real processes on this machine.

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

register() { # I NAME
	para-chain spec --name "$2" --engine data | para-chain create - -k a.key -d "n$1" |
		para-send -d "n$1" --wait final --timeout 60 -f payload
}

followed() { # I CHAIN
	para-inspect chains -d "n$1" -o json | jq -r "select(.chain_name == \"$2\") | .followed"
}

# Four founders: 1 to 3 follow all, 4 only `b`; 5 is light.
start_roles() {
	new_network 4
	mkdir n5
	for i in 1 2 3; do
		start $i
		mine $i
	done
	start 4 --role partial --follow b,later
	mine 4
	start 5 --role light
	for i in 1 2 3 4; do
		until_true 20 peers_of $i 3
	done
	register 1 a
	register 2 b
}

caught_up() { # I...: final where node 1 is
	local hid i
	hid=$(field 1 final_hid)
	for i; do
		until_true 30 final_at "$i" "$hid"
	done
	same_chain "$hid" 1 "$@"
}

clean() { # I...
	for i; do
		para-inspect check -d "n$i" -f valid | grep -qx true || {
			para-inspect check -d "n$i" >&2
			return 1
		}
	done
}

@test "roles: full, partial and light nodes agree; each keeps what it follows" {
	start_roles
	[ "$(field 4 role)" = partial ]
	[ "$(field 5 role)" = light ]
	a=$(put 1 a one)
	b=$(put 2 b two)
	put 4 b three >/dev/null
	caught_up 2 3 4 5
	[ "$(followed 4 a)" = false ]
	[ "$(followed 4 b)" = true ]
	[ "$(followed 5 b)" = false ]
	para-inspect payload "$b" -d n4 -f status | grep -qx final
	run -1 para-inspect payload "$a" -d n4
	run para-seal payload -c a -k a.key -d n4 <<<no
	[ "$status" -ne 0 ]
	[[ $output == *"does not follow"* ]]
	# What the light node holds of chain 0 proves itself.
	at=$(para-inspect chain b -d n5 -f registered)
	[ "$at" -gt 0 ]
	register 1 later
	caught_up 4 5
	[ "$(followed 4 later)" = true ]
	[ "$(followed 5 later)" = false ]
	id=$(para-inspect blocks -c 0 -d n1 -o json 2>/dev/null | head -1 || true)
	halt_all
	clean 1 2 3 4 5
}
