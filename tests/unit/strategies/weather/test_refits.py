from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.strategies.weather.climatology import DAYS_LEAST, fit_climatology
from kalshi_alpha.strategies.weather.panel import StationPanel
from kalshi_alpha.strategies.weather.refits import climatology_walk, dispersed, refits

MakePanel = Callable[..., StationPanel]


def test_refits_serve_every_row_once_and_fall_on_one_weekday(make_panel: MakePanel) -> None:
    panel = make_panel(100)
    found = list(refits(panel, 10))
    served = np.concatenate([rows for _, rows in found])
    assert served.tolist() == list(range(10, 100))
    assert {(panel.first_day + row) % 7 for row, _ in found} == {0}
    assert all(row <= rows[0] for row, rows in found)


def test_climatology_is_refitted_on_what_was_known(make_panel: MakePanel) -> None:
    panel = make_panel(700)
    mean, sd = climatology_walk(panel)
    row, rows = next(each for each in refits(panel, 0) if each[0] > 600)
    known = slice(0, row - 1)
    climate = fit_climatology(panel.days[known], panel.observed[known])
    anomaly = panel.observed[rows - 2] - climate.normals(panel.days[rows - 2])
    expected = climate.forecast(panel.days[rows], anomaly, np.full(rows.size, 2))
    assert mean[rows] == pytest.approx(expected[0])
    assert sd[rows] == pytest.approx(expected[1])
    assert np.isnan(mean[:DAYS_LEAST]).all()


@pytest.mark.parametrize("cut", [400, 555])
def test_climatology_sees_no_observation_of_the_eve_or_later(
    make_panel: MakePanel, cut: int
) -> None:
    panel = make_panel(700)
    observed = panel.observed.copy()
    observed[cut:] = 140.0 - observed[cut:]
    changed = replace(panel, observed=observed)
    before, after = climatology_walk(panel), climatology_walk(changed)
    for one, other in zip(
        (*before, *dispersed(panel, before)), (*after, *dispersed(changed, after)), strict=True
    ):
        assert one[: cut + 2].tobytes() == other[: cut + 2].tobytes()
        assert (one[cut + 2 :] != other[cut + 2 :]).any()
