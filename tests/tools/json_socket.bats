#!/usr/bin/env bats
# The control socket and JSON of every kind: each request is answered with the right code, and the next one too.
load lib
load hold
load json

# codes FILE: the error codes of each reply, "ok" for a result, "-" for an empty reply; of a batch one after the other.
codes() {
	jq -Rr 'if . == "" then "-" else fromjson | if type == "array" then . else [.] end |
		map(if .jsonrpc != "2.0" or (has("id") | not) then "no reply" else .error.code // "ok" end) | join(" ") end' \
		"$1"
}

# expect WANTED REPLIES ASKED: three files, line by line; says what was asked when a line differs.
expect() {
	codes "$2" >codes
	cmp -s "$1" codes || {
		paste "$1" codes "$3" "$2" | awk -F '\t' '$1 != $2' | cut -c 1-300 | head -n 20
		return 1
	}
}

@test "json: the socket tells JSON from what is not" {
	start_node
	json_cases cases
	mkdir members
	for file in cases/*; do
		json_member "$file" '{"jsonrpc":"2.0","id":1,"method":"status","params":{"x":' '}}' >"members/${file#*/}"
	done
	find members -type f | LC_ALL=C sort >asked
	rude files "$SOCKET" <asked >replies
	sed 's/.*\/y_.*/-32602/; t; s/.*/-32700/' asked >wanted
	expect wanted replies asked
	# Alone none of them is a call; a batch has as many answers as it has values.
	find cases -type f ! -empty | LC_ALL=C sort >asked
	rude files "$SOCKET" <asked >replies
	codes replies | sed 's/\(-32600\)\( -32600\)*/\1/' >codes
	sed 's/^cases.y_.*/-32600/; t; s/.*/-32700/' asked | cmp - codes
	rude answers "$SOCKET" 1000
}

@test "json: the deepest document and the largest, and one more" {
	start_node
	for n in 30 31; do
		json_member <(repeat $n '[' && repeat $n ']') \
			'{"jsonrpc":"2.0","id":1,"method":"status","params":{"x":' '}}' >$n
	done
	head -c 4000000 /dev/zero | tr '\0' '[' >open
	head -c 4000000 /dev/zero | tr '\0' ' ' >space
	head -c 4000000 /dev/zero >zeros
	head -c 4000000 /dev/zero | tr '\0' '\377' >bytes
	printf '%s\n' 30 31 open space zeros bytes >asked
	rude files "$SOCKET" <asked >replies
	printf '%s\n' -32602 -32700 -32700 -32700 -32700 -32700 >wanted
	expect wanted replies asked
	jq -r '.error.message' replies | grep -c 'nested too deep' | grep -qx 2
	: >nothing
	echo nothing | rude files "$SOCKET" | cmp - <(echo)
	rude answers "$SOCKET" 1000
}

# Each member of params by method: what kind it is.
members() {
	cat <<'END'
{"status": {}, "genesis": {}, "stop": {}, "lanes": {}, "peers": {},
 "round": {"chain": "chain", "signer": "address"}, "seq": {"chain": "chain", "signer": "address"},
 "keep": {"chain": "chain", "follow": "bool"}, "account": {"chain": "chain", "address": "address"},
 "supply": {"chain": "chain", "token": "token"}, "audit": {"chain": "chain"},
 "pool_by_chain": {"from": "number"}, "pool_by_signer": {"from": "number"},
 "chains": {"from": "number"}, "chain": {"chain": "chain"}, "pool": {"from": "number"},
 "hyper": {"hid": "hid", "hash": "hash", "from": "hid", "to": "hid"},
 "block": {"at": "place", "hash": "hash", "from": "number"},
 "payload": {"id": "hash", "at": "place"}, "proof": {"payload": "hash", "address": "address", "chain": "chain"},
 "submit": {"payloads": "list"}, "submit_seal": {"seal": "hex"},
 "work": {"signer": "address", "chains": "list", "wait_ms": "number"},
 "work_done": {"job": "decimal", "auth": "hex", "nonce": "decimal"},
 "wait": {"payloads": "list", "seals": "list", "until": "word", "timeout_ms": "number"},
 "follow": {"from": "number", "blocks": "bool", "wait_ms": "number"}}
END
}

# For each member every value that it cannot be, beside values that are right for the others.
wrong_params() {
	members | jq -c --arg address "$(cat founder)" '
		def hash: "00" * 32;
		def right: {number: 0, hid: 0, chain: 0, bool: false, word: "final", decimal: "1", list: [], hex: "00",
			hash: hash, place: "1.1.1", address: $address, token: null}[.];
		def values: null, true, false, -1, 0, 1, 9007199254740992, "", "x", "é", "\u007f", "-1", "01", "1e3", " 1",
			"18446744073709551616", "para1", "0" * 64 + "0", "g" * 64, [], [[]], [{}], {}, {"a": 1}, [null];
		def fits($kind): ({number: ["number"], bool: ["boolean"], list: ["array"], chain: ["number", "string"],
			hid: ["number", "string"]}[$kind] // ["string"]) as $types | type as $type | $types | index($type) != null;
		def wrong($kind): select(if fits($kind) | not then true
			elif $kind == "number" then . < 0
			elif $kind == "chain" then . == -1 or . == 9007199254740992
			elif $kind == "hid" then . == -1 or type == "string"
			elif $kind == "decimal" then . != "1"
			elif type == "string" then $kind != "hex" and $kind != "token"
			else false end);
		to_entries[] | .key as $method | .value as $members | $members | to_entries[] | .key as $name | .value as $kind |
		($members | map_values(right)
			| if $method == "hyper" then {} elif $method == "block" or $method == "payload" then {at} else . end) as $all |
		values | wrong($kind) | . as $value |
		(if $kind == "hash" or $method == "hyper" then {} else $all end) + {($name): $value} |
		{jsonrpc: "2.0", id: 1, method: $method, params: .}'
}

@test "json: every member of every method with a value of every wrong kind" {
	start_node
	wrong_params >asked
	[ "$(wc -l <asked)" -gt 500 ]
	rude lines "$SOCKET" <asked >replies
	sed 's/.*/-32602/' asked >wanted
	expect wanted replies asked
	rude answers "$SOCKET" 1000
}

@test "json: members that a method does not know or lacks, in words" {
	start_node
	# All that there are, as the page has them.
	diff <(members | jq -r 'keys_unsorted[]' | sort) \
		<(sed -n '/^\.Sh METHODS/,/^\.Sh SEE/s/^\.It Cm \([a-z_]*\).*/\1/p' "$BATS_TEST_DIRNAME/../../man/para-rpc.7" | sort -u)
	methods=$(members | jq length)
	members | jq -c 'keys[] | {jsonrpc: "2.0", id: 1, method: ., params: {x: 1}}' >asked
	members | jq -c 'to_entries[] | select(.value.chain or .value.signer or .value.payload or .value.seal or .value.job
		or .key == "block" or .key == "payload" or .key == "submit") | {jsonrpc: "2.0", id: 1, method: .key}' >lacking
	cat lacking >>asked
	sed 's/.*/-32602/' asked >wanted
	rude lines "$SOCKET" <asked >replies
	expect wanted replies asked
	grep -c '"message":"x: no such member"' replies | grep -qx "$methods"
	[ "$(grep -c 'is missing' replies)" -eq "$(wc -l <lacking)" ]
}

# A wanted code and a request a line.
calls() {
	cat <<'END'
ok {"jsonrpc":"2.0","id":1,"method":"status"}
ok {"method":"status","params":{},"id":1,"jsonrpc":"2.0"}
ok {"\u006aso\u006erpc":"2\u002e0","id":1,"method":"\u0073tatus"}
ok {"jsonrpc":"2.0","id":0,"method":"status"}
ok {"jsonrpc":"2.0","id":-9007199254740992,"method":"status"}
ok {"jsonrpc":"2.0","id":"","method":"status"}
ok {"jsonrpc":"2.0","id":"\ud834\udd1e\u0001\"\\","method":"status"}
ok {"jsonrpc":"2.0","id":null,"method":"status"}
- {"jsonrpc":"2.0","method":"status"}
- {"jsonrpc":"2.0","method":"no such"}
- {"jsonrpc":"2.0","method":"status","params":[]}
-32700 {"jsonrpc":"2.0","id":1.5,"method":"status"}
-32600 {"jsonrpc":"2.0","id":true,"method":"status"}
-32600 {"jsonrpc":"2.0","id":[],"method":"status"}
-32600 {"jsonrpc":"2.0","id":{},"method":"status"}
-32600 {"jsonrpc":"2.0","id":[1],"method":"status"}
-32600 {}
-32600 {"id":1}
-32600 {"jsonrpc":"2.0","id":1}
-32600 {"jsonrpc":"2.0","id":1,"params":{}}
-32600 {"id":1,"method":"status"}
-32600 {"jsonrpc":"1.0","id":1,"method":"status"}
-32600 {"jsonrpc":"2","id":1,"method":"status"}
-32600 {"jsonrpc":2,"id":1,"method":"status"}
-32600 {"jsonrpc":null,"id":1,"method":"status"}
-32600 {"jsonrpc":["2.0"],"id":1,"method":"status"}
-32600 {"JSONRPC":"2.0","id":1,"method":"status"}
-32600 {"jsonrpc":"2.0","id":1,"method":"status","extra":0}
-32600 {"jsonrpc":"2.0","id":1,"Method":"status"}
-32600 {"jsonrpc":"2.0","id":1,"method":null}
-32600 {"jsonrpc":"2.0","id":1,"method":1}
-32600 {"jsonrpc":"2.0","id":1,"method":["status"]}
-32600 {"jsonrpc":"2.0","id":1,"method":{"status":1}}
-32600 {"jsonrpc":"2.0","method":1}
-32700 {"jsonrpc":"2.0","id":1,"id":1,"method":"status"}
-32700 {"jsonrpc":"2.0","id":1,"method":"status","\u006dethod":"stop"}
-32601 {"jsonrpc":"2.0","id":1,"method":""}
-32601 {"jsonrpc":"2.0","id":1,"method":"Status"}
-32601 {"jsonrpc":"2.0","id":1,"method":"status "}
-32601 {"jsonrpc":"2.0","id":1,"method":"rpc.discover"}
-32601 {"jsonrpc":"2.0","id":1,"method":"\u0001\u001b[2J\"\\","params":{}}
-32601 {"jsonrpc":"2.0","id":1,"method":"no such","params":[]}
-32602 {"jsonrpc":"2.0","id":1,"method":"status","params":null}
-32602 {"jsonrpc":"2.0","id":1,"method":"status","params":[]}
-32602 {"jsonrpc":"2.0","id":1,"method":"status","params":""}
-32602 {"jsonrpc":"2.0","id":1,"method":"status","params":0}
-32602 {"jsonrpc":"2.0","id":1,"method":"status","params":false}
-32602 {"jsonrpc":"2.0","id":1,"method":"status","params":{"\u001b[2J":0}}
-32600 []
-32600 [1]
-32600 [[]]
-32600 [[{"jsonrpc":"2.0","id":1,"method":"status"}]]
-32600 [null]
-32600 -32600 -32600 [{},"",0]
ok [{"jsonrpc":"2.0","id":1,"method":"status"}]
ok ok [{"jsonrpc":"2.0","id":1,"method":"status"},{"jsonrpc":"2.0","id":1,"method":"genesis"}]
ok -32600 -32601 -32602 [{"jsonrpc":"2.0","id":1,"method":"status"},7,{"jsonrpc":"2.0","id":2,"method":"x"},{"jsonrpc":"2.0","id":3,"method":"status","params":1}]
ok [{"jsonrpc":"2.0","method":"status"},{"jsonrpc":"2.0","id":1,"method":"status"},{"jsonrpc":"2.0","method":"x"}]
- [{"jsonrpc":"2.0","method":"status"},{"jsonrpc":"2.0","method":"status"}]
-32700 [{"jsonrpc":"2.0","id":1,"method":"status"},]
-32700 [{"jsonrpc":"2.0","id":1,"method":"status"}
-32700 {"jsonrpc":"2.0","id":1,"method":"status"}{"jsonrpc":"2.0","id":1,"method":"status"}
END
}

@test "json: calls, batches and ids of every shape" {
	start_node
	calls >table
	sed 's/ [{[].*//' table >wanted
	sed 's/^[^{[]*//' table >asked
	rude lines "$SOCKET" <asked >replies
	expect wanted replies asked
	# An answer carries the id of its call, null where it cannot be one.
	paste asked replies | jq -Rc 'split("\t") | map(try fromjson catch null) | select(all(type == "object")) |
		(.[0].id | if type == "boolean" or type == "array" or type == "object" then null else . end) as $id |
		select(.[1].error.code != -32700 and .[1].id != $id)' >other
	cmp other /dev/null
	for n in 999 1000 1001; do
		seq "$n" | jq -cs 'map({jsonrpc: "2.0", id: ., method: "seq", params: {}})'
	done >asked
	rude lines "$SOCKET" <asked >replies
	jq -c 'if type == "array" then [length, map(.id) == [range(1; length + 1)]] else .error.code end' replies |
		cmp - <(printf '%s\n' '[999,true]' '[1000,true]' -32600)
	# Words of the caller that an answer repeats stay UTF-8 where they are cut.
	for n in 60 61 62 63 64 65; do
		long=$(repeat $n a)$(repeat 20 é)
		jq -cn --arg long "$long" '{jsonrpc: "2.0", id: 1, method: $long},
			{jsonrpc: "2.0", id: 1, method: "status", params: {($long): 1}},
			{jsonrpc: "2.0", id: 1, method: "chain", params: {chain: $long[20:]}},
			{jsonrpc: "2.0", id: 1, method: "block", params: {at: ("1." + $long + ".1")}}'
	done | rude lines "$SOCKET" >replies
	iconv -f utf-8 -t utf-8 replies >/dev/null
	rude answers "$SOCKET" 1000
}
