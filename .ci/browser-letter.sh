#!/usr/bin/env bash
# The consent letter in a real browser: no width scrolls sideways, nothing is fetched, nothing hostile acts.
# Takes the program (default target/debug/graphgrant) and a folder for screenshots. Needs python3 and Chromium,
# which it installs on Debian and Ubuntu when it is missing. About 30 seconds, a minute more for the installation.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:-target/debug/graphgrant}")
shots=${2:-$(mktemp -d)}
.ci/install.sh || exit 75
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
mkdir -p "$shots"
exec python3 tests/browser/letter.py "$program" "$browser" "$shots"
