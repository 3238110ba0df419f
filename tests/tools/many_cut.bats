# Networks that are cut in two and heal.
# shellcheck disable=SC2034 # many.bash reads what they set

load lib
load many

four_behind_doors() {
	new_network 4
	proxies 4
	start_all 4
	register 1 notes
}

@test "cut: two against two certify nothing; healed they agree, and nothing final was lost" {
	four_behind_doors
	note_finals 1 2 3 4
	wire 1 1 2 2
	a=$(STATUS=pooled put 1 notes left)
	b=$(PAYER=b.key STATUS=pooled put 3 notes right)
	sleep_slots 1 3
	before=$(field 1 final_hid)
	sleep_slots 1 6
	[ "$(field 1 final_hid)" -le $((before + 1)) ]
	[ "$(status_of 1 "$a")" != final ]
	note_finals 1 2 3 4
	wire
	until_true 60 is_final 4 "$a"
	until_true 60 is_final 1 "$b"
	agree 1 2 3 4
	finals_hold 1 2 3 4
}

@test "cut: three go on without the fourth, which catches up when healed" {
	four_behind_doors
	wire 1 1 1 2
	sleep_slots 4 3
	put 1 notes majority >/dev/null
	alone=$(PAYER=b.key STATUS=pooled put 4 notes alone)
	sleep_slots 1 6
	note_finals 1 2 3 4
	[ "$(field 4 final_hid)" -lt "$(field 1 final_hid)" ]
	wire
	until_true 60 is_final 1 "$alone"
	agree 1 2 3 4
	finals_hold 1 2 3 4
}

@test "cut: twice, along other lines" {
	four_behind_doors
	wire 1 2 1 2
	sleep_slots 1 4
	note_finals 1 2 3 4
	wire 1 1 2 1
	sleep_slots 1 5
	note_finals 1 2 3 4
	wire
	agree 1 2 3 4
	finals_hold 1 2 3 4
}
