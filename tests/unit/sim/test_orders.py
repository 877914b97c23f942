"""Orders: what they say of themselves."""

from __future__ import annotations

from exchange import ASK, BID, exchange, send
from kalshi_alpha.core.types import Money, Price, Side
from kalshi_alpha.sim.orders import BookSide, OrderStatus


def test_a_bid_buys_yes_and_an_ask_buys_no() -> None:
    assert [side.outcome for side in BookSide] == [Side.YES, Side.NO]


def test_an_order_shows_its_yes_price_on_both_sides() -> None:
    engine = exchange()

    bid, ask = send(engine, "ann", BID, 40), send(engine, "ann", ASK, 60)

    assert (bid.yes_price, ask.yes_price) == (Price(4000), Price(6000))


def test_an_order_without_a_fill_has_no_average() -> None:
    resting = send(exchange(), "ann", BID, 40)

    assert resting.average_fill_price is None
    assert resting.average_fee is None
    assert (resting.filled.count, resting.remaining.count) == (0.0, 10.0)


def test_the_average_price_is_a_yes_price_and_the_average_fee_is_per_contract() -> None:
    # One contract bought at 0.52 costs 0.0175 in fees, as recorded on the venue.
    engine = exchange()
    send(engine, "ann", ASK, 52, 1)

    bought = send(engine, "bob", BID, 99, 1)

    assert bought.status is OrderStatus.EXECUTED
    assert bought.average_fill_price == Price(5200)
    assert bought.average_fee == Money.parse("0.0175")


def test_an_average_over_two_prices_is_rounded_to_the_nearest_step() -> None:
    engine = exchange()
    send(engine, "ann", BID, 41, 1)
    send(engine, "ann", BID, 40, 2)

    sold = send(engine, "bob", ASK, 40, 3)

    assert sold.average_fill_price == Price(4033)
