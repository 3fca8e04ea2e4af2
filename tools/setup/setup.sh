#!/usr/bin/env bash
# Installs what building and testing need and this machine lacks: Debian packages, the parts of the
# Rust toolchain, and wasm-opt. Says what it does, asks nothing, and changes nothing on a machine that
# has all.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

command -v cargo >/dev/null || fail "cargo is missing. Install Rust with rustup (https://rustup.rs), then run this again."

# `.cargo/config.toml` has these chosen, and a program would end with "Illegal instruction".
if [ "$(uname -m)" = x86_64 ]; then
    for instructions in sse4_2 pclmulqdq; do
        grep -qw "$instructions" /proc/cpuinfo ||
            fail "this processor lacks $instructions. Remove .cargo/config.toml to build without."
    done
fi

# RocksDB is C++ (build-essential), its bindings are made by bindgen (libclang-dev, clang for its headers).
# The chaos tests put nodes on a network of their own (iproute2, nftables) and move clocks (faketime).
packages=(build-essential clang faketime iproute2 libclang-dev make nftables pkg-config)

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
    command -v dpkg-query >/dev/null || {
        say "not a Debian system: please make sure of ${packages[*]} yourself"
        return
    }
    local missing=()
    for package in "${packages[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        say "Debian packages: all there"
        return
    fi
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "need root or sudo to install: ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing Debian packages: ${missing[*]}"
    "${as_root[@]}" apt-get update --quiet
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --quiet --no-install-recommends "${missing[@]}" </dev/null
}

# Reads a list of rust-toolchain.toml, the one place that names what is needed.
toolchain_list() {
    sed -n "s/^$1 *= *\[\(.*\)\]/\1/p" rust-toolchain.toml | tr -d '",'
}

install_toolchain_parts() {
    command -v rustup >/dev/null || {
        say "no rustup: please make sure of the parts in rust-toolchain.toml yourself"
        return
    }
    # Within this directory rustup works on the toolchain of rust-toolchain.toml.
    rustc --version >/dev/null || {
        say "installing the toolchain of rust-toolchain.toml"
        rustup toolchain install
    }
    local target component have
    have=$(rustup target list --installed)
    for target in $(toolchain_list targets); do
        grep -qx "$target" <<<"$have" && continue
        say "adding Rust target $target"
        rustup target add "$target"
    done
    have=$(rustup component list --installed)
    for component in $(toolchain_list components); do
        grep -q "^$component" <<<"$have" && continue
        say "adding Rust component $component"
        rustup component add "$component"
    done
    say "Rust toolchain: $(rustc --version), with $(toolchain_list targets) and $(toolchain_list components)"
}

# wasm-opt makes contracts smaller; `weal build` finds it here. package-lock.json pins it by its hash.
install_wasm_opt() {
    command -v npm >/dev/null || {
        say "no npm: contracts are built without wasm-opt, which makes them larger"
        return
    }
    # npm leaves a record of what it installed.
    local wanted
    wanted=$(sed -n 's/^ *"integrity": "\(.*\)",$/\1/p' tools/setup/package-lock.json)
    if ! grep -qsF "$wanted" tools/setup/node_modules/.package-lock.json; then
        say "installing wasm-opt"
        npm ci --prefix tools/setup --ignore-scripts --no-audit --no-fund --loglevel=error
    fi
    say "$(tools/setup/node_modules/.bin/wasm-opt --version)"
}

install_packages
install_toolchain_parts
install_wasm_opt
