from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fakes.publishers import Answer, Publishers
from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.online import ingest_online
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.drivers.macro_calendar import DRIVER
from kalshi_alpha.drivers.macro_calendar.fetch import BLS_URL, DOL_URL, FED_URL, fetch

FRED = "https://api.stlouisfed.org/fred/release/dates?release_id="


def ics(*days: str) -> bytes:
    events = "".join(
        f"BEGIN:VEVENT\r\nDTSTART;TZID=US-Eastern:{day}T083000\r\n"
        f"SUMMARY:{'Consumer Price Index'}\r\nEND:VEVENT\r\n"
        for day in days
    )
    return f"BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n".encode()


FOMC = b"""<div class="panel"><h4>2026 FOMC Meetings</h4><div class="fomc-meeting">
<div class="fomc-meeting__month">December</div>
<div class="fomc-meeting__date">8-9*</div></div></div>
"""
DOL = b"<p>published each week on Thursday morning at 8:30am EST.</p>"
ALL: Mapping[str, Answer] = {BLS_URL: ics("20261110", "20261210"), FED_URL: FOMC, DOL_URL: DOL}
FRED_DATES: Mapping[str, Answer] = {
    f"{FRED}10&": b'{"release_dates": [{"release_id": 10, "date": "2026-12-10"}]}',
    f"{FRED}50&": b'{"release_dates": [{"release_id": 50, "date": "2026-12-04"}]}',
}


def test_each_publisher_is_asked_for_its_own_calendar() -> None:
    web = Publishers(ALL)
    payloads = list(fetch(web, web.clock))
    assert [p.origin for p in payloads] == [
        "www.bls.gov",
        "www.federalreserve.gov",
        "oui.doleta.gov",
    ]
    assert payloads[2].body == b"<!-- asked on 2026-11-24 -->\n" + DOL
    assert all(DRIVER.parse(p.body).rows for p in payloads)


def test_where_the_bls_refuses_freds_dates_stand_in_and_say_so() -> None:
    web = Publishers({**ALL, BLS_URL: 403, **FRED_DATES}, settings={"FRED_API_KEY": "sesame"})
    first = next(iter(fetch(web, web.clock)))
    assert first.origin == "api.stlouisfed.org (fallback)"
    assert {row.event for row in DRIVER.parse(first.body).rows} == {"cpi", "jobs"}
    assert web.asked.count(BLS_URL) == 1


def test_without_a_key_the_failure_says_which_setting_would_help() -> None:
    web = Publishers({**ALL, BLS_URL: 403})
    with pytest.raises(FetchFailed, match=r"403; for FRED's dates in their stead set FRED_API_KEY"):
        list(fetch(web, web.clock))


def test_a_publisher_that_is_down_leaves_the_calendars_of_the_others(tmp_path: Path) -> None:
    store = FeedStore(Paths(tmp_path))
    [summary] = ingest_online([DRIVER], Publishers({**ALL, FED_URL: 503}), store)
    assert summary.errors[0].startswith("FetchFailed: macro_calendar")
    assert "503" in summary.errors[0]
    rows = store.rows("macro_calendar", datetime(2026, 11, 25, tzinfo=UTC))
    assert {row["event"] for row in rows} == {"cpi", "claims"}
    assert store.paths.macro_calendar_latest.exists()


def test_a_moved_release_leaves_its_day_and_no_other_publishers_events(tmp_path: Path) -> None:
    store = FeedStore(Paths(tmp_path))
    web = Publishers(ALL)
    [whole] = ingest_online([DRIVER], web, store)
    assert whole.ok
    before, known = web.clock, len(store.rows("macro_calendar", web.clock))
    web.answers = {**ALL, BLS_URL: ics("20261110", "20261217", "20270113")}
    assert next(ingest_online([DRIVER], web, store)).ok
    rows = store.rows("macro_calendar", web.clock)
    cpi = [row["release_on"] for row in rows if row["event"] == "cpi"]
    assert cpi == [date(2026, 11, 10), date(2026, 12, 17), date(2027, 1, 13)]
    assert len(rows) == known + 1
    assert date(2026, 12, 10) in {r["release_on"] for r in store.rows("macro_calendar", before)}
