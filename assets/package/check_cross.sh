#!/bin/sh
# Checks library and program for other systems: types, names and what is left out there. Nothing is linked or run, and
# tests are not checked (they compile cfitsio by its configure script).
#
# check_cross.sh TARGET...      (make check-cross calls it; `rustup target add TARGET` installs the standard library)
#
# SQLite, zstandard and libdeflate are C. Where no compiler for the target is known (CC_aarch64_apple_darwin and the like
# name one) an empty object file stands in for each of theirs: a check links none.
#
# A target that is not installed, or whose crates are not here and cannot be fetched, is named and left out; with
# CROSS_NEEDED=1 that is a failure. CROSS_ADD=1 installs what is missing where rustup can.
set -eu
cargo=${CARGO:-cargo}
folder=${CARGO_TARGET_DIR:-target}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
installed=$(rustup target list --installed 2>/dev/null || :)

# Always the same path: cargo builds anew where the name of a compiler changes.
stand_in=$folder/stand_in_cc
cat >"$stand_in" <<'END'
#!/bin/sh
while [ "$#" -gt 0 ]; do
    case $1 in
        -o) shift; : >"$1" ;;
        *.a) : >"$1" ;;
    esac
    shift
done
END
chmod 755 "$stand_in"

missing=
failed=
leave_out() {
    echo "==== NOT CHECKED for $1: $2 ===="
    missing=1
}

for target in "$@"; do
    case " $(echo "$installed" | tr "\n" " ") " in
        *" $target "*) ;;
        *)
            if [ -z "${CROSS_ADD:-}" ] || ! rustup target add "$target"; then
                leave_out "$target" "rustup target add $target"
                continue
            fi
            ;;
    esac
    "$cargo" fetch --locked --quiet --target "$target" || {
        leave_out "$target" "crates that it needs are not here and cannot be fetched"
        continue
    }
    name=$(echo "$target" | tr - _)
    eval "compiler=\${CC_$name:-}"
    case $target in
        x86_64-pc-windows-gnu) usual=x86_64-w64-mingw32-gcc ;;
        *) usual= ;;
    esac
    if [ -z "$compiler" ] && { [ -z "$usual" ] || ! command -v "$usual" >/dev/null; }; then
        echo "destello for $target: without its C, for which there is no compiler here"
        env "CC_$name=$stand_in" "AR_$name=$stand_in" "$cargo" check --locked --lib --bins --target "$target" || failed=1
    else
        echo "destello for $target"
        "$cargo" check --locked --lib --bins --target "$target" || failed=1
    fi
done
[ -z "$failed" ]
[ -z "$missing" ] || [ -z "${CROSS_NEEDED:-}" ]
