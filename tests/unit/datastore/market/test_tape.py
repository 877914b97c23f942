from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.types import StrikeType
from kalshi_alpha.datastore.market.schema import Table, table_frame
from kalshi_alpha.datastore.market.tape import event_tape, instant, micros
from kalshi_alpha.exec.market.listing import Listed, markets_frame
from tape_cases import CLOSES_US, EVENT, MARKETS, OPENS_US


def quotes() -> pl.DataFrame:
    rows = {"at_us": [OPENS_US], "market": [1], "yes_bid_e4": [4500], "no_bid_e4": [5400]}
    return table_frame(Table.QUOTES, pl.DataFrame(rows))


def test_a_tape_knows_strikes_results_and_hours() -> None:
    tape = event_tape("KXHIGHNY", EVENT, {Table.MARKETS: markets_frame(MARKETS)})
    assert [m.strike.strike_type for m in tape.markets] == [
        StrikeType.LESS,
        StrikeType.BETWEEN,
        StrikeType.GREATER,
    ]
    assert [m.yes_payout_e4 for m in tape.markets] == [0, 10_000, 0]
    assert tape.opens_at == datetime(2025, 1, 9, 15, tzinfo=UTC)
    assert tape.closes_at == datetime(2025, 1, 11, 4, 59, tzinfo=UTC)
    assert (tape.settlement_value, tape.settled_at) == ("39.0", None)


def test_sizes_that_a_source_does_not_carry_are_minus_one() -> None:
    tape = event_tape(
        "KXHIGHNY", EVENT, {Table.MARKETS: markets_frame(MARKETS), Table.QUOTES: quotes()}
    )
    assert tape.quotes is not None
    assert tape.quotes.yes_size_e2.tolist() == [-1]
    assert tape.trades is None


def test_the_last_settlement_is_the_event_s() -> None:
    settled = [replace(each, settled_us=CLOSES_US + n) for n, each in enumerate(MARKETS)]
    tape = event_tape("KXHIGHNY", EVENT, {Table.MARKETS: markets_frame(settled)})
    assert tape.settled_at == instant(CLOSES_US + 2)


@pytest.mark.parametrize(
    "lacking",
    [replace(MARKETS[0], strike_type=None), replace(MARKETS[0], opens_us=None)],
    ids=["strike", "opening"],
)
def test_no_tape_is_made_of_markets_that_lack_what_it_needs(lacking: Listed) -> None:
    with pytest.raises(BadMarket):
        event_tape("KXHIGHNY", EVENT, {Table.MARKETS: markets_frame([lacking, *MARKETS[1:]])})


def test_instants_go_to_microseconds_and_back() -> None:
    at = datetime(2026, 11, 26, 12, 0, 0, 123456, tzinfo=UTC)
    assert instant(micros(at)) == at
