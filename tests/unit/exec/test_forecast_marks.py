from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.forecast import Forecast, GridPmf
from kalshi_alpha.core.gates import Action, Reason, verdict
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.types import (
    Ladder,
    Market,
    MarketStatus,
    SettlementGrid,
    Strike,
    StrikeType,
    TickGrid,
)
from kalshi_alpha.exec.forecast_marks import dry_only, observed_events, without_live_quote

AT = datetime(2024, 12, 12, 19, 45, tzinfo=UTC)
DAY = date(2024, 12, 12)
GRID = SettlementGrid(Decimal(1), "F")
FLOOR = "not below 40 F: observed"


def made(*notes: str, probs: tuple[float, ...] = (0.6, 0.4)) -> Forecast:
    return Forecast(
        family="WEATHER",
        quantity="temp_max_nyc",
        period=DAY,
        pmf=GridPmf(GRID, 40, np.array(probs)),
        latent_mean=40.0,
        latent_sd=1.0,
        as_of=AT,
        inputs=(),
        model_id="m",
        calibration_hash="0" * 64,
        notes=notes,
    )


def snapshot(day: date = DAY) -> LadderSnapshot:
    event = f"KXHIGHNY-{day:%y%b%d}".upper()
    strike = Strike(StrikeType.GREATER, Decimal(41))
    market = Market(
        f"{event}-T41", event, strike, TickGrid.linear_cent(), MarketStatus.ACTIVE, AT, ""
    )
    ladder = Ladder(event, "KXHIGHNY", "temp_max_nyc", "TEMP_NE:NYC:x", GRID, (market,))
    return LadderSnapshot(ladder, day, {}, FeeTerms(FeeType.QUADRATIC, Decimal(1)))


def test_a_forecast_without_a_live_quote_is_dry_only() -> None:
    assert dry_only([made(), made("no_live_quote: dry only, there is no quote")]) is not None
    assert dry_only([made(), made("the spread is older")]) is None


def test_only_the_dry_broker_and_an_offline_run_go_on_without_a_live_quote() -> None:
    readings = without_live_quote([made("no_live_quote: dry only, there is no quote")])
    words = {action: verdict(action, readings, AT).words for action in Action}
    refusing = {action for action, said in words.items() if Reason.NO_LIVE_QUOTE.value in said}
    assert refusing == {Action.PAPER, Action.SIM, Action.PRACTICE, Action.LIVE}


def test_a_forecast_from_a_quote_has_no_such_reading() -> None:
    assert without_live_quote([made()]) == ()


@pytest.mark.parametrize(
    ("forecast", "rests"),
    [
        (made(FLOOR), True),
        (made(FLOOR, probs=(0.4, 0.6)), False),
        (made(), False),
        (replace(made(FLOOR), period=date(2024, 12, 13)), False),
    ],
    ids=["the floor will likely stand", "it will likely be passed", "no floor", "another day"],
)
def test_an_event_rests_on_an_observation_where_the_floor_is_likely_to_stand(
    forecast: Forecast, rests: bool
) -> None:
    assert observed_events([forecast], [snapshot()]) == (
        {"KXHIGHNY-24DEC12"} if rests else frozenset()
    )
