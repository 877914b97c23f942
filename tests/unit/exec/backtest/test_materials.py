from __future__ import annotations

from pathlib import Path

from kalshi_alpha.exec.backtest.family_history import FamilyHistory
from kalshi_alpha.exec.backtest.materials import Materials, history_of, materials
from kalshi_alpha.exec.backtest.request import BacktestRequest
from kalshi_alpha.exec.backtest.variant import Variant


def test_everything_is_read_once_and_shared(read: Materials, folder: Path) -> None:
    tasks = read.tasks(Variant())
    assert len(tasks) == 8
    first = tasks[0]
    assert [len(known) for known in first.forecasts] == [1, 1]
    assert first.forecasts[1][0] is read.forecasts["temp_max_nyc", first.events[1].day][0]
    assert set(read.fees.schedules) == {"KXHIGHNY", "KXHIGHAUS"}


def test_tables_continue_recordings_of_another_folder(
    read: Materials, folder: Path, tmp_path: Path
) -> None:
    root = read.days[0][0].root
    request = BacktestRequest(family="weather", data=(root, str(folder)))
    again = materials(request, tmp_path)
    assert again.family == "WEATHER"
    assert len(again.days) == len(read.days)
    assert not list(again.forecasts.keys() ^ read.forecasts.keys())


def test_other_forecasts_leave_the_rest(read: Materials) -> None:
    none = read.with_history(FamilyHistory({}))
    assert none.days is read.days
    assert all(known == () for task in none.tasks(Variant()) for known in task.forecasts)


def test_events_without_history_have_no_forecast(read: Materials, folder: Path) -> None:
    from kalshi_alpha.datastore.history import History

    found = history_of("WEATHER", History([folder]), read.settings, read.days[0])
    assert ("temp_max_nyc", read.days[0][0].day) in found.forecasts
