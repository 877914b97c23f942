"""What every picture says besides what it draws: how much it rests on, and its numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"[-+−]?\$?[0-9][0-9,. ]*(%| ?[a-zA-Z°]{0,3})?|-|")


@dataclass(frozen=True, slots=True)
class Table:
    """Figures as text, a row a mark."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Say of each column whether it holds numbers, which stand to the right."""
        return tuple(
            bool(self.rows) and all(_NUMBER.fullmatch(row[i]) for row in self.rows)
            for i in range(len(self.head))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of a sheet.

    Attributes
    ----------
    key
        Name within the page.
    title
        What it is about.
    says
        One sentence: what is to be seen in it.
    how
        How it is read.
    n, span, unit
        What it rests on: how many of what, from when to when, measured in what.
    svg
        The drawing; empty where there is nothing to draw.
    table
        Every number that is drawn.
    waits
        Where nothing is drawn: what it needs, how many there are, and when it will be there.
    """

    key: str
    title: str
    says: str
    n: str
    span: str
    unit: str
    how: str = ""
    svg: str = ""
    table: Table | None = None
    waits: str = ""

    def __post_init__(self) -> None:
        if bool(self.svg) == bool(self.waits):
            raise ValueError(f"{self.key}: a picture is drawn, or says what it waits for")
        if self.svg and (self.table is None or not self.table.rows):
            raise ValueError(f"{self.key}: what is drawn has no table")


def waiting(
    key: str,
    title: str,
    *,
    needs: str,
    have: str,
    when: str,
    unit: str,
    table: Table | None = None,
) -> Picture:
    """Return a picture that cannot be drawn yet, and what it waits for."""
    return Picture(
        key=key,
        title=title,
        says="Not drawn yet.",
        n=have,
        span="no data yet",
        unit=unit,
        waits=f"Needs {needs}. There {'are' if not have.startswith('1 ') else 'is'} {have}. {when}",
        table=table,
    )


def unread(key: str, title: str, *, what: str, unit: str) -> Picture:
    """Return the picture of what cannot be told, because what it is made of cannot be read."""
    return Picture(
        key=key,
        title=title,
        says="Not drawn.",
        n="unknown",
        span="unknown",
        unit=unit,
        waits=f"{what} Nothing can be told before it is put back from a copy.",
    )


def span_of(times: Sequence[str]) -> str:
    """Return the first and the last of some times as one text."""
    first, last = min(times), max(times)
    return first if first == last else f"{first} to {last}"


def slug(text: str) -> str:
    """Return a text as an id of the page may hold it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"
