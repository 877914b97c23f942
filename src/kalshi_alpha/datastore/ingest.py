"""Taking payloads in: keep the bytes, parse them, append what is new, and say what came of it.

``python -m kalshi_alpha.datastore.ingest`` does it from the command line. Drivers are found by
their entry points, so the store imports none of them.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from kalshi_alpha.core.errors import (
    DataError,
    DomainError,
    FutureData,
    KalshiAlphaError,
    MissingData,
    NotBuilt,
    UsageError,
)
from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.datastore.feeds import Driver, Newest, Payload
from kalshi_alpha.datastore.manifest import Manifest
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore, Observation, PointInTimeTable

_NEW_YORK = ZoneInfo("America/New_York")
_GROUP = "kalshi_alpha.drivers"
AS_OF_VARIABLE = "KALSHI_ALPHA_AS_OF"


class FeedSummary(msgspec.Struct, frozen=True):
    """What came of one feed.

    ``rows`` is the size of the table as of the clock, ``new_rows`` how many vintages this
    ingest added; ``newest`` and ``newest_on`` the newest value seen and its date, and
    ``age_days`` how long before the clock's New York date that was. ``errors`` is empty exactly
    when the feed is whole.
    """

    source: str
    payloads: int
    rows: int
    new_rows: int
    newest: str
    newest_on: date | None
    age_days: int | None
    retrieved_at: datetime | None
    skipped: dict[str, int]
    errors: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every payload of the feed was read and its table holds something."""
        return not self.errors


def installed_drivers() -> dict[str, Driver[Any]]:
    """Find the drivers by their entry points, by name."""
    from importlib.metadata import entry_points

    found = {point.name: point.load().DRIVER for point in entry_points(group=_GROUP)}
    return dict(sorted(found.items()))


def ingest(
    drivers: Iterable[Driver[Any]],
    payloads: Sequence[Payload],
    store: FeedStore,
    clock: datetime,
) -> tuple[FeedSummary, ...]:
    """Take in every payload received by ``clock``, feed by feed.

    A payload that is refused spoils its own feed only: its other payloads and the other feeds
    are kept. Repeating an ingest adds nothing.

    Returns
    -------
    tuple of FeedSummary
        One a driver, in the order given.
    """
    return tuple(
        _ingest_feed(
            driver,
            sorted(
                (p for p in payloads if p.source == driver.source and p.retrieved_at <= clock),
                key=lambda payload: payload.retrieved_at,
            ),
            store,
            clock,
        )
        for driver in drivers
    )


@dataclass(slots=True)
class _Intake:
    """What has come of one feed so far."""

    rows: list[Any] = field(default_factory=list)
    new_rows: int = 0
    size: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def _ingest_feed(
    driver: Driver[Any], payloads: Sequence[Payload], store: FeedStore, clock: datetime
) -> FeedSummary:
    intake = _Intake()
    try:
        received = {(r.retrieved_at, r.sha256) for r in store.raw.receipts(driver.source)}
        table = store.table(driver.table)
        for payload in payloads:
            _take(driver, payload, store, table, received, intake)
        intake.size = table.read(clock).height
        if not intake.size:
            raise MissingData(f"{driver.source}: nothing received by {clock:%Y-%m-%dT%H:%M:%SZ}")
    except DataError as error:
        intake.errors.append(f"{type(error).__name__}: {error}")
    newest = driver.newest(intake.rows) if intake.rows else Newest("", None)
    return FeedSummary(
        source=driver.source,
        payloads=len(payloads),
        rows=intake.size,
        new_rows=intake.new_rows,
        newest=newest.text,
        newest_on=newest.on,
        age_days=None if newest.on is None else (_new_york(clock) - newest.on).days,
        retrieved_at=payloads[-1].retrieved_at if payloads else None,
        skipped=dict(sorted(intake.skipped.items())),
        errors=tuple(intake.errors),
    )


def _take(
    driver: Driver[Any],
    payload: Payload,
    store: FeedStore,
    table: PointInTimeTable,
    received: Collection[tuple[datetime, str]],
    intake: _Intake,
) -> None:
    """Keep, parse and append one payload; a refusal is noted, not raised."""
    try:
        _check_order(payload, received)
        # The bytes are kept before anything reads them: a refused payload is evidence too.
        receipt = store.raw.keep(payload, driver.suffix)
        parsed = driver.parse(payload.body)
        observations = [_observation(driver, row, payload) for row in parsed.rows]
        intake.new_rows += table.append(
            observations, retrieved_at=payload.retrieved_at, raw_sha256=receipt.sha256
        )
    except (DataError, DomainError) as error:
        where = f" [{payload.name}]" if payload.name else ""
        intake.errors.append(f"{type(error).__name__}: {error}{where}")
        return
    intake.rows += parsed.rows
    intake.skipped.update(dict(parsed.skipped))


def _check_order(payload: Payload, received: Collection[tuple[datetime, str]]) -> None:
    """Refuse a payload older than one taken in before; the same payload again is fine."""
    newest = max((at for at, _ in received), default=payload.retrieved_at)
    known = (payload.retrieved_at, hashlib.sha256(payload.body).hexdigest()) in received
    if payload.retrieved_at < newest and not known:
        raise DataError(
            f"{payload.source}: received before the payload of {newest}, comes too late"
        )


def _observation(driver: Driver[Any], row: Any, payload: Payload) -> Observation:
    dated_on = driver.dated_on(row)
    if dated_on is not None and dated_on > _new_york(payload.retrieved_at):
        raise FutureData(f"{driver.source}: dated {dated_on}, received {payload.retrieved_at}")
    earliest_at = driver.earliest_at(row)
    available_at = payload.retrieved_at
    if earliest_at is not None:
        available_at = max(available_at, earliest_at)
    values = {name: getattr(row, name) for name in driver.table.names}
    return Observation(values, available_at)


def _new_york(instant: datetime) -> date:
    return instant.astimezone(_NEW_YORK).date()


def render(summaries: Sequence[FeedSummary]) -> str:
    """Lay the summaries out as a plain table, one feed a line, failures named below it."""
    head = ("feed", "rows", "new", "newest", "age", "state")
    body = [
        (
            summary.source,
            str(summary.rows),
            str(summary.new_rows),
            summary.newest or "-",
            "-" if summary.age_days is None else f"{summary.age_days} d",
            "ok" if summary.ok else "FAILED",
        )
        for summary in summaries
    ]
    widths = [max(len(line[i]) for line in (head, *body)) for i in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (head, *body)
    ]
    return "\n".join(lines)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--all", "every", is_flag=True, help="Ingest every installed feed.")
@click.option("--source", "names", multiple=True, metavar="NAME", help="Ingest this feed only.")
@click.option("--offline", is_flag=True, help="Read payloads from --fixtures.")
@click.option("--online", is_flag=True, help="Fetch payloads from their publishers.")
@click.option("--from-raw", is_flag=True, help="Rebuild tables from the payloads in data/raw.")
@click.option(
    "--fixtures",
    type=click.Path(path_type=Path),
    default=Path("tests/fixtures"),
    show_default=True,
    help="Folder with manifest.json.",
)
@click.option("--force-refresh", is_flag=True, help="Fetch even what is fresh (online).")
@click.option("--as-of", metavar="TIME", help="Clock, ISO 8601 with zone (offline).")
@click.option("--json", "as_json", is_flag=True, help="Print the summaries as JSON.")
@click.option("--quiet", is_flag=True, help="Print failures only.")
def cli(
    *,
    every: bool,
    names: tuple[str, ...],
    offline: bool,
    online: bool,
    from_raw: bool,
    fixtures: Path,
    force_refresh: bool,
    as_of: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Take feed payloads into the point-in-time tables.

    Exit codes: 0 all feeds whole, 1 not built, 2 usage, 4 a feed failed (its name is printed).
    """
    del force_refresh  # An ingest from fixtures always reads all of them.
    if [online, offline, from_raw].count(True) != 1:
        raise UsageError("choose one of --online and --offline (or --from-raw)")
    if every == bool(names):
        raise UsageError("choose one of --all and --source NAME")
    drivers = _chosen(installed_drivers(), names)
    if online:
        raise NotBuilt("online fetch comes in a later version; use --offline --fixtures DIR")
    store = FeedStore(Paths.from_environ(os.environ))
    if from_raw:
        clock = _set_clock(as_of, os.environ) or datetime.now(UTC)
        payloads = [p for driver in drivers for p in store.raw.payloads(driver.source)]
    else:
        manifest = Manifest(fixtures)
        clock = _set_clock(as_of, os.environ) or manifest.clock().astimezone(UTC)
        payloads = list(manifest.payloads(clock))
    summaries = ingest(drivers, payloads, store, clock)
    if as_json:
        document = {"schema": 1, "generated_at": clock, "offline": offline, "feeds": summaries}
        click.echo(encode_json(document), nl=False)
    elif not quiet:
        click.echo(render(summaries))
    failures = [f"{s.source}: {error}" for s in summaries for error in s.errors]
    if failures:
        raise DataError("; ".join(failures))


def _chosen(installed: Mapping[str, Driver[Any]], names: Sequence[str]) -> list[Driver[Any]]:
    unknown = sorted(set(names) - installed.keys())
    if unknown:
        raise UsageError(f"unknown feed {', '.join(unknown)}; there are {', '.join(installed)}")
    return [driver for name, driver in installed.items() if not names or name in names]


def _set_clock(as_of: str | None, environ: Mapping[str, str]) -> datetime | None:
    """Return the clock that was set: by the flag, else by the environment, else none."""
    text = as_of or environ.get(AS_OF_VARIABLE)
    if not text:
        return None
    try:
        clock = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"clock {text!r} is not ISO 8601") from error
    if clock.tzinfo is None:
        raise UsageError(f"clock {text!r} has no time zone; write 2025-06-11T10:30:00Z")
    return clock.astimezone(UTC)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; an error on purpose is one line on stderr."""
    try:
        cli.main(
            args=None if argv is None else list(argv), prog_name="ingest", standalone_mode=False
        )
    except KalshiAlphaError as error:
        click.echo(f"ingest: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        click.echo(f"ingest: {error.format_message()}", err=True)
        return error.exit_code
    except OSError as error:
        click.echo(f"ingest: {error}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
