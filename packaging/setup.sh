#!/bin/sh
# Makes a fresh Debian-like machine ready: system libraries, a Python environment from the lock file, the program.
# What is there already is left alone, so a second run takes a moment and needs no network.
#
# usage: packaging/setup.sh [LOCK_FILE [ENVIRONMENT]]
set -eu
cd "$(dirname "$0")/.."
lock=${1:-requirements.lock}
environment=${2:-.venv}

# Library and the package that brings it; newer Debian and Ubuntu renamed some, so the first known name is taken.
# Without these Qt does not even start on a machine that has no screen:
needed='
libGL.so.1            libgl1
libEGL.so.1           libegl1
libX11.so.6           libx11-6
libdbus-1.so.3        libdbus-1-3
libfontconfig.so.1    libfontconfig1
libfreetype.so.6      libfreetype6
libglib-2.0.so.0      libglib2.0-0t64|libglib2.0-0
libgthread-2.0.so.0   libglib2.0-0t64|libglib2.0-0
libxkbcommon.so.0     libxkbcommon0
libbrotlidec.so.1     libbrotli1
libgssapi_krb5.so.2   libgssapi-krb5-2
libzstd.so.1          libzstd1
libatomic.so.1        libatomic1
'
# These are for a window on a screen, and for printers:
for_a_screen='
libX11-xcb.so.1       libx11-xcb1
libxcb-cursor.so.0    libxcb-cursor0
libxcb-icccm.so.4     libxcb-icccm4
libxcb-image.so.0     libxcb-image0
libxcb-keysyms.so.1   libxcb-keysyms1
libxcb-randr.so.0     libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0     libxcb-shape0
libxcb-sync.so.1      libxcb-sync1
libxcb-util.so.1      libxcb-util1
libxcb-xfixes.so.0    libxcb-xfixes0
libxcb-xkb.so.1       libxcb-xkb1
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libwayland-client.so.0 libwayland-client0
libwayland-cursor.so.0 libwayland-cursor0
libwayland-egl.so.1   libwayland-egl1
libcups.so.2          libcups2t64|libcups2
'

say() { printf '%s\n' "$*" >&2; }

# Python 3.11 up to 3.14 that can make an environment.
find_python() {
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3.14 python3}; do
        if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null
        then
            command -v "$candidate"
            return
        fi
    done
}

# Packages for the libraries of a list that this machine does not have.
missing_packages() {
    known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)
    printf '%s' "$1" | while read -r library package; do
        [ -z "$library" ] && continue
        case $known in *"$library "*) ;; *) printf '%s\n' "$package" ;; esac
    done | sort -u
}

# The first of "new-name|old-name" that this machine's package lists know, else the last.
known_name() {
    IFS='|'
    for name in $1; do
        if apt-cache show "$name" >/dev/null 2>&1; then break; fi
    done
    unset IFS
    printf '%s\n' "$name"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

install_system_packages() {
    must=$(missing_packages "$needed")
    if [ -z "$(find_python)" ]; then must="$must python3 python3-venv"; fi
    want=$(missing_packages "$for_a_screen")
    if [ -z "$must$want" ]; then return; fi
    if may_install; then
        say "Installing system packages: $(echo $must $want)"
        as_root apt-get update -qq
        names=$(for package in $must $want; do known_name "$package"; done)
        # shellcheck disable=SC2086 # a list of words
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $names >/dev/null
        return
    fi
    names=$(for package in $must $want; do known_name "$package"; done)
    say "System packages are missing and this account may not install them. Run once:"
    say "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $(echo $names)"
    if [ -n "$must" ]; then exit 1; fi
    say "Going on: they are only needed for a window on a screen."
}

# What the environment was made from; when this line is the same, nothing has to be done.
description() {
    printf '%s ' "$PWD/$environment" "$("$environment/bin/python" -c 'import sys; print(sys.version)' 2>&1)"
    cat "$@" | cksum
}

is_up_to_date() {
    stamp=$1
    shift
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(description "$@")" ]
}

make_environment() {
    if is_up_to_date "$environment/.lock-stamp" "$lock"; then return; fi
    if ! "$environment/bin/python" -c 'import pip' 2>/dev/null; then
        python=$(find_python)
        if [ -z "$python" ]; then
            say "Python 3.11 or newer is needed; this machine offers $(python3 --version 2>&1 || true)."
            exit 1
        fi
        "$python" -m venv --clear "$environment"
        echo '*' >"$environment/.gitignore"
    fi
    say "Installing the packages of $lock into $environment (about 250 MB to fetch, once) ..."
    "$environment/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all: \
        --requirement "$lock"
    description "$lock" >"$environment/.lock-stamp"
}

install_program() {
    if [ -x "$environment/bin/broker" ] && is_up_to_date "$environment/.program-stamp" pyproject.toml; then return; fi
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
        --no-build-isolation --editable .
    description pyproject.toml >"$environment/.program-stamp"
}

install_system_packages
make_environment
install_program
