"""Everything the monitors look at, gathered once, and what each of them then says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kalshi_alpha.config.monitors import MonitorSettings
from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.errors import DataError, FutureData, MissingData
from kalshi_alpha.core.gates import Memo
from kalshi_alpha.core.guards.guard_log import GuardLog
from kalshi_alpha.core.ledger.delta import settled_fills
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerEntry, LedgerMode
from kalshi_alpha.core.monitors.auth_error_streak import auth_error_streak
from kalshi_alpha.core.monitors.clock_skew import clock_skew
from kalshi_alpha.core.monitors.drawdown import Limits, drawdown
from kalshi_alpha.core.monitors.endings import blinded, unreadable
from kalshi_alpha.core.monitors.ev_gap import ev_gap
from kalshi_alpha.core.monitors.ev_seq_guard import ev_seq_guard
from kalshi_alpha.core.monitors.fill_realism import fill_realism, paired_orders
from kalshi_alpha.core.monitors.freeze_window import freeze_window
from kalshi_alpha.core.monitors.heartbeat import heartbeat
from kalshi_alpha.core.monitors.kill_switch import kill_switch
from kalshi_alpha.core.monitors.model_drift import model_drift
from kalshi_alpha.core.monitors.negative_ev_after_fees import negative_ev_after_fees
from kalshi_alpha.core.monitors.non_monotone_ladders import non_monotone_ladders
from kalshi_alpha.core.monitors.outcome import MonitorOutcome
from kalshi_alpha.core.monitors.reconciliation import reconciliation
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.monitors.tz_not_et import tz_not_et
from kalshi_alpha.core.monitors.websocket import websocket
from kalshi_alpha.core.ramp.figures import EvidenceRule
from kalshi_alpha.core.schedule import Phase, new_york
from kalshi_alpha.core.types import Money
from kalshi_alpha.datastore.artifacts import CLOCK_TOLERANCE
from kalshi_alpha.datastore.bond_calendar import bond_calendar
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import heartbeat_state, kill_switch_state
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.feed_verdicts import known_rows, release_calendar
from kalshi_alpha.exec.gate_readings import QUOTED_FAMILY
from kalshi_alpha.exec.inputs import CALENDAR
from kalshi_alpha.exec.monitors import drawdown_state, freshness, guard_state, scan_signs
from kalshi_alpha.exec.monitors import session_signs as sessions
from kalshi_alpha.exec.monitors.files import looked_at
from kalshi_alpha.exec.monitors.guard_units import fed_units
from kalshi_alpha.exec.schedules import phase_of_family

_HOUR = timedelta(hours=1)
Judge = Callable[[], MonitorOutcome]


@dataclass
class Gathered:
    """What every monitor said, from what, and the state that is to be written.

    Attributes
    ----------
    outcomes
        By monitor, in their order.
    inputs
        By monitor, what it looked at.
    guards, drawdown
        State to be written; None where it is left as it is.
    freshness
        The feeds, whose file has its own layout.
    """

    outcomes: dict[Monitor, MonitorOutcome] = field(default_factory=dict)
    inputs: dict[Monitor, dict[str, Any]] = field(default_factory=dict)
    guards: dict[str, GuardLog] | None = None
    drawdown: drawdown_state.DrawdownFile | None = None
    freshness: freshness.Freshness | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where, with which settings, and as of when the monitors look."""

    paths: Paths
    settings: Settings
    monitors: MonitorSettings
    clock: RunClock
    memos: tuple[Memo, ...] = ()
    evidence: EvidenceRule = field(default_factory=EvidenceRule)

    @property
    def families(self) -> tuple[str, ...]:
        """Families with a series that is switched on, in the file's order."""
        return tuple(dict.fromkeys(each.family for each in self.settings.series.enabled))


def gather(desk: Desk) -> Gathered:
    """Look at everything; nothing is written.

    A source that cannot be trusted makes its first monitor alert and leaves its others nothing to
    look at; it stops no monitor of another source.
    """
    found = Gathered()
    _from_ledger(desk, found)
    _from_sessions(desk, found)
    _from_surroundings(desk, found)
    _from_scans(desk, found)
    found.freshness = freshness.look(desk.paths, desk.settings, desk.clock, with_thresholds=True)
    found.outcomes[Monitor.FRESHNESS] = found.freshness.outcome
    found.outcomes = {monitor: found.outcomes[monitor] for monitor in Monitor}
    return found


def _judge(
    found: Gathered,
    monitor: Monitor,
    judge: Judge,
    threshold: float,
    inputs: Mapping[str, Any] | None = None,
) -> None:
    found.inputs[monitor] = dict(inputs or {})
    try:
        found.outcomes[monitor] = judge()
    except DataError as error:
        found.outcomes[monitor] = unreadable(monitor, threshold, str(error))


def _blind(found: Gathered, judged: Mapping[Monitor, float], error: DataError) -> None:
    """Let the first of some monitors alert of a source that cannot be read, for all of them."""
    lead = next(iter(judged))
    for monitor, threshold in judged.items():
        if monitor is lead:
            found.outcomes[monitor] = unreadable(monitor, threshold, str(error))
        else:
            found.outcomes[monitor] = blinded(monitor, threshold, lead, str(error))
        found.inputs[monitor] = {}


# --- the ledger ---------------------------------------------------------------------------


def _from_ledger(desk: Desk, found: Gathered) -> None:
    limits, thresholds = _limits(desk), desk.monitors.thresholds
    judged = {
        Monitor.EV_GAP: thresholds.ev_gap_t,
        Monitor.FILL_REALISM: thresholds.fill_gap_points,
        Monitor.DRAWDOWN: limits.day.dollars,
        Monitor.EV_SEQ_GUARD: 1.0,
    }
    try:
        every = _ledger(desk)
    except DataError as error:
        _blind(found, judged, error)
        return
    rule = desk.evidence
    # A family that was switched off may have lost money all the same.
    rows = [
        row for family in {row.family: None for row in every} for row in rule.rows(every, family)
    ]
    said = {"ledger_rows": len(every), "rows_that_count": len(rows)}
    by_family = {family: rule.rows(every, family) for family in desk.families}

    def gap() -> MonitorOutcome:
        fills = {family: settled_fills(own) for family, own in by_family.items()}
        return ev_gap(fills, thresholds.ev_gap_t)

    def realism() -> MonitorOutcome:
        pairs = paired_orders(row for row in every if _is_of_a_market(row, rule))
        own = {family: pairs.get(family, []) for family in desk.families}
        return fill_realism(own, thresholds.fill_gap_points)

    _judge(found, Monitor.EV_GAP, gap, judged[Monitor.EV_GAP], said)
    _judge(found, Monitor.FILL_REALISM, realism, judged[Monitor.FILL_REALISM], said)
    _judge(
        found,
        Monitor.DRAWDOWN,
        lambda: _drawdown(desk, found, rows, limits),
        judged[Monitor.DRAWDOWN],
        said,
    )
    _judge(found, Monitor.EV_SEQ_GUARD, lambda: _guards(desk, found, by_family), 1.0, said)


def _ledger(desk: Desk) -> list[LedgerEntry]:
    """Return the rows as they were known at the clock.

    Raises
    ------
    DataError
        If the ledger cannot be read, the system's clock is behind it, or it is gone though state
        was written from it.
    """
    store, at = LedgerStore(desk.paths), desk.clock.at
    made_at = store.generated_at()
    if made_at is None:
        _require_never_there(desk)
    late = made_at is not None and made_at > at + CLOCK_TOLERANCE
    if late and desk.clock.source is ClockSource.SYSTEM:
        raise FutureData(
            f"{desk.paths.ledger_all}: dated {made_at}, after the clock; set the clock"
        )
    return [_as_known(row, desk) for row in store.entries() if row.placed_at <= at]


def _require_never_there(desk: Desk) -> None:
    """Refuse a ledger that is gone: what was learnt from it says that there was one."""
    paths, source = desk.paths, desk.clock.source
    falls, guards = drawdown_state.drawdown_path(paths), guard_state.guard_path(paths)
    held = drawdown_state.known_state(falls, desk.clock.at, source)
    traces = [falls] if held is not None and held.days else []
    own = not _is_of_another_clock(guard_state.clock_of(guards), source)
    if own and any(log.units for log in guard_state.read_guards(guards).values()):
        traces.append(guards)
    if traces:
        known = " and ".join(str(path) for path in traces)
        raise MissingData(
            f"{paths.ledger_all} is gone, though {known} were made from it; put it back from the "
            "newest backup"
        )


def _as_known(row: LedgerEntry, desk: Desk) -> LedgerEntry:
    """Return a row without a settlement that came after the clock."""
    if row.settled_at is None or row.settled_at <= desk.clock.at:
        return row
    return replace(row, settled_at=None, outcome=None, payout_e6=None, close_mid=None)


def _is_of_a_market(row: LedgerEntry, rule: EvidenceRule) -> bool:
    """Say whether a row's fills, forecast or had, are of books that count as evidence."""
    if rule.practice:
        return row.mode is LedgerMode.SIM
    made_up = row.mode in {LedgerMode.OFFLINE, LedgerMode.SIM}
    return row.clock_source is ClockSource.SYSTEM and not made_up


def _limits(desk: Desk) -> Limits:
    thresholds = desk.monitors.thresholds
    return Limits(
        day=Money(int(thresholds.drawdown_day_usd * 1_000_000)),
        week=Money(int(thresholds.drawdown_week_usd * 1_000_000)),
    )


def _drawdown(
    desk: Desk, found: Gathered, rows: list[LedgerEntry], limits: Limits
) -> MonitorOutcome:
    at, source = desk.clock.at, desk.clock.source
    filled = [row for row in rows if row.count_e2]
    before = drawdown_state.known_state(drawdown_state.drawdown_path(desk.paths), at, source)
    kept = drawdown_state.kept_falls(before, desk.paths, at, source)
    marks = _marks(desk, filled)
    found.inputs[Monitor.DRAWDOWN] |= {
        "open_rows": sum(not row.is_settled for row in filled),
        "markets_marked": len(marks),
    }
    deepest, found.drawdown = drawdown_state.look(before, filled, marks, at, limits, source, kept)
    return drawdown(deepest, limits, has_fills=bool(filled), kept=kept)


class _Imbalance(msgspec.Struct, frozen=True):
    """What is read of a recorded book."""

    generated_at: datetime
    mid: float | None


def _marks(desk: Desk, rows: Iterable[LedgerEntry]) -> dict[str, float]:
    """Return the recorded mid of each market with an open row, if it is of after the last fill."""
    marks: dict[str, float] = {}
    filled_at: dict[str, datetime] = {}
    for row in rows:
        if not row.is_settled:
            known_at = row.filled_at or row.placed_at
            earlier = filled_at.get(row.market_ticker, known_at)
            filled_at[row.market_ticker] = max(earlier, known_at)
    for ticker, since in sorted(filled_at.items()):
        path = desk.paths.orderbook_imbalance(ticker)
        try:
            known = msgspec.json.decode(path.read_bytes(), type=_Imbalance)
        except (OSError, msgspec.DecodeError):
            continue  # An open row without a recorded book is marked by what the ledger knows.
        if known.generated_at.tzinfo is None or not since <= known.generated_at <= desk.clock.at:
            continue
        if known.mid is not None and 0.0 <= known.mid <= 1.0:
            marks[ticker] = known.mid
    return marks


def _guards(
    desk: Desk, found: Gathered, by_family: Mapping[str, list[LedgerEntry]]
) -> MonitorOutcome:
    path, clock = guard_state.guard_path(desk.paths), desk.clock
    settings = desk.monitors.guard
    terms = {each.ticker: each for each in desk.settings.series.series}
    logs = guard_state.read_guards(path)
    if _is_of_another_clock(guard_state.clock_of(path), clock.source):
        # What was learnt under a set clock is nothing to the system's, and the other way round.
        logs = {}
    after: dict[str, GuardLog] = dict(logs)
    for family, rows in by_family.items():
        length = settings.run_length.get(family)
        if length is None:
            continue
        log = logs.get(family) or GuardLog(settings.k, float(length))
        units = fed_units(rows, terms)
        after[family] = guard_state.advanced(family, log, units, desk.memos, clock.at)
    found.guards = after
    found.inputs[Monitor.EV_SEQ_GUARD] |= {"state": str(path)}
    known = guard_state.states(after)
    return ev_seq_guard({family: known.get(family) for family in desk.families})


def _is_of_another_clock(stored: ClockSource | None, own: ClockSource) -> bool:
    return stored is not None and stored is not own


# --- sessions ------------------------------------------------------------------------------


def _from_sessions(desk: Desk, found: Gathered) -> None:
    at, thresholds = desk.clock.at, desk.monitors.thresholds
    max_age = thresholds.session_max_age_hours * _HOUR
    judged = {
        Monitor.WEBSOCKET: thresholds.ws_disconnects_per_hour,
        Monitor.AUTH_ERROR_STREAK: float(thresholds.auth_rejects),
        Monitor.CLOCK_SKEW: 5.0,
        Monitor.RECONCILIATION: 0.0,
    }
    try:
        telemetry = sessions.read_lines(desk.paths, at)
        session = sessions.read_session(desk.paths, at)
    except DataError as error:
        _blind(found, judged, error)
        return
    beat = sessions.running_session(desk.paths, at)
    signs = sessions.session_signs(telemetry, session, beat, at)
    said = {
        "telemetry": [str(path) for path in telemetry.files],
        "lines": len(telemetry.lines),
        "torn_lines": telemetry.torn,
        "expected": signs.expected,
    }

    def stream() -> MonitorOutcome:
        return websocket(
            telemetry.lost_at,
            signs,
            at,
            per_hour_max=thresholds.ws_disconnects_per_hour,
            window=thresholds.ws_window_hours * _HOUR,
        )

    def compared() -> MonitorOutcome:
        latest = sessions.latest_comparison(desk.paths, session, at)
        return reconciliation(latest, at, max_age=max_age)

    _judge(found, Monitor.WEBSOCKET, stream, judged[Monitor.WEBSOCKET], said)
    _judge(
        found,
        Monitor.AUTH_ERROR_STREAK,
        lambda: auth_error_streak(
            telemetry.calls,
            signs,
            at,
            alert_at=thresholds.auth_rejects,
            since=looked_at(desk.paths, Monitor.AUTH_ERROR_STREAK, at, desk.clock.source),
        ),
        judged[Monitor.AUTH_ERROR_STREAK],
        said,
    )
    _judge(
        found,
        Monitor.CLOCK_SKEW,
        lambda: clock_skew(sessions.skew_seen(telemetry, session), at, max_age=max_age),
        judged[Monitor.CLOCK_SKEW],
        said,
    )
    _judge(found, Monitor.RECONCILIATION, compared, judged[Monitor.RECONCILIATION], said)


# --- what stands around, and the latest scan -----------------------------------------------


def _from_surroundings(desk: Desk, found: Gathered) -> None:
    paths, at = desk.paths, desk.clock.at
    _judge(found, Monitor.FREEZE_WINDOW, lambda: freeze_window(_phases(desk), desk.memos, at), 0.0)
    switch = kill_switch_state(paths.kill_switch)
    _judge(
        found,
        Monitor.KILL_SWITCH,
        lambda: kill_switch(switch),
        0.0,
        {"path": str(paths.kill_switch)},
    )
    beat = heartbeat_state(paths.heartbeat, at, must_be_fresh=False)
    _judge(
        found,
        Monitor.HEARTBEAT,
        lambda: heartbeat(beat, at),
        300.0,
        {"path": str(paths.heartbeat)},
    )
    _judge(found, Monitor.TZ_NOT_ET, lambda: tz_not_et(desk.clock.process_offset, at), 0.0)


def _phases(desk: Desk) -> dict[str, Phase]:
    at, store = desk.clock.at, FeedStore(desk.paths)
    calendar = release_calendar(known_rows(store, CALENDAR, at))
    year = new_york(at).year
    return {
        family: phase_of_family(
            family,
            at,
            calendar,
            bond_calendar(year - 1, year + 1) if family == QUOTED_FAMILY else None,
        )
        for family in desk.families
    }


def _from_scans(desk: Desk, found: Gathered) -> None:
    at = desk.clock.at
    max_age = desk.monitors.thresholds.scan_max_age_hours * _HOUR
    tolerances = desk.settings.quality_gates.tolerances
    path = {"path": str(desk.paths.go_no_go)}
    counted = {
        Monitor.NON_MONOTONE_LADDERS: tolerances.non_monotone_ladders,
        Monitor.NEGATIVE_EV_AFTER_FEES: tolerances.negative_ev_after_fees,
    }
    judges = (non_monotone_ladders, negative_ev_after_fees)
    try:
        read = scan_signs.read_scans(desk.paths)
        own = {name: each for name, each in read.items() if name in desk.families}
        seen = {m: scan_signs.scans_found(own, m) for m in (Monitor.MODEL_DRIFT, *counted)}
    except DataError as error:
        _blind(found, {Monitor.MODEL_DRIFT: 0.0, **counted}, error)
        return
    drift = model_drift(seen[Monitor.MODEL_DRIFT], at, max_age=max_age)
    found.outcomes[Monitor.MODEL_DRIFT] = drift
    for (monitor, tolerated), judge in zip(counted.items(), judges, strict=True):
        outcome = judge(seen[monitor], at, tolerated=tolerated, max_age=max_age)
        found.outcomes[monitor] = outcome
    for monitor in seen:
        found.inputs[monitor] = dict(path)
