"""Getting the payload from the publisher."""

from __future__ import annotations

from kalshi_alpha.core.errors import NotBuilt


def fetch() -> bytes:
    """Ask for the newest bulletins of every traded station.

    Raises
    ------
    NotBuilt
        Always: this version reads fixtures only.
    """
    raise NotBuilt(
        "weather_guidance: online fetch is not built yet; run with --offline --fixtures DIR"
    )
