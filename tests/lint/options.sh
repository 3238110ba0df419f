#!/bin/bash
# Every tool has a man page and both completions, and `--help`, page and completions name the same long options and
# subcommands; those of each subcommand alone where bash can be asked.
set -u
cd "$(dirname "$0")/../.." || exit 2
B=${B:-build}
bad=0

# same WHAT A B: two lists of words, one a line.
same() {
	local differ
	differ=$(diff <(sort -u <<<"$2") <(sort -u <<<"$3")) && return
	printf '%s:\n%s\n' "$1" "$(grep '^[<>]' <<<"$differ")"
	bad=1
}

longs() {
	grep -oE -- '(^|[^[:alnum:]-])--[a-z][a-z-]*' | sed 's/^[^-]*//' | sort -u
}

# completed TOOL [SUBCOMMAND]: the long options that bash offers.
completed() {
	bash -c '. "completions/bash/$1"; COMP_WORDS=("$@" --); COMP_CWORD=$#; "_${1//-/_}"; printf "%s\n" "${COMPREPLY[@]}"' \
		completed "$@"
}

for file in cmd/para-*.c; do
	tool=$(basename "$file" .c)
	page=man/$tool.1
	[ -e "$page" ] || { echo "$page is missing"; bad=1; continue; }
	subcommands=$("$B/bin/$tool" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\).*/\1/p')
	help=$("$B/bin/$tool" --help | longs
		for sub in $subcommands; do "$B/bin/$tool" "$sub" --help | longs; done)
	text=$(mandoc -Tutf8 "$page" | sed 's/.\x08//g' | tr '‐' '-')
	own=$(sed -n '/^SEE ALSO/q; /^EXAMPLES/,/^[A-Z]/d; p' <<<"$text" | longs)
	same "$tool: --help (<) and $page (>)" "$help" "$own"
	for shell in bash zsh; do
		completion=completions/$shell/$([ $shell = zsh ] && echo _)$tool
		[ -e "$completion" ] || { echo "$completion is missing"; bad=1; continue; }
		same "$tool: --help (<) and $completion (>)" "$help" "$(longs <"$completion")"
		for sub in $subcommands; do
			grep -qE "(^|[^a-z-])$sub([^a-z-]|$)" "$completion" ||
				{ echo "$completion does not know the command $sub"; bad=1; }
		done
	done
	for sub in '' $subcommands; do
		# shellcheck disable=SC2086 # none or one word
		same "$tool $sub: --help (<) and bash (>)" "$("$B/bin/$tool" $sub --help | longs; echo --version)" \
			"$(completed "$tool" $sub; echo --version)"
	done
	for sub in $subcommands; do
		grep -qE "(^|[^a-z-])$sub([^a-z-]|$)" <<<"$text" || { echo "$page does not tell of $sub"; bad=1; }
	done
done
exit $bad
