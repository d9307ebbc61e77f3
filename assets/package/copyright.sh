#!/bin/sh
# Licences of destello and of every crate that is linked into it.
#
# copyright.sh CARGO          the file debian/copyright
# copyright.sh CARGO texts    the texts of all licences, each once
#
# LICENCES_OF=TARGET names another system than this one.
set -eu
cargo=$1
cd "$(dirname "$0")/../.."

# name version|licence, once each; build tools and tests are not among them.
crates() {
    target=${LICENCES_OF:-$(rustc -vV | sed -n 's/^host: //p')}
    "$cargo" tree --locked --edges normal --target "$target" --prefix none \
        --format '{p}|{l}' | sed 's/ (\*)//; s/ (proc-macro)//; s/ v/ /' | grep -v '^destello ' | LC_ALL=C sort -u
}

if [ "${2:-}" != texts ]; then
    cat <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: destello

Files: *
Copyright: 2026 The destello authors
License: GPL-3.0-or-later
Comment:
 The program is linked with these crates, under these licences; their texts are in third_party_licences.gz beside
 this file. SQLite, zstandard and libdeflate are
 compiled from the source that comes with libsqlite3-sys, zstd-sys and libdeflate-sys.
 .
END
    crates | sed 's/^\([^|]*\)|\(.*\)$/ \1: \2/; s/: $/: see its text/'
    cat <<END

License: GPL-3.0-or-later
 This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public
 License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later
 version.
 .
 On Debian systems the whole text is in /usr/share/common-licenses/GPL-3.
END
    exit 0
fi

sources=${CARGO_HOME:-$HOME/.cargo}/registry/src
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
crates | while IFS='|' read -r crate licence; do
    found=
    for folder in "$sources"/*/"${crate% *}-${crate#* }"; do
        [ -d "$folder" ] || continue
        for text in "$folder"/LICEN[CS]E* "$folder"/COPYING* "$folder"/NOTICE* "$folder"/UNLICENSE* "$folder"/license*; do
            [ -f "$text" ] || continue
            found=1
            sum=$(md5sum <"$text" | cut -d ' ' -f 1)
            [ -f "$work/$sum" ] || cp "$text" "$work/$sum"
            echo "$crate" >>"$work/$sum.of"
        done
        break
    done
    [ -n "$found" ] || echo "$crate: $licence" >>"$work/without"
done
for of in "$work"/*.of; do
    printf '======== %s\n\n' "$(paste -s -d , "$of" | sed 's/,/, /g')"
    cat "${of%.of}"
    printf '\n'
done
if [ -f "$work/without" ]; then
    printf '======== crates that bring no text of their licence\n\n'
    cat "$work/without"
fi
