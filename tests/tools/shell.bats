#!/usr/bin/env bats
# What scripts rely on of every tool: streams, exit statuses, output forms.
load lib

tools='key seal mine send inspect chain coin node'

@test "help and version go to stdout, with status 0, without a node" {
	for tool in $tools; do
		"para-$tool" --help >out 2>err
		[ "$(awk '/^Commands:/ { on = 1; next } !NF { on = 0 } on { match($0, /^  [a-z]+ +/); print RLENGTH }' out |
			sort -u | wc -l)" -le 1 ]
		grep -q "para-$tool" out
		[ ! -s err ]
		"para-$tool" --version | grep -qxE "para-$tool [0-9.]+"
		"para-$tool" -h >/dev/null
		"para-$tool" -V >/dev/null
	done
}

@test "a directory without a store is told so" {
	mkdir empty
	fails 2 'cannot check empty: no store is there' para-inspect check -d empty
}

@test "a full disk is an error" {
	para-key new a.key
	seq 5 | offline_payloads a.key 1 >lines
	for command in 'para-key show a.key' 'para-seal show lines' 'para-seal verify lines' 'para-chain spec --name notes' \
		'para-mine --help' 'para-inspect --version'; do
		run bash -c "$command >/dev/full"
		[ "$status" -eq 2 ]
		[[ $output == *'cannot write: No space left on device'* ]]
	done
	run bash -c 'seq 100000 | para-seal payload -c 1 -k a.key --seq 1 --network "$NETWORK" >/dev/full'
	[ "$status" -eq 2 ]
}

@test "closed descriptors do no harm" {
	para-key new a.key <&-
	para-chain spec --name notes <&- >notes.json
	[ "$(para-seal payload -c 1 -k a.key --seq 1 --network "$NETWORK" <&-)" = "" ]
	run bash -c 'para-key show a.key >&-'
	[ "$status" -eq 2 ]
	para-key new b.key 2>&-
	para-key show b.key
	grep -q '"para-key"' b.key
}

@test "nobody reading on ends a tool quietly" {
	para-key new a.key
	seq 20000 | offline_payloads a.key 1 2>err | head -1 >first
	[ ! -s err ]
	para-seal verify first
}

@test "without HOME the tools work" {
	run env -i PATH="$PATH" para-key new a.key
	[ "$status" -eq 0 ]
	fails 2 'exists already' env -i PATH="$PATH" para-key new a.key
	fails 3 'no node' env -i PATH="$PATH" para-inspect status --connect-timeout 0
}

@test "no node is status 3, at once when told so" {
	para-key new a.key
	echo x | offline_payloads a.key 1 >line
	fails 3 'no node at ipc://' para-inspect status --connect-timeout 0
	fails 3 "no node at ipc://$PWD/none/node.ipc" para-inspect status --connect-timeout 0 -d "$PWD/none"
	fails 3 'no node at ipc://here' para-inspect chains --connect-timeout 0 -n ipc://here
	PARA_NODE=ipc://there fails 3 'no node at ipc://there' para-chain list --connect-timeout 0
	fails 3 'no node' para-send --connect-timeout 0 <line
	fails 3 'no node' para-seal payload -c notes -k a.key --connect-timeout 0 <line
	fails 3 'no node' para-seal block -c notes -k a.key --connect-timeout 0 <line
	fails 3 'no node' para-mine work -k a.key --connect-timeout 0
}

@test "what is no control socket is told at once" {
	for url in node.ipc /run/para/node.ipc tcp://127.0.0.1:1 ipc://; do
		fails 2 "option --node: '$url' is no ipc://PATH" timeout 60 para-inspect status -n "$url"
		fails 2 "PARA_NODE: '$url' is no ipc://PATH" env PARA_NODE="$url" timeout 60 para-send </dev/null
		fails 2 "option --control: '$url' is no ipc://PATH" timeout 60 para-node --dev -d d --control "$url"
	done
	[ ! -e d ]
}

@test "a mixed batch ends with the worst" {
	para-key new a.key
	echo good >good
	fails 2 'cannot open none' para-seal show none good
	grep -q 'good: line 1: ' err
}

@test "fields and tables are what they are for" {
	para-key new a.key
	seq 3 | offline_payloads a.key 1 >lines
	[ "$(para-seal show lines -f seq,none,body | tail -1)" = "$(printf '3\t\t3')" ]
	para-seal show lines -o table -f seq,body >rows
	[ "$(head -1 rows)" = 'seq  body' ]
	[ "$(sed -n 3p rows)" = '  2     2' ]
	[ "$(para-seal show lines -o json | jq -r .seq | paste -sd,)" = 1,2,3 ]
	fails 2 'option --fields' para-seal show lines -f a,,b
}

@test "control characters never reach a terminal" {
	para-key new a.key
	printf 'a\033[31mb\033]0;c\a\302\233d\n' | offline_payloads a.key 1 >line
	para-seal show -o table line >out
	run grep -c $'\033' out
	[ "$output" = 0 ]
	fails 2 'unknown command' para-seal $'\033[31m'
	run grep -c $'\033' err
	[ "$output" = 0 ]
}

@test "a line that is far too long is passed over" {
	para-key new a.key
	{
		head -c 36000000 /dev/zero | tr '\0' a
		echo
		echo x | offline_payloads a.key 1
	} >input
	fails 1 'line 1: line is longer than' para-seal verify <input
	[ "$(jq -c .valid out)" = true ]
}
