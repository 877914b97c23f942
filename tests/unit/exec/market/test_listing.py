from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.exec.market.listing import (
    Listed,
    event_day,
    event_of,
    in_order,
    indexed,
    markets_frame,
    named_by_tickers,
    recorded_hours,
    with_hours,
)
from tape_cases import EVENT, MARKETS

NIGHT = micros(datetime(2026, 3, 8, 0, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    ("ticker", "event"),
    [
        ("KXHIGHNY-25JAN10-B38.5", "KXHIGHNY-25JAN10"),
        ("HIGHCHI-24JAN14-T-5", "HIGHCHI-24JAN14"),
        ("KXNBAGAME-26MAR07GSWOKC-GSW", "KXNBAGAME-26MAR07GSWOKC"),
    ],
)
def test_an_event_is_the_first_two_parts_of_a_ticker(ticker: str, event: str) -> None:
    assert event_of(ticker) == event


@pytest.mark.parametrize(
    ("event", "day"),
    [
        ("KXHIGHNY-25JAN10", date(2025, 1, 10)),
        ("CPIYOY-22NOV", date(2022, 11, 1)),
        ("KXNBAGAME-26MAR07GSWOKC", date(2026, 3, 7)),
        ("KXBTC15M-26MAY140045", date(2026, 5, 14)),
        ("KXPRES-WINNER", date(2026, 3, 8)),
    ],
    ids=["day", "month", "game", "quarter of an hour", "named by no date"],
)
def test_the_day_of_an_event_is_that_of_its_ticker_or_else_of_its_record(
    event: str, day: date
) -> None:
    assert event_day(event, NIGHT) == day


def test_markets_stand_in_the_order_of_their_strikes() -> None:
    assert in_order(reversed(MARKETS)) == list(MARKETS)


def test_tickers_name_ranges_by_their_middles_and_open_ends_by_their_place() -> None:
    named = named_by_tickers(
        f"HIGHCHI-24JAN14-{part}" for part in ("T4", "B-3.5", "T-4", "B-1.5", "B2.5")
    )
    assert [(m.strike_type, m.floor_strike, m.cap_strike) for m in named] == [
        ("less", None, "-4"),
        ("between", "-4.0", "-3.0"),
        ("between", "-2.0", "-1.0"),
        ("between", "2.0", "3.0"),
        ("greater", "4", None),
    ]
    assert {m.strike_source for m in named} == {"ticker"}


def test_an_open_end_alone_does_not_say_which_it_is() -> None:
    (alone,) = named_by_tickers(["HIGHNY-24JAN10-T53"])
    assert (alone.strike_type, alone.strike_source) == (None, None)
    among = named_by_tickers([f"{EVENT}-B38.5", f"{EVENT}-B40.5", f"{EVENT}-T40", f"{EVENT}-YES"])
    assert [m.ticker for m in among if m.strike_type is None] == [f"{EVENT}-T40", f"{EVENT}-YES"]


def test_hours_of_the_record_do_not_replace_those_that_are_known() -> None:
    hours = recorded_hours(5, 9)
    known = Listed(EVENT, "a", closes_us=100, closes_source="venue")
    filled = with_hours(known, hours)
    assert (filled.opens_us, filled.opens_source) == (5, "record")
    assert (filled.closes_us, filled.closes_source) == (100, "venue")
    assert with_hours(Listed(EVENT, "a"), hours).closes_us == 10


def test_rows_get_the_place_of_their_market() -> None:
    rows = pl.DataFrame({"ticker": [MARKETS[2].ticker, MARKETS[0].ticker]})
    assert indexed(rows, MARKETS)["market"].to_list() == [2, 0]
    assert markets_frame(MARKETS)["ticker"].to_list() == [m.ticker for m in MARKETS]
