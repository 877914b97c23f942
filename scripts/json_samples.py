"""What every command prints with ``--json``, at roots of different kinds."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TESTS = Path(__file__).resolve().parents[1] / "tests"
FEEDS, VENUE = TESTS / "fixtures", TESTS / "data_fixtures"
NIGHT = "2024-12-12T19:45:00Z"
_ENTRY = "from kalshi_alpha.cli.entry import main; raise SystemExit(main())"
_ENDS = {0, 1, 3, 4, 5}
Sample = tuple[str, Any]


class NoDocument(RuntimeError):
    """A command printed no document."""


def samples(scratch: Path) -> Iterator[Sample]:
    """Run the commands one after another and yield each document with the name of its schema."""
    yield from _at_a_new_root(scratch / "new")
    yield from _with_feeds_alone(scratch / "fed")
    yield from _below_the_demo(scratch / "demo")
    yield from _by_themselves(scratch / "alone")
    yield from _at_an_exchange(scratch / "served")


def _at_a_new_root(root: Path) -> Iterator[Sample]:
    root.mkdir()
    yield "init", _run(root, "init")
    for wanted in ("status", "on", "off"):
        yield "kill", _run(root, "kill", wanted)
    yield from _desk(root)
    for name in ("monitors", "ready"):
        yield name, _run(root, name)
    yield "monitors-freshness", _module(root, "exec.monitors.freshness")
    yield "dashboard", _ready(root, "dashboard", "--port", "0")


def _with_feeds_alone(root: Path) -> Iterator[Sample]:
    root.mkdir()
    _run(root, "init")
    yield "ingest", _run(root, "ingest", "--all", "--offline", "--fixtures", str(FEEDS))
    yield "scan", _run(root, "scan", "--series", "KXCPI", *_offline())
    at = ("--as-of", NIGHT)
    for name in ("monitors", "ready"):
        yield name, _run(root, name, *at)
    yield from _desk(root, *at)


def _below_the_demo(root: Path) -> Iterator[Sample]:
    yield "demo", _run(root.parent, "demo", "--into", root.name)
    yield "ingest", _run(root, "ingest", "--all", "--offline", "--fixtures", str(FEEDS))
    at = ("--as-of", NIGHT)
    yield "monitors", _run(root, "monitors", *at)
    yield "ready", _run(root, "ready", *at)
    yield from _desk(root, *at)
    yield "daily", _run(root, "daily", "--mode", "weather_cycle", *_daily())
    yield "daily", _run(root, "daily", "--mode", "pre_cpi", *_daily(), "--paper-ledger", "--report")
    for _ in ("at first", "and again, beside what rests by then"):
        yield "daily", _run(root, "daily", "--mode", "teny_close", *_daily())
    for series in ("KXCPI", "CLAIMS", "TNEY", "WEATHER"):
        yield "scan", _run(root, "scan", "--series", series, *_offline())
        yield "explain", _run(root, "explain", series, *_offline())
    yield "report", _run(root, "report", *at)
    yield "pilot", _run(root, "pilot", "--series", "KXCPI", "--env", "sim", *_fixtures())
    yield "monitors-freshness", _module(root, "exec.monitors.freshness", *at)
    yield "housekeeping", _module(root, "exec.housekeeping", "--dry-run")
    yield "migrate", _module(root, "exec.migrate", "--check")
    yield "telemetry-smoke", _module(root, "exec.telemetry.smoke")
    yield "telemetry-shipper", _module(root, "exec.telemetry.shipper", "--day", "today")
    span = ("--from", "2024-12-10", "--to", "2025-12-31", *at)
    yield "macro-calendar", _module(root, "drivers.macro_calendar.cli", *span)


def _desk(root: Path, *at: str) -> Iterator[Sample]:
    yield "scoreboard", _run(root, "scoreboard", *at)
    yield "bundle", _run(root, "bundle", "--output", "bundle.tar.gz", *at)
    yield "bundle-verify", _run(root, "bundle", "verify", "bundle.tar.gz")
    yield "status", _run(root, "status", *at)
    yield "doctor", _run(root, "doctor", *at, "--fixtures-root", str(VENUE))
    yield "orders-list", _run(root, "orders", "list")
    yield "config-show", _run(root, "config", "show", "--origin")
    yield "config-show", _run(root, "config", "show")


def _by_themselves(root: Path) -> Iterator[Sample]:
    root.mkdir()
    _run(root, "init")
    sys.path.insert(0, str(TESTS))
    import pytest

    from plugins import install_plugins, write_points
    from replay_folder import write_folder

    data = str(write_folder(root / "recorded"))
    of_weather = ("--family", "WEATHER", "--data", data)
    days = ("--from", "2025-01-06", "--to", "2025-01-09")
    yield "backtest", _run(root, "backtest", *of_weather, *days)
    tried = ("--grid", "min_ev=0.005,0.05", "--lookahead-check")
    yield "backtest", _run(root, "backtest", *of_weather, *days, *tried)
    yield "market-import", _module(root, "exec.market_import", "--data", data)
    history = str(write_points(root / "history"))
    with pytest.MonkeyPatch.context() as patch:
        install_plugins(root / "plugins", patch)
    scored = ("evaluate", "--data", history, "--family", "clean")
    plugged = {"PYTHONPATH": str(root / "plugins")}
    yield "evaluate", _run(root, *scored, "--lookahead-check", more=plugged)
    for seeds in ("2", "1"):
        yield "worlds", _run(root, "worlds", "--world", "noise", "--seeds", seeds)
    yield (
        "sim-demo-account",
        _run(root, "sim", "demo-account", "--root", "practice", "--fixtures", str(FEEDS)),
    )
    practised = {"KALSHI_ENV": "sim"}
    at = ("--as-of", "2024-12-11T11:30:00Z")
    for name in ("ready", "monitors", "status", "scoreboard"):
        yield name, _run(root / "practice", name, *at, more=practised)


def _at_an_exchange(root: Path) -> Iterator[Sample]:
    root.mkdir()
    _run(root, "init")
    serve = [sys.executable, "-c", _ENTRY, "sim", "serve", "--json", "--run-seconds", "60"]
    serve += ["--markets", str(VENUE)]
    exchange = subprocess.Popen(serve, cwd=root, env=_environ(root), stdout=subprocess.PIPE)
    try:
        if exchange.stdout is None:
            raise NoDocument("the exchange has no standard output")
        ready = json.loads(exchange.stdout.readline())
        yield "sim-serve", ready
        there = dict(ready["environ"])
        series = ("--series", "CPI", "--env", "sim")
        yield "record", _run(root, "record", *series, "--run-seconds", "3", more=there)
        yield "record-seal", _run(root, "record", "seal", *series, more=there)
        yield "record-verify", _run(root, "record", "verify", *series, more=there)
        for name in ("reconcile", "cancel-all"):
            yield f"orders-{name}", _run(root, "orders", name, "--env", "sim", more=there)
        yield "orders-list", _run(root, "orders", "list", "--all", more=there)
        followed = ("--tickers", _listed_at(ready["url"]), "--env", "sim", "--run-seconds", "2")
        yield "ws-smoke", _module(root, "dev.ws_smoke", *followed, more=there)
    finally:
        exchange.terminate()
        exchange.wait()


def _listed_at(exchange: str) -> str:
    """Return the ticker of a market that an exchange lists as open."""
    place = urlsplit(exchange)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
    try:
        connection.request("GET", "/trade-api/v2/markets?status=open&limit=1")
        ticker: str = json.loads(connection.getresponse().read())["markets"][0]["ticker"]
    finally:
        connection.close()
    return ticker


def _fixtures() -> tuple[str, ...]:
    return "--fixtures-root", str(VENUE)


def _offline() -> tuple[str, ...]:
    return "--offline", *_fixtures()


def _daily() -> tuple[str, ...]:
    return "--offline", "--driver-fixtures", str(FEEDS), "--scanner-fixtures", str(VENUE)


def _environ(root: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KALSHI")}
    own = {"KALSHI_ALPHA_HOME": str(root), "TZ": "America/New_York"}
    return kept | own | (more or {})


def _run(root: Path, *argv: str, more: dict[str, str] | None = None) -> Any:
    return _document(root, ["-c", _ENTRY, *argv, "--json"], more)


def _module(root: Path, module: str, *argv: str, more: dict[str, str] | None = None) -> Any:
    return _document(root, ["-m", f"kalshi_alpha.{module}", *argv, "--json"], more)


def _ready(root: Path, *argv: str) -> Any:
    """Return what a server says once it listens, and end it."""
    command = [sys.executable, "-c", _ENTRY, *argv, "--json"]
    server = subprocess.Popen(command, cwd=root, env=_environ(root), stdout=subprocess.PIPE)
    try:
        if server.stdout is None:
            raise NoDocument("the server has no standard output")
        lines: list[bytes] = []
        while not lines or not lines[-1].startswith(b"}"):
            lines.append(server.stdout.readline())
            if not lines[-1]:
                raise NoDocument(f"{' '.join(argv)}: ended without a word")
        return json.loads(b"".join(lines))
    finally:
        server.terminate()
        server.communicate()


def _document(root: Path, argv: Sequence[str], more: dict[str, str] | None) -> Any:
    done = subprocess.run(
        [sys.executable, *argv],
        cwd=root,
        env=_environ(root, more),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    said = f"{' '.join(argv[2:])}: exit {done.returncode}: {done.stderr.strip()[-300:]}"
    if done.returncode not in _ENDS or not done.stdout.startswith("{"):
        raise NoDocument(said)
    return json.loads(done.stdout)
