# How a node behaves towards a service manager, and that the units' sandboxes let node and miner work.

load lib.bash

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export HOME=$BATS_TEST_TMPDIR
	unset PARA_HOME PARA_NODE PARA_KEY XDG_DATA_HOME
	NODE_PID='' MANAGER_PID='' MINER_PID=''
	TREE=$BATS_TEST_DIRNAME/../..
	HOLD=$(dirname "$(command -v para-node)")/../hold
	mkdir etc run state
	etc=$PWD/etc
	para-key new etc/node.key -f address >founder
	para-node genesis --solo --founder "$(cat founder)" --period 200 --difficulty 256 --fee 0 --reward 0 >etc/genesis.json
	echo "genesis = $etc/genesis.json" >etc/node.conf
	export PARA_NODE=ipc://$PWD/run/node.ipc
}

teardown() {
	if [ -n "$MINER_PID" ]; then kill "$MINER_PID"; fi
	stop_node
	if [ -n "$MANAGER_PID" ]; then kill "$MANAGER_PID"; fi
}

# says FILE TEXT: a line of the file contains it.
says() {
	grep -qF -- "$2" "$1"
}

lacks() {
	if says "$1" "$2"; then return 1; fi
}

longer_than() {
	[ "$(wc -l <"$2")" -gt "$1" ]
}

# tells_more WORD: the manager is told WORD once more than when this is called.
tells_more() {
	local before
	before=$(grep -cF -- "$1" told || true)
	soon test_count "$1" $((before + 1))
}

test_count() {
	[ "$(grep -cF -- "$1" told)" -ge "$2" ]
}

# silent WORD SECONDS: the manager is not told WORD in that time. What was under way may still come.
silent() {
	local before
	sleep 1
	before=$(grep -cF -- "$1" told || true)
	sleep "$2"
	[ "$(grep -cF -- "$1" told || true)" -eq "$before" ]
}

manager() {
	"$HOLD/notify" "$1" >told 3>&- 9>&- &
	MANAGER_PID=$!
	soon says told listening
	export NOTIFY_SOCKET=$1
}

node() {
	para-node --config etc/node.conf -d state -k etc/node.key --control "$PARA_NODE" 2>>node.log 3>&- 9>&- &
	NODE_PID=$!
}

# signal_node NAME
signal_node() {
	kill "-$1" "$NODE_PID"
}

# It ends with 0.
end_node() {
	local pid=$NODE_PID
	signal_node TERM
	NODE_PID=
	wait "$pid"
}

# calls_of UNIT: the system calls that the unit's filters let through, one a line.
calls_of() {
	local filter words word
	sed -n 's/^SystemCallFilter=//p' "$1" >filters
	: >allowed
	while read -r filter; do
		read -ra words <<<"${filter#\~}"
		for word in "${words[@]}"; do members "$word"; done | sort -u >named
		if [[ $filter == ~* ]]; then
			comm -23 allowed named >rest
		else
			sort -u allowed named >rest
		fi
		mv rest allowed
	done <filters
	cat allowed
}

members() {
	local line
	[[ $1 == @* ]] || { echo "$1"; return; }
	systemd-analyze syscall-filter --no-pager "$1" | sed -n 's/^  *\([^# ].*\)$/\1/p' | while read -r line; do
		members "$line"
	done
}

# as_unit NAME: its command line with the places of this test, in the array argv.
as_unit() {
	local text
	text=$(sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' "$TREE/share/systemd/$1" | sed -n 's/^ExecStart=//p')
	# shellcheck disable=SC2016 # the unit's own variable
	text=$(sed -e "s|@PREFIX@/bin/||; s|/etc/para|$etc|g; s|%S/para|$PWD/state|; s|%d|$etc|; s|%t/para|$PWD/run|" \
		-e "s|--control-group para|--control-group $(id -gn)|; s|\${THREADS}|2|" <<<"$text")
	read -ra argv <<<"$text"
	calls_of "$TREE/share/systemd/$1" >calls
	longer_than 100 calls
}

@test "READY when requests are answered, WATCHDOG while it runs, STOPPING at the end" {
	manager "$PWD/notify.sock"
	WATCHDOG_USEC=3000000 node
	soon says told READY=1
	para-inspect status --connect-timeout 0
	for _ in 1 2 3; do tells_more WATCHDOG=1; done
	awk -v most="$(patience 3000)" '$2 == "WATCHDOG=1" { if (last && $1 - last > most) exit 1; last = $1 }' told
	grep -qE 'STATUS=hyper [0-9]+, final [0-9]+, 0 payloads in the pool' told
	end_node
	soon says told STOPPING=1
	awk '$2 == "STOPPING=1" { stops = 1; next } stops && /WATCHDOG|READY/ { exit 1 }' told
}

@test "the manager's socket may be an abstract one" {
	manager "@para-$$-$RANDOM"
	WATCHDOG_USEC=1000000 node
	soon says told READY=1
	tells_more WATCHDOG=1
}

@test "a node runs without a manager, and with one that is gone" {
	export NOTIFY_SOCKET=$PWD/nobody.sock
	WATCHDOG_USEC=500000 node
	para-inspect status --connect-timeout 60
	sleep 1
	para-inspect status
}

@test "a failed start is never READY" {
	manager "$PWD/notify.sock"
	para-key new other.key
	fails 2 'not the founder' para-node --config etc/node.conf -d state -k other.key --control "$PARA_NODE"
	echo 'genesis = nowhere.json' >etc/node.conf
	fails 2 'nowhere.json' para-node --config etc/node.conf -d state -k etc/node.key --control "$PARA_NODE"
	sleep 1
	[ "$(cat told)" = '0 listening' ]
}

@test "a node that stands still does not feed the watchdog" {
	manager "$PWD/notify.sock"
	WATCHDOG_USEC=900000 node
	soon says told READY=1
	tells_more WATCHDOG=1
	signal_node STOP
	silent WATCHDOG=1 1.5
	signal_node CONT
	tells_more WATCHDOG=1
}

@test "a dead control socket starves the watchdog until it is healed" {
	manager "$PWD/notify.sock"
	WATCHDOG_USEC=900000 node
	soon says told READY=1
	tells_more WATCHDOG=1
	# Gone: it listens anew by itself.
	rm run/node.ipc
	soon test -S run/node.ipc
	tells_more WATCHDOG=1
	# Something that it cannot take away is in its place.
	rm run/node.ipc
	mkdir run/node.ipc
	soon says told 'STATUS=the control socket does not answer'
	silent WATCHDOG=1 3
	soon says node.log 'does not answer'
	rmdir run/node.ipc
	tells_more WATCHDOG=1
	para-inspect status
	soon says node.log 'answers again'
}

@test "SIGHUP rereads how much to say; a wrong file changes nothing" {
	echo 'quiet = no' >>etc/node.conf
	node
	para-inspect status --connect-timeout 60
	para-mine work -q -k etc/node.key 3>&- 9>&- >/dev/null &
	MINER_PID=$!
	register one
	says node.log 'hyper 1 '
	lacks node.log 'final up to'
	printf 'genesis = %s\nverbose = yes\n' "$etc/genesis.json" >etc/node.conf
	signal_node HUP
	soon says node.log 'read the configuration again'
	register two
	soon says node.log 'final up to'
	echo 'verbos = no' >etc/node.conf
	signal_node HUP
	soon says node.log "node.conf: line 1: unknown option 'verbos'"
	length=$(wc -l <node.log)
	register three
	goes_on() { tail -n +"$((length + 1))" node.log | grep -qF 'final up to'; }
	soon goes_on
	printf 'genesis = %s\nquiet = yes\n' "$etc/genesis.json" >etc/node.conf
	signal_node HUP
	sleep 1.5
	length=$(wc -l <node.log)
	register four
	[ "$(wc -l <node.log)" -eq "$length" ]
	# Without the line it is as at the start.
	echo "genesis = $etc/genesis.json" >etc/node.conf
	signal_node HUP
	register five
	soon longer_than "$length" node.log
	end_node
}

# register NAME: a chain of this name is in the chain, finally.
register() {
	[ -e a.key ] || para-key new a.key
	para-chain spec --name "$1" --engine data | para-chain create - -k a.key | para-send --wait final >/dev/null
}

@test "node and miner work inside their units' sandboxes" {
	umask 0077
	ulimit -n 4096
	manager "$PWD/notify.sock"
	as_unit para-node.service
	para-key new etc/miner.key
	WATCHDOG_USEC=900000 "$HOLD/confine" "${argv[@]}" <calls 2>node.log 3>&- 9>&- &
	NODE_PID=$!
	soon says told READY=1
	[ "$(stat -c %a run/node.ipc)" = 660 ]
	as_unit para-mine.service
	"$HOLD/confine" "${argv[@]}" <calls >mined 2>miner.log 3>&- 9>&- &
	MINER_PID=$!
	register notes
	echo hello | para-seal payload -c notes -k a.key | para-send --wait final
	tells_more WATCHDOG=1
	para-node backup -d state copy.mdb
	signal_node HUP
	soon says node.log 'read the configuration again'
	kill "$MINER_PID"
	wait "$MINER_PID"
	MINER_PID=
	end_node
	[ -s mined ]
	[ ! -s miner.log ]
}

@test "the sandbox of these tests is one" {
	as_unit para-node.service
	"$HOLD/confine" true <calls
	status=0
	"$HOLD/confine" nice -n 5 true <calls || status=$?
	[ "$status" -eq 159 ]
	status=0
	"$HOLD/confine" chown "$(id -u)" founder <calls || status=$?
	[ "$status" -eq 159 ]
	fails 1 'Address family not supported' "$HOLD/confine" bash -c 'exec 3<>/dev/tcp/127.0.0.1/9' <calls
}

@test "a credential of the manager is no open key" {
	chmod 440 etc/node.key
	para-key show etc/node.key 2>err
	node
	para-inspect status --connect-timeout 60
	says node.log 'can be read by others'
	stop_node
	: >node.log
	CREDENTIALS_DIRECTORY=$etc
	export CREDENTIALS_DIRECTORY
	para-node --config etc/node.conf -d state -k "$etc/node.key" --control "$PARA_NODE" 2>>node.log 3>&- 9>&- &
	NODE_PID=$!
	para-inspect status --connect-timeout 60
	lacks node.log 'can be read by others'
}

@test "installed units name the installed programs" {
	make -s -C "$TREE" install DESTDIR="$PWD/root" PREFIX=/opt/para >made 2>&1
	for unit in para-node para-mine; do
		grep -q "^ExecStart=/opt/para/bin/$unit " "root/opt/para/lib/systemd/system/$unit.service"
		[ -x "root/opt/para/bin/$unit" ]
	done
	for unit in para-node para-mine; do lacks "root/opt/para/lib/systemd/system/$unit.service" @PREFIX; done
	says root/opt/para/lib/sysusers.d/para.conf 'u para'
}
