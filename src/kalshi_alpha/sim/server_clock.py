"""The clock of an exchange that listens: it starts at an instant and runs, or is held."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.errors import BadParameter


class ServerClock:
    """A UTC clock that begins at an instant.

    Parameters
    ----------
    start
        Where it begins; None for the system's time.
    held
        Whether it stands still but for :meth:`advance`.
    seconds
        A monotonic count of seconds.

    Raises
    ------
    BadParameter
        If the start has no zone.
    """

    def __init__(
        self,
        start: datetime | None = None,
        *,
        held: bool = False,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        if start is not None and start.tzinfo is None:
            raise BadParameter(f"a clock starts at an instant with its zone, not at {start}")
        self._base = datetime.now(UTC) if start is None else start.astimezone(UTC)
        self._held = held
        self._seconds = seconds
        self._origin_s = seconds()

    def now(self) -> datetime:
        """Return the current instant, in UTC with its zone."""
        passed_s = 0.0 if self._held else self._seconds() - self._origin_s
        return self._base + timedelta(seconds=passed_s)

    def advance(self, seconds: float) -> None:
        """Jump ahead.

        Raises
        ------
        BadParameter
            If that is not ahead.
        """
        if not 0 <= seconds < 1e9:
            raise BadParameter(f"a clock goes ahead only, was {seconds} s")
        self._base += timedelta(seconds=seconds)
