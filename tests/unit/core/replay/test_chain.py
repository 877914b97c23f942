from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.chain import ReplayRules
from replay_cases import DECIDES, at, event, known


def test_the_newest_forecast_that_was_known_decides() -> None:
    early, late = replace(known(), known_at=at("06:00:00")), known()
    held = event(forecasts=(early, late))
    assert held.forecast_at(at("11:59:59")) is early
    assert held.forecast_at(at("12:00:00")) is late
    assert held.forecast_at(at("05:59:59")) is None


@pytest.mark.parametrize("minute", range(0, 60, 12))
def test_no_forecast_decides_before_it_was_known(minute: int) -> None:
    """One an hour; only the newest of those that were out decides."""
    hourly = [replace(known(), known_at=at(f"{hour:02d}:00:00")) for hour in range(6, 12)]
    held = event(forecasts=tuple(hourly))
    for hour in range(6, 12):
        found = held.forecast_at(at(f"{hour:02d}:{minute:02d}:00"))
        assert found is not None
        assert found.known_at == at(f"{hour:02d}:00:00")


def test_a_forecast_that_is_too_old_is_none_and_an_older_one_does_not_replace_it() -> None:
    early = replace(known(), known_at=at("06:00:00"), refused_from=None)
    held = event(forecasts=(early, known()))
    assert held.forecast_at(at("20:00:00", 10)) is None
    assert held.forecast_at(at("19:59:59", 10)) is not None


def test_a_ladder_lists_the_markets_of_its_tape() -> None:
    held = event()
    with pytest.raises(BadParameter, match="list other markets"):
        replace(held, tape=replace(held.tape, markets=held.tape.markets[1:]))


@pytest.mark.parametrize("name", ["place_us", "cancel_us", "inferred_age_us", "quote_age_us"])
def test_no_time_of_the_rules_is_negative(name: str) -> None:
    values: dict[str, Any] = {name: -1}
    with pytest.raises(BadParameter) as caught:
        ReplayRules(**values)
    assert str(caught.value) == f"{name} must be 0 or more microseconds, was -1"


@pytest.mark.parametrize("share", [-0.1, float("nan"), float("inf")])
def test_the_share_ahead_is_a_number(share: float) -> None:
    with pytest.raises(BadParameter) as caught:
        ReplayRules(ahead_share=share)
    said = "; 1 puts all that is shown ahead of us"
    assert str(caught.value) == f"ahead_share must be a number of 0 or more, was {share}{said}"


def test_a_forecast_holds_from_when_it_was_known() -> None:
    assert known().holds_at(DECIDES)
    assert not known().holds_at(known().known_at - timedelta(seconds=1))
