#!/bin/sh
# Makes an AppImage of the tree of files that package.sh laid out: the runtime of AppImage's authors, and the tree behind
# it as a squashfs.
#
# appimage.sh TREE FILE     TREE has bin/ and share/ (package.sh calls it)
#
# Needs mksquashfs 4.4 or later (Debian: squashfs-tools) and APPIMAGE_RUNTIME, which names the runtime of this machine's
# kind: a file of https://github.com/AppImage/type2-runtime/releases (.github/workflows/release.yml has one with its sum).
# The same tree, runtime and SOURCE_DATE_EPOCH give the same file.
set -eu
tree=$1
out=$2
runtime=${APPIMAGE_RUNTIME:?names the runtime of AppImages}

command -v mksquashfs >/dev/null || {
    echo "there is no mksquashfs: apt-get install squashfs-tools" >&2
    exit 1
}
# ELF, and the two signs and the number that make it a runtime of type 2.
[ "$(head -c 11 "$runtime" | od -An -tx1 | tr -d ' \n' | cut -c 1-8,17-22)" = 7f454c46414902 ] || {
    echo "$runtime is no runtime of AppImages of type 2" >&2
    exit 1
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
app=$folder/app
mkdir "$app"
cp -a "$tree" "$app/usr"
rm -f "$app/usr/install.sh"
# What the runtime starts, and what file managers look for at the top.
ln -s usr/bin/destello "$app/AppRun"
cp -p "$app/usr/share/applications/destello.desktop" "$app/destello.desktop"
cp -p "$app/usr/share/icons/hicolor/256x256/apps/destello.png" "$app/destello.png"
ln -s destello.png "$app/.DirIcon"
find "$app" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

# The clock of the squashfs is SOURCE_DATE_EPOCH by itself; the runtime knows zstd.
mksquashfs "$app" "$folder/squashfs" -root-owned -noappend -no-xattrs -no-progress -quiet -comp zstd
cat "$runtime" "$folder/squashfs" >"$out"
chmod 755 "$out"
