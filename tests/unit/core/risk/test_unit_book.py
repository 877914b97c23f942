from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadDistribution, BadParameter
from kalshi_alpha.core.risk.cvar import LossDistribution
from kalshi_alpha.core.risk.unit_book import UnitBook, comonotone
from kalshi_alpha.core.types import Money

LADDER = np.array([[False, False], [True, False], [True, True]])  # above 0.2, above 0.3


def _book(outcomes: list[tuple[int, int]]) -> UnitBook:
    total = sum(weight for _, weight in outcomes)
    return UnitBook.from_outcomes(Money(0), [(p, w / total) for p, w in outcomes])


books = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), min_size=1, max_size=5).map(
    _book
)


def test_a_ladder_settles_in_every_atom() -> None:
    """By hand: 10 YES above 0.2 and 4 NO above 0.3 pay 4, 14 and 10 dollars."""
    book = UnitBook.from_positions(
        Money.parse("8"),
        LADDER,
        np.array([0.2, 0.5, 0.3]),
        yes_e2=np.array([1000, 0]),
        no_e2=np.array([0, 400]),
    )

    assert book.payoff_e2 == (400, 1000, 1400)
    assert book.probs == pytest.approx((0.2, 0.3, 0.5))
    assert book.max_loss == Money.parse("4")
    np.testing.assert_allclose(book.losses, [4.0, -2.0, -6.0])


def test_equal_payoffs_become_one_outcome() -> None:
    book = UnitBook.from_outcomes(Money(0), [(5, 0.25), (0, 0.5), (5, 0.25)])

    assert (book.payoff_e2, book.probs) == ((0, 5), (0.5, 0.5))


@pytest.mark.parametrize(
    ("payoffs", "probs"),
    [
        ((), ()),
        ((1, 2), (1.0,)),
        ((2, 1), (0.5, 0.5)),
        ((1, 1), (0.5, 0.5)),
        ((-1, 1), (0.5, 0.5)),
        ((1, 2), (0.5, 0.6)),
        ((1, 2), (-0.5, 1.5)),
        ((1, 2), (float("nan"), 0.5)),
    ],
)
def test_what_is_no_distribution_is_refused(
    payoffs: tuple[int, ...], probs: tuple[float, ...]
) -> None:
    with pytest.raises(BadDistribution):
        UnitBook(Money(0), payoffs, probs)


def test_a_negative_part_does_not_hide_behind_a_larger_one() -> None:
    with pytest.raises(BadDistribution):
        UnitBook.from_outcomes(Money(0), [(1, -0.25), (1, 1.25)])


@pytest.mark.parametrize(
    ("probs", "yes", "no"),
    [
        ([0.5, 0.5], [0, 0], [0, 0]),
        ([0.2, 0.5, 0.3], [0], [0, 0]),
        ([0.2, 0.5, 0.3], [-1, 0], [0, 0]),
        ([0.2, 0.5, 0.3], [0, 0], [0, -1]),
    ],
)
def test_positions_that_do_not_fit_are_refused(
    probs: list[float], yes: list[int], no: list[int]
) -> None:
    with pytest.raises(BadParameter):
        UnitBook.from_positions(Money(0), LADDER, np.array(probs), np.array(yes), np.array(no))


def test_comonotone_joins_worst_with_worst() -> None:
    first = UnitBook(Money(3), (0, 10), (0.5, 0.5))
    second = UnitBook(Money(4), (0, 100), (0.25, 0.75))

    joint = comonotone(first, second)

    assert joint == UnitBook(Money(7), (0, 100, 110), (0.25, 0.25, 0.5))


def _mean(book: UnitBook) -> float:
    return sum(p * q for p, q in zip(book.payoff_e2, book.probs, strict=True))


def _shortfall(book: UnitBook, level: float) -> float:
    return LossDistribution(
        book.losses[::-1].copy(), np.array(book.probs)[::-1].copy()
    ).expected_shortfall(level)


@given(books, books, st.floats(0.05, 0.95))
def test_comonotone_keeps_the_mean_and_adds_the_shortfalls(
    first: UnitBook, second: UnitBook, level: float
) -> None:
    joint = comonotone(first, second)

    assert _mean(joint) == pytest.approx(_mean(first) + _mean(second))
    assert _shortfall(joint, level) == pytest.approx(
        _shortfall(first, level) + _shortfall(second, level), abs=1e-6
    )


def test_a_book_leans_with_the_side_it_holds() -> None:
    """A YES above the middle gains with the value, a NO loses with it, by the same dollars."""
    pays, probs = np.array([[False], [True]]), np.array([0.5, 0.5])
    ten, none = np.array([1000]), np.array([0])
    yes = UnitBook.from_positions(Money(0), pays, probs, ten, none)
    no = UnitBook.from_positions(Money(0), pays, probs, none, ten)
    assert [yes.lean, no.lean] == pytest.approx([5.0, -5.0])
    assert [yes.direction, no.direction] == [1.0, -1.0]
    assert comonotone(yes, no).lean == pytest.approx(0.0)


def test_a_book_that_is_certain_leans_nowhere() -> None:
    pays = np.array([[True], [True]])
    certain = UnitBook.from_positions(
        Money(0), pays, np.array([0.0, 1.0]), np.array([100]), np.array([0])
    )
    assert (certain.lean, certain.direction) == (0.0, 1.0)


def test_a_lean_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadDistribution, match="lean"):
        UnitBook(Money(0), (0,), (1.0,), float("nan"))
