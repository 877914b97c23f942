"""Ledger rows for the scoreboard: seven orders on four pieces of news, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from desk import ledger_row
from kalshi_alpha.core.execution.fillratio import FillAlpha
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerEntry, LedgerMode
from kalshi_alpha.core.ramp.figures import EvidenceRule
from kalshi_alpha.core.scoreboard.board import Yardsticks
from kalshi_alpha.core.types import Side

END = datetime(2025, 6, 18, 12, tzinfo=UTC)
FIRST = datetime(2025, 6, 12, 14, tzinfo=UTC)
RULE = EvidenceRule()
AGAINST = Yardsticks({}, RULE, 0.9)
ALPHA = FillAlpha(0.5, 0.4, 0.6, n_orders=20, n_eff=12.0, a=9.0, b=9.0, lookback_days=14.0)

# (piece of news, side, contracts, price, order fee, our side's p, our side's outcome)
_WORKED = (
    (1, Side.YES, 10, 4300, 50_000, 0.47, 1),
    (1, Side.NO, 5, 5500, 30_000, 0.60, 0),
    (2, Side.YES, 20, 3000, 80_000, 0.35, 0),
    (2, Side.YES, 10, 3100, 40_000, 0.35, 0),
    (3, Side.YES, 10, 6200, 50_000, 0.66, 1),
    (3, Side.YES, 10, 6400, 50_000, 0.66, 1),
    (4, Side.YES, 5, 8100, 10_000, 0.84, 1),
)


def order(**changes: Any) -> LedgerEntry:
    """A paper order on the venue's own books, placed within the last week and filled."""
    plain = {
        "mode": LedgerMode.PAPER,
        "environment": "prod",
        "clock_source": ClockSource.SYSTEM,
        "as_of": FIRST,
        "placed_at": FIRST,
    }
    return ledger_row(**{**plain, **changes})


def worked_rows(shift: timedelta = timedelta(0), **changes: Any) -> list[LedgerEntry]:
    """The worked example, settled on four days from the twelfth of June."""
    return [
        order(
            as_of=FIRST + shift,
            placed_at=FIRST + timedelta(days=news - 1) + shift,
            risk_unit=f"E{news}:{shift.days}",
            market_ticker=f"KXCPI-25MAY-T{place}",
            side=side,
            posted_e2=count * 100,
            filled_e2=count * 100,
            price_e4=price_e4,
            fee_e6=fee_e6,
            p=p,
            settled_at=FIRST + timedelta(days=news - 1, hours=2) + shift,
            outcome=paid,
            payout_e6=paid * count * 1_000_000,
            **changes,
        )
        for place, (news, side, count, price_e4, fee_e6, p, paid) in enumerate(_WORKED)
    ]
