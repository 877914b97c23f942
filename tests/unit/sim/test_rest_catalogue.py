from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.types import MarketStatus, Price
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.rest_catalogue import STATUS_FILTERS, market_row, result_text
from sim_exchange import MID, exchange, markets

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def test_an_empty_book_shows_the_sentinels_and_sizes_of_none() -> None:
    row = market_row({"ticker": MID}, Engine(markets()).market(MID))
    assert row["yes_bid_dollars"] == row["no_bid_dollars"] == "0.0000"
    assert row["yes_ask_dollars"] == row["no_ask_dollars"] == "1.0000"
    assert row["yes_bid_size_fp"] == row["yes_ask_size_fp"] == "0.00"
    assert (row["last_price_dollars"], row["result"]) == ("0.0000", "")
    assert "no_bid_size_fp" not in row
    assert "settlement_value_dollars" not in row


def test_quotes_of_one_side_are_the_complement_of_the_other() -> None:
    ex = exchange()
    ex.rest(price="0.3400", count="120.00")
    ex.rest(side="ask", price="0.3600", count="75.50")
    row = market_row({}, ex.app.engine.market(MID))
    assert (row["yes_bid_dollars"], row["no_ask_dollars"]) == ("0.3400", "0.6600")
    assert (row["yes_ask_dollars"], row["no_bid_dollars"]) == ("0.3600", "0.6400")
    assert (row["yes_bid_size_fp"], row["yes_ask_size_fp"]) == ("120.00", "75.50")


def test_terms_are_shown_and_trading_overrules_what_they_say_of_it() -> None:
    view = Engine(markets()).market(MID)
    row = market_row(
        {"rules_primary": "If", "volume_fp": "9.00", "last_price_dollars": "0.5"}, view
    )
    assert (row["rules_primary"], row["volume_fp"], row["last_price_dollars"]) == (
        "If",
        "0.00",
        "0.5",
    )


@pytest.mark.parametrize(("e4", "result"), [(10_000, "yes"), (0, "no"), (2_500, "scalar")])
def test_a_determined_market_says_how_it_came_out(e4: int, result: str) -> None:
    engine = Engine(markets())
    engine.determine(MID, Price(e4), AT)
    view = engine.market(MID)
    assert result_text(view) == result
    assert market_row({}, view)["settlement_value_dollars"] == f"{e4 / 10_000:.4f}"


def test_every_status_that_trades_or_will_is_matched_by_some_filter() -> None:
    matched = frozenset[MarketStatus]().union(*STATUS_FILTERS.values())
    assert matched == set(MarketStatus) - {MarketStatus.UNKNOWN}
