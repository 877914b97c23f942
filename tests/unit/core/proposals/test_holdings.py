from __future__ import annotations

from kalshi_alpha.core.proposals.holdings import Holdings
from scan_cases import EVENT, LIMITS, held


def test_holdings_are_looked_up_by_event() -> None:
    holdings = Holdings({EVENT: [held(2, 10, 50)]}, {EVENT: LIMITS})
    assert holdings.exposures[EVENT][0].contracts.count == 10
    assert "KXOTHER-24NOV" not in holdings.limits
