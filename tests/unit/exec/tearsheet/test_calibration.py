from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from desk import Morning
from kalshi_alpha.core.scoring.pit import mid_pit, mid_pit_sd
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.exec.tearsheet.calibration import (
    pit_picture,
    reliability_picture,
    spread_band,
)
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.strategies.cpi import STRATEGY
from kalshi_alpha.strategies.replay import Replay


def made(width: float, bias: float = 0.0, n: int = 400) -> Replay:
    """Return normal forecasts on whole numbers, so much wider than the truth's spread of four."""
    rng = np.random.default_rng(5)
    centres = rng.integers(40, 60, n)
    outcomes = np.rint(centres + bias + 4.0 * rng.standard_normal(n)).astype(np.int64)
    places = np.arange(101)
    heights = np.exp(-0.5 * np.square((places - centres[:, None]) / (4.0 * width)))
    return Replay(
        key="made",
        days=tuple(date(2023, 1, 1) + timedelta(days=i) for i in range(n)),
        known_at=(datetime(2023, 1, 1, tzinfo=UTC),) * n,
        grid=SettlementGrid(Decimal(1), "F"),
        lo=0,
        pmfs=heights / heights.sum(axis=1, keepdims=True),
        means=centres.astype(np.float64),
        outcomes=outcomes,
        baselines={},
        units=tuple(map(str, range(n))),
    )


@pytest.fixture(scope="module")
def own(morning: Morning) -> Replay:
    assert STRATEGY.past is not None
    return STRATEGY.past(morning.calibration)[0]


def test_reliability_shows_the_numbers_of_its_table(
    own: Replay, canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    found = reliability_picture(own, canvas)
    assert found.n.startswith("23 forecasts, ")
    assert found.span == "2022-12-01 to 2024-10-01, walk-forward"
    all_drawn(found, ("said %", "happened %", "bar from %", "bar to %"), 0.051)


def test_honest_forecasts_lie_within_their_bars_and_overconfident_ones_do_not(
    canvas: Canvas,
) -> None:
    assert "Every point lies within" in reliability_picture(made(1.0), canvas).says
    assert "outside the bar" in reliability_picture(made(0.5), canvas).says


@pytest.mark.parametrize(
    ("width", "bias", "said"),
    [
        (1.0, 0.0, "about right"),
        (0.5, 0.0, "too narrow"),
        (2.0, 0.0, "too wide"),
        (1.0, 2.0, "low"),
    ],
)
def test_the_pit_says_which_way_forecasts_are_wrong(
    width: float, bias: float, said: str, canvas: Canvas
) -> None:
    assert said in pit_picture(made(width, bias), canvas).says


def test_a_spread_that_few_honest_forecasts_have_is_called_too_wide(
    own: Replay, canvas: Canvas
) -> None:
    # Of a normal's spread 0.75 would be within chance at n = 23; a uniform's strays by less.
    said = pit_picture(own, canvas).says
    assert said.startswith("Spread 0.75 of what is expected, ")
    assert "too wide" in said


def test_many_fine_forecasts_stray_as_the_spread_of_a_uniform_does() -> None:
    pmfs = np.full((400, 200), 1.0 / 200)
    low, high = spread_band(pmfs, float(mid_pit_sd(pmfs)[0]))
    # var(s²) = (1/80 - 1/144) / n about 1/12, so that s / sd strays by sqrt(0.2 / n).
    half = 1.96 * np.sqrt(0.2 / 400)
    assert (low, high) == pytest.approx((1.0 - half, 1.0 + half), abs=0.003)


@pytest.mark.parametrize(("rows", "rungs"), [(12, 3), (23, 8), (60, 40)])
def test_one_honest_forecaster_in_twenty_falls_outside_the_band(rows: int, rungs: int) -> None:
    rng = np.random.default_rng(3)
    pmfs = rng.dirichlet(np.ones(rungs), rows)
    sd = float(np.sqrt(np.square(mid_pit_sd(pmfs)).mean()))
    low, high = spread_band(pmfs, sd)
    tries = np.stack([rng.choice(rungs, 1000, p=pmf / pmf.sum()) for pmf in pmfs], axis=1)
    found = [np.sqrt(np.square(mid_pit(pmfs, each) - 0.5).mean()) / sd for each in tries]
    outside = np.mean([not low <= each <= high for each in found])
    assert 0.03 <= outside <= 0.07


def test_the_pit_shows_the_numbers_of_its_table(
    own: Replay, canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    found = pit_picture(own, canvas)
    all_drawn(found, ("percent",), 0.051)
    assert found.table is not None
    assert sum(int(row[2]) for row in found.table.rows) == 23
