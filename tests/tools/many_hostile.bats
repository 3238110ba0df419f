# Nodes among strangers and peers that misbehave: tests/hold/stranger.c.
# shellcheck disable=SC2034 # many.bash reads what they set

load lib
load many

two_at_work() {
	PERIOD=300
	new_network 2
	start_all 2
	register 1 notes
	SOCKET=$PWD/n1/node.ipc
	descriptors=$(open_files)
	lines=$(wc -l <n1.log)
}

open_files() {
	find "/proc/${NODE[1]}/fd" -mindepth 1 | wc -l
}

few_files() {
	[ "$(open_files)" -le $((descriptors + 2)) ]
}

least_of() { # N COMMAND...: the smallest number of N tries: other processes of this machine come and go
	local n=$1 i
	shift
	for ((i = 0; i < n; i++)); do "$@"; done | sort -n | head -n 1
}

# besiege DEED N: node 1 answers the control socket and a newcomer, and makes blocks with node 2, meanwhile.
besiege() {
	stranger "$1" "${PORT[1]}" "$2" 3 >"$1.out" 2>&1 3>&- 9>&- &
	local siege=$! ms
	until_true 60 grep -q open "$1.out"
	ms=$(least_of 3 rude answers "$SOCKET" 5000)
	echo "# $1: the control socket answers within $ms ms"
	[ "${ms:-99999999}" -le "$(patience 1000)" ]
	ms=$(least_of 3 stranger ping "${PORT[1]}" 5000)
	echo "# $1: a newcomer is answered within $ms ms"
	[ "${ms:-99999999}" -le "$(patience 1000)" ]
	put 2 notes "during $1" >/dev/null
	wait $siege
	cat "$1.out"
	until_true 60 few_files
	ms=$(awk '/^VmHWM/ { print $2 }' "/proc/${NODE[1]}/status")
	echo "# $1: $ms KiB at most, $(($(wc -l <n1.log) - lines)) lines in the log"
	[ "$ms" -lt 204800 ]
	[ $(($(wc -l <n1.log) - lines)) -lt 200 ]
}

@test "hostile: a thousand silent connections" {
	two_at_work
	besiege silent 1000
	besiege wrong 200
}

@test "hostile: a thousand connections of garbage and of false lengths" {
	two_at_work
	besiege garbage 1000
	besiege claim 1000
}

@test "hostile: peers that flood, replay and do not read" {
	two_at_work
	besiege flood 20
	besiege replay 20
	besiege deaf 20
}

@test "hostile: SIGTERM ends a node within seconds, whatever comes in" {
	local deed sieges=() begin status=0
	two_at_work
	chatter 2
	for deed in flood pay replay garbage; do
		stranger $deed "${PORT[1]}" 20 30 >$deed.out 2>&1 3>&- 9>&- &
		sieges+=($!)
	done
	for deed in flood pay replay garbage; do until_true 60 grep -q open $deed.out; done
	begin=$(date +%s)
	kill -TERM "${NODE[1]}"
	wait "${NODE[1]}" || status=$?
	echo "# ended after $(($(date +%s) - begin)) s"
	[ "$status" -eq 0 ]
	[ $(($(date +%s) - begin)) -lt 20 ]
	kill "${sieges[@]}"
	wait "${sieges[@]}" || true
	unset "NODE[1]"
	[ "$(para-inspect check -d n1 -f valid)" = true ]
}

@test "hostile: peers that fill the pool" {
	two_at_work
	besiege pay 20
	agree 1 2
}

struck() { # I: whose evidence the blocks carry that node I holds for final
	para-inspect hyper 1..final -d "n$1" | jq -r '.struck[]'
}

missed_are() { # I ADDRESS
	[ "$(para-inspect status -d "n$1" | jq -r '.missing[]')" = "$2" ]
}

has_struck() { # I ADDRESS
	[ "$(struck "$1")" = "$2" ]
}

@test "hostile: a voter that endorses two blocks of a slot is struck, in a block that everybody holds" {
	PERIOD=300
	two=$(stranger twice 0 0)
	GENESIS_ARGS=(--founder "$two")
	new_network 3
	start_all 3
	register 1 notes
	chatter 1
	# It holds one of four votes, and is missed.
	until_true 60 missed_are 1 "$two"
	[ -z "$(struck 1)" ]
	stranger twice "${PORT[1]}" "$(field 1 slot)"
	for i in 1 2 3; do until_true 60 has_struck "$i" "$two"; done
	hush
	put 2 notes after >/dev/null
	until_true 60 missed_are 1 ''
	agree 1 2 3
	halt_all
	for i in 1 2 3; do [ "$(para-inspect check -d "n$i" | jq -r .valid)" = true ]; done
}
