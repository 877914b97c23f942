from __future__ import annotations

import json

import pytest

from kalshi_alpha.core.types import Contracts, Price
from kalshi_alpha.sim.orders import BookSide
from sim_exchange import CLOSE, MAKER, MID, ORDERS, TAKER, exchange, order


@pytest.mark.parametrize("side", ["bid", "ask"])
def test_an_order_is_filled_with_all_that_trades_before_it(side: str) -> None:
    ex = exchange()
    ex.rest(side=side, price="0.3400", count="3.00", account=TAKER)
    better = "0.3500" if side == "bid" else "0.3300"
    ex.rest(side=side, price=better, count="2.00", account=TAKER)
    order_id = ex.rest(side=side, price="0.3400", count="10.00")
    ex.rest(side=side, price="0.3400", count="5.00", account=TAKER)
    assert ex.app.fill(order_id, Contracts.whole(4))
    assert ex.app.engine.order(order_id).filled == Contracts.whole(4)
    assert sum(fill.count_e2 for fill in ex.app.engine.fills(TAKER)) == 500
    assert ex.app.fill(order_id)
    assert ex.app.engine.order(order_id).remaining == Contracts(0)
    assert not ex.app.fill(order_id)


def test_nothing_is_filled_where_nothing_trades() -> None:
    ex = exchange()
    order_id = ex.rest()
    ex.app.engine.set_trading(ex.app.now(), active=False)
    assert not ex.app.fill(order_id)
    ex.app.engine.set_trading(ex.app.now(), active=True)
    ex.clock.at = CLOSE
    assert not ex.app.fill(order_id)


@pytest.mark.parametrize("side", list(BookSide))
def test_the_book_moves_across_a_price_and_back(side: BookSide) -> None:
    ex, price = exchange(), "0.3500"
    ex.rest(side="bid", price="0.3400", account=TAKER)
    ex.rest(side="ask", price="0.3600", account=TAKER)
    counterparty = ex.app._requests.counterparty
    assert counterparty.cross(MID, side, Price.parse(price), ex.app.now())
    body = order(side=str(side), price=price, post_only=True)
    refused = ex.call("POST", ORDERS, body)
    assert json.loads(refused.body)["error"]["details"] == "post only cross"
    ex.clock.step(6)
    assert ex.call("POST", ORDERS, body).status == 201
    assert ex.app.engine.audit().taker_fills[MAKER] == 0
