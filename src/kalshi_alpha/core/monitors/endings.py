"""The ways in which a monitor ends, with the words of its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor

_WORST_FIRST = (
    MonitorStatus.ALERT,
    MonitorStatus.STALE,
    MonitorStatus.OK,
    MonitorStatus.NO_DATA,
)


def ended(
    monitor: Monitor,
    status: MonitorStatus,
    figure: float | None,
    threshold: float,
    cause: str = "",
    *,
    series: Mapping[str, FamilyOutcome] | None = None,
    must_exist: bool = False,
) -> MonitorOutcome:
    """Return an outcome; effect and remedy are said where it is not in order.

    A cause that is not given is the monitor's own.
    """
    text, well = TEXTS[monitor], status is MonitorStatus.OK
    causes = (cause or text.cause,)
    return MonitorOutcome(
        status=status,
        figure=figure,
        threshold=threshold,
        causes=() if well else causes,
        effect="" if well else text.effect,
        remedies=() if well else (text.remedy,),
        unit=text.unit,
        series={} if series is None else dict(series),
        must_exist=must_exist,
    )


def of_families(
    monitor: Monitor,
    found: Mapping[str, FamilyOutcome],
    threshold: float,
    *,
    largest: bool = True,
    nothing: str = "there is nothing to look at",
) -> MonitorOutcome:
    """Sum families up: the worst status, and the worst figure of the families that have it.

    An alert goes before what is too old, that before what is in order, and having nothing to
    look at counts only where every family has nothing.

    Parameters
    ----------
    monitor, threshold
        Which monitor, and what its figure is held against.
    found
        What was found of each family.
    largest
        Whether the largest figure is the worst, or the smallest.
    nothing
        The cause if no family has anything.
    """
    statuses = {each.status for each in found.values()}
    status = next((s for s in _WORST_FIRST if s in statuses), MonitorStatus.NO_DATA)
    worst = {name: each for name, each in found.items() if each.status is status}
    figures = [each.figure for each in worst.values() if each.figure is not None]
    causes = [f"{name}: {each.cause}" for name, each in sorted(worst.items()) if each.cause]
    cause = nothing if status is MonitorStatus.NO_DATA else "; ".join(causes)
    figure = None if not figures else max(figures) if largest else min(figures)
    return ended(monitor, status, figure, threshold, cause, series=found)


def unreadable(monitor: Monitor, threshold: float, why: str) -> MonitorOutcome:
    """Return the alert of a monitor whose source cannot be trusted: it must not be overlooked."""
    return ended(monitor, MonitorStatus.ALERT, None, threshold, why)


def blinded(monitor: Monitor, threshold: float, lead: Monitor, why: str) -> MonitorOutcome:
    """Return how a monitor ends whose source another one already alerts of.

    One fault is one alert; this one has nothing to look at, and stops trading all the same.
    """
    said = f"see {lead}, which looks at the same: {why}"
    outcome = ended(monitor, MonitorStatus.NO_DATA, None, threshold, said, must_exist=True)
    return replace(outcome, follows=lead.value)
