#!/bin/sh
# Makes Destello.app and a .dmg of it, out of a program that was built for macOS. The .dmg needs macOS (hdiutil);
# elsewhere the folder Destello.app is all that is made.
#
# macos.sh PROGRAM FOLDER
#
# Nothing is signed: see the guide (Building, Packages). Untried on macOS.
set -eu
. "$(dirname "$0")/common.sh"

volume=$out/volume
contents=$volume/Destello.app/Contents
rm -rf "$volume"
mkdir -p "$contents/MacOS" "$contents/Resources"
cp "$program" "$contents/MacOS/destello"
chmod 755 "$contents/MacOS/destello"
sed "s/@VERSION@/$version/" "$here/Info.plist" >"$contents/Info.plist"
sh "$here/icon_file.sh" "$contents/Resources/destello.icns"
cp "$root/LICENSE" "$root/SECURITY.md" "$contents/Resources/"
LICENCES_OF=aarch64-apple-darwin sh "$here/copyright.sh" "${CARGO:-cargo}" texts >"$contents/Resources/third_party_licences.txt"
cp -R "$root/assets/python" "$root/assets/cluster" "$contents/Resources/"
ln -s /Applications "$volume/Applications"

if command -v hdiutil >/dev/null; then
    hdiutil create -volname Destello -srcfolder "$volume" -ov -format UDZO "$out/destello-$version-$(uname -m)-macos.dmg"
    rm -rf "$volume"
else
    echo "There is no hdiutil here: Destello.app is in $volume, and no .dmg was made." >&2
fi
