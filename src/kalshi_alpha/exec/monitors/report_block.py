"""The monitors' block in the reports: replaced between its markers, all else byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from kalshi_alpha.core.monitors.blocking import narrowed
from kalshi_alpha.core.monitors.outcome import MonitorOutcome
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.reports.ladder_report import MONITORS_BEGIN, MONITORS_END
from kalshi_alpha.exec.reports.markdown import table

_BEGIN, _END = MONITORS_BEGIN.encode(), MONITORS_END.encode()
RUNTIME = "Runtime monitors at"
"""How the part begins that is refreshed; what a scan wrote above it stays."""
_ROOT = f"# Kalshi Alpha\n\n## Monitors\n\n{MONITORS_BEGIN}\n{MONITORS_END}\n".encode()
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.md)?")


def summary_table(
    outcomes: Mapping[Monitor, MonitorOutcome], at: datetime, panic: str, family: str | None = None
) -> str:
    """Return the part that is refreshed: one row a monitor, for one family or for all."""
    shown = {
        monitor: outcome if family is None else narrowed(outcome, family)
        for monitor, outcome in outcomes.items()
    }
    rows = [
        (
            monitor.value,
            outcome.status.value,
            _number(outcome.figure),
            f"{_number(outcome.threshold)} {outcome.unit}".strip(),
            " ".join(outcome.cause.split()),
        )
        for monitor, outcome in shown.items()
    ]
    head = f"{RUNTIME} {new_york(at):%Y-%m-%d %H:%M:%S} ET: {panic}"
    return "\n".join([head, "", *table(("monitor", "status", "figure", "alert at", "cause"), rows)])


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def refreshed(report: bytes, part: str) -> bytes | None:
    """Return a report with the part between its markers refreshed; None if it has not one pair.

    What stands between the markers above the part, which a scan wrote, stays as it is.
    """
    if report.count(_BEGIN) != 1 or report.count(_END) != 1:
        return None
    begin, end = report.index(_BEGIN) + len(_BEGIN), report.index(_END)
    if end < begin:
        return None
    inside = report[begin:end]
    kept = inside.partition(f"\n{RUNTIME}".encode())[0].rstrip()
    return b"".join((report[:begin], kept, b"\n\n", part.encode(), b"\n", report[end:]))


def refresh_reports(
    paths: Paths,
    folders: Iterable[tuple[str, str]],
    outcomes: Mapping[Monitor, MonitorOutcome],
    at: datetime,
    panic: str,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Refresh the newest report of each series in both of its places, and that at the root.

    Parameters
    ----------
    paths
        The file tree.
    folders
        Families, each with the folder that its reports are filed in.
    outcomes, at, panic
        What the monitors found, when, and one line about panic.

    Returns
    -------
    tuple
        Files that were refreshed, and one line for each that could not be.
    """
    written: list[Path] = []
    problems: list[str] = []
    for family, folder in folders:
        day = newest_day(paths, folder)
        if day is None:
            continue
        places = (paths.report(folder, day), paths.flat_report(folder, day))
        source = next(place for place in places if place.is_file())
        after = refreshed(source.read_bytes(), summary_table(outcomes, at, panic, family))
        if after is None:
            problems.append(f"{source}: has no block of monitors; write the report again")
            continue
        for place in places:
            write_atomic(place, after)
            written.append(place)
    root = paths.root_report
    before = root.read_bytes() if root.is_file() else _ROOT
    after = refreshed(before, summary_table(outcomes, at, panic))
    if after is None:
        problems.append(f"{root}: has no block of monitors; move it away, it is made again")
    else:
        write_atomic(root, after)
        written.append(root)
    return tuple(written), tuple(problems)


def newest_day(paths: Paths, folder: str) -> date | None:
    """Return the day of a folder's newest report, in either of its places; None without any."""
    found = []
    for path in (paths.reports / folder).glob("*"):
        named = _DATED.fullmatch(path.name)
        if named is None:
            continue
        is_report = (path / "REPORT.md").is_file() if path.suffix != ".md" else path.is_file()
        try:
            day = date.fromisoformat(named[1])
        except ValueError:
            continue
        if is_report:
            found.append(day)
    return max(found, default=None)
