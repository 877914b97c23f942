from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_files import HISTORY_FILES
from kalshi_alpha.datastore.history_leftovers import (
    GRIDDED,
    MARKETS,
    NO_CSV,
    NO_TABLE,
    REPLAYED,
    REVISED,
    TRADED,
    leftovers,
)

MARKET_HEADER = "ticker,strike_type,floor_strike,cap_strike,result,settlement_tmax_f\n"
EVENT_HEADER = "event_ticker,reference_month,release_date,actual_cpi_mom_pct\n"
FORMAT = Path(__file__).parents[3] / "docs" / "reference" / "history-format.md"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("ICSA.csv", "date,initial_claims_sa_persons\n", REVISED),
        ("CUSR0000SAF1_food.csv", "date,index_1982_84_100\n", REVISED),
        ("consensus_vs_actual.csv", "release_date,measure\n", REPLAYED),
        # It has the columns of a file of events and is none.
        ("kalshi_cpi_mom_snapshots.csv", EVENT_HEADER, REPLAYED),
        ("openmeteo_previous_runs_tmax_5stations.csv", "event_ticker\n", GRIDDED),
        ("my_markets.csv", MARKET_HEADER, MARKETS),
        ("kalshi_cpi_mom_events.csv", EVENT_HEADER, MARKETS),
        ("kalshi_trades.parquet", "PAR1", TRADED),
        ("kalshi_macro_strikes.csv", "series,ticker\n", TRADED),
        ("VIXCLS.csv", "date,index\n", NO_TABLE),
        ("empty.csv", "", NO_TABLE),
        ("one_long_cell.csv", "a" * 200_000, NO_TABLE),
        ("README.md", "", NO_CSV),
    ],
)
def test_every_file_that_fills_no_table_has_its_reason(
    name: str, text: str, why: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    [found] = leftovers(History([tmp_path]), [])
    assert (found.name, found.why) == (name, why)


def test_taken_and_hidden_files_are_not_named(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder / "below").mkdir(parents=True)
        for name in ("DGS10.csv", ".cache", "below/notes.txt"):
            (tmp_path / folder / name).write_text("")
    history = History([tmp_path / "first", tmp_path / "second"])
    assert [each.name for each in leftovers(history, ["DGS10.csv"])] == ["notes.txt"]


def test_no_file_of_a_table_has_a_reason_not_to_be_loaded(tmp_path: Path) -> None:
    for file in HISTORY_FILES:
        (tmp_path / file.name).write_text("")
    assert {each.why for each in leftovers(History([tmp_path]), [])} == {NO_TABLE}


@pytest.mark.parametrize("why", [REVISED, REPLAYED, GRIDDED, MARKETS, TRADED, NO_CSV, NO_TABLE])
def test_the_reasons_are_documented(why: str) -> None:
    assert why in FORMAT.read_text().replace("`", "")
