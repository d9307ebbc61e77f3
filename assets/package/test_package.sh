#!/bin/sh
# Installs the packages into a bare Debian each, starts the program there, and looks at what it leaves.
#
# test_package.sh FOLDER    the folder that package.sh wrote (make test-package calls it)
#
# Needs root, debootstrap, and Debian's archive for the libraries that the package depends on.
set -eu
packages=$(cd "$1" && pwd)
cd "$(dirname "$0")"
. ./bare_debian.sh
deb=$(ls -t "$packages"/destello_*.deb | head -n 1)
archive=$(ls -t "$packages"/destello-*.tar.xz | head -n 1)
work=$(mktemp -d)
root=$work/debian
trap 'leave_bare_debian "$root"; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

fail() {
    echo "test-package: $1" >&2
    exit 1
}
here() {
    in_debian "$root" "$@"
}

# A visit of the demo set on a virtual display: every screen becomes a picture.
visit() {
    here sh -c "mkdir -p /tmp/x && XDG_RUNTIME_DIR=/tmp/x xvfb-run --auto-servernum \
        --server-args='-screen 0 1600x1000x24 -noreset' $1 demo --tour /root/tour" >"$work/visit.log" 2>&1 ||
        { tail -n 30 "$work/visit.log" >&2; fail "the visit failed"; }
    pictures=$(find "$root/root/tour" -name '*.png' -size +8k | wc -l)
    [ "$pictures" -ge 10 ] || fail "the visit left $pictures pictures"
    echo "visit: $pictures pictures of screens"
    [ -z "${TOUR_KEPT:-}" ] || cp -R "$root/root/tour" "$TOUR_KEPT"
    rm -rf "$root/root/tour"
}

echo "== $(basename "$deb")"
make_bare_debian "$root"
here apt-get update -qq
cp "$deb" "$root/root/destello.deb"
here apt-get install -y --no-install-recommends /root/destello.deb >"$work/install.log" 2>&1 ||
    { tail -n 20 "$work/install.log" >&2; fail "the package cannot be installed"; }
echo "installed with $(grep -c '^Setting up' "$work/install.log") packages"
here destello --version
here destello models list >"$work/models.log" 2>&1 || { cat "$work/models.log" >&2; fail "models list failed"; }
missing=$(here ldd /usr/bin/destello | grep 'not found' || :)
[ -z "$missing" ] || fail "libraries are missing: $missing"
for file in /usr/share/applications/destello.desktop /usr/share/icons/hicolor/scalable/apps/destello.svg \
    /usr/share/man/man1/destello-score.1.gz /usr/share/bash-completion/completions/destello \
    /usr/share/metainfo/destello.metainfo.xml /usr/share/mime/packages/destello.xml /usr/share/doc/destello/copyright; do
    case $file in
        # Debian's base leaves manual pages out by its configuration.
        */man/*) [ -f "$root$file" ] || echo "no manual pages in this base" ;;
        *) [ -f "$root$file" ] || fail "$file is missing" ;;
    esac
done
here apt-get install -y --no-install-recommends xvfb xauth shared-mime-info desktop-file-utils appstream lintian \
    >"$work/install.log" 2>&1 || { tail -n 20 "$work/install.log" >&2; fail "tools for the test cannot be installed"; }

here desktop-file-validate /usr/share/applications/destello.desktop
# The identifier would need a domain of its own.
here appstreamcli validate --no-net --override=cid-desktopapp-is-not-rdns=info \
    /usr/share/metainfo/destello.metainfo.xml >"$work/appstream.log" || { cat "$work/appstream.log" >&2; fail "AppStream"; }
here destello demo --no-window >/dev/null
here sh -c 'printf "demo-000000,real\n" | destello label stream --project /root/a.destello' >/dev/null
for pair in 'a.destello application/x-destello' 'a.avro application/avro'; do
    file=${pair% *}
    wanted=${pair#* }
    [ "$file" = a.destello ] || printf 'Obj\001' >"$root/root/$file"
    found=$(here sh -c "ls /usr/share/mime/globs2 >/dev/null && grep -F '*.${file#*.}' /usr/share/mime/globs2")
    case $found in
        *"$wanted"*) ;;
        *) fail "$file is $found, not $wanted" ;;
    esac
done
visit destello
here lintian --no-tag-display-limit --allow-root /root/destello.deb >"$work/lintian.log" 2>&1 || :
echo "lintian: $(grep -c '^E:' "$work/lintian.log" || :) errors, $(grep -c '^W:' "$work/lintian.log" || :) warnings"
grep '^[EW]:' "$work/lintian.log" || :
here apt-get remove -y destello >"$work/remove.log" 2>&1
left=$(here sh -c 'find /usr -name "*destello*"')
[ -z "$left" ] || fail "left behind: $left"
echo "removed without remains"

echo "== $(basename "$archive")"
tar --directory "$root/opt" --extract --file "$archive"
unpacked=$(basename "$archive" .tar.xz)
# Unpacked anywhere, run from there; the libraries are those that the package brought.
visit "/opt/$unpacked/bin/destello"
here sh "/opt/$unpacked/install.sh" /root/.local >/dev/null
here /root/.local/bin/destello --version

image=$(find "$packages" -name 'destello-*.AppImage' | sort | tail -n 1)
if [ -n "$image" ]; then
    echo "== $(basename "$image")"
    cp "$image" "$root/opt/destello.AppImage"
    # There is no FUSE in a chroot: the runtime unpacks what it would mount.
    visit "/opt/destello.AppImage --appimage-extract-and-run"
else
    echo "== no AppImage is here: make package APPIMAGE_RUNTIME=FILE makes one"
fi
echo "packages are whole"
