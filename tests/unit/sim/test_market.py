"""Listed markets: what may be listed, and what is shown of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from exchange import ASK, BID, CLOSE, MAKER_PAYS, START, TICKER, exchange, listed, send
from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.types import MarketStatus, Price


def test_an_outcome_needs_its_time_and_a_time_its_outcome() -> None:
    with pytest.raises(BadMarket, match="both an outcome and its time"):
        listed(determined_at=CLOSE)
    with pytest.raises(BadMarket, match="both an outcome and its time"):
        listed(value=Price(0))


def test_a_market_is_not_determined_before_it_closes() -> None:
    with pytest.raises(BadMarket, match="before it closes"):
        listed(determined_at=START, value=Price(0))


def test_a_market_is_not_settled_before_it_is_determined() -> None:
    with pytest.raises(BadMarket, match="before it is determined"):
        replace(listed(), settlement_timer=timedelta(seconds=-1))


def test_the_times_of_a_market_carry_a_zone() -> None:
    with pytest.raises(BadMarket, match="no zone"):
        listed(open_at=datetime(2026, 6, 10))  # noqa: DTZ001 - what is refused


def test_a_fresh_market_shows_two_empty_sides() -> None:
    shown = exchange(listed(fees=MAKER_PAYS)).market(TICKER)

    assert (shown.yes_bid, shown.no_bid, shown.last_price_e4) == (None, None, None)
    assert (shown.status, shown.close_at, shown.terms) == (MarketStatus.ACTIVE, CLOSE, MAKER_PAYS)


def test_a_traded_market_shows_its_best_bids_last_price_and_totals() -> None:
    engine = exchange()
    send(engine, "ann", BID, 40)
    send(engine, "ann", BID, 39)
    send(engine, "bob", ASK, 45, 5)
    send(engine, "cal", ASK, 40, 4)

    shown = engine.market(TICKER)

    assert (shown.yes_bid, shown.no_bid) == ((4000, 600), (5500, 500))
    assert (shown.last_price_e4, shown.volume_e2, shown.open_interest_e2) == (4000, 400, 400)
    assert [view.listed.market.ticker for view in engine.markets()] == [TICKER]


def test_open_interest_falls_when_both_sides_close() -> None:
    engine = exchange()
    send(engine, "ann", BID, 40)
    send(engine, "bob", ASK, 40)
    send(engine, "bob", BID, 45)
    send(engine, "ann", ASK, 45)

    shown = engine.market(TICKER)

    assert (shown.volume_e2, shown.open_interest_e2) == (2000, 0)
