# Who follows a chain and where, found by nodes that know hardly anybody; and how many chains a node follows.
# shellcheck disable=SC2034 # many.bash reads what they set

load lib
load many

url() { # I
	echo "tcp://127.0.0.1:${PORT[$1]}"
}

join() { # I [OPTION...]: a node that is no founder
	mkdir "n$1"
	para-key new "n$1/node.key" -f address >/dev/null
	start "$@"
}

stands() { # I CHAIN J: node I, asked by who knows nobody else, says that J follows the chain
	seeker "${PORT[$1]}" "$2" | grep -qxF "$(url "$3")"
}

is_peer() { # I J: I is connected with J
	para-inspect peers -d "n$1" -f url | grep -qxF "$(url "$2")"
}

@test "found: followers of a chain, in the table of the one node that a newcomer knows" {
	PERIOD=250 new_network 2
	join 3 --role light
	for i in 1 2; do
		start $i
		mine $i
	done
	until_true 60 peers_of 1 2
	register 1 aa
	register 1 bb
	id=$(put 1 bb told)
	# What makes it final is carried by a later block.
	put 1 bb after >/dev/null
	join 4 --role partial --follow bb
	until_true 60 stands 3 0 1
	until_true 60 stands 3 0 2
	until_true 60 stands 3 2 4
	[ -z "$(seeker "${PORT[3]}" 1)" ]
	run stands 3 0 4
	[ "$status" -eq 1 ]
	# Of those who have it one is left when a newcomer comes, who knows the light node alone.
	until_true 60 is_final 4 "$id"
	halt 1
	halt 2
	join 5 --role partial --follow bb
	until_true 60 is_peer 5 4
	until_true 60 is_final 5 "$id"
	until_true 60 stands 3 2 5
}

@test "found: a node restarted without its bootstrap finds its peers where it met them" {
	PERIOD=250 new_network 2
	start_all 2
	register 1 notes
	join 3
	until_true 60 is_peer 3 1
	halt 3
	grep -qxF "$(url 1)" n3/peers
	# It listens elsewhere, so that nobody finds it.
	PORT[3]=0 BOOTSTRAP='' start 3
	until_true 60 is_peer 3 1
	agree 1 2 3
	halt 3
	rm n3/peers
	PORT[3]=0 BOOTSTRAP='' start 3
	[ "$(field 3 peers)" -eq 0 ]
	# A bootstrap that nobody answers at is told of, once.
	halt 3
	PORT[3]=0 BOOTSTRAP=tcp://127.0.0.1:1 start 3
	until_true 60 grep -q 'no node answers at tcp://127.0.0.1:1, trying again' n3.log
}

@test "found: a node follows 64 chains, and is told so when asked for more" {
	new_network 2
	printf -v names 'c%02d,' {1..64}
	fails 2 '--follow: more than 64 chains' para-node -d n1 --genesis genesis.json --listen tcp://127.0.0.1:0 --no-discovery \
		--role partial --follow "${names}c65"
	start 1 --role partial --follow "${names%,}"
	para-node follow c64 -d n1 -f follow | grep -qx true
	fails 2 'chain: a node that does not follow all chains follows 64 at most, and chain 0' para-node follow c65 -d n1
	para-node unfollow c01 -d n1 -f follow | grep -qx false
	para-node follow c65 -d n1 -f follow | grep -qx true
	fails 2 'follows 64 at most' para-node follow c01 -d n1
	# Chain 0 is none of them.
	para-node follow c02 -d n1 >/dev/null
}
