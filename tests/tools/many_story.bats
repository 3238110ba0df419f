# What nodes tell of a round, and of each other.
# shellcheck disable=SC2034 # many.bash reads what they set

load lib
load many

setup_file() {
	export BATS_TEST_TIMEOUT=300
	export PERIOD=300
}

address_of() { # I
	para-key show "n$1/node.key" -f address
}

misses() { # I J: node I says that the last blocks lack J's endorsements, and nobody else's
	[ "$(para-inspect status -d "n$1" -o json | jq -r '.missing | join(" ")')" = "$(address_of "$2")" ]
}

voted() { # I J: the slot in which I last heard J vote
	para-inspect peers -d "n$1" -o json | jq --arg key "$(address_of "$2")" 'select(.key == $key) | .voted'
}

voted_since() { # I J SLOT
	[ "$(voted "$1" "$2")" -ge "$3" ]
}

sees_votes() { # I N: for the last block, at least so many
	[ "$(field "$1" votes_seen)" -ge "$2" ]
}

@test "story: who votes, who is missing, who endorsed" {
	new_network 4
	mkdir n5
	start_all 4
	start 5
	register 1 notes
	until_true 60 peers_of 1 4
	for i in 2 3 4 5; do
		until_true 60 grep -q "peer $(address_of $i)" n1.log
	done
	slot=$(field 1 slot)
	put 2 notes one >/dev/null
	until_true 60 sees_votes 1 3
	[ "$(field 1 votes_needed)" -eq 3 ]
	until_true 60 is 1 missing '[]'
	until_true 60 voted_since 1 2 "$((slot - 1))"
	# Node 5 has no votes.
	[ "$(voted 1 5)" = null ]
	gone=$(address_of 4)
	halt 4
	chatter 1
	until_true 60 misses 1 4
	hush
	put 2 notes two >/dev/null
	hid=$(field 1 final_hid)
	para-inspect hyper "$hid" -d n1 -o json >hyper
	jq -e '.certified and .final and .endorsements == 3 and (.endorsed_by | length) == 3' hyper
	jq -e --arg gone "$gone" '.endorsed_by | index($gone) == null' hyper
	jq -e --arg here "$(address_of 2)" '.endorsed_by | index($here) != null' hyper
	para-inspect graph "$hid..$hid" -d n1 | grep -q 'endorsed by 3, final'
	# Two of four: no block is certified.
	halt 3
	slot=$(field 1 slot)
	STATUS=pooled put 1 notes three >/dev/null
	until_true 60 slot_at 1 $((slot + 4))
	[ "$(field 1 certified)" -lt "$(field 1 hid)" ] || [ "$(field 1 final_hid)" -ge "$hid" ]
	para-inspect hyper latest -d n1 -o json | jq -e '.certified == (.endorsements > 0)'
}

lanes_are() { # I LINES
	para-inspect lanes -d "n$1" -f lane,followed | tr '\t\n' ' ,' >lanes
	[ "$(cat lanes)" = "$2" ]
}

@test "story: lanes say what waits there, and which of them are followed" {
	new_network 2
	mkdir n3
	start_all 2
	register 1 aa
	register 1 bb
	put 1 aa seen >/dev/null
	start 3 --role partial --follow bb
	until_true 60 final_at 3 "$(field 1 final_hid)"
	until_true 60 lanes_are 3 '0 true,1 false,2 true,'
	[ "$(para-inspect lanes -d n1 -f followed | sort -u)" = true ]
	halt 2
	until_true 60 is 1 peers 1
	STATUS=pooled put 1 aa waits >/dev/null
	[ "$(para-inspect lanes -d n1 -o json | jq 'select(.chain_name == "aa") | .waiting')" -le 1 ]
}

@test "story: who listens everywhere is told of where it is seen" {
	new_network 2
	LISTEN=0.0.0.0 start 1
	start 2
	until_true 60 peers_of 2 1
	[ "$(para-inspect peers -d n2 -f url)" = "tcp://127.0.0.1:${PORT[1]}" ]
	# What it is told others can use: a third finds the first by the second.
	mkdir n3
	BOOTSTRAP=tcp://127.0.0.1:${PORT[2]} start 3
	until_true 60 peers_of 3 2
	para-inspect peers -d n3 -f url | grep -qx "tcp://127.0.0.1:${PORT[1]}"
}

@test "story: nodes of a LAN find each other, wherever they listen" {
	new_network 2
	for i in 1 2; do
		para-node -d "n$i" --genesis genesis.json --listen tcp://0.0.0.0:0 2>>"n$i.log" 3>&- 9>&- &
		NODE[i]=$!
	done
	until_true 60 peers_of 1 1
	until_true 60 peers_of 2 1
	[ "$(para-inspect peers -d n1 -f key)" = "$(address_of 2)" ]
	para-inspect peers -d n1 -f url | grep -q '^tcp://[1-9][0-9]*\.'
}

# further: nodes 1 and 2 have one more payload in their chain, and node 3 says where the better branch parted.
further() {
	put 1 other more >/dev/null
	is 3 parted 0
}

@test "story: a better branch that parted before what is final is told" {
	new_network 2
	mkdir n3
	start_all 2
	start 3
	register 1 notes
	put 1 notes one >/dev/null
	until_true 60 final_at 3 1
	until_true 60 is 3 parted ''
	halt_all
	# The founders begin again, and get further.
	find n1 n2 -mindepth 1 ! -name node.key -delete
	start_all 2
	register 1 other
	start 3
	until_true 200 further
	says 3 'parted from this one after hyper 0'
	[ "$(para-inspect status -d n3 -o json | jq .parted)" = 0 ]
}
