from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from generators import TAPERED
from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.checks import check_ladders
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import SizingRule
from kalshi_alpha.core.proposals.proposal import ScanResult
from kalshi_alpha.core.proposals.scan import first_stops, scan
from kalshi_alpha.core.risk.pal import PalLimits
from kalshi_alpha.core.types import (
    Contracts,
    MarketStatus,
    Money,
    Price,
    Side,
    Strike,
    StrikeType,
)
from scan_cases import (
    AT,
    EVENT,
    GOLDEN,
    GRID,
    LIMITS,
    PERIOD,
    PMF,
    RISK,
    Scene,
    held,
    market,
    scene,
    scenes,
    snapshot,
)

TICKER = f"{EVENT}-T2"
# The first draw of a value at risk imports scipy, which would break a deadline by itself.
whole_scans = settings(max_examples=40, deadline=None)


def reason_of(result: ScanResult, ticker: str = TICKER) -> NotProposed | None:
    return next((each.reason for each in result.passed if each.market_ticker == ticker), None)


def test_the_golden_ladder_is_proposed_as_worked_out_by_hand() -> None:
    """One line of arithmetic per figure; the forecast says 0.57 for a market bid at 0.50.

    Joining at 0.50 earns 0.57 - 0.50 = 0.07 gross. The maker fee is 0.0175 * 0.25 = 0.004375 a
    contract, so the honest edge is 0.9 * 0.07 - 0.004375 - 0.005 = 0.053625; improving to 0.51
    would earn 0.9 * 0.06 - 0.00437325 - 0.005 = 0.04462675 at the same odds of a fill.
    Kelly: (0.558 - 0.504375) / (1 - 0.504375) = 0.053625 / 0.495625 = 0.1081967.
    Parameter risk: 0.053625**2 / (0.053625**2 + 0.02**2) = 0.877890.
    Stake: 0.25 * 0.877890 * 0.1081967 = 0.0237463 of $10,000, over 0.504375: 470.8 contracts.
    470 contracts cost $235 plus a fee of 2.05625, floored to 2.0563 by the balance step.
    """
    proposal = GOLDEN.run().proposals[0]

    assert (proposal.market_ticker, proposal.side) == (TICKER, Side.YES)
    assert (proposal.placement, proposal.price) == ("join", Price(5000))
    assert proposal.contracts == Contracts.whole(470)
    assert proposal.prob_model == pytest.approx(0.57)
    assert proposal.prob_market == pytest.approx(0.52)
    assert proposal.prob_honest == pytest.approx(0.50 + 0.9 * 0.07)
    assert proposal.kelly_fraction == pytest.approx(0.1081967, abs=1e-7)
    assert proposal.fee == Money.parse("2.0563")
    assert proposal.max_loss == Money.parse("237.0563")
    assert proposal.ev_raw == pytest.approx(0.07 - 2.0563 / 470)
    assert proposal.ev_honest == pytest.approx(0.063 - 0.005 - 2.0563 / 470)
    assert proposal.ev_order == pytest.approx(470 * 0.5 * proposal.ev_honest)
    assert proposal.ev_shrink.phi == pytest.approx(2.0563 / 470)
    assert proposal.staked_fraction == pytest.approx(0.02370563)
    assert proposal.pal_room == Money.parse("2500")


def test_the_rest_of_the_golden_ladder_is_passed_with_its_numbers() -> None:
    """Above 0.3: 0.9 * (0.25 - 0.24) - 0.0175 * 0.24 * 0.76 - 0.005 = 0.000808, below half a cent.

    The order can lose all it costs with probability 0.43, so that is its value at risk.
    """
    result = GOLDEN.run()
    (passed,) = result.passed

    assert (passed.reason, passed.side, passed.price) == (
        NotProposed.EV_BELOW_MINIMUM,
        Side.YES,
        Price(2400),
    )
    assert passed.ev_honest == pytest.approx(0.000808)
    assert passed.detail == "honest edge +0.08 c a contract, 0.50 c needed"
    assert result.var == pytest.approx(237.0563)
    assert result.negative_ev_after_fees == result.non_monotone_ladders == 0
    assert result.inconsistent_ladders == ()


def quoted(first: tuple[float, float] | None, second: tuple[float, float] = (24, 74)) -> Scene:
    return scene(snapshot({2: first, 3: second}))


def closed() -> Scene:
    markets = (replace(market(2), status=MarketStatus.CLOSED), market(3))
    return scene(snapshot({2: (50, 46), 3: (24, 74)}, markets=markets))


def fixed(contracts: int = 10, **sizing: object) -> Scene:
    return GOLDEN.sized(rule=SizingRule.FIXED, contracts=Contracts.whole(contracts), **sizing)


def rounded() -> Scene:
    """One contract at cent precision pays a fee of 1 c: 0.063 - 0.005 - 0.01 is below 5 c."""
    one = fixed(1)
    return replace(one, policy=replace(one.policy, min_ev=0.05, balance_step_e6=10_000))


FLIPS: dict[NotProposed, Callable[[], Scene]] = {
    NotProposed.MARKET_CLOSED: closed,
    NotProposed.NO_FORECAST: lambda: replace(GOLDEN, forecasts={}),
    NotProposed.NO_BOOK: lambda: quoted(None),
    NotProposed.ONE_SIDED_BOOK: lambda: quoted((50, 0)),
    NotProposed.CROSSED_BOOK: lambda: quoted((50, 52)),
    NotProposed.WIDE_SPREAD: lambda: quoted((40, 39)),
    # Above 0.3 is bid higher than above 0.2 is offered: six cents, of which fees take 3.4.
    NotProposed.MARKET_INCONSISTENT: lambda: quoted((50, 46), (60, 39)),
    NotProposed.NO_SKILL: lambda: replace(
        GOLDEN, policy=replace(GOLDEN.policy, no_skill=frozenset({EVENT}))
    ),
    # Both bids lie between cents after a change of ticks, and no cent lies between them.
    NotProposed.NO_POST_ONLY_PRICE: lambda: quoted((50.4, 49.1)),
    NotProposed.EV_BELOW_MINIMUM: lambda: replace(
        GOLDEN, policy=replace(GOLDEN.policy, min_ev=0.06)
    ),
    NotProposed.KELLY_BELOW_ONE_LOT: lambda: GOLDEN.sized(bankroll=Money.parse("20")),
    NotProposed.POSITION_LIMIT: lambda: replace(GOLDEN, limits={}),
    NotProposed.RISK_UNIT_CAP: lambda: fixed(kelly_cap=4e-5),
    NotProposed.VAR_LIMIT: lambda: replace(GOLDEN, risk=replace(RISK, limit=0.4)),
    NotProposed.EV_LOST_TO_FEE_ROUNDING: rounded,
}


@pytest.mark.parametrize("reason", FLIPS, ids=str)
def test_one_flip_gives_exactly_its_reason(reason: NotProposed) -> None:
    assert reason_of(GOLDEN.run()) is None
    assert reason_of(FLIPS[reason]().run()) is reason


def test_a_market_whose_terms_cannot_be_read_is_named() -> None:
    unreadable = {f"{EVENT}-T9": "strike type custom"}
    result = scene(snapshot({2: (50, 46)}, unreadable=unreadable)).run()

    assert reason_of(result, f"{EVENT}-T9") is NotProposed.BAD_MARKET
    assert result.passed[0].detail == "strike type custom"


def test_a_model_that_contradicts_itself_stops_the_ladder() -> None:
    """A forecast on a grid never does, so the finding itself is flipped."""
    priced = GOLDEN.priced()
    checks = check_ladders(priced.table, priced.prob_yes, AT)
    wrong = [replace(each, model_monotone=False) for each in checks]

    assert set(first_stops(priced, wrong, GOLDEN.policy)) == {NotProposed.NON_MONOTONE_MODEL}


def test_nothing_in_gives_nothing_out() -> None:
    result = Scene((), {}).run()
    assert (result.proposals, result.passed, result.checks, result.var) == ((), (), (), 0.0)


def test_a_forecast_without_any_book_proposes_nothing() -> None:
    result = scene(snapshot({2: None, 3: None})).run()
    assert {each.reason for each in result.passed} == {NotProposed.NO_BOOK}
    assert result.checks[0].market_exec_violations == 0


def test_an_event_that_comes_twice_is_refused() -> None:
    with pytest.raises(BadLadder, match="twice"):
        replace(GOLDEN, snapshots=GOLDEN.snapshots * 2).run()


def test_scanning_twice_gives_the_same_result() -> None:
    assert GOLDEN.run() == GOLDEN.run()


def test_a_no_order_is_priced_on_the_no_scale() -> None:
    """The forecast says 0.25 for above 0.3, bid 36 c and offered at 40 c: NO is worth 75 c.

    NO is bid at 60 c, so a NO order that joins pays 60 c and loses 60 c a contract, not 40.
    """
    (proposal,) = scene(snapshot({3: (36, 60)})).run().proposals

    assert (proposal.side, proposal.price) == (Side.NO, Price(6000))
    assert proposal.prob_model == pytest.approx(0.75)
    assert proposal.prob_market == pytest.approx(0.62)
    assert proposal.max_loss == Money.notional(Price(6000), proposal.contracts) + proposal.fee


@whole_scans
@given(scenes())
def test_no_proposal_has_a_loss_to_expect(case: Scene) -> None:
    result = case.run()
    assert result.negative_ev_after_fees == 0
    assert all(each.ev_honest >= case.policy.min_ev for each in result.proposals)


@whole_scans
@given(scenes())
def test_every_market_is_proposed_or_passed_exactly_once(case: Scene) -> None:
    result = case.run()
    seen = [p.market_ticker for p in result.proposals] + [p.market_ticker for p in result.passed]
    assert sorted(seen) == sorted(m.ticker for s in case.snapshots for m in s.ladder.markets)


@whole_scans
@given(scenes())
def test_every_price_is_on_its_grid_and_rests(case: Scene) -> None:
    listed = {m.ticker: m for s in case.snapshots for m in s.ladder.markets}
    books = {ticker: b for s in case.snapshots for ticker, b in s.books.items()}
    for proposal in case.run().proposals:
        yes = proposal.price if proposal.side is Side.YES else proposal.price.complement()
        assert listed[proposal.market_ticker].tick_grid.allows(yes)
        ask, bid = (
            books[proposal.market_ticker].best_ask(proposal.side),
            books[proposal.market_ticker].best_bid(proposal.side),
        )
        assert ask is not None
        assert bid is not None
        assert bid <= proposal.price < ask


@whole_scans
@given(scenes())
def test_the_value_at_risk_is_within_its_limit_or_nothing_is_proposed(case: Scene) -> None:
    result = case.run()
    assert result.var <= case.risk.limit or not result.proposals


def test_a_larger_bankroll_asks_for_proportionally_more() -> None:
    """470.8 contracts for $10,000: twice that is 941.6, three times 1,412.5."""
    for times in (2, 3):
        wide = {EVENT: PalLimits(Money.parse("100000"))}
        richer = replace(
            GOLDEN.sized(bankroll=Money(times * 10**10)), limits=wide, risk=replace(RISK, limit=1e6)
        )
        count = richer.run().proposals[0].contracts.count
        assert abs(count - times * 470.8) < 1.0


def mirrored(case: Scene) -> Scene:
    """Say "at most" for every "above", and exchange the sides of every book."""
    snapshots = []
    for each in case.snapshots:
        markets = tuple(
            replace(m, strike=Strike(StrikeType.LESS_OR_EQUAL, cap=m.strike.floor))
            for m in each.ladder.markets
        )
        books = {
            ticker: replace(b, yes_bids=b.no_bids, no_bids=b.yes_bids)
            for ticker, b in each.books.items()
        }
        snapshots.append(replace(each, ladder=replace(each.ladder, markets=markets), books=books))
    exposures = {
        event: [replace(e, side=e.side.other) for e in some]
        for event, some in case.exposures.items()
    }
    return replace(case, snapshots=tuple(snapshots), exposures=exposures)


@whole_scans
@given(
    st.lists(st.floats(0.01, 1.0), min_size=6, max_size=6),
    st.integers(5, 90),
    st.integers(2, 6),
    st.booleans(),
)
def test_a_mirrored_market_gives_the_mirrored_proposal(
    weights: list[float], bid: int, spread: int, tapered: bool
) -> None:
    ticks = TAPERED if tapered else market(2).tick_grid
    book = {2: (bid, 100 - bid - spread)}
    probs = np.array(weights) / sum(weights)
    lone = snapshot(book, markets=[market(2, ticks=ticks)])
    case = scene(lone, pmf=GridPmf(GRID, 0, probs))
    there, back = case.run(), mirrored(case).run()

    assert len(there.proposals) == len(back.proposals)
    for one, other in zip(there.proposals, back.proposals, strict=True):
        # Equally good sides are a draw that either market may decide its own way.
        assume(abs(one.prob_model - one.prob_market) > 1e-9)
        assert (one.side, one.price) == (other.side.other, other.price)
        assert one.ev_honest == pytest.approx(other.ev_honest, abs=1e-9)
        assert abs(one.contracts.e2 - other.contracts.e2) <= 100


def test_a_holding_is_counted_before_a_new_order() -> None:
    """2,300 dollars at risk on the strike leave 200 of its 2,500: 396 contracts at 50.4375 c."""
    case = replace(GOLDEN, exposures={EVENT: [held(2, 4600, 50, side=Side.NO)]})
    wide = replace(case, risk=replace(RISK, limit=1e6)).sized(bankroll=Money.parse("100000"))
    proposal = wide.run().proposals[0]

    assert proposal.pal_room == Money.parse("200")
    assert proposal.contracts == Contracts.whole(396)


def test_proposals_come_in_order_of_preference() -> None:
    """The same quote that locks its money for half the hours comes first."""
    soon, late = snapshot({2: (50, 46)}, "KXA-24NOV"), snapshot({2: (50, 46)}, "KXB-24NOV")
    closing = AT + (market(2).close_at - AT) * 2
    later = tuple(replace(m, close_at=closing) for m in late.ladder.markets)
    late = replace(late, ladder=replace(late.ladder, markets=later))

    result = scene(late, soon).run()

    assert [each.event_ticker for each in result.proposals] == ["KXA-24NOV", "KXB-24NOV"]


def test_the_forecast_of_another_period_does_not_count() -> None:
    other = {(f"of_{EVENT}", PERIOD.replace(month=4)): PMF}
    assert reason_of(replace(GOLDEN, forecasts=other).run()) is NotProposed.NO_FORECAST


def test_the_public_call_is_the_scene_run() -> None:
    from kalshi_alpha.core.proposals.holdings import Holdings

    direct = scan(
        GOLDEN.snapshots, GOLDEN.forecasts, Holdings({}, {EVENT: LIMITS}), GOLDEN.policy, RISK
    )
    assert direct == GOLDEN.run()
