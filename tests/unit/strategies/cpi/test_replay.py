from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.scoring.report_card import report_card
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.cpi.replay import FIRST_MONTH, replay
from kalshi_alpha.strategies.replay import Replay

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def replays(archive_folder: Path) -> dict[str, Replay]:
    return {each.key: each for each in replay(History([archive_folder]), None, None)}


def test_the_monthly_print_comes_first_then_the_others_and_the_leads(
    replays: dict[str, Replay],
) -> None:
    assert list(replays) == [
        "cpi_mom", "cpi_yoy", "cpi_core_mom", "cpi_mom@1d", "cpi_mom@7d", "cpi_mom@14d",
    ]  # fmt: skip


def test_the_default_span_begins_in_october_2021(replays: dict[str, Replay]) -> None:
    assert replays["cpi_mom"].days[0] == FIRST_MONTH
    assert replays["cpi_mom"].days[-1] == date(2023, 6, 1)
    assert len(replays["cpi_mom"].days) == 21


def test_bounds_are_reference_months(archive_folder: Path) -> None:
    found = replay(History([archive_folder]), date(2022, 1, 1), date(2022, 3, 31))
    assert [day.month for day in found[0].days] == [1, 2, 3]


def test_every_clock_lies_before_its_release(replays: dict[str, Replay]) -> None:
    for each in replays.values():
        for month, clock in zip(each.days, each.known_at, strict=True):
            released = (month + timedelta(days=32)).replace(day=12)
            assert clock < datetime(released.year, released.month, 12, 8, 30, tzinfo=NEW_YORK)


def test_the_model_beats_what_costs_nothing_where_nowcast_and_gasoline_carry_the_print(
    replays: dict[str, Replay],
) -> None:
    found = replays["cpi_mom"]
    card = report_card(
        found.pmfs,
        found.outcomes - found.lo,
        0.1,
        found.outcomes * 0.1 - found.means,
        found.baselines,
        found.units,
    )
    assert {"random walk", "rolling", "climatology"} == set(card.baselines)
    assert all(each.skill > 0.2 for each in card.baselines.values())


def test_forecasts_do_not_change_when_later_rows_are_taken_away(
    archive_folder: Path, replays: dict[str, Replay], tmp_path: Path
) -> None:
    until = date(2022, 12, 31)
    for path in archive_folder.iterdir():
        head, *rows = path.read_text().splitlines()
        kept = [row for row in rows if _latest(row) <= until]
        (tmp_path / path.name).write_text("\n".join([head, *kept]) + "\n")
    for again in replay(History([tmp_path]), None, None):
        whole = replays[again.key]
        n = len(again.days)
        assert n >= 13
        assert again.days == whole.days[:n]
        assert again.pmfs.tobytes() == whole.pmfs[:n].tobytes()


def test_a_later_folder_continues_the_series(
    archive_folder: Path, replays: dict[str, Replay], tmp_path: Path
) -> None:
    early, late = tmp_path / "early", tmp_path / "late"
    early.mkdir()
    late.mkdir()
    for path in archive_folder.iterdir():
        head, *rows = path.read_text().splitlines()
        split = {True: [head], False: [head]}
        for row in rows:
            split[_latest(row) < date(2022, 9, 1)].append(row)
        (early / path.name).write_text("\n".join(split[True]) + "\n")
        (late / path.name).write_text("\n".join(split[False]) + "\n")
    again = replay(History([early, late]), None, None)[0]
    assert again.pmfs.tobytes() == replays["cpi_mom"].pmfs.tobytes()


@pytest.mark.parametrize(
    "name", ["cpi_sa_vintages.csv", "cleveland_nowcast_yoy_daily_2013_2022.csv", "CPILFENS.csv"]
)
def test_optional_files_may_be_absent(archive_folder: Path, tmp_path: Path, name: str) -> None:
    folder = _without(archive_folder, tmp_path, name)
    found = replay(History([folder]), None, None)
    assert found[0].key == "cpi_mom"
    assert len(found[0].days) == 21


def test_without_snapshots_there_are_no_leads(archive_folder: Path, tmp_path: Path) -> None:
    folder = _without(archive_folder, tmp_path, "kalshi_cpi_mom_snapshots.csv")
    assert all("@" not in each.key for each in replay(History([folder]), None, None))


def test_a_needed_file_that_is_absent_is_named(archive_folder: Path, tmp_path: Path) -> None:
    folder = _without(archive_folder, tmp_path, "cleveland_nowcast_cpi_mom_changes.csv")
    with pytest.raises(MissingData, match="cleveland_nowcast_cpi_mom_changes"):
        replay(History([folder]), None, None)


def test_a_month_without_print_or_nowcast_is_left_out(archive_folder: Path, tmp_path: Path) -> None:
    folder = _without(archive_folder, tmp_path, "")
    prints = folder / "consensus_vs_actual.csv"
    rows = prints.read_text().splitlines()
    gone = "2022-05-12,12:30,cpi_mom_pct"
    prints.write_text("\n".join(f"{gone},," if r.startswith(gone) else r for r in rows) + "\n")
    nowcasts = folder / "cleveland_nowcast_cpi_mom_changes.csv"
    rows = nowcasts.read_text().splitlines()
    nowcasts.write_text("\n".join(r for r in rows if not r.startswith("2022-06")) + "\n")
    days = replay(History([folder]), None, None)[0].days
    assert not {date(2022, 4, 1), date(2022, 6, 1)} & set(days)
    assert len(days) == 19


def test_every_row_sums_to_one(replays: dict[str, Replay]) -> None:
    for each in replays.values():
        for pmfs in (each.pmfs, *each.baselines.values()):
            np.testing.assert_allclose(pmfs.sum(axis=1), 1.0, atol=1e-9)


def _latest(row: str) -> date:
    """Return the last day that a row names; a bare month ends with its release."""
    cells = row.split(",")
    return max(date.fromisoformat(each) for each in cells if len(each) == 10 and each[4] == "-")


def _without(source: Path, target: Path, name: str) -> Path:
    shutil.copytree(source, target, dirs_exist_ok=True)
    if name:
        (target / name).unlink()
    return target


def test_a_month_without_its_print_is_forecast_like_any_other(
    archive_folder: Path, replays: dict[str, Replay], tmp_path: Path
) -> None:
    """What it prints, and whether it does, comes after the decision."""
    released = date(2023, 1, 12)
    for path in archive_folder.iterdir():
        head, *rows = path.read_text().splitlines()
        is_calendar = path.name == "release_calendar.csv"
        kept = [row for row in rows if is_calendar or _latest(row) < released]
        (tmp_path / path.name).write_text("\n".join([head, *kept]) + "\n")
    for again in replay(History([tmp_path]), None, None)[:3]:
        whole = {made.day: made for made in replays[again.key].forecasts()}
        first = again.awaited[0]
        assert (first.day, first.known_at.date()) == (date(2022, 12, 1), released)
        assert first.day not in again.days
        assert first.pmf == whole[first.day].pmf
