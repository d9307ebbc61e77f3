# Everything to build, run and test destello; `make help` lists the commands.
#
# A Rust toolchain, a C compiler and make must be there. What else the system lacks is installed
# through apt-get, as root or with sudo; elsewhere it is named, and nothing is done.

CARGO ?= cargo
# What `make run` opens, and where its pictures go on a machine without a display. Only the
# command line sets them: DATA is a name that people use for other things in their environment.
DATA :=
TOUR := tour

# Paths may have any sign in them: they travel in the environment, and `$` stays as it is.
override DATA := $(value DATA)
override TOUR := $(value TOUR)
export DATA TOUR
# Where cargo builds.
TARGET := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
# rustup puts cargo there; a shell older than that does not look there yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
# Options of this make are not for the makes that cargo calls.
unexport MAKEFLAGS MFLAGS
# REMAP=1 leaves paths of this machine out of what is built, so that it is the same from another folder: for packages.
# Everything is built anew for it.
ifdef REMAP
export RUSTFLAGS := $(strip $(RUSTFLAGS) --remap-path-prefix=$(CURDIR)=destello \
    --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=cargo)
export CARGO_INCREMENTAL := 0
endif

# Actions of a soak, and the seed they are drawn from; a failing run names both.
SOAK := 200000
SEED := 20261129
# Visits of the night that a watched folder goes through: eight hours of Rubin, without the waiting.
VISITS := 738

SYSTEM := $(shell uname -s)
ifeq ($(SYSTEM),Linux)
DISPLAY_KIND := $(if $(WAYLAND_DISPLAY),wayland,$(if $(DISPLAY),x11,none))
else
DISPLAY_KIND := native
endif
export DISPLAY_KIND

.PHONY: help system build run check check-cross test test-cluster soak lint bench measured cards icons package test-package test-bare
.DEFAULT_GOAL := help

help:
	@echo 'make run             open the demo set; without a display, save pictures of every screen in tour/'
	@echo 'make run DATA=PATH   open a file, folder or archive'
	@echo 'make run TOUR=DIR    without a display: save the pictures in another folder'
	@echo 'make check           formatting, lints and types of everything: after each small change'
	@echo 'make check-cross     types of library and program on Windows and macOS, where rustup has those targets'
	@echo 'make test            run all tests; those on real data where DESTELLO_REAL_DATA names it'
	@echo 'make test-cluster    Dask and Spark, two local workers each, one killed; in a virtual environment of its own'
	@echo 'make soak            $(SOAK) random actions at the window, with checks after each; SOAK=N, SEED=N;'
	@echo '                     and a folder watched for $(VISITS) visits, with kills; VISITS=N'
	@echo 'make lint            rustfmt, clippy, documentation (warnings denied), licences of dependencies'
	@echo 'make bench           run the benches; all ratios in one table, and target/bench/summary.json'
	@echo 'make measured        make the page Measured of the guide out of that'
	@echo 'make cards, icons    make the pages of models, and the files of the icon, out of what they come from'
	@echo 'make package         build a .deb and a tar.xz in $(TARGET)/package; APPIMAGE_RUNTIME=FILE: an AppImage too;'
	@echo '                     REMAP=1: without the paths of this machine'
	@echo 'make test-package    install them into a bare Debian (debootstrap, as root) and start them there'
	@echo 'make test-bare       build and visit the demo set in a bare Debian with Rust and nothing else (as root; 30 min)'
	@echo 'make build           build target/release/destello'
	@echo 'make system          install what the system lacks, and nothing else'

system:
	@sh -c "$$install_what_is_missing"

build:
	@$(announce)
	$(CARGO) build --release --locked

# Printed before a first build, so that it is known what is waited for; cargo prints a line for each crate.
define announce
[ -d '$(TARGET)/release/.fingerprint' ] || printf '%s\n' \
    'destello and the several hundred crates that it is made of are built now, once: about 10 minutes on two idle' \
    'cores, 25 on a busy machine. What was built lies in $(TARGET); later builds take what is there.'
endef

run: system
	@if [ -n "$$DATA" ] && [ ! -e "$$DATA" ]; then \
	    echo "make run: there is no file or folder $$DATA" >&2; exit 1; \
	fi
	@$(announce)
	$(CARGO) build --release --locked
ifeq ($(DISPLAY_KIND),none)
	@echo "There is no display here, so destello plays a visit on a virtual one and saves pictures of every screen in $$TOUR."
	@# Pictures of an earlier visit are removed from our own folder, never from one that was named.
	@[ "$$TOUR" != tour ] || rm -rf tour
	@if [ -n "$$DATA" ]; then set -- "$$DATA"; else set -- demo; fi; \
	    $(ON_DISPLAY) $(CARGO) run --quiet --release --locked -- "$$@" --tour "$$TOUR"
	@cd "$$TOUR" && echo "The pictures are in $$PWD."
else
	@if [ -n "$$DATA" ]; then set -- "$$DATA"; else set -- demo; fi; \
	    $(CARGO) run --quiet --release --locked -- "$$@"
endif

test: system
	@if [ -z "$$DESTELLO_REAL_DATA" ]; then \
	    echo 'Tests on real data are ignored: DESTELLO_REAL_DATA is not set.'; \
	fi
	@if ! command -v initdb >/dev/null && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
	    echo 'Tests of projects on a server are ignored: PostgreSQL is not installed (Debian: postgresql).'; \
	fi
	$(ON_DISPLAY) $(CARGO) test --release --locked

# What it needs is in a virtual environment of its own, made once; Spark needs Java too, and is left out without.
CLUSTER := target/cluster

test-cluster: build
	@[ -x $(CLUSTER)/bin/dask ] || { python3 -m venv $(CLUSTER) && $(CLUSTER)/bin/pip install --quiet --upgrade \
	    numpy 'pandas<3' pyarrow astropy onnxruntime 'dask[dataframe]' distributed pyspark; }
	DESTELLO=$${DESTELLO:-$${CARGO_TARGET_DIR:-$(CURDIR)/target}/release/destello} \
	    $(CLUSTER)/bin/python tests/cluster/test_cluster.py

check: lint

soak: system
	DESTELLO_SOAK=$(SOAK) DESTELLO_SOAK_SEED=$(SEED) $(CARGO) test --release --locked --test soak -- --nocapture
	DESTELLO_SOAK_VISITS=$(VISITS) $(CARGO) test --release --locked --test cli -- --nocapture watch::a_night

# What is not compiled on Linux; nothing is linked or run.
check-cross:
	CARGO='$(CARGO)' sh assets/package/check_cross.sh x86_64-pc-windows-gnu aarch64-apple-darwin

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --release --locked --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --release --locked --no-deps --lib
	@if ! command -v cargo-deny >/dev/null; then \
	    echo 'Licences and sources of dependencies are not checked: cargo install cargo-deny'; \
	else \
	    $(CARGO) deny --locked check licenses bans sources; \
	fi

bench: system
	$(ON_DISPLAY) sh -c 'for bench in open decode scatter simulate triplets networks; do $(CARGO) bench --locked --bench $$bench || exit 1; done'
	$(CARGO) bench --locked --bench measured

measured:
	$(CARGO) bench --locked --bench measured -- --write

cards:
	DESTELLO_WRITE_CARDS=1 $(CARGO) test --release --locked --test architecture -- cards

icons:
	DESTELLO_WRITE_ICONS=1 $(CARGO) test --release --locked --test architecture -- icon

# The program has the list of its crates inside where cargo-auditable is installed.
package:
	@$(announce)
	@if command -v cargo-auditable >/dev/null; then \
	    $(CARGO) auditable build --release --locked; \
	else \
	    echo 'The program does not list its crates: cargo install cargo-auditable'; \
	    $(CARGO) build --release --locked; \
	fi
	CARGO='$(CARGO)' sh assets/package/package.sh '$(TARGET)/release/destello' '$(TARGET)/package'

test-package: package
	sh assets/package/test_package.sh '$(TARGET)/package'

test-bare:
	sh assets/package/test_bare.sh

VULKAN_DRIVERS := /usr/share/vulkan/icd.d /usr/local/share/vulkan/icd.d /etc/vulkan/icd.d

# Runs a command where a window can open: as it is where there is a display, else under Xvfb with
# Mesa's software driver, which can draw there on any machine. A driver that was named is kept.
ifeq ($(DISPLAY_KIND),none)
ON_DISPLAY := sh -c "$$run_under_xvfb" sh
endif

define run_under_xvfb
set -eu
if [ -z "$${XDG_RUNTIME_DIR:-}" ]; then
    XDG_RUNTIME_DIR=$$(mktemp -d)
    export XDG_RUNTIME_DIR
    trap 'rm -rf "$$XDG_RUNTIME_DIR"' EXIT
fi
if [ -z "$${VK_DRIVER_FILES:-}$${VK_ICD_FILENAMES:-}" ]; then
    drivers=$$(find $(VULKAN_DRIVERS) -name 'lvp_icd*.json' 2>/dev/null | paste -s -d : -)
    [ -z "$$drivers" ] || export VK_ICD_FILENAMES="$$drivers"
fi
xvfb-run --auto-servernum --server-args='-screen 0 1600x1000x24 -noreset' "$$@"
endef
export run_under_xvfb

# winit and wgpu load these libraries when the window opens, so the linker misses none of them.
# Without a display Mesa's driver must be there even beside another one: only it draws on Xvfb.
define install_what_is_missing
set -eu
find_missing() {
    missing=
    command -v cc >/dev/null || missing="$$missing gcc libc6-dev"
    [ "$$DISPLAY_KIND" != native ] || return 0
    libraries=$$(PATH="$$PATH:/usr/sbin:/sbin" ldconfig -p 2>/dev/null) || {
        echo "destello: there is no list of libraries here (ldconfig -p), so they are not checked." >&2
        return 0
    }
    library libvulkan.so.1 libvulkan1
    library libxkbcommon.so.0 libxkbcommon0
    if [ "$$DISPLAY_KIND" = wayland ]; then
        library libwayland-client.so.0 libwayland-client0
    else
        library libX11.so.6 libx11-6
        library libX11-xcb.so.1 libx11-xcb1
        library libXcursor.so.1 libxcursor1
        library libXi.so.6 libxi6
        library libxkbcommon-x11.so.0 libxkbcommon-x11-0
    fi
    if [ "$$DISPLAY_KIND" = none ]; then
        command -v Xvfb >/dev/null && command -v xvfb-run >/dev/null || missing="$$missing xvfb"
        command -v xauth >/dev/null || missing="$$missing xauth"
        driver 'lvp_icd*.json'
    else
        driver '*.json'
    fi
}
library() {
    case "$$libraries" in
        *"$$1 "*) ;;
        *) missing="$$missing $$2" ;;
    esac
}
driver() {
    [ -z "$${VK_DRIVER_FILES:-}$${VK_ICD_FILENAMES:-}" ] || return 0
    found=$$(find $(VULKAN_DRIVERS) -name "$$1" 2>/dev/null || :)
    [ -n "$$found" ] || missing="$$missing mesa-vulkan-drivers"
}
stop() {
    echo "destello: $$1" >&2
    exit 1
}
command -v $(CARGO) >/dev/null || stop "there is no $(CARGO): install Rust 1.95 or later from https://rustup.rs"
find_missing
[ -n "$$missing" ] || exit 0
[ "$$DISPLAY_KIND" != native ] || stop "there is no C compiler (cc); on macOS, run: xcode-select --install"
install="apt-get install -y --no-install-recommends$$missing"
command -v apt-get >/dev/null || stop "the system lacks what these Debian packages hold; please install it:$$missing"
if [ "$$(id -u)" = 0 ]; then
    sudo=
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    sudo=sudo
else
    stop "the system lacks packages; as root, run: apt-get update && $$install"
fi
echo "The system lacks$$missing: installing."
$$sudo apt-get update || echo "Going on with the package lists that are here." >&2
$$sudo env DEBIAN_FRONTEND=noninteractive $$install
find_missing
[ -z "$$missing" ] || stop "still missing after the installation:$$missing"
endef
export install_what_is_missing
