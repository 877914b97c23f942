from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.honesty_bins import Badge
from kalshi_alpha.core.ledger.support import support
from kalshi_alpha.core.types import Side

START = datetime(2026, 1, 7, 13, 30, tzinfo=UTC)


def settled(unit: int, *, won: bool = True, **change: object) -> LedgerEntry:
    at = START + timedelta(days=unit)
    fields: dict[str, object] = {
        "mode": LedgerMode.PAPER,
        "environment": "prod",
        "clock_source": ClockSource.SYSTEM,
        "kind": EntryKind.FILLED,
        "as_of": at,
        "run_scope": "pre_cpi",
        "series": "KXCPI",
        "event_ticker": f"KXCPI-{unit}",
        "market_ticker": f"KXCPI-{unit}-T0.2",
        "family": "CPI",
        "quantity": "cpi_mom",
        "risk_unit": f"CPI:{unit}",
        "side": Side.YES,
        "strike": "> 0.2",
        "price_e4": 4000,
        "posted_e2": 1000,
        "filled_e2": 1000,
        "fee_e6": 0,
        "p": 0.5,
        "shrink": 0.9,
        "w_bin": 1.0,
        "adverse": 0.0,
        "placed_at": at,
        "pmf_sha256": "0" * 64,
        "settled_at": at + timedelta(hours=2),
        "outcome": int(won),
        "payout_e6": 10_000_000 if won else 0,
    }
    return LedgerEntry(**{**fields, **change})  # type: ignore[arg-type]


def test_no_fills_are_no_support() -> None:
    found = support([], "CPI")
    assert (found.n_fills, found.n_units, found.badge) == (0, 0, Badge.UNPROVEN)
    assert (found.expected_bps, found.realised_bps) == (None, None)


def test_fills_are_counted_by_the_news_they_settled_on() -> None:
    found = support([settled(1), settled(1), settled(2, won=False)], "CPI")
    assert (found.n_fills, found.n_units) == (3, 2)
    # Two wins of +5100 and one loss of -4900 against the honest edge of 900 bps.
    assert found.delta_bps == pytest.approx((5100 + 5100 - 4900) / 3)
    assert found.expected_bps == pytest.approx(900)
    assert found.realised_bps == pytest.approx((6000 + 6000 - 4000) / 3)
    assert found.badge is Badge.UNPROVEN


def test_many_winning_units_earn_the_badge() -> None:
    rows = [settled(i, won=i % 5 > 0) for i in range(60)]
    assert support(rows, "CPI").badge is Badge.PROVEN


@pytest.mark.parametrize(
    "change",
    [
        {"mode": LedgerMode.OFFLINE, "environment": "offline"},
        {"clock_source": ClockSource.SET},
        {"environment": "demo"},
        {"family": "CLAIMS"},
        {"settled_at": None, "outcome": None, "payout_e6": None},
    ],
)
def test_what_is_not_evidence_supports_nothing(change: dict[str, object]) -> None:
    row = settled(1, **change)  # type: ignore[arg-type]
    assert support([row], "CPI").n_fills == 0
