"""Telemetry: what one event costs the session that emits it.

    python benchmarks/telemetry.py [--json FILE] [--rounds N]

The peer is the least one would write without masking anything: `json.dumps` and a line to an
unbuffered file. Both write the same events of an order to the same file system; each event is
timed alone. While the session emits, syncs run in another thread, as they do in a real one. The
run asserts that every line comes back whole and masked, never a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock
from kalshi_alpha.core.redaction import ensure_safe_payload
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.telemetry.events import TelemetryEvent, read_telemetry
from kalshi_alpha.exec.telemetry.sink import TelemetrySink

KEY = "8f2c1d4e-5b6a-4c7d-9e0f-a1b2c3d4e5f6"
PAYLOAD: dict[str, object] = {
    "series": "CPI",
    "event_ticker": "KXCPI-25MAY",
    "ticker": "KXCPI-25MAY-T0.3",
    "client_order_id": "b88de250-021b-5034-92c4-90074ee04b16",
    "order_id": "0d1f8a52-6a57-4e0e-9f6e-3f1f6f0a8c11",
    "side": "yes",
    "price": "0.3400",
    "contracts": "10.00",
    "order_state": "resting",
    "status": 201,
    "retries": 0,
    "headers": {"KALSHI-ACCESS-KEY": KEY},
}


def timed(emit: Callable[[], None], count: int) -> list[float]:
    """Return the seconds of each of so many events."""
    taken = []
    for _ in range(count):
        begun = time.perf_counter()
        emit()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)


def sink_times(root: Path, count: int) -> list[float]:
    """Return the times of the sink while another thread syncs."""
    clock = SystemClock()
    paths, first = Paths(root), clock.now().date()
    sink = TelemetrySink(paths, clock, session="benchmark")

    async def session() -> list[float]:
        syncing = asyncio.create_task(sink.keep_synced(0.05))
        taken: list[float] = []
        for _ in range(10):
            await asyncio.sleep(0.005)
            taken += timed(lambda: sink.emit(TelemetryEvent.SENT, PAYLOAD), count // 10)
        syncing.cancel()
        await asyncio.gather(syncing, return_exceptions=True)
        return taken

    taken = asyncio.run(session())
    sink.close()
    days = sorted({first, clock.now().date()})
    found = [line for day in days for line in read_telemetry(paths.telemetry(day)).lines]
    assert len(found) == len(taken)
    assert sink.dropped == 0
    for line in found[:: max(1, len(found) // 50)]:
        ensure_safe_payload(line.payload)
    return sorted(taken)


def plain_times(path: Path, count: int) -> list[float]:
    """Return the times of the peer."""
    with path.open("ab", buffering=0) as file:

        def emit() -> None:
            line = {"timestamp": time.time(), "event": "sent", "payload": PAYLOAD}
            file.write(json.dumps(line).encode() + b"\n")

        return timed(emit, count)


def shown(seconds: float) -> str:
    """Return a time in microseconds."""
    return f"{1e6 * seconds:.0f} us"


def at(taken: list[float], share: float) -> float:
    """Return a quantile of sorted times."""
    return taken[min(len(taken) - 1, int(share * len(taken)))]


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    count = 2000
    ours: list[float] = []
    peers: list[float] = []
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(args.rounds):
            ours += sink_times(Path(scratch) / str(number), count)
            peers += plain_times(Path(scratch) / f"plain-{number}.jsonl", count)
    ours.sort()
    peers.sort()
    rows = [
        {
            "figure": f"one event masked and written, {name}",
            "bar": "none set",
            "measured": shown(at(ours, share)),
            "peer": f"`json.dumps` and a write, unmasked: {shown(at(peers, share))}",
            "ratio": f"{at(ours, share) / at(peers, share):.1f}x the peer",
        }
        for name, share in (("median", 0.5), ("p99", 0.99), ("p99.9", 0.999))
    ]
    print("| figure | bar | measured | peer | ratio |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row.values()) + " |")
    if args.json is not None:
        args.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
