"""A weekly release as rows: prose and table together, each checked against the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from kalshi_alpha.drivers.dol_claims.errors import BadFigure, Contradiction, WrongBody
from kalshi_alpha.drivers.dol_claims.release_text import (
    Sentence,
    TableRow,
    initial_sentence,
    insured_sentence,
    released_at,
    squeezed,
    table_rows,
    unadjusted_count,
)
from kalshi_alpha.drivers.dol_claims.schema import (
    ADVANCE,
    CONTINUED,
    INITIAL,
    REVISED,
    ClaimsFigure,
)
from kalshi_alpha.drivers.wire import NEW_YORK

_ONE_WEEK = timedelta(days=7)
# A week is released on Thursday, five days after its end; holidays move that by a day or two.
_LEAST_DAYS, _MOST_DAYS = 3, 7


def release_rows(text: str, published_at: datetime | None = None) -> list[ClaimsFigure]:
    """Read the text of a release.

    Parameters
    ----------
    text
        As it came, line breaks and split letters included.
    published_at
        Release instant if the text comes from a page that states it; else the text must.

    Raises
    ------
    WrongBody
        If the text states no release time, or no advance figure of initial claims.
    BadFigure, Contradiction
        If a figure is impossible, or prose and table exclude each other.
    """
    words = squeezed(text)
    stated = released_at(words)
    if published_at is None and stated is None:
        raise WrongBody("neither a release with its time, nor a report, nor a series")
    at = stated if published_at is None else published_at
    if at is None or (stated is not None and stated != at):
        raise Contradiction(f"released at {stated} by its text, at {at} by its page")
    on = at.astimezone(NEW_YORK).date()
    table = table_rows(words, on)
    initial = _checked("initial", initial_sentence(words, on), table)
    insured = _checked("insured", insured_sentence(words, on), table)
    if initial is None:
        raise WrongBody("a release without an advance figure of initial claims")
    if not _LEAST_DAYS <= (on - initial.week).days <= _MOST_DAYS:
        raise BadFigure(f"the week ending {initial.week} in a release of {on}")
    if insured is not None and insured.week != initial.week - _ONE_WEEK:
        raise Contradiction(f"insured unemployment is of {insured.week}, a week before is due")
    actual = _unadjusted("initial", initial, table, unadjusted_count(words, on))
    rows = _rows(INITIAL, initial, actual, at)
    if insured is not None:
        rows += _rows(CONTINUED, insured, _unadjusted("insured", insured, table, None), at)
    return rows


def _checked(name: str, said: Sentence | None, table: Sequence[TableRow]) -> Sentence | None:
    """Return prose and table as one statement."""
    rows = [row for row in table if row.series == name and row.adjusted]
    shown = {_sentence_of(row, said) for row in rows}
    if len(shown) > 1:
        raise Contradiction(f"{len(shown)} different table rows of {name} claims")
    if not shown:
        return said
    [row] = shown
    if said is None:
        return row
    same = (said.week, said.level) == (row.week, row.level)
    if not same or said.previous not in {None, row.previous}:
        raise Contradiction(f"prose says {said}, the table {row}")
    return row


def _sentence_of(row: TableRow, said: Sentence | None) -> Sentence:
    week = row.week or (said.week if said is not None else None)
    if week is None:
        raise WrongBody("a table without weeks, and no prose")
    return Sentence(week, row.level, row.previous)


def _unadjusted(
    name: str, told: Sentence, table: Sequence[TableRow], said: tuple[date, int] | None
) -> dict[date, int]:
    """Return actual claims by week."""
    pairs = [] if said is None else [said]
    for row in table:
        if row.series == name and not row.adjusted:
            week = row.week or told.week
            pairs += [(week, row.level), (week - _ONE_WEEK, row.previous)]
    found: dict[date, int] = {}
    for week, number in pairs:
        if found.setdefault(week, number) != number:
            raise Contradiction(f"actual claims in {week} are {found[week]} and {number}")
    return found


def _rows(
    measure: str, said: Sentence, actual: dict[date, int], at: datetime
) -> list[ClaimsFigure]:
    before = said.week - _ONE_WEEK
    rows = [ClaimsFigure(said.week, measure, ADVANCE, said.level, actual.get(said.week), None, at)]
    if said.previous is not None:
        rows.append(
            ClaimsFigure(before, measure, REVISED, said.previous, actual.get(before), None, at)
        )
    return rows
