from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.quoting.basis import Basis, MarketBasis, RepriceThresholds, Why, moved

LIMITS = RepriceThresholds(prob=0.01, book_e4=100, age_s=60.0)
MARKET = MarketBasis(prob_yes=0.40, yes_bid_e4=3400, yes_ask_e4=3800, trusted=True, held_e2=0)
BASIS = Basis({"A": MARKET}, (), solved_s=100.0)


def after(**changes: Any) -> tuple[Why, ...]:
    market = replace(MARKET, **changes)
    return moved(BASIS, Basis({"A": market}, (), solved_s=110.0), LIMITS)


def test_nothing_worked_out_yet_is_the_first_reason() -> None:
    assert moved(None, BASIS, LIMITS) == (Why.FIRST,)


def test_what_did_not_move_by_a_threshold_is_left_alone() -> None:
    assert after(prob_yes=0.4099, yes_bid_e4=3450, yes_ask_e4=3750) == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"prob_yes": 0.4101}, Why.FORECAST),
        ({"prob_yes": None}, Why.FORECAST),
        ({"prob_yes": float("nan")}, Why.FORECAST),
        ({"yes_bid_e4": 3500}, Why.BOOK),
        ({"yes_bid_e4": None}, Why.BOOK),
        ({"yes_ask_e4": 3700}, Why.BOOK),
        ({"trusted": False}, Why.DOUBT),
        ({"held_e2": 1}, Why.FILL),
    ],
)
def test_each_thing_that_moves_is_a_reason(changes: dict[str, Any], why: Why) -> None:
    assert after(**changes) == (why,)


def test_the_gate_and_age_are_reasons_and_the_most_urgent_comes_first() -> None:
    late = Basis({"A": replace(MARKET, held_e2=5)}, ("kill_switch",), solved_s=160.0)
    assert moved(BASIS, late, LIMITS) == (Why.GATE, Why.FILL, Why.AGE)


def test_a_market_that_appears_is_a_doubt() -> None:
    more = Basis({"A": MARKET, "B": MARKET}, (), solved_s=100.0)
    assert moved(BASIS, more, LIMITS) == (Why.DOUBT,)


def test_a_book_that_is_not_trusted_moves_nothing_by_its_prices() -> None:
    old = Basis({"A": replace(MARKET, trusted=False)}, (), solved_s=100.0)
    new = Basis({"A": replace(MARKET, trusted=False, yes_bid_e4=100)}, (), solved_s=100.0)
    assert moved(old, new, LIMITS) == ()


@pytest.mark.parametrize("changes", [{"prob": 0.0}, {"book_e4": 0}, {"age_s": float("nan")}])
def test_thresholds_are_positive(changes: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        RepriceThresholds(**changes)
