from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.fan import LEVELS, Told, fan_pictures
from kalshi_alpha.exec.tearsheet.scans import Scan


def test_a_quantile_is_the_first_value_whose_probability_reaches_it(scan: Scan) -> None:
    told = Told(scan.at, np.array([0.0, 0.1, 0.2, 0.3]), np.array([0.05, 0.45, 0.25, 0.25]))
    assert told.quantiles() == pytest.approx([0.0, 0.1, 0.1, 0.2, 0.3])
    assert LEVELS == (0.05, 0.25, 0.5, 0.75, 0.95)


def test_one_run_shows_its_forecast_and_says_that_there_is_no_fan_yet(
    scan: Scan, canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    found = fan_pictures([scan], canvas)
    assert [each.title.split(":")[0] for each in found] == [
        "cpi_mom of 2024-11",
        "cpi_yoy of 2024-11",
        "cpi_core_mom of 2024-11",
    ]
    assert found[0].n == "1 run"
    assert "no fan" in found[0].how
    assert found[0].says == "Median 0.3 pp; nine cases in ten lie from 0 to 0.5."
    all_drawn(found[0], ("probability %",), 0.006)


def test_several_runs_open_the_fan(
    scan: Scan, canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    earlier = replace(scan, at=scan.at - timedelta(hours=6), said=shifted(scan))
    [found, *_] = fan_pictures([earlier, scan], canvas)
    assert found.n == "2 runs"
    assert found.says == "The median went from 0.2 to 0.3 pp."
    all_drawn(found, ("median",), 1e-9)
    assert found.table is not None
    assert [row[0] for row in found.table.rows] == ["2024-12-11 05:30", "2024-12-11 11:30"]


def test_runs_about_another_month_do_not_count(scan: Scan, canvas: Canvas) -> None:
    forecasts = [{**each, "period": "2024-10"} for each in scan.rows("forecasts")]
    other = replace(scan, said={**scan.said, "forecasts": forecasts})
    assert {each.n for each in fan_pictures([other, scan], canvas)} == {"1 run"}
    assert fan_pictures([], canvas) == []


def shifted(scan: Scan) -> dict[str, object]:
    moved = [
        {
            **forecast,
            "pmf": [
                {"value": str(round(float(each["value"]) - 0.1, 1)), "prob": each["prob"]}
                for each in forecast["pmf"]
            ],
        }
        for forecast in scan.rows("forecasts")
    ]
    return {**scan.said, "forecasts": moved}
