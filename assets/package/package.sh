#!/bin/sh
# Makes packages for Linux out of a program that was built: a .deb, a tar.xz that runs wherever it is unpacked, and, where
# APPIMAGE_RUNTIME names a runtime (appimage.sh), an AppImage, all of one tree of files; their sums; a bill of materials
# where `cargo cyclonedx` is installed.
#
# package.sh PROGRAM FOLDER     (make package calls it)
#
# Needs tar, xz, gzip and, for the .deb, dpkg-deb. The same program, sources and clock (SOURCE_DATE_EPOCH; the last
# commit's where it is not set) give the same files.
set -eu
. "$(dirname "$0")/common.sh"
cd "$root"
cargo=${CARGO:-cargo}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

machine=$(uname -m)
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || date +%s)
fi
export SOURCE_DATE_EPOCH

# What destello is and what runs it.
tree=$work/tree
share=$tree/share
install -D -m 755 "$program" "$tree/bin/destello"
install -D -m 644 "$here/destello.desktop" "$share/applications/destello.desktop"
install -D -m 644 "$here/destello.metainfo.xml" "$share/metainfo/destello.metainfo.xml"
install -D -m 644 "$here/destello.mime.xml" "$share/mime/packages/destello.xml"
install -D -m 644 assets/icon/destello.svg "$share/icons/hicolor/scalable/apps/destello.svg"
for picture in assets/icon/destello-*.png; do
    side=${picture##*-}
    side=${side%.png}
    install -D -m 644 "$picture" "$share/icons/hicolor/${side}x$side/apps/destello.png"
done

# For notebooks and clusters.
for file in assets/python/*.py assets/cluster/*; do
    mode=644
    [ "${file%.sh}" = "$file" ] || mode=755
    install -D -m "$mode" "$file" "$share/destello/${file#assets/}"
done

# What the program writes about itself.
mkdir -p "$share/man/man1"
"$program" man --out "$share/man/man1" >/dev/null
gzip -9n "$share"/man/man1/*.1
complete() {
    mkdir -p "$share/$2"
    "$program" completions "$1" >"$share/$2/$3"
}
complete bash bash-completion/completions destello
complete zsh zsh/vendor-completions _destello
complete fish fish/vendor_completions.d destello.fish

# Licences: of destello, and of every crate that is linked.
doc=$share/doc/destello
mkdir -p "$doc"
gzip -9nc CHANGELOG.md >"$doc/CHANGELOG.md.gz"
printf 'destello (%s) unstable; urgency=medium\n\n  * What is new: CHANGELOG.md.gz.\n\n -- %s  %s\n' "$version" \
    'The destello authors <destello@localhost>' "$(LC_ALL=C date -uR -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"
gzip -9nc LICENSE >"$doc/GPL-3.gz"
install -m 644 SECURITY.md "$doc/SECURITY.md"
sh "$here/copyright.sh" "$cargo" >"$doc/copyright"
sh "$here/copyright.sh" "$cargo" texts | gzip -9n >"$doc/third_party_licences.gz"

# The clock of the sources, not of this machine.
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

name=destello-$version-$machine-linux
install -m 755 "$here/install.sh" "$tree/install.sh"
touch -d "@$SOURCE_DATE_EPOCH" "$tree/install.sh" "$tree"
tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    --transform "s,^\.,$name," --directory "$tree" . | xz -T2 -6 >"$out/$name.tar.xz"
if [ -n "${APPIMAGE_RUNTIME:-}" ]; then
    sh "$here/appimage.sh" "$tree" "$out/destello-$version-$machine.AppImage"
else
    echo "No AppImage was made: APPIMAGE_RUNTIME names no runtime (assets/package/appimage.sh)" >&2
fi
# Debian has that text for all packages.
rm "$tree/install.sh" "$doc/GPL-3.gz"

if command -v dpkg-deb >/dev/null; then
    architecture=$(dpkg --print-architecture)
    deb=$work/deb
    mkdir -p "$deb/DEBIAN"
    mv "$tree" "$deb/usr"
    # The newest function of the C library that the program calls.
    glibc=$(grep -ao 'GLIBC_2\.[0-9]*' "$deb/usr/bin/destello" | sort -uV | tail -n 1)
    size=$(du -sk "$deb/usr" | cut -f 1)
    sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" \
        -e "s/@SIZE@/$size/" -e "s/@GLIBC@/${glibc#GLIBC_}/" "$here/control" >"$deb/DEBIAN/control"
    (cd "$deb" && find usr -type f | LC_ALL=C sort | xargs md5sum) >"$deb/DEBIAN/md5sums"
    touch -d "@$SOURCE_DATE_EPOCH" "$deb" "$deb/DEBIAN" "$deb"/DEBIAN/*
    dpkg-deb --root-owner-group -Zxz --build "$deb" "$out/destello_${version}_$architecture.deb" >/dev/null
else
    echo "There is no dpkg-deb here: no .deb was made." >&2
fi

if $cargo cyclonedx --version >/dev/null 2>&1; then
    # It may write the lock file anew; ours is what was built.
    cp Cargo.lock "$work/Cargo.lock"
    $cargo cyclonedx --quiet --format json --target "$machine-unknown-linux-gnu" \
        --override-filename "destello-bom"
    cmp -s Cargo.lock "$work/Cargo.lock" || cp "$work/Cargo.lock" Cargo.lock
    mv destello-bom.json "$out/destello-$version.cdx.json"
else
    echo "No bill of materials was made: cargo install cargo-cyclonedx" >&2
fi

cd "$out"
sha256sum destello[-_]"$version"* >SHA256SUMS
ls -l destello[-_]"$version"* SHA256SUMS
