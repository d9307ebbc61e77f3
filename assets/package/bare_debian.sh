# Makes a bare Debian in a folder; to be read by scripts that need one (`. bare_debian.sh`).
#
# make_bare_debian FOLDER   Debian's base and nothing else; a second one is a copy of the first (DEBIAN_BASE names where
#                           the first is kept, as a tar file)
# in_debian FOLDER COMMAND  runs a command there, as root, with the network of this machine
# Needs debootstrap and root.

: "${DEBIAN_SUITE:=bookworm}"
: "${DEBIAN_BASE:=${XDG_CACHE_HOME:-$HOME/.cache}/destello/debian-$DEBIAN_SUITE.tar}"

make_bare_debian() {
    [ "$(id -u)" = 0 ] || { echo "a bare Debian is made by root only" >&2; return 1; }
    command -v debootstrap >/dev/null || {
        echo "there is no debootstrap: apt-get install debootstrap" >&2
        return 1
    }
    mkdir -p "$1" "$(dirname "$DEBIAN_BASE")"
    if [ ! -f "$DEBIAN_BASE" ]; then
        echo "Debian's base is fetched once, into $DEBIAN_BASE."
        debootstrap --variant=minbase "$DEBIAN_SUITE" "$1" >"$1.log" 2>&1 || { tail "$1.log" >&2; return 1; }
        tar --directory "$1" --create --file "$DEBIAN_BASE.new" .
        mv "$DEBIAN_BASE.new" "$DEBIAN_BASE"
        rm -f "$1.log"
    else
        tar --directory "$1" --extract --file "$DEBIAN_BASE"
    fi
    cp /etc/resolv.conf "$1/etc/resolv.conf"
    mkdir -p "$1/proc" "$1/dev/shm" "$1/dev/pts"
    mount -t proc proc "$1/proc"
    mount -t devpts devpts "$1/dev/pts"
    mount -t tmpfs tmpfs "$1/dev/shm"
}

leave_bare_debian() {
    umount "$1/proc" "$1/dev/shm" "$1/dev/pts" 2>/dev/null || :
    rm -rf --one-file-system "$1"
}

in_debian() {
    folder=$1
    shift
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive chroot "$folder" "$@"
}
