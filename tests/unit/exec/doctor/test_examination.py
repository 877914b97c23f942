from __future__ import annotations

import os
import re
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from desk import AT, REPOSITORY
from doctor_desk import Patient, monitor_file
from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.datastore.state import Heartbeat
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.doctor import desk as doctors_desk
from kalshi_alpha.exec.doctor import disk, examination, timers
from kalshi_alpha.exec.doctor.finding import Finding, Status
from kalshi_alpha.exec.runner_lock import RunnerLock

FAIL, WARN = Status.FAIL, Status.WARN
Breaking = Callable[[Patient], object]


def troubles(findings: tuple[Finding, ...]) -> dict[str, Status]:
    return {each.name: each.status for each in findings if each.status is not Status.OK}


def traces(root: Path) -> dict[Path, tuple[int, int]]:
    stats = {path: path.lstat() for path in root.rglob("*")}
    return {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}


def test_at_a_healthy_desk_every_check_is_ok_and_nothing_is_touched_or_asked(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise AssertionError("the doctor asks nobody")

    monkeypatch.setattr(socket, "socket", refuse)
    before = traces(patient.root)
    findings = patient.examined()
    assert troubles(findings) == {}
    assert [each.name for each in findings] == list(examination.CHECKS)
    assert len(findings) == 32
    assert traces(patient.root) == before


def _newer_journal(patient: Patient) -> None:
    path = patient.paths.order_journal
    patient.write(path, path.read_bytes())
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version=99")


def _older_ledger(patient: Patient) -> None:
    frame = pl.read_parquet(patient.paths.ledger_all)
    patient.write(patient.paths.ledger_all, b"")
    metadata = {"schema": "99", "generated_at": AT.isoformat()}
    frame.write_parquet(patient.paths.ledger_all, metadata=metadata)


def _dead_holder(patient: Patient) -> None:
    held = RunnerLock(held=True, holder="process 4000000 (pilot)", pid=4_000_000)
    patient.monkeypatch.setattr(examination, "read_runner_lock", lambda _: held)


def _dead_session(patient: Patient) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    beat = Heartbeat(generated_at=long_ago, session="pilot-1", running=True, pid=1)
    patient.write(patient.paths.heartbeat, msgspec.json.encode(beat))


def _skewed(patient: Patient) -> None:
    data = msgspec.json.encode(monitor_file(MonitorStatus.ALERT))
    patient.write(patient.paths.monitor("clock_skew"), data)


def _newer_artifact(patient: Patient) -> None:
    patient.write(patient.paths.go_no_go, b'{"schema": 99, "generated_at": "2024-12-11T11:30:00Z"}')


def _leftover(patient: Patient) -> None:
    path = patient.paths.state / ".heartbeat.json.1.ab.tmp"
    patient.write(path, b"{")
    old = time.time() - 7200
    os.utime(path, (old, old))


def _heavy_day(patient: Patient) -> None:
    log = patient.paths.logs(datetime(2024, 12, 11, tzinfo=UTC).date()) / "pre_cpi.log"
    patient.write(log, b"")
    os.truncate(log, 60_000_000)


def _without_zone(patient: Patient) -> None:
    def none(name: str) -> Any:
        raise KeyError(name)

    patient.monkeypatch.setattr(examination, "zone", none)


def _in_utc(patient: Patient) -> None:
    patient.monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def _open_key(patient: Patient) -> None:
    key = patient.root / "open.pem"
    patient.write(key, b"x" * 64)
    key.chmod(0o644)
    patient.process["KALSHI_DEMO_PRIVATE_KEY_PEM_PATH"] = str(key)


def _shared_key(patient: Patient) -> None:
    own = patient.process["KALSHI_DEMO_PRIVATE_KEY_PEM_PATH"]
    patient.process |= {
        "KALSHI_PROD_API_KEY_ID": "prod-key",
        "KALSHI_PROD_PRIVATE_KEY_PEM_PATH": own,
    }


def _open_dotenv(patient: Patient) -> None:
    path = patient.root / ".env.local"
    patient.write(path, b"")
    path.chmod(0o644)


def _home_in_dotenv(patient: Patient) -> None:
    path = patient.root / ".env"
    patient.write(path, b"KALSHI_ALPHA_HOME=elsewhere\n")


def _future_file(patient: Patient) -> None:
    path = patient.paths.state / "fill_alpha.json"
    patient.write(path, b'{"schema": 1, "generated_at": "2024-12-11T11:30:00Z"}')
    ahead = time.time() + 3600
    os.utime(path, (ahead, ahead))


def _timer_off(patient: Patient) -> None:
    folder = patient.root / "other"
    for unit in timers.UNITS:
        patient.write(folder / unit, b"")
    patient.monkeypatch.setattr(timers, "UNIT_FOLDERS", (folder,))


def _stale(patient: Patient) -> None:
    patient.clock = RunClock(AT + timedelta(days=3), ClockSource.SET)


def _blocked_folder(patient: Patient) -> None:
    patient.write(patient.root / "exec", b"")


def _torn(patient: Patient) -> None:
    patient.write(patient.paths.go_no_go, b'{"schema": 1, "gener')


def _without_fixture(patient: Patient) -> None:
    folder = patient.root / "fixtures"
    manifest = (patient.fixtures / "manifest.json").read_text()
    patient.write(folder / "manifest.json", manifest.encode())
    patient.fixtures = folder


def _ended_calendar(patient: Patient) -> None:
    rows = patient.desk.calendar_rows
    past = [row for row in rows if isinstance(at := row["release_at"], datetime) and at < AT]
    assert 0 < len(past) < len(rows)
    patient.fake("calendar_rows", past)


def _broken_configuration(patient: Patient) -> None:
    patient.edit(patient.paths.config("portfolio"), "bankroll_usd:", "bankrol_usd:")


def _refusing_check(patient: Patient) -> None:
    def refuse(*_: object) -> Any:
        raise ConfigError("it cannot be read")

    patient.monkeypatch.setattr(disk, "disk_space", refuse)


BREAKINGS: dict[str, tuple[str, Status, Breaking]] = {
    "another Python": ("python", FAIL, lambda p: p.fake("python", (3, 13, 1))),
    "a package below its bound": ("packages", FAIL, lambda p: p.fake("requirements", ["click>99"])),
    "another version than locked": (
        "lock",
        WARN,
        lambda p: p.write(p.root / "requirements/base.lock", b"click==0.1\n"),
    ),
    "a venue without its extra": (
        "extras",
        FAIL,
        lambda p: p.fake("requirements", ["unheard-of>=1; extra == 'live'"]),
    ),
    "a process in another zone": ("time_zone", FAIL, _in_utc),
    "no zone database": ("zone_database", FAIL, _without_zone),
    "a clock that went back": ("clock", FAIL, _future_file),
    "a clock far from the venue's": ("venue_clock", FAIL, _skewed),
    "a full disk": ("disk_space", FAIL, lambda p: p.fake("space", (10_000_000, 10**12))),
    "no names left": ("inodes", FAIL, lambda p: p.fake("names", (12, 10**6))),
    "a file in a folder's place": ("folders", FAIL, _blocked_folder),
    "a dotenv file open to all": ("secret_files", FAIL, _open_dotenv),
    "a key file open to all": ("key_file", FAIL, _open_key),
    "one key for two environments": ("keys_apart", FAIL, _shared_key),
    "a dotenv file that moves the root": ("environment", FAIL, _home_in_dotenv),
    "an address that nobody has": (
        "venue_address",
        FAIL,
        lambda p: p.process.update(KALSHI_VENUE_HOSTS="elsewhere"),
    ),
    "a loosened cap": (
        "guardrails",
        FAIL,
        lambda p: p.edit(
            p.paths.config("pal_policy"), "ladder_cap_usd: 3000", "ladder_cap_usd: 9000"
        ),
    ),
    "a calendar that ends": ("release_calendar", FAIL, _ended_calendar),
    "fixtures with a hole": ("fixtures", FAIL, _without_fixture),
    "feeds that are stale": ("feeds", FAIL, _stale),
    "a journal of a later version": ("order_journal", FAIL, _newer_journal),
    "a ledger of a later version": ("ledger", FAIL, _older_ledger),
    "a lock that outlived its holder": ("runner_lock", FAIL, _dead_holder),
    "a kill switch that is on": (
        "kill_switch",
        WARN,
        lambda p: p.write(p.paths.kill_switch, b"{}"),
    ),
    "a session that died": ("heartbeat", FAIL, _dead_session),
    "timers that are off": ("timers", WARN, _timer_off),
    "a day that is too large": ("logs", WARN, _heavy_day),
    "an artifact of a later version": ("artifact_versions", FAIL, _newer_artifact),
    "an artifact that was cut": ("torn_files", FAIL, _torn),
    "what a dead writer left": ("leftovers", WARN, _leftover),
    "a check that cannot be made": ("disk_space", FAIL, _refusing_check),
}


@pytest.mark.parametrize("what", BREAKINGS)
def test_whoever_breaks_one_thing_sees_that_finding_and_no_other(
    patient: Patient, what: str
) -> None:
    name, status, break_it = BREAKINGS[what]
    break_it(patient)
    findings = patient.examined()
    assert troubles(findings) == {name: status}
    [found] = [each for each in findings if each.name == name]
    assert found.found
    assert found.cause
    assert found.remedy


def test_without_a_configuration_what_depends_on_it_is_not_judged(patient: Patient) -> None:
    _broken_configuration(patient)
    found = troubles(patient.examined())
    assert found.pop("configuration") is FAIL
    depends = dict.fromkeys(("guardrails", "release_calendar", "feeds", "logs"))
    assert found == dict.fromkeys(depends, Status.NOT_APPLICABLE)


@pytest.mark.parametrize("venue", ["", "sim"])
def test_what_is_old_is_a_warning_where_no_order_reaches_an_exchange(
    patient: Patient, venue: str
) -> None:
    patient.process = {"KALSHI_ENV": venue, "KALSHI_SIM_URL": "http://127.0.0.1:8765"}
    _stale(patient)
    found = troubles(patient.examined())
    assert found["feeds"] is WARN
    assert FAIL not in found.values()


def test_an_empty_root_with_a_configuration_has_nothing_that_failed(patient: Patient) -> None:
    before = {path: path.read_bytes() for path in patient.root.glob("configs/*.yaml")}
    patient.paths = type(patient.paths)(patient.root / "empty")
    for path, data in before.items():
        patient.write(patient.paths.configs / path.name, data)
    patient.process.clear()
    found = troubles(patient.examined())
    assert FAIL not in found.values()
    assert found["feeds"] is WARN
    assert found["order_journal"] is found["ledger"] is Status.NOT_APPLICABLE


def test_without_metadata_what_is_judged_by_them_fails_and_nothing_else(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctors_desk, "PACKAGE", "unheard-of")
    found = troubles(patient.examined())
    assert found == dict.fromkeys(("python", "packages", "extras"), FAIL)


def test_the_page_names_every_check() -> None:
    page = (REPOSITORY / "docs/how-to/ask-the-doctor.md").read_text()
    listed = page.partition("## What is looked at")[2].partition("\nFeeds and")[0]
    cells = [line.split("|")[1] for line in listed.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(examination.CHECKS)
