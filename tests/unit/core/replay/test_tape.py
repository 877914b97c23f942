from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.replay.tape import (
    EventTape,
    Fidelity,
    QuoteColumns,
    TapeMarket,
    TradeColumns,
)
from kalshi_alpha.core.types import Strike, StrikeType

AT = datetime(2025, 1, 10, tzinfo=UTC)
MARKET = TapeMarket("KXHIGHNY-25JAN10-T40", Strike(StrikeType.GREATER, floor=Decimal(40)), 10_000)


def column(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def trades(*at: int) -> TradeColumns:
    ones = np.ones(len(at), dtype=np.int64)
    return TradeColumns(column(*at), 0 * ones, 4000 * ones, 100 * ones, ones)


def tape(**tables: object) -> EventTape:
    return EventTape("KXHIGHNY", "KXHIGHNY-25JAN10", AT, AT, AT, "41", (MARKET,), **tables)  # type: ignore[arg-type]


def test_the_finest_table_says_how_much_was_recorded() -> None:
    one = column(1)
    quotes = QuoteColumns(one, 0 * one, one, one, -one, -one)
    assert tape(trades=trades(1)).fidelity is Fidelity.TRADES
    assert tape(trades=trades(1), quotes=quotes).fidelity is Fidelity.QUOTES
    with pytest.raises(BadMarket, match="nothing was recorded"):
        _ = tape().fidelity


def test_a_tape_is_in_order_and_whole() -> None:
    trades(1, 1, 2)
    with pytest.raises(BadMarket, match="time order"):
        trades(2, 1)
    with pytest.raises(BadMarket, match="differ in length"):
        TradeColumns(column(1), column(), column(1), column(1), column(1))
