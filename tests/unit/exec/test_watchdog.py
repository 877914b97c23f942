from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.datastore.kill_switch import read_kill_switch
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.speaker import Speaker
from kalshi_alpha.datastore.state import Heartbeat, write_heartbeat
from kalshi_alpha.exec import watchdog as module
from kalshi_alpha.exec.group_cancel import CancelOutcome
from kalshi_alpha.exec.pulse import HUNG_AFTER_S
from kalshi_alpha.exec.runner_lock import RunnerLock
from kalshi_alpha.exec.telemetry.events import read_telemetry
from kalshi_alpha.exec.telemetry.sink import TelemetrySink
from kalshi_alpha.exec.watchdog import CANCELLED_WITHIN_S, Watchdog, main, teller, watch
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from sim_exchange import START

DONE = CancelOutcome(True, "nothing rests")


class RecordedCancels:
    """Answers cancels as told, and takes its time."""

    def __init__(self, *answers: CancelOutcome | VenueError, takes_s: float = 0.0) -> None:
        self.answers = list(answers) or [DONE]
        self.takes_s = takes_s
        self.at: list[float] = []

    async def cancel(self) -> CancelOutcome:
        self.at.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.takes_s)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, VenueError):
            raise answer
        return answer


class FakeSession:
    """A session in virtual time: it beats every two seconds until it dies or hangs."""

    def __init__(self, paths: Paths, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths, self.clock = paths, clock
        self.lock = RunnerLock(held=True)
        monkeypatch.setattr(module, "read_runner_lock", lambda _: self.lock)

    async def beat_for(self, seconds: float, session: str = "s-1") -> None:
        self.lock = RunnerLock(held=True)
        until = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < until:
            self.beat(session)
            await asyncio.sleep(min(2.0, until - asyncio.get_running_loop().time()))

    def beat(self, session: str, *, running: bool = True) -> None:
        now = self.clock.now()
        beat = Heartbeat(generated_at=now, session=session, running=running, pid=os.getpid())
        write_heartbeat(self.paths.heartbeat, beat)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


@pytest.mark.parametrize("phase_s", [0.0, 0.99])
@pytest.mark.parametrize("way", ["dead", "hung"])
def test_the_cancel_ends_within_thirty_seconds_of_the_end(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, way: str, phase_s: float
) -> None:
    canceller = RecordedCancels(takes_s=5.0)

    async def story(clock: VirtualClock) -> None:
        session = FakeSession(paths, clock, monkeypatch)
        watching = asyncio.create_task(Watchdog(paths, clock, canceller).run())
        await session.beat_for(12.0 + phase_s)
        assert canceller.at == []
        if way == "dead":
            session.lock = RunnerLock(held=False)
        ended = asyncio.get_running_loop().time()
        await asyncio.sleep(120.0)
        assert len(canceller.at) == 1
        assert canceller.at[0] + canceller.takes_s - ended <= CANCELLED_WITHIN_S
        watching.cancel()

    run_virtual(story, START)
    # A dead session may be started again by nobody's leave; one that hangs may wake up.
    assert read_kill_switch(paths.kill_switch).on is (way == "hung")


def test_a_session_that_ends_in_good_order_is_left_alone(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    canceller = RecordedCancels()
    told: list[str] = []

    async def story(clock: VirtualClock) -> None:
        session = FakeSession(paths, clock, monkeypatch)
        watching = asyncio.create_task(Watchdog(paths, clock, canceller, tell=told.append).run())
        await session.beat_for(30.0)
        session.beat("s-1", running=False)
        session.lock = RunnerLock(held=False)
        await asyncio.sleep(600.0)
        watching.cancel()

    run_virtual(story, START)
    assert canceller.at == []
    assert told == ["session s-1 is alive", "session (none) is idle"]


def test_a_cancel_is_repeated_until_it_is_confirmed_and_no_longer(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = (VenueError("503"), CancelOutcome(False, "2 resting"), DONE)
    canceller = RecordedCancels(*answers)
    told: list[str] = []

    async def story(clock: VirtualClock) -> None:
        session = FakeSession(paths, clock, monkeypatch)
        watching = asyncio.create_task(Watchdog(paths, clock, canceller, tell=told.append).run())
        await session.beat_for(10.0)
        session.lock = RunnerLock(held=False)
        await asyncio.sleep(60.0)
        watching.cancel()

    run_virtual(story, START)
    assert len(canceller.at) == 3
    assert told[1:] == [
        "session s-1 is dead",
        "not confirmed: 503",
        "not confirmed: 2 resting",
        "confirmed: nothing rests",
    ]


def test_a_venue_that_never_answers_is_given_up_on_and_asked_again(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    canceller = RecordedCancels(takes_s=1e6)
    told: list[str] = []

    async def story(clock: VirtualClock) -> None:
        session = FakeSession(paths, clock, monkeypatch)
        watching = asyncio.create_task(Watchdog(paths, clock, canceller, tell=told.append).run())
        await session.beat_for(10.0)
        session.lock = RunnerLock(held=False)
        await asyncio.sleep(30.0)
        watching.cancel()

    run_virtual(story, START)
    assert "not confirmed: no end in 10 s" in told
    assert len(canceller.at) == 3


def test_the_next_session_is_watched_too(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    canceller = RecordedCancels()

    async def story(clock: VirtualClock) -> None:
        session = FakeSession(paths, clock, monkeypatch)
        watching = asyncio.create_task(Watchdog(paths, clock, canceller).run())
        for name in ("s-1", "s-2"):
            await session.beat_for(10.0, name)
            session.lock = RunnerLock(held=False)
            await asyncio.sleep(20.0)
        watching.cancel()

    run_virtual(story, START)
    assert len(canceller.at) == 2


def test_a_clock_that_steps_back_makes_nobody_dead_at_once(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stepping:
        def __init__(self, clock: VirtualClock) -> None:
            self.clock, self.step = clock, timedelta(0)

        def now(self) -> object:
            return self.clock.now() + self.step

    canceller = RecordedCancels()

    async def story(clock: VirtualClock) -> None:
        session = FakeSession(paths, clock, monkeypatch)
        stepping = Stepping(clock)
        watchdog = Watchdog(paths, stepping, canceller)  # type: ignore[arg-type]
        watching = asyncio.create_task(watchdog.run())
        await session.beat_for(10.0)
        stepping.step = timedelta(seconds=-4)
        await session.beat_for(HUNG_AFTER_S - 2.0)
        stepping.step = timedelta(hours=1)
        await session.beat_for(20.0)
        watching.cancel()

    run_virtual(story, START)
    assert canceller.at == []


def test_orders_are_cancelled_though_the_switch_cannot_be_set(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    canceller = RecordedCancels()
    told: list[str] = []
    monkeypatch.setattr(module, "set_kill_switch", read_only)

    async def story(clock: VirtualClock) -> None:
        session = FakeSession(paths, clock, monkeypatch)
        watching = asyncio.create_task(Watchdog(paths, clock, canceller, tell=told.append).run())
        await session.beat_for(10.0)
        await asyncio.sleep(30.0)
        watching.cancel()

    run_virtual(story, START)
    assert len(canceller.at) == 1
    assert "kill switch not set: [Errno 30] Read-only file system" in told


SESSION = (
    "import asyncio, pathlib, sys\n"
    "from kalshi_alpha.brokers.account_lock import account_lock\n"
    "from kalshi_alpha.datastore.paths import Paths\n"
    "from kalshi_alpha.exec.live_beat import live_beat\n"
    "from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock\n"
    "async def session(paths):\n"
    "    async with live_beat(paths.heartbeat, SystemClock(), 's-1', every_s=0.1):\n"
    "        print('running', flush=True)\n"
    "        await asyncio.sleep(60)\n"
    "paths = Paths(pathlib.Path(sys.argv[1]))\n"
    "with account_lock(paths.order_journal):\n"
    "    asyncio.run(session(paths))\n"
)


@pytest.fixture
def session(paths: Paths) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SESSION, str(paths.root)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.communicate()


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
def test_a_real_session_that_is_killed_or_stopped_is_noticed(
    paths: Paths,
    session: subprocess.Popen[str],
    blow: signal.Signals,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.05)
    canceller = RecordedCancels()

    async def story() -> None:
        dog = Watchdog(paths, SystemClock(), canceller, hung_after_s=0.6)
        watching = asyncio.create_task(dog.run())
        await asyncio.sleep(0.8)
        assert canceller.at == []
        session.send_signal(blow)
        until = time.monotonic() + 10.0
        while not canceller.at and time.monotonic() < until:
            await asyncio.sleep(0.02)
        watching.cancel()

    asyncio.run(story())
    assert len(canceller.at) == 1
    assert read_kill_switch(paths.kill_switch).on is (blow is signal.SIGSTOP)


def test_it_ends_when_it_is_asked_to_or_its_time_is_over(paths: Paths) -> None:
    async def story() -> None:
        dog = Watchdog(paths, SystemClock(), RecordedCancels())
        await watch(dog, 0.05)
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGTERM)
        await watch(dog, None)

    asyncio.run(story())


def test_without_a_venue_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("KALSHI")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    assert main([]) == 2
    assert "--env prod, demo or sim" in capsys.readouterr().err
    assert main(["--env", "sim"]) == 1
    assert "KALSHI_SIM_URL" in capsys.readouterr().err
    assert main(["--env", "sim", "--hung-after", "20"]) == 2
    monkeypatch.setenv("KALSHI_ENV", "prod")
    assert main(["--env", "sim"]) == 2
    assert "--env sim contradicts KALSHI_ENV=prod" in capsys.readouterr().err


@pytest.mark.parametrize("as_json", [True, False])
def test_output_that_breaks_keeps_it_from_nothing(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    class ReadByNobody(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(sys, "stdout", ReadByNobody())
    clock = SystemClock()
    sink, speak = TelemetrySink(paths, clock, session="w", group=1), Speaker("watchdog")
    tell = teller(sink, speak, clock, KalshiEnv.SIM, as_json=as_json)
    tell("session s-1 is dead")
    tell("confirmed: nothing rests")
    sink.close()
    (written,) = (paths.root / "data/raw/kalshi").glob("*/*/*/exec.jsonl")
    assert len(read_telemetry(written).lines) == 2
    assert speak.lost == "Broken pipe"
    assert len(capsys.readouterr().err.splitlines()) == 1
