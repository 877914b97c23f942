from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from desk import AT, REPOSITORY
from kalshi_alpha.config.series import Series
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.schedule import Release, ReleaseCalendar
from kalshi_alpha.exec.doctor.feeds import bond_calendar, feeds, fixtures, release_calendar
from kalshi_alpha.exec.doctor.finding import Finding, Status

FIXTURES = REPOSITORY / "tests/data_fixtures"


def cpi() -> list[Series]:
    book = load_settings(REPOSITORY / "configs").series
    return [each for each in book.series if each.ticker in {"KXCPI", "KXHIGHNY"}]


def judged(*days_ahead: int, known_days: int = 40) -> Finding:
    rows = [Release(AT + timedelta(days=n), "cpi", f"2024-{n:02}") for n in days_ahead]
    until = {"cpi": AT.date() + timedelta(days=known_days)}
    return release_calendar(ReleaseCalendar.of(rows), until, cpi(), AT, trades=True)


def test_a_series_that_waits_for_a_release_must_know_of_one() -> None:
    assert judged(3).status is Status.OK
    assert judged().found == "no release ahead of cpi"
    assert judged().status is Status.FAIL
    nothing = release_calendar(None, {}, cpi(), AT, trades=True)
    assert nothing.status is Status.NOT_APPLICABLE


def test_a_calendar_that_ends_soon_is_a_warning() -> None:
    assert judged(3, known_days=14).status is Status.OK
    soon = judged(3, known_days=13)
    assert (soon.status, soon.found[-14:]) == (Status.WARN, "cpi to 2024-12-24"[-14:])


def test_bond_days_are_needed_two_weeks_ahead() -> None:
    assert bond_calendar(date(2024, 12, 25), AT).status is Status.OK
    assert bond_calendar(date(2024, 12, 24), AT).status is Status.WARN
    late_in_new_york = datetime(2024, 12, 12, 3, tzinfo=UTC)
    assert bond_calendar(date(2024, 12, 25), late_in_new_york).status is Status.OK


def test_fixtures_hold_what_their_manifests_name(tmp_path: Path) -> None:
    assert fixtures(FIXTURES).status is Status.OK
    assert fixtures(tmp_path).status is Status.NOT_APPLICABLE
    manifest = json.loads((FIXTURES / "manifest.json").read_bytes())
    for name in ("venue/manifest.json", "drivers/cpi.json"):
        (tmp_path / name).parent.mkdir()
    venue, drivers = tmp_path / "venue", tmp_path / "drivers"
    shutil.copy(FIXTURES / "manifest.json", venue)
    (venue / "manifest.json").write_text(json.dumps(manifest | {"driver_fixtures": "../drivers"}))
    entry = {"source": "bls_cpi", "path": "cpi.json", "retrieved_at": "2024-12-10T00:00:00Z"}
    listed = {"schema": 1, "clocks": {}, "payloads": [entry]}
    (drivers / "manifest.json").write_text(json.dumps(listed))
    assert fixtures(venue).found.startswith("fixture cpi.json is not in")
    (drivers / "cpi.json").write_text("")
    assert fixtures(venue).found.endswith("cpi.json is empty")
    (drivers / "cpi.json").write_text("{}")
    assert fixtures(venue).found == "1 payloads as their manifest names them"
    (venue / "manifest.json").write_text("{")
    assert fixtures(venue).status is Status.FAIL


def test_feeds_are_told_as_the_monitor_judges_them() -> None:
    well = MonitorOutcome(MonitorStatus.OK, 0, 0)
    assert feeds(well, known=True, trades=True).status is Status.OK
    ill = MonitorOutcome(MonitorStatus.ALERT, 1, 0, ("cpi STALE: old",), "NO-GO", ("ingest it",))
    found = feeds(ill, known=True, trades=True)
    expected = Finding("feeds", Status.FAIL, "cpi STALE: old", "NO-GO", "ingest it")
    assert found == expected
    assert feeds(ill, known=True, trades=False).status is Status.WARN
    assert "make demo" in feeds(ill, known=False, trades=False).remedy
