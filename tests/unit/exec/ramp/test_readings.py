from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk import ledger_row
from desk_root import AT, go_root
from kalshi_alpha.config.baselines import PAL_POLICY
from kalshi_alpha.config.ramp import BASELINE
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.gates import Fault, Reason
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.schedule import ReleaseCalendar
from kalshi_alpha.core.types import Money
from kalshi_alpha.datastore.macro_calendar import release_calendar
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.feed_verdicts import known_rows
from kalshi_alpha.exec.inputs import CALENDAR
from kalshi_alpha.exec.ramp.readings import (
    Schedule,
    ladder_cap,
    read_ledger,
    standing,
    strike_cap,
)

TWO_HOURS = timedelta(hours=2)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return go_root(tmp_path)


def test_the_ledger_is_dated_by_its_own_word(paths: Paths) -> None:
    found = read_ledger(paths, TWO_HOURS)
    assert found.generated_at == found.reading.at == AT
    assert found.reading.max_age == TWO_HOURS
    assert found.reading.sha256 == found.sha256
    assert len(found.rows) > 600


def test_a_ledger_that_is_missing_or_torn_has_no_rows(paths: Paths) -> None:
    paths.ledger_all.write_bytes(paths.ledger_all.read_bytes()[:100])
    torn = read_ledger(paths, TWO_HOURS)
    paths.ledger_all.unlink()
    missing = read_ledger(paths, TWO_HOURS)
    assert (torn.reading.fault, missing.reading.fault) == (Fault.UNREADABLE, Fault.MISSING)
    assert torn.rows == missing.rows == ()


def test_freezes_of_the_past_are_known_from_the_calendar(paths: Paths) -> None:
    schedule = Schedule(paths, AT)
    frozen = schedule.frozen("CPI")
    eve = datetime(2024, 11, 12, 20, 0, tzinfo=UTC)
    assert [frozen(eve + timedelta(hours=step)) for step in (0, 1, 15, 16, 18)] == [
        *(True, True),  # the eve
        *(False, False),  # the window, 06:00 and 07:00 in New York
        False,  # after the release
    ]
    assert frozen(eve + timedelta(hours=17, minutes=25))
    assert schedule.reading("CPI").ok(AT)
    assert schedule.reading("WEATHER").findings[0].reason is Reason.FREEZE_WINDOW


def test_without_a_calendar_the_family_is_refused_and_the_past_is_not_blamed(
    tmp_path: Path,
) -> None:
    schedule = Schedule(Paths(tmp_path), AT)
    assert schedule.reading("CPI").findings[0].reason is Reason.CALENDAR_MISSING
    assert schedule.frozen("CPI")(AT) is None


def test_where_the_calendar_may_miss_a_release_nobody_knows_of_a_freeze(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = Schedule(paths, AT)
    for family in ("CPI", "CLAIMS"):
        frozen = schedule.frozen(family)
        assert frozen(datetime(2021, 6, 1, tzinfo=UTC)) is None
        assert frozen(AT - timedelta(days=5)) is False
    assert schedule.frozen("WEATHER")(datetime(2021, 6, 1, 5, tzinfo=UTC)) is True
    known = release_calendar(known_rows(FeedStore(paths), CALENDAR, AT))
    gap = ReleaseCalendar.of(
        row for row in known.rows if not datetime(2024, 6, 1, tzinfo=UTC) < row.release_at < AT
    )
    monkeypatch.setattr(schedule, "_calendar", gap)
    for family in ("CPI", "CLAIMS"):
        assert schedule.frozen(family)(datetime(2024, 9, 1, tzinfo=UTC)) is None


def test_doubts_speak_against_the_configuration(paths: Paths) -> None:
    settings = load_settings(paths.configs)
    clock = RunClock(AT, ClockSource.SET)
    config, *_ = standing(paths, settings, BASELINE, clock, ())
    assert config.findings == ()
    config, *_ = standing(paths, settings, BASELINE, clock, ("changed",))
    assert [(each.reason, each.detail) for each in config.findings] == [
        (Reason.CONFIG_WEAKENED, "changed")
    ]


@pytest.mark.parametrize(
    ("strike", "dollars"), [("> 0.3", "2500"), ("> 0.5", "3000"), ("no strike", "3000")]
)
def test_caps_are_those_of_the_rows_series_and_strike(strike: str, dollars: str) -> None:
    row = ledger_row(strike=strike)
    assert strike_cap(PAL_POLICY)(row) == Money.parse(dollars)
    assert ladder_cap(PAL_POLICY)(row) == Money.parse("3000")
    assert ladder_cap(PAL_POLICY)(ledger_row(series="KXHIGHNY")) == Money.parse("1000")
