"""Judge every feed from the tables on disk, as a scan would at the same clock; nothing is ingested.

``python -m kalshi_alpha.exec.monitors.freshness`` prints one table and writes the same to
``reports/_artifacts/monitors/freshness.json``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, table
from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, output_flags, run_command

if TYPE_CHECKING:
    from kalshi_alpha.config.settings import Settings
    from kalshi_alpha.exec.clock import RunClock
    from kalshi_alpha.exec.monitors.feed_rows import FeedRow, FeedTable, KnownTables

SCHEMA = 1
NAME = "freshness"
UNIT = "feeds"
EXIT_REFUSED = 3
_STOPS = "NO-GO for every series, nothing is proposed or sent"
EFFECT = f"STALE_FEEDS: {_STOPS}"
_JUDGED_FILES = ("freshness.yaml", "series.yaml")


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the monitor found at its clock.

    Attributes
    ----------
    clock
        The clock.
    outcome
        How the monitor ends: required feeds that are not in order, of which none may be.
    rows
        Every feed.
    inputs
        The newest payload behind each feed's table: ``source``, ``retrieved_at``, ``sha256``.
    config_sha256
        Hashes of the files that say what is required and how fresh it must be.
    """

    clock: RunClock
    outcome: MonitorOutcome
    rows: tuple[FeedRow, ...] = ()
    inputs: tuple[dict[str, Any], ...] = ()
    config_sha256: tuple[tuple[str, str], ...] = ()

    def document(self) -> dict[str, Any]:
        """Return what the file holds."""
        outcome = self.outcome
        return {
            "schema": SCHEMA,
            "monitor": NAME,
            "generated_at": self.clock.at,
            "clock_source": self.clock.source,
            "status": outcome.status,
            "figure": outcome.figure,
            "threshold": outcome.threshold,
            "unit": UNIT,
            "cause": outcome.cause,
            "effect": outcome.effect,
            "remedy": outcome.remedy,
            "blocks": not outcome.ok,
            "series": {},
            "required_feeds_ok": outcome.ok,
            "feeds": self.rows,
            "inputs": self.inputs,
            "config_sha256": dict(self.config_sha256),
        }


def look(
    paths: Paths, settings: Settings, clock: RunClock, *, with_thresholds: bool = False
) -> Freshness:
    """Judge every feed of ``configs/freshness.yaml`` at a clock; nothing is written.

    ``with_thresholds`` judges the file's thresholds too, for whoever has no reading of the
    configuration beside this one: looser ones are then an alert.
    """
    from kalshi_alpha.datastore.tables import FeedStore
    from kalshi_alpha.exec.monitors.feed_rows import KnownTables, feed_table

    tables = KnownTables(FeedStore(paths), clock.at)
    required = settings.series.required_feeds
    found = feed_table(tables, settings.freshness, required, clock.at)
    return Freshness(
        clock=clock,
        outcome=judge(found, required, _weakened(settings) if with_thresholds else ()),
        rows=found.rows,
        inputs=tuple(_inputs(tables, found)),
        config_sha256=tuple((name, settings.sha256[name]) for name in _JUDGED_FILES),
    )


def judge(found: FeedTable, required: Sequence[str], weakened: Sequence[str]) -> MonitorOutcome:
    """Say how the monitor ends: how many required feeds are not in order, of which none may be.

    It is in order only if at least one feed is required, the gate's own function finds every
    required one in order, the release calendar can be read, and no threshold is looser than its
    baseline.

    Parameters
    ----------
    found
        Every feed.
    required
        Names of the rules that must pass.
    weakened
        Thresholds that are looser than their baselines, in words.
    """
    from kalshi_alpha.core.gates import Reason, required_feeds_ok
    from kalshi_alpha.exec.monitors.feed_rows import MISSING

    if not required:
        said = "no series is switched on in configs/series.yaml, so no feed is required"
        remedy = "switch a series on in configs/series.yaml"
        return MonitorOutcome(MonitorStatus.NO_DATA, None, 0, (said,), EFFECT, (remedy,))
    blocking = [row for row in found.rows if row.blocks]
    if all(row.status == MISSING for row in found.rows if row.required):
        said = f"none of the {len(required)} required feeds has a value at this clock"
        remedy = "python -m kalshi_alpha.datastore.ingest --all --online"
        return MonitorOutcome(MonitorStatus.NO_DATA, None, 0, (said,), EFFECT, (remedy,))
    others = [f"{Reason.CONFIG_WEAKENED}: {line}" for line in weakened]
    others += [f"calendar UNREADABLE: {found.calendar_problem}"] if found.calendar_problem else []
    if not others and not blocking and required_feeds_ok(found.verdicts, required):
        return MonitorOutcome(MonitorStatus.OK, 0, 0)
    unlisted = sorted(set(required) - {row.feed for row in found.rows})
    causes = (
        *others,
        *(f"{row.feed} {row.status}: {row.reason}" for row in blocking),
        *(f"{feed} {MISSING}: was not judged" for feed in unlisted),
    )
    remedies = [
        *(f"add {feed} to configs/freshness.yaml" for feed in unlisted),
        *(["put the baselines back into configs/"] if weakened else []),
        *([_CALENDAR_REMEDY] if found.calendar_problem else []),
        *(row.remedy for row in blocking),
    ]
    return MonitorOutcome(
        status=MonitorStatus.ALERT,
        figure=len(blocking) + len(unlisted),
        threshold=0,
        causes=causes,
        effect=EFFECT if blocking or not weakened else f"{Reason.CONFIG_WEAKENED}: {_STOPS}",
        remedies=tuple(dict.fromkeys(remedies)),
    )


_CALENDAR_REMEDY = (
    "move data/proc/macro_calendar away, then "
    "python -m kalshi_alpha.datastore.ingest --source macro_calendar --from-raw"
)


def _weakened(settings: Settings) -> list[str]:
    from kalshi_alpha.config.weakening import weakening

    return [line for line in weakening(settings) if line.startswith(_JUDGED_FILES)]


def _inputs(tables: KnownTables, found: FeedTable) -> Iterator[dict[str, Any]]:
    from kalshi_alpha.exec.monitors.feed_rows import CALENDAR

    for source in sorted({CALENDAR, *(row.source for row in found.rows)}):
        newest = tables.newest_payload(source)
        if newest is not None:
            yield {"source": source, "retrieved_at": newest[0], "sha256": newest[1]}


def render(found: Freshness, path: Path) -> str:
    """Return the table that a person reads; times are New York's.

    Below it stand cause, effect and remedy where something is wrong, and the file written.
    """
    from kalshi_alpha.core.schedule import new_york

    outcome = found.outcome
    required = [row for row in found.rows if row.required]
    well = sum(not row.blocks for row in required)
    said = (
        f"data freshness at {new_york(found.clock.at):%Y-%m-%d %H:%M} ET, clock "
        f"{found.clock.source.value}: {outcome.status}, "
        f"{well} of {len(required)} required feeds in order"
    )
    lines = [said, *_table(found.rows)]
    if not outcome.ok:
        lines += [f"cause: {each}" for each in outcome.causes]
        lines += [f"effect: {outcome.effect}"]
        lines += [f"remedy: {each}" for each in outcome.remedies]
    return "\n".join([*lines, f"wrote {path}"])


def _table(rows: Sequence[FeedRow]) -> list[str]:
    head = ("feed", "driver", "newest", "age", "limit", "due", "due since ET", "verdict", "reason")
    return table(head, map(_cells, rows))


def _cells(row: FeedRow) -> tuple[str, ...]:
    from kalshi_alpha.core.gates import AgeUnit
    from kalshi_alpha.core.schedule import new_york

    unit = "bd" if row.unit is AgeUnit.BUSINESS_DAYS else "d"
    ranged = "" if row.low is None and row.high is None else f", {row.low} to {row.high}"
    named = "" if row.series_id is None else f", {row.series_id}"
    return (
        row.feed,
        row.source,
        str(row.newest_on or "-"),
        "-" if row.age_days is None else f"{row.age_days} {unit}",
        f"{row.max_age_days} {unit}{ranged}{named}",
        str(row.due_on or "-"),
        "-" if row.due_at is None else f"{new_york(row.due_at):%Y-%m-%d %H:%M}",
        row.status if row.required else f"{row.status}, not required",
        row.reason,
    )


def unjudged(clock: RunClock, error: ConfigError) -> Freshness:
    """Return what takes the place of an older result when nothing can be judged any more."""
    remedy = "correct the file that the cause names"
    outcome = MonitorOutcome(MonitorStatus.ALERT, None, 0, (str(error),), EFFECT, (remedy,))
    return Freshness(clock, outcome)


@click.command(context_settings=HELP)
@clock_flag
@output_flags
def cli(*, as_of: str | None, as_json: bool, quiet: bool) -> int:
    """Judge the feeds from the tables on disk, and write freshness.json.

    Exit codes: 0 every required feed is in order, 1 a failure, 2 usage, 3 a required feed is not.
    """
    from kalshi_alpha.config.settings import load_settings
    from kalshi_alpha.datastore.atomic import encode_json, write_atomic
    from kalshi_alpha.exec.clock import run_clock

    paths = Paths.from_environ(os.environ)
    clock = run_clock(as_of, os.environ)
    try:
        settings = load_settings(paths.configs)
    except ConfigError as error:
        # An OK of before must not outlive the configuration that it was reached from.
        if paths.freshness.exists():
            write_atomic(paths.freshness, encode_json(unjudged(clock, error).document()))
        raise
    found = look(paths, settings, clock, with_thresholds=True)
    document = encode_json(found.document())
    write_atomic(paths.freshness, document)
    if as_json:
        echo_json(document)
    elif not quiet:
        echo_text(render(found, paths.freshness))
    return 0 if found.outcome.ok else EXIT_REFUSED


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, NAME, argv)


if __name__ == "__main__":
    exit_with(main())
