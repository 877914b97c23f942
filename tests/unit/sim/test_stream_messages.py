from __future__ import annotations

import uuid
from decimal import Decimal

from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.types import Price, Side
from kalshi_alpha.sim import stream_messages as messages
from kalshi_alpha.sim.engine_events import (
    BookDelta,
    BookSnapshot,
    FeeUpdate,
    GroupKind,
    GroupUpdate,
    Lifecycle,
    LifecycleKind,
)
from sim_exchange import CLOSE, EVENT, MAKER, MID, START, TAKER, exchange


def test_a_book_leaves_an_empty_side_out() -> None:
    book = BookSnapshot(MID, ((3300, 4000), (3400, 12_000)), (), START)
    message = messages.snapshot(book, 7, yes_scale=False)
    assert message["yes_dollars_fp"] == [["0.3300", "40.00"], ["0.3400", "120.00"]]
    assert "no_dollars_fp" not in message
    assert message["clock"] == 7
    uuid.UUID(str(message["market_id"]))


def test_a_change_is_written_as_recorded() -> None:
    event = BookDelta(MID, Side.YES, 3400, -2000, START, MAKER, "a")
    message = messages.delta(event, 8, own=False, yes_scale=False)
    assert message == {
        "market_ticker": MID,
        "market_id": messages.market_id(MID),
        "clock": 8,
        "price_dollars": "0.3400",
        "delta_fp": "-20.00",
        "side": "yes",
        "ts": "2025-06-11T10:30:00Z",
        "ts_ms": 1_749_637_800_000,
    }
    assert messages.delta(event, 8, own=True, yes_scale=False)["client_order_id"] == "a"


def test_trading_is_written_with_both_spellings_of_its_side() -> None:
    ex = exchange()
    ex.rest()
    ex.rest(side="ask", count="4.00", account=TAKER)
    (trade,) = ex.app.engine.trades(MID)
    message = messages.trade(trade)
    assert (message["taker_side"], message["taker_outcome_side"]) == ("no", "no")
    assert (message["taker_book_side"], message["ts"]) == ("ask", 1_749_637_800)
    (fill,) = ex.app.engine.fills(MAKER)
    told = messages.fill(fill)
    assert (told["outcome_side"], told["purchased_side"], told["fee_cost"]) == (
        "yes",
        "yes",
        "0.015800",
    )
    quotes = messages.ticker(ex.app.engine.market(MID), 400, 1_749_637_800_000, "t")
    assert (quotes["volume_fp"], quotes["dollar_volume"]) == ("4.00", 1)


def test_an_order_says_why_it_changed_if_it_was_not_plainly_made_or_cancelled() -> None:
    ex = exchange()
    order_id = ex.rest(expiration_time=int(CLOSE.timestamp()))
    made = messages.user_order(ex.app.engine.order(order_id))
    assert "last_update_reason" not in made
    assert made["expiration_ts_ms"] == int(CLOSE.timestamp()) * 1000
    ex.app.fill(order_id)
    assert messages.user_order(ex.app.engine.order(order_id))["last_update_reason"] == "Trade"


def test_steps_of_a_life_carry_what_belongs_to_them() -> None:
    def step(kind: LifecycleKind, **more: object) -> dict[str, object]:
        return messages.lifecycle(Lifecycle(MID, kind, START, **more))  # type: ignore[arg-type]

    assert step(LifecycleKind.DETERMINED, settlement_value=Price(2_500))["result"] == "scalar"
    assert step(LifecycleKind.SETTLED)["settled_ts"] == 1_749_637_800
    moved = step(LifecycleKind.CLOSE_DATE_UPDATED, close_at=CLOSE)
    assert moved["close_ts"] == int(CLOSE.timestamp())


def test_groups_and_fees_are_written_with_the_venues_names() -> None:
    group = messages.order_group(GroupUpdate(MAKER, "g", GroupKind.TRIGGERED, START))
    assert (group["event_type"], group["order_group_id"]) == ("triggered", "g")
    terms = FeeTerms(FeeType.QUADRATIC, Decimal(1))
    assert messages.event_fees(FeeUpdate(EVENT, terms, START)) == {
        "event_ticker": EVENT,
        "fee_type_override": "quadratic",
        "fee_multiplier_override": 1.0,
    }


def test_positions_are_signed() -> None:
    ex = exchange()
    told: list[object] = []
    ex.app.on_events.append(lambda events, _: told.extend(events))
    ex.rest(side="ask")
    ex.rest(count="2.00", account=TAKER)
    from kalshi_alpha.sim.engine_events import OwnPosition

    own = [e for e in told if isinstance(e, OwnPosition) and e.account_id == MAKER]
    assert [messages.position(event)["position_fp"] for event in own] == ["-2.00"]
