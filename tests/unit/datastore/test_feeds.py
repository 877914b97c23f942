from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.feeds import (
    Driver,
    Endpoint,
    Newest,
    Parsed,
    Payload,
    TableSchema,
)


@pytest.mark.parametrize(("key", "span"), [((), None), (("month",), None), (("day",), "month")])
def test_a_key_or_span_that_is_no_column_is_refused(key: tuple[str, ...], span: str | None) -> None:
    with pytest.raises(BadParameter):
        TableSchema("feed", (("day", "date"), ("value", "int")), key, span)


def test_what_payloads_are_complete_by_is_a_column_of_the_key() -> None:
    columns = (("by", "text"), ("day", "date"), ("value", "int"))
    assert TableSchema("feed", columns, ("by", "day"), "day", "by").apart == "by"
    with pytest.raises(BadParameter):
        TableSchema("feed", columns, ("by", "day"), "day", "value")


def test_an_endpoint_follows_no_redirect_unless_told_so() -> None:
    assert Endpoint("feed", frozenset({"feed.example"})).redirect is None


def test_a_schema_names_its_columns_in_order() -> None:
    schema = TableSchema("feed", (("day", "date"), ("value", "int")), ("day",))
    assert schema.names == ("day", "value")


def test_a_payload_needs_the_zone_of_its_time() -> None:
    Payload("feed", b"", datetime(2025, 6, 11, tzinfo=UTC))
    with pytest.raises(BadParameter, match="time zone"):
        Payload("feed", b"", datetime(2025, 6, 11))  # noqa: DTZ001


def test_a_payload_is_read_with_its_receipt_only_where_its_bytes_say_too_little() -> None:
    received_at = datetime(2025, 6, 11, tzinfo=UTC)
    driver: Driver[object] = Driver(
        source="feed",
        suffix="txt",
        table=TableSchema("feed", (("day", "date"),), ("day",)),
        parse=lambda body: Parsed((body,)),
        fetch=lambda _access, _at: (),
        dated_on=lambda _: None,
        earliest_at=lambda _: None,
        newest=lambda _: Newest("", None),
    )
    payload = Payload("feed", b"11/06", received_at)
    assert driver.read(payload).rows == (b"11/06",)
    dated = replace(driver, parse_received=lambda body, at: Parsed(((body, at),)))
    assert dated.read(payload).rows == ((b"11/06", received_at),)
