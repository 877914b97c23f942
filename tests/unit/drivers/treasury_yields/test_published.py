from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.drivers.treasury_yields.published import COLUMNS, Row, write_published

AT = datetime(2025, 6, 12, 22, 10, tzinfo=UTC)


def row(day: int, bp: int, series: str = "BC_10YEAR", late: int = 0) -> Row:
    return {
        "curve_on": date(2025, 6, day),
        "tenor": "10Y" if "10" in series else "2Y",
        "series_id": series,
        "yield_bp": bp,
        "origin": "treasury",
        "available_at": AT + timedelta(seconds=late),
        "retrieved_at": AT,
    }


ROWS = [row(11, 441), row(12, 436), row(12, 390, "BC_2YEAR")]


def test_each_curve_has_a_file_and_the_newest_is_the_latest(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    written = write_published(ROWS, paths, AT)
    daily = [paths.treasury_daily / f"2025-06-{day}.parquet" for day in (11, 12)]
    assert list(written) == [*daily, paths.treasury_latest]
    latest = pl.read_parquet(paths.treasury_latest)
    assert latest.columns == [name for name, _ in COLUMNS]
    assert latest["series_id"].to_list() == ["BC_10YEAR", "BC_2YEAR"]
    assert latest["yield_pct"].to_list() == [4.36, 3.90]
    assert latest["curve_on"].unique().to_list() == [date(2025, 6, 12)]
    assert paths.treasury_latest.read_bytes() == daily[1].read_bytes()


def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    write_published(ROWS, Paths(tmp_path), AT)
    assert write_published(list(reversed(ROWS)), Paths(tmp_path), AT) == ()


def test_what_came_after_the_clock_is_not_published(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    write_published([*ROWS, row(13, 441, late=1)], paths, AT)
    assert not (paths.treasury_daily / "2025-06-13.parquet").exists()
    assert pl.read_parquet(paths.treasury_latest)["curve_on"].max() == date(2025, 6, 12)


def test_without_rows_there_are_no_files(tmp_path: Path) -> None:
    assert write_published([], Paths(tmp_path), AT) == ()
    assert list(tmp_path.rglob("*.parquet")) == []


def test_a_row_without_a_day_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadParameter):
        write_published([{**row(11, 441), "curve_on": None}], Paths(tmp_path), AT)
