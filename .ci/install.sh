#!/usr/bin/env bash
# Installs the programs that some checks need besides Rust, where they are missing (Debian and Ubuntu).
set -euo pipefail

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
need curl curl
need jq jq
need openssl openssl
need shellcheck shellcheck
need python3 python3
need chromium chromium
need node nodejs
need npm npm
if [ ${#missing[@]} -gt 0 ]; then
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" fonts-dejavu-core >/dev/null
fi
