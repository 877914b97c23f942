from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import on_grid
from kalshi_alpha.core.scoring import check_pit, crps_grid, diebold_mariano, skill
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.teny.calibrate import fit
from kalshi_alpha.strategies.teny.change import latent
from kalshi_alpha.strategies.teny.replay import replay
from kalshi_alpha.strategies.teny.skill import GRID

NAMES = {"cpi": "CPI", "fomc": "FOMC_DECISION"}


def write(folder: Path, rows: Sequence[Row], blanks: Sequence[str] = ()) -> Path:
    """Write history files of these rows, in the layout of downloaded archives."""
    folder.mkdir(parents=True)
    closes = [f"{row['date']},{row['yield_pct']}" for row in rows] + [f"{d}," for d in blanks]
    (folder / "DGS10.csv").write_text("\n".join(["date,yield_pct", *sorted(closes)]) + "\n")
    events = [(str(row["date"]), event) for row in rows for event in _events(row)]
    releases = [f"{NAMES[e]},,{d}" for d, e in events if e in NAMES]
    jobs = [f"nonfarm_payrolls_change,{d},1.0" for d, e in events if e == "jobs"]
    head = "release,reference_month,release_date"
    (folder / "release_calendar.csv").write_text("\n".join([head, *releases]) + "\n")
    head = "measure,release_date,actual_first_print"
    (folder / "consensus_vs_actual.csv").write_text("\n".join([head, *jobs]) + "\n")
    return folder


def _events(row: Row) -> Sequence[str]:
    events = row.get("events", [])
    assert isinstance(events, list)
    return events


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, history: list[Row]) -> Path:
    return write(tmp_path_factory.mktemp("macro") / "a", history)


def test_the_default_span_begins_with_2022_and_each_day_is_one_unit(folder: Path) -> None:
    [found] = replay(History([folder]), None, None)
    assert found.key == "par_yield_10y"
    assert (found.days[0], found.days[-1]) == (date(2022, 1, 3), date(2024, 12, 11))
    assert found.known_at[-1] == datetime(2024, 12, 11, 19, 45, tzinfo=UTC)
    assert found.outcomes[-1] == 426
    assert found.means[-1] == 4.22
    assert set(found.baselines) == {"rolling", "random walk", "climatology"}
    assert len(set(found.units)) == len(found.days)


def test_the_figures_promised_are_reached_since_2022(folder: Path) -> None:
    [found] = replay(History([folder]), None, None)
    places = found.outcomes - found.lo
    own = crps_grid(found.pmfs, places, 0.01)
    rolling = crps_grid(found.baselines["rolling"], places, 0.01)
    assert skill(own, rolling) >= 0.005
    assert diebold_mariano(own, rolling).p_value < 0.05
    pit = check_pit(found.pmfs, places)
    assert 0.97 < pit.sd_ratio < 1.03
    assert abs(pit.mean_z) < 2


def test_a_replayed_forecast_is_the_one_of_that_day_s_calibration(
    folder: Path, history: list[Row]
) -> None:
    for day in ("2024-12-11", "2024-12-06", "2024-11-07"):  # prices, jobs, a decision of the Fed
        [found] = replay(History([folder]), date.fromisoformat(day), date.fromisoformat(day))
        place = next(i for i, row in enumerate(history) if row["date"] == day)
        earlier = fit(history[:place])
        sd = np.sqrt(earlier.state.variance_over(1, _events(history[place]))) / 100
        dist = latent(earlier.last_close_bp / 100, float(sd), decision=day == "2024-11-07")
        hi = found.lo + found.pmfs.shape[1] - 1
        expected = on_grid(dist, GRID, found.lo, hi)
        np.testing.assert_allclose(found.pmfs[0], expected.probs, atol=1e-8)


def test_closes_from_a_day_on_change_no_forecast_up_to_that_day(
    tmp_path: Path, folder: Path, history: list[Row]
) -> None:
    cut = "2024-09-03"
    absurd = [
        {**row, "yield_pct": 17.0 if str(row["date"]) >= cut else row["yield_pct"]}
        for row in history
    ]
    [clean] = replay(History([folder]), None, None)
    [poisoned] = replay(History([write(tmp_path / "b", absurd)]), None, None)
    place = clean.days.index(date.fromisoformat(cut))
    shift = clean.lo - poisoned.lo
    for mine, theirs in [
        (clean.pmfs, poisoned.pmfs),
        *((clean.baselines[name], poisoned.baselines[name]) for name in clean.baselines),
    ]:
        width = min(mine.shape[1], theirs.shape[1] - shift)
        same = mine[:, :width] == theirs[:, shift : shift + width]
        assert same[: place + 1].all()
        assert not same[place + 1].all()


def test_a_later_folder_continues_the_series(
    tmp_path: Path, folder: Path, history: list[Row]
) -> None:
    early = write(tmp_path / "early", history[:-100])
    late = write(tmp_path / "late", history[-105:])
    [whole] = replay(History([folder]), date(2024, 9, 3), None)
    [joined] = replay(History([early, late]), date(2024, 9, 3), None)
    assert whole.days == joined.days
    assert whole.pmfs.tobytes() == joined.pmfs.tobytes()


def test_holidays_written_as_blanks_are_no_closes(
    tmp_path: Path, folder: Path, history: list[Row]
) -> None:
    blank = write(tmp_path / "blank", history, ["2024-11-11", "2024-11-28"])
    [clean] = replay(History([folder]), None, None)
    [again] = replay(History([blank]), None, None)
    assert clean.days == again.days
    assert clean.pmfs.tobytes() == again.pmfs.tobytes()


def test_without_calendars_no_day_has_news(tmp_path: Path, history: list[Row]) -> None:
    bare = write(tmp_path / "bare", history[-600:])
    (bare / "release_calendar.csv").unlink()
    (bare / "consensus_vs_actual.csv").unlink()
    [found] = replay(History([bare]), None, None)
    assert len(found.days) == 600 - 1 - 250


def test_a_span_without_closes_or_without_a_year_before_it_is_refused(folder: Path) -> None:
    for first, last in ((date(2026, 1, 1), None), (date(2008, 6, 1), date(2008, 7, 1))):
        with pytest.raises(MissingData):
            replay(History([folder]), first, last)


@pytest.mark.parametrize("cut", ["2024-09-03", "2024-09-06", "2024-09-18"])
def test_a_day_without_its_close_is_forecast_like_any_other(
    tmp_path: Path, folder: Path, history: list[Row], cut: str
) -> None:
    """What it prints, and whether it does, comes after the decision: a usual day, jobs, the Fed."""
    day = date.fromisoformat(cut)
    [whole] = replay(History([folder]), None, None)
    [made] = [each for each in whole.forecasts() if each.day == day]
    earlier = write(tmp_path / "c", [row for row in history if str(row["date"]) < cut])
    for name in ("release_calendar.csv", "consensus_vs_actual.csv"):
        (earlier / name).write_text((folder / name).read_text())
    hole = write(tmp_path / "d", [row for row in history if str(row["date"]) != cut])
    for name in ("release_calendar.csv", "consensus_vs_actual.csv"):
        (hole / name).write_text((folder / name).read_text())
    for where in (earlier, hole):
        [again] = replay(History([where]), None, None)
        assert day not in again.days
        [awaited] = [each for each in again.awaited if each.day == day]
        assert awaited.known_at == made.known_at
        start = awaited.pmf.lo - made.pmf.lo
        probs = made.pmf.probs[start : start + len(awaited.pmf)]
        assert probs.tobytes() == awaited.pmf.probs.tobytes()
        assert probs.sum() == pytest.approx(1.0)
