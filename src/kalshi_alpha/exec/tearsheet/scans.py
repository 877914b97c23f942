"""The scans that a series has kept, one document a clock, as the sheet reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from kalshi_alpha.core.errors import DataError, TornFile
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.artifacts import read_json
from kalshi_alpha.datastore.paths import Paths

SCHEMA = 1
KEPT = 24
"""How many of the newest scans are read: a fan of more would be a blur."""
_THOUSAND = 1000
_STAMP = "%Y-%m-%dT%H%M%SZ"
_FIRST_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_Doc = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan: of which series or family it is filed, whose it is, and everything it said."""

    series: str
    family: str
    at: datetime
    said: _Doc

    @property
    def mode(self) -> str:
        """What its data were: OFFLINE, PAPER (which it calls online) or SIM."""
        said = str(self.said.get("mode", "?"))
        return "PAPER" if said == "ONLINE" else said

    @property
    def clock_source(self) -> ClockSource:
        """Whether its clock was set."""
        return ClockSource(str(self.said.get("clock_source", ClockSource.SYSTEM.value)))

    @property
    def go(self) -> bool:
        """Whether its gate was open."""
        return self.part("verdict").get("go") is True

    def rows(self, name: str) -> Sequence[_Doc]:
        """Return one of its lists; an absent one is empty."""
        return dicts(self.said.get(name))

    def part(self, name: str) -> _Doc:
        """Return one of its objects; an absent one is empty."""
        found = self.said.get(name)
        return found if isinstance(found, dict) else {}

    def events(self) -> list[str]:
        """Return the events it looked at, in its own order."""
        named = (str(each.get("event_ticker", "")) for each in self.rows("markets"))
        return [event for event in dict.fromkeys(named) if event]


class Unread(NamedTuple):
    """A scan's document that cannot be read: the clock in its name, and why."""

    at: datetime
    why: str


def dicts(value: Any) -> list[_Doc]:
    """Return the objects of a JSON list; none of anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """Return a JSON number or decimal text as a number; None for anything else."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def shown_value(value: float) -> str:
    """Write a settlement value: whole where it counts thousands, else with four figures."""
    return f"{value:,.0f}" if abs(value) >= _THOUSAND else f"{value:.4g}"


def series_scanned(paths: Paths) -> list[str]:
    """Return the families and single series of which a scan was kept, by name."""
    if not paths.proposals.is_dir():
        return []
    return sorted(each.name for each in paths.proposals.iterdir() if each.is_dir())


def scans_of(
    paths: Paths, series: str, family: str, until: datetime
) -> tuple[list[Scan], list[Unread]]:
    """Return the newest scans made by a clock, oldest first, and what could not be read."""
    dated = sorted(
        (at, path)
        for path in (paths.proposals / series).glob("*.json")
        if (at := _stamp(path)) is not None and at <= until
    )
    found: list[Scan] = []
    faults: list[Unread] = []
    for at, path in dated[-KEPT:]:
        try:
            found.append(_scan(path, series, family, at))
        except DataError as error:
            faults.append(Unread(at, str(error)))
    return found, faults


def strike_order(strike: str) -> tuple[float, int]:
    """Return what sorts strikes from low to high: the first number, and below before above."""
    found = _FIRST_NUMBER.search(strike)
    if found is None:
        return (0.0, 0)
    return (float(found[0]), -1 if "<" in strike else int(">" in strike))


def _stamp(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.stem, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _scan(path: Path, series: str, family: str, at: datetime) -> Scan:
    said = read_json(path, SCHEMA, at)
    try:
        scan = Scan(series, family, at, said)
        _ = scan.clock_source, scan.go
    except (TypeError, ValueError) as error:
        raise TornFile(f"{path}: {error}") from error
    return scan
