"""Reading the month file (a chart description in JSON), or the page's month table.

The chart file pairs a list of day labels with lists of values. Markers (``vline``) stand among
the labels and have no value, so they go first; labels carry no year; values are strings in
percent, empty where there is none. The year file has the same shape with year-over-year
numbers: only its axis name tells it apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import msgspec

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.cleveland_nowcast.errors import (
    BadPoint,
    Contradiction,
    Misaligned,
    WrongBody,
)
from kalshi_alpha.drivers.cleveland_nowcast.page import month_table
from kalshi_alpha.drivers.cleveland_nowcast.schema import NowcastPoint
from kalshi_alpha.drivers.wire import decode_json, decode_text, looks_like_markup

_SERIES = {
    f"{prefix}{name} Inflation": (measure, kind)
    for prefix, kind in (("", "nowcast"), ("Actual ", "actual"))
    for name, measure in (
        ("CPI", "cpi"),
        ("Core CPI", "core_cpi"),
        ("PCE", "pce"),
        ("Core PCE", "core_pce"),
    )
}
_AXIS = "month-over-month"
_TARGET = re.compile(r"((?:19|20)[0-9]{2})-(0?[1-9]|1[0-2])")
_LABEL = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")
_NUMBER = re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?")
# No monthly change since 1947 reached 2 %; year-over-year numbers and lost decimal points do.
_LARGEST_PCT = 3.0
# A path ends with its release, which even the lapses of funding never moved by a quarter.
_LONGEST_PATH_DAYS = 150


class _Chart(msgspec.Struct, frozen=True):
    subcaption: str
    yaxisname: str


class _Category(msgspec.Struct, frozen=True):
    label: str = ""
    vline: str | bool | int | None = None


class _Axis(msgspec.Struct, frozen=True):
    category: list[_Category]


class _Point(msgspec.Struct, frozen=True):
    value: str


class _Dataset(msgspec.Struct, frozen=True):
    seriesname: str
    data: list[_Point]


class _MonthChart(msgspec.Struct, frozen=True):
    chart: _Chart
    categories: list[_Axis]
    dataset: list[_Dataset]


def parse(body: bytes) -> Parsed[NowcastPoint]:
    """Read the month file, or the page if the body is one.

    Returns
    -------
    Parsed of NowcastPoint
        Points in order of target month and day; empty values and unknown series are counted.

    Raises
    ------
    ClevelandRefused
        If the body is another file, days and values do not pair, or a value is malformed,
        repeated or beyond belief.
    """
    skipped: Counter[str] = Counter()
    if looks_like_markup(body):
        rows = list(_page_points(decode_text(body, WrongBody), skipped))
    else:
        charts = decode_json(body, list[_MonthChart], WrongBody)
        if not charts:
            raise WrongBody("no target month in the file")
        rows = [point for chart in charts for point in _chart_points(chart, skipped)]
    seen = Counter((r.target_month, r.measure, r.kind, r.label_on) for r in rows)
    repeated = [key for key, count in seen.items() if count > 1]
    if repeated:
        raise Contradiction(f"{len(repeated)} points occur twice, such as {repeated[0]}")
    return Parsed(tuple(rows), tuple(sorted(skipped.items())))


def _chart_points(chart: _MonthChart, skipped: Counter[str]) -> Iterable[NowcastPoint]:
    if _AXIS not in chart.chart.yaxisname.lower():
        raise WrongBody(f"axis {chart.chart.yaxisname!r} is not {_AXIS}")
    target = _target_month(chart.chart.subcaption)
    if len(chart.categories) != 1:
        raise Misaligned(f"{target:%Y-%m}: {len(chart.categories)} rows of labels")
    categories = chart.categories[0].category
    days = [_day(entry.label, target) for entry in categories if not _is_marker(entry)]
    if any(not before < after for before, after in pairwise(days)):
        raise Contradiction(f"{target:%Y-%m}: day labels do not ascend")
    names = Counter(dataset.seriesname for dataset in chart.dataset)
    for dataset in chart.dataset:
        if names[dataset.seriesname] > 1:
            raise Contradiction(f"{target:%Y-%m}: series {dataset.seriesname!r} occurs twice")
        if dataset.seriesname not in _SERIES:
            skipped["unknown series"] += 1
            continue
        if len(dataset.data) != len(days):
            raise Misaligned(
                f"{target:%Y-%m} {dataset.seriesname}: {len(dataset.data)} values, {len(days)} days"
            )
        measure, kind = _SERIES[dataset.seriesname]
        for day, point in zip(days, dataset.data, strict=True):
            if point.value == "":
                skipped["empty value"] += 1
            else:
                yield NowcastPoint(target, measure, kind, day, "json", _percent(point.value))


def _page_points(text: str, skipped: Counter[str]) -> Iterable[NowcastPoint]:
    for row in month_table(text):
        day = _day(row.updated, row.target_month)
        for measure, value in row.values:
            if value == "":
                skipped["empty value"] += 1
            else:
                percent = _percent(value)
                yield NowcastPoint(row.target_month, measure, "nowcast", day, "page", percent)


def _is_marker(entry: _Category) -> bool:
    if entry.vline is None:
        return False
    if str(entry.vline).lower() not in {"true", "1"}:
        raise BadPoint(f"vline {entry.vline!r} at {entry.label!r}")
    return True


def _target_month(subcaption: str) -> date:
    match = _TARGET.fullmatch(subcaption)
    if match is None:
        raise WrongBody(f"target month {subcaption!r}")
    return date(int(match[1]), int(match[2]), 1)


def _day(label: str, target: date) -> date:
    """Give ``label`` its year: the target's, or the next if its month comes before the target's."""
    match = _LABEL.fullmatch(label)
    if match is None:
        raise BadPoint(f"{target:%Y-%m}: day label {label!r}")
    month, day = int(match[1]), int(match[2])
    try:
        on = date(target.year + (month < target.month), month, day)
    except ValueError as error:
        raise BadPoint(f"{target:%Y-%m}: day label {label!r}") from error
    if (on - target).days > _LONGEST_PATH_DAYS:
        raise BadPoint(f"{target:%Y-%m}: day label {label!r} lies too far from its month")
    return on


def _percent(text: str) -> float:
    if _NUMBER.fullmatch(text) is None:
        raise BadPoint(f"value {text!r}")
    value = float(text)
    if not abs(value) <= _LARGEST_PCT:
        raise BadPoint(f"a monthly change of {text} %")
    return value + 0.0  # the page prints -0.00
