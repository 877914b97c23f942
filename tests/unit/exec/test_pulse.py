from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.state import Heartbeat
from kalshi_alpha.exec.pulse import Life, Pulse, Sight

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def beat(at_s: float = 0.0, session: str = "s-1", *, running: bool = True) -> Heartbeat:
    at = NOW + timedelta(seconds=at_s)
    return Heartbeat(generated_at=at, session=session, running=running, pid=7)


def sight(
    heartbeat: Heartbeat | None,
    *,
    lock_held: bool | None = True,
    age_s: float = 0.0,
    process_lives: bool = True,
    unreadable: bool = False,
) -> Sight:
    return Sight(heartbeat, age_s, lock_held, process_lives, unreadable)


def test_no_session_and_an_ended_one_are_idle() -> None:
    pulse = Pulse()
    assert pulse.judge(sight(None, lock_held=False), 0.0) is Life.IDLE
    assert pulse.judge(sight(beat(running=False), lock_held=False), 1.0) is Life.IDLE
    assert pulse.session == ""


def test_a_session_that_beats_is_alive_for_hours() -> None:
    pulse = Pulse(hung_after_s=10.0)
    for second in range(0, 7200, 2):
        assert pulse.judge(sight(beat(second)), float(second)) is Life.ALIVE
    assert pulse.session == "s-1"


def test_a_session_without_a_new_beat_hangs_by_monotonic_time() -> None:
    pulse = Pulse(hung_after_s=10.0)
    # The wall clock may say anything meanwhile.
    lives = [pulse.judge(sight(beat(), age_s=age), now) for now, age in ((0, 0), (10, 3600))]
    assert lives == [Life.ALIVE, Life.ALIVE]
    assert pulse.judge(sight(beat(), age_s=-50.0), 10.1) is Life.HUNG
    assert pulse.judge(sight(beat(11.0)), 11.0) is Life.ALIVE


def test_who_begins_to_watch_a_session_that_hangs_sees_it_at_once() -> None:
    assert Pulse(10.0).judge(sight(beat(), age_s=11.0), 0.0) is Life.HUNG


@pytest.mark.parametrize("lock_held", [True, None])
def test_doubt_about_the_lock_leaves_the_beat_to_decide(lock_held: bool | None) -> None:
    pulse = Pulse(10.0)
    assert pulse.judge(sight(beat(), lock_held=lock_held), 0.0) is Life.ALIVE
    assert pulse.judge(sight(beat(), lock_held=lock_held), 11.0) is Life.HUNG


def test_a_session_whose_lock_is_free_is_dead_at_the_second_look() -> None:
    pulse = Pulse()
    assert pulse.judge(sight(beat()), 0.0) is Life.ALIVE
    assert pulse.judge(sight(beat(), lock_held=False), 1.0) is Life.ALIVE
    assert pulse.judge(sight(beat(), lock_held=False), 2.0) is Life.DEAD


def test_a_session_that_ends_in_good_order_between_two_looks_is_not_dead() -> None:
    pulse = Pulse()
    pulse.judge(sight(beat()), 0.0)
    assert pulse.judge(sight(beat(), lock_held=False), 1.0) is Life.ALIVE
    assert pulse.judge(sight(beat(1.0, running=False), lock_held=False), 2.0) is Life.IDLE


def test_who_begins_to_watch_after_the_death_sees_it_by_the_process() -> None:
    pulse = Pulse()
    dead = sight(beat(), lock_held=False, process_lives=False, age_s=30.0)
    assert [pulse.judge(dead, now) for now in (0.0, 1.0)] == [Life.ALIVE, Life.DEAD]


def test_a_scan_that_never_takes_the_lock_is_no_session() -> None:
    pulse = Pulse()
    for now in range(100):
        assert pulse.judge(sight(beat(), lock_held=False, age_s=now), float(now)) is Life.IDLE


def test_a_beat_of_more_than_five_minutes_without_a_lock_is_dead() -> None:
    pulse = Pulse()
    old = sight(beat(), lock_held=False, age_s=301.0)
    assert [pulse.judge(old, now) for now in (0.0, 1.0)] == [Life.ALIVE, Life.DEAD]


def test_an_unreadable_heartbeat_is_a_beat_that_does_not_come() -> None:
    pulse = Pulse(10.0)
    pulse.judge(sight(beat()), 0.0)
    torn = sight(None, unreadable=True)
    assert [pulse.judge(torn, now) for now in (1.0, 10.0, 10.5)] == [
        Life.ALIVE,
        Life.ALIVE,
        Life.HUNG,
    ]
    gone = sight(None, unreadable=True, lock_held=False)
    assert [pulse.judge(gone, now) for now in (11.0, 12.0)] == [Life.ALIVE, Life.DEAD]


def test_an_unreadable_heartbeat_without_a_session_is_idle_until_the_lock_is_held() -> None:
    pulse = Pulse(10.0)
    assert pulse.judge(sight(None, unreadable=True, lock_held=False), 0.0) is Life.IDLE
    assert pulse.judge(sight(None, unreadable=True), 1.0) is Life.ALIVE
    assert pulse.judge(sight(None, unreadable=True), 12.0) is Life.HUNG


def test_a_new_session_is_judged_anew() -> None:
    pulse = Pulse(10.0)
    pulse.judge(sight(beat()), 0.0)
    assert pulse.judge(sight(beat()), 20.0) is Life.HUNG
    assert pulse.judge(sight(beat(21.0, "s-2")), 21.0) is Life.ALIVE
    assert pulse.session == "s-2"


@pytest.mark.parametrize("hung_after_s", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_that_is_none_is_refused(hung_after_s: float) -> None:
    with pytest.raises(BadParameter, match="positive"):
        Pulse(hung_after_s)
