"""Events are values that name their causer only where it is for the causer's eyes."""

from __future__ import annotations

import pytest

from exchange import ASK, BID, START, TICKER, exchange, send
from kalshi_alpha.core.types import Side
from kalshi_alpha.sim.engine_events import BookDelta, OwnFill, OwnOrder, OwnPosition, PublicTrade


def test_a_trade_is_told_in_its_sequence() -> None:
    engine = exchange()
    send(engine, "ann", BID, 40, 10)
    engine.drain_events()

    send(engine, "bob", ASK, 40, 4)

    kinds = [type(event) for event in engine.drain_events()]
    told = [OwnFill, OwnOrder, OwnPosition]
    assert kinds == [PublicTrade, BookDelta, *told, *told]


def test_a_level_names_its_causer_and_a_trade_names_nobody() -> None:
    engine = exchange()
    send(engine, "ann", BID, 40, 10)
    send(engine, "bob", ASK, 40, 4)

    rested, traded = [each for each in engine.drain_events() if isinstance(each, BookDelta)]

    assert rested == BookDelta(TICKER, Side.YES, 4000, 1000, START, "ann", None)
    assert traded == BookDelta(TICKER, Side.YES, 4000, -400, START, None, None)


def test_both_sides_of_a_trade_carry_its_id() -> None:
    engine = exchange()
    send(engine, "ann", BID, 40)
    send(engine, "bob", ASK, 40)

    (print_,) = engine.trades(TICKER)
    (made,), (took,) = engine.fills("ann"), engine.fills("bob")

    assert print_.trade_id == made.trade_id == took.trade_id
    assert (made.is_taker, took.is_taker) == (False, True)
    assert (made.outcome, took.outcome) == (Side.YES, Side.NO)
    assert print_.taker_side is Side.NO


def test_an_event_cannot_be_changed() -> None:
    delta = BookDelta(TICKER, Side.YES, 4000, 1, START, None, None)

    with pytest.raises(AttributeError):
        delta.delta_e2 = 2  # type: ignore[misc]
