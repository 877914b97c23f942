from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.caps import Breach, CapName, Caps, LadderCaps, check, crowded
from kalshi_alpha.core.orders.events import OrderEvent
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from order_cases import (
    EVENT,
    MARKET,
    ORDER,
    OTHER_MARKET,
    accepted,
    cancelled,
    filled,
    fold,
    intended,
    intent,
    later,
    lost,
    rejected,
    surplus_found,
    surplus_over,
)

COST = 4_200_000  # of the order in hand: ten at 42 cents


def caps(**changes: Any) -> Caps:
    ladder = {"order": 10 * COST, "strike": 10 * COST, "ladder": 10 * COST}
    ladder |= {name: changes.pop(name) for name in tuple(changes) if name in ladder}
    dollars = {name: Money(cap) for name, cap in ladder.items()}
    overrides = {t: Money(cap) for t, cap in changes.pop("strike_overrides", {}).items()}
    return Caps(
        total=Money(changes.pop("total", 100 * COST)),
        per_second=changes.pop("per_second", 100),
        default=LadderCaps(
            order=dollars["order"],
            strike=dollars["strike"],
            ladder=dollars["ladder"],
            strike_overrides=overrides,
        ),
        **changes,
    )


def broken(limits: Caps, *events: Any, meant: Any = ORDER) -> CapName | None:
    breach = check(fold(*events), meant, limits, later(0))
    return None if breach is None else breach.cap


@pytest.mark.parametrize("name", ["order", "strike", "ladder", "total"])
def test_an_order_may_reach_a_cap_and_not_pass_it(name: str) -> None:
    assert broken(caps(**{name: COST})) is None
    assert broken(caps(**{name: COST - 1})) == name


def test_an_order_may_reach_its_cap_in_contracts_and_not_pass_it() -> None:
    own = LadderCaps(
        order=Money(COST),
        strike=Money(COST),
        ladder=Money(COST),
        order_contracts=ORDER.contracts,
    )
    assert broken(caps(series={"KXCPI": own})) is None
    more = intent(price=Price(1), contracts=Contracts(ORDER.contracts.e2 + 1))
    assert broken(caps(series={"KXCPI": own}), meant=more) is CapName.ORDER_CONTRACTS


STANDING = [
    pytest.param([intended()], id="in flight"),
    pytest.param([intended(), lost()], id="unknown"),
    pytest.param([intended(), accepted()], id="resting"),
    pytest.param([intended(), accepted(), filled(400)], id="resting and filled"),
    pytest.param([intended(), accepted(), filled(1000)], id="filled"),
]


@pytest.mark.parametrize("events", STANDING)
@pytest.mark.parametrize("name", ["strike", "ladder", "total"])
def test_all_that_is_filled_resting_or_unknown_counts_before_it(
    name: str, events: list[Any]
) -> None:
    again = intent(nonce=1)
    assert broken(caps(**{name: 2 * COST}), *events, meant=again) is None
    assert broken(caps(**{name: 2 * COST - 1}), *events, meant=again) == name


@pytest.mark.parametrize("events", STANDING)
def test_contracts_and_strikes_are_counted_in_all(events: list[Any]) -> None:
    again, beside = intent(nonce=1), intent(ticker=OTHER_MARKET, nonce=1)
    assert broken(caps(contracts=Contracts.whole(20)), *events, meant=again) is None
    assert broken(caps(contracts=Contracts(1999)), *events, meant=again) is CapName.CONTRACTS
    assert broken(caps(strikes=1), *events, meant=again) is None
    assert broken(caps(strikes=1), *events, meant=beside) is CapName.STRIKES
    assert broken(caps(strikes=2), *events, meant=beside) is None


def test_what_was_filled_while_it_was_cancelled_takes_its_room() -> None:
    """Whether the fill is known by itself yet, or only from the answer to the cancel."""
    limits, meant = caps(contracts=Contracts.whole(10)), intent(ticker=OTHER_MARKET)
    gone: list[OrderEvent] = [intended(), accepted(), cancelled(400)]
    assert broken(limits, *gone, meant=meant) is CapName.CONTRACTS
    assert crowded(fold(*gone), limits) is None
    assert crowded(fold(*gone), caps(contracts=Contracts(599))) is not None
    assert broken(limits, *gone, filled(600), meant=meant) is CapName.CONTRACTS
    assert broken(limits, intended(), accepted(), cancelled(), meant=meant) is None


def test_a_second_order_takes_its_room_open_and_filled() -> None:
    meant = intent(ticker=OTHER_MARKET)
    gone: list[OrderEvent] = [intended(), accepted(), surplus_found(), cancelled()]
    assert broken(caps(contracts=Contracts(1999)), *gone, meant=meant) is CapName.CONTRACTS
    assert broken(caps(contracts=Contracts.whole(20)), *gone, meant=meant) is None
    assert broken(caps(strikes=1), *gone, meant=meant) is CapName.STRIKES
    filled_ = [*gone, surplus_over(filled=400)]
    assert broken(caps(contracts=Contracts(1399)), *filled_, meant=meant) is CapName.CONTRACTS
    assert broken(caps(contracts=Contracts(1400)), *filled_, meant=meant) is None
    over = [*gone, surplus_over()]
    assert broken(caps(contracts=Contracts.whole(10), strikes=1), *over, meant=meant) is None


def test_what_was_refused_counts_nothing() -> None:
    assert broken(caps(total=COST), intended(), rejected(), meant=intent(nonce=1)) is None


def test_other_markets_count_against_the_ladder_and_other_ladders_against_the_total() -> None:
    sibling = intended(intent(ticker=OTHER_MARKET))
    stranger = intended(
        intent(series="KXCPIYOY", event_ticker="KXCPIYOY-26NOV", ticker="KXCPIYOY-26NOV-T3.0")
    )
    assert broken(caps(strike=COST), sibling, stranger) is None
    assert broken(caps(ladder=COST), sibling) is CapName.LADDER
    assert broken(caps(ladder=COST), stranger) is None
    assert broken(caps(total=COST), stranger) is CapName.TOTAL


def test_what_stands_in_one_market_takes_the_room_of_that_strike_alone() -> None:
    once, again = caps(strike=COST), intent(nonce=1)
    assert broken(once, intended(), meant=again) is CapName.STRIKE
    assert broken(once, intended(), meant=intent(ticker=OTHER_MARKET)) is None


def test_a_loose_override_of_a_strike_leaves_the_ladders_cap_in_force() -> None:
    own = caps(strike_overrides={MARKET: 9 * COST}, strike=COST, ladder=2 * COST)
    assert own.default is not None
    assert [own.default.strike_cap(each).e6 // COST for each in (MARKET, OTHER_MARKET)] == [2, 1]
    assert broken(own, intended(), meant=intent(nonce=1)) is None
    twice = [intended(), intended(intent(nonce=1))]
    assert broken(own, *twice, meant=intent(nonce=2)) is CapName.LADDER


def test_where_no_series_has_caps_nothing_is_sent_however_small() -> None:
    least = intent(price=Price(1), contracts=Contracts(1))
    found = check(Blotter(), least, Caps(total=Money(100 * COST), per_second=9), later(0))
    assert found == Breach(CapName.ORDER, least.series, least.at_risk, Money(0))


def test_the_most_that_fees_can_be_counts() -> None:
    assert broken(caps(order=COST), meant=intent(fee_max=Money(1))) is CapName.ORDER


def test_orders_of_one_second_are_counted_whatever_became_of_them() -> None:
    sent: list[OrderEvent] = [intended(), rejected(), intended(intent(nonce=1), later(0.5))]
    third = intent(nonce=2)
    assert check(fold(*sent), third, caps(per_second=2), later(0.9)) == Breach(
        CapName.PER_SECOND, "all", 3, 2
    )
    assert check(fold(*sent), third, caps(per_second=2), later(1.0)) is None


def test_a_series_has_its_own_caps_and_one_without_any_sends_nothing() -> None:
    own = LadderCaps(order=Money(COST - 1), strike=Money(COST), ladder=Money(COST))
    assert broken(caps(series={"KXCPI": own})) is CapName.ORDER
    assert broken(caps(series={"KXHIGHNY": own})) is None
    nothing = Caps(total=Money(COST), per_second=9, series={"KXHIGHNY": own})
    assert broken(nothing) is CapName.ORDER


def test_a_strike_may_have_its_own_cap_and_never_above_the_ladders() -> None:
    assert broken(caps(strike_overrides={MARKET: COST - 1})) is CapName.STRIKE
    assert broken(caps(strike_overrides={OTHER_MARKET: 0})) is None
    own = caps(strike_overrides={MARKET: 9 * COST}, ladder=COST).default
    assert own is not None
    assert own.strike_cap(MARKET) == Money(COST)


def test_a_breach_says_what_would_be_passed() -> None:
    breach = check(Blotter(), ORDER, caps(ladder=COST - 1), later(0))
    assert str(breach) == f"cap ladder of {EVENT}: 4.200000 would exceed 4.199999"


@pytest.mark.parametrize("change", [{"order": -1}, {"ladder": -1}, {"total": -1}, {"strikes": -1}])
def test_a_negative_cap_is_none(change: dict[str, int]) -> None:
    with pytest.raises(BadParameter):
        caps(**change)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([MARKET, OTHER_MARKET]),
            st.sampled_from(Side),
            st.integers(1, 9_999),
            st.integers(1, 2_000),
        ),
        max_size=12,
    )
)
def test_whoever_asks_before_each_order_never_passes_a_cap(
    wanted: list[tuple[str, Side, int, int]],
) -> None:
    limits = caps(order=2 * COST, strike=3 * COST, ladder=4 * COST, total=5 * COST, per_second=8)
    blotter = Blotter()
    for n, (ticker, side, price, count) in enumerate(wanted):
        meant = intent(
            ticker=ticker, side=side, price=Price(price), contracts=Contracts(count), nonce=n
        )
        if check(blotter, meant, limits, later(0)) is None:
            blotter.apply(intended(meant))
    assert blotter.ladder_at_risk(EVENT) <= Money(4 * COST)
    assert max(blotter.strike_at_risk(t) for t in (MARKET, OTHER_MARKET)) <= Money(3 * COST)
    assert blotter.sent_in_second(later(0)) <= 8
