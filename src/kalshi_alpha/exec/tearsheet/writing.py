"""Write the sheets of some series and of the desk, each below the day that it is about."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from kalshi_alpha.config.monitors import BASELINE, MonitorThresholds, load_monitors
from kalshi_alpha.core.errors import ConfigError, MissingData, TornFile, UsageError
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.paths import DESK, Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.desk_sheet import desk_sheet
from kalshi_alpha.exec.tearsheet.facts import Facts, Reader, desk_clock, sheet_clock
from kalshi_alpha.exec.tearsheet.page import page
from kalshi_alpha.exec.tearsheet.scans import Scan
from kalshi_alpha.exec.tearsheet.series_sheet import series_sheet
from kalshi_alpha.exec.tearsheet.sheet import Link

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sheets: names of series or families, or the desk's; none for all. And of which day."""

    series: tuple[str, ...] = ()
    day: date | None = None

    @property
    def names(self) -> list[str]:
        """The series or families named, without the desk."""
        return [each for each in self.series if each.upper() != DESK]

    def shows(self, at: datetime) -> bool:
        """Say whether a scan of that time is of the day asked for."""
        return self.day is None or self.day == new_york(at).date()


@dataclass(frozen=True, slots=True)
class Written:
    """One file."""

    series: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Sheets:
    """The files written, and what kept them from being whole.

    ``unread`` says by series why its newest scan is not among them, ``ledger_fault`` why no sheet
    tells what orders did; empty where the ledger can be read, or is not there.
    """

    files: tuple[Written, ...]
    unread: Mapping[str, str]
    ledger_fault: str = ""

    def require_whole(self) -> None:
        """Raise TornFile, naming files and remedies, if the ledger or a newest scan is torn."""
        wrong = []
        if self.ledger_fault:
            said = "no sheet tells orders or money; put it back from a copy"
            wrong.append(f"{self.ledger_fault}: {said}")
        if self.unread:
            names, whys = ", ".join(self.unread), "; ".join(self.unread.values())
            wrong.append(f"{whys}: the newest scan of {names} is not shown; scan it again")
        if wrong:
            raise TornFile("; ".join(wrong))


def write_sheets(paths: Paths, clock: RunClock, wanted: Wanted) -> Sheets:
    """Write every sheet that is asked for, the desk's last, and return the files.

    A scan that cannot be read hinders no other sheet: an older one is shown in its place, or none.
    Where the ledger cannot be read, every sheet says so in place of what orders did.

    Raises
    ------
    NotBuilt
        If the extra is not installed.
    MissingData
        If a series was asked for that has no scan on that day or by that clock.
    """
    canvas, reader = Canvas(), Reader(paths)
    known = reader.facts(clock)
    chosen = list(_chosen(known, wanted, reader))
    thresholds = _thresholds(paths)
    written = []
    for scan in chosen:
        facts = _up_to(reader.facts(sheet_clock(clock, scan)), scan)
        sheet = series_sheet(facts, scan, reader.past, thresholds, canvas)
        path = sheet_path(paths, scan, reader)
        written.append(_write(scan.series, path, page(sheet)))
    if not wanted.series or DESK in (each.upper() for each in wanted.series):
        own = chosen if wanted.day else list(known.newest().values())
        at = desk_clock(clock, own)
        path = paths.tearsheet(DESK, new_york(at.at).date())
        links = [_link(path, scan, paths, reader) for scan in own]
        found = desk_sheet(reader.facts(at), links, thresholds, canvas)
        written.append(_write(DESK, path, page(found)))
    return Sheets(tuple(written), _unread(known, wanted, chosen, reader), known.ledger_fault)


def sheet_path(paths: Paths, scan: Scan, reader: Reader) -> Path:
    """Return where a scan's sheet lies: beside the report of its New York day."""
    return paths.tearsheet(reader.report_folder(scan.series), new_york(scan.at).date())


def _chosen(known: Facts, wanted: Wanted, reader: Reader) -> Iterator[Scan]:
    """Yield the newest scan of each series that is asked for, by the day if one is named."""
    names, kept = wanted.names, {**known.unread, **known.scans}
    for name in names:
        if not {name.upper(), reader.family_of(name)} & set(kept):
            scanned = ", ".join(known.scans) or "nothing yet"
            raise MissingData(f"no scan of {name} was kept; scanned: {scanned}. Run a scan first")
    if wanted.series and not names:
        return
    keys = _keys(known, names, reader)
    for series, scans in known.scans.items():
        own = [each for each in scans if wanted.shows(each.at)]
        if names and series not in keys:
            continue
        if own:
            yield own[-1]
        elif names and not any(wanted.shows(each.at) for each in known.unread.get(series, ())):
            raise MissingData(f"no scan of {series} was kept on {wanted.day}")


def _keys(known: Facts, names: Sequence[str], reader: Reader) -> set[str]:
    """Return under which names of folders the series asked for are kept."""
    kept = {**known.unread, **known.scans}
    return {name.upper() if name.upper() in kept else reader.family_of(name) for name in names}


def _unread(known: Facts, wanted: Wanted, chosen: Sequence[Scan], reader: Reader) -> dict[str, str]:
    """Return, of what was asked for, each series' newest scan that cannot be read, and why.

    One that a newer whole scan has taken the place of is only named on the sheet.
    """
    keys = _keys(known, wanted.names, reader)
    shown = known.newest().values() if wanted.series and not wanted.names else chosen
    newest = {scan.series: scan.at for scan in shown}
    found = {}
    for series, faults in known.unread.items():
        own = [each for each in faults if wanted.shows(each.at)]
        if own and (not keys or series in keys) and own[-1].at > newest.get(series, _NEVER):
            found[series] = own[-1].why
    return found


def _up_to(facts: Facts, scan: Scan) -> Facts:
    """Return the facts without what the series said after the scan that the sheet is about."""
    if facts.scans.get(scan.series, (scan,))[-1].at <= scan.at:
        return facts
    kept = tuple(each for each in facts.scans[scan.series] if each.at <= scan.at)
    return replace(facts, scans={**facts.scans, scan.series: kept})


def _write(series: str, path: Path, text: bytes) -> Written:
    write_atomic(path, text)
    return Written(series, path, len(text))


def _link(desk: Path, scan: Scan, paths: Paths, reader: Reader) -> Link:
    target = sheet_path(paths, scan, reader)
    return Link(scan.series, Path(os.path.relpath(target, desk.parent)).as_posix())


def _thresholds(paths: Paths) -> MonitorThresholds:
    try:
        return load_monitors(paths.configs).value.thresholds
    except ConfigError:
        return BASELINE  # The desk's list of files says what is wrong with it.


def asked_day(text: str | None) -> date | None:
    """Return the day that a flag names.

    Raises
    ------
    UsageError
        If it is no date.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--date {text} is no date such as 2024-12-11") from error


def summary(paths: Paths, written: Sequence[Written]) -> str:
    """Return a line for each file, and what to do where no scan was ever kept."""
    lines = [f"wrote {each.path} ({each.size / 1000:,.0f} kB)" for each in written]
    if not any(paths.proposals.glob("*/*.json")):
        lines.append(f"no scan lies below {paths.proposals}; make demo makes four")
    return "\n".join(lines)
