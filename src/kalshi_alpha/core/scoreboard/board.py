"""The scoreboard of one window: a section for each carrier of orders, a line for each family."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA, FillAlpha
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerEntry, LedgerMode
from kalshi_alpha.core.ramp.figures import EvidenceRule
from kalshi_alpha.core.scoreboard.figures import Figures, evidence_of, figures
from kalshi_alpha.core.scoreboard.windows import Window, as_known

TOTAL = "total"

_ORDER = (
    *(LedgerMode.LIVE, LedgerMode.PAPER),
    *(LedgerMode.DEMO, LedgerMode.SIM, LedgerMode.OFFLINE),
)


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """What figures are held against.

    Attributes
    ----------
    alphas
        Tuned fill ratios by family.
    rule
        Which rows count as evidence.
    shrink
        The honest shrink that the bins' weights multiply.
    """

    alphas: Mapping[str, FillAlpha]
    rule: EvidenceRule
    shrink: float


@dataclass(frozen=True, slots=True)
class Carrier:
    """What carried orders, on whose books, and under which clock: these are never mixed."""

    mode: LedgerMode
    environment: str
    clock_source: ClockSource


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """A family's figures, those of the window before, and the fill ratio that is expected.

    ``alpha`` is None where none was ever tuned; the cold start's ratio is then what is expected.
    """

    family: str
    now: Figures
    before: Figures
    alpha: FillAlpha | None

    @property
    def is_total(self) -> bool:
        """Whether the line is over all families, for which no ratio is expected."""
        return self.family == TOTAL


@dataclass(frozen=True, slots=True)
class Section:
    """Everything that one carrier did.

    Attributes
    ----------
    carrier
        What carried the orders.
    n_rows, n_evidence
        Rows known at the window's end, and how many of them may count as evidence.
    newest_at
        When the newest of them was placed, filled or settled.
    lines
        One a family that has anything to show, by name.
    total
        The same over all families.
    """

    carrier: Carrier
    n_rows: int
    n_evidence: int
    newest_at: datetime
    lines: tuple[FamilyLine, ...]
    total: FamilyLine


@dataclass(frozen=True, slots=True)
class Board:
    """The scoreboard of one window.

    ``n_rows`` counts the rows known at the window's end, ``n_later`` those left out because they
    were placed after it.
    """

    window: Window
    n_rows: int
    n_later: int
    sections: tuple[Section, ...]


def board(entries: Iterable[LedgerEntry], window: Window, against: Yardsticks) -> Board:
    """Work out the scoreboard of one window.

    Parameters
    ----------
    entries
        The ledger.
    window
        The days that are counted.
    against
        What figures are held against.
    """
    rows = list(entries)
    known = list(as_known(rows, window.ends_at))
    groups: dict[Carrier, list[LedgerEntry]] = defaultdict(list)
    for row in known:
        groups[Carrier(row.mode, row.environment, row.clock_source)].append(row)
    return Board(
        window=window,
        n_rows=len(known),
        n_later=len(rows) - len(known),
        sections=tuple(
            _section(carrier, groups[carrier], window, against)
            for carrier in sorted(groups, key=_rank)
        ),
    )


def _rank(carrier: Carrier) -> tuple[int, str, str]:
    return _ORDER.index(carrier.mode), carrier.environment, carrier.clock_source.value


def _section(
    carrier: Carrier,
    rows: Sequence[LedgerEntry],
    window: Window,
    against: Yardsticks,
) -> Section:
    lines = [
        _line(family, [row for row in rows if row.family == family], window, against)
        for family in sorted({row.family for row in rows})
    ]
    return Section(
        carrier=carrier,
        n_rows=len(rows),
        n_evidence=len(evidence_of(rows, against.rule)),
        newest_at=max(_newest(row) for row in rows),
        lines=tuple(line for line in lines if not (line.now.is_empty and line.before.is_empty)),
        total=_line(TOTAL, rows, window, against),
    )


def _line(
    family: str, rows: Sequence[LedgerEntry], window: Window, against: Yardsticks
) -> FamilyLine:
    alpha = against.alphas.get(family)
    expected = COLD_START_ALPHA if alpha is None else alpha
    now = figures(rows, window, expected, against.rule, against.shrink)
    # What settled since then was open at the end of the window before.
    earlier = list(as_known(rows, window.begins_at))
    before = figures(earlier, window.previous, expected, against.rule, against.shrink)
    return FamilyLine(family, now, before, alpha)


def _newest(row: LedgerEntry) -> datetime:
    times = (row.placed_at, row.filled_at, row.settled_at)
    return max(at for at in times if at is not None)
