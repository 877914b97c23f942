"""Months of the consumer price index: their arithmetic, and the one that does not exist."""

from __future__ import annotations

from datetime import date

from kalshi_alpha.core.errors import MissingData

NEVER_PUBLISHED = date(2025, 10, 1)
"""The index of this month was not collected during a lapse in appropriations, and cannot be."""


def months_before(month: date, n: int) -> date:
    """Return the first day of the month ``n`` months before that of ``month``."""
    year, index = divmod(month.year * 12 + month.month - 1 - n, 12)
    return date(year, index + 1, 1)


def require_published(month: date) -> None:
    """Check that a month's index exists at all.

    Raises
    ------
    MissingData
        For October 2025: a change from, to or over it is the venue's rule book's business, and
        no arithmetic on the neighbouring months stands in for it.
    """
    if month == NEVER_PUBLISHED:
        raise MissingData(
            f"the CPI of {month:%Y-%m} was never published (2025 lapse in appropriations)"
        )
