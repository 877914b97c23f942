"""Gasoline: the month's mean price as far as it is known, and what news of it is worth."""

from __future__ import annotations

import math
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.cpi.rows import GasRow


@dataclass(frozen=True, slots=True)
class GasMonth:
    """Mean of a month's daily prices as it stood on some day.

    ``mean_usd`` is that mean; ``days_seen`` of the month's ``days`` had a price of their own.
    """

    mean_usd: float
    days_seen: int
    days: int


def daily_prices(rows: Iterable[GasRow]) -> dict[date, float]:
    """Return the national average of regular gasoline by day, in dollars a gallon.

    A page shows its own day and the day before; the day's own page wins.
    """
    own: dict[date, float] = {}
    day_after: dict[date, float] = {}
    for row in rows:
        if row.grade != "regular":
            continue
        if row.period == "current":
            own[row.as_of_on] = row.price_e4 / 1e4
        elif row.period == "yesterday":
            day_after[row.as_of_on - timedelta(days=1)] = row.price_e4 / 1e4
    return day_after | own


def month_mean(prices: Mapping[date, float], month: date, by: date) -> GasMonth:
    """Return the month's mean price as it was known on the day ``by``.

    A day without a price, and every day after ``by``, takes the last price known before it, in
    the month or earlier: the best guess of a price is the last one. Days before any price are
    passed over. So two means of one month are over the same days and differ by news only.

    Raises
    ------
    MissingData
        If no price was known by that day.
    """
    known = sorted((day, price) for day, price in prices.items() if day <= by)
    known_days = [day for day, _ in known]
    length = monthrange(month.year, month.month)[1]
    days = [month + timedelta(days=n) for n in range(length)]
    last_known = [bisect_right(known_days, day) - 1 for day in days]
    held = [known[place][1] for place in last_known if place >= 0]
    if not held:
        raise MissingData(f"no gasoline price for {month:%Y-%m} was known on {by}")
    seen = len(set(days) & set(known_days))
    return GasMonth(math.fsum(held) / len(held), seen, length)


def news_pct(then: GasMonth, now: GasMonth) -> float:
    """Return by how many percent the month's mean moved between two days of knowledge.

    Both means are of one month, so its seasonal factor cancels.
    """
    return 100.0 * math.log(now.mean_usd / then.mean_usd)
