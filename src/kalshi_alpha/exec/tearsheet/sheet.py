"""What a page holds, in the order in which it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.exec.tearsheet.picture import Picture, Table


class Tone(StrEnum):
    """How a thing is coloured; what it means is always said in words too."""

    GOOD = "good"
    BAD = "bad"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Card:
    """One of the four questions on top: its answer, and what that rests on."""

    question: str
    answer: str
    lines: tuple[str, ...] = ()
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Gauge:
    """A cap and how much of it is used."""

    name: str
    used: str
    limit: str
    share: float

    @property
    def percent(self) -> int:
        """Of the bar that is filled, 0 to 100."""
        return round(100.0 * min(max(self.share, 0.0), 1.0))

    @property
    def tone(self) -> Tone:
        """Whether the limit is reached."""
        return Tone.BAD if self.share >= 1.0 else Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Section:
    """A table with a sentence before it; folded where it is long and not what is looked for."""

    title: str
    intro: str
    table: Table | None = None
    gauges: tuple[Gauge, ...] = ()
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures that answer one question."""

    title: str
    intro: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Another sheet, relative to this one."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole page; ``body`` in the order in which it is read."""

    name: str
    verdict: str
    verdict_means: str
    tone: Tone
    mode: str
    mode_means: str
    clock: str
    reasons: tuple[str, ...]
    cards: tuple[Card, ...]
    body: tuple[Section | Gallery, ...]
    faults: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def sections(self) -> tuple[Section, ...]:
        """Its tables, in order."""
        return tuple(each for each in self.body if isinstance(each, Section))

    @property
    def galleries(self) -> tuple[Gallery, ...]:
        """Its pictures by the question they answer, in order."""
        return tuple(each for each in self.body if isinstance(each, Gallery))


MODES = {
    "OFFLINE": "made from fixtures: nothing was or can be sent, and nothing counts as evidence",
    "ONLINE": "real feeds and books; orders rest on paper only",
    "PAPER": "real feeds and books; orders rest on paper only",
    "SIM": "practice at the local exchange: no money, no evidence",
    "DEMO": "the venue's demo exchange: play money",
    "LIVE": "real money",
    "UNKNOWN": "KALSHI_ENV names no venue, so nothing may be sent",
}


def shown_clock(at: datetime, source: str) -> str:
    """Write a clock as New York reads it and in UTC, and say if somebody set it."""
    told = " (a set clock)" if source == "set" else ""
    return f"{new_york(at):%A %d %B %Y, %H:%M} New York = {at:%Y-%m-%dT%H:%M:%SZ}{told}"


def usd(amount: float) -> str:
    """Write dollars with cents."""
    sign = "-" if amount < 0 else ""
    return f"{sign}${abs(amount):,.2f}"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"
