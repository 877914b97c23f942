from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from kalshi_alpha.core.gates import FeedReading
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.exec.backtest.gate_history import (
    gate_history,
    judged_feeds,
    model_record,
    required_feeds,
)
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.strategies.replay import Replay

DAY, NYC = date(2025, 1, 8), "nws_daily_climate.NYC"


def test_every_window_around_the_days_has_a_reading(read: Materials) -> None:
    found = gate_history("WEATHER", read.history, read.settings, [DAY])
    assert found.instants[0] == datetime(2025, 1, 5, 0, tzinfo=UTC)
    assert {at.hour for at in found.instants} == {0, 6, 12, 18}
    assert len(found.instants) == 24
    assert all(not each.findings for each in found.feeds)


def test_a_report_that_did_not_come_makes_the_feed_stale_until_one_comes(read: Materials) -> None:
    readings = read.history.readings or {}
    gone = {date(2025, 1, 5), date(2025, 1, 6)}
    cut = {NYC: tuple(each for each in readings[NYC] if each.on not in gone)}
    found = gate_history("WEATHER", replace(read.history, readings=cut), read.settings, [DAY])
    stale = [at for at, each in zip(found.instants, found.feeds, strict=True) if each.findings]
    # The newest, of the fourth, is three days old when New York's seventh begins, and a newer one
    # was due; that of the seventh comes on the eighth at 13Z.
    assert (stale[0], stale[-1]) == (
        datetime(2025, 1, 7, 6, tzinfo=UTC),
        datetime(2025, 1, 8, 12, tzinfo=UTC),
    )


def test_a_value_that_comes_later_says_nothing_now(read: Materials) -> None:
    readings = read.history.readings or {}
    late = FeedReading(on=DAY, available_at=datetime(2026, 1, 1, tzinfo=UTC))
    more = replace(read.history, readings={**readings, NYC: (*readings[NYC], late)})
    one, other = (
        gate_history("WEATHER", each, read.settings, [DAY]) for each in (read.history, more)
    )
    assert one.feeds == other.feeds


def test_feeds_that_nobody_recorded_are_named_and_not_judged(read: Materials) -> None:
    judged = judged_feeds("WEATHER", read.settings, read.history)
    assert judged[NYC]
    assert not judged["nws_daily_climate.MIA"]
    assert required_feeds("WEATHER", read.settings, read.history.readings or {}) == (NYC,)


def test_the_record_is_of_days_printed_before_and_of_nothing_later(read: Materials) -> None:
    (replayed,) = read.history.replays
    before = replayed.days[0] + timedelta(days=60)
    record = model_record("WEATHER", [replayed], before)
    assert record is not None
    assert record.skill.crps is not None
    spoilt = replace(replayed, outcomes=replayed.outcomes.copy())
    spoilt.outcomes[60:] = replayed.lo
    assert model_record("WEATHER", [spoilt], before) == record
    assert model_record("WEATHER", [replayed], replayed.days[0]) is None


def test_a_model_that_is_no_better_than_its_baseline_has_no_advantage(read: Materials) -> None:
    (replayed,) = read.history.replays
    same = replace(replayed, pmfs=replayed.baselines["guidance"])
    record = model_record("WEATHER", [same], DAY)
    assert record is not None
    assert record.skill.crps is not None
    assert record.skill.crps <= 0.0
    assert not record.drifted


def test_a_model_that_worsened_has_drifted(read: Materials) -> None:
    (replayed,) = read.history.replays
    n = len(replayed.days)
    worse = replayed.pmfs.copy()
    worse[n - 40 :] = np.full(worse.shape[1], 1.0 / worse.shape[1])
    record = model_record("WEATHER", [replace(replayed, pmfs=worse)], date(2026, 1, 1))
    assert record is not None
    assert record.drifted


def test_a_forecast_is_scored_once_its_print_came_and_not_once_its_period_ended() -> None:
    """A week of claims ends on Saturday and is printed on the Thursday after it."""
    first = date(2024, 11, 23)
    weeks = (first, first + timedelta(days=7))
    told = Replay(
        key="initial_claims",
        days=weeks,
        known_at=tuple(
            datetime(week.year, week.month, week.day, 13, 25, tzinfo=UTC) + timedelta(days=5)
            for week in weeks
        ),
        grid=SettlementGrid(Decimal(1000), "claims"),
        lo=0,
        pmfs=np.array([[0.5, 0.5], [0.5, 0.5]]),
        means=np.array([0.5, 0.5]),
        outcomes=np.array([0, 1]),
        baselines={"last": np.array([[0.9, 0.1], [0.1, 0.9]])},
        units=("one", "other"),
    )
    spoilt = replace(told, outcomes=np.array([0, 0]))
    before = date(2024, 12, 3)
    assert model_record("CLAIMS", [told], before) == model_record("CLAIMS", [spoilt], before)
    after = date(2024, 12, 10)
    assert model_record("CLAIMS", [told], after) != model_record("CLAIMS", [spoilt], after)
