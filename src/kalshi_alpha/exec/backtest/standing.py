"""What the monitors would have left standing, decision after decision, from the replay's fills.

Dates are replayed apart from each other, but a limit that one day's losses reach stops the next.
So the ledger is walked through once more in time: at every decision the monitors look at what had
settled and filled by then, and where they leave something standing the decision's orders are not
placed. Days of which that is true are replayed again, until nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import compress

from kalshi_alpha.config.monitors import MonitorSettings
from kalshi_alpha.config.series import Series
from kalshi_alpha.core.gates import (
    Action,
    Alert,
    Finding,
    Reading,
    ReadingName,
    Reason,
    needs,
    panic_reading,
)
from kalshi_alpha.core.guards.guard_log import GuardLog
from kalshi_alpha.core.ledger.delta import settled_fills
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.monitors.drawdown import (
    WEEK_DAYS,
    DayEquity,
    Limits,
    falls,
    marked_profit,
    with_look,
)
from kalshi_alpha.core.monitors.ev_gap import ev_gap
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.replay.gate import GateHistory
from kalshi_alpha.core.replay.outcome import DatedFill, DayOutcome
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.core.types import Money
from kalshi_alpha.exec.monitors.guard_state import advanced
from kalshi_alpha.exec.monitors.guard_units import fed_units

Stops = dict[datetime, tuple[Reading, ...]]
"""By the clock of a decision, the readings that stop it."""
_E6_PER_DOLLAR = 1_000_000
_LOOKED_BACK = timedelta(days=WEEK_DAYS + 2)


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """What the monitors of a replay look at, and by which limits.

    Attributes
    ----------
    family, action
        What is traded, and the action that the gate is asked about.
    settings
        Limits of the monitors.
    series
        Terms by series ticker.
    feeds
        What was known of the feeds; None if nothing was.
    seen
        Guards that were worked out before: rounds differ in their last days only.
    """

    family: str
    action: Action
    settings: MonitorSettings
    series: Mapping[str, Series]
    feeds: GateHistory | None = None
    seen: dict[tuple[object, ...], GuardLog] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        """Losses that stop trading."""
        thresholds = self.settings.thresholds
        day, week = thresholds.drawdown_day_usd, thresholds.drawdown_week_usd
        return Limits(Money(int(day * _E6_PER_DOLLAR)), Money(int(week * _E6_PER_DOLLAR)))


def standing_stops(outcomes: Sequence[DayOutcome | None], watch: Watch) -> list[Stops]:
    """Return, day by day, the decisions that would have been stopped, and by what.

    Orders of a decision that is stopped never reach the ledger that later looks see. Only
    decisions that proposed something are named: of the others nothing could be stopped.
    """
    stops: list[Stops] = [{} for _ in outcomes]
    deciding: dict[datetime, list[int]] = defaultdict(list)
    rows: dict[datetime, list[HeldRow]] = defaultdict(list)
    for n, outcome in enumerate(outcomes):
        if outcome is None:
            continue
        for at in outcome.clocks:
            deciding[at].append(n)
        for row, fills in zip(outcome.rows, outcome.row_fills, strict=True):
            if fills:
                rows[row.as_of].append(HeldRow(row, fills))
    counted = needs(watch.action)
    looker = _Looker(watch)
    for at in sorted(deciding):
        readings = looker.look(at)
        if not any(each.findings for each in readings if each.name in counted):
            looker.add(rows[at])
            continue
        for n in deciding[at]:
            outcome = outcomes[n]
            if outcome is not None and at in outcome.proposed:
                stops[n][at] = readings
    return stops


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A ledger row of an order that filled, and its fills in time order."""

    row: LedgerEntry
    fills: tuple[DatedFill, ...]

    def known_at(self, at: datetime) -> LedgerEntry | None:
        """Return the row as the ledger had it: what had filled by then, and no settlement."""
        known = [fill for fill in self.fills if fill.at <= at]
        if not known:
            return None
        return replace(
            self.row,
            filled_e2=sum(fill.count_e2 for fill in known),
            fee_e6=sum(fill.fee_e6 for fill in known),
            settled_at=None,
            outcome=None,
            payout_e6=None,
            close_mid=None,
        )


class _Looker:
    """The monitors of one ledger while time passes."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._open: list[HeldRow] = []
        self._settled: list[LedgerEntry] = []
        self._settled_e6 = 0
        self._days: dict[date, DayEquity] = {}
        guard = watch.settings.guard
        self._guard = GuardLog(guard.k, guard.run_length[watch.family])
        self._gap = self._alarm = ""
        self._alerts: list[Alert] = []

    def add(self, rows: Sequence[HeldRow]) -> None:
        """Take over what a decision's orders filled."""
        self._open += rows

    def look(self, at: datetime) -> tuple[Reading, ...]:
        """Return panic, drawdown and monitors at a clock."""
        self._settle(at)
        reached = self._falls(at)
        alerts = {Monitor.EV_GAP: self._gap, Monitor.EV_SEQ_GUARD: self._alarm}
        alerts[Monitor.DRAWDOWN] = "; ".join(reached)
        if self._watch.feeds is not None and self._watch.feeds.feeds_at(at).findings:
            alerts[Monitor.FRESHNESS] = "stale"
        found = [Alert(at, monitor) for monitor, why in alerts.items() if why]
        return (
            self._panic(found, at),
            Reading(ReadingName.DRAWDOWN, tuple(Finding(Reason.DRAWDOWN, why) for why in reached)),
            Reading(
                ReadingName.MONITORS,
                tuple(
                    Finding(reason, why)
                    for reason, why in (
                        (Reason.SEQUENTIAL_ALERT, self._alarm),
                        (Reason.MONITOR_ALERT, self._gap),
                    )
                    if why
                ),
            ),
        )

    def _settle(self, at: datetime) -> None:
        """Move what has settled, and judge what it earned, if anything has."""
        settled = [held.row.settled_at for held in self._open]
        come = [when is not None and when <= at for when in settled]
        if not any(come):
            return
        fresh = [held.row for held in compress(self._open, come)]
        self._open = [held for held, gone in zip(self._open, come, strict=True) if not gone]
        self._settled += fresh
        self._settled_e6 += sum(row.realised.e6 for row in fresh if row.realised is not None)
        family, thresholds = self._watch.family, self._watch.settings.thresholds
        gap = ev_gap({family: settled_fills(self._settled)}, thresholds.ev_gap_t)
        self._gap = "; ".join(gap.causes) if gap.status is MonitorStatus.ALERT else ""
        if self._alarm:
            return  # it stands until somebody resets it, and nobody does
        units = fed_units(self._settled, self._watch.series)
        key = (self._guard.items, tuple(unit.result for unit in units), at)
        if key not in self._watch.seen:
            self._watch.seen[key] = advanced(family, self._guard, units, (), at)
        self._guard = self._watch.seen[key]
        state = self._guard.replay()
        if state is not None and state.alarm is not None:
            self._alarm = f"{family}: alarm since {state.alarm.unit_id}"

    def _falls(self, at: datetime) -> list[str]:
        """Return the limits of losses that are reached."""
        known = [row for held in self._open if (row := held.known_at(at)) is not None]
        profit = Money(self._settled_e6 + marked_profit(known, {}).e6)
        self._days = with_look(self._days, profit, at)
        recent = [row for row in self._settled if (row.settled_at or at) >= at - _LOOKED_BACK]
        found = falls("replay", [*recent, *known], self._days, at, self._watch.limits)
        return [fall.to_text() for fall in found if fall.reached]

    def _panic(self, alerts: list[Alert], at: datetime) -> Reading:
        today = new_york(at).date()
        self._alerts = [each for each in self._alerts if new_york(each.at).date() == today]
        self._alerts += alerts
        return panic_reading(self._alerts, at)
