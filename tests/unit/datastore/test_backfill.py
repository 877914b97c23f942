from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.backfill import FileSummary, backfill, main, render
from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore, Observation
from kalshi_alpha.drivers import aaa_gas, bls_cpi, cleveland_nowcast, dol_claims, treasury_yields

DRIVERS: dict[str, Driver[Any]] = {
    "bls_cpi": bls_cpi.DRIVER,
    "cleveland_nowcast": cleveland_nowcast.DRIVER,
    "aaa_gas": aaa_gas.DRIVER,
    "dol_claims": dol_claims.DRIVER,
    "treasury_yields": treasury_yields.DRIVER,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "release_calendar.csv": "release,reference_month,release_date\n"
        "CPI,2025-04,2025-05-13\nCPI,2025-05,2025-06-11\n",
        "CPIAUCNS.csv": "date,index_1982_84_100\n2025-04-01,320.795\n2025-05-01,321.465\n",
        "cpi_sa_vintages.csv": "series,vintage_date,ref_month,index_1982_84_100\n"
        "CPIAUCSL,2025-01-15,2024-11,316.441\nCPIAUCSL,2025-01-15,2024-12,317.685\n"
        "CPIAUCSL,2025-02-12,2024-11,316.449\nCPIAUCSL,2025-02-12,2024-12,317.685\n",
        "AAA_regular_gasoline_daily.csv": "source_date,aaa_publication_date,usd_per_gallon\n"
        "2025-06-09,2025-06-10,3.125\n2025-06-10,2025-06-11,\n2025-06-11,2025-06-12,3.124\n",
        "ICSA_first_prints.csv": "week_ending,release_date,first_print_sa_persons,"
        "second_print_sa_persons\n2025-06-07,2025-06-12,248000.0,\n",
        "DGS10.csv": "date,yield_pct\n2025-06-10,4.47\n2025-06-11,4.41\n",
    }
    for name, text in files.items():
        (tmp_path / "history" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "history" / name).write_text(text)
    return tmp_path / "history"


def filled(folder: Path, store: FeedStore) -> dict[str, FileSummary]:
    return {each.file: each for each in backfill(History([folder]), DRIVERS, store)}


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(Paths(tmp_path / "root"))


def test_every_file_has_a_summary(folder: Path, store: FeedStore) -> None:
    found = filled(folder, store)
    assert {name: (each.rows, each.new_rows, each.ok) for name, each in found.items()} == {
        "CPIAUCNS.csv": (2, 2, True),
        # The second vintage repeats one of its two levels.
        "cpi_sa_vintages.csv": (4, 3, True),
        "AAA_regular_gasoline_daily.csv": (3, 2, True),
        "ICSA_first_prints.csv": (1, 1, True),
        "DGS10.csv": (2, 2, True),
    }
    assert found["AAA_regular_gasoline_daily.csv"].skipped == 1


def test_a_read_as_of_an_instant_sees_what_was_public_then(folder: Path, store: FeedStore) -> None:
    filled(folder, store)

    def adjusted(day: int) -> dict[object, object]:
        rows = store.rows("bls_cpi", datetime(2025, 2, day, 12, tzinfo=UTC))
        return {row["month"]: row["index_e3"] for row in rows}

    assert adjusted(12) == {date(2024, 11, 1): 316441, date(2024, 12, 1): 317685}
    assert adjusted(13) == {date(2024, 11, 1): 316449, date(2024, 12, 1): 317685}


def test_a_level_is_not_there_a_second_before_its_release(folder: Path, store: FeedStore) -> None:
    filled(folder, store)
    before = store.rows("bls_cpi", datetime(2025, 6, 11, 12, 29, 59, tzinfo=UTC))
    after = store.rows("bls_cpi", datetime(2025, 6, 11, 12, 30, tzinfo=UTC))
    assert len(after) == len(before) + 1


def test_a_second_time_adds_nothing(folder: Path, store: FeedStore) -> None:
    filled(folder, store)
    assert not any(each.new_rows for each in filled(folder, store).values())
    again = FeedStore(store.paths)
    assert not any(each.new_rows for each in filled(folder, again).values())


def test_a_longer_file_adds_what_it_has_more(folder: Path, store: FeedStore) -> None:
    filled(folder, store)
    with (folder / "DGS10.csv").open("a") as file:
        file.write("2025-06-12,4.36\n")
    found = filled(folder, store)
    assert (found["DGS10.csv"].new_rows, found["CPIAUCNS.csv"].new_rows) == (1, 0)


def test_a_file_that_cannot_be_read_leaves_the_others(folder: Path, store: FeedStore) -> None:
    (folder / "DGS10.csv").write_text("date,yield_pct\n2025-06-10,high\n")
    found = filled(folder, store)
    assert not found["DGS10.csv"].ok
    assert found["CPIAUCNS.csv"].new_rows == 2


def test_a_table_with_live_rows_takes_no_older_ones(folder: Path, store: FeedStore) -> None:
    live = datetime(2025, 7, 1, tzinfo=UTC)
    values = {
        "curve_on": date(2025, 6, 30), "tenor": "10Y", "series_id": "DGS10", "yield_bp": 424,
        "origin": "fred",
    }  # fmt: skip
    table = store.table(treasury_yields.DRIVER.table)
    table.append([Observation(values, live)], retrieved_at=live, raw_sha256="0" * 64)
    found = filled(folder, store)
    assert "too late" in found["DGS10.csv"].error
    assert found["CPIAUCNS.csv"].ok


def test_a_feed_without_a_driver_is_noted(folder: Path, store: FeedStore) -> None:
    drivers = {name: each for name, each in DRIVERS.items() if name != "dol_claims"}
    [found] = [
        each
        for each in backfill(History([folder]), drivers, store)
        if each.file == "ICSA_first_prints.csv"
    ]
    assert found.ok
    assert found.note == "no driver dol_claims is installed"


def test_a_folder_without_history_is_an_error(tmp_path: Path, store: FeedStore) -> None:
    with pytest.raises(MissingData, match="no history file"):
        backfill(History([tmp_path]), DRIVERS, store)


def test_the_table_names_failures(folder: Path, store: FeedStore) -> None:
    (folder / "DGS10.csv").write_text("date\n2025-06-10\n")
    text = render(list(filled(folder, store).values()))
    [line] = [line for line in text.splitlines() if line.startswith("DGS10.csv")]
    assert line.endswith("FAILED")
    assert "ok, 1 left out" in text


def test_the_command_prints_a_row_a_file_and_fails_by_name(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path / "home"))
    assert main(["--from", str(folder), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["files"][0]["file"] == "CPIAUCNS.csv"
    (folder / "CPIAUCNS.csv").write_text("date\n2025-06-10\n")
    assert main(["--from", str(folder), "--quiet"]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "CPIAUCNS.csv" in captured.err
    assert main(["--from", str(tmp_path / "absent")]) == 4
    assert main([]) == 2
