"""A window of days and their events: ``python -m kalshi_alpha.drivers.macro_calendar.cli``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import click

from kalshi_alpha.config.environment import read_dotenv, set_clock
from kalshi_alpha.config.mode import Mode
from kalshi_alpha.core.errors import MissingData, UsageError
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.command import run_command
from kalshi_alpha.datastore.macro_calendar import (
    EVENTS,
    event_days,
    known_events,
    known_until,
    unknown_events,
)
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, quiet_flag
from kalshi_alpha.datastore.tables import FeedStore

WINDOW_DAYS_MAX = 3660
INGEST = "python -m kalshi_alpha.datastore.ingest --source macro_calendar --online"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--from", "first", metavar="DATE", required=True, help="First day, YYYY-MM-DD.")
@click.option("--to", "last", metavar="DATE", required=True, help="Last day, YYYY-MM-DD.")
@click.option("--as-of", metavar="TIME", help="Clock, ISO 8601 with zone; default now.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_flag
def cli(*, first: str, last: str, as_of: str | None, as_json: bool) -> None:
    """Print the days of a window with the releases and decisions known to fall on them.

    A day past the last known event of a kind says that this kind is unknown there.

    Exit codes: 0 done, 2 usage, 4 there is no calendar yet.
    """
    window = _window(first, last)
    paths = Paths.from_environ(os.environ)
    environ = {**read_dotenv(paths.dotenv_files), **os.environ}
    clock = set_clock(as_of, environ) or datetime.now(UTC)
    rows = known_events(FeedStore(paths), clock)
    if not rows:
        raise MissingData(f"nothing was known by {clock:%Y-%m-%dT%H:%M:%SZ}; run {INGEST}")
    until = known_until(rows)
    days = [_with_unknown(day, until) for day in event_days(rows, *window)]
    if as_json:
        document = {"schema": 1, "as_of": clock, "known_until": until, "days": days}
        echo_json(document, Mode.OFFLINE)
        return
    times = {(row["release_on"], row["event"]): row["release_at"] for row in rows}
    lines = []
    for day in days:
        on = day["date"]
        due = [f"{event} {_hour(times[on, event])}" for event in EVENTS if day[f"is_{event}"]]
        lines.append(f"{on:%Y-%m-%d %a}  {_said(due, day['unknown'])}")
    if any(day["unknown"] for day in days):
        lines.append(f"unknown: not announced in what was received; to look again, {INGEST}")
    lines.append("known until: " + ", ".join(f"{e} {until[e] or 'unknown'}" for e in EVENTS))
    echo_text("\n".join(lines), Mode.OFFLINE)


def _with_unknown(day: Mapping[str, Any], until: Mapping[str, date | None]) -> dict[str, Any]:
    """Mark a kind past its last known event by null: false would be a claim that it is not due."""
    unknown = unknown_events(until, day["date"])
    return {**day, **{f"is_{event}": None for event in unknown}, "unknown": unknown}


def _said(due: Sequence[str], unknown: Sequence[str]) -> str:
    if len(unknown) == len(EVENTS):
        return "unknown"
    rest = [f"unknown: {', '.join(unknown)}"] if unknown else []
    return "; ".join([*([", ".join(due)] if due else []), *rest]) or "-"


def _hour(at: object) -> str:
    return f"{new_york(at):%H:%M} ET" if isinstance(at, datetime) else "(no hour given)"


def _window(first: str, last: str) -> tuple[date, date]:
    begins, ends = _day("--from", first), _day("--to", last)
    if ends < begins:
        raise UsageError(f"--to {last} is before --from {first}")
    if (ends - begins).days > WINDOW_DAYS_MAX:
        raise UsageError(f"--from {first} --to {last}: ask for {WINDOW_DAYS_MAX} days at most")
    return begins, ends


def _day(flag: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{flag}: not a day like 2024-12-11: {text!r}") from error


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; an error on purpose is one line on stderr."""
    return run_command(cli, "macro_calendar", argv)


if __name__ == "__main__":
    sys.exit(main())
