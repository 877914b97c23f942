"""Mutually exclusive markets: what cannot be lost is returned at once, and taken back in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchange import (
    ASK,
    BID,
    FREE,
    OTHER,
    START,
    TICKER,
    cash,
    exchange,
    free,
    listed,
    refused,
    seconds,
    send,
)
from kalshi_alpha.core.types import Price
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.floor import EngineOptions
from kalshi_alpha.sim.refusals import Rejected

ONE, ZERO = Price(10_000), Price(0)


def exclusive(*, netting: bool = True) -> Engine:
    """Ten NO at 60 cents for Ann in each of two markets of which one at most can be YES."""
    engine = exchange(
        listed(fees=FREE, exclusive=True),
        listed(OTHER, fees=FREE, exclusive=True),
        options=EngineOptions(event_netting=netting),
    )
    for ticker in (TICKER, OTHER):
        send(engine, "bob", BID, 40, ticker=ticker)
        send(engine, "ann", ASK, 40, ticker=ticker)
    return engine


def test_netting_is_off_unless_asked_for() -> None:
    assert cash(exclusive(netting=False), "ann") == "988.000000"


def test_of_two_no_positions_one_must_win_and_is_returned() -> None:
    engine = exclusive()

    assert cash(engine, "ann") == "998.000000"
    assert cash(engine, "bob") == "992.000000"
    assert engine.audit().unaccounted_e6 == 0


def test_closing_what_was_returned_for_costs_its_full_price() -> None:
    engine = exclusive()
    send(engine, "ann", BID, 30, ticker=OTHER)
    assert free(engine, "ann") == "995.000000"

    send(engine, "bob", ASK, 30, ticker=OTHER)

    assert cash(engine, "ann") == "995.000000"  # bought at 0.60 and sold at 0.70, less the 10 back
    assert engine.audit().unaccounted_e6 == 0


def test_closing_what_nothing_was_returned_for_costs_nothing() -> None:
    engine = exclusive()
    send(engine, "bob", BID, 40, 5)
    send(engine, "ann", ASK, 40, 5)

    send(engine, "ann", BID, 30, 5)

    assert free(engine, "ann") == cash(engine, "ann") == "995.000000"


@pytest.mark.parametrize(
    ("values", "ends"),
    [((ONE, ZERO), "998.000000"), ((ZERO, ONE), "998.000000"), ((ZERO, ZERO), "1008.000000")],
)
def test_settlement_pays_what_was_not_returned_before(
    values: tuple[Price, Price], ends: str
) -> None:
    engine = exclusive()

    for ticker, value, after in zip((TICKER, OTHER), values, (1, 60), strict=True):
        engine.determine(ticker, value, seconds(after))
    engine.advance(START + timedelta(hours=1, seconds=30))
    assert engine.balance("ann").cash.e6 >= 998_000_000
    engine.advance(START + timedelta(hours=2))

    assert cash(engine, "ann") == ends
    assert engine.audit().unaccounted_e6 == 0


def test_an_event_has_one_yes() -> None:
    engine = exclusive()
    engine.determine(TICKER, ONE, START)

    with pytest.raises(Rejected, match="is YES already") as no:
        engine.determine(OTHER, ONE, START)

    assert refused(no) == (400, "invalid_order")
