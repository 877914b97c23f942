from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.brokers.kalshi.stream_events import Notice, NoticeKind
from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.recorder.lines import BEGINS, ENDS, GOES_ON, RecordedLine, RecordedMarket
from kalshi_alpha.exec.recorder.raw_days import SEAL_NAME, DayReader, RawDays
from kalshi_alpha.exec.recorder.recording import DaySize, Recording
from tape_cases import EVENT, MARKETS, delta

TICKER = MARKETS[1].ticker
MARKET = RecordedMarket("KXHIGHNY", EVENT, TICKER, "2025-01-11T04:59:00Z")
FRAME = json.dumps(delta(1, 2, TICKER, "yes", "0.4500", "1.00")).encode()


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2025, 1, 10, 23, 59, 59, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def days(tmp_path: Path) -> RawDays:
    return RawDays.of(Paths(tmp_path), "sim", "WEATHER")


def lines(days: RawDays, day: date) -> list[RecordedLine]:
    return [line for line in DayReader(days.files(day)) if line is not None]


def test_frames_and_notices_are_written_with_their_instant(days: RawDays) -> None:
    clock = Clock()
    recording = Recording(days, clock)
    handlers = recording.handlers()
    assert handlers.on_frame is not None
    assert handlers.on_notice is not None
    handlers.on_frame(FRAME)
    clock.at += timedelta(microseconds=5)
    handlers.on_notice(Notice(NoticeKind.SEQ_GAP, "1 so far"))
    recording.close()
    found = lines(days, clock.at.date())
    assert [line.notice for line in found] == [BEGINS, "", "seq_gap", ENDS]
    assert bytes(found[1].frame) == FRAME
    assert found[2].at_us - found[1].at_us == 5


def test_a_new_utc_day_begins_a_file_that_can_be_read_alone(days: RawDays) -> None:
    clock, sizes = Clock(), list[DaySize]()
    recording = Recording(days, clock, sizes.append)
    on_frame = recording.handlers().on_frame
    assert on_frame is not None
    book, doubtful = LadderBook(TICKER), LadderBook("other")
    book.apply_snapshot([(4500, 300)], [])
    recording.books = {TICKER: book, "other": doubtful}
    recording.listed([MARKET])
    on_frame(FRAME)
    clock.at += timedelta(seconds=1)
    recording.flush()
    on_frame(FRAME)
    recording.close()
    first, second = sizes
    assert (first.day, first.files, first.frames, first.lines) == (date(2025, 1, 10), 1, 1, 3)
    assert first.bytes == days.files(first.day)[0].stat().st_size
    found = lines(days, second.day)
    assert [line.notice for line in found] == [GOES_ON, "", "", "", ENDS]
    assert found[1].markets == (MARKET,)
    assert [(each.ticker, each.yes) for each in found[2].books] == [(TICKER, ((4500, 300),))]


def test_what_is_listed_is_written_once(days: RawDays) -> None:
    recording = Recording(days, Clock())
    recording.listed([MARKET])
    recording.listed([MARKET])
    recording.forget([TICKER])
    assert list(recording.tickers) == []
    recording.listed([MARKET])
    recording.close()
    assert sum(bool(line.markets) for line in lines(days, date(2025, 1, 10))) == 2


def test_the_life_of_other_people_s_markets_is_left_out(days: RawDays) -> None:
    recording = Recording(days, Clock())
    on_frame = recording.handlers().on_frame
    assert on_frame is not None
    recording.listed([MARKET])
    for msg in ({"market_ticker": TICKER}, {"market_ticker": "X"}, {"event_ticker": EVENT}):
        on_frame(json.dumps({"type": "market_lifecycle_v2", "sid": 3, "msg": msg}).encode())
    on_frame(b'{"type":"market_lifecycle_v2"')
    recording.close()
    assert recording.frames == 3


def test_nothing_is_written_before_something_is_said(days: RawDays) -> None:
    recording = Recording(days, Clock())
    recording.flush()
    recording.write_books()
    recording.close()
    assert days.days() == []


def test_a_day_that_goes_on_is_not_sealed_any_more(days: RawDays) -> None:
    folder = days.day(date(2025, 1, 10))
    folder.mkdir(parents=True)
    (folder / SEAL_NAME).write_text("{}")
    recording = Recording(days, Clock())
    recording.note("x")
    recording.close()
    assert not (folder / SEAL_NAME).exists()


def test_one_file_is_open_however_many_days_go_by(days: RawDays) -> None:
    clock = Clock()
    recording = Recording(days, clock)
    on_frame = recording.handlers().on_frame
    assert on_frame is not None
    on_frame(FRAME)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        clock.at += timedelta(days=1)
        on_frame(FRAME)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    recording.close()
    assert len(days.days()) == 6
