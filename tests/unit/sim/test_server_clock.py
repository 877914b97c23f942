from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.sim.server_clock import ServerClock
from sim_exchange import START


def test_a_clock_runs_from_its_start() -> None:
    seconds = [100.0]
    clock = ServerClock(START, seconds=lambda: seconds[0])
    seconds[0] += 1.5
    assert clock.now() == START + timedelta(seconds=1.5)
    clock.advance(60)
    assert clock.now() == START + timedelta(seconds=61.5)


def test_a_held_clock_moves_by_hand_alone() -> None:
    seconds = [100.0]
    clock = ServerClock(START, held=True, seconds=lambda: seconds[0])
    seconds[0] += 1e6
    assert clock.now() == START
    clock.advance(1)
    assert clock.now() == START + timedelta(seconds=1)


def test_without_a_start_it_is_the_systems_time() -> None:
    assert abs(ServerClock().now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_clock_needs_a_zone_and_goes_ahead_only() -> None:
    with pytest.raises(BadParameter):
        ServerClock(START.replace(tzinfo=None))
    for seconds in (-1.0, float("nan")):
        with pytest.raises(BadParameter):
            ServerClock(START).advance(seconds)
