from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kalshi_alpha.core.scoring.crps import crps_grid
from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.weather.panel import StationPanel
from kalshi_alpha.strategies.weather.replay import station_replay
from kalshi_alpha.strategies.weather.skill import MODEL, by_model, walk_forward_skill

MakePanel = Callable[..., StationPanel]


@pytest.fixture
def guided(make_panel: MakePanel) -> Replay:
    panel = make_panel(600)
    found = station_replay(panel, panel.first_day + 500, None)
    assert found is not None
    return found


def test_every_model_has_a_row_with_its_scores(guided: Replay) -> None:
    skill = walk_forward_skill([guided])
    rows = {row.model: row for row in skill.rows}
    assert set(rows) == {MODEL, *guided.baselines}
    for name, row in rows.items():
        pmfs = guided.pmfs if name == MODEL else guided.baselines[name]
        own = crps_grid(pmfs, guided.outcomes - guided.lo, 1.0)
        assert row.crps == pytest.approx(own.mean(), abs=1e-8)
        assert (row.n, row.first, row.last) == (100, guided.days[0], guided.days[-1])
    assert rows[MODEL].mae > 0.0
    assert skill.drift is not DriftState.TOO_SHORT


def test_drift_needs_two_windows_and_guidance(make_panel: MakePanel, guided: Replay) -> None:
    panel = make_panel(600)
    short = station_replay(panel, panel.first_day + 550, None)
    bare = station_replay(make_panel(600, inputs=0), panel.first_day + 500, None)
    assert short is not None
    assert bare is not None
    assert walk_forward_skill([short]).drift is DriftState.TOO_SHORT
    assert walk_forward_skill([bare]).drift is DriftState.TOO_SHORT
    assert walk_forward_skill([]).rows == ()


def test_models_are_compared_on_the_same_days_only(make_panel: MakePanel, guided: Replay) -> None:
    panel = make_panel(600, inputs=0)
    bare = station_replay(panel, panel.first_day + 400, None)
    assert bare is not None
    rows = walk_forward_skill([guided, bare]).rows
    # Both replays carry one station's name; tell them apart as a history would.
    mixed = [row if row.n == 100 else replace(row, station="KAUS") for row in rows]
    found = by_model(mixed)
    assert "guidance" not in found
    crps, _, n = found[MODEL]
    parts = [row for row in mixed if row.model == MODEL]
    assert n == sum(row.n for row in parts) == 300
    assert crps == pytest.approx(sum(row.n * row.crps for row in parts) / n)
