"""Profit over time, with the baselines beside it, as SVG text."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.replay.report import Report

_WIDE, _HIGH, _LEFT, _TOP, _BOTTOM = 720, 360, 64, 40, 36
_COLOURS = ("#0969da", "#cf222e", "#8250df", "#bf8700", "#1a7f37", "#57606a")
_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #24292f }
.small { font-size: 11px; fill: #57606a } .title { font-size: 14px; font-weight: 600 }
.axis { stroke: #8c959f; fill: none } .zero { stroke: #8c959f; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .back { fill: #0d1117 }
}"""


def backtest_pictures(family: str, report: Report) -> dict[str, str]:
    """Draw net profit over time, whole and by city, by file name."""
    by_city = {
        city: report.table.profit_by_day(np.array([c == city for c in report.table.city]))
        for city in report.by["city"]
    }
    whole = {"all": report.table.profit_by_day()}
    return {
        f"{family}-backtest-profit.svg": profit_picture(f"{family}: net profit", report, whole),
        f"{family}-backtest-cities.svg": profit_picture(
            f"{family}: net profit by city", report, by_city
        ),
    }


def profit_picture(title: str, report: Report, lines: Mapping[str, FloatArray]) -> str:
    """Draw cumulative profits in dollars over the days of a report, a line each."""
    sums = {name: np.concatenate(([0.0], np.cumsum(each))) for name, each in lines.items()}
    low = min(0.0, *(float(each.min()) for each in sums.values()), -1.0)
    high = max(0.0, *(float(each.max()) for each in sums.values()), 1.0)
    days = report.table.days

    def y(value: float) -> float:
        return _TOP + (_HIGH - _TOP - _BOTTOM) * (high - value) / (high - low)

    def x(place: int) -> float:
        return _LEFT + (_WIDE - _LEFT - 16) * place / max(1, len(days))

    body = [
        f'<line class="zero" x1="{_LEFT}" y1="{y(0):.1f}" x2="{_WIDE - 16}" y2="{y(0):.1f}"/>',
        *(
            f'<text class="small" x="{_LEFT - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{v:,.0f}'
            "</text>"
            for v in (low, 0.0, high)
        ),
        f'<text class="small" x="{_LEFT}" y="{_HIGH - 12}">{days[0]}</text>',
        (
            f'<text class="small" x="{_WIDE - 16}" y="{_HIGH - 12}" text-anchor="end">'
            f"{days[-1]}</text>"
        ),
    ]
    for n, (name, each) in enumerate(sums.items()):
        colour = _COLOURS[n % len(_COLOURS)]
        points = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in enumerate(each.tolist()))
        body.append(f'<polyline points="{points}" fill="none" stroke="{colour}"/>')
        body.append(
            f'<text x="{_LEFT + 8 + 90 * n}" y="{_TOP - 6}" style="fill: {colour}">'
            f"{escape(name)} {each[-1]:,.0f}</text>"
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" role="img">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f'<rect class="back" width="{_WIDE}" height="{_HIGH}" fill="#ffffff" fill-opacity="0"/>'
        f'<text class="title" x="{_LEFT}" y="18">{escape(title)}, dollars</text>'
        + "".join(body)
        + "</svg>\n"
    )
