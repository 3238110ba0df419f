#!/bin/bash
# The systemd units are whole, point at programs that there are, and leave little exposed.
set -u
cd "$(dirname "$0")/../.." || exit 2
B=$(realpath "${B:-build}")
bad=0
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
for unit in share/systemd/*.service; do
	sed "s|@PREFIX@|$B|" "$unit" >"$there/${unit##*/}"
	systemd-analyze security --no-pager --offline=true --threshold=15 "$there/${unit##*/}" >"$there/said" 2>&1 || {
		grep -vE '^✓' "$there/said"
		bad=1
	}
done
# demands UNIT LINE...: what the unit must have, word for word; the threshold alone would let most of it go.
demands() {
	local unit=share/systemd/$1.service line
	shift
	for line; do
		grep -qxF -- "$line" "$unit" || { echo "$unit does not have $line"; bad=1; }
	done
}
demands para-node Type=notify NotifyAccess=main WatchdogSec=30 RestartPreventExitStatus=1 DynamicUser=yes User=para \
	Group=para StateDirectory=para StateDirectoryMode=0700 RuntimeDirectory=para RuntimeDirectoryMode=0750 \
	MemoryDenyWriteExecute=yes LimitNOFILE=4096 SystemCallFilter=@system-service
demands para-mine Type=exec DynamicUser=yes User=para-mine Group=para MemoryDenyWriteExecute=yes PrivateNetwork=yes Nice=19 \
	SystemCallFilter=@system-service
# What it says of other units of this machine is not ours.
systemd-analyze verify --no-pager --man=no "$there"/*.service 2>&1 | grep -E 'para-' && bad=1
while read -r page; do
	[ -e "man/$(tr '(' . <<<"${page%)}")" ] || { echo "there is no page $page"; bad=1; }
done < <(sed -n 's/^Documentation=//p' share/systemd/*.service | grep -oE '[a-z-]+\([0-9]\)' | sort -u)
exit $bad
