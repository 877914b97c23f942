"""Getting the payload from the publisher."""

from __future__ import annotations

from kalshi_alpha.core.errors import NotBuilt


def fetch() -> bytes:
    """Ask api.weather.gov for the reports of every traded station.

    Raises
    ------
    NotBuilt
        Always: this version reads fixtures only.
    """
    raise NotBuilt(
        "nws_daily_climate: online fetch is not built yet; run with --offline --fixtures DIR"
    )
