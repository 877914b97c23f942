"""The exchange's own counts."""

from __future__ import annotations

import msgspec

from exchange import ASK, BID, OTHER, START, TICKER, exchange, listed, order, seconds, send

EVENT = "KXHIGHNY-26JUN10"


def test_each_client_order_id_has_made_one_order() -> None:
    engine = exchange()
    for name in ("a", "b"):
        engine.create("ann", msgspec.structs.replace(order(), client_order_id=name), START)

    assert engine.audit().orders_by_client_id == {("ann", "a"): 1, ("ann", "b"): 1}


def test_only_takers_have_taker_fills() -> None:
    engine = exchange()
    send(engine, "ann", BID, 40)
    send(engine, "bob", ASK, 40, 4)
    send(engine, "bob", ASK, 40, 4)

    assert engine.audit().taker_fills == {"ann": 0, "bob": 2, "cal": 0}


def test_exposure_is_positions_at_cost_and_resting_orders_at_their_price() -> None:
    engine = exchange(listed(), listed(OTHER))
    send(engine, "ann", BID, 40)
    send(engine, "bob", ASK, 40, 4)
    send(engine, "ann", ASK, 70, 1)
    send(engine, "ann", BID, 20, 10, ticker=OTHER)

    found = engine.audit()

    assert found.exposure_e6["ann", TICKER] == 4_000_000 + 300_000
    assert found.exposure_e6["ann", OTHER] == 2_000_000
    assert found.event_exposure_e6["ann", EVENT] == 6_300_000
    assert found.exposure_e6["bob", TICKER] == 2_400_000


def test_orders_that_were_taken_after_an_instant_are_named() -> None:
    engine = exchange()
    send(engine, "ann", BID, 40, at=seconds(1))
    late = send(engine, "bob", BID, 41, at=seconds(2))

    (found,) = engine.audit().accepted_after(seconds(1))

    assert (found.account_id, found.order_id, found.ticker) == ("bob", late.order_id, TICKER)
    assert [each.account_id for each in engine.audit().accepted] == ["ann", "bob"]


def test_quick_answers_agree_with_the_whole_audit() -> None:
    engine = exchange(listed(), listed(OTHER))
    send(engine, "ann", BID, 40, at=seconds(1))
    send(engine, "ann", BID, 20, ticker=OTHER, at=seconds(2))
    send(engine, "bob", ASK, 40, 4, at=seconds(3))

    whole, found = engine.audit(), engine.exposure("ann")

    assert found.by_ticker_e6 == {TICKER: 4_000_000, OTHER: 2_000_000}
    assert found.by_event_e6 == {EVENT: 6_000_000}
    assert found.total_e6 == whole.event_exposure_e6["ann", EVENT]
    assert (engine.taker_fills("ann"), engine.taker_fills("bob")) == (0, 1)
    (late,) = engine.accepted_after("ann", seconds(1))
    assert late in whole.accepted_after(seconds(1))
    assert engine.unaccounted_e6() == whole.unaccounted_e6 == 0


def test_all_money_is_accounted_for() -> None:
    engine = exchange()
    send(engine, "ann", BID, 40)
    send(engine, "bob", ASK, 40, 3.33)

    assert engine.audit().unaccounted_e6 == 0
