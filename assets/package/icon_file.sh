#!/bin/sh
# Makes the icon file of Windows (.ico) or of macOS (.icns) out of the pictures in assets/icon: both are PNGs behind a
# list of their sizes.
#
# icon_file.sh FILE.ico|FILE.icns
set -eu
out=$1
pictures=$(cd "$(dirname "$0")/../icon" && pwd)

length() {
    wc -c <"$1" | tr -d ' '
}
byte() {
    # shellcheck disable=SC2059
    printf "\\$(printf %03o "$1")"
}
little_2() {
    byte $(($1 % 256))
    byte $(($1 / 256 % 256))
}
little_4() {
    little_2 $(($1 % 65536))
    little_2 $(($1 / 65536))
}
big_4() {
    byte $(($1 / 16777216))
    byte $(($1 / 65536 % 256))
    byte $(($1 / 256 % 256))
    byte $(($1 % 256))
}

# A head, an entry of 16 bytes for each picture, and the pictures.
ico() {
    sides='16 32 48 64 128 256'
    at=$((6 + 16 * 6))
    little_2 0
    little_2 1
    little_2 6
    for side in $sides; do
        size=$(length "$pictures/destello-$side.png")
        # 256 does not fit into a byte and stands as 0.
        byte $((side % 256))
        byte $((side % 256))
        little_2 0
        little_2 1
        little_2 32
        little_4 "$size"
        little_4 "$at"
        at=$((at + size))
    done
    for side in $sides; do
        cat "$pictures/destello-$side.png"
    done
}

# A head, and before each picture its kind: points a side, and whether two pixels make a point.
icns() {
    kinds='icp4:16 icp5:32 ic11:32 ic12:64 ic07:128 ic13:256 ic08:256'
    total=8
    for kind in $kinds; do
        total=$((total + 8 + $(length "$pictures/destello-${kind#*:}.png")))
    done
    printf icns
    big_4 "$total"
    for kind in $kinds; do
        picture=$pictures/destello-${kind#*:}.png
        printf '%s' "${kind%:*}"
        big_4 $((8 + $(length "$picture")))
        cat "$picture"
    done
}

case $out in
    *.ico) ico >"$out" ;;
    *.icns) icns >"$out" ;;
    *)
        echo "$out ends neither in .ico nor in .icns" >&2
        exit 1
        ;;
esac
