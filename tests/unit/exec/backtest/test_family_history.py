from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.history import History
from kalshi_alpha.exec.backtest.__main__ import main
from kalshi_alpha.exec.backtest.family_history import family_history, history_calendar
from kalshi_alpha.exec.backtest.materials import Materials
from replay_claims import record_claims, write_claims

NYC = "nws_daily_climate.NYC"


def test_the_record_is_of_what_is_switched_on_and_reports_of_every_station(
    read: Materials,
) -> None:
    assert [each.key for each in read.history.replays] == ["KNYC"]
    readings = read.history.readings or {}
    assert set(readings) == {NYC, "nws_daily_climate.AUS"}
    last = readings[NYC][-1]
    assert last.on == date(2025, 1, 13)
    assert last.available_at == datetime(2025, 1, 14, 13, tzinfo=UTC), "08:00 of standard time"


def test_claims_are_forecast_with_what_is_known_when_their_window_opens(
    read: Materials, tmp_path: Path
) -> None:
    history = History([write_claims(tmp_path)])
    found = family_history(
        "CLAIMS", history, read.settings, (date(2024, 12, 1), date(2024, 12, 31))
    )
    (known,) = found.forecasts["initial_claims", date(2024, 12, 7)]
    assert known.known_at == datetime(2024, 12, 12, 11, tzinfo=UTC), "06:00 of the release's day"
    readings = found.readings or {}
    newest = readings["dol_claims.latest_report"][-1]
    assert newest.available_at == datetime(2024, 12, 26, 13, 30, tzinfo=UTC)
    (release,) = (
        each
        for each in found.calendar.of_event("claims")
        if each.reference == date(2024, 12, 7).isoformat()
    )
    assert release.release_at == datetime(2024, 12, 12, 13, 30, tzinfo=UTC)


def test_a_history_without_a_calendar_lists_no_release(folder: Path) -> None:
    assert not history_calendar(History([folder])).rows


@pytest.mark.parametrize("family", ["CPI", "CLAIMS", "TNEY"])
def test_a_family_without_its_history_is_refused_by_the_files_name(
    read: Materials, folder: Path, family: str
) -> None:
    with pytest.raises(MissingData, match=r"\.csv"):
        family_history(
            family, History([folder]), read.settings, (date(2025, 1, 1), date(2025, 1, 9))
        )


def replayed(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    """Backtest the recorded release of claims and return what is told as JSON."""
    history = write_claims(folder / "history")
    recording = record_claims(folder / "recording")
    argv = ["--family", "CLAIMS", "--data", str(recording), "--data", str(history), "--json"]
    assert main([*argv, *more]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_recording_of_another_family_is_replayed_from_its_books(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = replayed(tmp_path, capsys, "--set", "gate=off")
    assert (told["events"], told["decisions"], told["fidelity"]) == (1, 1, {"depth": 1})
    assert told["orders"] > 0
    assert told["fills"] > 0
    assert told["models"] == {"initial_claims": ["initial_claims"]}


def test_a_model_without_skill_is_withheld_as_live_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = replayed(tmp_path, capsys)
    assert told["orders"] == 0
    assert told["withheld"] == {"low_brier_advantage": 1, "low_crps_advantage": 1}


def test_an_event_that_no_release_settles_is_refused_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history, recording = write_claims(tmp_path / "h"), record_claims(tmp_path / "r")
    (history / "release_calendar.csv").unlink()
    argv = ["--family", "CLAIMS", "--data", str(recording), "--data", str(history)]
    assert main(argv) == 4
    said = capsys.readouterr().err
    assert "the calendar names no release of claims on 2024-12-12" in said
    assert "put release_calendar.csv into a --data folder" in said
