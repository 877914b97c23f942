from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.strategies.weather.guidance import (
    DEBIAS_DAYS,
    ERRORS_LEAST,
    debiased_guidance,
    trailing_moments,
)
from kalshi_alpha.strategies.weather.panel import StationPanel

MakePanel = Callable[..., StationPanel]


def test_trailing_moments_are_those_of_the_days_known() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(3.0, 2.0, 200)
    values[[20, 90, 91]] = np.nan
    mean, sd = trailing_moments(values, 60, 10)
    for t in (40, 92, 150, 199):
        seen = values[max(0, t - 61) : t - 1]
        seen = seen[np.isfinite(seen)]
        assert mean[t] == pytest.approx(seen.mean(), abs=1e-10)
        assert sd[t] == pytest.approx(seen.std(ddof=1), abs=1e-8)


def test_too_few_days_have_no_moments() -> None:
    mean, sd = trailing_moments(np.ones(40), 60, 10)
    assert np.isnan(mean[:11]).all()
    assert mean[11] == 1.0
    assert sd[11] == 0.0


def test_guidance_loses_what_it_missed_by_lately(make_panel: MakePanel) -> None:
    panel = make_panel(400)
    mean, sd = debiased_guidance(panel)
    errors = (panel.observed - panel.inputs[:, 0])[400 - 1 - 61 : 400 - 2]
    assert errors.size == DEBIAS_DAYS
    assert mean[-1] == pytest.approx(panel.inputs[-1, 0] + errors.mean())
    assert sd[-1] == pytest.approx(errors.std(ddof=1))
    assert np.isnan(mean[: ERRORS_LEAST + 1]).all()


def test_the_next_input_serves_where_the_first_is_missing(make_panel: MakePanel) -> None:
    panel = make_panel(400)
    inputs = panel.inputs.copy()
    inputs[-1, 0] = np.nan
    mean, _ = debiased_guidance(replace(panel, inputs=inputs))
    second = panel.inputs[:, 1] + trailing_moments(panel.observed - panel.inputs[:, 1], 60, 20)[0]
    assert mean[-1] == second[-1]
