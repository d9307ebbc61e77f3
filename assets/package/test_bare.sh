#!/bin/sh
# Builds destello as a newcomer does, in a bare Debian with Rust's toolchain and nothing else, and plays a visit there.
#
# make test-bare            needs root, debootstrap, rustup's toolchain here, 6 GB of disk, and 10 to 30 minutes
# TEST=1 make test-bare     runs the tests there too
set -eu
cd "$(dirname "$0")"
. ./bare_debian.sh
clone=$(cd ../.. && pwd)
work=${BARE:-$(mktemp -d)}
root=$work/debian
trap 'leave_bare_debian "$root"; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
toolchain=$(rustc --print sysroot)

make_bare_debian "$root"
mkdir -p "$root/opt/rust" "$root/root/destello"
cp -R "$toolchain/." "$root/opt/rust"
git -C "$clone" archive HEAD | tar --directory "$root/root/destello" --extract
here() {
    in_debian "$root" sh -c "cd /root/destello && PATH=\$PATH:/opt/rust/bin && export PATH && $1"
}
start=$(date +%s)
in_debian "$root" apt-get update -qq
in_debian "$root" apt-get install -y --no-install-recommends make ca-certificates >/dev/null 2>&1
# The network's certificates, where a proxy of this machine has its own.
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
here "make run" 2>&1 | tee "$work/run.log" | grep -v '^ *\(Compiling\|Downloaded\|Get:\|Setting up\|Unpacking\|Selecting\|Preparing\)'
took=$((($(date +%s) - start) / 60))
pictures=$(find "$root/root/destello/tour" -name '*.png' -size +8k | wc -l)
[ "$pictures" -ge 10 ] || { echo "test-bare: the visit left $pictures pictures" >&2; exit 1; }
grep -q 'are built now, once' "$work/run.log" || { echo "test-bare: the build was not announced" >&2; exit 1; }
echo "make run: $took minutes from nothing to $pictures pictures; $(du -sh "$root/root/destello/target" | cut -f 1) in target"
if [ -n "${TEST:-}" ]; then
    here "make test"
fi
