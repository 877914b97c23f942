from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.cpi.archive import (
    MOM_PRINT,
    YOY_PRINT,
    Archive,
    read_archive,
)
from kalshi_alpha.strategies.cpi.levels import UNADJUSTED, UNADJUSTED_CORE

NEW_YORK = ZoneInfo("America/New_York")
MAY = date(2022, 5, 1)
RELEASE = datetime(2022, 6, 12, 8, 30, tzinfo=NEW_YORK)


@pytest.fixture(scope="module")
def archive(archive_folder: Path) -> Archive:
    return read_archive(History([archive_folder]))


def test_a_release_is_at_half_past_eight_in_new_york(archive: Archive) -> None:
    assert archive.release_at(MAY) == RELEASE


def test_a_print_is_known_only_after_its_release(archive: Archive) -> None:
    before = archive.known_prints(MOM_PRINT, RELEASE)
    after = archive.known_prints(MOM_PRINT, RELEASE + timedelta(seconds=1))
    assert after.size == before.size + 1
    assert after[-1] == archive.prints[MOM_PRINT][MAY]


def test_a_nowcast_counts_from_the_midnight_after_its_day(archive: Archive) -> None:
    labels, values = archive.nowcasts[MAY]
    on_the_day = datetime(2022, 5, 20, 23, 59, tzinfo=NEW_YORK)
    assert labels[1] == date(2022, 5, 20)
    assert archive.nowcast(MAY, on_the_day) == values[0]
    assert archive.nowcast(MAY, on_the_day + timedelta(minutes=1)) == values[1]


def test_a_nowcast_holds_until_the_next_one(archive: Archive) -> None:
    assert archive.nowcast(MAY, RELEASE) == archive.nowcasts[MAY][1][-1]


def test_a_month_without_a_nowcast_yet_is_missing(archive: Archive) -> None:
    with pytest.raises(MissingData, match="no nowcast of 2022-05"):
        archive.nowcast(MAY, datetime(2022, 5, 3, tzinfo=NEW_YORK))


def test_a_level_is_known_only_after_its_release(archive: Archive) -> None:
    with pytest.raises(MissingData, match="CUUR0000SA0 of 2022-05"):
        archive.level(UNADJUSTED, MAY, RELEASE)
    assert archive.level(UNADJUSTED, MAY, RELEASE + timedelta(seconds=1)) > 0


@pytest.mark.parametrize(
    ("day", "age"),
    [
        # The vintage of March 2022 holds May 2021, that of March 2021 only May 2020.
        (date(2022, 3, 13), 1),
        (date(2022, 3, 12), 2),
    ],
)
def test_the_seasonal_difference_comes_from_the_newest_vintage_shown(
    archive: Archive, day: date, age: int
) -> None:
    clock = datetime(day.year, day.month, day.day, 12, tzinfo=NEW_YORK)
    difference, years = archive.seasonal_pct(MAY, clock, core=False)
    assert years == age
    # The made-up season of May is 0.1 sin 5, between adjusted and not.
    assert difference == pytest.approx(-0.0959, abs=0.002)


def test_the_made_up_core_has_no_season(archive: Archive) -> None:
    assert archive.seasonal_pct(MAY, RELEASE, core=True)[0] == pytest.approx(0.0, abs=1e-9)


def test_a_core_without_levels_has_no_seasonal_difference(
    archive_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(archive_folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "CPILFENS.csv").unlink()
    bare = read_archive(History([tmp_path]))
    with pytest.raises(MissingData, match=UNADJUSTED_CORE):
        bare.seasonal_pct(MAY, RELEASE, core=True)


def test_the_weekly_survey_stands_in_for_daily_prices_from_the_day_after(
    archive_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(archive_folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "AAA_regular_gasoline_daily.csv").unlink()
    weekly = tmp_path / "EIA_regular_gasoline_weekly.csv"
    weekly.write_text("date,usd_per_gallon\n2022-05-02,4.182\n2022-05-09,\n")
    assert read_archive(History([tmp_path])).gas == {date(2022, 5, 3): 4.182}


def test_a_value_that_is_no_number_is_refused(archive_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(archive_folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "CPIAUCNS.csv").write_text("date,index_1982_84_100\n2022-05-01,high\n")
    with pytest.raises(TornFile, match="CPIAUCNS"):
        read_archive(History([tmp_path]))


def test_prints_of_other_measures_are_left_out(archive: Archive) -> None:
    assert set(archive.prints) == {MOM_PRINT, "core_cpi_mom_pct", YOY_PRINT}


def test_changes_before_the_first_print_come_from_the_vintage_before_it(
    archive_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(archive_folder, tmp_path, dirs_exist_ok=True)
    prints = tmp_path / "consensus_vs_actual.csv"
    head, *rows = prints.read_text().splitlines()
    later = [row for row in rows if row >= "2020-01"]
    prints.write_text("\n".join([head, *later]) + "\n")
    short = read_archive(History([tmp_path]))
    # The vintage of March 2019 shows January 2018 to February 2019: thirteen changes.
    assert short.earlier[MOM_PRINT].size == 13
    whole = read_archive(History([archive_folder]))
    assert whole.earlier[MOM_PRINT].size == 0
    told = whole.known_prints(MOM_PRINT, RELEASE)[1:14]
    assert short.earlier[MOM_PRINT] == pytest.approx(told, abs=0.11)


def test_a_yearly_nowcast_said_after_its_month_is_passed_over(
    archive_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(archive_folder, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "cleveland_nowcast_yoy_daily_2013_2022.csv"
    path.write_text(path.read_text() + "2020-05,2020-06-01,9.9\n")
    told = read_archive(History([archive_folder])).yearly_nowcasts
    assert read_archive(History([tmp_path])).yearly_nowcasts == told
