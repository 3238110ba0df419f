#!/usr/bin/env bats
# Whatever reads JSON from stdin or a file: what RFC 8259 allows is accepted, what it rules out is refused by its line
# or its name, and the rest of a batch goes on.
load lib
load json

# lines: lines of stdin, each with a document as a member that no tool knows, and a line as it is after each that is so
# made bad, in `mixed`. `bad` has the numbers of the bad ones; sets goods, how many are good.
lines() {
	local file good n=0
	[ -d cases ] || json_cases cases
	: >bad
	goods=0
	for file in $(wc -l cases/* | awk '$1 == 0 { print $2 }'); do
		read -r good
		json_member "$file" "${good%\}},\"x\":" '}'
		echo
		n=$((n + 1))
		if [[ $file != */y_* ]]; then
			echo $n >>bad
			echo "$good"
			n=$((n + 1))
		fi
		goods=$((goods + 1))
	done >mixed
}

# names_bad_lines: stderr has a message for each bad line and for no other.
names_bad_lines() {
	sed -n 's/^para-[a-z]*: line \([0-9]*\): .*/\1/p' err | cmp - bad || {
		grep -v 'not valid JSON' err | head -n 5
		return 1
	}
	[ "$(wc -l <err)" -eq "$(wc -l <bad)" ]
	iconv -f utf-8 -t utf-8 err >/dev/null
	[ "$(LC_ALL=C tr -d '\n' <err | LC_ALL=C tr -cd '\001-\037' | wc -c)" -eq 0 ]
}

# passes STATUS COMMAND...: the command reads `mixed`, ends with the status, and names the bad lines.
passes() {
	local got=0
	"${@:2}" <mixed >out 2>err || got=$?
	[ "$got" -eq "$1" ] || {
		echo "# '${*:2}' ended with $got: $(head -n 3 err)" >&2
		return 1
	}
	names_bad_lines
}

@test "json: the good lines of a batch pass para-seal, para-mine, para-send and para-inspect" {
	start_dev_node d
	para-key new a.key
	para-chain spec --name notes --engine data | para-chain create - -k a.key | para-send --wait final
	seq 400 | para-seal payload -c notes -k a.key >payloads
	lines <payloads
	[ "$goods" -gt 200 ]
	passes 1 para-seal show
	[ "$(wc -l <out)" -eq "$goods" ]
	passes 1 para-seal verify
	[ "$(jq 'select(.valid)' -c out | wc -l)" -eq "$goods" ]
	NETWORK=$(para-inspect status -f network) round_json 1 >round
	passes 1 para-seal block -c notes -k a.key --template round
	[ "$(jq -s 'map(.payloads) | add' out)" -eq "$goods" ]
	passes 1 para-send --wait final
	[ "$(jq -r 'select(.status == "final") | .payload' out | sort -u | wc -l)" -eq "$goods" ]
	para-inspect proof "$(jq -r .payload out | head -n 1)" >proof
	yes "$(cat proof)" | head -n 400 | lines
	passes 1 para-inspect verify
	[ "$(jq -c 'select(.valid)' out | wc -l)" -eq "$goods" ]
	yes "$(head -n 1 payloads | para-seal block -c notes -k a.key --template round)" | head -n 400 | lines
	passes 1 para-mine
	[ "$(wc -l <out)" -eq "$goods" ]
}

@test "json: a line may have space around it, members in any order, and escapes" {
	para-key new a.key
	hex=$(echo hello | offline_payloads a.key 1 | jq -r .hex)
	{
		printf ' \t{ "hex" : "%s" } \r\n' "$hex"
		printf '{"z":[{"y":"\\ud834\\udd1e"}],"hex":"%s"}\n' "$hex"
		printf '{"\\u0068ex":"\\u00%x%s"}\n' "'$hex" "${hex:1}"
	} >mixed
	[ "$(para-seal verify <mixed | jq -c 'select(.valid)' | wc -l)" -eq 3 ]
}

@test "json: a spec is checked and registered in every form that is allowed, and refused by its name" {
	para-key new a.key
	json_cases cases
	find cases -type f -size +60k -delete
	fails 1 '' para-chain check cases/*
	[ "$(grep -c '"valid":false' out)" -eq "$(find cases -type f | wc -l)" ]
	sed -n 's/^para-chain: \(.*\): not valid JSON: .* at byte [0-9]*$/\1/p' err | cmp - <(printf '%s\n' cases/[in]_*)
	printf '\r\n\t{ "engine" : "d\\u0061ta",\n "n\\u0061me" : "notes" ,"rule":"open", "witnesses":128,"body_bytes" : 65536}\n' >spec
	para-chain spec --name notes >plain
	[ "$(para-chain check spec -f script)" = "$(para-chain check plain -f script)" ]
	[ "$(para-chain create -k a.key --seq 1 --network "$NETWORK" <spec)" = \
		"$(para-chain create -k a.key --seq 1 --network "$NETWORK" plain)" ]
	for name in n_empty n_only_nul n_utf16_le n_number_nan i_depth_33 i_key_twice i_bom_first; do
		fails 1 "stdin" para-chain create -k a.key --seq 1 --network "$NETWORK" <cases/$name
	done
}

@test "json: a genesis in every form that is allowed founds the same network, and is refused by its name" {
	para-key new a.key -f address >founder
	para-node genesis --solo --founder "$(cat founder)" >plain
	jq -r 'to_entries | reverse | from_entries' plain | sed 's/"name"/"n\\u0061me"/; s/$/ \r/' >turned
	[ "$(wc -l <turned)" -gt "$(wc -l <plain)" ]
	json_cases cases
	for file in cases/[ni]_*[ae]; do
		fails 2 "$file: not valid JSON: " para-node -d nothing --genesis "$file"
	done
	for file in plain turned; do
		para-node -k a.key -d $file.d --genesis $file --control "ipc://$PWD/$file.ipc" 2>log 3>&- &
		# shellcheck disable=SC2034 # stop_node reads it
		NODE_PID=$!
		para-inspect status -n "ipc://$PWD/$file.ipc" -f network >>networks
		stop_node
	done
	[ "$(sort -u networks | wc -l)" -eq 1 ]
}

@test "json: plans, games and templates of every form that is ruled out are refused by their name" {
	para-key new a.key
	seq 3 | offline_payloads a.key 1 >payloads
	json_cases cases
	for file in cases/[ni]_*[ae]; do
		fails 1 "$file: not valid JSON: " para-coin plan "$file"
		fails 1 "$file: not valid JSON: " para-mine --equilibrium "$file"
		fails 1 "$file: not valid JSON: " para-seal block -k a.key --template "$file" <payloads
	done
	para-coin spec --name gold --supply 1000 >gold.json
	jq -r 'to_entries | reverse | from_entries' gold.json | sed 's/"name"/"n\\u0061me"/; s/$/ \r/' >turned
	[ "$(para-coin plan turned)" = "$(para-coin plan gold.json)" ]
}
