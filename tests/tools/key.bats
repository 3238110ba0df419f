#!/usr/bin/env bats
load lib

@test "a new key file is private and holds what new and show print" {
	para-key new a.key >made
	[ "$(stat -c %a a.key)" = 600 ]
	[ "$(para-key show a.key)" = "$(cat made)" ]
	[ "$(jq -r .file made)" = a.key ]
	para-key check "$(jq -r .address made)"
}

@test "a key file is never overwritten" {
	para-key new a.key
	cp a.key before
	fails 2 'cannot make key a.key: exists already' para-key new a.key
	cmp a.key before
	ln -s elsewhere link
	fails 2 'exists already' para-key new link
	[ ! -e elsewhere ]
}

@test "two keys differ, one key signs the same twice" {
	para-key new a.key
	para-key new b.key
	[ "$(para-key show a.key -f address)" != "$(para-key show b.key -f address)" ]
	echo x | offline_payloads a.key 1 >one
	echo x | offline_payloads a.key 1 >two
	cmp one two
}

@test "a passphrase protects the seed, the address stays readable" {
	echo 'correct horse' >pass
	echo 'wrong horse' >wrong
	para-key new a.key --passphrase-file pass
	run grep -c seed a.key
	[ "$output" = 0 ]
	para-key show a.key
	echo x | offline_payloads a.key 1 2>err && return 1
	grep -qF 'has a passphrase: give --passphrase-file' err
	run bash -c 'echo x | para-seal payload -c 1 -k a.key --seq 1 --network "$NETWORK" --passphrase-file wrong'
	[ "$status" -eq 2 ]
	[[ $output == *'wrong passphrase'* ]]
	echo x | para-seal payload -c 1 -k a.key --seq 1 --network "$NETWORK" --passphrase-file pass | para-seal verify
}

@test "an empty passphrase is none" {
	echo >pass
	fails 2 'the passphrase is empty' para-key new a.key --passphrase-file pass
	fails 2 'the passphrase is empty' para-key new a.key --passphrase-file /dev/null
	[ ! -e a.key ]
}

@test "a key that others can read is used with a warning" {
	para-key new a.key
	chmod 644 a.key
	echo x | offline_payloads a.key 1 2>err
	grep -qF 'a.key can be read by others' err
	[ "$(wc -l <err)" = 1 ]
	echo x | para-seal payload -q -c 1 -k a.key --seq 1 --network "$NETWORK" 2>err
	[ ! -s err ]
}

@test "damaged key files are refused" {
	para-key new a.key
	para-key new b.key
	head -c 100 a.key >short.key
	fails 2 'short.key is no key file' para-key show short.key
	fails 2 'cannot open key none.key: No such file' para-key show none.key
	: >empty.key
	fails 2 'empty.key is no key file' para-key show empty.key
	jq -c --arg address "$(para-key show b.key -f address)" '.address = $address' a.key >mixed.key
	echo x >line
	fails 2 'its address is another' para-seal payload -c 1 -k mixed.key --seq 1 --network "$NETWORK" line
	jq -c '.more = 1' a.key >more.key
	fails 2 'more.key is no key file' para-key show more.key
}

@test "addresses are checked from operands and from stdin" {
	para-key new a.key
	address=$(para-key show a.key -f address)
	fails 1 'para1x: not bech32m' para-key check "$address" para1x
	printf '%s\n%s\n' "$address" "$(tamper <<<"$address")" >list
	run bash -c 'para-key check <list'
	[ "$status" -eq 1 ]
	[[ $output == *'line 2: '* ]]
	para-key check "${address^^}"
	fails 1 '' para-key check "P${address#p}"
}
