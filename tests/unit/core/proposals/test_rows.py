from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.core.proposals.allotment import allot
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.proposal import Passed, Proposal
from kalshi_alpha.core.proposals.rows import passed_rows, proposal_rows
from kalshi_alpha.core.types import Price, Side
from scan_cases import EVENT, GOLDEN, LIMITS, Scene, scene, snapshot


def rows(case: Scene, *stopped: NotProposed | None) -> tuple[list[Proposal], list[Passed]]:
    priced = case.priced()
    found = allot(priced, stopped, Holdings({}, {EVENT: LIMITS}), case.policy, case.risk)
    return (
        list(proposal_rows(found, case.policy)),
        list(passed_rows(priced, found, case.policy)),
    )


def test_a_proposal_names_its_market_ladder_and_strike() -> None:
    (proposal,), _ = rows(GOLDEN, None, NotProposed.NO_BOOK)
    assert proposal.market_ticker == f"{EVENT}-T2"
    assert (proposal.series_ticker, proposal.risk_unit) == ("KXCPI", "CPI:2024-12-11")
    assert (proposal.strike, proposal.placement) == ("> 0.2", "join")
    assert proposal.closes_at == GOLDEN.snapshots[0].ladder.markets[0].close_at


def test_a_proposal_says_what_stands_between_raw_and_honest() -> None:
    (proposal,), _ = rows(GOLDEN, None, NotProposed.NO_BOOK)
    parts = proposal.ev_shrink
    assert (parts.s, parts.w_bin, parts.lambda_adv) == (0.9, 1.0, 0.005)
    gross = proposal.prob_model - proposal.price.dollars
    assert proposal.ev_raw == pytest.approx(gross - parts.phi)
    honest = parts.s * parts.w_bin * gross - parts.phi - parts.lambda_adv
    assert proposal.ev_honest == pytest.approx(honest)


def test_what_is_passed_shows_the_quote_that_was_looked_at() -> None:
    _, (first, second) = rows(GOLDEN, NotProposed.VAR_LIMIT, NotProposed.EV_BELOW_MINIMUM)
    assert (first.side, first.price) == (Side.YES, Price(5000))
    assert first.detail == NotProposed.VAR_LIMIT.meaning
    assert second.detail == "honest edge +0.08 c a contract, 0.50 c needed"


def test_without_a_quote_only_the_probability_is_shown() -> None:
    case = scene(snapshot({2: None}))
    _, (passed,) = rows(case, NotProposed.NO_BOOK)
    assert passed.prob_model == pytest.approx(0.57)
    quote = (passed.side, passed.price, passed.prob_market, passed.ev_honest)
    assert quote == (None, None, None, None)


def test_without_a_forecast_no_number_is_shown() -> None:
    case = replace(GOLDEN, forecasts={})
    _, (first, _) = rows(case, NotProposed.NO_FORECAST, NotProposed.NO_FORECAST)
    assert (first.prob_model, first.price, first.ev_raw) == (None, None, None)


def test_unreadable_markets_come_last_with_what_was_wrong() -> None:
    case = scene(snapshot({2: (50, 46)}, unreadable={f"{EVENT}-T9": "no strike"}))
    _, passed = rows(case, NotProposed.WIDE_SPREAD)
    assert [each.reason for each in passed] == [NotProposed.WIDE_SPREAD, NotProposed.BAD_MARKET]
    assert (passed[1].detail, passed[1].strike) == ("no strike", "")


def test_numbers_are_pythons_own() -> None:
    """Rows are written as JSON, which knows no numpy scalars."""
    (proposal,), (passed,) = rows(GOLDEN, None, NotProposed.EV_BELOW_MINIMUM)
    for each in (proposal, passed):
        values = (getattr(each, name) for name in type(each).__slots__)
        assert not any(isinstance(value, np.generic) for value in values)
