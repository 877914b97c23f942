from __future__ import annotations

from dataclasses import replace

from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.notes import notes_of
from kalshi_alpha.exec.backtest.run import Backtest


def test_inferred_touches_climatology_and_fees_are_owned_up_to(
    read: Materials, done: Backtest
) -> None:
    told = " ".join(notes_of(read, done.variant, done.report))
    for said in (
        "touches are inferred",
        "only on a print through its price",
        "AUS run on climatology",
        "stitched historical forecasts are never read",
        "no dated change is recorded",
        "prior weight",
        "its result is known 11 hours after the close, when the final climate report is out",
        "a bankroll of 10,000 dollars throughout",
    ):
        assert said in told


def test_gaps_of_recordings_are_counted_where_there_are_any(
    read: Materials, done: Backtest
) -> None:
    assert "lack something" not in " ".join(notes_of(read, done.variant, done.report))
    holed = replace(done.report, book_gaps=12, events_with_gaps=3)
    told = " ".join(notes_of(read, done.variant, holed))
    assert "recordings of 3 events lack something" in told
    assert "were not known 12 times" in told


def test_a_book_is_not_said_to_be_inferred(read: Materials, done: Backtest) -> None:
    deep = replace(done.report, fidelities={"depth": 14})
    assert "inferred" not in " ".join(notes_of(read, done.variant, deep))


def test_a_weight_of_ones_own_is_not_called_the_familys(read: Materials, done: Backtest) -> None:
    own = replace(done.variant, pool_weight=0.1)
    assert "prior weight" not in " ".join(notes_of(read, own, done.report))
