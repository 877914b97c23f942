"""The system's clock, for what runs while time passes."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Tells the system's time; a run that decides once takes a `RunClock` instead."""

    def now(self) -> datetime:
        """Return the current instant, in UTC with its zone."""
        return datetime.now(UTC)
