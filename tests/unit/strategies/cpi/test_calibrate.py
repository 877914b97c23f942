from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_alpha.core.errors import MissingData, ParseRefused
from kalshi_alpha.strategies.cpi.calibrate import CpiCalibration, fit
from kalshi_alpha.strategies.strategy import Row

CLOCK = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


def test_the_kept_history_gives_these_parameters(calibration: CpiCalibration) -> None:
    """Figures of the first run, kept so that a change of method cannot pass unseen."""
    assert (calibration.first_month, calibration.last_month) == ("2021-06", "2024-10")
    assert calibration.scale.scale() == pytest.approx(0.1419, abs=5e-4)
    assert calibration.scale.dof == 6
    assert calibration.mean.bias_pp == 0.0
    assert 0.03 <= calibration.mean.gas_beta <= 0.04


def test_core_is_the_mean_of_its_last_year_with_the_errors_of_two(
    history: list[Row], calibration: CpiCalibration
) -> None:
    prints = np.array([float(str(row["core_first_print_pct"])) for row in history])
    errors = [prints[i] - prints[i - 12 : i].mean() for i in range(prints.size - 24, prints.size)]
    assert calibration.core.mean == pytest.approx(prints[-12:].mean(), abs=1e-9)
    assert calibration.core.sd == pytest.approx(np.sqrt(np.mean(np.square(errors))), abs=1e-8)


def test_the_calibration_is_known_from_its_last_print_on(calibration: CpiCalibration) -> None:
    assert calibration.known_at == datetime(2024, 11, 13, 13, 30, tzinfo=UTC)


def test_a_print_of_the_next_second_is_not_learnt_from(history: list[Row]) -> None:
    before = fit(history, datetime(2024, 11, 13, 13, 29, 59, tzinfo=UTC))
    assert before.last_month == "2024-09"
    assert before == fit(history[:-1])


@settings(max_examples=25)
@given(
    st.integers(20, 40),
    st.floats(-3, 3).map(lambda x: round(x, 1)),
    st.floats(-2, 2).map(lambda x: round(x, 4)),
)
def test_what_is_printed_after_the_clock_changes_nothing(
    history: list[Row], n: int, print_pct: float, nowcast_pct: float
) -> None:
    as_of = datetime.fromisoformat(f"{history[n]['release_on']}T12:00:00Z")  # before any 08:30 ET
    poison = {
        "first_print_pct": print_pct,
        "core_first_print_pct": print_pct,
        "nowcast_pct": nowcast_pct,
        "gas_mean_usd": 19.0,
    }
    poisoned = [*history[:n], *({**row, **poison} for row in history[n:])]
    assert fit(poisoned, as_of) == fit(history[:n])


def test_every_learnt_print_changes_the_hash_that_names_the_calibration(
    history: list[Row], calibration: CpiCalibration
) -> None:
    changed = [*history[:-1], {**history[-1], "first_print_pct": 0.5}]
    assert fit(changed).history_sha256 != calibration.history_sha256
    assert fit([*reversed(history)]).history_sha256 == calibration.history_sha256


def test_too_short_a_history_is_refused(history: list[Row]) -> None:
    with pytest.raises(MissingData, match="18 months, had 17"):
        fit(history[:17])
    with pytest.raises(MissingData, match="had 0"):
        fit([])


def test_a_history_that_cannot_be_read_is_refused(history: list[Row]) -> None:
    with pytest.raises(ParseRefused, match="occurs twice"):
        fit([*history, history[0]])


def test_a_fit_takes_less_than_three_tenths_of_a_second(history: list[Row]) -> None:
    """The best of three, so that a busy machine does not speak for the code."""
    took = []
    for _ in range(3):
        start = time.perf_counter()
        fit(history, CLOCK + timedelta(days=1))
        took.append(time.perf_counter() - start)
    assert min(took) < 0.3
