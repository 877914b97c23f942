from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.honesty_bins import Badge, BinKey
from kalshi_alpha.core.ramp.size import (
    NO_EVIDENCE,
    BinTerms,
    SizeSteps,
    bin_terms,
    scaled,
    size_multiplier,
)
from kalshi_alpha.core.types import Contracts, Side

STEPS = SizeSteps()


@pytest.mark.parametrize(
    ("go", "badge", "e_value", "previous", "expected"),
    [
        (False, Badge.PROVEN, 100.0, 1.0, 0.0),
        (True, Badge.UNPROVEN, 100.0, None, 0.25),
        (True, Badge.PROMISING, 1.0, 0.0, 0.25),
        (True, Badge.PROVEN, 1.0, None, 0.25),
        (True, Badge.PROVEN, 1.0, 0.25, 0.35),
        (True, Badge.PROVEN, 1.0, 0.45, 0.5),
        (True, Badge.PROVEN, 20.0, 0.5, 0.6),
        (True, Badge.PROVEN, 20.0, 1.0, 1.0),
        (True, Badge.PROMISING, 20.0, 1.0, 0.25),
    ],
)
def test_size_begins_small_rises_slowly_and_falls_at_once(
    go: bool, badge: Badge, e_value: float, previous: float | None, expected: float
) -> None:
    found = size_multiplier(STEPS, go=go, badge=badge, e_value=e_value, previous=previous)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("steps", [(0.0, 0.5, 1.0), (0.5, 0.25, 1.0), (0.25, 0.5, 1.1)])
def test_steps_that_do_not_rise_are_refused(steps: tuple[float, float, float]) -> None:
    with pytest.raises(BadParameter, match="rise"):
        SizeSteps(*steps)


@pytest.mark.parametrize(
    ("count", "multiplier", "expected"),
    [
        (5, 0.0, 0),
        (5, 0.25, 1),
        (1, 0.25, 1),
        (0, 1.0, 0),
        (10, 0.5, 5),
        (10, 1.0, 10),
        (3, 0.1, 1),
    ],
)
def test_an_order_is_scaled_to_whole_contracts(
    count: int, multiplier: float, expected: int
) -> None:
    assert scaled(Contracts.whole(count), multiplier) == Contracts.whole(expected)


@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_scaling_never_enlarges_an_order(count_e2: int, multiplier: float) -> None:
    found = scaled(Contracts(count_e2), multiplier)
    assert found.e2 <= count_e2
    assert found.e2 % 100 == 0
    assert found.e2 == 0 or multiplier > 0.0


@pytest.mark.parametrize("multiplier", [-0.1, 1.1, math.nan])
def test_an_impossible_multiplier_is_refused(multiplier: float) -> None:
    with pytest.raises(BadParameter, match="multiplier"):
        scaled(Contracts.whole(1), multiplier)


def test_a_bin_without_evidence_is_believed_one_contract_at_a_time() -> None:
    known = {BinKey("CPI", Side.YES, ".3-.7", "0-2h"): BinTerms(0.5, 0.8, None)}
    assert bin_terms(known, "CPI", Side.YES, 4500, 1.9) == BinTerms(0.5, 0.8, None)
    assert bin_terms(known, "CPI", Side.NO, 4500, 1.9) is NO_EVIDENCE
    assert NO_EVIDENCE.largest(Contracts.whole(5)) == Contracts.whole(1)
    assert BinTerms(0.5, 0.8, None).largest(Contracts.whole(5)) == Contracts.whole(5)


@pytest.mark.parametrize("terms", [(1.1, 1.0, 1), (0.5, math.nan, 1), (0.5, 0.5, -1)])
def test_impossible_terms_are_refused(terms: tuple[float, float, int]) -> None:
    with pytest.raises(BadParameter):
        BinTerms(*terms)


@given(
    st.booleans(),
    st.sampled_from(Badge),
    st.floats(0.0, 1e6),
    st.one_of(st.none(), st.floats(0.0, 1.0)),
)
def test_no_share_without_a_go_nor_above_what_the_evidence_reached(
    go: bool, badge: Badge, e_value: float, previous: float | None
) -> None:
    found = size_multiplier(STEPS, go=go, badge=badge, e_value=e_value, previous=previous)
    assert (found > 0.0) is go
    if badge is not Badge.PROVEN:
        assert found <= STEPS.start
    if e_value < 20.0:
        assert found <= STEPS.proven


def test_a_proven_family_needs_many_days_to_its_full_size() -> None:
    """By a tenth a day from a quarter to the whole, and to nothing in one."""
    shares: list[float] = []
    for _ in range(10):
        previous = shares[-1] if shares else None
        shares.append(
            size_multiplier(STEPS, go=True, badge=Badge.PROVEN, e_value=1e3, previous=previous)
        )
    steps = [0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1.0, 1.0]
    assert shares == pytest.approx(steps)
    assert size_multiplier(STEPS, go=False, badge=Badge.PROVEN, e_value=1e3, previous=1.0) == 0.0


@given(st.integers(0, 10**6), st.integers(0, 50))
def test_an_order_is_never_larger_than_its_bins_lots(count_e2: int, lots: int) -> None:
    found = BinTerms(cap_lots=lots).largest(Contracts(count_e2))
    assert found.e2 == min(count_e2, 100 * lots)
