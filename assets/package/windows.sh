#!/bin/sh
# Makes packages for Windows out of a program that was built for it: a zip that runs wherever it is unpacked, and an .msi
# where wixl is installed (Debian: wixl). Runs on Linux.
#
# windows.sh PROGRAM.exe FOLDER
#
# Untried on Windows.
set -eu
. "$(dirname "$0")/common.sh"
name=destello-$version-x86_64-windows

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files=$work/$name
mkdir "$files"
cp "$program" "$files/destello.exe"
cp "$root/LICENSE" "$files/LICENSE.txt"
cp "$root/SECURITY.md" "$files/"
LICENCES_OF=x86_64-pc-windows-msvc sh "$here/copyright.sh" "${CARGO:-cargo}" texts >"$files/third_party_licences.txt"
sh "$here/icon_file.sh" "$files/destello.ico"

if command -v wixl >/dev/null; then
    (cd "$files" && wixl --arch x64 -D VERSION="$version" -o "$out/$name.msi" "$here/destello.wxs")
else
    echo "There is no wixl here: no .msi was made." >&2
fi

# For notebooks and clusters; an installer's folder is no place for them.
cp -R "$root/assets/python" "$root/assets/cluster" "$files/"
(cd "$work" && rm -f "$out/$name.zip" && zip -qrX "$out/$name.zip" "$name")
ls -l "$out/$name".*
