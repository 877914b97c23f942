"""A backtest as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from kalshi_alpha.core.ledger.honesty_bins import HonestyBin
from kalshi_alpha.core.replay.bootstrap import Interval
from kalshi_alpha.core.replay.figures import Figures, MarkOut
from kalshi_alpha.core.replay.report import Report
from kalshi_alpha.exec.backtest.grid import GridResult
from kalshi_alpha.exec.backtest.lookahead import ChainLookahead
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
        "ev_honesty_bins": [_bin(each) for each in report.bins],
        "passed": dict(report.passed),
        "withheld": dict(report.withheld),
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


def _bin(each: HonestyBin) -> dict[str, Any]:
    key = each.key
    return {
        "side": key.side.value,
        "price_bucket": key.price_bucket,
        "lead_bucket": key.lead_bucket,
        "n_fills": each.n_fills,
        "n_units": each.n_units,
        "exp_bps": _plain(each.exp_bps),
        "real_bps": _plain(each.real_bps),
        "beta_hat": _plain(each.beta_hat),
        "se": _plain(each.se),
        "weight": _plain(each.weight),
        "cap": _plain(each.cap),
        "badge": each.badge.value,
    }


def _mark_out(each: MarkOut) -> dict[str, Any]:
    found: dict[str, Any] = _plain_fields(each)
    del found["horizon"]
    return found


def _plain_fields(value: Any) -> dict[str, Any]:
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}


def grid_document(grid: GridResult) -> dict[str, Any]:
    """Return a grid as plain data."""
    return {
        "tried": grid.tried,
        "cells": [
            {
                "settings": cell.name,
                "orders": cell.figures.orders,
                "fills": cell.figures.fills,
                "net_pnl": _plain(cell.figures.net_pnl),
                "net_pnl_ci90": _plain(cell.figures.net_pnl_ci90),
                "delta_bps": _plain(cell.figures.delta_bps),
                "t_stat": _plain(cell.figures.t_stat),
            }
            for cell in grid.cells
        ],
        "best": grid.best.name,
        "p_value_selection_corrected": _plain(grid.p_value),
        "p_value_alone": _plain(grid.p_value_alone),
        "limit": grid.limit,
        "proves_an_edge": grid.proves,
    }


def lookahead_document(found: ChainLookahead) -> dict[str, Any]:
    """Return a look-ahead check as plain data."""
    return {
        "decisions": found.decisions,
        "changed_after_cuts": found.changed,
        "cuts": [cut.isoformat() for cut in found.cuts],
        "leaks": [
            {
                "cut": leak.cut.isoformat(),
                "day": leak.day.isoformat(),
                "decided_at": leak.decided_at.isoformat(),
            }
            for leak in found.leaks
        ],
        "clean": found.clean,
    }
