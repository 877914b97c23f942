from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.order_venue import DurableVenue, FakeVenue
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.core.errors import VenueUnavailable
from kalshi_alpha.core.gates import Action, Verdict
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.errors import OrderRejected, OrderUnknown, OrderWithheld
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.reconcile import BreakKind
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from live_desk import ROOMY, LiveDesk, MemoryJournal, at_a_desk, seconds
from order_cases import AT, EVENT, ID, MARKET, ORDER, intent


def test_a_comparison_waits_out_the_lag_of_the_readings() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.gateway.take_fill(desk.venue.fill(ID, 300, fee=20_000))
        found = await desk.gateway.reconcile()
        assert found.clean
        assert desk.gateway.reconciliation_reading().ok(desk.clock.now())

    at_a_desk(session, lag_s=1.5)


@pytest.mark.parametrize("dated", [True, False])
def test_a_reading_that_agrees_and_is_too_old_does_not_count(dated: bool) -> None:
    """Nobody told us of the fill, and the readings do not show it yet."""

    async def session(desk: LiveDesk) -> None:
        desk.venue.says_as_of = dated
        await desk.gateway.place(ORDER)
        await asyncio.sleep(5)
        desk.venue.fill(ID, 300)
        assert (await desk.gateway.reconcile()).clean
        assert desk.blotter.orders[ID].fills_e2 == 300

    at_a_desk(session, lag_s=1.5)


def test_nothing_is_sent_while_it_compares() -> None:
    async def session(desk: LiveDesk) -> None:
        comparing = asyncio.create_task(desk.gateway.reconcile())
        await asyncio.sleep(0.02)
        with pytest.raises(OrderWithheld, match="not_reconciled"):
            await desk.gateway.place(ORDER)
        assert (await comparing).clean
        await desk.gateway.place(intent(nonce=1))

    at_a_desk(session)


def test_it_waits_for_what_is_being_sent() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.latency_s = 0.5
        placing = asyncio.create_task(desk.gateway.place(ORDER))
        await asyncio.sleep(0.1)
        assert (await desk.gateway.reconcile()).clean
        assert placing.done()

    at_a_desk(session)


def test_breaks_that_stay_end_it_soon_and_an_open_doubt_is_waited_for() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.foreign_order(MARKET)
        begun = desk.clock.now()
        found = await desk.gateway.reconcile()
        assert {each.kind for each in found.breaks} == {BreakKind.FOREIGN_ORDER, BreakKind.CASH}
        assert desk.clock.now() - begun < seconds(10)

    at_a_desk(session)


def test_an_order_that_was_in_flight_at_the_crash_is_resolved_at_the_start() -> None:
    journal = MemoryJournal([ev.Intended(at=AT, client_order_id=ID, intent=ORDER)])

    async def session(desk: LiveDesk) -> None:
        found = await desk.gateway.start()
        assert found.clean
        assert 30.0 < (desk.clock.now() - AT).total_seconds() < 40.0
        assert isinstance(desk.journal.events[-2], ev.Stated)
        assert not desk.blotter.live()

    at_a_desk(session, journal=journal, opened=False)


def test_an_account_that_cannot_be_read_is_said_and_not_guessed() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.reads.extend(["fail"] * 1000)
        with pytest.raises(VenueUnavailable):
            await desk.gateway.start()
        assert not desk.gateway._reconciler.ready
        desk.venue.reads.clear()

    at_a_desk(session, opened=False)


def test_an_operators_note_is_taken_last_and_written_down() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.state.cash += 5_000_000
        assert not (await desk.gateway.reconcile()).clean
        assert (await desk.gateway.reconcile(accept="paid in")).clean
        notes = [e.note for e in desk.journal.events if isinstance(e, ev.Stated)]
        assert notes == ["first comparison with the venue", "paid in"]

    at_a_desk(session)


def test_a_settlement_is_booked_at_the_next_comparison() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.gateway.take_fill(desk.venue.fill(ID, 1000))
        desk.venue.settle(MARKET, yes=True)
        found = await desk.gateway.reconcile()
        assert found.clean
        assert desk.blotter.at_risk == Money(0)
        assert desk.blotter.cash == Money(1_005_800_000)

    at_a_desk(session)


# --- a crash between any two steps ------------------------------------------------------------


class Crash(SystemExit):
    """The process ends here; the event loop lets nothing of it run any more."""


class DyingJournal(MemoryJournal):
    """Ends the process with its n-th commit: before it is written, or just after."""

    def __init__(self, commits_left: int, *, written: bool) -> None:
        super().__init__()
        self._left = commits_left
        self._written = written

    def append(self, events: Any) -> int:
        self._left -= 1
        if self._left > 0:
            return super().append(events)
        if self._left == 0 and self._written:
            super().append(events)
        raise Crash


async def busy_session(desk: LiveDesk, venue: FakeVenue) -> None:
    """Do a little of everything; a crash may end it anywhere."""
    gateway = desk.gateway
    await gateway.place(ORDER)
    gateway.take_fill(venue.fill(ID, 300, fee=1_000))
    venue.script.extend(["ok", "ack lost", "lost", "400 invalid_order"])
    for n in range(1, 5):
        no = intent(ticker=f"{EVENT}-T1.{n}", side=Side.NO, price=Price(5000 + n))
        try:
            await gateway.place(no)
        except (OrderUnknown, OrderRejected, OrderWithheld):
            await asyncio.sleep(2.0)
    await gateway.place_batch([intent(nonce=n) for n in range(10, 13)])
    venue.fill(intent(nonce=11).client_order_id, 1000)
    await gateway.cancel(ID)
    await asyncio.sleep(40.0)
    gateway.doubt()
    await asyncio.sleep(2.0)
    await gateway.reconcile()


def crashed(commits: int, *, written: bool, lag_s: float) -> tuple[bool, DyingJournal, FakeVenue]:
    journal = DyingJournal(commits, written=written)
    venues: list[FakeVenue] = []

    async def main(clock: VirtualClock) -> None:
        venue = FakeVenue(clock, lag_s=lag_s)
        venues.append(venue)
        desk = LiveDesk(clock, venue, journal)
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        await desk.open()
        await busy_session(desk, venue)

    try:
        run_virtual(main, AT)
    except Crash:
        return True, journal, venues[0]
    return False, journal, venues[0]


def started_again(journal: MemoryJournal, venue: FakeVenue) -> None:
    """Replay, reconcile, and hold what must hold."""

    async def main(clock: VirtualClock) -> None:
        venue.clock, venue.lag_s = clock, 0.0
        venue.script.clear()
        desk = LiveDesk(clock, venue, MemoryJournal(list(journal.events)))
        found = await desk.gateway.start(Contracts.whole(50))
        assert found.clean, found.breaks
        desk.check()
        resting = {o.client_order_id for o in desk.blotter.resting()}
        assert resting == set(venue.resting())
        assert dict(desk.blotter.positions) == {
            ticker: net
            for ticker, bought in venue.state.bought.items()
            if (net := bought[Side.YES] - bought[Side.NO])
        }
        assert desk.blotter.cash == Money(venue.state.cash)
        await desk.gateway.place(
            intent(nonce=99, decided_at=clock.now(), expires_at=clock.now() + seconds(300))
        )
        await desk.close()

    at = max(venue.clock.now(), AT)
    run_virtual(main, at)


@pytest.mark.parametrize("written", [False, True], ids=["before the commit", "after it"])
@pytest.mark.parametrize("lag_s", [0.0, 0.9])
def test_a_crash_at_any_commit_is_recovered_by_replay_and_comparison(
    written: bool, lag_s: float
) -> None:
    died, commits = True, 0
    while died:
        commits += 1
        died, journal, venue = crashed(commits, written=written, lag_s=lag_s)
        started_again(journal, venue)
    assert commits > 12


def test_any_prefix_of_a_whole_session_can_be_replayed() -> None:
    _, journal, _ = crashed(10**6, written=True, lag_s=0.0)
    for length in range(len(journal.events) + 1):
        Blotter(journal.events[:length])


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def trades_until_killed(folder: Path) -> None:
    """Place, fill and cancel at a venue on disk, as fast as it goes: a child runs this."""

    async def main() -> None:
        clock = WallClock()
        venue = DurableVenue(clock, folder / "venue")
        with OrderJournal(folder / "orders.sqlite") as journal:
            gateway = gateway_of(venue, journal, clock)
            await gateway.start()
            (folder / "begun").touch()
            for n in range(10_000):
                now = clock.now()
                order = intent(
                    nonce=n,
                    decided_at=now,
                    expires_at=now + seconds(600),
                    price=Price(100 + n % 50),
                )
                await gateway.place(order)
                if n % 3 == 0:
                    gateway.take_fill(venue.fill(order.client_order_id, 100 * (n % 9 + 1)))
                if n % 2:
                    await gateway.cancel(order.client_order_id)

    asyncio.run(main())


def gateway_of(venue: FakeVenue, journal: OrderJournal, clock: WallClock) -> LiveGateway:
    from kalshi_alpha.brokers.live_options import LiveOptions
    from kalshi_alpha.core.orders.caps import Caps, LadderCaps

    much = Money(10**12)
    caps = Caps(
        total=much, per_second=10**6, default=LadderCaps(order=much, strike=much, ladder=much)
    )

    def gate(_: OrderIntent) -> Verdict:
        return Verdict(True, Action.LIVE, clock.now(), (), True, None, ())

    return LiveGateway(
        venue,
        journal,
        clock,
        gate=gate,
        kill=lambda: False,
        caps=caps,
        options=LiveOptions(group_required=False),
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_killed_process_starts_again_without_a_hand(seed: int, tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:  # pragma: no cover - the child is killed
        try:
            trades_until_killed(tmp_path)
        finally:
            os._exit(1)
    while not (tmp_path / "begun").exists():
        time.sleep(0.001)
    time.sleep(random.Random(seed).uniform(0.0, 0.05))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    with OrderJournal(tmp_path / "orders.sqlite") as journal:
        replayed = list(journal.replay())
    at = max(event.at for event in replayed) + seconds(31)

    async def main(clock: VirtualClock) -> None:
        venue = DurableVenue(clock, tmp_path / "venue")
        desk = LiveDesk(clock, venue, MemoryJournal(replayed), caps=ROOMY)
        found = await desk.gateway.start()
        assert found.clean, (seed, found.breaks)
        desk.check()
        assert {o.client_order_id for o in desk.blotter.resting()} == set(venue.resting())
        assert desk.blotter.cash == Money(venue.state.cash)
        await desk.close()

    run_virtual(main, at)
