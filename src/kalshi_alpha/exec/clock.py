"""The clock of a run: one instant, decided once, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kalshi_alpha.config.environment import ENV, refuse_real_venue, set_clock
from kalshi_alpha.core.ledger.entry import ClockSource


@dataclass(frozen=True, slots=True)
class RunClock:
    """The decision clock; it does not move during a run.

    Attributes
    ----------
    at
        The instant, UTC.
    source
        Whether somebody set it (a flag, the environment, a fixtures manifest) or the system did.
    """

    at: datetime
    source: ClockSource

    def now(self) -> datetime:
        """Return the instant."""
        return self.at

    @property
    def process_offset(self) -> timedelta:
        """The process's own UTC offset at that instant, from the host's time zone."""
        offset = self.at.astimezone().utcoffset()
        return timedelta(0) if offset is None else offset


def run_clock(
    flag: str | None, environ: Mapping[str, str], scenario: datetime | None = None
) -> RunClock:
    """Decide the clock: ``--as-of``, else ``KALSHI_ALPHA_AS_OF``, else the scenario, else now.

    Raises
    ------
    UsageError
        If a set clock is no instant with a zone, or the environment names a real venue: a
        scenario's clock is a set one too.
    """
    chosen = set_clock(flag, environ)
    if chosen is None and scenario is not None:
        refuse_real_venue(environ, f"offline fixtures set it, unset {ENV}")
        chosen = scenario.astimezone(UTC)
    if chosen is not None:
        return RunClock(chosen, ClockSource.SET)
    return RunClock(datetime.now(UTC), ClockSource.SYSTEM)
