"""Profit as it settled and as it is marked, and how far it stands below its best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.monitors.drawdown import marked_profit
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.exec.tearsheet.canvas import Canvas, axes, key_above
from kalshi_alpha.exec.tearsheet.palette import BAD, MODEL, QUOTE, SOFT
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, waiting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KEY, TITLE = "profit", "Profit and drawdown"
_HEIGHT = 290.0
_E6 = 1_000_000.0
_MARKED = (
    "by the last mid that their rows keep, from when they were placed or filled, or from the close"
)


@dataclass(frozen=True, slots=True)
class Day:
    """One New York day with settlements, in dollars: its own profit, the sum, and the fall."""

    day: date
    orders: int
    profit: float
    total: float
    fall: float


def profit_picture(rows: Sequence[LedgerEntry], at: datetime, canvas: Canvas) -> Picture:
    """Draw settled profit by day with its drawdown, and where open orders are marked now.

    Parameters
    ----------
    rows
        Rows of fills of one carrier.
    at
        The clock.
    """
    filled = [row for row in rows if row.count_e2]
    days = days_of(filled)
    n_open = sum(not row.is_settled for row in filled)
    marked = marked_profit(filled, {}).e6 / _E6
    if not days:
        return waiting(
            KEY,
            TITLE,
            needs="one settled order",
            have=f"{len(filled)} filled orders, none of them settled",
            when=(
                f"Open orders are marked {_MARKED}: {marked:+,.2f} dollars. A line is drawn from "
                "the first settlement on."
            ),
            unit="dollars, fees included",
        )
    total, deepest = days[-1].total, max(each.fall for each in days)
    return Picture(
        key=KEY,
        title=TITLE,
        says=(
            f"Settled {total:+,.2f} dollars; marked with {n_open} open orders {marked:+,.2f}. "
            f"Deepest fall {deepest:,.2f}."
        ),
        how=(
            f"Above: profit as it settled, summed; the diamond adds open orders, marked {_MARKED}. "
            "Below: how far the line stands under its best so far."
        ),
        n=f"{sum(each.orders for each in days):,} settled orders, {n_open} open",
        span=f"{days[0].day} to {days[-1].day}",
        unit="dollars, fees included",
        svg=canvas.draw(
            KEY, TITLE, lambda figure: _paint(figure, days, new_york(at).date(), marked), _HEIGHT
        ),
        table=Table(
            ("day (New York)", "orders", "profit", "total", "below best"),
            tuple(
                (
                    str(each.day),
                    f"{each.orders}",
                    f"{each.profit:+,.2f}",
                    f"{each.total:+,.2f}",
                    f"{each.fall:,.2f}",
                )
                for each in days
            ),
        ),
    )


def days_of(rows: Sequence[LedgerEntry]) -> list[Day]:
    """Sum settled profit by New York day, oldest first."""
    profits: dict[date, int] = {}
    orders: dict[date, int] = {}
    for row in rows:
        if row.settled_at is not None and row.realised is not None:
            day = new_york(row.settled_at).date()
            profits[day] = profits.get(day, 0) + row.realised.e6
            orders[day] = orders.get(day, 0) + 1
    ordered = sorted(profits)
    own = np.array([profits[day] for day in ordered], dtype=np.float64) / _E6
    total = np.cumsum(own)
    best = np.maximum.accumulate(np.maximum(total, 0.0)) if total.size else total
    return [
        Day(day, orders[day], float(own[i]), float(total[i]), float(best[i] - total[i]))
        for i, day in enumerate(ordered)
    ]


def _paint(figure: Figure, days: Sequence[Day], today: date, marked: float) -> None:
    above = axes(figure, (58, 12, 30, 110), _HEIGHT)
    below = axes(figure, (58, 12, 200, 34), _HEIGHT)
    first = days[0].day
    xs = [(each.day - first).days for each in days]
    end = max((today - first).days, xs[-1])
    totals = [each.total for each in days]
    above.step(
        [xs[0] - 0.5, *xs, end],
        [0.0, *totals, totals[-1]],
        where="post",
        color=MODEL,
        linewidth=1.6,
        label="settled",
    )
    above.plot(
        [end],
        [marked],
        "D",
        color=QUOTE,
        markersize=6,
        label="with open orders, marked",
        clip_on=False,
    )
    above.axhline(0.0, color=SOFT, linewidth=0.8)
    falls = [-each.fall for each in days]
    below.fill_between(
        [*xs, end], [*falls, falls[-1]], 0.0, step="post", color=BAD, alpha=0.35, linewidth=0
    )
    below.set_ylim(1.15 * min(*falls, -0.01), 0.0)
    above.set_ylabel("profit, $")
    below.set_ylabel("below best, $")
    above.yaxis.set_major_formatter("{x:,g}")
    below.yaxis.set_major_formatter("{x:,g}")
    for plot in (above, below):
        plot.yaxis.set_label_coords(-0.15, 0.5)
        plot.set_xlim(xs[0] - 0.6, end + 0.6)
        plot.locator_params(axis="y", nbins=4)
        plot.grid(axis="y")
    above.set_xticks([])
    ticks = sorted({0, end // 2, end}) if end > 1 else [0]
    marks = [date.fromordinal(first.toordinal() + tick) for tick in ticks]
    below.set_xticks(ticks, [f"{mark:%d %b %Y}" for mark in marks])
    if len(ticks) > 1:
        below.get_xticklabels()[0].set_horizontalalignment("left")
        below.get_xticklabels()[-1].set_horizontalalignment("right")
    key_above(above, columns=2)
