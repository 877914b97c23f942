"""The feeds as a scan would find them, read again once a minute."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from desk_root import AT, go_root
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.gates import Fault
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.desk.feeds import feeds_seen
from kalshi_alpha.exec.desk.kept import Kept
from kalshi_alpha.exec.desk.seen import Looking
from kalshi_alpha.exec.monitors.freshness import look


def test_feeds_are_judged_as_the_monitor_does_and_once_a_minute(tmp_path: Path) -> None:
    paths = go_root(tmp_path)
    settings, kept = load_settings(paths.configs), Kept()
    for seconds, made in ((0, 1), (59, 1), (60, 2)):
        clock = RunClock(AT + timedelta(seconds=seconds), ClockSource.SET)
        looking = Looking(paths.root, clock.at)
        found = feeds_seen(looking, paths, settings, clock, kept)
        assert kept.made == made
    known = look(paths, settings, RunClock(AT, ClockSource.SET))
    assert found.rows == known.rows
    assert found.outcome == known.outcome
    assert looking.files[0].name == "release calendar"
    assert looking.files[0].fault is None
    assert found.releases[0].what == "cpi 2024-11"


def test_a_root_without_tables_has_no_calendar(tmp_path: Path) -> None:
    paths = go_root(tmp_path)
    settings, looking = load_settings(paths.configs), Looking(tmp_path, AT)
    for part in (paths.table("macro_calendar") / "vintages").rglob("*.parquet"):
        part.unlink()
    found = feeds_seen(looking, paths, settings, RunClock(AT, ClockSource.SET), Kept())
    assert looking.files[0].fault is Fault.MISSING
    assert found.releases[0].seconds is None
