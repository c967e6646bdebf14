#!/usr/bin/env bash
# The pages that people look at, clicked through and looked at in a real browser: the graph, the comparison, the
# letter to an admin. GRAPHGRANT_PICTURES=FOLDER keeps pictures.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/install.sh || exit 75
[ -z "${GRAPHGRANT_PICTURES:-}" ] || mkdir -p "$GRAPHGRANT_PICTURES"
cargo build --locked --quiet
npm ci --prefix tests/browser --silent --no-audit --no-fund || exit 75
(cd tests/browser && npm test)
.ci/browser-letter.sh target/debug/graphgrant ${GRAPHGRANT_PICTURES:+"$GRAPHGRANT_PICTURES"}
