"""Which outcomes stop live trading, and which count towards panic."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor


@dataclass(frozen=True, slots=True)
class BlockingPolicy:
    """What besides an alert stops live trading, and whose alerts are no alarm.

    Attributes
    ----------
    no_data, stale
        Monitors that stop trading when they have nothing, or nothing young, to look at.
    scheduled
        Monitors whose alert is the calendar's and comes every day: they stop trading only where
        every family alerts, and never count towards panic.
    """

    no_data: Collection[Monitor] = field(default_factory=frozenset)
    stale: Collection[Monitor] = field(default_factory=frozenset)
    scheduled: Collection[Monitor] = field(default_factory=frozenset)


def blocks(monitor: Monitor, outcome: MonitorOutcome, policy: BlockingPolicy) -> bool:
    """Say whether an outcome stops live trading.

    A monitor that judges families apart stops those that alert; see `MonitorOutcome.alerts`.
    """
    match outcome.status:
        case MonitorStatus.OK:
            return False
        case MonitorStatus.ALERT:
            return monitor not in policy.scheduled or all(
                each.status is MonitorStatus.ALERT for each in outcome.series.values()
            )
        case MonitorStatus.NO_DATA:
            return outcome.must_exist or monitor in policy.no_data
        case MonitorStatus.STALE:
            return outcome.must_exist or monitor in policy.stale


def alarms(
    outcomes: Mapping[Monitor, MonitorOutcome], policy: BlockingPolicy
) -> tuple[Monitor, ...]:
    """Return the monitors whose alert goes into the alert log."""
    return tuple(
        monitor
        for monitor, outcome in outcomes.items()
        if outcome.status is MonitorStatus.ALERT and monitor not in policy.scheduled
    )


def narrowed(outcome: MonitorOutcome, family: str) -> MonitorOutcome:
    """Return the outcome for one family, where families are judged apart; else as it is."""
    found = outcome.series.get(family)
    if not outcome.series or found is None:
        return outcome
    well = found.status is MonitorStatus.OK
    cause = f"{family}: {found.cause}" if found.cause else outcome.cause
    return replace(
        outcome,
        status=found.status,
        figure=found.figure,
        threshold=found.threshold,
        causes=() if well else (cause,),
        effect="" if well else outcome.effect,
        remedies=() if well else outcome.remedies,
        series={family: found},
    )
