"""Where ``kalshi-alpha`` begins."""

from __future__ import annotations

import sys


def main() -> None:
    """End with exit code 1: the command's groups are not built yet."""
    sys.exit("kalshi-alpha: not built yet; run the python -m modules of docs/reference/commands.md")
