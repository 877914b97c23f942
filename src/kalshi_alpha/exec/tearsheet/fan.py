"""What was forecast, run after run: the fan of the last runs, or the one forecast there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.exec.tearsheet.canvas import Canvas, axes, halo, key_above
from kalshi_alpha.exec.tearsheet.palette import MODEL, SOFT
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, slug
from kalshi_alpha.exec.tearsheet.scans import Scan, dicts, number, shown_value

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_HEIGHT = 210.0
_TAIL = 0.002
_MARGINS = (52, 12, 30, 40)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One run's forecast of a quantity: values with their probabilities, ascending.

    Attributes
    ----------
    at
        The run's clock.
    values, probs : ndarray of shape (n_values,)
        Settlement values and their probabilities.
    """

    at: datetime
    values: FloatArray
    probs: FloatArray

    def quantiles(self) -> list[float]:
        """Return the values at `LEVELS`: the smallest whose probability from below reaches it."""
        below = np.cumsum(self.probs) / self.probs.sum()
        places = np.searchsorted(below, np.array(LEVELS) - 1e-12)
        return [float(self.values[min(int(i), self.values.size - 1)]) for i in places]


def fan_pictures(scans: Sequence[Scan], canvas: Canvas) -> list[Picture]:
    """Draw each quantity and period of the newest scan over all scans that forecast it."""
    if not scans:
        return []
    pictures = []
    for forecast in scans[-1].rows("forecasts"):
        name = (str(forecast.get("quantity")), str(forecast.get("period")))
        told = [each for scan in scans if (each := _told(scan, name)) is not None]
        if told:
            unit = str(forecast.get("unit", ""))
            pictures.append(
                _fan(name, unit, told, canvas)
                if len(told) > 1
                else _single(name, unit, told[0], canvas)
            )
    return pictures


def _told(scan: Scan, name: tuple[str, str]) -> Told | None:
    for each in scan.rows("forecasts"):
        if (str(each.get("quantity")), str(each.get("period"))) == name:
            pairs = sorted(_pairs(each))
            if pairs:
                values, probs = zip(*pairs, strict=True)
                return Told(scan.at, np.array(values), np.array(probs))
    return None


def _pairs(forecast: Mapping[str, Any]) -> list[tuple[float, float]]:
    pairs = (
        (number(each.get("value")), number(each.get("prob"))) for each in dicts(forecast.get("pmf"))
    )
    return [(value, prob) for value, prob in pairs if value is not None and prob is not None]


def _fan(name: tuple[str, str], unit: str, told: Sequence[Told], canvas: Canvas) -> Picture:
    title = f"{name[0]} of {name[1]}: the last {len(told)} forecasts"
    key = f"fan-{slug(' '.join(name))}"
    rows = [each.quantiles() for each in told]
    first, last = (shown_value(rows[i][2]) for i in (0, -1))
    return Picture(
        key=key,
        title=title,
        says=f"The median went from {first} to {last} {unit}.",
        how="Line: median. Dark band: the middle half. Pale band: nine cases in ten.",
        n=f"{len(told)} runs",
        span=f"{told[0].at:%Y-%m-%d %H:%M} to {told[-1].at:%Y-%m-%d %H:%M} UTC",
        unit=unit,
        svg=canvas.draw(key, title, lambda figure: _paint_fan(figure, told, rows, unit), _HEIGHT),
        table=Table(
            ("run (UTC)", "5 %", "25 %", "median", "75 %", "95 %"),
            tuple(
                (f"{each.at:%Y-%m-%d %H:%M}", *(shown_value(value) for value in row))
                for each, row in zip(told, rows, strict=True)
            ),
        ),
    )


def _paint_fan(
    figure: Figure, told: Sequence[Told], rows: Sequence[Sequence[float]], unit: str
) -> None:
    plot = axes(figure, _MARGINS, _HEIGHT)
    xs = range(len(told))
    low, q1, middle, q3, high = (list(column) for column in zip(*rows, strict=True))
    plot.fill_between(xs, low, high, color=MODEL, alpha=0.15, linewidth=0, label="90 %")
    plot.fill_between(xs, q1, q3, color=MODEL, alpha=0.3, linewidth=0, label="50 %")
    plot.plot(xs, middle, color=MODEL, marker="o", markersize=4.5, label="median", **halo())
    plot.set_ylabel(unit)
    ends = sorted({0, len(told) // 2, len(told) - 1})
    plot.set_xticks(ends, [f"{told[i].at:%d %b\n%H:%MZ}" for i in ends])
    plot.set_xlim(-0.25, len(told) - 0.75)
    plot.grid(axis="y")
    key_above(plot)


def _single(name: tuple[str, str], unit: str, told: Told, canvas: Canvas) -> Picture:
    title = f"{name[0]} of {name[1]}: what is forecast"
    key = f"fan-{slug(' '.join(name))}"
    shown = told.probs >= _TAIL * told.probs.sum()
    values, probs = told.values[shown], told.probs[shown]
    low, _, middle, _, high = told.quantiles()
    return Picture(
        key=key,
        title=title,
        says=f"Median {shown_value(middle)} {unit}; nine cases in ten lie from {shown_value(low)} "
        f"to {shown_value(high)}.",
        how=(
            "Each bar is a value that could be printed. One run is kept so far, so there is no fan "
            "yet: it opens with the second run for this period."
        ),
        n="1 run",
        span=f"{told.at:%Y-%m-%d %H:%M} UTC",
        unit=f"{unit}; percent of probability",
        svg=canvas.draw(
            key, title, lambda figure: _paint_single(figure, values, probs, told, unit), _HEIGHT
        ),
        table=Table(
            ("value", "probability %"),
            tuple(
                (shown_value(value), f"{100 * prob:.2f}")
                for value, prob in zip(values.tolist(), probs.tolist(), strict=True)
            ),
        ),
    )


def _paint_single(
    figure: Figure, values: FloatArray, probs: FloatArray, told: Told, unit: str
) -> None:
    plot = axes(figure, _MARGINS, _HEIGHT)
    step = float(np.diff(values).min()) if values.size > 1 else 1.0
    low, _, middle, _, high = told.quantiles()
    inside = (values >= low) & (values <= high)
    heights = 100.0 * probs
    width = 0.86 * step
    plot.bar(values[inside], heights[inside], width, color=MODEL, alpha=0.75, label="90 % of cases")
    plot.bar(values[~inside], heights[~inside], width, color=MODEL, alpha=0.3, label="the rest")
    plot.axvline(middle, color=SOFT, linewidth=1.0, linestyle=(0, (3, 2)), label="median")
    plot.set(xlabel=unit, ylabel="probability, %")
    plot.locator_params(axis="x", nbins=7, integer=step >= 1.0)
    plot.locator_params(axis="y", nbins=5)
    plot.xaxis.set_major_formatter("{x:,g}")
    plot.grid(axis="y")
    key_above(plot)
