"""Getting the payload from the publisher."""

from __future__ import annotations

from kalshi_alpha.core.errors import NotBuilt


def fetch() -> bytes:
    """Ask the Department of Labor for the current release.

    Raises
    ------
    NotBuilt
        Always: this version reads fixtures only.
    """
    raise NotBuilt("dol_claims: online fetch is not built yet; run with --offline --fixtures DIR")
