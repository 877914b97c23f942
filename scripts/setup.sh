#!/usr/bin/env bash
# Make .venv hold one of the locked requirement sets (base, demo, dev or bench) and this package, editable.
# A larger set serves a smaller one; nothing is done when the set is already there. The locks are whole:
# pip adds nothing to them (uv reads from pyproject.toml which of a peer's wishes do not count).
set -euo pipefail
cd "$(dirname "$0")/.."

want=${1:?usage: scripts/setup.sh base|demo|dev|bench}
sets=(base demo dev bench)
hash_of() { cat "requirements/$1.lock" pyproject.toml | python_any -c 'import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'; }
python_any() { "${KALSHI_PYTHON:-$(command -v python3.11 || command -v python3)}" "$@"; }

python_any -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
  echo "setup: Python 3.11 is needed; install it or set KALSHI_PYTHON to its path" >&2
  exit 1
}

fresh() { [ -f ".venv/.set-$1" ] && [ "$(cat ".venv/.set-$1")" = "$(hash_of "$1")" ]; }
for ((i = ${#sets[@]} - 1; i >= 0; i--)); do
  fresh "${sets[i]}" && exit 0
  [ "${sets[i]}" = "$want" ] && break
done

echo "setup: installing the $want set into .venv"
if command -v uv >/dev/null 2>&1; then
  [ -x .venv/bin/python ] || uv venv --quiet --python "$(python_any -c 'import sys; print(sys.executable)')" .venv
  uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r "requirements/$want.lock"
  uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
else
  [ -x .venv/bin/pip ] || python_any -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "requirements/$want.lock"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
rm -f .venv/.set-*
hash_of "$want" > ".venv/.set-$want"
