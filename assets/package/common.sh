# What every script that makes packages begins with; to be read by them (`. "$(dirname "$0")/common.sh"`).
#
# Of their two arguments, PROGRAM and FOLDER, it makes program and out, and the folder where it is missing; root is the
# folder of the sources, here the one of these scripts, version that of destello. All paths are absolute.

umask 022
program=$(cd "$(dirname "$1")" && pwd)
program=$program/$(basename "$1")
mkdir -p "$2"
out=$(cd "$2" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/assets/package
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
