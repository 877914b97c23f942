from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from kalshi_alpha.core.replay.chain import ReplayEvent
from kalshi_alpha.core.replay.engine import DayReplay, replay_day
from kalshi_alpha.exec.backtest.lookahead import (
    ChainLookahead,
    Forecaster,
    Replayer,
    chain_lookahead,
)
from kalshi_alpha.exec.backtest.materials import Materials, forecasts_of
from kalshi_alpha.exec.backtest.plan import Plan
from kalshi_alpha.exec.backtest.variant import Variant
from kalshi_alpha.exec.backtest.weather_forecasts import Forecasts


def checked(
    read: Materials,
    folder: Path,
    replayer: Replayer = lambda events, plan: replay_day(events, plan.chain),
    cuts: int = 1,
) -> ChainLookahead:
    forecaster = forecaster_of(read)
    return chain_lookahead(read, Variant(), [folder], forecaster, cuts, replayer)


def forecaster_of(read: Materials) -> Forecaster:
    events = [each for day in read.days for each in day]
    return lambda history: forecasts_of(history, read.settings, events)


def early(forecasts: Forecasts) -> Forecasts:
    """Return the forecast of the day after in the place of each, as if it had been known."""
    one = timedelta(days=1)
    return {
        (quantity, day - one): tuple(
            replace(each, known_at=each.known_at - one, refused_from=None) for each in known
        )
        for (quantity, day), known in forecasts.items()
    }


def peeking(events: Sequence[ReplayEvent], plan: Plan) -> DayReplay:
    """Replay with every print known an hour before it happened."""
    tapes = [each.tape for each in events]
    shifted = [
        replace(tape, trades=replace(tape.trades, at_us=tape.trades.at_us - 3_600_000_000))
        for tape in tapes
        if tape.trades is not None
    ]
    told = [replace(each, tape=tape) for each, tape in zip(events, shifted, strict=True)]
    return replay_day(told, plan.chain)


def test_no_decision_sees_the_future_and_later_ones_do_change(
    read: Materials, folder: Path
) -> None:
    found = checked(read, folder, cuts=2)
    assert found.clean
    assert found.decisions > 20
    assert found.changed > 0
    assert len(found.cuts) == 2


def test_a_chain_that_knows_prints_an_hour_early_is_found_out(
    read: Materials, folder: Path
) -> None:
    found = checked(read, folder, peeking)
    assert found.leaks
    assert not found.clean
    assert all(leak.decided_at <= leak.cut for leak in found.leaks)


def test_forecasts_that_pretend_to_be_older_are_found_out(read: Materials, folder: Path) -> None:
    honest = forecaster_of(read)
    pretending = read.with_forecasts(early(read.forecasts))
    found = chain_lookahead(
        pretending, Variant(), [folder], lambda history: early(honest(history)), 1
    )
    assert found.leaks
