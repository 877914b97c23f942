from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from generators import TAPERED
from kalshi_alpha.core.errors import BadLadder, BadStrike
from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.ladder import UNBOUNDED_ABOVE
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.proposals.tick_table import ABSENT
from kalshi_alpha.core.types import MarketStatus, Strike, StrikeType
from scan_cases import AT, GOLDEN, market, scene, snapshot


def test_a_row_holds_what_the_market_and_its_book_say() -> None:
    table = GOLDEN.table()
    assert table.yes_bid.tolist() == [5000, 2400]
    assert table.no_bid.tolist() == [4600, 7400]
    assert table.lo.tolist() == [3, 4]
    assert table.hi.tolist() == [UNBOUNDED_ABOVE] * 2
    assert table.age_s.tolist() == [5.0, 5.0]
    assert table.has_book.all()
    assert table.is_open.all()
    assert table.maker_rate.tolist() == [175_000_000] * 2  # 0.0175


def test_rows_are_grouped_by_ladder() -> None:
    first, second = snapshot({2: (50, 46)}, "KXA-24NOV"), snapshot({1: None, 4: None}, "KXB-24NOV")
    table = scene(first, second).table()
    assert table.ladder_of.tolist() == [0, 1, 1]
    assert table.starts.tolist() == [0, 1, 3]
    assert table.rows_of(1) == slice(1, 3)


def test_what_is_absent_is_marked() -> None:
    table = scene(snapshot({2: None, 3: (24, 0)})).table()
    assert table.has_book.tolist() == [False, True]
    assert table.yes_bid.tolist() == [ABSENT, 2400]
    assert table.no_bid.tolist() == [ABSENT, ABSENT]
    assert np.isnan(table.age_s).tolist() == [True, False]


def test_a_market_is_open_by_status_and_clock() -> None:
    markets = [
        market(2),
        replace(market(3), status=MarketStatus.INACTIVE),
        replace(market(4), close_at=AT),
    ]
    table = scene(snapshot({2: None, 3: None, 4: None}, markets=markets)).table()
    assert table.is_open.tolist() == [True, False, False]


def test_fee_rates_are_those_of_the_event() -> None:
    free = replace(snapshot({2: None}), fee_terms=FeeTerms(FeeType.QUADRATIC, Decimal(1)))
    assert scene(free).table().maker_rate.tolist() == [0]


def test_equal_grids_share_a_row_of_the_tick_table() -> None:
    markets = [market(2), market(3, ticks=TAPERED), market(4)]
    table = scene(snapshot({2: None, 3: None, 4: None}, markets=markets)).table()
    assert table.grid_of.tolist() == [0, 1, 0]
    assert table.ticks.up.shape[0] == 2


def test_an_event_may_come_once() -> None:
    with pytest.raises(BadLadder):
        MarketTable.build(GOLDEN.snapshots * 2, AT)


def test_a_market_that_never_pays_is_refused() -> None:
    never = Strike(StrikeType.BETWEEN, floor=Decimal("0.31"), cap=Decimal("0.39"))
    with pytest.raises(BadStrike):
        scene(snapshot({2: None}, markets=[market(2, strike=never)])).table()
