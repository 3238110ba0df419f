#!/bin/bash
# Runs the checks and counts them: check.sh all|unit|lint. The last line is `N passed, N failed`; a skipped test fails.
set -u
cd "$(dirname "$0")/.." || exit 2
B=${B:-build}
passed=0 failed=0
jobs=$(nproc)
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

# count FILE: adds up the TAP lines of a stage and shows what failed.
count() {
	local ok bad
	ok=$(grep -cE '^ok ' "$1")
	bad=$(grep -cE '^not ok ' "$1")
	local skipped
	skipped=$(grep -ciE '^ok .*# skip' "$1")
	passed=$((passed + ok - skipped))
	failed=$((failed + bad + skipped))
	if [ "$bad" -gt 0 ] || [ "$skipped" -gt 0 ]; then
		grep -vE '^ok ([^#]|#[^ ])*$' "$1"
	fi
}

# one NAME COMMAND...: a check that passes or fails as a whole.
one() {
	local name=$1
	shift
	if "$@" >"$log/one" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok - $name"
		sed 's/^/# /' "$log/one" | tail -n 60
	fi
}

say() {
	echo "== $* ($(date +%H:%M:%S))"
}

unit_one() { # TEST LOG
	if ! CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 "$1" >"$2" 2>"$2.err"; then
		grep -qE '^not ok ' "$2" || echo "not ok - $1 died" >>"$2"
		sed 's/^/# /' "$2.err" | tail -n 40 >>"$2"
	fi
	grep -qE '^(not )?ok ' "$2" || echo "not ok - $1 ran no test" >>"$2"
}
export -f unit_one

unit() { # DIRECTORY
	local test
	rm -f "$log"/*-unit-*
	# Most of them wait more than they work; those that start nodes wait longest, and are the largest.
	find "$1"/unit -name 'test_*' ! -name '*.*' -printf '%s %p\n' | sort -rn | cut -d' ' -f2 |
		xargs -P $((jobs * 2)) -I{} bash -c "unit_one {} '$log'/\$(tr / - <<<{})"
	for test in "$log"/*-unit-*; do
		case $test in
		*.err) ;;
		*) count "$test" ;;
		esac
	done
}

lint() {
	local script
	for script in tests/lint/*.sh; do
		one "$script" "$script"
	done
}

tools() {
	PATH=$PWD/$B/bin:$PATH timeout 1800 bats --tap --jobs $((jobs * 2)) tests/tools >"$log/bats" 2>&1 ||
		grep -qE '^not ok ' "$log/bats" || echo "not ok - bats ended with an error" >>"$log/bats"
	count "$log/bats"
}

crash() {
	timeout 900 "$B/crash/torn" >"$log/crash" 2>&1 ||
		grep -qE '^not ok ' "$log/crash" || echo "not ok - $B/crash/torn died" >>"$log/crash"
	count "$log/crash"
}

sim() {
	{
		timeout 1200 "$B/sim/sim" --seeds 20 -r 150 -t && timeout 900 "$B/sim/sim" --cuts && timeout 900 "$B/sim/sim" --controls &&
			timeout 900 "$B/sim/sim" --scale
	} >"$log/sim" 2>&1 || grep -qE '^not ok ' "$log/sim" || echo "not ok - $B/sim/sim died" >>"$log/sim"
	count "$log/sim"
}

# The same seed, the same trace: gcc and clang, -O0 to -O2, with and without sanitizers.
same() {
	one 'simulator at -O0' make -j"$jobs" CFLAGS=-O0 B=build/O0 build/O0/sim/sim &&
		one 'simulator by clang' make -j"$jobs" CC=clang B=build/clang build/clang/sim/sim &&
		one 'simulator with sanitizers' make -j"$jobs" SAN=fuzz CFLAGS='-O1 -g1' build/fuzz/sim/sim &&
		one 'the same seed, the same trace' tests/sim/same.sh {"$B",build/O0,build/clang,build/fuzz}/sim/sim
}

stage() {
	case $1 in
	build) one 'build' make -j"$jobs" all units crash hold "$B/sim/schedule" "$B/sim/sim" ;;
	unit) unit "$B" ;;
	lint) lint ;;
	tools) tools ;;
	crash) crash ;;
	sim) sim ;;
	same) same ;;
	schedule) one 'random schedules make no two finals' "$B/sim/schedule" --runs 50000 --core 10 ;;
	sanitize) one 'build by clang, with sanitizers' make -j"$jobs" SAN=fuzz CFLAGS='-O1 -g1' all units && unit build/fuzz ;;
	fuzz) one 'fuzz targets, a second each' make -j"$jobs" fuzz-smoke ;;
	esac
}

case ${1-} in
unit) stages='unit' ;;
lint) stages='lint' ;;
all) stages='build lint unit tools crash schedule sim sanitize same fuzz' ;;
*)
	echo 'usage: check.sh all|unit|lint' >&2
	exit 2
	;;
esac
for s in $stages; do
	say "$s"
	stage "$s"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
