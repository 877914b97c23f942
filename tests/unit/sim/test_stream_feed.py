from __future__ import annotations

import json
from typing import Any

from kalshi_alpha.core.types import Price
from kalshi_alpha.sim.faults import Fault
from kalshi_alpha.sim.faults_books import is_crossed
from kalshi_alpha.sim.stream import SimStream
from sim_exchange import MID, PREFIX, TAKER, Exchange, command, exchange, frames

PRIVATE = ("fill", "user_orders", "market_positions", "order_group_updates")


def _following(*channels: str, account: str = "maker") -> tuple[Exchange, SimStream]:
    ex = exchange()
    stream = ex.stream(account)
    params: dict[str, Any] = {"channels": channels, "market_tickers": [MID]}
    command(ex, stream, id=1, cmd="subscribe", params=params)
    return ex, stream


def _book(told: list[Any]) -> dict[str, dict[str, int]]:
    """Fold snapshots and deltas into sizes by side and price, in hundredths."""
    book: dict[str, dict[str, int]] = {"yes": {}, "no": {}}
    for frame in told:
        message = frame["msg"]
        if frame["type"] == "orderbook_snapshot":
            for side in book:
                levels = message.get(f"{side}_dollars_fp", [])
                book[side] = {price: round(float(size) * 100) for price, size in levels}
        elif frame["type"] == "orderbook_delta":
            levels = book[message["side"]]
            price = message["price_dollars"]
            levels[price] = levels.get(price, 0) + round(float(message["delta_fp"]) * 100)
            if not levels[price]:
                del levels[price]
    return book


def _true(ex: Exchange) -> dict[str, dict[str, int]]:
    book = ex.app.engine.book(MID)
    return {
        side: {f"{price / 10_000:.4f}": size for price, size in levels}
        for side, levels in (("yes", book.yes), ("no", book.no))
    }


def test_changes_of_a_book_add_up_to_it() -> None:
    ex, stream = _following("orderbook_delta")
    for price in ("0.3400", "0.3300", "0.3400"):
        ex.rest(price=price)
    ex.rest(side="ask", price="0.3300", count="14.50", account=TAKER)
    ex.rest(side="ask", price="0.4000", account=TAKER)
    assert _book(frames(stream)) == _true(ex)


def test_the_causer_alone_sees_its_client_order_id() -> None:
    ex, own = _following("orderbook_delta")
    other = ex.stream(TAKER)
    params = {"channels": ["orderbook_delta"], "market_tickers": [MID]}
    command(ex, other, id=1, cmd="subscribe", params=params)
    ex.rest(client_order_id="a")
    ((mine,), (theirs,)) = frames(own), frames(other)
    assert (mine["msg"]["client_order_id"], mine["msg"]["subaccount"]) == ("a", 0)
    assert "client_order_id" not in theirs["msg"]


def test_the_exchanges_clock_is_the_same_on_every_connection_and_only_goes_on() -> None:
    ex, own = _following("orderbook_delta")
    other = ex.stream(TAKER)
    params = {"channels": ["orderbook_delta"], "market_tickers": [MID]}
    command(ex, other, id=1, cmd="subscribe", params=params)
    for _ in range(3):
        ex.rest()
    clocks = [[f["msg"]["clock"] for f in frames(stream)] for stream in (own, other)]
    assert clocks[0] == clocks[1] == [1, 2, 3]


def test_a_fill_is_told_on_every_private_channel_to_its_owner_alone() -> None:
    ex, own = _following(*PRIVATE)
    other = ex.stream(TAKER)
    command(ex, other, id=1, cmd="subscribe", params={"channels": ["trade"]})
    order_id = ex.rest(client_order_id="a")
    frames(own)
    ex.rest(side="ask", count="4.00", account=TAKER)
    told = frames(own)
    assert [f["type"] for f in told] == ["fill", "user_order", "market_position"]
    fill, order, position = (f["msg"] for f in told)
    assert (fill["order_id"], fill["post_position_fp"], fill["is_taker"]) == (
        order_id,
        "4.00",
        False,
    )
    assert (order["remaining_count_fp"], order["last_update_reason"]) == ("6.00", "Trade")
    assert position["position_fp"] == "4.00"
    assert [f["type"] for f in frames(other)] == ["trade"]


def test_private_frames_are_not_numbered_and_public_ones_are() -> None:
    ex, stream = _following("fill", "trade", "ticker")
    ex.rest()
    ex.rest(side="ask", count="4.00", account=TAKER)
    told = {f["type"]: f for f in frames(stream)}
    assert told["trade"]["seq"] == 1
    assert "seq" not in told["fill"]
    assert "seq" not in told["ticker"]
    assert told["ticker"]["msg"]["last_trade_size_fp"] == "4.00"


def test_a_market_without_a_subscription_is_not_told_of() -> None:
    ex, stream = _following("orderbook_delta", "user_orders")
    ex.rest("KXCPI-25MAY-T0.1")
    assert frames(stream) == []


def test_life_goes_on_in_frames_but_the_clock_closes_without_one() -> None:
    ex, stream = _following("market_lifecycle_v2")
    ex.app.engine.deactivate(MID, ex.app.now())
    ex.app.engine.reactivate(MID, ex.app.now())
    ex.app.engine.determine(MID, Price(10_000), ex.app.now())
    ex.clock.step(400)
    ex.app.advance(ex.app.now())
    told = frames(stream)
    assert [f["msg"]["event_type"] for f in told] == [
        "deactivated",
        "activated",
        "determined",
        "settled",
    ]
    assert [f["seq"] for f in told] == [1, 2, 3, 4]
    assert (told[2]["msg"]["result"], told[2]["msg"]["settlement_value"]) == ("yes", "1.0000")
    ex.clock.step(3 * 3600)
    ex.app.advance(ex.app.now())
    assert frames(stream) == []


def test_a_group_and_an_events_fees_are_told() -> None:
    ex, stream = _following("order_group_updates", "market_lifecycle_v2")
    path = f"{PREFIX}/portfolio/order_groups"
    group_id = ex.json("POST", f"{path}/create", {"contracts_limit": 5})["order_group_id"]
    ex.json("PUT", f"{path}/{group_id}/trigger")
    ex.app.engine.set_fees("KXCPI-25MAY", None, ex.app.now())
    ex.app.flush(ex.app.now())
    told = frames(stream)
    assert [f["type"] for f in told] == ["order_group_updates"] * 2 + ["event_fee_update"]
    assert [f["msg"].get("event_type") for f in told[:2]] == ["created", "triggered"]
    assert told[2]["msg"]["fee_type_override"] is None


def test_a_wrong_book_is_shown_for_a_while_without_changes_and_then_put_right() -> None:
    kinds = set()
    for seed in range(12):
        ex, stream = _following("orderbook_delta")
        ex.app.faults._random.seed(seed)
        ex.rest(price="0.3400")
        ex.rest(side="ask", price="0.3600")
        told = frames(stream)
        ex.app.faults.inject(Fault.BOOK_CROSSED_OR_EMPTY)
        ex.rest(price="0.3300")
        (lie,) = frames(stream)
        shown = lie["msg"]
        assert lie["type"] == "orderbook_snapshot"
        assert _book([lie]) != _true(ex)
        over_rest = ex.json("GET", f"markets/{MID}/orderbook")["orderbook_fp"]
        assert over_rest["yes_dollars"] == shown.get("yes_dollars_fp", [])
        ex.rest(price="0.3200")
        assert frames(stream) == []
        kinds.add(("yes_dollars_fp" in shown, "no_dollars_fp" in shown))
        ex.clock.step(10)
        ex.app.advance(ex.app.now())
        right = frames(stream)
        assert [f["seq"] for f in [*told, lie, *right]] == [2, 3, 4, 5]
        assert _book(right) == _true(ex)
        assert not is_crossed(ex.app.lies.shown(MID, ex.app.now()))
    assert kinds == {(False, False), (True, False), (True, True)}


def test_a_change_may_come_before_the_book_it_changes() -> None:
    ex = exchange()
    ex.app.faults.inject(Fault.DELTA_BEFORE_SNAPSHOT)
    stream = ex.stream()
    params = {"channels": ["orderbook_delta"], "market_tickers": [MID]}
    told = command(ex, stream, id=1, cmd="subscribe", params=params)
    assert [(f["type"], f.get("seq")) for f in told[1:]] == [
        ("orderbook_delta", 1),
        ("orderbook_snapshot", 2),
    ]
    assert _book(told[2:]) == _true(ex)


def test_a_fill_may_show_on_one_channel_only() -> None:
    seen = set()
    for seed in range(8):
        ex, stream = _following("fill", "user_orders")
        ex.app.faults._random.seed(seed)
        order_id = ex.rest()
        frames(stream)
        ex.app.faults.inject(Fault.FILL_ON_ONE_CHANNEL)
        ex.app.fill(order_id)
        (told,) = frames(stream)
        seen.add(told["type"])
        assert ex.json("GET", "portfolio/fills")["fills"]
    assert seen == {"fill", "user_order"}


def test_a_fill_may_be_told_wrongly_and_corrected_under_its_trade_id() -> None:
    ex, stream = _following("fill")
    order_id = ex.rest()
    ex.app.faults.inject(Fault.FILL_CORRECTED)
    ex.app.fill(order_id)
    outgoing = stream.take()
    assert [out.delay_s > 0 for out in outgoing] == [False, True]
    wrong, right = (json.loads(out.payload)["msg"] for out in outgoing)
    assert wrong["trade_id"] == right["trade_id"]
    assert (wrong["count_fp"], right["count_fp"]) == ("20.00", "10.00")
