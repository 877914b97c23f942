"""Run the smoke sequence of the ten-year close, and check what each step leaves behind.

    python scripts/pilot_teny.py [--run-seconds 600]

At the venue of KALSHI_ENV (prod, demo, or sim with KALSHI_SIM_URL) the whole sequence runs; no
order is sent to anybody. Without KALSHI_ENV, or with --offline, what fixtures can show runs, and
what needs a venue is named.

A step fails by its exit code or by what it left behind; the rest runs all the same. NO-GO fails
the pipeline unless --accept-no-go, and readiness only with --require-ready: evidence is what a
first clip is for.

Exit codes: 0 every step that ran passed; otherwise that of the first command that failed, 1 if it
ended well and left something wrong, 2 usage, 3 the kill switch is on.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from kalshi_alpha.brokers.kalshi.venue_clock import venue_clock
from kalshi_alpha.config.environment import ENV, KalshiEnv, parse_instant
from kalshi_alpha.core.errors import KalshiAlphaError, UsageError
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.dev import teny_checks
from kalshi_alpha.utils.env import load_env

REPOSITORY = Path(__file__).resolve().parents[1]
FIXTURES = REPOSITORY / "tests" / "fixtures"
DATA_FIXTURES = REPOSITORY / "tests" / "data_fixtures"
SHRINK = 0.9
WINDOWS = (7, 30)
PRACTICE_SECONDS = 20.0
_GATE_REFUSED = 3


class FixedClock:
    """The instant that offline fixtures are of."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the instant."""
        return self._at


@dataclass(frozen=True)
class Terms:
    """What is run, where, and what counts as passing.

    Attributes
    ----------
    env
        The venue, or None for fixtures.
    clock
        The venue's, or the fixtures'.
    names
        What ``ws_smoke`` follows.
    """

    env: KalshiEnv | None
    paths: Paths
    clock: Clock
    names: tuple[str, ...]
    run_seconds: float
    accept_no_go: bool = False
    require_ready: bool = False

    def set_clock(self) -> tuple[str, ...]:
        """Return the flag for what asks no venue for the time; real venues have the system's."""
        if self.env in (KalshiEnv.PROD, KalshiEnv.DEMO):
            return ()
        return ("--as-of", self.clock.now().isoformat().replace("+00:00", "Z"))


Check = Callable[[teny_checks.Seen], Sequence[str]]


@dataclass(frozen=True)
class Step:
    """One command, the codes that it may end with, and the check of what it leaves behind.

    Attributes
    ----------
    command
        Made when its turn comes, since a practice clock moves; module and flags.
    needs_venue
        Whether fixtures cannot show it.
    """

    name: str
    command: Callable[[], tuple[str, ...]]
    may_end: frozenset[int]
    check: Check
    needs_venue: bool = False


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    said: str
    complained: str


Run = Callable[[Sequence[str]], Ended]


def steps(terms: Terms) -> tuple[Step, ...]:
    """Return the sequence of the run-book's harness, with what its checklist asks for between."""
    refusal = {0, _GATE_REFUSED}
    passing = frozenset(refusal if terms.accept_no_go else {0})
    ready = frozenset({0} if terms.require_ready else refusal)
    found = [
        Step(
            "stream", lambda: _ws_smoke(terms), frozenset({0}), teny_checks.stream, needs_venue=True
        ),
        Step("pipeline", lambda: _daily(terms), passing, teny_checks.pipeline),
        Step("monitors", lambda: _monitors(terms), passing, teny_checks.monitors),
        Step("readiness", lambda: _readiness(terms), ready, teny_checks.readiness),
        Step("scoreboard", lambda: _scoreboard(terms), frozenset({0}), teny_checks.scoreboard),
    ]
    if terms.env is KalshiEnv.SIM:
        # What an exchange shows is kept apart, and monitors look at the desk's own tables.
        found.insert(1, Step("feeds", lambda: _ingest(terms), frozenset({0}), lambda _: ()))
    return tuple(found)


def _ws_smoke(terms: Terms) -> tuple[str, ...]:
    seconds = f"{terms.run_seconds:g}"
    return ("kalshi_alpha.dev.ws_smoke", "--tickers", *terms.names, "--run-seconds", seconds)


def _ingest(terms: Terms) -> tuple[str, ...]:
    source = ("--all", "--offline", "--fixtures", str(FIXTURES))
    return ("kalshi_alpha.datastore.ingest", *source, *terms.set_clock())


def _daily(terms: Terms) -> tuple[str, ...]:
    offline = (
        *("--offline", "--driver-fixtures", str(FIXTURES)),
        *("--scanner-fixtures", str(DATA_FIXTURES), *terms.set_clock()),
    )
    data = ("--online",) if terms.env is not None else offline
    flags = ("--report", "--paper-ledger", "--ev-honesty-shrink", f"{SHRINK:g}")
    return ("kalshi_alpha.exec.pipelines.daily", "--mode", "teny_close", *data, *flags)


def _monitors(terms: Terms) -> tuple[str, ...]:
    return ("kalshi_alpha.exec.monitors.cli", "--series", "TNEY", *terms.set_clock())


def _readiness(terms: Terms) -> tuple[str, ...]:
    return ("kalshi_alpha.exec.reports.ramp", *terms.set_clock())


def _scoreboard(terms: Terms) -> tuple[str, ...]:
    windows = [flag for days in WINDOWS for flag in ("--window", str(days))]
    return ("kalshi_alpha.exec.scoreboard", *windows, *terms.set_clock())


def run_all(terms: Terms, run: Run, say: Callable[[str], None]) -> int:
    """Run every step, say how each ended and where the outputs lie, and return the exit code."""
    if terms.paths.kill_switch.exists():
        say(f"HALT: the kill switch is on: {terms.paths.kill_switch}; nothing was run")
        return _GATE_REFUSED
    codes = [_run_step(step, terms, run, say) for step in steps(terms)]
    today = new_york(terms.clock.now()).date()
    for name, path in teny_checks.outputs(terms.paths, today, WINDOWS).items():
        say(f"{name}: {path}" if path.exists() else f"{name}: MISSING: {path}")
        codes += [] if path.exists() else [1]
    failed = [code for code in codes if code]
    say("FAILED" if failed else "PASS")
    return failed[0] if failed else 0


def _run_step(step: Step, terms: Terms, run: Run, say: Callable[[str], None]) -> int:
    if step.needs_venue and terms.env is None:
        say(
            f"{step.name}: NOT RUN: needs a venue; set {ENV}=prod, demo, or sim with KALSHI_SIM_URL"
        )
        return 0
    command = step.command()
    say(f"{step.name}: python -m {shlex.join(command)}")
    since, wall_s = terms.clock.now(), time.time()
    ended = run(command)
    if ended.code not in step.may_end:
        say(f"{step.name}: FAILED: exit code {ended.code}: {_why(ended)}")
        return ended.code
    seen = teny_checks.Seen(
        terms.paths, since, terms.clock.now(), wall_s, terms.names, ended.said, SHRINK, WINDOWS
    )
    problems = step.check(seen)
    for problem in problems:
        say(f"{step.name}: FAILED: exit code {ended.code}, but {problem}")
    if not problems:
        note = "" if ended.code == 0 else f" (exit code {ended.code} accepted)"
        say(f"{step.name}: pass{note}: {_headline(ended.said)}")
    return 1 if problems else 0


def _why(ended: Ended) -> str:
    """Return the error, or what alerts, or the verdict and its first reason."""
    if ended.complained.strip():
        return ended.complained.strip().splitlines()[-1]
    lines = [line.strip() for line in ended.said.splitlines()]
    alerts = [line for line in lines if " ALERT: " in line]
    return "; ".join(alerts or lines[:2]) or "no word"


def _headline(said: str) -> str:
    """Return the line that says how it went: the last of stream and feeds, else the first."""
    lines = said.strip().splitlines() or ["no word"]
    return lines[-1] if lines[-1].startswith(("connections lost", "at ")) else lines[0]


def run_command(environ: Mapping[str, str]) -> Run:
    """Return what runs a module of ours in a process of its own."""

    def run(command: Sequence[str]) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=dict(environ),
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


def read_terms(args: argparse.Namespace, environ: dict[str, str]) -> Terms:
    """Return the terms that flags and environment make.

    Raises
    ------
    UsageError
        If a setting is impossible.
    ConfigError, VenueUnavailable
        If the local exchange is not where the environment says.
    """
    found = load_env(environ=environ)
    env = None if args.offline else found.kalshi_env
    if not args.run_seconds > 0:
        raise UsageError(f"--run-seconds must be positive, was {args.run_seconds}")
    if env is None:
        # A dotenv file must not name the venue again in a step of its own.
        environ[ENV] = ""
        clock: Clock = FixedClock(found.as_of or _fixtures_clock())
    else:
        clock = venue_clock(env, environ)
    contract = f"{new_york(clock.now()):%y%b%d}".upper()
    return Terms(
        env=env,
        paths=Paths(found.root),
        clock=clock,
        names=tuple(args.tickers or [f"TNEY-{contract}"]),
        run_seconds=args.run_seconds,
        accept_no_go=args.accept_no_go,
        require_ready=args.require_ready,
    )


def _fixtures_clock() -> datetime:
    manifest = msgspec.json.decode((DATA_FIXTURES / "manifest.json").read_bytes())
    return parse_instant(manifest["scenarios"]["teny_close"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python scripts/pilot_teny.py",
        description="Run the smoke sequence of the ten-year close; no order is sent.",
    )
    parser.add_argument("--offline", action="store_true", help=f"fixtures, whatever {ENV} says")
    parser.add_argument(
        "--run-seconds",
        type=float,
        default=PRACTICE_SECONDS,
        metavar="N",
        help=f"how long books are followed, 600 in earnest; default: {PRACTICE_SECONDS:.0f}",
    )
    parser.add_argument(
        "--tickers", nargs="+", metavar="TICKER", help="what is followed; default: today's ladder"
    )
    parser.add_argument(
        "--accept-no-go",
        action="store_true",
        help="let the pipeline and the monitors refuse, as outside the window",
    )
    parser.add_argument(
        "--require-ready", action="store_true", help="fail unless readiness says GO"
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sequence and return its exit code."""
    args = _parser().parse_args(argv)
    environ = dict(os.environ)

    def say(line: str) -> None:
        print(line, flush=True)

    try:
        return run_all(read_terms(args, environ), run_command(environ), say)
    except KalshiAlphaError as error:
        print(f"pilot_teny: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
