from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.feeds import Endpoint, Payload, TableSchema


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
