"""The freshness monitor on a desk with stored feeds: in order as they are, and with one thing
wrong at a time, each the refusal that a scan at the same clock gives.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from desk import REPOSITORY, Desk, Done
from flips import gasoline_above_six_dollars, gasoline_below_two_dollars, gasoline_too_old
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.gates import FeedStatus
from kalshi_alpha.datastore import ingest
from kalshi_alpha.exec.monitors import freshness
from kalshi_alpha.exec.monitors.feed_rows import UNREADABLE
from spoilt_tables import (
    Change,
    a_folder_in_its_place,
    both,
    no_table,
    of_a_later_version,
    since,
    torn,
    with_values,
    without,
)

THURSDAY = "2024-12-12T19:45:00Z"
MORNING = "2024-12-12T12:00:00Z"
FILE = "reports/_artifacts/monitors/freshness.json"
STOPS = "STALE_FEEDS: NO-GO for every series, nothing is proposed or sent"
NYC = "nws_daily_climate.NYC"


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of every feed, taken in once from the fixtures."""
    root = tmp_path_factory.mktemp("shelf")
    shutil.copytree(REPOSITORY / "configs", root / "configs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KALSHI_ALPHA_HOME", str(root))
        for name in ("KALSHI_ALPHA_AS_OF", "KALSHI_ENV"):
            patch.delenv(name, raising=False)
        fixtures = ("--fixtures", str(REPOSITORY / "tests/fixtures"), "--as-of", THURSDAY)
        assert ingest.main(["--all", "--offline", "--quiet", *fixtures]) == 0
    return root / "data"


@pytest.fixture
def stocked(desk: Desk, shelf: Path) -> Desk:
    shutil.copytree(shelf, desk.root / "data")
    return desk


def look(desk: Desk, *flags: str, at: str = THURSDAY) -> Done:
    return desk.run(freshness.main, "--as-of", at, *flags)


def rows(desk: Desk) -> dict[str, dict[str, Any]]:
    return {row["feed"]: row for row in desk.json(FILE)["feeds"]}


NOT_YET = {
    "bls_cpi": since("month", "2024-11-01"),
    "dol_claims": since("week_ending", "2024-12-07"),
    "treasury_yields": since("curve_on", "2024-12-11"),
    "cleveland_nowcast": since("label_on", "2024-12-01"),
    "aaa_gas": since("as_of_on", "2024-12-10"),
    "nws_daily_climate": (pl.col("station") == "NYC") & since("climate_day", "2024-12-10"),
}
RULES = {
    "bls_cpi": "bls_cpi.latest_release",
    "dol_claims": "dol_claims.latest_report",
    "treasury_yields": "treasury_10y.daily",
    "cleveland_nowcast": "cleveland_nowcast.monthly",
    "aaa_gas": "aaa_gas.daily",
    "nws_daily_climate": NYC,
}
TODAY = (pl.col("as_of_on") == date(2024, 12, 11)) & (pl.col("period") == "current")


def test_stored_feeds_are_in_order_and_the_file_says_so(stocked: Desk) -> None:
    done = look(stocked)
    assert done.code == 0
    document = stocked.json(FILE)
    assert (document["status"], document["required_feeds_ok"]) == ("OK", True)
    assert (document["figure"], document["threshold"], document["cause"]) == (0, 0, "")
    assert {row["status"] for row in document["feeds"]} == {"OK"}
    assert done.out.splitlines()[-1] == f"wrote {stocked.root / FILE}"


def test_the_thresholds_are_the_run_books(stocked: Desk) -> None:
    look(stocked)
    shown = {feed: (row["max_age_days"], row["unit"]) for feed, row in rows(stocked).items()}
    assert {feed: limit for feed, limit in shown.items() if "nws_" not in feed} == {
        "bls_cpi.latest_release": (35, "calendar_days"),
        "dol_claims.latest_report": (8, "calendar_days"),
        "treasury_10y.daily": (3, "business_days"),
        "cleveland_nowcast.monthly": (35, "calendar_days"),
        "aaa_gas.daily": (2, "calendar_days"),
    }
    gas = rows(stocked)["aaa_gas.daily"]
    assert (gas["low"], gas["high"]) == ("2.00", "6.00")
    assert rows(stocked)["treasury_10y.daily"]["series_id"] == "DGS10"
    stations = {feed: limit for feed, limit in shown.items() if "nws_" in feed}
    assert set(stations.values()) == {(2, "calendar_days")}
    assert len(stations) == 7


def keys_of(page: Path) -> list[set[str]]:
    """Return the words in the first column of each table of a page."""
    tables = page.read_text().split("|---|---|\n")[1:]
    return [
        set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (.*?) \|", each, re.MULTILINE))))
        for each in tables
    ]


def test_every_status_of_a_feed_is_explained() -> None:
    *_, explained = keys_of(REPOSITORY / "docs/reference/files/freshness.md")
    assert explained == {*(status.value.upper() for status in FeedStatus), UNREADABLE}


def test_the_file_has_exactly_the_keys_that_its_page_names(stocked: Desk) -> None:
    look(stocked)
    document = stocked.json(FILE)
    of_file, of_feed, _ = keys_of(REPOSITORY / "docs/reference/files/freshness.md")
    assert set(document) == of_file
    assert (document["schema"], document["monitor"]) == (1, "freshness")
    assert (document["generated_at"], document["clock_source"]) == (THURSDAY, "set")
    assert set(document["config_sha256"]) == {"freshness.yaml", "series.yaml"}
    for row in document["feeds"]:
        assert set(row) == of_feed
        date.fromisoformat(row["newest_on"])
        assert datetime.fromisoformat(row["due_at"]).tzinfo is not None
    sources = [each["source"] for each in document["inputs"]]
    assert sources == sorted({*RULES, "macro_calendar"})
    assert all(len(each["sha256"]) == 64 for each in document["inputs"])
    kept = {path.stem.rpartition("-")[2] for path in stocked.root.glob("data/raw/**/*.*")}
    assert all(any(each["sha256"].startswith(name) for name in kept) for each in document["inputs"])


WRONG: dict[str, tuple[str, Change, str, str]] = {
    **{
        f"{source} has no table": (RULES[source], no_table(source), "MISSING", THURSDAY)
        for source in RULES
        if source != "nws_daily_climate"
    },
    "no report of the station": (
        NYC,
        without("nws_daily_climate", pl.col("station") == "NYC"),
        "MISSING",
        THURSDAY,
    ),
    **{
        f"{source} missed a value": (RULES[source], without(source, rows), "OVERDUE", THURSDAY)
        for source, rows in NOT_YET.items()
    },
    "the claims of the last half hour": (
        RULES["dol_claims"],
        without("dol_claims", NOT_YET["dol_claims"]),
        "STALE",
        "2024-12-12T14:00:00Z",
    ),
    "gasoline three days old, within the grace": (
        RULES["aaa_gas"],
        without("aaa_gas", NOT_YET["aaa_gas"]),
        "STALE",
        MORNING,
    ),
    "a climate day three days old, within the grace": (
        NYC,
        without("nws_daily_climate", NOT_YET["nws_daily_climate"]),
        "STALE",
        MORNING,
    ),
    "interim reports since": (
        NYC,
        with_values("nws_daily_climate", NOT_YET["nws_daily_climate"], status="interim"),
        "OVERDUE",
        THURSDAY,
    ),
    "prices 36 days old, and no calendar": (
        RULES["bls_cpi"],
        both(without("bls_cpi", NOT_YET["bls_cpi"]), no_table("macro_calendar")),
        "STALE",
        "2024-12-19T12:00:00Z",
    ),
    "gasoline below two dollars": (
        RULES["aaa_gas"],
        with_values("aaa_gas", TODAY, price_e4=19_999),
        "OUT_OF_RANGE",
        THURSDAY,
    ),
    "gasoline above six dollars": (
        RULES["aaa_gas"],
        with_values("aaa_gas", TODAY, price_e4=60_001),
        "OUT_OF_RANGE",
        THURSDAY,
    ),
    "thirty years in the place of ten": (
        RULES["treasury_yields"],
        with_values("treasury_yields", pl.lit(value=True), series_id="BC_30YEAR"),
        "TENY_SERIES_MISMATCH",
        THURSDAY,
    ),
    "nothing new but a price of tomorrow": (
        RULES["aaa_gas"],
        both(
            without("aaa_gas", since("as_of_on", "2024-12-10") & ~TODAY),
            with_values("aaa_gas", TODAY, as_of_on=date(2024, 12, 13)),
        ),
        "FUTURE_DATED",
        THURSDAY,
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_feed_with_one_thing_wrong_is_one_refusal(stocked: Desk, case: str) -> None:
    feed, flip, status, at = WRONG[case]
    alone = at < "2024-12-13"
    if alone:
        assert look(stocked, at=at).code == 0
    flip(stocked.root)

    done = look(stocked, at=at)

    assert done.code == 3
    document = stocked.json(FILE)
    assert (document["status"], document["required_feeds_ok"]) == ("ALERT", False)
    row = rows(stocked)[feed]
    assert row["status"] == status
    assert f"{feed} {status}: {row['reason']}" in document["cause"]
    assert document["effect"] == STOPS
    assert row["remedy"] in document["remedy"]
    assert row["remedy"]
    assert row["remedy"] in done.out
    if alone:
        assert document["figure"] == 1
        bad = [each for each in document["feeds"] if each["status"] != "OK"]
        assert [each["feed"] for each in bad] == [feed]


@pytest.mark.parametrize("price_e4", [20_000, 60_000])
def test_both_ends_of_the_range_pass(stocked: Desk, price_e4: int) -> None:
    with_values("aaa_gas", TODAY, price_e4=price_e4)(stocked.root)
    assert look(stocked).code == 0


def test_prices_are_not_too_old_at_35_days_without_a_calendar(stocked: Desk) -> None:
    both(without("bls_cpi", NOT_YET["bls_cpi"]), no_table("macro_calendar"))(stocked.root)
    look(stocked, at="2024-12-18T12:00:00Z")
    assert rows(stocked)["bls_cpi.latest_release"]["status"] == "OK"


def test_rows_of_the_future_never_count(stocked: Desk) -> None:
    with_values("aaa_gas", TODAY, as_of_on=date(2024, 12, 13))(stocked.root)
    assert look(stocked).code == 0
    row = rows(stocked)["aaa_gas.daily"]
    assert row["newest_on"] == "2024-12-10"
    assert row["reason"].endswith("1 future-dated ignored")


def test_rows_that_came_after_the_clock_never_count(stocked: Desk) -> None:
    assert look(stocked, at="2024-12-11T11:30:00Z").code == 0
    assert rows(stocked)["bls_cpi.latest_release"]["newest_on"] == "2024-11-13"
    assert look(stocked, at="2024-12-11T14:00:00Z").code == 0
    assert rows(stocked)["bls_cpi.latest_release"]["newest_on"] == "2024-12-11"


def test_bond_market_holidays_are_no_business_days(stocked: Desk) -> None:
    """Thanksgiving, and the Monday after: Wednesday's curve is two trading days old."""
    late = without("treasury_yields", since("curve_on", "2024-11-28"))
    late(stocked.root)
    look(stocked, at="2024-12-02T12:00:00Z")
    assert rows(stocked)["treasury_10y.daily"]["age_days"] == 2


def test_a_station_that_is_not_traded_stops_nothing(stocked: Desk) -> None:
    without("nws_daily_climate", pl.col("station") == "AUS")(stocked.root)
    done = look(stocked)
    assert done.code == 0
    assert rows(stocked)["nws_daily_climate.AUS"]["status"] == "MISSING"
    assert "MISSING, not required" in done.out


@pytest.mark.parametrize("spoil", [torn, of_a_later_version, a_folder_in_its_place])
@pytest.mark.parametrize("source", ["aaa_gas", "nws_daily_climate"])
def test_a_table_that_cannot_be_read_is_an_alert_and_never_ok(
    stocked: Desk, spoil: Callable[[str], Change], source: str
) -> None:
    spoil(source)(stocked.root)
    done = look(stocked)
    assert (done.code, done.err) == (3, "")
    assert stocked.json(FILE)["status"] == "ALERT"
    bad = {each["source"] for each in rows(stocked).values() if each["status"] == "UNREADABLE"}
    assert bad == {source}
    assert f"move data/proc/{source} away" in done.out


def test_the_remedy_for_a_torn_table_helps(stocked: Desk) -> None:
    torn("aaa_gas")(stocked.root)
    assert look(stocked).code == 3
    table = stocked.root / "data/proc/aaa_gas"
    table.rename(table.with_name("aaa_gas.torn"))
    stocked.run(ingest.main, "--source", "aaa_gas", "--from-raw")
    assert look(stocked).code == 0


def test_a_torn_calendar_is_an_alert(stocked: Desk) -> None:
    torn("macro_calendar")(stocked.root)
    assert look(stocked).code == 3
    bad = [feed for feed, row in rows(stocked).items() if row["status"] != "OK"]
    assert bad == ["bls_cpi.latest_release", "dol_claims.latest_report"]
    assert "calendar UNREADABLE" in stocked.json(FILE)["cause"]


def test_an_empty_root_is_no_data(desk: Desk) -> None:
    done = look(desk)
    assert done.code == 3
    document = desk.json(FILE)
    assert (document["status"], document["figure"]) == ("NO_DATA", None)
    assert document["required_feeds_ok"] is False
    assert {row["status"] for row in document["feeds"]} == {"MISSING"}
    assert desk.files() == {FILE}


def test_a_longer_age_is_refused_as_a_scan_refuses_it(stocked: Desk) -> None:
    path = stocked.root / "configs/freshness.yaml"
    stocked.edit(path, "max_age_days: 35", "max_age_days: 36", 1)
    assert look(stocked).code == 3
    document = stocked.json(FILE)
    assert document["status"] == "ALERT"
    assert document["cause"].startswith("config_weakened: freshness.yaml: feeds.bls_cpi")


def test_the_system_clock_is_taken_where_none_is_set(stocked: Desk) -> None:
    assert stocked.run(freshness.main, "--quiet").code == 3
    document = stocked.json(FILE)
    assert document["clock_source"] == "system"
    assert rows(stocked)["aaa_gas.daily"]["status"] == "OVERDUE"


def test_the_environment_sets_the_clock(stocked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_AS_OF", THURSDAY)
    assert stocked.run(freshness.main, "--quiet").code == 0
    assert stocked.json(FILE)["generated_at"] == THURSDAY


SPOILT: dict[str, Callable[[Desk], None]] = {
    "in order": lambda _: None,
    "gasoline too old": gasoline_too_old,
    "gasoline below two dollars": gasoline_below_two_dollars,
    "gasoline above six dollars": gasoline_above_six_dollars,
    "no prices": lambda desk: desk.drop_payloads("bls_cpi"),
    "an older curve": lambda desk: desk.drop_payloads(
        "treasury_yields", "treasury_yields/2024-12-10"
    ),
}
BEFORE, AFTER = "2024-12-11T11:30:00Z", "2024-12-11T15:15:00Z"


@pytest.mark.parametrize("at", [BEFORE, AFTER])
@pytest.mark.parametrize("case", SPOILT)
def test_the_monitor_says_what_a_scan_at_the_same_clock_says(
    desk: Desk, case: str, at: str
) -> None:
    SPOILT[case](desk)
    desk.scan("--as-of", at)

    done = look(desk, at=at)

    scanned = desk.verdict
    document = desk.json(FILE)
    assert document["required_feeds_ok"] is scanned["required_feeds_ok"]
    assert (done.code == 0) is scanned["required_feeds_ok"] is (case == "in order")
    assert (done.code == 0) is ("STALE_FEEDS" not in desk.reasons)
    found = rows(desk)
    assert [feed for feed, row in found.items() if row["required"]] == [
        each["feed"] for each in scanned["feeds"]
    ]
    for each in scanned["feeds"]:
        row = found[each["feed"]]
        assert row["status"] == each["status"].upper()
        for key in ("newest_on", "age_days", "due_on", "due_at"):
            assert row[key] == each[key], key
        assert row["reason"].startswith(each["detail"].partition(", ")[2])


def test_the_required_feeds_are_those_of_the_series_that_are_switched_on(stocked: Desk) -> None:
    stocked.keep_families("TNEY")
    assert look(stocked).code == 0
    assert [f for f, row in rows(stocked).items() if row["required"]] == ["treasury_10y.daily"]
    required = load_settings(stocked.root / "configs").series.required_feeds
    assert required == ("treasury_10y.daily",)
