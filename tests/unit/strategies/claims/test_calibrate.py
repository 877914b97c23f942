from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.claims.calibrate import ClaimsCalibration, fit
from kalshi_alpha.strategies.strategy import Row

CLOCK = datetime(2024, 12, 12, 11, 30, tzinfo=UTC)


def test_a_calibration_knows_when_it_was_made(calibration: ClaimsCalibration) -> None:
    assert calibration.known_at == datetime(2024, 12, 5, 13, 30, tzinfo=UTC)
    assert calibration.prints[-1].persons == 224_000
    assert calibration.learnt.alone.n == calibration.skill.rows[0].n + 20


def test_without_a_consensus_its_weight_stays_the_prior(calibration: ClaimsCalibration) -> None:
    assert calibration.learnt.weight.value == pytest.approx(0.7)


def test_a_later_print_changes_nothing_before_its_release(
    history: list[Row], calibration: ClaimsCalibration
) -> None:
    late = {
        "week_ending": "2024-12-07",
        "release_on": "2024-12-12",
        "first_print": 900_000,
        "previous_shown": 900_000,
    }
    assert fit([*history, late], CLOCK) == calibration
    assert fit([*history, late], CLOCK + timedelta(hours=2)) != calibration


def test_values_that_are_not_final_yet_change_nothing(
    history: list[Row], calibration: ClaimsCalibration
) -> None:
    young = [{"week_ending": "2020-01-04", "final": 5_000_000}]
    assert fit([*history, *young], CLOCK).model == calibration.model


def test_order_of_rows_does_not_matter(history: list[Row], calibration: ClaimsCalibration) -> None:
    assert fit(history[::-1], CLOCK) == calibration


@pytest.mark.parametrize(
    ("keep", "why"),
    [
        (lambda row: "final" in row, "first prints"),
        (lambda row: "final" not in row, "final weeks"),
        (lambda row: "final" in row or row["week_ending"] > "2024-07", "20 errors"),
    ],
    ids=["no prints", "no finals", "few prints"],
)
def test_too_short_a_history_is_refused(history: list[Row], keep: object, why: str) -> None:
    assert callable(keep)
    with pytest.raises(MissingData, match=why):
        fit([row for row in history if keep(row)], CLOCK)
