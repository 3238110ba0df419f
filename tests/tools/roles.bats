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

is_followed() { # I CHAIN true|false
	[ "$(followed "$1" "$2")" = "$3" ]
}

settled() { # I CHAIN: nothing of it comes or goes
	[ -z "$(para-inspect chain "$2" -d "n$1" -f state)" ]
}

# Four founders: 1 to 3 follow all, 4 only `bb`; 5 is light.
start_roles() {
	new_network 4
	mkdir n5
	for i in 1 2 3; do
		start $i
		mine $i
	done
	start 4 --role partial --follow bb,later
	mine 4
	start 5 --role light
	for i in 1 2 3 4; do
		until_true 60 peers_of $i 3
	done
	register 1 aa
	register 2 bb
}

caught_up() { # I...: final where node 1 is
	local hid i
	hid=$(field 1 final_hid)
	for i; do
		until_true 60 final_at "$i" "$hid"
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
	a=$(put 1 aa one)
	b=$(put 2 bb two)
	put 4 bb three >/dev/null
	caught_up 2 3 4 5
	until_true 60 is_followed 4 aa false
	until_true 60 is_followed 4 bb true
	until_true 60 is_followed 5 bb false
	para-inspect payload "$b" -d n4 -f status | grep -qx final
	run para-inspect payload "$a" -d n4
	[ "$status" -eq 1 ]
	run para-seal payload -c aa -k a.key -d n4 <<<no
	[ "$status" -ne 0 ]
	[[ $output == *"does not follow"* ]]
	para-coin spec --name coin --supply 1000 | para-chain create - -k a.key -d n1 | para-send -d n1 --wait final
	caught_up 4
	until_true 60 is_followed 4 coin false
	fails 4 'does not follow' para-coin balance -c coin -d n4 "$(para-key show a.key -f address)"
	fails 4 'does not follow' para-coin supply -c coin -d n4
	fails 4 'does not follow' para-coin audit -c coin -d n4
	# What the light node holds of chain 0 proves itself.
	later=$(register 1 later)
	caught_up 4 5
	until_true 60 is_followed 4 later true
	until_true 60 is_followed 5 later false
	until_true 60 is_final 5 "$later"
	para-inspect proof "$later" -d n5 >proof
	para-inspect verify <proof
	halt_all
	clean 1 2 3 4 5
}

rows_of() { # I: bytes of the store in use
	field "$1" store_bytes
}

# A payload of random text, so that the store sees each.
fill() { # CHAIN N
	local i
	for ((i = 0; i < $2; i++)); do
		head -c 6000 /dev/urandom | base64 -w0
		echo
	done | para-seal payload -c "$1" -k a.key -d n1 | para-send -d n1 --wait final --timeout 90 >/dev/null
}

@test "roles: a chain is followed and left while the node runs, whatever ends it meanwhile" {
	start_roles
	fill aa 40
	until_true 60 is_followed 4 aa false
	para-node follow aa -d n4 -f follow | grep -qx true
	fill aa 5
	until_true 60 is_followed 4 aa true
	id=$(put 4 aa mine)
	caught_up 4
	para-inspect payload "$id" -d n4 -f status | grep -qx final
	full=$(rows_of 4)
	para-node unfollow aa -d n4 >/dev/null
	until_true 60 is_followed 4 aa false
	until_true 60 settled 4 aa
	[ "$(rows_of 4)" -lt $((full - 100000)) ]
	fill aa 2
	# Killed in the midst of both.
	para-node follow aa -d n4 >/dev/null
	halt 4 KILL
	start 4
	mine 4
	until_true 60 is_followed 4 aa true
	para-node unfollow aa -d n4 >/dev/null
	sleep 0.3
	halt 4 KILL
	start 4
	until_true 60 settled 4 aa
	until_true 60 is_followed 4 aa false
	caught_up 4
	run para-node follow aa -d n5
	[ "$status" -ne 0 ]
	[[ $output == *light* ]]
	halt_all
	clean 1 2 3 4 5
}

got_of() { # I: bytes that came from its peers
	para-inspect peers -d "n$1" -o json | jq -s 'map(.in_bytes) | add'
}

peer_follows() { # I ROLE CHAINS: as node I was told by its peer of that role
	[ "$(para-inspect peers -d "n$1" -o json | jq -c --arg role "$2" 'select(.role == $role) | .follows')" = "$3" ]
}

roles_of_peers() { # I ROLES: as node I was told by its peers
	[ "$(para-inspect peers -d "n$1" -f role | sort | tr '\n' ' ')" = "$2 " ]
}

@test "roles: a partial node fetches the bodies of what it follows, in sync and from slot to slot" {
	new_network 2
	for i in 1 2; do
		start $i
		mine $i
	done
	until_true 60 peers_of 1 1
	register 1 big
	register 2 small
	fill big 150
	fill small 5
	mkdir n3 n4 n5
	start 3
	start 4 --role partial --follow small
	start 5 --role light
	# Far behind: by sync.
	caught_up 3 4 5
	until_true 60 is_followed 4 small true
	all=$(got_of 3) some=$(got_of 4) heads=$(got_of 5)
	[ "$all" -gt 1200000 ]
	[ "$some" -lt $((all / 4)) ]
	[ "$some" -gt 40000 ]
	[ "$heads" -lt $((all / 5)) ]
	until_true 60 peer_follows 3 partial '[0,2]'
	until_true 60 peer_follows 3 light '[0]'
	id=$(para-inspect chain small -d n4 -o json | jq -r .chain)
	[ "$id" = 2 ]
	# At the tip: among buddies.
	all=$(got_of 3) some=$(got_of 4)
	fill big 60
	id=$(put 1 small seen)
	caught_up 3 4 5
	until_true 60 is_final 4 "$id"
	[ $(($(got_of 3) - all)) -gt 480000 ]
	[ $(($(got_of 4) - some)) -lt 240000 ]
	# Who is to be full and lacks some is so when it has them, not only after another start.
	halt 4
	start 4 --role full
	until_true 60 roles_of_peers 3 "full full full light"
	halt_all
	clean 3 4 5
}
