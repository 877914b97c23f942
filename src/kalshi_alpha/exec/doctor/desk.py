"""What the doctor looks at, read when a check first asks for it; nothing is written."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kalshi_alpha.config.configuration import Configuration, load_configuration
from kalshi_alpha.config.environment import KalshiEnv, kalshi_env, read_dotenv
from kalshi_alpha.core.errors import ConfigError, DataError, UsageError
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.execution_state import SCHEMA as FITTED_SCHEMA
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import MEMO_SCHEMA
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.monitors.files import SCHEMA as MONITOR_SCHEMA
from kalshi_alpha.exec.monitors.files import MonitorFiles, read_monitors

if TYPE_CHECKING:
    from kalshi_alpha.core.schedule import ReleaseCalendar

PACKAGE = "kalshi-alpha"
CALENDAR = "macro_calendar"
_SCAN_SCHEMA = 1
"""Of verdicts and proposals; their module loads all that a scan needs, and this one must not."""


@dataclass(frozen=True)
class DoctorsDesk:
    """One installation and one root, as a check may ask for them.

    Attributes
    ----------
    paths
        The root.
    process
        The process environment, without the dotenv files.
    clock
        The clock by which data are judged.
    now
        The system's own, by which files and processes are.
    fixtures
        Folder of the venue's fixtures.
    """

    paths: Paths
    process: Mapping[str, str]
    clock: RunClock
    now: datetime
    fixtures: Path

    # --- the environment ------------------------------------------------------------------

    @cached_property
    def environ(self) -> Mapping[str, str]:
        """The environment with the dotenv files, or without them if they cannot be read."""
        try:
            return {**read_dotenv(self.paths.dotenv_files), **self.process}
        except ConfigError:
            return self.process

    @cached_property
    def venue(self) -> KalshiEnv | None:
        """The venue that is named; None if none is, or no such one exists."""
        try:
            return kalshi_env(self.environ)
        except UsageError:
            return None

    @property
    def trades(self) -> bool:
        """Whether orders would reach a real exchange: practice has clocks and tables of its own."""
        return self.venue in {KalshiEnv.PROD, KalshiEnv.DEMO}

    # --- the installation -----------------------------------------------------------------

    @property
    def python(self) -> tuple[int, ...]:
        """Version of the interpreter."""
        return sys.version_info[:3]

    @cached_property
    def requirements(self) -> list[str]:
        """What the package's metadata ask for, extras included."""
        return metadata.requires(PACKAGE) or []

    @property
    def requires_python(self) -> str:
        """Bounds of the interpreter's version in the package's metadata."""
        return str(metadata.metadata(PACKAGE)["Requires-Python"])

    @property
    def locks(self) -> Mapping[str, str]:
        """The locks of the repository by name; none if the root is no repository."""
        found = sorted((self.paths.root / "requirements").glob("*.lock"))
        return {path.name: path.read_text(encoding="utf-8") for path in found}

    # --- the disk -------------------------------------------------------------------------

    @property
    def space(self) -> tuple[int, int]:
        """Bytes that are free and that there are where the root lies."""
        usage = shutil.disk_usage(self._there)
        return usage.free, usage.total

    @property
    def names(self) -> tuple[int, int]:
        """Names that are free and that there are on that file system."""
        found = os.statvfs(self._there)
        return found.f_favail, found.f_files

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders that runs write to."""
        paths = self.paths
        return (
            *(paths.root, paths.root / "data" / "raw", paths.proc, paths.state, paths.audit),
            *(paths.reports, paths.artifacts, paths.monitors, paths.proposals),
        )

    @cached_property
    def newest(self) -> tuple[Path, datetime] | None:
        """The file among state and artifacts that was changed last, and when."""
        folders = (self.paths.state, self.paths.artifacts, self.paths.monitors, self.paths.proc)
        # What a writer is about to rename may be gone by the time it is looked at.
        files = [path for folder in folders for path in folder.glob("[!.]*") if path.is_file()]
        path = max(files, key=_changed_s, default=None)
        return None if path is None else (path, datetime.fromtimestamp(_changed_s(path), UTC))

    @property
    def _there(self) -> Path:
        root = self.paths.root
        return next(each for each in (root, *root.parents) if each.exists())

    # --- configuration and data -----------------------------------------------------------

    @cached_property
    def configuration(self) -> Configuration | ConfigError:
        """Every file of the configuration, or what is wrong with one."""
        try:
            return load_configuration(self.paths.configs)
        except ConfigError as error:
            return error

    @cached_property
    def calendar_rows(self) -> list[dict[str, object]]:
        """Rows of the release calendar at the clock; none if it is not there or not readable."""
        from kalshi_alpha.datastore.macro_calendar import known_events
        from kalshi_alpha.datastore.tables import FeedStore

        try:
            return known_events(FeedStore(self.paths), self.clock.at)
        except DataError:
            return []  # The judgement of the feeds says so.

    @property
    def calendar(self) -> ReleaseCalendar | None:
        """Announced releases; None if no calendar was taken in."""
        from kalshi_alpha.datastore.macro_calendar import release_calendar

        return release_calendar(self.calendar_rows) if self.calendar_rows else None

    @cached_property
    def has_tables(self) -> bool:
        """Whether any feed was ever taken in."""
        return any(self.paths.proc.glob("*/schema.json"))

    def bytes_per_day(self) -> Mapping[date, int]:
        """Return how much is kept of each day."""
        from kalshi_alpha.datastore.housework import held

        return held(self.paths)

    # --- what runs left -------------------------------------------------------------------

    @cached_property
    def monitors(self) -> MonitorFiles:
        """The monitors' files, whatever their dates."""
        return read_monitors(self.paths, self.now + timedelta(days=1))

    @property
    def swept_at(self) -> datetime | None:
        """When the monitors ran last under the system's clock."""
        return self.monitors.newest_system_at

    @property
    def json_files(self) -> Mapping[Path, int]:
        """Every JSON file that a decision reads, with the newest schema that is understood."""
        return dict(self._json_files())

    def _json_files(self) -> Iterator[tuple[Path, int]]:
        paths = self.paths
        decisions = (paths.go_no_go, paths.pilot_ready, paths.pilot_session)
        fitted = (paths.fill_alpha, paths.slippage)
        own = [*((path, _SCAN_SCHEMA) for path in decisions), *((p, FITTED_SCHEMA) for p in fitted)]
        yield from (each for each in own if each[0].exists())
        yield from ((path, MONITOR_SCHEMA) for path in sorted(paths.monitors.glob("*.json")))
        yield from ((path, MEMO_SCHEMA) for path in sorted(paths.memos.glob("*.json")))
        for folder in sorted(paths.proposals.glob("*")):
            newest = max(folder.glob("*.json"), key=lambda path: path.name, default=None)
            if newest is not None:
                yield newest, _SCAN_SCHEMA

    @property
    def line_files(self) -> tuple[Path, ...]:
        """Logs of one object a line that something reads back."""
        return (self.paths.alert_log, *sorted(self.paths.audit.glob("*.jsonl"))[-3:])

    @property
    def written_folders(self) -> tuple[Path, ...]:
        """Folders in which files are replaced by renaming."""
        paths = self.paths
        return (paths.root, paths.proc, paths.state, paths.reports, paths.artifacts, paths.monitors)


def _changed_s(path: Path) -> float:
    """Return when a file was changed; the beginning of time if it has just gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


@lru_cache(maxsize=512)
def installed(name: str) -> str | None:
    """Return the version of a distribution, or None if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def zone(name: str) -> ZoneInfo:
    """Load a time zone's rules."""
    return ZoneInfo(name)


MEASURED = Monitor.CLOCK_SKEW
"""The monitor that says how far this clock is from the venue's."""
