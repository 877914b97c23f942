"""Rows and table of the claims feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kalshi_alpha.datastore.feeds import Newest, TableSchema
from kalshi_alpha.drivers.dol_claims.errors import BadFigure
from kalshi_alpha.drivers.wire import NEW_YORK

INITIAL, CONTINUED = "initial", "continued"
ADVANCE, REVISED, HISTORY, SEASONAL_FACTOR = "advance", "revised", "history", "seasonal_factor"

RELEASE_TIME = time(8, 30)
# A week is released on Thursday, five days after its Saturday; holidays have moved it to Tuesday
# at the earliest. The revision comes with the next release, and continued claims are a week older.
_EARLIEST_DAYS = {ADVANCE: 3, HISTORY: 3, REVISED: 10}
_CONTINUED_LAG_DAYS = 7

TABLE = TableSchema(
    source="dol_claims",
    columns=(
        ("week_ending", "date"),
        ("measure", "text"),
        ("kind", "text"),
        ("sa", "int"),
        ("nsa", "int"),
        ("sf_tenths", "int"),
        ("published_at", "time"),
    ),
    key=("week_ending", "measure", "kind"),
)

# The least and the most ever seen since 1967 lie inside with room: initial claims were 162,000
# and 6,137,000 a week, continued claims 988,000 and 23,130,000.
_RANGE = {INITIAL: (50_000, 10_000_000), CONTINUED: (400_000, 40_000_000)}
_FACTORS = (300, 3000)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class ClaimsFigure:
    """What one publication says of one week, in persons.

    Attributes
    ----------
    week_ending : date
        The Saturday that names the week.
    measure : str
        ``initial`` or ``continued`` (insured unemployment).
    kind : str
        ``advance``: the first print. ``revised``: the week as the next release shows it, changed
        or not. ``history``: as a later table has it, of whatever revision. ``seasonal_factor``:
        the factor alone, published ahead of the week.
    sa, nsa : int or None
        Seasonally adjusted (whole thousands) and not adjusted, where stated.
    sf_tenths : int or None
        Seasonal factor in tenths of a percent, where stated.
    published_at : datetime or None
        Release instant, where the publication states its day.

    Raises
    ------
    BadFigure
        If the week does not end on a Saturday, or a figure is beyond belief.
    """

    week_ending: date
    measure: str
    kind: str
    sa: int | None
    nsa: int | None = None
    sf_tenths: int | None = None
    published_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.week_ending.weekday() != _SATURDAY:
            raise BadFigure(f"the week ending {self.week_ending} does not end on a Saturday")
        low, high = _RANGE[self.measure]
        for figure in (self.sa, self.nsa):
            if figure is not None and not low <= figure <= high:
                raise BadFigure(f"{figure} {self.measure} claims in {self.week_ending}")
        if self.sa is not None and self.sa % 1000:
            raise BadFigure(f"adjusted claims of {self.sa}: they are whole thousands")
        if self.sf_tenths is not None and not _FACTORS[0] <= self.sf_tenths <= _FACTORS[1]:
            raise BadFigure(f"a seasonal factor of {self.sf_tenths} tenths of a percent")


def dated_on(row: ClaimsFigure) -> date | None:
    """Return the first day on which ``row`` can exist; None for a factor, published ahead."""
    if row.kind == SEASONAL_FACTOR:
        return None
    lag = _CONTINUED_LAG_DAYS if row.measure == CONTINUED else 0
    return row.week_ending + timedelta(days=_EARLIEST_DAYS[row.kind] + lag)


def earliest_at(row: ClaimsFigure) -> datetime | None:
    """Return the release instant if stated, else 08:30 New York time of the first possible day."""
    if row.published_at is not None:
        return row.published_at
    on = dated_on(row)
    return None if on is None else datetime.combine(on, RELEASE_TIME, NEW_YORK)


def newest(rows: Sequence[ClaimsFigure]) -> Newest:
    """Pick the newest week with adjusted initial claims, its first print if it is there."""
    printed = [row for row in rows if row.measure == INITIAL and row.sa is not None]
    if not printed:
        return Newest("no initial claims", None)
    row = max(printed, key=lambda each: (each.week_ending, each.kind == ADVANCE))
    return Newest(f"{row.kind} {row.week_ending} {row.sa:,}", row.week_ending)
