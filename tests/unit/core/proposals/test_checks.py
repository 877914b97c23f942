from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.ladder import Quote, market_consistency
from kalshi_alpha.core.proposals.checks import check_ladders, monotone_ladders, sound_ladders
from kalshi_alpha.core.proposals.proposal import LadderCheck
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.types import Strike, StrikeType
from scan_cases import AT, GOLDEN, GRID, Scene, book, market, scene, snapshot

FEE = 0.07


def checked(case: Scene) -> tuple[LadderCheck, ...]:
    priced = case.priced()
    return check_ladders(priced.table, priced.prob_yes, AT)


def brackets() -> LadderSnapshot:
    """At most 0.1, 0.2 to 0.3, above 0.3: a partition."""
    strikes = (
        Strike(StrikeType.LESS_OR_EQUAL, cap=GRID.value(1)),
        Strike(StrikeType.BETWEEN, floor=GRID.value(2), cap=GRID.value(3)),
        Strike(StrikeType.GREATER, floor=GRID.value(3)),
    )
    markets = [market(i, strike=strike) for i, strike in enumerate(strikes)]
    return snapshot({0: (14, 82), 1: (59, 37), 2: (24, 74)}, markets=markets)


def test_a_sound_ladder_has_nothing_to_report() -> None:
    (check,) = checked(GOLDEN)
    assert check.model_monotone
    assert check.market_mid_violations == check.market_exec_violations == 0
    assert check.repair_l1 == 0.0


def test_a_rising_mid_is_counted_and_mended() -> None:
    """Mids 0.52 and 0.53: each moves by half a cent, in proportion to its weight."""
    (check,) = checked(scene(snapshot({2: (50, 46), 3: (51, 45)})))
    assert (check.market_mid_violations, check.market_exec_violations) == (1, 0)
    assert check.repair_l1 == pytest.approx(0.01)


def test_a_bid_above_a_lower_strikes_ask_is_executable() -> None:
    """Above 0.3 bid at 60 c, above 0.2 offered at 54 c: 6 c less 3.42 c of fees."""
    (check,) = checked(scene(snapshot({2: (50, 46), 3: (60, 39)})))
    assert check.market_exec_violations == check.market_exec_violations_after_fees == 1


def test_fees_can_take_all_of_an_arbitrage() -> None:
    (check,) = checked(scene(snapshot({2: (50, 46), 3: (56, 43)})))
    assert (check.market_exec_violations, check.market_exec_violations_after_fees) == (1, 0)


def test_stale_offers_are_nobodys() -> None:
    lone = snapshot({2: (50, 46), 3: (60, 39)})
    old = {t: replace(b, as_of=AT.replace(hour=10, minute=0)) for t, b in lone.books.items()}
    (check,) = checked(scene(replace(lone, books=old)))
    assert check.market_exec_violations == check.market_mid_violations == 0


def test_a_ladder_without_books_is_sound() -> None:
    assert sound_ladders(scene(snapshot({2: None, 3: None})).table()).tolist() == [True]


def test_a_partition_is_always_measured() -> None:
    case = scene(brackets())
    assert sound_ladders(case.table()).tolist() == [False]
    assert checked(case)[0].repair_l1 == pytest.approx(0.02)


def test_markets_that_pay_alike_are_left_to_the_general_test() -> None:
    twice = [market(2), market(3, strike=Strike(StrikeType.GREATER, floor=GRID.value(2)))]
    case = scene(snapshot({2: (50, 46), 3: (50, 46)}, markets=twice))
    assert sound_ladders(case.table()).tolist() == [False]
    assert checked(case)[0].market_exec_violations == 0


def test_the_model_may_not_rise_with_the_strike() -> None:
    table = GOLDEN.table()
    assert monotone_ladders(table, np.array([0.5, 0.4])).tolist() == [True]
    assert monotone_ladders(table, np.array([0.5, 0.5])).tolist() == [True]
    assert monotone_ladders(table, np.array([0.4, 0.5])).tolist() == [False]


def test_the_model_may_not_fall_with_a_strike_below_which_markets_pay() -> None:
    markets = [market(i, strike=Strike(StrikeType.LESS, cap=GRID.value(i))) for i in (2, 3)]
    table = scene(snapshot({2: (50, 46), 3: (60, 36)}, markets=markets)).table()
    assert monotone_ladders(table, np.array([0.4, 0.5])).tolist() == [True]
    assert monotone_ladders(table, np.array([0.5, 0.4])).tolist() == [False]


def test_a_bracket_is_no_likelier_than_the_threshold_around_it() -> None:
    between = Strike(StrikeType.BETWEEN, floor=GRID.value(3), cap=GRID.value(4))
    case = scene(
        snapshot({2: (50, 46), 3: (30, 66)}, markets=[market(2), market(3, strike=between)])
    )
    assert monotone_ladders(case.table(), np.array([0.5, 0.4])).tolist() == [True]
    assert monotone_ladders(case.table(), np.array([0.4, 0.5])).tolist() == [False]


@pytest.mark.parametrize("probs", [(0.5, float("nan")), (1.1, 0.5), (0.5, -0.1)])
def test_a_probability_that_is_none_is_not_monotone(probs: tuple[float, float]) -> None:
    assert monotone_ladders(GOLDEN.table(), np.array(probs)).tolist() == [False]


def test_a_ladder_without_a_forecast_has_nothing_to_be_wrong() -> None:
    assert monotone_ladders(GOLDEN.table(), np.full(2, np.nan)).tolist() == [True]


def test_each_ladder_is_judged_by_itself() -> None:
    good, bad = (
        snapshot({2: (50, 46)}, "KXA-24NOV"),
        snapshot({2: (40, 46), 3: (60, 36)}, "KXB-24NOV"),
    )
    assert [c.market_exec_violations for c in checked(scene(good, bad))] == [0, 1]


cents = st.integers(0, 99)


@given(
    st.sets(st.integers(0, 8), min_size=1, max_size=4),
    st.lists(st.tuples(cents, cents, st.sampled_from([5.0, 300.0])), min_size=4, max_size=4),
    st.sampled_from([StrikeType.GREATER, StrikeType.LESS_OR_EQUAL]),
)
def test_a_ladder_called_sound_has_no_violation(
    indices: set[int], quotes: list[tuple[int, int, float]], kind: StrikeType
) -> None:
    above = kind is StrikeType.GREATER
    markets = [
        market(
            i,
            strike=Strike(kind, floor=GRID.value(i)) if above else Strike(kind, cap=GRID.value(i)),
        )
        for i in sorted(indices)
    ]
    lone = snapshot(dict.fromkeys(sorted(indices)), markets=markets)
    books = {
        m.ticker: book(m.ticker, yes, no, age_s=age)
        for m, (yes, no, age) in zip(markets, quotes, strict=False)
    }
    table = scene(replace(lone, books=books)).table()
    found = market_consistency(
        table.intervals,
        [
            Quote(b.best_yes_bid, b.best_yes_ask, b.as_of)
            for b in (books[m.ticker] for m in markets)
        ],
        AT,
        yes_fees=np.full(len(markets), FEE),
        no_fees=np.full(len(markets), FEE),
    )
    if sound_ladders(table)[0]:
        assert found.market_exec_violations == found.market_mid_violations == 0
        assert found.repair_l1 == pytest.approx(0.0, abs=1e-12)
    else:
        assert found.market_exec_violations + found.market_mid_violations > 0
