from __future__ import annotations

from datetime import timedelta

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import Price
from kalshi_alpha.sim.app import AppOptions
from kalshi_alpha.sim.rest_replica import ReadReplica
from sim_exchange import MAKER, MID, ORDERS, START, TAKER, Exchange, exchange


def _lagging(lag_s: float = 1.0, seed: int = 0) -> Exchange:
    return exchange(options=AppOptions(limits_rates=False, read_lag_max_s=lag_s, seed=seed))


def test_without_lag_a_read_shows_what_was_just_done() -> None:
    ex = exchange()
    order_id = ex.rest()
    assert ex.json("GET", f"portfolio/orders/{order_id}")["order"]["status"] == "resting"


def test_a_cancelled_order_may_still_be_shown_resting_while_a_second_cancel_is_404() -> None:
    ex = _lagging()
    order_id = ex.rest()
    ex.clock.step(5)
    assert ex.json("GET", f"portfolio/orders/{order_id}")["order"]["status"] == "resting"
    ex.json("DELETE", f"{ORDERS}/{order_id}")
    assert ex.json("GET", f"portfolio/orders/{order_id}")["order"]["status"] == "resting"
    assert ex.call("DELETE", f"{ORDERS}/{order_id}").status == 404
    ex.clock.step(1)
    assert ex.json("GET", f"portfolio/orders/{order_id}")["order"]["status"] == "canceled"


def test_after_the_longest_lag_reads_and_engine_agree() -> None:
    ex = _lagging()
    ex.rest(count="10.00")
    ex.rest(side="ask", count="4.00", account=TAKER)
    ex.app.engine.determine(MID, Price(10_000), ex.app.now())
    ex.clock.step(400)
    ex.app.advance(ex.app.now())
    ex.clock.step(1.001)
    present = exchange_view(ex)
    for path in ("orders", "fills", "settlements"):
        assert ex.json("GET", f"portfolio/{path}")[path] == present[path]
    assert ex.json("GET", "portfolio/positions", query="settlement_status=all")["market_positions"]
    shown = ex.json("GET", "portfolio/balance")["balance_dollars"]
    assert shown == str(ex.app.engine.balance(MAKER).available)[:-2]


def exchange_view(ex: Exchange) -> dict[str, list[object]]:
    """Return the same rows as a replica without lag shows."""
    from kalshi_alpha.sim.rest_rows import fill_row, order_row, settlement_row

    engine = ex.app.engine
    return {
        "orders": [order_row(order, MAKER) for order in engine.orders(MAKER)],
        "fills": [fill_row(fill) for fill in engine.fills(MAKER)],
        "settlements": [settlement_row(row) for row in engine.settlements(MAKER)],
    }


def test_what_reads_show_never_moves_back() -> None:
    ex = _lagging(seed=3)
    seen = []
    for _ in range(200):
        ex.clock.step(0.05)
        ex.rest(count="0.01")
        seen.append(len(ex.json("GET", "portfolio/orders", query="limit=1000")["orders"]))
    assert seen == sorted(seen)
    assert any(count < made for made, count in enumerate(seen, start=1))
    assert all(count >= made - 21 for made, count in enumerate(seen, start=1))


def test_how_stale_reads_are_can_be_asked_for() -> None:
    ex = _lagging()
    as_of = ex.json("GET", "exchange/user_data_timestamp")["as_of_time"]
    assert START - timedelta(seconds=1) < type(START).fromisoformat(as_of) < START


@pytest.mark.parametrize("lag_s", [-0.1, 61.0, float("nan")])
def test_an_impossible_lag_is_refused(lag_s: float) -> None:
    with pytest.raises(BadParameter):
        ReadReplica(exchange().app.engine, lag_s)
