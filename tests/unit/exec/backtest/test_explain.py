from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest

from kalshi_alpha.config.monitors import MonitorSettings
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.replay.tape import EventTape
from kalshi_alpha.datastore.market.manifest import EventRef
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.backtest.explain import event_story
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.run import Backtest, run_variant
from kalshi_alpha.exec.backtest.variant import Variant

EVENT = "KXHIGHNY-25JAN08"


def test_a_story_tells_each_decision_and_adds_up(read: Materials, done: Backtest) -> None:
    lines = event_story(read, done.variant, EVENT)
    rows = [row for row in done.report.table.rows if row.event_ticker == EVENT]
    net = sum(row.realised.e6 for row in rows if row.realised is not None) / 1e6
    assert sum("decides, orders rest until" in line for line in lines) == 6
    assert sum(line.startswith("    bids ") for line in lines) == len(rows)
    assert any("queue ahead unknown" in line for line in lines)
    assert lines[-1].endswith(f"net {net:.6f} dollars")


def test_a_story_without_a_result_earns_and_loses_nothing(
    read: Materials, done: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = event_story(read, done.variant, EVENT)
    load = MarketStore.load

    def unpaid(store: MarketStore, ref: EventRef) -> EventTape:
        tape = load(store, ref)
        markets = tuple(replace(each, yes_payout_e4=None) for each in tape.markets)
        return replace(tape, markets=markets)

    monkeypatch.setattr(MarketStore, "load", unpaid)
    lines = event_story(read, done.variant, EVENT)
    assert len(lines) == len(whole)
    assert any(line.endswith("what it earned is not known: unsettled") for line in lines)
    assert not any(": net " in line for line in lines)
    assert lines[-1].startswith("settled: by no result that is recorded, so not yet; ")


def test_a_market_that_is_passed_over_has_its_reason(read: Materials, done: Backtest) -> None:
    assert any("no_skill" in line for line in event_story(read, done.variant, "KXHIGHAUS-25JAN08"))


def test_a_story_and_the_rows_of_the_backtest_agree_where_monitors_stop_decisions(
    read: Materials,
) -> None:
    tight = replace(read, monitors=lower_limits(read))
    variant = Variant(contracts="200", gate="paper")
    rows = run_variant(tight, variant, None, lambda _: None, ()).report.table.rows
    free = run_variant(tight, replace(variant, gate="off"), None, lambda _: None, ())
    assert len(rows) < len(free.report.table.rows)
    told = set[str]()
    placed, asked = (
        Counter(row.event_ticker for row in each) for each in (rows, free.report.table.rows)
    )
    stopped_at = sorted(event for event in asked if placed[event] < asked[event])
    untouched = sorted(event for event in asked if placed[event] == asked[event])
    for event in (*stopped_at[:2], *untouched[:1]):
        mine = [row for row in rows if row.event_ticker == event]
        lines = event_story(tight, variant, event)
        bids = [line for line in lines if line.startswith("    bids ")]
        refused = sum("refused on arrival" in line for line in lines)
        assert len(bids) - refused == len(mine)
        filled = sum(row.filled_e2 for row in mine) / 100
        net = sum(row.realised.e6 for row in mine if row.realised is not None) / 1e6
        assert f"; {len(mine)} orders, {filled:g} contracts filled, " in lines[-1]
        assert lines[-1].endswith(f"net {net:.6f} dollars")
        told |= {line.split(",")[0].strip() for line in lines if "withheld: " in line}
        stopped = [n for n, line in enumerate(lines) if "would be quoted, and is withheld" in line]
        assert not stopped or any("withheld: " in line for line in lines)
    assert "withheld: drawdown" in told


def lower_limits(read: Materials) -> MonitorSettings:
    old = read.monitors.thresholds
    low = msgspec.structs.replace(old, drawdown_day_usd=Decimal(1), drawdown_week_usd=Decimal(5))
    return msgspec.structs.replace(read.monitors, thresholds=low)


def test_an_event_that_cannot_be_told_of_is_refused(read: Materials, done: Backtest) -> None:
    with pytest.raises(UsageError, match="its result is ambiguous"):
        event_story(read, done.variant, "KXHIGHNY-25JAN10")
    with pytest.raises(UsageError, match="no such event"):
        event_story(read, done.variant, "KXHIGHNY-30JAN01")
