from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter, FutureData
from kalshi_alpha.core.forecast import Forecast, InputUsed, Normal, on_grid
from kalshi_alpha.core.types import SettlementGrid

AS_OF = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
NOWCAST = InputUsed("cleveland_nowcast", 0.13, "pp", AS_OF - timedelta(hours=6))
FORECAST = Forecast(
    family="cpi",
    quantity="cpi_mom",
    period=date(2025, 5, 1),
    pmf=on_grid(Normal(0.13, 0.12), SettlementGrid(Decimal("0.1"), "pp"), -8, 10),
    latent_mean=0.13,
    latent_sd=0.12,
    as_of=AS_OF,
    inputs=(NOWCAST,),
    model_id="cpi-nowcast-t",
    calibration_hash="0f3a",
)


@given(st.timedeltas(timedelta(microseconds=1), timedelta(days=4000)))
def test_a_forecast_that_saw_the_future_cannot_be_built(late: timedelta) -> None:
    poisoned = InputUsed("cpi_print", 0.1, "pp", AS_OF + late)
    with pytest.raises(FutureData, match="cpi_print"):
        replace(FORECAST, inputs=(NOWCAST, poisoned))


def test_an_input_that_arrives_at_the_very_moment_may_be_used() -> None:
    same_moment = AS_OF.astimezone(timezone(timedelta(hours=-4)))
    just_in_time = InputUsed("gas", 3.12, "usd/gal", same_moment)
    assert replace(FORECAST, inputs=(just_in_time,)).inputs == (just_in_time,)


@pytest.mark.parametrize("sd", [0.0, -1.0, math.nan, math.inf])
def test_a_latent_without_a_spread_is_refused(sd: float) -> None:
    with pytest.raises(BadParameter):
        replace(FORECAST, latent_sd=sd)


@pytest.mark.parametrize("name", ["family", "quantity", "model_id", "calibration_hash"])
def test_an_unnamed_origin_is_refused(name: str) -> None:
    missing: dict[str, Any] = {name: ""}
    with pytest.raises(BadParameter):
        replace(FORECAST, **missing)


def test_moments_without_a_time_zone_are_refused() -> None:
    naive = AS_OF.replace(tzinfo=None)
    with pytest.raises(BadParameter, match="time zone"):
        replace(FORECAST, as_of=naive)
    with pytest.raises(BadParameter, match="time zone"):
        InputUsed("gas", 3.12, "usd/gal", naive)


@pytest.mark.parametrize(("name", "value"), [("", 1.0), ("gas", math.nan), ("gas", math.inf)])
def test_inputs_without_a_name_or_a_finite_value_are_refused(name: str, value: float) -> None:
    with pytest.raises(BadParameter):
        InputUsed(name, value, "usd/gal", AS_OF)
