from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.exec.plain import plain


@dataclass(frozen=True)
class Pair:
    price: Price
    side: Side


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Price(4200), "0.4200"),
        (Contracts(250), "2.50"),
        (Money(1_250_000), str(Money(1_250_000))),
        (0.1 + 0.2, 0.3),
        (datetime(2024, 12, 11, 11, 30, tzinfo=UTC), "2024-12-11T11:30:00Z"),
        (Side.NO, "no"),
        ((Pair(Price(1), Side.YES),), [{"price": "0.0001", "side": "yes"}]),
        (None, None),
        (7, 7),
    ],
)
def test_values_become_jsons_own(value: object, expected: object) -> None:
    found = plain(value)
    assert found == expected
    assert json.loads(json.dumps(found)) == expected
