#!/usr/bin/env bash
# Run a Make target and end with the exit code of its command: make itself ends with 2 whatever that
# was, and a unit must tell a verdict (3) from a failure.
set -uo pipefail
cd "$(dirname "$0")/.."

target=${1:?usage: scripts/make_status.sh TARGET}
said=$(mktemp)
trap 'rm -f "$said"' EXIT
# Below another make it would name itself by its depth, and take that one's flags.
unset MAKELEVEL MAKEFLAGS MFLAGS
exec 3>&1
LC_ALL=C make --no-print-directory "$target" 2>&1 >&3 | tee "$said" >&2
code=${PIPESTATUS[0]}
if [ "$code" -eq 2 ]; then
  own=$(sed -nE 's/^make: \*\*\* \[.*\] Error ([0-9]+)$/\1/p' "$said" | tail -n 1)
  code=${own:-2}
fi
exit "$code"
