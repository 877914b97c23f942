from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from kalshi_alpha.core.errors import BadContracts, BadParameter, BadPrice
from kalshi_alpha.core.fees import (
    CENT_STEP_E6,
    DIRECT_STEP_E6,
    TABLE_ROUNDING,
    FeeTerms,
    Liquidity,
    OrderFees,
    RoundingRule,
    order_fee,
)
from kalshi_alpha.core.types import Contracts, Money, Price

TAKER, MAKER = Liquidity.TAKER, Liquidity.MAKER
QUADRATIC = FeeTerms.parse("quadratic", 1)
HALF = FeeTerms.parse("quadratic", 0.5)
FREE = FeeTerms.parse("quadratic", 0)
MAKER_PAYS = FeeTerms.parse("quadratic_with_maker_fees", 1)
COMBO = FeeTerms.parse("quadratic_with_combo_maker_fees", 1)


TERMS = {
    "quadratic": QUADRATIC,
    "half": HALF,
    "free": FREE,
    "maker_pays": MAKER_PAYS,
    "combo": COMBO,
}

# Single-fill examples of the fee schedule: net fee and cash change of a direct account, then of a
# cent account, then the fee table's cent rule. Amounts are dollars, exactly as printed there.
SCHEDULE = """
 # terms      liquidity way  count price       model    trade direct     cash   cent   cash table
 1 quadratic  taker     buy      1  0.50      0.0175 0.017500 0.0175  -0.5175   0.02  -0.52  0.02
 2 quadratic  taker     buy      1  0.52    0.017472 0.017472 0.0175  -0.5375   0.02  -0.54  0.02
 3 quadratic  taker     buy      1  0.01    0.000693 0.000693 0.0007  -0.0107   0.01  -0.02  0.01
 4 quadratic  taker     buy      1  0.99    0.000693 0.000693 0.0007  -0.9907   0.01  -1.00  0.01
 5 quadratic  taker     buy    100  0.01      0.0693 0.069300 0.0693  -1.0693   0.07  -1.07  0.07
 6 quadratic  taker     buy    100  0.05      0.3325 0.332500 0.3325  -5.3325   0.34  -5.34  0.34
 7 quadratic  taker     buy    100  0.25      1.3125 1.312500 1.3125 -26.3125   1.32 -26.32  1.32
 8 quadratic  taker     buy    100  0.50        1.75 1.750000 1.7500 -51.7500   1.75 -51.75  1.75
 9 quadratic  taker     buy    100  0.90        0.63 0.630000 0.6300 -90.6300   0.63 -90.63  0.63
10 quadratic  taker     buy     10  0.50       0.175 0.175000 0.1750  -5.1750   0.18  -5.18  0.18
11 quadratic  taker     buy      7  0.33    0.108339 0.108339 0.1084  -2.4184   0.11  -2.42  0.11
12 quadratic  taker     buy     20  0.15      0.1785 0.178500 0.1785  -3.1785   0.18  -3.18  0.18
13 quadratic  taker     sell     1  0.50      0.0175 0.017500 0.0175   0.4825   0.02   0.48  0.02
14 quadratic  taker     sell    10  0.37     0.16317 0.163170 0.1632   3.5368   0.17   3.53  0.17
15 quadratic  taker     buy   0.50  0.50     0.00875 0.008750 0.0088  -0.2588   0.01  -0.26  0.01
16 quadratic  taker     buy   0.01  0.47  0.00017437 0.000175 0.0002  -0.0049 0.0053  -0.01  0.01
17 quadratic  taker     buy   2.97  0.13  0.02351349 0.023514 0.0236  -0.4097 0.0239  -0.41  0.03
18 quadratic  taker     buy    100 0.005    0.034825 0.034825 0.0349  -0.5349   0.04  -0.54  0.04
19 quadratic  taker     buy    100 0.999    0.006993 0.006993 0.0070 -99.9070   0.01 -99.91  0.01
20 quadratic  taker     buy      1 0.055  0.00363825 0.003639 0.0037  -0.0587  0.005  -0.06  0.01
21 half       taker     buy      1  0.27   0.0068985 0.006899 0.0069  -0.2769   0.01  -0.28  0.01
22 half       taker     buy     10  0.27    0.068985 0.068985 0.0690  -2.7690   0.07  -2.77  0.07
23 half       taker     buy   0.27  0.27 0.001862595 0.001863 0.0019  -0.0748 0.0071  -0.08  0.01
24 half       taker     buy      1  0.48    0.008736 0.008736 0.0088  -0.4888   0.01  -0.49  0.01
25 free       taker     buy    100  0.50           0        0      0 -50.0000      0 -50.00     0
26 quadratic  maker     buy    100  0.50           0        0      0 -50.0000      0 -50.00     0
27 maker_pays maker     buy      1  0.50    0.004375 0.004375 0.0044  -0.5044   0.01  -0.51  0.01
28 maker_pays maker     buy    100  0.50      0.4375 0.437500 0.4375 -50.4375   0.44 -50.44  0.44
29 maker_pays maker     buy    100  0.05    0.083125 0.083125 0.0832  -5.0832   0.09  -5.09  0.09
30 maker_pays maker     buy     10  0.10     0.01575 0.015750 0.0158  -1.0158   0.02  -1.02  0.02
31 combo      maker     buy    100  0.50       0.875 0.875000 0.8750 -50.8750   0.88 -50.88  0.88
"""


@dataclass(frozen=True)
class Row:
    """One line of the table above."""

    number: int
    terms: FeeTerms
    liquidity: Liquidity
    buy: bool
    contracts: str
    price: str
    model: str
    trade: str
    net_direct: str
    cash_direct: str
    net_cent: str
    cash_cent: str
    table: str

    @classmethod
    def of(cls, line: str) -> Row:
        number, terms, liquidity, way, *amounts = line.split()
        return cls(int(number), TERMS[terms], Liquidity(liquidity), way == "buy", *amounts)


ROWS = [Row.of(line) for line in SCHEDULE.strip().splitlines()[1:]]
EVERY_ROW = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"fee schedule row {row.number}")


def price_of(text: str) -> Price:
    return Price.parse(text)


def test_no_row_of_the_schedule_is_left_out() -> None:
    assert [row.number for row in ROWS] == list(range(1, 32))


@EVERY_ROW
def test_the_model_fee_before_rounding(row: Row) -> None:
    contracts = Contracts.parse(row.contracts)
    fee_e20 = row.terms.model_fee_e20(price_of(row.price), contracts, row.liquidity)

    assert fee_e20 == Decimal(row.model) * 10**20


@EVERY_ROW
@pytest.mark.parametrize("step_e6", [DIRECT_STEP_E6, CENT_STEP_E6], ids=["direct", "cent"])
def test_one_fill_costs_what_the_schedule_says(row: Row, step_e6: int) -> None:
    fill = OrderFees(row.terms, step_e6).fill(
        row.buy, price_of(row.price), Contracts.parse(row.contracts), row.liquidity
    )

    direct = step_e6 == DIRECT_STEP_E6
    assert fill.trade_fee == Money.parse(row.trade)
    assert fill.net_fee == Money.parse(row.net_direct if direct else row.net_cent)
    assert fill.cash_change == Money.parse(row.cash_direct if direct else row.cash_cent)
    assert fill.rebate == Money(0)


@EVERY_ROW
def test_the_conservative_mode_charges_the_fee_table(row: Row) -> None:
    fill = OrderFees.under(row.terms, TABLE_ROUNDING).fill(
        row.buy, price_of(row.price), Contracts.parse(row.contracts), row.liquidity
    )

    assert fill.net_fee == Money.parse(row.table)


@EVERY_ROW
def test_the_single_fill_shorthand_agrees(row: Row) -> None:
    fee = order_fee(
        row.terms,
        price_of(row.price),
        Contracts.parse(row.contracts),
        row.liquidity,
        CENT_STEP_E6,
        side_buy=row.buy,
    )

    assert fee == Money.parse(row.net_cent)


def test_the_venues_sub_cent_example_costs_exactly_half_a_cent() -> None:
    """Buy 1 at 0.055 from a cent account: principal below the cent is swept into the fee."""
    fill = OrderFees(QUADRATIC, CENT_STEP_E6).fill(
        True, Price.parse("0.055"), Contracts.whole(1), TAKER
    )

    assert fill.trade_fee == Money.parse("0.003639")
    assert fill.cash_change == Money.parse("-0.06")
    assert fill.net_fee == Money.parse("0.005")


def test_a_real_resting_fill_of_a_quadratic_series_was_free() -> None:
    """A Treasury ladder's fill of 2026-07-30: 2.97 at 0.13, maker, fee_cost 0.000000."""
    model = QUADRATIC.model_fee_e20(Price.parse("0.13"), Contracts.parse("2.97"), MAKER)
    under_old_rule = OrderFees.under(QUADRATIC, RoundingRule(100, 100, 10_000)).fill(
        True, Price.parse("0.13"), Contracts.parse("2.97"), MAKER
    )

    assert model == 0
    assert under_old_rule.trade_fee == Money.parse("0.000000")
    assert under_old_rule.net_fee == under_old_rule.rounding_fee == Money(0)


@dataclass(frozen=True)
class SplitOrder:
    """A multi-fill example: equal fills of one order, buying as a taker."""

    name: str
    step_e6: int
    fill: str
    price: str
    trade: str
    rounding: str
    rebates: tuple[str, ...]
    net: tuple[str, ...]
    left: str
    total: str
    at_once: str | None


SPLIT_ORDERS = [
    SplitOrder(
        "A",
        100,
        "1",
        "0.33",
        "0.015477",
        "0.000023",
        ("0",) * 4,
        ("0.0155",) * 4,
        "0.000092",
        "0.0620",
        "0.0620",
    ),
    SplitOrder(
        "B", 100, "1", "0.50", "0.017500", "0", ("0",) * 3, ("0.0175",) * 3, "0", "0.0525", "0.0525"
    ),
    SplitOrder(
        "C",
        10_000,
        "0.30",
        "0.50",
        "0.00525",
        "0.00475",
        ("0", "0", "0.01"),
        ("0.01", "0.01", "0.00"),
        "0.00425",
        "0.0200",
        None,
    ),
    SplitOrder(
        "D",
        10_000,
        "1",
        "0.33",
        "0.015477",
        "0.004523",
        ("0", "0", "0.01", "0"),
        ("0.02", "0.02", "0.01", "0.02"),
        "0.008092",
        "0.0700",
        "0.07",
    ),
]


@pytest.mark.parametrize("case", SPLIT_ORDERS, ids=lambda case: f"multi-fill order {case.name}")
def test_an_order_of_several_fills_accumulates_its_rounding(case: SplitOrder) -> None:
    fees = OrderFees(QUADRATIC, case.step_e6)
    price, contracts = Price.parse(case.price), Contracts.parse(case.fill)

    fills = [fees.fill(True, price, contracts, TAKER) for _ in case.net]

    assert {fill.trade_fee for fill in fills} == {Money.parse(case.trade)}
    assert {fill.rounding_fee for fill in fills} == {Money.parse(case.rounding)}
    assert [fill.rebate for fill in fills] == [Money.parse(rebate) for rebate in case.rebates]
    assert [fill.net_fee for fill in fills] == [Money.parse(net) for net in case.net]
    assert fees.net_fee == Money.parse(case.total)
    assert fees.accumulated == Money.parse(case.left)
    if case.at_once is not None:
        whole = Contracts(contracts.e2 * len(fills))
        at_once = order_fee(QUADRATIC, price, whole, TAKER, case.step_e6)
        assert at_once == Money.parse(case.at_once)


def test_maker_and_taker_fills_of_one_order_share_the_accumulator() -> None:
    fees = OrderFees(MAKER_PAYS, CENT_STEP_E6)
    price = Price.parse("0.33")

    taken = fees.fill(True, price, Contracts.whole(1), TAKER)
    rested = fees.fill(True, price, Contracts.whole(1), MAKER)

    assert taken.rounding_fee == Money.parse("0.004523")
    # 0.0175 * 0.33 * 0.67 = 0.00386925, up to 0.003870, swept to the cent by 0.006130.
    assert rested.trade_fee == Money.parse("0.003870")
    assert rested.rounding_fee == Money.parse("0.006130")
    assert rested.rebate == Money.parse("0.01")
    assert rested.net_fee == Money(0)


def test_the_table_rounds_up_once_per_order_and_not_once_per_fill() -> None:
    fees = OrderFees.under(QUADRATIC, TABLE_ROUNDING)
    price, one = Price.parse("0.50"), Contracts.whole(1)

    net = [fees.fill(True, price, one, TAKER).net_fee for _ in range(4)]

    assert [str(fee) for fee in net] == ["0.020000", "0.020000", "0.020000", "0.010000"]
    assert fees.net_fee == Money.parse("0.07")


def test_the_cent_era_rounds_up_each_execution_and_not_each_contract() -> None:
    ten = OrderFees.under(QUADRATIC, RoundingRule(10_000, 10_000, None)).fill(
        True, Price.parse("0.50"), Contracts.whole(10), TAKER
    )

    assert ten.net_fee == Money.parse("0.18")


def test_the_rule_of_spring_2026_gave_back_whole_cents_only() -> None:
    fees = OrderFees.under(QUADRATIC, RoundingRule(100, 100, 10_000))
    fills = [
        fees.fill(True, Price.parse("0.1234"), Contracts.parse("0.01"), TAKER) for _ in range(3)
    ]

    # Model 0.0000757, fee 0.0001, principal 0.001234: 0.001334 is swept to 0.0014 each time.
    assert [str(fill.net_fee) for fill in fills] == ["0.000166"] * 3
    assert {fill.rebate for fill in fills} == {Money(0)}
    assert fees.accumulated == Money.parse("0.000198")


def test_the_balance_moves_by_the_price_of_the_side_bought() -> None:
    """YES at 0.30 and NO at 0.70 carry the same fee, and quite different principal."""
    yes, no = (
        OrderFees(QUADRATIC).fill(True, price, Contracts.whole(10), TAKER)
        for price in (Price.parse("0.30"), Price.parse("0.70"))
    )

    assert yes.net_fee == no.net_fee == Money.parse("0.1470")
    assert yes.cash_change == Money.parse("-3.1470")
    assert no.cash_change == Money.parse("-7.1470")


def test_the_fee_follows_the_execution_price_and_not_the_limit() -> None:
    limit, executed = Price.parse("0.50"), Price.parse("0.40")
    fill = OrderFees(QUADRATIC).fill(True, executed, Contracts.whole(1), TAKER)

    assert fill.net_fee == Money.parse("0.0168")
    assert fill.net_fee < order_fee(QUADRATIC, limit, Contracts.whole(1), TAKER)


def test_the_average_fee_per_contract_does_not_multiply_back() -> None:
    fees = OrderFees(QUADRATIC, DIRECT_STEP_E6)
    fees.fill(True, Price.parse("0.33"), Contracts.whole(7), TAKER)
    average_to_four_places = round(fees.net_fee.dollars / 7, 4)

    assert fees.net_fee == Money.parse("0.1084")
    assert round(average_to_four_places * 7, 4) == 0.1085


@pytest.mark.parametrize("price_e4", [0, 10_000])
def test_the_price_of_an_empty_side_is_never_charged_on(price_e4: int) -> None:
    with pytest.raises(BadPrice, match="empty side"):
        order_fee(QUADRATIC, Price(price_e4), Contracts.whole(1), TAKER)


def test_a_fill_of_nothing_is_refused() -> None:
    with pytest.raises(BadContracts):
        order_fee(QUADRATIC, Price(5_000), Contracts(0), TAKER)


@pytest.mark.parametrize("step_e6", [0, -100])
def test_a_balance_step_of_nothing_is_refused(step_e6: int) -> None:
    with pytest.raises(BadParameter):
        OrderFees(QUADRATIC, step_e6)


def test_tiny_clips_without_a_fee_are_dear_for_a_cent_account() -> None:
    """With no fee to set it against, the swept principal is held back on every clip."""
    fees = OrderFees(FREE, CENT_STEP_E6)
    for _ in range(10):
        fees.fill(True, Price.parse("0.47"), Contracts.parse("0.01"), TAKER)

    assert fees.net_fee == Money.parse("0.053")
    at_once = order_fee(FREE, Price.parse("0.47"), Contracts.parse("0.10"), TAKER, CENT_STEP_E6)
    assert at_once == Money.parse("0.003")
