"""How much of what we post gets filled, by the queue ahead; and what size costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from kalshi_alpha.core.execution.fillratio import LOOKBACK_DAYS, FillAlpha
from kalshi_alpha.core.execution.ledger_fit import (
    CURVE_ORDERS_MIN,
    CurveFit,
    fitted_curve,
    order_rows,
    tuned_alpha,
)
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.exec.tearsheet.canvas import Canvas, axes, halo, key_above
from kalshi_alpha.exec.tearsheet.palette import MODEL, QUOTE, SOFT
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, slug, waiting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_EDGES = (0.0, 100.0, 300.0, 1000.0, 3000.0)
_NAMES = ("none to 100", "100 to 300", "300 to 1,000", "1,000 to 3,000", "over 3,000")
_HEIGHT = 210.0
_RECENT = f"the last {LOOKBACK_DAYS:g} days"


@dataclass(frozen=True, slots=True)
class QueueBin:
    """Orders with so many contracts ahead of them at their price: how much of them filled."""

    name: str
    orders: int
    posted: float
    filled: float
    mean_ratio: float


def fills_picture(
    entries: Sequence[LedgerEntry], family: str, at: datetime, canvas: Canvas
) -> Picture:
    """Draw the mean fill ratio by queue ahead, with the interval that these orders support.

    An order that may still fill at the clock tells nothing yet, and is left out.
    """
    ended = [row for row in entries if is_over(row, at)]
    rows = order_rows(ended, family, at)
    alpha = tuned_alpha(ended, family, at)
    key, title = f"fills-{slug(family)}", f"{family}: fills, queue, and the fill ratio"
    bins = queue_bins(rows)
    if not bins:
        return waiting(
            key,
            title,
            needs=f"one order of {_RECENT} that is over, its fills seen on a tape or at the venue",
            have="0 of them",
            when=(
                f"Until then the ratio is a guess: {alpha.alpha:.2f}, with four chances in five "
                f"between {alpha.lo10:.2f} and {alpha.hi90:.2f}. It comes with the first paper or "
                "live order that ends."
            ),
            unit="percent of contracts posted",
        )
    filled = sum(row.filled_e2 > 0 for row in rows)
    return Picture(
        key=key,
        title=title,
        says=(
            f"{filled} of {len(rows)} orders had a fill. They support a ratio of "
            f"{100 * alpha.alpha:.0f} % of what is posted, with four chances in five between "
            f"{100 * alpha.lo10:.0f} and {100 * alpha.hi90:.0f} %."
        ),
        how=(
            "Dots: mean share of an order that filled, by the contracts that stood ahead of "
            "it at its price. Band: the interval of the fill ratio, newer orders weighing more."
        ),
        n=f"{len(rows)} orders, effectively {alpha.n_eff:.0f}",
        span=_RECENT,
        unit="percent of contracts posted",
        svg=canvas.draw(key, title, lambda figure: _paint_fills(figure, bins, alpha), _HEIGHT),
        table=Table(
            ("queue ahead", "orders", "posted", "filled", "mean share %"),
            (
                *(
                    (
                        each.name,
                        f"{each.orders}",
                        f"{each.posted:,.0f}",
                        f"{each.filled:,.0f}",
                        f"{100 * each.mean_ratio:.1f}",
                    )
                    for each in bins
                ),
            ),
        ),
    )


def is_over(row: LedgerEntry, at: datetime) -> bool:
    """Say whether an order's market has closed by a clock, so that it can fill no more.

    One that filled whole before waits like the others, or those that fill would be counted early
    and those that do not late. Where no close was written down, it counts as over.
    """
    return row.is_settled or row.closes_at is None or row.closes_at <= at


def queue_bins(rows: Sequence[LedgerEntry]) -> list[QueueBin]:
    """Gather orders by the contracts at the touch when they were placed, without empty bins."""
    known = [row for row in rows if row.posted_e2]
    queue = np.array(
        [-1.0 if row.touch_depth_e2 is None else row.touch_depth_e2 / 100 for row in known]
    )
    place = np.searchsorted(np.array(_EDGES[1:]), queue)
    found = []
    for i, name in enumerate((*_NAMES, "not known")):
        wanted = queue < 0.0 if i == len(_NAMES) else (place == i) & (queue >= 0.0)
        own = [known[j] for j in np.flatnonzero(wanted).tolist()]
        if own:
            posted, filled = (sum(getattr(r, f"{w}_e2") for r in own) for w in ("posted", "filled"))
            ratio = float(np.mean([row.filled_e2 / row.posted_e2 for row in own]))
            found.append(QueueBin(name, len(own), posted / 100, filled / 100, ratio))
    return found


def _paint_fills(figure: Figure, bins: Sequence[QueueBin], alpha: FillAlpha) -> None:
    plot = axes(figure, (48, 12, 30, 46), _HEIGHT)
    low, high = 100 * alpha.lo10, 100 * alpha.hi90
    plot.axhspan(low, high, color=SOFT, alpha=0.22, linewidth=0, label="expected, 80 %")
    plot.axhline(100 * alpha.alpha, color=SOFT, linewidth=1.0)
    xs = range(len(bins))
    sizes = [5.0 + 2.0 * np.log10(each.orders) for each in bins]
    for x, each, size in zip(xs, bins, sizes, strict=True):
        plot.plot(
            [x],
            [100 * each.mean_ratio],
            "o",
            color=MODEL,
            markersize=float(size),
            label="mean of orders" if x == 0 else None,
            **halo(),
        )
        plot.annotate(
            f"{each.orders}",
            (x, 100 * each.mean_ratio),
            (0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )
    plot.set(xlim=(-0.5, len(bins) - 0.5), ylim=(-4, 112), ylabel="filled, %")
    plot.set_xticks(xs, [each.name.replace(" to ", "\nto ") for each in bins])
    plot.set_yticks([0, 25, 50, 75, 100])
    plot.set_xlabel("contracts ahead in the queue; the number is how many orders")
    plot.grid(axis="y")
    key_above(plot)


def slippage_picture(
    entries: Sequence[LedgerEntry], family: str, at: datetime, canvas: Canvas
) -> Picture:
    """Draw what a fill cost beyond the touch by relative size."""
    fit = fitted_curve([row for row in entries if is_over(row, at)], family, at)
    key, title = f"slippage-{slug(family)}", f"{family}: slippage by size"
    if fit.is_cold_start:
        return waiting(
            key,
            title,
            needs=f"{CURVE_ORDERS_MIN} filled orders of {_RECENT} with a known touch",
            have=f"{fit.n_orders} of them ({fit.n_untold} more without a touch)",
            when="Until then one tick is charged for each depth shown. It grows with every fill.",
            unit="ticks beyond the touch",
        )
    curve = fit.curve
    return Picture(
        key=key,
        title=title,
        says=(
            f"An order as large as the depth shown is charged {curve.ticks(1.0):.2f} ticks, the "
            "upper bound of a bootstrap."
        ),
        how=(
            f"Size is contracts posted over contracts at the best bid. Fitted form: "
            f"{curve.form.value}. Sizing uses the upper line, flat beyond {curve.impact_cap:g}."
        ),
        n=f"{fit.n_orders} filled orders of {fit.n_sizes} sizes",
        span=_RECENT,
        unit="ticks beyond the touch",
        svg=canvas.draw(key, title, lambda figure: _paint_slippage(figure, fit), _HEIGHT),
        table=Table(
            ("size over depth", "fitted ticks", "upper bound"),
            tuple(
                (f"{size:.3g}", f"{mid:.3f}", f"{top:.3f}")
                for size, mid, top in zip(
                    curve.relative_size.tolist(),
                    curve.fitted_ticks.tolist(),
                    curve.upper_ticks.tolist(),
                    strict=True,
                )
            ),
        ),
    )


def _paint_slippage(figure: Figure, fit: CurveFit) -> None:
    plot = axes(figure, (48, 12, 30, 40), _HEIGHT)
    curve = fit.curve
    plot.plot(curve.relative_size, curve.upper_ticks, color=QUOTE, label="upper bound, charged")
    plot.plot(curve.relative_size, curve.fitted_ticks, color=MODEL, label="fitted")
    plot.fill_between(
        curve.relative_size, curve.fitted_ticks, curve.upper_ticks, color=QUOTE, alpha=0.12
    )
    plot.set(xlabel="size over depth at the touch", ylabel="ticks", xlim=(0, None))
    plot.set_ylim(min(0.0, 1.1 * float(curve.fitted_ticks.min())), None)
    plot.locator_params(nbins=5)
    plot.grid(axis="y")
    key_above(plot)
