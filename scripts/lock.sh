#!/usr/bin/env bash
# Re-resolve the four hash-locked requirement sets; needs uv.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() {
  local name=$1
  shift
  uv pip compile pyproject.toml requirements/build.in "$@" --python-version 3.11 --universal \
    --generate-hashes --quiet --custom-compile-command "make lock" -o "requirements/$name.lock"
}
lock base
lock demo --extra report
lock dev --extra dev
lock bench --extra dev --extra bench
