from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import BadParameter, ParseRefused
from kalshi_alpha.datastore.feeds import (
    Driver,
    FeedAccess,
    Newest,
    Parsed,
    Payload,
    TableSchema,
)
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.datastore.take_in import take_in

CLOCK = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Reading:
    on: date
    value: int


def parse(body: bytes) -> Parsed[Reading]:
    if body == b"<html>":
        raise ParseRefused("feed", "a web page")
    return Parsed((Reading(date(2025, 6, 10), int(body)),))


def fetch(access: FeedAccess, at: datetime) -> Iterator[Payload]:
    yield from ()


FEED: Driver[Reading] = Driver(
    source="feed",
    suffix="txt",
    table=TableSchema("feed", (("on", "date"), ("value", "int")), ("on",)),
    parse=parse,
    fetch=fetch,
    dated_on=lambda row: row.on,
    earliest_at=lambda _: None,
    newest=lambda rows: Newest(str(rows[-1].value), rows[-1].on),
)


def payload(body: bytes, hours_ago: int = 1, origin: str = "") -> Payload:
    return Payload("feed", body, CLOCK - timedelta(hours=hours_ago), origin=origin)


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(Paths(tmp_path))


def test_origins_are_named_once_each_in_order(store: FeedStore) -> None:
    payloads = [payload(b"1", 3, "a"), payload(b"2", 2, "b"), payload(b"3", 1, "a")]
    assert take_in(FEED, payloads, store, CLOCK).origin == "a + b"


def test_where_nothing_new_came_the_newest_known_value_is_shown(store: FeedStore) -> None:
    assert take_in(FEED, [payload(b"7")], store, CLOCK).newest == "7"
    later = take_in(FEED, [], store, CLOCK + timedelta(days=1))
    assert (later.newest, later.age_days, later.new_rows, later.errors) == ("7", 2, 0, ())


def test_what_people_read_is_written_from_the_rows_as_of_the_clock(store: FeedStore) -> None:
    seen: list[object] = []

    def publish(rows: Sequence[Mapping[str, object]], paths: Paths, at: datetime) -> None:
        seen.append(([row["value"] for row in rows], paths.root, at))

    driver = replace(FEED, publish=publish)
    assert take_in(driver, [payload(b"1", 2), payload(b"<html>", 1)], store, CLOCK).rows == 1
    assert seen == [([1], store.paths.root, CLOCK)]


def test_what_cannot_be_written_is_a_failure_of_its_feed(store: FeedStore) -> None:
    def publish(rows: Sequence[Mapping[str, object]], paths: Paths, at: datetime) -> None:
        raise BadParameter("no such column")

    summary = take_in(replace(FEED, publish=publish), [payload(b"1")], store, CLOCK)
    assert summary.errors == ("BadParameter: no such column",)
    assert summary.rows == 1


def test_a_feed_without_rows_publishes_nothing(store: FeedStore) -> None:
    def publish(rows: Sequence[Mapping[str, object]], paths: Paths, at: datetime) -> None:
        raise AssertionError

    summary = take_in(replace(FEED, publish=publish), [], store, CLOCK)
    assert summary.errors == ("MissingData: feed: nothing received by 2025-06-11T10:30:00Z",)


def test_a_desk_may_do_without_an_optional_feed(store: FeedStore) -> None:
    optional = replace(FEED, optional=True)
    summary = take_in(optional, [], store, CLOCK)
    assert (summary.state, summary.errors) == ("off", ())
    refused = take_in(optional, [payload(b"<html>")], store, CLOCK)
    assert (refused.state, len(refused.errors)) == ("FAILED", 2)
    assert take_in(optional, [payload(b"1", 0)], store, CLOCK).state == "ok"


def test_what_is_refused_inside_a_payload_fails_the_feed_and_keeps_the_rest(
    store: FeedStore,
) -> None:
    def half(body: bytes) -> Parsed[Reading]:
        return replace(parse(body), refused=("Contradiction: 999 F",))

    found = take_in(replace(FEED, parse=half), [payload(b"7")], store, CLOCK)
    assert (found.rows, found.errors) == (1, ("Contradiction: 999 F",))


def by_receipt(body: bytes, received_at: datetime) -> Parsed[Reading]:
    return Parsed((Reading(received_at.date(), int(body)),))


def test_a_table_rebuilt_from_kept_bytes_is_dated_by_their_first_receipt(
    store: FeedStore, tmp_path: Path
) -> None:
    driver = replace(FEED, parse_received=by_receipt)
    payloads = [payload(b"7", 48), payload(b"8", 24), payload(b"9", 1)]
    take_in(driver, payloads, store, CLOCK)
    again = FeedStore(Paths(tmp_path / "rebuilt"))
    kept = list(store.raw.payloads("feed"))
    take_in(driver, kept, again, CLOCK + timedelta(days=400))
    first, second = (s.table(driver.table).read(CLOCK) for s in (store, again))
    assert first["on"].to_list() == [date(2025, 6, 9), date(2025, 6, 10), date(2025, 6, 11)]
    assert second.to_dicts() == first.to_dicts()
