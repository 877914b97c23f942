"""Calibration at a glance: a reliability diagram and a PIT histogram, as SVG text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from xml.sax.saxutils import escape

import numpy as np

from kalshi_alpha.core.scoring.pit import randomised_pit
from kalshi_alpha.core.scoring.reliability import ReliabilityBin, ladder_reliability
from kalshi_alpha.strategies.replay import Replay

_SEED = 20_250_611
_SIZE, _LEFT, _TOP, _BOTTOM = 360, 48, 50, 44
_BINS = 10
_STEPS = (0.01, 0.02, 0.04, 0.05, 0.06, 0.08, 0.1, 0.2)
_YEARS_LEAST, _YEARS_MOST = 2, 8
_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #24292f }
.small { font-size: 11px; fill: #57606a } .title { font-size: 14px; font-weight: 600 }
.axis { stroke: #8c959f; fill: none } .ideal { stroke: #8c959f; stroke-dasharray: 4 3 }
.bar { fill: #0969da; fill-opacity: .75 } .band { fill: #8c959f; fill-opacity: .3 }
.path { stroke: #0969da; stroke-width: 2; fill: none }
.grid { stroke: #8c959f; stroke-opacity: .25; fill: none }
.dot { fill: #0969da } .off { fill: #cf222e }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .back { fill: #0d1117 }
  .bar, .dot { fill: #58a6ff } .path { stroke: #58a6ff } .off { fill: #ff7b72 }
}"""


def replay_pictures(family: str, replays: Sequence[Replay]) -> dict[str, str]:
    """Draw every replay's pictures, by file name."""
    drawn: dict[str, str] = {}
    for replay in replays:
        stem = f"{family}-{replay.key}".replace("@", "-").replace("+", "-")
        drawn[f"{stem}-reliability.svg"] = reliability_picture(replay)
        drawn[f"{stem}-pit.svg"] = pit_picture(replay)
        if replay.weights:
            drawn[f"{stem}-weight.svg"] = weight_picture(replay)
    return drawn


def reliability_picture(replay: Replay) -> str:
    """Draw stated probability against observed frequency, rung by rung, with consistency bars."""
    bins = ladder_reliability(
        replay.pmfs, replay.outcomes - replay.lo, np.random.default_rng(_SEED)
    )
    subtitle = f"n = {len(replay.days)}, {_span(replay)}; bars: 90 % by chance"
    body = [
        f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>',
        *(line for each in bins for line in _reliable(each)),
        *_ticks("stated probability", "observed frequency"),
    ]
    return _frame(f"{replay.key}: reliability of the rungs", subtitle, body)


def pit_picture(replay: Replay) -> str:
    """Draw the histogram of randomised PITs with the band that calibrated forecasts keep to."""
    values = randomised_pit(replay.pmfs, replay.outcomes - replay.lo, np.random.default_rng(_SEED))
    counts, _ = np.histogram(values, bins=_BINS, range=(0.0, 1.0))
    share = counts / max(1, values.size)
    half = 1.645 * np.sqrt(0.1 * 0.9 / max(1, values.size))
    top = _round_top(max(0.2, float(share.max()), 0.1 + half))
    low, high = max(0.0, 0.1 - half) / top, (0.1 + half) / top
    place = f'x="{_x(0):.1f}" y="{_y(high):.1f}"'
    size = f'width="{_x(1) - _x(0):.1f}" height="{_y(low) - _y(high):.1f}"'
    body = [
        f'<rect class="band" {place} {size}/>',
        *_bars([float(each) / top for each in share]),
        *_ticks("PIT", "share", scale=top),
    ]
    subtitle = f"n = {values.size}, {_span(replay)}; band: 90 % by chance"
    return _frame(f"{replay.key}: PIT histogram", subtitle, body)


def weight_picture(replay: Replay) -> str:
    """Draw the path of our weight in the pool with the market, a step a forecast."""
    rows = sorted(zip(replay.days, replay.weights, strict=True))
    top = _round_top(max(0.05, 1.1 * max(replay.weights)))
    body = [
        *(f'<path class="grid" d="M{_x(0)} {_y(i / 5):.1f} H{_x(1)}"/>' for i in range(1, 6)),
        f'<polyline class="path" points="{_steps(rows, top)}"/>',
        f'<path class="axis" d="M{_x(0)} {_y(1)} V{_y(0)} H{_x(1)}"/>',
        *_day_ticks(rows[0][0], rows[-1][0]),
        *_up_ticks("weight of the model", top),
    ]
    subtitle = f"n = {len(rows)}, {_span(replay)}; last {rows[-1][1]:.3f}"
    return _frame(f"{replay.key}: weight in the pool", subtitle, body)


def _steps(rows: Sequence[tuple[date, float]], top: float) -> str:
    """Return the corners of a weight that holds from one forecast to the next."""
    first, last = rows[0][0], rows[-1][0]
    corners: list[str] = []
    y = _y(rows[0][1] / top)
    for day, weight in rows:
        x = _x(_share(day, first, last))
        corners.append(f"{x:.1f},{y:.1f}")
        y = _y(weight / top)
        corners.append(f"{x:.1f},{y:.1f}")
    return " ".join(corners[1:])


def _day_ticks(first: date, last: date) -> Iterator[str]:
    """Mark the new years in the span, or its two ends where there are not two of them."""
    years = range(first.year + 1, last.year + 1)
    if len(years) < _YEARS_LEAST:
        ends = ((0.0, first, "start"), (1.0, last, "end"))
        for share, day, anchor in ends if first < last else ends[:1]:
            yield _small(_x(share), _y(0) + 16, f"{day:%Y-%m}", anchor)
        return
    for year in years[:: -(-len(years) // _YEARS_MOST)]:
        x = _x(_share(date(year, 1, 1), first, last))
        yield f'<path class="axis" d="M{x:.1f} {_y(0)} v4"/>'
        # A label at the very edge would run out of the picture.
        yield _small(min(x, _SIZE - 18.0), _y(0) + 16, str(year))


def _share(day: date, first: date, last: date) -> float:
    return (day - first).days / max(1, (last - first).days)


def _reliable(each: ReliabilityBin) -> Iterator[str]:
    x = _x(each.mean_prob)
    yield (
        f'<rect class="band" x="{x - 5:.1f}" y="{_y(each.bar_high):.1f}" width="10" '
        f'height="{max(1.0, _y(each.bar_low) - _y(each.bar_high)):.1f}"/>'
    )
    kind = "dot" if each.consistent else "off"
    yield f'<circle class="{kind}" cx="{x:.1f}" cy="{_y(each.frequency):.1f}" r="4"/>'


def _bars(heights: Sequence[float]) -> Iterator[str]:
    width = (_x(1) - _x(0)) / len(heights)
    for i, height in enumerate(heights):
        yield (
            f'<rect class="bar" x="{_x(0) + i * width + 2:.1f}" y="{_y(height):.1f}" '
            f'width="{width - 4:.1f}" height="{_y(0) - _y(height):.1f}"/>'
        )


def _ticks(across: str, up: str, scale: float = 1.0) -> Iterator[str]:
    yield f'<path class="axis" d="M{_x(0)} {_y(1)} V{_y(0)} H{_x(1)}"/>'
    for step in range(6):
        yield _small(_x(step / 5), _y(0) + 16, f"{step / 5:.1f}")
    yield _small(_x(0.5), _SIZE - 10, across)
    yield from _up_ticks(up, scale)


def _up_ticks(up: str, scale: float) -> Iterator[str]:
    for step in range(6):
        place = f'x="{_x(0) - 6:.1f}" y="{_y(step / 5) + 4:.1f}"'
        yield f'<text class="small" text-anchor="end" {place}>{step / 5 * scale:.2f}</text>'
    turn = f'transform="translate(12 {_y(0.5):.0f}) rotate(-90)"'
    yield f'<text class="small" text-anchor="middle" {turn}>{up}</text>'


def _round_top(needed: float) -> float:
    """Return an axis end whose fifths are round numbers."""
    return 5.0 * next(step for step in _STEPS if 5.0 * step >= needed)


def _small(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text class="small" text-anchor="{anchor}" x="{x:.1f}" y="{y:.1f}">{text}</text>'


def _frame(title: str, subtitle: str, body: Sequence[str]) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" role="img">',
        f"<style>{_STYLE}</style>",
        f'<rect class="back" width="{_SIZE}" height="{_SIZE}" fill="#fff"/>',
        f'<text class="title" x="{_LEFT}" y="20">{escape(title)}</text>',
        f'<text class="small" x="{_LEFT}" y="37">{escape(subtitle)}</text>',
        *body,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _span(replay: Replay) -> str:
    return f"{min(replay.days):%Y-%m} to {max(replay.days):%Y-%m}"


def _x(share: float) -> float:
    return _LEFT + share * (_SIZE - _LEFT - 14)


def _y(share: float) -> float:
    return _TOP + (1.0 - share) * (_SIZE - _TOP - _BOTTOM)
