"""A desk in perfect health, and a patient: the same desk with one thing broken by a test."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import msgspec
import pytest

from desk import AT, REPOSITORY, ledger_row, wired
from kalshi_alpha.brokers.account_lock import account_lock
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import Heartbeat, write_heartbeat
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.doctor import timers
from kalshi_alpha.exec.doctor.desk import DoctorsDesk
from kalshi_alpha.exec.doctor.examination import examine
from kalshi_alpha.exec.doctor.finding import Finding
from kalshi_alpha.exec.inputs import read_inputs
from kalshi_alpha.exec.monitors.files import MonitorFile, SummaryFile
from kalshi_alpha.exec.scanning import ingest_payloads
from kalshi_alpha.strategies.cpi import STRATEGY
from order_cases import accepted, intended

NOW = datetime.now(UTC)


@dataclass
class Patient:
    """The healthy desk, and what a test changes of it until it is over."""

    paths: Paths
    monkeypatch: pytest.MonkeyPatch
    process: dict[str, str]
    clock: RunClock = field(default=RunClock(AT, ClockSource.SET))
    fixtures: Path = REPOSITORY / "tests/data_fixtures"
    _kept: dict[Path, bytes | None] = field(default_factory=dict)
    _made: list[Path] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.paths.root

    def write(self, path: Path, data: bytes) -> None:
        """Write a file, which is put back when the test is over."""
        self._kept.setdefault(path, path.read_bytes() if path.exists() else None)
        self._made += [each for each in path.parents if not each.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def edit(self, path: Path, old: str, new: str) -> None:
        """Replace a text in a file, and insist that it was there."""
        text = path.read_text()
        assert old in text
        self.write(path, text.replace(old, new, 1).encode())

    def remove(self, path: Path) -> None:
        self._kept.setdefault(path, path.read_bytes())
        path.unlink()

    def fake(self, name: str, value: object) -> None:
        """Let the desk show another value of an attribute."""
        self.monkeypatch.setattr(DoctorsDesk, name, property(lambda _: value))

    def recover(self) -> None:
        for path, data in self._kept.items():
            if data is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(data)
        for folder in sorted(self._made, reverse=True):
            folder.rmdir()

    @property
    def desk(self) -> DoctorsDesk:
        return DoctorsDesk(self.paths, self.process, self.clock, datetime.now(UTC), self.fixtures)

    def examined(self) -> tuple[Finding, ...]:
        return examine(self.desk)


def build_healthy(root: Path) -> None:
    """Fill a root with everything that a desk comes to have, all of it in order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        run = wired(root)
        ingest_payloads(run, read_inputs(run, STRATEGY, "CPI").payloads)
    time.tzset()
    for name in ("schema", "systemd", "logrotate"):
        shutil.rmtree(root / "configs" / name)
    paths = run.paths
    with account_lock(paths.order_journal), OrderJournal(paths.order_journal, "demo") as journal:
        journal.append([intended(), accepted()])
    LedgerStore(paths).upsert([ledger_row()], AT)
    beat = Heartbeat(generated_at=NOW, session="pilot-1", running=False, pid=os.getpid())
    write_heartbeat(paths.heartbeat, beat)
    _sweep(paths)
    (root / "key.pem").write_bytes(b"x" * 64)
    (root / "key.pem").chmod(0o600)
    (root / ".env").write_text("KALSHI_VENUE_HOSTS=\n")
    (root / ".env").chmod(0o600)
    (root / "requirements").mkdir()
    pin = f"click=={metadata.version('click')} \\\n    --hash=sha256:ab\n"
    (root / "requirements/base.lock").write_text(pin)
    _install_units(root / "units")


def settled_in(root: Path, monkeypatch: pytest.MonkeyPatch) -> Patient:
    """Return the healthy desk of a root, to be broken."""
    monkeypatch.setattr(timers, "RUNNING", root)
    monkeypatch.setattr(timers, "UNIT_FOLDERS", (root / "units",))
    process = {
        "KALSHI_ENV": "demo",
        "KALSHI_DEMO_API_KEY_ID": "demo-key",
        "KALSHI_DEMO_PRIVATE_KEY_PEM_PATH": str(root / "key.pem"),
    }
    return Patient(Paths(root), monkeypatch, process)


def monitor_file(status: MonitorStatus = MonitorStatus.OK) -> MonitorFile:
    """Return what the monitor of the venue's clock wrote last."""
    return MonitorFile(
        schema=1,
        monitor=Monitor.CLOCK_SKEW,
        generated_at=NOW,
        clock_source=ClockSource.SYSTEM,
        status=status,
        figure=0.25 if status is MonitorStatus.OK else 7.5,
        threshold=5.0,
        unit="seconds",
        cause="" if status is MonitorStatus.OK else "7.5 seconds from the venue's clock",
        effect="nothing is signed",
        remedy="synchronise the clock with NTP",
        blocks=status is not MonitorStatus.OK,
        series={},
    )


def _sweep(paths: Paths) -> None:
    summary = SummaryFile(
        schema=1,
        generated_at=NOW,
        clock_source=ClockSource.SYSTEM,
        panic_backoff=False,
        panic_until=None,
        statuses={},
        alerts=[],
        blocks=[],
        exit_code=0,
    )
    paths.monitors.mkdir(parents=True)
    for name, found in (("summary", summary), ("clock_skew", monitor_file())):
        paths.monitor(name).write_bytes(msgspec.json.encode(found))


def _install_units(folder: Path) -> None:
    wants = folder / "timers.target.wants"
    wants.mkdir(parents=True)
    for unit in timers.UNITS:
        (folder / unit).write_text("[Timer]\n")
        (wants / unit).symlink_to(folder / unit)
