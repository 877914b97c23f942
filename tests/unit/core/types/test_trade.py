from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.types import Contracts, Price, Side, Trade

AT = datetime(2025, 6, 11, 10, 31, tzinfo=UTC)


def test_a_print_says_when_how_many_and_who_took() -> None:
    trade = Trade("t1", "KXCPI-25MAY-T0.2", AT, Price(2300), Contracts.whole(5), Side.YES)
    assert (trade.contracts.count, trade.is_block) == (5.0, False)


@pytest.mark.parametrize(
    ("at", "count"), [(AT.replace(tzinfo=None), Contracts.whole(1)), (AT, Contracts(0))]
)
def test_a_print_without_a_zone_or_a_count_is_refused(at: datetime, count: Contracts) -> None:
    with pytest.raises(BadMarket, match="t1"):
        Trade("t1", "KXCPI-25MAY-T0.2", at, Price(2300), count, Side.YES)
