"""How honest past probabilities were: reliability of the rungs, PIT, and scores by model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.scoring.pit import check_pit, randomised_pit
from kalshi_alpha.core.scoring.reliability import ReliabilityBin, Resampling, ladder_reliability
from kalshi_alpha.exec.tearsheet.canvas import Canvas, axes, halo, key_above
from kalshi_alpha.exec.tearsheet.palette import BAD, MODEL, SOFT
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, slug
from kalshi_alpha.strategies.replay import Replay

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SEED = 20_250_611
_REPETITIONS = 200
_SURE = 1e-4
_BINS = 10
_TALL, _WIDE = 300.0, 210.0
_Z90 = 1.645
_DRAWS = 4000


def reliability_picture(replay: Replay, canvas: Canvas) -> Picture:
    """Draw stated probability against observed frequency, with consistency bars."""
    pmfs, outcomes = _cropped(replay)
    bins = ladder_reliability(
        pmfs,
        outcomes,
        np.random.default_rng(_SEED),
        Resampling(bins=_BINS, repetitions=_REPETITIONS),
    )
    off = [each for each in bins if not each.consistent]
    title = f"{replay.key}: do things happen as often as it says?"
    key = f"reliability-{slug(replay.key)}"
    found = (
        "Every point lies within its bar: chance alone explains how far they stray."
        if not off
        else f"{len(off)} of {len(bins)} points lie outside the bar that chance allows."
    )
    return Picture(
        key=key,
        title=title,
        says=found,
        how=(
            "Forecasts of every rung, gathered by what was said. On the dotted line they are "
            "right. Bars: where 90 % of honest forecasts would fall; a ladder counts as one draw."
        ),
        n=f"{len(replay.days)} forecasts, {sum(each.n for each in bins):,} rungs",
        span=_span(replay),
        unit="percent",
        svg=canvas.draw(key, title, lambda figure: _paint_reliability(figure, bins), _TALL),
        table=Table(
            ("said %", "happened %", "bar from %", "bar to %", "rungs", "within"),
            tuple(
                (
                    *(
                        f"{100 * value:.1f}"
                        for value in (e.mean_prob, e.frequency, e.bar_low, e.bar_high)
                    ),
                    f"{e.n:,}",
                    "yes" if e.consistent else "no",
                )
                for e in bins
            ),
        ),
    )


def _cropped(replay: Replay) -> tuple[FloatArray, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Leave out the rungs that every forecast is sure of: they would fill two bins with nothing."""
    outcomes = replay.outcomes - replay.lo
    survival = 1.0 - np.cumsum(replay.pmfs, axis=1)
    open_rungs = np.flatnonzero(((survival > _SURE) & (survival < 1.0 - _SURE)).any(axis=0))
    if not open_rungs.size:
        return replay.pmfs, outcomes
    low = min(int(open_rungs[0]), int(outcomes.min()))
    high = max(int(open_rungs[-1]) + 1, int(outcomes.max()))
    kept = replay.pmfs[:, low : high + 1].copy()
    # What lies beyond the ends stays on them, so that each row is still a whole.
    kept[:, 0] += replay.pmfs[:, :low].sum(axis=1)
    kept[:, -1] += replay.pmfs[:, high + 1 :].sum(axis=1)
    return kept, outcomes - low


def _paint_reliability(figure: Figure, bins: Sequence[ReliabilityBin]) -> None:
    plot = axes(figure, (52, 12, 30, 40), _TALL)
    plot.plot([0, 100], [0, 100], color=SOFT, linewidth=1.0, linestyle=(0, (2, 2)))
    for each in bins:
        plot.plot(
            [100 * each.mean_prob] * 2,
            [100 * each.bar_low, 100 * each.bar_high],
            color=SOFT,
            alpha=0.35,
            linewidth=9,
            solid_capstyle="butt",
        )
    for wanted, colour, label in ((True, MODEL, "within"), (False, BAD, "outside")):
        own = [each for each in bins if each.consistent is wanted]
        if own:
            plot.plot(
                [100 * each.mean_prob for each in own],
                [100 * each.frequency for each in own],
                "o" if wanted else "X",
                color=colour,
                markersize=7,
                label=f"{label} the bar",
                **halo(),
            )
    plot.set(xlim=(-2, 102), ylim=(-2, 102), xlabel="said, %", ylabel="happened, %")
    plot.grid()
    key_above(plot)


def pit_picture(replay: Replay, canvas: Canvas) -> Picture:
    """Draw where in its own forecast each outcome fell."""
    pmfs, outcomes = _cropped(replay)
    values = randomised_pit(pmfs, outcomes, np.random.default_rng(_SEED))
    counts, _ = np.histogram(values, bins=_BINS, range=(0.0, 1.0))
    n = int(values.size)
    share = 100.0 * counts / n
    half = 100.0 * _Z90 * float(np.sqrt(0.1 * 0.9 / n))
    band = (max(0.0, 100.0 / _BINS - half), 100.0 / _BINS + half)
    title = f"{replay.key}: are forecasts as wide as they should be?"
    key = f"pit-{slug(replay.key)}"
    return Picture(
        key=key,
        title=title,
        says=_width(pmfs, outcomes),
        how=(
            "Where each outcome fell within its own forecast, in tenths (randomised PIT, fixed "
            "seed). Level: right. A hill: too wide. A valley: too narrow. A slope: biased. "
            "Band: where a bar falls by chance in 90 % of cases."
        ),
        n=f"{n} forecasts",
        span=_span(replay),
        unit="percent of forecasts",
        svg=canvas.draw(key, title, lambda figure: _paint_pit(figure, share, band), _WIDE),
        table=Table(
            ("from", "to", "forecasts", "percent"),
            tuple(
                (f"{i / _BINS:.1f}", f"{(i + 1) / _BINS:.1f}", f"{counts[i]}", f"{share[i]:.1f}")
                for i in range(_BINS)
            ),
        ),
    )


def _width(pmfs: FloatArray, outcomes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> str:
    found = check_pit(pmfs, outcomes)
    ratio, (low, high) = found.sd_ratio, spread_band(pmfs, found.sd_expected)
    wide = "about right"
    if not low <= ratio <= high:
        wide = "too narrow" if ratio > high else "too wide"
    bias = ""
    if abs(found.mean_z) > 2.0:
        bias = f" They are biased {'low' if found.mean_z > 0 else 'high'} (z {found.mean_z:+.1f})."
    return (
        f"Spread {ratio:.2f} of what is expected, {low:.2f} to {high:.2f} by chance in 95 % of "
        f"cases: {wide}.{bias}"
    )


def spread_band(pmfs: FloatArray, sd_expected: float) -> tuple[float, float]:
    """Return where the spread of honest forecasts' mid-PITs falls in 95 % of cases.

    Outcomes are drawn from the forecasts themselves, so that few of them and a coarse grid need
    no approximation; many forecasts on a fine grid come near 1 ± 1.96 sqrt(0.2 / n), the error of
    a uniform's spread.

    Parameters
    ----------
    pmfs : ndarray of shape (n, n_outcomes)
        One forecast a row, taken as independent of the others.
    sd_expected
        What the spread is measured by, as in `check_pit`.
    """
    rng = np.random.default_rng(_SEED)
    squares = np.zeros(_DRAWS)
    for pmf in pmfs:
        up_to = np.cumsum(pmf)
        middle = np.square(up_to - 0.5 * pmf - 0.5)
        # A draw may round to the very top of a sum that falls short of one.
        drawn = np.searchsorted(up_to[:-1], rng.random(_DRAWS), side="right")
        squares += middle[drawn]
    ratios = np.sqrt(squares / len(pmfs)) / sd_expected
    low, high = np.quantile(ratios, (0.025, 0.975))
    return float(low), float(high)


def _paint_pit(figure: Figure, share: FloatArray, band: tuple[float, float]) -> None:
    plot = axes(figure, (52, 12, 30, 40), _WIDE)
    plot.axhspan(*band, color=SOFT, alpha=0.25, linewidth=0, label="by chance, 90 %")
    xs = (np.arange(_BINS) + 0.5) / _BINS
    plot.bar(xs, share, 0.9 / _BINS, color=MODEL, alpha=0.8, label="forecasts")
    plot.set(xlabel="place of the outcome within its forecast", ylabel="forecasts, %")
    plot.set(xlim=(0, 1), ylim=(0, max(1.15 * float(share.max()), 1.2 * band[1])))
    plot.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "¼", "½", "¾", "1"])
    plot.locator_params(axis="y", nbins=5)
    plot.grid(axis="y")
    key_above(plot)


def _span(replay: Replay) -> str:
    return f"{min(replay.days)} to {max(replay.days)}, walk-forward"
