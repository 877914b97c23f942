"""A small root made by hand: the ramp's decision, monitors, pages, telemetry, all in order."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

import readiness_cases as case
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.atomic import write_atomic, write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.ramp.readiness import (
    Ages,
    BinRow,
    MonitorRow,
    PlanRow,
    Readiness,
    SeriesReadiness,
)
from kalshi_alpha.exec.reports.readiness_page import readiness_page

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
STAMP = "20250611_103000"
SECRET = "xoxb-" + "1234567890-abcdefghij"


def series(name: str = "CPI", **changes: Any) -> SeriesReadiness:
    """A family that is GO on enough evidence."""
    plain: dict[str, Any] = {
        "series": name,
        "size_multiplier": 0.5,
        "size_day_start": 0.5,
        "fills": 340,
        "open_fills": 3,
        "units": 34,
        "badge": "✓",
        "delta_bps": 31.0,
        "t_stat": 2.4,
        "delta_bps_cv": 28.0,
        "t_stat_cv": 3.1,
        "statistic": case.statistic(declared_at=AT - timedelta(days=400), slope=1.0, slope_se=0.1),
        "e_value": 25.0,
        "largest_unit_share": 0.05,
        "drawdown": MonitorRow(status="OK"),
        "cusum_state": MonitorRow(status="OK"),
        "fill_realism_gap": 1.0,
        "ev_honesty_bins": (honesty_bin(),),
        "plan": PlanRow(fills_per_day=2.0, units_per_day=0.2, days=None, ready_on=None),
    }
    return case.series(**(plain | changes))


def honesty_bin(**changes: Any) -> BinRow:
    """A bin that is trusted in full."""
    plain: dict[str, Any] = {
        "bin": "CPI no .3-.7 2-24h",
        "side": Side.NO,
        "price_bucket": ".3-.7",
        "lead_bucket": "2-24h",
        "n_fills": 340,
        "n_units": 34,
        "exp_bps": 300.0,
        "real_bps": 331.0,
        "beta_hat": 1.1,
        "se": 0.2,
        "weight": 1.0,
        "cap": 1.0,
        "cap_lots": None,
        "badge": "✓",
    }
    return BinRow(**(plain | changes))


def readiness(*families: SeriesReadiness, **changes: Any) -> Readiness:
    """The ramp's decision on these families, GO unless changed."""
    return case.readiness(
        *(families or (series(),)),
        generated_at=changes.pop("generated_at", AT - timedelta(minutes=3)),
        practice=changes.pop("practice", False),
        overall=case.overall(**({"size_multiplier": 0.5} | changes)),
        policy={"max_ledger_age_minutes": 120.0, "max_monitors_age_minutes": 120.0},
        freshness=Ages(
            ledger_age_minutes=20.0,
            monitors_age_minutes=4.0,
            ledger_generated_at=AT - timedelta(minutes=23),
            monitors_generated_at=AT - timedelta(minutes=7),
        ),
    )


def monitor(name: str, **changes: Any) -> dict[str, Any]:
    """What a monitor's file holds; `summary` holds its own keys."""
    head = {"schema": 1, "generated_at": AT - timedelta(minutes=2), "clock_source": "system"}
    if name == "summary":
        plain: dict[str, Any] = {"panic_backoff": False, "panic_until": None, "exit_code": 0}
        return head | plain | {"statuses": {}, "alerts": [], "blocks": []} | changes
    plain = {"monitor": name, "status": "OK", "figure": 0.0, "threshold": 1.0, "unit": ""}
    said = {"cause": "", "effect": "", "remedy": "", "blocks": False, "series": {}, "inputs": {}}
    return head | plain | said | changes


def telemetry_line(seq: int, event: str = "sent", **payload: Any) -> str:
    at = (AT - timedelta(hours=1) + timedelta(seconds=seq)).isoformat()
    line = {"timestamp": at, "event": event, "payload": payload, "session": "s", "seq": seq}
    return json.dumps(line | {"schema": 1})


def write_telemetry(paths: Paths, days_ago: int, *lines: str) -> str:
    """Write a day's telemetry and return its path below the root."""
    path = paths.telemetry((AT - timedelta(days=days_ago)).date())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path.relative_to(paths.root).as_posix()


def write_readiness(paths: Paths, found: Readiness) -> None:
    """Write the decision and its page."""
    write_json(paths.pilot_ready, found)
    write_atomic(paths.pilot_readiness, readiness_page(found).encode())


def make_root(root: Path, clock_source: str = "system") -> Paths:
    """Make the root: everything that belongs into a bundle, once, monitors under a clock."""
    paths = Paths(root)
    write_readiness(paths, readiness())
    for name in (*Monitor, "summary"):
        write_json(paths.monitor(name), monitor(name, clock_source=clock_source))
    session = {"schema": 1, "generated_at": AT, "family": "CPI", "mode": "LIVE"}
    write_json(paths.pilot_session, session | {"alerts_summary": [], "trades": []})
    write_json(paths.go_no_go, {"schema": 1, "generated_at": AT, "go": True, "series": {}})
    for days in (7, 30):
        write_atomic(paths.scoreboard(days), b"# Scoreboard\n\nClock 2025-06-11T10:25:00Z\n")
    for family in ("CPI", "CLAIMS", "TNEY", "WEATHER"):
        for day in (9, 10):
            report = paths.report(family, AT.replace(day=day).date())
            write_atomic(report, f"# {family}\n\n2025-06-{day:02d}T10:00:00Z\n".encode())
    for days_ago in range(4):
        write_telemetry(paths, days_ago, telemetry_line(1), telemetry_line(2, "fill"))
    return paths


def builtins(found: Readiness) -> dict[str, Any]:
    """The decision as plain data, to be spoilt."""
    tree: dict[str, Any] = msgspec.to_builtins(found)
    return tree
