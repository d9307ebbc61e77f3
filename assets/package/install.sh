#!/bin/sh
# Copies destello into a prefix, with its entry in the menu, its icon, manual pages and completions.
#
# ./install.sh [PREFIX]     ~/.local where none is named; needs no root there
#
# The program runs where it was unpacked as well: bin/destello.
set -eu
prefix=${1:-$HOME/.local}
cd "$(dirname "$0")"
mkdir -p "$prefix"
cp -R bin share "$prefix/"
if command -v update-mime-database >/dev/null; then
    update-mime-database "$prefix/share/mime"
fi
if command -v update-desktop-database >/dev/null; then
    update-desktop-database "$prefix/share/applications"
fi
echo "destello is in $prefix/bin; the window needs a Vulkan driver and the libraries that the guide names (destello guide building)."
