from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.exec.market.best_quotes import best_quotes
from tape_cases import CLOSES_US, EVENT, at

ROWS = [
    ("09T20:00:00", f"{EVENT}-B38.5", 45, 54),
    ("09T20:00:00", f"{EVENT}-B38.5", 45, 54),
    ("09T20:00:01", f"{EVENT}-T39", 0, 96),
    ("11T12:00:00", f"{EVENT}-T38", 0, 99),
]


def write_quotes(folder: Path, series: str = "KXHIGHNY") -> None:
    pl.DataFrame(
        {
            "ts_utc": [datetime.fromisoformat(f"2025-01-{row[0]}") for row in ROWS],
            "ticker": [row[1] for row in ROWS],
            "yes_bid_cents": [row[2] for row in ROWS],
            "no_bid_cents": [row[3] for row in ROWS],
        }
    ).write_parquet(folder / f"kalshi_{series}_bbo_2025_01.parquet")


def test_best_bids_are_taken_over_and_sizes_are_absent(tmp_path: Path) -> None:
    write_quotes(tmp_path)
    (source,) = best_quotes(tmp_path)
    (found,) = source.partitions()
    rows = found.parts[0].frame
    assert rows.columns == ["at_us", "yes_bid_e4", "no_bid_e4", "market"]
    assert rows["at_us"].to_list() == [at(row[0]) for row in ROWS[1:]]
    assert rows["yes_bid_e4"].to_list() == [4500, 0, 0]
    assert rows["market"].to_list() == [1, 2, 0]
    assert found.markets["yes_payout_e4"].null_count() == 3


def test_a_logger_that_runs_on_does_not_move_the_close(tmp_path: Path) -> None:
    write_quotes(tmp_path)
    (found,) = best_quotes(tmp_path)[0].partitions()
    assert set(found.markets["closes_us"]) == {CLOSES_US}


def test_of_another_series_the_record_is_all_that_tells_the_hours(tmp_path: Path) -> None:
    write_quotes(tmp_path, "KXOTHER")
    (found,) = best_quotes(tmp_path)[0].partitions()
    assert set(found.markets["closes_source"]) == {"record"}
    assert set(found.markets["opens_us"]) == {at(ROWS[0][0])}


def test_a_file_without_a_column_is_refused(tmp_path: Path) -> None:
    write_quotes(tmp_path)
    path = next(tmp_path.glob("*.parquet"))
    pl.read_parquet(path).drop("no_bid_cents").write_parquet(path)
    with pytest.raises(ParseRefused, match="no_bid_cents"):
        list(best_quotes(tmp_path)[0].partitions())
