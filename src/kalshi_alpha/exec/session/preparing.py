"""Getting ready online: feeds from their publishers, a calibration, and what they say now."""

from __future__ import annotations

from dataclasses import replace

from kalshi_alpha.exec.forecasting import installed_strategy, venue_calibration
from kalshi_alpha.exec.online import Online, fetch_feeds
from kalshi_alpha.exec.scanning import look_around
from kalshi_alpha.exec.session.request import PilotRequest
from kalshi_alpha.exec.session.session import Prepared
from kalshi_alpha.exec.wiring import Run


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
    return run, Prepared(
        strategy=strategy,
        calibration=venue_calibration(run, strategy),
        inputs=replace(fetched.inputs, events={each.ticker: () for each in series}),
        known=look_around(run, fetched.ingested, window_only=True),
        options=request.options,
    )
