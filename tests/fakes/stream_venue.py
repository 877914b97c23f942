"""A venue that speaks the stream's protocol and does what a test tells it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from kalshi_alpha.brokers.kalshi.market_stream import STREAM_PATH
from kalshi_alpha.brokers.kalshi.stream_events import StreamOptions
from kalshi_alpha.core.wire import FrameStream, WireFailed, WireFault


class Line:
    """One connection to the scripted venue; it also hands over bursts."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.channels: dict[str, int] = {}
        self.seqs: dict[int, int] = {}
        self.is_open = True

    async def send(self, frame: bytes) -> None:
        if not self.is_open:
            raise WireFailed(WireFault.CLOSED, "closed")
        self.venue.heard(self, json.loads(frame))

    async def receive(self) -> bytes:
        frame = await self.frames.get()
        if frame is None:
            raise WireFailed(WireFault.RESET, "reset")
        return frame

    async def close(self) -> None:
        self.is_open = False

    def say(self, **frame: object) -> None:
        self.frames.put_nowait(json.dumps(frame).encode())

    def numbered(self, channel: str = "orderbook_delta", **frame: object) -> None:
        """Say a frame with the next number of its subscription."""
        sid = self.channels[channel]
        self.seqs[sid] += 1
        self.say(sid=sid, seq=self.seqs[sid], **frame)

    def delta(self, ticker: str = "A", change: str = "1.00", price: str = "0.3400") -> None:
        msg = {"market_ticker": ticker, "price_dollars": price, "delta_fp": change, "side": "yes"}
        self.numbered(type="orderbook_delta", msg=msg)

    def cut(self) -> None:
        self.is_open = False
        self.frames.put_nowait(None)


class Venue:
    """Answers commands as the venue does, but for what a test switches off."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.heads: list[Mapping[str, str]] = []
        self.commands: list[dict[str, object]] = []
        self.refusals = 0
        self.is_mute = self.is_early = False
        self.error: dict[str, object] | None = None
        self.levels = [["0.3300", "40.00"]]

    async def open(self, path: str, headers: Mapping[str, str], timeout_s: float) -> FrameStream:
        assert (path, timeout_s) == (STREAM_PATH, StreamOptions().open_timeout_s)
        self.heads.append(headers)
        await asyncio.sleep(0.02)
        if self.refusals:
            self.refusals -= 1
            raise WireFailed(WireFault.NOT_CONNECTED, "502")
        self.lines.append(Line(self))
        return self.lines[-1]

    @property
    def line(self) -> Line:
        return self.lines[-1]

    def heard(self, line: Line, command: dict[str, object]) -> None:
        self.commands.append(command)
        params = command["params"]
        assert isinstance(params, dict)
        if self.error is not None:
            line.say(type="error", id=command["id"], msg=self.error)
        elif self.is_mute:
            return
        elif command["cmd"] == "subscribe":
            channel = params["channels"][0]
            sid = line.channels[channel] = len(line.seqs) + 1
            line.seqs[sid] = 0
            line.say(type="subscribed", id=command["id"], msg={"channel": channel, "sid": sid})
            if channel == "orderbook_delta":
                self.show(line, params["market_tickers"])
        else:
            self.show(line, params["market_tickers"])
            line.numbered(type="ok", id=command["id"], msg={})

    def show(self, line: Line, tickers: list[str]) -> None:
        if self.is_early:
            line.delta()
            return
        for ticker in tickers:
            msg = {"market_ticker": ticker, "yes_dollars_fp": self.levels}
            line.numbered(type="orderbook_snapshot", msg=msg)

    def asked(self, action: str) -> int:
        params = [each["params"] for each in self.commands]
        return sum(isinstance(each, dict) and each.get("action") == action for each in params)
