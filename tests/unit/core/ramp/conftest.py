"""Ledger rows of consumer prices, each on a piece of news of its own unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from desk import ledger_row
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerEntry, LedgerMode

FIRST = datetime(2025, 1, 1, 12, 0, tzinfo=UTC)


def settled_row(
    number: int, *, mid: float | None = 0.5, paid: int = 1, **changes: object
) -> LedgerEntry:
    """Return a settled paper order at 0.45 believed to be worth 0.49."""
    placed = FIRST + timedelta(days=number)
    fields: dict[str, object] = {
        "mode": LedgerMode.PAPER,
        "environment": "prod",
        "clock_source": ClockSource.SYSTEM,
        "risk_unit": f"CPI:{number}",
        "event_ticker": f"KXCPI-{number}",
        "market_ticker": f"KXCPI-{number}-T0.3",
        "price_e4": 4500,
        "p": 0.49,
        "fee_e6": 0,
        "placed_at": placed,
        "as_of": placed,
        "lead_hours": 2.0,
        "close_mid": mid,
        "settled_at": placed + timedelta(hours=3),
        "outcome": paid,
        "payout_e6": 5_000_000 * paid,
    }
    return ledger_row(**(fields | changes))


@pytest.fixture(scope="session")
def row() -> Callable[..., LedgerEntry]:
    return settled_row
