"""What would stop trading: limits with their use, switches, monitors, freezes and releases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from kalshi_alpha.config.monitors import MonitorThresholds
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.exec.desk.desk import CapUse, Desk, MonitorSeen, NextRelease
from kalshi_alpha.exec.tearsheet.picture import Table
from kalshi_alpha.exec.tearsheet.scans import Scan, dicts, number
from kalshi_alpha.exec.tearsheet.sheet import Card, Gauge, Section, Tone, counted, usd

GAUGES_SHOWN = 8
_ALERT, _MISSING = "ALERT", "missing"
_CAP_OF = {"strike": "market_ticker", "ladder": "event_ticker", "unit": "risk_unit"}
"""By cap: the field of a proposal that says which of them it counts against."""


def brakes_card(desk: Desk, families: Iterable[str], thresholds: MonitorThresholds) -> Card:
    """Answer what would stop it: what stops it now, or else what comes first."""
    own = set(families)
    releases = [each for each in desk.releases if each.family in own]
    alerts = [each.monitor for each in desk.monitors if each.blocks and each.status == _ALERT]
    answer, tone = _first_stop(desk, releases, alerts)
    lines = list(_freezes(releases))
    switch = "ON: nothing is sent" if desk.kill_switch.on else "off"
    lines.append(f"The kill switch, now {switch}. Anybody may throw it: kalshi-alpha kill on.")
    lines.append(
        f"A fall of ${thresholds.drawdown_day_usd:,} in a day or ${thresholds.drawdown_week_usd:,} "
        "in a week, a feed that is late, an alarm of the sequential guard, any monitor that blocks."
    )
    missing = sum(each.status == _MISSING for each in desk.monitors)
    if missing:
        lines.append(
            f"Money: {missing} of {len(desk.monitors)} monitors have not run, and none is sent "
            "before make monitors has."
        )
    return Card("What would stop it?", answer, tuple(lines), tone)


def _first_stop(
    desk: Desk, releases: Sequence[NextRelease], alerts: Sequence[str]
) -> tuple[str, Tone]:
    if desk.kill_switch.on:
        return "The kill switch stops it now.", Tone.BAD
    if alerts:
        return f"Alerts stop it now: {', '.join(alerts)}.", Tone.BAD
    states = {each.state for each in releases}
    if states == {"frozen"}:
        return "The freeze stops it now.", Tone.BAD
    ends = [each.until for each in releases if each.state == "window" and each.until is not None]
    if ends:
        return f"The end of its window, {_hour(min(ends))}; or any of these.", Tone.PLAIN
    return "Nothing does now; any of these would.", Tone.PLAIN


def _freezes(releases: Iterable[NextRelease]) -> Iterator[str]:
    told: set[str] = set()
    for each in releases:
        line = f"{each.family}: {_state(each)}"
        if line not in told:
            told.add(line)
            yield line


def _state(each: NextRelease) -> str:
    until = "" if each.until is None else f" until {_hour(each.until)}"
    now = {"window": "orders may rest", "open": "open", "frozen": "frozen: nothing may rest"}
    said = f"{now.get(each.state, each.state)}{until}"
    if each.state != "window" and each.window_opens_at is not None:
        said += f"; the next window opens {_hour(each.window_opens_at)}"
    if each.release_at is not None:
        return f"{said}. Next release: {each.what}, {_hour(each.release_at)}."
    return f"{said}. {each.note[:1].upper()}{each.note[1:]}."


def _hour(at: datetime) -> str:
    return f"{new_york(at):%a %d %b %H:%M} ET"


def caps_section(
    scan: Scan | None,
    exposure: Iterable[CapUse],
    families: Iterable[str],
    *,
    ledger_read: bool = True,
) -> Section | None:
    """Return the fullest caps as gauges, with how many others there are; None without any.

    Where the ledger cannot be read, what its orders take of them is said to be unknown.
    """
    found = sorted(gauges(scan, exposure, families), key=lambda each: -each.share)
    if not found:
        return None
    more = len(found) - GAUGES_SHOWN
    rest = f" {counted(more, 'cap')} besides are emptier." if more > 0 else ""
    if not ledger_read:
        rest += " What the ledger's orders take is unknown and not counted."
    shown = tuple(found[:GAUGES_SHOWN])
    return Section(
        "Caps and their use",
        f"In dollars, the fullest first; position caps as if all were filled and none paid.{rest}",
        gauges=shown,
    )


def gauges(scan: Scan | None, exposure: Iterable[CapUse], families: Iterable[str]) -> list[Gauge]:
    """Return caps with their use: those of the scan, and what orders already take up."""
    found = [] if scan is None else list(_of_scan(scan))
    own = set(families)
    for each in exposure:
        if each.cap == "value at risk" and (scan is not None or each.of not in own):
            continue
        name = f"{each.cap}, {each.of} ({each.mode})"
        found.append(Gauge(name, usd(each.used.dollars), usd(each.limit.dollars), each.share))
    return found


def _of_scan(scan: Scan) -> Iterator[Gauge]:
    risk = scan.said.get("value_at_risk")
    if isinstance(risk, dict):
        used, limit = number(risk.get("usd")), number(risk.get("limit_usd"))
        level = number(risk.get("level")) or 0.0
        if used is not None and limit:
            name = f"value at risk, {level:.0%}, with all proposals"
            yield Gauge(name, usd(used), usd(limit), used / limit)
    for cap, where, used, limit in _fullest(scan):
        yield Gauge(f"{cap} cap, fullest at {where}", usd(used), usd(limit), used / limit)


def _fullest(scan: Scan) -> Iterator[tuple[str, str, float, float]]:
    """Yield by cap where it is fullest, what is held and proposed there, and its limit."""
    for cap, of in _CAP_OF.items():
        taken: dict[str, float] = defaultdict(float)
        for each in scan.rows("proposals"):
            taken[str(each.get(of))] += number(each.get("max_loss")) or 0.0
        uses = [(held + taken[where], limit, where) for where, held, limit in _held(scan, cap, of)]
        if uses:
            used, limit, where = max(uses, key=lambda each: each[0] / each[1])
            if used > 0.0:
                yield cap, where, used, limit


def _held(scan: Scan, cap: str, of: str) -> list[tuple[str, float, float]]:
    """Return what was taken of a cap before the scan, and its limit, by strike, event or news.

    Each market is told what its turn found free, and orders before it had taken their part, at
    sizes from before the value-at-risk limit cut them. The most that any found is what was free.
    """
    free: dict[str, float] = {}
    limits: dict[str, float] = {}
    for market in scan.rows("markets"):
        for each in dicts(market.get("caps")):
            limit, room = number(each.get("limit")), number(each.get("room"))
            if each.get("cap") == cap and room is not None and limit:
                where = str(market.get(of))
                free[where] = max(room, free.get(where, room))
                limits[where] = limit
    return [(where, limit - free[where], limit) for where, limit in limits.items()]


def monitors_table(monitors: Iterable[MonitorSeen]) -> Table:
    """Return every monitor: what blocks first, then what alerts, then the others."""
    ordered = sorted(monitors, key=lambda m: (not m.blocks, m.status != _ALERT, m.monitor))
    return Table(
        ("monitor", "status", "figure", "threshold", "unit", "cause"),
        tuple(
            (
                each.monitor,
                f"{each.status}{', blocks' if each.blocks else ''}",
                "-" if each.figure is None else f"{each.figure:g}",
                "-" if each.threshold is None else f"{each.threshold:g}",
                each.unit,
                each.cause,
            )
            for each in ordered
        ),
    )


def monitors_said(monitors: tuple[MonitorSeen, ...]) -> str:
    """Sum the monitors up in one sentence."""
    alerts = sum(each.status == _ALERT for each in monitors)
    blocks = sum(each.blocks for each in monitors)
    missing = sum(each.status == _MISSING for each in monitors)
    if missing == len(monitors):
        return "They have not run here: make monitors runs them."
    return (
        f"{counted(len(monitors), 'monitor')}: {alerts} alert, {blocks} block, {missing} have not "
        "run."
    )
