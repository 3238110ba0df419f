# Helpers of the tests with several nodes. Node I has the directory nI; its port is found by itself.

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
}

# start I [OPTION...]: starts node I, connected to the first one that runs; returns when it answers.
start() {
	local i=$1 bootstrap=()
	shift
	[ -z "${BOOTSTRAP-}" ] || bootstrap=(--bootstrap "$BOOTSTRAP")
	para-node -d "n$i" --genesis genesis.json --listen tcp://127.0.0.1:"${PORT[$i]:-0}" --no-discovery \
		"${bootstrap[@]}" "$@" 2>>"n$i.log" 3>&- 9>&- &
	NODE[i]=$!
	para-inspect status -d "n$i" --connect-timeout 20 >/dev/null || {
		tail -n 20 "n$i.log" | sed 's/^/# /' >&2
		return 1
	}
	PORT[i]=$(sed -n 's|.*welcome at tcp://127.0.0.1:||p' "n$i.log" | tail -n 1)
	[ -n "${BOOTSTRAP-}" ] || BOOTSTRAP=tcp://127.0.0.1:${PORT[$i]}
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
		until_true 20 peers_of "$i" "$(($1 - 1))"
	done
}

# halt I SIGNAL: ends node I and its miner.
halt() {
	kill -"${2:-TERM}" "${NODE[$1]}"
	wait "${NODE[$1]}" || true
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
	until "$@"; do
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

# put I CHAIN TEXT...: payloads of a.key at node I; prints their ids when they are there to STATUS (default final).
put() {
	local i=$1 chain=$2
	shift 2
	printf '%s\n' "$@" | para-seal payload -c "$chain" -k a.key -d "n$i" |
		para-send -d "n$i" --wait "${STATUS:-final}" --timeout 60 -f payload
}
