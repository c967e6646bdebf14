#!/usr/bin/env bash
# Checks what `consent script` writes with the programs that read it, and runs it against a stand-in of a
# tenant. Where a program is missing, plain `cargo test` skips these checks and says so; here it is installed,
# and a skipped check is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/install.sh || exit 75
export GRAPHGRANT_STRICT=1
shellcheck .ci/scripts.sh
cargo test --locked --lib consent::script
cargo test --locked --test it script

# Terraform knows its own layout; its provider cannot be had everywhere, so nothing more is asked of it.
if command -v terraform >/dev/null; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    cargo run --locked --quiet -- consent script terraform examples/consent/graphgrant.yaml \
        --existing examples/consent/grants.json --existing examples/consent/roles.json \
        --existing examples/consent/principals.json -o "$folder/"
    terraform fmt -check -recursive "$folder"
else
    echo "skipped: terraform is not here, so its layout is not checked (its syntax is, by the tests)"
fi
