from __future__ import annotations

from decimal import Decimal

import pytest

from kalshi_alpha.core.errors import BadStrike
from kalshi_alpha.core.types import Strike, StrikeType


@pytest.mark.parametrize(
    ("kind", "floor", "cap"),
    [
        (StrikeType.GREATER, None, Decimal(1)),
        (StrikeType.GREATER_OR_EQUAL, None, None),
        (StrikeType.LESS, Decimal(1), None),
        (StrikeType.LESS_OR_EQUAL, None, None),
        (StrikeType.BETWEEN, Decimal(1), None),
        (StrikeType.BETWEEN, None, Decimal(1)),
        (StrikeType.GREATER, Decimal("NaN"), None),
        (StrikeType.LESS, None, Decimal("Infinity")),
    ],
)
def test_a_missing_or_endless_bound_cannot_be_built(
    kind: StrikeType, floor: Decimal | None, cap: Decimal | None
) -> None:
    with pytest.raises(BadStrike, match=kind):
        Strike(kind, floor, cap)


@pytest.mark.parametrize(
    ("strike", "text"),
    [
        (Strike(StrikeType.GREATER, Decimal("0.3")), "> 0.3"),
        (Strike(StrikeType.GREATER_OR_EQUAL, Decimal(215000)), ">= 215000"),
        (Strike(StrikeType.LESS, None, Decimal(63)), "< 63"),
        (Strike(StrikeType.LESS_OR_EQUAL, None, Decimal(63)), "<= 63"),
        (Strike(StrikeType.BETWEEN, Decimal(63), Decimal(64)), "63 to 64"),
    ],
)
def test_a_strike_reads_as_its_rule(strike: Strike, text: str) -> None:
    assert str(strike) == text
