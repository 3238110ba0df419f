#!/bin/bash
# A comment `para-protocol(7) SECTION: words` quotes the page word for word, and every section it names exists.
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=0
page=$(mandoc -Tutf8 -Owidth=900 man/para-protocol.7 | sed 's/.\x08//g' | tr '‐' '-' | tr -s '[:space:]' ' ')
sections=$(sed -n 's/^\.Sh "\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' man/para-protocol.7)

# The comments of all sources, one a line.
comments=$(cat lib/*/*.[ch] | awk '/\/\*/ {on = 1} on {line = line " " $0} /\*\// {if (on) print line; line = ""; on = 0}' |
	sed -E 's/[[:space:]]\*[[:space:]]/ /g' | tr -s '[:blank:]' ' ')

while read -r section; do
	grep -qx -- "$section" <<<"$sections" || { echo "para-protocol(7) has no section $section"; bad=1; }
done < <(grep -oE 'para-protocol\(7\),? [A-Z][A-Z0-9 ]*[A-Z0-9]' <<<"$comments" | sed -E 's/^[^ ]* //' | sort -u)

while read -r words; do
	[[ $page == *"$words"* ]] || { echo "para-protocol(7) does not say: $words"; bad=1; }
done < <(sed -nE 's/.*para-protocol\(7\) [A-Z][A-Z0-9 ]*: (.*[^ ]) ?\*\/.*/\1/p' <<<"$comments" | sort -u)
exit $bad
