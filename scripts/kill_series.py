"""Kill the runner with SIGKILL at random points and start it again: nothing needs a hand.

    python -m scripts.kill_series [--count N] [--seed S] [--json FILE]

Twenty runners trade with one account at one served exchange, whose own records are checked after
every death: no client order id made two orders, nothing was filled as a taker, no cap was
exceeded, and every cent is accounted for. A runner that ends by itself failed. The last one may
end in good order, and must agree with the exchange to the contract and the cent.

Runners are forked off a process that has imported everything, so that most points lie where a
session does something and not where Python starts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from kalshi_alpha.brokers.journal import read_journal
from kalshi_alpha.config.pilot import load_pilot
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.lookup import UnknownPolicy
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.runners import pilot
from kalshi_alpha.exec.session import at_venue, preparing
from scripts.served_exchange import REPOSITORY, ServedExchange, served

IDLE, REFUSED = "idle", "refused by its gate"
EXIT_REFUSED = 3
_ABSURD = "NO-GO (market_inconsistent)"
_SPANS_S = {
    "getting ready": (0.1, 1.5),
    "trading": (0.0, 1.2),
    "sending": (0.0, 0.03),
    IDLE: (0, 1),
}
"""Seconds at which a runner is killed: after its start, while it gets ready; or after it showed
its first orders, while it trades or has just begun to send."""
FIRST_ORDERS_S = 8.0
SERIES_MAX = 20
"""Kills at one exchange: an account that holds all it wants has little left to do."""
DOUBT_S = UnknownPolicy().absent_after.total_seconds()
LAST_RUNS_S = 1.5
_PRELOADED = (at_venue, preparing)
_FLAGS = ("--series", "KXCPI", "--env", "sim")


class Broken(AssertionError):
    """An invariant that does not hold."""


def start(exchange: ServedExchange, log: Path, *flags: str) -> int:
    """Fork a runner and return its process id."""
    log.touch()
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        written = os.open(log, os.O_WRONLY | os.O_APPEND)
        os.dup2(written, 1)
        os.dup2(written, 2)
        os.environ.clear()
        os.environ.update(exchange.environ)
        time.tzset()
        os.chdir(exchange.home)
        code = pilot.main([*_FLAGS, *flags])
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def kill_once(exchange: ServedExchange, log: Path, rng: random.Random) -> str:
    """Start a runner, kill it at a random point, and say what it was doing.

    Whether the fate of an order is in doubt then is said too.

    Raises
    ------
    Broken
        If it ended by itself.
    """
    (doing,) = rng.choices(("getting ready", "trading", "sending"), (2, 1, 1))
    pid = start(exchange, log)
    if doing != "getting ready":
        doing = _when_it_trades(pid, log, doing)
    if doing == REFUSED:
        return doing
    if doing == "trading":
        with suppress(TimeoutError):
            exchange.fill_one()
    time.sleep(rng.uniform(*_SPANS_S[doing]))
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        raise Broken(f"the runner ended by itself: {status}\n{_tail(log)}")
    if _in_doubt(exchange):
        # What was sent last may still arrive: nobody believes its absence before half a minute.
        exchange.admin("POST", "clock", {"advance_s": DOUBT_S})
        return f"{doing}, in doubt"
    return doing


def _when_it_trades(pid: int, log: Path, doing: str) -> str:
    """Wait until a runner shows its first orders, and say what it does: it may find none to send.

    Raises
    ------
    Broken
        If it ended by itself and not because its gate found the others' quotes absurd: those who
        trade each market at random may leave a ladder that admits a riskless profit.
    """
    until = time.monotonic() + FIRST_ORDERS_S
    while " + KX" not in log.read_text():
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended and os.waitstatus_to_exitcode(status) == EXIT_REFUSED and _ABSURD in _tail(log):
            return REFUSED
        if ended:
            raise Broken(f"the runner ended by itself: {status}\n{_tail(log)}")
        if time.monotonic() > until:
            return IDLE
        time.sleep(0.005)
    return doing


def _in_doubt(exchange: ServedExchange) -> bool:
    path = Paths(exchange.home).order_journal
    blotter = Blotter(read_journal(path) if path.exists() else ())
    return bool(blotter.in_flight() or blotter.unknown())


def _tail(log: Path) -> str:
    return log.read_text()[-6_000:]


def require_whole(exchange: ServedExchange) -> Any:
    """Return the exchange's audit if every invariant holds.

    Raises
    ------
    Broken
        If one does not.
    """
    audit = exchange.audit()
    caps = load_pilot(REPOSITORY / "configs" / "pilot.yaml").value.caps
    exposure = [e6 for place, e6 in audit["exposure_e6"].items() if place.startswith("maker ")]
    kept = {
        "one order per client order id": audit["repeated_client_ids"] == [],
        "no taker fill": audit["taker_fills"].get("maker", 0) == 0,
        "every cent accounted for": audit["unaccounted_e6"] == 0,
        "strike cap": all(e6 <= int(caps.strike_usd * 10**6) for e6 in exposure),
        "ladder cap": sum(exposure) <= int(caps.ladder_usd * 10**6),
        "total cap": sum(exposure) <= int(caps.total_usd * 10**6),
    }
    broken = [name for name, holds in kept.items() if not holds]
    if broken:
        raise Broken(f"{', '.join(broken)}: {json.dumps(audit)}")
    return audit


def require_agreement(exchange: ServedExchange, log: Path) -> Any:
    """Let a last session end in good order, and return its report if all agrees."""
    pid = start(exchange, log, "--run-seconds", str(LAST_RUNS_S), "--quiet")
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    report = json.loads((exchange.home / "reports/_artifacts/pilot_session.json").read_bytes())
    left = exchange.orders("resting")
    good = code == 0 or (code == EXIT_REFUSED and _only_absurd(report))
    if not good or report["reconciliation"]["breaks"] or left:
        raise Broken(f"the last session: exit {code}, {len(left)} resting\n{_tail(log)}")
    return report


def _only_absurd(report: Any) -> bool:
    reasons = {found["reason"] for found in report["verdict"]["reasons"]}
    return reasons == {"market_inconsistent"}


def run(count: int, seed: int, folder: Path) -> dict[str, Any]:
    """Kill so many runners at one exchange, and return what came of it.

    Raises
    ------
    Broken
        If an invariant does not hold, or a runner ended by itself.
    """
    rng, began = random.Random(seed), time.monotonic()  # noqa: S311 - reproducible, no secret
    seen = Counter[str]()
    limit_s = 60.0 + 15.0 * count
    with served(folder, "--seed", str(seed), "--pace", "2", run_seconds=limit_s) as exchange:
        for number in range(count):
            seen[kill_once(exchange, folder / f"runner_{number:03d}.log", rng)] += 1
            require_whole(exchange)
        report = require_agreement(exchange, folder / "runner_last.log")
        audit = require_whole(exchange)
        filled = [order for order in exchange.orders() if float(order["fill_count_fp"]) > 0]
    return {
        "seed": seed,
        "killed": count,
        "killed_while": dict(seen),
        "orders": audit["orders"],
        "orders_filled": len(filled),
        "last_verdict": report["verdict"]["go"],
        "breaks": len(report["reconciliation"]["breaks"]),
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> int:
    """Run the series and print its figures."""
    parser = argparse.ArgumentParser(description="Kill the runner at random points.")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="Write the figures there too.")
    asked = parser.parse_args()
    found = []
    for first in range(0, asked.count, SERIES_MAX):
        seed = asked.seed + first // SERIES_MAX
        with tempfile.TemporaryDirectory(prefix="kill_series_") as folder:
            try:
                found.append(run(min(SERIES_MAX, asked.count - first), seed, Path(folder)))
            except Broken as error:
                print(f"seed {seed}: {error}", file=sys.stderr)
                return 1
        print(json.dumps(found[-1]), flush=True)
    if asked.json is not None:
        asked.json.write_text(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
