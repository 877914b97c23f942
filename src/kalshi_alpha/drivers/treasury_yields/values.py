"""Yields and dates as text, and what is beyond belief."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.treasury_yields.errors import BadObservation, Contradiction
from kalshi_alpha.drivers.treasury_yields.schema import ParYield

YIELD_BP_MAX = 2000
# In six decades no yield of a year or more has moved by a full point between two curves.
_LARGEST_CHANGE_BP = 150
_GAP_DAYS_MAX = 10
_SATURDAY = 5
_YIELD = re.compile(r"([0-9]{1,2})(?:\.([0-9]{1,2})0*)?")
_MISSING = frozenset({"", ".", "N/A", "NA", "ND", "NC"})


class Gathering:
    """Collects one payload's yields and counts what is left out."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._found: dict[tuple[date, str], ParYield] = {}
        self._skipped: Counter[str] = Counter()

    def skip(self, reason: str) -> None:
        """Count an entry that is left out."""
        self._skipped[reason] += 1

    def add(self, curve_on: date, tenor: str, series_id: str, text: str | None) -> None:
        """Take in one cell; an empty one is counted.

        Raises
        ------
        BadObservation
            If it is neither a yield nor one of the publishers' signs for none.
        Contradiction
            If the same day and series stood before with another yield.
        """
        value = yield_bp(f"{series_id} {curve_on}", text)
        if value is None:
            return self.skip("missing")
        if curve_on.weekday() >= _SATURDAY:
            return self.skip("week-end")
        if value == 0 and tenor.endswith("Y"):
            # Old files wrote a blank as zero; no yield of a year or more was ever that low.
            return self.skip("missing")
        row = ParYield(curve_on, tenor, series_id, value, self._origin)
        known = self._found.setdefault((curve_on, series_id), row)
        if known != row:
            raise Contradiction(f"{series_id} {curve_on}: {known.yield_bp} and {value} bp")
        if known is not row:
            self.skip("repeated")
        return None

    def parsed(self) -> Parsed[ParYield]:
        """Return the rows in order of day, series in the payload's order.

        Raises
        ------
        Contradiction
            If a yield moves further than any ever did.
        """
        rows = sorted(self._found.values(), key=lambda row: row.curve_on)
        _check_changes(rows)
        return Parsed(tuple(rows), tuple(sorted(self._skipped.items())))


def yield_bp(what: str, text: str | None) -> int | None:
    """Read a yield in percent with at most two decimals, as basis points.

    Returns
    -------
    int or None
        None for an absent value in any of the publishers' spellings.

    Raises
    ------
    BadObservation
        If it is something else, or outside 0 to 20 percent.
    """
    stripped = "" if text is None else text.strip()
    if stripped in _MISSING:
        return None
    match = _YIELD.fullmatch(stripped)
    if match is None:
        raise BadObservation(f"{what}: {stripped[:40]!r} is no yield in percent")
    value = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if not value <= YIELD_BP_MAX:
        raise BadObservation(f"{what}: {stripped} is above 20 percent")
    return value


def iso_date(what: str, text: str) -> date:
    """Read a date written ``YYYY-MM-DD``; BadObservation if it is none."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        raise BadObservation(f"{what}: date {text[:40]!r}")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadObservation(f"{what}: date {text!r}") from error


def _check_changes(rows: Iterable[ParYield]) -> None:
    series: defaultdict[str, list[ParYield]] = defaultdict(list)
    for row in rows:
        # Bills follow the policy rate, which can be cut by more than a point in a day.
        if row.tenor.endswith("Y"):
            series[row.series_id].append(row)
    for name, own in series.items():
        for before, after in pairwise(own):
            near = (after.curve_on - before.curve_on).days <= _GAP_DAYS_MAX
            if near and abs(after.yield_bp - before.yield_bp) > _LARGEST_CHANGE_BP:
                raise Contradiction(
                    f"{name} moved from {before.yield_bp} bp on {before.curve_on} "
                    f"to {after.yield_bp} bp on {after.curve_on}"
                )
