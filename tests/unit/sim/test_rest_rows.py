from __future__ import annotations

from kalshi_alpha.core.types import Money
from kalshi_alpha.sim import rest_rows as rows
from kalshi_alpha.sim.accounts import Balance
from sim_exchange import CLOSE, MAKER, MID, START, TAKER, exchange


def test_an_order_shows_the_required_fields_of_the_venue() -> None:
    ex = exchange()
    order_id = ex.rest(client_order_id="a", expiration_time=int(CLOSE.timestamp()))
    row = rows.order_row(ex.app.engine.order(order_id), MAKER)
    assert row == {
        "order_id": order_id,
        "user_id": MAKER,
        "client_order_id": "a",
        "ticker": MID,
        "outcome_side": "yes",
        "book_side": "bid",
        "side": "yes",
        "action": "buy",
        "type": "limit",
        "status": "resting",
        "yes_price_dollars": "0.3400",
        "no_price_dollars": "0.6600",
        "initial_count_fp": "10.00",
        "fill_count_fp": "0.00",
        "remaining_count_fp": "10.00",
        "taker_fill_cost_dollars": "0.000000",
        "maker_fill_cost_dollars": "0.000000",
        "taker_fees_dollars": "0.000000",
        "maker_fees_dollars": "0.000000",
        "created_time": "2025-06-11T10:30:00Z",
        "last_update_time": "2025-06-11T10:30:00Z",
        "self_trade_prevention_type": "taker_at_cross",
        "subaccount_number": 0,
        "exchange_index": 0,
        "expiration_time": "2025-06-11T12:30:00Z",
    }


def test_what_an_order_does_not_have_is_absent() -> None:
    ex = exchange()
    row = rows.order_row(ex.app.engine.order(ex.rest()), MAKER)
    assert not {"expiration_time", "order_group_id", "cancel_order_on_pause"} & set(row)
    paused = rows.order_row(ex.app.engine.order(ex.rest(cancel_order_on_pause=True)), MAKER)
    assert paused["cancel_order_on_pause"] is True


def test_a_fill_and_its_print_share_their_id_and_price() -> None:
    ex = exchange()
    ex.rest(side="ask")
    ex.rest(count="2.50", account=TAKER)
    (fill,) = ex.app.engine.fills(MAKER)
    (trade,) = ex.app.engine.trades(MID)
    own, public = rows.fill_row(fill), rows.trade_row(trade)
    assert own["trade_id"] == public["trade_id"]
    assert own["yes_price_dollars"] == public["yes_price_dollars"] == "0.3400"
    assert own["no_price_dollars"] == "0.6600"
    assert (own["outcome_side"], public["taker_outcome_side"]) == ("no", "yes")
    assert (own["book_side"], public["taker_book_side"]) == ("ask", "bid")


def test_an_acknowledgement_without_a_fill_shows_no_averages() -> None:
    ex = exchange()
    ack = rows.acknowledgement(ex.app.engine.order(ex.rest()), START)
    assert set(ack) == {"order_id", "fill_count", "remaining_count", "ts_ms"}


def test_a_balance_is_what_nothing_locks() -> None:
    row = rows.balance_row(Balance(Money(98_018_650), Money(50), Money(1_985_000)), START)
    assert row["balance_dollars"] == "98.0186"
    assert (row["balance"], row["portfolio_value"]) == (9_801, 198)


def test_positions_of_an_event_are_added_up() -> None:
    ex = exchange()
    for _ in range(2):
        ex.rest(count="1.00")
        ex.rest(side="ask", count="1.00", account=TAKER)
    (row,) = rows.event_position_rows(list(ex.app.engine.positions(MAKER)))
    assert (row["total_cost_shares_fp"], row["event_exposure_dollars"]) == ("2.00", "0.680000")
