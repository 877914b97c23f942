"""Taking one feed's payloads in: keep the bytes, parse them, append what is new."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from kalshi_alpha.core.errors import DataError, DomainError, FutureData, MissingData
from kalshi_alpha.datastore.feed_summary import FeedSummary
from kalshi_alpha.datastore.feeds import Driver, Newest, Payload
from kalshi_alpha.datastore.tables import FeedStore, Observation, PointInTimeTable

_NEW_YORK = ZoneInfo("America/New_York")


@dataclass(slots=True)
class _Intake:
    """What has come of one feed so far."""

    rows: list[Any] = field(default_factory=list)
    new_rows: int = 0
    size: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def take_in(
    driver: Driver[Any], payloads: Sequence[Payload], store: FeedStore, clock: datetime
) -> FeedSummary:
    """Take in one feed's payloads in the order given, and write what it shows people.

    A payload that is refused is kept as bytes and named in the summary; the others are taken
    in. Doing it again adds nothing.
    """
    intake = _Intake()
    try:
        received = {(r.retrieved_at, r.sha256) for r in store.raw.receipts(driver.source)}
        table = store.table(driver.table)
        for payload in payloads:
            _take(driver, payload, store, table, received, intake)
        _look_at(driver, table, store, clock, intake)
    except (DataError, DomainError) as error:
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
        origin=" + ".join(dict.fromkeys(p.origin for p in payloads if p.origin)),
        off=not (payloads or intake.size or intake.errors),
    )


def _look_at(
    driver: Driver[Any],
    table: PointInTimeTable,
    store: FeedStore,
    clock: datetime,
    intake: _Intake,
) -> None:
    """Read the table as of the clock and write what the feed publishes from it."""
    frame = table.read(clock)
    intake.size = frame.height
    if not intake.size and driver.optional and not intake.errors:
        return
    if not intake.size:
        raise MissingData(f"{driver.source}: nothing received by {clock:%Y-%m-%dT%H:%M:%SZ}")
    if not intake.rows:
        # Nothing new was read: the newest value is one that was known before.
        intake.rows = [SimpleNamespace(**row) for row in frame.to_dicts()]
    if driver.publish is not None:
        driver.publish(frame.to_dicts(), store.paths, clock)


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
        parsed = driver.read(payload)
        observations = [_observation(driver, row, payload) for row in parsed.rows]
        intake.new_rows += table.append(
            observations, retrieved_at=payload.retrieved_at, raw_sha256=receipt.sha256
        )
    except (DataError, DomainError) as error:
        where = f" [{payload.name}]" if payload.name else ""
        intake.errors.append(f"{type(error).__name__}: {error}{where}")
        return
    intake.errors += parsed.refused
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
