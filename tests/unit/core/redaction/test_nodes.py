from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import NamedTuple

import msgspec
import pytest

from kalshi_alpha.core.redaction.names import Secrecy
from kalshi_alpha.core.redaction.nodes import Binary, Branch, Child, Leaf, Number, node


class Colour(Enum):
    RED = "red"


class Point(NamedTuple):
    x: int


@dataclass
class Fill:
    price: str


class Frame(msgspec.Struct):
    token: str


def test_null_true_and_false_are_no_node() -> None:
    assert [node(value) for value in (None, True, False)] == [None, None, None]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (3, Number(3)),
        (0.5, Number(0.5)),
        (2**80, Leaf(str(2**80))),
        ("x", Leaf("x")),
        ("\ud800", Leaf("\\ud800")),
        (b"text", Leaf("text")),
        (bytearray(b"text"), Leaf("text")),
        (b"\xff\x00", Binary(2)),
        (Colour.RED, Leaf("red")),
        (PurePosixPath("/a/b"), Leaf("/a/b")),
        (Decimal("1.50"), Leaf("1.50", never_secret=True)),
        (date(2025, 6, 11), Leaf("2025-06-11", never_secret=True)),
        (datetime(2025, 6, 11, tzinfo=UTC), Leaf("2025-06-11 00:00:00+00:00", never_secret=True)),
        (timedelta(seconds=1), Leaf("0:00:01", never_secret=True)),
    ],
)
def test_scalars_become_numbers_and_texts(value: object, found: object) -> None:
    assert node(value) == found


@pytest.mark.parametrize("value", [Fill("0.34"), {"price": "0.34"}])
def test_fields_are_the_children_of_mappings_and_dataclasses(value: object) -> None:
    assert node(value) == Branch([Child("price", "0.34", Secrecy.ORDINARY)], is_list=False)


def test_structs_and_named_tuples_are_read_by_their_fields() -> None:
    assert node(Frame("t")) == Branch([Child("token", "t", Secrecy.TEXT_SECRET)], is_list=False)
    assert node(Point(1)) == Branch([Child("x", 1, Secrecy.ORDINARY)], is_list=False)


def test_a_pair_of_a_secret_name_and_an_opaque_value_is_a_header() -> None:
    said = [child.secrecy for child in branch(["token", "a1b2"]).children]
    assert said == [Secrecy.ORDINARY, Secrecy.TEXT_SECRET]
    said = [child.secrecy for child in branch(["token", "bucket"]).children]
    assert said == [Secrecy.ORDINARY, Secrecy.ORDINARY]


def test_a_value_beside_a_secret_name_is_a_secret() -> None:
    found = branch({"name": "Cookie", "value": "s=1"})
    assert found.children[1] == Child("value", "s=1", Secrecy.TEXT_SECRET)


def test_an_exception_is_its_name_and_its_arguments() -> None:
    assert [child.value for child in branch(ValueError("x", 2)).children] == ["ValueError", "x", 2]


def branch(value: object) -> Branch:
    found = node(value)
    assert isinstance(found, Branch)
    return found
