"""Getting the payload from the publisher."""

from __future__ import annotations

from kalshi_alpha.core.errors import NotBuilt


def fetch() -> bytes:
    """Ask the bank for the current month file.

    Raises
    ------
    NotBuilt
        Always: this version reads fixtures only.
    """
    raise NotBuilt(
        "cleveland_nowcast: online fetch is not built yet; run with --offline --fixtures DIR"
    )
