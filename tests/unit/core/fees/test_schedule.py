from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import UnknownFee
from kalshi_alpha.core.fees import FeeChange, FeeOverride, FeeSchedule, FeeTerms

NOON = datetime(2026, 7, 3, 12, tzinfo=UTC)
CHANGE_AT = datetime(2026, 7, 3, 17, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FREE_MAKER = FeeTerms.parse("quadratic", 1)
PAYING_MAKER = FeeTerms.parse("quadratic_with_maker_fees", 1)
HALF = FeeTerms.parse("quadratic", 0.5)


def test_terms_change_at_the_instant_scheduled() -> None:
    """An index series left its half rate on 2026-07-03 at 17:00 UTC."""
    schedule = FeeSchedule.from_reading(
        NOON, "quadratic", 0.5, [FeeChange(CHANGE_AT, "quadratic", 1)]
    )

    assert schedule.at(NOON) == HALF
    assert schedule.at(CHANGE_AT - timedelta(microseconds=1)) == HALF
    assert schedule.at(CHANGE_AT) == FREE_MAKER


def test_before_the_first_entry_nothing_may_be_priced() -> None:
    schedule = FeeSchedule(((NOON, FREE_MAKER),))

    assert schedule.at(NOON) == FREE_MAKER
    with pytest.raises(UnknownFee, match="no fee terms are known before"):
        schedule.at(NOON - SECOND)


def test_past_changes_tell_the_history_before_the_reading() -> None:
    schedule = FeeSchedule.from_reading(
        CHANGE_AT + timedelta(days=30), "quadratic", 1, [FeeChange(CHANGE_AT, "quadratic", 0.5)]
    )

    assert schedule.at(CHANGE_AT + timedelta(days=1)) == HALF
    assert schedule.at(CHANGE_AT + timedelta(days=30)) == FREE_MAKER


def test_a_change_younger_than_the_venues_cache_beats_the_reading() -> None:
    schedule = FeeSchedule.from_reading(
        CHANGE_AT + 5 * SECOND, "quadratic", 0.5, [FeeChange(CHANGE_AT, "quadratic", 1)]
    )

    assert schedule.at(CHANGE_AT + 5 * SECOND) == FREE_MAKER


def test_a_change_that_cannot_be_computed_stops_pricing_from_then_on() -> None:
    later = CHANGE_AT + timedelta(days=1)
    schedule = FeeSchedule.from_reading(
        NOON,
        "quadratic",
        1,
        [FeeChange(CHANGE_AT, "flat", 1), FeeChange(later, "quadratic", 1)],
    )

    assert schedule.at(NOON) == FREE_MAKER
    with pytest.raises(UnknownFee, match="cannot be computed"):
        schedule.at(CHANGE_AT)
    assert schedule.at(later) == FREE_MAKER


@pytest.mark.parametrize(
    ("fee_type", "multiplier"), [(None, 1), ("flat", 1), ("quadratic", None), ("quadratic", -1)]
)
def test_a_reading_that_cannot_be_computed_prices_nothing(
    fee_type: str | None, multiplier: float | None
) -> None:
    with pytest.raises(UnknownFee):
        FeeSchedule.from_reading(NOON, fee_type, multiplier).at(NOON)


def test_a_repeated_change_is_one_change_and_a_contradiction_is_refused() -> None:
    change = FeeChange(CHANGE_AT, "quadratic", 1)
    twice = FeeSchedule.from_reading(NOON, "quadratic", 0.5, [change, change])
    assert twice.at(CHANGE_AT) == FREE_MAKER

    with pytest.raises(UnknownFee, match="disagree"):
        FeeSchedule.from_reading(
            NOON, "quadratic", 0.5, [change, FeeChange(CHANGE_AT, "quadratic", 0.5)]
        )


def test_entries_must_exist_ascend_and_carry_zones() -> None:
    naive = datetime(2026, 7, 3)  # noqa: DTZ001 - the point of the test
    with pytest.raises(UnknownFee):
        FeeSchedule(())
    with pytest.raises(UnknownFee, match="ascend"):
        FeeSchedule(((CHANGE_AT, FREE_MAKER), (NOON, HALF)))
    with pytest.raises(UnknownFee, match="ascend"):
        FeeSchedule(((NOON, FREE_MAKER), (NOON, HALF)))
    with pytest.raises(UnknownFee, match="aware"):
        FeeSchedule(((naive, FREE_MAKER),))
    with pytest.raises(UnknownFee, match="zone"):
        FeeSchedule.from_reading(naive, "quadratic", 1)
    with pytest.raises(UnknownFee, match="zone"):
        FeeSchedule.from_reading(NOON, "quadratic", 1, [FeeChange(naive, "quadratic", 1)])
    with pytest.raises(UnknownFee, match="zone"):
        FeeSchedule(((NOON, FREE_MAKER),)).at(naive)
    with pytest.raises(UnknownFee, match="aware"):
        FeeSchedule(((NOON, FREE_MAKER),)).overridden([FeeOverride(naive, None, 1)])


def test_an_event_override_switches_on_and_off_during_the_events_life() -> None:
    """A baseball game pays full fees from the first pitch; nulls remove the override."""
    removed_at = CHANGE_AT + timedelta(hours=3)
    event = FeeSchedule(((NOON, HALF),)).overridden(
        [
            FeeOverride(CHANGE_AT, "quadratic_with_maker_fees", 1),
            FeeOverride(removed_at, None, None),
        ]
    )

    assert event.at(CHANGE_AT - SECOND) == HALF
    assert event.at(CHANGE_AT) == PAYING_MAKER
    assert event.at(removed_at) == HALF


def test_an_override_older_than_the_series_reading_is_in_force_at_it() -> None:
    event = FeeSchedule(((NOON, FREE_MAKER),)).overridden(
        [FeeOverride(NOON - timedelta(days=1), None, 0.5)]
    )

    assert event.at(NOON) == HALF
    with pytest.raises(UnknownFee):
        event.at(NOON - SECOND)


def test_an_override_of_one_part_follows_the_series_in_the_other() -> None:
    series = FeeSchedule(((NOON, FREE_MAKER), (CHANGE_AT, PAYING_MAKER)))
    event = series.overridden([FeeOverride(NOON, None, 0.5)])

    assert event.at(NOON) == HALF
    assert event.at(CHANGE_AT) == FeeTerms.parse("quadratic_with_maker_fees", 0.5)


def test_an_override_that_cannot_be_read_does_not_fall_back_on_the_series() -> None:
    event = FeeSchedule(((NOON, FREE_MAKER),)).overridden(
        [FeeOverride(CHANGE_AT, "flat", None), FeeOverride(CHANGE_AT + SECOND, None, None)]
    )

    with pytest.raises(UnknownFee):
        event.at(CHANGE_AT)
    assert event.at(CHANGE_AT + SECOND) == FREE_MAKER


def test_an_override_never_mends_a_series_that_cannot_be_computed() -> None:
    event = FeeSchedule(((NOON, None),)).overridden([FeeOverride(NOON, "quadratic", 1)])
    with pytest.raises(UnknownFee):
        event.at(NOON)


def test_two_overrides_of_one_instant_are_refused() -> None:
    row = FeeOverride(CHANGE_AT, None, 0.5)
    with pytest.raises(UnknownFee, match="one override per instant"):
        FeeSchedule(((NOON, FREE_MAKER),)).overridden([row, row])


@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=8, unique=True),
    st.integers(0, 1200),
)
def test_the_terms_at_an_instant_are_those_of_the_latest_entry(
    minutes: list[int], probe: int
) -> None:
    minutes.sort()
    schedule = FeeSchedule(
        tuple(
            (NOON + timedelta(minutes=minute), FeeTerms.parse("quadratic", f"0.{minute:04d}"))
            for minute in minutes
        )
    )
    begun = [minute for minute in minutes if minute <= probe]
    if begun:
        expected = FeeTerms.parse("quadratic", f"0.{begun[-1]:04d}")
        assert schedule.at(NOON + timedelta(minutes=probe)) == expected
    else:
        with pytest.raises(UnknownFee):
            schedule.at(NOON + timedelta(minutes=probe))
