"""Getting ready online: feeds from their publishers, a calibration, and what they say now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.online import ingest_online
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.forecasting import forecast, installed_strategy, venue_calibration
from kalshi_alpha.exec.gate_readings import QUOTED_FAMILY, live_quote
from kalshi_alpha.exec.online import Online, fetch_feeds
from kalshi_alpha.exec.publishers import publishers
from kalshi_alpha.exec.scanning import look_around, needed_drivers
from kalshi_alpha.exec.session.request import PilotRequest
from kalshi_alpha.exec.session.session import Prepared
from kalshi_alpha.exec.session.watchers import Renewed
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import Strategy

QUOTE = "ten_year_quote"


def prepare_online(online: Online, request: PilotRequest) -> tuple[Run, Prepared]:
    """Fetch the feeds, read or fit the calibration, and look around.

    Returns
    -------
    tuple
        The run at the clock of its newest payload, and what a session begins with.

    Raises
    ------
    UsageError
        If publishers may not be asked: no contact is set.
    MissingData
        If the family was never calibrated, or the local exchange's history is not there.
    """
    strategy = installed_strategy(online.run.family)
    fetched = fetch_feeds(online)
    run = fetched.run
    series = run.settings.series.resolve(request.series)
    calibration = venue_calibration(run, strategy)
    return run, Prepared(
        strategy=strategy,
        calibration=calibration,
        inputs=replace(fetched.inputs, events={each.ticker: () for each in series}),
        known=look_around(run, fetched.ingested, window_only=True),
        options=request.options,
        renewal=quote_renewal(replace(online, run=run), strategy, calibration),
    )


def quote_renewal(
    online: Online, strategy: Strategy, calibration: Any
) -> Callable[[], Renewed] | None:
    """Return what forecasts anew from the quote of the moment, for the family that has one."""
    run = online.run
    if run.family != QUOTED_FAMILY:
        return None
    drivers = [each for each in needed_drivers(run) if each.source == QUOTE]

    def renewed() -> Renewed:
        client = publishers(run, online.clock, online.host, online.environ)
        try:
            for summary in ingest_online(drivers, client, run.store):
                if summary.errors:
                    raise MissingData(f"{QUOTE}: {'; '.join(summary.errors)}")
        finally:
            client.close()
        at = RunClock(online.clock.now(), run.clock.source)
        made = forecast(replace(run, clock=at), strategy, calibration).made
        return Renewed(made.forecasts, live_quote(replace(run, clock=at), made.forecasts))

    return renewed
