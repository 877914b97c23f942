"""Where a session's events go: one line each, secrets masked, by UTC day."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC

from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.redaction import redact
from kalshi_alpha.datastore.daily_lines import DailyLines
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.telemetry.events import TelemetryEvent, TelemetryLine, encode_line

GROUP = 64
SYNC_EVERY_S = 1.0


class TelemetrySink:
    """Appends events to ``data/raw/kalshi/YYYY/MM/DD/exec.jsonl``.

    The file is that of the event's UTC date, so a run that crosses midnight changes files by
    itself. An event costs the hot path one redaction and one write; syncs come in groups, or in
    another thread while `keep_synced` runs. Telemetry never stops an order: what cannot be
    written is counted, shown in `failure`, and told by the next line that can.

    Parameters
    ----------
    paths
        The file tree.
    clock
        Stamps the events.
    session
        The run's name.
    group
        Lines that wait for a sync at most.
    """

    def __init__(self, paths: Paths, clock: Clock, *, session: str, group: int = GROUP) -> None:
        self._clock = clock
        self._session = session
        self._group = group
        self._lines = DailyLines(paths.telemetry, group=0)
        self._in_background = False
        self._seq = 0
        self._dropped = 0
        self._untold = 0
        self._failure: str | None = None

    @property
    def failure(self) -> str | None:
        """Why the last event could not be written, or None if it was."""
        return self._failure

    @property
    def dropped(self) -> int:
        """Events that could not be written since the session began."""
        return self._dropped

    def emit(self, event: TelemetryEvent, payload: object = None) -> None:
        """Write an event.

        Parameters
        ----------
        event
            Its type.
        payload
            A mapping, struct or dataclass, masked before anything is written; anything else is
            put below ``value``.
        """
        gap = {"dropped": self._untold}
        if self._untold and self._write(TelemetryEvent.TELEMETRY_GAP, gap):
            self._untold = 0
        if not self._write(event, payload):
            self._dropped += 1
            self._untold += 1

    def sync(self) -> None:
        """Make every event durable that was written; a failure is shown in `failure`."""
        try:
            self._lines.sync()
        except OSError as error:
            self._failure = str(error)

    async def keep_synced(self, every_s: float = SYNC_EVERY_S) -> None:
        """Sync in another thread, again and again, until this task is cancelled."""
        self._in_background = True
        try:
            while True:
                await asyncio.sleep(every_s)
                descriptor = self._lines.borrow()
                if descriptor is not None:
                    self._failure = await asyncio.to_thread(_synced, descriptor) or self._failure
        finally:
            self._in_background = False

    def close(self) -> None:
        """Sync and close; the next event opens the file again."""
        try:
            self._lines.close()
        except OSError as error:
            self._failure = str(error)

    def _write(self, event: TelemetryEvent, payload: object) -> bool:
        now = self._clock.now().astimezone(UTC)
        safe = redact(payload)
        self._seq += 1
        line = TelemetryLine(
            timestamp=now,
            event=event.value,
            payload=safe if isinstance(safe, dict) else {} if safe is None else {"value": safe},
            session=self._session,
            seq=self._seq,
        )
        try:
            self._lines.append(now.date(), encode_line(line))
        except OSError as error:
            self._failure = str(error)
            return False
        self._failure = None
        if not self._in_background and self._lines.unsynced >= self._group:
            self.sync()
        return True


def _synced(descriptor: int) -> str | None:
    """Sync and close a borrowed descriptor; return why that failed, or None."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        return str(error)
    finally:
        os.close(descriptor)
    return None
