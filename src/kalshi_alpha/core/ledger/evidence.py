"""Which entries may support a ramp decision."""

from __future__ import annotations

from collections.abc import Iterable

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import LedgerEntry, LedgerMode

DEFAULT_MODES = frozenset({LedgerMode.PAPER, LedgerMode.LIVE})
"""Paper on the venue's real books, and live."""

_REAL_BOOKS = "prod"
_EXCLUDED = frozenset({LedgerMode.OFFLINE, LedgerMode.SIM})


def evidence_rows(
    entries: Iterable[LedgerEntry], modes: frozenset[LedgerMode] = DEFAULT_MODES
) -> list[LedgerEntry]:
    """Return the entries that count, in the order given.

    A row counts if it is evidence at all (fills under the system's clock, neither offline nor
    simulated) and its mode is among ``modes``. Paper and live rows must also come from the
    venue's real books: paper against demo books proves nothing about real ones.

    Raises
    ------
    BadParameter
        If ``modes`` names offline or sim, which never count.
    """
    if modes & _EXCLUDED:
        raise BadParameter(f"{', '.join(sorted(modes & _EXCLUDED))} rows never count as evidence")
    return [entry for entry in entries if entry.mode in modes and _counts(entry)]


def _counts(entry: LedgerEntry) -> bool:
    on_real_books = entry.environment == _REAL_BOOKS or entry.mode is LedgerMode.DEMO
    return entry.evidence and on_real_books
