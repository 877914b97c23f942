from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.fees import (
    CENT_STEP_E6,
    DIRECT_STEP_E6,
    TABLE_ROUNDING,
    RoundingRule,
    current_rounding,
    rounding_at,
)


@pytest.mark.parametrize(
    ("when", "direct", "non_direct"),
    [
        (
            datetime(2025, 6, 11, 10, 30, tzinfo=UTC),
            RoundingRule(10_000, 10_000, None),
            RoundingRule(10_000, 10_000, None),
        ),
        (
            datetime(2026, 5, 28, tzinfo=UTC),
            RoundingRule(100, 100, 10_000),
            RoundingRule(100, 10_000, 10_000),
        ),
        (
            datetime(2026, 9, 28, tzinfo=UTC),
            RoundingRule(1, 100, 100),
            RoundingRule(1, 10_000, 10_000),
        ),
    ],
    ids=["cent table", "ten-thousandths", "millionths"],
)
def test_each_era_rounds_as_it_did(
    when: datetime, direct: RoundingRule, non_direct: RoundingRule
) -> None:
    assert rounding_at(when) == direct
    assert rounding_at(when, direct_member=False) == non_direct


@pytest.mark.parametrize(
    "starts_at", [datetime(2026, 5, 28, tzinfo=UTC), datetime(2026, 9, 28, tzinfo=UTC)]
)
def test_an_era_starts_on_its_first_instant_and_not_before(starts_at: datetime) -> None:
    just_before = starts_at - timedelta(microseconds=1)

    assert rounding_at(just_before) != rounding_at(starts_at)
    assert rounding_at(just_before).fee_step_e6 > rounding_at(starts_at).fee_step_e6


def test_the_instant_counts_and_not_its_zone() -> None:
    new_york = timezone(timedelta(hours=-4))
    assert rounding_at(datetime(2026, 9, 27, 20, tzinfo=new_york)) == current_rounding(100)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(BadParameter, match="no zone"):
        rounding_at(datetime(2026, 9, 28))  # noqa: DTZ001 - the point of the test


def test_steps_are_named_after_the_two_kinds_of_account() -> None:
    assert current_rounding(DIRECT_STEP_E6) == RoundingRule(1, 100, 100)
    assert current_rounding(CENT_STEP_E6) == RoundingRule(1, 10_000, 10_000)


def test_the_table_rounds_a_whole_order_to_a_cent_and_leaves_principal_alone() -> None:
    assert RoundingRule(10_000, 1, None, per_order=True) == TABLE_ROUNDING


@pytest.mark.parametrize("steps", [(0, 100, 100), (1, -100, 100), (1, 100, 0), (1, 100, 150)])
def test_impossible_steps_cannot_be_built(steps: tuple[int, int, int]) -> None:
    with pytest.raises(BadParameter):
        RoundingRule(*steps)
