#!/usr/bin/env bash
# The pages that people look at, clicked through in a real browser. Installs Chromium and the driver where
# they are missing; GRAPHGRANT_PICTURES=FOLDER keeps pictures to look at.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v chromium >/dev/null; then
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -qq
    $sudo apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
fi
if ! command -v npm >/dev/null; then
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
fi
cargo build --locked --quiet
cd tests/browser
npm ci --silent --no-audit --no-fund
npm test
cd ../..
.ci/browser-letter.sh target/debug/graphgrant ${GRAPHGRANT_PICTURES:+"$GRAPHGRANT_PICTURES"}
