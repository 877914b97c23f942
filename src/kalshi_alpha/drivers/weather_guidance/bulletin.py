"""Station blocks of MOS and National Blend text bulletins.

A block is a header line, rows of numbers in fixed columns, and a blank line. Rows come and go
with versions, so each is found by its label; where a number stands says which hour it is for. A
column is known by its right edge: numbers of three digits touch their neighbours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from kalshi_alpha.drivers.weather_guidance.errors import BadBulletin, BadHeader, Contradiction

_HEADER = re.compile(
    r"(?P<station>[A-Z0-9]{3,6})\s+(?P<title>[A-Z][A-Z0-9. ]*?)\s+GUIDANCE\s+"
    r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})\s+"
    r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})\s+UTC"
)
_AFTER_A_WORD = re.compile(r"\S\s")
_STAMP = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}\s+[0-9]{4}\s+UTC")
_ROW = re.compile(r"([A-Z][A-Z0-9/]{1,5})(?=[\s|]|$|-?[0-9])")
_NUMBER = re.compile(r"-?[0-9]+")
_TITLES = {
    "GFS MOS": "MAV",
    "NAM MOS": "MET",
    "GFSX MOS": "MEX",
    "GFS LAMP": "LAV",
    "NBM NBS": "NBS",
    "NBM NBE": "NBE",
    "NBM NBP": "NBP",
    "NBM NBH": "NBH",
    "NBM NBX": "NBX",
}
_VERSION = re.compile(r"\sV[0-9]+(?:\.[0-9]+)*(?=\s)")
_CELL = 3
# The longest row of any bulletin has less than half of it; and what is done with a line may take
# time that grows with the square of its length.
_LONGEST_LINE = 240
_BEHIND = re.compile(r"\|?(?:  [0-9]| [0-9]{2}|[0-9]{3}| -[0-9]|-[0-9]{2})*")
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


@dataclass(frozen=True, slots=True)
class Block:
    """One station's block.

    Attributes
    ----------
    station : str
        As printed, an ICAO identifier where the station has one.
    model : str
        Bulletin, such as ``MAV`` or ``NBS``.
    issued_at : datetime
        Cycle of the header, UTC.
    valid_at : tuple of datetime
        Time of each column, UTC.
    rows : mapping
        Label to the texts of its cells, stripped, one a column.
    """

    station: str
    model: str
    issued_at: datetime
    valid_at: tuple[datetime, ...]
    rows: Mapping[str, tuple[str, ...]]


def read_blocks(text: str, skipped: Counter[str]) -> list[Block]:
    """Read every block of a bulletin; one that cannot be read is counted as skipped.

    Raises
    ------
    GuidanceRefused
        If no block can be read, with the first reason.
    """
    blocks: list[Block] = []
    refusals: list[BadHeader | BadBulletin | Contradiction] = []
    for lines in _cut(text):
        try:
            blocks.append(_block(lines))
        except (BadHeader, BadBulletin, Contradiction) as error:
            refusals.append(error)
    if not blocks:
        raise refusals[0] if refusals else BadHeader("no station header")
    skipped.update(f"refused: {type(error).__name__}" for error in refusals)
    return blocks


def _cut(text: str) -> list[list[str]]:
    """Cut a bulletin into blocks, each beginning with a line that resembles a header."""
    blocks: list[list[str]] = []
    for raw in text.split("\n"):
        # Some files set every line in by one column, and archives add control characters.
        line = re.sub(r"[^\t\x20-\x7e]", "", raw).rstrip()
        if _resembles_header(line):
            blocks.append([line.strip()])
        elif blocks and line:
            blocks[-1].append(line)
    return blocks


def _resembles_header(line: str) -> bool:
    """Tell a line that has a time of issue behind a first word, whatever the words are."""
    word = _AFTER_A_WORD.search(line)
    return word is not None and _STAMP.search(line, word.end()) is not None


def _block(lines: Sequence[str]) -> Block:
    longest = max(map(len, lines))
    if longest > _LONGEST_LINE:
        raise BadBulletin(f"a line of {longest} characters below {lines[0][:40]!r}")
    found = _HEADER.fullmatch(lines[0])
    title = None if found is None else _VERSION.sub("", f"{found['title']} ").strip()
    if found is None or title not in _TITLES:
        raise BadHeader(f"header {lines[0]!r}")
    issued_at = _issued_at(found)
    labelled = [(match[1], line) for line in lines[1:] if (match := _ROW.match(line.lstrip()))]
    clock = _only(labelled, ("UTC", "HR"))
    lead = _only(labelled, ("FHR",))
    axis = lead or clock
    if axis is None:
        raise BadBulletin(f"{found['station']}: no row of hours")
    edges = [match.end() for match in _NUMBER.finditer(axis[1])]
    if not edges:
        raise BadBulletin(f"{found['station']}: no hours in the row of hours")
    valid_at = _valid_at(found["station"], issued_at, edges, clock, lead)
    return Block(
        station=found["station"],
        model=_TITLES[title],
        issued_at=issued_at,
        valid_at=valid_at,
        rows=_rows(found["station"], labelled, edges),
    )


def _issued_at(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute = (
        int(found[name]) for name in ("year", "month", "day", "hour", "minute")
    )
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise BadHeader(f"issued in the year {year}")
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError as error:
        raise BadHeader(f"issue time in {found[0]!r}: {error}") from error


def _only(labelled: Sequence[tuple[str, str]], names: Sequence[str]) -> tuple[str, str] | None:
    matching = [row for row in labelled if row[0] in names]
    if len(matching) > 1:
        raise Contradiction(f"row {names[0]} stands twice")
    return matching[0] if matching else None


def _valid_at(
    station: str,
    issued_at: datetime,
    edges: Sequence[int],
    clock: tuple[str, str] | None,
    lead: tuple[str, str] | None,
) -> tuple[datetime, ...]:
    """Return each column's time: by its lead if the block prints one, else by walking hours."""
    # Some bulletins set the hours off by one, so only their order is compared.
    hours = None if clock is None else [int(number) for number in _NUMBER.findall(clock[1])]
    if hours is not None and not all(0 <= hour <= 23 for hour in hours):
        raise BadBulletin(f"{station}: hours {hours}")
    if lead is None:
        return _walk(issued_at, hours or [])
    leads = [int(cell) for cell in _cells(station, lead[1], edges)]
    if not leads[0] > 0 or not all(a < b for a, b in pairwise(leads)):
        raise BadBulletin(f"{station}: leads {leads} do not increase")
    times = tuple(issued_at + timedelta(hours=lead) for lead in leads)
    if hours is not None and hours != [time.hour for time in times]:
        raise Contradiction(f"{station}: hours and leads disagree")
    return times


def _walk(issued_at: datetime, hours: Sequence[int]) -> tuple[datetime, ...]:
    times: list[datetime] = []
    at = issued_at
    for hour in hours:
        ahead = (hour - at.hour) % 24 or 24
        at = at.replace(minute=0) + timedelta(hours=ahead)
        times.append(at)
    return tuple(times)


def _rows(
    station: str, labelled: Sequence[tuple[str, str]], edges: Sequence[int]
) -> dict[str, tuple[str, ...]]:
    """Return the rows about temperature; a repeated one is a contradiction."""
    rows: dict[str, tuple[str, ...]] = {}
    for label, line in labelled:
        if label not in TEMPERATURE_ROWS:
            continue
        if label in rows:
            raise Contradiction(f"{station}: row {label} stands twice")
        rows[label] = tuple(_cells(station, line, edges))
    return rows


TEMPERATURE_ROWS = frozenset(
    {"N/X", "X/N", "TXN", "XND", "TXNMN", "TXNSD", "TXNP1", "TXNP2", "TXNP5", "TXNP7", "TXNP9"}
)
"""Rows that are read; every other label is some other element, or a new one."""


def _cells(station: str, line: str, edges: Sequence[int]) -> list[str]:
    """Return what stands in each column of ``line``, and refuse a row out of line."""
    label = _ROW.match(line.lstrip())
    used = len(line) - len(line.lstrip()) + (0 if label is None else label.end())
    cells: list[str] = []
    for edge in edges:
        start = max(edge - _CELL, used)
        between, cell = line[used:start], line[start:edge]
        if between.strip(" |\t") or not re.fullmatch(r"[ |]*(?:-?[0-9]+)?", cell):
            raise BadBulletin(f"{station}: row {line.split(maxsplit=1)[0]} is out of line")
        cells.append(cell.strip(" |"))
        used = edge
    # Behind the last column stands climatology, in cells of its own, or nothing.
    if not _BEHIND.fullmatch(line[used:]):
        raise BadBulletin(f"{station}: row {line.split(maxsplit=1)[0]} is out of line")
    return cells
