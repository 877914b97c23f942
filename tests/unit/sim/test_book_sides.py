"""One side of a book: price first, then time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange import ASK, BID, TICKER, exchange, send
from kalshi_alpha.sim.refusals import Rejected


def test_levels_are_ascending_on_their_own_sides_scale() -> None:
    engine = exchange()
    for cents in (38, 40, 39, 40):
        send(engine, "ann", BID, cents)
    send(engine, "bob", ASK, 45)
    send(engine, "bob", ASK, 44, 2.5)

    book = engine.book(TICKER)

    assert book.yes == ((3800, 1000), (3900, 1000), (4000, 2000))
    assert book.no == ((5500, 1000), (5600, 250))


def test_a_level_goes_with_its_last_order() -> None:
    engine = exchange()
    first, second = send(engine, "ann", BID, 40, 1), send(engine, "bob", BID, 40, 2)

    engine.cancel("ann", first.order_id, first.created_at)
    assert engine.book(TICKER).yes == ((4000, 200),)
    engine.cancel("bob", second.order_id, first.created_at)
    assert engine.book(TICKER).yes == ()


def test_the_queue_position_counts_the_contracts_ahead_at_the_same_price() -> None:
    engine = exchange()
    send(engine, "ann", BID, 41, 99)
    first = send(engine, "ann", BID, 40, 3)
    second = send(engine, "bob", BID, 40, 4)
    third = send(engine, "cal", BID, 40, 5)

    places = [engine.queue_position(each.order_id).count for each in (first, second, third)]

    assert places == [0.0, 3.0, 7.0]


def test_an_order_that_does_not_rest_has_no_queue_position() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)
    engine.cancel("ann", sent.order_id, sent.created_at)

    with pytest.raises(Rejected, match="not_found"):
        engine.queue_position(sent.order_id)


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 500)), min_size=1, max_size=25))
def test_every_level_is_the_sum_of_its_orders(sent: list[tuple[int, int]]) -> None:
    engine = exchange()
    expected: dict[int, int] = {}
    for cents, count in sent:
        send(engine, "ann", BID, cents, count / 100)
        expected[100 * cents] = expected.get(100 * cents, 0) + count

    assert engine.book(TICKER).yes == tuple(sorted(expected.items()))
