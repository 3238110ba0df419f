# Newcomers, who fetch what they missed.
# shellcheck disable=SC2034 # many.bash reads what they set

load lib
load many

@test "sync: a newcomer fetches more than a hundred hyper blocks" {
	PERIOD=200
	new_network 2
	start_all 2
	register 1 notes
	for i in 1 2 3; do put 1 notes "line $i" >/dev/null; done
	last=$(put 1 notes last)
	chatter 1
	until_true 200 final_at 1 110
	mkdir n3
	para-key new n3/node.key -f address
	start 3
	until_true 60 final_at 3 110
	until_true 60 is 3 syncing false
	hush
	until_true 60 same_chain 100 1 2 3
	until_true 60 is_final 3 "$last"
	says 3 'fetching the chain up to hyper 1[0-9][0-9]'
	says 3 'fetched the chain up to hyper 1[0-9][0-9]'
	agree 1 2 3
	halt_all
	para-inspect check -d n3 -f valid | grep -qx true
}
