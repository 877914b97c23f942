"""Cash, locks, positions: what a trade does to an account."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exchange import (
    ASK,
    BID,
    FREE,
    MAKER_PAYS,
    OTHER,
    START,
    cash,
    exchange,
    free,
    held,
    listed,
    order,
    refused,
    send,
)
from kalshi_alpha.core.fees import CENT_STEP_E6, FeeTerms, FeeType, Liquidity, order_fee
from kalshi_alpha.core.types import Contracts, Money, Price, TickBand, TickGrid
from kalshi_alpha.sim.accounts import full_cost_e6
from kalshi_alpha.sim.orders import BookSide, UpdateReason
from kalshi_alpha.sim.refusals import Rejected

TENTHS = TickGrid((TickBand(0, 10_000, 10),))


@pytest.mark.parametrize(
    ("side", "cents", "left"),
    [(BID, 34, "996.600000"), (ASK, 34, "993.400000")],
    ids=["yes at p locks p", "no locks one less p"],
)
def test_a_resting_order_locks_its_full_cost(side: BookSide, cents: int, left: str) -> None:
    engine = exchange()

    send(engine, "ann", side, cents)

    assert cash(engine, "ann") == "1000.000000"
    assert free(engine, "ann") == left


def test_a_cancel_frees_what_was_locked() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 34)

    engine.cancel("ann", sent.order_id, START)

    assert free(engine, "ann") == "1000.000000"


def test_a_resting_order_locks_its_makers_fee_too() -> None:
    engine = exchange(listed(fees=MAKER_PAYS))

    send(engine, "ann", BID, 50, 100)  # fee schedule: 0.4375 for a maker of 100 at 0.50

    assert free(engine, "ann") == "949.562500"


def test_more_than_the_free_cash_is_refused() -> None:
    engine = exchange(dollars="10")
    send(engine, "ann", BID, 50, 15)

    with pytest.raises(Rejected) as no:
        send(engine, "ann", BID, 50, 6)

    assert refused(no) == (400, "insufficient_balance")
    assert send(engine, "ann", BID, 50, 5).remaining == Contracts.whole(5)


def test_a_taker_needs_its_fee_as_well() -> None:
    engine = exchange(dollars="5.17")
    send(engine, "ann", ASK, 50, 10)

    with pytest.raises(Rejected, match="insufficient_balance"):
        send(engine, "bob", BID, 50, 10)  # 5.00 and a fee of 0.175

    assert send(engine, "bob", BID, 50, 9).filled == Contracts.whole(9)


def test_yes_and_no_of_one_market_net() -> None:
    engine = exchange()
    send(engine, "ann", ASK, 40)
    send(engine, "bob", BID, 40)
    assert held(engine, "bob") == 1000

    send(engine, "ann", BID, 60)
    send(engine, "bob", ASK, 60)

    assert held(engine, "ann") == held(engine, "bob") == 0
    assert cash(engine, "ann") == "998.000000"  # sold at 40, bought back at 60, maker of a free fee
    assert cash(engine, "bob") == "1001.664000"  # two dollars less two fees of 0.168


def test_an_order_that_closes_a_position_locks_nothing() -> None:
    engine = exchange()
    send(engine, "ann", ASK, 40)
    send(engine, "bob", BID, 40)
    before = free(engine, "bob")

    send(engine, "bob", ASK, 90, 10)
    assert free(engine, "bob") == before
    send(engine, "bob", ASK, 90, 10)

    # The next ten are opened, and what the first ten pay back goes towards them.
    assert free(engine, "bob") == before
    send(engine, "bob", ASK, 10, 10)
    assert Money.parse(before) - engine.balance("bob").available == Money.parse("1.0")


def test_a_position_is_kept_at_cost_and_its_result_is_realised_in_proportion() -> None:
    engine = exchange(listed(fees=FREE))
    send(engine, "ann", ASK, 40, 4)
    send(engine, "ann", ASK, 60, 6)
    send(engine, "bob", BID, 60, 10)
    (row,) = engine.positions("bob")
    assert (row.position_e2, row.cost_e6) == (1000, 5_200_000)

    send(engine, "cal", BID, 70, 5)
    send(engine, "bob", ASK, 70, 5)

    (row,) = engine.positions("bob")
    assert (row.position_e2, row.cost_e6, row.realized_pnl_e6) == (500, 2_600_000, 900_000)
    assert row.volume_e2 == 1500


def test_a_fill_through_zero_closes_first_and_opens_with_the_rest() -> None:
    engine = exchange(listed(fees=FREE))
    send(engine, "ann", ASK, 40, 10)
    send(engine, "bob", BID, 40, 10)
    send(engine, "cal", BID, 50, 25)

    send(engine, "bob", ASK, 50, 25)

    (row,) = engine.positions("bob")
    assert (row.position_e2, row.cost_e6, row.realized_pnl_e6) == (-1500, 7_500_000, 1_000_000)
    assert cash(engine, "bob") == "993.500000"


def test_markets_are_held_apart() -> None:
    engine = exchange(listed(), listed(OTHER))
    send(engine, "ann", BID, 40)
    send(engine, "ann", BID, 30, ticker=OTHER)
    send(engine, "bob", ASK, 40)

    assert (held(engine, "ann"), held(engine, "ann", OTHER)) == (1000, 0)
    assert free(engine, "ann") == "993.000000"


@pytest.mark.parametrize(
    ("count", "cents", "cash_change"),
    [(1, 50, "-0.520000"), (0.01, 47, "-0.010000"), (100, 99.9, "-99.910000"), (1, 5.5, "-0.06")],
    ids=["row 1", "row 16", "row 19", "row 20"],
)
def test_an_account_behind_a_broker_pays_by_whole_cents(
    count: float, cents: float, cash_change: str
) -> None:
    # The fee schedule's examples at one cent's precision.
    engine = exchange(listed(grid=TENTHS), traders=("ann",))
    engine.add_account("broker", Money.parse("1000"), CENT_STEP_E6)
    send(engine, "ann", ASK, cents, count)

    send(engine, "broker", BID, cents, count)

    change = engine.balance("broker").cash - Money.parse("1000")
    assert change == Money.parse(cash_change)


def test_an_order_that_rounding_has_made_too_dear_is_cancelled() -> None:
    # A hundredth of a contract at 33.3 cents costs 0.00333, and is charged as a whole cent: after
    # two clips the cash no longer covers what is left.
    engine = exchange(listed(grid=TENTHS), traders=("ann",))
    engine.add_account("poor", Money.parse("0.34"), CENT_STEP_E6)
    sent = send(engine, "poor", BID, 33.3, 1)

    for _ in range(3):
        send(engine, "ann", ASK, 33.3, 0.01)

    assert engine.order(sent.order_id).reason is UpdateReason.MARGIN_CANCEL
    assert engine.order(sent.order_id).filled == Contracts(2)
    assert (cash(engine, "poor"), free(engine, "poor")) == ("0.320000", "0.320000")
    assert engine.audit().unaccounted_e6 == 0


@pytest.mark.parametrize("liquidity", list(Liquidity))
@pytest.mark.parametrize("multiplier", ["0", "0.5", "1"])
def test_the_full_cost_is_what_one_fill_is_charged(liquidity: Liquidity, multiplier: str) -> None:
    terms = FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(multiplier))
    price, count = Price(3330), Contracts(707)

    cost = full_cost_e6(price.e4, count.e2, terms.rate_e10(liquidity), 100)

    fee = order_fee(terms, price, count, liquidity)
    assert cost == price.e4 * count.e2 + fee.e6


def test_an_account_starts_with_money_it_can_hold() -> None:
    engine = exchange()

    for account_id, dollars in (("ann", "1"), ("dan", "-1"), ("dan", "0.00005")):
        with pytest.raises(ValueError, match="account"):
            engine.add_account(account_id, Money.parse(dollars))
    with pytest.raises(Rejected, match="not_found"):
        engine.create("nobody", order(), START)
