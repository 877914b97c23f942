"""The exchange inside the client's own process: no socket, but time on the way and every fault.

Requests and frames take a drawn latency each way, by asyncio's timers. Under a loop in virtual
time a session is therefore as fast as it computes and the same on every run, and what races on a
network races here: a cancel may arrive after the fill that it meant to avoid.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply, WireRequest
from kalshi_alpha.sim.app import SimApp
from kalshi_alpha.sim.faults_frames import Ending, Outgoing
from kalshi_alpha.sim.faults_requests import Delivery, Fate
from kalshi_alpha.sim.rest_errors import Refusal
from kalshi_alpha.sim.stream import SimStream

TICK_S = 1.0


@dataclass(frozen=True, slots=True)
class LatencyModel:
    """How long one way takes: a floor, and a lognormal part above it.

    Attributes
    ----------
    floor_s
        Shortest time.
    median_s
        Median of what is added to it.
    spread
        Standard deviation of the logarithm of what is added.

    Raises
    ------
    BadParameter
        If one is negative or not finite.
    """

    floor_s: float = 0.004
    median_s: float = 0.003
    spread: float = 0.6

    def __post_init__(self) -> None:
        if not all(0 <= each < 1e6 for each in (self.floor_s, self.median_s, self.spread)):
            raise BadParameter(f"impossible latency {self}")

    def draw(self, rng: random.Random) -> float:
        """Draw the seconds of one way."""
        if self.median_s == 0:
            return self.floor_s
        return self.floor_s + self.median_s * rng.lognormvariate(0.0, self.spread)


class InProcessExchange:
    """One exchange in this process: its wire, its streams, and what happens by itself.

    Use it as an asynchronous context manager, so that its time goes on.

    Parameters
    ----------
    app
        The exchange.
    latency
        Of each way.
    seed
        Of the latencies.
    tick_s
        How often the exchange looks at its own time while nobody asks for anything.
    """

    def __init__(
        self,
        app: SimApp,
        *,
        latency: LatencyModel | None = None,
        seed: int = 0,
        tick_s: float = TICK_S,
    ) -> None:
        if not tick_s > 0:
            raise BadParameter(f"a tick must take time, was {tick_s} s")
        self.app = app
        self._latency = latency or LatencyModel()
        self._random = random.Random(seed)  # noqa: S311 - reproducible, and no secret
        self._tick_s = tick_s
        self._ticking: asyncio.TimerHandle | None = None
        self.wire = InProcessWire(self)
        self.streams = InProcessStreams(self)

    async def __aenter__(self) -> InProcessExchange:
        self._tick()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    def way_s(self) -> float:
        """Draw how long one way takes."""
        return self._latency.draw(self._random)

    def _tick(self) -> None:
        self.app.advance(self.app.now())
        self._ticking = asyncio.get_running_loop().call_later(self._rest_s(), self._tick)

    def _rest_s(self) -> float:
        """Return how long nothing happens by itself, a tick at most."""
        due = self.app.flow.next_at() if self.app.flow is not None else None
        if due is None:
            return self._tick_s
        # A microsecond more: the clock rounds down, and a tick before its time would do nothing.
        until_s = (due - self.app.now()).total_seconds() + 1e-6
        return min(self._tick_s, max(0.0, until_s))


class InProcessWire:
    """The core's wire to an exchange in this process."""

    def __init__(self, exchange: InProcessExchange) -> None:
        self._exchange = exchange
        self._closed = False

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        """Send one request and return its whole reply.

        A request that is on its way arrives, whether or not its sender still waits.

        Raises
        ------
        WireFailed
            If no whole reply came in time.
        """
        exchange = self._exchange
        if self._closed:
            raise WireFailed(WireFault.CLOSED, "the wire is closed", may_have_arrived=False)
        if not exchange.app.reaches(exchange.app.now()):
            raise _not_connected()
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[WireReply] = loop.create_future()
        lowered = {name.lower(): value for name, value in headers.items()}
        loop.call_later(exchange.way_s(), self._arrive, request, lowered, waiting)
        try:
            async with asyncio.timeout(timeout_s):
                return await waiting
        except TimeoutError as error:
            raise WireFailed(WireFault.TIMEOUT, f"no reply within {timeout_s} s") from error

    async def close(self) -> None:
        """Send nothing any more."""
        self._closed = True

    def _arrive(
        self,
        request: WireRequest,
        headers: Mapping[str, str],
        waiting: asyncio.Future[WireReply],
    ) -> None:
        app = self._exchange.app
        delivery = app.deliver(request, headers, app.now())
        if delivery.fate is Fate.SILENCE:
            return
        after_s = self._exchange.way_s() + delivery.delay_s + delivery.drip_s
        asyncio.get_running_loop().call_later(after_s, _resolve, waiting, delivery)


class InProcessStreams:
    """The core's opener of streams to an exchange in this process."""

    def __init__(self, exchange: InProcessExchange) -> None:
        self._exchange = exchange

    async def open(
        self, path: str, headers: Mapping[str, str], timeout_s: float
    ) -> InProcessStream:
        """Shake hands and return an open stream.

        Raises
        ------
        WireFailed
            If the exchange does not answer in time, or refuses.
        """
        exchange = self._exchange
        if not exchange.app.reaches(exchange.app.now()):
            raise _not_connected()
        way_s, back_s = exchange.way_s(), exchange.way_s()
        if way_s + back_s > timeout_s:
            await asyncio.sleep(timeout_s)
            raise WireFailed(WireFault.TIMEOUT, f"no handshake within {timeout_s} s")
        await asyncio.sleep(way_s)
        lowered = {name.lower(): value for name, value in headers.items()}
        try:
            stream = exchange.app.open_stream(path, lowered, exchange.app.now())
        except Refusal as refusal:
            await asyncio.sleep(back_s)
            detail = f"the handshake was answered with HTTP {refusal.status}"
            raise WireFailed(WireFault.NOT_CONNECTED, detail) from refusal
        opened = InProcessStream(exchange, stream)
        await asyncio.sleep(back_s)
        return opened


class InProcessStream:
    """One open stream of frames from an exchange in this process."""

    def __init__(self, exchange: InProcessExchange, stream: SimStream) -> None:
        self._exchange = exchange
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._arrived: asyncio.Queue[bytes | WireFailed] = asyncio.Queue()
        self._failed: WireFailed | None = None
        self._down_s = self._up_s = self._loop.time()
        # Timers of one instant fire in any order, so each takes the oldest frame of its way.
        self._upward: deque[bytes] = deque()
        self._downward: deque[Outgoing] = deque()
        stream.call_when_ready(self._depart)
        self._depart()

    async def send(self, frame: bytes) -> None:
        """Send a text frame.

        Raises
        ------
        WireFailed
            If the stream is closed.
        """
        if self._failed is not None:
            raise self._failed
        # Frames of one direction never overtake each other, however their latencies are drawn.
        self._up_s = max(self._up_s, self._loop.time() + self._exchange.way_s())
        self._upward.append(frame)
        self._loop.call_at(self._up_s, self._command)

    async def receive(self) -> bytes:
        """Return the next frame, waiting for it; it is text unless a fault made it none.

        Raises
        ------
        WireFailed
            If the stream is closed.
        """
        if self._failed is not None and self._arrived.empty():
            raise self._failed
        item = await self._arrived.get()
        if isinstance(item, WireFailed):
            raise item
        return item

    async def close(self) -> None:
        """Close the stream; closing it again does nothing."""
        self._fail(WireFailed(WireFault.CLOSED, "the stream was closed here"))
        self._stream.close()

    def _command(self) -> None:
        frame = self._upward.popleft()
        if not self._stream.ended:
            app = self._exchange.app
            app.command(self._stream, frame, app.now())

    def _depart(self) -> None:
        for outgoing in self._stream.take():
            due_s = max(self._down_s, self._loop.time() + self._exchange.way_s())
            if outgoing.delay_s > 0:
                self._loop.call_at(due_s + outgoing.delay_s, self._arrive, outgoing)
                continue
            self._down_s = due_s
            self._downward.append(outgoing)
            self._loop.call_at(due_s, self._land)

    def _land(self) -> None:
        self._arrive(self._downward.popleft())

    def _arrive(self, outgoing: Outgoing) -> None:
        if self._failed is not None:
            return
        match outgoing.ending:
            case None:
                self._arrived.put_nowait(outgoing.payload)
            case Ending.CUT:
                self._fail(WireFailed(WireFault.TORN, "the stream ended inside a frame"))
            case Ending.RESET:
                self._fail(WireFailed(WireFault.RESET, "the stream ended without a farewell"))

    def _fail(self, failure: WireFailed) -> None:
        if self._failed is None:
            self._failed = failure
            self._arrived.put_nowait(failure)


def _resolve(waiting: asyncio.Future[WireReply], delivery: Delivery) -> None:
    if waiting.done():
        return
    match delivery.fate:
        case Fate.WHOLE if delivery.reply is not None:
            waiting.set_result(delivery.reply)
        case Fate.TORN:
            waiting.set_exception(WireFailed(WireFault.TORN, "the reply ended inside its body"))
        case Fate.NOT_CONNECTED:
            waiting.set_exception(_not_connected())
        case _:
            waiting.set_exception(WireFailed(WireFault.RESET, "the connection ended"))


def _not_connected() -> WireFailed:
    detail = "the host's name does not resolve"
    return WireFailed(WireFault.NOT_CONNECTED, detail, may_have_arrived=False)
