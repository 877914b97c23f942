from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.scoring.crps import crps_grid
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_weather import ACIS_FILE, GUIDANCE_FILE
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.weather.panel import StationPanel, from_epoch
from kalshi_alpha.strategies.weather.replay import replay, station_replay

MakePanel = Callable[..., StationPanel]
BASELINES = {"random walk", "climatology", "rolling", "guidance"}


def crps(found: Replay, name: str | None = None) -> float:
    pmfs = found.pmfs if name is None else found.baselines[name]
    return float(crps_grid(pmfs, found.outcomes - found.lo, 1.0).mean())


def replayed(panel: StationPanel, begin: int = 500) -> Replay:
    found = station_replay(panel, panel.first_day + begin, None)
    assert found is not None
    return found


def test_a_guided_station_beats_every_baseline(make_panel: MakePanel) -> None:
    found = replayed(make_panel())
    assert set(found.baselines) == BASELINES
    assert len(found.days) == 400
    assert all(crps(found) < crps(found, name) for name in BASELINES)
    assert crps(found, "guidance") < crps(found, "climatology") < crps(found, "rolling")


def test_rows_are_dated_and_belong_to_their_day(make_panel: MakePanel) -> None:
    panel = make_panel()
    found = replayed(panel)
    assert found.days[0] == from_epoch(panel.first_day + 500)
    eve = from_epoch(panel.first_day + 499)
    assert found.known_at[0] == datetime(eve.year, eve.month, eve.day, 12, tzinfo=UTC)
    assert found.units[0] == f"WX:{found.days[0]}"
    assert found.outcomes.tolist() == panel.observed[500:].tolist()
    assert found.pmfs.sum(axis=1) == pytest.approx(1.0)


def test_a_station_without_guidance_has_climatology_as_its_model(make_panel: MakePanel) -> None:
    found = replayed(make_panel(inputs=0))
    assert set(found.baselines) == BASELINES - {"guidance"}
    assert crps(found) == pytest.approx(crps(found, "climatology"), rel=0.02)


def test_days_outside_the_bounds_are_left_out(make_panel: MakePanel) -> None:
    panel = make_panel()
    found = station_replay(panel, panel.first_day + 600, panel.first_day + 610)
    assert found is not None
    assert len(found.days) == 11
    assert station_replay(panel, panel.first_day + 5000, None) is None


@pytest.mark.parametrize("cut", [600, 731])
def test_nothing_in_a_replay_sees_the_future(make_panel: MakePanel, cut: int) -> None:
    panel = make_panel()
    observed, inputs = panel.observed.copy(), panel.inputs.copy()
    observed[cut - 1 :] = 140.0 - observed[cut - 1 :]
    inputs[cut + 1 :] = 140.0 - inputs[cut + 1 :]
    before = replayed(panel)
    after = replayed(replace(panel, observed=observed, inputs=inputs))
    kept = cut + 1 - 500
    assert before.pmfs[:kept].tobytes() == after.pmfs[:kept].tobytes()
    assert before.pmfs[kept + 2 :].tobytes() != after.pmfs[kept + 2 :].tobytes()
    for name in BASELINES:
        mine, theirs = before.baselines[name], after.baselines[name]
        assert mine[:kept].tobytes() == theirs[:kept].tobytes(), name


def test_gaps_in_the_observations_leave_their_days_out(make_panel: MakePanel) -> None:
    panel = make_panel()
    observed = panel.observed.copy()
    observed[650:750] = np.nan
    found = replayed(replace(panel, observed=observed))
    assert len(found.days) == 300
    assert np.isfinite(found.means).all()


@pytest.mark.parametrize("inputs", [2, 0])
@pytest.mark.parametrize("is_gone", [False, True], ids=["blank", "gone"])
def test_a_day_without_its_report_is_forecast_like_any_other(
    make_panel: MakePanel, inputs: int, *, is_gone: bool
) -> None:
    """What is reported, and whether anything is, comes after the decision."""
    panel = make_panel(inputs=inputs)
    cut, end = 650, panel.first_day + 655
    observed = panel.observed.copy()
    observed[cut - 1 :] = np.nan  # at noon of the eve its own maximum is not reported either
    rows = cut if is_gone and not inputs else observed.size
    found = station_replay(
        replace(
            panel,
            observed=observed[:rows],
            inputs=panel.inputs[:rows],
            spread=panel.spread[:rows],
        ),
        panel.first_day + 500,
        end,
    )
    assert found is not None
    whole = {made.day: made for made in replayed(panel).forecasts()}
    day = panel.date_of(cut)
    assert found.days[-1] < day
    [awaited] = [each for each in found.awaited if each.day == day]
    assert awaited.known_at == whole[day].known_at
    assert awaited.pmf.probs.tobytes() == whole[day].pmf.probs.tobytes()
    assert [made.day for made in found.forecasts()] == [
        from_epoch(each) for each in range(panel.first_day + 500, end + 1)
    ]


def test_a_station_of_which_nothing_is_reported_any_more_is_no_row_of_a_score(
    make_panel: MakePanel,
) -> None:
    panel = make_panel()
    observed = panel.observed.copy()
    observed[700:] = np.nan
    found = station_replay(replace(panel, observed=observed), panel.first_day + 710, None)
    assert found is not None
    assert found.days == ()
    assert len(found.awaited) > 100


def test_history_files_are_replayed_from_their_default_first_day(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    days = [from_epoch(18_993 + t) for t in range(420)]
    tmax = [round(60 + 5 * rng.standard_normal()) for _ in days]
    header = (
        "station,target_date,issued_no_later_than_utc,gfs_mos_tmax_f,nam_mos_tmax_f,"
        "observed_tmax_f,nbm_gridded_hourly_tmax_f,hrrr_tmax_f,gefs_spread_f\n"
    )
    rows = [
        f"KMIA,{day},{from_epoch(18_992 + t)} 12:00:00+00:00,{y - 1},{y + 1},{y},,,"
        for t, (day, y) in enumerate(zip(days, tmax, strict=True))
    ]
    (tmp_path / GUIDANCE_FILE).write_text(header + "\n".join(rows) + "\n")
    bare = [f"AUS,K,True,{day},{y}" for day, y in zip(days, tmax, strict=True)]
    acis = "station,kalshi_series,is_kalshi_settlement_station,date,tmax_f\n"
    (tmp_path / ACIS_FILE).write_text(acis + "\n".join(bare) + "\n")
    guided, other = replay(History([tmp_path]), None, None)
    assert (guided.key, other.key) == ("KMIA", "AUS")
    assert guided.days[0] == other.days[0] == date(2023, 1, 1)
    assert guided.days[-1] == days[-1]
    [narrow, _] = replay(History([tmp_path]), date(2023, 1, 10), date(2023, 1, 12))
    assert len(narrow.days) == 3
