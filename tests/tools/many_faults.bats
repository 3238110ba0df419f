# Networks whose nodes are killed, paused, late, or wrong.
# shellcheck disable=SC2034 # many.bash reads what they set

load lib
load many

pause() { # I...
	local i
	for i; do kill -STOP "${NODE[$i]}"; done
}

resume() { # I...
	local i
	for i; do kill -CONT "${NODE[$i]}"; done
}

@test "faults: three of five killed at once come back, and all goes on" {
	new_network 5
	start_all 5
	register 1 notes
	id=$(put 2 notes before)
	note_finals 1 2 3 4 5
	for i in 3 4 5; do kill -KILL "${NODE[$i]}"; done
	for i in 3 4 5; do halt "$i"; done
	stuck=$(STATUS=pooled put 1 notes stuck)
	sleep_slots 1 4
	[ "$(status_of 1 "$stuck")" != final ]
	for i in 3 4 5; do
		start "$i"
		mine "$i"
	done
	until_true 60 is_final 5 "$stuck"
	until_true 60 is_final 4 "$id"
	agree 1 2 3 4 5
	finals_hold 1 2 3 4 5
}

@test "faults: all killed at once come back with what was final" {
	new_network 4
	start_all 4
	register 1 notes
	id=$(put 2 notes before)
	note_finals 1 2 3 4
	for i in 1 2 3 4; do kill -KILL "${NODE[$i]}"; done
	for i in 1 2 3 4; do halt "$i"; done
	for i in 1 2 3 4; do
		start "$i"
		mine "$i"
	done
	until_true 60 is_final 3 "$id"
	put 4 notes after >/dev/null
	agree 1 2 3 4
	finals_hold 1 2 3 4
}

@test "faults: paused nodes come back" {
	new_network 4
	start_all 4
	register 1 notes
	pause 4
	put 1 notes three >/dev/null
	sleep_slots 1 5
	resume 4
	agree 1 2 3 4
	note_finals 1 2 3 4
	pause 2 3
	sleep_slots 1 5
	resume 2 3
	agree 1 2 3 4
	put 3 notes four >/dev/null
	finals_hold 1 2 3 4
}

@test "faults: away for more than an epoch" {
	PERIOD=300
	GENESIS_ARGS=(--epoch 8)
	new_network 4
	start_all 4
	register 1 notes
	halt 4 KILL
	chatter 1
	from=$(field 1 final_hid)
	until_true 60 final_at 1 $((from + 20))
	hush
	id=$(put 1 notes meanwhile)
	start 4
	mine 4
	until_true 60 is_final 4 "$id"
	agree 1 2 3 4
	put 4 notes back >/dev/null
	halt_all
	para-inspect check -d n4 -f valid | grep -qx true
}

@test "faults: with a wrong clock a node says so and signs nothing until it is right" {
	new_network 4
	echo 0 >skew
	for i in 1 2 3 4; do
		[ "$i" -ne 4 ] || NODE_ENV=(LD_PRELOAD="$HOLD/skew.so" SKEW_FILE="$PWD/skew")
		start "$i"
		mine "$i"
	done
	NODE_ENV=()
	until_true 60 peers_of 4 3
	register 1 notes
	until_true 60 is 4 clock_off false
	for ms in 700 -700 100000; do
		echo $ms >skew
		until_true 60 is 4 clock_off true
		put 1 notes "without $ms" >/dev/null
		echo 0 >skew
		until_true 60 is 4 clock_off false
		agree 1 2 3 4
	done
	says 4 'the clock is [0-9]+ ms ahead of'
	says 4 'the clock is [0-9]+ ms behind'
	says 4 'the clock agrees'
	[ "$(grep -c 'the clock is' n4.log)" -lt 20 ]
	run says 1 'the clock is'
	[ "$status" -ne 0 ]
}

@test "faults: one key on two machines" {
	new_network 4
	start_all 4
	register 1 notes
	mkdir n5
	cp n4/node.key n5/
	start 5
	mine 5
	sleep_slots 1 4
	put 1 notes on >/dev/null
	until_true 60 grep -q 'the key is used elsewhere' n4.log n5.log
	agree 1 2 3
	halt 5
	put 2 notes again >/dev/null
}

assembled_beyond() { # I J HID: node I has a block after this one that node J has assembled
	put "$1" notes "more $RANDOM" >/dev/null
	para-inspect hyper "$(($3 + 1))..latest" -d "n$1" -o json | jq -r .assembler |
		grep -qx "$(para-key show "n$2/node.key" -f address)"
}

@test "faults: an old copy of a node meets what it signed since, says so and signs nothing" {
	new_network 4
	start_all 4
	register 1 notes
	put 1 notes before >/dev/null
	hid=$(field 4 hid)
	para-node backup old.mdb -d n4
	until_true 60 assembled_beyond 1 4 "$hid"
	halt 4
	mv old.mdb n4/data.mdb
	start 4
	mine 4
	until_true 60 grep -q 'of slot [0-9]*.* is signed with .*the key is used elsewhere' n4.log
	id=$(put 1 notes after)
	until_true 60 is_final 4 "$id"
	agree 1 2 3
	# Nobody has two words of it.
	[ -z "$(para-inspect hyper 1..latest -d n1 | jq -r '.struck[]')" ]
}
