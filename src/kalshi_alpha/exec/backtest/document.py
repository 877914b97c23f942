"""A backtest as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from kalshi_alpha.core.replay.bootstrap import Interval
from kalshi_alpha.core.replay.figures import Figures, MarkOut
from kalshi_alpha.core.replay.report import Report
from kalshi_alpha.exec.backtest.plan import LeftOutEvent
from kalshi_alpha.exec.backtest.variant import Variant

SCHEMA = 1
_DIGITS = 6


def report_document(
    family: str,
    variant: Variant,
    report: Report,
    left_out: Sequence[LeftOutEvent],
    notes: Sequence[str],
) -> dict[str, Any]:
    """Return a report as plain data; dollars, basis points of payout, and shares."""
    days = report.table.days
    return {
        "schema": SCHEMA,
        "family": family,
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "days": len(days),
        "events": report.events,
        "decisions": report.decisions,
        **_plain(report.whole),
        "orders_refused": report.refused,
        "by": {
            name: {key: _plain(each) for key, each in groups.items()}
            for name, groups in report.by.items()
        },
        "skill": _plain(report.skill),
        "skill_by_city": {city: _plain(each) for city, each in report.skill_by_city.items()},
        "baselines": {name: _plain(each) for name, each in report.baselines.items()},
        "passed": dict(report.passed),
        "models": {city: list(names) for city, names in report.models.items()},
        "fidelity": dict(report.fidelities),
        "left_out": [asdict(each) for each in left_out],
        "settings": asdict(variant),
        "notes": list(notes),
    }


def _plain(value: Any) -> Any:
    match value:
        case Interval():
            return [_plain(value.low), _plain(value.high)]
        case Figures():
            found = {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
            found["mark_outs"] = {each.horizon: _mark_out(each) for each in value.mark_outs}
            return found
        case bool() | int() | str() | None:
            return value
        case float():
            return round(value, _DIGITS) if math.isfinite(value) else None
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}


plain = _plain


def _mark_out(each: MarkOut) -> dict[str, Any]:
    found: dict[str, Any] = _plain_fields(each)
    del found["horizon"]
    return found


def _plain_fields(value: Any) -> dict[str, Any]:
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
