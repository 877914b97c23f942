from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.execution.paper_queue import (
    PaperFill,
    PaperOrder,
    paper_fills,
)
from kalshi_alpha.core.types import Contracts, Price, Side, Trade

PLACED_AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def _at(second: int) -> datetime:
    return PLACED_AT + timedelta(seconds=second)


def _order(
    side: Side = Side.YES, price: str = "0.4100", contracts: str = "10", ahead: str = "100"
) -> PaperOrder:
    return PaperOrder(
        side, Price.parse(price), Contracts.parse(contracts), Contracts.parse(ahead), PLACED_AT
    )


def _print(second: int, yes_price: str, contracts: str, taker: Side = Side.NO) -> Trade:
    return Trade("t", "M", _at(second), Price.parse(yes_price), Contracts.parse(contracts), taker)


@pytest.mark.parametrize(
    ("trades", "filled", "ahead"),
    [
        pytest.param([], "0", "100", id="no trade"),
        pytest.param([_print(1, "0.4100", "100")], "0", "0", id="the queue is just used up"),
        pytest.param([_print(1, "0.4100", "100.01")], "0.01", "0", id="one hundredth beyond it"),
        pytest.param(
            [_print(1, "0.4100", "60"), _print(2, "0.4100", "45")], "5", "0", id="two prints"
        ),
        pytest.param([_print(1, "0.4100", "500")], "10", "0", id="never more than ours"),
        pytest.param([_print(1, "0.4000", "3")], "3", "0", id="through our price, as printed"),
        pytest.param([_print(1, "0.4200", "500")], "0", "100", id="a better bid was hit"),
        pytest.param([_print(1, "0.4100", "500", Side.YES)], "0", "100", id="taker bought YES"),
        pytest.param([_print(0, "0.4100", "500")], "0", "100", id="printed as we were placed"),
        pytest.param([_print(-5, "0.4100", "500")], "0", "100", id="printed before we were placed"),
    ],
)
def test_a_yes_bid_fills_only_from_volume_beyond_the_queue(
    trades: list[Trade], filled: str, ahead: str
) -> None:
    fills, rest = paper_fills(_order(), trades)

    assert sum(fill.contracts.e2 for fill in fills) == Contracts.parse(filled).e2
    assert rest.unfilled == Contracts.parse("10") - Contracts.parse(filled)
    assert rest.ahead == Contracts.parse(ahead)


@pytest.mark.parametrize(
    ("yes_price", "taker", "filled"),
    [
        pytest.param("0.4500", Side.YES, "5", id="at our price"),
        pytest.param("0.4600", Side.YES, "10", id="through our price"),
        pytest.param("0.4400", Side.YES, "0", id="a better NO bid was hit"),
        pytest.param("0.4500", Side.NO, "0", id="taker bought NO"),
    ],
)
def test_a_no_bid_at_55_is_hit_by_buyers_of_yes_at_45_or_more(
    yes_price: str, taker: Side, filled: str
) -> None:
    order = _order(Side.NO, "0.5500", ahead="7")

    fills, _ = paper_fills(order, [_print(1, yes_price, "12", taker)])

    assert sum(fill.contracts.e2 for fill in fills) == Contracts.parse(filled).e2


def test_fills_carry_the_time_of_their_prints() -> None:
    fills, rest = paper_fills(
        _order(ahead="1"), [_print(1, "0.4100", "5"), _print(3, "0.4100", "20")]
    )

    assert fills == (
        PaperFill(_at(1), Contracts.parse("4")),
        PaperFill(_at(3), Contracts.parse("6")),
    )
    assert rest.unfilled == Contracts(0)


def test_a_print_through_us_proves_that_nothing_is_left_ahead() -> None:
    fills, rest = paper_fills(_order(), [_print(1, "0.4000", "1"), _print(2, "0.4100", "2")])

    assert [fill.contracts for fill in fills] == [Contracts.whole(1), Contracts.whole(2)]
    assert rest.ahead == Contracts(0)


def test_prints_out_of_order_are_refused() -> None:
    with pytest.raises(BadParameter):
        paper_fills(_order(), [_print(3, "0.4200", "1"), _print(2, "0.4200", "1")])
    with pytest.raises(BadParameter):
        paper_fills(_order(), [_print(-2, "0.4200", "1"), _print(-3, "0.4200", "1")])
    with pytest.raises(BadParameter):
        _order().after(_print(-1, "0.4100", "1"))


@pytest.mark.parametrize("price", ["0.0000", "1.0000"])
def test_no_order_rests_at_zero_or_one_dollar(price: str) -> None:
    with pytest.raises(BadParameter):
        _order(price=price)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(BadParameter):
        PaperOrder(
            Side.YES,
            Price(1),
            Contracts(1),
            Contracts(0),
            PLACED_AT.replace(tzinfo=None),
        )


trades_in_order = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(3900, 4300).map(lambda e4: Price(e4 // 100 * 100)),
        st.builds(Contracts, st.integers(1, 3000)),
        st.sampled_from(Side),
    ),
    max_size=12,
).map(
    lambda rows: [
        Trade("t", "M", _at(1 + sum(row[0] for row in rows[: i + 1])), *row[1:])
        for i, row in enumerate(rows)
    ]
)


def _filled(order: PaperOrder, trades: list[Trade]) -> int:
    fills, rest = paper_fills(order, trades)
    total = sum(fill.contracts.e2 for fill in fills)
    assert total + rest.unfilled.e2 == order.unfilled.e2
    return total


@given(trades_in_order, st.sampled_from(Side), st.integers(1, 4000), st.integers(0, 4000))
def test_no_more_fills_than_was_printed_beyond_the_queue_or_through_us(
    trades: list[Trade], side: Side, contracts_e2: int, ahead_e2: int
) -> None:
    price = Price(4100) if side is Side.YES else Price(5900)
    order = PaperOrder(side, price, Contracts(contracts_e2), Contracts(ahead_e2), PLACED_AT)
    against = [t for t in trades if t.taker_side is not side]
    at = sum(t.contracts.e2 for t in against if t.yes_price == Price(4100))
    through = sum(
        t.contracts.e2
        for t in against
        if (t.yes_price < Price(4100) if side is Side.YES else t.yes_price > Price(4100))
    )

    filled = _filled(order, trades)

    assert filled <= contracts_e2
    assert filled <= through + at
    if not through:
        assert filled == min(contracts_e2, max(0, at - ahead_e2))


@given(trades_in_order, st.integers(1, 4000), st.integers(0, 4000), st.integers(0, 4000))
def test_a_longer_queue_never_fills_more(
    trades: list[Trade], contracts_e2: int, ahead_e2: int, more_e2: int
) -> None:
    def filled(ahead: int) -> int:
        order = PaperOrder(
            Side.YES, Price(4100), Contracts(contracts_e2), Contracts(ahead), PLACED_AT
        )
        return _filled(order, trades)

    assert filled(ahead_e2 + more_e2) <= filled(ahead_e2)


@given(trades_in_order)
def test_a_touch_never_fills(trades: list[Trade]) -> None:
    quiet = [t for t in trades if t.taker_side is Side.YES or t.yes_price > Price(4100)]

    assert _filled(_order(ahead="0"), quiet) == 0
