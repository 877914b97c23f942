"""The lines of a recording: frames as they came, and what happened beside them.

Every line is one JSON object with ``at_us``, the instant of receipt in microseconds since 1970,
UTC, and one of: ``frame``, the frame as it came; ``notice`` with ``detail``, what happened to the
stream or to the recording; ``markets``, what the venue lists; ``books``, our books at that moment.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from kalshi_alpha.brokers.kalshi.payloads import MarketPayload
from kalshi_alpha.brokers.kalshi.stream_frames import OtherFrame, StreamFrame
from kalshi_alpha.core.types import Price, StrikeType
from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.exec.market.listing import VENUE, Listed

BEGINS, GOES_ON, ENDS = "recording_begins", "recording_goes_on", "recording_ends"
"""Notices of the recording itself: a new run, a new file of the same run, its end."""
RESULT_SOURCE = "kalshi_api"
Level = tuple[int, int]
"""Price in 1e-4 dollars and count in hundredths of contracts."""


class RecordedMarket(msgspec.Struct, frozen=True, omit_defaults=True):
    """A market as the venue lists it; texts are the venue's own."""

    series: str
    event_ticker: str
    ticker: str
    close_time: str
    strike_type: str | None = None
    floor_strike: str | None = None
    cap_strike: str | None = None
    paid: str | None = None
    value: str | None = None
    """What one YES contract paid in dollars, and the value that it was settled on."""

    def listed(self) -> Listed:
        """Return it as a row of the markets table."""
        known = self.strike_type in set(StrikeType)
        return Listed(
            event_ticker=self.event_ticker,
            ticker=self.ticker,
            strike_type=self.strike_type if known else None,
            floor_strike=self.floor_strike if known else None,
            cap_strike=self.cap_strike if known else None,
            strike_source=VENUE if known else None,
            yes_payout_e4=None if self.paid is None else Price.parse(self.paid).e4,
            settlement_value=self.value,
            result_source=None if self.paid is None else RESULT_SOURCE,
            closes_us=micros(datetime.fromisoformat(self.close_time)),
            closes_source=VENUE,
        )


class RecordedBook(msgspec.Struct, frozen=True):
    """A book that could be believed when the line was written."""

    ticker: str
    yes: tuple[Level, ...]
    no: tuple[Level, ...]


class RecordedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line; see the module."""

    at_us: int
    frame: msgspec.Raw = msgspec.Raw()
    notice: str = ""
    detail: str = ""
    markets: tuple[RecordedMarket, ...] = ()
    books: tuple[RecordedBook, ...] = ()


class Life(msgspec.Struct, frozen=True):
    """A step of a market's life, as the venue's stream tells it."""

    market_ticker: str = ""
    event_type: str = ""
    settlement_value: str | None = None
    settled_ts: int | None = None


encode_line = msgspec.json.Encoder().encode
decode_line = msgspec.json.Decoder(RecordedLine).decode
_decode_life = msgspec.json.Decoder(Life).decode
_LIFECYCLE = "lifecycle"
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError)
"""What decoding a line raises: a frame that is no JSON makes its line none."""


def read_life(frame: StreamFrame) -> Life | None:
    """Return the step of a market's life that a frame tells, or None if it tells none."""
    if not isinstance(frame, OtherFrame) or _LIFECYCLE not in frame.type:
        return None
    try:
        return _decode_life(frame.msg)
    except UNREADABLE:
        return None  # of a form that nobody here knows: the listing will tell


def frame_line(at_us: int, frame: bytes) -> bytes:
    """Return the line of a frame."""
    text = frame.strip()
    if b"\n" in text or b"\r" in text:  # white space between tokens: a string cannot hold it
        text = text.replace(b"\n", b" ").replace(b"\r", b" ")
    return b'{"at_us":%d,"frame":%s}' % (at_us, text)


def recorded_market(series: str, market: MarketPayload) -> RecordedMarket:
    """Return what is recorded of a listed market."""
    settled = {"yes": "1.0000", "no": "0.0000"}.get(market.result, market.settlement_value_dollars)
    return RecordedMarket(
        series=series,
        event_ticker=market.event_ticker,
        ticker=market.ticker,
        close_time=market.close_time,
        strike_type=market.strike_type,
        floor_strike=None if market.floor_strike is None else str(market.floor_strike),
        cap_strike=None if market.cap_strike is None else str(market.cap_strike),
        paid=settled if market.result else None,
        value=market.expiration_value or None,
    )
