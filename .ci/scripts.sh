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

# PowerShell is in none of the registries that the checks use: the tests walk its syntax tree instead, and hold each
# call against the parameters of its cmdlet. Where it is here, it reads the script itself.
if command -v pwsh >/dev/null; then
    script=$(mktemp --suffix=.ps1)
    cargo run --locked --quiet -- consent script powershell examples/consent/graphgrant.yaml -o "$script"
    # shellcheck disable=SC2016 # variables of PowerShell
    SCRIPT=$script pwsh -NoProfile -Command '$errors = $null
        $null = [System.Management.Automation.Language.Parser]::ParseFile($env:SCRIPT, [ref] $null, [ref] $errors)
        $errors | ForEach-Object { Write-Host $_ }; exit $errors.Count'
    rm -f "$script"
else
    echo "skipped: PowerShell is not here, so it does not read its script (the tests walk its syntax tree)"
fi
