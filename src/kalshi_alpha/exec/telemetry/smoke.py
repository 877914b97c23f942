"""Append a synthetic session to the telemetry, and read it back.

It touches no venue. It shows that the folder may be written to, that lines come back whole, and
gives log shipping something to ship. Every line of it is marked ``synthetic``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import msgspec

from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock
from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, quiet_flag
from kalshi_alpha.exec.command import HELP, exit_with, run_command
from kalshi_alpha.exec.telemetry.events import TelemetryEvent as E
from kalshi_alpha.exec.telemetry.events import read_telemetry
from kalshi_alpha.exec.telemetry.sink import TelemetrySink

_ORDER = {
    "client_order_id": "00000000-0000-5000-8000-000000000001",
    "ticker": "SYNTHETIC-T0",
    "side": "yes",
    "price": "0.3400",
    "contracts": "10.00",
}
# The key is made up: it shows, in the file, that keys arrive masked.
_KEY = "synthetic-key-0000-smok"
SEQUENCE: tuple[tuple[E, Mapping[str, object]], ...] = (
    (E.SESSION_START, {"environment": "none"}),
    (E.HEARTBEAT, {"running": True}),
    (E.WS_CONNECT, {"host": "none", "KALSHI-ACCESS-KEY": _KEY}),
    (E.SENT, _ORDER),
    (E.ACCEPTED, _ORDER),
    (E.PARTIAL_FILL, _ORDER | {"filled": "4.00"}),
    (E.FILL, _ORDER | {"filled": "10.00"}),
    (E.SENT, _ORDER | {"client_order_id": "00000000-0000-5000-8000-000000000002"}),
    (E.REJECT, {"status": 400, "code": "invalid_order", "detail": "post only cross"}),
    (E.CANCEL, _ORDER | {"removed": "0.00"}),
    (E.WS_DISCONNECT, {"why": "closed by us"}),
    (E.SESSION_END, {"environment": "none"}),
)


class SmokeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, and where."""

    path: str
    session: str
    lines: int
    schema: int = 1


def write_smoke(paths: Paths, clock: Clock, session: str) -> SmokeReport:
    """Append the synthetic sequence and read it back.

    Raises
    ------
    TornFile
        If what was written does not come back.
    OSError
        If it cannot be written or read.
    """
    day = clock.now().date()
    sink = TelemetrySink(paths, clock, session=session)
    for event, payload in SEQUENCE:
        sink.emit(event, {"synthetic": True, **payload})
    sink.close()
    path = paths.telemetry(day)
    if sink.failure is not None:
        raise OSError(f"{path}: cannot be written: {sink.failure}")
    found = _of_session(sorted({path, paths.telemetry(clock.now().date())}), session)
    if found != [event.value for event, _ in SEQUENCE]:
        raise TornFile(f"{path}: {len(found)} of {len(SEQUENCE)} lines came back")
    return SmokeReport(path=str(path), session=session, lines=len(found))


def _of_session(files: Sequence[Path], session: str) -> list[str]:
    lines = (line for file in files if file.exists() for line in read_telemetry(file).lines)
    return [line.event for line in lines if line.session == session]


@click.command(context_settings=HELP)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_flag
def cli(*, as_json: bool) -> None:
    """Append a synthetic session to today's telemetry and read it back; no venue is touched."""
    paths = Paths.from_environ(os.environ)
    clock = SystemClock()
    report = write_smoke(paths, clock, f"telemetry-smoke-{clock.now():%H%M%S%f}")
    if as_json:
        echo_json(report)
    else:
        echo_text(f"telemetry: {report.lines} synthetic lines written and read: {report.path}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "smoke", argv)


if __name__ == "__main__":
    exit_with(main())
