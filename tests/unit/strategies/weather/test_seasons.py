from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.strategies.weather.seasons import DAYS_A_YEAR, harmonics


def test_harmonics_are_sines_and_cosines_of_whole_turns_a_year() -> None:
    days = np.array([0, 100, 20_000])
    found = harmonics(days, 2)
    angle = 2 * np.pi * days / DAYS_A_YEAR
    expected = np.column_stack((np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)))
    assert found == pytest.approx(expected, abs=1e-12)


def test_the_year_comes_back_after_four_centuries() -> None:
    assert harmonics(np.array([0]), 1) == pytest.approx(harmonics(np.array([146_097]), 1), abs=1e-9)
