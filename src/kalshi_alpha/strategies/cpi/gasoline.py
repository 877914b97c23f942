"""Gasoline: the month's mean price as far as it is known, and what news of it is worth."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kalshi_alpha.core.errors import MissingData


@dataclass(frozen=True, slots=True)
class GasMonth:
    """Mean of a month's daily prices, the days not yet seen taken at the last price.

    ``mean_usd`` is that mean; ``days_seen`` of ``days`` were published by the day it was taken.
    """

    mean_usd: float
    days_seen: int
    days: int


def daily_prices(rows: Iterable[Mapping[str, object]]) -> dict[date, float]:
    """Return the national average of regular gasoline by day, in dollars a gallon.

    A page shows its own day and the day before; the day's own page wins.
    """
    prices: dict[date, float] = {}
    own: dict[date, float] = {}
    for row in rows:
        if row["grade"] != "regular" or not isinstance(row["as_of_on"], date):
            continue
        price = int(str(row["price_e4"])) / 1e4
        if row["period"] == "current":
            own[row["as_of_on"]] = price
        elif row["period"] == "yesterday":
            prices[row["as_of_on"] - timedelta(days=1)] = price
    return prices | own


def month_mean(prices: Mapping[date, float], month: date, by: date) -> GasMonth:
    """Return the month's mean price as it was known on the day ``by``.

    Days without a published price are passed over; days after ``by`` are taken at its price.

    Raises
    ------
    MissingData
        If no price of the month was known by that day.
    """
    days = monthrange(month.year, month.month)[1]
    last_of_month = month.replace(day=days)
    seen = {day: p for day, p in prices.items() if month <= day <= min(by, last_of_month)}
    if not seen:
        raise MissingData(f"no gasoline price of {month:%Y-%m} was known on {by}")
    unseen = max(0, (last_of_month - max(by, month - timedelta(days=1))).days)
    latest = seen[max(seen)]
    mean = (sum(seen.values()) + unseen * latest) / (len(seen) + unseen)
    return GasMonth(mean, len(seen), days)


def news_pct(then: GasMonth, now: GasMonth) -> float:
    """Return by how many percent the month's mean moved between two days of knowledge.

    Both means are of one month, so its seasonal factor cancels.
    """
    return 100.0 * math.log(now.mean_usd / then.mean_usd)
