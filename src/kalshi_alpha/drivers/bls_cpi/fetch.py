"""Getting the payload from the publisher."""

from __future__ import annotations

from kalshi_alpha.core.errors import NotBuilt


def fetch() -> bytes:
    """Ask the BLS API for the current payload.

    Raises
    ------
    NotBuilt
        Always: this version reads fixtures only.
    """
    raise NotBuilt("bls_cpi: online fetch is not built yet; run with --offline --fixtures DIR")
