"""Models of the maximum that were tried, with their walk-forward scores."""

from __future__ import annotations

VARIANTS: tuple[tuple[str, str], ...] = ()
