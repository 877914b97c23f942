"""Background flow: measured, seeded, and costly to those who quote too tight."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import numpy as np
import pytest

from exchange import ASK, BID, START, TICKER, exchange, listed, order, send
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import Price, Side
from kalshi_alpha.sim.engine import Engine, EngineOptions
from kalshi_alpha.sim.flow import WEATHER_FLOW, BackgroundFlow, FlowTerms
from kalshi_alpha.sim.refusals import Rejected

FAR = START + timedelta(days=900)
HALF = Price(5000)


def flowing(
    seed: int, terms: FlowTerms = WEATHER_FLOW, outcome: Price | None = None
) -> tuple[Engine, BackgroundFlow]:
    options = EngineOptions(record_events=False, weekly_pause=False)
    engine = exchange(listed(close_at=FAR), dollars="100000", options=options)
    flow = BackgroundFlow(
        engine,
        {TICKER: HALF},
        rng=np.random.default_rng(seed),
        start=START,
        terms=terms,
        outcomes={} if outcome is None else {TICKER: outcome},
    )
    return engine, flow


def quote(engine: Engine, flow: BackgroundFlow, cents_away: int) -> None:
    """Rest ten contracts on each side of the value, withdrawing what rested before."""
    at = engine.now or START
    engine.cancel_all("ann", at)
    fair = flow.fair(TICKER).e4
    for side, price_e4 in ((BID, fair - 100 * cents_away), (ASK, fair + 100 * cents_away)):
        if not 0 < price_e4 < 10_000:
            continue
        new = msgspec.structs.replace(order(side, price_e4 / 100, 10), post_only=True)
        try:
            engine.create("ann", new, at)
        except Rejected as no:
            assert no.details == "post only cross"  # noqa: PT017


def earned_cents(cents_away: int, seed: int) -> float:
    """Return what a maker earns a contract, each fill marked at the value just after it.

    It quotes anew before each of 80 takers: a market of the tape sees 79 in its life.
    """
    marked = count = 0
    engine, flow = flowing(seed)
    for _ in range(80):
        quote(engine, flow, cents_away)
        seen = len(engine.fills("ann"))
        due = flow.next_at()
        assert due is not None
        flow.advance(due)
        for fill in engine.fills("ann")[seen:]:
            gain = flow.fair(TICKER).e4 - fill.yes_price_e4
            marked += (gain if fill.outcome is Side.YES else -gain) * fill.count_e2
            count += fill.count_e2
    return marked / count / 100


def test_a_naive_maker_loses_on_average() -> None:
    earned = np.array([earned_cents(1, seed) for seed in range(40)])

    error = earned.std(ddof=1) / len(earned) ** 0.5
    assert earned.mean() + 2 * error < 0.0
    assert -1.1 < earned.mean() < -0.3


def test_a_maker_who_keeps_its_distance_earns() -> None:
    earned = np.array([earned_cents(4, seed) for seed in range(20)])

    error = earned.std(ddof=1) / len(earned) ** 0.5
    assert earned.mean() - 2 * error > 0.0


def test_the_same_seed_gives_the_same_tape_and_another_seed_another() -> None:
    tapes = []
    for seed in (1, 1, 2):
        engine, flow = flowing(seed)
        flow.advance(START + timedelta(hours=12))
        tapes.append(engine.trades(TICKER))

    assert tapes[0] == tapes[1] != tapes[2]
    assert tapes[0]


def test_arrivals_are_as_often_as_measured() -> None:
    # Mean gap of the lognormal: exp(4.32 + 2.07**2 / 2) seconds, which is 5.6 an hour.
    engine, flow = flowing(3, replace(WEATHER_FLOW, pace=50.0))

    arrived = flow.advance(START + timedelta(hours=4))

    assert arrived / 200 == pytest.approx(5.6, rel=0.25)
    assert engine.audit().unaccounted_e6 == 0


def test_makers_of_the_flow_quote_around_the_value() -> None:
    engine, _ = flowing(1)

    book = engine.book(TICKER)

    assert book.yes == ((4500, 7500), (4600, 7500), (4700, 4000))
    assert book.no == ((4500, 7500), (4600, 7500), (4700, 4000))


def test_the_value_ends_nearer_to_what_is_known_to_come() -> None:
    terms = replace(WEATHER_FLOW, pace=100.0, informed_share=1.0)
    ends = []
    for outcome in (Price(10_000), Price(0)):
        total = 0
        for seed in range(6):
            _, flow = flowing(seed, terms, outcome)
            flow.advance(START + timedelta(hours=1))
            total += flow.fair(TICKER).e4
            assert flow.draw_outcome(TICKER) == outcome
        ends.append(total / 6)

    assert ends[0] > 8000
    assert ends[1] < 2000


def test_without_a_known_outcome_it_is_drawn_by_the_values_odds() -> None:
    drawn = [flowing(seed)[1].draw_outcome(TICKER).e4 for seed in range(60)]

    assert set(drawn) == {0, 10_000}
    assert 15 < sum(drawn) / 10_000 < 45


def test_the_flow_ends_with_its_markets() -> None:
    engine, flow = flowing(1)
    engine.determine(TICKER, Price(0), START + timedelta(hours=1))

    flow.advance(FAR)

    assert flow.next_at() is None


def test_the_flow_waits_while_trading_is_paused() -> None:
    engine, flow = flowing(1)
    engine.set_trading(START, active=False)

    assert flow.advance(START + timedelta(hours=12)) > 0
    assert engine.trades(TICKER) == ()


def test_an_uninformed_taker_takes_no_price_beyond_its_reach() -> None:
    engine, flow = flowing(1, replace(WEATHER_FLOW, informed_share=0.0, depth=(1,)))
    send(engine, "ann", ASK, 61, 1000)

    flow.advance(START + timedelta(hours=48))

    assert engine.fills("ann") == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"informed_share": 1.1},
        {"pace": 0.0},
        {"depth": (0,)},
        {"jump_cents_mean": -1.0},
        {"gap_log_mean": float("nan")},
    ],
)
def test_impossible_flow_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadParameter, match="impossible background flow"):
        replace(WEATHER_FLOW, **wrong)  # type: ignore[arg-type]


def test_a_market_that_is_already_decided_has_no_flow() -> None:
    with pytest.raises(BadParameter, match="cannot be worth"):
        BackgroundFlow(exchange(), {TICKER: Price(0)}, rng=np.random.default_rng(1), start=START)


def test_where_the_next_would_come_after_the_calendars_end_nobody_comes() -> None:
    _, flow = flowing(1, replace(WEATHER_FLOW, pace=1e-300))
    assert flow.advance(FAR) == 0
