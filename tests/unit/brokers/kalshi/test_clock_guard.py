from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.clock_guard import ClockGuard, loop_seconds
from kalshi_alpha.core.errors import KalshiClockSkewError
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual

START = datetime(2026, 6, 11, 6, 29, 20, tzinfo=UTC)


class Clocks:
    """A wall clock that can be set, and a monotonic one that cannot."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1000.0) + self.offset

    def monotonic(self) -> float:
        return self.seconds


def guarded() -> tuple[ClockGuard, Clocks]:
    clocks = Clocks()
    return ClockGuard(clocks, clocks.monotonic), clocks


def reply(guard: ClockGuard, clocks: Clocks, skew_s: float, trip_s: float = 0.02) -> None:
    """Let a reply come whose date says that our clock is ahead by so much."""
    sent = clocks.now()
    clocks.seconds += trip_s
    theirs = clocks.now() - timedelta(seconds=skew_s + trip_s / 2)
    guard.checked({"date": format_datetime(theirs, usegmt=True)}, sent, clocks.now())


def test_nothing_that_moves_an_order_is_signed_before_a_reply_was_compared() -> None:
    guard, clocks = guarded()
    guard.require_sound()
    with pytest.raises(KalshiClockSkewError, match="not compared"):
        guard.require_checked()
    reply(guard, clocks, 0.0)
    guard.require_checked()


@pytest.mark.parametrize("skew_s", [6.0, -6.0, 60.0, -3600.0])
def test_a_difference_beyond_five_seconds_raises_and_latches(skew_s: float) -> None:
    guard, clocks = guarded()
    reply(guard, clocks, 0.0)
    with pytest.raises(KalshiClockSkewError, match="ahead of" if skew_s > 0 else "behind"):
        reply(guard, clocks, skew_s)
    assert guard.latched
    with pytest.raises(KalshiClockSkewError):
        reply(guard, clocks, 0.0)
    with pytest.raises(KalshiClockSkewError, match="NTP"):
        guard.require_sound()


@given(skew_s=st.floats(-4.4, 4.4), trip_s=st.floats(0.0, 2.0))
def test_no_clock_that_is_right_to_the_headers_grain_is_refused(
    skew_s: float, trip_s: float
) -> None:
    guard, clocks = guarded()
    trip_s = min(trip_s, 2.0 * (4.5 - abs(skew_s)))
    reply(guard, clocks, skew_s, trip_s * 0.99)


@given(skew_s=st.floats(6.0, 1e6), behind=st.booleans(), trip_s=st.floats(0.0, 0.9))
def test_no_clock_that_is_wrong_beyond_the_headers_grain_passes(
    skew_s: float, trip_s: float, *, behind: bool
) -> None:
    guard, clocks = guarded()
    with pytest.raises(KalshiClockSkewError):
        reply(guard, clocks, -skew_s if behind else skew_s, trip_s)


@pytest.mark.parametrize("skew_s", [0.0, 12.0, -12.0])
@pytest.mark.parametrize(
    "stored",
    [
        {"age": "12"},
        {"age": " 1"},
        {"age": "soon"},
        {"age": "0, 7"},
        {"x-cache": "Hit from cloudfront"},
        {"x-cache": "MISS, HIT"},
        {"x-cache": "RefreshHit from cloudfront", "age": "0"},
    ],
    ids=str,
)
def test_a_reply_out_of_a_cache_decides_nothing(stored: dict[str, str], skew_s: float) -> None:
    guard, clocks = guarded()
    now = clocks.now()
    dated = {"date": format_datetime(now - timedelta(seconds=skew_s), usegmt=True)}
    assert guard.checked(stored | dated, now, now) is None
    assert (guard.skew_s, guard.latched) == (None, False)
    with pytest.raises(KalshiClockSkewError, match="not compared"):
        guard.require_checked()


@pytest.mark.parametrize("stored", [{"age": "0"}, {"x-cache": "Miss from cloudfront"}, {"age": ""}])
def test_a_reply_that_only_passed_a_cache_is_compared(stored: dict[str, str]) -> None:
    guard, clocks = guarded()
    now = clocks.now()
    dated = {"date": format_datetime(now - timedelta(seconds=12), usegmt=True)}
    with pytest.raises(KalshiClockSkewError, match="ahead of"):
        guard.checked(stored | dated, now, now)


BAD_DATES = [
    "",
    "yesterday",
    "Thu, 99 Jun 2026 06:29:20 GMT",
    "Thu, 11 Jun 99999999999 06:29:20 GMT",
    "Thu, 11 Jun 2026 06:29:99999999999999999999 GMT",
    "Thu, 11 Jun 2026 06:29:20 +99999999999999999999",
    "Thu, 11 Jun 2026 06:29:20 +9999",
    "Mon, 01 Jan 0001 00:00:00 +2359",
    "Thu, 11 Jun \u0662\u0660\u0662\u0666 06:29:20 GMT",
    "9" * 5000,
]


@pytest.mark.parametrize("date", BAD_DATES, ids=range(len(BAD_DATES)))
def test_a_reply_without_a_time_decides_nothing(date: str) -> None:
    guard, clocks = guarded()
    assert guard.checked({"date": date}, clocks.now(), clocks.now()) is None
    assert not guard.latched
    with pytest.raises(KalshiClockSkewError, match="not compared"):
        guard.require_checked()


@given(date=st.text(st.sampled_from("0123456789 :,+-/.JunThGMTZ"), max_size=40))
def test_no_date_however_malformed_ends_a_request(date: str) -> None:
    guard, clocks = guarded()
    guard.noted({"date": date}, clocks.now(), clocks.now())


def test_a_slow_reply_decides_only_what_every_moment_of_it_shows() -> None:
    guard, clocks = guarded()
    reply(guard, clocks, 0.0, trip_s=9.0)
    with pytest.raises(KalshiClockSkewError, match="not compared"):
        guard.require_checked()
    with pytest.raises(KalshiClockSkewError, match="ahead"):
        reply(guard, clocks, 100.0, trip_s=9.0)


@pytest.mark.parametrize("step_s", [1.0, -2.0, 600.0, -600.0])
def test_after_a_step_nothing_is_signed_until_a_reply_was_compared(step_s: float) -> None:
    guard, clocks = guarded()
    reply(guard, clocks, 0.0)
    clocks.seconds += 30.0
    guard.require_checked()
    clocks.offset += timedelta(seconds=step_s)
    for refuse in (guard.require_sound, guard.require_checked):
        with pytest.raises(KalshiClockSkewError, match="stepped"):
            refuse()
    if abs(step_s) > 5.0:
        with pytest.raises(KalshiClockSkewError):
            reply(guard, clocks, step_s)
    else:
        reply(guard, clocks, step_s)
        guard.require_checked()


def test_a_reply_that_was_under_way_when_the_clock_stepped_decides_nothing() -> None:
    guard, clocks = guarded()
    reply(guard, clocks, 0.0)
    sent = clocks.now()
    clocks.offset += timedelta(seconds=1.5)
    date = format_datetime(clocks.now(), usegmt=True)
    assert guard.checked({"date": date}, sent, clocks.now()) is None
    with pytest.raises(KalshiClockSkewError, match="stepped"):
        guard.require_sound()


def test_noting_a_reply_raises_nothing_and_still_latches() -> None:
    guard, clocks = guarded()
    wrong = format_datetime(START + timedelta(hours=1), usegmt=True)
    assert guard.noted({"date": wrong}, clocks.now(), clocks.now()) is not None
    assert guard.latched


def test_a_step_is_noticed_within_a_second_although_nothing_is_sent() -> None:
    async def session() -> float:
        loop = asyncio.get_running_loop()
        clocks = Clocks()
        begun = loop.time()
        guard = ClockGuard(clocks, lambda: 1000.0)
        noticed = loop.create_future()
        watching = asyncio.create_task(guard.watch(lambda: noticed.set_result(loop.time() - begun)))
        await asyncio.sleep(0)
        clocks.offset = timedelta(seconds=10)
        try:
            return float(await asyncio.wait_for(noticed, 5.0))
        finally:
            watching.cancel()

    assert asyncio.run(session()) < 1.0


def test_every_step_of_a_session_is_told_and_not_only_the_first() -> None:
    async def session() -> list[str]:
        clocks, said = Clocks(), list[str]()
        guard = ClockGuard(clocks, clocks.monotonic)
        watching = asyncio.create_task(guard.watch(lambda: said.append(guard.doubt)))
        await asyncio.sleep(0)
        reply(guard, clocks, 0.0)
        for step_s in (2.0, -3.0, 1.0):
            clocks.offset += timedelta(seconds=step_s)
            await asyncio.sleep(1.0)
            assert len(said) == [2.0, -3.0, 1.0].index(step_s) + 1
        # A step that a request noticed, and a reply cleared, before anybody looked.
        clocks.offset += timedelta(seconds=4.0)
        with pytest.raises(KalshiClockSkewError, match="stepped"):
            guard.require_sound()
        reply(guard, clocks, 4.0)
        guard.require_sound()
        await asyncio.sleep(1.0)
        # A clock that is found wrong is told once, however many replies say so.
        for _ in range(2):
            with pytest.raises(KalshiClockSkewError):
                reply(guard, clocks, 60.0)
        await asyncio.sleep(1.0)
        watching.cancel()
        return said

    async def virtual(_: VirtualClock) -> list[str]:
        return await session()

    said = run_virtual(virtual, START)
    steps = [sentence.partition(";")[0] for sentence in said]
    assert steps[:4] == [f"our clock stepped by {s} s" for s in ("+2.0", "-3.0", "+1.0", "+4.0")]
    assert steps[4:] == ["our clock is 59.5 s ahead of the exchange's"]


def test_small_steps_add_up_until_a_reply_is_compared() -> None:
    guard, clocks = guarded()
    reply(guard, clocks, 0.0)
    clocks.offset += timedelta(seconds=0.5)
    assert guard.look()
    reply(guard, clocks, 0.5)
    clocks.offset += timedelta(seconds=0.5)
    assert guard.look()
    clocks.offset += timedelta(seconds=0.5)
    assert not guard.look()
    assert guard.doubt.startswith("our clock stepped by +1.0 s; nothing is signed until")


def test_seconds_are_the_running_loops() -> None:
    async def difference() -> float:
        return loop_seconds() - asyncio.get_running_loop().time()

    assert abs(asyncio.run(difference())) < 0.1
    assert loop_seconds() > 0.0
