from __future__ import annotations

import logging
from typing import ClassVar

import msgspec
import pytest

from kalshi_alpha.brokers.kalshi.strict import StrictDecoder, unknown_fields
from kalshi_alpha.core.errors import ParseRefused


class Inner(msgspec.Struct):
    price: str

    UNREAD: ClassVar[frozenset[str]] = frozenset({"old"})


class Outer(msgspec.Struct):
    inner: Inner | None
    rows: tuple[Inner, ...] | None = None
    loose: object = None


BODY = (
    b'{"inner":{"price":"1","old":2,"new":3},"rows":[{"price":"1"},{"price":"2","other":1}],'
    b'"loose":{"any":1},"late":null}'
)


def test_fields_are_unknown_that_are_neither_read_nor_named_as_unread() -> None:
    assert unknown_fields(msgspec.json.decode(BODY), Outer) == {
        ("Inner", "new"),
        ("Inner", "other"),
        ("Outer", "late"),
    }


def test_an_unknown_field_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    decoder = StrictDecoder()
    for _ in range(3):
        assert decoder.decode(BODY, Outer).inner == Inner("1")
    assert sorted(record.getMessage() for record in caplog.records) == [
        "unknown field 'late' in the venue's Outer",
        "unknown field 'new' in the venue's Inner",
        "unknown field 'other' in the venue's Inner",
    ]


@pytest.mark.parametrize(
    "body",
    [b'{"inner":{}}', b"{}", b'{"inner":{"price":1}}', b"", b"\xff", b"[" * 100_000, b"<html>"],
)
def test_what_is_not_the_reply_is_refused(body: bytes) -> None:
    with pytest.raises(ParseRefused, match="kalshi: Outer: "):
        StrictDecoder().decode(body, Outer)


def test_missing_and_null_are_alike_only_where_a_field_may_be_absent() -> None:
    decoder = StrictDecoder()
    assert decoder.decode(b'{"inner":null}', Outer).rows is None
    with pytest.raises(ParseRefused):
        decoder.decode(b'{"inner":{"price":null}}', Outer)
