from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.gates import Reading
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.state import (
    Heartbeat,
    heartbeat_state,
    read_heartbeat,
    write_heartbeat,
)
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.session_beat import beating
from kalshi_alpha.exec.wiring import Run


@pytest.fixture
def live(run: Run) -> Run:
    return replace(run, clock=RunClock(datetime.now(UTC), ClockSource.SYSTEM))


def readings(run: Run) -> list[Reading]:
    return [heartbeat_state(run.paths.heartbeat, run.clock.at, must_be_fresh=False)]


def beat_now(run: Run) -> Heartbeat | None:
    return read_heartbeat(run.paths.heartbeat, datetime.now(UTC))


def old_beat(run: Run, age: timedelta, *, running: bool) -> Heartbeat:
    beat = Heartbeat(generated_at=run.clock.at - age, session="pilot", running=running, pid=1)
    write_heartbeat(run.paths.heartbeat, beat)
    return beat


def test_a_run_says_that_it_runs_and_that_it_ended(live: Run) -> None:
    with beating(live, "pre_cpi", readings(live)) as beats:
        during = beat_now(live)
    after = beat_now(live)
    assert beats
    assert during is not None
    assert (during.running, during.session) == (True, f"pre_cpi-{os.getpid()}")
    assert after is not None
    assert after.running is False
    assert after.generated_at > during.generated_at


def test_a_run_that_fails_on_purpose_ends_in_good_order_too(live: Run) -> None:
    with pytest.raises(ValueError, match="on purpose"), beating(live, "pre_cpi", readings(live)):
        raise ValueError("on purpose")
    after = beat_now(live)
    assert after is not None
    assert after.running is False


def test_a_set_clock_does_not_beat(run: Run) -> None:
    with beating(run, "pre_cpi", readings(run)) as beats:
        assert not beats
    assert not run.paths.heartbeat.exists()


def test_a_heartbeat_that_was_not_read_is_not_renewed(live: Run) -> None:
    with beating(live, "pre_cpi", []) as beats:
        assert not beats
    assert not live.paths.heartbeat.exists()


@pytest.mark.parametrize(
    ("age", "running"),
    [(timedelta(minutes=6), True), (timedelta(minutes=1), True), (-timedelta(minutes=1), False)],
)
def test_a_session_that_runs_or_is_not_trusted_keeps_its_beat(
    live: Run, age: timedelta, running: bool
) -> None:
    old_beat(live, age, running=running)
    before = live.paths.heartbeat.read_bytes()
    with beating(live, "pre_cpi", readings(live)) as beats:
        assert not beats
    assert live.paths.heartbeat.read_bytes() == before


def test_an_old_beat_of_an_ended_session_is_renewed(live: Run) -> None:
    old_beat(live, timedelta(days=3), running=False)
    with beating(live, "pre_cpi", readings(live)) as beats:
        assert beats


def test_a_session_that_began_meanwhile_has_the_last_word(live: Run) -> None:
    with beating(live, "pre_cpi", readings(live)):
        theirs = old_beat(live, timedelta(0), running=True)
    assert beat_now(live) == theirs
