from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.replay import settled_day
from kalshi_alpha.core.replay.chain import ReplayEvent
from kalshi_alpha.core.replay.engine import DayReplay, replay_day
from kalshi_alpha.core.replay.gate import Standing
from kalshi_alpha.core.replay.tape import EventTape
from kalshi_alpha.exec.backtest import lookahead
from kalshi_alpha.exec.backtest.family_history import FamilyHistory
from kalshi_alpha.exec.backtest.lookahead import (
    ChainLookahead,
    Historian,
    Replayer,
    chain_lookahead,
)
from kalshi_alpha.exec.backtest.materials import Materials, history_of
from kalshi_alpha.exec.backtest.plan import Plan
from kalshi_alpha.exec.backtest.variant import Variant
from kalshi_alpha.exec.evaluation.lookahead import PoisonedHistory
from kalshi_alpha.strategies.replay import Awaited, Replay


def checked(
    read: Materials,
    folder: Path,
    replayer: Replayer = lambda events, plan, standing: replay_day(events, plan.chain, standing),
    cuts: int = 1,
) -> ChainLookahead:
    return chain_lookahead(read, Variant(), [folder], historian_of(read), cuts, replayer)


def historian_of(read: Materials) -> Historian:
    events = [each for day in read.days for each in day]
    return lambda history: history_of(read.family, history, read.settings, events)


def early(found: FamilyHistory) -> FamilyHistory:
    """Return the forecast of the day after in the place of each, as if it had been known."""
    one = timedelta(days=1)
    forecasts = {
        (quantity, day - one): tuple(
            replace(each, known_at=each.known_at - one, refused_from=None) for each in known
        )
        for (quantity, day), known in found.forecasts.items()
    }
    return replace(found, forecasts=forecasts)


def peeking(events: Sequence[ReplayEvent], plan: Plan, standing: Standing) -> DayReplay:
    """Replay with every print known an hour before it happened."""
    tapes = [each.tape for each in events]
    shifted = [
        replace(tape, trades=replace(tape.trades, at_us=tape.trades.at_us - 3_600_000_000))
        for tape in tapes
        if tape.trades is not None
    ]
    told = [replace(each, tape=tape) for each, tape in zip(events, shifted, strict=True)]
    return replay_day(told, plan.chain, standing)


def test_no_decision_sees_the_future_and_later_ones_do_change(
    read: Materials, folder: Path
) -> None:
    found = checked(read, folder, cuts=2)
    assert found.clean
    assert found.decisions > 20
    assert found.changed > 0
    assert len(found.cuts) == 4, "two of decisions, and two at which results were awaited"


def test_a_chain_that_knows_prints_an_hour_early_is_found_out(
    read: Materials, folder: Path
) -> None:
    found = checked(read, folder, peeking)
    assert found.leaks
    assert not found.clean
    assert all(leak.decided_at <= leak.cut for leak in found.leaks)


def test_forecasts_that_pretend_to_be_older_are_found_out(read: Materials, folder: Path) -> None:
    honest = historian_of(read)
    pretending = read.with_history(early(read.history))
    found = chain_lookahead(
        pretending, Variant(), [folder], lambda history: early(honest(history)), 1
    )
    assert found.leaks


def of_the_printed_alone(replay: Replay) -> Iterator[Awaited]:
    """Yield forecasts of those days only whose report came, as if that had been known."""
    for day, known_at, probs in zip(replay.days, replay.known_at, replay.pmfs, strict=True):
        yield Awaited(day, known_at, GridPmf(replay.grid, replay.lo, probs))


def test_days_that_are_traded_only_if_their_report_comes_are_found_out(
    read: Materials, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Poison cannot show it: an absurd report is a report."""
    monkeypatch.setattr(Replay, "forecasts", of_the_printed_alone)
    assert checked(read, folder).leaks
    monkeypatch.setattr(lookahead, "ALTERED", (PoisonedHistory,))
    assert checked(read, folder).clean


def tightened(read: Materials) -> Materials:
    """Return the materials with limits of losses that a day or two reach."""
    old = read.monitors.thresholds
    low = msgspec.structs.replace(old, drawdown_day_usd=Decimal(1), drawdown_week_usd=Decimal(5))
    return replace(read, monitors=msgspec.structs.replace(read.monitors, thresholds=low))


def at_the_close(tape: EventTape, family: str) -> datetime:
    """Return the close, as if nobody had to wait for the result."""
    assert family
    return tape.closes_at


@pytest.mark.parametrize("honest", [True, False])
def test_results_that_monitors_know_at_the_close_are_found_out(
    read: Materials, folder: Path, monkeypatch: pytest.MonkeyPatch, honest: bool
) -> None:
    if not honest:
        monkeypatch.setattr(settled_day, "result_known_at", at_the_close)
    tight = tightened(read)
    large = Variant(contracts="200")
    found = chain_lookahead(tight, large, [folder], lambda _: read.history, 2)
    assert bool(found.leaks) is not honest
    assert found.clean is honest
