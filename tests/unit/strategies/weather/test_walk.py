from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.strategies.weather.panel import StationPanel
from kalshi_alpha.strategies.weather.refits import climatology_walk
from kalshi_alpha.strategies.weather.walk import Source, Walk, walk_forward

MakePanel = Callable[..., StationPanel]
FIRST = 500


def walked(panel: StationPanel, first: int = FIRST) -> Walk:
    return walk_forward(panel, climatology_walk(panel, first), first)


def test_emos_beats_its_inputs_and_knows_its_own_error(make_panel: MakePanel) -> None:
    """Two independent errors of 2 degrees leave 1.4, and the cold bias of 2 is found."""
    panel = make_panel()
    walk = walked(panel)
    errors = (panel.observed - walk.mean)[FIRST:]
    assert (walk.source[FIRST:] == Source.EMOS).all()
    assert np.isnan(walk.mean[:FIRST]).all()
    assert errors.std() == pytest.approx(1.45, abs=0.15)
    assert abs(errors.mean()) < 0.2
    assert walk.sd[FIRST:].mean() == pytest.approx(1.55, abs=0.2)
    assert walk.dispersion == pytest.approx(1.0, abs=0.15)


def test_a_missing_input_is_served_by_a_sub_model(make_panel: MakePanel) -> None:
    panel = make_panel()
    inputs = panel.inputs.copy()
    inputs[700:710, 0] = np.nan
    walk = walked(replace(panel, inputs=inputs))
    assert (walk.source[700:710] == Source.EMOS).all()
    assert (walk.sd[700:710] > 1.15 * walk.sd[690:700].mean()).all()


def test_guidance_without_enough_days_is_only_debiased(make_panel: MakePanel) -> None:
    panel = make_panel()
    inputs = panel.inputs.copy()
    inputs[:650] = np.nan
    walk = walked(replace(panel, inputs=inputs), first=660)
    assert walk.source[673] == Source.GUIDANCE
    assert walk.source[-1] == Source.EMOS


def test_climatology_serves_guided_days_that_nothing_else_can(make_panel: MakePanel) -> None:
    panel = make_panel()
    inputs = panel.inputs.copy()
    inputs[:650] = np.nan
    walk = walked(replace(panel, inputs=inputs), first=640)
    assert (walk.source[640:650] == Source.NONE).all()
    assert (walk.source[650:660] == Source.CLIMATOLOGY).all()


def test_a_station_without_guidance_has_climatology_on_every_day(make_panel: MakePanel) -> None:
    walk = walked(make_panel(inputs=0))
    assert (walk.source[FIRST:] == Source.CLIMATOLOGY).all()
    assert np.isfinite(walk.mean[FIRST:]).all()


@pytest.mark.parametrize("cut", [620, 777])
def test_no_forecast_sees_what_came_after_its_clock(make_panel: MakePanel, cut: int) -> None:
    """A forecast of day t knows guidance of t and reports of t - 2; nothing else may move it."""
    panel = make_panel()
    observed, inputs = panel.observed.copy(), panel.inputs.copy()
    observed[cut - 1 :] = 140.0 - observed[cut - 1 :]
    inputs[cut + 1 :] = np.nan
    before = walked(panel)
    after = walked(replace(panel, observed=observed, inputs=inputs))
    kept = slice(0, cut + 1)
    assert before.mean[kept].tobytes() == after.mean[kept].tobytes()
    assert before.sd[kept].tobytes() == after.sd[kept].tobytes()


def test_an_ensemble_spread_is_used_where_there_is_one(make_panel: MakePanel) -> None:
    panel = make_panel()
    rng = np.random.default_rng(8)
    spread = np.where(rng.random(panel.observed.size) < 0.5, 0.5, 4.0)
    noise = spread * rng.standard_normal(spread.size)
    inputs = panel.observed[:, None] + np.column_stack((noise, noise + 0.1))
    walk = walked(replace(panel, inputs=inputs, spread=spread))
    wide, narrow = walk.sd[FIRST:][spread[FIRST:] > 1.0], walk.sd[FIRST:][spread[FIRST:] < 1.0]
    assert wide.mean() > 2.5 * narrow.mean()
