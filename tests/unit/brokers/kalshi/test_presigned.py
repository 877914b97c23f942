from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.presigned import PresignedPool, presigning_wanted
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import BadParameter, ConfigError

PATH = "/trade-api/v2/portfolio/events/orders"
TARGETS = (("POST", PATH), ("POST", f"{PATH}/batched"))
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
SIGNER = Signer(Credentials("11111111-2222", KEY, KalshiEnv.SIM))
START = datetime(2026, 6, 11, 6, 29, 20, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)


class SetClock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def pass_ms(self, ms: int) -> None:
        self.at += timedelta(milliseconds=ms)


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def stamp(headers: dict[str, str] | None) -> int:
    assert headers is not None
    return int(headers["KALSHI-ACCESS-TIMESTAMP"])


def test_each_signature_is_valid_current_and_used_once() -> None:
    clock = SetClock()
    pool = PresignedPool(SIGNER, clock, TARGETS, depth=3)
    pool.refill()
    taken = [pool.take("POST", PATH) for _ in range(4)]
    assert taken[3] is None
    stamps = [stamp(each) for each in taken[:3]]
    assert len(set(stamps)) == 3
    assert all(START_MS - 500 <= each <= START_MS for each in stamps)
    for each in taken[:3]:
        assert each == SIGNER.headers("POST", PATH, stamp(each))
    assert pool.take("POST", f"{PATH}/batched") is not None


def test_no_timestamp_is_signed_twice_for_one_target() -> None:
    clock = SetClock()
    pool = PresignedPool(SIGNER, clock, TARGETS[:1], depth=4)
    seen: list[int] = []
    for _ in range(30):
        pool.refill()
        while (headers := pool.take(*TARGETS[0])) is not None:
            seen.append(stamp(headers))
        clock.pass_ms(1)
    assert len(seen) == len(set(seen))
    assert len(seen) > 20


@pytest.mark.parametrize(
    ("passed_ms", "usable"), [(0, True), (500, True), (501, False), (-1, False)]
)
def test_a_signature_is_used_within_half_a_second_and_never_ahead_of_its_time(
    passed_ms: int, *, usable: bool
) -> None:
    clock = SetClock()
    pool = PresignedPool(SIGNER, clock, TARGETS[:1], depth=1)
    pool.refill()
    clock.pass_ms(passed_ms)
    assert (pool.take("POST", PATH) is not None) is usable


def test_a_target_that_was_not_foreseen_has_no_signature() -> None:
    pool = PresignedPool(SIGNER, SetClock(), TARGETS)
    pool.refill()
    assert pool.take("DELETE", PATH) is None


def test_the_kill_switch_empties_the_pool_for_good() -> None:
    killed = False
    pool = PresignedPool(SIGNER, SetClock(), TARGETS, may_sign=lambda: not killed)
    pool.refill()
    killed = True
    assert pool.take("POST", PATH) is None
    pool.refill()
    killed = False
    assert pool.take("POST", PATH) is None


class ByHand(Executor):
    """Runs what it was given only when it is told to."""

    def __init__(self) -> None:
        self.given: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.given.append((future, functools.partial(call, *args, **kwargs)))
        return future

    def finish(self) -> None:
        for future, call in self.given:
            future.set_result(call())
        self.given.clear()


def test_clearing_drops_what_is_being_signed_meanwhile() -> None:
    async def session() -> list[bool]:
        executor = ByHand()
        found = []
        for clear_first in (False, True):
            pool = PresignedPool(SIGNER, SystemClock(), TARGETS[:1], depth=1)
            keeping = asyncio.create_task(pool.keep(executor))
            while not executor.given:
                await asyncio.sleep(0)
            if clear_first:
                pool.clear()
            executor.finish()
            await asyncio.sleep(0.01)
            found.append(pool.take("POST", PATH) is not None)
            keeping.cancel()
        return found

    assert asyncio.run(session()) == [True, False]


def test_a_kept_pool_is_full_again_after_it_was_used_and_empty_at_the_end() -> None:
    async def session() -> tuple[int, str]:
        with ThreadPoolExecutor(1) as executor:
            pool = PresignedPool(SIGNER, SystemClock(), TARGETS[:1], depth=2)
            keeping = asyncio.create_task(pool.keep(executor))
            taken = 0
            for _ in range(40):
                await asyncio.sleep(0.02)
                taken += pool.take("POST", PATH) is not None
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping
            return taken, repr(pool)

    taken, shown = asyncio.run(session())
    assert taken >= 8
    assert shown == f"PresignedPool({{'POST {PATH}': 0}})"


@pytest.mark.parametrize(
    ("env", "setting", "wanted"),
    [
        (KalshiEnv.SIM, "", True),
        (KalshiEnv.SIM, "off", False),
        (KalshiEnv.DEMO, "", False),
        (KalshiEnv.PROD, "", False),
        (KalshiEnv.PROD, "on", True),
    ],
)
def test_outside_the_local_exchange_it_is_off_until_it_is_set(
    env: KalshiEnv, setting: str, *, wanted: bool
) -> None:
    assert presigning_wanted(env, {"KALSHI_PRESIGN": setting}) is wanted


def test_nonsense_settings_are_refused() -> None:
    with pytest.raises(ConfigError):
        presigning_wanted(KalshiEnv.SIM, {"KALSHI_PRESIGN": "yes"})
    with pytest.raises(BadParameter):
        PresignedPool(SIGNER, SetClock(), TARGETS, depth=0)
