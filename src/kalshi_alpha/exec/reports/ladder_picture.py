"""A ladder against the model, as SVG text: no plotting library, no script, light and dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from kalshi_alpha.core.types import Side

_WIDTH, _HEIGHT = 760, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 16, 62, 66
_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #24292f }
.small { font-size: 11px; fill: #57606a }
.title { font-size: 15px; font-weight: 600 }
.grid { stroke: #d0d7de; stroke-width: 1 }
.book { fill: #8c959f; fill-opacity: .55 }
.pale { fill-opacity: .18 }
.model { stroke: #0969da; fill: none; stroke-width: 2 }
.dot { fill: #0969da }
.quote { fill: #bf3989; stroke: #fff; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .grid { stroke: #3d444d }
  .model { stroke: #58a6ff } .dot { fill: #58a6ff } .quote { fill: #f778ba; stroke: #0d1117 }
  .back { fill: #0d1117 }
}"""


@dataclass(frozen=True, slots=True)
class Rung:
    """One market of the picture, on the YES scale.

    Parameters
    ----------
    label
        The strike, as it is read.
    model
        Our probability of YES, or None where there is no forecast.
    bid, ask
        Best quotes in dollars, None for an empty side.
    quote
        The side and YES-scale price of a proposal, or None.
    """

    label: str
    model: float | None
    bid: float | None
    ask: float | None
    quote: tuple[Side, float] | None = None


def ladder_picture(title: str, subtitle: str, rungs: Sequence[Rung]) -> str:
    """Draw bid-ask bars, the model's probabilities and our proposals, strike by strike.

    Raises
    ------
    ValueError
        If there are no rungs.
    """
    if not rungs:
        raise ValueError("a ladder picture needs at least one rung")
    at = [_x(i, len(rungs)) for i in range(len(rungs))]
    name = escape(title, {'"': "&quot;"})
    box = f'viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-label="{name}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="back" width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text class="title" x="{_LEFT}" y="24">{escape(title)}</text>',
        f'<text class="small" x="{_LEFT}" y="42">{escape(subtitle)}</text>',
        *_axes(),
        *_books(at, rungs),
        *_model(at, rungs),
        *_quotes(at, rungs),
        *_labels(at, rungs),
        *_legend(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(i: int, n: int) -> float:
    return _LEFT + (i + 0.5) * (_WIDTH - _LEFT - _RIGHT) / n


def _y(prob: float) -> float:
    return _TOP + (1.0 - prob) * (_HEIGHT - _TOP - _BOTTOM)


def _axes() -> Iterator[str]:
    for step in range(6):
        prob = step / 5
        y = _y(prob)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        place = f'text-anchor="end" x="{_LEFT - 8}" y="{y + 4:.1f}"'
        yield f'<text class="small" {place}>{prob:.1f}</text>'
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    yield (
        f'<text class="small" text-anchor="middle" transform="translate(16 {middle:.0f}) '
        'rotate(-90)">probability of YES, or dollars</text>'
    )


def _books(at: Sequence[float], rungs: Sequence[Rung]) -> Iterator[str]:
    for x, rung in zip(at, rungs, strict=True):
        low = 0.0 if rung.bid is None else rung.bid
        high = 1.0 if rung.ask is None else rung.ask
        # A class, because a style overrules an attribute.
        pale = " pale" if rung.bid is None or rung.ask is None else ""
        yield (
            f'<rect class="book{pale}" x="{x - 9:.1f}" y="{_y(high):.1f}" width="18" '
            f'height="{max(1.0, _y(low) - _y(high)):.1f}"/>'
        )


def _model(at: Sequence[float], rungs: Sequence[Rung]) -> Iterator[str]:
    points = [(x, _y(r.model)) for x, r in zip(at, rungs, strict=True) if r.model is not None]
    if points:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline class="model" points="{path}"/>'
    for x, y in points:
        yield f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'


def _quotes(at: Sequence[float], rungs: Sequence[Rung]) -> Iterator[str]:
    for x, rung in zip(at, rungs, strict=True):
        if rung.quote is not None:
            side, price = rung.quote
            y, tip = _y(price), -11 if side is Side.YES else 11
            yield (
                f'<path class="quote" d="M{x - 8:.1f} {y - tip / 2:.1f} h16 L{x:.1f} '
                f'{y + tip / 2:.1f} z"/>'
            )


def _labels(at: Sequence[float], rungs: Sequence[Rung]) -> Iterator[str]:
    for x, rung in zip(at, rungs, strict=True):
        yield (
            f'<text class="small" text-anchor="middle" x="{x:.1f}" '
            f'y="{_HEIGHT - _BOTTOM + 20}">{escape(rung.label)}</text>'
        )


def _legend() -> Iterator[str]:
    y = _HEIGHT - 18
    yield f'<rect class="book" x="{_LEFT}" y="{y - 9}" width="14" height="10"/>'
    yield f'<text class="small" x="{_LEFT + 20}" y="{y}">bid to ask (pale: one side empty)</text>'
    yield f'<line class="model" x1="270" x2="292" y1="{y - 4}" y2="{y - 4}"/>'
    yield f'<text class="small" x="298" y="{y}">our probability</text>'
    yield f'<path class="quote" d="M410 {y + 1} h14 l-7 -11 z"/>'
    yield f'<text class="small" x="430" y="{y}">our YES bid</text>'
    yield f'<path class="quote" d="M520 {y - 10} h14 l-7 11 z"/>'
    yield f'<text class="small" x="540" y="{y}">our NO bid, at 1 - price</text>'
