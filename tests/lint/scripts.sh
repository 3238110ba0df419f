#!/bin/bash
# Shell scripts pass shellcheck, man pages mandoc's lint.
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=0
mapfile -t scripts < <(echo .ci/run; find share tests -name '*.sh' -o -name '*.bash')
shellcheck -x -e SC2094 "${scripts[@]}" || bad=1
mapfile -t tests < <(find tests -name '*.bats')
[ ${#tests[@]} -eq 0 ] || shellcheck -s bats -e SC1091,SC2030,SC2031,SC2094 "${tests[@]}" || bad=1
mandoc -Tlint -Wwarning man/* || bad=1
for script in completions/bash/*; do bash -n "$script" || bad=1; done
for script in completions/zsh/*; do zsh -n "$script" || bad=1; done
exit $bad
