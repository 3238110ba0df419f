#!/bin/bash
# The measurements: one JSON line each on stdout, remarks on stderr. usage: run.sh BUILD-DIRECTORY [NAME...]
# Every measurement stands between two anchors, V; when these differ by more than a tenth it is dropped and made again, as
# long as what was made again takes no more than AGAIN seconds in all.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
B=$PWD/$1
shift
PATH=$B/bin:$PATH
all='mine memory cli ingest disk read proof control start state execute lanes coin coin-million litecoin-coin chains sync certified'
payloads=${PAYLOADS:-1000000} # in the store that is read from
dir=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/para-bench.XXXXXX")
node='' fed=0
again=${AGAIN:-150} # seconds left for that
. tests/bench/node.bash
. tests/bench/sync.bash
. tests/bench/litecoin.bash
. tests/bench/certified.bash
. tests/bench/coin.bash

finish() {
	stop_node
	end_users
	end_others
	end_litecoins
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() {
	echo "bench: $*" >&2
}

calc() { # EXPRESSION: its value
	awk "BEGIN { printf \"%.6g\", ($1) }"
}

emit() { # NAME RATIO VALUE UNIT AGAINST
	printf '{"name":"%s","ratio":%s,"value":%s,"unit":"%s","against":"%s"}\n' "$@"
}

least() { # FILE: its smallest number
	sort -n "$1" | head -n 1
}

near() { # V0 V1: at most a tenth apart
	[ "$(calc "$1 > $2 ? ($1 - $2) / $1 <= 0.1 : ($2 - $1) / $2 <= 0.1")" = 1 ]
}

goal() { # NAME: what its ratio shall be, if anything
	case $1 in
	mine-bare | mine-plain-bare) echo '>= 0.9' ;;
	mine-sse2) echo '>= 2.2' ;;
	mine-avx2) echo '>= 4' ;;
	mine-avx512) echo '>= 9' ;;
	memory) echo '<= 1' ;;
	cli) echo '<= 0.5' ;;
	control-8) echo '>= 0.5' ;;
	ingest | control) echo '>= 0.6' ;;
	disk) echo '<= 2.2' ;;
	read) echo '<= 3' ;;
	proof) echo '<= 10' ;;
	start) echo '<= 2' ;;
	execute) echo '>= 5' ;;
	lanes) echo '>= 0.85' ;;
	sync) echo '>= 0.65' ;;
	sync-litecoin) echo '>= 1.3' ;;
	certified) echo '>= 0.95' ;;
	final) echo '<= 4' ;;
	state-*-10000) echo '<= 0.2' ;;
	coin) echo '>= 0.6' ;;
	coin-million) echo '>= 0.5' ;;
	chains-10 | chains-100 | chains-1000) echo '>= 0.8' ;;
	litecoin-rate) echo '>= 3' ;;
	litecoin-cpu) echo '<= 0.3' ;;
	litecoin-disk) echo '<= 0.8' ;;
	chains-memory) echo '<= 1' ;;
	chains-disk) echo '<= 1.1' ;;
	esac
}

# Lines on stdin go to stdout; a remark says how far they are what they shall be.
judge() {
	local line name ratio wanted
	while read -r line; do
		echo "$line"
		name=$(jq -r .name <<<"$line") ratio=$(jq -r .ratio <<<"$line") wanted=$(goal "$name")
		if [ "$wanted" ] && [ "$ratio" != null ]; then
			say "$name $ratio, wanted $wanted: $([ "$(calc "$ratio $wanted")" = 1 ] && echo met || echo MISSED)"
		fi
	done
}

# A measurement is run_NAME, which may take long, and tell_NAME V, which prints its lines.
measure() {
	local v0 v1 begin took
	# Rounds and periods are counted there, not CPU.
	if [ "$1" = certified ]; then
		run_certified
		tell_certified | judge
		return
	fi
	while :; do
		begin=$SECONDS
		v0=$("$B/bench/verify")
		"run_$1"
		v1=$("$B/bench/verify")
		say "$1: V $v0 before, $v1 after"
		took=$((SECONDS - begin))
		if near "$v0" "$v1" || [ "$took" -gt "$again" ]; then
			near "$v0" "$v1" || say "$1: the machine does not keep still; it stands all the same"
			"tell_$1" "$(calc "($v0 + $v1) / 2")" | judge
			return
		fi
		say "$1: dropped"
		again=$((again - took))
	done
}

# --- the measurements ---

run_mine() {
	"$B/bench/mine" "$B/bin/para-mine" >"$dir/mine"
}
tell_mine() {
	cat "$dir/mine"
}

run_memory() {
	start_node "$dir/idle"
	sleep 5
	awk '/^VmRSS/ { printf "%.2f\n", $2 / 1024 }' "/proc/$node/status" >"$dir/memory"
}
tell_memory() {
	local mb
	mb=$(cat "$dir/memory")
	emit memory "$(calc "$mb / 40")" "$mb" 'MiB resident, an idle --dev node' '40 MiB'
}

run_cli() {
	local turn
	start_node "$dir/idle"
	rm -f "$dir/cli" "$dir/true" "$dir/litecoin"
	if has_litecoin; then
		start_litecoin "$dir/ltc"
	fi
	for turn in cli true litecoin cli true litecoin cli true litecoin; do
		case $turn in
		cli) set -- para-inspect status ;;
		true) set -- true ;;
		litecoin)
			[ -d "$dir/ltc" ] || continue
			set -- litecoin-cli -regtest -datadir="$dir/ltc" -rpcport="$(litecoin_port "$dir/ltc")" getblockcount
			;;
		esac
		"$B/bench/cold" 40 "$@" >>"$dir/$turn"
	done
	[ ! -d "$dir/ltc" ] || stop_litecoin "$dir/ltc"
}
tell_cli() {
	local ms ratio=null against='litecoin-cli getblockcount (not installed)'
	ms=$(least "$dir/cli")
	say "cli: a process that does nothing takes $(least "$dir/true") ms"
	if [ -s "$dir/litecoin" ]; then
		against='litecoin-cli getblockcount'
		ratio=$(calc "$ms / $(least "$dir/litecoin")")
	fi
	emit cli "$ratio" "$ms" 'ms, a cold para-inspect status' "$against"
}

run_ingest() {
	start_chain "$dir/full"
	feed 60000
}
tell_ingest() { # V
	local us
	us=$(jq '1e6 * .cpu_s / .payloads' "$dir/fed")
	emit ingest "$(calc "1e6 / $1 / $us")" "$(calc "$us")" 'us of the node per payload of 200 bytes, final' \
	    'one bare signature check'
	say "ingest: $(jq -r '.payloads / .wall_s | floor' "$dir/fed") payloads a second, most in a block: $(most_in_block)"
}

run_disk() {
	fill "$dir/full"
}
tell_disk() {
	local bytes
	bytes=$(du -B1 --summarize "$dir/full/data.mdb" | cut -f1)
	emit disk "$(calc "$bytes / ($fed * 200)")" "$(calc "$bytes / $fed")" 'bytes on disk per payload of 200 bytes' \
	    'its bytes on the wire'
}

run_read() {
	fill "$dir/full"
	"$B/bench/ask" latency read "ipc://$dir/echo" "$PARA_NODE" payload id "$dir/ids" >"$dir/read"
}
tell_read() {
	cat "$dir/read"
}

run_proof() {
	fill "$dir/full"
	"$B/bench/ask" latency proof "ipc://$dir/echo" "$PARA_NODE" proof payload "$dir/ids" >"$dir/proof"
}
tell_proof() {
	cat "$dir/proof"
}

run_control() {
	start_node "$dir/idle"
	"$B/bench/ask" rate control "ipc://$dir/echo" "$PARA_NODE" status 1 >"$dir/control"
	"$B/bench/ask" rate control-8 "ipc://$dir/echo" "$PARA_NODE" status 8 >>"$dir/control"
}
tell_control() {
	cat "$dir/control"
}

run_start() {
	fill "$dir/full"
	start_node "$dir/idle"
	stop_node
	rm -f "$dir/start".*
	local which
	for which in idle full idle full idle full; do
		"$B/bench/start" "ipc://$dir/$which/node.ipc" 5 para-node --dev -d "$dir/$which" >>"$dir/start.$which"
	done
}
tell_start() {
	local ms
	ms=$(least "$dir/start.full")
	emit start "$(calc "$ms / $(least "$dir/start.idle")")" "$ms" "ms to the first answer, $fed payloads stored" \
	    'an empty store'
}

run_state() { # ten thousand transfers at a time; and ten
	local n
	: >"$dir/state.out"
	for n in 10000 100000 1000000; do
		"$B/bench/state" "$dir/state.$n" "$n" 10000 7 >>"$dir/state.out"
		rm -rf "$dir/state.$n"
	done
	"$B/bench/state" "$dir/state.small" 100000 10 200 >>"$dir/state.out"
	rm -rf "$dir/state.small"
}
tell_state() {
	cat "$dir/state.out"
}

run_execute() {
	"$B/bench/execute" execute >"$dir/execute"
}
tell_execute() {
	cat "$dir/execute"
}

run_lanes() {
	"$B/bench/execute" lanes >"$dir/lanes"
}
tell_lanes() {
	cat "$dir/lanes"
}

[ $# -gt 0 ] || eval "set -- $all"
for name; do
	case " $all " in
	*" $name "*) ;;
	*)
		echo "bench: no measurement $name; there are: $all" >&2
		exit 2
		;;
	esac
done
for name; do
	say "$name ($(date +%H:%M:%S))"
	measure "$name"
done
