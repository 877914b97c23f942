from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.types import Side
from kalshi_alpha.sim.candles import CandleTapes
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.engine_events import BookDelta, PublicTrade
from sim_exchange import MID, START, markets

BEGUN = int(START.timestamp())


def tapes(*events: BookDelta | PublicTrade) -> CandleTapes:
    found = CandleTapes(Engine(markets()))
    found.note(events)
    return found


def level(
    seconds: float, side: Side, price_e4: int, delta_e2: int = 100, ticker: str = MID
) -> BookDelta:
    at = START + timedelta(seconds=seconds)
    return BookDelta(ticker, side, price_e4, delta_e2, at, None, None)


def traded(seconds: float, price_e4: int, count_e2: int) -> PublicTrade:
    at = START + timedelta(seconds=seconds)
    return PublicTrade("t", MID, price_e4, count_e2, Side.YES, at)


def rows(
    kept: CandleTapes,
    minutes: int = 1,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[dict[str, Any]]:
    return kept.rows(MID, minutes, since, until)


def ends(found: list[dict[str, Any]]) -> list[int]:
    return [row["end_period_ts"] - BEGUN for row in found]


def quotes(row: dict[str, Any]) -> tuple[str, str, str, str]:
    bid, ask = row["yes_bid"], row["yes_ask"]
    return (
        bid["open_dollars"],
        bid["close_dollars"],
        ask["open_dollars"],
        ask["close_dollars"],
    )


def test_a_candle_begins_with_the_quotes_that_stood_and_none_are_sentinels() -> None:
    kept = tapes(
        level(10, Side.YES, 3300),
        level(20, Side.NO, 6400),
        level(30, Side.YES, 3500),
        level(250, Side.YES, 3500, -100),
        level(260, Side.YES, 3300, -100),
    )
    first, second = rows(kept)
    assert ends([first, second]) == [60, 300]
    assert quotes(first) == ("0.0000", "0.3500", "1.0000", "0.3600")
    assert first["yes_bid"]["low_dollars"] == "0.0000"
    assert first["yes_ask"]["high_dollars"] == "1.0000"
    assert quotes(second) == ("0.3500", "0.0000", "0.3600", "0.3600")
    assert first["price"] == {}


@pytest.mark.parametrize(("seconds", "end"), [(59.9, 60), (60, 60), (60.000001, 120)])
def test_the_end_of_a_candle_belongs_to_it(seconds: float, end: int) -> None:
    assert ends(rows(tapes(level(seconds, Side.YES, 3300)))) == [end]


def test_what_does_not_move_the_best_price_makes_no_candle() -> None:
    kept = tapes(
        level(10, Side.YES, 3300, 200),
        level(100, Side.YES, 3300, -100),
        level(200, Side.YES, 3200, 100),
        level(300, Side.YES, 3200, -100),
        level(400, Side.YES, 3100, ticker="KXCPI-25MAY-T0.1"),
    )
    assert ends(rows(kept)) == [60]


def test_prints_have_a_range_a_mean_and_the_one_before() -> None:
    kept = tapes(traded(1, 3300, 100), traded(61, 3400, 100), traded(62, 3000, 300))
    first, second = rows(kept)
    assert "previous_dollars" not in first["price"]
    assert second["price"] == {
        "previous_dollars": "0.3300",
        "open_dollars": "0.3400",
        "low_dollars": "0.3000",
        "high_dollars": "0.3400",
        "close_dollars": "0.3000",
        "mean_dollars": "0.3100",
        "min_dollars": "0.3000",
        "max_dollars": "0.3400",
    }
    assert second["volume_fp"] == "4.00"


def test_longer_candles_are_the_short_ones_joined_and_spans_include_their_ends() -> None:
    kept = tapes(level(10, Side.YES, 3300), traded(100, 3400, 100), traded(4000, 3000, 300))
    hours = rows(kept, 60)
    # The practice morning begins at half past ten.
    assert ends(hours) == [1800, 5400]
    assert quotes(hours[1])[:2] == ("0.3300", "0.3300")
    assert [row["volume_fp"] for row in hours] == ["1.00", "3.00"]
    assert hours[1]["price"]["previous_dollars"] == "0.3400"
    assert len(rows(kept, 1440)) == 1
    minute = timedelta(seconds=60)
    assert ends(rows(kept, 1, START + minute, START + 2 * minute)) == [60, 120]
    assert ends(rows(kept, 1, START + minute + timedelta(microseconds=1))) == [120, 4020]
    assert tapes().rows(MID, 1, None, None) == []


@given(
    st.lists(
        st.tuples(
            st.integers(0, 600),
            st.sampled_from(Side),
            st.integers(1, 20).map(lambda n: 100 * n),
            st.integers(-3, 3).filter(bool),
        ),
        max_size=30,
    )
)
def test_candles_close_at_the_best_levels_and_each_begins_where_the_last_ended(
    changes: list[tuple[int, Side, int, int]],
) -> None:
    sizes: dict[tuple[Side, int], int] = {}
    events = []
    for seconds, side, price_e4, delta in sorted(changes, key=lambda each: each[0]):
        if sizes.get((side, price_e4), 0) + delta >= 0:
            sizes[side, price_e4] = sizes.get((side, price_e4), 0) + delta
            events.append(level(seconds, side, price_e4, delta))
    found = rows(tapes(*events))
    for before, after in pairwise(found):
        assert quotes(after)[::2] == quotes(before)[1::2]
    if found:
        best = {
            side: max((p for (s, p), size in sizes.items() if s is side and size), default=0)
            for side in Side
        }
        closing = quotes(found[-1])[1::2]
        assert [round(1e4 * float(each)) for each in closing] == [
            best[Side.YES],
            10_000 - best[Side.NO],
        ]
