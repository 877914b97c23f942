"""Claims, the ten-year yield and the weather, each at the clock of its own mode."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from desk import Desk
from fits import fit_each_family_once

FULL = ("--report", "--paper-ledger")
DAY = "2024-12-12"
MODES = {
    "pre_cpi": ("CPI", "2024-12-11T113000Z"),
    "pre_claims": ("CLAIMS", "2024-12-12T113000Z"),
    "teny_close": ("TNEY", "2024-12-12T194500Z"),
    "weather_cycle": ("WEATHER", "2024-12-12T122000Z"),
}
QUANTITIES = {
    "pre_claims": {("initial_claims", "2024-12-07")},
    "teny_close": {("par_yield_10y", DAY)},
    "weather_cycle": {
        (f"temp_max_{station}", day)
        for station in ("mdw", "mia", "nyc")
        for day in (DAY, "2024-12-13")
    },
}
EVENTS = {
    "pre_claims": ["KXJOBLESSCLAIMS-24DEC12"],
    "teny_close": ["KXUST10AD-24DEC12"],
    "weather_cycle": ["KXHIGHNY-24DEC12", "KXHIGHCHI-24DEC12", "KXHIGHMIA-24DEC12"],
}


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that are not about the fit."""
    fit_each_family_once(monkeypatch)


def family_of(mode: str) -> str:
    return MODES[mode][0]


def document(desk: Desk, mode: str) -> dict[str, Any]:
    family, stamp = MODES[mode]
    return desk.proposals(family, stamp)


def verdicts(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = desk.json("reports/_artifacts/go_no_go.json")["series"]
    return found


def words(desk: Desk, family: str) -> list[str]:
    return list(dict.fromkeys(each["reason"] for each in verdicts(desk)[family]["reasons"]))


def details(desk: Desk, family: str) -> str:
    return "; ".join(each["detail"] for each in verdicts(desk)[family]["reasons"])


def listed(desk: Desk, events: list[str]) -> list[str]:
    replies = [json.loads((desk.venue / f"events/{event}.json").read_bytes()) for event in events]
    return [market["ticker"] for reply in replies for market in reply["event"]["markets"]]


@pytest.mark.parametrize("mode", list(QUANTITIES))
def test_at_its_own_clock_each_mode_is_go_and_leaves_everything(desk: Desk, mode: str) -> None:
    family = family_of(mode)

    done = desk.daily(*FULL, mode=mode)

    assert (done.code, done.err) == (0, "")
    assert verdicts(desk)[family]["go"] is True
    found = document(desk, mode)
    assert {(each["quantity"], each["period"]) for each in found["forecasts"]} == QUANTITIES[mode]
    proposed = [each["market_ticker"] for each in found["proposals"]]
    passed = [each["market_ticker"] for each in found["not_proposed"]]
    assert sorted(proposed + passed) == sorted(listed(desk, EVENTS[mode]))
    assert found["value_at_risk"]["usd"] <= found["value_at_risk"]["limit_usd"]
    assert (desk.root / f"data/proc/{family.lower()}_calib.parquet").exists()
    report = (desk.root / f"reports/{family}/{DAY}/REPORT.md").read_bytes()
    assert b"## Verdict: GO" in report
    assert (desk.root / f"reports/{family}/{DAY}.md").read_bytes() == report
    assert desk.json(f"data/proc/logs/{DAY}/daily_{mode}_{stamp(mode)}.json")["exit_code"] == 0


def stamp(mode: str) -> str:
    return MODES[mode][1].replace("-", "")


def test_full_decides_all_four_and_keeps_every_verdict(desk: Desk) -> None:
    whole = desk.daily("--json", *FULL, mode="full").document

    assert whole["exit_code"] == 0
    codes = {mode: each["exit_code"] for mode, each in whole["modes"].items()}
    assert codes == dict.fromkeys(MODES, 0)
    decided = desk.json("reports/_artifacts/go_no_go.json")
    assert set(decided["series"]) == {"CPI", "CLAIMS", "TNEY", "WEATHER"}
    assert (decided["go"], decided["generated_at"]) == (True, "2024-12-12T19:45:00Z")
    for family, clock in MODES.values():
        day = clock[:10]
        assert (desk.root / f"reports/{family}/{day}/REPORT.md").exists()
        assert (desk.root / f"data/proc/{family.lower()}_calib.parquet").exists()


@pytest.mark.usefixtures("fitted")
def test_full_again_changes_nothing(desk: Desk) -> None:
    assert desk.daily(*FULL, mode="full").code == 0
    first = desk.ledger()
    proposals = {mode: document(desk, mode)["proposals"] for mode in MODES}

    assert desk.daily(*FULL, mode="full").code == 0

    assert desk.ledger().equals(first)
    assert {mode: document(desk, mode)["proposals"] for mode in MODES} == proposals


@pytest.mark.usefixtures("fitted")
def test_full_returns_the_worst_and_names_the_family_that_was_refused(desk: Desk) -> None:
    """A claims calendar of the past stops claims alone."""
    path = desk.venue / "manifest.json"
    desk.edit(path, "2024-12-12T11:30:00Z", "2024-12-12T09:30:00Z")

    assert desk.daily(*FULL, mode="full").code == 3

    whole = desk.json("reports/_artifacts/go_no_go.json")
    assert whole["go"] is False
    go = {family: each["go"] for family, each in whole["series"].items()}
    assert go == {"CPI": True, "CLAIMS": False, "TNEY": True, "WEATHER": True}
    assert words(desk, "CLAIMS") == ["freeze_window"]


@pytest.mark.usefixtures("fitted")
@pytest.mark.parametrize(
    ("mode", "as_of", "said"),
    [
        ("pre_claims", "2024-12-11T22:59:59Z", ["outside_window"]),
        ("pre_claims", "2024-12-11T23:00:00Z", ["freeze_window"]),
        ("pre_claims", "2024-12-12T13:25:00Z", []),
        ("pre_claims", "2024-12-12T13:25:01Z", ["freeze_window"]),
        ("pre_claims", "2024-12-12T13:36:00Z", ["outside_window"]),
        ("teny_close", "2024-12-12T18:29:59Z", ["outside_window"]),
        ("teny_close", "2024-12-12T18:30:00Z", ["freeze_window"]),
        ("teny_close", "2024-12-12T19:30:00Z", []),
        ("teny_close", "2024-12-12T20:25:00Z", []),
        ("teny_close", "2024-12-12T20:25:01Z", ["freeze_window"]),
        ("weather_cycle", "2024-12-12T12:00:00Z", []),
        ("weather_cycle", "2024-12-12T12:45:00Z", []),
        ("weather_cycle", "2024-12-12T12:45:01Z", ["freeze_window"]),
        ("weather_cycle", "2024-12-12T17:59:59Z", ["freeze_window"]),
        ("weather_cycle", "2024-12-12T18:00:00Z", []),
    ],
)
def test_windows_are_kept_to_the_second(desk: Desk, mode: str, as_of: str, said: list[str]) -> None:
    desk.keep_families(family_of(mode))
    done = desk.daily("--as-of", as_of, mode=mode)
    assert words(desk, family_of(mode)) == said
    assert done.code == (3 if said else 0)
    assert desk.orders == [] or not said


def without(source: str, from_path: str = "") -> Callable[[Desk], None]:
    return lambda desk: desk.drop_payloads(source, from_path)


def another_series(desk: Desk) -> None:
    """The publisher's file without its ten-year column."""
    for path in (desk.drivers / "treasury_yields").glob("2024*.xml"):
        path.write_text(path.read_text().replace("BC_10YEAR", "BC_20YEARS"))


STALE: dict[str, tuple[Callable[[Desk], None], str]] = {
    "the last claims report is missing": (
        without("dol_claims", "dol_claims/2024-12-05.txt"),
        "dol_claims.latest_report: overdue",
    ),
    "the last curve is missing": (
        without("treasury_yields", "treasury_yields/2024-12-11.xml"),
        "treasury_10y.daily: overdue",
    ),
    "the curves lack the ten-year": (another_series, "TENY_SERIES_MISMATCH"),
    "final climate reports are missing": (
        without("nws_daily_climate", "nws_daily_climate/2024-12-10.txt"),
        "nws_daily_climate.NYC: overdue",
    ),
}


@pytest.mark.usefixtures("fitted")
@pytest.mark.parametrize("name", STALE)
def test_a_stale_feed_of_any_family_stops_every_family(desk: Desk, name: str) -> None:
    flip, told = STALE[name]
    flip(desk)
    at = ("--as-of", "2024-12-12T19:45:00Z")

    for series in ("CLAIMS", "TNEY"):
        done = desk.scan(*FULL, *at, series=series)
        assert done.code in {3, 4}
        assert "STALE_FEEDS" in words(desk, series)
        assert told in details(desk, series)
    assert desk.orders == []


@pytest.mark.usefixtures("fitted")
def test_without_a_live_quote_the_ten_year_is_dry_only(desk: Desk) -> None:
    desk.drop_payloads("ten_year_quote")

    done = desk.daily(*FULL, mode="teny_close")

    assert done.code == 0
    found = document(desk, "teny_close")
    assert found["dry_only"].startswith("no_live_quote")
    assert all(each["dry_only"] for each in found["proposals"])
    assert "dry only: no_live_quote" in done.out
    assert not (desk.root / "data/proc/ledger_all.parquet").exists()
    readings = {each["name"]: each for each in verdicts(desk)["TNEY"]["readings"]}
    assert readings["live_quote"]["ok"] is False


@pytest.mark.usefixtures("fitted")
def test_a_quote_a_minute_old_is_none(desk: Desk) -> None:
    at = ("--as-of", "2024-12-12T19:45:41Z")
    assert desk.daily(*at, mode="teny_close").code == 0
    found = desk.proposals("TNEY", "2024-12-12T194541Z")
    assert "61 s old" in found["dry_only"]


@pytest.mark.usefixtures("fitted")
def test_the_station_that_has_its_maximum_rests_on_the_observation(desk: Desk) -> None:
    desk.daily(mode="weather_cycle")

    notes = {
        each["quantity"]: each["notes"]
        for each in document(desk, "weather_cycle")["forecasts"]
        if each["period"] == DAY
    }
    assert any(note.endswith(": observed") for note in notes["temp_max_nyc"])
    assert not any(note.endswith(": observed") for note in notes["temp_max_mdw"])


@pytest.mark.usefixtures("fitted")
@pytest.mark.parametrize("name", ["TNEY", "TENY", "teny", "KXUST10AD", "CLAIMS", "KXHIGHNY"])
def test_families_aliases_and_tickers_are_scanned(desk: Desk, name: str) -> None:
    done = desk.scan("--ev-honesty-shrink", "0.9", "--quiet", series=name)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert [path for path in desk.files() if path.startswith("exec/proposals/")]


@pytest.mark.usefixtures("fitted")
@pytest.mark.parametrize(
    ("mode", "printed_at"),
    [
        ("pre_claims", "2024-12-12T14:00:00Z"),
        ("teny_close", "2024-12-12T22:30:00Z"),
        ("weather_cycle", "2024-12-13T12:20:00Z"),
    ],
)
def test_what_rested_on_paper_is_settled_once_the_value_is_printed(
    desk: Desk, mode: str, printed_at: str
) -> None:
    family = family_of(mode)
    desk.daily("--paper-ledger", "--no-pool", mode=mode)
    placed = desk.ledger()
    assert placed.height > 0
    assert placed["settled_at"].null_count() == placed.height

    desk.scan("--paper-ledger", "--as-of", printed_at, series=family)

    settled = desk.ledger().filter(pl.col("run_scope") == mode)
    assert settled["settled_at"].null_count() == 0
    assert set(settled["outcome"]) <= {0, 1}


@pytest.mark.usefixtures("fitted")
def test_one_station_s_impossible_report_stops_every_series(desk: Desk) -> None:
    """The other stations' reports are kept, and the feed has failed all the same."""
    report = desk.drivers / "nws_daily_climate/2024-12-12.txt"
    desk.edit(report, "MAXIMUM         60", "MAXIMUM        999", 1)
    done = desk.daily(mode="weather_cycle")
    assert done.code == 4
    assert "nws_daily_climate" in done.err + done.out
    assert words(desk, "WEATHER") == ["STALE_FEEDS"]
    assert verdicts(desk)["WEATHER"]["required_feeds_ok"] is False
    assert document(desk, "weather_cycle")["required_feeds_ok"] is False
    assert document(desk, "weather_cycle")["proposals"] == []


def test_a_ten_year_afternoon_without_the_news_ahead_is_refused(desk: Desk) -> None:
    pages = [path for path in (desk.drivers / "macro_calendar").iterdir() if path.is_file()]
    for path in pages:
        path.write_text("<html></html>")
    desk.daily(mode="teny_close")
    assert "calendar_missing" in words(desk, "TNEY")
    assert document(desk, "teny_close")["proposals"] == []
