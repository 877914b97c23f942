"""What a forecast's remarks mean for what may be done with it."""

from __future__ import annotations

from collections.abc import Iterable

from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.core.gates import Finding, Reading, ReadingName, Reason
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot

MOSTLY = 0.5
"""Probability that the observed floor stands, from which a forecast rests on the observation."""

_OBSERVED = ": observed"


def dry_only(forecasts: Iterable[Forecast]) -> str | None:
    """Return why the forecasts may be looked at and not be traded on, or None if they may.

    A family says so by a first note that begins with ``no_live_quote``.
    """
    for forecast in forecasts:
        if forecast.notes and forecast.notes[0].startswith(Reason.NO_LIVE_QUOTE.value):
            return forecast.notes[0]
    return None


def without_live_quote(forecasts: Iterable[Forecast]) -> tuple[Reading, ...]:
    """Return the gate's reading of forecasts that lack a live quote; none if none lacks it.

    The dry broker tolerates it; no other does.
    """
    why = dry_only(forecasts)
    if why is None:
        return ()
    finding = Finding(Reason.NO_LIVE_QUOTE, why)
    return (Reading(ReadingName.LIVE_QUOTE, (finding,), detail=why),)


def observed_events(
    forecasts: Iterable[Forecast], snapshots: Iterable[LadderSnapshot]
) -> frozenset[str]:
    """Return the events whose forecast rests on an observation rather than on the model.

    That is where the certain maximum so far will more likely than not be the day's: a floor far
    below the forecast says little, and the market's opinion is then worth hearing in full.
    """
    observed = {
        (forecast.quantity, forecast.period)
        for forecast in forecasts
        if any(note.endswith(_OBSERVED) for note in forecast.notes)
        and forecast.pmf.pmf(forecast.pmf.lo) >= MOSTLY
    }
    return frozenset(
        snapshot.ladder.event_ticker
        for snapshot in snapshots
        if (snapshot.ladder.quantity, snapshot.period) in observed
    )
