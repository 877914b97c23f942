"""Trades: price, then time, at the maker's price, with one fee accumulator an order."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange import (
    ASK,
    BID,
    MAKER_PAYS,
    OTHER,
    TICKER,
    cash,
    exchange,
    held,
    listed,
    order,
    refused,
    seconds,
    send,
)
from kalshi_alpha.core.types import Contracts, Money, Price
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.orders import (
    BookSide,
    OrderStatus,
    SelfTradePrevention,
    SimOrder,
    TimeInForce,
    UpdateReason,
)
from kalshi_alpha.sim.refusals import Rejected


def take(
    engine: Engine,
    trader: str,
    side: BookSide,
    cents: float,
    count: float,
    time_in_force: TimeInForce = TimeInForce.IMMEDIATE_OR_CANCEL,
    prevention: SelfTradePrevention = SelfTradePrevention.TAKER_AT_CROSS,
) -> SimOrder:
    new = msgspec.structs.replace(
        order(side, cents, count), time_in_force=time_in_force, self_trade_prevention=prevention
    )
    return engine.create(trader, new, seconds(0))


@pytest.mark.parametrize(("ask", "trades"), [(41, 0), (40, 1), (39, 1)])
def test_a_yes_bid_and_a_no_bid_trade_when_they_add_up_to_a_dollar(ask: int, trades: int) -> None:
    engine = exchange()
    send(engine, "ann", BID, 40)

    send(engine, "bob", ASK, ask)

    assert len(engine.trades(TICKER)) == trades


def test_a_trade_is_at_the_price_of_the_order_that_rested() -> None:
    # Recorded on the venue: a bid at 0.99 filled at the resting 0.52.
    engine = exchange()
    send(engine, "ann", ASK, 52, 1)

    took = take(engine, "bob", BID, 99, 1)

    assert took.average_fill_price == Price(5200)
    assert cash(engine, "bob") == "999.462500"


def test_the_better_price_trades_first_and_the_earlier_order_of_a_price() -> None:
    engine = exchange()
    late = send(engine, "ann", BID, 40, 5)
    best = send(engine, "bob", BID, 41, 5)
    later = send(engine, "ann", BID, 40, 5)

    take(engine, "cal", ASK, 40, 12)

    left = [engine.order(each.order_id).remaining.count for each in (best, late, later)]
    assert left == [0.0, 0.0, 3.0]
    assert [trade.yes_price_e4 for trade in engine.trades(TICKER)] == [4100, 4000, 4000]


def test_what_is_not_filled_rests_and_keeps_what_was_filled() -> None:
    engine = exchange()
    send(engine, "ann", ASK, 40, 4)

    sent = send(engine, "bob", BID, 40, 10)

    assert (sent.status, sent.filled.count, sent.remaining.count) == (OrderStatus.RESTING, 4.0, 6.0)
    assert engine.book(TICKER).yes == ((4000, 600),)


def test_immediate_or_cancel_never_rests() -> None:
    engine = exchange()
    send(engine, "ann", ASK, 40, 4)

    sent = take(engine, "bob", BID, 40, 10)

    assert (sent.status, sent.filled.count, sent.remaining.count) == (
        OrderStatus.CANCELED,
        4.0,
        0.0,
    )
    assert engine.book(TICKER).yes == ()


def test_fill_or_kill_is_all_or_nothing() -> None:
    engine = exchange()
    send(engine, "ann", ASK, 40, 4)
    send(engine, "ann", ASK, 41, 4)

    with pytest.raises(Rejected) as no:
        take(engine, "bob", BID, 41, 8.01, TimeInForce.FILL_OR_KILL)
    assert refused(no) == (409, "fill_or_kill_insufficient_resting_volume")
    assert engine.orders("bob") == ()

    filled = take(engine, "bob", BID, 41, 8, TimeInForce.FILL_OR_KILL)
    assert (filled.status, filled.filled) == (OrderStatus.EXECUTED, Contracts.whole(8))


def test_a_self_cross_ends_the_taker_there_and_its_earlier_fills_stand() -> None:
    engine = exchange()
    send(engine, "ann", ASK, 40, 4)
    own = send(engine, "bob", ASK, 41, 4)
    send(engine, "ann", ASK, 41, 4)

    sent = take(engine, "bob", BID, 41, 10, TimeInForce.GOOD_TILL_CANCELED)

    assert (sent.status, sent.filled.count, sent.remaining.count) == (
        OrderStatus.CANCELED,
        4.0,
        0.0,
    )
    assert sent.reason is UpdateReason.SELF_TRADE_CANCEL
    assert engine.order(own.order_id).status is OrderStatus.RESTING


def test_a_self_cross_at_once_is_an_order_with_nothing_filled_and_nothing_left() -> None:
    # Recorded on the venue: 201 with fill 0.00 and remaining 0.00.
    engine = exchange()
    send(engine, "bob", ASK, 40)

    sent = take(engine, "bob", BID, 40, 10, TimeInForce.GOOD_TILL_CANCELED)

    assert (sent.filled.count, sent.remaining.count) == (0.0, 0.0)


def test_the_makers_kind_of_prevention_cancels_the_resting_order_and_goes_on() -> None:
    engine = exchange()
    own = send(engine, "bob", ASK, 40, 4)
    send(engine, "ann", ASK, 41, 4)

    sent = take(engine, "bob", BID, 41, 4, prevention=SelfTradePrevention.MAKER)

    assert sent.filled == Contracts.whole(4)
    assert engine.order(own.order_id).reason is UpdateReason.SELF_TRADE_CANCEL


def test_fill_or_kill_counts_what_its_prevention_leaves() -> None:
    engine = exchange()
    send(engine, "bob", ASK, 40, 4)
    send(engine, "ann", ASK, 41, 4)
    kill, maker = TimeInForce.FILL_OR_KILL, SelfTradePrevention.MAKER

    with pytest.raises(Rejected, match="fill_or_kill"):
        take(engine, "bob", BID, 41, 4, kill)

    assert take(engine, "bob", BID, 41, 4, kill, maker).filled == Contracts.whole(4)


def test_markets_do_not_trade_with_each_other() -> None:
    engine = exchange(listed(), listed(OTHER))
    send(engine, "ann", BID, 40)

    send(engine, "bob", ASK, 30, ticker=OTHER)

    assert engine.trades(TICKER) == engine.trades(OTHER) == ()


@pytest.mark.parametrize(
    ("clips", "fees"),
    [([1, 1, 1, 1], "0.062000"), ([4], "0.062000")],
    ids=["multi-fill order A", "one fill of four"],
)
def test_an_order_is_charged_as_in_the_fee_schedules_examples(clips: list[int], fees: str) -> None:
    engine = exchange()
    for clip in clips:
        send(engine, "ann", ASK, 33, clip)

    took = take(engine, "bob", BID, 33, 4)

    assert Money(took.taker_fee_e6) == Money.parse(fees)
    assert cash(engine, "bob") == str(Money.parse("1000") - Money.parse("1.32") - Money.parse(fees))


def test_one_order_can_pay_as_taker_and_then_as_maker() -> None:
    engine = exchange(listed(fees=MAKER_PAYS))
    send(engine, "ann", ASK, 50, 100)
    sent = send(engine, "bob", BID, 50, 200)
    send(engine, "cal", ASK, 50, 100)

    shown = engine.order(sent.order_id)

    assert (shown.taker_fee_e6, shown.maker_fee_e6) == (1_750_000, 437_500)
    assert (shown.taker_cost_e6, shown.maker_cost_e6) == (50_000_000, 50_000_000)
    assert engine.balance("bob").cash == Money.parse("897.8125")


def test_a_maker_of_a_quadratic_series_trades_free() -> None:
    engine = exchange()
    send(engine, "ann", BID, 13, 2.97)

    take(engine, "bob", ASK, 13, 2.97)

    (fill,) = engine.fills("ann")
    assert fill.fee_e6 == 0


class ByTheRules:
    """Price-time priority in the plainest words: one list, searched from its start."""

    def __init__(self) -> None:
        self.resting: list[list[int]] = []  # side, own price, left, arrival
        self.trades: list[tuple[int, int, int, int]] = []  # taker, maker, YES price, count
        self.arrivals = 0

    def send(self, side: int, own_e4: int, count: int) -> None:
        self.arrivals += 1
        taker = self.arrivals
        while count:
            makers = [each for each in self.resting if each[0] != side]
            best = min(makers, key=lambda each: (-each[1], each[3]), default=None)
            if best is None or best[1] + own_e4 < 10_000:
                self.resting.append([side, own_e4, count, taker])
                return
            size = min(count, best[2])
            yes_e4 = 10_000 - best[1] if best[0] else best[1]
            self.trades.append((taker, best[3], yes_e4, size))
            count -= size
            best[2] -= size
            self.resting = [each for each in self.resting if each[2]]

    def change(self, arrival: int, own_e4: int, left: int) -> None:
        for each in self.resting:
            if each[3] == arrival and each[1] == own_e4 and left <= each[2]:
                each[2] = left
        self.resting = [each for each in self.resting if each[2]]


moves = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([0, 1]), st.integers(46, 54), st.integers(1, 9)),
        st.tuples(st.just("decrease"), st.integers(1, 12), st.integers(0, 5)),
    ),
    max_size=25,
)


@given(moves)
def test_trades_are_those_of_the_rules_in_their_plainest_words(script: list[object]) -> None:
    engine, rules = exchange(traders=("ann", "bob"), dollars="100000"), ByTheRules()
    sent: list[SimOrder] = []
    for move in script:
        match move:
            case ("decrease", int(arrival), int(left)) if arrival <= len(sent):
                order_id, trader = sent[arrival - 1].order_id, sent[arrival - 1].account_id
                before = engine.order(order_id)
                if left < before.remaining_e2:
                    engine.decrease(trader, order_id, seconds(0), reduce_to=Contracts(left))
                    own_e4 = before.yes_price_e4
                    own_e4 = own_e4 if before.side is BID else 10_000 - own_e4
                    rules.change(arrival, own_e4, left)
            case (0 | 1 as side, int(cents), int(count)):
                trader = ("ann", "bob")[side]  # each on one side, so that nobody meets itself
                sent.append(send(engine, trader, (BID, ASK)[side], cents, count / 100))
                own_e4 = 100 * cents
                rules.send(side, 10_000 - own_e4 if side else own_e4, count)

    numbers = {each.order_id: number for number, each in enumerate(sent, start=1)}
    pairs: dict[str, dict[bool, int]] = {}
    for fill in engine.fills("ann") + engine.fills("bob"):
        pairs.setdefault(fill.trade_id, {})[fill.is_taker] = numbers[fill.order_id]
    found = [
        (pairs[each.trade_id][True], pairs[each.trade_id][False], each.yes_price_e4, each.count_e2)
        for each in engine.trades(TICKER)
    ]
    assert found == rules.trades


def test_new_terms_hold_from_the_next_fill_on() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 50, 200)
    take(engine, "bob", ASK, 50, 100)

    engine.set_fees("KXHIGHNY-26JUN10", MAKER_PAYS, seconds(1))
    take(engine, "bob", ASK, 50, 50)
    engine.set_fees("KXHIGHNY-26JUN10", None, seconds(2))
    take(engine, "bob", ASK, 50, 50)

    fees = [fill.fee_e6 for fill in engine.fills("ann")]
    assert fees == [0, 218_800, 0]
    assert engine.order(sent.order_id).maker_fee_e6 == 218_800
    assert held(engine, "ann") == 20_000
