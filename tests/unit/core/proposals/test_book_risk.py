from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.book_risk import BookAtRisk, RiskModel, ladder_doubts, share_within
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.legs import Legs
from kalshi_alpha.core.risk.pal import Exposure
from kalshi_alpha.core.risk.unit_book import UnitBook
from kalshi_alpha.core.types import Money, Side
from scan_cases import EVENT, GOLDEN, PMF, RISK, Scene, held, scene, snapshot

UNIT = "CPI:2024-12-11"
NOTHING = Holdings({}, {})


def legs(case: Scene, *counts: int) -> Legs:
    e2 = np.array([100 * count for count in counts], dtype=np.int64)
    return Legs(case.priced(), np.arange(len(counts)), e2, 100)


def believed(orders: Legs) -> FloatArray:
    """Take the forecast at its word."""
    yes = orders.priced.prob_yes[orders.rows]
    return np.where(orders.is_yes, yes, 1.0 - yes)


def books(
    case: Scene, counts: Sequence[int], *exposures: Exposure, event: str = EVENT
) -> dict[str, UnitBook]:
    orders = legs(case, *counts)
    return BookAtRisk(orders, believed(orders), Holdings({event: exposures}, {}), RISK).unit_books(
        orders
    )


def test_orders_are_settled_in_every_atom() -> None:
    """470 YES above 0.2 cost 237.0563 and pay 470 with probability 0.57."""
    book = books(GOLDEN, [470])[UNIT]
    assert book.cost == Money.parse("237.0563")
    assert book.payoff_e2 == (0, 47_000)
    assert book.probs == pytest.approx((0.43, 0.57))


def test_a_leg_pays_with_its_probability_given_a_fill() -> None:
    """The forecast says 0.57; 0.558 is left of it after shrinking and adverse selection."""
    orders = legs(GOLDEN, 470)
    (book,) = BookAtRisk(orders, np.array([0.558]), NOTHING, RISK).unit_books(orders).values()
    assert book.probs == pytest.approx((0.442, 0.558))


def test_the_most_doubted_leg_moves_its_ladders_forecast() -> None:
    """Of 0.57 nine tenths are believed, of 0.25 four fifths: a fifth moves to "at most 0.2"."""
    orders = legs(GOLDEN, 10, 10)
    assert ladder_doubts(orders, np.array([0.513, 0.2])) == pytest.approx([0.2])
    (book,) = BookAtRisk(orders, np.array([0.513, 0.2]), NOTHING, RISK).unit_books(orders).values()
    assert book.payoff_e2 == (0, 1000, 2000)
    assert book.probs == pytest.approx((0.8 * 0.43 + 0.2, 0.8 * 0.32, 0.8 * 0.25))


def test_a_leg_that_is_believed_more_than_the_forecast_adds_no_doubt() -> None:
    assert ladder_doubts(legs(GOLDEN, 10), np.array([0.9])).tolist() == [0.0]
    assert ladder_doubts(legs(GOLDEN), np.array([])).tolist() == [0.0]


def test_near_certainty_is_not_free_of_risk() -> None:
    """0.995 looks safe at 99 %, but honestly and given a fill it is 0.98."""
    sure = GridPmf(PMF.grid, 2, np.array([0.005, 0.995]))
    case = scene(snapshot({2: (95, 2)}), pmf=sure)
    orders = legs(case, 100)
    trusting = BookAtRisk(orders, np.array([0.995]), NOTHING, RISK).var(orders)
    honest = BookAtRisk(orders, np.array([0.98]), NOTHING, RISK).var(orders)
    assert trusting < honest == pytest.approx(95.0832, abs=1e-4)


def test_holdings_and_orders_of_both_sides_add_up() -> None:
    """Ten YES above 0.2 and five NO above 0.3: at most 0.2 pays 5, 0.3 pays 15, above pays 10."""
    book = books(GOLDEN, [10], held(3, 5, 70, side=Side.NO))[UNIT]
    assert book.payoff_e2 == (500, 1000, 1500)
    assert book.probs == pytest.approx((0.43, 0.25, 0.32))


def test_without_a_forecast_the_worst_atom_is_certain() -> None:
    case = scene(snapshot({2: (50, 46)}), pmf=None)
    book = books(case, [], held(2, 10, 50))[UNIT]
    assert (book.payoff_e2, book.probs) == ((0,), (1.0,))
    assert book.max_loss == Money.parse("5")


def test_a_holding_on_a_market_that_is_not_listed_is_lost() -> None:
    book = books(GOLDEN, [], held(9, 10, 50))[UNIT]
    assert (book.cost, book.payoff_e2) == (Money.parse("5"), (0,))


def test_ladders_of_one_unit_become_one_book() -> None:
    case = scene(snapshot({2: (50, 46)}, "KXA-24NOV"), snapshot({2: (50, 46)}, "KXB-24NOV"))
    (book,) = books(case, [10, 20]).values()
    likely = [payoff for payoff, prob in zip(book.payoff_e2, book.probs, strict=True) if prob > 0]
    assert likely == [0, 3000]


def test_a_ladder_with_nothing_has_no_book() -> None:
    assert books(GOLDEN, []) == {}


def test_the_book_can_be_measured_for_fewer_and_smaller_orders() -> None:
    orders = legs(GOLDEN, 100, 50)
    book = BookAtRisk(orders, believed(orders), NOTHING, RISK)
    assert book.var(orders) > book.var(orders.scaled(0.5, 100)) > 0.0
    assert book.var(orders.where(np.array([False, False]))) == 0.0


def test_nothing_is_at_risk_without_positions() -> None:
    assert RISK.value_at_risk({}) == 0.0


def test_the_larger_of_both_measures_governs() -> None:
    """A binary that loses $100 with probability 0.4 can lose all of it at 99 %."""
    book = UnitBook(Money.parse("100"), (0, 20_000), (0.4, 0.6))
    assert RISK.value_at_risk({UNIT: book}) == pytest.approx(100.0)


def test_a_family_without_betas_is_refused() -> None:
    book = UnitBook(Money.parse("100"), (0, 20_000), (0.4, 0.6))
    with pytest.raises(BadParameter, match="OTHER"):
        RISK.value_at_risk({"OTHER:2025": book})


@pytest.mark.parametrize(
    "change", [{"limit": float("nan")}, {"limit": -1.0}, {"level": 1.0}, {"level": float("nan")}]
)
def test_an_impossible_model_cannot_be_built(change: dict[str, float]) -> None:
    with pytest.raises(BadParameter):
        replace(RISK, **change)  # type: ignore[arg-type]


@given(st.floats(0.0, 200.0))
def test_the_share_is_the_largest_of_64_steps(limit: float) -> None:
    share = share_within(limit, lambda s: 100.0 * s)
    assert share == 1.0 if limit >= 100.0 else share * 100.0 <= limit < (share + 1 / 64) * 100.0


def test_nothing_new_is_allowed_when_holdings_exceed_the_limit() -> None:
    assert share_within(10.0, lambda s: 50.0 + s) == 0.0
    assert share_within(float("nan"), lambda s: s) == 0.0


def test_a_no_moves_against_the_value_of_its_unit() -> None:
    """Two values that rise together: YES with YES loses together, YES with NO hardly ever.

    Each costs 880 and pays 1,000. With hardly more than one common factor both YES lose at once
    in nearly a tenth of cases, 1,760; of a YES and a NO one pays, so 880 less 120 is the worst.
    """
    together = RiskModel({"A": (1.0,), "B": (1.0,)}, np.ones(1), np.eye(1), 0.05, 0.99, 1e6)
    opposed = replace(together, betas={"A": (1.0,), "B": (-1.0,)})
    pays, lots, none = np.array([[False], [True]]), np.array([100_000]), np.array([0])
    cost = Money.parse("880")
    yes = UnitBook.from_positions(cost, pays, np.array([0.1, 0.9]), lots, none)
    no = UnitBook.from_positions(cost, pays, np.array([0.9, 0.1]), none, lots)
    same, mixed = {"A:1": yes, "B:1": yes}, {"A:1": yes, "B:1": no}
    assert together.value_at_risk(same) == pytest.approx(1760.0)
    assert together.value_at_risk(mixed) == pytest.approx(760.0)
    assert opposed.value_at_risk(same) == pytest.approx(760.0)
    assert opposed.value_at_risk(mixed) == pytest.approx(1760.0)


def test_yes_of_one_release_hedges_no_of_a_like_one_and_doubles_a_yes() -> None:
    pays, lots, none = np.array([[False], [True]]), np.array([100_000]), np.array([0])
    cost = Money.parse("500")
    yes = UnitBook.from_positions(cost, pays, np.array([0.5, 0.5]), lots, none)
    no = UnitBook.from_positions(cost, pays, np.array([0.5, 0.5]), none, lots)
    tied = replace(RISK, betas={"CPI": (1.0, 0.0)}, idio=0.0)
    one_way = tied.value_at_risk({UNIT: yes, "CPI:2025-01-15": yes})
    both_ways = tied.value_at_risk({UNIT: yes, "CPI:2025-01-15": no})
    assert one_way == pytest.approx(1000.0)
    assert both_ways == pytest.approx(0.0, abs=1e-6)


def test_what_is_held_elsewhere_is_at_risk_too() -> None:
    """A hundred at 0.60 on the next release, and ten more of this one beside the orders."""
    orders = legs(GOLDEN, 470)
    alone = books(GOLDEN, [470])[UNIT]
    other = UnitBook(Money.parse("60"), (0, 10_000), (0.4, 0.6))
    same = UnitBook(Money.parse("6"), (0, 1000), (0.4, 0.6))
    holdings = Holdings({}, {}, {"CPI:2025-01-15": other, UNIT: same})
    found = BookAtRisk(orders, believed(orders), holdings, RISK).unit_books(orders)
    assert found["CPI:2025-01-15"] == other
    assert found[UNIT].max_loss == alone.max_loss + Money.parse("6")
