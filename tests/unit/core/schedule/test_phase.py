from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.schedule.phase import (
    Phase,
    SeriesState,
    Span,
    frozen_around_window,
    missing_calendar,
    phase_at,
)

FREEZE = datetime(2025, 6, 10, 10, 0, tzinfo=UTC)
OPENS = datetime(2025, 6, 11, 10, 0, tzinfo=UTC)
CLOSES = datetime(2025, 6, 11, 12, 20, tzinfo=UTC)
RELEASE = datetime(2025, 6, 11, 12, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def phase(at: datetime) -> Phase:
    spans = frozen_around_window(FREEZE, (OPENS, CLOSES), RELEASE)
    return phase_at(at, spans, gap=SeriesState.OPEN, note="")


@pytest.mark.parametrize(
    ("at", "state", "since", "until"),
    [
        (FREEZE - SECOND, SeriesState.OPEN, None, FREEZE - SECOND),
        (FREEZE, SeriesState.FROZEN, FREEZE, OPENS - SECOND),
        (OPENS - SECOND, SeriesState.FROZEN, FREEZE, OPENS - SECOND),
        (OPENS, SeriesState.WINDOW, OPENS, CLOSES),
        (CLOSES, SeriesState.WINDOW, OPENS, CLOSES),
        (CLOSES + SECOND, SeriesState.FROZEN, CLOSES + SECOND, RELEASE),
        (RELEASE, SeriesState.FROZEN, CLOSES + SECOND, RELEASE),
        (RELEASE + SECOND, SeriesState.OPEN, RELEASE + SECOND, None),
    ],
)
def test_every_edge_belongs_to_the_state_that_names_it(
    at: datetime, state: SeriesState, since: datetime | None, until: datetime | None
) -> None:
    got = phase(at)
    assert (got.state, got.since, got.until) == (state, since, until)


def test_the_second_that_an_instant_lies_in_decides() -> None:
    assert phase(CLOSES + timedelta(microseconds=999_999)).state is SeriesState.WINDOW


def test_the_coming_window_is_named_until_it_is_over() -> None:
    assert phase(FREEZE).window_opens_at == OPENS
    assert phase(CLOSES).window_closes_at == CLOSES
    assert phase(CLOSES + SECOND).window_opens_at is None


def test_an_inverted_window_is_no_window() -> None:
    spans = frozen_around_window(FREEZE, (CLOSES, OPENS), RELEASE)
    assert spans == [Span(SeriesState.FROZEN, FREEZE, RELEASE)]


def test_a_window_up_to_the_close_leaves_no_empty_freeze() -> None:
    spans = frozen_around_window(FREEZE, (OPENS, RELEASE), RELEASE)
    assert [span.state for span in spans] == [SeriesState.FROZEN, SeriesState.WINDOW]


def test_overlapping_spans_are_refused() -> None:
    spans = [Span(SeriesState.FROZEN, FREEZE, OPENS), Span(SeriesState.WINDOW, OPENS, CLOSES)]
    with pytest.raises(BadParameter, match="overlap"):
        phase_at(OPENS, spans, gap=SeriesState.OPEN, note="")


def test_a_missing_calendar_is_frozen() -> None:
    got = missing_calendar("why")
    assert got.state is SeriesState.FROZEN
    assert got.calendar_missing
    assert got.note == "why"


def test_orders_may_rest_until_the_second_before_a_freeze() -> None:
    assert phase(FREEZE - SECOND).rests_until == FREEZE - SECOND
    assert phase(OPENS).rests_until == CLOSES
    assert phase(FREEZE).rests_until is None
