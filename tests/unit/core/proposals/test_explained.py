from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from kalshi_alpha.core.proposals.explained import explained_markets
from kalshi_alpha.core.proposals.explained_market import ExplainedMarket
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import Pooling
from kalshi_alpha.core.proposals.scan import ScanTrace, traced_scan
from kalshi_alpha.core.risk.pal import PalLimits
from kalshi_alpha.core.types import Contracts, Money
from scan_cases import EVENT, GOLDEN, RISK, Scene, held, scene, scenes, snapshot


def traced(case: Scene) -> ScanTrace:
    holdings = Holdings(case.exposures, case.limits)
    _, trace = traced_scan(case.snapshots, case.forecasts, holdings, case.policy, case.risk)
    assert trace is not None
    return trace


def explained(case: Scene) -> tuple[ExplainedMarket, ...]:
    return explained_markets(traced(case))


def caps(market: ExplainedMarket) -> dict[str, tuple[float, float, Contracts | None]]:
    return {each.cap: (each.limit, each.room, each.contracts) for each in market.caps}


def test_without_a_ladder_there_is_nothing_to_trace() -> None:
    empty = scene()
    result, trace = traced_scan((), {}, Holdings({}, {}), empty.policy, empty.risk)
    assert (result.passed, trace) == ((), None)


def test_the_numbers_are_those_of_the_proposal_to_the_last_digit() -> None:
    [proposal] = GOLDEN.run().proposals
    found = explained(GOLDEN)[0]
    quote, size, order = found.quote, found.size, found.order
    assert quote is not None
    assert size is not None
    assert order is not None
    assert found.market.ticker == proposal.market_ticker
    for name in ("side", "placement", "price", "prob_model", "prob_market", "prob_pooled"):
        assert getattr(quote, name) == getattr(proposal, name)
    assert (quote.prob_honest, quote.fill_ratio) == (proposal.prob_honest, proposal.fill_ratio)
    assert size.kelly_fraction == proposal.kelly_fraction
    for name in ("contracts", "fee", "max_loss", "ev_raw", "ev_honest", "ev_order"):
        assert getattr(order, name) == getattr(proposal, name)
    rooms = caps(found)
    assert Money(round(1e6 * min(rooms["strike"][1], rooms["ladder"][1]))) == proposal.pal_room
    assert found.stopped is None


def test_the_chain_of_the_golden_market_by_hand() -> None:
    """P(> 0.2) is 0.57, the book 50/54; 470 contracts put about $237 at risk."""
    found = explained(GOLDEN)[0]
    assert found.prob_model == pytest.approx(0.57)
    assert found.prob_market == 0.52
    assert found.prob_pooled == found.prob_model
    assert found.pool_weight is None
    assert (found.interval.lo, found.interval.hi) == (3, None)
    assert found.size is not None
    assert found.size.contracts == Contracts.whole(470)
    all_of_it = Contracts.whole(470)
    rooms = caps(found)
    assert rooms["strike"] == (2500.0, 2500.0, all_of_it)
    assert rooms["ladder"] == (3000.0, 3000.0, all_of_it)
    assert rooms["unit"] == (2500.0, 2500.0, all_of_it)
    assert rooms["var"][0] == RISK.limit
    assert rooms["var"][1] == pytest.approx(RISK.limit - 237.0, abs=0.1)
    assert rooms["var"][2] == all_of_it


def test_a_market_below_the_least_edge_still_shows_what_it_would_ask_for() -> None:
    found = explained(GOLDEN)[1]
    assert found.stopped is NotProposed.EV_BELOW_MINIMUM
    assert found.quote is not None
    assert found.quote.ev_honest == pytest.approx(0.0008, abs=1e-4)
    assert found.size is not None
    assert 0.0 < found.size.kelly_fraction < 0.01
    assert found.order is None
    # It had no turn: the order beside it has taken its $237 of the ladder.
    limit, room, left = caps(found)["ladder"]
    assert (limit, left) == (3000.0, None)
    assert room == pytest.approx(3000.0 - 237.0, abs=0.1)


def test_a_market_without_a_book_ends_at_the_model() -> None:
    [found] = explained(scene(snapshot({2: None})))
    assert found.stopped is NotProposed.NO_BOOK
    assert found.prob_model == pytest.approx(0.57)
    assert (found.book, found.prob_market, found.quote, found.size) == (None, None, None, None)


def test_a_market_without_a_forecast_still_shows_the_market() -> None:
    found = explained(replace(GOLDEN, forecasts={}))[0]
    assert found.stopped is NotProposed.NO_FORECAST
    assert (found.prob_model, found.prob_pooled, found.prob_market) == (None, None, 0.52)


def test_what_is_held_takes_room_of_every_cap() -> None:
    case = replace(GOLDEN, exposures={EVENT: [held(2, 100, 50)]})
    rooms = caps(explained(case)[0])
    assert rooms["strike"][:2] == (2500.0, 2450.0)
    assert rooms["ladder"][:2] == (3000.0, 2950.0)
    assert rooms["unit"][:2] == (2500.0, 2450.0)


def test_a_position_limit_tells_what_it_left() -> None:
    found = explained(replace(GOLDEN, limits={EVENT: PalLimits(Money.parse("60"))}))[0]
    assert caps(found)["ladder"] == (60.0, 60.0, Contracts.whole(118))
    assert found.order is not None
    assert found.order.contracts == Contracts.whole(118)


def test_an_event_without_limits_has_no_room() -> None:
    found = explained(replace(GOLDEN, limits={}))[0]
    assert found.stopped is NotProposed.POSITION_LIMIT
    assert caps(found)["ladder"] == (0.0, 0.0, Contracts(0))


def test_a_value_at_risk_limit_tells_how_far_the_orders_went_beyond_it() -> None:
    found = explained(replace(GOLDEN, risk=replace(RISK, limit=120.0)))[0]
    limit, room, left = caps(found)["var"]
    assert limit == 120.0
    assert room < 0.0
    assert left == Contracts.whole(235)
    assert caps(found)["unit"][2] == Contracts.whole(470)


def test_the_weight_of_the_pool_is_told() -> None:
    policy = replace(GOLDEN.policy, pooling=Pooling(weights={EVENT: 0.25}))
    found = explained(replace(GOLDEN, policy=policy))[0]
    assert found.pool_weight == 0.25
    assert found.prob_market is not None
    assert found.prob_pooled is not None
    assert found.prob_model is not None
    assert found.prob_market < found.prob_pooled < found.prob_model
    assert found.prob_heard == found.prob_market


def pooled_at(bid: int | None, ask: int | None) -> ExplainedMarket:
    """Return the market that the model holds for 0.57, quoted so, a quarter of the weight ours."""
    quotes = None if bid is None or ask is None else (bid, 100 - ask)
    case = scene(snapshot({2: quotes}))
    policy = replace(case.policy, pooling=Pooling(weights={EVENT: 0.25}))
    return explained(replace(case, policy=policy))[0]


def test_a_market_that_is_not_heard_leaves_all_of_the_weight_to_the_model() -> None:
    wide = pooled_at(50, 61)
    assert (wide.prob_market, wide.prob_heard, wide.pool_weight) == (0.555, None, 1.0)
    assert wide.prob_pooled == pytest.approx(0.57)
    none = pooled_at(None, None)
    assert (none.prob_market, none.prob_heard, none.pool_weight) == (None, None, 1.0)
    assert none.prob_pooled == none.prob_model


def test_a_spread_of_just_the_limit_is_heard_by_its_mid() -> None:
    found = pooled_at(50, 60)
    assert (found.prob_heard, found.pool_weight) == (0.55, 0.25)


def test_a_wide_book_beside_the_model_is_heard_by_its_nearer_end() -> None:
    found = pooled_at(20, 50)
    assert (found.prob_market, found.prob_heard, found.pool_weight) == (0.35, 0.5, 0.25)
    assert found.prob_pooled is not None
    assert 0.5 < found.prob_pooled < 0.57


def test_a_market_without_a_forecast_has_no_weight() -> None:
    policy = replace(GOLDEN.policy, pooling=Pooling(weights={EVENT: 0.25}))
    found = explained(replace(GOLDEN, forecasts={}, policy=policy))[0]
    assert (found.prob_heard, found.pool_weight) == (None, None)


@given(scenes())
def test_every_market_has_an_order_or_one_reason(case: Scene) -> None:
    result = case.run()
    found = explained(case)
    assert [each.market.ticker for each in found] == [
        market.ticker for s in case.snapshots for market in s.ladder.markets
    ]
    assert all((each.order is None) == (each.stopped is not None) for each in found)
    ordered = {each.market.ticker: each.order for each in found if each.order is not None}
    assert {p.market_ticker: p.ev_order for p in result.proposals} == {
        ticker: order.ev_order for ticker, order in ordered.items()
    }
    reasons = {each.market.ticker: each.stopped for each in found if each.stopped is not None}
    assert reasons == {p.market_ticker: p.reason for p in result.passed}


def test_each_order_of_a_piece_of_news_finds_what_those_before_it_left() -> None:
    case = scene(snapshot({2: (50, 46)}), snapshot({2: (50, 46)}, "KXCPI2-24NOV"))
    first, second = (caps(each) for each in explained(case))
    assert first["unit"][:2] == (2500.0, 2500.0)
    assert second["unit"][1] == pytest.approx(2500.0 - 237.0, abs=0.1)
    # It is a ladder of its own: of that nothing is taken.
    assert second["ladder"][1] == 3000.0


@given(scenes())
def test_rooms_at_their_turn_are_limit_less_held_less_earlier_orders(case: Scene) -> None:
    trace = traced(case)
    found = explained_markets(trace)
    legs = trace.allotment.steps.positioned
    snapshots = trace.priced.table.snapshots
    held_e6 = {
        s.ladder.event_ticker: sum(e.at_risk.e6 for e in case.exposures[s.ladder.event_ticker])
        for s in snapshots
    }
    taken_e6: dict[str, int] = {}
    for row, at_risk_e6 in zip(legs.rows.tolist(), legs.at_risk_e6.tolist(), strict=True):
        event = found[row].market.event_ticker
        events = [each for each in held_e6 if unit_of(trace, each) == unit_of(trace, event)]
        own = {"ladder": (event, [event]), "unit": (unit_of(trace, event), events)}
        for cap, (where, all_events) in own.items():
            limit, room, _ = caps(found[row])[cap]
            before_e6 = sum(held_e6[each] for each in all_events) + taken_e6.get(where, 0)
            assert room == pytest.approx(limit - before_e6 / 1e6, abs=1e-6)
            taken_e6[where] = taken_e6.get(where, 0) + at_risk_e6
    finals = trace.allotment.legs
    for row in set(range(len(found))) - set(legs.rows.tolist()):
        event = found[row].market.event_ticker
        events = [each for each in held_e6 if unit_of(trace, each) == unit_of(trace, event)]
        ladders = finals.ladders.tolist()
        left_e6 = sum(held_e6[each] for each in events) + sum(
            at_risk_e6
            for ladder, at_risk_e6 in zip(ladders, finals.at_risk_e6.tolist(), strict=True)
            if snapshots[ladder].ladder.event_ticker in events
        )
        limit, room, left = caps(found[row])["unit"]
        assert left is None
        assert room == pytest.approx(limit - left_e6 / 1e6, abs=1e-6)


def unit_of(trace: ScanTrace, event: str) -> str:
    """Return the piece of news that settles an event."""
    snapshots = trace.priced.table.snapshots
    [unit] = [s.ladder.risk_unit for s in snapshots if s.ladder.event_ticker == event]
    return unit
