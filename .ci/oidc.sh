#!/usr/bin/env bash
# Runs the tests that need a real OpenID Connect server: installs it, starts it on this machine with a certificate of
# its own, and runs the tests strictly. Needs Node 20 or later, npm, OpenSSL and curl, and installs
# what is missing. `cargo test` alone skips these tests and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/install.sh || exit 75
npm ci --prefix tests/oidc --no-audit --no-fund --ignore-scripts || exit 75

place=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$place"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=localhost" \
    -addext "subjectAltName=DNS:localhost" -addext "basicConstraints=critical,CA:FALSE" \
    -keyout "$place/key.pem" -out "$place/roots.pem" 2>/dev/null

node tests/oidc/server.mjs "$place/key.pem" "$place/roots.pem" tests/certificates/public.pem "$place/port" \
    >"$place/log" 2>&1 &
server=$!
for _ in $(seq 100); do
    [ -f "$place/port" ] && break
    sleep 0.1
done
if [ ! -f "$place/port" ]; then
    cat "$place/log" >&2
    exit 1
fi

GRAPHGRANT_OIDC_URL="https://localhost:$(cat "$place/port")" GRAPHGRANT_OIDC_ROOTS="$place/roots.pem" \
    cargo test --locked --test oidc -- --ignored || {
    tail -n 40 "$place/log" >&2
    exit 1
}
