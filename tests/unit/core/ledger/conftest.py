"""One plain ledger entry, from which each test changes what it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.types import Side

PLACED = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def _build(**changes: Any) -> LedgerEntry:
    plain: dict[str, Any] = {
        "mode": LedgerMode.PAPER,
        "environment": "prod",
        "clock_source": ClockSource.SYSTEM,
        "kind": EntryKind.FILLED,
        "as_of": PLACED,
        "run_scope": "full",
        "series": "KXCPI",
        "event_ticker": "KXCPI-25MAY",
        "market_ticker": "KXCPI-25MAY-T0.2",
        "family": "cpi",
        "quantity": "cpi_mom",
        "risk_unit": "CPI:2025-06-11",
        "side": Side.YES,
        "strike": "> 0.2",
        "price_e4": 4300,
        "posted_e2": 1000,
        "filled_e2": 1000,
        "fee_e6": 50_000,
        "p": 0.47,
        "shrink": 0.9,
        "w_bin": 1.0,
        "adverse": 0.005,
        "placed_at": PLACED,
        "pmf_sha256": "0" * 64,
    }
    return LedgerEntry(**{**plain, **changes})


@pytest.fixture(scope="session")
def make_entry() -> Callable[..., LedgerEntry]:
    return _build


# (risk unit, side, contracts, price, order fee, our side's p, our side's outcome): a worked
# example of seven orders on four pieces of news, which several modules must agree on.
_WORKED = (
    ("E1", Side.YES, 10, 4300, 50_000, 0.47, 1),
    ("E1", Side.NO, 5, 5500, 30_000, 0.60, 0),
    ("E2", Side.YES, 20, 3000, 80_000, 0.35, 0),
    ("E2", Side.YES, 10, 3100, 40_000, 0.35, 0),
    ("E3", Side.YES, 10, 6200, 50_000, 0.66, 1),
    ("E3", Side.YES, 10, 6400, 50_000, 0.66, 1),
    ("E4", Side.YES, 5, 8100, 10_000, 0.84, 1),
)


@pytest.fixture(scope="session")
def worked_example() -> list[LedgerEntry]:
    return [
        _build(
            risk_unit=unit,
            side=side,
            posted_e2=count * 100,
            filled_e2=count * 100,
            price_e4=price_e4,
            fee_e6=fee_e6,
            p=p,
            settled_at=datetime(2025, 6, 11 + int(unit[1]), 14, tzinfo=UTC),
            outcome=paid,
            payout_e6=paid * count * 1_000_000,
        )
        for unit, side, count, price_e4, fee_e6, p, paid in _WORKED
    ]
