from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fakes.stream_venue import Venue
from kalshi_alpha.brokers.kalshi.clock_guard import ClockGuard
from kalshi_alpha.brokers.kalshi.market_stream import MarketStream
from kalshi_alpha.brokers.kalshi.stream_commands import Channel
from kalshi_alpha.brokers.kalshi.stream_events import (
    Notice,
    NoticeKind,
    StreamHandlers,
    StreamOptions,
    StreamRefused,
)
from kalshi_alpha.core.book.ladder_book import Dirty, LadderBook
from kalshi_alpha.core.errors import BadParameter, KalshiClockSkewError
from kalshi_alpha.core.types import Side
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual

START = datetime(2026, 6, 11, 6, 31, tzinfo=UTC)


class Signer:
    def headers(self, method: str, path: str, at_ms: int) -> dict[str, str]:
        return {"signed": f"{at_ms}{method}{path}"}


class Desk:
    """A stream on a scripted venue, and all that it told."""

    def __init__(
        self, clock: VirtualClock, venue: Venue, *, compared: bool, **options: float
    ) -> None:
        self.venue = venue
        self.ahead = timedelta(0)
        self.clock = clock
        self.guard = ClockGuard(self)
        if compared:
            self.compare()
        self.notices: list[Notice] = []
        self.seen: list[tuple[str, Dirty | None]] = []
        self.told: list[object] = []
        self.frames: list[bytes] = []
        handlers = StreamHandlers(
            on_book=lambda book: self.seen.append((book.ticker, book.dirty)),
            on_trade=self.told.append,
            on_fill=self.told.append,
            on_user_order=self.told.append,
            on_other=self.told.append,
            on_frame=self.frames.append,
            on_notice=self.notices.append,
        )
        self.stream = MarketStream(
            venue,
            Signer(),
            clock,
            ["A", "B"],
            handlers=handlers,
            channels=(Channel.TRADE, Channel.FILL, Channel.USER_ORDERS),
            options=StreamOptions(**options),  # type: ignore[arg-type]
            rng=random.Random(7),
            guard=self.guard,
        )

    def now(self) -> datetime:
        return self.clock.now() + self.ahead

    def compare(self, wrong_by: timedelta = timedelta(0)) -> None:
        """Let a reply come whose date is our time less so much."""
        at = self.now()
        self.guard.noted({"date": format_datetime(at - wrong_by, usegmt=True)}, at, at)

    def book(self, ticker: str = "A") -> LadderBook:
        return self.stream.books[ticker]

    def count(self, kind: NoticeKind) -> int:
        return sum(notice.kind is kind for notice in self.notices)


Script = Callable[[Desk], Awaitable[None]]


def play(
    script: Script, venue: Venue | None = None, *, compared: bool = True, **options: float
) -> Desk:
    """Run a stream in virtual time beside a script, to the script's end."""

    async def main(clock: VirtualClock) -> Desk:
        scene = venue if venue is not None else Venue()
        desk = Desk(clock, scene, compared=compared, **options)
        task = asyncio.create_task(desk.stream.run())
        scripted = asyncio.ensure_future(script(desk))
        done, _ = await asyncio.wait({task, scripted}, return_when=asyncio.FIRST_COMPLETED)
        for each in (task, scripted):
            each.cancel()
        await asyncio.gather(task, scripted, return_exceptions=True)
        for each in done:
            each.result()
        return desk

    return run_virtual(main, START)


async def settled(desk: Desk, seconds: float = 1.0) -> None:
    await asyncio.sleep(seconds)
    assert desk.stream.is_live


def test_no_handshake_is_signed_before_a_first_reply_was_compared() -> None:
    async def script(desk: Desk) -> None:
        await asyncio.sleep(5.0)
        assert desk.venue.heads == []
        (notice,) = desk.notices
        assert notice.kind is NoticeKind.CLOCK_DOUBTED
        assert notice.detail == (
            "our clock was not compared with the exchange's yet: no reply told its time, or "
            "it came late or out of a cache; ask for its status again"
        )
        desk.compare()
        await settled(desk)

    play(script, compared=False)


def test_after_a_step_the_stream_connects_again_only_once_a_reply_was_compared() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        desk.ahead = timedelta(seconds=2)
        desk.venue.line.cut()
        await asyncio.sleep(20.0)
        assert len(desk.venue.heads) == 1
        assert not desk.stream.is_live
        assert desk.count(NoticeKind.CLOCK_DOUBTED) == 1
        desk.compare()
        await settled(desk)
        assert len(desk.venue.heads) == 2

    play(script)


def test_a_clock_that_was_found_wrong_ends_the_stream_instead_of_a_handshake() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        desk.compare(wrong_by=timedelta(minutes=1))
        await settled(desk)
        desk.venue.line.cut()
        await asyncio.sleep(60.0)

    venue = Venue()
    with pytest.raises(KalshiClockSkewError, match="synchronise the clock with NTP"):
        play(script, venue)
    assert len(venue.heads) == 1


def test_subscribing_gives_clean_books_and_states_the_price_scale() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)

    desk = play(script)
    first = desk.venue.commands[0]
    assert first["params"] == {
        "channels": ["orderbook_delta"],
        "market_tickers": ["A", "B"],
        "use_yes_price": False,
    }
    channels = [each["params"]["channels"] for each in desk.venue.commands]  # type: ignore[index]
    assert channels == [["orderbook_delta"], ["trade"], ["fill"], ["user_orders"]]
    signed = f"{int(START.timestamp() * 1000)}GET/trade-api/ws/v2"
    assert desk.venue.heads == [{"signed": signed}]
    assert desk.seen[:2] == [("A", None), ("B", None)]


def test_deltas_reach_the_book_and_its_handler() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        desk.venue.line.delta(change="5.00")
        await asyncio.sleep(0.1)
        assert desk.book().bid_e4 == 3400
        assert desk.seen[-1] == ("A", None)

    desk = play(script)
    assert len(desk.frames) == 4 + 2 + 1


def test_a_gap_makes_the_books_dirty_until_the_snapshots_that_are_asked_for() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        line = desk.venue.line
        line.seqs[1] += 1
        desk.seen.clear()
        line.delta()
        await asyncio.sleep(0.1)
        assert desk.stream.is_live
        line.delta(change="2.00")
        await asyncio.sleep(0.1)
        assert desk.book().size_e2(Side.YES, 3400) == 200

    desk = play(script)
    assert desk.seen[0] == ("A", Dirty.SEQ_GAP)
    assert desk.count(NoticeKind.SEQ_GAP) == 1
    assert desk.venue.asked("get_snapshot") == 1
    assert desk.stream.connects == 1


def test_a_repeated_frame_is_not_applied_twice() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        line = desk.venue.line
        desk.venue.is_mute = True
        line.delta(change="5.00")
        line.seqs[1] -= 1
        line.delta(change="5.00")
        await asyncio.sleep(0.1)
        assert desk.book().dirty is Dirty.SEQ_REPEAT
        assert desk.book().size_e2(Side.YES, 3400) == 500

    assert play(script).count(NoticeKind.SEQ_REPEAT) == 1


@pytest.mark.parametrize(
    "frame", [b'{"type":"orderbook_delta","sid":1,"se', b"\xff\xfe\xfd", b"{}"]
)
def test_after_a_torn_frame_the_books_are_asked_for(frame: bytes) -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        desk.venue.line.frames.put_nowait(frame)
        desk.venue.line.seqs[1] += 1
        await settled(desk, 0.1)

    desk = play(script)
    assert ("A", Dirty.UNREADABLE_FRAME) in desk.seen
    assert ("B", Dirty.UNREADABLE_FRAME) in desk.seen
    assert desk.count(NoticeKind.UNREADABLE_FRAME) == 1
    assert desk.count(NoticeKind.SEQ_GAP) == 0


def test_a_delta_before_its_snapshot_waits_for_it() -> None:
    async def script(desk: Desk) -> None:
        venue = desk.venue
        await asyncio.sleep(0.01)
        venue.is_early = True
        await asyncio.sleep(1.0)
        assert desk.book().dirty is Dirty.NO_SNAPSHOT
        venue.is_early = False
        await settled(desk, 6.0)

    assert play(script).stream.connects == 1


def test_a_snapshot_that_does_not_come_is_asked_for_again_and_then_the_line_is_given_up() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        desk.venue.is_mute = True
        desk.venue.line.seqs[1] += 1
        while desk.count(NoticeKind.DISCONNECTED) == 0:
            desk.venue.line.delta()
            await asyncio.sleep(0.1)
        assert 4 <= desk.venue.asked("get_snapshot") <= 8
        desk.venue.is_mute = False
        await settled(desk, 15.0)

    assert play(script).stream.connects == 2


def test_a_cut_line_makes_the_books_dirty_and_is_opened_again_with_patience() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        desk.venue.refusals = 6
        desk.venue.line.cut()
        await asyncio.sleep(0.1)
        assert desk.book().dirty is Dirty.DISCONNECTED
        await settled(desk, 40.0)

    desk = play(script)
    assert desk.stream.connects == 2
    assert len(desk.venue.heads) == 8
    assert len(set(map(str, desk.venue.heads))) == 8  # each handshake is signed anew
    assert desk.count(NoticeKind.DISCONNECTED) == 7


def test_a_storm_of_cut_lines_waits_longer_each_time() -> None:
    async def script(desk: Desk) -> None:
        for _ in range(120):
            await asyncio.sleep(0.5)
            if desk.venue.lines and desk.venue.line.is_open:
                desk.venue.line.cut()

    assert 5 <= play(script).stream.connects <= 9


def test_silence_is_probed_and_then_the_line_is_given_up_as_stalled() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk, 14.0)
        assert desk.count(NoticeKind.PROBED) == 0
        desk.venue.is_mute = True
        while desk.count(NoticeKind.DISCONNECTED) == 0:
            await asyncio.sleep(0.1)
        assert desk.book().dirty is Dirty.STALLED
        desk.venue.is_mute = False
        await settled(desk)

    desk = play(script)
    assert (desk.count(NoticeKind.PROBED), desk.count(NoticeKind.STALLED)) == (1, 1)
    assert desk.stream.connects == 2


def test_a_quiet_market_answers_the_probe_and_stays_clean() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk, 100.0)

    desk = play(script)
    assert desk.count(NoticeKind.PROBED) == 6
    assert desk.stream.connects == 1
    assert not any(dirty for _, dirty in desk.seen[2:] if dirty is not Dirty.DISCONNECTED)


def test_a_line_on_which_nobody_answers_is_given_up() -> None:
    venue = Venue()
    venue.is_mute = True

    async def script(desk: Desk) -> None:
        await asyncio.sleep(10.0)
        venue.is_mute = False
        await settled(desk, 2.0)

    assert play(script, venue).stream.connects == 2


@pytest.mark.parametrize("code", [10, 25])
def test_a_channel_that_ends_is_subscribed_anew_on_the_same_line(code: int) -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        line = desk.venue.line
        line.say(type="error", sid=1, msg={"code": code, "msg": "buffer overflow"})
        await settled(desk, 0.1)
        line.delta(change="5.00")
        await asyncio.sleep(0.1)
        assert desk.book().bid_e4 == 3400

    desk = play(script)
    assert ("A", Dirty.CHANNEL_ERROR) in desk.seen
    assert desk.count(NoticeKind.CHANNEL_ENDED) == 1
    assert desk.stream.connects == 1


def test_a_channel_that_ends_again_and_again_gives_the_line_up() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        for _ in range(4):
            line = desk.venue.line
            line.say(type="error", sid=line.channels["orderbook_delta"], msg={"code": 25})
            await asyncio.sleep(0.1)
        await settled(desk, 3.0)

    assert play(script).stream.connects == 2


@pytest.mark.parametrize("error", [{"code": 25}, {"code": 27, "msg": "too many"}, {"code": 18}])
def test_an_error_that_passes_gives_the_line_up(error: dict[str, object]) -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        desk.venue.line.say(type="error", msg=error)
        await settled(desk, 3.0)

    assert play(script).stream.connects == 2


@pytest.mark.parametrize("code", [8, 9, 11, 14, 26])
def test_a_refused_subscription_ends_the_stream(code: int) -> None:
    venue = Venue()
    venue.error = {"code": code, "msg": "no"}

    async def script(desk: Desk) -> None:
        await asyncio.sleep(5.0)

    with pytest.raises(StreamRefused, match=f"refuses to subscribe orderbook_delta, code {code}"):
        play(script, venue)


def test_private_events_trades_and_other_frames_reach_their_handlers() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        line = desk.venue.line
        trade = {"trade_id": "t", "market_ticker": "A", "yes_price_dollars": "0.36"}
        line.numbered("trade", type="trade", msg={**trade, "count_fp": "7.77"})
        fill = {**trade, "order_id": "o", "count_fp": "1.00", "fee_cost": "0.0175"}
        line.say(type="fill", sid=3, msg={**fill, "is_taker": False, "outcome_side": "no"})
        counts = dict.fromkeys(("initial_count_fp", "fill_count_fp", "remaining_count_fp"), "1.00")
        order = {"order_id": "o", "ticker": "A", "status": "resting", "outcome_side": "yes"}
        line.say(type="user_order", sid=4, msg={**order, "yes_price_dollars": "0.3400", **counts})
        line.say(type="market_lifecycle_v2", sid=9, seq=1, msg={})
        await asyncio.sleep(0.1)

    desk = play(script)
    names = [type(each).__name__ for each in desk.told]
    assert names == ["TradeMsg", "FillMsg", "UserOrderMsg", "OtherFrame"]


def test_a_crossed_book_is_asked_for_while_it_stays_crossed() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)
        msg = {"market_ticker": "A", "price_dollars": "0.7000", "delta_fp": "1.00", "side": "no"}
        desk.venue.line.numbered(type="orderbook_delta", msg=msg)
        await asyncio.sleep(0.01)
        assert not desk.book().is_quotable
        assert desk.book().is_crossed
        await asyncio.sleep(1.0)
        assert not desk.book().is_crossed

    assert play(script).venue.asked("get_snapshot") == 1


def test_when_the_stream_ends_every_book_is_dirty() -> None:
    async def script(desk: Desk) -> None:
        await settled(desk)

    assert {book.dirty for book in play(script).stream.books.values()} == {Dirty.DISCONNECTED}


def test_a_stream_of_nothing_is_refused() -> None:
    async def main(clock: VirtualClock) -> None:
        MarketStream(Venue(), Signer(), clock, [])

    with pytest.raises(BadParameter, match="at least one ticker"):
        run_virtual(main, START)
