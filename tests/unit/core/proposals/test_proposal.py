from __future__ import annotations

from dataclasses import replace

from kalshi_alpha.core.proposals.proposal import LadderCheck, ScanResult
from scan_cases import AT, GOLDEN

SOUND = LadderCheck(
    event_ticker="KXCPI-24NOV",
    model_monotone=True,
    market_mid_violations=0,
    market_exec_violations=0,
    market_exec_violations_after_fees=0,
    repair_l1=0.0,
)


def result(*checks: LadderCheck) -> ScanResult:
    return ScanResult(at=AT, proposals=(), passed=(), checks=checks, var=0.0)


def test_a_model_that_contradicts_itself_is_counted() -> None:
    assert result(SOUND, replace(SOUND, model_monotone=False)).non_monotone_ladders == 1


def test_only_an_arbitrage_after_fees_makes_a_ladder_inconsistent() -> None:
    dear = replace(SOUND, market_exec_violations=1)
    free = replace(dear, event_ticker="KXB-24NOV", market_exec_violations_after_fees=1)
    assert result(dear, free).inconsistent_ladders == ("KXB-24NOV",)


def test_a_proposal_that_expects_no_profit_is_counted() -> None:
    (proposal,) = GOLDEN.run().proposals
    flat, losing = replace(proposal, ev_honest=0.0), replace(proposal, ev_honest=-0.01)
    found = replace(result(), proposals=(proposal, flat, losing))
    assert found.negative_ev_after_fees == 2
