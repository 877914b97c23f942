from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.proposals.allotment import Allotment, allot
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import SizingRule
from kalshi_alpha.core.risk.pal import PalLimits
from kalshi_alpha.core.types import Contracts, Money, Side
from scan_cases import EVENT, GOLDEN, LIMITS, RISK, Scene, held, scene, snapshot

# YES above 0.2 at 50 c is worth more than YES above 0.3 at 22 c.
TWO = scene(snapshot({2: (50, 46), 3: (22, 74)}))


def allotted(case: Scene, *stopped: NotProposed | None) -> Allotment:
    priced = case.priced()
    reasons = stopped or (None,) * len(priced.table.markets)
    return allot(priced, reasons, Holdings(case.exposures, case.limits), case.policy, case.risk)


def test_what_was_stopped_stays_stopped() -> None:
    found = allotted(TWO, None, NotProposed.WIDE_SPREAD)
    assert found.legs.rows.tolist() == [0]
    assert found.stopped == [None, NotProposed.WIDE_SPREAD]


def test_nothing_to_allot_still_measures_what_is_held() -> None:
    """Ten YES at 50 c can lose $5, and do so with probability 0.43."""
    case = replace(TWO, exposures={EVENT: [held(2, 10, 50)]})
    found = allotted(case, NotProposed.NO_BOOK, NotProposed.NO_BOOK)
    assert found.legs.rows.size == 0
    assert found.var == pytest.approx(5.0)


def test_the_better_order_takes_the_room_first() -> None:
    """Merit per dollar and hour: 0.0536 / 0.504 = 0.106 against 0.0190 / 0.223 = 0.085."""
    tight = replace(TWO, limits={EVENT: PalLimits(Money.parse("230"))})
    found = allotted(tight)
    assert found.legs.rows[0] == 0
    assert found.rooms[0] == Money.parse("230")
    assert found.stopped[1] is NotProposed.POSITION_LIMIT


def test_rooms_and_sizes_follow_the_orders_that_remain() -> None:
    found = allotted(TWO)
    assert found.legs.rows.tolist() == [0, 1]
    assert len(found.rooms) == found.sizes.kelly.size == 2
    assert found.sizes.prob_honest[0] == pytest.approx(0.563)


def test_a_value_at_risk_limit_cuts_to_a_step_of_its_share() -> None:
    """470 contracts can lose $237.06; a limit of $120 leaves 32 of 64 shares, 235 contracts."""
    found = allotted(replace(GOLDEN, risk=replace(RISK, limit=120.0)), None, NotProposed.NO_BOOK)
    assert found.legs.contracts_e2.tolist() == [23_500]
    assert found.var == pytest.approx(235 * 0.5 + 1.0282, abs=1e-4)


def test_holdings_beyond_the_value_at_risk_limit_leave_no_room() -> None:
    case = replace(GOLDEN, exposures={EVENT: [held(2, 1000, 50, side=Side.YES)]})
    found = allotted(replace(case, risk=replace(RISK, limit=120.0)), None, NotProposed.NO_BOOK)
    assert found.stopped[0] is NotProposed.VAR_LIMIT
    assert found.var == pytest.approx(500.0)


def test_the_cap_on_one_piece_of_news_scales_its_orders() -> None:
    """A fixed hundred at 50.4375 c against a cap of $25: 49.57 %, so 49 contracts."""
    case = GOLDEN.sized(rule=SizingRule.FIXED, contracts=Contracts.whole(100), kelly_cap=0.0025)
    found = allotted(case, None, NotProposed.NO_BOOK)
    assert found.legs.contracts_e2.tolist() == [4900]


def test_an_order_that_a_cap_made_too_small_for_its_fee_is_dropped() -> None:
    """One contract at cent precision pays 1 c, and 4.8 c remain of the 5.36 c."""
    case = GOLDEN.sized(rule=SizingRule.FIXED, contracts=Contracts.whole(100), kelly_cap=6e-5)
    policy = replace(case.policy, min_ev=0.05, balance_step_e6=10_000)
    found = allotted(replace(case, policy=policy), None, NotProposed.NO_BOOK)
    assert found.stopped[0] is NotProposed.EV_LOST_TO_FEE_ROUNDING


def test_two_events_have_limits_of_their_own() -> None:
    case = scene(snapshot({2: (50, 46)}, "KXA-24NOV"), snapshot({2: (50, 46)}, "KXB-24NOV"))
    limits = {"KXA-24NOV": PalLimits(Money.parse("10")), "KXB-24NOV": LIMITS}
    assert sorted(allotted(replace(case, limits=limits)).legs.contracts_e2.tolist()) == [
        1900,
        47_000,
    ]
