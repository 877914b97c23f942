"""Getting the payload from the publisher."""

from __future__ import annotations

from kalshi_alpha.core.errors import NotBuilt


def fetch() -> bytes:
    """Ask AAA for today's page.

    Raises
    ------
    NotBuilt
        Always: this version reads fixtures only.
    """
    raise NotBuilt("aaa_gas: online fetch is not built yet; run with --offline --fixtures DIR")
