from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.run import Backtest, document_of, run_variant
from kalshi_alpha.exec.backtest.variant import Variant


def again(read: Materials, variant: Variant) -> Backtest:
    return run_variant(read, variant, None, lambda _: None, ("city",))


def test_the_made_up_tape_is_replayed_whole(done: Backtest) -> None:
    report = done.report
    assert report.events == 14
    assert len(done.left_out) == 2, "the ambiguous day of both cities"
    assert report.whole.orders > 20
    assert report.whole.fills > 5
    assert set(report.by["city"]) == {"NYC"}, "nothing is traded on climatology"
    assert report.models == {"AUS": ("climatology",), "NYC": ("guidance",)}


def test_a_fee_moves_fees_and_what_is_kept_and_nothing_else(
    read: Materials, done: Backtest
) -> None:
    charged = again(read, replace(done.variant, fee_type="quadratic_with_maker_fees")).report.whole
    free = done.report.whole
    assert charged.fees > 0.0
    assert free.fees == 0.0
    # Dearer orders may no longer be worth it, and none is added.
    assert charged.orders <= free.orders
    assert charged.net_pnl == pytest.approx(charged.gross_pnl - charged.fees)


def test_one_rule_of_the_queue_moves_fills_one_way_and_orders_not_at_all(
    read: Materials, done: Backtest
) -> None:
    large = replace(done.variant, contracts="200")
    whole, fewer = (
        again(read, each).report.whole for each in (large, replace(large, any_taker=False))
    )
    assert fewer.contracts_filled < whole.contracts_filled
    assert fewer.orders == whole.orders
    assert fewer.fees == whole.fees


def test_a_warmer_forecast_moves_orders_and_leaves_the_market_as_it_was(
    read: Materials, done: Backtest
) -> None:
    warmer = again(read, replace(done.variant, forecast_shift=2)).report
    assert warmer.whole.net_pnl != done.report.whole.net_pnl
    assert warmer.baselines == done.report.baselines
    assert warmer.skill.market == done.report.skill.market
    assert warmer.skill.model != done.report.skill.model


def test_a_slower_order_fills_no_more(read: Materials, done: Backtest) -> None:
    slower = again(read, replace(done.variant, place_seconds=900.0)).report.whole
    assert slower.contracts_filled < done.report.whole.contracts_filled


def test_climatology_is_traded_on_request_and_said_to_be(read: Materials, done: Backtest) -> None:
    traded = again(read, replace(done.variant, trade_without_skill=True))
    assert set(traded.report.by["city"]) == {"AUS", "NYC"}
    assert any("AUS run on climatology" in note for note in document_of(read, traded)["notes"])


def test_events_that_cannot_be_judged_alone_are_no_backtest(read: Materials) -> None:
    only = replace(read, days=(read.days[4],))
    with pytest.raises(MissingData, match="its result is ambiguous"):
        again(only, Variant())
