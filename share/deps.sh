#!/bin/sh
# Installs those of the named Debian packages that this machine lacks. Without the right to do so it prints the command
# and ends with 2.
set -eu

lacking=
for package in "$@"; do
	case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
	*' installed') ;;
	*) lacking="$lacking $package" ;;
	esac
done
[ -n "$lacking" ] || exit 0

install="apt-get install -y --no-install-recommends$lacking"
if ! command -v apt-get >/dev/null; then
	echo "deps: this is no Debian; these of its packages are needed:$lacking" >&2
	exit 2
fi
if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
	as_root=sudo
else
	echo "deps: as root, run: $install" >&2
	exit 2
fi
echo "deps: installing$lacking" >&2
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q >/dev/null
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive $install >/dev/null
