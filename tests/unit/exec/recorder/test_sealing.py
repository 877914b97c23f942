from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.depth import DepthView
from kalshi_alpha.core.replay.tape import EventTape, Fidelity
from kalshi_alpha.datastore.market.manifest import EventRef
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.datastore.market.zstd_lines import LineWriter
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.recorder.lines import (
    BEGINS,
    ENDS,
    GOES_ON,
    RecordedBook,
    RecordedLine,
    RecordedMarket,
    encode_line,
    frame_line,
)
from kalshi_alpha.exec.recorder.raw_days import RawDays
from kalshi_alpha.exec.recorder.sealing import seal_day
from tape_cases import EVENT, MARKETS, delta, partition, print_frame, snapshot

LOW, MID = MARKETS[0].ticker, MARKETS[1].ticker
DAYS = date(2025, 1, 9), date(2025, 1, 10)
LOST = ("connected", "disconnected", "stalled", "channel_ended", "unreadable_frame", "seq_gap")
REF = EventRef("KXHIGHNY", EVENT, date(2025, 1, 10), Fidelity.DEPTH)


def market(ticker: str, kind: str, floor: str | None, cap: str | None) -> RecordedMarket:
    return RecordedMarket("KXHIGHNY", EVENT, ticker, "2025-01-11T04:59:00Z", kind, floor, cap)


LISTED_LOW = market(LOW, "less", None, "38")
LISTED_MID = market(MID, "between", "38", "39")


@pytest.fixture
def days(tmp_path: Path) -> RawDays:
    return RawDays.of(Paths(tmp_path), "sim", "WEATHER")


@pytest.fixture
def store(tmp_path: Path) -> MarketStore:
    return MarketStore(tmp_path / "market")


def record(days: RawDays, day: date, told: Sequence[dict[str, Any]], hour: int = 12) -> None:
    """Write a file of lines a second apart; a frame is told as ``frame``."""
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    with LineWriter(days.new_file(at)) as writer:
        for number, each in enumerate(told):
            at_us = micros(at + timedelta(seconds=number))
            if "frame" in each:
                writer.add(frame_line(at_us, json.dumps(each["frame"]).encode()))
            else:
                writer.add(encode_line(RecordedLine(at_us, **each)))


FIRST_DAY = (
    {"notice": BEGINS},
    {"markets": (LISTED_MID,)},
    {"frame": snapshot(1, 1, MID, [["0.4500", "3.00"]], [])},
    {"frame": print_frame(2, 1, MID, "0.4500", "1.00", "no", 0)},
)
SECOND_DAY = (
    {"notice": GOES_ON},
    {"markets": (LISTED_MID, LISTED_LOW)},
    {"books": (RecordedBook(MID, ((4500, 200),), ()),)},
    {"frame": delta(1, 3, MID, "yes", "0.4500", "1.00")},
    {"frame": snapshot(1, 4, LOW, [], [["0.9000", "5.00"]])},
)


def test_the_days_of_an_event_are_parts_of_one_tape(days: RawDays, store: MarketStore) -> None:
    record(days, DAYS[0], FIRST_DAY)
    record(days, DAYS[1], SECOND_DAY)
    seals = [seal_day(days, day, store) for day in DAYS]
    assert [seal.rows for seal in seals] == [{"depth": 1, "trades": 1}, {"depth": 3}]
    assert seals[0].gaps == ("2025-01-09T12:00:00+00:00 the recording begins",)
    assert seals[1].gaps == ()
    tape = store.load(REF)
    assert [each.ticker for each in tape.markets] == [LOW, MID]
    assert tape.depth is not None
    assert tape.depth.market.tolist() == [1, 1, 1, 0]
    assert tape.depth.size_e2.tolist() == [300, 200, 300, 500]
    assert tape.opens_at == datetime(2025, 1, 9, 12, 0, 2, tzinfo=UTC)
    assert tape.closes_at == datetime(2025, 1, 11, 4, 59, tzinfo=UTC)
    assert tape.trades is not None
    assert tape.trades.market.tolist() == [1]
    assert known(tape, MID, DAYS[0], 60) is False, "a file that ended tells of no book"
    assert known(tape, MID, DAYS[1], 3) is True
    assert known(tape, MID, DAYS[1], 60) is False


def known(tape: EventTape, ticker: str, day: date, seconds: float) -> bool:
    """Say whether a replay knows a market's book so long after noon."""
    assert tape.depth is not None
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    place = [each.ticker for each in tape.markets].index(ticker)
    view = DepthView.of(tape.depth, len(tape.markets), tape.gaps)
    return view.is_known(place, micros(noon + timedelta(seconds=seconds)))


@pytest.mark.parametrize("notice", [BEGINS, *LOST])
def test_a_replay_knows_no_book_from_a_gap_to_the_next_snapshot(
    days: RawDays, store: MarketStore, notice: str
) -> None:
    book = [["0.4500", "3.00"]], [["0.5000", "4.00"]]
    told = (
        {"notice": BEGINS},
        {"markets": (LISTED_MID,)},
        {"frame": snapshot(1, 1, MID, *book)},
        {"notice": "subscribed"},
        {"notice": notice},
        {"frame": print_frame(2, 1, MID, "0.4500", "1.00", "no", 0)},
        {"frame": snapshot(1, 1, MID, *book)},
        {"notice": ENDS},
    )
    record(days, DAYS[1], told)
    seal_day(days, DAYS[1], store)
    tape = store.load(REF)
    found = [known(tape, MID, DAYS[1], second + 0.5) for second in range(8)]
    assert found == [False, False, True, True, False, False, True, False]
    assert tape.trades is not None
    assert tape.trades.at_us.size == 1, "what was printed meanwhile was printed"


def test_a_frame_that_says_nothing_and_a_line_that_is_none_lose_the_books(
    days: RawDays, store: MarketStore
) -> None:
    told: list[dict[str, Any]] = [
        {"notice": BEGINS},
        {"markets": (LISTED_MID,)},
        {"frame": snapshot(1, 1, MID, [["0.4500", "3.00"]], [])},
        {"frame": delta(1, 2, MID, "yes", "1.4500", "1.00")},
        {"books": (RecordedBook(MID, ((4500, 400),), ()),)},
        {"notice": "subscribed"},
    ]
    record(days, DAYS[1], told)
    seal_day(days, DAYS[1], store)
    tape = store.load(REF)
    found = [known(tape, MID, DAYS[1], second + 0.5) for second in range(5)]
    assert found == [False, False, True, False, True], "our own book that was believed ends it"


def test_sealing_again_gives_the_same_bytes(days: RawDays, store: MarketStore) -> None:
    record(days, DAYS[0], FIRST_DAY)
    record(days, DAYS[1], SECOND_DAY)
    for day in DAYS:
        seal_day(days, day, store)
    root = Path(str(store.root))
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    seal = days.seal(DAYS[0])
    assert seal_day(days, DAYS[0], store) == seal
    seal_day(days, DAYS[1], store)
    after = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert {p.name: d for p, d in after.items() if p.suffix == ".parquet"} == {
        p.name: d for p, d in before.items() if p.suffix == ".parquet"
    }


def test_a_result_that_comes_a_day_later_is_taken_over(days: RawDays, store: MarketStore) -> None:
    record(days, DAYS[0], FIRST_DAY)
    settled = msgspec.structs.replace(LISTED_MID, paid="1.0000", value="39")
    life = {"market_ticker": MID, "event_type": "settled", "settled_ts": 1_736_600_000}
    record(
        days,
        DAYS[1],
        [
            {"notice": GOES_ON},
            {"markets": (settled,)},
            {"frame": {"type": "market_lifecycle_v2", "sid": 3, "seq": 9, "msg": life}},
        ],
    )
    seal_day(days, DAYS[0], store)
    assert not store.manifest("KXHIGHNY", REF.event_date).sealed
    seal = seal_day(days, DAYS[1], store)
    assert seal.partitions == ("KXHIGHNY 2025-01-10",)
    tape = store.load(REF)
    assert tape.markets[0].yes_payout_e4 == 10_000
    assert tape.settlement_value == "39"
    assert tape.settled_at == datetime(2025, 1, 11, 12, 53, 20, tzinfo=UTC)
    assert tape.result_source == "kalshi_api"
    assert store.manifest("KXHIGHNY", REF.event_date).sealed


def test_what_is_missing_is_told(days: RawDays, store: MarketStore) -> None:
    record(
        days,
        DAYS[1],
        [
            *FIRST_DAY,
            {"notice": "disconnected", "detail": "reset"},
            {"notice": "connected"},
            {"frame": snapshot(1, 1, MID, [["0.4500", "2.00"]], [])},
            {"notice": "seq_gap", "detail": "1 so far"},
            {"frame": {"type": "orderbook_delta"}},
        ],
    )
    record(days, DAYS[1], FIRST_DAY, hour=13)
    path = days.files(DAYS[1])[1]
    path.write_bytes(path.read_bytes()[:-3])
    said = [each.split(" ", 1)[1] for each in seal_day(days, DAYS[1], store).gaps]
    assert said[0] == "the recording begins"
    assert said[1] == "the connection was lost reset"
    assert said[2] == "frames are missing"
    assert said[3].startswith("a frame says nothing")
    assert said[4].endswith("bytes are torn")


def test_a_partition_that_was_imported_is_left_alone(days: RawDays, store: MarketStore) -> None:
    store.write(partition())
    record(days, DAYS[0], FIRST_DAY)
    with pytest.raises(BadParameter, match="was imported from tape"):
        seal_day(days, DAYS[0], store)
