from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.exec.group_cancel import (
    CONFIRM_LOOKS,
    OTHER_GROUPS_MAX,
    CancelOutcome,
    GroupCanceller,
)
from kalshi_alpha.exec.watchdog import CANCEL_TIMEOUT_S
from kalshi_alpha.sim.app import AppOptions
from kalshi_alpha.sim.in_process import InProcessExchange, InProcessWire
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from sim_exchange import HIGH, LOW, MAKER, MID, PREFIX, START, Exchange, exchange

HOST = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")
Session = Callable[[Exchange, GroupCanceller], Awaitable[None]]


def run(session: Session, options: AppOptions | None = None) -> None:
    async def main(clock: VirtualClock) -> None:
        ex = exchange(options=options, clock=clock)
        credentials = Credentials(f"key-{MAKER}", ex.keys[MAKER], KalshiEnv.SIM)
        async with InProcessExchange(ex.app) as venue:
            client = VenueClient(InProcessWire(venue), Signer(credentials), clock, HOST)
            await session(ex, GroupCanceller(client))

    run_virtual(main, START)


def group(ex: Exchange) -> str:
    made = ex.json("POST", f"{PREFIX}/portfolio/order_groups/create", {"contracts_limit": 50})
    return str(made["order_group_id"])


def resting(ex: Exchange) -> int:
    reply = ex.json("GET", f"{PREFIX}/portfolio/orders", query="status=resting")
    return len(reply["orders"])


def test_everything_is_cancelled_through_its_groups() -> None:
    async def session(ex: Exchange, canceller: GroupCanceller) -> None:
        one, two = group(ex), group(ex)
        for ticker, name in ((LOW, one), (MID, one), (HIGH, two)):
            ex.rest(ticker, order_group_id=name)
        outcome = await canceller.cancel()
        assert outcome.confirmed
        assert sorted(outcome.detail.split("; ")) == sorted(
            [f"group {one}: done", f"group {two}: done", "nothing rests"]
        )
        assert resting(ex) == 0
        # Whoever wakes up cannot put an order back.
        refused = ex.call("POST", f"{PREFIX}/portfolio/events/orders", order_in(one))
        assert refused.status >= 400

    run(session)


def test_the_groups_of_what_rests_come_first_however_many_others_there_are() -> None:
    async def session(ex: Exchange, canceller: GroupCanceller) -> None:
        old = []
        for _ in range(50):
            old.append(group(ex))
            await asyncio.sleep(1.0)
        ex.rest(LOW, order_group_id=old[3])
        begun = asyncio.get_running_loop().time()
        outcome = await canceller.cancel()
        assert outcome.confirmed
        said = outcome.detail.split("; ")
        assert said[0] == f"group {old[3]}: done"
        assert len(said) == 1 + OTHER_GROUPS_MAX + 1
        assert asyncio.get_running_loop().time() - begun < CANCEL_TIMEOUT_S

    run(session, AppOptions(limits_rates=True))


def test_what_rests_outside_of_groups_is_cancelled_as_well() -> None:
    async def session(ex: Exchange, canceller: GroupCanceller) -> None:
        ex.rest(LOW)
        ex.rest(MID, order_group_id=group(ex))
        outcome = await canceller.cancel()
        assert outcome.confirmed
        assert "cancel all: done" in outcome.detail
        assert resting(ex) == 0

    run(session)


def test_reads_that_lag_are_waited_for() -> None:
    async def session(ex: Exchange, canceller: GroupCanceller) -> None:
        ex.rest(LOW, order_group_id=group(ex))
        await asyncio.sleep(5.0)
        outcome = await canceller.cancel()
        assert outcome.confirmed
        assert not [o for o in ex.app.engine.orders(MAKER) if o.status == "resting"]

    run(session, AppOptions(limits_rates=False, read_lag_max_s=2.0))


@pytest.mark.parametrize("seed", range(5))
def test_an_order_that_readings_do_not_show_yet_is_found_and_cancelled(seed: int) -> None:
    async def session(ex: Exchange, canceller: GroupCanceller) -> None:
        await asyncio.sleep(5.0)
        # The session died right after this one; it is in no group.
        ex.rest(LOW)
        outcome = await canceller.cancel()
        assert outcome.confirmed
        assert "cancel all: done" in outcome.detail
        assert not [o for o in ex.app.engine.orders(MAKER) if o.status == "resting"]

    run(session, AppOptions(limits_rates=False, read_lag_max_s=1.5, seed=seed))


def test_cancelling_nothing_and_cancelling_again_are_confirmed() -> None:
    async def session(ex: Exchange, canceller: GroupCanceller) -> None:
        assert await canceller.cancel() == CancelOutcome(True, "nothing rests")
        ex.rest(LOW, order_group_id=group(ex))
        assert (await canceller.cancel()).confirmed
        assert (await canceller.cancel()).confirmed

    run(session)


def test_a_check_changes_nothing() -> None:
    async def session(ex: Exchange, canceller: GroupCanceller) -> None:
        ex.rest(LOW, order_group_id=group(ex))
        assert await canceller.check() == "1 order groups, 1 resting"
        assert resting(ex) == 1

    run(session)


def order_in(group_id: str) -> dict[str, str]:
    return {
        "ticker": LOW,
        "side": "bid",
        "count": "1.00",
        "price": "0.3400",
        "time_in_force": "good_till_canceled",
        "self_trade_prevention_type": "taker_at_cross",
        "order_group_id": group_id,
    }


@dataclass
class FailingClient:
    """A venue that refuses some questions and never lets an order go."""

    groups_fail: bool = False
    orders_fail: bool = False
    calls: list[str] = field(default_factory=list)

    async def compare_clocks(self) -> None:
        self.calls.append("clocks")

    async def order_groups(self) -> list[SimpleNamespace]:
        if self.groups_fail:
            raise VenueError("503")
        return [SimpleNamespace(id="g-1"), SimpleNamespace(id=None)]

    async def orders(self, *, status: str | None = None) -> list[SimpleNamespace]:
        if self.orders_fail:
            raise VenueError("orders: 503")
        return [SimpleNamespace(order_group_id=None)] if status == "resting" else []

    async def trigger_group(self, group_id: str) -> SimpleNamespace:
        self.calls.append(f"trigger {group_id}")
        raise VenueError("reset by peer")

    async def cancel_all(self) -> SimpleNamespace:
        self.calls.append("cancel all")
        return SimpleNamespace(status=500)


def outcome_of(client: FailingClient) -> CancelOutcome:
    async def main(_: VirtualClock) -> CancelOutcome:
        return await GroupCanceller(client).cancel()

    return run_virtual(main, START)


def test_what_still_rests_is_not_confirmed_and_each_failure_told() -> None:
    client = FailingClient()
    outcome = outcome_of(client)
    assert outcome == CancelOutcome(
        False, "group g-1: reset by peer; cancel all: refused, status 500; 1 resting"
    )
    assert client.calls == ["clocks", "trigger g-1", *["cancel all"] * CONFIRM_LOOKS]


def test_groups_that_cannot_be_read_leave_cancelling_all() -> None:
    client = FailingClient(groups_fail=True)
    assert "order groups not read: 503; cancel all" in outcome_of(client).detail
    assert client.calls == ["clocks", *["cancel all"] * CONFIRM_LOOKS]


def test_a_venue_that_cannot_be_asked_is_an_error() -> None:
    with pytest.raises(VenueError, match="orders: 503"):
        outcome_of(FailingClient(orders_fail=True))
