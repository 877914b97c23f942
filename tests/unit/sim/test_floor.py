"""The floor: ids, options, and what every operation leaves consistent."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from exchange import ASK, BID, MAKER_PAYS, START, TICKER, exchange, free, send
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import Money
from kalshi_alpha.sim.engine_events import BookDelta
from kalshi_alpha.sim.floor import EngineOptions
from kalshi_alpha.sim.orders import OrderStatus, UpdateReason
from kalshi_alpha.sim.refusals import Rejected


def test_durations_and_seed_are_not_negative() -> None:
    for options in ({"seed": -1}, {"close_cancel_after": timedelta(seconds=-1)}):
        with pytest.raises(BadParameter):
            EngineOptions(**options)


def test_ids_look_like_the_venues_and_depend_on_the_seed_alone() -> None:
    made = [
        [send(exchange(options=EngineOptions(seed=seed)), "ann", BID, 40).order_id]
        for seed in (1, 1, 2)
    ]

    assert made[0] == made[1] != made[2]
    assert UUID(made[0][0]).version == 4


def test_ids_of_orders_trades_and_groups_never_meet() -> None:
    engine = exchange()
    made, took = send(engine, "ann", BID, 40), send(engine, "bob", ASK, 40)
    ids = [made.order_id, took.order_id, engine.trades(TICKER)[0].trade_id]

    assert len(set(ids)) == 3


def test_events_are_drained_once_and_can_be_switched_off() -> None:
    loud, quiet = exchange(), exchange(options=EngineOptions(record_events=False))
    for engine in (loud, quiet):
        send(engine, "ann", BID, 40)

    assert loud.drain_events()
    assert loud.drain_events() == []
    assert quiet.drain_events() == []


def test_a_silent_account_is_told_nothing_and_keeps_no_rows() -> None:
    engine = exchange()
    engine.add_account("flow", Money.parse("100"), silent=True)
    made = send(engine, "flow", BID, 40)
    send(engine, "ann", ASK, 40)

    about = {getattr(event, "account_id", None) for event in engine.drain_events()}

    assert (engine.fills("flow"), engine.orders("flow")) == ((), ())
    assert about == {"flow", "ann", None}  # the level that it changed still names it
    assert "flow" not in engine.audit().taker_fills
    with pytest.raises(Rejected, match="not_found"):
        engine.order(made.order_id)


def test_a_plain_cancel_is_the_owners_doing_and_an_expiry_is_not() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)
    engine.cancel("ann", sent.order_id, START)

    deltas = [each for each in engine.drain_events() if isinstance(each, BookDelta)]

    assert [(each.delta_e2, each.account_id) for each in deltas] == [(1000, "ann"), (-1000, "ann")]


def test_the_newest_orders_go_first_when_cash_no_longer_covers_them_all() -> None:
    # A fee override makes resting orders dearer: maker fees of 100 at 0.50 are 0.4375.
    engine = exchange(dollars="100.5")
    old, new = send(engine, "ann", BID, 50, 100), send(engine, "ann", BID, 50, 100)

    engine.set_fees("KXHIGHNY-26JUN10", MAKER_PAYS, START)

    assert engine.order(old.order_id).status is OrderStatus.RESTING
    assert engine.order(new.order_id).reason is UpdateReason.MARGIN_CANCEL
    assert free(engine, "ann") == "50.062500"
