"""Whether the edge that was promised came in, bin by bin, and how much of it is believed now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.honesty_bins import BinKey, HonestyBin, honesty_bins
from kalshi_alpha.exec.tearsheet.canvas import Canvas, axes, halo, key_above
from kalshi_alpha.exec.tearsheet.palette import GOOD, MODEL, QUOTE, SOFT
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, waiting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KEY, TITLE = "honesty", "Edge promised against edge that came in"
_ROW, _TOP, _BOTTOM = 26, 48, 38
_LEFT, _LEFT_WITH_FAMILY = 118, 168
SHOWN = 14
"""Bins that are drawn; the others stand in the table."""
_HEAD = (
    *("bin", "fills", "news", "promised bps", "came in bps", "slope", "its error"),
    *("t", "weight", "cap", "badge"),
)


def honesty_picture(
    rows: Sequence[LedgerEntry],
    shrink: float,
    weights: Mapping[BinKey, float],
    canvas: Canvas,
) -> Picture:
    """Draw the edge promised and the edge realised of each bin.

    Parameters
    ----------
    rows
        Rows of fills of one carrier.
    shrink
        The run's honest shrink.
    weights
        By bin, what the ramp's decision published in the place of what is computed here.
    """
    bins = sorted(honesty_bins(rows, shrink).values(), key=lambda each: -each.n_fills)
    if not bins:
        return waiting(
            KEY,
            TITLE,
            needs="one settled fill",
            have="0 of them",
            when=(
                "A bin earns a badge from ten pieces of news on; until then it trades one lot at a "
                "time at full weight."
            ),
            unit="basis points of one dollar's payout",
        )
    shown = bins[:SHOWN]
    fills = sum(each.n_fills for each in bins)
    expected = sum(each.exp_bps * each.n_fills for each in bins) / fills
    realised = sum(each.real_bps * each.n_fills for each in bins) / fills
    height = _TOP + _BOTTOM + _ROW * len(shown)
    more = f" The {len(shown)} with most fills are drawn." if len(bins) > len(shown) else ""
    return Picture(
        key=KEY,
        title=TITLE,
        says=(
            f"Promised {expected:+.0f} bps a fill, came in {realised:+.0f}: "
            f"{'at least what was promised' if realised >= expected else 'less than promised'}."
        ),
        how=(
            "One row a bin of side, price and time to the close. A mark says how far to believe "
            "it: ✓ at least 30 pieces of news and t of 2, △ ten and t above 0, ✗ any other. "
            f"The weight multiplies the edge in the next scan.{more}"
        ),
        n=f"{fills:,} settled fills in {len(bins)} bins",
        span=_span(rows),
        unit="basis points of one dollar's payout",
        svg=canvas.draw(KEY, TITLE, lambda figure: _paint(figure, shown, weights, height), height),
        table=Table(_HEAD, tuple(_row(each, weights) for each in bins)),
    )


def _paint(
    figure: Figure, bins: Sequence[HonestyBin], weights: Mapping[BinKey, float], height: float
) -> None:
    families = {each.key.family for each in bins}
    left = _LEFT if len(families) == 1 else _LEFT_WITH_FAMILY
    plot = axes(figure, (left, 50, _TOP, _BOTTOM), height)
    n = len(bins)
    for y, each in enumerate(bins):
        colour = GOOD if each.real_bps >= each.exp_bps else QUOTE
        plot.plot([each.exp_bps, each.real_bps], [y, y], color=colour, linewidth=1.6, alpha=0.7)
    ys = range(n)
    plot.plot(
        [b.exp_bps for b in bins],
        ys,
        "|",
        color=MODEL,
        markersize=13,
        markeredgewidth=2.4,
        label="promised",
    )
    came = [(each.real_bps, y) for y, each in enumerate(bins)]
    for good, colour in ((True, GOOD), (False, QUOTE)):
        own = [p for p, b in zip(came, bins, strict=True) if (b.real_bps >= b.exp_bps) is good]
        if own:
            xs, at = zip(*own, strict=True)
            name = "came in, more" if good else "came in, less"
            plot.plot(
                xs, at, "o" if good else "X", color=colour, markersize=7, label=name, **halo()
            )
    plot.axvline(0.0, color=SOFT, linewidth=0.8)
    plot.set(ylim=(n - 0.4, -0.6), xlabel="basis points of one dollar")
    plot.set_yticks(
        ys, [f"{_name(each.key, family=len(families) > 1)} {each.badge.value}" for each in bins]
    )
    plot.tick_params(axis="y", length=0)
    plot.spines["left"].set_visible(False)
    plot.xaxis.set_major_formatter("{x:,.0f}")
    plot.locator_params(axis="x", nbins=4)
    plot.grid(axis="x")
    for y, each in enumerate(bins):
        text = f"{weights.get(each.key, each.weight):.2f}"
        plot.annotate(
            text,
            (1.0, y),
            (22, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            ha="center",
            fontsize=9.5,
        )
    plot.annotate(
        "weight",
        (1.0, -0.6),
        (22, 6),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="center",
        fontsize=9.5,
        color=SOFT,
    )
    key_above(plot, columns=2)


def _name(key: BinKey, *, family: bool = True) -> str:
    own = f"{key.side.value.upper()} {key.price_bucket} {key.lead_bucket}"
    return f"{key.family} {own}" if family else own


def _row(each: HonestyBin, weights: Mapping[BinKey, float]) -> tuple[str, ...]:
    return (
        _name(each.key),
        f"{each.n_fills}",
        f"{each.n_units}",
        f"{each.exp_bps:+.1f}",
        f"{each.real_bps:+.1f}",
        _shown(each.beta_hat),
        _shown(each.se),
        _shown(each.t_stat),
        f"{weights.get(each.key, each.weight):.3f}",
        f"{each.cap:.3f}",
        each.badge.value,
    )


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _span(rows: Iterable[LedgerEntry]) -> str:
    days = [row.settled_at.date() for row in rows if row.settled_at is not None]
    return f"settled {min(days)} to {max(days)}"
