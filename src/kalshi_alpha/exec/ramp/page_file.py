"""The page of the ramp's decision, rendered anew from ``pilot_ready.json``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kalshi_alpha.core.errors import DataError
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.ramp.readiness import read_readiness
from kalshi_alpha.exec.reports.readiness_page import readiness_page


def write_readiness_page(paths: Paths, at: datetime) -> Path:
    """Render ``pilot_readiness.md`` from ``pilot_ready.json`` and return where it lies.

    A decision that is absent or cannot be relied on is NO-GO, and the page says why: an older
    GO must not stand beside it.
    """
    write_atomic(paths.pilot_readiness, readiness_text(paths, at).encode())
    return paths.pilot_readiness


def readiness_text(paths: Paths, at: datetime) -> str:
    """Return the page: of the decision however old, or of why there is none."""
    try:
        return readiness_page(read_readiness(paths.pilot_ready, at, None))
    except DataError as error:
        return _no_decision(str(error).replace(f"{paths.root}/", ""))


def _no_decision(why: str) -> str:
    return (
        "# Pilot readiness: NO-GO\n\n"
        f"There is no decision to go by: {why}.\n\n"
        "`make pilot-readiness` makes one. Until then nothing may be traded with money.\n"
    )
