from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.datastore.backfill import FileSummary, backfill, main, render
from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_leftovers import MARKETS, NO_TABLE, REVISED
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore, Observation
from kalshi_alpha.drivers import (
    aaa_gas,
    bls_cpi,
    cleveland_nowcast,
    dol_claims,
    macro_calendar,
    nws_daily_climate,
    treasury_yields,
    weather_guidance,
)
from kalshi_alpha.strategies.weather.outcomes import outcomes

DRIVERS: dict[str, Driver[Any]] = {
    "bls_cpi": bls_cpi.DRIVER,
    "cleveland_nowcast": cleveland_nowcast.DRIVER,
    "aaa_gas": aaa_gas.DRIVER,
    "dol_claims": dol_claims.DRIVER,
    "treasury_yields": treasury_yields.DRIVER,
    "macro_calendar": macro_calendar.DRIVER,
    "nws_daily_climate": nws_daily_climate.DRIVER,
    "weather_guidance": weather_guidance.DRIVER,
}
GUIDANCE = "guidance_day_ahead_12z_KNYC_KMDW_KMIA.csv"
GHCN, ACIS = "tmax_ghcnd_KNYC_KMDW_daily.csv", "tmax_acis_20stations_daily.csv"


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


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    folder = tmp_path / "weather"
    folder.mkdir()
    (folder / GHCN).write_text("station,date,tmax_f\nKNYC,2025-01-08,33\nKNYC,2025-01-09,30\n")
    (folder / ACIS).write_text(
        "station,kalshi_series,date,tmax_f\n"
        "NYC,KXHIGHNY,2025-01-08,33\nNYC,KXHIGHNY,2025-01-09,\nDEN,KXHIGHDEN,2025-01-08,28\n"
    )
    (folder / GUIDANCE).write_text(
        "station,target_date,issued_no_later_than_utc,gfs_mos_tmax_f,nam_mos_tmax_f,hrrr_tmax_f\n"
        "KNYC,2025-01-10,2025-01-09 12:00:00+00:00,36.0,38.0,35.2\n"
        "KMDW,2025-01-10,2025-01-09 12:00:00+00:00,29.0,,\n"
    )
    return folder


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
        "release_calendar.csv": (2, 2, True),
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


def test_weather_fills_two_tables(weather: Path, store: FeedStore) -> None:
    found = filled(weather, store)
    assert {name: (each.source, each.rows, each.skipped, each.new_rows)
            for name, each in found.items()} == {
        GHCN: ("nws_daily_climate", 2, 0, 2),
        ACIS: ("nws_daily_climate", 3, 1, 2),
        GUIDANCE: ("weather_guidance", 2, 0, 3),
    }  # fmt: skip
    assert found[GUIDANCE].besides == {"hrrr_tmax_f": 1}
    assert not any(each.new_rows for each in filled(weather, FeedStore(store.paths)).values())


def test_maxima_settle_from_the_end_of_the_day_after(weather: Path, store: FeedStore) -> None:
    filled(weather, store)

    def settled(at: datetime) -> set[tuple[str, date]]:
        return set(outcomes(lambda feed: store.rows(feed, at), at))

    nyc, den = ("temp_max_nyc", date(2025, 1, 8)), ("temp_max_den", date(2025, 1, 8))
    assert settled(datetime(2025, 1, 10, 4, 59, tzinfo=UTC)) == set()
    assert settled(datetime(2025, 1, 10, 5, tzinfo=UTC)) == {nyc, den}


def test_guidance_is_there_six_hours_after_its_cycle(weather: Path, store: FeedStore) -> None:
    filled(weather, store)
    assert store.rows("weather_guidance", datetime(2025, 1, 9, 17, 59, tzinfo=UTC)) == []
    rows = store.rows("weather_guidance", datetime(2025, 1, 9, 18, tzinfo=UTC))
    assert {(row["station"], row["model"], row["tmax_f"]) for row in rows} == {
        ("KNYC", "MAV", 36),
        ("KNYC", "MET", 38),
        ("KMDW", "MAV", 29),
    }


def test_a_longer_file_continues_a_table_that_a_later_beginning_one_shares(
    weather: Path, store: FeedStore
) -> None:
    # The other file of the table begins a year later than this one.
    earlier = (weather / GHCN).read_text() + "KNYC,2024-01-08,40\n"
    (weather / GHCN).write_text(earlier)
    filled(weather, store)
    (weather / GHCN).write_text(earlier + "KNYC,2025-01-10,31\n")
    found = filled(weather, FeedStore(store.paths))
    assert (found[GHCN].error, found[GHCN].new_rows) == ("", 1)


def test_rows_older_than_what_the_table_holds_are_refused(weather: Path, store: FeedStore) -> None:
    filled(weather, store)
    with (weather / GHCN).open("a") as file:
        file.write("KNYC,2024-01-08,40\n")
    found = filled(weather, FeedStore(store.paths))
    assert "too late" in found[GHCN].error
    assert found[ACIS].ok


def test_the_next_release_is_known_a_week_ahead(folder: Path, store: FeedStore) -> None:
    filled(folder, store)
    rows = store.rows("macro_calendar", datetime(2025, 6, 5, 4, tzinfo=UTC))
    assert {row["release_on"] for row in rows} == {date(2025, 5, 13), date(2025, 6, 11)}
    assert len(store.rows("macro_calendar", datetime(2025, 6, 5, 3, 59, tzinfo=UTC))) == 1


def test_files_that_fill_no_table_are_named_after_the_others(
    folder: Path, store: FeedStore
) -> None:
    (folder / "ICSA.csv").write_text("date,initial_claims_sa_persons\n")
    (folder / "VIXCLS.csv").write_text("date,index\n")
    summaries = backfill(History([folder]), DRIVERS, store)
    assert [(each.file, each.source, each.note) for each in summaries[-2:]] == [
        ("ICSA.csv", "", REVISED),
        ("VIXCLS.csv", "", NO_TABLE),
    ]
    assert all(each.ok for each in summaries)
    assert f"not loaded: {REVISED}" in render(summaries)


def test_the_steps_add_up(folder: Path, store: FeedStore) -> None:
    seen: list[tuple[int, int, str]] = []
    backfill(History([folder]), DRIVERS, store, lambda *step: seen.append(step))
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert {total for _, total, _ in seen} == {12}
    assert seen[0] == (0, 12, "reading CPIAUCNS.csv")
    assert seen[-1] == (11, 12, "filling macro_calendar")


def test_a_folder_of_markets_says_what_they_are_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path / "home"))
    folder = tmp_path / "markets"
    folder.mkdir()
    (folder / "markets.csv").write_text("ticker,strike_type,floor_strike,cap_strike,result\n")
    (folder / "kalshi_trades.parquet").write_bytes(b"PAR1")
    assert main(["--from", str(folder)]) == 4
    captured = capsys.readouterr()
    assert [line.split()[0] for line in captured.out.splitlines()] == [
        "mode:", "file", "kalshi_trades.parquet", "markets.csv",
    ]  # fmt: skip
    assert MARKETS in captured.out
    assert captured.err == (
        "backfill: no history file to load: what is there is of markets; give markets.csv to "
        "exec.evaluate --market\n"
    )


def test_a_folder_without_history_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path / "home"))
    (tmp_path / "empty").mkdir()
    assert main(["--from", str(tmp_path / "empty"), "--quiet"]) == 4
    assert "no history file to load: known are CPIAUCNS.csv" in capsys.readouterr().err


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
