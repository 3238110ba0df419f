# Helpers of the tests with several nodes. Node I has the directory nI; its port is found by itself.

HOLD=$(dirname "$(command -v para-node)")/../hold
PATH=$HOLD:$PATH

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export HOME=$BATS_TEST_TMPDIR
	unset PARA_HOME PARA_NODE PARA_KEY XDG_DATA_HOME BOOTSTRAP
	NODE=() MINER=() PORT=() DOOR=() GENESIS_ARGS=() NODE_ENV=()
	PROXY='' CHATTER=''
}

teardown() {
	hush
	halt_all KILL
	[ -z "$PROXY" ] || kill "$PROXY"
}

# new_network N: keys and a genesis of N founders, with slots of PERIOD ms.
new_network() {
	local i founders=()
	for ((i = 1; i <= $1; i++)); do
		mkdir "n$i"
		founders+=(--founder "$(para-key new "n$i/node.key" -f address)")
	done
	para-node genesis "${founders[@]}" --period "${PERIOD:-500}" --difficulty 256 --fee 0 --reward 0 \
		"${GENESIS_ARGS[@]}" >genesis.json
	para-key new a.key -f address >/dev/null
	para-key new b.key -f address >/dev/null
}

# start I [OPTION...]: starts node I, connected to the first one that runs; returns when it answers.
start() {
	local i=$1 bootstrap=()
	shift
	[ -z "${BOOTSTRAP-}" ] || bootstrap=(--bootstrap "$BOOTSTRAP")
	[ ${#DOOR[@]} -eq 0 ] || bootstrap+=(--advertise "tcp://127.0.0.1:${DOOR[$((i - 1))]}")
	env "${NODE_ENV[@]}" para-node -d "n$i" --genesis genesis.json --listen "tcp://${LISTEN:-127.0.0.1}:${PORT[$i]:-0}" --no-discovery \
		"${bootstrap[@]}" "$@" 2>>"n$i.log" 3>&- 9>&- &
	NODE[i]=$!
	para-inspect status -d "n$i" --connect-timeout 60 >/dev/null || {
		tail -n 20 "n$i.log" | sed 's/^/# /' >&2
		return 1
	}
	PORT[i]=$(sed -n 's|.*welcome at tcp://.*:||p' "n$i.log" | tail -n 1)
	[ -n "${BOOTSTRAP-}" ] || BOOTSTRAP=tcp://127.0.0.1:${PORT[$i]}
	[ ${#DOOR[@]} -eq 0 ] || wire "${GROUPS_NOW[@]}"
}

# proxies N: a door for each of N nodes to come, which cut can close.
proxies() {
	local i
	for ((i = 1; i <= $1; i++)); do KEY[i]=$(para-key show "n$i/node.key" -f public_key); done
	wire
	proxy wires "$1" >doors 3>&- 9>&- &
	PROXY=$!
	until_true 60 has_lines doors "$1"
	mapfile -t DOOR <doors
	BOOTSTRAP=tcp://127.0.0.1:${DOOR[0]}
}

has_lines() { # FILE N
	[ "$(wc -l <"$1")" -eq "$2" ]
}

# wire [GROUP...]: node I is of the I-th group; only nodes of one group hear each other. None: all of one.
wire() {
	local i
	GROUPS_NOW=("$@")
	for i in "${!KEY[@]}"; do
		echo "${PORT[$i]:-0} ${KEY[$i]} ${GROUPS_NOW[$((i - 1))]:-1}"
	done >wires.new
	mv wires.new wires
}

# mine I: a miner of node I.
mine() {
	para-mine work -q -n "ipc://$PWD/n$1/node.ipc" -k "n$1/node.key" >"m$1.out" 2>>"m$1.log" 3>&- 9>&- &
	MINER[$1]=$!
}

# start_all N: the network, a miner at each node.
start_all() {
	local i
	for ((i = 1; i <= $1; i++)); do
		start "$i"
		mine "$i"
	done
	for ((i = 1; i <= $1; i++)); do
		until_true 60 peers_of "$i" "$(($1 - 1))"
	done
}

# halt I SIGNAL: ends node I and its miner.
halt() {
	kill -"${2:-TERM}" "${NODE[$1]}" 2>/dev/null || true
	wait "${NODE[$1]}" 2>/dev/null || true
	unset "NODE[$1]"
	[ -z "${MINER[$1]-}" ] || {
		kill "${MINER[$1]}" 2>/dev/null || true
		wait "${MINER[$1]}" || true
		unset "MINER[$1]"
	}
}

halt_all() {
	local i
	for i in "${!NODE[@]}"; do
		kill -CONT "${NODE[$i]}" 2>/dev/null || true
		halt "$i" "$@"
	done
}

# until_true SECONDS COMMAND...: waits for the command to be true.
until_true() {
	local end=$(($(date +%s) + $1))
	shift
	until "$@" 2>/dev/null; do
		[ "$(date +%s)" -lt $end ] || {
			echo "# '$*' did not come true" >&2
			tail -n 5 n*.log | sed 's/^/# /' >&2
			return 1
		}
		sleep 0.1
	done
}

field() { # I NAME
	para-inspect status -d "n$1" -f "$2"
}

peers_of() { # I N: at least so many
	[ "$(field "$1" peers)" -ge "$2" ]
}

final_at() { # I HID: final there
	[ "$(field "$1" final_hid)" -ge "$2" ]
}

slot_at() { # I SLOT: it has come
	[ "$(field "$1" slot)" -ge "$2" ]
}

status_of() { # I ID
	para-inspect payload "$2" -d "n$1" -f status
}

has_status() { # I ID STATUS
	[ "$(status_of "$1" "$2")" = "$3" ]
}

is_final() { # I ID
	[ "$(status_of "$1" "$2")" = final ]
}

# same_chain HID I...: these nodes hold the same hyper block there.
same_chain() {
	local hid=$1 i hash
	shift
	hash=$(para-inspect hyper "$hid" -d "n$1" -f hash) || return 1
	for i; do
		[ "$(para-inspect hyper "$hid" -d "n$i" -f hash)" = "$hash" ] || return 1
	done
}

# note_finals I...: remembers what these nodes hold to be final now.
note_finals() {
	local i hid
	for i; do
		hid=$(field "$i" final_hid)
		[ "$hid" -eq 0 ] || echo "$hid $(para-inspect hyper "$hid" -d "n$i" -f hash)" >>finals
	done
}

# finals_hold I...: all of that is in the chain of each of these nodes.
finals_hold() {
	local hid hash i
	while read -r hid hash; do
		for i; do
			[ "$(para-inspect hyper "$hid" -d "n$i" -f hash)" = "$hash" ] || {
				echo "# hyper $hid was final as $hash, node $i holds another" >&2
				return 1
			}
		done
	done <finals
}

# agree I...: what one of these nodes takes in is final at each of them, and they hold the same chain.
agree() {
	local i id most=0 hid
	id=$(put "$1" notes "agreed $RANDOM") || return 1
	for i; do
		until_true 60 is_final "$i" "$id" || return 1
		hid=$(field "$i" final_hid)
		[ "$hid" -le "$most" ] || most=$hid
	done
	until_true 60 same_chain "$most" "$@"
}

# chatter I: payloads at node I, a few in each slot, until hush; an idle network makes no blocks.
chatter() {
	while echo tick && sleep 0.1; do :; done 2>/dev/null 3>&- 9>&- > >(para-seal payload -c notes -k b.key -d "n$1" 2>>chatter.log |
		para-send -d "n$1" >/dev/null 2>>chatter.log) &
	CHATTER=$!
}

hush() {
	[ -z "$CHATTER" ] || kill "$CHATTER"
	CHATTER=
}

# sleep_slots I N: until node I's clock has come so far, whether it certifies or not.
sleep_slots() {
	until_true 60 slot_at "$1" $(($(field "$1" slot) + $2))
}

# put I CHAIN TEXT...: payloads of PAYER (a.key) at node I; prints their ids when they are there to STATUS (default final).
put() {
	local i=$1 chain=$2
	shift 2
	printf '%s\n' "$@" | para-seal payload -c "$chain" -k "${PAYER:-a.key}" -d "n$i" |
		para-send -d "n$i" --wait "${STATUS:-final}" --timeout 60 -f payload
}

# register I NAME: a chain of a.key, final.
register() {
	para-chain spec --name "$2" --engine data | para-chain create - -k a.key -d "n$1" |
		para-send -d "n$1" --wait final --timeout 60 -f payload
}

says() { # I TEXT: its log has it
	grep -qE -- "$2" "n$1.log"
}

is() { # I FIELD VALUE
	[ "$(field "$1" "$2")" = "$3" ]
}
