from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from kalshi_alpha.core.gates.quality import QualityLimits
from kalshi_alpha.core.replay.chain import ReplayRules
from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.engine import exposures, replay_day
from kalshi_alpha.core.replay.gate import ReplayGate
from kalshi_alpha.core.risk.pal import Commitment
from kalshi_alpha.core.types import Money, Side
from replay_cases import (
    AFTER,
    BEFORE,
    CHAIN,
    CHARGED,
    DECIDES,
    HIGH,
    MIDDLE,
    at,
    event,
    known,
    ruled,
    tape,
)


def test_the_golden_event_is_quoted_and_filled_as_worked_by_hand() -> None:
    day = replay_day([event()], CHAIN)
    first = [order for order in day.orders if order.clock.at == DECIDES]
    told = {
        order.proposal.market_ticker: (
            order.proposal.side,
            order.proposal.price.e4,
            order.fills.count_e2.tolist(),
        )
        for order in first
    }
    # Of the middle we believe 0.5 and bid with the 40; of the top 0.3, so NO with the 58.
    assert told == {MIDDLE: (Side.YES, 4000, [400, 600]), HIGH: (Side.NO, 5800, [300])}


def test_an_event_is_decided_at_every_window_between_its_open_and_close() -> None:
    day = replay_day([event()], CHAIN)
    assert [f"{look.clock.at:%d %H}" for look in day.looks] == [
        "09 18",
        "10 00",
        "10 06",
        "10 12",
        "10 18",
        "11 00",
    ]
    assert day.looks[-1].forecast is None, "from the afternoon on it is too old to be believed"


def test_a_maker_fee_is_charged_on_every_fill_and_changes_no_fill() -> None:
    free, charged = (
        replay_day([event(fees=terms)], CHAIN) for terms in (event().fees.at(DECIDES), CHARGED)
    )
    # 0.0175 x 4 x 0.24 + 0.0175 x 6 x 0.24, and 0.0175 x 3 x 0.2436 up to the next 0.0001.
    assert [str(order.fee) for order in charged.orders if order.fee.e6] == ["0.042000", "0.012800"]
    assert all(order.fee == Money(0) for order in free.orders)
    for one, other in zip(free.orders, charged.orders, strict=True):
        assert one.fills.count_e2.tolist() == other.fills.count_e2.tolist()


def test_nothing_fills_on_a_print_at_our_price_where_the_queue_is_unknown() -> None:
    level = [("18:20:00", 1, 40, 50, "no")]
    day = replay_day([event(tape((*BEFORE, *level)))], CHAIN)
    assert all(not order.fills.total_e2 for order in day.orders)


def test_a_slower_order_misses_the_prints_before_it_rests() -> None:
    slow = ruled(ReplayRules(place_us=15 * 60_000_000))
    day = replay_day([event()], slow)
    filled = [order.fills.total_e2 for order in day.orders if order.clock.at == DECIDES]
    assert sum(filled) == 1000 + 300, "the twenty of 18:30 fill all ten"
    late = ruled(ReplayRules(place_us=31 * 60_000_000))
    assert sum(order.fills.total_e2 for order in replay_day([event()], late).orders) == 0


def test_an_offer_below_our_bid_fills_it_unless_only_the_other_takers_count() -> None:
    offered = [("18:10:00", 1, 39, 4, "yes")]
    filled = {
        any_taker: sum(
            order.fills.total_e2
            for order in replay_day(
                [event(tape((*BEFORE, *offered)))], ruled(ReplayRules(any_taker=any_taker))
            ).orders
        )
        for any_taker in (True, False)
    }
    assert filled == {True: 400, False: 0}


def test_no_print_fills_two_orders_of_ours_though_cancels_take_long() -> None:
    """The order of 18:00 is gone at 18:25 only; four contracts are printed at 18:20."""
    slow = ruled(ReplayRules(cancel_us=600 * 1_000_000, every=timedelta(minutes=15)))
    day = replay_day([event(tape((*BEFORE, ("18:20:00", 1, 39, 4, "no"))))], slow)
    middle = [order for order in day.orders if order.proposal.market_ticker == MIDDLE]
    assert len(middle) > 1
    assert sum(order.fills.total_e2 for order in middle) == 400
    for older, newer in pairwise(middle):
        assert newer.placed_us >= older.gone_us


def test_a_forecast_without_skill_is_traded_only_on_request() -> None:
    almanac = event(forecasts=(known(no_skill="climatology"),))
    assert not replay_day([almanac], CHAIN).orders
    assert replay_day([almanac], ruled(ReplayRules(trade_without_skill=True))).orders


def test_a_warmer_forecast_changes_what_is_bid() -> None:
    pmf = type(known().pmf)(known().pmf.grid, 40, known().pmf.probs)
    day = replay_day([event(forecasts=(known(pmf),))], CHAIN)
    sides = {order.proposal.market_ticker: order.proposal.side for order in day.orders}
    assert sides[HIGH] is Side.YES


def test_the_gate_withholds_a_scan_whose_quotes_admit_a_riskless_profit() -> None:
    fresh = [
        ("17:59:10", 0, 30, 5, "no"),
        ("17:59:11", 0, 31, 5, "yes"),
        ("17:59:12", 1, 50, 5, "no"),
        ("17:59:13", 1, 51, 5, "yes"),
        ("17:59:14", 2, 40, 5, "no"),
        ("17:59:15", 2, 41, 5, "yes"),
    ]
    limits = QualityLimits(min_crps_advantage=0.0, min_brier_advantage=0.0)
    day = replay_day([event(tape(fresh))], replace(CHAIN, gate=ReplayGate(quality=limits)))
    ((withheld_at, said),) = day.withheld
    assert withheld_at == DECIDES
    assert [str(each.reason) for each in said] == ["market_inconsistent"]
    assert not [order for order in day.orders if order.clock.at == DECIDES]


def test_what_is_filled_later_still_rests_at_an_instant_before() -> None:
    day = replay_day([event()], CHAIN)
    middle = next(o for o in day.orders if o.proposal.market_ticker == MIDDLE)
    held = {
        clock: {e.commitment: e.contracts.e2 for e in exposures(middle, to_us(at(clock)))}
        for clock in ("18:09:00", "18:15:00", "18:40:00", "19:00:00")
    }
    assert held == {
        "18:09:00": {Commitment.RESTING: 1000},
        "18:15:00": {Commitment.FILLED: 400, Commitment.RESTING: 600},
        "18:40:00": {Commitment.FILLED: 1000},
        "19:00:00": {Commitment.FILLED: 1000},
    }


def test_an_order_that_would_cross_on_arrival_is_refused() -> None:
    crossing = [("18:00:01", 1, 36, 5, "no"), ("18:00:01", 1, 38, 5, "yes")]
    day = replay_day([event(tape((*BEFORE, *crossing, *AFTER[1:])))], CHAIN)
    middle = next(o for o in day.orders if o.proposal.market_ticker == MIDDLE)
    assert middle.refused
    assert not middle.fills.total_e2
    assert exposures(middle, to_us(DECIDES)) == []


def test_an_order_at_the_very_price_of_an_offer_is_refused_on_arrival() -> None:
    """We bid 40 for the middle, and while the bid travels somebody offers at 40."""
    offered = [("18:00:01", 1, 36, 5, "no"), ("18:00:01", 1, 40, 5, "yes")]
    day = replay_day([event(tape((*BEFORE, *offered, *AFTER[1:])))], CHAIN)
    middle = next(o for o in day.orders if o.proposal.market_ticker == MIDDLE)
    assert (middle.proposal.side, middle.proposal.price.e4) == (Side.YES, 4000)
    assert (middle.refused, middle.fills.total_e2) == (True, 0)


def test_an_order_takes_the_place_of_another_once_that_one_is_gone() -> None:
    slow = ruled(ReplayRules(cancel_us=420 * 1_000_000, every=timedelta(minutes=5)))
    day = replay_day([event(tape(BEFORE))], slow)
    window = [o for o in day.orders if o.clock.at < at("18:46:00") and not o.refused]
    top = [o for o in window if (o.proposal.market_ticker, o.proposal.side) == (HIGH, Side.NO)]
    assert len(top) > 2
    assert all(new.placed_us >= old.gone_us for old, new in pairwise(top))
    assert top[1].placed_us == top[0].gone_us == to_us(at("18:12:00"))


SOON_CLOSED = replace(tape((*BEFORE, ("18:20:00", 1, 39, 4, "no"))), closes_at=at("18:12:00"))
"""It closes within a window of decision, and somebody prints eight minutes later."""


def test_what_is_printed_after_the_close_fills_nothing_though_a_cancel_takes_long() -> None:
    day = replay_day([event(SOON_CLOSED)], ruled(ReplayRules(cancel_us=600 * 1_000_000)))
    assert [o.proposal.market_ticker for o in day.orders] == [MIDDLE, HIGH]
    assert sum(order.fills.total_e2 for order in day.orders) == 0


def test_nothing_rests_beyond_the_close_of_its_event() -> None:
    day = replay_day([event(SOON_CLOSED)], ruled(ReplayRules(cancel_us=600 * 1_000_000)))
    for order in day.orders:
        assert order.gone_us == to_us(at("18:12:00"))
        assert exposures(order, to_us(at("18:11:59")))
        assert exposures(order, to_us(at("18:12:00"))) == []


@pytest.mark.parametrize("clock", ["18:00:30", "18:21:59", "18:22:00", "18:44:00", "18:50:00"])
def test_no_more_is_ever_committed_than_was_posted_and_nothing_before_its_print(
    clock: str,
) -> None:
    """Three of the ten NO against the top are filled at 18:22."""
    day = replay_day([event()], CHAIN)
    top = next(o for o in day.orders if o.proposal.market_ticker == HIGH)
    held = {each.commitment: each.contracts.e2 for each in exposures(top, to_us(at(clock)))}
    assert held.get(Commitment.FILLED, 0) == (300 if clock >= "18:22:00" else 0)
    assert sum(held.values()) == (1000 if clock < "18:45:00" else 300)


@pytest.mark.parametrize("scale", [1, 7])
def test_the_same_replay_gives_the_same_bytes(scale: int) -> None:
    prints = [(c, m, p, n * scale, t) for c, m, p, n, t in (*BEFORE, *AFTER)]
    one, other = (replay_day([event(tape(prints))], CHAIN) for _ in range(2))
    assert repr(one.results) == repr(other.results)
    assert all(
        np.array_equal(a.fills.at_us, b.fills.at_us)
        for a, b in zip(one.orders, other.orders, strict=True)
    )
