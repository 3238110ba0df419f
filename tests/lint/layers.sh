#!/bin/bash
# A layer includes only itself and the layers before it in the Makefile's list; a tool may include every layer; and each
# library has one home.
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=0
layers=$(sed -n 's/^LAYERS := //p' Makefile)

allowed=
for layer in $layers; do
	allowed="$allowed $layer"
	while IFS=: read -r file line text; do
		to=${text#*\"}
		to=${to%%/*}
		case " $allowed " in
		*" $to "*) ;;
		*) echo "$file:$line: $layer must not include $to"; bad=1 ;;
		esac
	done < <(grep -nE '^#include "' lib/"$layer"/*.[ch])
done

for directory in lib/*/; do
	layer=$(basename "$directory")
	case " $layers " in
	*" $layer "*) ;;
	*) echo "$directory: not in LAYERS"; bad=1 ;;
	esac
done
if grep -nE '^#include "\.\.' -r lib cmd tests; then
	echo 'an include climbs out of its folder'
	bad=1
fi

# home HEADER LAYERS...: only these may include the library's header.
home() {
	local header=$1 file
	shift
	while read -r file; do
		case " $* " in
		*" $(basename "$(dirname "$file")") "*) ;;
		*) echo "$file: <$header> belongs to: $*"; bad=1 ;;
		esac
	done < <(grep -rlE "^#include <$header" lib cmd)
}
home sodium crypto tool
home lmdb store
home nng net
home 'c?[jJ][sS][oO][nN]' json
home systemd node
exit $bad
