from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.quoting.clamp import Clamp
from kalshi_alpha.core.risk.pal import PalLimits
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.exec.quoting.solver import Lot, ScanSolver
from scan_cases import AT, EVENT, GOLDEN, Scene

TICKER, OTHER = f"{EVENT}-T2", f"{EVENT}-T3"
CHEAP = Lot(Side.YES, Price(2400))
BOOKS: dict[str, OrderBook] = dict(GOLDEN.snapshots[0].books)


def solver(
    scene: Scene = GOLDEN,
    quoted: frozenset[str] | None = None,
    paid: Callable[[], Mapping[str, Lot]] = dict,
    clamp: Clamp | None = None,
) -> ScanSolver:
    holdings = Holdings(scene.exposures, scene.limits)
    return ScanSolver(
        scene.snapshots,
        scene.forecasts,
        holdings,
        scene.policy,
        scene.risk,
        quoted,
        paid,
        clamp=clamp,
    )


def size(held: dict[str, int], made: ScanSolver | None = None) -> int:
    quotes = (made or solver()).solve(BOOKS, held, AT).quotes
    return next((q.contracts.e2 for q in quotes if q.ticker == TICKER), 0)


def test_it_wants_what_the_scan_proposes() -> None:
    """The golden ladder's worked example: 470 contracts of YES at 50 cents."""
    (quote,) = solver().solve(BOOKS, {}, AT).quotes
    assert (quote.ticker, quote.side, quote.price) == (TICKER, Side.YES, Price(5000))
    assert quote.contracts == Contracts.whole(470)


def test_the_probabilities_are_the_forecasts() -> None:
    assert solver().prob_yes() == pytest.approx({TICKER: 0.57, OTHER: 0.25})


@pytest.mark.parametrize(("held", "left"), [(100, 370), (470, 0), (469, 1)])
def test_a_fill_is_not_bought_a_second_time(held: int, left: int) -> None:
    assert size({TICKER: held * 100}) == left * 100


def test_what_is_held_beyond_the_target_counts_against_the_limits() -> None:
    tight = replace(GOLDEN, limits={EVENT: PalLimits(Money.parse("300"))})
    assert size({}, solver(tight)) == 47_000
    made = solver(tight, paid=lambda: {OTHER: Lot(Side.YES, Price(2400))})
    # 500 contracts at 24 cents hold $120 of the $300, and $180 buy 356 with their fee.
    assert size({OTHER: 50_000}, made) == 35_600


def test_holdings_of_unknown_cost_count_as_a_whole_dollar() -> None:
    tight = replace(GOLDEN, limits={EVENT: PalLimits(Money.parse("300"))})
    assert size({OTHER: 30_000}, solver(tight)) == 0


def test_what_was_paid_for_the_other_side_is_not_the_cost_of_what_is_held() -> None:
    """600 YES at a dollar each are 600, at the 24 cents that a NO cost they would be 144."""
    tight = replace(GOLDEN, limits={EVENT: PalLimits(Money.parse("300"))})
    of_no = solver(tight, paid=lambda: {OTHER: Lot(Side.NO, Price(2400))})
    of_yes = solver(tight, paid=lambda: {OTHER: CHEAP})
    assert size({OTHER: 60_000}, of_no) == 0
    assert size({OTHER: 60_000}, of_yes) > 0
    assert size({OTHER: -60_000}, of_yes) == 0


@pytest.mark.parametrize("held", [1, 250, 469])
def test_held_and_quoted_together_are_what_the_scan_wants(held: int) -> None:
    quotes = solver().solve(BOOKS, {TICKER: 100 * held}, AT).quotes
    assert sum(quote.contracts.e2 for quote in quotes) == 47_000 - 100 * held


def test_a_holding_of_the_other_side_is_no_part_of_the_target() -> None:
    assert size({TICKER: -5_000}) > 0


@pytest.mark.parametrize(("held", "left"), [(0, 60), (20, 40), (60, 0), (75, 0)])
def test_what_is_held_and_wanted_together_stays_within_the_clamp(held: int, left: int) -> None:
    made = solver(clamp=Clamp(8, Contracts.whole(60)))
    assert size({TICKER: 100 * held}, made) == 100 * left


def test_a_strike_beyond_the_clamps_bins_is_not_quoted() -> None:
    """Something of the one bin there may be is held already, in another strike."""
    one = solver(clamp=Clamp(1, Contracts.whole(900)), paid=lambda: {OTHER: CHEAP})
    two = solver(clamp=Clamp(2, Contracts.whole(900)), paid=lambda: {OTHER: CHEAP})
    assert size({OTHER: 100}, one) == 0
    assert size({OTHER: 100}, two) > 0


def test_a_market_without_a_book_is_passed_over() -> None:
    assert solver().solve({OTHER: BOOKS[OTHER]}, {}, AT).quotes == ()


def test_what_a_quote_was_made_from_is_remembered_until_the_next() -> None:
    made = solver()
    assert made.belief(TICKER, Side.YES) is None
    made.solve(BOOKS, {}, AT)
    belief = made.belief(TICKER, Side.YES)
    assert belief is not None
    assert belief.p_model == pytest.approx(0.57)
    assert belief.touch_e4 == 5000
    assert made.belief(TICKER, Side.NO) is None


def test_other_forecasts_take_the_place_of_the_first() -> None:
    made = solver()
    before = made.prob_yes()[TICKER]
    (key,) = GOLDEN.forecasts
    pmf = GOLDEN.forecasts[key]
    made.renew({key: replace(pmf, lo=pmf.lo - 1)})
    assert made.prob_yes()[TICKER] < before
    made.solve(BOOKS, {}, AT)
    made.renew({})
    assert made.prob_yes() == {}
    assert made.solve(BOOKS, {}, AT).quotes == ()


def test_only_the_sessions_markets_are_quoted() -> None:
    assert solver(quoted=frozenset({OTHER})).solve(BOOKS, {}, AT).quotes == ()
