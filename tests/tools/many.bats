# Networks of several voters, as real processes on this machine.

load lib
load many

@test "many: two nodes agree, and both are needed" {
	new_network 2
	start_all 2
	register 1 notes
	id=$(put 2 notes hello)
	until_true 60 final_at 1 "$(field 2 final_hid)"
	until_true 60 same_chain "$(field 1 final_hid)" 1 2
	para-inspect payload "$id" -d n1 -f payload
	[ "$(para-inspect peers -d n1 -f hid | wc -l)" -eq 1 ]
	halt 2
	id=$(STATUS=pooled put 1 notes alone)
	at_slot=$(field 1 slot)
	until_true 60 slot_at 1 $((at_slot + 4))
	[ "$(status_of 1 "$id")" != final ]
	start 2
	mine 2
	until_true 60 is_final 2 "$id"
}

@test "many: four nodes go on with one killed; it comes back and has the same chain" {
	new_network 4
	start_all 4
	register 1 notes
	put 2 notes one >/dev/null
	halt 3 KILL
	put 4 notes two >/dev/null
	put 1 notes three >/dev/null
	start 3
	mine 3
	until_true 60 final_at 3 "$(field 1 final_hid)"
	until_true 60 same_chain "$(field 3 final_hid)" 1 2 3 4
	halt_all
	for i in 1 2 3 4; do
		para-inspect check -d "n$i" -f valid | grep -qx true
	done
}

@test "many: a newcomer with only a bootstrap URL fetches the chain" {
	new_network 2
	para-key new late.key -f address
	start_all 2
	register 1 notes
	for i in 1 2 3 4 5; do put 1 notes "line $i" >/dev/null; done
	mkdir n3
	start 3
	until_true 60 final_at 3 "$(field 1 final_hid)"
	until_true 60 same_chain "$(field 3 final_hid)" 1 2 3
	until_true 60 is 3 syncing false
}

# bid I SEQ FEE: hands node I a payload; prints its id.
bid() {
	echo "$3" | para-seal payload -c notes -k a.key --seq "$2" --fee "$3" -d "n$1" | para-send -d "n$1" -f payload
}

@test "many: a higher fee replaces a payload at every node, and what is sealed in the end is the same" {
	new_network 2
	start_all 2
	register 1 notes
	old=$(bid 1 2 10)
	until_true 60 has_status 2 "$old" pooled
	new=$(bid 2 2 20)
	until_true 60 has_status 1 "$new" pooled
	until_true 60 has_status 1 "$old" replaced
	until_true 60 has_status 2 "$old" replaced
	[ "$(para-inspect payload "$old" -d n1 -f by)" = "$new" ]
	bid 1 1 0
	until_true 60 is_final 1 "$new"
	until_true 60 is_final 2 "$new"
	[ "$(status_of 2 "$old")" = replaced ]
}

@test "many: another network is refused in words" {
	new_network 2
	start 1
	mv genesis.json first.json
	rm -r n2
	mkdir n2
	a=$(para-key new n2/node.key -f address)
	b=$(para-key show b.key -f address)
	para-node genesis --founder "$a" --founder "$b" --period 500 >genesis.json
	start 2
	until_true 60 grep -q 'another network' n1.log n2.log
	[ "$(field 1 peers)" -eq 0 ]
}
