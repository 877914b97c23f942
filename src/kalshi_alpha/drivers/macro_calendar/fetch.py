"""Getting the payload from the publisher."""

from __future__ import annotations

from kalshi_alpha.core.errors import NotBuilt


def fetch() -> bytes:
    """Ask the BLS for its calendar of releases.

    Raises
    ------
    NotBuilt
        Always: this version reads fixtures only.
    """
    raise NotBuilt(
        "macro_calendar: online fetch is not built yet; run with --offline --fixtures DIR"
    )
